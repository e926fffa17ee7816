//! "Betrieb → Produkte": the catalogue as data (P-04), and the consequences for customers when it
//! changes (P-07).

use avv_portal::actions::ActionError;
use avv_portal::actions::bulk_runs::{RunMemory, StepResult, take_step};
use avv_portal::actions::products::REVIEWING;
use avv_portal::domain::product::Product;
use avv_portal::domain::{BulkRunId, CustomerNumber};
use avv_portal::jobs;
use avv_portal::storage::PgConnection;
use avv_portal::storage::catalogue::list_products;

use crate::harness::{Browser, CUSTOMER, PASSWORD, Page, Person, TestApp};
use crate::seeded::MAIL;

const PRODUCTS: &str = "/betrieb/produkte";
const TRUNK: &str = "/betrieb/produkte/sip-trunk";
const FORM: &str = "main form[method=post]";

fn product(app: &TestApp, code: &str) -> Option<Product> {
    let all = app.read(|conn| Ok(list_products(conn)?));
    all.into_iter().find(|one| one.code == code)
}

/// All fields of a form as a browser would send them, except for those in `without`.
fn fields(page: &Page, without: &[&str]) -> Vec<(String, String)> {
    let (_, mut all) = page.form(FORM);
    all.retain(|(name, _)| !without.contains(&name.as_str()));
    all
}

async fn post(browser: &Browser, path: &str, fields: &[(String, String)]) -> Page {
    let pairs: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    browser.post(path, &pairs).await
}

#[actix_web::test]
async fn p_04_a_product_is_added_with_its_options() {
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    operator
        .get(PRODUCTS)
        .await
        .assert_says("Tengo Centraflex")
        .assert_says("UMS-Option")
        .assert_says("kein Kunde")
        .assert_says("vorhanden");
    let form = operator.get("/betrieb/produkte/neu").await;
    form.submit(&operator, FORM, &[])
        .await
        .assert_status(422)
        .assert_says("Geben Sie den Namen des Produkts ein");
    let typed = [
        ("name", "Anlage"),
        ("code", "anlage"),
        ("modul_name", "Anlage"),
        ("modul", "anlage"),
    ];
    // Adding a row keeps what was typed.
    let mut more = typed.to_vec();
    more.push(("mehr", "ja"));
    let row = form.submit(&operator, FORM, &more).await;
    row.assert_status(200).assert_says("Option 1");
    assert_eq!(row.attribute("#name", "value").as_deref(), Some("Anlage"));
    assert!(row.attribute("h2[autofocus]", "id").is_some());
    let option = [
        ("option-1-name", "Fax-Option"),
        ("option-1-code", "Fax Option"),
        ("option-1-modul_name", "Faxe"),
        ("option-1-modul", "faxe"),
        ("option-1-avv", "ja"),
        ("option-1-zu", "ja"),
    ];
    let wrong = row.submit(&operator, FORM, &option).await;
    wrong
        .assert_status(422)
        .assert_says("Kleinbuchstaben, Ziffern und Bindestrichen");
    wrong
        .submit(&operator, FORM, &[("option-1-code", "fax")])
        .await
        .assert_redirect(PRODUCTS);
    let anlage = product(&app, "anlage").unwrap();
    assert!(!anlage.requires_avv && anlage.options[0].requires_avv);
    let module = anlage.options[0].module.as_ref().unwrap();
    assert!(module.gated && module.key == "faxe");
    // It can be booked at once, and its code cannot be used again.
    operator
        .get("/betrieb/kunden/4711/buchung")
        .await
        .assert_says("Anlage mit Fax-Option");
    let again = form.submit(&operator, FORM, &typed).await;
    again
        .assert_status(422)
        .assert_says("Diese Kennung hat schon ein anderes Produkt");
    operator
        .get(PRODUCTS)
        .await
        .assert_says("fehlt: anlage_fax");
    operator
        .get("/betrieb/protokoll")
        .await
        .assert_says("Produkt Anlage angelegt");
    for wrong in ["gibt-es-nicht", "%00", "SIP-Trunk"] {
        operator
            .get(&format!("{PRODUCTS}/{wrong}"))
            .await
            .assert_status(404);
    }
}

