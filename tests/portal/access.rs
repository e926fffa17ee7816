//! Every route × every role × own and foreign objects, against `access.txt` (S-50 … S-53).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use avv_portal::actions::agreement_import;
use avv_portal::actions::alerts::{self, AlertKind, Raised};
use avv_portal::actions::customer_import::{Upload, check};
use avv_portal::actions::{clients, partner_directory, proposals, roll_outs};
use avv_portal::domain::client::ClientScope;
use avv_portal::domain::file::{File, FileKind};
use avv_portal::domain::roll_out::{Mode, Scope};
use avv_portal::domain::viewer::Role;
use avv_portal::domain::{CustomerNumber, EmailAddress, PartnerId};
use avv_portal::sheet::Encoding;
use avv_portal::storage::clients::NewClient;
use avv_portal::storage::mails::list_mails;
use avv_portal::storage::users::NewUser;
use avv_portal::web::Who;
use avv_portal::web::routes::{Row, rows};

use crate::announce::{announce, draft, link, notice};
use crate::harness::{Browser, CUSTOMER, FOREIGN_CUSTOMER, Log, Page, Person, TestApp};
use crate::seeded::{World, csrf, is_to_sign_in, user_id};
use crate::versions::put_in_force;

const TABLE: &str = include_str!("access.txt");
const COLLEAGUE: &str = "kollegin@muster-it.example";
const GONE: &str = "gesperrt@muster-it.example";
const OTHER_USER: &str = "andere@plusnet.example";

/// The columns of the table.
const ROLES: [Option<Person>; 11] = [
    None,
    Some(Person::Operator),
    Some(Person::Support),
    Some(Person::Legal),
    Some(Person::Auditor),
    Some(Person::Partner),
    Some(Person::SubPartner),
    Some(Person::Customer),
    Some(Person::CustomerWithout),
    Some(Person::ForeignPartner),
    Some(Person::ForeignCustomer),
];

/// `"GET /pfad"` and object → the answer for each role.
type Table = BTreeMap<(String, String), [String; 11]>;

fn table() -> Table {
    let lines = TABLE
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines
        .map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            assert_eq!(
                words.len(),
                14,
                "method, path, object, eleven roles: {line}"
            );
            let answers = std::array::from_fn(|role| words[role + 3].to_owned());
            (
                (format!("{} {}", words[0], words[1]), words[2].to_owned()),
                answers,
            )
        })
        .collect()
}

/// The entry of the table for an answer.
fn class(page: &Page) -> String {
    match page.status.as_u16() {
        200 | 204 => "✔".to_owned(),
        303 if is_to_sign_in(page) => "login".to_owned(),
        303 => "→".to_owned(),
        other => other.to_string(),
    }
}

/// The objects of a world, with the addresses and forms that name them.
struct Objects {
    world: World,
    other_user: String,
    sent_mail: String,
    alert: String,
    password: String,
    /// File of the contract with the Submandant Nord-TK.
    file: String,
    /// An announcement being written, and one that all customers got.
    draft: String,
    announced: String,
    /// The first company of the list of sub-processors.
    entry: String,
    /// A paper contract of 4712 that waits for a second administrator.
    proposal: String,
    /// The contract version that comes with the program.
    version: String,
    roll_out: String,
    run: String,
    /// A file with a new customer that was looked through.
    import: String,
    /// A file with an agreement that was concluded elsewhere; its line is faulty.
    existing: String,
    /// A reply that came in.
    reply: String,
    /// A system that uses the API.
    client: String,
    /// An endpoint that nobody answers for, and a try to deliver something to it.
    webhook: String,
    delivery: String,
}

