//! Product files and the annex of measures.

use super::passages::Passages;
use super::{Finding, Remedy, Severity, generated, place};
use crate::contract::Contract;
use crate::contract::source::{Kind, Node, Text, walk};
use crate::contract::vocabulary::Generator;

/// LC-08, LC-49: every product file has its table of data, unless a passage speaks of the data of all
/// products, and the contract prints them.
pub(super) fn products(contract: &Contract) -> Vec<Finding> {
    let texts = contract.texts(contract.meta.binding);
    let mut findings = Vec::new();
    let mut files = std::iter::once(&texts.main).chain(&texts.annexes);
    let is_for_all = files.any(|text| {
        let mut found = false;
        walk(&text.blocks, &[], &mut |node, _| {
            found |= node.tags.iter().any(|tag| tag == "data-types");
            if let Kind::List { items, .. } = &node.kind {
                let mut tags = items.iter().flat_map(|item| &item.tags);
                found |= tags.any(|tag| tag == "data-types");
            }
        });
        found
    });
    for text in texts.products.values() {
        let mut has_rows = is_for_all;
        walk(&text.blocks, &[], &mut |node, _| {
            has_rows |= matches!(&node.kind, Kind::Table { rows, .. } if !rows.is_empty());
            let is_table = matches!(node.kind, Kind::Table { .. });
            has_rows |= !is_table && node.tags.iter().any(|tag| tag == "data-types");
        });
        let good = match is_for_all {
            true => "Die Arten der Daten sind für alle Produkte zusammen zugeordnet.",
            false => "Die Produktanlage hat eine Tabelle mit Zeilen.",
        };
        findings.push(Finding::new("LC-08", Severity::Block, has_rows, either(has_rows, good,
            "Die Produktanlage hat keine Tabelle mit mindestens einer Zeile, und keine Stelle ist den Arten der Daten zugeordnet."), place(&text.file, 1)));
    }
    let placed = generated(contract).any(|generator| generator == Generator::Products);
    let ok = placed && !texts.products.is_empty();
    let remedy = match placed {
        true => Remedy::Products,
        false => Remedy::Block(Generator::Products),
    };
    findings.push(Finding::new("LC-49", Severity::Block, ok, either(ok,
        "Die Produktanlagen sind eingebunden.",
        "Der Vertrag bindet keine Produktanlagen ein. Bauen Sie „Anlagen der Produkte“ ein, und geben Sie jedem Produkt eine Anlage."), None).mended(remedy));
    findings
}

/// LC-17: the annex of measures is there, and nothing in it is empty. What it covers is assigned.
pub(super) fn measures(contract: &Contract) -> Vec<Finding> {
    let texts = contract.texts(contract.meta.binding);
    let annex = texts.annexes.iter().find(|annex| {
        let tagged = annex
            .blocks
            .iter()
            .any(|node| node.tags.iter().any(|tag| tag == "tom"));
        tagged || annex.file.split(['/', '-', '.']).any(|part| part == "tom")
    });
    let Some(annex) = annex else {
        let text = "Es steht nicht fest, welche Anlage die technischen und organisatorischen Maßnahmen enthält. Ordnen Sie „Sicherheit der Verarbeitung“ ihrer Überschrift zu.";
        let finding = Finding::new("LC-17", Severity::Block, false, text, None);
        return vec![finding.mended(Remedy::Subject("tom"))];
    };
    let files = || std::iter::once(annex).chain(&texts.measures);
    let lacking = files()
        .flat_map(|text| {
            Passages::empty_sections(text)
                .into_iter()
                .map(|l| (&text.file, l))
        })
        .chain(texts.measures.iter().flat_map(|text| {
            let poor = text.blocks.iter().filter(|group| !is_group(group));
            poor.map(|group| (&text.file, group.line))
        }))
        .collect::<Vec<(&String, usize)>>();
    const POOR: &str = "Die Anlage der Maßnahmen ist leer, hat eine Überschrift ohne Maßnahme oder eine Gruppe ohne Ziel. Nennen Sie zu jeder Überschrift das Ziel und die konkreten Maßnahmen.";
    let fault =
        |file: &str, line| Finding::new("LC-17", Severity::Block, false, POOR, place(file, line));
    let words = |text: &Text| Passages::text_of(&text.blocks).split_whitespace().count();
    if !lacking.is_empty() {
        return lacking
            .into_iter()
            .map(|(file, line)| fault(file, line))
            .collect();
    }
    if files().map(words).sum::<usize>() <= 20 {
        return vec![fault(&annex.file, 1)];
    }
    let text = "Die Anlage der Maßnahmen ist vorhanden, jede Überschrift hat Inhalt.";
    vec![Finding::new(
        "LC-17",
        Severity::Block,
        true,
        text,
        place(&annex.file, 1),
    )]
}

/// Whether a group of measures has a text with its aim and a list with at least one measure.
fn is_group(group: &Node) -> bool {
    let Kind::Section { children, .. } = &group.kind else {
        return false;
    };
    let (mut aim, mut measures) = (false, false);
    walk(children, &[], &mut |node, _| match &node.kind {
        Kind::Paragraph(_) => aim |= !measures,
        Kind::List { items, .. } => measures |= !items.is_empty(),
        _ => {}
    });
    aim && measures
}

fn either(ok: bool, good: &'static str, bad: &'static str) -> &'static str {
    if ok { good } else { bad }
}
