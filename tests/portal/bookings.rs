//! Bookings on a customer's profile: the consequences of a change are shown before it is saved, and
//! happen as they were shown (rows 1, 12, 19, 43 to 46, 50).

use avv_portal::actions::ActionError;
use avv_portal::domain::product::{Module, Product, ProductOption};
use avv_portal::storage::catalogue;

use crate::harness::{Browser, CUSTOMER, Page, Person, TestApp, days, hours};
use crate::seeded::MAIL;

const PROFILE: &str = "/kunden/4711";

/// Follows the link with this text on the profile.
async fn open(browser: &Browser, word: &str) -> Page {
    let profile = browser.get(PROFILE).await;
    let at = profile
        .all("section[aria-labelledby=buchungen] a")
        .iter()
        .position(|link| link == word)
        .unwrap_or_else(|| panic!("no {word}: {}", profile.words()));
    let html = profile.text();
    let section = html.split("id=\"buchungen\"").nth(1).unwrap();
    let href = section.split("<a href=\"").nth(at + 1).unwrap();
    browser
        .get(&href[..href.find('"').unwrap()].replace("&amp;", "&"))
        .await
}

async fn confirm(browser: &Browser, page: &Page) -> Page {
    page.assert_status(200);
    page.submit(browser, "main form[method=post]", &[]).await
}

#[actix_web::test]
async fn a_booking_is_confirmed_and_asks_the_customer_once() {
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    open(&operator, "Buchung hinzufügen")
        .await
        .assert_says("Welches Produkt");
    // Nothing chosen, or something that is not in the catalogue.
    for wrong in ["", "?produkt=", "?produkt=centraflex:ums", "?produkt=%00x"] {
        let path = format!("/betrieb/kunden/4711/buchung/bestaetigen{wrong}");
        let status = operator.get(&path).await.status.as_u16();
        assert!(matches!(status, 400 | 422), "{wrong}: {status}");
    }
    let page = operator
        .get("/betrieb/kunden/4711/buchung/bestaetigen?produkt=centraflex")
        .await;
    page.assert_says("Tengo Centraflex buchen?")
        .assert_says("wechselt von „Nicht erforderlich“ zu „Angefordert“")
        .assert_says("erhält sofort eine E-Mail an i•••@oezdemir.example")
        .assert_says("Für Muster IT GmbH bleibt bis zum Abschluss gesperrt: Tengo Centraflex");
    assert_eq!(
        app.case(CUSTOMER).bookings.len(),
        0,
        "looking changes nothing"
    );
    confirm(&operator, &page)
        .await
        .assert_redirect("/kunden/4711");
    // The second click of a double click, or the back button: a new confirmation, not a second
    // booking.
    let again = confirm(&operator, &page).await;
    again.assert_redirect("/betrieb/kunden/4711/buchung/bestaetigen?produkt=centraflex");
    operator
        .follow(&again)
        .await
        .assert_says("hat sich bei diesem Kunden etwas geändert")
        .assert_says("Der Kunde hat dieses Produkt schon");
    assert_eq!(app.case(CUSTOMER).bookings.len(), 1);
    app.deliver();
    assert_eq!(app.mails_to(MAIL).len(), 1);
    assert_eq!(app.status(CUSTOMER), "requested");
}

