//! Objections (Widerspruch): by the customer, by letter, before conclusion (requirements 1.6, rows 30 to 34).

use avv_portal::actions::requests;
use avv_portal::domain::calendar;

use crate::harness::{Browser, CUSTOMER, PASSWORD, Page, Person, TestApp, days, minutes};

const MAIL: &str = "info@oezdemir.example";
const PARTNER_MAIL: &str = "info@muster-it.example";
const SUB_MAIL: &str = "info@nord-tk.example";
const GATE: &str = "/zugriff/4711/centraflex";
const OWN: &str = "/administration/avv/widerspruch";
const RECORD: &str = "/betrieb/kunden/4711/widerspruch";

/// A customer with a contract, a sub-partner and access for both partners.
async fn concluded() -> TestApp {
    let app = TestApp::start().await;
    let (viewer, sub, now) = (
        app.viewer(Person::Partner),
        app.companies().sub_partner,
        app.now(),
    );
    app.write(|conn| {
        avv_portal::actions::sub_partners::name(conn, &app.app, &viewer, CUSTOMER, Some(sub), now)
            .map(|_| ())
    });
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    app.conclude(MAIL).await;
    app.jobs();
    app
}

async fn record(operator: &Browser, fields: &[(&str, &str)]) -> Page {
    let page = operator.get(RECORD).await;
    page.assert_status(200);
    page.submit(operator, "main form", fields).await
}

/// O-01 to O-04, S-40, S-56, 5.6-8, row 30.
#[actix_web::test]
async fn the_customer_objects_and_every_gate_closes_at_once() {
    let app = concluded().await;
    let (partner, sub) = (
        app.sign_in(Person::Partner).await,
        app.sign_in(Person::SubPartner).await,
    );
    for browser in [&partner, &sub] {
        browser.get(GATE).await.assert_status(204);
        browser
            .get("/kunden/4711/module/centraflex")
            .await
            .assert_status(200);
    }
    let customer = app.sign_in(Person::Customer).await;
    let page = customer.get(OWN).await;
    // O-04: the consequences come first.
    page.assert_status(200)
        .assert_says("nichtig")
        .assert_says("Muster IT GmbH")
        .assert_says("Nord-TK GbR");
    let form = "form[action='/administration/avv/widerspruch']";
    for wrong in ["", "falsch", "korrekt pferd batteri"] {
        page.submit(&customer, form, &[("passwort", wrong)])
            .await
            .assert_status(422);
        partner.get(GATE).await.assert_status(204);
    }
    customer
        .post(OWN, &[("csrf", "x"), ("passwort", PASSWORD)])
        .await
        .assert_status(403);
    assert_eq!(app.status(CUSTOMER), "concluded");

    page.submit(&customer, form, &[("passwort", PASSWORD)])
        .await
        .assert_status(303);
    // The sessions are still open; the very next request is refused.
    for browser in [&partner, &sub] {
        browser.get(GATE).await.assert_status(403);
        browser
            .get("/kunden/4711/module/centraflex")
            .await
            .assert_status(403);
        browser
            .get("/kunden/4711/avv")
            .await
            .assert_status(200)
            .assert_says("Widersprochen");
    }
    assert_eq!(app.status(CUSTOMER), "void");
    assert_eq!(app.line(&partner, CUSTOMER).await.0, "Widersprochen");
    // A second click is refused politely, and nothing happens twice.
    page.submit(&customer, form, &[("passwort", PASSWORD)])
        .await
        .assert_status(303);
    app.jobs();
    assert_eq!(app.count("objections"), 1);
    let receipt = app.last_mail_to(MAIL);
    assert!(
        receipt.written.subject.contains("Widerspruch"),
        "M7: {}",
        receipt.written.subject
    );
    assert!(
        receipt.written.text.contains("AVV-2026-4711-1")
            && receipt.written.text.contains("23. November 2026")
    );
    for address in [PARTNER_MAIL, SUB_MAIL] {
        // The Submandant was named in this test, and told so (C12).
        let mut told = app.mails_to(address);
        told.retain(|mail| !mail.written.subject.starts_with("Neuer Kunde"));
        assert_eq!(told.len(), 2, "M4 and M8 to {address}");
        assert!(!told[1].written.text.contains("/zustimmung/"));
    }
    // Row 34: no reminders from before are ever sent.
    let mails = app.mails().len();
    for _ in 0..5 {
        app.clock.advance(days(20));
        app.jobs();
    }
    assert_eq!((app.mails().len(), app.status(CUSTOMER)), (mails, "void"));
}

