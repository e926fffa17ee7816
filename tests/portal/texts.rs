//! Nothing is offered that is not the provider's own: what the contract text does not describe
//! waits for it (LC-49), a sample cannot be published in production (LC-56), and what a text was
//! checked against is looked at again.

use avv_portal::actions::{ActionError, requests, versions};
use avv_portal::domain::case::Refusal;
use avv_portal::domain::product::{Module, Product};
use avv_portal::storage::catalogue;

use crate::harness::{Browser, CUSTOMER, Page, Person, TestApp};
use crate::seeded::MAIL;
use crate::versions::put_product_files_in_force;

const LIST: &str = "/betrieb/vertragsfassungen";
const STATUS: &str = "/kunden/4711/avv";

/// A product of the provider's own that the shipped text does not know.
fn anlage() -> Product {
    Product {
        code: "anlage".to_owned(),
        name: "Anlage".to_owned(),
        name_en: None,
        short_name: "Anlage".to_owned(),
        portal_administered: Some(true),
        personal_data: Some(true),
        help: None,
        requires_avv: true,
        module: Module {
            key: "anlage".to_owned(),
            name: "Anlage".to_owned(),
            name_en: None,
            gated: true,
        },
        options: Vec::new(),
        retired: false,
    }
}

/// The confirmation of a booking, submitted.
async fn confirm(browser: &Browser, plan: &Page) {
    plan.submit(browser, "main form[method=post]", &[])
        .await
        .assert_status(303);
}

#[actix_web::test]
async fn lc_49_a_product_without_its_annex_waits_and_is_requested_when_the_text_is_there() {
    let app = TestApp::start().await;
    app.write(|conn| Ok(catalogue::save_product(conn, 7, &anlage())?));
    app.jobs();
    let operator = app.sign_in(Person::Operator).await;
    let partner = app.sign_in(Person::Partner).await;
    operator
        .get("/betrieb/produkte")
        .await
        .assert_says("fehlt: anlage");
    operator
        .get("/betrieb")
        .await
        .assert_says("In der geltenden Fassung fehlen Produktanlagen")
        .assert_says("noch kein Kunde mit Vertriebspartner");
    // The operator's user who books is told before anything is saved.
    operator
        .get("/betrieb/kunden/4711/buchung")
        .await
        .assert_says("AVV nötig, aber der Vertragstext fehlt. In der geltenden Fassung 1.0 fehlt die Produktanlage für Anlage.");
    let plan = operator
        .get("/betrieb/kunden/4711/buchung/bestaetigen?produkt=anlage")
        .await;
    plan.assert_says("„Vertragstext fehlt“")
        .assert_says("Der Betreiber muss eine Fassung damit veröffentlichen");
    confirm(&operator, &plan).await;
    app.jobs();
    assert_eq!(app.status(CUSTOMER), "text_missing");
    assert_eq!(app.mails_to(MAIL).len(), 0, "nothing was asked for");

    operator
        .get(STATUS)
        .await
        .assert_says("Vertragstext fehlt")
        .assert_says("Veröffentlichen Sie eine Vertragsfassung mit dieser Produktanlage")
        .assert_says("Zu den Vertragsfassungen")
        .assert_silent_about("Anforderung senden");
    partner
        .get(STATUS)
        .await
        .assert_says("Der Betreiber muss den Vertragstext für dieses Produkt veröffentlichen")
        .assert_silent_about("Zu den Vertragsfassungen");
    partner
        .get("/kunden?status=text_missing")
        .await
        .assert_says("Betreiber muss ihn veröffentlichen")
        .assert_says("4711");
    operator
        .get("/betrieb")
        .await
        .assert_says("1 Kunde mit Vertriebspartner hat es")
        .assert_says(
            "Nichts wird angefordert, bis Sie eine Fassung mit der Produktanlage veröffentlichen",
        );
    partner.get("/zugriff/4711/anlage").await.assert_status(403);
    // Not by hand either, whatever form was made.
    let viewer = app.viewer(Person::Operator);
    let asked = app.app.db.transaction_blocking(|conn| {
        requests::ask(conn, &app.app, &viewer, CUSTOMER, app.now()).map(|_| ())
    });
    assert!(matches!(
        asked,
        Err(ActionError::Refused(Refusal::TextMissing))
    ));

    // The text comes into force: the customer is asked by itself, once.
    put_product_files_in_force(&app, "1.1", &["anlage"], &[]);
    app.jobs();
    app.jobs();
    assert_eq!(app.status(CUSTOMER), "requested");
    assert_eq!(app.mails_to(MAIL).len(), 1);
    operator.get("/betrieb/laeufe").await.assert_says("Anlage");
    operator
        .get("/betrieb")
        .await
        .assert_silent_about("fehlen Produktanlagen");
    app.conclude(MAIL).await;
    assert_eq!(app.status(CUSTOMER), "concluded");
}

