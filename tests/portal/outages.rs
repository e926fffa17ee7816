//! Failures: Postgres dies under load, the portal is killed, two of them run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use avv_portal::clock::Clock;
use avv_portal::storage::embedded::{EmbeddedPostgres, Purpose};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::harness::{Behaviour, Browser, CUSTOMER, Log, Person, SmtpStub, TestApp};

const MAIL: &str = "info@oezdemir.example";

/// A directory that the database's user can enter, as a data directory usually is.
fn data_dir() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o711)).unwrap();
    dir
}

fn postmaster(dir: &Path) -> Option<Pid> {
    let text = fs::read_to_string(dir.join("postgres/data/postmaster.pid")).ok()?;
    text.lines().next()?.parse().ok().map(Pid::from_raw)
}

/// Postgres is killed twice while users work: they get a clear message, no one is signed out, and
/// it goes on without a restart of the portal. What was concluded meanwhile is concluded once.
#[actix_web::test]
async fn postgres_dies_under_load_and_the_portal_goes_on() {
    let log = Log::listen();
    let dir = data_dir();
    let server = EmbeddedPostgres::start_for(dir.path(), Purpose::Portal).unwrap();
    let app = TestApp::start_on(&server.owner_url()).await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let link = app.consent_link(MAIL);
    let visitor = app.visitor();
    let form = visitor.get(&link).await;
    let stop = Arc::new(AtomicBool::new(false));
    let mut loads = Vec::new();
    for person in [Person::Partner, Person::Operator, Person::Customer] {
        let (browser, stop) = (app.sign_in(person).await, Arc::clone(&stop));
        let path = if person == Person::Customer {
            "/administration/avv"
        } else {
            "/kunden"
        };
        loads.push(actix_web::rt::spawn(async move {
            let mut seen: BTreeMap<u16, usize> = BTreeMap::new();
            while !stop.load(Ordering::SeqCst) {
                let page = browser.get(path).await;
                if page.status == 503 {
                    page.assert_says("Das Portal ist gerade nicht erreichbar");
                    assert_ne!(page.header("retry-after"), "", "when to come again");
                }
                *seen.entry(page.status.as_u16()).or_default() += 1;
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            browser.get(path).await.assert_status(200);
            seen
        }));
    }
    let fields = [
        ("name", "Ayşe Özdemir"),
        ("funktion", "Inhaberin"),
        ("vertretung", "ja"),
        ("gelesen", "ja"),
    ];
    for _ in 0..2 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let victim = postmaster(dir.path()).unwrap();
        kill(victim, Signal::SIGKILL).unwrap();
        let since = Instant::now();
        // In the middle of it a customer concludes, trying again until it works.
        loop {
            let answer = form
                .submit(&visitor, "main form[action^='/zustimmung/']", &fields)
                .await;
            match answer.status.as_u16() {
                303 => break,
                503 => tokio::time::sleep(Duration::from_millis(50)).await,
                other => panic!("{other}: {}", answer.words()),
            }
            assert!(
                since.elapsed() < Duration::from_secs(60),
                "it does not come back"
            );
        }
        assert_ne!(postmaster(dir.path()), Some(victim));
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    stop.store(true, Ordering::SeqCst);
    for load in loads {
        let seen = load.await.unwrap();
        let other: Vec<_> = seen
            .keys()
            .filter(|status| ![200, 503].contains(*status))
            .collect();
        assert!(
            other.is_empty(),
            "only pages and the sentence about the outage: {seen:?} {:#?}",
            log.lines_with(&["fault"])
        );
        assert!(seen.get(&200).is_some_and(|pages| *pages > 3), "{seen:?}");
    }
    assert_eq!(
        (app.status(CUSTOMER), app.count("agreements")),
        ("concluded", 1)
    );
    app.jobs();
    let receipts = app
        .mails_to(MAIL)
        .into_iter()
        .filter(|mail| !mail.written.attachments.is_empty())
        .count();
    assert_eq!(receipts, 1);
    drop(app);
    server.stop();
}

/// The real program with data of its own.
struct Program {
    dir: tempfile::TempDir,
    port: u16,
    sink: SmtpStub,
}

impl Program {
    /// With the demo data; returns their logins by role.
    fn new() -> (Self, BTreeMap<String, (String, String)>) {
        let port = std::net::TcpListener::bind(("127.0.0.1", 0))
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let program = Self {
            dir: data_dir(),
            port,
            sink: SmtpStub::start(),
        };
        let output = program.run(&["demo"]);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let logins = String::from_utf8(output.stdout).unwrap();
        let logins = logins
            .lines()
            .filter_map(|line| {
                let mut parts = line.split('\t').map(str::to_owned);
                Some((parts.next()?, (parts.next()?, parts.next()?)))
            })
            .collect();
        (program, logins)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_avv-portal"));
        command
            .args(arguments)
            .env_remove("DATABASE_URL")
            .env("AVV_DATA_DIR", self.dir.path())
            .env("AVV_LISTEN", format!("127.0.0.1:{}", self.port))
            .env("AVV_SMTP_URL", self.sink.url())
            .env("AVV_MAIL_FROM", "avv@betreiber.example")
            .env("AVV_ENV", "development")
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Starts `serve` and waits until it is ready.
    async fn serve(&self) -> Serving {
        let child = self
            .command(&["serve"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let serving = Serving(child);
        let since = Instant::now();
        while !self.is_ready().await {
            assert!(
                since.elapsed() < Duration::from_secs(90),
                "serve does not get ready"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        serving
    }

    async fn is_ready(&self) -> bool {
        // Connected directly, because the test's browser takes a refused connection for a failure.
        let Ok(mut stream) = tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await else {
            return false;
        };
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let request = format!(
            "GET /readyz HTTP/1.0\r\nHost: 127.0.0.1:{}\r\n\r\n",
            self.port
        );
        let mut answer = String::new();
        stream.write_all(request.as_bytes()).await.is_ok()
            && stream.read_to_string(&mut answer).await.is_ok()
            && answer.starts_with("HTTP/1.0 200") | answer.starts_with("HTTP/1.1 200")
    }

    async fn sign_in(&self, login: &(String, String)) -> Browser {
        let browser = Browser::new(&format!("http://127.0.0.1:{}", self.port));
        let page = browser.get("/anmelden").await;
        page.submit(
            &browser,
            "main form",
            &[("email", &login.0), ("passwort", &login.1)],
        )
        .await
        .assert_status(303);
        browser
    }
}

/// A running `serve`, which ends with the test at the latest.
struct Serving(Child);

impl Serving {
    fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.0.id().try_into().unwrap()), signal).unwrap();
    }

    fn wait(&mut self, patience: Duration) -> std::process::ExitStatus {
        let since = Instant::now();
        loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status;
            }
            assert!(since.elapsed() < patience, "it does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Killed while a mail is being sent to a server that does not answer; the next start delivers it.
/// Afterwards the program ends on SIGTERM.
#[actix_web::test]
async fn a_killed_portal_delivers_its_mail_after_the_next_start() {
    let (program, logins) = Program::new();
    let operator = &logins["operator"];
    let mut serving = program.serve().await;
    // Mails that the demo left waiting are sent first.
    tokio::time::sleep(Duration::from_secs(3)).await;
    program.sink.mood(Behaviour::Deaf);
    let browser = program.sign_in(operator).await;
    let list = browser.get("/kunden?status=declined").await;
    let customer = list
        .attribute("tbody td.c-no + td a", "href")
        .or_else(|| list.attribute("tbody a[href^='/kunden/']", "href"))
        .unwrap_or_else(|| panic!("{}", list.words()));
    let number: String = customer.chars().filter(char::is_ascii_digit).collect();
    let status = browser.get(&format!("/kunden/{number}/avv")).await;
    let before = program.sink.taken().len();
    status
        .submit(
            &browser,
            &format!("form[action='/kunden/{number}/avv/anforderung']"),
            &[],
        )
        .await
        .assert_status(303);
    let since = Instant::now();
    while program.sink.attempts_deaf() == 0 {
        assert!(
            since.elapsed() < Duration::from_secs(20),
            "nobody tried to deliver"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    serving.signal(Signal::SIGKILL);
    assert!(!serving.wait(Duration::from_secs(10)).success());
    assert_eq!(program.sink.taken().len(), before);
    program.sink.mood(Behaviour::Fine);

    let mut serving = program.serve().await;
    let since = Instant::now();
    while program.sink.taken().len() == before {
        assert!(
            since.elapsed() < Duration::from_secs(30),
            "the mail is lost"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    let mails = program.sink.taken();
    assert_eq!(mails.len(), before + 1, "once");
    // The session is still valid after both processes.
    browser
        .get(&format!("/kunden/{number}/avv"))
        .await
        .assert_status(200)
        .assert_says("Angefordert");

    serving.signal(Signal::SIGTERM);
    let status = serving.wait(Duration::from_secs(30));
    assert!(status.success(), "{status}");
    assert!(
        postmaster(program.dir.path()).is_none(),
        "its database is stopped, too"
    );
}

/// `jobs run-once` started twice at the same moment: every step is taken once.
#[actix_web::test]
async fn two_runs_of_the_jobs_at_once_take_each_step_once() {
    let (program, _) = Program::new();
    let in_two_weeks = Clock::system().now() + chrono::Duration::days(16);
    let at = in_two_weeks.format("%Y-%m-%dT12:00:00Z").to_string();
    let runs: Vec<Child> = (0..2)
        .map(|_| {
            let mut command = program.command(&["jobs", "run-once", "--at", &at]);
            command
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let mut said = String::new();
    for run in runs {
        let output = run.wait_with_output().unwrap();
        said.push_str(&String::from_utf8_lossy(&output.stdout));
        assert!(
            output.status.success(),
            "{said} {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let mails = program.sink.taken();
    let ids: BTreeSet<String> = mails.iter().map(|mail| mail.head("Message-ID")).collect();
    assert_eq!(ids.len(), mails.len(), "no mail twice: {said}");
    let mut reminders: BTreeMap<&str, usize> = BTreeMap::new();
    for mail in mails.iter().filter(|mail| {
        mail.head("Subject").contains("Erinnerung") || mail.raw.contains("Erinnerung")
    }) {
        *reminders.entry(&mail.to).or_default() += 1;
    }
    assert!(
        !mails.is_empty(),
        "the demo data hold something that is due: {said}"
    );
    assert!(
        reminders.values().all(|times| *times == 1),
        "{reminders:?}: {said}"
    );
    // A third run finds nothing.
    let output = program.run(&["jobs", "run-once", "--at", &at]);
    assert!(
        String::from_utf8_lossy(&output.stdout)
            .contains("reminded or closed 0, refreshed 0, delivered 0, failed 0"),
        "{output:?}"
    );
}

/// Every process of a Postgres, suspended until this is dropped.
struct Frozen(Vec<Pid>);

impl Frozen {
    fn freeze(dir: &Path) -> Self {
        let postmaster = postmaster(dir).unwrap();
        kill(postmaster, Signal::SIGSTOP).unwrap();
        let mut all = vec![postmaster];
        for entry in fs::read_dir("/proc").unwrap().flatten() {
            let Ok(pid) = entry.file_name().to_string_lossy().parse::<i32>() else {
                continue;
            };
            let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
            let parent = stat
                .rsplit(')')
                .next()
                .and_then(|rest| rest.split_whitespace().nth(1));
            if parent == Some(&postmaster.to_string()) {
                kill(Pid::from_raw(pid), Signal::SIGSTOP).ok();
                all.push(Pid::from_raw(pid));
            }
        }
        Self(all)
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        for pid in &self.0 {
            kill(*pid, Signal::SIGCONT).ok();
        }
    }
}

/// F7: a database that hangs is reported within seconds, and no user waits a minute for a page.
#[actix_web::test]
async fn f7_a_database_that_stands_still_is_told_within_seconds() {
    let dir = data_dir();
    let server = EmbeddedPostgres::start_for(dir.path(), Purpose::Tests).unwrap();
    let app = TestApp::start_on(&server.owner_url()).await;
    let partner = app.sign_in(Person::Partner).await;
    let visitor = app.visitor();
    visitor.get("/readyz").await.assert_status(200);
    let frozen = Frozen::freeze(dir.path());
    let since = Instant::now();
    let ready = visitor.get("/readyz").await;
    // It used to take sixty seconds, and then reported success.
    assert!(
        since.elapsed() < Duration::from_secs(20),
        "{:?}",
        since.elapsed()
    );
    ready.assert_status(503);
    visitor.get("/healthz").await.assert_status(200);
    let since = Instant::now();
    partner.get("/kunden").await.assert_status(503);
    assert!(
        since.elapsed() < Duration::from_secs(45),
        "{:?}",
        since.elapsed()
    );
    drop(frozen);
    let since = Instant::now();
    while visitor.get("/readyz").await.status != 200 {
        assert!(
            since.elapsed() < Duration::from_secs(60),
            "it does not come back"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    partner.get("/kunden").await.assert_status(200);
    drop(app);
    server.stop();
}

/// F1: told to stop, the portal ends, whatever its database does.
#[actix_web::test]
async fn f1_a_portal_ends_in_time_whatever_its_database_does() {
    let (program, _) = Program::new();
    let mut serving = program.serve().await;
    let frozen = Frozen::freeze(program.dir.path());
    serving.signal(Signal::SIGTERM);
    serving.wait(Duration::from_secs(90));
    drop(frozen);
}
