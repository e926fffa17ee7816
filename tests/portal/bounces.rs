//! Mails that come back (row 8, EV-06): by pipe, by file, forged, late, twice.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Barrier;

use avv_portal::actions::bounces::{Taken, take};
use avv_portal::domain::EmailAddress;
use avv_portal::jobs;
use secrecy::ExposeSecret as _;

use crate::harness::{CUSTOMER, Person, SmtpStub, TestApp, days, hours};

const MAIL: &str = "info@oezdemir.example";
const PARTNER_MAIL: &str = "info@muster-it.example";
const OPERATOR_MAIL: &str = "avv@plusnet.example";

/// A report about the newest mail to `to`, with its head.
pub fn report(app: &TestApp, to: &str, action: &str, status: &str) -> String {
    let sent = app.last_mail_to(to);
    let raw = String::from_utf8(sent.raw).unwrap();
    let head = raw.split("\r\n\r\n").next().unwrap().to_owned();
    about(&head, to, action, status)
}

fn about(head: &str, to: &str, action: &str, status: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.example\r\nTo: avv@portal.example\r\nSubject: Undelivered Mail\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n\
         Final-Recipient: rfc822; {to}\r\nAction: {action}\r\nStatus: {status}\r\n\
         Diagnostic-Code: smtp; 550 {status} <{to}>: no such user here\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\n{head}\r\n--b--\r\n"
    )
}

pub fn bring(app: &TestApp, raw: &str) -> Taken {
    take(&app.app, raw.as_bytes(), app.now()).unwrap()
}

/// Row 8 by a bounce: status, users concerned, reminders, the pages, and all of it only once.
#[actix_web::test]
async fn a_returned_mail_marks_mail_and_case_once() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let raw = report(&app, MAIL, "failed", "5.1.1");
    app.clock.advance(hours(1));
    assert_eq!(bring(&app, &raw), Taken::Returned);
    assert_eq!(app.status(CUSTOMER), "undeliverable");
    assert_eq!(bring(&app, &raw), Taken::Noted, "the same once more");
    app.jobs();
    assert_eq!(app.count("mails WHERE state = 'returned'"), 1);
    assert_eq!(app.count("audit_events WHERE kind = 'mail_returned'"), 1);
    assert_eq!(app.count("audit_events WHERE kind = 'undeliverable'"), 1);
    let told = |address| app.mails_to(address).len();
    assert_eq!(
        (told(PARTNER_MAIL), told(OPERATOR_MAIL)),
        (1, 1),
        "M5 and M14"
    );
    for _ in 0..4 {
        app.clock.advance(days(15));
        app.jobs();
    }
    assert_eq!(told(MAIL), 1, "reminders pause");
    for person in [Person::Partner, Person::Operator] {
        let page = app.sign_in(person).await.get("/kunden/4711/avv").await;
        page.assert_says("Nicht zustellbar")
            .assert_says("zurückgekommen: das Postfach gibt es nicht");
    }
    let operator = app.sign_in(Person::Operator).await;
    let list = operator.get("/betrieb/mails?stand=zurueck").await;
    list.assert_status(200)
        .assert_says("zurückgekommen")
        .assert_says("no such user here")
        .assert_says(MAIL);
    let page = operator
        .get(&list.attribute("tbody th a", "href").unwrap())
        .await;
    page.assert_status(200)
        .assert_says("Sie kam zurück: das Postfach gibt es nicht")
        .assert_says("Vom Mailserver angenommen")
        .assert_says("Rückmeldung: nicht zustellbar");
    // A user can ask again, with a new link.
    app.ask(Person::Partner, CUSTOMER).unwrap();
    app.jobs();
    assert_eq!((app.status(CUSTOMER), told(MAIL)), ("requested", 2));
    // A late bounce of the first round changes nothing any more.
    assert_eq!(
        bring(&app, &raw.replace("no such user", "still no such user")),
        Taken::Noted
    );
    assert_eq!(app.status(CUSTOMER), "requested");
}

