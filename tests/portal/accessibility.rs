//! Every page in every state, looked at by axe-core at two widths, for reflow and for focus (requirements 4).

use std::collections::{BTreeMap, BTreeSet};

use avv_portal::actions::{sub_partners, users};
use avv_portal::domain::viewer::{Role, Viewer};
use avv_portal::domain::{CustomerNumber, EmailAddress, UserId};
use avv_portal::web::routes::rows;

use crate::harness::chromium::{Chromium, ENTER, Scripts, Window};
use crate::harness::{CUSTOMER, Companies, FOREIGN_CUSTOMER, PASSWORD, Person, TestApp, axe, days};

const LONG_NAME: &str = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft mit beschränkter Haftung";

/// What is done on a page before it is looked at.
enum Deed {
    Click(&'static str),
    Fill(&'static str, &'static str),
    /// Enter in the field that has the focus: sends its form.
    Send,
}
use Deed::{Click, Fill, Send};

/// A page in one state.
struct Stop {
    name: &'static str,
    path: String,
    deeds: Vec<Deed>,
}

fn at(name: &'static str, path: impl Into<String>) -> Stop {
    Stop {
        name,
        path: path.into(),
        deeds: Vec::new(),
    }
}

fn after(name: &'static str, path: impl Into<String>, deeds: Vec<Deed>) -> Stop {
    Stop {
        name,
        path: path.into(),
        deeds,
    }
}

/// Addresses that only the database knows.
#[derive(Default)]
struct Places {
    valid: String,
    amendment: String,
    expired: String,
    replaced: String,
    over: String,
    success: String,
    declined: String,
    objected: String,
    password: String,
    sub_partner: String,
    user: String,
}

fn public(places: &Places) -> Vec<Stop> {
    let p = places;
    vec![
        at("start", "/"),
        at("sign-in", "/anmelden"),
        after(
            "sign-in wrong",
            "/anmelden",
            vec![
                Fill("#email", "niemand@nirgends.example"),
                Fill("#passwort", "falsch"),
                Send,
            ],
        ),
        at("forgot password", "/passwort-vergessen"),
        after(
            "password mailed",
            "/passwort-vergessen",
            vec![Fill("#email", "niemand@nirgends.example"), Send],
        ),
        at("choose password", &p.password),
        after(
            "choose password wrong",
            &p.password,
            vec![
                Fill("#passwort", "kurz"),
                Fill("#wiederholung", "anders"),
                Send,
            ],
        ),
        at("password link unknown", "/passwort/unbekannt"),
        at("help", "/hilfe"),
        at("imprint", "/impressum"),
        at("privacy", "/datenschutz"),
        at("privacy in English", "/datenschutz?sprache=en"),
        at("accessibility", "/barrierefreiheit"),
        at("contact", "/kontakt"),
        at("not found", "/gibt-es-nicht"),
        at("link unknown", "/zustimmung/unbekannt"),
        at("consent", &p.valid),
        at("consent in English", format!("{}?sprache=en", p.valid)),
        after("consent wrong", &p.valid, vec![Click("#abschluss button")]),
        at("consent to an amendment", &p.amendment),
        at("decline", format!("{}/ablehnen", p.valid)),
        at(
            "decline in English",
            format!("{}/ablehnen?sprache=en", p.valid),
        ),
        at("link expired", &p.expired),
        at(
            "link expired in English",
            format!("{}?sprache=en", p.expired),
        ),
        after("new link", &p.expired, vec![Click("form.actions button")]),
        at("link replaced", &p.replaced),
        at("concluded long ago", &p.over),
        at("success", format!("{}/erfolg", p.success)),
        at(
            "success in English",
            format!("{}/erfolg?sprache=en", p.success),
        ),
        at("declined", &p.declined),
        at("objected", &p.objected),
    ]
}

fn partner(places: &Places) -> Vec<Stop> {
    vec![
        at("partner list", "/kunden"),
        after(
            "partner list menu",
            "/kunden",
            vec![Click("#kundenliste details.menu summary")],
        ),
        after(
            "partner list reloaded",
            "/kunden?sort=nummer",
            vec![Click("a.reload")],
        ),
        at("partner list without result", "/kunden?suche=gibtesnicht"),
        at("partner profile", "/kunden/4711"),
        at("partner profile of a long name", "/kunden/6009"),
        at("partner module", "/kunden/4711/module/centraflex"),
        at("partner module refused", "/kunden/6009/module/centraflex"),
        at(
            "partner status concluded with amendment",
            "/kunden/4711/avv",
        ),
        at("partner status reminded", "/kunden/6001/avv"),
        at("partner status concluded", "/kunden/6002/avv"),
        at("partner status declined", "/kunden/6003/avv"),
        at("partner status without address", "/kunden/6007/avv"),
        at("partner status not required", "/kunden/6008/avv"),
        at("partner status of a long name", "/kunden/6009/avv"),
        after(
            "partner asked again",
            "/kunden/6001/avv",
            vec![Click("#tun ~ div button, [aria-labelledby=tun] button")],
        ),
        at(
            "partner names sub-partner",
            format!("/kunden/6009/submandant?submandant={}", places.sub_partner),
        ),
        at(
            "partner removes sub-partner",
            "/kunden/6005/submandant?submandant=",
        ),
        at("partner is refused", "/administration/avv"),
        at("partner not found", "/kunden/9000"),
    ]
}

fn customer() -> Vec<Stop> {
    vec![
        at("customer contract", "/administration/avv"),
        at("customer objects", "/administration/avv/widerspruch"),
        after(
            "customer objects wrong",
            "/administration/avv/widerspruch",
            vec![Fill("#passwort", "falsch falsch falsch"), Send],
        ),
        at("customer help", "/hilfe"),
        at("customer is refused", "/kunden"),
    ]
}

fn operator(places: &Places) -> Vec<Stop> {
    vec![
        at("operator start", "/betrieb"),
        at("operator list", "/kunden"),
        at("operator profile", "/kunden/6007"),
        at("operator status", "/kunden/6009/avv"),
        at("operator status objected", "/kunden/9000/avv"),
        at("operator books", "/betrieb/kunden/6009/buchung"),
        after(
            "operator books wrong",
            "/betrieb/kunden/6009/buchung",
            vec![Click("main form .actions button")],
        ),
        at("operator changes address", "/betrieb/kunden/6009/email"),
        after(
            "operator changes address wrong",
            "/betrieb/kunden/6009/email",
            vec![Fill("#email", "keine Adresse"), Send],
        ),
        at(
            "operator records objection",
            "/betrieb/kunden/6009/widerspruch",
        ),
        after(
            "operator records objection wrong",
            "/betrieb/kunden/6009/widerspruch",
            vec![Click("main form .actions button")],
        ),
        at("operator particulars", "/betrieb/betreiber"),
        at("operator users", "/betrieb/benutzer"),
        at("operator adds user", "/betrieb/benutzer/neu"),
        after(
            "operator adds user wrong",
            "/betrieb/benutzer/neu",
            vec![Click("main form .actions button")],
        ),
        at(
            "operator disables user",
            format!("/betrieb/benutzer/{}/sperren", places.user),
        ),
        at("operator mails", "/betrieb/mails"),
        at("operator looks for contract", "/administration/avv"),
        at(
            "operator looks for contract wrong",
            "/administration/avv?kunde=abc",
        ),
        at("operator contract", "/administration/avv?kunde=4711"),
        at(
            "operator contract before conclusion",
            "/administration/avv?kunde=6009",
        ),
        at("operator is refused", "/administration/avv/widerspruch"),
    ]
}

/// No page of the table of routes is forgotten.
#[test]
fn every_page_is_looked_at() {
    let link = |name: &str| format!("/zustimmung/{name}");
    let places = Places {
        valid: link("a"),
        success: link("b"),
        password: "/passwort/p".to_owned(),
        user: "1".to_owned(),
        ..Places::default()
    };
    let stops = [
        public(&places),
        partner(&places),
        customer(),
        operator(&places),
    ];
    let seen: Vec<&str> = stops
        .iter()
        .flatten()
        .map(|stop| stop.path.split('?').next().unwrap_or_default())
        .collect();
    let forgotten: Vec<&str> = rows()
        .filter(|row| row.method == "GET")
        .map(|row| row.path)
        .filter(|path| !is_no_page(path))
        .filter(|path| !seen.iter().any(|seen| fits(path, seen)))
        .collect();
    assert!(forgotten.is_empty(), "no stop for {forgotten:?}");
}

/// Files and answers for machines.
fn is_no_page(path: &str) -> bool {
    path.ends_with(".pdf")
        || path.ends_with(".txt")
        || ["/static/", "/zugriff/", "/healthz", "/readyz", "/dev/"]
            .iter()
            .any(|p| path.starts_with(p))
}

fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, path): (Vec<&str>, Vec<&str>) =
        (pattern.split('/').collect(), path.split('/').collect());
    pattern.len() == path.len()
        && pattern
            .iter()
            .zip(&path)
            .all(|(p, s)| p == s || (p.starts_with('{') && !s.is_empty()))
}

