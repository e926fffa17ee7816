//! Names that look like addresses, in every mail: no program may make a link of them.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use linkify::LinkFinder;

use super::bodies::{self, MailBody, Sample, changes, notes};
use super::case_words::CaseWords;
use super::render::RenderedMail;
use super::samples;
use super::tests::{about_customer, visible, written};
use crate::domain::Language;

/// Names that may have been entered before such names were refused, or imported.
const HOSTILE: [&str; 8] = [
    "Jetzt zahlen: https://boese.example/avv GmbH",
    "Beispiel.de GmbH www.boese.example",
    "boese.example/avv?a=1 KG",
    "info@boese.example e.K.",
    "ftp://boese.example //boese.example",
    "tel:0900123456 mailto:info@boese.example",
    "192.0.2.1/avv http://192.0.2.1",
    "<a href=\"https://boese.example\">Hier zahlen</a>",
];

/// A mail in which every value that others can type is `name`.
fn spoilt(mut content: Box<dyn MailBody>, name: &str) -> Box<dyn MailBody> {
    for typed in content.typed_by_others() {
        name.clone_into(typed);
    }
    content
}

/// Addresses that a mail program recognises in a mail, except for the portal's and the operator's
/// own.
fn foreign_links(mail: &RenderedMail) -> Vec<String> {
    let page = scraper::Html::parse_document(&mail.html);
    let hrefs = scraper::Selector::parse("[href], [src], [action]").unwrap();
    let targets = page.select(&hrefs).flat_map(|element| {
        ["href", "src", "action"].map(|name| element.attr(name).unwrap_or_default().to_owned())
    });
    let pieces = page.root_element().text().map(str::to_owned);
    let mut finder = LinkFinder::new();
    finder.url_must_have_scheme(false);
    let words = pieces.chain([mail.text.clone(), mail.subject.clone()]);
    let found = words.flat_map(|text| {
        finder
            .links(&text)
            .map(|link| link.as_str().to_owned())
            .collect::<Vec<_>>()
    });
    found
        .chain(targets)
        .filter(|link| !link.is_empty() && !is_own(link))
        .collect()
}

fn is_own(link: &str) -> bool {
    let bare = link.trim_start_matches("https://");
    let bare = bare.trim_start_matches("mailto:");
    bare.starts_with("avv.plusnet.example")
        || bare.ends_with("@plusnet.example")
        || bare == "tel:+492214710123"
}

#[test]
fn a5_no_mail_makes_a_link_of_words_of_others() {
    for language in Language::ALL {
        for name in HOSTILE {
            let case = CaseWords {
                partner: Some(name.to_owned()),
                sub_partner: Some(name.to_owned()),
                ..samples::case(language)
            };
            for (which, content) in bodies::samples(&case) {
                let mail = written(language, spoilt(content, name));
                assert_eq!(foreign_links(&mail), [""; 0], "{which} {language:?}");
                let seen = mail.text.to_lowercase();
                for sign in ["https://boese", "boese.example", "www.boese", "@boese"] {
                    assert!(!seen.contains(sign), "{which}: {sign}\n{seen}");
                }
            }
        }
    }
}

#[test]
fn a5_the_samples_are_spoilt_where_others_can_type() {
    // The test above means something only if the names are really in the mails.
    let case = samples::case(Language::De);
    for (which, content) in bodies::samples(&case) {
        let is_named = !content.clone().typed_by_others().is_empty();
        let mail = written(Language::De, spoilt(content, "Unverwechselbar"));
        let count = mail.text.matches("Unverwechselbar").count();
        assert_eq!(count > 0, is_named, "{which}\n{}", mail.text);
    }
}

#[test]
fn hostile_names_stay_names() {
    // S-21, S-26
    let endless = "x".repeat(300);
    let table = [
        ("<a href=//x>Klick</a>", "<a href=//x>Klick</a>"),
        (
            "\"><img src=x onerror=alert(1)>",
            "\"><img src=x onerror=alert(1)>",
        ),
        (
            "A\r\nBcc: x@evil.example\r\n\r\nHallo",
            "A Bcc: x@evil.example Hallo",
        ),
        ("{{ link }} {% if %} &amp; '", "{{ link }} {% if %} &amp; '"),
        ("Bär 🐻 GmbH\u{202E}", "Bär 🐻 GmbH"),
        ("\u{c}ABSCHNITT\u{0}", "ABSCHNITT"),
        (endless.as_str(), endless.as_str()),
    ];
    let elements = scraper::Selector::parse("*").unwrap();
    let count = |html: &str| {
        scraper::Html::parse_document(html)
            .select(&elements)
            .count()
    };
    for language in Language::ALL {
        let every = |case: &CaseWords| -> Vec<Sample> {
            let mut all = about_customer(case);
            let addresses = notes::addresses(case).into_iter();
            all.extend(addresses.map(|(name, body)| (name, body.into())));
            all.extend(changes::samples(case));
            all
        };
        let harmless = every(&samples::case(language));
        for (typed, shown) in table {
            let mut case = samples::case(language);
            case.customer.name = typed.to_owned();
            case.partner = Some(typed.to_owned());
            case.sub_partner = Some(typed.to_owned());
            for ((name, content), (_, usual)) in every(&case).into_iter().zip(&harmless) {
                let mut mail = written(language, content);
                // The spaces that keep programs from making links (S-26).
                for part in [&mut mail.html, &mut mail.text, &mut mail.subject] {
                    *part = part.replace('\u{200A}', "");
                }
                let usual = written(language, usual.clone());
                assert_eq!(count(&mail.html), count(&usual.html), "{name}: {typed}");
                assert!(visible(&mail.html).contains(shown), "{name}: {typed}");
                let text = mail.text.replace('\n', " ");
                assert!(text.contains(shown), "{name}: {typed}");
                assert!(mail.subject.contains(shown), "{name}: {typed}");
                assert!(
                    !mail.subject.chars().any(char::is_control),
                    "{name}: {typed}"
                );
            }
        }
    }
}
