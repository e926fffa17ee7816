//! Reading the form about a new customer.

use crate::actions::customers::Addition;
use crate::domain::product::{Options, Product};
use crate::domain::{EmailAddress, PartnerId};
use crate::web::customers::parts::party_fields::{FIELDS, read as read_party, read_language};
use crate::web::customers::parts::product_choice::read_choice;
use crate::web::kit::form::{FieldErrors, Form};

/// Reads the form; errors are added to its fields.
pub fn read(form: &Form, catalogue: &[Product], errors: &mut FieldErrors) -> Option<Addition> {
    let typed = form.get("nummer").trim();
    let number = typed.parse().ok();
    if typed.is_empty() {
        errors.add("nummer", "Geben Sie die Kundennummer ein");
    } else if number.is_none() {
        errors.add(
            "nummer",
            "Die Kundennummer darf nur Buchstaben von A bis Z, Ziffern, Punkt, Unterstrich und Bindestrich haben, am Anfang einen Buchstaben oder eine Ziffer, und höchstens 32 Zeichen",
        );
    }
    let mut party = read_party(form, errors);
    let language = read_language(form, errors);
    match form.get("email").trim() {
        "" => {}
        email => match EmailAddress::parse(email) {
            Ok(email) => party.email = Some(email),
            Err(_) => errors.add(
                "email",
                "Geben Sie genau eine E-Mail-Adresse ein, zum Beispiel name@firma.de",
            ),
        },
    }
    let mut partner_of = |field: &str, words: &str| match form.get(field) {
        "" => None,
        id => {
            let id = id.parse::<PartnerId>().ok();
            if id.is_none() {
                errors.add(field, words);
            }
            id
        }
    };
    let partner = partner_of("mandant", "Wählen Sie einen Vertriebspartner aus der Liste");
    let sub_partner = partner_of(
        "submandant",
        "Wählen Sie einen Untervertriebspartner aus der Liste",
    );
    let booking = read_booking(form, catalogue, errors);
    let (number, language) = (number?, language?);
    errors.is_empty().then_some(Addition {
        number,
        party,
        language,
        partner,
        // Without a Mandant the form lists no Submandanten, so an earlier choice does not count.
        sub_partner: sub_partner.filter(|_| partner.is_some()),
        booking,
    })
}

fn read_booking(
    form: &Form,
    catalogue: &[Product],
    errors: &mut FieldErrors,
) -> Option<(String, Options)> {
    let chosen = chosen(form);
    let has_option = chosen.iter().any(|(name, _)| name != "produkt");
    if form.get("produkt").is_empty() {
        if has_option {
            errors.add("produkt", "Wählen Sie zur Option auch ihr Produkt");
        }
        return None;
    }
    match read_choice(catalogue, &chosen) {
        Ok(booking) => Some(booking),
        Err(fault) => {
            errors.add("produkt", fault.sentence());
            None
        }
    }
}

/// The products and options that were chosen: names of fields and their values.
pub fn chosen(form: &Form) -> Vec<(String, String)> {
    names(form)
        .map(|name| (name.to_owned(), form.get(name).to_owned()))
        .collect()
}

/// Names of the field of the product and of those of its options.
fn names(form: &Form) -> impl Iterator<Item = &str> {
    form.names()
        .filter(|name| *name == "produkt" || name.contains(':'))
}

/// All fields that were typed, for the page between form and action.
pub fn carried(form: &Form) -> Vec<(String, String)> {
    let of_party = FIELDS.iter().map(|field| field.id);
    let others = [
        "nummer",
        "sprache",
        "email",
        "mandant",
        "submandant",
        super::OFFERED,
    ];
    of_party
        .chain(others)
        .chain(names(form))
        .map(|name| (name.to_owned(), form.get(name).to_owned()))
        .collect()
}
