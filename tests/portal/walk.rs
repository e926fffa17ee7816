//! The acceptance test of the product: users in a real browser, from the booking to the objection.
//!
//! The chapters are functions, because the whole way must also work without scripts (S-66).

use crate::harness::chromium::{Chromium, ENTER, ESCAPE, Scripts, TAB, Window};
use crate::harness::{CUSTOMER, PASSWORD, Person, TestApp, days};

const MAIL: &str = "info@oezdemir.example";
const FIRM: &str = "Bäckerei Özdemir & Söhne GmbH & Co. KG";

/// From the booking to the objection, with scripts and checks of what they add.
#[actix_web::test]
async fn from_booking_to_objection() {
    walk(Scripts::On).await;
}

/// The same steps without scripts.
#[actix_web::test]
async fn from_booking_to_objection_without_scripts() {
    walk(Scripts::Off).await;
}

async fn walk(scripts: Scripts) {
    let (app, chromium) = (TestApp::start().await, Chromium::start());
    let partner = sign_in(&app, &chromium, Person::Partner, scripts).await;
    operator_books(&app, &chromium, scripts).await;
    partner_asks_again(&app, &partner, scripts).await;
    partner_names_a_sub_partner(&app, &partner).await;
    module_is_refused(&partner, "noch nicht abgeschlossen").await;

    let customer = chromium.window(&app.url, scripts).await;
    let link = app.consent_link(MAIL);
    nobody_concludes_an_empty_form(&customer, &link, scripts).await;
    customer_concludes(&app, &customer, &link).await;
    partner_gets_in(&partner).await;

    let holder = sign_in(&app, &chromium, Person::Customer, scripts).await;
    customer_objects(&app, &holder).await;
    module_is_refused(&partner, "widersprochen").await;
}

/// A window of a user who has signed in.
pub async fn sign_in(
    app: &TestApp,
    chromium: &Chromium,
    person: Person,
    scripts: Scripts,
) -> Window {
    let window = chromium.window(&app.url, scripts).await;
    window.go("/anmelden").await;
    window.fill("#email", person.email()).await;
    window.fill("#passwort", PASSWORD).await;
    window.press(ENTER).await;
    window.find(".account").await;
    window
}

/// The operator books by hand what a provisioning system would book; the mail is sent (L-01, L-02).
async fn operator_books(app: &TestApp, chromium: &Chromium, scripts: Scripts) {
    let operator = sign_in(app, chromium, Person::Operator, scripts).await;
    operator.go("/kunden/4711/avv").await;
    operator.click_words("Buchung hinzufügen").await;
    operator.click_words("Weiter zur Bestätigung").await;
    operator.assert_says("Noch ist kein Produkt gewählt").await;
    let choice = operator.find("input[name=produkt][value=centraflex]").await;
    let id = choice.attr("id").await.expect("an id").expect("an id");
    operator.click(&format!("label[for={id}]")).await;
    operator.click_words("Weiter zur Bestätigung").await;
    operator.assert_says("Tengo Centraflex buchen?").await;
    operator.click_words("Buchung speichern").await;
    operator
        .assert_says("Tengo Centraflex ist gebucht. Der Kunde erhält jetzt eine E-Mail an")
        .await;
    operator.assert_says("Angefordert").await;
    app.deliver();
    let mail = app.last_mail_to(MAIL);
    assert!(
        mail.written.text.contains("Montag, 7. Dezember 2026"),
        "14 days after 23 November (5.7)"
    );
}

/// The menu of a row leads to the status page, with the keyboard alone; "Anforderung erneut senden"
/// (D-03, D-04, L-06).
async fn partner_asks_again(app: &TestApp, partner: &Window, scripts: Scripts) {
    partner.go("/kunden").await;
    partner
        .find("#kundenliste details.menu summary")
        .await
        .send_keys(ENTER)
        .await
        .expect("a key");
    partner.find("details.menu[open]").await;
    if scripts == Scripts::On {
        partner.press(ESCAPE).await;
        partner
            .until("!document.querySelector('details.menu[open]')")
            .await;
        partner
            .until("document.activeElement.matches('details.menu > summary')")
            .await;
        partner.press(ENTER).await;
        partner.find("details.menu[open]").await;
    }
    // "Kundenprofil" comes first, then the contract.
    partner.press(TAB).await;
    partner.press(TAB).await;
    partner.press(ENTER).await;
    partner.find("#stand").await;
    partner.assert_path("/kunden/4711/avv").await;
    partner.assert_text("h1", FIRM).await;
    partner.assert_text("#stand", "Angefordert").await;
    partner
        .assert_says("Den Vertragstext können nur der Kunde und Plusnet einsehen.")
        .await;
    partner.assert_says("Tengo Centraflex").await;

    let before = app.consent_link(MAIL);
    app.clock.advance(crate::harness::minutes(5));
    partner.click_words("Anforderung erneut senden").await;
    partner.assert_says("Die E-Mail ist unterwegs an").await;
    app.deliver();
    assert_ne!(
        app.consent_link(MAIL),
        before,
        "every mail has a link of its own"
    );
}

