//! The whole life of a contract version in a real browser, from the first draft to the customer who
//! concludes it (C-01, C-02, C-07, LC-54, rows 35 and 36).

use crate::harness::chromium::{Chromium, ENTER, Scripts, Window};
use crate::harness::{CUSTOMER, FOREIGN_CUSTOMER, PASSWORD, Person, TestApp};
use crate::walk::sign_in;

const MAIL: &str = "info@oezdemir.example";
const FOREIGN_MAIL: &str = "info@fremd-kunde.example";
const FIRM: &str = "Bäckerei Özdemir & Söhne GmbH & Co. KG";
const SECOND: &str = "zweite@plusnet.example";
const DRAFT: &str = "/betrieb/vertragsfassungen/2";
const NEWS: &str = "Abschnitt Meldewege ist neu.";
const CLAUSE: &str = "Meldungen gehen an die im Vertrag genannte Stelle.";

#[actix_web::test]
async fn a_version_lives_from_the_draft_to_the_conclusion() {
    let (app, chromium) = (TestApp::start().await, Chromium::start());
    for (customer, mail) in [(CUSTOMER, MAIL), (FOREIGN_CUSTOMER, FOREIGN_MAIL)] {
        app.book(customer, "centraflex", false);
        app.deliver();
        app.conclude(mail).await;
    }
    app.deliver();

    let operator = sign_in(&app, &chromium, Person::Operator, Scripts::On).await;
    operator_writes(&app, &operator).await;
    operator_submits(&operator).await;
    let second = second_operator(&app, &chromium).await;
    second_person_publishes(&second).await;
    second_person_asks_one_customer(&app, &second).await;

    // A day later the version is in force, and from 8 o'clock on mails are sent.
    let before = app.mails().len();
    app.at("2026-11-25 07:59");
    app.jobs();
    assert_eq!(app.mails().len(), before);
    app.at("2026-11-25 08:00");
    app.jobs();
    assert_eq!(app.mails().len(), before + 1, "the chosen one alone");
    let customer = chromium.window(&app.url, Scripts::On).await;
    customer_reads_and_concludes(&app, &customer).await;

    let operator = sign_in(&app, &chromium, Person::Operator, Scripts::On).await;
    operator_sees_the_answer(&operator).await;
    operator_informs_the_others(&app, &operator).await;
    everybody_reads_both_texts(&app, &customer).await;
}

/// A draft from the published version; a part is edited in both languages, and checks and preview
/// follow while the user types.
async fn operator_writes(app: &TestApp, operator: &Window) {
    operator.go("/betrieb").await;
    operator
        .click_words("Fassungen schreiben, prüfen und veröffentlichen")
        .await;
    operator.click_words("Neue Fassung").await;
    operator.click_words("Entwurf anlegen").await;
    operator.assert_path(DRAFT).await;
    operator.click_words("Angaben zur Fassung").await;
    operator.fill("#nummer", "2.0").await;
    // The format of a typed date depends on the browser's language.
    operator
        .run("document.querySelector('#gueltig').value = '2026-11-25'")
        .await;
    operator.fill("#neu_de", NEWS).await;
    operator
        .fill("#neu_en", "The section on contacts is new.")
        .await;
    operator.click_words("Angaben speichern").await;
    operator.assert_says("Die Angaben sind gespeichert.").await;

    for (language, clause) in [
        ("de", format!("# Meldewege\n\n{CLAUSE}")),
        (
            "en",
            "# Contacts\n\nReports go to the office named in the agreement.".to_owned(),
        ),
    ] {
        let page = format!("{DRAFT}/text?teil={language}/vertrag.dj");
        operator.go(&page).await;
        let text = operator.find("#v-text").await;
        text.send_keys(&format!("\n\n{{#meldewege}}\n{clause}\n"))
            .await
            .expect("keys");
        let sentence = clause.lines().last().unwrap_or_default();
        operator
            .until(&format!(
                "document.querySelector('#v-pruefung .preview')?.textContent.includes('{sentence}')"
            ))
            .await;
        operator.click_words("Speichern").await;
        operator.assert_says("Gespeichert.").await;
        operator.go(DRAFT).await;
        match language {
            // Only one language has the clause: that is found, and blocks.
            "de" => operator.assert_says("LC-47").await,
            _ => operator.assert_says("Nichts hindert die Freigabe").await,
        }
    }

    operator
        .click_words("Was sich gegenüber der veröffentlichten Fassung ändert")
        .await;
    operator.assert_path(&format!("{DRAFT}/vergleich")).await;
    let heading = operator.text("main section.change:last-of-type h2").await;
    assert!(heading.contains("Meldewege"), "{heading}");
    let added = operator.text("main section.change:last-of-type ins").await;
    assert!(added.contains(CLAUSE), "{added}");

    operator.go(DRAFT).await;
    let zip = operator.find("main a[download]").await;
    let address = zip.attr("href").await.expect("a link").expect("an address");
    let file = app.sign_in(Person::Operator).await.get(&address).await;
    file.assert_status(200);
    assert!(file.bytes.starts_with(b"PK"), "not a ZIP");
}

