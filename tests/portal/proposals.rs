//! The four-eyes principle (row 33, 5.8-18), and what only the operator can read: proofs and
//! reasons (EV-10, 5.8-19).

use std::io::{Cursor, Read as _};

use crate::harness::{Browser, CUSTOMER, PASSWORD, Page, Person, SCAN, TestApp, days};

const MAIL: &str = "info@oezdemir.example";
const PARTNER_MAIL: &str = "info@muster-it.example";
const GATE: &str = "/zugriff/4711/centraflex";
const STATUS: &str = "/kunden/4711/avv";
const PAPER: &str = "/betrieb/kunden/4711/papiervertrag";

async fn asked() -> TestApp {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    app
}

/// A second administrator.
async fn second(app: &TestApp) -> Browser {
    app.sql("INSERT INTO users (email, name, role, operator_role, contracts, password_hash, created_at)
        SELECT 'zwei@plusnet.example', 'Zita Zweite', role, operator_role, contracts, password_hash, created_at FROM users WHERE role = 'operator'")
        .unwrap();
    let browser = app.visitor();
    let page = browser.get("/anmelden").await;
    let fields = [("email", "zwei@plusnet.example"), ("passwort", PASSWORD)];
    page.submit(&browser, "main form", &fields)
        .await
        .assert_status(303);
    browser
}

async fn token(browser: &Browser, path: &str) -> String {
    let (_, fields) = browser.get(path).await.form("main form");
    let csrf = fields.into_iter().find(|(name, _)| name == "csrf");
    csrf.unwrap().1
}

/// Records an objection with or without a proof.
async fn object(operator: &Browser, way: &str, proof: Option<&[u8]>) -> Page {
    let path = "/betrieb/kunden/4711/widerspruch";
    let csrf = token(operator, path).await;
    let fields = [
        ("csrf", csrf.as_str()),
        ("weg", way),
        ("datum", "2026-11-23"),
        ("notiz", "Geheime Notiz"),
        ("passwort", PASSWORD),
    ];
    let files: Vec<(&str, &str, &[u8])> = proof
        .map(|bytes| ("datei", "brief.pdf", bytes))
        .into_iter()
        .collect();
    operator.upload(path, &fields, &files).await
}

async fn propose_paper(operator: &Browser, scan: &[u8]) -> Page {
    paper_signed(operator, scan, "2026-11-20").await
}

async fn paper_signed(operator: &Browser, scan: &[u8], day: &str) -> Page {
    let csrf = token(operator, PAPER).await;
    let fields = [
        ("csrf", csrf.as_str()),
        ("person", "Ayşe Özdemir"),
        ("funktion", "Inhaberin"),
        ("datum", day),
    ];
    let files = [("datei", "vertrag.pdf", scan)];
    operator.upload(PAPER, &fields, &files).await
}

async fn confirm(browser: &Browser, path: &str, password: &str) -> Page {
    let page = browser.get(path).await;
    let fields = [("passwort", password)];
    page.submit(browser, "#bestaetigen", &fields).await
}

/// EV-10, EV-11, S-40, S-77, 5.8-19: the proof is added with the objection or later; partners see
/// only fact and date everywhere.
#[actix_web::test]
async fn the_proof_of_an_objection_is_the_operators_alone() {
    let app = asked().await;
    app.conclude(MAIL).await;
    app.jobs();
    let operator = app.sign_in(Person::Operator).await;
    object(&operator, "letter", Some(b"MZ kein Brief"))
        .await
        .assert_status(422)
        .assert_says("weder PDF noch PNG noch JPEG");
    assert_eq!(app.count("objections"), 0);
    object(&operator, "letter", None).await.assert_status(303);
    operator
        .get(STATUS)
        .await
        .assert_says("Der Nachweis fehlt noch")
        .assert_says("Zugriff geschlossen für Muster IT GmbH (");
    let own = "/betrieb/kunden/4711/erklaerungen";
    let page = operator.get(own).await;
    page.assert_says("Der Nachweis fehlt noch")
        .assert_says("Geheime Notiz");
    let (action, fields) = page.form("main form");
    let csrf = [("csrf", fields[0].1.as_str())];
    operator
        .upload(&action, &csrf, &[])
        .await
        .assert_status(422)
        .assert_says("Wählen Sie die Datei des Nachweises");
    operator
        .upload(&action, &csrf, &[("datei", "x", SCAN)])
        .await
        .assert_status(303);
    operator
        .get(own)
        .await
        .assert_silent_about("fehlt noch")
        .assert_says("Nachweis herunterladen");
    let file = app.text("file_id FROM objection_files");
    let file = format!("/betrieb/kunden/4711/nachweis/{file}");
    let got = operator.get(&file).await;
    assert_eq!(got.bytes, SCAN);
    let foreign = file.replace("4711", "9000");
    operator.get(&foreign).await.assert_status(404);

    app.jobs();
    for person in [Person::Partner, Person::Customer] {
        let browser = app.sign_in(person).await;
        for path in [file.as_str(), own] {
            browser.get(path).await.assert_status(404);
        }
    }
    let partner = app.sign_in(Person::Partner).await;
    let mut told = Vec::new();
    for path in ["/kunden", "/kunden/4711", STATUS] {
        told.push(partner.get(path).await.assert_status(200).text());
    }
    partner.get(STATUS).await.assert_says("widersprochen");
    told.extend(app.mails().iter().map(|mail| {
        let written = &mail.written;
        format!("{}{}{}", written.subject, written.text, written.html)
    }));
    for text in told {
        for secret in [
            "Geheime",
            "Nachweis",
            "per Brief",
            "Zugriff geschlossen für",
        ] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
    }
}

/// S-77: names of files are never used, and a file that is too large is refused with the form kept.
#[actix_web::test]
async fn hostile_names_and_sizes_of_files_do_nothing() {
    let app = asked().await;
    let operator = app.sign_in(Person::Operator).await;
    let mut large = SCAN.to_vec();
    large.resize(10 * 1024 * 1024 + 1, b'x');
    let page = propose_paper(&operator, &large).await;
    page.assert_status(422).assert_says("größer als 10 MB");
    let kept = page.attribute("#person", "value");
    assert_eq!(kept.as_deref(), Some("Ayşe Özdemir"));
    assert_eq!(app.count("files"), 0);
    let csrf = token(&operator, PAPER).await;
    let fields = [
        ("csrf", csrf.as_str()),
        ("person", "Ayşe Özdemir"),
        ("funktion", "Inhaberin"),
        ("datum", "2026-11-20"),
    ];
    let hostile = "../../etc/passwd%00<script>.html";
    let done = operator
        .upload(PAPER, &fields, &[("datei", hostile, SCAN)])
        .await;
    done.assert_status(303);
    let page = operator.get(&done.location()).await;
    page.assert_silent_about("passwd");
    let file = operator.get(&format!("{}/datei", done.location())).await;
    assert_eq!(
        file.header("content-disposition"),
        "attachment; filename*=UTF-8''papiervertrag-1.pdf"
    );
    assert_eq!(file.header("content-type"), "application/pdf");
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    assert_eq!(
        file.header("content-security-policy"),
        "default-src 'none'; sandbox"
    );
}

/// EV-10, S-22, 5.8-19: a reason typed on the public page is cleaned, refused if it is too long,
/// and can be read by the operator.
#[actix_web::test]
async fn the_reason_of_a_decline_is_the_operators_alone() {
    let app = asked().await;
    let (visitor, link) = (app.visitor(), app.consent_link(MAIL));
    let page = visitor.get(&format!("{link}/ablehnen")).await;
    let reason = format!("Zu\u{202e} teuer <b>, sagt der Chef {}", "x".repeat(600));
    let fields = [("grund", reason.as_str()), ("bestaetigung", "ja")];
    page.submit(&visitor, "main form", &fields)
        .await
        .assert_status(422)
        .assert_says("Kürzen Sie den Grund auf höchstens 500 Zeichen");
    let reason = format!("Zu\u{202e} teuer <b>, sagt der Chef {}", "x".repeat(400));
    let fields = [("grund", reason.as_str()), ("bestaetigung", "ja")];
    page.submit(&visitor, "main form", &fields)
        .await
        .assert_status(303);
    assert_eq!(app.status(CUSTOMER), "declined");
    let kept = app.text("reason FROM decline_reasons");
    assert!(
        kept.starts_with("Zu teuer <b>, sagt der Chef xxx"),
        "{kept}"
    );
    app.jobs();
    let operator = app.sign_in(Person::Operator).await;
    let page = operator.get("/betrieb/kunden/4711/erklaerungen").await;
    page.assert_says("Zu teuer <b>, sagt der Chef");
    let partner = app.sign_in(Person::Partner).await;
    for path in ["/kunden", "/kunden/4711", STATUS] {
        partner.get(path).await.assert_silent_about("teuer");
    }
    for mail in app.mails() {
        assert!(!format!("{}{}", mail.written.text, mail.written.html).contains("teuer"));
    }
    assert_eq!(
        app.count("audit_events WHERE details::text LIKE '%teuer%'"),
        0
    );
}

/// Row 33: two people, a reason; the contract stays void and the customer is asked anew.
#[actix_web::test]
async fn an_objection_recorded_in_error_takes_two_people_and_revives_nothing() {
    let app = asked().await;
    app.conclude(MAIL).await;
    app.jobs();
    let first = app.sign_in(Person::Operator).await;
    object(&first, "phone", None).await.assert_status(303);
    app.clock.advance(days(1));
    app.jobs();
    let first_again = app.sign_in(Person::Operator).await;
    let second = second(&app).await;
    let path = "/betrieb/kunden/4711/irrtum";
    let form = first_again.get(path).await;
    form.submit(&first_again, "main form", &[("grund", " ")])
        .await
        .assert_status(422);
    let done = form
        .submit(&first_again, "main form", &[("grund", "Falscher Kunde")])
        .await;
    done.assert_status(303);
    form.submit(&first_again, "main form", &[("grund", "Noch einmal")])
        .await
        .assert_redirect(STATUS);
    assert_eq!(app.count("proposals"), 1);
    let proposal = done.location();
    // Not alone: neither by the page nor by a forged form.
    let csrf = token(&first_again, &proposal).await;
    for answer in ["bestaetigen", "ablehnen"] {
        let fields = [
            ("csrf", csrf.as_str()),
            ("antwort", answer),
            ("passwort", PASSWORD),
            ("grund", "nein"),
        ];
        first_again
            .post(&proposal, &fields)
            .await
            .assert_status(303);
    }
    let alone = "UPDATE proposals SET state = 'confirmed', decided_at = proposed_at, decided_by = proposed_by";
    assert!(app.sql(alone).unwrap_err().contains("four_eyes"));
    assert_eq!(app.status(CUSTOMER), "void");
    assert_eq!(app.count("proposals WHERE state = 'open'"), 1);

    confirm(&second, &proposal, "falsch")
        .await
        .assert_status(422);
    let page = second.get(&proposal).await;
    // Both at once: one of them finds the proposal answered.
    let form = [("passwort", PASSWORD)];
    let (one, two) = tokio::join!(
        page.submit(&second, "#bestaetigen", &form),
        page.submit(&second, "#bestaetigen", &form)
    );
    for answer in [one, two] {
        answer.assert_status(303);
    }
    app.jobs();
    assert_eq!(app.status(CUSTOMER), "requested");
    assert_eq!(app.links_to(MAIL).len(), 2, "two clicks are one M1");
    assert_eq!(app.count("agreements WHERE ended_at IS NULL"), 0);
    assert_eq!(
        app.count("audit_events WHERE kind = 'objected_in_error'"),
        1
    );
    let partner = app.sign_in(Person::Partner).await;
    partner.get(GATE).await.assert_status(403);
    partner
        .get(STATUS)
        .await
        .assert_silent_about("Falscher Kunde")
        .assert_silent_about("orgeschlagen");
}

/// 5.8-18: recorded by one, confirmed by another; the scan is the document, and marked as such
/// everywhere.
#[actix_web::test]
async fn a_contract_on_paper_takes_effect_when_a_second_person_confirms() {
    let app = asked().await;
    let first = app.sign_in(Person::Operator).await;
    for wrong in [&b"\x89PNG\r\n\x1a\n.."[..], b""] {
        propose_paper(&first, wrong).await.assert_status(422);
    }
    // The text cannot have been signed before it existed.
    paper_signed(&first, SCAN, "1999-01-01")
        .await
        .assert_status(422)
        .assert_says("Diese Vertragsfassung gibt es erst seit 02.03.2026");
    let done = propose_paper(&first, SCAN).await;
    done.assert_status(303);
    let proposal = done.location();
    assert_eq!(app.status(CUSTOMER), "requested", "nothing happened yet");
    let second = second(&app).await;
    assert_eq!(second.get(&format!("{proposal}/datei")).await.bytes, SCAN);
    second
        .get("/betrieb")
        .await
        .assert_says("Vorschlag wartet auf eine zweite Person");
    second
        .get("/betrieb/vorschlaege")
        .await
        .assert_says("Vertrag auf Papier geschlossen");
    // Rejected with a reason, proposed anew, withdrawn, proposed anew.
    let page = second.get(&proposal).await;
    page.submit(&second, "#ablehnen", &[("grund", "")])
        .await
        .assert_status(422);
    page.submit(&second, "#ablehnen", &[("grund", "Seite 2 fehlt")])
        .await
        .assert_status(303);
    first.get(&proposal).await.assert_says("Seite 2 fehlt");
    let again = propose_paper(&first, SCAN).await.location();
    let page = first.get(&again).await;
    let take_back = [("antwort", "zurueckziehen")];
    page.submit(&first, "#zurueckziehen", &take_back)
        .await
        .assert_status(303);
    let third = propose_paper(&first, SCAN).await.location();
    assert_eq!(app.count("agreements"), 0);

    confirm(&second, &third, PASSWORD).await.assert_status(303);
    assert_eq!(app.status(CUSTOMER), "concluded");
    app.jobs();
    let partner = app.sign_in(Person::Partner).await;
    partner.get(GATE).await.assert_status(204);
    let mark = "Auf Papier geschlossen, unterschrieben am 20.11.2026, erfasst von";
    for browser in [&first, &partner] {
        browser.get(STATUS).await.assert_says(mark);
        let list = browser.get("/kunden").await;
        let marks = list.text().matches("Vertrag außerhalb des Portals").count();
        assert_eq!(marks, 1, "marked in the list, this one alone");
    }
    // EV-11: who got access by it, by number and key; partners do not see how many users others
    // have.
    let opened = "Zugriff geöffnet für Muster IT GmbH (";
    first
        .get(STATUS)
        .await
        .assert_says(opened)
        .assert_says("1 Benutzer)");
    partner.get(STATUS).await.assert_silent_about(opened);
    first.get("/betrieb/protokoll").await.assert_says(opened);
    let customer = app.sign_in(Person::Customer).await;
    let own = customer.get("/administration/avv").await;
    own.assert_status(200)
        .assert_says(mark)
        .assert_says("Zita Zweite")
        .assert_silent_about("0 Seiten");
    let mail = app.mails_to(MAIL).pop().unwrap();
    assert_eq!(mail.written.attachments[0].bytes, SCAN, "M3");
    for part in [&mail.written.text, &mail.written.html] {
        let words = part.split_whitespace().collect::<Vec<_>>().join(" ");
        for word in [
            "auf Papier abgeschlossen",
            "Unterschrieben von",
            "sein Scan",
        ] {
            assert!(words.contains(word), "M3 {word}: {words}");
        }
        assert!(
            !words.contains("/zustimmung/"),
            "no page of a link: {words}"
        );
    }
    let told = app.mails_to(PARTNER_MAIL);
    assert_eq!(told.len(), 1, "M4");
    let words = told[0].written.text.replace('\n', " ");
    assert!(words.contains("auf Papier abgeschlossen"), "M4: {words}");
    downloads_of_the_scan(&app, &customer, &own).await;
    assert_eq!(
        app.count("agreement_documents WHERE length(plain_text) > 1000 AND length(document_hash) = 64 AND contents ? 'paper'"),
        1
    );
    // The link that was mailed only shows the fact.
    let link = app.visitor().get(&app.links_to(MAIL)[0]).await;
    link.assert_says("abgeschlossen");
    confirm_after(&second, &third).await;
    assert_eq!(app.count("agreements"), 1);
}

/// The scan wherever the contract can be downloaded: as it was uploaded, never opened by a browser,
/// never taken for a sealed document (S-77).
async fn downloads_of_the_scan(app: &TestApp, customer: &Browser, own: &Page) {
    own.assert_says("Unterschriebenen Vertrag herunterladen (Scan, PDF");
    let href = own.attribute(".verdict a", "href").unwrap();
    let file = customer.get(&href).await;
    assert_eq!(file.bytes, SCAN);
    assert_eq!(
        file.header("content-security-policy"),
        "default-src 'none'; sandbox"
    );
    let number = app.text("number FROM agreements");
    assert_eq!(
        file.header("content-disposition"),
        format!("attachment; filename*=UTF-8''{number}.pdf")
    );
    let bundle = customer.get("/administration/avv/nachweis.zip").await;
    bundle.assert_status(200);
    let mut bundle = zip::ZipArchive::new(Cursor::new(bundle.bytes)).unwrap();
    let mut read = |name: &str| {
        let mut content = Vec::new();
        let mut file = bundle.by_name(name).unwrap();
        file.read_to_end(&mut content).unwrap();
        content
    };
    assert_eq!(read(&format!("{number}/{number}.pdf")), SCAN);
    let agreements = String::from_utf8(read("vertraege.json")).unwrap();
    assert!(agreements.contains("\"on_paper\": true"), "{agreements}");
    // The customer does not see what administrators wrote to each other.
    let events = String::from_utf8(read("ereignisse.json")).unwrap();
    assert!(events.contains("concluded_on_paper"), "{events}");
    assert!(!events.contains("Seite 2 fehlt"), "{events}");
    assert_eq!(app.count("document_stamps"), 0);
    let visitor = app.visitor();
    let answer = visitor
        .upload("/pruefen", &[], &[("datei", "x.pdf", SCAN)])
        .await;
    answer
        .assert_status(200)
        .assert_says("außerhalb des Portals geschlossen")
        .assert_silent_about("gesiegelt");
}

async fn confirm_after(browser: &Browser, path: &str) {
    let page = browser.get(path).await;
    page.assert_says("Bestätigt am")
        .assert_silent_about("Ihr Passwort");
}

/// A proposal is confirmed only if the portal would still offer the text it was compared with.
#[actix_web::test]
async fn a_paper_contract_for_another_chain_is_not_confirmed() {
    let app = asked().await;
    let first = app.sign_in(Person::Operator).await;
    let proposal = propose_paper(&first, SCAN).await.location();
    let (viewer, sub, now) = (
        app.viewer(Person::Partner),
        app.companies().sub_partner,
        app.now(),
    );
    app.write(|conn| {
        avv_portal::actions::sub_partners::name(conn, &app.app, &viewer, CUSTOMER, Some(sub), now)
            .map(|_| ())
    });
    let second = second(&app).await;
    confirm(&second, &proposal, PASSWORD)
        .await
        .assert_status(303);
    second
        .get(&proposal)
        .await
        .assert_says("schlagen Sie ihn neu vor");
    assert_eq!(app.count("agreements"), 0);
}

/// C9: administrators who can approve are told by mail that something waits, and not if it is
/// decided already.
#[actix_web::test]
async fn c9_those_who_can_approve_are_told_by_mail() {
    let app = asked().await;
    let _second = second(&app).await;
    let operator = app.sign_in(Person::Operator).await;
    propose_paper(&operator, SCAN).await.assert_status(303);
    app.jobs();
    let mail = app.last_mail_to("zwei@plusnet.example");
    assert!(
        mail.written
            .subject
            .starts_with("Bestätigung nötig: Papiervertrag von")
    );
    assert!(mail.written.text.contains("/betrieb/vorschlaege/"));
    assert!(mail.written.text.contains("Zita Zweite"));
    let told = |address: &str| app.mails_to(address).len();
    assert_eq!(told("zwei@plusnet.example"), 1);
    assert_eq!(told(Person::Operator.email()), 0, "not who proposed it");
    for other in [Person::Partner, Person::Customer] {
        assert_eq!(told(other.email()), 0);
    }
    // Withdrawn before the mail was sent: no one is told in vain.
    let proposal = app.text("id FROM proposals");
    let page = operator
        .get(&format!("/betrieb/vorschlaege/{proposal}"))
        .await;
    page.submit(&operator, "#zurueckziehen", &[("antwort", "zurueckziehen")])
        .await
        .assert_status(303);
    propose_paper(&operator, SCAN).await.assert_status(303);
    let proposal = app.text("max(id) FROM proposals");
    let page = operator
        .get(&format!("/betrieb/vorschlaege/{proposal}"))
        .await;
    page.submit(&operator, "#zurueckziehen", &[("antwort", "zurueckziehen")])
        .await
        .assert_status(303);
    app.jobs();
    assert_eq!(told("zwei@plusnet.example"), 1);
    assert_eq!(
        app.count("mails WHERE kind_key = 'approval' AND state = 'dropped'"),
        1
    );
}

/// EV-10: a decline without a reason is still a decline.
#[actix_web::test]
async fn ev_10_a_decline_without_a_reason_is_listed() {
    let app = asked().await;
    let (visitor, link) = (app.visitor(), app.consent_link(MAIL));
    visitor
        .post(&format!("{link}/ablehnen"), &[("bestaetigung", "ja")])
        .await
        .assert_status(303);
    let operator = app.sign_in(Person::Operator).await;
    operator
        .get("/betrieb/kunden/4711/erklaerungen")
        .await
        .assert_says("Ablehnungen 23.11.2026")
        .assert_says("ohne Grund");
}
