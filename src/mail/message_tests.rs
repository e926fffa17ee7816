#![expect(clippy::unwrap_used, reason = "a test may fail")]
use base64::Engine;

use super::*;
use crate::domain::Language;
use crate::domain::mail::RequestReason;
use crate::mail::bodies::{agreements, changes, requests};
use crate::mail::render::render;
use crate::mail::samples;

pub(crate) fn head() -> Head {
    Head {
        id: MailId(17),
        mark: Uuid::from_u128(0x5f3a_90c1_77d2_4e0b_8c64_1b2e_a9d8_33f7),
        message_id: "17.3f2a@avv.plusnet.example".to_owned(),
        from: samples::address("avv@plusnet.example").unwrap(),
        from_name: "Plusnet GmbH".to_owned(),
        reply_to: samples::address("hilfe@plusnet.example"),
        to: samples::address("info@oezdemir.example").unwrap(),
        date: samples::utc("2026-11-22T09:00:00Z"),
    }
}

fn request() -> RenderedMail {
    let case = samples::case(Language::De);
    let content = requests::request(case, RequestReason::First);
    render(&samples::input(Language::De, content)).unwrap()
}

fn concluded() -> RenderedMail {
    let (_, content) = agreements::samples(&samples::case(Language::De)).remove(0);
    render(&samples::input(Language::De, content)).unwrap()
}

fn raw(head: Head, written: RenderedMail) -> String {
    String::from_utf8(seal(head, written).unwrap().bytes()).unwrap()
}

/// Header lines up to the first empty line, unfolded, as name and value.
fn headers(raw: &str) -> Vec<(String, String)> {
    let (top, _) = raw.split_once("\r\n\r\n").unwrap();
    top.replace("\r\n ", " ")
        .split("\r\n")
        .map(|line| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_owned(), value.to_owned())
        })
        .collect()
}

fn header(raw: &str, name: &str) -> String {
    let found: Vec<String> = headers(raw)
        .into_iter()
        .filter(|(found, _)| found == name)
        .map(|(_, value)| value)
        .collect();
    assert_eq!(found.len(), 1, "{name}");
    found.concat()
}

/// Decodes the encoded words of RFC 2047 as far as they occur here.
fn decoded(value: &str) -> String {
    let mut out = String::new();
    // A space between two encoded words belongs to neither (RFC 2047, 6.2).
    let mut after_code = true;
    for word in value.split(' ') {
        let code = word
            .strip_prefix("=?utf-8?b?")
            .and_then(|rest| rest.strip_suffix("?="));
        let within_code = after_code && code.is_some();
        if !out.is_empty() && !within_code {
            out.push(' ');
        }
        after_code = code.is_some();
        match code {
            Some(code) => {
                let bytes = base64::engine::general_purpose::STANDARD
                    .decode(code)
                    .unwrap();
                out.push_str(std::str::from_utf8(&bytes).unwrap());
            }
            None => out.push_str(word),
        }
    }
    out
}

#[test]
fn the_headers_are_these_and_no_others() {
    // S-24
    let raw = raw(head(), request());
    let mut names: Vec<String> = headers(&raw).into_iter().map(|(name, _)| name).collect();
    names.sort();
    assert_eq!(
        names,
        [
            "Auto-Submitted",
            "Content-Type",
            "Date",
            "From",
            "MIME-Version",
            "Message-ID",
            "Reply-To",
            "Subject",
            "To",
            "X-AVV-Mail",
            "X-Auto-Response-Suppress",
        ]
    );
    let table = [
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "OOF, AutoReply"),
        ("Date", "Sun, 22 Nov 2026 09:00:00 +0000"),
        ("Message-ID", "<17.3f2a@avv.plusnet.example>"),
        ("From", "\"Plusnet GmbH\" <avv@plusnet.example>"),
        ("Reply-To", "\"Plusnet GmbH\" <hilfe@plusnet.example>"),
        ("To", "info@oezdemir.example"),
        ("X-AVV-Mail", "5f3a90c177d24e0b8c641b2ea9d833f7"),
    ];
    for (name, value) in table {
        assert_eq!(header(&raw, name), value);
    }
    assert!(raw.is_ascii(), "no server needs to know 8BITMIME");
    assert!(raw.split("\r\n").all(|line| line.len() <= 998));
}

#[test]
fn umlauts_in_the_subject_survive() {
    let written = request();
    let raw = raw(head(), written.clone());
    assert_eq!(decoded(&header(&raw, "Subject")), written.subject);
}

#[test]
fn text_comes_before_html_and_the_pdf_beside_both() {
    let plain = raw(head(), request());
    assert!(header(&plain, "Content-Type").starts_with("multipart/alternative;"));
    let raw = raw(head(), concluded());
    assert!(header(&raw, "Content-Type").starts_with("multipart/mixed;"));
    let order = [
        "Content-Type: multipart/alternative;",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Type: text/html; charset=utf-8",
        "Content-Disposition: attachment; filename=\"AVV-2026-123-1-7KQ2M8.pdf\"",
    ];
    let places: Vec<usize> = order.iter().map(|part| raw.find(part).unwrap()).collect();
    assert!(places.is_sorted(), "{places:?}");
    assert!(raw.contains("application/pdf"));
}

