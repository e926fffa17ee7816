//! Customers in every possible state, for tests that check all pages.

use avv_portal::actions::agreement_import;
use avv_portal::actions::customer_import::{self, Upload, check, stand};
use avv_portal::actions::roll_outs::Plan;
use avv_portal::actions::{
    blocking, customers, objections, partner_directory, proposals, roll_outs, sub_partners, users,
};
use avv_portal::document::scans::Source;
use avv_portal::domain::bulk_run::RunEnd;
use avv_portal::domain::case::Channel;
use avv_portal::domain::file::{File, FileKind};
use avv_portal::domain::identity::Audience;
use avv_portal::domain::roll_out::{Answer, Mode, Scope, Skip};
use avv_portal::domain::viewer::{Role, Viewer};
use avv_portal::domain::{
    AgreementImportId, CustomerNumber, EmailAddress, ImportId, Language, PartnerId, Party, UserId,
};
use avv_portal::jobs;
use avv_portal::sheet::Encoding;
use avv_portal::storage::agreement_imports::find as find_agreements;
use avv_portal::storage::bulk_runs::save_end;
use avv_portal::storage::customer_imports::find as find_import;
use avv_portal::storage::roll_outs::{Reached, find_roll_out, save_reached};

use crate::announce::{announce, draft, link, notice, register};
use crate::harness::{
    CUSTOMER, Companies, FOREIGN_CUSTOMER, PASSWORD, Person, TestApp, days, issuer_config,
};
use crate::versions::put_in_force;

const LONG_NAME: &str = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft mit beschränkter Haftung";

/// Addresses that depend on keys in the database.
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
    /// A user who is locked.
    pub locked: String,
    /// People of the Mandant Muster IT: one who was invited, one who is locked.
    pub invited_colleague: String,
    pub locked_colleague: String,
    /// A system that uses the API.
    pub client: String,
    /// A user who has a second factor.
    pub factor: String,
    /// An administrator whose account was made in the portal a moment ago (A2).
    pub administrator: String,
    /// An announcement that was sent, and one being written.
    pub announced: String,
    pub drafted: String,
    /// A company of the list of sub-processors.
    pub entry: String,
    /// The notice of the customer, and the link in its mail.
    pub notice: String,
    pub dissent: String,
    /// A link with which another customer dissented, and that customer's notice.
    pub dissented: String,
    pub dissent_notice: String,
    /// The page with which a former address stops one that a partner entered (A4).
    pub stop: String,
    /// A proposal of another administrator, and one of the tests' administrator.
    pub proposal: String,
    pub own_proposal: String,
    /// The page of a contract mail that came back.
    pub refused: String,
    /// An endpoint of another system, with deliveries of all kinds.
    pub webhook: String,
    /// Files with customers: one with faults, one to be started, one that was started quietly.
    pub faulty_import: String,
    pub import: String,
    pub quiet_import: String,
    /// Files with existing agreements: one with faults, one to be proposed, one that waits.
    pub faulty_agreements: String,
    pub agreements: String,
    pub waiting_agreements: String,
}

