//! LC-47: all languages have the same clause tree. A clause that is missing in one language is the
//! most common fault of bilingual contracts.

use std::collections::BTreeSet;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::figures::{DAYS, HOURS, figures};
use super::passages::Passages;
use super::{Finding, Severity, place};
use crate::contract::Contract;
use crate::contract::meta::{self, Output};
use crate::contract::source::{Kind, Node, Text, walk};
use crate::domain::Language;

pub(super) fn check(contract: &Contract) -> Vec<Finding> {
    let binding = contract.meta.binding;
    let leading = contract.texts(binding);
    let mut findings = Vec::new();
    // A reader of both texts in one document must not find two periods in it (T-10).
    let both = contract.meta.bilingual == Output::OneAfterTheOther;
    let delivered = |one: &Language| contract.meta.delivered_beside(*one).is_some();
    let figures = if both || contract.meta.languages.iter().any(delivered) {
        Severity::Block
    } else {
        Severity::Warn
    };
    if both && contract.meta.second(binding).is_none() {
        let text = "Im Dokument des Kunden sollen beide Sprachen stehen („Sprachen im Dokument des Kunden“), die Fassung hat aber nur eine Sprache. Nennen Sie die zweite unter „languages“ oder nehmen Sie die Angabe heraus.";
        findings.push(fault(meta::FILE, 1, text.to_owned()));
    }
    for language in contract.meta.languages.iter().filter(|l| **l != binding) {
        let other = contract.texts(*language);
        let pairs = std::iter::once((&leading.main, &other.main))
            .chain(leading.annexes.iter().zip(&other.annexes));
        for (a, b) in pairs {
            findings.extend(compare(a, b, figures));
        }
        match (&leading.measures, &other.measures) {
            (Some(a), Some(b)) => findings.extend(compare(a, b, figures)),
            (Some(only), None) | (None, Some(only)) => findings.push(fault(
                &only.file,
                1,
                "Diese Maßnahmen gibt es nur in einer Sprache.".to_owned(),
            )),
            (None, None) => {}
        }
        for (code, a) in &leading.products {
            match other.products.get(code) {
                Some(b) => findings.extend(compare(a, b, figures)),
                None => findings.push(fault(
                    &a.file,
                    1,
                    format!(
                        "Die Produktanlage „{code}“ fehlt in der Sprache „{}“.",
                        language.code()
                    ),
                )),
            }
        }
        for (code, b) in other
            .products
            .iter()
            .filter(|(code, _)| !leading.products.contains_key(*code))
        {
            findings.push(fault(
                &b.file,
                1,
                format!("Die Produktanlage „{code}“ fehlt in der verbindlichen Sprache."),
            ));
        }
    }
    if !findings.iter().any(Finding::blocks) {
        let text = "Alle Sprachen haben denselben Aufbau; die verbindliche ist benannt.";
        findings.push(Finding::new("LC-47", Severity::Block, true, text, None));
    }
    findings
}

fn fault(file: &str, line: usize, text: String) -> Finding {
    Finding::new("LC-47", Severity::Block, false, text, place(file, line))
}

/// Every difference in structure, each at its place, and every clause whose periods differ.
fn compare(a: &Text, b: &Text, figures: Severity) -> Vec<Finding> {
    let (left, right) = (outline(&a.blocks), outline(&b.blocks));
    let what = |lines: &[(usize, String)]| -> Vec<String> {
        lines.iter().map(|(_, what)| what.clone()).collect()
    };
    let mut findings = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &what(&left), &what(&right)) {
        let (_, old, new) = op.as_tag_tuple();
        if matches!(op, DiffOp::Equal { .. }) {
            continue;
        }
        // Where it would stand in the other language.
        let near = right.get(new.start.min(right.len().saturating_sub(1)));
        let near = near.map_or(1, |(line, _)| *line);
        let mut others = right.get(new).unwrap_or_default().iter();
        for (line, what) in left.get(old).unwrap_or_default() {
            findings.push(match others.next() {
                Some((other_line, other)) => fault(
                    &b.file,
                    *other_line,
                    format!("Hier steht: {other}. In der verbindlichen Sprache steht: {what} ({}:{line}).", a.file),
                ),
                None => fault(
                    &b.file,
                    near,
                    format!("In dieser Sprache fehlt: {what} ({}:{line}).", a.file),
                ),
            });
        }
        findings.extend(others.map(|(line, what)| {
            let text = format!("In der verbindlichen Sprache ({}) fehlt: {what}.", a.file);
            fault(&b.file, *line, text)
        }));
    }
    let there = clauses(&b.blocks);
    for clause in clauses(&a.blocks) {
        let Some(other) = there.iter().find(|other| other.id == clause.id) else {
            continue;
        };
        if clause.periods != other.periods {
            let text = format!(
                "Die Fristen in Tagen oder Stunden sind andere als in {}:{} ({} statt {}). Vergleichen Sie die Zahlen.",
                a.file,
                clause.line,
                listed(&other.periods),
                listed(&clause.periods)
            );
            let at = place(&b.file, other.line);
            findings.push(Finding::new("LC-47", figures, false, text, at));
        }
    }
    findings
}

