//! The load that one stranger can cause: bodies that never end, connections without number (S-83,
//! S-89).

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use avv_portal::mail::transport::Transport;
use avv_portal::web::routes::rows;

use crate::harness::{Log, PASSWORD, Person, TestApp};
use crate::seeded::csrf;

/// Nothing here takes longer than this on any machine.
const GUARD: Duration = Duration::from_secs(60);

/// A portal whose bodies have to arrive at once.
async fn impatient(per_source: usize) -> TestApp {
    let app = TestApp::start_configured(Transport::memory(), move |config| {
        config.web.limits.body_time = Duration::from_millis(300);
        config.web.limits.per_source = per_source;
    })
    .await;
    wake(&app).await;
    app
}

/// The server begins to work with the first request: these tests wait on plain sockets, during
/// which it gets no turn.
async fn wake(app: &TestApp) {
    app.visitor().get("/healthz").await.assert_status(200);
}

fn host(app: &TestApp) -> &str {
    app.url.trim_start_matches("http://")
}

fn connect(app: &TestApp) -> TcpStream {
    let stream = TcpStream::connect(host(app)).unwrap();
    stream.set_read_timeout(Some(GUARD)).unwrap();
    stream
}

/// Sends the head of a request, and the given part of its body.
fn begin(app: &TestApp, line: &str, headers: &str, body: &str) -> TcpStream {
    let mut stream = connect(app);
    let host = host(app);
    write!(
        stream,
        "{line} HTTP/1.1\r\nhost: {host}\r\n{headers}\r\n{body}"
    )
    .unwrap();
    stream
}

/// Everything that was received until the portal closed the connection; an error if it did not.
fn until_end(stream: &mut TcpStream) -> io::Result<String> {
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {}
        Err(error) => return Err(error),
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// The session's cookie of a user who signs in over a plain socket.
fn cookie(app: &TestApp, person: Person) -> String {
    let form: String = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("email", person.email()), ("passwort", PASSWORD)])
        .finish();
    let headers = format!(
        "connection: close\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n",
        form.len()
    );
    let answer = until_end(&mut begin(app, "POST /anmelden", &headers, &form)).unwrap();
    let cookie = answer
        .lines()
        .find_map(|line| line.strip_prefix("set-cookie: "))
        .unwrap_or_else(|| panic!("no session: {answer}"));
    cookie.split(';').next().unwrap().to_owned()
}

/// A1: for every form, every sender and every encoding: a body that does not arrive ends its
/// connection.
#[actix_web::test]
async fn a1_no_route_waits_for_a_body_without_end() {
    let app = impatient(100_000).await;
    let stuck = "abc";
    let length = "content-length: 60000\r\n";
    let chunked = "transfer-encoding: chunked\r\n";
    let form = "content-type: application/x-www-form-urlencoded\r\n";
    let parts = "content-type: multipart/form-data; boundary=xyz\r\n";
    let kinds = [
        (form, length, stuck),
        (
            parts,
            length,
            "--xyz\r\ncontent-disposition: form-data; name=\"csrf\"\r\n\r\nab",
        ),
        (form, chunked, "3\r\nabc\r\n"),
        (parts, chunked, "5\r\n--xyz\r\n"),
    ];
    let people = [
        String::new(),
        format!("cookie: {}\r\n", cookie(&app, Person::Operator)),
        format!("cookie: {}\r\n", cookie(&app, Person::Customer)),
    ];
    let paths: Vec<String> = rows()
        .filter(|row| row.method == "POST")
        .map(|row| fill(row.path, "4711"))
        .collect();
    assert!(paths.len() > 50, "{paths:?}");
    for person in &people {
        // Several at a time: they end together.
        for some in paths.chunks(60) {
            let mut open = Vec::new();
            for path in some {
                for (kind, size, body) in kinds {
                    let headers = format!("{person}{kind}{size}");
                    let stream = begin(&app, &format!("POST {path}"), &headers, body);
                    open.push((format!("{path} {kind}{size}{person}"), stream));
                }
            }
            for (what, mut stream) in open {
                let ended = until_end(&mut stream);
                assert!(ended.is_ok(), "{what}: the portal still waits: {ended:?}");
            }
        }
    }
    // A form that was too slow gets an error page with its own text.
    let slow = format!("{form}{length}");
    let answer = until_end(&mut begin(&app, "POST /anmelden", &slow, stuck)).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("nicht rechtzeitig angekommen"), "{answer}");
}