/// Customers in every state. Half of the events happen, then fifteen days pass, then the rest.
pub async fn insert_fixtures() -> (TestApp, Places) {
    // At a name, for which devices keep passkeys.
    let app = TestApp::start_named(|config| {
        let issuer = issuer_config("https://konto.plusnet.example", 1, Audience::Operator);
        config.issuers = vec![issuer];
    })
    .await;
    let companies = app.companies();
    let mut places = Places {
        sub_partner: companies.second_sub.to_string(),
        ..Places::default()
    };
    places.other_mandant = companies.foreign_partner.to_string();
    places.mandant = blocked_mandant(&app).to_string();
    let ask = |app: &TestApp, number: u32, name: &str, mail: &str| {
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

    // Deleted after it had a contract; and one whose data have been erased already.
    ask(&app, 6099, "Imkerei Vogelsang", "post@vogelsang.example");
    app.conclude("post@vogelsang.example").await;
    let (by, now) = (app.viewer(Person::Operator), app.now());
    app.write(|conn| {
        let gone = CustomerNumber::from(6099);
        customers::delete(conn, &app.app, &by, gone, "Vertrag beendet", now).map(|_| ())
    });
    app.sql(
        "INSERT INTO tombstones (customer_number, agreement_id, agreement_number, document_hash, pdf_hash, concluded_at, ended_at, erased_at) \
         SELECT 6098, gen_random_uuid(), 'AVV-2022-6098-1', repeat('5e', 32), repeat('a1', 32), at, at, at \
         FROM (SELECT TIMESTAMPTZ '2026-01-01 01:00Z' AS at) t",
    )
    .expect("a tombstone");

    app.clock.advance(days(15));
    app.run_jobs();

    places.replaced = ask(&app, 6005, "Elektro Fröhlich", "post@froehlich.example");
    name_sub_partner(&app, CustomerNumber::from(6005), companies);
    let without = app.add_customer(6007, "Gärtnerei ohne Adresse", None);
    app.book(without, "centraflex", false);
    let needless = app.add_customer(6008, "Hof ohne Bedarf", Some("post@hof.example"));
    app.book(needless, "sip-trunk", false);
    ask(
        &app,
        6009,
        LONG_NAME,
        "eine.sehr.lange.adresse.mit.vielen.teilen@donaudampfschifffahrtsgesellschaft.example",
    );
    name_sub_partner(&app, CustomerNumber::from(6009), companies);
    app.book(CustomerNumber::from(6009), "mehrstandort-sip-trunk", true);
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
    app.sql("UPDATE mails SET state = 'failed', reply = '550 5.1.1 Unbekannter Empfänger' WHERE id = (SELECT max(id) FROM mails WHERE customer_number = '6009')")
    .expect("a mail that failed");
    let now = app.now();
    app.write(|conn| {
        users::request_password_link(conn, &app.app, Person::CustomerWithout.email(), "here", now)
    });
    app.deliver();
    places.password = password_link(&app);
    announce_change(&app, &mut places).await;
    places.refused = refused(&app);
    rename(&app, CustomerNumber::from(6002));
    history(&app);
    places.user = user(&app, Person::CustomerWithout).to_string();
    propose(&app, &mut places).await;
    places.locked = locked(&app);
    places.client = client(&app);
    places.factor = with_factor(&app);
    places.webhook = with_deliveries(&app);
    (places.invited_colleague, places.locked_colleague) = colleagues(&app);
    places.administrator = administrator(&app);
    roll_out(&app);
    let partner = app.viewer(Person::Partner);
    app.write(|conn| {
        let (number, now) = (CustomerNumber::from(6001), app.now());
        let new = EmailAddress::parse("neue-muehle@gmx.example")
            .unwrap()
            .into();
        customers::change_email(conn, &app.app, &partner, number, &new, now).map(|_| ())
    });
    app.deliver();
    let entered = app.case(CustomerNumber::from(6001)).entered[0].id;
    let stop = app.app.address_url(entered);
    places.stop = stop.trim_start_matches(app.app.base_url()).to_owned();
    import_customers(&app, &mut places);
    (app, places)
}

/// An older version than the one that comes with the program, and a roll-out of the newer one, with
/// customers in every state.
fn roll_out(app: &TestApp) {
    put_in_force(app, "0.9", "2025-12-01".parse().expect("a day"));
    let (operator, now) = (app.viewer(Person::Operator), app.now());
    let customers = [
        (4711, Reached::Told(Answer::Concluded)),
        (6001, Reached::Told(Answer::Waiting)),
        (6002, Reached::Told(Answer::Waiting)),
        (6003, Reached::Told(Answer::Declined)),
        (6005, Reached::Told(Answer::Unanswered)),
        (6007, Reached::Skipped(Skip::NoAddress)),
        (6008, Reached::Skipped(Skip::NotNeeded)),
        (6009, Reached::Told(Answer::Concluded)),
        (6010, Reached::Told(Answer::Concluded)),
        (6011, Reached::Skipped(Skip::NotInForce)),
    ];
    let plan = Plan {
        version: "1.0".to_owned(),
        mode: Mode::Conclude,
        scope: Scope {
            numbers: Some(
                customers
                    .map(|(number, _)| CustomerNumber::from(number))
                    .to_vec(),
            ),
            ..Scope::default()
        },
    };
    app.write(|conn| {
        let id = roll_outs::start(conn, &operator, &plan, now)?;
        for (number, reached) in customers {
            save_reached(conn, id, CustomerNumber::from(number), reached, now)?;
        }
        let run = find_roll_out(conn, id)?.expect("a roll-out").run.id;
        Ok(save_end(conn, run, RunEnd::Done, now)?)
    });
    app.sql(
        "UPDATE bulk_runs SET seen = 1200, done = 1100, failed = 1, worked_ms = 90000; \
         INSERT INTO bulk_run_failures (run_id, customer_number, failed_at, tried_at) \
         SELECT id, '6001', begun_at, begun_at FROM bulk_runs",
    )
    .expect("figures of runs");
}

/// A contract on paper in force, one that waits for the tests' administrator, and an objection in
/// error that this administrator proposed. Before that, a decline with a reason and an objection by
/// letter.
async fn propose(app: &TestApp, places: &mut Places) {
    app.sql(
        "INSERT INTO users (email, name, role, operator_role, contracts, password_hash, created_at) \
         SELECT 'zwei@plusnet.example', 'Zita Zweite', role, operator_role, contracts, password_hash, created_at FROM users WHERE role = 'operator'; \
         INSERT INTO decline_reasons (request_id, reason, declined_at) \
         SELECT id, 'Wir arbeiten künftig mit einem anderen Anbieter zusammen.', closed_at FROM requests WHERE customer_number = '6003'",
    )
    .expect("a second administrator and a reason");
    let (first, now) = (app.viewer(Person::Operator), app.now());
    let second = Viewer {
        user: user_with(app, "zwei@plusnet.example"),
        name: "Zita Zweite".to_owned(),
        ..first.clone()
    };
    let paper = || proposals::Paper {
        person: "Erna Muster".to_owned(),
        function: "Inhaberin".to_owned(),
        signed_on: "2026-11-20".parse().expect("a day"),
        scan: File {
            kind: FileKind::Pdf,
            bytes: b"%PDF-1.7".to_vec(),
        },
    };
    let concluded = app.add_customer(6010, "Kanzlei Papier", Some("post@kanzlei.example"));
    app.book(concluded, "centraflex", false);
    for number in [6010, 6009] {
        let id = app.write(|conn| {
            let customer = CustomerNumber::from(number);
            proposals::propose_paper(conn, &app.app, &second, customer, paper(), now)
        });
        if number == 6010 {
            app.write(|conn| proposals::confirm(conn, &app.app, &first, id, now));
        } else {
            places.proposal = id.to_string();
        }
    }
    let answer = "From: Jana Weiss <info@oezdemir.example>\r\nSubject: Re: Bitte\r\n\r\nWir sind umgezogen.\r\n";
    avv_portal::actions::bounces::take(&app.app, answer.as_bytes(), now).unwrap();
    let own = app.write(|conn| {
        let reason = "Der Brief gehörte zu einem anderen Kunden.".to_owned();
        let customer = FOREIGN_CUSTOMER;
        proposals::propose_error(conn, &app.app, &first, customer, reason, now)
    });
    places.own_proposal = own.to_string();
    let objecting = app.add_customer(6011, "Lagerhaus Süd", Some("post@lager.example"));
    app.book(objecting, "centraflex", false);
    app.deliver();
    app.conclude("post@lager.example").await;
    app.write(|conn| {
        let received = objections::Received {
            channel: Channel::Letter,
            on: avv_portal::domain::calendar::day(now),
            note: "Aktenzeichen 12/26".to_owned(),
            proof: None,
        };
        objections::record(conn, &app.app, &first, objecting, &received, now)
    });
    app.deliver();
}

/// The mail with the contract of 4711, as if it had come back.
fn refused(app: &TestApp) -> String {
    app.sql("UPDATE mails SET state = 'returned', returned_at = done_at, returned_because = '5.1.1 user unknown' WHERE id = (SELECT max(id) FROM mails WHERE customer_number = '4711' AND kind_key = 'concluded')")
        .expect("a mail that came back");
    let mail = app.text("max(id) FROM mails WHERE state = 'returned'");
    format!("/betrieb/mails/{mail}")
}

/// The customer is now another company.
fn rename(app: &TestApp, customer: CustomerNumber) {
    let (operator, now, case) = (app.viewer(Person::Operator), app.now(), app.case(customer));
    let party = Party {
        name: "Buchbinderei Clauß Nachf. GmbH".to_owned(),
        city: "Bad Salzuflen".to_owned(),
        ..case.customer.party
    };
    app.write(|conn| {
        let language = case.customer.language;
        customers::change_party(conn, &app.app, &operator, customer, (&party, language), now)
            .map(|_| ())
    });
}

/// Figures of six weeks until today.
fn history(app: &TestApp) {
    jobs::count_at(&app.app, app.now()).expect("today's figures");
    app.sql(
        "INSERT INTO status_days SELECT day - back, status, greatest(0, customers * 5 - back / 3) \
         FROM status_days, generate_series(1, 42) AS back",
    )
    .expect("figures");
}

fn user(app: &TestApp, person: Person) -> UserId {
    user_with(app, person.email())
}

fn administrator(app: &TestApp) -> String {
    app.sql(
        "INSERT INTO users (email, name, role, operator_role, contracts, created_at, made_by) \
         SELECT 'neu@plusnet.example', 'Nele Neu', role, operator_role, contracts, created_at, id \
         FROM users WHERE email = 'zwei@plusnet.example'",
    )
    .expect("a new administrator");
    user_with(app, "neu@plusnet.example").0.to_string()
}

/// An endpoint that has got some events and fails at the moment.
fn with_deliveries(app: &TestApp) -> String {
    let (viewer, now) = (app.viewer(Person::Operator), app.now());
    let url = "https://crm.plusnet.example/schnittstellen/avv?mandant=7".parse();
    let url = url.expect("an address");
    let added = app.write(|conn| {
        avv_portal::actions::webhooks::add(conn, &app.app, &viewer, (&url, &[]), now)
    });
    let id = added.expect("an endpoint").0;
    let at = now.to_rfc3339();
    app.sql(&format!(
        "INSERT INTO webhook_deliveries (endpoint_id, position, number, event_type, cause, at, milliseconds, status, fault, answer) VALUES \
         ('{id}', 1, 1, 'contract_version.published', 'feed', '{at}', 41, 204, NULL, ''), \
         ('{id}', NULL, NULL, 'webhook.test', 'test', '{at}', 38, 200, NULL, '{{\"ok\": true}}'), \
         ('{id}', 2, 1, 'customer.created', 'feed', '{at}', 8000, NULL, 'slow', ''), \
         ('{id}', 2, 1, 'customer.created', 'again', '{at}', 17, 500, NULL, '<html><body>Internal Server Error</body></html>'); \
         UPDATE webhook_endpoints SET delivered_at = '{at}', failures = 2, failing_since = '{at}', \
             next_try_at = '{at}'::timestamptz + interval '30 seconds' WHERE id = '{id}'"
    ))
    .expect("deliveries");
    id.to_string()
}

/// Address of the user who has a second factor.
pub const WITH_FACTOR: &str = "zweiter@muster-it.example";

/// The passkey of that user.
pub const PASSKEY: &str = "00000000-0000-4000-8000-000000000007";

fn with_factor(app: &TestApp) -> String {
    app.sql(&format!(
        "INSERT INTO users (email, name, role, operator_role, partner_id, contracts, password_hash, created_at) \
         SELECT '{WITH_FACTOR}', 'Frida Faktor', role, operator_role, partner_id, contracts, password_hash, created_at \
         FROM users WHERE email = '{}'",
        Person::Partner.email()
    ))
    .expect("a user with a second factor");
    app.give_factor(WITH_FACTOR);
    app.sql(&format!(
        "INSERT INTO passkeys (id, user_id, name, credential, handle, public_key, counted, added_at) \
         SELECT '{PASSKEY}', id, 'Dienstrechner', sha256('a'), sha512('b'), '', substr(sha256('c'), 1, 7), created_at \
         FROM users WHERE email = '{WITH_FACTOR}'"
    ))
    .expect("a passkey");
    app.text(&format!("id FROM users WHERE email = '{WITH_FACTOR}'"))
}

/// A system that uses the API, with two tokens.
fn client(app: &TestApp) -> String {
    let id = "00000000-0000-0000-0000-0000000000c1";
    let new = format!(
        "INSERT INTO api_clients (id, name, scopes, networks, per_minute, created_at) VALUES ('{id}', \
         'Kundenverwaltung & Bereitstellung (Süd)', '{{customers:read,customers:write,bookings:write}}', \
         '{{10.0.0.0/8}}', 300, '2026-11-23T09:00:00Z'); \
         INSERT INTO api_tokens (id, client_id, hash, created_at, revoked_at) VALUES \
         ('0123456789ab', '{id}', sha256('a'), '2026-11-23T09:00:00Z', '2026-11-23T09:05:00Z'), \
         ('ba9876543210', '{id}', sha256('b'), '2026-11-23T09:02:00Z', NULL)"
    );
    app.sql(&new).expect("a client");
    id.to_owned()
}

/// A user who is locked.
fn locked(app: &TestApp) -> String {
    app.sql(
        "INSERT INTO users (email, name, role, operator_role, contracts, created_at, disabled_at) \
         SELECT 'gesperrt@plusnet.example', 'Gerd Gesperrt', role, operator_role, contracts, created_at, created_at \
         FROM users WHERE email = 'zwei@plusnet.example'",
    )
    .expect("a locked user");
    app.text("id FROM users WHERE email = 'gesperrt@plusnet.example'")
}

/// People of the Mandant Muster IT: one who was invited, with a long name, and one who is locked.
fn colleagues(app: &TestApp) -> (String, String) {
    let invited = "Änne-Friederike Größenwahn-Wolkersdorfer zu Donaudampfschifffahrt";
    let mail = "aenne-friederike.groessenwahn-wolkersdorfer@datenschutz.muster-it.example";
    app.sql(&format!(
        "INSERT INTO users (email, name, role, partner_id, contracts, created_at, disabled_at) \
         SELECT new.email, new.name, 'partner', partner_id, FALSE, created_at, \
            CASE WHEN new.is_locked THEN created_at END \
         FROM users, (VALUES ('{mail}', '{invited}', FALSE), \
            ('gesperrt@muster-it.example', 'Gero Sperrling', TRUE)) AS new (email, name, is_locked) \
         WHERE users.email = '{}'",
        Person::Partner.email()
    ))
    .expect("colleagues");
    let key = |email: &str| app.text(&format!("id FROM users WHERE email = '{email}'"));
    (key(mail), key("gesperrt@muster-it.example"))
}

fn user_with(app: &TestApp, email: &str) -> UserId {
    let email = EmailAddress::parse(email).expect("an address");
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
        manages_users: false,
        language: Language::De,
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
        let id = partner_directory::add(conn, &operator, None, &party, false, now)?;
        blocking::block(conn, &app.app, &operator, id, "Insolvenz angemeldet", now)?;
        Ok(id)
    })
}

