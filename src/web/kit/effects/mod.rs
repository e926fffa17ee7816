//! "Was das bedeutet": the consequences of a step in plain German, worded from its preview. Every
//! page that asks for a confirmation prints the same sentences in the same order.
//!
//! ```text
//! let preview = preview(&case, &event, now)?;               // the rules, on a copy
//! let meaning = meaning(&operator.short_name, &preview);    // effects(…), under their headings
//! ```
//!
//! Templates print the parts with `{% include "web/customers/parts/effects.html" %}`, which reads a field
//! `meaning: Vec<Part>` of the page.

mod access;
mod mails;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::unwritten::unwritten;
use crate::actions::Applied;
use crate::domain::case::{AgreementEnd, Change, Preview, Status, status_of};
use crate::domain::{Language, calendar, master_data};
use crate::web::kit::words::listed;
use crate::wording::dates;

/// What an effect is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EffectKind {
    /// The master data of the customer.
    MasterData,
    /// The state of the AVV.
    Status,
    /// An agreement begins, ends or goes on.
    Agreement,
    /// Links that were sent.
    Link,
    /// Mails that are sent, and to whom.
    Mail,
    /// Which partner may see and open what.
    Access,
}

/// One consequence of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// What it concerns, for example the agreement or a mail.
    pub kind: EffectKind,
    /// The day on which it takes effect; `None` means at once.
    pub on: Option<NaiveDate>,
    /// Whole sentences that need no heading, or a change like "Ort: Köln → Bonn". They show a
    /// reader no more of an address than a partner may see (S-14).
    pub text: String,
}

/// A heading with its sentences, of which there is at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// "AVV-Status", "E-Mails und Links", "Am Dienstag, 1. Dezember 2026, …".
    pub heading: String,
    /// The effects under this heading, as whole sentences.
    pub lines: Vec<String>,
}

/// What a step means: the status of the AVV, the mails, who may open what, and what follows on
/// later days. `operator` is the short name of the provider.
pub fn effects(operator: &str, preview: &Preview) -> Vec<Effect> {
    let at_once = Telling {
        operator,
        preview,
        then: preview.now,
        on: None,
        at_last: "",
        since: "ab sofort",
        when: "sofort".to_owned(),
    };
    let mut effects = at_once.effects();
    for end in preview.coming_ends() {
        effects.extend(effects_on(operator, preview, end));
    }
    effects
}

/// The effects under their headings: immediate ones by subject, later ones by day.
pub fn meaning(operator: &str, preview: &Preview) -> Vec<Part> {
    under_headings(effects(operator, preview))
}

/// The same for a customer that is about to be added and has no status yet that could change.
pub fn meaning_of_new(operator: &str, preview: &Preview) -> Vec<Part> {
    let mut all = effects(operator, preview);
    let is_state = |effect: &&mut Effect| effect.kind == EffectKind::Status && effect.on.is_none();
    for effect in all.iter_mut().filter(is_state) {
        let status = status_of(&preview.after, preview.now);
        effect.text = match status.status {
            Status::NotRequired => "Ein AVV ist noch nicht erforderlich.".to_owned(),
            _ => format!("Der AVV-Status ist „{}“.", status.word()),
        };
    }
    under_headings(all)
}

fn under_headings(effects: Vec<Effect>) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for effect in effects {
        let heading = effect.heading();
        match parts.iter_mut().find(|part| part.heading == heading) {
            Some(part) => part.lines.push(effect.text),
            None => parts.push(Part {
                heading,
                lines: vec![effect.text],
            }),
        }
    }
    parts
}

/// What a step did for the customer, for the message after it.
pub fn said(done: &Applied, now: DateTime<Utc>) -> String {
    let has = |wanted: fn(&Change) -> bool| done.changes.iter().any(wanted);
    if !has(Change::asks) {
        return if has(mails::goes_to_customer) {
            "Der Kunde erhält eine kurze Nachricht, auf die er nicht antworten muss."
        } else {
            mails::NONE_TO_CUSTOMER
        }
        .to_owned();
    }
    let asked = "Der Kunde erhält eine E-Mail mit einem neuen Link.";
    let waiting = done.after.chain().last().map(|one| {
        let areas = access::waiting(&done.after, one.id, now);
        (&one.party.name, areas)
    });
    match waiting {
        Some((name, areas)) if !areas.is_empty() => format!(
            "{asked} Bis er abschließt, kann {name} {} nicht verwalten.",
            listed(&areas)
        ),
        _ => asked.to_owned(),
    }
}

impl Effect {
    fn heading(&self) -> String {
        if let Some(day) = self.on {
            let day = dates::weekday_date(day, Language::De);
            return format!("Am {day}, wenn bis dahin nichts anderes geschieht");
        }
        match self.kind {
            EffectKind::MasterData => "Stammdaten",
            EffectKind::Status | EffectKind::Agreement => "AVV-Status",
            EffectKind::Link | EffectKind::Mail => "E-Mails und Links",
            EffectKind::Access => "Zugriff der Vertriebspartner",
        }
        .to_owned()
    }
}

