//! Every mail in both languages, as a recipient sees it.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use super::bodies::{self, MailBody, Reader, Sample, agreements, changes, notes, requests};
use super::case_words::CaseWords;
use super::render::{RenderedMail, render};
use super::samples::{self, LINK, PARTNER, SUB_PARTNER};
use super::wrap::COLUMNS;
use crate::domain::Language;

pub(super) fn all(language: Language) -> Vec<Sample> {
    bodies::samples(&samples::case(language))
}

/// All mails to the customer's master-data address.
pub(super) fn about_customer(case: &CaseWords) -> Vec<Sample> {
    let mut all = requests::samples(case);
    all.extend(agreements::samples(case));
    all.extend(notes::infos(case));
    all
}

/// All mails to partners, the operator and users.
fn others(language: Language) -> Vec<Sample> {
    let mut all = all(language);
    all.retain(|(_, body)| body.reader() != Reader::Customer);
    all
}

pub(super) fn written(language: Language, body: impl Into<Box<dyn MailBody>>) -> RenderedMail {
    render(&samples::input(language, body)).unwrap()
}

/// Text of an HTML part as a reader sees it.
pub(super) fn visible(html: &str) -> String {
    let page = scraper::Html::parse_document(html);
    let body = scraper::Selector::parse("body").unwrap();
    page.select(&body)
        .flat_map(|body| body.text())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Words only, so that line breaks, case and punctuation do not matter.
fn words(text: &str) -> Vec<String> {
    text.to_uppercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The part of the HTML that is in the text part, too: without heading and the hint below the
/// button.
fn told(html: &str) -> Vec<String> {
    let page = scraper::Html::parse_document(html);
    let heading = page
        .select(&scraper::Selector::parse("h1").unwrap())
        .flat_map(|h1| h1.text())
        .collect::<String>();
    let mut told = words(&visible(html)).join(" ");
    for only_html in [
        &format!("Plusnet AVV-Portal {heading}"),
        "Oder diese Adresse in den Browser kopieren:",
        "Or copy this address into your browser:",
    ] {
        told = told.replacen(&words(only_html).join(" "), "", 1);
    }
    words(&told)
}

#[test]
fn text_and_html_say_the_same_words() {
    for language in Language::ALL {
        for (name, content) in all(language) {
            let mail = written(language, content);
            // Mails to partners and to the operator are always German.
            let is_en = mail.text.contains("Privacy notice");
            let notice = if is_en {
                "https://avv.plusnet.example/datenschutz?sprache=en"
            } else {
                "https://avv.plusnet.example/datenschutz"
            };
            assert!(mail.html.contains(&format!("href=\"{notice}\"")), "{name}");
            let text = mail.text.replace(notice, "");
            assert_eq!(words(&text), told(&mail.html), "{name} {language:?}");
        }
    }
}

#[test]
fn customers_read_who_works_for_them_and_on_what() {
    // the sub-partner is named wherever the partner is
    for language in Language::ALL {
        let case = samples::case(language);
        for (name, content) in about_customer(&case) {
            let mail = written(language, content);
            let flat = mail.text.replace('\n', " ");
            let mut facts = vec![
                case.customer.name.as_str(),
                PARTNER,
                SUB_PARTNER,
                "Plusnet GmbH",
                "4711",
                "Musterallee 55, 50829 Köln",
                "Amtsgericht Köln, HRB 12345",
                "Dr. Anna Beispiel, Jörg Muster",
                "avv@plusnet.example",
                "https://avv.plusnet.example/datenschutz",
            ];
            // If no partner looks after the customer any more, or may do so, none is named.
            if name.starts_with("note withdrawn p") || name.ends_with("shut out") {
                facts.retain(|fact| ![PARTNER, SUB_PARTNER].contains(fact));
            } else {
                facts.extend(case.products.iter().map(String::as_str));
            }
            for fact in facts {
                assert!(flat.contains(fact), "{name} {language:?}: {fact}\n{flat}");
            }
            assert!(mail.subject.contains(&case.customer.name), "{name}");
            assert!(mail.subject.contains("4711"), "{name}");
        }
    }
}

#[test]
fn the_link_stands_once_in_the_text_and_as_button_and_text_in_html() {
    let hrefs = scraper::Selector::parse("[href]").unwrap();
    for language in Language::ALL {
        for (name, content) in all(language) {
            let link = content.link().map(str::to_owned);
            let mail = written(language, content);
            let page = scraper::Html::parse_document(&mail.html);
            let targets: Vec<&str> = page
                .select(&hrefs)
                .filter_map(|element| element.attr("href"))
                .collect();
            if let Some(link) = link {
                let lines = mail.text.lines().filter(|line| *line == link).count();
                assert_eq!((lines, mail.text.matches(&link).count()), (1, 1), "{name}");
                assert_eq!(targets.iter().filter(|target| **target == link).count(), 2);
                assert_eq!(visible(&mail.html).matches(&link).count(), 1, "{name}");
            }
            // S-20, S-24: nothing links to or is loaded from anywhere else
            for target in targets {
                assert!(
                    target.starts_with("https://avv.plusnet.example/")
                        || target == "tel:+492214710123"
                        || target.ends_with("@plusnet.example"),
                    "{name}: {target}"
                );
            }
            for foreign in ["<img", "<script", "<link", "src=", "url(", "@import"] {
                assert!(!mail.html.contains(foreign), "{name}: {foreign}");
            }
        }
    }
}

#[test]
fn a_text_part_reads_well_without_its_html() {
    for language in Language::ALL {
        for (name, content) in all(language) {
            // Partners and the operator are written to in German (5.3).
            let code = match content.reader() {
                Reader::Customer | Reader::User => language.code(),
                Reader::Partner | Reader::Operator => "de",
            };
            let mail = written(language, content);
            for line in mail.text.lines().filter(|line| *line != "-- ") {
                let short = line.chars().count() <= COLUMNS || !line.contains(' ');
                assert!(short, "{name}: {line}");
                assert_eq!(line.trim(), line, "{name}");
            }
            for slip in ["  ", " ,", " .", "..", "{{", "{%", "<", "&amp;", "\n\n\n\n"] {
                assert!(!mail.text.contains(slip), "{name}: {slip:?}\n{}", mail.text);
            }
            let seen = visible(&mail.html);
            assert!(!seen.contains("{%") && !seen.contains("&amp;"), "{name}");
            assert!(mail.html.contains(&format!("<html lang=\"{code}\">")));
        }
    }
}

#[test]
fn partners_get_neither_consent_link_nor_contract() {
    for (name, content) in others(Language::De) {
        let mail = written(Language::De, content);
        assert!(
            !mail.html.contains("/zustimmung/") && !mail.text.contains(LINK),
            "{name}"
        );
        // That of the log holds hashes alone, and goes to those who audit the operator.
        let is_checkpoint = name == "checkpoint";
        assert_eq!(mail.attachments.is_empty(), !is_checkpoint, "{name}");
    }
    // 4.5: no attachment before conclusion, the PDF with it
    for (name, content) in about_customer(&samples::case(Language::De)) {
        let attached = written(Language::De, content).attachments;
        assert_eq!(
            attached,
            if name.starts_with("concluded") {
                vec![samples::pdf()]
            } else {
                vec![]
            }
        );
    }
}

/// M9: old and new list, reason, first day, end of the period, how to dissent (C-14 … C-18).
#[test]
fn an_announcement_says_all_that_the_contract_promises() {
    for (language, day, start) in [
        (
            Language::De,
            "Dienstag, 8. Dezember 2026",
            "9. Dezember 2026",
        ),
        (Language::En, "Tuesday, 8 December 2026", "9 December 2026"),
    ] {
        let (_, content) = changes::samples(&samples::case(language)).remove(0);
        let mail = written(language, content);
        let flat = mail.text.replace(['\n', '\u{a0}'], " ");
        for fact in [
            day,
            start,
            "RZ Rheinland mbH",
            "RZ Alpen AG",
            "Angemessenheitsbeschluss",
            "Am Güterbahnhof 8, 41460 Neuss, Deutschland",
            "betrieb@plusnet.example",
            "eigener Stromversorgung",
            "AVV-2026-4711-1",
            "widerspruch@plusnet.example",
            changes::DISSENT,
            "https://avv.plusnet.example/aenderungsmitteilungen/7f0c",
        ] {
            assert!(flat.contains(fact), "{language:?}: {fact}\n{flat}");
        }
        // 5.1: two words for two things.
        let said = flat.replace("widerspruch@", "").to_lowercase();
        for word in ["widerspr", "objection", "void", "nichtig"] {
            assert!(!said.contains(word), "{language:?}: {word}\n{flat}");
        }
        assert_eq!(flat.matches("RZ Alpen AG").count(), 2, "{flat}");
    }
}

/// M15: a reader of the former mailbox finds no link and nothing of the contract.
#[test]
fn the_former_address_gets_no_link_and_nothing_of_the_contract() {
    for language in Language::ALL {
        let case = samples::case(language);
        for (name, content) in notes::addresses(&case) {
            if content.stop.is_some() {
                continue;
            }
            let mail = written(language, content);
            let all = format!("{} {}", mail.text, visible(&mail.html));
            let mut secret = vec![
                "zustimmung",
                "/kunden",
                PARTNER,
                SUB_PARTNER,
                "AVV-20",
                "Vertrag zur",
                "agreement",
            ];
            secret.extend(case.products.iter().map(String::as_str));
            for word in secret {
                assert!(
                    !all.contains(word),
                    "{name} {language:?}: {word}\n{}",
                    mail.text
                );
            }
            assert!(all.contains("0221 4710-123"), "whom to call: {}", mail.text);
            assert_eq!(
                mail.text
                    .contains(&crate::domain::unlinked::unlinked("v•••@oezdemir.example")),
                name == "address"
            );
            assert_eq!(
                mail.html.matches("href=\"http").count(),
                1,
                "the privacy notice only"
            );
        }
    }
}

/// A4: while the new address waits, the former one can stop it, and is told until when.
#[test]
fn a4_the_former_address_can_stop_what_waits() {
    for language in Language::ALL {
        for (name, content) in notes::addresses(&samples::case(language)) {
            let Some(stop) = content.stop.clone() else {
                continue;
            };
            let mail = written(language, content);
            let all = format!("{} {}", mail.text, visible(&mail.html));
            assert_eq!(mail.text.matches(samples::STOP).count(), 1, "{name}");
            assert!(mail.html.contains(&format!("href=\"{}\"", samples::STOP)));
            assert!(
                !all.contains("zustimmung") && !all.contains("/kunden"),
                "{all}"
            );
            assert!(
                all.contains("0221 4710-123") && all.contains(PARTNER),
                "{all}"
            );
            let says_when = all.contains("26. November") || all.contains("26 November");
            assert_eq!(says_when, stop.until.is_some(), "{name}: {}", mail.text);
        }
    }
}

/// M8: a partner that lost the customer is told neither its successor nor an address of the portal.
#[test]
fn a_former_partner_reads_nothing_of_the_present() {
    for (name, content) in others(Language::De) {
        if !name.starts_with("partner Replaced") {
            continue;
        }
        let mail = written(Language::De, content);
        for word in [PARTNER, SUB_PARTNER, "/kunden", "gesperrt"] {
            assert!(
                !mail.text.contains(word) && !mail.html.contains(word),
                "{name}: {word}"
            );
        }
    }
}

/// Conclusion of a contract is no consent in the sense of the GDPR (section 0, 11).
#[test]
fn no_mail_speaks_of_consent() {
    for language in Language::ALL {
        for (name, content) in all(language) {
            let mail = written(language, content);
            let text = format!("{} {}", mail.subject, mail.text)
                .replace(LINK, "")
                .to_lowercase();
            for word in ["einwillig", "zustimm", "consent"] {
                assert!(!text.contains(word), "{name}: {word}");
            }
        }
    }
}
