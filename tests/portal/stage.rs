//! Customers in every state there is, for tests that look at all pages.

use avv_portal::actions::{blocking, customers, register, sub_partners, users};
use avv_portal::domain::viewer::{Role, Viewer};
use avv_portal::domain::{CustomerNumber, EmailAddress, PartnerId, Party, UserId};

use crate::announce::{announce, draft, link, notice, register};
use crate::harness::{CUSTOMER, Companies, FOREIGN_CUSTOMER, PASSWORD, Person, TestApp, days};

const LONG_NAME: &str = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft mit beschränkter Haftung";

/// Addresses that only the database knows.
#[derive(Default)]
pub struct Places {
    pub valid: String,
    pub amendment: String,
    pub expired: String,
    pub replaced: String,
    pub over: String,
    pub success: String,
    pub declined: String,
    pub objected: String,
    pub password: String,
    pub sub_partner: String,
    /// A Mandant without customers that is blocked.
    pub mandant: String,
    /// Another Mandant to assign customers to.
    pub other_mandant: String,
    pub user: String,
    /// An announcement that was sent, and one being written.
    pub announced: String,
    pub drafted: String,
    /// A company of the register.
    pub entry: String,
    /// The notice of the customer, and the link in its mail.
    pub notice: String,
    pub dissent: String,
    /// A link by which another customer dissented, and that customer's notice.
    pub dissented: String,
    pub dissent_notice: String,
}

/// Customers in every state. Half happens, then fifteen days go by, then the rest.
pub async fn furnish() -> (TestApp, Places) {
    let app = TestApp::start().await;
    let companies = app.companies();
    let mut places = Places {
        sub_partner: companies.second_sub.to_string(),
        ..Places::default()
    };
    places.other_mandant = companies.foreign_partner.to_string();
    places.mandant = blocked_mandant(&app).to_string();
    let ask = |app: &TestApp, number: i64, name: &str, mail: &str| {
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

    // Deleted with a contract behind it; and one that retention has erased already.
    ask(&app, 6099, "Imkerei Vogelsang", "post@vogelsang.example");
    app.conclude("post@vogelsang.example").await;
    let (by, now) = (app.viewer(Person::Operator), app.now());
    app.write(|conn| {
        let gone = CustomerNumber(6099);
        customers::delete(conn, &app.app, &by, gone, "Vertrag beendet", now).map(|_| ())
    });
    app.sql(
        "INSERT INTO tombstones (customer_number, agreement_id, agreement_number, document_hash, pdf_hash, concluded_at, ended_at, erased_at) \
         SELECT 6098, gen_random_uuid(), 'AVV-2022-006098-1', repeat('5e', 32), repeat('a1', 32), at, at, at \
         FROM (SELECT TIMESTAMPTZ '2026-01-01 01:00Z' AS at) t",
    )
    .expect("a tombstone");

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
    app.sql("UPDATE mails SET state = 'failed', reply = '550 5.1.1 Unbekannter Empfänger' WHERE id = (SELECT max(id) FROM mails WHERE customer_number = 6009)")
    .expect("a mail that failed");
    let now = app.now();
    app.write(|conn| {
        users::request_password_link(conn, &app.app, Person::CustomerWithout.email(), "here", now)
    });
    app.deliver();
    places.password = password_link(&app);
    announce_change(&app, &mut places).await;
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

fn blocked_mandant(app: &TestApp) -> PartnerId {
    let (operator, now) = (app.viewer(Person::Operator), app.now());
    let party = Party {
        name: LONG_NAME.to_owned(),
        country: "Deutschland".to_owned(),
        ..Party::default()
    };
    app.write(|conn| {
        let id = register::add(conn, &operator, None, &party, now)?;
        blocking::block(conn, &app.app, &operator, id, "Insolvenz angemeldet", now)?;
        Ok(id)
    })
}

/// A change that was announced, a dissent from it, and the draft of another.
async fn announce_change(app: &TestApp, places: &mut Places) {
    register(app, "RZ Rheinland Betriebsgesellschaft mbH");
    places.announced = announce(app, "RZ Alpen AG").to_string();
    places.drafted = draft(app, LONG_NAME).to_string();
    places.entry = app.text("min(id) FROM sub_processors");
    let own = notice(app, CUSTOMER).id;
    (places.notice, places.dissent) = (own.to_string(), link(app, own));
    let other = notice(app, CustomerNumber(6002)).id;
    (places.dissent_notice, places.dissented) = (other.to_string(), link(app, other));
    let visitor = app.visitor();
    let page = visitor.get(&places.dissented).await;
    let said = [
        ("name", "Berta Clauß"),
        ("nachricht", "Bitte nicht."),
        ("erklaerung", "ja"),
    ];
    page.submit(&visitor, "main form", &said)
        .await
        .assert_status(303);
    app.deliver();
}
