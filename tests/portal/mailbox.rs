//! The mailbox of what comes back, read over IMAP from a real server (row 8, EV-06, C9): what is done
//! with mails, in whatever way a mailbox fails, and when processes die in between.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use avv_portal::actions::mailbox::{MailboxRead, read};
use avv_portal::clock::Clock;
use avv_portal::config::{AfterReading, MailboxConfig};
use avv_portal::jobs;
use avv_portal::mail::transport::Transport;

use crate::bounces::report;
use crate::harness::{
    CUSTOMER, Dovecot, Log, MAILBOX, PASSWORD_OF_MAILBOX, Person, SECRET, TestApp, TokenEndpoint,
    hours, minutes,
};

const MAIL: &str = "info@oezdemir.example";

/// A portal whose mailbox is on this server.
async fn portal(server: &Dovecot, after: AfterReading) -> TestApp {
    portal_at(server.port(), after).await
}

async fn portal_at(port: u16, after: AfterReading) -> TestApp {
    let mailbox = MailboxConfig {
        host: "127.0.0.1".to_owned(),
        port,
        is_encrypted: false,
        user: MAILBOX.to_owned(),
        password: Some(PASSWORD_OF_MAILBOX.into()),
        folder: "INBOX".to_owned(),
        after,
    };
    TestApp::start_configured(Transport::memory(), |config| {
        config.mail.mailbox = Some(mailbox);
    })
    .await
}

fn read_once(app: &TestApp) -> MailboxRead {
    read(&app.app, || app.now(), || false).unwrap()
}

/// What came of reading, where nothing failed.
fn handled(count: usize) -> MailboxRead {
    MailboxRead {
        handled: count,
        ..MailboxRead::default()
    }
}

fn answer(number: usize) -> String {
    format!(
        "From: Kunde {number} <kunde{number}@firma.example>\r\nTo: {MAILBOX}\r\nSubject: Frage {number}\r\n\
         Message-ID: <frage-{number}@firma.example>\r\n\r\nGuten Tag, wir haben eine Frage.\r\n"
    )
}

/// Nobody can say who wrote it, and it is about no mail.
const UNCLEAR: &[u8] = b"Subject: ?\r\n\r\nx\r\n";

fn unclear_files(app: &TestApp) -> usize {
    let folder = app.app.config.storage.data_dir.join("inbox/unclear");
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}

#[actix_web::test]
async fn row8_what_comes_into_the_mailbox_is_taken_once_and_marked() {
    let server = Dovecot::start(None);
    let app = portal(&server, AfterReading::Keep).await;
    app.book(CUSTOMER, "centraflex", false);
    // Nothing is there yet.
    assert_eq!(app.jobs().reported, 0);
    server.deliver(report(&app, MAIL, "failed", "5.1.1").as_bytes());
    server.deliver(answer(1).as_bytes());
    server.deliver(UNCLEAR);
    app.clock.advance(hours(1));
    assert_eq!(app.jobs().reported, 3);
    assert_eq!(app.status(CUSTOMER), "undeliverable");
    assert_eq!(app.count("replies"), 1);
    assert_eq!(unclear_files(&app), 1);
    // What was not understood is for people, in the mailbox as well.
    assert_eq!(server.flags(), ["S", "S", "FS"]);
    assert_eq!(read_once(&app), handled(0));
    // A mail that a person marks as unread again, and one that came twice, change nothing.
    server.deliver(answer(1).as_bytes());
    server.deliver(UNCLEAR);
    assert_eq!(read_once(&app), handled(2));
    assert_eq!(app.count("replies"), 1);
    assert_eq!(unclear_files(&app), 1);
    assert_eq!(app.count("audit_events WHERE kind = 'undeliverable'"), 1);
    // The answer stands where those that came in another way stand.
    let operator = app.sign_in(Person::Operator).await;
    operator
        .get("/betrieb/antworten")
        .await
        .assert_says("Frage 1");
}

#[actix_web::test]
async fn mailbox_what_was_understood_is_deleted_or_moved_and_the_rest_stays() {
    let server = Dovecot::start(None);
    let app = portal(&server, AfterReading::Delete).await;
    server.deliver(answer(1).as_bytes());
    server.deliver(UNCLEAR);
    assert_eq!(read_once(&app), handled(2));
    assert_eq!(server.flags(), ["FS"]);
    let moving = app.started_again(|config| {
        let mailbox = config.mail.mailbox.as_mut().unwrap();
        mailbox.after = AfterReading::Move("Erledigt".to_owned());
    });
    server.deliver(answer(2).as_bytes());
    server.deliver(b"Subject: ??\r\n\r\ny\r\n");
    assert_eq!(read_once(&moving), handled(2));
    assert_eq!(server.flags(), ["FS", "FS"]);
    assert_eq!(server.flags_in("Erledigt"), ["S"]);
    assert_eq!(app.count("replies"), 2);
    // A folder that is not there is said before anything is read.
    let wrong = app.started_again(|config| {
        let mailbox = config.mail.mailbox.as_mut().unwrap();
        mailbox.after = AfterReading::Move("Anderswo".to_owned());
    });
    server.deliver(answer(3).as_bytes());
    let read = read_once(&wrong);
    assert!(read.is_away && read.handled == 0, "{read:?}");
    assert_eq!(app.count("replies"), 2);
    assert_eq!(server.flags(), ["FS", "FS", ""]);
}

