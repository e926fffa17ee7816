//! What the form of a clause shows: the fields of each language, subjects as boxes, findings.

use super::clause_fields::{Typed, begun};
use super::clauses::{Printed, is_in, source_of, tongue};
use super::found::FindingRow;
use crate::actions::versions::review::Review;
use crate::contract::check::CheckResult;
use crate::contract::clauses::order::{Direction, neighbour};
use crate::contract::clauses::{Clause, Column, Names, Pair, PartText, Shown, show as shown_of};
use crate::contract::parts;
use crate::domain::VersionId;
use crate::wording::clause as words;

/// The fields of one language.
pub(super) struct ColumnView {
    pub code: &'static str,
    pub tongue: &'static str,
    pub shown: Shown,
    pub rows: usize,
    pub begun: String,
    pub references: String,
    /// Why it has no fields: the language does not have the clause, or only the source shows it.
    pub lacks: &'static str,
    pub source: String,
}

/// A subject as a box.
pub(super) struct SubjectBox {
    pub mark: String,
    pub name: String,
    pub is_ticked: bool,
}

impl SubjectBox {
    pub fn id(&self) -> String {
        format!("thema-{}", self.mark)
    }
}

impl ColumnView {
    pub fn field(&self, name: &str) -> String {
        format!("{name}_{}", self.code)
    }
}

pub(super) fn columns(
    part: &PartText,
    pair: &Pair,
    printed: &Printed,
    typed: Option<&Typed>,
    id: VersionId,
) -> Vec<ColumnView> {
    let view = |(column, clause): (&Column, Option<(usize, &Clause)>)| {
        let names = printed.names(column.code);
        let line = clause.map_or(1, |(_, clause)| clause.line);
        let stored = clause.and_then(|(_, clause)| shown_of(clause.source(&column.text), &names));
        let lacks = match (clause, &stored) {
            (None, _) => {
                "In dieser Sprache fehlt die Klausel. Legen Sie sie im Quelltext an, oder entfernen Sie sie aus der anderen Sprache."
            }
            (_, None) => "Diese Klausel lässt sich nur im Quelltext bearbeiten.",
            _ => "",
        };
        let stored = stored.unwrap_or_default();
        let own = typed.and_then(|typed| typed.column(column.code));
        let (shown, begun, references) = match own {
            Some(own) => (own.shown.clone(), own.begun.clone(), own.names.field()),
            None => (stored.clone(), begun(&stored), names.field()),
        };
        ColumnView {
            code: column.code,
            tongue: tongue(column.code),
            rows: rows(&shown.text),
            shown,
            begun,
            references,
            lacks,
            source: source_of(id, &column.path, line),
        }
    };
    part.each(pair).map(view).collect()
}

/// Rows of a field that shows a text without scrolling, within bounds.
fn rows(text: &str) -> usize {
    let lines = text.lines().map(|line| 1 + line.chars().count() / 62);
    lines.sum::<usize>().clamp(6, 36) + 1
}

pub(super) fn marks_of(part: &PartText, pair: &Pair) -> Vec<String> {
    let first = part.each(pair).find_map(|(_, clause)| clause);
    let tags = first
        .map(|(_, clause)| clause.tags.clone())
        .unwrap_or_default();
    tags.into_iter().filter(|tag| tag != "unnumbered").collect()
}

/// Subjects of measures stand at measures, all others in the contract.
pub(super) fn subjects(stem: &str, stored: &[String], typed: Option<&Typed>) -> Vec<SubjectBox> {
    let ticked = typed.map_or(stored, |typed| typed.ticked.as_slice());
    let is_measures = stem == parts::MEASURES || stem.contains("tom");
    let fits = |mark: &str| mark.starts_with("tom-") == is_measures || mark == "tom-change";
    let known = words::SUBJECTS.iter().map(|(mark, name)| (*mark, *name));
    let mut boxes: Vec<SubjectBox> = known
        .filter(|(mark, _)| fits(mark) || ticked.iter().chain(stored).any(|one| one == mark))
        .map(|(mark, name)| SubjectBox {
            is_ticked: ticked.iter().any(|one| one == mark),
            mark: mark.to_owned(),
            name: name.to_owned(),
        })
        .collect();
    for mark in stored {
        if words::subject(mark) == mark {
            boxes.push(SubjectBox {
                mark: mark.clone(),
                name: mark.clone(),
                is_ticked: ticked.contains(mark),
            });
        }
    }
    boxes
}

pub(super) fn moves(part: &PartText, pair: &Pair) -> (bool, bool) {
    let may = |direction| {
        part.each(pair).any(|(column, clause)| {
            clause.is_some_and(|(at, _)| neighbour(&column.clauses, at, direction).is_some())
        })
    };
    (may(Direction::Up), may(Direction::Down))
}

pub(super) fn references(printed: &Printed) -> Vec<(String, String, String)> {
    let de = printed.names("de");
    let en = printed.names("en");
    let mut all: Vec<(String, String, String)> = Vec::new();
    let label = |names: &Names, id: &str| {
        let found = names.all().find(|(one, _)| *one == id);
        found.map_or(format!("Verweis: {id}"), |(_, label)| label.to_owned())
    };
    let mut ids: Vec<&str> = de.all().chain(en.all()).map(|(id, _)| id).collect();
    ids.sort_unstable();
    ids.dedup();
    for id in ids {
        all.push((id.to_owned(), label(&de, id), label(&en, id)));
    }
    // Numbers in their order: "Ziffer 2" before "Ziffer 10".
    all.sort_by_key(|(_, de, _)| {
        let numbers: Vec<u32> = de
            .split(|c: char| !c.is_ascii_digit())
            .filter_map(|digits| digits.parse().ok())
            .collect();
        (de.split(' ').next().unwrap_or_default().to_owned(), numbers)
    });
    all
}

/// What was found in the clause; each leads to the field of its language.
pub(super) fn findings(reviewed: &Review, part: &PartText, pair: &Pair) -> Vec<FindingRow> {
    let field = |file: &str| {
        let code = file.split('/').next().unwrap_or_default();
        Some((format!("Text, {}", tongue(code)), format!("#text_{code}")))
    };
    let mut rows: Vec<FindingRow> = Vec::new();
    for problem in &reviewed.problems {
        if is_in(part, pair, &problem.file, problem.line) {
            rows.push(FindingRow {
                check: "",
                text: problem.message.clone(),
                place: field(&problem.file),
            });
        }
    }
    for finding in &reviewed.findings {
        let place = finding
            .place
            .as_deref()
            .and_then(|place| place.rsplit_once(':'));
        let Some((file, line)) = place else { continue };
        let is_here = line.parse().is_ok_and(|line| is_in(part, pair, file, line));
        if is_here && (finding.failed() || finding.outcome == CheckResult::Confirm) {
            rows.push(FindingRow {
                check: finding.id,
                text: finding.explanation.clone(),
                place: field(file),
            });
        }
    }
    rows
}
