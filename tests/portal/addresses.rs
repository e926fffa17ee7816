//! Addresses that partners enter (A4, 5.6-11): nothing is sent there before the operator has
//! confirmed it, or before the former address had time to stop it.

use avv_portal::actions::bounces::Taken;
use avv_portal::domain::case::{EnteredAddress, Status};

use crate::bounces::{bring, report};
use crate::harness::{Browser, CUSTOMER, Page, Person, TestApp, hours, minutes};
use crate::seeded::MAIL;

const ADDRESS: &str = "/kunden/4711/stammdaten/email";
const STATUS: &str = "/kunden/4711/avv";
const DECIDE: &str = "/betrieb/kunden/4711/adresse";
const NEW: &str = "kunde.neu@gmx.example";

fn asked(app: &TestApp) {
    app.book(CUSTOMER, "centraflex", false);
    app.deliver();
    app.clock.advance(hours(1));
}

async fn enter(partner: &Browser, address: &str) -> Page {
    let page = partner.get(ADDRESS).await;
    page.submit(partner, "main form", &[("email", address)])
        .await
}

fn entered(app: &TestApp) -> EnteredAddress {
    app.case(CUSTOMER).entered.last().unwrap().clone()
}

/// The link in the newest mail to the former address.
fn stop_link(app: &TestApp) -> String {
    let mails = app.mails_to(MAIL);
    let mail = mails
        .iter()
        .rev()
        .find(|mail| mail.written.text.contains("/adresse/"))
        .expect("a mail that can stop it");
    let at = mail.written.text.find("/adresse/").unwrap();
    mail.written.text[at..]
        .split_whitespace()
        .next()
        .unwrap()
        .to_owned()
}

async fn decide(app: &TestApp, answer: &str) {
    let operator = app.sign_in(Person::Operator).await;
    let page = operator.get(DECIDE).await;
    page.submit(&operator, "main form", &[("entscheidung", answer)])
        .await
        .assert_redirect(STATUS);
}

/// Lets the waiting time pass, to an hour of daytime.
fn wait(app: &TestApp) {
    app.clock.advance(hours(49));
    app.jobs();
    app.deliver();
}

#[actix_web::test]
async fn a4_nothing_goes_to_an_address_that_waits_and_the_former_one_stops_it() {
    let app = TestApp::start().await;
    asked(&app);
    let partner = app.sign_in(Person::Partner).await;
    partner
        .get(ADDRESS)
        .await
        .assert_says("Die neue Adresse gilt noch nicht")
        .assert_says("48 Stunden");
    let done = enter(&partner, NEW).await;
    let page = partner.follow(&done).await;
    page.assert_says("wartet auf Bestätigung")
        .assert_says("hat dann 48 Stunden Zeit");
    // Until then all mails are sent to the former address.
    app.deliver();
    app.clock.advance(minutes(5));
    app.ask(Person::Partner, CUSTOMER).unwrap();
    app.deliver();
    assert_eq!(app.mails_to(NEW).len(), 0);
    assert_eq!(
        app.links_to(MAIL).len(),
        2,
        "the old mailbox keeps its links"
    );
    let page = partner.get(STATUS).await;
    page.assert_says("weiß davon und kann sie stoppen")
        .assert_says("bitten Sie Plusnet, die Adresse zu bestätigen")
        .assert_silent_about(NEW);
    partner
        .get("/kunden/4711")
        .await
        .assert_says("wartet auf Bestätigung");

    // GET changes nothing, POST does; without any session and without JavaScript.
    let link = stop_link(&app);
    let before = app.everything();
    let visitor = app.visitor();
    let page = visitor.get(&link).await;
    page.assert_says("Neue E-Mail-Adresse stoppen?")
        .assert_says("k•••@gmx.example");
    visitor
        .get(&format!("{link}?sprache=en"))
        .await
        .assert_says("Stop the new e-mail address?");
    assert_eq!(app.changes_since(&before), Vec::<String>::new());
    let done = page.submit(&visitor, "main form", &[]).await;
    visitor
        .follow(&done)
        .await
        .assert_says("Die neue Adresse ist gestoppt");
    page.submit(&visitor, "main form", &[])
        .await
        .assert_status(303);
    wait(&app);
    assert_eq!(app.mails_to(NEW).len(), 0);
    assert_eq!(app.case(CUSTOMER).customer.email().unwrap().as_str(), MAIL);
    app.sign_in(Person::Operator)
        .await
        .get(STATUS)
        .await
        .assert_says("Bisherige Adresse")
        .assert_says("von der bisherigen Adresse gestoppt")
        .assert_silent_about("Adresse, die auf Bestätigung wartet");
    // An address was stopped: the operator has to look at it, and time alone confirms none any
    // more.
    assert_eq!(
        app.count("alerts WHERE kind = 'address_by_partner' AND done_at IS NULL"),
        1
    );
    let partner = app.sign_in(Person::Partner).await;
    enter(&partner, "zweite@gmx.example")
        .await
        .assert_status(303);
    assert_eq!(entered(&app).wait, None);
    partner
        .get(STATUS)
        .await
        .assert_says("hat eine frühere Änderung gestoppt");
}