#[actix_web::test]
async fn the_end_of_the_last_product_ends_the_agreement_on_the_morning_after() {
    // Row 44
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.deliver();
    app.conclude(MAIL).await;
    app.deliver();
    let operator = app.sign_in(Person::Operator).await;
    let form = open(&operator, "Kündigen").await;
    form.assert_says("Tengo Centraflex kündigen");
    assert_eq!(
        form.attribute("#tag", "value").as_deref(),
        Some("2026-11-23"),
        "today is proposed"
    );
    let path = "/betrieb/kunden/4711/buchungen/1/kuendigung";
    for (query, word) in [
        ("ende=tag&tag=2026-11-22", "darf nicht vor heute liegen"),
        ("ende=tag&tag=31.02.2027", "Geben Sie den letzten Tag ein"),
        ("ende=tag&tag=", "Geben Sie den letzten Tag ein"),
        ("ende=tag&tag=20260-11-30", "Geben Sie den letzten Tag ein"),
        ("ende=tag&tag=9999-12-31", "zu weit in der Zukunft"),
        ("ende=irgendwann", "Wählen Sie, wann"),
    ] {
        let page = operator.get(&format!("{path}?{query}")).await;
        page.assert_status(422).assert_says(word);
    }
    let page = operator
        .get(&format!("{path}?ende=tag&tag=30.11.2026"))
        .await;
    page.assert_says("Tengo Centraflex zum 30. November 2026 kündigen?")
        .assert_says("Der AVV-Status bleibt „Abgeschlossen“.")
        .assert_says("Am Dienstag, 1. Dezember 2026")
        .assert_says("wechselt dann von „Abgeschlossen“ zu „Beendet“")
        .assert_says("Muster IT GmbH kann ab diesem Tag nicht mehr öffnen");
    confirm(&operator, &page).await.assert_status(303);
    operator
        .get(PROFILE)
        .await
        .assert_says("gekündigt zum 30.11.2026");

    // Taken back, and cancelled again.
    let back = open(&operator, "Kündigung zurücknehmen").await;
    back.assert_says("Kündigung von Tengo Centraflex zurücknehmen?");
    confirm(&operator, &back).await.assert_status(303);
    operator
        .get(PROFILE)
        .await
        .assert_silent_about("gekündigt zum");
    let page = operator
        .get(&format!("{path}?ende=tag&tag=2026-11-30"))
        .await;
    confirm(&operator, &page).await.assert_status(303);

    // As it was announced: open until midnight in Berlin, closed from then on, M13 in the morning.
    let partner = app.sign_in(Person::Partner).await;
    let gate = "/zugriff/4711/centraflex";
    app.at("2026-11-30 23:59");
    app.sign_in(Person::Partner)
        .await
        .get(gate)
        .await
        .assert_status(204);
    drop(partner);
    app.at("2026-12-01 00:00");
    app.sign_in(Person::Partner)
        .await
        .get(gate)
        .await
        .assert_status(403);
    app.jobs();
    assert_eq!(app.count("mails WHERE kind ->> 'kind' = 'ended'"), 0);
    app.at("2026-12-01 08:00");
    app.jobs();
    assert_eq!(app.count("mails WHERE kind ->> 'kind' = 'ended'"), 1);
    assert_eq!(app.status(CUSTOMER), "ended");
    let operator = app.sign_in(Person::Operator).await;
    operator
        .get(PROFILE)
        .await
        .assert_says("Vom 23.11.2026 bis 30.11.2026, beendet");
    // Nothing can be done about a booking that has ended.
    operator
        .get(&format!("{path}?ende=keins"))
        .await
        .assert_redirect(PROFILE);
}

#[actix_web::test]
async fn ending_at_once_closes_at_once() {
    // Row 19: the round is closed and the customer is told, because it is still being asked.
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.deliver();
    app.clock.advance(hours(1));
    let operator = app.sign_in(Person::Operator).await;
    let page = operator
        .get("/betrieb/kunden/4711/buchungen/1/kuendigung?ende=sofort&tag=")
        .await;
    page.assert_says("Tengo Centraflex sofort beenden?")
        .assert_says("wird nicht mehr gebraucht")
        .assert_says("Erinnerungen gehen nicht mehr hinaus.");
    confirm(&operator, &page).await.assert_status(303);
    assert_eq!(app.status(CUSTOMER), "not_required");
    assert_eq!(app.count("mails WHERE kind ->> 'kind' = 'notice'"), 1);
    let again = confirm(&operator, &page).await;
    operator.follow(&again).await.assert_status(303);
    app.clock.advance(days(60));
    app.jobs();
    assert_eq!(app.count("mails WHERE kind ->> 'kind' = 'reminder'"), 0);
}