/// Row 31, EV-10, 5.8-19: objections that reached the operator outside the portal.
#[actix_web::test]
async fn the_operator_records_what_came_by_letter_mail_or_phone() {
    for (channel, word) in [
        ("letter", "per Brief"),
        ("email", "per E-Mail"),
        ("phone", "am Telefon"),
    ] {
        let app = concluded().await;
        let partner = app.sign_in(Person::Partner).await;
        app.clock.advance(days(5));
        let (partner_again, operator) = (
            app.sign_in(Person::Partner).await,
            app.sign_in(Person::Operator).await,
        );
        drop(partner);
        // O-04: the consequences come first.
        let page = operator.get(RECORD).await;
        for sentence in [
            "wird nichtig. Als Nachweis bleibt er abrufbar.",
            "eine E-Mail an i•••@oezdemir.example: die Bestätigung des Widerspruchs.",
            "Muster IT GmbH kann ab sofort nicht mehr öffnen: Tengo Centraflex.",
            "Warum der Kunde widerspricht, erfahren seine Vertriebspartner nicht.",
        ] {
            page.assert_says(sentence);
        }
        let note = "Geheimer Grund: Ärger mit dem Monteur";
        let good = [
            ("weg", channel),
            ("datum", "2026-11-26"),
            ("notiz", note),
            ("passwort", PASSWORD),
        ];
        for (name, wrong) in [
            ("weg", "portal"),
            ("weg", ""),
            ("datum", ""),
            ("datum", "2026-11-29"),
            ("datum", "2026-11-22"),
            ("datum", "32.11.2026"),
            ("passwort", "falsch"),
            ("passwort", ""),
        ] {
            let mut fields = good;
            fields
                .iter_mut()
                .filter(|(known, _)| *known == name)
                .for_each(|field| field.1 = wrong);
            record(&operator, &fields).await.assert_status(422);
        }
        assert_eq!(
            (app.status(CUSTOMER), app.count("objections")),
            ("concluded", 0)
        );
        let done = record(&operator, &good).await;
        done.assert_status(303);
        assert_eq!(app.status(CUSTOMER), "void");
        assert_eq!(app.text("received_on FROM objections"), "2026-11-26");
        partner_again.get(GATE).await.assert_status(403);
        app.jobs();
        // The partner learns fact and date, but neither reason nor note nor channel.
        for path in ["/kunden", "/kunden/4711", "/kunden/4711/avv"] {
            let page = partner_again.get(path).await;
            page.assert_status(200)
                .assert_silent_about("Geheimer")
                .assert_silent_about("Monteur");
        }
        for mail in app.mails() {
            assert!(
                !format!("{}{}", mail.written.text, mail.written.html).contains("Monteur"),
                "{}",
                mail.written.subject
            );
        }
        operator.get("/kunden/4711/avv").await.assert_says(word);
        record_again(&operator).await;
        assert_eq!(app.count("objections"), 1);
    }
}

async fn record_again(operator: &Browser) {
    operator.get(RECORD).await.assert_status(303);
}

/// Row 32: an objection before conclusion is a decline.
#[actix_web::test]
async fn an_objection_before_conclusion_is_a_decline() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let link = app.consent_link(MAIL);
    let operator = app.sign_in(Person::Operator).await;
    let fields = [
        ("weg", "phone"),
        ("datum", "2026-11-23"),
        ("notiz", ""),
        ("passwort", PASSWORD),
    ];
    record(&operator, &fields).await.assert_status(303);
    assert_eq!(app.status(CUSTOMER), "declined");
    app.jobs();
    app.visitor()
        .get(&link)
        .await
        .assert_says("Der Vertrag wurde abgelehnt");
    assert_eq!(
        app.mails_to(MAIL).len(),
        2,
        "M6: {:?}",
        app.subjects_to(MAIL)
    );
    assert_eq!(app.mails_to(PARTNER_MAIL).len(), 1, "M5");
    app.clock.advance(days(60));
    app.jobs();
    assert_eq!(app.mails_to(MAIL).len(), 2);
    // A customer without a contract has nothing to object to.
    let customer = app.sign_in(Person::Customer).await;
    customer
        .get(OWN)
        .await
        .assert_redirect("/administration/avv");
}

