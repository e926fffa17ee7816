//! The concluded document: its words, its validity, and that nothing can change it.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::{Command, Stdio};

use avv_portal::actions::sub_partners;
use avv_portal::domain::{CustomerNumber, Language};
use sha2::{Digest as _, Sha256};

use crate::harness::{CUSTOMER, Person, TestApp, days};

const MAIL: &str = "info@oezdemir.example";
const SUB: &str = "Nord-TK GbR";

/// Runs a PDF tool on bytes; `-` in the arguments is its input.
fn tool(program: &str, arguments: &[&str], pdf: &[u8]) -> (bool, String) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(pdf).unwrap();
    let path = file.path().to_str().unwrap();
    let arguments = arguments
        .iter()
        .map(|argument| if *argument == "FILE" { path } else { argument });
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| {
            panic!("this test needs `{program}` (packages poppler-utils and qpdf): {error}")
        });
    (
        output.status.success(),
        String::from_utf8_lossy(&output.stdout).into_owned(),
    )
}

/// The words of a PDF, hyphens at line ends joined, white space folded.
fn words(pdf: &[u8]) -> String {
    let (good, text) = tool("pdftotext", &["-layout", "-nopgbrk", "FILE", "-"], pdf);
    assert!(good, "pdftotext failed");
    text.replace('\u{ad}', "")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

fn hex(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(&Sha256::digest(bytes))
}

async fn name_sub(app: &TestApp, customer: CustomerNumber) {
    let (viewer, sub, now) = (
        app.viewer(Person::Partner),
        app.companies().sub_partner,
        app.now(),
    );
    app.write(|conn| {
        sub_partners::name(conn, &app.app, &viewer, customer, Some(sub), now).map(|_| ())
    });
}

/// EV-01 to EV-07, 5.6-7: one document everywhere, with everything in it.
#[actix_web::test]
async fn the_document_says_everything_and_is_the_same_everywhere() {
    let app = TestApp::start().await;
    name_sub(&app, CUSTOMER).await;
    app.book(CUSTOMER, "centraflex", false);
    app.book(CUSTOMER, "mehrstandort-sip-trunk", true);
    app.jobs();
    let visitor = app.visitor();
    let asked = app.consent_link(MAIL);
    visitor
        .get(&asked)
        .await
        .assert_says(SUB)
        .assert_says("Muster IT GmbH");
    let draft = visitor.get(&format!("{asked}/entwurf.pdf")).await;
    draft.assert_status(200);
    let preview = words(&draft.bytes);
    assert!(
        preview.contains("Muster, kein geltender Vertrag") && preview.contains(SUB),
        "{preview}"
    );

    // The clock is at 23.11.2026 10:00 in Berlin.
    let link = app.conclude(MAIL).await;
    app.jobs();
    let concluded = visitor.get(&format!("{link}/avv.pdf")).await.bytes;
    let text = words(&concluded);
    for expected in [
        "Ayşe Özdemir-Grünewald",
        "Geschäftsführerin",
        "Muster IT GmbH",
        SUB,
        "Bäckerei Özdemir & Söhne GmbH & Co. KG",
        "Tengo Centraflex",
        "Mehrstandort-SIP-Trunk mit UMS-Option",
        "AVV-2026-4711-1",
        "23. November 2026",
        "10:00",
        "Ich bin berechtigt",
    ] {
        assert!(text.contains(expected), "„{expected}“ is not in the PDF");
    }
    assert!(
        !text.contains("Entwurf, noch nicht abgeschlossen")
            && !text.contains("Muster, kein geltender Vertrag"),
        "the watermark is gone"
    );
    let (sound, said) = tool("qpdf", &["--check", "FILE"], &concluded);
    assert!(sound, "{said}");
    assert!(tool("qpdf", &["--check", "FILE"], &draft.bytes).0);

    // Success page, both mails, Administration of the customer and of the operator.
    visitor
        .get(&format!("{link}/erfolg"))
        .await
        .assert_says(SUB)
        .assert_says("AVV-2026-4711-1");
    let mails = app.mails_to(MAIL);
    for mail in &mails {
        assert!(
            mail.written.text.contains(SUB) && mail.written.html.contains(SUB),
            "{} does not name the sub-partner",
            mail.written.subject
        );
    }
    let receipt = mails.last().unwrap();
    assert_eq!(receipt.written.attachments[0].bytes, concluded);
    assert!(
        receipt
            .written
            .text
            .replace(char::is_whitespace, "")
            .contains(&hex(&concluded)),
        "the mail names the SHA-256"
    );
    for (person, path) in [
        (Person::Customer, "/administration/avv"),
        (Person::Operator, "/administration/avv?kunde=4711"),
    ] {
        let browser = app.sign_in(person).await;
        let page = browser.get(path).await;
        page.assert_status(200)
            .assert_says(SUB)
            .assert_says("Prüfsumme");
        let shown: String = page.words().split_whitespace().collect();
        assert!(
            shown.contains(&hex(&concluded)),
            "{person:?}: another checksum"
        );
        let href = page
            .attribute("main a.button[href$='.pdf']", "href")
            .unwrap();
        assert_eq!(browser.get(&href).await.bytes, concluded, "{person:?}");
        // the address does not work for a partner.
        for partner in [
            Person::Partner,
            Person::SubPartner,
            Person::ForeignCustomer,
            Person::CustomerWithout,
        ] {
            let answer = app.sign_in(partner).await.get(&href).await;
            assert!(
                [403, 404].contains(&answer.status.as_u16()),
                "{partner:?}: {}",
                answer.status
            );
        }
        app.visitor().get(&href).await.assert_status(303);
    }
    for person in [Person::Operator, Person::Partner, Person::SubPartner] {
        let browser = app.sign_in(person).await;
        browser
            .get("/kunden/4711/avv")
            .await
            .assert_says(SUB)
            .assert_says("Muster IT GmbH");
    }
    for address in ["info@muster-it.example", "info@nord-tk.example"] {
        let mut told = app.mails_to(address);
        // The mail of the assignment (M16) is not meant here.
        told.retain(|mail| mail.written.subject.contains("abgeschlossen"));
        assert_eq!(told.len(), 1, "{address}");
        assert!(told[0].written.attachments.is_empty());
        assert!(
            told[0].written.text.contains(SUB) && told[0].written.html.contains(SUB),
            "R-07: {}",
            told[0].written.text
        );
    }
    // In three years it is still the same (5.6-7).
    app.clock.advance(days(3 * 365));
    let customer = app.sign_in(Person::Customer).await;
    let href = customer
        .get("/administration/avv")
        .await
        .attribute("main a[href$='.pdf']", "href")
        .unwrap();
    assert_eq!(customer.get(&href).await.bytes, concluded);
}

/// 5.6-7: the database itself refuses to change concluded and logged data.
#[actix_web::test]
async fn nothing_changes_what_was_concluded() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    app.conclude(MAIL).await;
    app.jobs();
    let stored = || app.text("md5(string_agg(md5(d::text), ',')) FROM agreement_documents d");
    let before = stored();
    for attempt in [
        "UPDATE agreement_documents SET pdf = 'x'",
        "UPDATE agreement_documents SET document_hash = ''",
        "DELETE FROM agreement_documents",
        "TRUNCATE agreement_documents",
        "UPDATE audit_events SET at = now()",
        "DELETE FROM audit_events",
        "TRUNCATE audit_events",
    ] {
        let refused = app.sql(attempt).expect_err(attempt);
        assert!(refused.contains("append-only"), "{attempt}: {refused}");
    }
    assert_eq!(stored(), before);
    let pdf = app.text("encode(sha256(pdf), 'hex') FROM agreement_documents");
    assert_eq!(pdf, app.text("pdf_hash FROM agreement_documents"));
    // Later changes that the portal may make do not affect the document.
    let operator = app.viewer(Person::Operator);
    let mut particulars =
        app.read(|conn| Ok(avv_portal::storage::catalogue::find_operator(conn)?.unwrap()));
    particulars.party.name = "Nachfolger AG".to_owned();
    let now = app.now();
    app.write(|conn| avv_portal::actions::operator::save(conn, &operator, &particulars, now));
    app.sql("UPDATE customers SET name = 'Anders GmbH'; UPDATE partners SET name = name || ' neu'")
        .unwrap();
    assert_eq!(stored(), before);
    let customer = app.sign_in(Person::Customer).await;
    let href = customer
        .get("/administration/avv")
        .await
        .attribute("main a[href$='.pdf']", "href")
        .unwrap();
    let text = words(&customer.get(&href).await.bytes);
    assert!(
        text.contains("Bäckerei Özdemir & Söhne")
            && !text.contains("Nachfolger AG")
            && !text.contains("Anders GmbH")
    );
}

