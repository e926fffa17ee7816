//! What happens to a customer and its master data, in the log.

use chrono::NaiveDate;

use crate::domain::Language;
use crate::domain::audit::{AddressStep, Turn};
use crate::domain::master_data::FieldChange;
use crate::domain::product::Named;
use crate::wording::dates::short_date;

/// That a customer was added, who looks after it and what it booked.
pub(super) fn arrived(
    [partner, sub_partner]: [Option<&str>; 2],
    product: Option<&Named>,
    language: Language,
) -> String {
    let words = match language {
        Language::De => [
            Some("Kunde angelegt".to_owned()),
            partner.map(|name| format!("Vertriebspartner {name}")),
            sub_partner.map(|name| format!("Untervertriebspartner {name}")),
            product.map(|name| format!("{} gebucht", name.de)),
        ],
        Language::En => [
            Some("Customer added".to_owned()),
            partner.map(|name| format!("sales partner {name}")),
            sub_partner.map(|name| format!("sub-partner {name}")),
            product.map(|name| format!("{} booked", name.en)),
        ],
    };
    words.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// That another Mandant looks after the customer, or none.
pub(super) fn assigned(from: Option<&str>, to: Option<&str>, language: Language) -> String {
    match (from, to, language) {
        (Some(from), Some(to), Language::De) => {
            format!("Vertriebspartner gewechselt von {from} zu {to}")
        }
        (Some(from), Some(to), Language::En) => {
            format!("Sales partner changed from {from} to {to}")
        }
        (None, Some(to), Language::De) => format!("{to} als Vertriebspartner zugeordnet"),
        (None, Some(to), Language::En) => format!("{to} assigned as sales partner"),
        (Some(from), None, Language::De) => format!("Vertriebspartner {from} entfernt"),
        (Some(from), None, Language::En) => format!("Sales partner {from} removed"),
        (None, None, Language::De) => "Kein Vertriebspartner zugeordnet".to_owned(),
        (None, None, Language::En) => "No sales partner assigned".to_owned(),
    }
}

/// That the master-data address was changed; `despite`: why, although it is the partner's.
pub(super) fn moved(to: &str, despite: Option<&str>, language: Language) -> String {
    match (despite, language) {
        (Some(reason), Language::De) => {
            format!("E-Mail-Adresse geändert auf {to}, obwohl sie zum Partner gehört: {reason}")
        }
        (Some(reason), Language::En) => {
            format!("E-mail address changed to {to} although it is the partner's: {reason}")
        }
        (None, Language::De) => format!("E-Mail-Adresse geändert auf {to}"),
        (None, Language::En) => format!("E-mail address changed to {to}"),
    }
}

/// That, with the masked address.
pub(super) fn entered(to: &str, what: AddressStep, language: Language) -> String {
    use AddressStep as S;
    let (de, en) = match what {
        S::Entered => (
            "eingetragen, wartet auf Bestätigung",
            "entered, waits for confirmation",
        ),
        S::TakenBack => ("zurückgenommen", "taken back"),
        S::Told => (
            "wartet, die bisherige Adresse weiß davon",
            "waits, the former address has been told",
        ),
        S::Held => (
            "wartet auf den Betreiber, die bisherige Adresse war nicht zu erreichen",
            "waits for the operator, the former address could not be reached",
        ),
        S::Passed => (
            "gilt nach Ablauf der Wartezeit, unbestätigt",
            "holds after the waiting time, unconfirmed",
        ),
        S::Confirmed => ("bestätigt", "confirmed"),
        S::Refused => ("abgelehnt", "refused"),
        S::Stopped => (
            "von der bisherigen Adresse gestoppt",
            "stopped by the former address",
        ),
    };
    match language {
        Language::De => format!("E-Mail-Adresse {to} {de}"),
        Language::En => format!("E-mail address {to} {en}"),
    }
}

/// That master data were changed: which, from what to what (C10). Events of earlier days have the
/// former name alone.
pub(super) fn corrected(
    former_name: Option<&str>,
    changed: &[FieldChange],
    language: Language,
) -> String {
    let (what, formerly) = if language.is_en() {
        ("Master data changed", "formerly")
    } else {
        ("Stammdaten geändert", "vorher")
    };
    match former_name {
        Some(name) if changed.is_empty() => format!("{what}, {formerly} {name}"),
        None if changed.is_empty() => what.to_owned(),
        _ => {
            let words: Vec<String> = changed.iter().map(|one| one.words(language)).collect();
            format!("{what}. {}", words.join("; "))
        }
    }
}

/// What another system made otherwise in a customer's master data.
pub(super) fn written(
    former_name: Option<&str>,
    changed: &[FieldChange],
    email: Option<&str>,
    [partner, sub_partner]: [Option<&Turn>; 2],
    language: Language,
) -> String {
    let mut words = Vec::new();
    if former_name.is_some() || !changed.is_empty() {
        words.push(corrected(former_name, changed, language));
    }
    words.extend(email.map(|to| moved(to, None, language)));
    words.extend(partner.map(|turn| assigned(turn.from.as_deref(), turn.to.as_deref(), language)));
    words.extend(sub_partner.map(|turn| match (&turn.to, language) {
        (Some(name), Language::De) => format!("{name} als Untervertriebspartner gewählt"),
        (Some(name), Language::En) => format!("{name} named as sub-partner"),
        (None, Language::De) => "Untervertriebspartner entfernt".to_owned(),
        (None, Language::En) => "Sub-partner removed".to_owned(),
    }));
    words.join(". ")
}

/// How a booking stands since another system wrote it.
pub(super) fn rebooked(product: &Named, last_day: Option<NaiveDate>, language: Language) -> String {
    let day = last_day.map(|day| short_date(day, language));
    match (day, language) {
        (None, Language::De) => format!("Buchung geändert: jetzt {}", product.de),
        (None, Language::En) => format!("Booking changed: now {}", product.en),
        (Some(day), Language::De) => format!("Buchung geändert: jetzt {} bis {day}", product.de),
        (Some(day), Language::En) => format!("Booking changed: now {} until {day}", product.en),
    }
}

/// What followed for a customer from a change of the catalogue (P-07).
pub(super) fn reviewed(needed: bool, asked: bool, language: Language) -> String {
    let (de, en) = match (needed, asked) {
        (_, true) => (
            "Nach Änderung von Produktkatalog oder Vertragstext angefordert",
            "Asked after the catalogue or the text changed",
        ),
        (true, false) => (
            "Nach Änderung von Produktkatalog oder Vertragstext ist ein AVV nötig, noch nicht angefordert",
            "An agreement is needed since the catalogue or the text changed, not asked for yet",
        ),
        (false, false) => (
            "Nach Änderung von Produktkatalog oder Vertragstext ist kein Abschluss mehr nötig",
            "No conclusion is needed any more since the catalogue or the text changed",
        ),
    };
    if language.is_en() { en } else { de }.to_owned()
}