#[actix_web::test]
async fn p_07_what_is_booked_keeps_its_code() {
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    let form = operator.get(TRUNK).await;
    // No customer has booked it: everything can change.
    form.submit(&operator, FORM, &[("code", "trunk"), ("name", "Trunk")])
        .await
        .assert_redirect(PRODUCTS);
    assert!(product(&app, "sip-trunk").is_none());
    app.book_with(CUSTOMER, "trunk", &["ums"]);
    let form = operator.get("/betrieb/produkte/trunk").await;
    assert!(form.attribute("#code", "readonly").is_some());
    let refused = form.submit(&operator, FORM, &[("code", "anders")]).await;
    refused
        .assert_status(422)
        .assert_says("schon gebucht worden, seine Kennung bleibt");
    for code in ["", "anders"] {
        let mut gone = fields(&form, &[]);
        for (name, value) in &mut gone {
            let is_of_option = name.starts_with("option-1-");
            if is_of_option && (code.is_empty() || name == "option-1-code") {
                *value = code.to_owned();
            }
        }
        post(&operator, "/betrieb/produkte/trunk", &gone)
            .await
            .assert_status(422)
            .assert_says("ist schon gebucht worden");
    }
    // Retiring a product changes nothing for customers who have it, and asks no one.
    form.submit(&operator, FORM, &[("eingestellt", "ja")])
        .await
        .assert_redirect(PRODUCTS);
    operator
        .get(PRODUCTS)
        .await
        .assert_says("wird nicht mehr verkauft")
        .assert_says("1 Kunde");
    assert_eq!(app.status(CUSTOMER), "requested");
    operator
        .get("/betrieb/protokoll")
        .await
        .assert_says("Produkt Trunk geändert: Verkauf");
}

#[actix_web::test]
async fn b1_nobody_overwrites_unseen_what_somebody_else_saved() {
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    let (one, two) = (operator.get(TRUNK).await, operator.get(TRUNK).await);
    one.submit(&operator, FORM, &[("name", "Trunk")])
        .await
        .assert_redirect(PRODUCTS);
    let late = two.submit(&operator, FORM, &[("kurzname", "T")]).await;
    late.assert_status(422)
        .assert_says("Gespeichert ist inzwischen „Trunk“, bei Ihnen steht „SIP-Trunk“");
    late.submit(&operator, FORM, &[])
        .await
        .assert_redirect(PRODUCTS);
    assert_eq!(product(&app, "sip-trunk").unwrap().name, "SIP-Trunk");
}