#[actix_web::test]
async fn a4_after_the_waiting_time_links_leave_but_no_gate_opens_before_the_operator() {
    let app = TestApp::start().await;
    asked(&app);
    let partner = app.sign_in(Person::Partner).await;
    enter(&partner, NEW).await.assert_status(303);
    // The time counts from the mail, not from the form.
    app.clock.advance(hours(60));
    app.jobs();
    assert_eq!(app.case(CUSTOMER).customer.email().unwrap().as_str(), MAIL);
    app.deliver();
    app.clock.advance(hours(47));
    app.jobs();
    app.deliver();
    assert_eq!(app.mails_to(NEW).len(), 0);
    // It is Saturday morning by then; links are sent on Monday (F10).
    app.clock.advance(hours(60));
    app.jobs();
    app.deliver();
    assert_eq!(app.links_to(NEW).len(), 1);
    app.conclude(NEW).await;
    app.deliver();
    // The confirmation is sent to both, and the former address is told why.
    let told = app.mails_to(MAIL).pop().unwrap();
    assert!(
        told.written.subject.contains("Abgeschlossen"),
        "{}",
        told.written.subject
    );
    assert!(
        told.written.text.contains("anstelle dieser Adresse"),
        "{}",
        told.written.text
    );
    assert!(
        app.last_mail_to(NEW)
            .written
            .subject
            .contains("Abgeschlossen")
    );
    // There is no access, and every user is told why.
    let partner = app.sign_in(Person::Partner).await;
    assert_eq!(app.status_of(CUSTOMER).status, Status::AddressOpen);
    partner
        .get("/zugriff/4711/centraflex")
        .await
        .assert_status(403);
    partner
        .get(STATUS)
        .await
        .assert_says("Adresse zu bestätigen");
    let operator = app.sign_in(Person::Operator).await;
    operator
        .get("/kunden?status=address_open")
        .await
        .assert_says("Bäckerei");
    operator
        .get("/betrieb")
        .await
        .assert_says("Adresse zu bestätigen");
    // The new mailbox gets neither a login nor a copy (the same rule).
    let count = app.mails_to(NEW).len();
    let visitor = app.visitor();
    let page = visitor.get("/zugang").await;
    page.submit(&visitor, "main form", &[("kundennummer", "4711")])
        .await;
    app.deliver();
    assert_eq!(app.mails_to(NEW).len(), count);
    // The alert cannot be finished instead of deciding.
    let alert = app.text("id FROM alerts WHERE kind = 'address_by_partner'");
    let list = operator.get("/betrieb/hinweise").await;
    let form = format!("form[action='/betrieb/hinweise/{alert}/erledigt']");
    let done = list.submit(&operator, &form, &[]).await;
    operator
        .follow(&done)
        .await
        .assert_says("Bestätigen Sie sie, oder lehnen Sie sie ab");
    // The former address alone ends no agreement.
    app.visitor()
        .get(&stop_link(&app))
        .await
        .assert_says("schon ein Vertrag abgeschlossen");
    let page = operator.get(DECIDE).await;
    page.assert_says(NEW).assert_says("Wenn Sie sie bestätigen");
    decide(&app, "bestaetigen").await;
    assert_eq!(app.status_of(CUSTOMER).status, Status::Concluded);
    partner
        .get("/zugriff/4711/centraflex")
        .await
        .assert_status(204);
    assert_eq!(
        app.count("alerts WHERE kind = 'address_by_partner' AND done_at IS NULL"),
        0
    );
    operator
        .get(STATUS)
        .await
        .assert_says("k•••@gmx.example bestätigt");
    app.visitor()
        .get(&stop_link(&app))
        .await
        .assert_says("bestätigt");
    operator.get(DECIDE).await.assert_redirect(STATUS);
}

#[actix_web::test]
async fn a4_what_was_concluded_over_a_refused_address_is_no_agreement() {
    let app = TestApp::start().await;
    asked(&app);
    let partner = app.sign_in(Person::Partner).await;
    enter(&partner, NEW).await.assert_status(303);
    app.deliver();
    wait(&app);
    app.conclude(NEW).await;
    app.deliver();
    decide(&app, "ablehnen").await;
    let partner = app.sign_in(Person::Partner).await;
    app.deliver();
    assert_eq!(app.case(CUSTOMER).customer.email().unwrap().as_str(), MAIL);
    assert_eq!(app.status_of(CUSTOMER).status, Status::Requested);
    assert_eq!(app.text("how FROM agreements"), "disowned");
    partner
        .get("/zugriff/4711/centraflex")
        .await
        .assert_status(403);
    let operator = app.sign_in(Person::Operator).await;
    operator.get(STATUS).await.assert_says("abgelehnt");
    // The former address concludes.
    app.conclude(MAIL).await;
    partner
        .get("/zugriff/4711/centraflex")
        .await
        .assert_status(204);
}