/// A mere delay, or a report about something else, is noted and marks nothing.
#[actix_web::test]
async fn delays_and_other_addresses_are_noted_only() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let good = report(&app, MAIL, "failed", "5.1.1");
    for (raw, verdict) in [
        (report(&app, MAIL, "delayed", "4.4.1"), "delayed"),
        (report(&app, MAIL, "delayed", "5.1.1"), "delayed"),
        (report(&app, MAIL, "delivered", "2.1.5"), "other"),
        (
            good.replace(
                &format!("Final-Recipient: rfc822; {MAIL}"),
                "Final-Recipient: rfc822; elsewhere@forwarded.example",
            ),
            "other_recipient",
        ),
    ] {
        assert_eq!(bring(&app, &raw), Taken::Noted, "{verdict}");
        assert!(app.count(&format!("mail_reports WHERE verdict = '{verdict}'")) > 0);
    }
    assert_eq!(app.count("mails WHERE state = 'returned'"), 0);
    assert_eq!(app.status(CUSTOMER), "requested");
    // The original recipient counts if the final one is someone else.
    let forwarded = good.replace(
        &format!("Final-Recipient: rfc822; {MAIL}"),
        &format!("Original-Recipient: rfc822;{MAIL}\r\nFinal-Recipient: rfc822;x@y.example"),
    );
    assert_eq!(bring(&app, &forwarded), Taken::Returned);
    assert_eq!(app.status(CUSTOMER), "undeliverable");
}

/// A case cannot be marked without having the mail: values that can be guessed or read elsewhere
/// are not enough.
#[actix_web::test]
async fn forged_reports_mark_nothing() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let mark = "X-AVV-Mail: 5f3a90c177d24e0b8c641b2ea9d833f7\r\nMessage-ID: <1@portal.example>";
    let by_row = "X-AVV-Mail: 1\r\nMessage-ID: <1@portal.example>\r\nSubject: Kundennr. 4711";
    for head in [mark, by_row, "Subject: nothing", ""] {
        let raw = about(head, MAIL, "failed", "5.1.1");
        assert_eq!(bring(&app, &raw), Taken::Unclear, "{head}");
    }
    let human =
        "From: info@oezdemir.example\r\nSubject: Re: Bitte abschließen\r\n\r\n550 5.1.1\r\n";
    assert_eq!(bring(&app, human), Taken::Answer);
    assert_eq!(app.count("mail_reports"), 0);
    assert_eq!(app.status(CUSTOMER), "requested");
    // A stranger with the mail cannot fill the database either.
    let raw = report(&app, MAIL, "delayed", "4.4.1");
    for at in 0..40 {
        bring(&app, &raw.replace("no such", &format!("{at} no such")));
    }
    assert_eq!(app.count("mail_reports"), 20);
}

/// A mail that waits was not sent; one to a former address says nothing about the present one; a
/// mail to a partner or user says nothing about a case.
#[actix_web::test]
async fn only_the_address_of_today_counts_for_the_case() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    let waiting = app.text("message_id FROM mails WHERE state = 'queued'");
    let head = format!("Message-ID: <{waiting}>");
    let early = about(&head, MAIL, "failed", "5.1.1");
    assert_eq!(bring(&app, &early), Taken::Noted);
    assert_eq!(app.count("mail_reports WHERE verdict = 'not_sent'"), 1);
    app.jobs();
    let raw = report(&app, MAIL, "failed", "5.1.1");
    let (operator, now) = (app.viewer(Person::Operator), app.now());
    let new = EmailAddress::parse("vertrag@oezdemir.example").unwrap();
    app.write(|conn| {
        avv_portal::actions::customers::change_email(
            conn,
            &app.app,
            &operator,
            CUSTOMER,
            &new.into(),
            now,
        )
        .map(|_| ())
    });
    app.jobs();
    assert_eq!(bring(&app, &raw), Taken::Returned, "the mail did come back");
    assert_eq!(app.status(CUSTOMER), "requested");
    let link = app.newest_link(CUSTOMER);
    app.write(|conn| avv_portal::actions::consent::decline(conn, &app.app, link, "", now));
    app.jobs();
    let told = report(&app, PARTNER_MAIL, "failed", "5.1.1");
    assert_eq!(bring(&app, &told), Taken::Returned);
    assert_eq!(app.status(CUSTOMER), "declined");
}

