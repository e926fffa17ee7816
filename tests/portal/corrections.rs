//! Saving other master data (C10): the page with the consequences, postcodes by country, and the
//! old and new values in the log.

use avv_portal::actions::{audit, customers};

use crate::harness::{Browser, CUSTOMER, PASSWORD, Page, Person, TestApp, hours, minutes};
use crate::seeded::MAIL;

const MASTER: &str = "/kunden/4711/stammdaten";
const FORM: &str = "main form";

async fn asked() -> (TestApp, Browser) {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.deliver();
    app.clock.advance(hours(1));
    let operator = app.sign_in(Person::Operator).await;
    (app, operator)
}

async fn type_in(operator: &Browser, typed: &[(&str, &str)]) -> Page {
    let page = operator.get(MASTER).await;
    page.submit(operator, FORM, typed).await
}

#[actix_web::test]
async fn c10_saving_while_asked_shows_first_what_follows() {
    let (app, operator) = asked().await;
    let before = app.everything();
    let city = app.case(CUSTOMER).customer.party.city;
    let typed = [("ort", "Bonn <b>"), ("telefon", "0228 99")];
    let page = type_in(&operator, &typed).await;
    page.assert_status(200)
        .assert_says("Geänderte Stammdaten speichern?")
        .assert_says(&format!("Ort: {city} → Bonn <b>"))
        .assert_says("→ 0228 99")
        .assert_says("Alle bisher gesendeten Links werden ungültig.")
        .assert_says("Zurzeit gilt: der vom 23. November 2026, gültig bis")
        .assert_says("Bitte um Abschluss mit den berichtigten Angaben.")
        .assert_says("Stammdaten speichern und E-Mail senden");
    assert_eq!(app.changes_since(&before), [""; 0], "nothing is saved yet");
    // Back to the form, with everything that was typed.
    let back = page.submit(&operator, FORM, &[("zurueck", "ja")]).await;
    back.assert_status(200);
    for (field, value) in typed {
        let kept = back.attribute(&format!("#{field}"), "value");
        assert_eq!(kept.as_deref(), Some(value));
    }
    assert_eq!(app.changes_since(&before), [""; 0]);
    // And to the confirmation again.
    let page = back.submit(&operator, FORM, &[]).await;
    let done = page.submit(&operator, FORM, &[]).await;
    done.assert_redirect("/kunden/4711");
    operator
        .follow(&done)
        .await
        .assert_says("Der Kunde erhält den Vertrag mit den neuen Angaben");
    app.deliver();
    assert_eq!(app.mails_to(MAIL).len(), 2);
    assert_eq!(app.case(CUSTOMER).customer.party.city, "Bonn <b>");
    // The log shows it to the partners of the customer.
    let partner = app.sign_in(Person::Partner).await;
    for browser in [&operator, &partner] {
        browser
            .get("/kunden/4711/avv")
            .await
            .assert_says(&format!("Ort: {city} → Bonn <b>"))
            .assert_says("Telefon: ");
    }
    // Without consequences it is saved at once.
    type_in(&operator, &[("telefon", "0228 11")])
        .await
        .assert_redirect("/kunden/4711");
    app.deliver();
    assert_eq!(app.mails_to(MAIL).len(), 2);
}

/// Only the consequences that were shown are confirmed, and nothing that another user saved is
/// overwritten (B1).
#[actix_web::test]
async fn c10_only_what_was_shown_is_confirmed() {
    let (app, operator) = asked().await;
    let typed = [("ort", "Bonn")];
    let page = type_in(&operator, &typed).await;
    page.submit(&operator, FORM, &[("folgen", "erraten")])
        .await
        .assert_status(200)
        .assert_says("hat sich bei diesem Kunden etwas geändert");
    // The customer concludes while the operator reads: no mail will be sent, and there is an
    // agreement.
    app.conclude(MAIL).await;
    let again = page.submit(&operator, FORM, &[]).await;
    again
        .assert_status(200)
        .assert_says("hat sich bei diesem Kunden etwas geändert")
        .assert_says("Es wird keine E-Mail gesendet.")
        .assert_says("Er nennt weiter die Angaben, mit denen er abgeschlossen wurde.");
    assert_ne!(app.case(CUSTOMER).customer.party.city, "Bonn");
    // Another user saves the same data.
    let other = type_in(&operator, &[("telefon", "0228 22")]).await;
    other.assert_redirect("/kunden/4711");
    let both = again.submit(&operator, FORM, &[]).await;
    both.assert_status(422)
        .assert_says("Gespeichert ist inzwischen „0228 22“");
    assert_eq!(both.attribute("#ort", "value").as_deref(), Some("Bonn"));
    let page = both
        .submit(&operator, FORM, &[("telefon", "0228 22")])
        .await;
    page.assert_status(200).assert_silent_about("Telefon: ");
    page.submit(&operator, FORM, &[])
        .await
        .assert_redirect("/kunden/4711");
    let party = app.case(CUSTOMER).customer.party;
    assert_eq!(
        (party.city.as_str(), party.phone.as_str()),
        ("Bonn", "0228 22")
    );
}