impl Objects {
    async fn build() -> Self {
        // At a name, for which devices keep passkeys.
        let app = TestApp::start_named(|config| {
            config.web.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
        })
        .await;
        let world = World::build_in(app, "Nachbarin <Textil> GmbH").await;
        world.app.add_operators();
        let now = world.app.now();
        let new = NewUser {
            email: EmailAddress::parse(OTHER_USER).unwrap(),
            name: "Eine andere".to_owned(),
            role: Role::ADMINISTRATOR,
            manages_users: false,
            password_hash: Some("keins".to_owned()),
        };
        let maker = world.app.viewer(Person::Operator);
        let by = avv_portal::actions::Actor::User {
            id: maker.user,
            name: maker.name,
            company: maker.company,
        };
        let other = world
            .app
            .write(|conn| avv_portal::actions::users::add(conn, &world.app.app, by, &new, now));
        let muster = world.app.companies().partner;
        for (email, name) in [(COLLEAGUE, "Eine Kollegin"), (GONE, "Ein Gesperrter")] {
            let new = NewUser {
                email: EmailAddress::parse(email).unwrap(),
                name: name.to_owned(),
                role: Role::Partner(muster),
                manages_users: false,
                password_hash: Some("keins".to_owned()),
            };
            let by = avv_portal::actions::Actor::Command;
            world
                .app
                .write(|conn| avv_portal::actions::users::add(conn, &world.app.app, by, &new, now));
        }
        let lock = format!("UPDATE users SET disabled_at = now() WHERE email = '{GONE}'");
        world.app.sql(&lock).unwrap();
        let contract = partner_directory::NewContract {
            signed_on: "2026-01-15".parse().unwrap(),
            valid_until: None,
            reference: String::new(),
            file: Some(File {
                kind: FileKind::Pdf,
                bytes: b"%PDF-1.7".to_vec(),
            }),
        };
        let (sub, operator) = (
            world.app.companies().sub_partner,
            world.app.viewer(Person::Operator),
        );
        world
            .app
            .write(|conn| partner_directory::record_contract(conn, &operator, sub, contract, now));
        let (gone, by) = (
            world.app.add_customer(4799, "Gelöscht GmbH", None),
            world.app.viewer(Person::Operator),
        );
        world.app.write(|conn| {
            avv_portal::actions::customers::delete(conn, &world.app.app, &by, gone, "weg", now)
                .map(|_| ())
        });
        let file = world.app.text("id FROM files");
        let paper = proposals::Paper {
            person: "Erna Muster".to_owned(),
            function: "Inhaberin".to_owned(),
            signed_on: "2026-01-15".parse().unwrap(),
            scan: File {
                kind: FileKind::Pdf,
                bytes: b"%PDF-1.7".to_vec(),
            },
        };
        let proposal = world.app.write(|conn| {
            let handles = &world.app.app;
            proposals::propose_paper(
                conn,
                handles,
                &operator,
                CustomerNumber::from(4712),
                paper,
                now,
            )
        });
        put_in_force(&world.app, "0.9", "2026-01-01".parse().unwrap());
        let plan = roll_outs::Plan {
            version: "1.0".to_owned(),
            mode: Mode::Inform,
            scope: Scope::default(),
        };
        let roll_out = world
            .app
            .write(|conn| roll_outs::start(conn, &operator, &plan, now));
        let gone = "INSERT INTO entered_addresses (id, customer_number, email, entered_at, left_at) VALUES \
             ('00000000-0000-0000-0000-000000000004', 4711, 'weg@gmx.example', '2026-01-01', '2026-01-02')";
        world.app.sql(gone).unwrap();
        let alert = Raised::about(AlertKind::AddressByPartner, CUSTOMER);
        world
            .app
            .write(|conn| Ok(alerts::raise(conn, &alert, now)?));
        let raw = b"From: info@oezdemir.example\r\nSubject: Re: Vertrag\r\n\r\nDanke\r\n";
        avv_portal::actions::bounces::take(&world.app.app, raw, now).unwrap();
        let mails = world.app.read(|conn| Ok(list_mails(conn, CUSTOMER, 1)?));
        let crm = NewClient {
            name: "CRM".to_owned(),
            scopes: vec![ClientScope::ProductsRead],
            networks: Vec::new(),
            per_minute: 300,
            expires_at: None,
        };
        let (client, _) = world
            .app
            .write(|conn| clients::add_by_command(conn, &crm, now));
        let announced = announce(&world.app, "RZ Angekündigt GmbH");
        assert!(world.app.count("audit_events") > 0);
        world.app.write(|conn| {
            avv_portal::actions::checkpoints::make(conn, &world.app.app, true, now).map(|_| ())
        });
        let url = "https://crm.invalid/avv".parse().unwrap();
        let added = world.app.write(|conn| {
            avv_portal::actions::webhooks::add(conn, &world.app.app, &operator, (&url, &[]), now)
        });
        let webhook = added.unwrap().0.to_string();
        let tried = format!(
            "INSERT INTO webhook_deliveries (endpoint_id, position, number, event_type, cause, at, milliseconds, fault, answer) \
             SELECT '{webhook}', position, 1, 'customer.created', 'feed', at, 1, 'unresolved', '' \
             FROM audit_events WHERE kind = 'customer_added' LIMIT 1"
        );
        world.app.sql(&tried).unwrap();
        let table = Upload {
            name: "kunden.csv",
            bytes: "Nummer;Firma;Straße;PLZ;Ort\nK-1;Neu GmbH;Weg 1;50667;Köln\n".as_bytes(),
            encoding: Encoding::Utf8,
        };
        let import = check(&world.app.app, None, table, now).unwrap().unwrap();
        let table = Upload {
            name: "vertraege.csv",
            bytes: "Nummer;Datum;Unterzeichner;Funktion;Kette;Fassung\nK-1;03.04.2019;A;B;C;1.0\n"
                .as_bytes(),
            encoding: Encoding::Utf8,
        };
        let existing = agreement_import::check(&world.app.app, None, table, None, now);
        Self {
            other_user: other.to_string(),
            sent_mail: mails[0].id.to_string(),
            alert: world.app.text("max(id) FROM alerts"),
            password: world.password_token(Person::SubPartner),
            file,
            draft: draft(&world.app, "RZ Entwurf GmbH").to_string(),
            announced: announced.to_string(),
            entry: world.app.text("min(id) FROM sub_processors"),
            proposal: proposal.to_string(),
            version: world.app.text("id FROM contract_versions"),
            run: world.app.text("min(id) FROM bulk_runs"),
            import: import.to_string(),
            existing: existing.unwrap().unwrap().to_string(),
            roll_out: roll_out.to_string(),
            reply: world.app.text("max(id) FROM replies"),
            client: client.to_string(),
            webhook,
            delivery: world.app.text("max(id) FROM webhook_deliveries"),
            world,
        }
    }

