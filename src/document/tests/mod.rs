//! The PDF as a reader gets it, read back with poppler and checked with qpdf.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test may fail, and says something to another"
)]

mod caches;
mod contract;
mod fuzz;
mod hostile;
mod languages;
mod reading;

use std::io::{Cursor, Write as _};

use super::text::clean;
use super::*;
use crate::contract::tree::Block;
use contract::{document, frame, paragraph, realistic, section, table, text};
use hostile::{NASTY, everywhere, printed};
use proptest::prelude::*;
use reading::{assert_sound, body, difference, expected, letters, page, run, words};

#[test]
fn no_character_of_a_hostile_text_is_lost() {
    for hostile in NASTY {
        let document = everywhere(hostile);
        assert_eq!(
            difference(&printed(&document), &expected(&document)),
            None,
            "{hostile}"
        );
    }
}

#[test]
fn right_to_left_text_keeps_its_letters() {
    // Programs may reorder such text; but no letter may be lost.
    for hostile in [
        "שלום בע״מ",
        "شركة الاتصالات",
        "GmbH עברית und العربية gemischt",
    ] {
        let document = document(vec![paragraph(hostile)]);
        let sorted = |text: &str| {
            let mut all: Vec<char> = letters(&clean(text)).chars().collect();
            all.sort_unstable();
            all
        };
        assert_eq!(
            sorted(&printed(&document)),
            sorted(&expected(&document)),
            "{hostile}"
        );
    }
}

#[test]
fn the_realistic_contract_keeps_every_word_in_order() {
    let document = realistic(Language::De);
    let printed = printed(&document);
    let expected = expected(&document);
    // The table of contents comes before the text.
    assert!(letters(&printed).ends_with(&letters(&expected)));
    // Only addresses are broken without a hyphen, so only they appear as several words.
    let mut printed = words(&printed).into_iter().rev();
    for word in words(&expected).iter().rev() {
        let mut found = printed.next().unwrap();
        while found.len() < word.len() && word.contains('/') {
            found.insert_str(0, &printed.next().unwrap());
        }
        assert_eq!(found, *word);
    }
}

#[test]
fn every_page_says_which_it_is_and_whose() {
    let pdf = render(&realistic(Language::De), &frame()).unwrap();
    assert!((10..=14).contains(&pdf.pages), "{} pages", pdf.pages);
    for number in 1..=pdf.pages {
        let text = page(&pdf.bytes, number);
        assert!(
            text.contains(&format!("Seite {number} von {}", pdf.pages)),
            "{text}"
        );
        assert!(text.contains("Fassung 1.0 vom 01.10.2026 · Kundennummer 4711 · AVV-2026-123 · Prüfsumme 9f86d081884c"), "{text}");
        assert!(
            text.contains("Beispielnetz GmbH · Vertrag zur Auftragsverarbeitung"),
            "{text}"
        );
    }
    assert!(page(&pdf.bytes, pdf.pages).contains(&frame().document_hash));
}

#[test]
fn the_longest_customer_number_stands_on_every_page_whole() {
    let number = "KD-2026.0000-4711_ABCDEFGHIJ-123";
    assert_eq!(number.len(), crate::domain::LONGEST_CUSTOMER_NUMBER);
    let frame = Frame {
        customer_number: number.to_owned(),
        number: format!("AVV-2026-{number}-12-7KQ2M8"),
        ..frame()
    };
    let pdf = render(&realistic(Language::De), &frame).unwrap();
    for at in 1..=pdf.pages {
        let text = page(&pdf.bytes, at).replace(char::is_whitespace, "");
        let footer = format!(
            "Kundennummer{number}·{}·Prüfsumme9f86d081884c",
            frame.number
        );
        assert!(text.contains(&footer), "{text}");
    }
}

#[test]
fn an_english_contract_has_an_english_frame() {
    let frame = Frame {
        language: Language::En,
        draft: true,
        ..frame()
    };
    let pdf = render(&realistic(Language::En), &frame).unwrap();
    let text = page(&pdf.bytes, 2);
    assert!(text.contains(&format!("Page 2 of {}", pdf.pages)), "{text}");
    assert!(
        text.contains("Version 1.0 of 1 October 2026 · Customer number 4711"),
        "{text}"
    );
    assert!(text.contains("Draft, not yet concluded"), "{text}");
}

#[test]
fn only_a_draft_says_that_it_is_one() {
    let words = "Entwurf, noch nicht abgeschlossen";
    let document = realistic(Language::De);
    let concluded = render(&document, &frame()).unwrap();
    let draft = render(
        &document,
        &Frame {
            draft: true,
            ..frame()
        },
    )
    .unwrap();
    assert_eq!(draft.pages, concluded.pages);
    for number in 1..=draft.pages {
        let with = page(&draft.bytes, number);
        assert!(with.contains(words), "{with}");
        let without = page(&concluded.bytes, number);
        assert!(!without.contains(words), "{without}");
        // The watermark comes before the page's text and not inside it.
        assert_eq!(letters(&with.replacen(words, "", 1)), letters(&without));
    }
    assert_sound(&draft.bytes);
}

