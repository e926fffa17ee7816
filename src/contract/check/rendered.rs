//! LC-53: the PDF is accessible: title, language, structure, bookmarks, embedded fonts. And it can show what
//! the text says: characters that its fonts do not have, and letters written from right to left, would be
//! printed wrongly.

use std::collections::{BTreeMap, BTreeSet};

use super::transfers::row_line;
use super::{Finding, Severity, Version, place};
use crate::contract::meta;
use crate::contract::source::{Kind, Node, Span, each_span, own_text, walk};
use crate::domain::Operator;

/// One finding per PDF, a question if none was made; and one per line with characters that are not printed.
pub(super) fn check(version: &Version<'_>) -> Vec<Finding> {
    let mut findings = characters(version);
    if version.pdfs.is_empty() {
        let text =
            "Ist das PDF zugänglich? Erzeugen Sie es, damit die Prüfung es beantworten kann.";
        findings.push(Finding::question("LC-53", Severity::Warn, text, None));
        return findings;
    }
    let one = |(language, lacking): &(crate::domain::Language, Vec<String>)| {
        let text = match lacking.as_slice() {
            [] => "Das PDF hat Titel, Sprache, Struktur, Lesezeichen und eingebettete Schriften."
                .to_owned(),
            list => format!("Dem PDF fehlt: {}.", list.join(", ")),
        };
        let at = Some(format!("{}.pdf", language.code()));
        Finding::new("LC-53", Severity::Warn, lacking.is_empty(), text, at)
    };
    findings.extend(version.pdfs.iter().map(one));
    findings
}

/// Characters that cannot be printed, at every line of every language, and in what is filled in.
fn characters(version: &Version<'_>) -> Vec<Finding> {
    let Some(draws) = version.draws else {
        return Vec::new();
    };
    let contract = version.contract;
    let bad = |text: &str| -> BTreeSet<char> {
        let not_printed = |c: &char| is_right_to_left(*c) || !c.is_control() && !draws(*c);
        text.chars().filter(not_printed).collect()
    };
    let found = |text: String, at| Finding::new("LC-53", Severity::Block, false, text, at);
    let mut findings = Vec::new();
    for language in &contract.meta.languages {
        let title = bad(contract.meta.title.get(*language));
        if !title.is_empty() {
            let text = format!("Im Titel: {}", cannot(&title));
            findings.push(found(text, place(meta::FILE, 1)));
        }
        for text in contract.texts(*language).all() {
            let mut lines: BTreeMap<usize, BTreeSet<char>> = BTreeMap::new();
            walk(&text.blocks, &[], &mut |node, _| {
                for (line, words) in lines_of(node) {
                    lines.entry(line).or_default().extend(bad(&words));
                }
            });
            lines.retain(|_, list| !list.is_empty());
            let named = lines.iter();
            findings
                .extend(named.map(|(line, list)| found(cannot(list), place(&text.file, *line))));
        }
    }
    if let Some(operator) = version.operator {
        let filled = filled_in(operator).into_iter();
        let wrong = filled.map(|(name, words)| (name, bad(&words)));
        findings.extend(
            wrong
                .filter(|(_, list)| !list.is_empty())
                .map(|(name, list)| found(format!("{name}: {}", cannot(&list)), None)),
        );
    }
    if findings.is_empty() {
        let text = "Die Schriften des PDF haben jedes Zeichen des Textes.";
        findings.push(Finding::new("LC-53", Severity::Block, true, text, None));
    }
    findings
}

/// The words of a block that are printed, by the line on which they stand.
fn lines_of(node: &Node) -> Vec<(usize, String)> {
    if let Kind::Table {
        caption,
        head,
        rows,
        legend,
        ..
    } = &node.kind
    {
        let row = |(at, cells): (usize, &Vec<Vec<Span>>)| {
            let words: String = cells.iter().map(|cell| printed(cell)).collect();
            (row_line(node, at), words)
        };
        let above = head.iter().map(|cell| (node.line, printed(cell)));
        let below = legend.iter().chain([caption]);
        let below = below.map(|words| (row_line(node, rows.len()), printed(words)));
        return above
            .chain(rows.iter().enumerate().map(row))
            .chain(below)
            .collect();
    }
    let mut words = String::new();
    own_text(node, &mut |spans| words.push_str(&printed(spans)));
    vec![(node.line, words)]
}

