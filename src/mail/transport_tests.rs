#![expect(clippy::unwrap_used, reason = "a test may fail")]
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::thread::JoinHandle;

use super::*;
use crate::domain::Language;
use crate::domain::mail::RequestReason;
use crate::mail::bodies::requests::request;
use crate::mail::message::{seal, tests::head};
use crate::mail::render::render;
use crate::mail::samples;

fn envelope() -> Envelope {
    let content = request(samples::case(Language::De), RequestReason::First);
    let written = render(&samples::input(Language::De, content)).unwrap();
    seal(head(), written).unwrap()
}

/// The server's answer to one command; all other commands get 250.
#[derive(Clone, Copy)]
struct Script {
    command: &'static str,
    answer: &'static [u8],
    /// Closes the connection after the answer, and returns the command that was received.
    hangs_up: bool,
}

/// A mail server for one connection. If the answer is empty, it closes the connection instead.
/// Returns its address and, when it has ended, the mail it received.
fn server(script: Script) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let (mut out, _) = listener.accept().unwrap();
        let mut lines = BufReader::new(out.try_clone().unwrap());
        let mut say = |text: &[u8]| out.write_all(&[text, b"\r\n"].concat()).is_ok();
        let mut mail = String::new();
        say(b"220 sink ready");
        loop {
            let mut line = String::new();
            if lines.read_line(&mut line).unwrap_or(0) == 0 {
                return mail;
            }
            if line.starts_with(script.command) {
                if script.answer.is_empty() {
                    return mail;
                }
                say(script.answer);
                if script.hangs_up {
                    return line.trim_end().to_owned();
                }
            } else if line.starts_with("DATA") {
                say(b"354 go on");
                if script.command == "mid-DATA" {
                    // Part of the mail, then the connection is lost.
                    let mut some = [0; 100];
                    lines.read_exact(&mut some).unwrap();
                    return mail;
                }
                while !mail.ends_with("\r\n.\r\n") && lines.read_line(&mut mail).unwrap_or(0) > 0 {}
                say(if script.command == "body" {
                    script.answer
                } else {
                    b"250 2.0.0 Ok: queued as 4F1 for info@oezdemir.example"
                });
            } else {
                say(b"250 ok");
            }
        }
    });
    (url, thread)
}

fn send_to(command: &'static str, answer: &'static str) -> (Result<String, SendError>, String) {
    send_raw(command, answer.as_bytes())
}

fn send_raw(command: &'static str, answer: &'static [u8]) -> (Result<String, SendError>, String) {
    let (url, thread) = server(Script {
        command,
        answer,
        hangs_up: false,
    });
    let transport = Transport::smtp(&url, 1, "avv.plusnet.example").unwrap();
    let result = transport.send(&envelope());
    drop(transport);
    (result, thread.join().unwrap())
}

#[test]
fn a_server_takes_the_mail_and_its_reply_is_kept() {
    let (result, mail) = send_to("nothing", "");
    let reply = result.unwrap();
    assert_eq!(
        reply,
        "250 2.0.0 Ok: queued as 4F1 for i•••@oezdemir.example"
    );
    assert!(mail.contains("Message-ID: <17.3f2a@avv.plusnet.example>"));
    assert!(mail.contains("To: info@oezdemir.example"));
}