/// An English customer gets mail, page, success page and contract in English.
#[actix_web::test]
async fn an_english_customer_reads_english_everywhere() {
    let app = TestApp::start().await;
    let partner = app.companies().partner;
    let customer = app.add_customer_of(
        Some(partner),
        None,
        7000,
        "Lighthouse & Sons Ltd",
        Some("office@lighthouse.example"),
        Language::En,
    );
    name_sub(&app, customer).await;
    app.book(customer, "centraflex", false);
    app.jobs();
    let mail = app.last_mail_to("office@lighthouse.example");
    let folded = mail
        .written
        .text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(
        folded.contains("to accept a data processing agreement"),
        "{folded}"
    );
    for german in ["Sehr geehrte", "Auftragsverarbeitung", "Unterauftrag"] {
        assert!(
            !mail.written.text.contains(german),
            "„{german}“ in: {}",
            mail.written.text
        );
    }
    let visitor = app.visitor();
    let link = app.consent_link("office@lighthouse.example");
    let page = visitor.get(&link).await;
    assert_eq!(page.attribute("html", "lang").as_deref(), Some("en"));
    page.assert_says("Accept the agreement (legally binding)")
        .assert_says(SUB);
    let errors = page
        .submit(&visitor, "main form[action^='/zustimmung/']", &[])
        .await;
    errors
        .assert_status(422)
        .assert_says("Enter your first and last name");
    assert!(errors.all("title")[0].starts_with("Error:"));
    // The other language is one click away and keeps the link.
    let german = visitor.get(&format!("{link}?sprache=de")).await;
    assert_eq!(german.attribute("html", "lang").as_deref(), Some("de"));
    german.assert_says("Vertrag jetzt verbindlich abschließen");

    let draft = words(&visitor.get(&format!("{link}/entwurf.pdf")).await.bytes);
    assert!(draft.contains("Sample, not an agreement"), "{draft}");
    // C4: whoever reads the translation has the binding text with it, on the page and in the draft.
    let in_german = "Verbindliche Fassung in deutscher Sprache";
    let sentence = "Der Auftragsverarbeiter verarbeitet";
    page.assert_says(in_german).assert_says(sentence);
    assert!(draft.contains(in_german) && draft.contains(sentence));
    let done = app.conclude("office@lighthouse.example").await;
    app.jobs();
    visitor
        .get(&format!("{done}/erfolg"))
        .await
        .assert_says("The agreement has been concluded")
        .assert_says(SUB);
    let receipt = app.last_mail_to("office@lighthouse.example");
    let text = words(&receipt.written.attachments[0].bytes);
    for expected in [
        "Ayşe Özdemir-Grünewald",
        "23 November 2026",
        SUB,
        "Muster IT GmbH",
        "I am authorised to represent",
    ] {
        assert!(
            text.contains(expected),
            "„{expected}“ is not in the English PDF"
        );
    }
    // C4: the binding text is always included, the declaration is the one that was made. The same file is
    // downloaded later.
    let file = visitor.get(&format!("{done}/avv.pdf")).await;
    file.assert_status(200);
    for text in [text, words(&file.bytes)] {
        for binding in ["Binding version in German", in_german, sentence] {
            assert!(
                text.contains(binding),
                "„{binding}“ is not in the English PDF"
            );
        }
    }
    assert!(
        receipt.written.subject.starts_with("Concluded"),
        "{}",
        receipt.written.subject
    );

    // A German contract concluded on the German page of an English customer is German.
    let other = app.add_customer_of(
        Some(partner),
        None,
        7001,
        "Beacon plc",
        Some("office@beacon.example"),
        Language::En,
    );
    app.book(other, "centraflex", false);
    app.jobs();
    let page = visitor
        .get(&format!(
            "{}?sprache=de",
            app.consent_link("office@beacon.example")
        ))
        .await;
    let fields = [
        ("name", "Ann Lee"),
        ("funktion", "Director"),
        ("vertretung", "ja"),
        ("gelesen", "ja"),
    ];
    page.submit(&visitor, "main form[action^='/zustimmung/']", &fields)
        .await
        .assert_redirect("/erfolg?sprache=de");
    app.jobs();
    let receipt = app.last_mail_to("office@beacon.example");
    assert!(words(&receipt.written.attachments[0].bytes).contains("Ich bin berechtigt"));
}

/// No number, link or name of one customer appears at another one.
#[actix_web::test]
async fn agreement_numbers_are_unique_and_count_up() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    app.conclude(MAIL).await;
    app.clock.advance(days(10));
    app.book(CUSTOMER, "mehrstandort-sip-trunk", true);
    assert_eq!(app.status(CUSTOMER), "update_pending");
    app.jobs();
    app.conclude(MAIL).await;
    let case = app.case(CUSTOMER);
    let numbers: BTreeSet<String> = case
        .agreements
        .iter()
        .filter_map(|agreement| agreement.number.rsplit_once('-'))
        .map(|(number, _)| number.to_owned())
        .collect();
    assert_eq!(
        numbers,
        ["AVV-2026-4711-1", "AVV-2026-4711-2"]
            .map(str::to_owned)
            .into()
    );
    assert_eq!(
        case.agreements
            .iter()
            .filter(|agreement| agreement.in_force())
            .count(),
        1,
        "5.6-1"
    );
    assert_eq!(app.status(CUSTOMER), "concluded");
    let customer = app.sign_in(Person::Customer).await;
    customer
        .get("/administration/avv")
        .await
        .assert_says("AVV-2026-4711-1")
        .assert_says("AVV-2026-4711-2");
}