#[actix_web::test]
async fn mailbox_of_a_mail_of_thirty_megabytes_no_more_than_the_first_is_fetched() {
    let server = Dovecot::start(None);
    let app = portal(&server, AfterReading::Keep).await;
    let mut huge = answer(1).into_bytes();
    for _ in 0..30 * 1024 * 16 {
        huge.extend_from_slice(&[b'x'; 62]);
        huge.extend_from_slice(b"\r\n");
    }
    assert!(huge.len() > 30 * 1024 * 1024);
    server.deliver(&huge);
    // One that is nothing but an opening of parts in parts.
    let nested = "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n".repeat(40_000);
    server.deliver(nested.as_bytes());
    server.deliver(answer(2).as_bytes());
    assert_eq!(read_once(&app), handled(3));
    assert_eq!(app.count("replies"), 2);
    let wait = Instant::now();
    while server.sent().is_empty() {
        assert!(wait.elapsed() < Duration::from_secs(10), "{}", server.log());
        std::thread::sleep(Duration::from_millis(20));
    }
    let sent = server.sent()[0];
    assert!((1024 * 1024..3 * 1024 * 1024).contains(&sent), "{sent}");
}

#[actix_web::test]
async fn mailbox_with_five_hundred_mails_is_read_by_one_process_at_a_time() {
    let server = Dovecot::start(None);
    let app = portal(&server, AfterReading::Keep).await;
    for number in 0..500 {
        server.deliver(answer(number).as_bytes());
    }
    let other = app.second_process();
    let now = app.now();
    let total: usize = std::thread::scope(|scope| {
        let both = [&app.app, &other]
            .map(|app| scope.spawn(move || read(app, || now, || false).unwrap().handled));
        both.into_iter().map(|one| one.join().unwrap()).sum()
    });
    // Nothing is handled by both, and both together leave nothing.
    assert_eq!(total + read_once(&app).handled, 500);
    assert_eq!(app.count("replies"), 500);
    assert_eq!(server.flags(), ["S"; 500]);
    // A process that died keeps the others out only until its claim is over.
    app.sql(&format!(
        "UPDATE mailbox_state SET claim = gen_random_uuid(), claimed_until = '{}'",
        (app.now() + minutes(5)).to_rfc3339()
    ))
    .unwrap();
    server.deliver(answer(500).as_bytes());
    assert_eq!(read_once(&app), handled(0));
    app.clock.advance(minutes(6));
    assert_eq!(read_once(&app), handled(1));
}

#[actix_web::test]
async fn mailbox_that_is_away_is_told_after_an_hour_and_comes_back_by_itself() {
    let log = Log::listen();
    let mut server = Dovecot::start(None);
    let app = portal(&server, AfterReading::Keep).await;
    assert_eq!(read_once(&app), handled(0));
    server.end();
    server.deliver(answer(1).as_bytes());
    let open = "alerts WHERE kind = 'mailbox_away' AND done_at IS NULL";
    for (later, alerts) in [(0, 0), (59, 0), (2, 1), (10, 1)] {
        app.clock.advance(minutes(later));
        // The other jobs go on.
        assert_eq!(jobs::run_once(&app.app, app.now()).failed, 1);
        assert_eq!(app.count(open), alerts, "{later}");
    }
    let operator = app.sign_in(Person::Operator).await;
    operator
        .get("/betrieb/hinweise")
        .await
        .assert_says("Postfach nicht erreichbar")
        .assert_says("avv-portal check");
    server.begin();
    assert_eq!(app.jobs().reported, 1);
    assert_eq!(app.count(open), 0);
    // Another password than the right one: the server says no, and the log does not say which.
    let wrong = app.started_again(|config| {
        let mailbox = config.mail.mailbox.as_mut().unwrap();
        mailbox.password = Some("falsches-Kennwort-4711".into());
    });
    assert!(read_once(&wrong).is_away);
    let told = log.lines_with(&["the mailbox cannot be read", "SignIn"]);
    assert!(!told.is_empty(), "{}", log.text());
    for secret in [PASSWORD_OF_MAILBOX, "falsches-Kennwort-4711", MAILBOX] {
        assert!(!log.text().contains(secret), "{secret}");
    }
}