    /// The address of a row for an object.
    fn path(&self, pattern: &str, object: &str) -> String {
        let world = &self.world;
        let known = ["4711", "4712", "9000"];
        let number = known.into_iter().find(|number| object.starts_with(number));
        let number = number.unwrap_or(if object == "deleted" { "4799" } else { "1" });
        let module = if object.ends_with("unknown-module") {
            "gibtsnicht"
        } else {
            "centraflex"
        };
        let agreement = match object {
            "4711" => world.agreement(CUSTOMER).to_string(),
            "9000" => world.agreement(FOREIGN_CUSTOMER).to_string(),
            _ => uuid::Uuid::from_u128(7).to_string(),
        };
        let user = match object {
            "other" => self.other_user.clone(),
            "self" | "ADM" => user_id(&world.app, Person::Operator.email()).to_string(),
            "MA" => user_id(&world.app, Person::Partner.email()).to_string(),
            "SM" => user_id(&world.app, Person::SubPartner.email()).to_string(),
            "KD" => user_id(&world.app, Person::Customer.email()).to_string(),
            "KD0" => user_id(&world.app, Person::CustomerWithout.email()).to_string(),
            "KD2" => user_id(&world.app, Person::ForeignCustomer.email()).to_string(),
            "of-MA" => user_id(&world.app, COLLEAGUE).to_string(),
            "gone-MA" => world
                .app
                .text(&format!("id FROM users WHERE email = '{GONE}'")),
            _ => "999999".to_owned(),
        };
        let token = match object {
            "open" => World::token(&world.open),
            "concluded" => World::token(&world.concluded),
            "valid" | "of-password" => self.password.clone(),
            "of-address" => avv_portal::token::make(
                &world.app.app.config.keys,
                avv_portal::token::Purpose::Address,
                uuid::Uuid::from_u128(4),
            ),
            "of-notice" => World::token(&link(&world.app, notice(&world.app, CUSTOMER).id)),
            _ => "A".repeat(64),
        };
        let (hash, name) = (
            "0",
            if object == "portal.css" {
                "portal.css"
            } else {
                "../Cargo.toml"
            },
        );
        let values = [
            ("nummer", number),
            ("modul", module),
            ("seite:.*", "seite"),
            ("platz", "1"),
            ("stand", "0123456789abcdef"),
            ("vertrag", &agreement),
            ("benutzer", &user),
            (
                "mail",
                if object == "sent" {
                    &self.sent_mail
                } else {
                    "999999"
                },
            ),
            (
                "hinweis",
                if object == "open" {
                    &self.alert
                } else {
                    "999999"
                },
            ),
            (
                "fassung",
                if object == "shipped" {
                    &self.version
                } else {
                    "999999"
                },
            ),
            ("version", if object == "shipped" { "1.0" } else { "9.9" }),
            ("sprache", "de"),
            ("token", &token),
            ("partner", &self.partner(object)),
            ("mitteilung", &self.change(pattern, object)),
            (
                "eintrag",
                if object == "first" {
                    &self.entry
                } else {
                    "999999"
                },
            ),
            (
                "antwort",
                if object == "came-in" {
                    &self.reply
                } else {
                    "999999"
                },
            ),
            ("datei", &self.file),
            ("widerspruch", "999999"),
            (
                "vorschlag",
                if object == "open-proposal" {
                    &self.proposal
                } else {
                    "999999"
                },
            ),
            ("alt", "1.0"),
            ("neu", if object == "published" { "1.0" } else { "9.9" }),
            (
                "umstellung",
                if object == "running" {
                    &self.roll_out
                } else {
                    "999999"
                },
            ),
            (
                "lauf",
                if object == "running" {
                    &self.run
                } else {
                    "999999"
                },
            ),
            (
                "bestand",
                if object == "ready" {
                    &self.existing
                } else {
                    "999999"
                },
            ),
            (
                "import",
                if object == "ready" {
                    &self.import
                } else {
                    "999999"
                },
            ),
            ("option", "ums"),
            (
                "produkt",
                if object == "sold" {
                    "centraflex"
                } else {
                    "gibt-es-nicht"
                },
            ),
            ("hash", hash),
            ("name", name),
            ("passkey", &uuid::Uuid::from_u128(7).to_string()),
            (
                "zugang",
                if object == "crm" {
                    &self.client
                } else {
                    "00000000-0000-0000-0000-000000000007"
                },
            ),
            (
                "webhook",
                if object == "there" {
                    &self.webhook
                } else {
                    "00000000-0000-0000-0000-000000000007"
                },
            ),
            ("number", number),
            ("external_id", "X-1"),
            ("code", "centraflex"),
            (
                "tile:.*",
                if object == "first" {
                    "0/000.p/1"
                } else {
                    "0/999"
                },
            ),
            ("agreement", "AVV-1"),
            ("zustellung", &self.delivery),
        ];
        let mut path = pattern.to_owned();
        for (placeholder, value) in values {
            path = path.replace(&format!("{{{placeholder}}}"), value);
        }
        assert!(
            !path.contains('{'),
            "{pattern}: a placeholder this test does not know"
        );
        if pattern.ends_with("/umstellungen/neu") {
            return format!("{path}?fassung=1.0");
        }
        if pattern.ends_with("/nachweis.zip") {
            return format!("{path}?kunde={number}");
        }
        match self.sub_partner(pattern, object) {
            Some(sub) => format!("{path}?submandant={sub}"),
            None => path,
        }
    }

