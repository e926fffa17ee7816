//! Ids and references of one language: every id is unique, every reference has a target that is
//! printed whenever the reference is (T-06, LC-48).

use std::collections::HashMap;

use super::source::{Kind, Span, Text, each_span, own_text, walk};
use super::vocabulary::{Condition, Generator};
use super::{Problem, Texts};

/// Adds the problems with ids and references.
pub fn check(texts: &Texts, problems: &mut Vec<Problem>) {
    placed(texts, problems);
    unique_ids(texts, problems);
    let targets = targets(texts);
    each_file(texts, |text, under| {
        walk(&text.blocks, under, &mut |node, conditions| {
            own_text(node, &mut |spans| {
                each_span(spans, &mut |span| {
                    if let Span::Reference { id, line, .. } = span
                        && let Some(message) = broken(id, targets.get(id), conditions)
                    {
                        problems.push(Problem::new(&text.file, *line, message));
                    }
                });
            });
        });
    });
}

fn broken(id: &str, target: Option<&Vec<Condition>>, here: &[Condition]) -> Option<String> {
    let Some(needed) = target else {
        return Some(format!(
            "Der Verweis zeigt auf „#{id}“, das es nicht gibt. Prüfen Sie die Kennung oder ergänzen Sie sie an der Zielstelle."
        ));
    };
    needed.iter().any(|c| !here.contains(c)).then(|| format!(
        "Die Stelle „#{id}“ steht nur unter einer Bedingung im Vertrag, dieser Verweis aber auch ohne sie. Setzen Sie den Verweis unter dieselbe Bedingung."
    ))
}

/// Measures must exist exactly if an annex prints them, so that nothing that is written is left
/// unprinted.
fn placed(texts: &Texts, problems: &mut Vec<Problem>) {
    match (measures(texts), &texts.measures) {
        (None, Some(text)) => problems.push(Problem::new(&text.file, 1, "Die Maßnahmen stehen in keiner Anlage. Setzen Sie {generate=measures} an die Stelle, an der sie gedruckt werden.")),
        (Some((file, line, _)), None) => problems.push(Problem::new(&file, line, "Hier sollen die Maßnahmen stehen, aber die Datei „massnahmen.dj“ fehlt. Legen Sie sie an.")),
        _ => {}
    }
}

/// Where the measures are printed, and under which conditions.
fn measures(texts: &Texts) -> Option<(String, usize, Vec<Condition>)> {
    let mut found = None;
    for text in std::iter::once(&texts.main).chain(&texts.annexes) {
        walk(&text.blocks, &[], &mut |node, conditions| {
            if found.is_none() && matches!(node.kind, Kind::Generated(Generator::Measures)) {
                found = Some((text.file.clone(), node.line, conditions.to_vec()));
            }
        });
    }
    found
}

/// Visits each file with its conditions: product files are printed only for their product, and
/// measures under the conditions of their place.
fn each_file(texts: &Texts, mut visit: impl FnMut(&Text, &[Condition])) {
    if let (Some(text), Some((.., under))) = (&texts.measures, measures(texts)) {
        visit(text, &under);
    }
    for text in std::iter::once(&texts.main).chain(&texts.annexes) {
        visit(text, &[]);
    }
    for (code, text) in &texts.products {
        visit(text, &[Condition::Product(code.clone())]);
    }
}

/// Every id with its conditions.
fn targets(texts: &Texts) -> HashMap<String, Vec<Condition>> {
    let mut targets = HashMap::new();
    each_file(texts, |text, under| {
        walk(&text.blocks, under, &mut |node, conditions| {
            let mut add = |id: &str, conditions: Vec<Condition>| {
                targets.insert(id.to_owned(), conditions);
            };
            match &node.kind {
                Kind::Section { id, .. } | Kind::Table { id: Some(id), .. } => {
                    add(id, conditions.to_vec());
                }
                Kind::List { items, .. } => {
                    for item in items {
                        let Some(id) = &item.id else { continue };
                        let mut needed = conditions.to_vec();
                        // An item vanishes with its paragraphs; the first one decides.
                        if let [only] = item.blocks.as_slice() {
                            needed.extend(only.conditions.iter().cloned());
                        }
                        add(id, needed);
                    }
                }
                _ => {}
            }
        });
    });
    targets
}

fn unique_ids(texts: &Texts, problems: &mut Vec<Problem>) {
    let mut seen: HashMap<String, String> = HashMap::new();
    for text in texts.all() {
        for (id, line) in ids(text) {
            if !is_plain(&id) {
                problems.push(Problem::new(&text.file, line, format!(
                    "Die Kennung „{id}“ ist nicht erlaubt. Verwenden Sie Kleinbuchstaben, Ziffern und Bindestriche, beginnend mit einem Buchstaben; „-h“ am Ende und „tabelle-“ am Anfang sind vergeben."
                )));
            }
            let place = format!("{}:{line}", text.file);
            if let Some(first) = seen.insert(id.clone(), place) {
                problems.push(Problem::new(&text.file, line, format!(
                    "Die Kennung „{id}“ gibt es schon ({first}). Jede Kennung kommt im Vertrag nur einmal vor."
                )));
            }
        }
    }
}

fn is_plain(id: &str) -> bool {
    id.starts_with(|c: char| c.is_ascii_lowercase())
        && id
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !id.ends_with("-h")
        && !id.starts_with("tabelle-")
}

/// Ids of one file, each with its line.
fn ids(text: &Text) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    walk(&text.blocks, &[], &mut |node, _| match &node.kind {
        Kind::Section { id, .. } => found.push((id.clone(), node.line)),
        Kind::Table { id: Some(id), .. } => found.push((id.clone(), node.line)),
        Kind::List { items, .. } => found.extend(
            items
                .iter()
                .filter_map(|item| item.id.clone().map(|id| (id, item.line))),
        ),
        _ => {}
    });
    found
}