/// The Mandant names a Submandant, after a page that shows what changes.
async fn partner_names_a_sub_partner(app: &TestApp, partner: &Window) {
    partner.go("/kunden/4711/avv").await;
    let choice = partner.find("#submandant").await;
    choice
        .select_by_label("Nord-TK GbR, Kiel (Vertrag nach Art. 28 Abs. 4 fehlt)")
        .await
        .expect("Nord-TK GbR can be chosen");
    partner.click_words("Weiter zur Bestätigung").await;
    partner
        .assert_says("Nord-TK GbR als Untervertriebspartner wählen?")
        .await;
    partner
        .assert_says("Alle bisher gesendeten Links werden ungültig")
        .await;
    partner.click_words("Untervertriebspartner wählen").await;
    partner
        .assert_says("Nord-TK GbR ist jetzt Untervertriebspartner.")
        .await;
    app.deliver();
    assert!(
        app.last_mail_to(MAIL).written.text.contains("Nord-TK GbR"),
        "the customer learns of it (R-05)"
    );
}

/// The module is closed, and the page says why and what helps.
async fn module_is_refused(partner: &Window, why: &str) {
    partner.go("/kunden/4711/module/centraflex").await;
    partner
        .assert_text("h1", "Tengo Centraflex ist für Sie gesperrt")
        .await;
    partner.assert_says(why).await;
    partner.click_words("Zum AVV-Status").await;
    partner.find("#stand").await;
}

/// What is missing is listed first, and every sentence links to its field (4.1-8, WCAG 3.3.1).
async fn nobody_concludes_an_empty_form(customer: &Window, link: &str, scripts: Scripts) {
    customer.go(link).await;
    customer
        .assert_text("h1", "Auftragsverarbeitungsvertrag abschließen")
        .await;
    customer.assert_says("Nord-TK GbR").await;
    customer.assert_says("Muster IT GmbH").await;
    assert!(
        !customer.has("#vertretung:checked, #gelesen:checked").await,
        "a box is ticked beforehand"
    );
    customer.fill("#funktion", "Geschäftsführerin").await;
    customer
        .click_words("Vertrag jetzt verbindlich abschließen")
        .await;
    customer.find(".errors").await;
    assert!(
        customer.title().await.starts_with("Fehler:"),
        "{}",
        customer.title().await
    );
    if scripts == Scripts::On {
        customer
            .until("document.activeElement.matches('.errors')")
            .await;
    }
    for field in ["name", "vertretung", "gelesen"] {
        assert!(
            customer.has(&format!(".errors a[href='#{field}']")).await,
            "no link to {field}"
        );
        assert!(
            customer.has(&format!("#{field}[aria-invalid=true]")).await,
            "{field} is not marked"
        );
    }
    assert!(!customer.has(".errors a[href='#funktion']").await);
    let kept = customer
        .find("#funktion")
        .await
        .prop("value")
        .await
        .expect("a value");
    assert_eq!(
        kept.as_deref(),
        Some("Geschäftsführerin"),
        "typed values are kept"
    );
    customer.click(".errors a[href='#name']").await;
    let focus = customer.client.active_element().await.expect("a focus");
    assert_eq!(
        focus.attr("id").await.expect("an id").as_deref(),
        Some("name")
    );
}