/// The folder: two processes handle each file once and put it where an administrator finds it, and
/// no mail is sent about it.
#[actix_web::test]
async fn files_in_the_inbox_are_taken_once_and_put_away() {
    let app = TestApp::start().await;
    let inbox = app.app.config.storage.data_dir.join("inbox");
    fs::create_dir_all(inbox.join("new")).unwrap();
    for at in 0..12 {
        let to = format!("post@zurueck{at}.example");
        let customer = app.add_customer(8300 + at, "Zurück GmbH", Some(&to));
        app.book(customer, "centraflex", false);
        app.deliver();
        let folder = if at % 2 == 0 {
            inbox.clone()
        } else {
            inbox.join("new")
        };
        fs::write(
            folder.join(format!("{at}.eml")),
            report(&app, &to, "failed", "5.1.1"),
        )
        .unwrap();
    }
    fs::write(
        inbox.join("vacation"),
        "Subject: Urlaub\r\n\r\nBis Montag\r\n",
    )
    .unwrap();
    fs::write(inbox.join(".unfinished"), "From: x").unwrap();
    fs::write(inbox.join("huge"), vec![b'x'; 5_000_000]).unwrap();
    let (second, now, barrier) = (app.second_process(), app.now(), Barrier::new(2));
    let taken: usize = std::thread::scope(|scope| {
        let runs = [&app.app, &second].map(|process| {
            let barrier = &barrier;
            scope.spawn(move || {
                barrier.wait();
                jobs::run_once(process, now).reported
            })
        });
        runs.into_iter().map(|run| run.join().unwrap()).sum()
    });
    assert_eq!(taken, 14);
    let files = |folder: &str| fs::read_dir(inbox.join(folder)).unwrap().count();
    assert_eq!(
        (files("done"), files("unclear"), files("working")),
        (12, 2, 0)
    );
    assert!(inbox.join(".unfinished").exists());
    assert_eq!(app.count("mails WHERE state = 'returned'"), 12);
    assert_eq!(app.count("mail_reports"), 12);
    for at in 0..12 {
        let customer = avv_portal::domain::CustomerNumber::from(8300 + at);
        assert_eq!(app.status(customer), "undeliverable");
    }
    let operator = app.sign_in(Person::Operator).await;
    operator
        .get("/betrieb/mails")
        .await
        .assert_says("2 Rückmeldungen konnten keiner E-Mail zugeordnet werden");
    // A process died while it held a file: another one takes it after a while.
    let raw = "Subject: left behind\r\n\r\nx\r\n";
    let stamp = now.format("%Y%m%dT%H%M%SZ");
    fs::write(inbox.join(format!("working/{stamp}-abc-left")), raw).unwrap();
    assert_eq!(jobs::run_once(&app.app, now).reported, 0);
    app.clock.advance(hours(1));
    assert_eq!(jobs::run_once(&app.app, app.now()).reported, 1);
    assert_eq!((files("unclear"), files("working")), (3, 0));
}

/// A re-delivered reminder still carries its own id, and a bounce finds it after a server failed once.
#[actix_web::test]
async fn a_bounce_finds_its_mail_by_the_mark_alone() {
    let sink = SmtpStub::start();
    let app = TestApp::start_with(sink.transport()).await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let mark = sink.taken()[0].head("X-AVV-Mail");
    assert_eq!(mark.len(), 32, "{mark}");
    assert_eq!(app.text("replace(mark::text, '-', '') FROM mails"), mark);
    assert!(!mark.contains("4711"));
    let raw = about(&format!("X-AVV-Mail: {mark}"), MAIL, "failed", "5.7.1");
    assert_eq!(bring(&app, &raw), Taken::Returned);
}

/// As a mail server pipes it: the exit codes tell the server what to do.
#[actix_web::test]
async fn the_command_answers_with_the_codes_of_sysexits() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let raw = report(&app, MAIL, "failed", "5.1.1");
    let url = app.app.config.storage.database_url.clone().unwrap();
    let pipe = |database: &str, raw: &[u8]| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_avv-portal"))
            .arg("bounce")
            .env("DATABASE_URL", database)
            .env("AVV_DATA_DIR", &app.app.config.storage.data_dir)
            .env("AVV_ENV", "development")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(raw).unwrap();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!said.contains('@'), "{said}");
        (output.status.code().unwrap(), said)
    };
    let good = url.expose_secret();
    let (code, said) = pipe("postgres://nobody@127.0.0.1:1/none", raw.as_bytes());
    assert_eq!(code, 75, "{said}");
    assert_eq!(app.status(CUSTOMER), "requested");
    assert_eq!(pipe(good, raw.as_bytes()).0, 0);
    assert_eq!(app.status(CUSTOMER), "undeliverable");
    assert_eq!(pipe(good, raw.as_bytes()).0, 0, "known already");
    assert_eq!(
        pipe(good, b"Subject: Hallo\r\n\r\nIch bin im Urlaub.\r\n").0,
        65
    );
    assert_eq!(pipe(good, b"").0, 65);
    // A mail longer than what is read is read to its end: the server's pipe does not break.
    let long = [raw.as_bytes(), &vec![b'x'; 3_000_000]].concat();
    assert_eq!(pipe(good, &long).0, 0);
}

