//! Both languages in one PDF (T-10), and the link to the web page (T-11, T-13).

use super::reading::{assert_sound, body, letters, page, run};
use crate::contract::meta::Output;
use crate::contract::sample::sample_conclusion;
use crate::contract::tree::Document;
use crate::contract::{Contract, Values, sample_values, text};
use crate::document::{Frame, Pdf, lacking, render};
use crate::domain::Language;

const ADDRESS: &str = "https://avv.beispielnetz.example/vertrag/1.0?sprache=de";

fn shipped(bilingual: bool, language: Language) -> (Document, Pdf) {
    let mut contract = Contract::embedded().unwrap();
    if bilingual {
        contract.meta.bilingual = Output::OneAfterTheOther;
    }
    let values = Values {
        conclusion: Some(sample_conclusion(language, &"9f".repeat(32))),
        ..sample_values(language, true)
    };
    let document = contract.resolve(&values, language);
    let frame = Frame {
        language,
        online: ADDRESS.to_owned(),
        ..super::frame()
    };
    let pdf = render(&document, &frame).unwrap();
    (document, pdf)
}

/// The structure as poppler prints it, one element a line.
fn structure(pdf: &Pdf) -> String {
    let out = run("pdfinfo", &["-struct"], &pdf.bytes, &[]);
    String::from_utf8(out.stdout).unwrap()
}

#[test]
fn a_bilingual_pdf_has_both_texts_each_in_its_language() {
    let (document, pdf) = shipped(true, Language::De);
    assert_sound(&pdf.bytes);
    assert!(lacking(&pdf.bytes).is_empty());
    let (one, alone) = shipped(false, Language::De);
    assert!(alone.bytes.len() < 150_000, "{} bytes", alone.bytes.len());
    assert!(pdf.bytes.len() < 250_000, "{} bytes", pdf.bytes.len());

    // Both texts, in order; the first one is the same as alone.
    let printed = letters(&body(&pdf.bytes));
    let after = |from: usize, words: &str| {
        let words = letters(words);
        let at = printed.get(from..).and_then(|rest| rest.find(&words));
        from + at.unwrap_or_else(|| panic!("{words} is missing"))
    };
    let binding = after(0, "Verbindliche Fassung in deutscher Sprache.");
    let mark = after(
        binding,
        "Lesefassung in englischer Sprache. Maßgeblich ist die deutsche Fassung.",
    );
    let title = after(mark, "Data Processing Agreement under Art. 28 GDPR");
    let told = after(
        title,
        "Convenience translation into English. The German version is binding.",
    );
    after(told, "Checksum of the wording");
    let words = text::words(&document).len();
    assert!(words > text::words(&one).len() * 19 / 10, "{words} words");

    // The second part has its own language; the pages are numbered as one document.
    let file = lopdf::Document::load_mem(&pdf.bytes).unwrap();
    let parts: Vec<_> = file
        .objects
        .values()
        .filter_map(|object| object.as_dict().ok())
        .filter(|dict| {
            dict.get(b"S")
                .and_then(|tag| tag.as_name())
                .is_ok_and(|tag| tag == b"Part")
        })
        .collect();
    assert_eq!(parts.len(), 1);
    assert_eq!(parts[0].get(b"Lang").unwrap().as_str().unwrap(), b"en-GB");
    assert_eq!(
        file.catalog()
            .unwrap()
            .get(b"Lang")
            .unwrap()
            .as_str()
            .unwrap(),
        b"de-DE"
    );
    let last = page(&pdf.bytes, pdf.pages);
    assert!(
        last.contains(&format!("Seite {0} von {0}", pdf.pages)),
        "{last}"
    );
    assert!(
        structure(&pdf)
            .lines()
            .any(|line| line.trim().starts_with("Part"))
    );
}

#[test]
fn the_bookmarks_of_the_translation_stand_below_its_own() {
    let (_, pdf) = shipped(true, Language::De);
    let file = lopdf::Document::load_mem(&pdf.bytes).unwrap();
    let root = file
        .catalog()
        .unwrap()
        .get_deref(b"Outlines", &file)
        .unwrap();
    let list = |parent: &lopdf::Dictionary| {
        let mut out = Vec::new();
        let mut next = parent.get_deref(b"First", &file);
        while let Ok(entry) = next {
            let entry = entry.as_dict().unwrap();
            let title = lopdf::decode_text_string(entry.get(b"Title").unwrap()).unwrap();
            out.push((title, entry.clone()));
            next = entry.get_deref(b"Next", &file);
        }
        out
    };
    let top = list(root.as_dict().unwrap());
    let (name, second) = top.last().unwrap();
    assert_eq!(name, "Lesefassung in englischer Sprache");
    let below = list(second);
    assert_eq!(
        below.len(),
        top.len() - 1,
        "as many clauses and annexes as before it"
    );
    assert!(below.last().unwrap().0.starts_with("Annex 4"));
}

#[test]
fn the_first_page_leads_to_the_web_page() {
    let (_, pdf) = shipped(false, Language::De);
    let first = page(&pdf.bytes, 1);
    assert!(first.contains(ADDRESS), "legible on paper: {first}");
    let file = lopdf::Document::load_mem(&pdf.bytes).unwrap();
    let annotations = file
        .get_page_annotations(*file.get_pages().get(&1).unwrap())
        .unwrap();
    let link = annotations
        .iter()
        .find(|annotation| {
            annotation
                .get(b"A")
                .and_then(|action| action.as_dict())
                .and_then(|action| action.get(b"URI"))
                .and_then(|address| address.as_str())
                .is_ok_and(|address| address == ADDRESS.as_bytes())
        })
        .expect("a link on the first page");
    let told = lopdf::decode_text_string(link.get(b"Contents").unwrap()).unwrap();
    assert!(
        told.starts_with("Öffnet den Wortlaut der Fassung 1.0") && told.ends_with(ADDRESS),
        "{told}"
    );
    assert!(link.has(b"StructParent"));
    assert_eq!(
        link.get(b"F").unwrap().as_i64().unwrap(),
        4,
        "printed, as PDF/A wants it"
    );
    let described = file
        .objects
        .values()
        .filter_map(|object| object.as_dict().ok())
        .filter(|dict| {
            dict.get(b"S")
                .and_then(|tag| tag.as_name())
                .is_ok_and(|tag| tag == b"Link")
        })
        .filter(|dict| dict.has(b"Alt"))
        .count();
    assert_eq!(described, 1);
    // Without an address it is not mentioned.
    let without = render(&super::document(Vec::new()), &super::frame()).unwrap();
    assert!(!page(&without.bytes, 1).contains("Webseite"));
}