#[test]
fn a_table_repeats_its_head_and_loses_no_row() {
    let names: Vec<String> = (1..=90).map(|number| format!("Zeile{number:03}")).collect();
    let long = "Wort ".repeat(900);
    let mut rows: Vec<Vec<&str>> = names
        .iter()
        .map(|name| vec![name.as_str(), "Inhalt einer Zelle"])
        .collect();
    rows.insert(40, vec!["Riese", &long]);
    let contract = document(vec![table(
        "Lange Tabelle",
        &["Kopfspalte", "Zweite"],
        rows,
        None,
    )]);
    let pdf = render(&contract, &frame()).unwrap();
    assert!(pdf.pages >= 4);
    for number in 1..=pdf.pages {
        assert!(
            page(&pdf.bytes, number).contains("Kopfspalte Zweite"),
            "page {number}"
        );
    }
    let all = words(&body(&pdf.bytes));
    assert_eq!(all.iter().filter(|word| *word == "Wort").count(), 900);
    let found: Vec<&String> = all
        .iter()
        .filter(|word| word.starts_with("Zeile"))
        .collect();
    assert_eq!(found, names.iter().collect::<Vec<_>>());
}

#[test]
fn headings_are_never_the_last_line_of_a_page() {
    // More and more text above moves the heading to every possible position on the page.
    for lines in 30..52 {
        let mut blocks: Vec<Block> = (0..lines).map(|_| paragraph("Zeile")).collect();
        blocks.push(section(
            1,
            Some("7"),
            "Kopf",
            false,
            vec![section(
                2,
                Some("7.1"),
                "Unterkopf",
                false,
                vec![paragraph(
                    &"Der Absatz nach dem Kopf ist mehrere Zeilen lang. ".repeat(6),
                )],
            )],
        ));
        let pdf = render(&document(blocks), &frame()).unwrap();
        let on = (1..=pdf.pages)
            .find(|number| page(&pdf.bytes, *number).contains("7 Kopf"))
            .unwrap();
        let text = page(&pdf.bytes, on);
        let below = text
            .split("7.1 Unterkopf\n")
            .nth(1)
            .unwrap_or_else(|| panic!("stranded: {text}"));
        let below = below
            .lines()
            .take_while(|line| !line.starts_with("Beispielnetz"))
            .count();
        assert!(below >= 2, "{lines}: {text}");
    }
}

/// The logo is an ornament: it moves no word, screen readers pass over it, and it stands once.
#[test]
fn the_logo_stands_on_the_first_page_alone() {
    let drawing = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 20"><path d="M0 0h80v20z"/></svg>"#;
    let logo = logo::read_logo(drawing.as_bytes()).unwrap();
    let document = realistic(Language::De);
    let plain = render(&document, &frame()).unwrap();
    let framed = Frame {
        logo: logo::Print::of(&logo.png),
        ..frame()
    };
    let pdf = render(&document, &framed).unwrap();
    assert_eq!(pdf, render(&document, &framed).unwrap());
    assert_sound(&pdf.bytes);
    assert!(crate::document::lacking(&pdf.bytes).is_empty());
    assert_eq!(letters(&body(&pdf.bytes)), letters(&body(&plain.bytes)));
    let file = lopdf::Document::load_mem(&pdf.bytes).unwrap();
    let drawn: Vec<bool> = file
        .page_iter()
        .map(|page| {
            let content = file.get_page_content(page);
            content.windows(5).any(|part| part == b"/L Do")
        })
        .collect();
    assert!(drawn.len() > 1 && drawn[0] && !drawn[1..].contains(&true));
}

#[test]
fn the_file_is_sound_tagged_small_and_reproducible() {
    let document = realistic(Language::De);
    let pdf = render(&document, &frame()).unwrap();
    assert_eq!(pdf, render(&document, &frame()).unwrap());
    assert_sound(&pdf.bytes);
    assert!(crate::document::lacking(&pdf.bytes).is_empty());
    assert!(pdf.bytes.len() < 150_000, "{} bytes", pdf.bytes.len());
    let info = run("pdfinfo", &["-isodates"], &pdf.bytes, &[]);
    let info = String::from_utf8(info.stdout).unwrap();
    for line in [
        "Tagged:          yes",
        "JavaScript:      no",
        "CreationDate:    2026-11-22T13:05:07Z",
        "Title:           Vertrag zur Auftragsverarbeitung",
        "Author:          Beispielnetz GmbH",
    ] {
        assert!(info.contains(line), "{line} not in {info}");
    }
    let fonts = run("pdffonts", &[], &pdf.bytes, &[]);
    for line in String::from_utf8(fonts.stdout).unwrap().lines().skip(2) {
        assert!(
            line.contains("yes yes yes"),
            "not embedded, subset and with text: {line}"
        );
    }
    let tags = run("pdfinfo", &["-struct"], &pdf.bytes, &[]);
    let tags = String::from_utf8(tags.stdout).unwrap();
    for tag in [
        "H1", "H2", "H3", "Table", "TH", "TD", "LI", "Lbl", "Link", "Caption", "TOCI",
    ] {
        assert!(
            tags.lines().any(|line| line.trim().starts_with(tag)),
            "{tag} missing"
        );
    }
}