/// D1: the same reply means the same, whether a server gives it in the dialogue or reports it
/// later: the customer's reminders go on, and one alert tells the operator about its own mail
/// settings.
#[actix_web::test]
async fn d1_what_is_about_us_marks_no_customer() {
    let ours = [
        "5.7.1", "5.7.26", "5.3.0", "5.5.1", "5.1.7", "5.1.8", "5.6.0",
    ];
    let app = TestApp::start().await;
    for (at, status) in ours.into_iter().enumerate() {
        let to = format!("post@weg{at}.example");
        let number = 7100 + u32::try_from(at).unwrap();
        let customer = app.add_customer(number, "Weg GmbH", Some(&to));
        app.book(customer, "centraflex", false);
        app.deliver();
        let raw = report(&app, &to, "failed", status);
        assert_eq!(bring(&app, &raw), Taken::Returned, "{status}");
        assert_eq!(app.status(customer), "requested", "{status}");
    }
    assert_eq!(app.count("mails WHERE state = 'returned'"), 7);
    assert_eq!(
        app.count("mail_reports WHERE verdict = 'sender_refused'"),
        7
    );
    assert_eq!(app.count("alerts WHERE kind = 'mail_setup'"), 1);
    let operator = app.sign_in(Person::Operator).await;
    operator
        .get("/betrieb/hinweise")
        .await
        .assert_says("E-Mail-Versand abgewiesen")
        .assert_says("SPF, DKIM");
    operator
        .get("/kunden/7100/avv")
        .await
        .assert_says("nicht angekommen: der Mailserver nimmt E-Mails von diesem Absender nicht an")
        .assert_says("Die Erinnerungen gehen weiter");
    app.clock.advance(days(15));
    app.jobs();
    assert_eq!(
        app.mails_to("post@weg0.example").len(),
        2,
        "reminders go on"
    );
    // In the dialogue.
    let sink = SmtpStub::start();
    let app = TestApp::start_with(sink.transport()).await;
    app.book(CUSTOMER, "centraflex", false);
    sink.trouble_times(
        1,
        crate::harness::Stage::Recipient,
        crate::harness::Fault::Say("550 5.7.1 listed at bl.example"),
    );
    jobs::run_once(&app.app, app.now());
    assert_eq!(app.status(CUSTOMER), "requested");
    assert_eq!(app.count("mails WHERE state = 'queued'"), 1);
    assert_eq!(app.count("alerts WHERE kind = 'mail_setup'"), 1);
    // A refusal of the recipient says nothing about the portal.
    sink.unknown(MAIL, true);
    app.clock.advance(hours(2));
    jobs::run_once(&app.app, app.now());
    assert_eq!(app.status(CUSTOMER), "undeliverable");
    assert_eq!(app.count("alerts WHERE kind = 'mail_setup'"), 1);
}

/// D2: a failure is final. A contract that did not arrive raises an alert whatever the class of the
/// status, a request goes on with its reminders.
#[actix_web::test]
async fn d2_a_final_failure_of_class_4_is_told() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let raw = report(&app, MAIL, "failed", "4.4.7");
    assert_eq!(bring(&app, &raw), Taken::Returned);
    assert_eq!(app.status(CUSTOMER), "requested");
    assert_eq!(app.count("mails WHERE state = 'returned'"), 1);
    assert_eq!(app.count("alerts"), 0);
    let operator = app.sign_in(Person::Operator).await;
    operator
        .get("/kunden/4711/avv")
        .await
        .assert_says("nicht angekommen: der Mailserver war nicht erreichbar");
    app.clock.advance(days(15));
    app.jobs();
    assert_eq!(app.mails_to(MAIL).len(), 2, "reminders go on");
    app.conclude(MAIL).await;
    app.jobs();
    let raw = report(&app, MAIL, "failed", "4.2.2");
    assert_eq!(bring(&app, &raw), Taken::Returned);
    assert_eq!(app.count("alerts WHERE kind = 'contract_undelivered'"), 1);
    app.jobs();
    assert_eq!(app.mails_to(OPERATOR_MAIL).len(), 1, "M14");
}

/// D3: a report about another address, for example after a forwarding, needs an administrator; one
/// in text form counts if it names mail, recipient and reason.
#[actix_web::test]
async fn d3_forwardings_and_reports_in_words() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let raw = report(&app, MAIL, "failed", "5.1.1").replace(
        &format!("Final-Recipient: rfc822; {MAIL}"),
        "Final-Recipient: rfc822; elsewhere@forwarded.example",
    );
    assert_eq!(bring(&app, &raw), Taken::Noted);
    assert_eq!(
        app.count("alerts WHERE kind = 'forward_failed' AND customer_number = '4711'"),
        1
    );
    assert_eq!(app.status(CUSTOMER), "requested");
    let id = app.last_mail_to(MAIL).message_id;
    let words = |to: &str| {
        format!(
            "From: MAILER-DAEMON@mx.example\r\nReturn-Path: <>\r\nSubject: failure notice\r\n\r\n\
             <{to}>:\r\n550 5.1.1 no such user\r\n\r\n--- Below this line is a copy.\r\n\r\nMessage-ID: <{id}>\r\n"
        )
    };
    assert_eq!(
        bring(&app, &words("other@firma.example")),
        Taken::Answer,
        "kept as automatic"
    );
    assert_eq!(app.status(CUSTOMER), "requested");
    assert_eq!(bring(&app, &words(MAIL)), Taken::Returned);
    assert_eq!(app.status(CUSTOMER), "undeliverable");
}