#[actix_web::test]
async fn lc_49_a_page_that_is_open_concludes_nothing_that_the_text_does_not_describe_any_more() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let (link, visitor) = (app.consent_link(MAIL), app.visitor());
    let page = visitor.get(&link).await;
    page.assert_status(200);
    put_product_files_in_force(&app, "1.1", &[], &["centraflex"]);
    let answer = page
        .submit(
            &visitor,
            "main form[action^='/zustimmung/']",
            &[
                ("name", "Ayşe Özdemir-Grünewald"),
                ("funktion", "Geschäftsführerin"),
                ("vertretung", "on"),
                ("gelesen", "on"),
            ],
        )
        .await;
    answer.assert_status(303);
    visitor
        .get(&link)
        .await
        .assert_says("Der Vertragstext wird noch ergänzt")
        .assert_says("Sobald das so ist, senden wir Ihnen eine neue");
    assert_eq!(app.count("agreements"), 0);
    app.jobs();
    assert_eq!(app.status(CUSTOMER), "text_missing");
    assert_eq!(app.mails_to(MAIL).len(), 1);
    // With the annex the request goes on, by the mail with the text in force.
    put_product_files_in_force(&app, "1.2", &[], &[]);
    app.jobs();
    assert_eq!(app.status(CUSTOMER), "requested");
    app.conclude(MAIL).await;
    assert_eq!(app.status(CUSTOMER), "concluded");
}

#[actix_web::test]
async fn lc_56_outside_development_the_sample_is_a_draft_that_nobody_can_publish() {
    let app = TestApp::start_in_production().await;
    assert_eq!(
        app.text("count(*)::text FROM contract_versions WHERE published_at IS NULL AND is_sample"),
        "1"
    );
    assert_eq!(app.count("contract_versions"), 1);
    let now = app.now();
    let again = app.write(|conn| versions::draft_shipped(conn, now));
    assert!(!again, "the next start finds it");
    // Without any text everything works but asking and concluding.
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    assert_eq!(app.status(CUSTOMER), "text_missing");
    assert_eq!(app.count("requests"), 0);
    app.visitor().get("/vertrag").await.assert_status(404);
    let operator = app.sign_in(Person::Operator).await;
    operator
        .get("/betrieb")
        .await
        .assert_says("Es ist noch keine Vertragsfassung veröffentlicht.");
    operator
        .get(STATUS)
        .await
        .assert_says("Es ist noch keine Vertragsfassung veröffentlicht.");
    operator
        .get("/betrieb/kunden/4711/buchung")
        .await
        .assert_status(200);
    let list = operator.get(LIST).await;
    list.assert_says("Muster");
    let draft = list.attributes("main td a, main th a", "href")[0].clone();
    operator
        .get(&draft)
        .await
        .assert_says("Das ist ein Mustertext zum Anfangen")
        .assert_says("LC-56")
        .assert_says("nehmen Sie dann in den Angaben das Häkchen");
    operator
        .get(&format!("{draft}/vorlage"))
        .await
        .assert_says("hat Mängel gefunden");
    // Removing the tick alone does not make the text the operator's own.
    let facts = operator
        .get(&format!("{draft}/text?teil=contract.toml"))
        .await;
    facts.assert_says("Dieser Text ist ein Muster");
    save(&operator, &facts, |fields| {
        fields.retain(|(name, _)| name != "muster");
    })
    .await;
    operator.get(&draft).await.assert_says("LC-56");
    let main = operator
        .get(&format!("{draft}/text?teil=de/vertrag.dj"))
        .await;
    save(&operator, &main, |fields| {
        for (name, value) in fields {
            if name == "text" {
                value.push_str("\nEin eigener Satz.\n");
            }
        }
    })
    .await;
    operator
        .get(&draft)
        .await
        .assert_silent_about("Das ist ein Mustertext")
        .assert_silent_about("nehmen Sie dann in den Angaben das Häkchen");
}

/// Sends the editor's form with other fields.
async fn save(browser: &Browser, page: &Page, change: impl FnOnce(&mut Vec<(String, String)>)) {
    let (action, mut fields) = page.form("#v-entwurf");
    fields.retain(|(name, _)| name != "tun");
    change(&mut fields);
    fields.push(("tun".to_owned(), "speichern".to_owned()));
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    browser
        .upload(&action, &fields, &[])
        .await
        .assert_status(303);
}

#[actix_web::test]
async fn lc_56_in_development_the_sample_is_in_force_and_says_what_it_is() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let visitor = app.visitor();
    visitor
        .get("/vertrag")
        .await
        .assert_says("Dieser Text ist ein Muster zum Ausprobieren");
    let link = app.consent_link(MAIL);
    visitor
        .get(&link)
        .await
        .assert_says("Bitte schließen Sie damit nichts im Ernst ab");
    let operator = app.sign_in(Person::Operator).await;
    operator.get(LIST).await.assert_says("Muster");
}