#[test]
fn bookmarks_follow_the_sections() {
    let pdf = render(&realistic(Language::De), &frame()).unwrap();
    let file = lopdf::Document::load_mem(&pdf.bytes).unwrap();
    let mut titles = Vec::new();
    let root = file
        .catalog()
        .unwrap()
        .get_deref(b"Outlines", &file)
        .unwrap()
        .as_dict()
        .unwrap();
    let mut next = root.get_deref(b"First", &file);
    while let Ok(entry) = next {
        let entry = entry.as_dict().unwrap();
        titles.push(lopdf::decode_text_string(entry.get(b"Title").unwrap()).unwrap());
        next = entry.get_deref(b"Next", &file);
    }
    assert_eq!(titles.len(), 14);
    assert_eq!(titles[0], "1 Gegenstand und Dauer");
    assert_eq!(
        titles[13],
        "Anlage 2 Technische und organisatorische Maßnahmen"
    );
}

#[test]
fn only_harmless_links_become_links() {
    use crate::contract::tree::Inline;
    let link = |target: &str| Inline::Link {
        target: target.to_owned(),
        content: text(target),
    };
    let document = document(vec![Block::Paragraph(vec![
        link("https://beispiel.example/"),
        Inline::Break,
        link("javascript:app.alert(1)"),
        Inline::Break,
        link("file:///etc/passwd"),
        Inline::Break,
        link("mailto:info@beispiel.example"),
    ])]);
    let pdf = render(&document, &frame()).unwrap();
    let plain = run(
        "qpdf",
        &["--qdf", "--object-streams=disable"],
        &pdf.bytes,
        &["-"],
    );
    let plain = String::from_utf8_lossy(&plain.stdout).into_owned();
    let targets: Vec<&str> = plain
        .lines()
        .filter(|line| line.trim().starts_with("/URI"))
        .map(str::trim)
        .collect();
    assert_eq!(
        targets,
        [
            "/URI (https://beispiel.example/)",
            "/URI (mailto:info@beispiel.example)"
        ]
    );
    assert_eq!(plain.matches("/S /URI").count(), 2);
    for action in ["/JavaScript", "/Launch", "/OpenAction", "/AA "] {
        assert!(!plain.contains(action), "{action}");
    }
}

#[test]
fn a_later_step_can_append_to_the_file() {
    // The seal is added as an incremental update; the file's layout must allow one.
    let pdf = render(&realistic(Language::De), &frame()).unwrap();
    let before = lopdf::Document::load_mem(&pdf.bytes).unwrap();
    let mut update = lopdf::IncrementalDocument::create_from(pdf.bytes.clone(), before);
    update
        .new_document
        .add_object(lopdf::dictionary! { "Note" => 1 });
    let mut bytes = Vec::new();
    update.save_to(&mut bytes).unwrap();
    assert!(bytes.starts_with(&pdf.bytes));
    assert_sound(&bytes);
    assert_eq!(body(&bytes), body(&pdf.bytes));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: crate::domain::seeds::kept("document"), ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_printed_whole(words in prop::collection::vec("[a-zA-ZäöüßÄÖÜéčŁ0-9§&@/.,:;()<>_|#-]{1,90}", 1..24)) {
        let document = everywhere(&words.join(" "));
        prop_assert_eq!(difference(&printed(&document), &expected(&document)), None);
    }

    #[test]
    fn any_unicode_renders(hostile in "\\PC{0,200}") {
        let pdf = render(&everywhere(&hostile), &frame()).unwrap();
        prop_assert!(pdf.pages >= 2);
    }
}

/// Not a benchmark: it takes a few seconds, but would take many minutes if it were quadratic.
#[test]
fn a_very_long_word_takes_no_long_time() {
    let document = document(vec![paragraph(&"endlos".repeat(10_000))]);
    let start = std::time::Instant::now();
    render(&document, &frame()).unwrap();
    assert!(start.elapsed().as_secs() < 120);
}

/// An archive of these entries.
pub(super) fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated);
    for (name, bytes) in entries {
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}