/// C9: replies of people can be read in the portal and filed to a customer, and are deleted in
/// time; replies of programs are listed separately.
#[actix_web::test]
async fn c9_answers_are_read_filed_and_forgotten() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let id = app.last_mail_to(MAIL).message_id;
    let human = format!(
        "From: =?utf-8?q?Ay=C5=9Fe?= <info@oezdemir.example>\r\nSubject: Re: <b>Vertrag</b>\r\nIn-Reply-To: <{id}>\r\n\r\n\
         Bitte an Frau Schmidt.\r\n\r\n<script>alert(1)</script>\r\n"
    );
    let vacation = format!(
        "From: info@oezdemir.example\r\nAuto-Submitted: auto-replied\r\nSubject: Urlaub\r\nIn-Reply-To: <{id}>\r\n\r\nBis Montag\r\n"
    );
    assert_eq!(bring(&app, &human), Taken::Answer);
    assert_eq!(bring(&app, &human), Taken::Noted, "the same once more");
    assert_eq!(bring(&app, &vacation), Taken::Answer);
    assert_eq!(
        app.status(CUSTOMER),
        "requested",
        "no answer changes a case"
    );
    let operator = app.sign_in(Person::Operator).await;
    operator
        .get("/betrieb")
        .await
        .assert_says("Antwort auf eine E-Mail ist zu lesen");
    let list = operator.get("/betrieb/antworten").await;
    list.assert_says("Re: <b>Vertrag</b>")
        .assert_says("Ayşe (info@oezdemir.example)");
    assert!(!list.words().contains("Urlaub"));
    operator
        .get("/betrieb/antworten?stand=automatisch")
        .await
        .assert_says("Urlaub");
    let path = list.attribute("tbody th a", "href").unwrap();
    let page = operator.get(&path).await;
    page.assert_says("Bitte an Frau Schmidt.")
        .assert_says("<script>alert(1)</script>");
    assert_eq!(page.attribute("#kundennummer", "value").unwrap(), "4711");
    for (number, what) in [
        ("", "Geben Sie die Kundennummer an"),
        ("99", "gibt es keinen Kunden"),
    ] {
        let fields = [("kundennummer", number), ("schritt", "zuordnen")];
        page.submit(&operator, "main form", &fields)
            .await
            .assert_status(422)
            .assert_says(what);
    }
    let fields = [("kundennummer", "4711"), ("schritt", "zuordnen")];
    page.submit(&operator, "main form", &fields)
        .await
        .assert_status(303);
    assert_eq!(
        app.count("audit_events WHERE kind = 'reply_filed' AND customer_number = '4711'"),
        1
    );
    operator
        .get("/betrieb/antworten")
        .await
        .assert_says("Hier gibt es zurzeit keine Antwort");
    operator
        .get("/betrieb/antworten?kunde=4711")
        .await
        .assert_says("Re: <b>Vertrag</b>");
    // C8: the customer's page links to it.
    for path in ["/kunden/4711", "/betrieb/mails?kunde=4711"] {
        let link = operator
            .get(path)
            .await
            .attribute("main a[href='/betrieb/antworten?kunde=4711']", "href");
        assert!(link.is_some(), "{path}");
    }
    // No other user sees it.
    let partner = app.sign_in(Person::Partner).await;
    partner.get(&path).await.assert_status(404);
    let history = partner.get("/kunden/4711/avv").await;
    assert!(
        !history.words().contains("Antwort vom"),
        "{}",
        history.words()
    );
    let forget = || {
        let now = app.now();
        app.write(|conn| {
            let (people, programs) = (now - days(365), now - days(30));
            Ok(avv_portal::storage::replies::forget_old(
                conn, people, programs,
            )?)
        })
    };
    app.clock.advance(days(31));
    assert_eq!(forget(), 1, "automatic ones go after thirty days");
    assert_eq!(app.count("replies"), 1);
    app.clock.advance(days(335));
    assert_eq!(forget(), 1);
    assert_eq!(app.count("replies"), 0);
}