#[test]
fn only_a_refused_recipient_is_permanent() {
    // command, answer, whether trying again is of no use
    let table = [
        (
            "RCPT",
            "550 5.1.1 <info@oezdemir.example>: no such user",
            true,
        ),
        ("RCPT", "550 no such user", true),
        ("RCPT", "554 5.4.4 no such host", true),
        ("body", "552 5.2.2 mailbox full", true),
        ("RCPT", "450 4.2.0 greylisted", false),
        ("RCPT", "452 4.2.2 mailbox full", false),
        ("body", "451 4.3.0 try later", false),
        // an error of the portal or the server, not of the recipient
        ("EHLO", "535 5.7.8 authentication failed", false),
        ("MAIL", "530 5.7.0 authentication required", false),
        ("MAIL", "553 5.1.8 sender address rejected", false),
        ("RCPT", "554 5.7.1 relay access denied", false),
        ("body", "552 5.3.4 message too big", false),
        ("DATA", "503 5.5.1 bad sequence", false),
        // the connection is lost
        ("RCPT", "", false),
        ("mid-DATA", "", false),
        ("EHLO", "", false),
    ];
    for (command, answer, permanent) in table {
        let (result, _) = send_to(command, answer);
        let error = result.unwrap_err();
        assert_eq!(error.permanent, permanent, "{command} {answer}: {error}");
        let ours = !permanent && answer.starts_with('5');
        assert_eq!(error.ours, ours, "{command} {answer}: {error}");
        assert!(!error.reply.contains("info@"), "{error}");
        if let Some((code, words)) = answer.split_once(' ') {
            assert!(error.reply.contains(code), "{error}");
            assert!(
                error.reply.contains(words.split(' ').next_back().unwrap()),
                "{error}"
            );
        }
    }
}

/// D4: a refusal is a refusal however its text is written, and so is an acceptance.
#[test]
fn d4_replies_that_are_hard_to_read_count_by_their_code() {
    // what the server sends to RCPT, permanent, what is kept
    let table: [(&'static [u8], bool, &str); 8] = [
        (b"550", true, "550"),
        (b"550 ", true, "550"),
        (
            b"550 5.1.1 Empf\xe4nger unbekannt",
            true,
            "550 5.1.1 Empfänger unbekannt",
        ),
        (
            "550 5.1.1 Empfänger unbekannt".as_bytes(),
            true,
            "550 5.1.1 Empfänger unbekannt",
        ),
        (
            b"550-Postfach\r\n550-gel\xf6scht\r\n550",
            true,
            "550 Postfach gelöscht",
        ),
        (b"450-sp\xe4ter\r\n450", false, "450 später"),
        (b"550\ttab", true, "550 tab"),
        (b"451", false, "451"),
    ];
    for (answer, permanent, kept) in table {
        let (result, _) = send_raw("RCPT", answer);
        let error = result.unwrap_err();
        assert!(error.answered, "{kept}: {error}");
        assert_eq!(error.permanent, permanent, "{kept}: {error}");
        assert_eq!(error.reply, kept);
    }
    for (command, answer) in [
        ("MAIL", &b"250"[..]),
        ("RCPT", b"250 gr\xfc\xdf Gott"),
        ("body", b"250"),
    ] {
        let (result, mail) = send_raw(command, answer);
        assert!(result.is_ok(), "{command}: {result:?}");
        assert!(mail.contains("X-AVV-Mail"), "{command}");
    }
    for rubbish in [&b"hello"[..], b"55", b"999 no", b"\xff\xfe", b"5x0 no"] {
        let error = send_raw("RCPT", rubbish).0.unwrap_err();
        assert!(!error.answered && !error.permanent, "{rubbish:?}: {error}");
    }
}

/// D5: the portal gives the host name users reach it under, unless the URL says otherwise.
#[test]
fn d5_the_portal_greets_with_its_own_name() {
    for (path, hello, said) in [
        ("", "avv.plusnet.example", "EHLO avv.plusnet.example"),
        (
            "/mail.plusnet.example",
            "avv.plusnet.example",
            "EHLO mail.plusnet.example",
        ),
        ("", "192.0.2.7", "EHLO [192.0.2.7]"),
        ("", "", "EHLO localhost"),
    ] {
        let (url, thread) = server(Script {
            command: "EHLO",
            answer: b"500 enough",
            hangs_up: true,
        });
        let transport = Transport::smtp(&format!("{url}{path}"), 1, hello).unwrap();
        assert!(transport.send(&envelope()).is_err());
        drop(transport);
        assert_eq!(thread.join().unwrap(), said);
    }
}

#[test]
fn a_server_that_is_not_there_is_worth_another_attempt() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let transport = Transport::smtp(&format!("smtp://127.0.0.1:{port}"), 1, "x.example").unwrap();
    assert!(!transport.send(&envelope()).unwrap_err().permanent);
}

