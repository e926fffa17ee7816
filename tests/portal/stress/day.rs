//! A day of a provider: its CRM, provisioning, product front ends, DMS and monitoring beside the program,
//! which is killed between. In the end every figure agrees, wherever it is read.
//!
//! `AVV_DAY=20000` plays it with so many customers, `AVV_PORTAL` with another program, such as the one of a
//! release.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::{Cursor, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use avv_portal::actions::documents::sha256;
use avv_portal::actions::passwords;
use avv_portal::clock::Clock;
use avv_portal::storage::embedded::{EmbeddedPostgres, Purpose};
use chrono::{Datelike as _, TimeDelta, Timelike as _};
use diesel::connection::SimpleConnection as _;
use diesel::sql_types::{BigInt, Text};
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _};
use futures_util::{StreamExt as _, stream};
use reqwest::Method;
use serde_json::{Value, json};

use super::client::Client;
use super::program::{Process, Program, data_dir};
use super::setting;
use crate::harness::{PASSWORD, Page, Receiver, SCAN, SmtpStub};

/// How long anything may take that the program does by itself.
const PATIENCE: Duration = Duration::from_secs(900);
/// Requests of the CRM at once.
const AT_ONCE: usize = 8;
const ADMINISTRATOR: &str = "betrieb@plusnet.example";
const SECOND: &str = "zwei@plusnet.example";

/// Another system of the provider, with its token.
#[derive(Clone)]
struct System {
    http: reqwest::Client,
    base: String,
    token: String,
}

impl System {
    fn new(program: &Program, name: &str, scopes: &str) -> Self {
        let made = program.run(&[
            "client",
            "create",
            "--name",
            name,
            "--scopes",
            scopes,
            "--per-minute",
            "1000000",
        ]);
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        Self {
            http: reqwest::Client::builder()
                .timeout(Duration::from_secs(30))
                .no_proxy()
                .build()
                .unwrap(),
            base: program.base(),
            token: String::from_utf8(made.stdout).unwrap().trim().to_owned(),
        }
    }

