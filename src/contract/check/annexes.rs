//! Product files and the annex of measures.

use super::passages::Passages;
use super::{Finding, Severity, generated, place};
use crate::contract::Contract;
use crate::contract::source::{Kind, Node, Text, walk};
use crate::contract::vocabulary::Generator;

/// LC-08, LC-10, LC-49: every product file says which data are processed and whose they are.
pub(super) fn products(contract: &Contract) -> Vec<Finding> {
    let texts = contract.texts(contract.meta.binding);
    let mut findings = Vec::new();
    for text in texts.products.values() {
        let passages = Passages::of(std::iter::once(text));
        let mut has_rows = false;
        walk(&text.blocks, &[], &mut |node, _| {
            has_rows |= matches!(&node.kind, Kind::Table { rows, .. } if !rows.is_empty());
        });
        let types = has_rows || !passages.says_nothing("data-types");
        let subjects = !passages.says_nothing("data-subjects")
            || passages.mentions(&["betroffen", "beschäftigte", "data subject", "employees"]);
        let at = place(&text.file, 1);
        findings.push(Finding::new("LC-08", Severity::Block, types, either(types,
            "Die Produktanlage nennt die Arten der Daten.",
            "Die Produktanlage nennt keine Arten von Daten. Ergänzen Sie eine Tabelle mit mindestens einer Zeile."), at.clone()));
        findings.push(Finding::new("LC-10", Severity::Block, subjects, either(subjects,
            "Die Produktanlage nennt die betroffenen Personen.",
            "Die Produktanlage nennt keine betroffenen Personen. Ergänzen Sie die Stelle und kennzeichnen Sie sie mit „.data-subjects“."), at));
    }
    let placed = generated(contract).any(|generator| generator == Generator::Products);
    let ok = placed && !texts.products.is_empty();
    findings.push(Finding::new("LC-49", Severity::Block, ok, either(ok,
        "Die Produktanlagen sind eingebunden.",
        "Der Vertrag bindet keine Produktanlagen ein. Setzen Sie {generate=products} in eine Anlage und legen Sie je Produkt eine Datei im Ordner „produkte“ an."), None));
    findings
}

/// LC-17, LC-18: the annex of measures.
pub(super) fn measures(contract: &Contract, passages: &Passages) -> Vec<Finding> {
    let texts = contract.texts(contract.meta.binding);
    let annex = texts.annexes.iter().find(|annex| {
        let tagged = annex
            .blocks
            .iter()
            .any(|node| node.tags.iter().any(|tag| tag == "tom"));
        tagged || annex.file.split(['/', '-', '.']).any(|part| part == "tom")
    });
    let Some(annex) = annex else {
        let text = "Die Anlage der technischen und organisatorischen Maßnahmen fehlt. Kennzeichnen Sie ihren Titel mit „.tom“.";
        return vec![Finding::new("LC-17", Severity::Block, false, text, None)];
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
        .next();
    let words = |text: &Text| Passages::text_of(&text.blocks).split_whitespace().count();
    let ok = lacking.is_none() && files().map(words).sum::<usize>() > 20;
    let (file, first) = lacking.unwrap_or((&annex.file, 1));
    let whole = Finding::new(
        "LC-17",
        Severity::Block,
        ok,
        either(
            ok,
            "Die Anlage der Maßnahmen ist vorhanden, jede Überschrift hat Inhalt.",
            "Die Anlage der Maßnahmen ist leer, hat eine Überschrift ohne Maßnahme oder eine Gruppe ohne Ziel. Nennen Sie zu jeder Überschrift das Ziel und die konkreten Maßnahmen.",
        ),
        place(file, first),
    );
    let covered = |id, severity, list: &[(&str, &str)], what: &str| {
        let lacking: Vec<String> = list
            .iter()
            .filter(|(tag, _)| passages.says_nothing(tag))
            .map(|(tag, what)| format!("{what} („.{tag}“)"))
            .collect();
        let text = if lacking.is_empty() {
            format!("Die Maßnahmen decken {what} ab.")
        } else {
            format!(
                "In den Maßnahmen fehlt: {}. Ergänzen oder kennzeichnen Sie die Stellen.",
                lacking.join(", ")
            )
        };
        Finding::new(
            id,
            severity,
            lacking.is_empty(),
            text,
            place(&annex.file, 1),
        )
    };
    vec![
        whole,
        covered("LC-18", Severity::Block, ARTICLE_32, "Art. 32 Abs. 1 DSGVO"),
        covered("LC-19", Severity::Warn, ANNEX_III, "die üblichen Bereiche"),
    ]
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

const ARTICLE_32: &[(&str, &str)] = &[
    ("tom-encryption", "Verschlüsselung"),
    ("tom-pseudonymisation", "Pseudonymisierung"),
    ("tom-confidentiality", "Vertraulichkeit"),
    ("tom-integrity", "Integrität"),
    ("tom-availability", "Verfügbarkeit und Belastbarkeit"),
    ("tom-restoration", "Wiederherstellung"),
    ("tom-testing", "regelmäßige Überprüfung"),
];

const ANNEX_III: &[(&str, &str)] = &[
    ("tom-access", "Zugang und Berechtigungen"),
    ("tom-transmission", "Übertragung"),
    ("tom-storage", "Speicherung"),
    ("tom-physical", "Zutritt"),
    ("tom-logging", "Protokollierung"),
    ("tom-configuration", "Konfiguration"),
    ("tom-governance", "Organisation"),
    ("tom-certification", "Zertifizierung"),
    ("tom-minimisation", "Datenminimierung"),
    ("tom-quality", "Datenqualität"),
    ("tom-retention", "Speicherbegrenzung"),
    ("tom-accountability", "Rechenschaft"),
    ("tom-erasure", "Herausgabe und Löschung"),
];

fn either(ok: bool, good: &'static str, bad: &'static str) -> &'static str {
    if ok { good } else { bad }
}