#[actix_web::test]
async fn lc_30_a_text_in_force_is_checked_again_when_what_is_around_it_changes() {
    let app = TestApp::start().await;
    crate::announce::register(&app, "RZ Übersee Inc.");
    let operator = app.sign_in(Person::Operator).await;
    let version = {
        let list = operator.get(LIST).await;
        list.attributes("main td a, main th a", "href")[0].clone()
    };
    for page in ["/betrieb", version.as_str()] {
        operator
            .get(page)
            .await
            .assert_silent_about("besteht die Prüfung nicht mehr");
    }
    app.sql("UPDATE sub_processors SET facts = jsonb_set(facts, '{place}', '\"USA\"')")
        .unwrap();
    for page in ["/betrieb", version.as_str()] {
        operator
            .get(page)
            .await
            .assert_says("besteht die Prüfung nicht mehr")
            .assert_says("LC-30")
            .assert_says("RZ Übersee Inc.");
    }
}

/// What the open alert about the text says; empty if there is none.
fn told(app: &TestApp) -> String {
    app.text(
        "string_agg(reasons, '|') FROM alerts WHERE kind = 'text_outdated' AND done_at IS NULL",
    )
}

#[actix_web::test]
async fn a_text_that_does_not_fit_any_more_is_one_alert_until_it_fits_again() {
    const OPEN: &str = "alerts WHERE kind = 'text_outdated' AND done_at IS NULL";
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    app.jobs();
    assert_eq!(told(&app), "");

    // The register, then the catalogue: one alert, with what is wrong now.
    crate::announce::register(&app, "RZ Übersee Inc.");
    app.jobs();
    assert_eq!(told(&app), "", "it fits");
    app.sql("UPDATE sub_processors SET facts = jsonb_set(facts, '{place}', '\"USA\"')")
        .unwrap();
    app.jobs();
    app.jobs();
    assert!(told(&app).contains("LC-30") && told(&app).contains("RZ Übersee Inc."));
    let first = app.text(&format!("id FROM {OPEN}"));
    app.write(|conn| Ok(catalogue::save_product(conn, 7, &anlage())?));
    app.jobs();
    assert!(told(&app).contains("LC-30") && told(&app).contains("LC-49"));
    assert_eq!(app.text(&format!("id FROM {OPEN}")), first);
    assert_eq!(app.count(OPEN), 1);

    // Said where the work is, with the way to the version; conclusions go on.
    let list = operator.get("/betrieb/hinweise").await;
    list.assert_says("Vertragstext passt nicht mehr")
        .assert_says("Produktanlagen fehlen für: anlage")
        .assert_says("schließt sich von selbst");
    let version = list
        .attributes(".alerts a", "href")
        .into_iter()
        .find(|href| href.starts_with(LIST));
    operator
        .get(&version.unwrap())
        .await
        .assert_says("besteht die Prüfung nicht mehr");
    operator
        .get("/betrieb")
        .await
        .assert_says("Vertragstext passt nicht mehr");
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    app.conclude(MAIL).await;

    // Another process knows nothing of the looks of this one, and says the same.
    let other = app.started_again(|_| {});
    other.jobs();
    assert_eq!(app.count(OPEN), 1);
    assert_eq!(app.text(&format!("id FROM {OPEN}")), first);

    // The operator's details, and mending one thing after the other.
    app.sql("UPDATE operator SET facts = jsonb_set(facts, '{party,name}', '\"文 GmbH\"')")
        .unwrap();
    app.sql("UPDATE sub_processors SET facts = jsonb_set(facts, '{place}', '\"Deutschland\"')")
        .unwrap();
    app.jobs();
    assert!(!told(&app).contains("LC-30") && told(&app).contains("U+6587"));
    app.sql("UPDATE operator SET facts = jsonb_set(facts, '{party,name}', '\"Plusnet GmbH\"')")
        .unwrap();
    let harmless = Product {
        portal_administered: Some(false),
        personal_data: Some(false),
        requires_avv: false,
        ..anlage()
    };
    app.write(|conn| Ok(catalogue::save_product(conn, 7, &harmless)?));
    app.jobs();
    assert_eq!(app.count(OPEN), 0, "{}", told(&app));
    operator
        .get("/betrieb/hinweise?welche=alle")
        .await
        .assert_says("hat sich am");

    // Finished by hand while it is still so, it comes back.
    app.sql("UPDATE sub_processors SET facts = jsonb_set(facts, '{place}', '\"USA\"')")
        .unwrap();
    app.jobs();
    app.sql(&format!(
        "UPDATE {}",
        OPEN.replace("WHERE", "SET done_at = now() WHERE")
    ))
    .unwrap();
    app.jobs();
    assert_eq!(app.count(OPEN), 1);
}
