//! The customer list in a real browser: which users see which customers, and how a customer is
//! found.

use crate::harness::chromium::{Chromium, ENTER, Scripts, Window};
use crate::harness::{FOREIGN_CUSTOMER, Person, TestApp};
use crate::walk::sign_in;

/// The list: columns, reload in place, search, filter, order, pages (D-01, D-02, requirements 4.3).
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
            "Submandant",
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
    partner.until("location.pathname === '/kunden/5001'").await;
    assert_eq!(partner.text("h1").await, "Aalener Kanzlei");
    partner.go("/kunden").await;
    partner.fill("#suche", "gibt es nicht").await;
    partner.press(ENTER).await;
    partner.until("location.search.includes('gibt')").await;
    assert!(!partner.has("#kundenliste").await);

    partner.go("/kunden").await;
    let requested = [
        "5001 Aalener Kanzlei",
        "5000 Zahnarztpraxis Übermut & Kollegen",
    ];
    // A wide page always shows the filter; a narrow one folds it away. The driver treats links in a
    // closed `details` as hidden, whatever the styles say, so the page itself is asked.
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
    assert_eq!(rows(&partner).await, requested);
    partner.resize(390, 844).await;
    partner.go("/kunden").await;
    partner.click("details.filter > summary").await;
    partner
        .click("details.filter a[href*='status=requested']")
        .await;
    partner.resize(1280, 900).await;
    assert_eq!(rows(&partner).await, requested);

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

/// Which users see which customers (role matrix, 1.3).
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

/// Sixty customers and a few special ones.
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

/// A click on the column head reloads the statuses without leaving the page (D-02).
async fn reload_in_place(app: &TestApp, partner: &Window) {
    partner.run("window.stayed = true").await;
    let first = "document.querySelector('#kundenliste tbody tr .c-stat .tag').textContent";
    let before = partner.run(&format!("return {first}")).await;
    app.book(
        avv_portal::domain::CustomerNumber::from(5001),
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