/// The customer concludes; neither reloading nor going back concludes anything again (S-04, S-07,
/// D-05).
async fn customer_concludes(app: &TestApp, customer: &Window, link: &str) {
    customer.go(link).await;
    customer.fill("#name", "Ayşe Özdemir-Grünewald").await;
    customer.fill("#funktion", "Geschäftsführerin").await;
    customer.click("#vertretung").await;
    customer.click("label[for=gelesen]").await;
    customer
        .click_words("Vertrag jetzt verbindlich abschließen")
        .await;
    customer
        .assert_text("h1", "Der Vertrag ist abgeschlossen")
        .await;
    customer
        .assert_says("Ayşe Özdemir-Grünewald, Geschäftsführerin")
        .await;
    customer.assert_says("Nord-TK GbR").await;
    app.status_of(CUSTOMER);
    let agreements = |app: &TestApp| app.case(CUSTOMER).agreements.len();
    assert_eq!(agreements(app), 1);

    let file = customer
        .find(".receipt a.button")
        .await
        .attr("href")
        .await
        .expect("a link")
        .expect("an address");
    let pdf = app.visitor().get(&file).await;
    pdf.assert_status(200);
    assert!(pdf.bytes.starts_with(b"%PDF-"), "not a PDF");
    app.deliver();
    assert_eq!(
        app.last_mail_to(MAIL).written.attachments[0].bytes,
        pdf.bytes,
        "mailed and shown differ (5.6-7)"
    );

    customer.client.refresh().await.expect("a reload");
    customer
        .assert_text("h1", "Der Vertrag ist abgeschlossen")
        .await;
    customer.client.back().await.expect("a way back");
    let heading = customer.text("h1").await;
    if heading.starts_with("Auftragsverarbeitungsvertrag") {
        // The browser shows the form from its cache: sending it again must lead to the receipt.
        customer
            .click_words("Vertrag jetzt verbindlich abschließen")
            .await;
    }
    customer.go(link).await;
    customer
        .assert_text("h1", "Der Vertrag ist abgeschlossen")
        .await;
    assert_eq!(
        agreements(app),
        1,
        "a reload or the way back concluded again"
    );
}

/// Both partners see the status, and the module opens.
async fn partner_gets_in(partner: &Window) {
    partner.go("/kunden").await;
    partner
        .assert_text("#kundenliste .c-stat .tag", "Abgeschlossen")
        .await;
    partner.click("#kundenliste details.menu summary").await;
    partner.click_words("Kundenprofil").await;
    partner.click_words("Tengo Centraflex").await;
    partner.assert_text("h1", "Tengo Centraflex").await;
    partner.assert_silent_about("gesperrt").await;
    // The contract itself is not for partners.
    partner.go("/administration/avv").await;
    assert!(
        !partner.has("#stand").await,
        "a partner sees Administration"
    );
}

/// The customer's own page: status, contract, objection with the password (D-06, O-01, O-04).
async fn customer_objects(app: &TestApp, holder: &Window) {
    holder.click_words("Administration").await;
    holder.assert_path("/administration/avv").await;
    holder.assert_text("#stand", "Abgeschlossen").await;
    let file = holder.find(".verdict a.button").await;
    let words = file.text().await.expect("a text");
    assert!(words.starts_with("Vertrag herunterladen (PDF, "), "{words}");

    holder.click_words("Widerspruch vorbereiten").await;
    holder.assert_says("Das ändert sich sofort").await;
    holder.fill("#passwort", "ein falsches Passwort").await;
    holder.click_words("Widerspruch verbindlich erklären").await;
    holder.assert_says("Das Passwort stimmt nicht").await;
    assert_eq!(app.status_of(CUSTOMER).status.key(), "concluded");
    holder.fill("#passwort", PASSWORD).await;
    holder.click_words("Widerspruch verbindlich erklären").await;
    holder.assert_says("Ihr Widerspruch ist wirksam").await;
    holder.assert_text("#stand", "Widersprochen").await;
    assert_eq!(app.status_of(CUSTOMER).status.key(), "void");
    app.deliver();
    assert!(
        app.last_mail_to(MAIL)
            .written
            .subject
            .contains("Widerspruch"),
        "no receipt of the objection"
    );
}

/// The link after its last day: explained, and a new one with one click (4.1, L-03, 5.5).
#[actix_web::test]
async fn an_old_link_leads_to_a_new_one() {
    let (app, chromium) = (TestApp::start().await, Chromium::start());
    app.book(CUSTOMER, "centraflex", false);
    app.deliver();
    let link = app.consent_link(MAIL);
    app.clock.advance(days(15));
    app.run_jobs();
    let customer = chromium.window(&app.url, Scripts::On).await;
    customer.go(&link).await;
    customer
        .assert_says("Er war gültig bis einschließlich")
        .await;
    assert!(
        !customer.has("#abschluss").await,
        "an expired link can conclude"
    );
    // The reminder was sent this morning; the next link of the day needs a little distance.
    app.clock.advance(crate::harness::hours(2));
    let mails = app.mails().len();
    customer.click_words("Neuen Link anfordern").await;
    customer.assert_text("h1", "Neuer Link angefordert").await;
    customer.assert_silent_about(MAIL).await;
    app.deliver();
    assert_eq!(app.mails().len(), mails + 1, "one new mail");
    assert_ne!(app.consent_link(MAIL), link);
    customer.go(&app.consent_link(MAIL)).await;
    customer.find("#abschluss").await;
}
