#![expect(clippy::unwrap_used, reason = "a test may fail")]
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::*;

const MARK: &str = "5f3a90c177d24e0b8c641b2ea9d833f7";
const ID: &str = "0d5b8a7e@avv.plusnet.example";

/// A report with the parts of RFC 6522: for people, for programs, and the mail or its header.
fn report(status: &str, returned: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.firma.example\r\nTo: avv@plusnet.example\r\nSubject: Undelivered\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"=_b1\"\r\n\r\n\
         --=_b1\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nYour mail did not arrive.\r\n\r\n\
         --=_b1\r\nContent-Type: message/delivery-status\r\n\r\n{status}\r\n\
         --=_b1\r\n{returned}\r\n--=_b1--\r\n"
    )
}

fn status(recipient: &str, action: &str, code: &str, diagnostic: &str) -> String {
    format!(
        "Reporting-MTA: dns; mx.firma.example\r\nArrival-Date: Sun, 22 Nov 2026 10:00:00 +0100\r\n\r\n\
         Final-Recipient: {recipient}\r\nAction: {action}\r\nStatus: {code}\r\nDiagnostic-Code: {diagnostic}\r\n"
    )
}

fn head() -> String {
    format!(
        "Content-Type: text/rfc822-headers\r\n\r\nSubject: Bitte =?utf-8?b?YWJzY2hsaWXDn2Vu?=\r\nMessage-ID: <{ID}>\r\nX-AVV-Mail: {MARK}\r\n"
    )
}

fn whole() -> String {
    format!(
        "Content-Type: message/rfc822\r\n\r\nMessage-ID: <{ID}>\r\nX-AVV-Mail: {MARK}\r\nTo: info@firma.example\r\n\
         Content-Type: text/plain\r\n\r\nSehr geehrte Damen und Herren\r\n"
    )
}

/// Reports as common servers write them: name, mail, expected status code.
fn samples() -> Vec<(&'static str, String, &'static str)> {
    let address = "rfc822; info@firma.example";
    let encoded = |text: &str| STANDARD.encode(text.replace("\r\n", "\n"));
    let head_of = |part: &str| part.split_once("\r\n\r\n").unwrap().1.to_owned();
    let postfix = status(
        address,
        "failed",
        "5.1.1",
        "smtp; 550 5.1.1 <info@firma.example>:\r\n    Recipient address rejected",
    );
    let exchange = "Reporting-MTA: dns;ex1.firma.example\r\n\r\nOriginal-Recipient: rfc822;info@firma.example\r\n\
         Final-recipient: RFC822;<Info@Firma.Example>\r\nAction: failed\r\nStatus: 5.1.10\r\n\
         Diagnostic-code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found by SMTP address lookup\r\n\
         X-Display-Name: info\r\n";
    let gmail = status(
        address,
        "failed",
        "5.2.2",
        "smtp; 552-5.2.2 The recipient's inbox is out of storage space.\r\n 552 5.2.2 more",
    );
    let base64 = format!(
        "From: postmaster@x.example\r\nContent-Type: multipart/report; boundary=b2\r\n\r\n--b2\r\n\
         Content-Type: message/delivery-status\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--b2\r\n\
         Content-Type: text/rfc822-headers\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--b2--\r\n",
        encoded(&postfix),
        encoded(&head_of(&head()))
    );
    let quoted = report(
        &postfix,
        &head().replace(
            "\r\n\r\n",
            "\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n",
        ),
    )
    .replace("X-AVV-Mail: ", "X-AVV-Mail:=\r\n ")
    .replace("=?utf-8?b?YWJzY2hsaWXDn2Vu?=", "=3D?utf-8?b?YWJz?=3D");
    let exim_old = format!(
        "From: Mail Delivery System <Mailer-Daemon@mx.firma.example>\r\nX-Failed-Recipients: info@firma.example\r\n\
         Auto-Submitted: auto-replied\r\nSubject: Mail delivery failed\r\n\r\n\
         This message was created automatically.\r\n\r\n  info@firma.example\r\n    host mx [192.0.2.7]\r\n\
         550 5.1.1 User unknown\r\n\r\n------ This is a copy of the headers ------\r\n\r\n\
         Received: from x\r\nMessage-ID: <{ID}>\r\nX-AVV-Mail: {MARK}\r\n"
    );
    let replied = report(&postfix, "Content-Type: text/plain\r\n\r\nnothing\r\n").replacen(
        "Subject:",
        &format!("In-Reply-To: <{ID}>\r\nReferences: <other@x.example>\r\n <{ID}>\r\nSubject:"),
        1,
    );
    let bare_lines = report(&postfix, &whole()).replace("\r\n", "\n");
    let no_status = report(
        "Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822;info@firma.example\r\nAction: failed\r\n\
         Diagnostic-Code: X-Notes; 550 5.1.1 no such user\r\n",
        &head(),
    );
    vec![
        ("Postfix with the mail", report(&postfix, &whole()), "5.1.1"),
        ("Postfix with its head", report(&postfix, &head()), "5.1.1"),
        ("Exchange", report(exchange, &whole()), "5.1.10"),
        ("Gmail", report(&gmail, &whole()), "5.2.2"),
        (
            "Exim",
            report(
                &status(
                    "rfc822;info@firma.example",
                    "failed",
                    "5.0.0",
                    "smtp; 550 unknown",
                ),
                &whole(),
            ),
            "5.0.0",
        ),
        ("Exim as it was", exim_old, "5.1.1"),
        ("all in base64", base64, "5.1.1"),
        ("quoted-printable", quoted, "5.1.1"),
        ("only In-Reply-To", replied, "5.1.1"),
        ("lines without CR", bare_lines, "5.1.1"),
        ("status only in the words", no_status, "5.1.1"),
    ]
}

