//! Every mail in both languages, read as a recipient would.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use super::letter::{CaseWords, Content, Written, write};
use super::samples::{self, LINK, PARTNER, SUB_PARTNER};
use super::wrap::COLUMNS;
use crate::domain::Language;
use crate::domain::mail::RequestReason;

fn all(language: Language) -> Vec<(String, Content)> {
    let case = samples::case(language);
    let mut all = samples::about(&case);
    all.extend(samples::others(&case));
    all
}

fn written(language: Language, content: Content) -> Written {
    write(&samples::letter(language, content)).unwrap()
}

/// Words of an HTML part as a reader sees them.
fn visible(html: &str) -> String {
    let page = scraper::Html::parse_document(html);
    let body = scraper::Selector::parse("body").unwrap();
    page.select(&body)
        .flat_map(|body| body.text())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Words only, so that line breaks, capitals and marks do not count.
fn words(text: &str) -> Vec<String> {
    text.to_uppercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Writes the mails to `AVV_MAIL_PREVIEW`, for people who want to look at them.
#[test]
#[ignore = "writes files to look at"]
fn preview() {
    let folder = std::path::Path::new("target/mail-preview");
    std::fs::create_dir_all(folder).unwrap();
    for language in Language::ALL {
        for (name, content) in all(language) {
            let mail = written(language, content);
            let file = format!("{}.{}", name.replace(' ', "-"), language.code());
            std::fs::write(folder.join(format!("{file}.html")), &mail.html).unwrap();
            let text = format!("Betreff: {}\n\n{}", mail.subject, mail.text);
            std::fs::write(folder.join(format!("{file}.txt")), text).unwrap();
        }
    }
}