/// 5.8-8, row 33: nothing is restored; a new contract is a new one, and the void one can still be
/// read.
#[actix_web::test]
async fn after_an_objection_a_new_contract_is_a_new_one() {
    let app = concluded().await;
    let old_link = app.links_to(MAIL).remove(0);
    let old_pdf = app
        .visitor()
        .get(&format!("{old_link}/avv.pdf"))
        .await
        .bytes;
    app.clock.advance(days(1));
    let (viewer, now) = (app.viewer(Person::Customer), app.now());
    app.write(|conn| avv_portal::actions::objections::object(conn, &app.app, &viewer, now));
    app.jobs();
    let partner = app.sign_in(Person::Partner).await;

    // Neither an old link nor a further booking of the same product restores the contract.
    let visitor = app.visitor();
    visitor
        .post(&format!("{old_link}/neuer-link"), &[])
        .await
        .assert_status(200);
    app.jobs();
    assert_eq!(app.links_to(MAIL).len(), 1);
    app.write(|conn| requests::refresh_row(conn, CUSTOMER, now));
    app.book(CUSTOMER, "centraflex", false);
    assert_eq!(app.case(CUSTOMER).agreement(), None);
    partner.get(GATE).await.assert_status(403);

    app.clock.advance(minutes(5));
    app.ask(Person::Partner, CUSTOMER).unwrap();
    app.jobs();
    partner.get(GATE).await.assert_status(403);
    assert_eq!(app.case(CUSTOMER).agreement(), None);
    app.conclude(MAIL).await;
    partner.get(GATE).await.assert_status(204);
    let case = app.case(CUSTOMER);
    assert_eq!(case.agreements.len(), 2);
    assert!(!case.agreements[0].in_force() && case.agreements[1].in_force());
    assert_eq!(
        calendar::day(case.agreements[0].end.unwrap().0).to_string(),
        "2026-11-24"
    );

    let customer = app.sign_in(Person::Customer).await;
    let page = customer.get("/administration/avv").await;
    page.assert_says("Frühere Verträge")
        .assert_says("AVV-2026-4711-1")
        .assert_says("AVV-2026-4711-2");
    let old = format!("/administration/avv/{}.pdf", case.agreements[0].id);
    assert_eq!(
        customer.get(&old).await.bytes,
        old_pdf,
        "the void contract stays readable"
    );
    visitor
        .get(&old_link)
        .await
        .assert_says("Dem Vertrag wurde widersprochen");
}

/// Only a customer's user with the permission can object in the portal, and only the operator can
/// record an objection.
#[actix_web::test]
async fn nobody_else_objects() {
    let app = concluded().await;
    for person in [
        Person::Partner,
        Person::SubPartner,
        Person::CustomerWithout,
        Person::ForeignPartner,
        Person::Operator,
    ] {
        let browser = app.sign_in(person).await;
        for answer in [
            browser.get(OWN).await,
            browser.post(OWN, &[("passwort", PASSWORD)]).await,
        ] {
            assert!(
                [403, 404].contains(&answer.status.as_u16()),
                "{person:?}: {}",
                answer.status
            );
        }
        if person != Person::Operator {
            let fields = [
                ("weg", "phone"),
                ("datum", "2026-11-23"),
                ("passwort", PASSWORD),
            ];
            for answer in [
                browser.get(RECORD).await,
                browser.post(RECORD, &fields).await,
            ] {
                assert!(
                    [403, 404].contains(&answer.status.as_u16()),
                    "{person:?}: {}",
                    answer.status
                );
            }
        }
    }
    let foreign = app.sign_in(Person::ForeignCustomer).await;
    foreign
        .get(OWN)
        .await
        .assert_redirect("/administration/avv");
    assert_eq!(
        (app.status(CUSTOMER), app.count("objections")),
        ("concluded", 0)
    );
}