#[test]
fn reports_of_all_usual_servers_are_read() {
    for (name, raw, code) in samples() {
        let found = read(raw.as_bytes()).unwrap_or_else(|| panic!("{name}: not understood\n{raw}"));
        let known = found.marks.contains(&MARK.parse().unwrap())
            || found.message_ids.contains(&ID.to_owned());
        assert!(known, "{name}: {found:?}");
        let notice = &found.notices[0];
        assert!(
            notice.recipients.contains(&"info@firma.example".to_owned()),
            "{name}: {notice:?}"
        );
        assert_eq!(notice.status, code, "{name}");
        assert_eq!(notice.action, Action::Failed, "{name}: {notice:?}");
        assert_eq!(notice.speaks(), Speaks::OfRecipient, "{name}: {notice:?}");
        assert!(!notice.diagnostic.contains("info@"), "{name}: {notice:?}");
    }
}

#[test]
fn only_what_was_given_up_for_good_is_permanent() {
    let table = [
        ("failed", "5.1.1", true),
        ("Failed (bad mailbox)", "5.1.1 (unknown)", true),
        ("failed", "4.4.7", false),
        ("delayed", "4.4.1", false),
        ("delayed", "5.1.1", false),
        ("delivered", "2.1.5", false),
        ("relayed", "2.0.0", false),
        ("expanded", "5.1.1", false),
        ("", "5.1.1", false),
        ("failed", "", false),
    ];
    for (action, code, permanent) in table {
        let raw = report(
            &status("rfc822; a@b.example", action, code, "smtp; no"),
            &head(),
        );
        let found = read(raw.as_bytes()).unwrap();
        let notice = &found.notices[0];
        assert_eq!(
            notice.action == Action::Failed && notice.speaks() == Speaks::OfRecipient,
            permanent,
            "{action} {code}"
        );
    }
}

/// D3: reports for people only, and those that leave the status out.
#[test]
fn d3_words_are_understood_where_they_name_mail_recipient_and_reason() {
    let plain = |body: &str| {
        format!("From: MAILER-DAEMON@mx.firma.example\r\nSubject: failure notice\r\n\r\n{body}")
    };
    let qmail = plain(&format!(
        "Hi. This is the qmail-send program at mx.firma.example.\r\nI'm afraid I wasn't able to deliver your message.\r\n\r\n\
         <info@firma.example>:\r\n192.0.2.1 does not like recipient.\r\nRemote host said: 550 5.1.1 no such user\r\n\
         Giving up on 192.0.2.1.\r\n\r\n--- Below this line is a copy of the message.\r\n\r\nReturn-Path: <avv@plusnet.example>\r\n\
         Message-ID: <{ID}>\r\nX-AVV-Mail: {MARK}\r\n"
    ));
    let quoted = plain(&format!(
        "Your message to Info@Firma.Example could not be delivered: 5.7.1 blocked.\r\n\r\n> From: Plusnet\r\n> Message-ID: <{ID}>\r\n"
    ));
    for (raw, code, whom) in [
        (qmail, "5.1.1", Speaks::OfRecipient),
        (quoted, "5.7.1", Speaks::OfUs),
    ] {
        let found = read(raw.as_bytes()).unwrap();
        assert!(
            found.in_words && found.message_ids.contains(&ID.to_owned()),
            "{found:?}"
        );
        let notice = &found.notices[0];
        assert!(notice.recipients.contains(&"info@firma.example".to_owned()));
        assert_eq!((notice.status.as_str(), notice.speaks()), (code, whom));
    }
    // One of the three is missing.
    for body in [
        format!("<info@firma.example>: 550 no such user\r\n\r\nMessage-ID: <{ID}>\r\n"),
        "<info@firma.example>: 550 5.1.1 no such user\r\n".to_owned(),
        format!(
            "The mail server was busy (4.4.1), info@firma.example\r\n\r\nMessage-ID: <{ID}>\r\n"
        ),
    ] {
        assert_eq!(read(plain(&body).as_bytes()), None, "{body}");
    }
    let no_status = report(
        "Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; info@firma.example\r\nAction: failed\r\nDiagnostic-Code: smtp; 550 User unknown\r\n",
        &head(),
    );
    let found = read(no_status.as_bytes()).unwrap();
    assert_eq!(found.notices[0].speaks(), Speaks::OfRecipient);
    // A general status with a specific reason: the reason counts.
    let general = status(
        "rfc822; info@firma.example",
        "failed",
        "5.0.0",
        "smtp; 550 5.7.1 listed at bl.example",
    );
    let found = read(report(&general, &head()).as_bytes()).unwrap();
    assert_eq!(found.notices[0].speaks(), Speaks::OfUs);
}

