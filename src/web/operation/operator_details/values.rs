//! Converting the stored details to the form's fields, and back.

use std::collections::BTreeMap;

use super::fields::{Ask, Kind, MAILS, OWN, PROTECTION};
use crate::domain::name::{self, BadName, MAX_COMPANY};
use crate::domain::{EmailAddress, Holidays, Operator, Party};
use crate::web::kit::form::{FieldErrors, Form};
use crate::wording::postcode;

/// Longest sentence in a field, in characters.
const LONGEST_LINE: usize = 300;
/// Most lines of a signature.
const MOST_LINES: usize = 6;

/// Values of the fields, by id.
pub type Values = BTreeMap<&'static str, String>;

/// The fields of this page, as they were typed.
pub fn typed(form: &Form) -> Values {
    let own = OWN.iter().chain(PROTECTION).chain(MAILS).map(|(id, _)| *id);
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
    let street = own("strasse", OWN);
    let postcode = own("plz", OWN);
    let city = own("ort", OWN);
    let country = own("land", OWN);
    let register = own("register", OWN);
    let vat_id = own("ustid", OWN);
    let party = Party {
        name,
        street,
        postcode,
        city,
        country,
        register,
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
    let reply_to = EmailAddress::parse(&own("antwort_email", MAILS)).ok();
    let signature = own("signatur", MAILS);
    let signature_en = own("signatur_en", MAILS);
    let operator = Operator {
        party,
        short_name,
        vat_id,
        reply_to,
        signature,
        signature_en,
        data_protection_officer,
        data_protection_email,
        objection_email,
        hours,
        hours_en,
        holidays,
        // Sub-processors and the look have pages of their own.
        ..Operator::default()
    };
    (operator, errors)
}

/// One cleaned line; adds an error if it is not valid.
fn line(form: &Values, id: &'static str, ask: &Ask, errors: &mut FieldErrors) -> String {
    let typed = form.get(id).map_or("", String::as_str);
    if ask.kind == Kind::Lines {
        return lines(typed, id, ask, errors);
    }
    let text = name::clean(typed);
    let label = format!("„{}“", ask.label);
    let is_email = matches!(ask.kind, Kind::Email | Kind::FreeEmail);
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
    } else if ask.kind == Kind::VatId {
        if !is_vat_id(&text) {
            errors.add(
                id,
                format!("{label}: Geben Sie das Länderkürzel und die Nummer ein, zum Beispiel DE123456789"),
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

/// Several cleaned lines; notes what is wrong with them.
fn lines(typed: &str, id: &'static str, ask: &Ask, errors: &mut FieldErrors) -> String {
    let text = name::clean_lines(typed);
    let is_long = text.lines().any(|line| line.chars().count() > LONGEST_LINE);
    if text.lines().count() > MOST_LINES || is_long {
        errors.add(
            id,
            format!(
                "„{}“: Kürzen Sie den Text auf {MOST_LINES} Zeilen",
                ask.label
            ),
        );
    }
    text
}

/// Two letters of the country and two to twelve letters or digits, as VIES takes them.
fn is_vat_id(text: &str) -> bool {
    let (country, number) = text.split_at_checked(2).unwrap_or_default();
    country.bytes().all(|byte| byte.is_ascii_uppercase())
        && (2..=12).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// What is stored, as the form's fields.
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
        ("ustid", operator.vat_id.clone()),
        ("antwort_email", mail(&operator.reply_to)),
        ("signatur", operator.signature.clone()),
        ("signatur_en", operator.signature_en.clone()),
    ])
}