#[actix_web::test]
async fn the_option_makes_an_avv_due_and_takes_the_need_away() {
    // Rows 12, 44 and 46
    let app = TestApp::start().await;
    app.book(CUSTOMER, "sip-trunk", false);
    let operator = app.sign_in(Person::Operator).await;
    let on = open(&operator, "UMS-Option einschalten").await;
    on.assert_says("UMS-Option für SIP-Trunk einschalten?")
        .assert_says("gesperrt: UMS-Verwaltung");
    confirm(&operator, &on).await.assert_status(303);
    assert_eq!(app.status(CUSTOMER), "requested");
    let choose = open(&operator, "UMS-Option kündigen").await;
    choose.assert_says("Wann endet die Option?");
    let off = operator
        .get("/betrieb/kunden/4711/buchungen/2/optionen/ums/kuendigung?ende=sofort")
        .await;
    off.assert_says("zu „Nicht erforderlich“");
    confirm(&operator, &off).await.assert_status(303);
    assert_eq!(app.status(CUSTOMER), "not_required");
    // The first page again: its booking has ended.
    let old = confirm(&operator, &on).await;
    operator.follow(&old).await.assert_redirect("/kunden/4711");
    for path in [
        "/betrieb/kunden/4711/buchungen/0/optionen/ums",
        "/betrieb/kunden/4711/buchungen/99/optionen/ums",
        "/betrieb/kunden/4711/buchungen/99/optionen/ums/kuendigung",
        "/betrieb/kunden/4711/buchungen/18446744073709551615/kuendigung",
        "/betrieb/kunden/4711/buchungen/-1/kuendigung",
        "/betrieb/kunden/1/buchungen/1/kuendigung",
    ] {
        operator.get(path).await.assert_status(404);
    }
}

/// B5: the option gets an end, as a product does, and that can be taken back; the product stays
/// booked.
#[actix_web::test]
async fn b5_the_option_ends_on_a_day_and_can_be_taken_back() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "sip-trunk", true);
    app.jobs();
    app.conclude(MAIL).await;
    let operator = app.sign_in(Person::Operator).await;
    let path = "/betrieb/kunden/4711/buchungen/1/optionen/ums/kuendigung";
    let choose = open(&operator, "UMS-Option kündigen").await;
    choose.assert_says("UMS-Option für SIP-Trunk kündigen");
    for (day, fault) in [
        ("gestern", "Geben Sie den letzten Tag ein"),
        ("2026-11-22", "nicht vor heute"),
    ] {
        let wrong = operator.get(&format!("{path}?ende=tag&tag={day}")).await;
        wrong.assert_status(422).assert_says(fault);
    }
    // A Friday: on Saturday it is gone, on Monday the customer is told (F10).
    let plan = operator
        .get(&format!("{path}?ende=tag&tag=2026-12-04"))
        .await;
    plan.assert_says("UMS-Option für SIP-Trunk zum 4. Dezember 2026 kündigen?")
        .assert_says("Am Samstag, 5. Dezember 2026, wenn bis dahin nichts anderes geschieht")
        .assert_says("am Montag, 7. Dezember 2026 eine E-Mail")
        .assert_says("zu „Beendet“");
    confirm(&operator, &plan).await.assert_status(303);
    let profile = operator.get(PROFILE).await;
    profile
        .assert_says("UMS-Option für SIP-Trunk ist zum 4. Dezember 2026 gekündigt.")
        .assert_says("UMS-Option gekündigt zum 04.12.2026");
    assert_eq!(app.status(CUSTOMER), "concluded");

    let back = open(&operator, "Kündigung der UMS-Option zurücknehmen").await;
    back.assert_says("Kündigung von UMS-Option für SIP-Trunk zurücknehmen?");
    confirm(&operator, &back).await.assert_status(303);
    operator
        .get(PROFILE)
        .await
        .assert_says("zurückgenommen")
        .assert_silent_about("gekündigt zum");
    let plan = operator
        .get(&format!("{path}?ende=tag&tag=2026-12-04"))
        .await;
    confirm(&operator, &plan).await.assert_status(303);
    // A second click changes nothing more.
    let again = confirm(&operator, &plan).await;
    operator.follow(&again).await.assert_redirect(PROFILE);

    app.at("2026-12-04 23:59");
    app.jobs();
    assert_eq!(app.status(CUSTOMER), "concluded");
    app.at("2026-12-05 09:00");
    app.jobs();
    assert_eq!(app.status(CUSTOMER), "ended");
    assert_eq!(app.count("mails WHERE kind ->> 'kind' = 'ended'"), 0);
    app.at("2026-12-07 08:00");
    app.jobs();
    assert_eq!(app.count("mails WHERE kind ->> 'kind' = 'ended'"), 1);
    let operator = app.sign_in(Person::Operator).await;
    operator
        .get(PROFILE)
        .await
        .assert_says("UMS-Option einschalten")
        .assert_silent_about("UMS-Option kündigen");
    operator
        .get("/betrieb/protokoll?kunde=4711")
        .await
        .assert_says("UMS-Option (SIP-Trunk) gekündigt zum 04.12.2026")
        .assert_says("Kündigung von UMS-Option (SIP-Trunk) zurückgenommen")
        .assert_says("Option geändert: jetzt SIP-Trunk");
}