#[test]
fn what_is_no_report_is_not_understood() {
    let vacation = format!(
        "From: a@firma.example\r\nIn-Reply-To: <{ID}>\r\nAuto-Submitted: auto-replied\r\nSubject: Urlaub\r\n\r\nBis Montag 550 5.1.1\r\n"
    );
    let group_only = report("Reporting-MTA: dns; x\r\n", &head());
    for raw in ["", "\r\n", "nothing of the kind", &vacation, &group_only] {
        assert_eq!(read(raw.as_bytes()), None, "{raw}");
    }
}

/// The returned mail comes before the report, and only a limited number of everything is kept.
#[test]
fn what_is_kept_is_bounded() {
    let many: String = (0..1000)
        .map(|at| format!("Final-Recipient: rfc822; a{at}@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; {}\r\n\r\n", "x".repeat(100)))
        .collect();
    let references: String = (0..5000).map(|at| format!(" <{at}@x.example>")).collect();
    let raw = report(&many, &whole()).replacen(
        "Subject:",
        &format!("References:{references}\r\nSubject:"),
        1,
    );
    let found = read(raw.as_bytes()).unwrap();
    assert_eq!((found.notices.len(), found.message_ids.len()), (20, 20));
    assert_eq!(found.message_ids[0], ID, "the returned mail comes first");
    let huge = format!("{}{}", report(&many, &whole()), "x".repeat(3 * LARGEST));
    assert!(read(huge.as_bytes()).is_some(), "cut, and still understood");
}

/// As deep as fits into what is read: this must neither overflow the stack nor take long.
#[test]
fn nesting_does_no_harm() {
    let began = std::time::Instant::now();
    let rfc822 = "Content-Type: message/rfc822\n\n".repeat(LARGEST / 30);
    let digest: String = (0..10_000)
        .map(|at| format!("Content-Type: multipart/digest; boundary=b{at}\n\n--b{at}\n\n"))
        .collect();
    let mixed: String = (0..10_000)
        .map(|at| format!("Content-Type: multipart/mixed; boundary=b{at}\n\n--b{at}\n"))
        .collect();
    let parts = format!(
        "Content-Type: multipart/report; boundary=b\n\n{}",
        "--b\nContent-Type: message/delivery-status\n\nAction: failed\n\n".repeat(10_000)
    );
    for raw in [
        rfc822,
        digest,
        mixed,
        parts,
        ":".repeat(LARGEST),
        "\n ".repeat(LARGEST / 2),
    ] {
        read(raw.as_bytes());
    }
    assert!(
        began.elapsed() < std::time::Duration::from_secs(60),
        "{:?}",
        began.elapsed()
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: crate::domain::seeds::kept("bounces"), ..ProptestConfig::with_cases(256) })]

    /// Through [`read`], as in production: the parser's assertions fail on some damaged reports,
    /// which is harmless only on its own thread.
    #[test]
    fn rubbish_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        read(&bytes);
    }

    /// Real reports with parts that are cut, doubled, swapped and overwritten.
    #[test]
    fn damaged_reports_never_panic(
        which in 0..11_usize,
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), 0..200_usize, 0..4_u8, any::<u8>()), 1..12),
    ) {
        let mut raw = samples().swap_remove(which).1.into_bytes();
        for (at, length, what, byte) in cuts {
            if raw.is_empty() {
                break;
            }
            let at = at.index(raw.len());
            let end = (at + length).min(raw.len());
            match what {
                0 => drop(raw.drain(at..end)),
                1 => {
                    let piece = raw[at..end].to_vec();
                    let _ = raw.splice(at..at, piece);
                }
                2 => raw[at..end].reverse(),
                _ => raw[at] = byte,
            }
        }
        if let Some(found) = read(&raw) {
            prop_assert!(!found.notices.is_empty());
            prop_assert!(found.notices.iter().all(|notice| notice.recipients.len() <= MOST));
            for notice in &found.notices {
                prop_assert!(notice.diagnostic.chars().count() <= 500);
                prop_assert!(!notice.diagnostic.contains(char::is_control));
                prop_assert!(notice.status.len() <= 9);
            }
        }
    }
}