    /// The announcement or the notice that a row is about.
    fn change(&self, pattern: &str, object: &str) -> String {
        let of = |customer| notice(&self.world.app, customer).id.to_string();
        let is_notice = ["/betrieb/mitteilungen/", "/administration/avv/einspruch/"]
            .iter()
            .any(|start| pattern.starts_with(start));
        match (is_notice, object) {
            (true, "4711") => of(CUSTOMER),
            (true, "9000") => of(FOREIGN_CUSTOMER),
            (false, "draft") => self.draft.clone(),
            (false, "announced") => self.announced.clone(),
            _ => uuid::Uuid::from_u128(7).to_string(),
        }
    }

    /// The partner that a row is about.
    fn partner(&self, object: &str) -> String {
        let companies = self.world.app.companies();
        let id = match object {
            "Muster-IT" => companies.partner,
            "Nord-TK" => companies.sub_partner,
            "Süßenguth" => companies.second_sub,
            "Fremd-Sub" => companies.foreign_sub,
            _ => PartnerId(999_999),
        };
        id.to_string()
    }

    /// The sub-partner that a row names for a customer.
    fn sub_partner(&self, pattern: &str, object: &str) -> Option<String> {
        let companies = self.world.app.companies();
        let id = match object {
            "9000" | "4712-foreign-submandant" => companies.foreign_sub,
            _ => companies.sub_partner,
        };
        pattern.ends_with("/submandant").then(|| id.to_string())
    }

