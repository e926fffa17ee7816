//! The first day of a provider (S-95): a portal in which nothing is there yet, the list on the start page,
//! and one line after the other that drops out of it.

use avv_portal::config::{Config, Environment, SealSource};
use avv_portal::domain::viewer::Role;
use avv_portal::domain::{Language, PartnerId};
use avv_portal::mail::transport::Transport;
use avv_portal::storage::{catalogue, partners};

use crate::harness::{
    Browser, CUSTOMER, Fault, PASSWORD, Page, Person, SmtpStub, Stage, TestApp, days, party,
    products,
};
use crate::versions::put_in_force;

const PAGE: &str = "/betrieb/einrichtung";
/// The form with which a person says that the test mail arrived.
const ARRIVED: &str = "form[action$='/angekommen']";
/// The form for the rehearsal of the backup.
const REHEARSED: &str = "form[action$='/einrichtung']";
const SECOND: &str = "zweite@plusnet.example";
const FACTOR: &str = "Zweiter Faktor für alle in der Verwaltung";
const ALL: [&str; 11] = [
    "Einstellungen und Datenbank",
    "Angaben zum Betreiber",
    "Zwei Personen in der Verwaltung",
    FACTOR,
    "Test-E-Mail",
    "Eigenes Siegel",
    "Eigener Vertragstext",
    "Produkte mit Anlagen",
    "Verträge mit Vertriebspartnern",
    "Probekunde",
    "Sicherung",
];

