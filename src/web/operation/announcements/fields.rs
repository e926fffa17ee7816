//! The fields of a company that is added, and the checks of what was typed.

use crate::contract::check;
use crate::domain::name::{self, BadName, MAX_COMPANY};
use crate::domain::party::SubProcessor;
use crate::domain::{EmailAddress, Party, postcode};
use crate::web::kit::form::{FieldErrors, Form};

/// Longest line in a field, in characters.
const LONGEST_LINE: usize = 300;

/// The fields: id, label, hint, whether it may be empty.
pub(super) const ASKED: [(&str, &str, &str, bool); 17] = [
    ("name", "Firma mit Rechtsform", "", false),
    ("strasse", "Straße und Hausnummer", "", false),
    ("plz", "Postleitzahl", "", false),
    ("ort", "Ort", "", false),
    ("land", "Land", "", false),
    (
        "register",
        "Registergericht und Nummer",
        "Falls es eingetragen ist",
        true,
    ),
    ("ansprechperson", "Ansprechperson oder Abteilung", "", false),
    ("email", "E-Mail-Adresse", "", false),
    ("telefon", "Telefon", "", true),
    ("leistung", "Leistung", "Was das Unternehmen tut", false),
    ("leistung_en", "Leistung, auf Englisch", "", false),
    (
        "abgrenzung",
        "Abgrenzung der Aufgabe",
        "Wofür es verantwortlich ist und wofür nicht",
        false,
    ),
    (
        "abgrenzung_en",
        "Abgrenzung der Aufgabe, auf Englisch",
        "",
        false,
    ),
    (
        "verarbeitung",
        "Ort der Verarbeitung",
        "Das Land, zum Beispiel Deutschland",
        false,
    ),
    (
        "verarbeitung_en",
        "Ort der Verarbeitung, auf Englisch",
        "",
        false,
    ),
    (
        "garantie",
        "Grundlage der Übermittlung",
        "Nur außerhalb des Europäischen Wirtschaftsraums, zum Beispiel Standardvertragsklauseln",
        true,
    ),
    (
        "garantie_en",
        "Grundlage der Übermittlung, auf Englisch",
        "",
        true,
    ),
];

/// Values of the fields, in their order.
pub(super) fn values(one: &SubProcessor) -> [String; 17] {
    let party = &one.party;
    let email = party.email.as_ref().map(|email| email.shown());
    [
        party.name.clone(),
        party.street.clone(),
        party.postcode.clone(),
        party.city.clone(),
        party.country.clone(),
        party.register.clone(),
        party.contact.clone(),
        email.unwrap_or_default(),
        party.phone.clone(),
        one.service.clone(),
        one.service_en.clone(),
        one.delimitation.clone(),
        one.delimitation_en.clone(),
        one.place.clone(),
        one.place_en.clone(),
        one.mechanism.clone(),
        one.mechanism_en.clone(),
    ]
}

/// The company as typed, and the errors in it.
pub(super) fn read(form: &Form) -> (SubProcessor, FieldErrors) {
    let mut errors = FieldErrors::default();
    let mut lines = ASKED
        .iter()
        .map(|(id, label, _, may_be_empty)| line(form, id, label, *may_be_empty, &mut errors))
        .collect::<Vec<String>>()
        .into_iter();
    let mut next = || lines.next().unwrap_or_default();
    let one = SubProcessor {
        party: Party {
            name: next(),
            street: next(),
            postcode: next(),
            city: next(),
            country: next(),
            register: next(),
            contact: next(),
            email: EmailAddress::parse(&next()).ok(),
            phone: next(),
            ..Party::default()
        },
        service: next(),
        service_en: next(),
        delimitation: next(),
        delimitation_en: next(),
        place: next(),
        place_en: next(),
        mechanism: next(),
        mechanism_en: next(),
        ..SubProcessor::default()
    };
    if errors.is_empty() {
        for fault in check::faults(&one) {
            errors.add("garantie", fault.trim_end_matches('.').to_owned());
        }
    }
    // Both or neither: customers read it in their language (C4).
    let languages = [
        ("garantie", &one.mechanism, &one.mechanism_en),
        ("garantie_en", &one.mechanism_en, &one.mechanism),
    ];
    for (id, own, other) in languages {
        if own.is_empty() && !other.is_empty() && errors.of(id).is_none() {
            errors.add(id, "Geben Sie die Grundlage in beiden Sprachen an");
        }
    }
    (one, errors)
}

/// One cleaned line; adds an error if it is not valid.
fn line(
    form: &Form,
    id: &'static str,
    label: &str,
    may_be_empty: bool,
    errors: &mut FieldErrors,
) -> String {
    let typed = form.get(id);
    let text = name::clean(typed);
    let most = if id == "name" {
        MAX_COMPANY
    } else {
        LONGEST_LINE
    };
    if text.is_empty() {
        if !may_be_empty {
            errors.add(id, format!("„{label}“ fehlt noch"));
        }
    } else if id == "email" && EmailAddress::parse(&text).is_err() {
        errors.add(
            id,
            "Geben Sie genau eine Adresse ein, zum Beispiel name@firma.de",
        );
    } else if id == "plz"
        && let Some(fault) = postcode::fault(form.get("land"), &text)
    {
        errors.add(id, fault);
    } else if name::parse(typed, most) == Err(BadName::TooLong) {
        errors.add(
            id,
            format!("„{label}“: Kürzen Sie die Angabe auf {most} Zeichen"),
        );
    }
    text
}