/// Every question is answered; then the user who wrote it can do nothing more.
async fn operator_submits(operator: &Window) {
    operator.click_words("Zur Freigabe vorlegen").await;
    operator.assert_path(&format!("{DRAFT}/vorlage")).await;
    operator.click_words("Zur Freigabe vorlegen").await;
    operator
        .assert_says("Die Fassung ist noch nicht vorgelegt")
        .await;
    assert!(operator.confirm_all().await > 0);
    operator.click_words("Zur Freigabe vorlegen").await;
    operator.assert_path(DRAFT).await;
    operator
        .assert_says("Freigeben muss sie eine zweite Person")
        .await;
}

/// Another administrator than the one of the harness.
async fn second_operator(app: &TestApp, chromium: &Chromium) -> Window {
    let first = Person::Operator.email();
    app.sql(&format!(
        "INSERT INTO users (email, name, role, operator_role, contracts, password_hash, created_at) \
         SELECT '{SECOND}', 'Zoe Zweite', role, operator_role, contracts, password_hash, created_at FROM users WHERE email = '{first}'"
    ))
    .unwrap();
    let window = chromium.window(&app.url, Scripts::On).await;
    window.go("/anmelden").await;
    window.fill("#email", SECOND).await;
    window.fill("#passwort", PASSWORD).await;
    window.press(ENTER).await;
    window.find(".account").await;
    window
}

/// It waits on the start page; the second person approves it and publishes it for the day after
/// tomorrow.
async fn second_person_publishes(second: &Window) {
    second.go("/betrieb").await;
    second
        .click_words("Vertragsfassung wartet auf die Freigabe")
        .await;
    second.click_words("Fassung 2.0").await;
    second.fill("#passwort", PASSWORD).await;
    second.click_words("Freigeben").await;
    second
        .assert_says("Die Fassung ist freigegeben und kann veröffentlicht werden.")
        .await;
    second.click_words("Veröffentlichen").await;
    second
        .assert_text("h1", "Diese Fassung veröffentlichen?")
        .await;
    second
        .run("document.querySelector('#datum').value = '2026-11-25'")
        .await;
    second.fill("#passwort", PASSWORD).await;
    second.click_words("Veröffentlichen").await;
    second.assert_text("h1", "Fassung 2.0").await;
    second.assert_says("25. November 2026").await;
}

/// "Neuabschluss anfordern" for one customer number, after a preview and with the password (row 36).
async fn second_person_asks_one_customer(app: &TestApp, second: &Window) {
    second.click_words("Kunden informieren").await;
    second.assert_text("h1", "Kunden informieren").await;
    second.click("label[for=art-neuabschluss]").await;
    second.fill("#nummern", "4711").await;
    second.click_words("Weiter zur Vorschau").await;
    second.assert_text("h1", "Umstellung starten?").await;
    second.assert_says("1 Kunde").await;
    second.assert_says(NEWS).await;
    second.fill("#passwort", PASSWORD).await;
    second.click_words("Umstellung starten").await;
    second.assert_path("/betrieb/umstellungen/1").await;
    second.assert_text("main .page-head .tag", "geplant").await;
    app.jobs();
    assert!(app.case(CUSTOMER).open_request().is_none(), "not in force");
}