fn fill(path: &str, key: &str) -> String {
    let parts = path.split('/').map(|part| match part.strip_prefix('{') {
        Some(_) if part.ends_with(".pdf") => format!("{key}.pdf"),
        Some(_) => key.to_owned(),
        None => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}

/// A1: a byte now and then does not count as progress.
#[actix_web::test]
async fn a1_drops_of_a_body_do_not_hold_a_connection() {
    let app = impatient(100).await;
    let headers = "content-type: application/x-www-form-urlencoded\r\ncontent-length: 60000\r\n";
    let mut stream = begin(&app, "POST /anmelden", headers, "email=");
    let since = Instant::now();
    while stream.write_all(b"x").is_ok() {
        assert!(since.elapsed() < GUARD, "the portal takes drop after drop");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A1: half a request ends its connection, even after a whole one, and whatever bytes of it still
/// arrive; a connection with whole requests stays open.
#[actix_web::test]
async fn a1_half_a_request_does_not_hold_a_connection() {
    let app = TestApp::start_configured(Transport::memory(), |config| {
        config.web.limits.head_time = Duration::from_secs(1);
    })
    .await;
    wake(&app).await;
    let whole = format!("GET /healthz HTTP/1.1\r\nhost: {}\r\n\r\n", host(&app));
    let kinds = [
        ("half a line, silent", "GET /anm", ""),
        (
            "half a head, a byte at a time",
            "GET /anmelden HTTP/1.1\r\nx-a: ",
            "a",
        ),
        (
            "half a head, a line at a time",
            "GET /anmelden HTTP/1.1\r\n",
            "x-b: c\r\n",
        ),
        ("nothing but line ends", "\r\n", "\r\n"),
    ];
    let mut open = Vec::new();
    for (what, half, drop) in kinds {
        for pipelined in [true, false] {
            let mut stream = connect(&app);
            let first = if pipelined { half } else { "" };
            write!(stream, "{whole}{first}").unwrap();
            assert!(stream.peek(&mut [0]).unwrap() > 0, "{what}");
            if !pipelined {
                stream.write_all(half.as_bytes()).unwrap();
            }
            stream
                .set_read_timeout(Some(Duration::from_millis(1)))
                .unwrap();
            open.push((format!("{what}, pipelined: {pipelined}"), drop, stream));
        }
    }
    let mut kept = connect(&app);
    let since = Instant::now();
    while !open.is_empty() {
        for name in open.iter().map(|(what, ..)| what) {
            assert!(since.elapsed() < GUARD, "{name}: the portal still waits");
        }
        open.retain_mut(|(_, drop, stream)| {
            let _ = stream.write_all(drop.as_bytes());
            match stream.read(&mut [0; 4096]) {
                Ok(read) => read > 0,
                Err(error) => matches!(
                    error.kind(),
                    io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
                ),
            }
        });
        kept.write_all(whole.as_bytes()).unwrap();
        let mut answer = [0; 4096];
        assert!(
            kept.read(&mut answer).unwrap() > 0,
            "it was used all the time"
        );
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// A1: one address gets its share of connections and no more, and can use it again later.
#[actix_web::test]
async fn a1_one_source_has_a_share_of_the_connections() {
    let log = Log::listen();
    let app = impatient(10).await;
    // Connections of the test's own start are closed first.
    let mut open: Vec<TcpStream> = Vec::new();
    let refused = loop {
        let mut stream = connect(&app);
        stream
            .set_read_timeout(Some(Duration::from_millis(200)))
            .unwrap();
        let mut answer = Vec::new();
        match stream.read_to_end(&mut answer) {
            Ok(_) => break String::from_utf8(answer).unwrap(),
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => break String::new(),
            Err(_) => open.push(stream),
        }
        assert!(open.len() <= 10, "nobody is refused");
    };
    assert!(
        refused.is_empty() || refused.starts_with("HTTP/1.1 429"),
        "{refused}"
    );
    assert!(
        !log.lines_with(&["refused: too many connections", "source"])
            .is_empty()
    );
    assert_eq!(
        log.lines_with(&["refused: too many connections", "127.0.0.1"]),
        [""; 0]
    );
    drop(open);
    let since = Instant::now();
    loop {
        let mut stream = begin(&app, "GET /healthz", "connection: close\r\n", "");
        if until_end(&mut stream).unwrap().starts_with("HTTP/1.1 200") {
            break;
        }
        assert!(since.elapsed() < GUARD, "the places do not come back");
    }
}

/// A1: the connections of all visitors come through a trusted proxy; there the share is one of
/// requests.
#[actix_web::test]
async fn a1_a_trusted_proxy_is_not_one_source() {
    let app = TestApp::start_configured(Transport::memory(), |config| {
        config.web.limits.per_source = 3;
        config.web.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    })
    .await;
    wake(&app).await;
    let idle: Vec<TcpStream> = (0..20).map(|_| connect(&app)).collect();
    let stalled = |place: &str| {
        let headers = format!(
            "x-forwarded-for: {place}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 60000\r\n"
        );
        begin(&app, "POST /anmelden", &headers, "a")
    };
    let mut held: Vec<TcpStream> = (0..8).map(|_| stalled("198.51.100.1")).collect();
    let since = Instant::now();
    let ask = |place: &str| {
        let headers = format!("connection: close\r\nx-forwarded-for: {place}\r\n");
        until_end(&mut begin(&app, "GET /anmelden", &headers, "")).unwrap()
    };
    while !ask("198.51.100.1").starts_with("HTTP/1.1 429") {
        assert!(since.elapsed() < GUARD, "one place has more than its share");
    }
    assert!(ask("198.51.100.2").starts_with("HTTP/1.1 200"));
    held.clear();
    drop(idle);
}

/// A1: uploads that never arrive do not delay other checks.
#[actix_web::test]
async fn a1_stalled_uploads_keep_no_check_waiting() {
    let app = TestApp::start().await;
    let headers = "content-type: multipart/form-data; boundary=xyz\r\ncontent-length: 9000000\r\n";
    let body =
        "--xyz\r\ncontent-disposition: form-data; name=\"datei\"; filename=\"a.pdf\"\r\n\r\n%PDF-";
    let stalled: Vec<TcpStream> = (0..30)
        .map(|_| begin(&app, "POST /pruefen", headers, body))
        .collect();
    let page = app
        .visitor()
        .upload(
            "/pruefen",
            &[],
            &[("datei", "a.pdf", b"%PDF-1.7 ohne Siegel")],
        )
        .await;
    page.assert_status(200);
    // None of them has ended, so they were not waited for.
    for stream in &stalled {
        stream.set_nonblocking(true).unwrap();
        let waits = stream
            .peek(&mut [0])
            .is_err_and(|e| e.kind() == io::ErrorKind::WouldBlock);
        assert!(waits, "a stalled upload ended first");
    }
}

/// A3: a stranger's form is only read if it was made by this portal, and only a limited amount of
/// such forms at a time.
#[actix_web::test]
async fn a3_strangers_hold_no_memory() {
    let app = TestApp::start_configured(Transport::memory(), |config| {
        config.web.limits.body_time = 10 * GUARD;
    })
    .await;
    wake(&app).await;
    let headers = "content-type: multipart/form-data; boundary=xyz\r\ncontent-length: 23000000\r\n";
    let part = |name: &str, value: &str| {
        format!("--xyz\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let post = |body: &str| begin(&app, "POST /betrieb/betreiber", headers, body);
    let text = "a".repeat(490_000);
    let forged = [part("a", &text), part("csrf", &text)];
    let bodies = [
        &forged[0],
        &forged[1],
        &(part("csrf", "1.2.3") + &forged[0]),
    ];
    for mut stream in bodies.map(|body| post(body)) {
        let answer = until_end(&mut stream).unwrap();
        assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
        assert!(!answer.contains("eingaben"), "{answer}");
    }
    let operator = app.sign_in(Person::Operator).await;
    let genuine = part("csrf", &csrf(&operator).await) + &part("a", "b");
    let mut held = Vec::new();
    loop {
        let mut stream = post(&genuine);
        stream
            .set_read_timeout(Some(Duration::from_millis(300)))
            .unwrap();
        let mut answer = [0; 12];
        match stream.read(&mut answer) {
            Ok(_) => {
                assert_eq!(String::from_utf8_lossy(&answer), "HTTP/1.1 429");
                break;
            }
            Err(_) => held.push(stream),
        }
        assert!(held.len() <= 60, "one source holds as much as it likes");
    }
}

/// A10: forward authentication accepts one spelling of a number, and any spelling of a host.
#[actix_web::test]
async fn a10_a_number_has_one_spelling_and_a_host_has_many() {
    let world = crate::seeded::World::build().await;
    let partner = world.app.sign_in(Person::Partner).await;
    partner
        .get("/zugriff/4711/centraflex")
        .await
        .assert_status(204);
    for other in ["04711", "+4711", "%2B4711", " 4711", "4711.0", "４７１１"] {
        partner
            .get(&format!("/zugriff/{other}/centraflex"))
            .await
            .assert_status(403);
    }
    let app = TestApp::start_configured(Transport::memory(), |config| {
        config.web.base_url = "https://portal.example".parse().unwrap();
    })
    .await;
    for name in ["portal.example", "PORTAL.Example", "portal.example."] {
        app.visitor()
            .get_with("/anmelden", &[("host", name)])
            .await
            .assert_status(200);
    }
    app.visitor()
        .get_with("/anmelden", &[("host", "portal.example.org")])
        .await
        .assert_status(421);
}