#[test]
fn no_mail_goes_unencrypted_through_a_network() {
    // S-23
    for good in [
        "smtps://user:pass@mail.example.com",
        "smtp://user:pass@mail.example.com:587?tls=required",
        "smtp://127.0.0.1:2525",
        "smtp://localhost:2525",
        "smtp://[::1]:2525",
    ] {
        assert!(Transport::smtp(good, 4, "x.example").is_ok(), "{good}");
    }
    for (bad, why) in [
        ("smtp://mail.example.com", BadSmtpUrl::Unencrypted),
        (
            "smtp://mail.example.com:587?tls=opportunistic",
            BadSmtpUrl::Unencrypted,
        ),
        ("smtp://localhost.evil.example", BadSmtpUrl::Unencrypted),
        ("http://mail.example.com", BadSmtpUrl::Unreadable),
        ("mail.example.com:25", BadSmtpUrl::Unreadable),
        ("", BadSmtpUrl::Unreadable),
    ] {
        assert_eq!(
            Transport::smtp(bad, 4, "x.example").unwrap_err(),
            why,
            "{bad}"
        );
    }
}

#[test]
fn a_reply_is_one_line_without_addresses() {
    let table = [
        (
            "550 <a.b@firma.de>: unknown",
            "550 <a•••@firma.de>: unknown",
        ),
        ("no mail to X@Firma.DE.", "no mail to x•••@firma.de"),
        ("rcpt to:<ä@firma.de>", "rcpt to:<•••>"),
        ("two\r\nlines\u{1b}[31m", "two lines[31m"),
    ];
    for (said, kept) in table {
        assert_eq!(tidy(said), kept);
    }
    assert_eq!(tidy(&"x".repeat(9_000)).len(), MAX_REPLY);
}

#[test]
fn memory_keeps_what_was_sent() {
    let transport = Transport::memory();
    transport.clone().send(&envelope()).unwrap();
    let sent = transport.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].to.as_str(), "info@oezdemir.example");
    assert_eq!(sent[0].message_id, "17.3f2a@avv.plusnet.example");
    assert_eq!(sent[0].written, envelope().written);
    assert!(sent[0].raw.starts_with(b"From: "));
}

#[test]
fn the_folder_gives_back_what_was_put_in() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("postfach");
    assert_eq!(outbox_folder::list(&path, 10).unwrap(), []);
    let transport = Transport::Folder(path.clone());
    let mut mail = envelope();
    mail.written.attachments.push(samples::pdf());
    assert_eq!(transport.send(&mail).unwrap(), "20261122T090000000Z-17.eml");
    // the same mail once more, then a later one
    transport.send(&mail).unwrap();
    let mut later = mail.clone();
    later.head.date += chrono::Duration::milliseconds(1);
    later.head.id = crate::domain::MailId(18);
    transport.send(&later).unwrap();

    let mails = outbox_folder::list(&path, 10).unwrap();
    let names: Vec<&str> = mails.iter().map(|mail| mail.name.as_str()).collect();
    assert_eq!(names, ["20261122T090000001Z-18", "20261122T090000000Z-17"]);
    assert_eq!(mails[1].written, mail.written);
    assert_eq!(mails[1].from, "Plusnet GmbH <avv@plusnet.example>");
    assert_eq!(outbox_folder::list(&path, 1).unwrap(), mails[..1]);
    let read = outbox_folder::read(&path, "20261122T090000000Z-17").unwrap();
    assert_eq!(read.as_ref(), mails.get(1));
    let eml = std::fs::read(path.join("20261122T090000000Z-17.eml")).unwrap();
    assert_eq!(eml, mail.bytes());
    assert_eq!(std::fs::read_dir(&path).unwrap().count(), 4, "no leftovers");
}

#[test]
fn no_name_leads_out_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("postfach");
    std::fs::create_dir(&inside).unwrap();
    std::fs::write(folder.path().join("secret.json"), b"{}").unwrap();
    for name in [
        "../secret",
        "",
        ".",
        "a/b",
        "..\\secret",
        "20261122T090000000Z-17",
    ] {
        assert_eq!(outbox_folder::read(&inside, name).unwrap(), None, "{name}");
    }
}
