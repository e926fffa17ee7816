//! Versions of the contract text: what stands for a missing number, and their sentences in the log.

use super::clause;
use super::dates::short_date;
use crate::domain::Language;
use crate::domain::version::{ClauseStep, Head, VersionAuditEvent};

impl Head {
    /// The number, or what stands in its place in lists and the log.
    pub fn label(&self) -> String {
        label(self.number.as_deref())
    }
}

/// A number, or what stands in its place.
pub fn label(number: Option<&str>) -> String {
    number.map_or_else(|| "ohne Nummer".to_owned(), str::to_owned)
}

impl VersionAuditEvent {
    /// The sentence in the history, about the version called `name`.
    pub fn sentence(&self, name: &str, language: Language) -> String {
        if language.is_en() {
            self.in_english(name)
        } else {
            self.in_german(name)
        }
    }

    fn in_german(&self, name: &str) -> String {
        let what = format!("Vertragsfassung {name}");
        match self {
            Self::Begun { from: Some(from) } => {
                format!("{what}: Entwurf aus Fassung {from} angelegt")
            }
            Self::Begun { from: None } => {
                format!("{what}: Entwurf aus einer hochgeladenen Datei angelegt")
            }
            Self::Changed { part } => format!("{what}: {part} geändert"),
            Self::Clause { clause, step, .. } => {
                let done = match step {
                    ClauseStep::Changed => "geändert",
                    ClauseStep::Moved => "verschoben",
                    ClauseStep::Added => "angelegt",
                    ClauseStep::Removed => "entfernt",
                    ClauseStep::Commented => "kommentiert",
                    ClauseStep::Answered => "Kommentar beantwortet",
                    ClauseStep::Closed => "Kommentar erledigt",
                    ClauseStep::Reopened => "Kommentar wieder offen",
                };
                format!("{what}, Klausel „{clause}“: {done}")
            }
            Self::Block {
                block,
                place,
                is_placed,
            } => {
                let block = clause::generated(block);
                let done = if *is_placed {
                    "eingebaut"
                } else {
                    "herausgenommen"
                };
                format!("{what}: Baustein „{block}“ {done} ({place})")
            }
            Self::PartAdded { part } => format!("{what}: {part} angelegt"),
            Self::PartRenamed { from, to } => format!("{what}: {from} umbenannt in {to}"),
            Self::PartRemoved { part } => format!("{what}: {part} entfernt"),
            Self::ImportDecided { what: line } => format!("{what}, Übernahme: {line}"),
            Self::Submitted { answers } => {
                format!("{what} zur Freigabe vorgelegt, {answers} Fragen beantwortet")
            }
            Self::Assigned { subject, place } => {
                format!("{what}: „{subject}“ zugeordnet: {place}")
            }
            Self::Released { subject, place } => {
                format!("{what}: Zuordnung von „{subject}“ gelöst: {place}")
            }
            Self::LeftUncovered { subject, reason } if reason.is_empty() => {
                format!("{what}: „{subject}“ ist wieder offen")
            }
            Self::LeftUncovered { subject, reason } => {
                format!("{what}: „{subject}“ regelt der Text nicht, weil: {reason}")
            }
            Self::ColumnsNamed { columns } => format!("{what}: Spalten benannt: {columns}"),
            Self::Returned { reason } => format!("{what} zurückgegeben: {reason}"),
            Self::Approved => format!("{what} freigegeben"),
            Self::ApprovedWithout { subjects, reason } => format!(
                "{what} freigegeben, ohne dass der Text „{}“ regelt: {reason}",
                subjects.join("“, „")
            ),
            Self::Published { valid_from, .. } => {
                let day = short_date(*valid_from, Language::De);
                format!("{what} veröffentlicht, gültig ab {day}")
            }
            Self::Shipped => format!("Mitgelieferte {what} veröffentlicht"),
            Self::Discarded => format!("{what}: Entwurf gelöscht"),
        }
    }

    fn in_english(&self, name: &str) -> String {
        let what = format!("Agreement version {name}");
        match self {
            Self::Begun { from: Some(from) } => {
                format!("{what}: draft made from version {from}")
            }
            Self::Begun { from: None } => format!("{what}: draft made from an uploaded file"),
            Self::Changed { part } => format!("{what}: {part} changed"),
            Self::Clause { clause, step, .. } => {
                let done = match step {
                    ClauseStep::Changed => "changed",
                    ClauseStep::Moved => "moved",
                    ClauseStep::Added => "added",
                    ClauseStep::Removed => "removed",
                    ClauseStep::Commented => "comment written",
                    ClauseStep::Answered => "comment answered",
                    ClauseStep::Closed => "comment closed",
                    ClauseStep::Reopened => "comment open again",
                };
                format!("{what}, clause “{clause}”: {done}")
            }
            Self::Block {
                block,
                place,
                is_placed,
            } => {
                let done = if *is_placed { "placed" } else { "taken out" };
                format!("{what}: block “{block}” {done} ({place})")
            }
            Self::PartAdded { part } => format!("{what}: {part} added"),
            Self::PartRenamed { from, to } => format!("{what}: {from} renamed to {to}"),
            Self::PartRemoved { part } => format!("{what}: {part} removed"),
            Self::ImportDecided { what: line } => format!("{what}, import: {line}"),
            Self::Submitted { answers } => {
                format!("{what} submitted for approval, {answers} questions answered")
            }
            Self::Assigned { subject, place } => {
                format!("{what}: “{subject}” assigned: {place}")
            }
            Self::Released { subject, place } => {
                format!("{what}: assignment of “{subject}” taken back: {place}")
            }
            Self::LeftUncovered { subject, reason } if reason.is_empty() => {
                format!("{what}: “{subject}” is open again")
            }
            Self::LeftUncovered { subject, reason } => {
                format!("{what}: the text does not cover “{subject}”: {reason}")
            }
            Self::ColumnsNamed { columns } => format!("{what}: columns named: {columns}"),
            Self::Returned { reason } => format!("{what} given back: {reason}"),
            Self::Approved => format!("{what} approved"),
            Self::ApprovedWithout { subjects, reason } => format!(
                "{what} approved, although the text does not cover “{}”: {reason}",
                subjects.join("”, “")
            ),
            Self::Published { valid_from, .. } => {
                let day = short_date(*valid_from, Language::En);
                format!("{what} published, valid from {day}")
            }
            Self::Shipped => format!("{what}, shipped with the program, published"),
            Self::Discarded => format!("{what}: draft deleted"),
        }
    }
}