    /// The fields of a POST besides its token: enough to get access and too little to change much.
    fn fields(&self, row: &Row, object: &str, index: usize) -> Vec<(&'static str, String)> {
        match row.path {
            "/anmelden" => vec![
                ("email", format!("niemand{index}@example.org")),
                ("passwort", "falsch".to_owned()),
            ],
            "/betrieb/umstellungen/neu" => vec![("fassung", "1.0".to_owned())],
            "/betrieb/umstellungen/{umstellung}" | "/betrieb/laeufe/{lauf}" => {
                vec![("schritt", "fortsetzen".to_owned())]
            }
            "/passwort-vergessen" => vec![("email", "niemand@example.org".to_owned())],
            "/passwort/{token}" => vec![("passwort", "kurz".to_owned())],
            path if path.starts_with("/betrieb/vertragsfassungen/") => {
                let part = if path.contains("/klausel") {
                    "vertrag"
                } else {
                    "contract.toml"
                };
                let fields = [
                    ("stand", "1"),
                    ("teil", part),
                    ("klausel", "vorspann"),
                    ("tun", "entfernen"),
                    ("thema", "subject"),
                    ("grund", "weil"),
                    ("sicher", "ja"),
                ];
                fields
                    .map(|(name, value)| (name, value.to_owned()))
                    .to_vec()
            }
            "/dev/uhr" => vec![("tage", "zu viele".to_owned())],
            // The Mandant that looks after the customer already.
            "/betrieb/kunden/{nummer}/partner" => {
                let companies = self.world.app.companies();
                let id = match object {
                    "9000" => companies.foreign_partner,
                    _ => companies.partner,
                };
                vec![("mandant", id.to_string())]
            }
            "/betrieb/aenderungsmitteilungen/{mitteilung}/verwerfen" => {
                vec![("sicher", "ja".to_owned())]
            }
            // No company of the list has this number.
            "/betrieb/aenderungsmitteilungen/{mitteilung}/entfernen" => {
                vec![("alt", "999999".to_owned())]
            }
            "/administration/avv/widerspruch" => vec![("passwort", "falsch".to_owned())],
            // Naming the present one, or none if there is none, changes nothing.
            "/kunden/{nummer}/submandant"
                if object == "4711" || object == "4712-foreign-submandant" =>
            {
                vec![("submandant", self.sub_partner(row.path, object).unwrap())]
            }
            _ => Vec::new(),
        }
    }
}

/// Sends the form of a row as its page would; forms with files are sent as multipart.
async fn send(
    browser: &Browser,
    row: &Row,
    path: &str,
    fields: &[(&str, &str)],
    headers: &[(&str, &str)],
) -> Page {
    let has_files = [
        "/vertrag",
        "/papiervertrag",
        "/nachweis",
        "{nummer}/widerspruch",
        "/vertragsfassungen",
        "/text",
        "/klausel",
        "/klausel/ort",
        "/klausel/kommentar",
        "{mitteilung}/einspruch",
        "/angaben",
        "/erscheinungsbild",
        "/kunden/import",
        "/import/vertraege",
    ];
    if has_files.iter().any(|end| row.path.ends_with(end)) {
        browser.upload_with(path, fields, &[], headers).await
    } else {
        browser.post_with(path, fields, headers).await
    }
}

async fn sign_everybody_in(app: &TestApp) -> Vec<(Browser, String)> {
    let mut all = Vec::new();
    for role in ROLES {
        all.push(match role {
            None => (app.visitor(), String::new()),
            Some(person) => {
                let browser = app.sign_in(person).await;
                let token = csrf(&browser).await;
                (browser, token)
            }
        });
    }
    all
}