/// B2: the session ends while the user reads the consequences.
#[actix_web::test]
async fn c10_what_was_typed_survives_a_sign_in_on_the_page_that_asks() {
    let (app, operator) = asked().await;
    let page = type_in(&operator, &[("ort", "Bonn"), ("sprache", "en")]).await;
    page.assert_says("Sprache: Deutsch → Englisch");
    app.clock.advance(minutes(31));
    let led = page.submit(&operator, FORM, &[]).await;
    led.assert_redirect("/anmelden?weiter=");
    let sign_in = operator.follow(&led).await;
    let right = [("email", Person::Operator.email()), ("passwort", PASSWORD)];
    let done = sign_in.submit(&operator, FORM, &right).await;
    let form = operator.follow(&done).await;
    form.assert_says("Ihre Eingaben sind wieder da, gespeichert ist noch nichts.");
    assert_eq!(form.attribute("#ort", "value").as_deref(), Some("Bonn"));
    assert!(form.attribute("#sprache-en[checked]", "id").is_some());
    let asked = form.submit(&operator, FORM, &[]).await;
    asked.assert_status(200).assert_says("→ Bonn");
    asked
        .submit(&operator, FORM, &[])
        .await
        .assert_redirect("/kunden/4711");
    assert_eq!(app.case(CUSTOMER).customer.party.city, "Bonn");
}

#[actix_web::test]
async fn c10_a_postcode_is_that_of_its_country() {
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    let partner = format!("/betrieb/partner/{}/daten", app.companies().partner);
    for path in [MASTER, "/betrieb/betreiber", partner.as_str()] {
        let page = operator.get(path).await;
        let wrong = page.submit(&operator, FORM, &[("plz", "abc")]).await;
        wrong
            .assert_status(422)
            .assert_says("Eine Postleitzahl in Deutschland hat 5 Ziffern, zum Beispiel 50667");
        assert_eq!(wrong.attribute("#plz", "value").as_deref(), Some("abc"));
        assert_eq!(
            wrong.attribute("#plz", "aria-invalid").as_deref(),
            Some("true"),
            "{path}"
        );
        let typed = [("plz", "50667"), ("land", "Österreich")];
        wrong
            .submit(&operator, FORM, &typed)
            .await
            .assert_status(422)
            .assert_says("Eine Postleitzahl in Österreich hat 4 Ziffern");
        let typed = [("plz", "1010"), ("land", "Österreich")];
        wrong
            .submit(&operator, FORM, &typed)
            .await
            .assert_status(303);
    }
}

/// The values are erased with the customer, and the chain of the log stays whole.
#[actix_web::test]
async fn c10_old_and_new_values_go_when_the_customer_is_deleted() {
    let (app, operator) = asked().await;
    for city in ["Bonn", "Hamm"] {
        let page = type_in(&operator, &[("ort", city)]).await;
        page.submit(&operator, FORM, &[]).await.assert_status(303);
    }
    let kept = "audit_events WHERE kind = 'party_changed' AND details IS NOT NULL";
    let named = "audit_events WHERE details::text LIKE '%Hamm%'";
    assert_eq!((app.count(kept), app.count(named)), (2, 1));
    assert!(audit::verify(&app.app, None).is_ok());
    let (by, now) = (app.viewer(Person::Operator), app.now());
    app.write(|conn| customers::delete(conn, &app.app, &by, CUSTOMER, "Ende", now).map(|_| ()));
    assert_eq!((app.count(kept), app.count(named)), (0, 0));
    assert_eq!(app.count("audit_events WHERE kind = 'party_changed'"), 2);
    assert!(audit::verify(&app.app, None).is_ok());
    operator
        .get("/betrieb/geloescht/4711")
        .await
        .assert_says("Kunde gelöscht: Ende")
        .assert_says("Inhalt von 2 Protokolleinträgen gelöscht")
        .assert_silent_about("Bonn");
}
