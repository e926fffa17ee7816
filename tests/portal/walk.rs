//! The acceptance test of the product: people in a real browser, from the booking to the objection.
//!
//! The chapters are functions, because the whole way must also work without scripts (S-66).

use crate::harness::chromium::{Chromium, ENTER, ESCAPE, Scripts, TAB, Window};
use crate::harness::{CUSTOMER, FOREIGN_CUSTOMER, PASSWORD, Person, TestApp, days};

const MAIL: &str = "info@oezdemir.example";
const FIRM: &str = "Bäckerei Özdemir & Söhne GmbH & Co. KG";

/// From the booking to the objection, with scripts, looking at what scripts add.
#[actix_web::test]
async fn from_booking_to_objection() {
    walk(Scripts::On).await;
}

/// The same way without scripts.
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

async fn sign_in(app: &TestApp, chromium: &Chromium, person: Person, scripts: Scripts) -> Window {
    let window = chromium.window(&app.url, scripts).await;
    window.go("/anmelden").await;
    window.fill("#email", person.email()).await;
    window.fill("#passwort", PASSWORD).await;
    window.press(ENTER).await;
    window.find(".account").await;
    window
}

/// The operator books by hand what a provisioning system would book; the mail goes out (L-01, L-02).
async fn operator_books(app: &TestApp, chromium: &Chromium, scripts: Scripts) {
    let operator = sign_in(app, chromium, Person::Operator, scripts).await;
    operator.go("/kunden/4711/avv").await;
    operator.click_words("Buchung hinzufügen").await;
    operator.click_words("Buchung speichern").await;
    operator
        .assert_says("Die Buchung ist noch nicht gespeichert")
        .await;
    let choice = operator.find("input[name=produkt][value=centraflex]").await;
    let id = choice.attr("id").await.expect("an id").expect("an id");
    operator.click(&format!("label[for={id}]")).await;
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

/// The menu of a row leads to the status page, by keyboard alone; "Erneut senden" (D-03, D-04, L-06).
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
    assert_eq!(partner.path().await, "/kunden/4711/avv");
    assert_eq!(partner.text("h1").await, FIRM);
    assert_eq!(partner.text("#stand").await, "Angefordert");
    partner
        .assert_says("Den Vertragstext können nur der Kunde und Plusnet einsehen.")
        .await;
    partner.assert_says("Tengo Centraflex").await;

    let before = app.consent_link(MAIL);
    app.clock.advance(crate::harness::minutes(5));
    partner.click_words("Erneut senden").await;
    partner.assert_says("Die E-Mail ist unterwegs an").await;
    app.deliver();
    assert_ne!(
        app.consent_link(MAIL),
        before,
        "every mail has a link of its own"
    );
}