/// Invalid tokens are counted by source, so each request comes from another source.
fn place(number: usize) -> String {
    format!("198.51.{}.{}", number / 250, number % 250 + 1)
}

#[test]
fn every_route_stands_in_the_table() {
    let known: BTreeSet<String> = table().into_keys().map(|(row, _)| row).collect();
    let real: BTreeSet<String> = rows()
        .map(|row| format!("{} {}", row.method, row.path))
        .collect();
    let missing: Vec<_> = real.difference(&known).collect();
    let gone: Vec<_> = known.difference(&real).collect();
    assert!(
        missing.is_empty(),
        "decide who may and write it into access.txt: {missing:?}"
    );
    assert!(
        gone.is_empty(),
        "access.txt knows routes that are gone: {gone:?}"
    );
}

/// S-50 … S-54, A-02 …: classes of the status of all rows, GET and POST.
#[actix_web::test]
async fn everybody_gets_what_the_table_says() {
    let objects = Objects::build().await;
    let browsers = sign_everybody_in(&objects.world.app).await;
    let table = table();
    let (mut wrong, mut count) = (String::new(), 0);
    // GET first, because POST changes things; signing out last.
    let order = |row: &&Row| (row.method == "POST", row.path == "/abmelden");
    let mut all: Vec<&Row> = rows().collect();
    all.sort_by_key(order);
    for row in all {
        let name = format!("{} {}", row.method, row.path);
        for ((_, object), expected) in table.iter().filter(|((known, _), _)| *known == name) {
            for (index, (browser, token)) in browsers.iter().enumerate() {
                count += 1;
                // Development pages answer only requests from their own machine.
                let from = match row.path.starts_with("/dev/") {
                    true => "127.0.0.1".to_owned(),
                    false => place(count),
                };
                let path = objects.path(row.path, object);
                let page = if matches!(row.who, Who::Client(_)) {
                    // Without a token, whoever is signed in.
                    browser.request(row.method.parse().unwrap(), &path).await
                } else if row.method == "GET" {
                    browser.get_with(&path, &[("x-forwarded-for", &from)]).await
                } else {
                    let mut fields = objects.fields(row, object, index);
                    fields.push(("csrf", token.clone()));
                    let fields: Vec<(&str, &str)> =
                        fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
                    let path = path.split('?').next().unwrap();
                    send(browser, row, path, &fields, &[("x-forwarded-for", &from)]).await
                };
                let got = class(&page);
                if got != expected[index] {
                    let who =
                        ROLES[index].map_or("nobody".to_owned(), |person| format!("{person:?}"));
                    writeln!(
                        wrong,
                        "{name} [{object}] {who}: {got}, table says {}",
                        expected[index]
                    )
                    .unwrap();
                }
            }
        }
    }
    assert!(count > 600, "walked only {count} cells");
    assert!(wrong.is_empty(), "{wrong}");
}

/// S-62: a form without the session's token, with another session's, or from another site changes
/// nothing.
#[actix_web::test]
async fn no_form_works_without_its_token_or_from_elsewhere() {
    let objects = Objects::build().await;
    let app = &objects.world.app;
    let browsers = sign_everybody_in(app).await;
    let table = table();
    let before = app.everything();
    let mut count = 0;
    let has_form = |row: &&Row| row.method == "POST" && !matches!(row.who, Who::Client(_));
    for row in rows().filter(has_form) {
        let name = format!("{} {}", row.method, row.path);
        for ((_, object), answers) in table.iter().filter(|((known, _), _)| *known == name) {
            let path = objects.path(row.path, object);
            let path = path.split('?').next().unwrap();
            for (index, (browser, token)) in browsers.iter().enumerate() {
                let mut fields = objects.fields(row, object, index);
                let stranger = &browsers[(index + 1) % browsers.len()].1;
                for (token, headers) in [
                    ("", vec![]),
                    (stranger.as_str(), vec![("origin", app.url.as_str())]),
                    (token.as_str(), vec![("origin", "https://evil.example")]),
                    (token.as_str(), vec![("origin", "null")]),
                    (token.as_str(), vec![("sec-fetch-site", "cross-site")]),
                    (token.as_str(), vec![("sec-fetch-site", "same-site")]),
                ] {
                    // A route without a session has no token: the link or the password is the
                    // secret there.
                    let is_public = matches!(row.who, Who::Anyone | Who::Visitor);
                    if is_public && headers.iter().all(|(_, value)| *value == app.url) {
                        continue;
                    }
                    count += 1;
                    fields.retain(|(name, _)| *name != "csrf");
                    fields.push(("csrf", token.to_owned()));
                    let all: Vec<(&str, &str)> =
                        fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
                    let page = send(browser, row, path, &all, &headers).await;
                    let got = class(&page);
                    // Only a few forms without a session are kept (A3).
                    let refused = got == "403"
                        || (got == "429" && ROLES[index].is_none())
                        || (got == answers[index] && matches!(got.as_str(), "404" | "login"));
                    assert!(
                        refused,
                        "{name} [{object}] as {:?} with {headers:?}: {got}",
                        ROLES[index]
                    );
                }
            }
        }
    }
    assert!(count > 500, "tried only {count} forms");
    assert_eq!(app.changes_since(&before), [""; 0]);
}

