//! Converting the stored details to the form's fields, and back.

use std::collections::BTreeMap;

use super::fields::{Ask, Kind, OWN, PROTECTION};
use crate::domain::name::{self, BadName, MAX_COMPANY};
use crate::domain::{EmailAddress, Holidays, Operator, Party, postcode};
use crate::web::kit::form::{FieldErrors, Form};

/// Longest sentence in a field, in characters.
const LONGEST_LINE: usize = 300;

/// Values of the fields, by id.
pub type Values = BTreeMap<&'static str, String>;

/// The fields of this page, as they were typed.
pub fn typed(form: &Form) -> Values {
    let own = OWN.iter().chain(PROTECTION).map(|(id, _)| *id);
    own.map(|id| (id, form.get(id).to_owned())).collect()
}

/// The details as typed, and the errors in them, in the order of the page.
pub fn read(form: &Values) -> (Operator, FieldErrors) {
    let mut errors = FieldErrors::default();
    let mut own = |id: &'static str, asks: &'static [(&'static str, Ask)]| {
        asks.iter()
            .find(|(known, _)| *known == id)
            .map(|(id, ask)| line(form, id, ask, &mut errors))
            .unwrap_or_default()
    };
    // In the order of the page, so that the summary reads from top to bottom.
    let name = own("name", OWN);
    let short_name = own("kurzname", OWN);
    let party = Party {
        name,
        street: own("strasse", OWN),
        postcode: own("plz", OWN),
        city: own("ort", OWN),
        country: own("land", OWN),
        register: own("register", OWN),
        represented_by: own("vertreten", OWN),
        contact: own("ansprechperson", OWN),
        email: EmailAddress::parse(&own("email", OWN)).ok(),
        unusable_email: None,
        phone: own("telefon", OWN),
    };
    let hours = own("zeiten", OWN);
    let hours_en = own("zeiten_en", OWN);
    let holidays = Holidays::from_code(&own("feiertage", OWN)).unwrap_or_default();
    let data_protection_officer = own("dsb", PROTECTION);
    let data_protection_email = EmailAddress::parse(&own("dsb_email", PROTECTION)).ok();
    let objection_email = EmailAddress::parse(&own("widerspruch_email", PROTECTION)).ok();
    let operator = Operator {
        party,
        short_name,
        data_protection_officer,
        data_protection_email,
        objection_email,
        hours,
        hours_en,
        holidays,
        // They have a list of their own.
        sub_processors: Vec::new(),
    };
    (operator, errors)
}

/// One cleaned line; adds an error if it is not valid.
fn line(form: &Values, id: &'static str, ask: &Ask, errors: &mut FieldErrors) -> String {
    let typed = form.get(id).map_or("", String::as_str);
    let text = name::clean(typed);
    let label = format!("„{}“", ask.label);
    let is_email = ask.kind == Kind::Email;
    let is_needed = matches!(ask.kind, Kind::Needed | Kind::Email | Kind::Holidays);
    let most = if id.ends_with("name") {
        MAX_COMPANY
    } else {
        LONGEST_LINE
    };
    if text.is_empty() {
        if is_needed {
            errors.add(id, format!("{label} fehlt noch"));
        }
    } else if is_email {
        if EmailAddress::parse(&text).is_err() {
            errors.add(
                id,
                format!("{label}: Geben Sie genau eine Adresse ein, zum Beispiel name@firma.de"),
            );
        }
    } else if ask.kind == Kind::Holidays {
        if Holidays::from_code(&text).is_none() {
            errors.add(id, "Wählen Sie, wessen Feiertage gelten");
        }
    } else if name::parse(typed, most) == Err(BadName::TooLong) {
        errors.add(
            id,
            format!("{label}: Kürzen Sie die Angabe auf {most} Zeichen"),
        );
    } else if id == "plz"
        && let Some(fault) = postcode::fault(form.get("land").map_or("", String::as_str), &text)
    {
        errors.add(id, fault);
    }
    text
}

/// The stored details as fields of the form.
pub fn values(operator: &Operator) -> Values {
    let mail = |email: &Option<EmailAddress>| {
        email
            .as_ref()
            .map(|email| email.shown())
            .unwrap_or_default()
    };
    let party = &operator.party;
    Values::from([
        ("name", party.name.clone()),
        ("kurzname", operator.short_name.clone()),
        ("strasse", party.street.clone()),
        ("plz", party.postcode.clone()),
        ("ort", party.city.clone()),
        ("land", party.country.clone()),
        ("register", party.register.clone()),
        ("vertreten", party.represented_by.clone()),
        ("ansprechperson", party.contact.clone()),
        ("email", mail(&party.email)),
        ("telefon", party.phone.clone()),
        ("zeiten", operator.hours.clone()),
        ("zeiten_en", operator.hours_en.clone()),
        ("feiertage", operator.holidays.code().to_owned()),
        ("dsb", operator.data_protection_officer.clone()),
        ("dsb_email", mail(&operator.data_protection_email)),
        ("widerspruch_email", mail(&operator.objection_email)),
    ])
}