/// The Mandant names a Submandant, after a page that says what changes.
async fn partner_names_a_sub_partner(app: &TestApp, partner: &Window) {
    partner.go("/kunden/4711/avv").await;
    let choice = partner.find("#submandant").await;
    choice
        .select_by_label("Nord-TK GbR")
        .await
        .expect("Nord-TK GbR can be chosen");
    partner.click_words("Weiter zur Bestätigung").await;
    partner
        .assert_says("Nord-TK GbR als Untervertriebspartner wählen?")
        .await;
    partner
        .assert_says("Alle bisherigen Links werden ungültig")
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

/// The module is closed, and says why and what helps.
async fn module_is_refused(partner: &Window, why: &str) {
    partner.go("/kunden/4711/module/centraflex").await;
    assert_eq!(
        partner.text("h1").await,
        "Tengo Centraflex ist für Sie gesperrt"
    );
    partner.assert_says(why).await;
    partner.click_words("Zum AVV-Status").await;
    partner.find("#stand").await;
}

/// What is missing is said first, and every sentence leads to its field (4.1-8, WCAG 3.3.1).
async fn nobody_concludes_an_empty_form(customer: &Window, link: &str, scripts: Scripts) {
    customer.go(link).await;
    assert_eq!(
        customer.text("h1").await,
        "Vertrag zur Auftragsverarbeitung abschließen"
    );
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

/// The customer concludes; neither reloading nor going back concludes anything again (S-04, S-07, D-05).
async fn customer_concludes(app: &TestApp, customer: &Window, link: &str) {
    customer.go(link).await;
    customer.fill("#name", "Ayşe Özdemir-Grünewald").await;
    customer.fill("#funktion", "Geschäftsführerin").await;
    customer.click("#vertretung").await;
    customer.click("label[for=gelesen]").await;
    customer
        .click_words("Vertrag jetzt verbindlich abschließen")
        .await;
    assert_eq!(customer.text("h1").await, "Der Vertrag ist abgeschlossen");
    customer
        .assert_says("Ayşe Özdemir-Grünewald, Geschäftsführerin")
        .await;
    customer.assert_says("Nord-TK GbR").await;
    app.standing(CUSTOMER);
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
    assert_eq!(customer.text("h1").await, "Der Vertrag ist abgeschlossen");
    customer.client.back().await.expect("a way back");
    let heading = customer.text("h1").await;
    if heading.starts_with("Vertrag zur Auftragsverarbeitung") {
        // The browser shows the form from its memory: sending it again must lead to the receipt.
        customer
            .click_words("Vertrag jetzt verbindlich abschließen")
            .await;
    }
    customer.go(link).await;
    assert_eq!(customer.text("h1").await, "Der Vertrag ist abgeschlossen");
    assert_eq!(
        agreements(app),
        1,
        "a reload or the way back concluded again"
    );
}

/// Both partners learn the state, and the module opens.
async fn partner_gets_in(partner: &Window) {
    partner.go("/kunden").await;
    assert_eq!(
        partner.text("#kundenliste .c-stat .tag").await,
        "Abgeschlossen"
    );
    partner.click("#kundenliste details.menu summary").await;
    partner.click_words("Kundenprofil").await;
    partner.click_words("Tengo Centraflex").await;
    assert_eq!(partner.text("h1").await, "Tengo Centraflex");
    partner.assert_silent_about("gesperrt").await;
    // The contract itself is not for partners.
    partner.go("/administration/avv").await;
    assert!(
        !partner.has("#stand").await,
        "a partner sees Administration"
    );
}

/// The customer's own page: state, contract, objection with the password (D-06, O-01, O-04).
async fn customer_objects(app: &TestApp, holder: &Window) {
    holder.click_words("Administration").await;
    assert_eq!(holder.path().await, "/administration/avv");
    assert_eq!(holder.text("#stand").await, "Abgeschlossen");
    let file = holder.find(".verdict a.button").await;
    let words = file.text().await.expect("a text");
    assert!(words.starts_with("Vertrag herunterladen (PDF, "), "{words}");

    holder.click_words("Widerspruch vorbereiten").await;
    holder.assert_says("Das ändert sich sofort").await;
    holder.fill("#passwort", "ein falsches Passwort").await;
    holder.click_words("Widerspruch verbindlich erklären").await;
    holder.assert_says("Das Passwort stimmt nicht").await;
    assert_eq!(app.standing(CUSTOMER).status.key(), "concluded");
    holder.fill("#passwort", PASSWORD).await;
    holder.click_words("Widerspruch verbindlich erklären").await;
    holder.assert_says("Ihr Widerspruch ist wirksam").await;
    assert_eq!(holder.text("#stand").await, "Widersprochen");
    assert_eq!(app.standing(CUSTOMER).status.key(), "void");
    app.deliver();
    assert!(
        app.last_mail_to(MAIL)
            .written
            .subject
            .contains("Widerspruch"),
        "no receipt of the objection"
    );
}

/// The list: columns, in-place reload, search, filter, order, pages (D-01, D-02, requirements 4.3).
#[actix_web::test]
async fn a_partner_finds_customers_in_the_list() {
    let (app, chromium) = (TestApp::start().await, Chromium::start());
    fill_the_list(&app);
    let partner = sign_in(&app, &chromium, Person::Partner, Scripts::On).await;
    assert_eq!(partner.path().await, "/kunden");
    assert_eq!(
        heads(&partner).await,
        [
            "Nummer",
            "Firma",
            "Ort",
            "Produkte",
            "AVV-Status neu laden",
            "Aktionen"
        ]
    );
    assert_eq!(rows(&partner).await.len(), 50);
    assert!(
        partner
            .text(".pager p")
            .await
            .starts_with("50 Kunden auf dieser Seite")
    );

    reload_in_place(&app, &partner).await;

    partner.fill("#suche", "übermut").await;
    partner.press(ENTER).await;
    partner.until("location.search.includes('suche')").await;
    assert_eq!(
        rows(&partner).await,
        ["5000 Zahnarztpraxis Übermut & Kollegen"]
    );
    assert_eq!(partner.text(".c-stat .tag").await, "Angefordert");
    partner.fill("#suche", "5001").await;
    partner.press(ENTER).await;
    partner.until("location.search.includes('5001')").await;
    assert_eq!(rows(&partner).await, ["5001 Aalener Kanzlei"]);
    partner.fill("#suche", "gibt es nicht").await;
    partner.press(ENTER).await;
    partner.until("location.search.includes('gibt')").await;
    assert!(!partner.has("#kundenliste").await);

    partner.go("/kunden").await;
    // A wide page shows the filter always; a narrow one folds it away. To the driver, links in a
    // closed `details` are hidden, whatever the styles say: the page is asked instead.
    let link = "document.querySelector(\"details.filter a[href*='status=requested']\")";
    assert_eq!(
        partner
            .run(&format!(
                "{link}.focus(); return document.activeElement === {link}"
            ))
            .await,
        true,
        "no way to the filter"
    );
    partner.run(&format!("{link}.click()")).await;
    partner.until("location.search.includes('status')").await;
    assert_eq!(
        rows(&partner).await,
        ["5000 Zahnarztpraxis Übermut & Kollegen"]
    );
    partner.resize(390, 844).await;
    partner.go("/kunden").await;
    partner.click("details.filter > summary").await;
    partner
        .click("details.filter a[href*='status=requested']")
        .await;
    partner.resize(1280, 900).await;
    assert_eq!(
        rows(&partner).await,
        ["5000 Zahnarztpraxis Übermut & Kollegen"]
    );

    partner.go("/kunden").await;
    partner.click_words("Nummer").await;
    assert_eq!(partner.text("th[aria-sort=ascending]").await, "Nummer");
    let ascending = rows(&partner).await;
    assert!(
        ascending[0].starts_with("4711 ") && ascending[1].starts_with("5000 "),
        "{:?}",
        &ascending[..2]
    );
    partner.click("a[rel=next]").await;
    let rest = rows(&partner).await;
    assert!(
        !rest.is_empty() && rest.iter().all(|row| !ascending.contains(row)),
        "pages overlap"
    );
    partner.click("a[rel=prev]").await;
    assert_eq!(rows(&partner).await, ascending, "back is where it began");
    partner.click_words("Nummer").await;
    assert_eq!(partner.text("th[aria-sort=descending]").await, "Nummer");
    assert!(rows(&partner).await[0].starts_with("10059 "));
}

/// Who sees which customers (role matrix, 1.3).
#[actix_web::test]
async fn everybody_sees_their_own_customers() {
    let (app, chromium) = (TestApp::start().await, Chromium::start());
    fill_the_list(&app);
    let sub = sign_in(&app, &chromium, Person::SubPartner, Scripts::On).await;
    assert_eq!(rows(&sub).await, ["5002 Zweirad Nørgård e. K."]);

    let operator = sign_in(&app, &chromium, Person::Operator, Scripts::On).await;
    operator.click_words("Kunden").await;
    assert!(
        heads(&operator)
            .await
            .contains(&"Vertriebspartner".to_owned())
    );
    operator
        .find("#mandant")
        .await
        .select_by_label("Anders Systemhaus GmbH")
        .await
        .expect("the partner");
    operator.click_words("Suchen").await;
    operator.until("location.search.includes('mandant')").await;
    assert_eq!(
        rows(&operator).await,
        [format!("{FOREIGN_CUSTOMER} Fremde Kundin AG")]
    );

    let customer = sign_in(&app, &chromium, Person::Customer, Scripts::On).await;
    assert!(
        !customer.has("header nav a[href='/kunden']").await,
        "a customer has a customer list in the menu"
    );
    customer.go("/kunden").await;
    assert!(
        !customer.has("#kundenliste").await,
        "a customer sees the customer list"
    );
}

/// The link after its last day: explained, and a new one in one click (4.1, L-03, 5.5).
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
    // The reminder went out this morning; the day's next link needs a little distance.
    app.clock.advance(crate::harness::hours(2));
    let mails = app.mails().len();
    customer.click_words("Neuen Link anfordern").await;
    assert_eq!(customer.text("h1").await, "Neuer Link angefordert");
    customer.assert_silent_about(MAIL).await;
    app.deliver();
    assert_eq!(app.mails().len(), mails + 1, "one new mail");
    assert_ne!(app.consent_link(MAIL), link);
    customer.go(&app.consent_link(MAIL)).await;
    customer.find("#abschluss").await;
}

/// Sixty customers and a few that stand out.
fn fill_the_list(app: &TestApp) {
    let companies = app.companies();
    let asked = app.add_customer(
        5000,
        "Zahnarztpraxis Übermut & Kollegen",
        Some("praxis@uebermut.example"),
    );
    app.add_customer(5001, "Aalener Kanzlei", Some("kanzlei@aalen.example"));
    app.add_customer_of(
        Some(companies.partner),
        Some(companies.sub_partner),
        5002,
        "Zweirad Nørgård e. K.",
        Some("laden@zweirad.example"),
        avv_portal::domain::Language::De,
    );
    app.book(asked, "centraflex", false);
    for number in 10_000..10_060 {
        app.add_customer(number, &format!("Kundin {number} GmbH"), None);
    }
}

async fn heads(window: &Window) -> Vec<String> {
    texts(window, "#kundenliste thead th").await
}

/// Number and company of every row.
async fn rows(window: &Window) -> Vec<String> {
    window.find("#kundenliste").await;
    let script = "return [...document.querySelectorAll('#kundenliste tbody tr')].map(r => r.querySelector('.c-no').textContent.trim() + ' ' + r.querySelector('th').textContent.trim())";
    strings(&window.run(script).await)
}

async fn texts(window: &Window, css: &str) -> Vec<String> {
    let script = format!(
        "return [...document.querySelectorAll(\"{css}\")].map(e => e.textContent.trim().replace(/\\s+/g, ' '))"
    );
    strings(&window.run(&script).await)
}

fn strings(value: &serde_json::Value) -> Vec<String> {
    value
        .as_array()
        .expect("a list")
        .iter()
        .map(|v| v.as_str().expect("a text").to_owned())
        .collect()
}

/// A click on the column head loads the states again without leaving the page (D-02).
async fn reload_in_place(app: &TestApp, partner: &Window) {
    partner.run("window.stayed = true").await;
    let first = "document.querySelector('#kundenliste tbody tr .c-stat .tag').textContent";
    let before = partner.run(&format!("return {first}")).await;
    app.book(
        avv_portal::domain::CustomerNumber(5001),
        "centraflex",
        false,
    );
    partner.click("a.reload").await;
    partner
        .until("!document.querySelector('#geladen').classList.contains('visually-hidden')")
        .await;
    assert!(
        partner
            .text("#geladen")
            .await
            .starts_with("Status für 50 Kunden geladen")
    );
    assert_eq!(
        partner.run("return window.stayed").await,
        true,
        "the page was left"
    );
    assert_eq!(
        partner
            .run("return document.querySelector('#geladen').getAttribute('role')")
            .await,
        "status"
    );
    assert_ne!(
        partner.run(&format!("return {first}")).await,
        before,
        "the new state is not there"
    );
}