/// What a provider's first process is told; everything else is still to come.
fn as_for_customers(config: &mut Config) {
    let names = vec!["siegel.betreiber.example".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    config.environment = Environment::Production;
    config.web.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    config.seal.source = SealSource::Pem {
        key: made.signing_key.serialize_pem().into(),
        certificates: made.cert.pem(),
    };
}

/// What is open: the same on the start page and on the page of its own.
async fn open(browser: &Browser) -> Vec<String> {
    let (start, page) = (browser.get("/betrieb").await, browser.get(PAGE).await);
    start.assert_status(200);
    page.assert_status(200);
    let left = start.all("section[aria-labelledby=einrichtung] > div > .setup div > :first-child");
    let own = page.all("section[aria-labelledby=offen] .setup div > :first-child");
    assert_eq!(left, own);
    let done = page.all("section[aria-labelledby=erledigt] .setup div > :first-child");
    assert_eq!(own.len() + done.len(), ALL.len());
    assert_eq!(page.all(".setup small").len(), ALL.len(), "why");
    own
}

/// The sentence of a line on its own page.
fn sentence(page: &Page, label: &str) -> String {
    let labels = page.all(".setup div > :first-child");
    let at = labels.iter().position(|one| one == label).unwrap();
    page.all(".setup p").swap_remove(at)
}

/// All lines without these.
fn without(done: &[&str]) -> Vec<String> {
    let left = ALL.iter().filter(|label| !done.contains(label));
    left.map(|label| (*label).to_owned()).collect()
}

#[actix_web::test]
async fn s95_the_first_day_from_nothing_to_the_last_line() {
    let stub = SmtpStub::start();
    let app = TestApp::start_empty(stub.transport(), as_for_customers).await;
    app.add_person(Person::Operator, Role::ADMINISTRATOR);
    let operator = app.sign_in(Person::Operator).await;
    let mut done = vec!["Einstellungen und Datenbank", "Eigenes Siegel"];
    assert_eq!(open(&operator).await, without(&done));
    // Each line that is done in the portal leads there.
    let hrefs = operator.get(PAGE).await.attributes(".setup a", "href");
    for href in &hrefs {
        operator.get(href).await.assert_status(200);
    }
    assert_eq!(hrefs.len(), 9, "{hrefs:?}");

    // The operator's particulars.
    let form = operator.get("/betrieb/betreiber").await;
    let fields = [
        ("name", "Betreiber GmbH"),
        ("kurzname", "Betreiber"),
        ("strasse", "Musterallee 55"),
        ("plz", "50829"),
        ("ort", "Köln"),
        ("land", "Deutschland"),
        ("vertreten", "Dr. Anna Beispiel"),
        ("ansprechperson", "Datenschutz"),
        ("email", "avv@betreiber.example"),
        ("telefon", "0221 4710-123"),
        ("dsb", "Dr. Katharina Überschär"),
        ("dsb_email", "datenschutz@betreiber.example"),
        ("widerspruch_email", "widerspruch@betreiber.example"),
        ("passwort", PASSWORD),
    ];
    form.submit(&operator, "main form", &fields)
        .await
        .assert_status(303);
    done.push("Angaben zum Betreiber");
    assert_eq!(open(&operator).await, without(&done));

    // A second administrator counts from the password on.
    let form = operator.get("/betrieb/benutzer/neu").await;
    let fields = [
        ("name", "Zoe Zweite"),
        ("email", SECOND),
        ("rolle", "administrator"),
        ("passwort", PASSWORD),
    ];
    form.submit(&operator, "main form", &fields)
        .await
        .assert_status(303);
    assert_eq!(open(&operator).await, without(&done));
    app.sql(&format!(
        "UPDATE users SET password_hash = 'x' WHERE email = '{SECOND}'"
    ))
    .unwrap();
    done.push("Zwei Personen in der Verwaltung");
    assert_eq!(open(&operator).await, without(&done));

    // A test mail counts when the server took it and a person has found it.
    let form = operator.get("/betrieb/mails/test").await;
    let to = [("email", "probe@betreiber.example")];
    stub.trouble(Stage::Recipient, Fault::Say("550 5.7.1 relaying denied"));
    form.submit(&operator, "main form[method=post]", &to).await;
    assert_eq!(open(&operator).await, without(&done));
    stub.mend();
    form.submit(&operator, "main form[method=post]", &to)
        .await
        .assert_says("Der Mailserver hat die E-Mail angenommen")
        .assert_says("Ankunft bestätigen");
    assert_eq!(open(&operator).await, without(&done));
    assert_eq!(app.count("audit_events WHERE kind = 'mail_test_taken'"), 1);
    let page = operator.get(PAGE).await;
    let said = sentence(&page, "Test-E-Mail");
    assert!(said.contains("bestätigen Sie das"), "{said}");
    let answer = page.submit(&operator, ARRIVED, &[]).await;
    answer.assert_redirect(PAGE);
    operator
        .follow(&answer)
        .await
        .assert_says("Eingetragen: Die Test-E-Mail ist angekommen.")
        .assert_silent_about("Ist die Test-E-Mail angekommen?");
    done.push("Test-E-Mail");
    assert_eq!(open(&operator).await, without(&done));
    assert_eq!(
        app.count("audit_events WHERE kind = 'mail_test_arrived'"),
        1
    );

    // The sample under another name is the sample; a text of one's own is not.
    let page = operator.get(PAGE).await;
    let said = sentence(&page, "Eigener Vertragstext");
    assert!(said.contains("mitgelieferte Muster"), "{said}");
    put_in_force(&app, "2.0", app.now().date_naive());
    done.push("Eigener Vertragstext");
    assert_eq!(open(&operator).await, without(&done));

    // Products, one of them without an annex.
    let mut all = products();
    let mut unknown = all[0].clone();
    unknown.code = "neuheit".to_owned();
    unknown.name = "Neuheit".to_owned();
    all.push(unknown);
    app.write(|conn| {
        for (position, product) in all.iter().enumerate() {
            let position = i16::try_from(position).unwrap();
            catalogue::save_product(conn, position, product)?;
        }
        Ok(())
    });
    let page = operator.get(PAGE).await;
    let said = sentence(&page, "Produkte mit Anlagen");
    assert!(said.ends_with("fehlt die Anlage für: Neuheit."), "{said}");
    app.sql("DELETE FROM products WHERE code = 'neuheit'")
        .unwrap();
    done.push("Produkte mit Anlagen");
    assert_eq!(open(&operator).await, without(&done));

    // A partner, and its contract.
    let partner = partner(&app);
    let page = operator.get(PAGE).await;
    let said = sentence(&page, "Verträge mit Vertriebspartnern");
    assert!(said.starts_with("Mit mindestens einem Partner"), "{said}");
    let form = operator
        .get(&format!("/betrieb/partner/{partner}/vertrag"))
        .await;
    let fields = [("datum", "2026-11-01"), ("ablage", "Ordner 7")];
    form.submit(&operator, "main form", &fields)
        .await
        .assert_status(303);
    done.push("Verträge mit Vertriebspartnern");
    assert_eq!(open(&operator).await, without(&done));

    trial(&app, &operator, partner).await;
    done.push("Probekunde");
    assert_eq!(open(&operator).await, without(&done));

    // The second factor of everybody who can sign in.
    for (email, left) in [(Person::Operator.email(), true), (SECOND, false)] {
        app.sql(&format!(
            "INSERT INTO second_factors (user_id, secret, last_step, set_up_at)
             SELECT id, 'x', 0, now() FROM users WHERE email = '{email}'"
        ))
        .unwrap();
        assert_eq!(
            open(&operator).await.iter().any(|line| line == FACTOR),
            left
        );
    }
    done.push(FACTOR);
    assert_eq!(open(&operator).await, without(&done));

    // The rehearsal: what is no day of the past is refused, and who comes second sees it.
    let form = operator.get(PAGE).await;
    for (typed, said) in [
        ("", "Geben Sie den Tag ein"),
        ("gestern", "Geben Sie den Tag ein"),
        ("2026-11-24", "liegt in der Zukunft"),
    ] {
        form.submit(&operator, REHEARSED, &[("geprobt", typed)])
            .await
            .assert_status(422)
            .assert_says(said);
    }
    let rehearsed = [("geprobt", "2026-11-20")];
    let answer = form.submit(&operator, REHEARSED, &rehearsed).await;
    answer.assert_redirect(PAGE);
    let page = operator.follow(&answer).await;
    page.assert_says("Am 20. November 2026 wurde eine Sicherung wieder eingespielt")
        .assert_says("Alles ist erledigt");
    assert_eq!(open(&operator).await, [""; 0]);
    operator
        .get("/betrieb")
        .await
        .assert_silent_about("Zur Seite der Einrichtung");
    assert_eq!(app.count("audit_events WHERE kind = 'backup_rehearsed'"), 1);
    operator
        .get("/betrieb/protokoll")
        .await
        .assert_says("Probe der Sicherung vom 20.11.2026 eingetragen");
    let second = [("geprobt", "2026-11-22")];
    let refused = form.submit(&operator, REHEARSED, &second).await;
    refused
        .assert_status(422)
        .assert_says("Gespeichert ist inzwischen „2026-11-20“, bei Ihnen steht „2026-11-22“");
    let again = refused.submit(&operator, REHEARSED, &[]).await;
    again.assert_redirect(PAGE);

    // After a year it is asked for again, and nothing else is.
    app.clock.advance(days(366));
    app.sql("DELETE FROM second_factors").unwrap();
    let operator = app.sign_in(Person::Operator).await;
    assert_eq!(open(&operator).await, [FACTOR, "Sicherung"]);
    let start = operator.get("/betrieb").await;
    start.assert_says("vor mehr als einem Jahr");
    start.assert_says("9 Punkte sind erledigt");
}

fn partner(app: &TestApp) -> PartnerId {
    let now = app.now();
    let company = party(
        "Muster IT GmbH",
        "Hohe Straße 12",
        "44139",
        "Dortmund",
        Some("info@muster-it.example"),
    );
    app.write(|conn| Ok(partners::create_partner(conn, None, &company, now)?))
}

/// A customer from the first booking to its deletion.
async fn trial(app: &TestApp, operator: &Browser, partner: PartnerId) {
    let mail = Some("probe@betreiber.example");
    let name = "Probekunde GmbH";
    app.add_customer_of(Some(partner), None, CUSTOMER, name, mail, Language::De);
    app.book(CUSTOMER, "centraflex", false);
    app.deliver();
    let visitor = app.visitor();
    let link = app.app.consent_url(app.newest_link(CUSTOMER));
    let fields = [
        ("name", "Petra Probe"),
        ("funktion", "Geschäftsführerin"),
        ("vertretung", "on"),
        ("gelesen", "on"),
    ];
    let page = visitor.get(&link).await;
    page.submit(&visitor, "main form[action^='/zustimmung/']", &fields)
        .await
        .assert_redirect("/erfolg");
    let said = sentence(&operator.get(PAGE).await, "Probekunde");
    assert!(said.starts_with("Ein Vertrag ist abgeschlossen."), "{said}");
    let page = operator.get("/betrieb/kunden/4711/loeschen").await;
    let fields = [("grund", "Probe"), ("passwort", PASSWORD)];
    page.submit(operator, "main form", &fields)
        .await
        .assert_status(303);
}

/// Other settings for mails, and the list asks for another test mail.
#[actix_web::test]
async fn s95_a_test_mail_counts_for_the_settings_it_went_out_with() {
    let stub = SmtpStub::start();
    let first = stub.url();
    let app = TestApp::start_configured(stub.transport(), |config| {
        config.mail.smtp_url = Some(first.into());
    })
    .await;
    let operator = app.sign_in(Person::Operator).await;
    let mail = async |browser: &Browser| sentence(&browser.get(PAGE).await, "Test-E-Mail");
    assert!(mail(&operator).await.starts_with("Senden Sie eine"));
    let form = operator.get("/betrieb/mails/test").await;
    let to = [("email", "probe@betreiber.example")];
    form.submit(&operator, "main form[method=post]", &to).await;
    assert!(
        mail(&operator)
            .await
            .starts_with("Der Mailserver hat sie am 23. November 2026 angenommen.")
    );
    // Of two who look, one has sent another one meanwhile.
    let page = operator.get(PAGE).await;
    app.clock.advance(days(1));
    let operator = app.sign_in(Person::Operator).await;
    let form = operator.get("/betrieb/mails/test").await;
    form.submit(&operator, "main form[method=post]", &to).await;
    let seen = page.attribute("form[action$='/angekommen'] [name=stand]", "value");
    let refused = operator
        .get(PAGE)
        .await
        .submit(&operator, ARRIVED, &[("stand", &seen.unwrap())])
        .await;
    operator
        .follow(&refused)
        .await
        .assert_says("Inzwischen wurde eine andere Test-E-Mail gesendet");
    let answer = operator
        .get(PAGE)
        .await
        .submit(&operator, ARRIVED, &[])
        .await;
    operator.follow(&answer).await;
    assert_eq!(
        mail(&operator).await,
        "Angekommen, bestätigt am 24. November 2026."
    );
    let kept = app.rows("setup_marks").join("");
    assert!(!kept.contains("127.0.0.1"), "{kept}");
    // The same portal, started again with another password for the mail server.
    let again = app.started_again(|config| {
        let url = stub.url().replace("://", "://portal:geheim@");
        config.mail.smtp_url = Some(url.into());
    });
    let elsewhere = again.sign_in(Person::Operator).await;
    let said = mail(&elsewhere).await;
    assert!(
        said.starts_with("Die letzte wurde am 24. November 2026 angenommen. Seitdem haben sich"),
        "{said}"
    );
}

/// A portal for trying things out has the page, without what is no matter there, and no list that never
/// ends on its start page.
#[actix_web::test]
async fn s95_a_portal_for_trying_things_out_is_not_asked_for_ever() {
    let app = TestApp::start_empty(Transport::memory(), |_| {}).await;
    app.add_person(Person::Operator, Role::ADMINISTRATOR);
    let operator = app.sign_in(Person::Operator).await;
    let start = operator.get("/betrieb").await;
    start.assert_silent_about("Zur Seite der Einrichtung");
    let page = operator.get(PAGE).await;
    let labels = page.all(".setup div > :first-child");
    let production = [
        "Einstellungen und Datenbank",
        "Test-E-Mail",
        "Eigenes Siegel",
    ];
    assert_eq!(labels, without(&production));
    let said = sentence(&page, "Produkte mit Anlagen");
    assert!(said.starts_with("Es gibt noch keine Produkte."), "{said}");
}

/// What a portal for customers lacks is said in words, without operator and all.
#[actix_web::test]
async fn s95_what_is_wrong_is_said_in_words() {
    let app = TestApp::start_empty(Transport::memory(), |config| {
        config.environment = Environment::Production;
    })
    .await;
    app.add_person(Person::Operator, Role::ADMINISTRATOR);
    let operator = app.sign_in(Person::Operator).await;
    assert_eq!(open(&operator).await, ALL);
    let page = operator.get(PAGE).await;
    for (label, said) in [
        (
            "Einstellungen und Datenbank",
            "Dem Portal ist kein Proxy genannt",
        ),
        ("Test-E-Mail", "Es ist kein Mailserver eingestellt"),
        ("Eigenes Siegel", "zum Ausprobieren selbst gemacht"),
    ] {
        let sentence = sentence(&page, label);
        assert!(sentence.contains(said), "{sentence}");
    }
}
