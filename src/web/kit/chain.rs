//! The companies of a contract, from the operator to the sub-partner.

use chrono::{DateTime, Utc};

use crate::domain::{Language, Operator, Party, calendar};

/// One company of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its role under data protection law.
    pub duty: &'static str,
    /// Name of the company.
    pub name: String,
    /// Its role towards the customer, and its city.
    pub place: String,
}

/// Operator, Mandant and Submandant, as far as the customer has them.
pub fn chain(operator: &Operator, partner: Option<&Party>, sub: Option<&Party>) -> Vec<Member> {
    chain_in(operator, partner, sub, Language::De)
}

/// [`chain`] in the reader's language.
pub fn chain_in(
    operator: &Operator,
    partner: Option<&Party>,
    sub: Option<&Party>,
    language: Language,
) -> Vec<Member> {
    let say = |de: &'static str, en: &'static str| if language.is_en() { en } else { de };
    let place = |word: &str, party: &Party| match (word.is_empty(), party.city.is_empty()) {
        (false, false) => format!("{word}, {}", party.city),
        (false, true) => word.to_owned(),
        (true, _) => party.city.clone(),
    };
    let mut members = vec![Member {
        duty: say("Auftragsverarbeiter", "Processor"),
        name: operator.party.name.clone(),
        place: if operator.party.city.is_empty() {
            say("haftet für die ganze Kette", "liable for the whole chain").to_owned()
        } else {
            let liable = say("haftet für die ganze Kette", "liable for the whole chain");
            format!("{}, {liable}", operator.party.city)
        },
    }];
    members.extend(partner.map(|party| Member {
        duty: say("Unterauftragsverarbeiter", "Sub-processor"),
        name: party.name.clone(),
        place: place(say("Vertriebspartner (Mandant)", "Sales partner"), party),
    }));
    members.extend(sub.map(|party| Member {
        duty: say("Unterunterauftragsverarbeiter", "Sub-sub-processor"),
        name: party.name.clone(),
        place: place(
            say("Untervertriebspartner (Submandant)", "Sub-partner"),
            party,
        ),
    }));
    members
}

/// The note about an agreement in force whose sub-partner has left (row 24). The document stays as
/// it was concluded.
pub fn annex_note(name: &str, since: DateTime<Utc>) -> String {
    annex_note_in(name, since, Language::De)
}

/// [`annex_note`] in the reader's language.
pub fn annex_note_in(name: &str, since: DateTime<Utc>, language: Language) -> String {
    let since = calendar::short_date(calendar::day(since), language);
    match language {
        Language::De => format!("Untervertriebspartner {name} entfällt ab {since}."),
        Language::En => format!("Sub-partner {name} is no part of it from {since}."),
    }
}