/// Every mail in both languages.
fn every_mail() -> impl Iterator<Item = (String, RenderedMail)> {
    Language::ALL.into_iter().flat_map(|language| {
        crate::mail::tests::all(language)
            .into_iter()
            .map(move |(name, content)| {
                let written = render(&samples::input(language, content)).unwrap();
                (format!("{name} {language:?}"), written)
            })
    })
}

/// D5: no mail is answered by a vacation notice, whichever of the headers the recipient's server
/// knows.
#[test]
fn d5_every_mail_says_that_nobody_waits_for_an_answer() {
    for (name, written) in every_mail() {
        let raw = raw(head(), written);
        assert_eq!(header(&raw, "Auto-Submitted"), "auto-generated", "{name}");
        let suppressed = header(&raw, "X-Auto-Response-Suppress");
        assert_eq!(suppressed, "OOF, AutoReply", "{name}");
    }
}

/// D5: a name that looks like an encoded word is read as it is written.
#[test]
fn d5_a_name_that_looks_encoded_is_encoded_itself() {
    for name in [
        "=?utf-8?B?QsO2c2U=?= GmbH",
        "Bäckerei =?utf-8?Q?B=C3=B6se?= AG",
        "=?us-ascii?q?x?=",
        "=?",
    ] {
        let mut written = request();
        written.subject = format!("Bitte abschließen: Vertrag für {name} (Kundennr. 4711)");
        let head = Head {
            from_name: name.to_owned(),
            ..head()
        };
        let bytes = seal(head, written.clone()).unwrap().bytes();
        let read = mail_parser::MessageParser::default().parse(&bytes).unwrap();
        assert_eq!(read.subject(), Some(written.subject.as_str()));
        let from = read.from().and_then(|from| from.first()).unwrap();
        assert_eq!(from.name(), Some(name));
    }
}

/// F8: another attempt has the same bytes, and the recipient can verify every part.
#[test]
fn f8_every_mail_is_the_same_bytes_again_and_its_parts_can_be_hashed() {
    for (name, written) in every_mail() {
        let one = seal(head(), written.clone()).unwrap();
        assert_eq!(
            one.bytes(),
            seal(head(), written).unwrap().bytes(),
            "{name}"
        );
        let raw = one.bytes();
        let read = mail_parser::MessageParser::default().parse(&raw).unwrap();
        let leaves: Vec<String> = read
            .parts
            .iter()
            .filter(|part| !matches!(part.body, mail_parser::PartType::Multipart(_)))
            .map(|part| {
                // As a recipient does: decoded, without the carriage returns of texts.
                let bytes = part.contents();
                if part.is_text() || part.is_text_html() {
                    hex(String::from_utf8_lossy(bytes).replace('\r', "").as_bytes())
                } else {
                    hex(bytes)
                }
            })
            .collect();
        let told: Vec<String> = one.parts().into_iter().map(|part| part.sha256).collect();
        assert_eq!(leaves, told, "{name}");
    }
}

#[test]
fn no_name_adds_a_header_or_a_recipient() {
    // S-21: even if a name reached this place uncleaned
    let usual: Vec<String> = headers(&raw(head(), request()))
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    for evil in [
        "A\r\nBcc: x@evil.example",
        "A\nBcc: x@evil.example\n\nHallo",
        "A\rTo: x@evil.example",
        "A\0B",
        "A <x@evil.example>, B",
        "\"; boundary=x\r\n\r\n--x",
        "Größe\r\nBcc: x@evil.example",
        "🐻\r\n\tBcc: x@evil.example",
    ] {
        let mut written = concluded();
        written.subject = evil.to_owned();
        written.attachments[0].file_name = evil.to_owned();
        let head = Head {
            from_name: evil.to_owned(),
            ..head()
        };
        let raw = raw(head, written);
        let names: Vec<String> = headers(&raw).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, usual, "{evil:?}");
        assert_eq!(header(&raw, "To"), "info@oezdemir.example");
        assert!(
            header(&raw, "From").ends_with(" <avv@plusnet.example>"),
            "{evil:?}"
        );
        for line in raw.split("\r\n") {
            assert!(
                !line.contains('\n') && !line.contains('\r'),
                "{evil:?}: {line}"
            );
            assert!(
                !line.starts_with("Bcc") && !line.starts_with("To: x"),
                "{evil:?}"
            );
        }
        assert_eq!(raw.matches("Content-Disposition: attachment;").count(), 1);
    }
}

#[test]
fn a_message_id_that_is_none_is_refused() {
    for bad in [
        "",
        "a",
        "@b",
        "a@",
        "a@b@c",
        "a b@c",
        "a@b>\r\nBcc: x@y.example",
        "ä@b",
    ] {
        let head = Head {
            message_id: bad.to_owned(),
            ..head()
        };
        assert!(seal(head, request()).is_err(), "{bad:?}");
    }
}

#[test]
fn hostile_companies_stay_companies() {
    let case = samples::case(Language::De);
    let mut content = changes::announcement(&case);
    let change = &mut content.change;
    change
        .after
        .push(changes::company("<b>A</b>\r\nBcc: x@evil.example"));
    change.reason = "<script>alert(1)</script>".to_owned();
    let mail = render(&samples::input(Language::De, content)).unwrap();
    assert!(mail.text.contains("<b>A</b> Bcc: x@evil.example"));
    assert!(!mail.html.contains("<b>A") && !mail.html.contains("<script"));
}