/// The periods of a clause, without those of clauses below it.
struct ClausePeriods {
    id: String,
    line: usize,
    /// In days and in hours, each once.
    periods: BTreeSet<(u32, bool)>,
}

fn clauses(blocks: &[Node]) -> Vec<ClausePeriods> {
    let mut out = vec![ClausePeriods {
        id: String::new(),
        line: 1,
        periods: periods(blocks),
    }];
    walk(blocks, &[], &mut |node, _| {
        if let Kind::Section { id, children, .. } = &node.kind {
            out.push(ClausePeriods {
                id: id.clone(),
                line: node.line,
                periods: periods(children),
            });
        }
    });
    out
}

fn periods(blocks: &[Node]) -> BTreeSet<(u32, bool)> {
    let own = blocks
        .iter()
        .filter(|node| !matches!(node.kind, Kind::Section { .. }));
    let mut all = BTreeSet::new();
    for node in own {
        let words = Passages::text_of(std::slice::from_ref(node)).to_lowercase();
        all.extend(figures(&words, DAYS).into_iter().map(|days| (days, true)));
        all.extend(
            figures(&words, HOURS)
                .into_iter()
                .map(|hours| (hours, false)),
        );
    }
    // "A day" is a period in one language and an article in the other.
    all.retain(|(number, _)| *number > 1);
    all
}

fn listed(periods: &BTreeSet<(u32, bool)>) -> String {
    let words: Vec<String> = periods
        .iter()
        .map(|(number, is_days)| format!("{number} {}", if *is_days { "Tage" } else { "Stunden" }))
        .collect();
    match words.is_empty() {
        true => "keine".to_owned(),
        false => words.join(", "),
    }
}

/// The structure as lines: the skeleton of the text.
fn outline(nodes: &[Node]) -> Vec<(usize, String)> {
    let mut out = Vec::new();
    for node in nodes {
        let what = match &node.kind {
            Kind::Section {
                level,
                id,
                numbered,
                ..
            } => {
                let number = if *numbered { "" } else { " ohne Nummer" };
                format!("die Überschrift „#{id}“ der Ebene {level}{number}")
            }
            Kind::Paragraph(_) => "ein Absatz".to_owned(),
            Kind::List {
                marks,
                start,
                items,
            } => {
                let first = marks.mark(Some("…"), *start).unwrap_or_default();
                format!("eine Liste ab „{first}“ mit {} Punkten", items.len())
            }
            Kind::Table { head, rows, .. } => format!(
                "eine Tabelle mit {} Spalten und {} Zeilen",
                head.len(),
                rows.len()
            ),
            Kind::Definitions(entries) => {
                format!("eine Begriffsliste mit {} Begriffen", entries.len())
            }
            Kind::Contact(_) => "ein Adressblock".to_owned(),
            Kind::Generated(generator) => format!("der erzeugte Block „{}“", generator.word()),
        };
        let condition = if node.conditions.is_empty() {
            ""
        } else {
            " unter einer Bedingung"
        };
        out.push((node.line, format!("{what}{condition}")));
        match &node.kind {
            Kind::Section { children, .. } => out.extend(outline(children)),
            Kind::List { items, .. } => {
                for item in items {
                    if let Some(id) = &item.id {
                        out.push((item.line, format!("ein Punkt „#{id}“")));
                    }
                    out.extend(outline(&item.blocks));
                }
            }
            Kind::Definitions(entries) => entries
                .iter()
                .for_each(|(_, blocks)| out.extend(outline(blocks))),
            Kind::Paragraph(_) | Kind::Table { .. } | Kind::Contact(_) | Kind::Generated(_) => {}
        }
    }
    out
}