/// A change that was announced, a dissent from it, and the draft of another one.
async fn announce_change(app: &TestApp, places: &mut Places) {
    register(app, "RZ Rheinland Betriebsgesellschaft mbH");
    places.announced = announce(app, "RZ Alpen AG").to_string();
    places.drafted = draft(app, LONG_NAME).to_string();
    places.entry = app.text("min(id) FROM sub_processors");
    let own = notice(app, CUSTOMER).id;
    (places.notice, places.dissent) = (own.to_string(), link(app, own));
    let other = notice(app, CustomerNumber::from(6002)).id;
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

/// Files with customers: one with faults, one that waits to be started, one that was started quietly.
fn import_customers(app: &TestApp, places: &mut Places) {
    let head = "Kundennummer;Firma;Straße;PLZ;Ort;E-Mail;Vertriebspartner;Produkte\n";
    let look = |name: &str, lines: &str| {
        let text = format!("{head}{lines}");
        let upload = Upload {
            name,
            bytes: text.as_bytes(),
            encoding: Encoding::Utf8,
        };
        check(&app.app, None, upload, app.now())
            .expect("a database")
            .expect("a table")
    };
    let line = |number: &str| {
        format!(
            "{number};{LONG_NAME};Weg 1;50667;Köln;info@{number}.example;Muster IT GmbH;centraflex\n"
        )
    };
    let faulty = look(
        "kundenbestand-altsystem.csv",
        "K-1;Kurz GmbH;;5066;Köln;a@b@c;Niemand GmbH;gibtesnicht\nK-1;Gut GmbH;Weg 1;50667;Köln;;;\n",
    );
    let ready = look("kunden-bereit.csv", &line("K-30001"));
    let quiet = look("kunden-erstbestand.csv", &line("K-30002"));
    let now = app.now();
    app.write(|conn| {
        let found = find_import(conn, quiet)?.expect("an import");
        customer_import::start(conn, None, quiet, (true, &stand(&found)), now)
    });
    jobs::run_once(&app.app, now);
    let page = |id: ImportId| format!("/betrieb/kunden/import/{id}");
    places.faulty_import = page(faulty);
    places.import = page(ready);
    places.quiet_import = page(quiet);
    import_agreements(app, places);
}

/// Files with existing agreements: one with faults, one to be proposed, and one that another administrator
/// has proposed.
fn import_agreements(app: &TestApp, places: &mut Places) {
    let now = app.now();
    let look = |name: &str, lines: &str, scan: Option<&str>| {
        let text = format!(
            "Kundennummer;Abgeschlossen am;Unterzeichnet von;Funktion;Vertragspartner-Kette;Fassung;Ablage\n{lines}"
        );
        let upload = Upload {
            name,
            bytes: text.as_bytes(),
            encoding: Encoding::Utf8,
        };
        let mut archive = scan.map(|name| {
            let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
            let options = zip::write::SimpleFileOptions::default();
            writer.start_file(name, options).expect("an entry");
            std::io::Write::write_all(&mut writer, crate::harness::SCAN).expect("a scan");
            std::io::Cursor::new(writer.finish().expect("an archive").into_inner())
        });
        let scans = archive
            .as_mut()
            .map(|archive| ("scans.zip", archive as &mut dyn Source));
        agreement_import::check(&app.app, None, upload, scans, now)
            .expect("a database")
            .expect("a table")
    };
    let line = "K-30002;03.04.2019;Dr. Friederike Beispiel-Musterfrau;Geschäftsführerin;Muster IT GmbH;1.0;DMS 2019/0815\n";
    let faulty = look(
        "avv-altbestand-2015-bis-2025.csv",
        "K-1;03.04.2019;Eva;Inhaberin;Muster IT GmbH;1.0;DMS\nK-30002;3.4.19;=1+1;;Nord-TK GbR;0.1;\n",
        Some("K-99.pdf"),
    );
    let ready = look("avv-bereit.csv", line, None);
    let waiting = look("avv-wartet.csv", line, Some("K-30002.pdf"));
    let second = Viewer {
        user: user_with(app, "zwei@plusnet.example"),
        name: "Zita Zweite".to_owned(),
        ..app.viewer(Person::Operator)
    };
    app.write(|conn| {
        let found = find_agreements(conn, waiting)?.expect("a file");
        let stand = agreement_import::stand(&found);
        agreement_import::propose(conn, &app.app, &second, waiting, &stand, now)
    });
    let page = |id: AgreementImportId| format!("/betrieb/kunden/import/vertraege/{id}");
    places.faulty_agreements = page(faulty);
    places.agreements = page(ready);
    places.waiting_agreements = page(waiting);
}