#[actix_web::test]
async fn public_pages_are_accessible() {
    let (app, places) = furnish().await;
    tour(&app, &[(None, public(&places))]).await;
}

#[actix_web::test]
async fn pages_of_partners_and_customers_are_accessible() {
    let (app, places) = furnish().await;
    tour(
        &app,
        &[
            (Some(Person::Partner), partner(&places)),
            (
                Some(Person::SubPartner),
                vec![
                    at("sub-partner list", "/kunden"),
                    at("sub-partner status", "/kunden/6005/avv"),
                ],
            ),
            (Some(Person::Customer), customer()),
            (
                Some(Person::ForeignCustomer),
                vec![at("customer contract void", "/administration/avv")],
            ),
            (
                Some(Person::CustomerWithout),
                vec![at("customer without permission", "/hilfe")],
            ),
            (
                Some(Person::ForeignPartner),
                vec![
                    at("other partner list", "/kunden"),
                    at("other partner status objected", "/kunden/9000/avv"),
                ],
            ),
        ],
    )
    .await;
}

#[actix_web::test]
async fn pages_of_the_operator_are_accessible() {
    let (app, places) = furnish().await;
    tour(&app, &[(Some(Person::Operator), operator(&places))]).await;
}

/// Visits every stop in one window per person and fails with all faults at once.
async fn tour(app: &TestApp, groups: &[(Option<Person>, Vec<Stop>)]) {
    let chromium = Chromium::start();
    let mut faults = BTreeSet::new();
    for (person, stops) in groups {
        let window = chromium.window(&app.url, Scripts::On).await;
        if let Some(person) = person {
            window.go("/anmelden").await;
            window.fill("#email", person.email()).await;
            window.fill("#passwort", PASSWORD).await;
            window.press(ENTER).await;
            window.find(".account").await;
        }
        let mut titles: BTreeMap<String, &str> = BTreeMap::new();
        for stop in stops {
            visit(&window, stop).await;
            faults.append(&mut axe::faults(&window, stop.name).await);
            let title = window.title().await;
            // The same page in two states may have one title; two pages may not (WCAG 2.4.2).
            if let Some(other) = titles.insert(title.clone(), &stop.path)
                && bare(other) != bare(&stop.path)
            {
                faults.insert(format!("{}: has the title of {other}: {title}", stop.name));
            }
        }
    }
    let list: Vec<String> = faults.into_iter().collect();
    assert!(
        list.is_empty(),
        "{} faults:\n{}",
        list.len(),
        list.join("\n")
    );
}