/// The need begins: shown, confirmed, and then all customers are asked, one after the other.
#[actix_web::test]
async fn p_07_a_change_that_starts_the_need_says_first_whom_it_concerns() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "sip-trunk", false);
    let other = app.add_customer(5001, "Andere GmbH", Some("post@andere.example"));
    app.book(other, "sip-trunk", false);
    app.sql("UPDATE customers SET partner_id = NULL, sub_partner_id = NULL WHERE number = '5001'")
        .unwrap();
    let operator = app.sign_in(Person::Operator).await;
    let partner = app.sign_in(Person::Partner).await;
    let gate = || partner.get("/zugriff/4711/sip-trunk");
    gate().await.assert_status(204);
    let form = operator.get(TRUNK).await;
    let question = form
        .submit(&operator, FORM, &[("avv", "ja"), ("zu", "ja")])
        .await;
    question
        .assert_status(200)
        .assert_says("Änderung speichern?")
        .assert_says("1 Kunde")
        .assert_says("Von jetzt an ist ein AVV nötig für: SIP-Trunk")
        .assert_says("kommen sofort nicht mehr hinein, wo der Vertrag dafür fehlt: SIP-Trunk");
    assert!(!product(&app, "sip-trunk").unwrap().requires_avv, "asked");
    question
        .submit(&operator, FORM, &[("passwort", "falsch")])
        .await
        .assert_status(422)
        .assert_says("Das Passwort stimmt nicht")
        .assert_says("1 Kunde");
    // Another customer was added meanwhile: the number has to be confirmed again.
    let third = app.add_customer(5002, "Dritte GmbH", Some("post@dritte.example"));
    app.book(third, "sip-trunk", false);
    let again = question
        .submit(&operator, FORM, &[("passwort", PASSWORD)])
        .await;
    again.assert_status(200).assert_says("2 Kunden");
    again
        .submit(&operator, FORM, &[("passwort", PASSWORD)])
        .await
        .assert_redirect(PRODUCTS);
    // Access changes at once, the customers are asked by the run.
    gate().await.assert_status(403);
    assert_eq!(app.count("mails"), 0);
    operator
        .get("/betrieb/laeufe")
        .await
        .assert_says("Kunden eines geänderten Produkts prüfen")
        .assert_says("SIP-Trunk");
    app.jobs();
    assert_eq!(app.subjects_to(MAIL).len(), 1);
    assert_eq!(app.subjects_to("post@dritte.example").len(), 1);
    assert_eq!(app.subjects_to("post@andere.example").len(), 0, "P-03");
    assert_eq!(app.status(CUSTOMER), "requested");
    operator
        .get("/kunden/4711/avv")
        .await
        .assert_says("Nach Änderung des Produktkatalogs angefordert");
    app.conclude(MAIL).await;
    gate().await.assert_status(204);
    operator
        .get("/betrieb/protokoll")
        .await
        .assert_says("Produkt SIP-Trunk geändert: AVV nötig und Modul")
        .assert_says("Alle Kunden mit SIP-Trunk sind geprüft");
}

/// The need ends: requests are withdrawn, agreements end, and what is still needed goes on.
#[actix_web::test]
async fn p_07_a_change_that_ends_the_need_ends_what_nobody_needs_any_more() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "sip-trunk", true);
    let waiting = app.add_customer(5001, "Wartende GmbH", Some("post@wartende.example"));
    app.book(waiting, "sip-trunk", true);
    let both = app.add_customer(5002, "Beides GmbH", Some("post@beides.example"));
    app.book(both, "sip-trunk", true);
    app.book(both, "centraflex", false);
    app.jobs();
    app.conclude(MAIL).await;
    app.conclude("post@beides.example").await;
    app.jobs();
    let operator = app.sign_in(Person::Operator).await;
    let form = operator.get(TRUNK).await;
    let question = post(&operator, TRUNK, &fields(&form, &["option-1-avv"])).await;
    question
        .assert_status(200)
        .assert_says("3 Kunden")
        .assert_says("Kein AVV mehr nötig ist für: die UMS-Option");
    question
        .submit(&operator, FORM, &[("passwort", PASSWORD)])
        .await
        .assert_redirect(PRODUCTS);
    app.jobs();
    let states = [CUSTOMER, waiting, both].map(|number| app.status(number));
    assert_eq!(states, ["ended", "not_required", "concluded"]);
    assert!(
        app.last_mail_to("post@wartende.example")
            .written
            .subject
            .starts_with("Nicht mehr nötig")
    );
    assert_eq!(
        app.subjects_to("post@beides.example").len(),
        2,
        "asked and concluded, nothing more"
    );
    assert!(avv_portal::actions::audit::verify(&app.app, None).is_ok());
}

fn run(app: &TestApp) -> BulkRunId {
    BulkRunId(
        app.text("id FROM bulk_runs WHERE ended_at IS NULL")
            .parse()
            .unwrap(),
    )
}

fn step(conn: &mut PgConnection, app: &TestApp, id: BulkRunId) -> Result<StepResult, ActionError> {
    take_step(
        conn,
        &app.app,
        &REVIEWING,
        id,
        &mut RunMemory::default(),
        app.now(),
    )
}