/// What follows when bookings end on a later day.
fn effects_on(operator: &str, preview: &Preview, end: DateTime<Utc>) -> Vec<Effect> {
    let on = calendar::day(end);
    let Some(morning) = preview.morning_after(end) else {
        return vec![Effect {
            kind: EffectKind::Status,
            on: Some(on),
            text: "Daraus folgt nichts weiter.".to_owned(),
        }];
    };
    let goes = calendar::day(morning.now);
    let later = Telling {
        operator,
        preview: &morning,
        then: end - Duration::milliseconds(1),
        on: Some(on),
        at_last: " dann",
        since: "ab diesem Tag",
        // If it ends before a weekend or a holiday, the mail is sent on the next working day (F10).
        when: if goes == on {
            "am Morgen".to_owned()
        } else {
            format!("am {}", dates::weekday_date(goes, Language::De))
        },
    };
    later.effects()
}

/// A preview with the words for the time at which it happens.
struct Telling<'a> {
    operator: &'a str,
    preview: &'a Preview,
    /// The moment at which the facts before are looked at.
    then: DateTime<Utc>,
    on: Option<NaiveDate>,
    /// " dann", or empty.
    at_last: &'static str,
    /// Since when: "ab sofort", "ab diesem Tag".
    since: &'static str,
    /// When: "sofort", "am Morgen", or a day.
    when: String,
}

impl Telling<'_> {
    fn effects(&self) -> Vec<Effect> {
        let told = [
            (EffectKind::MasterData, self.master_data()),
            (EffectKind::Status, vec![self.status()]),
            (EffectKind::Agreement, self.text().into_iter().collect()),
            (EffectKind::Agreement, self.agreements()),
            (EffectKind::Link, mails::links(self).into_iter().collect()),
            (EffectKind::Mail, mails::mails(self)),
            (EffectKind::Access, access::lines(self)),
        ];
        let effect = |kind| {
            move |text| Effect {
                kind,
                on: self.on,
                text,
            }
        };
        told.into_iter()
            .flat_map(|(kind, lines)| lines.into_iter().map(effect(kind)))
            .collect()
    }

    /// Changed master data: "Ort: Köln → Bonn". The e-mail address has its own sentences, because
    /// it is masked.
    fn master_data(&self) -> Vec<String> {
        let is_party =
            |change: &Change| matches!(change, Change::SetParty(_) | Change::SetLanguage(_));
        if !self.preview.changes.iter().any(is_party) {
            return Vec::new();
        }
        let (old, new) = (&self.preview.before.customer, &self.preview.after.customer);
        master_data::changes((&old.party, old.language), (&new.party, new.language))
            .iter()
            .map(|change| change.words(Language::De))
            .collect()
    }

    fn status(&self) -> String {
        let (preview, when) = (self.preview, self.at_last);
        let old = status_of(&preview.before, self.then);
        let new = status_of(&preview.after, preview.now);
        if old.word() != new.word() {
            return format!(
                "Der AVV-Status wechselt{when} von „{}“ zu „{}“.",
                old.word(),
                new.word()
            );
        }
        match new.status {
            Status::NotRequired => {
                format!("Ein AVV ist{when} nicht erforderlich, daran ändert sich nichts.")
            }
            _ => format!("Der AVV-Status bleibt{when} „{}“.", new.word()),
        }
    }

    /// That nothing is asked for before the contract text speaks of everything, and who has to act.
    fn text(&self) -> Option<String> {
        let (after, now) = (&self.preview.after, self.preview.now);
        let waits = after.lacks_text(now) && !after.is_settled(now);
        waits.then(|| {
            format!(
                "{} Der Betreiber muss eine Fassung damit veröffentlichen; bis dahin wird nichts angefordert und nichts abgeschlossen.",
                unwritten(after, now)
            )
        })
    }

    /// What becomes of the agreement in force.
    fn agreements(&self) -> Vec<String> {
        let (before, after) = (&self.preview.before, &self.preview.after);
        let is_left = |change: &Change| matches!(change, Change::LeaveSubPartner(_));
        let mut lines: Vec<String> = self
            .preview
            .changes
            .iter()
            .filter_map(|change| match change {
                Change::EndAgreement(id, end) => {
                    let ended = before.agreements.iter().find(|one| one.id == *id)?;
                    Some((&ended.number, *end))
                }
                _ => None,
            })
            .map(|(number, end)| {
                let becomes = match end {
                    AgreementEnd::Objected => "wird nichtig",
                    AgreementEnd::Replaced => "wird durch den neuen ersetzt",
                    AgreementEnd::Disowned => {
                        "gilt nicht mehr, weil er über eine Adresse geschlossen wurde, die nicht dem Kunden gehört"
                    }
                    AgreementEnd::Ended if after.customer.deleted_at.is_some() => "endet",
                    AgreementEnd::Ended => "endet, weil kein AVV mehr nötig ist",
                };
                format!("Der Vertrag {number} {becomes}. Als Nachweis bleibt er abrufbar.")
            })
            .collect();
        match (after.agreement(), before.agreement()) {
            (Some(new), old) if old.is_none_or(|old| old.id != new.id) => {
                lines.push("Ein neuer Vertrag kommt zustande.".to_owned());
            }
            (Some(agreement), _) => lines.push(format!(
                "Der Vertrag {} mit {} gilt weiter, {}.",
                agreement.number,
                self.operator,
                if self.preview.changes.iter().any(is_left) {
                    "aber nicht mehr für den bisherigen Untervertriebspartner"
                } else {
                    "wie er abgeschlossen wurde"
                }
            )),
            (None, _) => {}
        }
        lines
    }
}