/// S-51, S-52: results, filters and counts are limited to the viewer's own customers, too.
#[actix_web::test]
async fn searching_and_counting_stop_at_the_own_customers() {
    let world = World::build().await;
    let app = &world.app;
    let foreign = app.companies().foreign_partner;
    let pages = [
        "/kunden".to_owned(),
        "/kunden?suche=Fremde".to_owned(),
        "/kunden?suche=9000".to_owned(),
        format!("/kunden?mandant={foreign}"),
        "/kunden?status=concluded".to_owned(),
        "/kunden?nach=0~".to_owned(),
        "/kunden?vor=99999~zzz".to_owned(),
        "/kunden?sort=-nummer".to_owned(),
    ];
    for path in &pages {
        let partner = app.sign_in(Person::Partner).await.get(path).await;
        partner
            .assert_status(200)
            .assert_silent_about("Fremde Kundin")
            .assert_silent_about("/kunden/9000");
        let sub = app.sign_in(Person::SubPartner).await.get(path).await;
        sub.assert_status(200)
            .assert_silent_about("Fremde Kundin")
            .assert_silent_about("Nachbarin");
    }
    let everything = app.sign_in(Person::Partner).await.get("/kunden").await;
    everything.assert_says("Nachbarin").assert_says("Özdemir");
    let own = app.sign_in(Person::SubPartner).await.get("/kunden").await;
    own.assert_says("Özdemir");
    // The operator chooses whose contract to see; no other user can.
    let customer = app
        .sign_in(Person::Customer)
        .await
        .get("/administration/avv?kunde=9000")
        .await;
    customer
        .assert_status(200)
        .assert_says("Özdemir")
        .assert_silent_about("Fremde Kundin");
}

/// S-57: a parameter given twice is refused, in forms and addresses, signed in or not.
#[actix_web::test]
async fn a_parameter_given_twice_is_refused() {
    let world = World::build().await;
    let app = &world.app;
    let operator = app.sign_in(Person::Operator).await;
    let token = csrf(&operator).await;
    let before = app.everything();
    let addresses = [
        "/kunden?status=open&status=concluded",
        "/kunden?suche=a&suche=b",
        "/kunden/4712/submandant?submandant=1&submandant=2",
        "/administration/avv?kunde=4711&kunde=9000",
        "/betrieb/benutzer?nach=a&nach=b",
        "/betrieb/protokoll?kunde=1&kunde=2",
        "/anmelden?weiter=/kunden&weiter=/hilfe",
        "/impressum?sprache=de&sprache=en",
    ];
    for path in addresses {
        operator.get(path).await.assert_status(400);
    }
    app.visitor()
        .get(&format!("{}?sprache=de&sprache=en", world.open))
        .await
        .assert_status(400);
    let forms: [(&str, Vec<(&str, &str)>); 3] = [
        (
            "/kunden/4712/submandant",
            vec![("csrf", &token), ("submandant", "1"), ("submandant", "")],
        ),
        (
            "/kunden/4712/avv/anforderung",
            vec![("csrf", &token), ("csrf", &token)],
        ),
        (
            "/kunden/4712/stammdaten/email",
            vec![
                ("csrf", &token),
                ("email", "a@example.org"),
                ("email", "b@example.org"),
            ],
        ),
    ];
    for (path, fields) in forms {
        operator.post(path, &fields).await.assert_status(400);
    }
    let (action, mut fields) = app
        .visitor()
        .get(&world.open)
        .await
        .form("main form[action^='/zustimmung/']");
    fields.retain(|(name, _)| !matches!(name.as_str(), "name" | "funktion"));
    let mut fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    fields.extend([
        ("name", "A B"),
        ("name", "C D"),
        ("funktion", "GF"),
        ("vertretung", "on"),
        ("gelesen", "on"),
    ]);
    app.visitor()
        .post(&action, &fields)
        .await
        .assert_status(400);
    // The first opening of the link was noted, nothing else.
    let changes = app.changes_since(&before);
    assert!(
        changes.iter().all(|row| row.contains("link_opened")),
        "{changes:#?}"
    );
}

