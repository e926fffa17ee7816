//! LC-47: all languages have the same clause tree. A clause that is missing in one language is the
//! most common fault of bilingual contracts.

use super::figures::{DAYS, HOURS, figures};
use super::passages::Passages;
use super::{Finding, Severity, place};
use crate::contract::Contract;
use crate::contract::meta::{self, Output};
use crate::contract::source::{Kind, Node, Text};
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

/// The first difference in structure, else a difference in periods.
fn compare(a: &Text, b: &Text, figures_are: Severity) -> Option<Finding> {
    let (left, right) = (outline(&a.blocks), outline(&b.blocks));
    let different = left.iter().zip(&right).find(|(x, y)| x.1 != y.1);
    if let Some(((line, what), (other_line, other))) = different {
        let text = format!(
            "Hier steht: {other}. In der verbindlichen Sprache steht: {what} ({}:{line}).",
            a.file
        );
        return Some(fault(&b.file, *other_line, text));
    }
    if let Some((line, what)) = left.get(right.len()) {
        let text = format!("In dieser Sprache fehlt: {what} ({}:{line}).", a.file);
        return Some(fault(&b.file, right.last().map_or(1, |last| last.0), text));
    }
    if let Some((line, what)) = right.get(left.len()) {
        return Some(fault(
            &b.file,
            *line,
            format!("In der verbindlichen Sprache ({}) fehlt: {what}.", a.file),
        ));
    }
    let periods = |text: &Text| {
        let words = Passages::text_of(&text.blocks).to_lowercase();
        let mut all = figures(&words, DAYS);
        all.extend(figures(&words, HOURS));
        all.sort_unstable();
        all
    };
    (periods(a) != periods(b)).then(|| {
        let text = format!(
            "Die Fristen in Tagen oder Stunden sind andere als in {}. Vergleichen Sie die Zahlen.",
            a.file
        );
        Finding::new("LC-47", figures_are, false, text, place(&b.file, 1))
    })
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