#[actix_web::test]
async fn a4_without_a_former_address_or_one_that_takes_mail_it_needs_the_operator() {
    let app = TestApp::start().await;
    app.sql("UPDATE customers SET email = NULL WHERE number = '4711'")
        .unwrap();
    app.book(CUSTOMER, "centraflex", false);
    let partner = app.sign_in(Person::Partner).await;
    partner
        .get(ADDRESS)
        .await
        .assert_says("muss sie erst bestätigen");
    enter(&partner, NEW).await.assert_status(303);
    wait(&app);
    let partner = app.sign_in(Person::Partner).await;
    assert_eq!(app.mails_to(NEW).len(), 0);
    assert_eq!(app.status_of(CUSTOMER).status, Status::AddressOpen);
    partner
        .get(STATUS)
        .await
        .assert_says("gilt sie erst, wenn Plusnet sie bestätigt hat");
    decide(&app, "bestaetigen").await;
    app.deliver();
    assert_eq!(app.links_to(NEW).len(), 1);

    // The mail to the former address comes back: from then on time alone does nothing.
    enter(&partner, "dritte@gmx.example")
        .await
        .assert_status(303);
    app.deliver();
    app.clock.advance(hours(1));
    assert_eq!(
        bring(&app, &report(&app, NEW, "failed", "5.1.1")),
        Taken::Returned
    );
    wait(&app);
    let partner = app.sign_in(Person::Partner).await;
    assert_eq!(app.mails_to("dritte@gmx.example").len(), 0);
    partner
        .get(STATUS)
        .await
        .assert_says("ist nicht zu erreichen");
}

#[actix_web::test]
async fn a4_entries_are_few_and_told_once() {
    let app = TestApp::start().await;
    asked(&app);
    let partner = app.sign_in(Person::Partner).await;
    for place in 0..3 {
        enter(&partner, &format!("neu{place}@gmx.example"))
            .await
            .assert_status(303);
        app.clock.advance(minutes(1));
    }
    enter(&partner, "mehr@gmx.example")
        .await
        .assert_status(422)
        .assert_says("in den letzten 24 Stunden schon drei Adressen eingetragen")
        .assert_says("bitten Sie den Betreiber");
    app.deliver();
    assert_eq!(
        app.count("mails WHERE kind ->> 'alert' = 'address_by_partner'"),
        1
    );
    // Of the three addresses the former one was told only of the one that still waited; the new
    // ones got no mail.
    assert_eq!(
        app.count("mails WHERE kind ->> 'kind' = 'address_changed' AND state = 'sent'"),
        1
    );
    for place in 0..3 {
        assert_eq!(app.mails_to(&format!("neu{place}@gmx.example")).len(), 0);
    }
    // A user who saw another address waiting is asked, and entering the old one takes the new one
    // back.
    let page = partner.get(ADDRESS).await;
    page.assert_says("n•••@gmx.example");
    page.submit(&partner, "main form", &[("email", MAIL)])
        .await
        .assert_status(303);
    assert!(app.case(CUSTOMER).waiting_address().is_none());
    assert_eq!(
        app.count("alerts WHERE kind = 'address_by_partner' AND done_at IS NULL"),
        0
    );
    page.submit(&partner, "main form", &[("email", "x@gmx.example")])
        .await
        .assert_status(422)
        .assert_says("seit Sie diese Seite geöffnet haben");
}

/// C12, F10: the mail names the moment at which the address will really be used, as the pages do.
#[actix_web::test]
async fn c12_form_mail_and_pages_name_the_same_end_of_the_waiting_time() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.deliver();
    // Two days later it is Thursday evening.
    app.at("2026-11-24 20:05");
    let partner = app.sign_in(Person::Partner).await;
    partner
        .get(ADDRESS)
        .await
        .assert_says("danach, an Arbeitstagen von 8 bis 20 Uhr, gilt die neue");
    enter(&partner, NEW).await;
    app.deliver();
    let mail = app
        .last_mail_to(MAIL)
        .written
        .text
        .replace(['\n', '\u{a0}'], " ");
    assert!(
        mail.contains("frühestens ab dem 27. November 2026 um 08:00 Uhr"),
        "{mail}"
    );
    let end = "ab dem 27. November 2026, 08:00 Uhr";
    app.visitor().get(&stop_link(&app)).await.assert_says(end);
    partner.get(STATUS).await.assert_says(end);
}

/// C12: if there was no address, none is mentioned, and time alone ends nothing.
#[actix_web::test]
async fn c12_without_a_former_address_nothing_is_said_of_one() {
    let app = TestApp::start().await;
    app.sql("UPDATE customers SET email = NULL WHERE number = '4711'")
        .unwrap();
    app.book(CUSTOMER, "centraflex", false);
    let partner = app.sign_in(Person::Partner).await;
    let done = enter(&partner, NEW).await;
    partner
        .follow(&done)
        .await
        .assert_says("gilt, sobald sie bestätigt ist")
        .assert_silent_about("Wie lange")
        .assert_silent_about("soll die bisherige bleiben");
}
