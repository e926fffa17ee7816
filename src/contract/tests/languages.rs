//! Both languages in one document (T-10): in order, marked, each with its own references.

use super::*;
use crate::contract::meta::Output;
use crate::contract::tree::{Block, Inline};

const DE: &str = "{#fristen}\n# Fristen\n\n(1) Binnen 14\\ Tagen.\n(2) {#punkt}\n    Es gilt [](#fristen).\n\n# Ende\n\nSiehe [](#punkt).\n\n| A | B |\n|---|---|\n| 1 | 2 |\n^ Tabelle\n";
const EN: &str = "{#fristen}\n# Periods\n\n(1) Within 14\\ days.\n(2) {#punkt}\n    [](#fristen) applies.\n\n# End\n\nSee [](#punkt).\n\n| A | B |\n|---|---|\n| 1 | 2 |\n^ Table\n";

fn both(de: &str, en: &str) -> Contract {
    let mut contract = bilingual(de, en);
    contract.meta.bilingual = Output::OneAfterTheOther;
    contract
}

fn resolved(contract: &Contract, language: Language) -> Document {
    contract.resolve(&sample_values(language, true), language)
}

#[test]
fn contract_toml_asks_for_it() {
    let toml = toml("[\"de\", \"en\"]", "");
    let read = |line: &str| Meta::parse(&format!("{line}\n{toml}"));
    assert_eq!(read("").unwrap().bilingual, Output::One);
    assert_eq!(
        read("bilingual = \"after\"").unwrap().bilingual,
        Output::OneAfterTheOther
    );
    assert_eq!(read("bilingual = \"no\"").unwrap().bilingual, Output::One);
    let problem = read("bilingual = \"beside\"").unwrap_err();
    assert_eq!((problem.file.as_str(), problem.line), ("contract.toml", 1));
}

#[test]
fn the_second_language_follows_and_says_what_it_is() {
    let contract = both(DE, EN);
    let document = resolved(&contract, Language::De);
    let plain = text::plain(&document);
    let places: Vec<usize> = [
        "Mustervertrag\n",
        "Verbindliche Fassung in deutscher Sprache.\n",
        "1 Fristen",
        "Siehe Ziffer\u{a0}1 Absatz\u{a0}2.",
        "Lesefassung in englischer Sprache. Maßgeblich ist die deutsche Fassung.\n",
        "Sample contract\n",
        "Convenience translation into English. The German version is binding.\n",
        "1 Periods",
        "See clause\u{a0}1\u{a0}(2).",
    ]
    .iter()
    .map(|part| {
        plain
            .find(part)
            .unwrap_or_else(|| panic!("{part} is not in {plain}"))
    })
    .collect();
    assert!(places.is_sorted(), "{places:?}");
    assert_eq!(article_words(&document), text::words(&document));
    // The concluded text consists of both languages.
    assert_ne!(
        text::hash(&document),
        text::hash(&resolved(&bilingual(DE, EN), Language::De))
    );
}

#[test]
fn whoever_reads_the_translation_first_is_told_so() {
    let plain = text::plain(&resolved(&both(DE, EN), Language::En));
    let order = [
        "Sample contract",
        "Convenience translation into English. The German version is binding.",
        "1 Periods",
        "Binding version in German.",
        "Mustervertrag",
        "Verbindliche Fassung in deutscher Sprache.",
        "1 Fristen",
    ]
    .map(|part| plain.find(part).unwrap());
    assert!(order.is_sorted(), "{order:?}");
    // Also alone; the binding text needs no such line.
    let alone = |language| text::plain(&resolved(&bilingual(DE, EN), language));
    assert!(alone(Language::En).contains("The German version is binding."));
    assert!(!alone(Language::De).contains("Fassung in deutscher Sprache"));
}

#[test]
fn ids_are_unique_and_references_stay_in_their_language() {
    let document = resolved(&both(DE, EN), Language::De);
    let page = scraper::Html::parse_fragment(&format!(
        "{}{}",
        html::toc(&document),
        html::article(&document)
    ));
    let any = scraper::Selector::parse("[id]").unwrap();
    let mut ids: Vec<&str> = page.select(&any).filter_map(|e| e.value().id()).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "{ids:?}");
    let links = scraper::Selector::parse("a[href^='#']").unwrap();
    for link in page.select(&links) {
        let id = link.value().attr("href").unwrap().trim_start_matches('#');
        assert!(ids.contains(&id), "{id}");
        let in_english = link
            .ancestors()
            .filter_map(|node| node.value().as_element()?.attr("lang"))
            .next()
            == Some("en");
        assert_eq!(id.starts_with("en_"), in_english, "{id}");
    }
    let section = scraper::Selector::parse("section.translation[lang=en]").unwrap();
    assert_eq!(page.select(&section).count(), 1);
    let mark = scraper::Selector::parse("section.translation > .standing[lang=de]").unwrap();
    assert_eq!(page.select(&mark).count(), 1);
    let second = &document.translation.unwrap().document;
    let Some(Block::Section(end)) = second.blocks.last() else {
        unreachable!("the second clause");
    };
    let Some(Block::Paragraph(see)) = end.blocks.first() else {
        unreachable!("its text");
    };
    assert!(
        matches!(&see[1], Inline::Reference { id, text } if id == "en_punkt" && text == "clause\u{a0}1\u{a0}(2)")
    );
}

/// C4: a customer who concludes in the translation gets the binding text with it, whatever the
/// version says.
#[test]
fn c4_the_binding_text_is_delivered_with_a_translation() {
    let contract = bilingual(DE, EN);
    let delivered =
        |language| contract.resolve_for_customer(&sample_values(language, true), language);
    let english = text::plain(&delivered(Language::En));
    let order = [
        "Convenience translation into English. The German version is binding.",
        "1 Periods",
        "Binding version in German.",
        "Verbindliche Fassung in deutscher Sprache.",
        "1 Fristen",
    ]
    .map(|part| english.find(part).unwrap());
    assert!(order.is_sorted(), "{order:?}");
    let german = delivered(Language::De);
    assert!(
        german.translation.is_none(),
        "the binding text stands alone"
    );
    assert_eq!(
        text::hash(&german),
        text::hash(&resolved(&contract, Language::De))
    );
}

/// C11: the reading time is computed from the words of one language, in steps of five minutes.
#[test]
fn c11_the_reading_time_is_computed_from_the_words() {
    let contract = Contract::embedded().unwrap();
    let minutes = |language| {
        let values = sample_values(language, true);
        text::reading_minutes(&contract.resolve_for_customer(&values, language))
    };
    for language in Language::ALL {
        assert!(
            (20..=35).contains(&minutes(language)),
            "{}",
            minutes(language)
        );
    }
}

/// LC-47: a difference that is only odd in two documents is a contradiction in one.
#[test]
fn parity_blocks_where_both_are_printed() {
    let other = EN.replace("14", "15");
    let blocks = |contract: &Contract| {
        let findings = check::checks(&check::Version::of(contract));
        let parity = findings.iter().filter(|f| f.id == "LC-47");
        parity.clone().any(check::Finding::blocks)
    };
    // A reader of the translation gets the binding text in the same document (C4).
    assert!(blocks(&bilingual(DE, &other)));
    assert!(blocks(&both(DE, &other)));
    assert!(!blocks(&both(DE, EN)));
    let mut alone = contract(DE, &[]).unwrap();
    assert!(!blocks(&alone));
    alone.meta.bilingual = Output::OneAfterTheOther;
    assert!(blocks(&alone), "there is no second language");
}