/// The mail says what is new, the page compares, and the customer concludes.
async fn customer_reads_and_concludes(app: &TestApp, customer: &Window) {
    let mail = app.last_mail_to(MAIL).written.text.replace('\n', " ");
    assert!(mail.contains(NEWS), "{mail}");
    customer.go(&app.consent_link(MAIL)).await;
    customer.assert_text("#neu", "Was ist neu?").await;
    customer.assert_says(NEWS).await;
    // The link opens a new window; here it is opened in this one.
    let link = customer.find("section[aria-labelledby=neu] a").await;
    let comparison = link
        .attr("href")
        .await
        .expect("a link")
        .expect("an address");
    assert!(comparison.starts_with("/vertrag/1.0/vergleich/2.0"));
    customer.go(&comparison).await;
    customer
        .assert_text("h1", "Was sich von Fassung 1.0 zu 2.0 ändert")
        .await;
    assert!(
        customer
            .text("main article:last-of-type ins")
            .await
            .contains(CLAUSE)
    );
    customer.go(&app.consent_link(MAIL)).await;
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
    let case = app.case(CUSTOMER);
    assert_eq!(case.agreement().unwrap().offer.version, "2.0");
}

/// The progress page has the figure and names the customer.
async fn operator_sees_the_answer(operator: &Window) {
    operator.go("/betrieb").await;
    operator
        .click_words("Kunden über eine neue Fassung informieren")
        .await;
    operator.click("main table.list a").await;
    operator.assert_path("/betrieb/umstellungen/1").await;
    operator
        .assert_text("main .page-head .tag", "alle Kunden bearbeitet")
        .await;
    operator.click_words("abgeschlossen").await;
    operator
        .assert_text("#kunden", "Kunden: abgeschlossen")
        .await;
    operator.assert_text("main table.list tbody a", FIRM).await;
}

/// Row 35: all others are informed, and their agreement stays in force.
async fn operator_informs_the_others(app: &TestApp, operator: &Window) {
    operator.go(DRAFT).await;
    operator.click_words("Kunden informieren").await;
    operator.click("label[for=art]").await;
    operator.click_words("Weiter zur Vorschau").await;
    operator.assert_says("1 Kunde").await;
    operator.fill("#passwort", PASSWORD).await;
    operator.click_words("Umstellung starten").await;
    operator.assert_path("/betrieb/umstellungen/2").await;
    app.jobs();
    let mail = app.last_mail_to(FOREIGN_MAIL).written;
    assert!(
        mail.subject.starts_with("Neue Fassung, nichts zu tun"),
        "{}",
        mail.subject
    );
    let case = app.case(FOREIGN_CUSTOMER);
    assert_eq!(case.agreement().unwrap().offer.version, "1.0");
}

/// The text in force and the one before, at permanent addresses.
async fn everybody_reads_both_texts(app: &TestApp, visitor: &Window) {
    let mail = app.last_mail_to(FOREIGN_MAIL).written.text;
    assert!(mail.contains("/vertrag/2.0"), "{mail}");
    visitor.go("/vertrag?sprache=de").await;
    visitor
        .assert_says("Dieser Text gilt seit dem 25. November 2026")
        .await;
    visitor.assert_says(CLAUSE).await;
    visitor.click_words("Fassung 1.0").await;
    visitor.assert_path("/vertrag/1.0?sprache=de").await;
    visitor.assert_says("Das ist eine frühere Fassung").await;
    visitor.assert_silent_about(CLAUSE).await;
    visitor.click_words("Den geltenden Text lesen").await;
    visitor.assert_says(CLAUSE).await;
}
