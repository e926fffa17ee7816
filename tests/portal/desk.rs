//! The customer's page as the operator's central page (C8).

use avv_portal::domain::proposal::Proposal;
use avv_portal::storage::proposals::create_proposal;

use crate::announce;
use crate::harness::{CUSTOMER, Person, TestApp};

/// The address of the customer's mails.
const MAIL: &str = "info@oezdemir.example";

#[actix_web::test]
async fn c8_everything_about_a_customer_is_one_click_away() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let (user, now) = (app.viewer(Person::Operator).user, app.now());
    let proposal = Proposal::ObjectionInError {
        number: "AVV-2026-4711-1".to_owned(),
        reason: "Verwechselt".to_owned(),
    };
    let id = app.write(|conn| Ok(create_proposal(conn, CUSTOMER, &proposal, None, user, now)?));
    let operator = app.sign_in(Person::Operator).await;
    let page = operator.get("/kunden/4711").await;
    page.assert_says(MAIL)
        .assert_says("0221 4710-123")
        .assert_says("Datenschutz")
        .assert_says(Person::Customer.email())
        .assert_says("darf Verträge sehen und widersprechen")
        .assert_says(Person::CustomerWithout.email());
    for href in [
        "/betrieb/mails?kunde=4711".to_owned(),
        "/betrieb/protokoll?kunde=4711".to_owned(),
        "/betrieb/kunden/4711/angebot".to_owned(),
        format!("/betrieb/vorschlaege/{id}"),
    ] {
        assert!(
            page.attribute(&format!("main a[href='{href}']"), "href")
                .is_some(),
            "no way to {href}"
        );
        operator.get(&href).await.assert_status(200);
    }
    operator
        .get("/betrieb/kunden/4711/angebot")
        .await
        .assert_says("Angebotener Vertrag")
        .assert_says("Muster IT GmbH");
    // Partners see contact and telephone, but neither the whole address nor the users.
    let partner = app.sign_in(Person::Partner).await;
    partner
        .get("/kunden/4711")
        .await
        .assert_says("0221 4710-123")
        .assert_silent_about(MAIL)
        .assert_silent_about(Person::Customer.email())
        .assert_silent_about("/betrieb/");
}

/// Mails that were sent can be read, and no reader can conclude with them.
#[actix_web::test]
async fn c8_a_sent_mail_is_kept_without_its_link() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let link = app.consent_link(MAIL);
    let operator = app.sign_in(Person::Operator).await;
    let mail =
        app.text("max(id) FROM mails WHERE customer_number = '4711' AND kind_key = 'request'");
    let page = operator.get(&format!("/betrieb/mails/{mail}")).await;
    page.assert_status(200)
        .assert_says("Wortlaut")
        .assert_says("/zustimmung/…")
        .assert_says("bittet")
        .assert_silent_about(&link);
    let token = link.rsplit('/').next().unwrap();
    for row in app.everything() {
        assert!(!row.contains(token), "a token is kept: {row:.80}");
    }
    // As it was sent, whatever has changed since.
    let before = app.rows("mail_texts");
    app.sql("UPDATE customers SET name = 'Anders AG' WHERE number = '4711'")
        .unwrap();
    operator
        .get(&format!("/betrieb/mails/{mail}"))
        .await
        .assert_silent_about("Anders AG");
    assert_eq!(app.rows("mail_texts"), before);
}

/// Ten equal links with deletion among them would invite the wrong click.
#[actix_web::test]
async fn c8_what_can_be_done_stands_in_groups_and_deleting_apart() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let operator = app.sign_in(Person::Operator).await;
    let page = operator.get("/kunden/4711/avv").await;
    let titles = page.all(".groups h3");
    assert!(titles.len() >= 3, "{titles:?}");
    let grouped = page.all(".groups a");
    assert!(grouped.iter().any(|word| word == "Widerspruch erfassen"));
    assert!(!grouped.iter().any(|word| word == "Kunden löschen"));
    assert_eq!(
        page.all("section[aria-labelledby=loeschen] a"),
        ["Kunden löschen"]
    );
    // Mail subjects do not repeat the company of the page (C15).
    for line in page.all("ol.history li") {
        assert!(!line.contains("Kundennr."), "{line}");
    }
}

/// A customer telephones to object to an announced change: the customer's page links to the form to
/// record it, as long as that is possible.
#[actix_web::test]
async fn c8_a_running_announcement_leads_to_recording_an_objection() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    app.conclude(MAIL).await;
    announce::announce(&app, "Neuer Dienst GmbH");
    let id = announce::notice(&app, CUSTOMER).id;
    let operator = app.sign_in(Person::Operator).await;
    let page = operator.get("/kunden/4711").await;
    page.assert_says("Einspruch erfassen");
    let href = format!("/betrieb/mitteilungen/{id}#erfassen");
    assert!(
        page.attribute(&format!("main a[href='{href}']"), "href")
            .is_some()
    );
    operator
        .get(&format!("/betrieb/mitteilungen/{id}"))
        .await
        .assert_says("Einspruch erfassen");
}