#[actix_web::test]
async fn the_list_of_bookings_is_the_operators() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    let partner = app.sign_in(Person::Partner).await;
    partner
        .get(PROFILE)
        .await
        .assert_status(200)
        .assert_silent_about("id=\"buchungen\"")
        .assert_silent_about("Kündigen");
    // If a product is missing in the catalogue, its booking is still shown.
    assert_eq!(
        app.read(|conn| -> Result<_, ActionError> { Ok(catalogue::list_products(conn)?.len()) }),
        3
    );
}

/// A product with two options that need an agreement, and one that does not, as the operator entered it.
fn kit() -> Product {
    let module = |key: &str, name: &str, gated| Module {
        key: key.to_owned(),
        name: name.to_owned(),
        name_en: None,
        gated,
    };
    let option = |code: &str, name: &str, module: Option<Module>| ProductOption {
        code: code.to_owned(),
        name: name.to_owned(),
        name_en: None,
        short_name: name.to_owned(),
        requires_avv: module.is_some(),
        module,
        retired: false,
    };
    Product {
        code: "anlage".to_owned(),
        name: "Anlage".to_owned(),
        name_en: None,
        short_name: "Anlage".to_owned(),
        portal_administered: Some(true),
        personal_data: Some(true),
        requires_avv: false,
        module: module("anlage", "Anlage", false),
        options: vec![
            option("fax", "Fax-Option", Some(module("fax", "Faxe", true))),
            option("archiv", "Archiv", Some(module("archiv", "Archiv", true))),
            option("musik", "Wartemusik", None),
        ],
        retired: false,
    }
}