    /// Asks until there is an answer: the program may be down just now.
    async fn bytes(&self, method: &Method, path: &str, body: Option<&Value>) -> (u16, Vec<u8>) {
        let since = Instant::now();
        loop {
            let mut request = self
                .http
                .request(method.clone(), format!("{}/api/v1{path}", self.base))
                .bearer_auth(&self.token);
            if let Some(body) = body {
                request = request
                    .header("content-type", "application/json")
                    .body(body.to_string());
            }
            if let Ok(answer) = request.send().await {
                let status = answer.status().as_u16();
                if let Ok(bytes) = answer.bytes().await
                    && status != 503
                {
                    return (status, bytes.to_vec());
                }
            }
            assert!(since.elapsed() < PATIENCE, "{method} {path}: no answer");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn get(&self, path: &str) -> Value {
        let (status, bytes) = self.bytes(&Method::GET, path, None).await;
        assert_eq!(status, 200, "{path}: {}", String::from_utf8_lossy(&bytes));
        serde_json::from_slice(&bytes).unwrap()
    }

    /// Writes; what came of it. Written again after a kill it may be there already.
    async fn put(&self, path: &str, body: &Value) -> Value {
        let (status, bytes) = self.bytes(&Method::PUT, path, Some(body)).await;
        assert!(
            matches!(status, 200 | 201),
            "{path}: {}",
            String::from_utf8_lossy(&bytes)
        );
        serde_json::from_slice(&bytes).unwrap()
    }
}

/// The numbers of the day: who comes by the API, who by a file, and who has signed long ago.
struct Plan {
    by_api: Vec<String>,
    by_file: Vec<String>,
    signed: Vec<String>,
}

impl Plan {
    fn new(total: usize) -> Self {
        let numbers =
            |sign: &str, count: usize| (1..=count).map(|n| format!("{sign}-{n}")).collect();
        Self {
            by_api: numbers("A", total / 4),
            by_file: numbers("B", total / 4),
            signed: numbers("C", total / 2),
        }
    }
}

fn mail_of(number: &str) -> String {
    format!("info@{}.example", number.to_lowercase())
}

fn customer(number: &str) -> Value {
    json!({
        "name": format!("Kunde {number} GmbH"), "street": "Am Ring 1", "postal_code": "50667", "city": "Köln",
        "country": "DE", "email": mail_of(number), "language": "de", "partner": "P-1",
    })
}

/// Master data and bookings of the CRM.
async fn write_customers(crm: &System, plan: &Plan) {
    let partner = json!({
        "name": "Tagwerk IT GmbH", "street": "Hohe Straße 12", "postal_code": "44139", "city": "Dortmund",
        "country": "DE", "contact": "Jana Weiss", "email": "datenschutz@tagwerk.example",
        "phone": "+49 231 000000", "represented_by": "Jana Weiss", "parent": null,
        "register": {"court": "Amtsgericht Dortmund", "number": "HRB 1"},
    });
    crm.put("/partners/P-1", &partner).await;
    stream::iter(&plan.by_api)
        .for_each_concurrent(AT_ONCE, |number| async move {
            let path = format!("/customers/{number}");
            crm.put(&path, &customer(number)).await;
            let booked = json!({"product": "centraflex", "options": [], "until": null});
            crm.put(&format!("{path}/bookings/{number}-1"), &booked)
                .await;
        })
        .await;
}

/// The program is killed and started again a few times.
fn kill(program: &Program, mut process: Process, times: u32) -> Process {
    for _ in 0..times {
        std::thread::sleep(Duration::from_millis(1500));
        process.kill();
        process = program.serve();
    }
    process
}

/// Reads the feed to its end, again and again.
async fn poll(system: System, over: Arc<AtomicBool>) -> Vec<Value> {
    let (mut after, mut events) = (0, Vec::new());
    loop {
        let is_over = over.load(Ordering::SeqCst);
        let page = system
            .get(&format!("/events?after={after}&limit=500&wait=1"))
            .await;
        let next = page["next"].as_i64().unwrap();
        events.extend(page["events"].as_array().unwrap().iter().cloned());
        if is_over && next == after {
            return events;
        }
        after = next;
    }
}

/// A product front end asks all the while whether the partner may work; says how often it was let in.
async fn front_end(
    system: System,
    numbers: Vec<String>,
    over: Arc<AtomicBool>,
) -> BTreeSet<String> {
    let mut open = BTreeSet::new();
    for number in numbers.iter().cycle() {
        if over.load(Ordering::SeqCst) {
            break;
        }
        let path = format!("/access?customer={number}&module=centraflex&partner=P-1");
        let (status, bytes) = system.bytes(&Method::GET, &path, None).await;
        // 404 as long as the CRM has not told of it.
        if status == 200 {
            let said: Value = serde_json::from_slice(&bytes).unwrap();
            let was_open = open.contains(number);
            assert!(
                !was_open || said["allowed"] == true,
                "{number} was shut: {said}"
            );
            if said["allowed"] == true {
                open.insert(number.clone());
            }
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    open
}

async fn follow(client: &Client, page: Option<Page>) -> Page {
    let page = page.unwrap();
    page.assert_status(303);
    client.get(&page.location()).await.unwrap()
}

async fn signed_in(program: &Program, mail: &str) -> Client {
    let client = Client::new(&program.base(), program.port);
    client.sign_in(mail).await.unwrap();
    client
}

/// The links of the mails, by address.
fn links(sink: &SmtpStub, base: &str) -> BTreeMap<String, String> {
    let start = format!("{base}/zustimmung/");
    let link_in = |raw: &str| {
        let text = raw.replace("=\r\n", "").replace("=3D", "=");
        let place = text.find(&start)? + start.len();
        let is_token = |c: &char| c.is_ascii_alphanumeric() || "-_".contains(*c);
        let token: String = text[place..].chars().take_while(is_token).collect();
        Some(format!("/zustimmung/{token}"))
    };
    sink.taken()
        .into_iter()
        .filter_map(|mail| Some((mail.to, link_in(&mail.raw)?)))
        .collect()
}

/// Waits without keeping the other systems from their work.
async fn wait_on(what: &str, mut is_there: impl FnMut() -> bool) {
    let since = Instant::now();
    while !is_there() {
        assert!(since.elapsed() < PATIENCE, "{what} does not come");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

fn count_of(conn: &mut PgConnection, from: &str) -> i64 {
    let sql = format!("SELECT count(*) AS number FROM {from}");
    let found: Number = diesel::sql_query(sql).get_result(conn).unwrap();
    found.number
}

/// The number of the version of the text that is in force.
fn version_in_force(conn: &mut PgConnection) -> String {
    let sql = "SELECT number AS word FROM contract_versions WHERE published_at IS NOT NULL ORDER BY id LIMIT 1";
    let found: Word = diesel::sql_query(sql).get_result(conn).unwrap();
    found.word
}

/// Customers conclude; the gate says so at the first question behind it.
async fn conclude(program: &Program, gate: &System, links: &[(String, String)]) {
    for (number, link) in links {
        let anybody = Client::new(&program.base(), program.port);
        let page = anybody.get(link).await.unwrap();
        let fields = [
            ("name", "Erika Beispiel"),
            ("funktion", "Inhaberin"),
            ("vertretung", "ja"),
            ("gelesen", "ja"),
        ];
        let form = "main form[action^='/zustimmung/']";
        let done = anybody.submit(&page, form, &fields).await.unwrap();
        assert!(
            done.location().contains("/erfolg"),
            "{number}: {}",
            done.text()
        );
        let path = format!("/access?customer={number}&module=centraflex&partner=P-1");
        let said = gate.get(&path).await;
        assert_eq!(said["allowed"], true, "{number}: {said}");
    }
}

/// Customers by a file, nobody of whom is asked yet.
fn import(program: &Program, dir: &Path, plan: &Plan) {
    let mut text =
        "Kundennummer;Firma;Straße;PLZ;Ort;E-Mail;Vertriebspartner;Produkte\n".to_owned();
    for number in plan.by_file.iter().chain(&plan.signed) {
        let mail = mail_of(number);
        writeln!(
            text,
            "{number};Kunde {number} GmbH;Weg 1;50667;Köln;{mail};Tagwerk IT GmbH;centraflex"
        )
        .unwrap();
    }
    let file = dir.join("kunden.csv");
    fs::write(&file, text).unwrap();
    let told = program.run(&[
        "import",
        "customers",
        "--quiet-start",
        file.to_str().unwrap(),
    ]);
    let said = String::from_utf8_lossy(&told.stdout);
    let added = plan.by_file.len() + plan.signed.len();
    assert!(
        said.contains(&format!("added: {added}, not added: 0")),
        "{said}"
    );
}

/// Agreements of years ago with their scans: one proposes the file, another confirms it.
async fn record(program: &Program, dir: &Path, plan: &Plan, version: &str) {
    let mut text =
        "kundennummer;abgeschlossen_am;unterzeichnet_von;funktion;vertragspartner_kette;fassung;ablage\n"
            .to_owned();
    let mut scans = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for number in &plan.signed {
        writeln!(
            text,
            "{number};03.04.2019;Erika Beispiel;Inhaberin;Tagwerk IT GmbH;{version};Ordner {number}"
        )
        .unwrap();
        let options = zip::write::SimpleFileOptions::default();
        scans.start_file(format!("{number}.pdf"), options).unwrap();
        scans.write_all(SCAN).unwrap();
        scans.write_all(format!("% {number}\n").as_bytes()).unwrap();
    }
    let (file, archive) = (dir.join("avv.csv"), dir.join("scans.zip"));
    fs::write(&file, text).unwrap();
    fs::write(&archive, scans.finish().unwrap().into_inner()).unwrap();
    let told = program.run(&[
        "import",
        "agreements",
        "--scans",
        archive.to_str().unwrap(),
        file.to_str().unwrap(),
    ]);
    let said = String::from_utf8_lossy(&told.stdout);
    let (_, address) = said
        .split_once(&program.base())
        .unwrap_or_else(|| panic!("{said}"));
    let address = address.lines().next().unwrap().trim();
    let first = signed_in(program, ADMINISTRATOR).await;
    let page = first.get(address).await.unwrap();
    let propose = "form:has(button[value=vorlegen])";
    let done = first
        .submit(&page, propose, &[("antwort", "vorlegen")])
        .await;
    done.unwrap().assert_status(303);
    let second = signed_in(program, SECOND).await;
    let page = second.get(address).await.unwrap();
    let fields = [("passwort", PASSWORD)];
    let done = second.submit(&page, "#bestaetigen", &fields).await;
    done.unwrap().assert_status(303);
}

/// The others of the file are asked: the clock of this process goes to an hour at which that is done.
async fn ask_the_others(program: &Program) {
    let now = Clock::system().now();
    let hours = (0..96)
        .find(|hours| {
            let then = now + TimeDelta::hours(*hours);
            then.weekday().number_from_monday() <= 5 && (9..16).contains(&then.hour())
        })
        .unwrap();
    let administrator = signed_in(program, ADMINISTRATOR).await;
    let page = administrator.get("/dev/uhr").await.unwrap();
    let (days, hours) = ((hours / 24).to_string(), (hours % 24).to_string());
    let fields = [("tage", days.as_str()), ("stunden", hours.as_str())];
    let done = administrator.submit(&page, "main form", &fields).await;
    done.unwrap().assert_status(303);
    let administrator = signed_in(program, ADMINISTRATOR).await;
    let list = administrator.get("/betrieb/kunden/import").await.unwrap();
    let of_file = "main a[href^='/betrieb/kunden/import/']:not([href*=vertraege])";
    let import = list.attributes(of_file, "href").pop().unwrap();
    let page = administrator.get(&import).await.unwrap();
    let ask = "form[action$='/anforderungen']";
    let done = administrator
        .submit(&page, ask, &[("am_tag", "9000")])
        .await;
    done.unwrap().assert_status(303);
}

/// As a DMS does: every document into a folder, and what proves it.
async fn pull(dms: &System, dir: &Path, numbers: &[String]) -> usize {
    let mut pulled = 0;
    for (place, number) in numbers.iter().enumerate() {
        let stands = dms.get(&format!("/customers/{number}/agreement")).await;
        let Some(agreement) = stands["agreement"]["number"].as_str() else {
            continue;
        };
        let path = format!("/customers/{number}/documents/{agreement}.pdf");
        let (status, pdf) = dms.bytes(&Method::GET, &path, None).await;
        assert_eq!(status, 200, "{path}");
        assert_eq!(sha256(&pdf), stands["agreement"]["pdf_hash"], "{number}");
        fs::write(dir.join(format!("{agreement}.pdf")), &pdf).unwrap();
        pulled += 1;
        // What proves it is heavy: of some.
        if place % 20 == 0 {
            let path = format!("/customers/{number}/evidence.zip");
            let (status, bundle) = dms.bytes(&Method::GET, &path, None).await;
            assert_eq!(status, 200, "{path}");
            let bundle = zip::ZipArchive::new(Cursor::new(bundle)).unwrap();
            assert!(bundle.len() > 3, "{number}");
        }
    }
    pulled
}

/// Numbers of customers of the day by what was told of them.
fn told(events: &[Value], kind: &str, of: &Plan) -> BTreeSet<String> {
    let own: BTreeSet<&String> = of
        .by_api
        .iter()
        .chain(&of.by_file)
        .chain(&of.signed)
        .collect();
    events
        .iter()
        .filter(|event| event["type"] == kind)
        .filter_map(|event| event["customer"].as_str().map(str::to_owned))
        .filter(|number| own.contains(number))
        .collect()
}

/// How many customers of the partner have each status, as the portal counts them.
async fn figures(monitoring: &System) -> Value {
    let read = monitoring.get("/statistics?by=partner,status").await;
    read["partners"]["P-1"].clone()
}

#[actix_web::test]
async fn a_day_of_a_provider_ends_with_figures_that_agree() {
    let plan = Plan::new(setting("AVV_DAY").unwrap_or(80));
    let (dir, files) = (data_dir(), tempfile::tempdir().unwrap());
    let server = EmbeddedPostgres::start_for(dir.path(), Purpose::Tests).unwrap();
    let (sink, receiver) = (SmtpStub::start(), Receiver::start());
    let program = Arc::new(Program::new(Some(server.owner_url()), &sink));
    assert!(program.run(&["demo"]).status.success());
    let mut conn = PgConnection::establish(&server.owner_url()).unwrap();
    let hash = passwords::hash(PASSWORD).unwrap();
    conn.batch_execute(&format!(
        "UPDATE users SET password_hash = '{hash}' WHERE email = '{ADMINISTRATOR}';
         INSERT INTO users (email, name, role, operator_role, contracts, password_hash, created_at)
         SELECT '{SECOND}', 'Zita Zweite', role, operator_role, contracts, password_hash, created_at
         FROM users WHERE email = '{ADMINISTRATOR}'"
    ))
    .unwrap();
    let scopes =
        "customers:read,customers:write,bookings:write,partners:read,partners:write,status:read";
    let crm = System::new(&program, "crm", scopes);
    let monitoring = System::new(&program, "monitoring", "statistics:read,status:read");
    let events = System::new(&program, "poller", "events:read");
    let gates = ["shop", "app"].map(|name| System::new(&program, name, "access:check"));
    let dms = System::new(&program, "dms", "documents:read,status:read");
    let process = program.serve();

    let administrator = signed_in(&program, ADMINISTRATOR).await;
    let page = administrator.get("/betrieb/webhooks/neu").await.unwrap();
    let fields = [("url", receiver.url.as_str()), ("passwort", PASSWORD)];
    let done = administrator.submit(&page, "main form", &fields).await;
    follow(&administrator, done)
        .await
        .assert_says("Der Webhook ist angelegt");

    // The morning: the CRM writes, a file comes, and the program is killed while they do.
    let over = Arc::new(AtomicBool::new(false));
    let polled = actix_web::rt::spawn(poll(events, Arc::clone(&over)));
    let everybody: Vec<String> = plan.by_api.iter().chain(&plan.signed).cloned().collect();
    let fronts = gates
        .clone()
        .map(|gate| actix_web::rt::spawn(front_end(gate, everybody.clone(), Arc::clone(&over))));
    let own = Arc::clone(&program);
    let killer = actix_web::web::block(move || kill(&own, process, 3));
    let ((), process) = tokio::join!(write_customers(&crm, &plan), killer);
    let process = process.unwrap();
    let (own, place) = (Arc::clone(&program), files.path().to_owned());
    let plan = Arc::new(plan);
    let his = Arc::clone(&plan);
    actix_web::web::block(move || import(&own, &place, &his))
        .await
        .unwrap();

    // Noon: agreements of years ago; those of the API conclude.
    let version = version_in_force(&mut conn);
    record(&program, files.path(), &plan, &version).await;
    let signed = plan.signed.len();
    let reached = |conn: &mut PgConnection, sql: &str, count: usize| {
        count_of(conn, sql) == i64::try_from(count).unwrap()
    };
    let recorded =
        "customers c JOIN agreements a ON a.customer_number = c.number WHERE c.number LIKE 'C-%'";
    wait_on("recorded agreements", || {
        reached(&mut conn, recorded, signed)
    })
    .await;
    let asked = plan.by_api.len();
    let base = program.base();
    wait_on("mails with links", || {
        let found = links(&sink, &base);
        plan.by_api
            .iter()
            .filter(|number| found.contains_key(&mail_of(number)))
            .count()
            == asked
    })
    .await;
    let found = links(&sink, &base);
    let half: Vec<(String, String)> = plan
        .by_api
        .iter()
        .step_by(2)
        .map(|number| (number.clone(), found[&mail_of(number)].clone()))
        .collect();
    conclude(&program, &gates[0], &half).await;

    // The afternoon: the others of the file are asked, after one more kill.
    let own = Arc::clone(&program);
    let process = actix_web::web::block(move || kill(&own, process, 1))
        .await
        .unwrap();
    ask_the_others(&program).await;
    let rest = plan.by_file.len();
    let waiting = "requests WHERE customer_number LIKE 'B-%'";
    wait_on("requests at a pace", || reached(&mut conn, waiting, rest)).await;
    let pulled = pull(&dms, files.path(), &everybody).await;
    assert_eq!(pulled, half.len() + signed);

    // The evening: everybody knows the same.
    let counted = figures(&monitoring).await;
    assert_eq!(counted["customers"], plan.by_api.len() + rest + signed);
    assert_eq!(counted["statuses"]["concluded"], half.len() + signed);
    over.store(true, Ordering::SeqCst);
    let events = polled.await.unwrap();
    let ids: BTreeSet<&str> = events
        .iter()
        .map(|event| event["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), events.len(), "the poller gets nothing twice");
    assert_eq!(
        told(&events, "customer.created", &plan).len(),
        plan.by_api.len() + rest + signed
    );
    assert_eq!(told(&events, "agreement.recorded", &plan).len(), signed);
    let concluded = told(&events, "agreement.concluded", &plan);
    assert_eq!(concluded.len(), half.len());
    for front in fronts {
        let open = front.await.unwrap();
        let known: BTreeSet<String> = concluded.iter().chain(&plan.signed).cloned().collect();
        assert!(open.is_subset(&known), "let in too early: {open:?}");
    }
    let last = events.last().unwrap()["id"].as_str().unwrap().to_owned();
    wait_on("the last event", || {
        receiver.got().iter().any(|one| one.id() == last)
    })
    .await;
    let pushed: BTreeSet<String> = receiver.got().iter().map(|one| one.id()).collect();
    let since = receiver.got()[0].json()["position"].as_i64().unwrap();
    let behind = events
        .iter()
        .filter(|event| event["position"].as_i64().unwrap() >= since);
    let missing: Vec<&str> = behind
        .map(|event| event["id"].as_str().unwrap())
        .filter(|id| !pushed.contains(*id))
        .collect();
    assert!(missing.is_empty(), "not pushed: {missing:?}");

    // The night: what is restored says the same.
    let backup = files.path().join("sicherung.dump");
    let made = program.run(&["backup", backup.to_str().unwrap()]);
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    process.stop();
    let verified = program.run(&["audit", "verify"]);
    let fresh = Program::within(data_dir(), None, &sink);
    let restored = fresh.run(&["restore", backup.to_str().unwrap()]);
    assert!(
        restored.status.success(),
        "{}",
        String::from_utf8_lossy(&restored.stderr)
    );
    let again = fresh.run(&["audit", "verify"]);
    assert!(verified.status.success() && again.status.success());
    let process = fresh.serve();
    let there = System {
        base: fresh.base(),
        ..monitoring
    };
    assert_eq!(figures(&there).await, counted);
    process.stop();
    let panics = program.log_lines(&["panicked", "database fault"]);
    assert!(panics.is_empty(), "{panics:#?}");
}