fn printed(spans: &[Span]) -> String {
    let mut words = String::new();
    each_span(spans, &mut |span| {
        if let Span::Text(text) = span {
            words.push_str(text);
        }
    });
    words
}

/// What contracts take from the operator's details and the register, by what the reader knows it as.
fn filled_in(operator: &Operator) -> Vec<(String, String)> {
    let own = &operator.party;
    let words = [
        &own.name,
        &own.street,
        &own.city,
        &own.country,
        &own.represented_by,
        &own.contact,
        &operator.data_protection_officer,
    ];
    let words = words.map(String::as_str).concat();
    let mut all = vec![("In den Angaben zum Betreiber".to_owned(), words)];
    all.extend(operator.sub_processors.iter().map(|entry| {
        let words = [
            &entry.party.name,
            &entry.party.street,
            &entry.party.city,
            &entry.party.country,
            &entry.party.contact,
            &entry.service,
            &entry.service_en,
            &entry.place,
            &entry.place_en,
            &entry.mechanism,
            &entry.delimitation,
            &entry.delimitation_en,
        ];
        let name = format!("Im Verzeichnis bei „{}“", entry.party.name);
        (name, words.map(String::as_str).concat())
    }));
    all
}

fn cannot(list: &BTreeSet<char>) -> String {
    let named: Vec<String> = list.iter().map(|c| named(*c)).collect();
    let (these, them) = match list.len() {
        1 => ("Dieses Zeichen", "es"),
        _ => ("Diese Zeichen", "sie"),
    };
    format!(
        "{these} kann das PDF nicht drucken: {}. Ersetzen Sie {them}; gedruckt werden lateinische, griechische und kyrillische Buchstaben.",
        named.join(", ")
    )
}

/// „中“ (U+4E2D, ostasiatische Schrift); of what cannot be seen the number alone.
fn named(character: char) -> String {
    let kind = kind(character);
    let code = format!("U+{:04X}", u32::from(character));
    let direction = match is_right_to_left(character) {
        true => ", von rechts nach links geschrieben",
        false => "",
    };
    match kind {
        "unsichtbar" => format!("{code} (unsichtbar{direction})"),
        "" => format!("„{character}“ ({code}{direction})"),
        kind => format!("„{character}“ ({code}, {kind}{direction})"),
    }
}

/// Letters of scripts written from right to left, and the marks that turn the direction.
fn is_right_to_left(character: char) -> bool {
    matches!(u32::from(character),
        0x0590..=0x08FF | 0x200F | 0x202B | 0x202E | 0x2067 | 0xFB1D..=0xFDFF | 0xFE70..=0xFEFE
        | 0x1_0800..=0x1_0FFF | 0x1_E800..=0x1_EFFF)
}

/// What kind of character it is, for who looks for it; empty if that says nothing.
fn kind(character: char) -> &'static str {
    match u32::from(character) {
        0x00AD | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0xFE00..=0xFE0F | 0xFEFF => {
            "unsichtbar"
        }
        0x0590..=0x05FF | 0xFB1D..=0xFB4F => "hebräische Schrift",
        0x0600..=0x06FF | 0x0750..=0x077F | 0x08A0..=0x08FF | 0xFB50..=0xFDFF | 0xFE70..=0xFEFE => {
            "arabische Schrift"
        }
        0x0E00..=0x0E7F => "thailändische Schrift",
        0x1100..=0x11FF | 0xAC00..=0xD7FF => "koreanische Schrift",
        0x3040..=0x30FF => "japanische Schrift",
        0x2E80..=0x303F | 0x3400..=0x9FFF | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF => {
            "ostasiatische Schrift"
        }
        0x2190..=0x2BFF | 0x1_F000..=0x1_FAFF => "Bildzeichen",
        0xE000..=0xF8FF | 0xF_0000..=0x10_FFFF => "Zeichen einer Symbolschrift",
        _ => "",
    }
}