fn bare(path: &str) -> &str {
    path.split('?').next().unwrap_or_default()
}

async fn visit(window: &Window, stop: &Stop) {
    window.go(&stop.path).await;
    for deed in &stop.deeds {
        match deed {
            Click(css) => window.click(css).await,
            Fill(css, text) => window.fill(css, text).await,
            Send => window.press(ENTER).await,
        }
    }
}

/// Customers in every state. Half happens, then fifteen days go by, then the rest.
async fn furnish() -> (TestApp, Places) {
    let app = TestApp::start().await;
    let companies = app.companies();
    let mut places = Places {
        sub_partner: companies.sub_partner.to_string(),
        ..Places::default()
    };
    let mut ask = |app: &TestApp, number: i64, name: &str, mail: &str| {
        let customer = app.add_customer(number, name, Some(mail));
        app.book(customer, "centraflex", false);
        app.deliver();
        app.consent_link(mail)
    };
    places.expired = ask(&app, 6001, "Alte Mühle OHG", "post@muehle.example");
    ask(&app, 6002, "Buchbinderei Clauß", "post@clauss.example");
    places.over = app.conclude("post@clauss.example").await;
    places.declined = ask(&app, 6003, "Chorverband Nord e. V.", "post@chor.example");
    let visitor = app.visitor();
    let page = visitor.get(&format!("{}/ablehnen", places.declined)).await;
    page.submit(&visitor, "main form", &[("bestaetigung", "ja")])
        .await
        .assert_status(303);
    app.book(FOREIGN_CUSTOMER, "centraflex", false);
    app.deliver();
    places.objected = app.conclude("info@fremd-kunde.example").await;
    let holder = app.sign_in(Person::ForeignCustomer).await;
    let page = holder.get("/administration/avv/widerspruch").await;
    page.submit(&holder, "main form", &[("passwort", PASSWORD)])
        .await
        .assert_status(303);

    app.clock.advance(days(15));
    app.run_jobs();

    places.replaced = ask(&app, 6005, "Elektro Fröhlich", "post@froehlich.example");
    name_sub_partner(&app, CustomerNumber(6005), companies);
    let without = app.add_customer(6007, "Gärtnerei ohne Adresse", None);
    app.book(without, "centraflex", false);
    app.add_customer(6008, "Hof ohne Bedarf", Some("post@hof.example"));
    ask(
        &app,
        6009,
        LONG_NAME,
        "eine.sehr.lange.adresse.mit.vielen.teilen@donaudampfschifffahrtsgesellschaft.example",
    );
    name_sub_partner(&app, CustomerNumber(6009), companies);
    app.book(CustomerNumber(6009), "mehrstandort-sip-trunk", true);
    app.deliver();
    places.valid = app.consent_link(
        "eine.sehr.lange.adresse.mit.vielen.teilen@donaudampfschifffahrtsgesellschaft.example",
    );
    app.book(CUSTOMER, "centraflex", false);
    app.deliver();
    places.success = app.conclude("info@oezdemir.example").await;
    app.book(CUSTOMER, "mehrstandort-sip-trunk", true);
    app.deliver();
    places.amendment = app.consent_link("info@oezdemir.example");
    app.sql(&format!(
        "UPDATE mails SET state = 'failed', reply = '550 5.1.1 Unbekannter Empfänger' WHERE id = (SELECT max(id) FROM mails WHERE customer_number = 6009)"
    ))
    .expect("a mail that failed");
    let now = app.now();
    app.write(|conn| {
        users::request_password_link(conn, &app.app, Person::CustomerWithout.email(), "here", now)
    });
    app.deliver();
    places.password = password_link(&app);
    places.user = user(&app, Person::CustomerWithout).to_string();
    (app, places)
}

fn user(app: &TestApp, person: Person) -> UserId {
    let email = EmailAddress::parse(person.email()).expect("an address");
    app.read(|conn| Ok(avv_portal::storage::users::find_credentials(conn, &email)?))
        .expect("a user")
        .user
}

fn password_link(app: &TestApp) -> String {
    let mail = app.last_mail_to(Person::CustomerWithout.email());
    let start = mail.written.text.find("/passwort/").expect("a link");
    mail.written.text[start..]
        .split_whitespace()
        .next()
        .expect("a link")
        .to_owned()
}

fn name_sub_partner(app: &TestApp, customer: CustomerNumber, companies: Companies) {
    let viewer = Viewer {
        user: user(app, Person::Partner),
        name: "Partner".to_owned(),
        company: "Muster IT GmbH".to_owned(),
        role: Role::Partner(companies.partner),
    };
    let now = app.now();
    app.write(|conn| {
        sub_partners::name(
            conn,
            &app.app,
            &viewer,
            customer,
            Some(companies.sub_partner),
            now,
        )
        .map(|_| ())
    });
    app.deliver();
}
