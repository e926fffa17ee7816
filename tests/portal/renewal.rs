//! A new conclusion on demand: the customer is now another company, and the agreement stays in
//! force until it answers (rows 36, 37 and 48).

use avv_portal::actions::customers;
use avv_portal::domain::{Holidays, Language, Party};

use crate::harness::{Browser, CUSTOMER, Page, Person, TestApp, days, minutes};

const MAIL: &str = "info@oezdemir.example";
const PARTNER_MAIL: &str = "info@muster-it.example";
const GATE: &str = "/zugriff/4711/centraflex";
const RENEWAL: &str = "/betrieb/kunden/4711/neuabschluss";
const STATUS: &str = "/kunden/4711/avv";

/// A customer with a contract.
async fn concluded() -> TestApp {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    app.conclude(MAIL).await;
    app.jobs();
    app.clock.advance(days(1));
    app
}

fn rename(app: &TestApp, name: &str) {
    let (operator, now, case) = (app.viewer(Person::Operator), app.now(), app.case(CUSTOMER));
    let party = Party {
        name: name.to_owned(),
        ..case.customer.party
    };
    app.write(|conn| {
        let german = Language::De;
        customers::change_party(conn, &app.app, &operator, CUSTOMER, (&party, german), now)
            .map(|_| ())
    });
}

async fn demand(operator: &Browser) -> Page {
    let page = operator.get(RENEWAL).await;
    page.assert_status(200);
    page.submit(operator, "main form", &[]).await
}

#[actix_web::test]
async fn a_successor_is_asked_and_the_old_contract_goes_on_until_it_concludes() {
    let app = concluded().await;
    let operator = app.sign_in(Person::Operator).await;
    let partner = app.sign_in(Person::Partner).await;
    // As long as the contract names the customer as it is, there is nothing to ask for.
    let refused = operator.get(RENEWAL).await;
    operator
        .follow(&refused)
        .await
        .assert_says("Ändern Sie zuerst die Stammdaten");
    rename(&app, "Özdemir Backwaren SE");
    app.jobs();
    assert_eq!(
        app.mails_to(MAIL).len(),
        2,
        "renaming alone asks nobody (row 48)"
    );
    operator
        .get(STATUS)
        .await
        .assert_says("Neuabschluss anfordern");
    partner
        .get(STATUS)
        .await
        .assert_silent_about("Neuabschluss anfordern");

    let page = operator.get(RENEWAL).await;
    page.assert_says("Özdemir Backwaren SE")
        .assert_says("Im Vertrag bisher: Bäckerei Özdemir & Söhne GmbH & Co. KG")
        .assert_says("Bitte, den AVV mit den heutigen Angaben neu abzuschließen.");
    let events = app.count("audit_events");
    let done = page.submit(&operator, "main form", &[]).await;
    done.assert_redirect(STATUS);
    operator
        .follow(&done)
        .await
        .assert_says("gilt der bisherige Vertrag weiter")
        .assert_says("Für den Neuabschluss: Link gültig bis");
    assert_eq!(app.count("audit_events"), events + 1);
    // A second click does nothing more.
    let again = page.submit(&operator, "main form", &[]).await;
    operator
        .follow(&again)
        .await
        .assert_says("Um den Neuabschluss ist der Kunde schon gebeten");
    assert_eq!(app.count("audit_events"), events + 1);
    app.jobs();
    assert_eq!(app.status(CUSTOMER), "update_pending");
    partner.get(GATE).await.assert_status(204);
    let mail = app.last_mail_to(MAIL);
    assert!(mail.written.subject.starts_with("Bitte neu abschließen:"));
    let text = mail
        .written
        .text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    for words in [
        "um den neuen Abschluss eines Auftragsverarbeitungsvertrags",
        "Ihr Unternehmen heißt im neuen Vertrag Özdemir Backwaren SE, im bisherigen Bäckerei Özdemir & Söhne GmbH & Co. KG.",
        "Damit der Vertrag es so nennt, wie es heute ist",
        "Ihr Partner behält im Portal den Zugriff, den dieser Vertrag erlaubt.",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let link = app.consent_link(MAIL);
    app.visitor()
        .get(&link)
        .await
        .assert_says("im bisherigen Bäckerei Özdemir");

    app.conclude(MAIL).await;
    let case = app.case(CUSTOMER);
    assert_eq!(case.agreements.len(), 2);
    assert!(!case.agreements[0].in_force() && case.agreements[1].in_force());
    assert_eq!(app.status(CUSTOMER), "concluded");
    partner.get(GATE).await.assert_status(204);
}

/// Row 37: silence is no acceptance, and it is reported.
#[actix_web::test]
async fn without_an_answer_the_old_contract_stays_and_somebody_is_told() {
    let app = concluded().await;
    let operator = app.sign_in(Person::Operator).await;
    rename(&app, "Özdemir Backwaren SE");
    demand(&operator).await.assert_status(303);
    app.jobs();
    let told = app.mails_to(PARTNER_MAIL).len();
    let reminders = |app: &TestApp| {
        app.subjects_to(MAIL)
            .iter()
            .filter(|s| s.starts_with("Erinnerung"))
            .count()
    };
    for _ in 0..5 {
        app.clock.set(Holidays::Germany.opens(app.now() + days(15)));
        app.jobs();
    }
    assert_eq!(reminders(&app), 3);
    assert_eq!(app.status(CUSTOMER), "concluded");
    assert_eq!(app.mails_to(PARTNER_MAIL).len(), told + 1, "M5");
    let operator = app.sign_in(Person::Operator).await;
    operator
        .get("/betrieb/hinweise?art=demand_unanswered")
        .await
        .assert_says("Neuabschluss blieb aus")
        .assert_says("Özdemir Backwaren SE");
    operator
        .get(STATUS)
        .await
        .assert_says("ohne Antwort abgelaufen");
    let partner = app.sign_in(Person::Partner).await;
    partner.get(GATE).await.assert_status(204);
    // Asked once more, the alert is closed by itself.
    app.clock.advance(minutes(5));
    demand(&operator).await.assert_status(303);
    let list = operator.get("/betrieb/hinweise").await;
    assert_eq!(list.all(".alerts li"), [""; 0]);
    operator
        .get("/betrieb/hinweise?welche=alle")
        .await
        .assert_says("von selbst erledigt");
}

/// Row 48: it is offered if the contract does not name the customer as it is, and only then.
#[actix_web::test]
async fn row_48_a_new_conclusion_is_offered_where_something_has_changed() {
    let app = concluded().await;
    let operator = app.sign_in(Person::Operator).await;
    let page = operator.get(STATUS).await;
    page.assert_silent_about("Neuabschluss anfordern");
    rename(&app, "Özdemir Backwaren SE");
    let page = operator.get(STATUS).await;
    page.assert_says("Neuabschluss anfordern");
}