#[actix_web::test]
async fn p_05_a_product_is_booked_with_any_of_its_options() {
    let app = TestApp::start().await;
    app.write(|conn| Ok(catalogue::save_product(conn, 4, &kit())?));
    let operator = app.sign_in(Person::Operator).await;
    let form = open(&operator, "Buchung hinzufügen").await;
    form.assert_says("Anlage mit Fax-Option")
        .assert_says("Anlage mit Wartemusik");
    let confirm_at = "/betrieb/kunden/4711/buchung/bestaetigen";
    // An option of another product is not booked silently.
    let wrong = format!("{confirm_at}?produkt=anlage&sip-trunk:ums=ja&anlage:fax=ja");
    let again = operator.get(&wrong).await;
    again
        .assert_status(422)
        .assert_says("Wählen Sie nur Optionen des Produkts");
    assert_eq!(
        again
            .attributes("input[name='anlage:fax'][checked]", "name")
            .len(),
        1
    );
    assert_eq!(
        again
            .attributes("input[value='anlage'][checked]", "name")
            .len(),
        1
    );
    let all = format!("{confirm_at}?produkt=anlage&anlage:fax=ja&anlage:archiv=ja&anlage:musik=ja");
    let plan = operator.get(&all).await;
    plan.assert_says("Anlage mit Fax-Option, Archiv und Wartemusik buchen?")
        .assert_says("gesperrt: Archiv und Faxe");
    confirm(&operator, &plan).await.assert_redirect(PROFILE);
    assert_eq!(app.status(CUSTOMER), "requested");
    app.deliver();
    // The agreement is about the product that needs one.
    app.conclude(MAIL).await;
    app.deliver();
    let agreement = app.case(CUSTOMER).agreements[0].clone();
    let options: Vec<&str> = agreement
        .offer
        .products
        .iter()
        .flat_map(|one| &one.options)
        .map(String::as_str)
        .collect();
    assert_eq!(options, ["archiv", "fax"]);
    let partner = app.sign_in(Person::Partner).await;
    for module in ["anlage", "fax", "archiv"] {
        let gate = partner.get(&format!("/zugriff/4711/{module}")).await;
        gate.assert_status(204);
    }
    // One ends; the other two stay.
    let choose = open(&operator, "Option Archiv kündigen").await;
    choose.assert_says("Option Archiv für Anlage kündigen");
    let plan = operator
        .get("/betrieb/kunden/4711/buchungen/1/optionen/archiv/kuendigung?ende=sofort")
        .await;
    plan.assert_says("Option Archiv für Anlage sofort beenden?");
    confirm(&operator, &plan).await.assert_redirect(PROFILE);
    assert_eq!(app.status(CUSTOMER), "concluded");
    app.deliver();
    let mail = app.last_mail_to(MAIL).written.text;
    let words: Vec<&str> = mail.split_whitespace().collect();
    let told = "Die Option Archiv Ihres Produkts Anlage endete am 23. November 2026.";
    assert!(words.join(" ").contains(told), "{mail}");
    partner.get("/zugriff/4711/archiv").await.assert_status(403);
    partner.get("/zugriff/4711/fax").await.assert_status(204);
    operator
        .get(PROFILE)
        .await
        .assert_says("Anlage mit Fax-Option und Wartemusik")
        .assert_says("Option Archiv einschalten");
}

#[actix_web::test]
async fn p_07_what_is_retired_is_not_offered_any_more() {
    let app = TestApp::start().await;
    let mut kit = kit();
    app.write(|conn| Ok(catalogue::save_product(conn, 4, &kit)?));
    app.book_with(CUSTOMER, "anlage", &["fax"]);
    kit.options[0].retired = true;
    kit.options[1].retired = true;
    app.write(|conn| Ok(catalogue::save_product(conn, 4, &kit)?));
    let operator = app.sign_in(Person::Operator).await;
    operator
        .get("/betrieb/kunden/4711/buchung")
        .await
        .assert_says("Anlage mit Wartemusik")
        .assert_silent_about("Anlage mit Fax-Option");
    operator
        .get(PROFILE)
        .await
        .assert_says("Anlage mit Fax-Option")
        .assert_says("Fax-Option kündigen")
        .assert_silent_about("Option Archiv einschalten");
    let refused = operator
        .get("/betrieb/kunden/4711/buchung/bestaetigen?produkt=anlage:fax")
        .await;
    refused.assert_status(422);
    kit.retired = true;
    app.write(|conn| Ok(catalogue::save_product(conn, 4, &kit)?));
    operator
        .get("/betrieb/kunden/4711/buchung")
        .await
        .assert_silent_about("Anlage mit");
}
