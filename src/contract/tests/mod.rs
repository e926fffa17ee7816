//! Small contracts of our own: every element, every problem, hostile values.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod checks;
mod complete;
mod diff;
mod elements;
mod fallback;
mod fuzz;
mod generated;
mod hostile;
mod languages;
mod marks;
pub(crate) mod mutate;
mod problems;
mod shipped;
mod surroundings;

use super::*;

/// A German contract from a main text; other files are added to `more`.
pub(super) fn contract(main: &str, more: &[(&str, &str)]) -> Result<Contract, Vec<Problem>> {
    let annexes: Vec<String> = more
        .iter()
        .filter(|(path, _)| !path.contains("produkte/") && !path.contains(parts::MEASURES))
        .filter_map(|(path, _)| path.strip_prefix("de/")?.strip_suffix(".dj"))
        .map(|name| format!("\"{name}\""))
        .collect();
    let toml = toml("[\"de\"]", &annexes.join(", "));
    let mut files = vec![("contract.toml", toml.as_str()), ("de/vertrag.dj", main)];
    files.extend(more);
    Contract::from_files(&files)
}

/// The same in German and English.
pub(super) fn bilingual(de: &str, en: &str) -> Contract {
    let toml = toml("[\"de\", \"en\"]", "");
    Contract::from_files(&[
        ("contract.toml", &toml),
        ("de/vertrag.dj", de),
        ("en/vertrag.dj", en),
    ])
    .unwrap()
}

fn toml(languages: &str, annexes: &str) -> String {
    format!(
        r#"number = "2.1"
date = 2026-09-01
valid_from = 2026-10-01
languages = {languages}
binding = "de"
authorisation = "general"
notice_days = 14
annexes = [{annexes}]
change_note = {{ de = "Neu ist die Frist.", en = "The period is new." }}
[title]
de = "Mustervertrag"
en = "Sample contract"
"#
    )
}

/// The German document of a main text, for the sample customer.
pub(super) fn document(main: &str, more: &[(&str, &str)]) -> Document {
    let contract = contract(main, more).unwrap();
    contract.resolve(&sample_values(Language::De, true), Language::De)
}

/// Words of HTML as a reader sees them: no tags, no entities, blocks and line breaks separated.
pub(crate) fn html_words(html: &str) -> Vec<String> {
    let page = scraper::Html::parse_fragment(html);
    let mut text = String::new();
    for node in page.root_element().descendants() {
        match node.value() {
            scraper::Node::Text(run) => text.push_str(run),
            scraper::Node::Element(element)
                if !matches!(element.name(), "a" | "strong" | "em" | "span" | "time") =>
            {
                text.push(' ');
            }
            _ => {}
        }
        // The end of a block separates words as its start does; otherwise text after it would be
        // joined.
        if node.next_sibling().is_none()
            && node.parent().and_then(|p| {
                p.value()
                    .as_element()
                    .map(|e| !matches!(e.name(), "a" | "strong" | "em" | "span" | "time"))
            }) == Some(true)
            && !node.has_children()
        {
            text.push(' ');
        }
    }
    text.replace('\u{ad}', "")
        .split_whitespace()
        .map(str::to_owned)
        .collect()
}

/// The words of the article beyond those of the tree: the document number in the line below the
/// title.
pub(super) fn article_words(document: &Document) -> Vec<String> {
    let number = format!(
        "<span> · {} {}</span>",
        if document.language.is_en() {
            "Document"
        } else {
            "Dokument"
        },
        text::document_number(document)
    );
    let article = html::article(document);
    assert!(article.contains(&number));
    html_words(&article.replace(&number, ""))
}

/// Number of cases for a property: `usual`, and more with `PROPTEST_CASES` (`PROPTEST_CASES=25600`
/// means a hundred times as many).
pub(crate) fn cases(usual: u32) -> u32 {
    let factor = proptest::prelude::ProptestConfig::default().cases / 256;
    usual.saturating_mul(factor.max(1))
}