/// A new name changes no need and no customer is asked, but the list shows it.
#[actix_web::test]
async fn p_07_a_new_name_reaches_the_list() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "sip-trunk", true);
    app.deliver();
    let asked = app.count("requests");
    let operator = app.sign_in(Person::Operator).await;
    let form = operator.get(TRUNK).await;
    let names = [("kurzname", "Leitung"), ("option-1-kurzname", "Fax")];
    form.submit(&operator, FORM, &names)
        .await
        .assert_redirect(PRODUCTS);
    app.jobs();
    // This also fails if the row does not agree with the facts.
    assert_eq!(app.status(CUSTOMER), "requested");
    operator
        .get("/kunden")
        .await
        .assert_says("Leitung mit Fax")
        .assert_silent_about("SIP-Trunk mit UMS");
    assert_eq!(app.count("requests"), asked, "nobody is asked for a name");
}

/// Paused, killed in the middle, run by two processes at once, and changed once more: every
/// customer is asked once.
#[actix_web::test]
async fn p_07_whatever_happens_to_the_run_everybody_is_asked_once() {
    const MANY: u32 = 30;
    let app = TestApp::start().await;
    for number in 5001..=5000 + MANY {
        let address = format!("post@k{number}.example");
        let customer = app.add_customer(number, &format!("Kunde {number}"), Some(&address));
        app.book(customer, "sip-trunk", false);
    }
    let operator = app.sign_in(Person::Operator).await;
    let turn_on = || async {
        let form = operator.get(TRUNK).await;
        let question = form.submit(&operator, FORM, &[("avv", "ja")]).await;
        question
            .submit(&operator, FORM, &[("passwort", PASSWORD)])
            .await
            .assert_redirect(PRODUCTS);
    };
    turn_on().await;
    let first = CustomerNumber::from(5001);
    let id = run(&app);
    // A process dies in the middle of a customer: nothing of it is left.
    let dead = app.app.db.transaction_blocking(|conn| {
        let taken = StepResult::Taken { done: 1, failed: 0 };
        assert_eq!(step(conn, &app, id)?, taken);
        Err::<(), _>(ActionError::NotFound)
    });
    assert!(dead.is_err() && app.case(first).open_request().is_none());
    let address = format!("/betrieb/laeufe/{id}");
    let page = operator.get(&address).await;
    let button = "main form[action^='/betrieb/laeufe/']";
    page.submit(&operator, button, &[("schritt", "anhalten")])
        .await;
    app.jobs();
    assert_eq!(app.count("requests"), 0, "paused");
    let paused = operator.get(&address).await;
    paused
        .submit(&operator, button, &[("schritt", "fortsetzen")])
        .await;
    let (other, now) = (app.second_process(), app.now());
    std::thread::scope(|threads| {
        let one = threads.spawn(|| jobs::run_once(&app.app, now));
        let two = threads.spawn(|| jobs::run_once(&other, now));
        for report in [one.join().unwrap(), two.join().unwrap()] {
            assert_eq!(report.failed, 0, "{report:?}");
        }
    });
    app.jobs();
    for number in 5001..=5000 + MANY {
        let rounds = app.case(CustomerNumber::from(number)).requests;
        assert_eq!(rounds.len(), 1, "customer {number}");
    }
    // Taken back before a customer has answered, and then once more while that is in progress: the
    // run of the earlier change is replaced.
    let form = operator.get(TRUNK).await;
    let question = post(&operator, TRUNK, &fields(&form, &["avv"])).await;
    question
        .submit(&operator, FORM, &[("passwort", PASSWORD)])
        .await
        .assert_redirect(PRODUCTS);
    let overtaken = run(&app);
    app.write(|conn| step(conn, &app, overtaken).map(|_| ()));
    turn_on().await;
    app.jobs();
    assert_eq!(
        app.text(&format!("how FROM bulk_runs WHERE id = {overtaken}")),
        "superseded"
    );
    let rounds = |number| app.case(CustomerNumber::from(number)).requests.len();
    assert_eq!((rounds(5001), rounds(5002)), (2, 1), "only who was reached");
    assert_eq!(app.status(first), "requested");
}