/// S-58: refused attempts are logged with user, route and object, and never with a token.
#[actix_web::test]
async fn refused_attempts_are_logged_with_user_route_and_object() {
    let world = World::build().await;
    let app = &world.app;
    let log = Log::listen();
    let partner = app.sign_in(Person::Partner).await;
    let user = user_id(app, Person::Partner.email());
    let user = format!("\"user\":{user}");
    let agreement = world.agreement(CUSTOMER).to_string();
    partner.get("/kunden/9000/avv").await.assert_status(404);
    partner
        .get(&format!("/administration/avv/{agreement}.pdf"))
        .await
        .assert_status(404);
    partner
        .get("/kunden/4712/module/centraflex")
        .await
        .assert_status(403);
    partner
        .get("/zugriff/4712/centraflex")
        .await
        .assert_status(403);
    partner
        .post("/kunden/4712/avv/anforderung", &[("csrf", "falsch")])
        .await
        .assert_status(403);
    for (route, object) in [
        ("/kunden/{nummer}/avv", "9000"),
        ("/administration/avv/{vertrag}.pdf", agreement.as_str()),
        ("/kunden/{nummer}/module/{modul}", "4712"),
        ("/zugriff/{nummer}/{modul}", "4712"),
        ("/kunden/{nummer}/avv/anforderung", "4712"),
    ] {
        let lines = log.lines_with(&["refused", &user, route, object]);
        assert!(
            !lines.is_empty(),
            "{route} {object}: {:#?}",
            log.lines_with(&["refused"])
        );
    }
}

/// C2: every redirect that brings a message leads to it, for every user and every input.
#[actix_web::test]
async fn c2_every_redirect_with_a_message_leads_to_the_message() {
    let objects = Objects::build().await;
    let browsers = sign_everybody_in(&objects.world.app).await;
    let table = table();
    let (mut told, mut count) = (0, 0);
    for row in rows().filter(|row| row.path != "/abmelden") {
        let name = format!("{} {}", row.method, row.path);
        for ((_, object), expected) in table.iter().filter(|((known, _), _)| *known == name) {
            for (index, (browser, token)) in browsers.iter().enumerate() {
                if expected[index] != "→" {
                    continue;
                }
                count += 1;
                let path = objects.path(row.path, object);
                let from = place(count);
                let page = if row.method == "GET" {
                    browser.get_with(&path, &[("x-forwarded-for", &from)]).await
                } else {
                    let mut fields = objects.fields(row, object, index);
                    fields.push(("csrf", token.clone()));
                    let fields: Vec<(&str, &str)> =
                        fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
                    let path = path.split('?').next().unwrap();
                    send(browser, row, path, &fields, &[("x-forwarded-for", &from)]).await
                };
                if page.status != 303 {
                    continue;
                }
                let to = page.header("location").to_owned();
                let next = browser.follow(&page).await;
                if next.all("main > .flash").is_empty() {
                    continue;
                }
                told += 1;
                assert!(to.ends_with("#meldung"), "{name} [{object}] leads to {to}");
                let message = next.attribute("main > .flash#meldung", "tabindex");
                assert_eq!(message.as_deref(), Some("-1"), "{name} [{object}]");
            }
        }
    }
    assert!(
        told > 30,
        "only {told} of {count} redirects brought a message"
    );
}