#[actix_web::test]
async fn mailbox_server_that_talks_nonsense_or_not_at_all_is_left() {
    for said in [
        &b"* OK ready\r\n* BYE\r\n"[..],
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"* BYE too many connections\r\n",
        b"* OK {30000000}\r\n",
        b"\xff\xfe\0\0\r\n",
        b"",
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut stream = stream;
                stream.write_all(said).ok();
                stream.shutdown(std::net::Shutdown::Write).ok();
                // Until the portal hangs up.
                std::io::copy(&mut stream, &mut std::io::sink()).ok();
            }
        });
        let app = portal_at(port, AfterReading::Keep).await;
        assert!(read_once(&app).is_away, "{said:?}");
    }
}

/// Stands between the portal and the mailbox, and holds up what the portal says from a word on.
struct Between {
    port: u16,
    held: Arc<AtomicUsize>,
    holds: Arc<AtomicBool>,
}

impl Between {
    fn start(server: &Dovecot, word: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let this = Self {
            port: listener.local_addr().unwrap().port(),
            held: Arc::default(),
            holds: Arc::new(AtomicBool::new(true)),
        };
        let (to, held, holds) = (server.port(), this.held.clone(), this.holds.clone());
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (held, holds) = (held.clone(), holds.clone());
                std::thread::spawn(move || pass_on(client, to, word, &held, &holds));
            }
        });
        this
    }

    #[track_caller]
    fn wait_until_held(&self, count: usize) {
        let since = Instant::now();
        while self.held.load(Ordering::SeqCst) < count {
            assert!(since.elapsed() < Duration::from_secs(60), "never said");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn pass_on(
    mut client: TcpStream,
    to: u16,
    word: &str,
    held: &AtomicUsize,
    holds: &AtomicBool,
) -> Option<()> {
    let mut server = TcpStream::connect(("127.0.0.1", to)).ok()?;
    let (mut back, mut to_client) = (server.try_clone().ok()?, client.try_clone().ok()?);
    std::thread::spawn(move || std::io::copy(&mut back, &mut to_client).ok());
    let mut some = [0; 4096];
    loop {
        let count = client.read(&mut some).ok().filter(|count| *count > 0)?;
        let said = String::from_utf8_lossy(&some[..count]).into_owned();
        if holds.load(Ordering::SeqCst) && said.contains(word) {
            held.fetch_add(1, Ordering::SeqCst);
            // Whoever said it does not live on.
            return client.read_to_end(&mut Vec::new()).ok().map(drop);
        }
        server.write_all(&some[..count]).ok()?;
    }
}

/// The variables of a process of the real program whose mailbox is at this address.
fn program(app: &TestApp, url: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_avv-portal"));
    command
        .args(arguments)
        .env_clear()
        .env("DATABASE_URL", app.database_url())
        .env("AVV_DATA_DIR", &app.app.config.storage.data_dir)
        .env("AVV_ENV", "development")
        .env(
            "AVV_SECRET_KEY",
            "keys for tests only, in no way random: 0123456789",
        )
        .env("AVV_IMAP_URL", url)
        .env("RUST_LOG", "trace")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// S-94: killed after a mail was handled and before it was marked, again and again: each is there once,
/// and none is left.
#[actix_web::test]
async fn mailbox_a_process_that_dies_before_marking_loses_nothing_and_doubles_nothing() {
    let server = Dovecot::start(None);
    let app = portal(&server, AfterReading::Keep).await;
    app.clock.set(Clock::system().now());
    app.book(CUSTOMER, "centraflex", false);
    app.deliver();
    server.deliver(report(&app, MAIL, "failed", "5.1.1").as_bytes());
    server.deliver(answer(1).as_bytes());
    server.deliver(UNCLEAR);
    for (round, word) in ["STORE", "STORE", "FETCH"].into_iter().enumerate() {
        let between = Between::start(&server, word);
        let at = Clock::system().now() + minutes(10 * i64::try_from(round).unwrap());
        let at = at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
        let url = server.url_at(between.port);
        let mut child = program(&app, &url, &["jobs", "run-once", "--at", &at])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        between.wait_until_held(1);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(server.flags().concat(), "", "nothing was marked");
    }
    assert_eq!(app.status(CUSTOMER), "undeliverable");
    let at = Clock::system().now() + minutes(60);
    let at = at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let done = program(&app, &server.url(), &["jobs", "run-once", "--at", &at]);
    let done = finished(done);
    assert!(done.status.success(), "{done:?}");
    assert_eq!(server.flags(), ["S", "S", "FS"]);
    assert_eq!(app.count("replies"), 1);
    assert_eq!(app.count("mail_reports"), 1);
    assert_eq!(app.count("audit_events WHERE kind = 'undeliverable'"), 1);
    assert_eq!(unclear_files(&app), 1);
}

fn finished(mut command: Command) -> Output {
    command.output().unwrap()
}

/// With a certificate that is trusted, one that is not, a password and tokens: what the command says,
/// what the job does, and that no secret stands anywhere.
#[actix_web::test]
async fn mailbox_is_reached_over_tls_with_a_password_or_a_token() {
    let tokens = TokenEndpoint::start();
    let server = Dovecot::start(Some(&tokens));
    let app = portal(&server, AfterReading::Keep).await;
    let certificate = server.certificate();
    let check = |url: &str, more: &[(&str, &str)]| {
        let mut command = program(&app, url, &["check", "--dns", "127.0.0.1:1"]);
        command.env("SSL_CERT_FILE", &certificate);
        command.envs(more.iter().copied());
        let output = finished(command);
        let said = String::from_utf8(output.stdout).unwrap();
        for secret in [PASSWORD_OF_MAILBOX, SECRET, TokenEndpoint::BEGIN, "Post%"] {
            assert!(!said.contains(secret), "{said}");
        }
        let line = said.lines().find(|line| line.contains(" mailbox "));
        line.unwrap_or(&said).to_owned()
    };
    server.deliver(answer(1).as_bytes());
    let line = check(&server.tls_url(), &[]);
    assert!(line.starts_with("ok "), "{line}");
    assert!(
        line.contains("encrypted, signed in by PLAIN); unread in it: 1"),
        "{line}"
    );
    assert_eq!(server.flags(), [""], "looking changes nothing");
    let nobody = tempfile::NamedTempFile::new().unwrap();
    let nobody = nobody.path().to_str().unwrap();
    let line = check(&server.tls_url(), &[("SSL_CERT_FILE", nobody)]);
    assert!(
        line.starts_with("wrong ") && line.contains("at its certificate"),
        "{line}"
    );
    // The name in the address is not the one in the certificate.
    let line = check(&server.tls_url().replace("localhost", "127.0.0.1"), &[]);
    assert!(
        line.starts_with("wrong ") && line.contains("at its certificate"),
        "{line}"
    );
    let line = check(&server.tls_url().replace("4711", "4712"), &[]);
    assert!(line.contains("at signing in: it said"), "{line}");
    let line = check(&format!("{}/Nirgends", server.tls_url()), &[]);
    assert!(line.contains("at its folder: it said"), "{line}");
    let line = check(&server.tls_url(), &[("AVV_IMAP_AFTER", "move:Nirgends")]);
    assert!(line.contains("at AVV_IMAP_AFTER: it said"), "{line}");
    let line = check("imap://a:b@127.0.0.1:1", &[]);
    assert!(line.contains("before signing in: no connection"), "{line}");

    let oauth = |secret: &'static str| {
        [
            ("AVV_IMAP_AUTH", "oauth2"),
            ("AVV_MAIL_OAUTH_TOKEN_URL", tokens.url.as_str()),
            ("AVV_MAIL_OAUTH_CLIENT_ID", "avv-portal"),
            ("AVV_MAIL_OAUTH_CLIENT_SECRET", secret),
            (
                "AVV_MAIL_OAUTH_SCOPE",
                "https://outlook.office365.com/.default",
            ),
        ]
    };
    let line = check(&server.token_url(), &oauth(SECRET));
    assert!(
        line.contains("signed in by XOAUTH2); unread in it: 1"),
        "{line}"
    );
    let line = check(&server.token_url(), &oauth("abgelaufen"));
    assert!(
        line.starts_with("wrong ")
            && line.contains("there is no token: the token endpoint refused: invalid_client")
            && line.contains("AVV_MAIL_OAUTH_CLIENT_SECRET"),
        "{line}"
    );
    // The token is one for another mailbox.
    let other = server.token_url().replace("avv%40", "andere%40");
    let line = check(&other, &oauth(SECRET));
    assert!(line.contains("at signing in: it said"), "{line}");

    // The job, with everything that can be logged.
    let mut command = program(&app, &server.token_url(), &["jobs", "run-once"]);
    command.env("SSL_CERT_FILE", &certificate);
    let output = finished({
        command.envs(oauth(SECRET));
        command
    });
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{log}");
    assert_eq!(server.flags(), ["S"]);
    assert_eq!(app.count("replies"), 1);
    for secret in [SECRET, TokenEndpoint::BEGIN, &SECRET.replace('&', "%26")] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}
