//! What every answer must say and no answer may: headers, hosts, tokens, hostile names, logs.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use avv_portal::mail::transport::Transport;
use avv_portal::web::routes::rows;
use reqwest::Method;
use scraper::{Html, Selector};

use crate::harness::{Browser, CUSTOMER, Log, PASSWORD, Page, Person, TestApp, days};
use crate::world::{MAIL, NEIGHBOUR, NEIGHBOUR_MAIL, World, csrf};

const CSP: [&str; 10] = [
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "script-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "object-src 'none'",
];

/// Pages of the portal as addresses, for a world; those of the public links too.
fn addresses(world: &World) -> Vec<String> {
    let agreement = world.agreement(CUSTOMER).to_string();
    let mut all = vec!["/gibt/es/nicht".to_owned(), "/static/0/nichts.css".to_owned()];
    for row in rows().filter(|row| row.method == "GET") {
        for number in ["4711", "4712"] {
            for link in [&world.open, &world.concluded] {
                all.push(
                    row.path
                        .replace("{nummer}", number)
                        .replace("{modul}", "centraflex")
                        .replace("{vertrag}", &agreement)
                        .replace("{benutzer}", "3")
                        .replace("{hash}", "0")
                        .replace("{name}", "portal.css")
                        .replace("{token}", &World::token(link)),
                );
            }
        }
    }
    all.push("/administration/avv?kunde=4711".to_owned());
    all.push("/administration/avv?kunde=4712".to_owned());
    all.push("/kunden?suche=xyz".to_owned());
    for link in [&world.open, &world.concluded] {
        all.push(format!("/zustimmung/{}?sprache=en", World::token(link)));
    }
    let unique: BTreeSet<String> = all.into_iter().collect();
    unique.into_iter().collect()
}

async fn everybody(app: &TestApp) -> Vec<(String, Browser)> {
    let mut all = vec![("nobody".to_owned(), app.visitor())];
    for person in Person::ALL {
        all.push((format!("{person:?}"), app.sign_in(person).await));
    }
    all
}

#[track_caller]
fn assert_dressed(page: &Page) {
    let about = format!("{} {}", page.status, page.path);
    let csp: Vec<&str> = page.header("content-security-policy").split(';').map(str::trim).collect();
    for part in CSP {
        assert!(csp.contains(&part), "{about}: {part} is not in {csp:?}");
    }
    assert!(!page.header("content-security-policy").contains("unsafe"), "{about}");
    assert_eq!(page.header("x-content-type-options"), "nosniff", "{about}");
    assert_eq!(page.header("cross-origin-opener-policy"), "same-origin", "{about}");
    assert_eq!(page.header("cross-origin-resource-policy"), "same-origin", "{about}");
    assert_eq!(page.header("referrer-policy"), "strict-origin", "{about}");
    assert!(page.header("permissions-policy").contains("camera=()"), "{about}");
    assert!(page.headers.get("server").is_none() && page.headers.get("x-powered-by").is_none(), "{about}");
    let is_static = page.path.starts_with("/static/") && page.status == 200;
    if is_static {
        assert!(page.header("cache-control").contains("immutable"), "{about}");
        assert!(page.headers.get("set-cookie").is_none(), "{about}");
    } else {
        assert_eq!(page.header("cache-control"), "no-store", "{about}");
        assert!(page.path.starts_with("/static/") || page.header("x-robots-tag").contains("noindex"), "{about}");
    }
    if page.bytes.is_empty() {
        return;
    }
    let kind = page.header("content-type");
    if page.bytes.starts_with(b"%PDF") {
        assert_eq!(kind, "application/pdf", "{about}");
        let name = page.header("content-disposition");
        assert!(name.starts_with("attachment; filename*=UTF-8''"), "{about}: {name}");
        assert!(name.ends_with(".pdf") && name.contains("AVV"), "{about}: {name}");
    } else {
        assert!(kind.ends_with("; charset=utf-8"), "{about}: {kind}");
    }
}

/// S-10, S-60, S-61, S-64, S-65: the headers stand on every answer: pages, files, PDFs, errors.
#[actix_web::test]
async fn every_answer_is_dressed() {
    let world = World::build().await;
    let app = &world.app;
    let mut seen = BTreeSet::new();
    for (_, browser) in everybody(app).await {
        for address in addresses(&world) {
            let page = browser.get(&address).await;
            assert_ne!(page.status, 500, "{address}");
            assert_dressed(&page);
            seen.insert((page.status.as_u16(), page.header("content-type").to_owned()));
        }
    }
    for status in [200, 303, 403, 404] {
        assert!(seen.iter().any(|(seen, _)| *seen == status), "no answer with {status} was seen: {seen:?}");
    }
    assert!(seen.iter().any(|(_, kind)| kind == "application/pdf") && seen.iter().any(|(_, kind)| kind.starts_with("text/css")));
    let visitor = app.visitor();
    for odd in [
        visitor.request(Method::OPTIONS, "/kunden").await,
        visitor.request(Method::TRACE, "/kunden").await,
        visitor.request(Method::DELETE, "/kunden/4711").await,
        visitor.request(Method::PUT, &world.open).await,
        visitor.request(Method::POST, "/kunden").await,
        visitor.get("/%00").await,
        visitor.get("/..%2f..%2fetc/passwd").await,
        visitor.get(&format!("/{}", "a".repeat(4000))).await,
        visitor.get("/anmelden?weiter=a&weiter=b").await,
        visitor.get_with("/anmelden", &[("host", "evil.example")]).await,
        visitor.post_with("/anmelden", &[], &[("origin", "https://evil.example")]).await,
        visitor.post("/anmelden", &[("email", &"x".repeat(2_000_000))]).await,
    ] {
        assert!(odd.status.is_client_error(), "{} {}", odd.status, odd.path.chars().take(60).collect::<String>());
        assert_dressed(&odd);
    }
    let robots = visitor.get("/robots.txt").await.text();
    assert!(robots.contains("Disallow: /"), "{robots}");
}

/// S-61: over HTTPS browsers are told to stay there.
#[actix_web::test]
async fn https_stays_https() {
    let app = TestApp::start_configured(Transport::memory(), |config| {
        config.web.base_url = "https://portal.example".parse().unwrap();
    })
    .await;
    let visitor = app.visitor();
    for path in ["/anmelden", "/gibtsnicht", "/static/0/portal.css", "/zustimmung/x"] {
        let page = visitor.get_with(path, &[("host", "portal.example")]).await;
        let value = page.header("strict-transport-security");
        assert_eq!(value, "max-age=31536000; includeSubDomains", "{path}");
    }
}

/// S-60, S-09, S-66: no inline script or style, nothing from elsewhere, on any page of any role.
#[actix_web::test]
async fn no_page_carries_inline_code_or_foreign_things() {
    let world = World::build().await;
    let mut pages = 0;
    for (who, browser) in everybody(&world.app).await {
        for address in addresses(&world) {
            let page = browser.get(&address).await;
            if !page.header("content-type").starts_with("text/html") {
                continue;
            }
            pages += 1;
            let html = Html::parse_document(&page.text());
            let about = format!("{who} {address}");
            for element in html.select(&Selector::parse("*").unwrap()) {
                let name = element.value().name();
                assert!(!matches!(name, "style" | "iframe" | "object" | "embed" | "base"), "{about}: <{name}>");
                assert!(name != "script" || element.attr("src").is_some_and(|src| src.starts_with("/static/")), "{about}");
                assert!(name != "script" || element.text().all(|text| text.trim().is_empty()), "{about}: inline script");
                for (attribute, value) in element.value().attrs() {
                    assert!(attribute != "style" && !attribute.starts_with("on"), "{about}: {attribute}={value}");
                    let loads = matches!(attribute, "src" | "srcset" | "action" | "formaction" | "poster")
                        || (attribute == "href" && name == "link");
                    let local = value.starts_with('/') && !value.starts_with("//") || value == "data:,";
                    assert!(!loads || local, "{about}: {attribute}={value}");
                    if attribute == "href" && name == "a" {
                        let ok = ["/", "#", "?", "mailto:", "tel:"].iter().any(|good| value.starts_with(good));
                        let leaves = value.starts_with("https://") && element.attr("rel").is_some_and(|rel| rel.contains("noreferrer"));
                        assert!((ok && !value.starts_with("//")) || leaves, "{about}: {value}");
                    }
                }
            }
        }
    }
    assert!(pages > 100, "looked at {pages} pages only");
}

/// S-20: foreign hosts are refused and never get into a link.
#[actix_web::test]
async fn foreign_hosts_get_nothing() {
    let app = TestApp::start_configured(Transport::memory(), |config| {
        config.web.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    })
    .await;
    let visitor = app.visitor();
    for host in ["evil.example", "127.0.0.1.evil.example", "evil.example:80", "127.0.0.1@evil.example", "", "127.0.0.1 evil", "localhost.evil"] {
        let page = visitor.get_with("/anmelden", &[("host", host)]).await;
        assert!(matches!(page.status.as_u16(), 400 | 421), "{host:?}: {}", page.status);
        assert!(!page.text().contains("evil"), "{host:?} is echoed");
        let before = app.everything();
        let headers = [("host", host)];
        let page = visitor.post_with("/passwort-vergessen", &[("email", Person::Partner.email())], &headers).await;
        assert!(matches!(page.status.as_u16(), 400 | 421), "{host:?}: {}", page.status);
        assert_eq!(app.changes_since(&before), [""; 0]);
    }
    let forged = [("x-forwarded-host", "evil.example"), ("forwarded", "host=evil.example"), ("x-forwarded-proto", "https"), ("x-original-url", "/betrieb")];
    let page = visitor.post_with("/passwort-vergessen", &[("email", Person::Partner.email())], &forged).await;
    page.assert_status(200).assert_silent_about("evil");
    app.deliver();
    let mail = app.last_mail_to(Person::Partner.email());
    assert!(!String::from_utf8_lossy(&mail.raw).contains("evil"));
    assert!(mail.written.text.contains(&format!("{}/passwort/", app.url)), "{}", mail.written.text);
    let page = visitor.get_with("/kunden", &forged).await;
    assert_eq!(page.location(), "/anmelden?weiter=%2Fkunden");
}

/// S-20: in production not even the loopback names work instead of the configured one.
#[actix_web::test]
async fn production_answers_to_its_own_name_only() {
    let app = TestApp::start_configured(Transport::memory(), |config| {
        config.environment = avv_portal::config::Environment::Production;
        config.web.base_url = "https://portal.example".parse().unwrap();
    })
    .await;
    let visitor = app.visitor();
    visitor.get_with("/anmelden", &[("host", "portal.example")]).await.assert_status(200);
    for host in ["127.0.0.1", "localhost", "portal.example.evil", "xportal.example"] {
        visitor.get_with("/anmelden", &[("host", host)]).await.assert_status(421);
    }
    let fields = [("email", "niemand@example.org"), ("passwort", "falsch")];
    for (origin, status) in [
        ("https://portal.example", 422),
        ("http://portal.example", 403),
        ("https://portal.example:8443", 403),
        ("https://portal.example.evil", 403),
        ("http://127.0.0.1:8080", 403),
        ("null", 403),
        ("", 403),
    ] {
        let headers = [("host", "portal.example"), ("origin", origin)];
        let page = visitor.post_with("/anmelden", &fields, &headers).await;
        assert_eq!(page.status.as_u16(), status, "{origin:?}");
    }
    visitor.get_with("/dev/postfach", &[("host", "portal.example")]).await.assert_status(404);
}

/// Fields with which the consent form concludes.
fn signature(page: &Page) -> (String, Vec<(String, String)>) {
    let (action, mut fields) = page.form("main form[action^='/zustimmung/']");
    fields.retain(|(name, _)| !matches!(name.as_str(), "name" | "funktion"));
    for (name, value) in [("name", "Ayşe Özdemir"), ("funktion", "Inhaberin"), ("vertretung", "on"), ("gelesen", "on")] {
        fields.push((name.to_owned(), value.to_owned()));
    }
    (action, fields)
}

/// S-62: the public form has no cookie to protect it, so where it comes from decides.
#[actix_web::test]
async fn the_consent_form_is_taken_from_the_own_pages_only() {
    let world = World::build().await;
    let app = &world.app;
    let visitor = app.visitor();
    let page = visitor.get(&world.open).await;
    assert!(page.headers.get("set-cookie").is_none(), "opening a link begins a session (S-15)");
    let (action, fields) = signature(&page);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let before = app.everything();
    for headers in [
        [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")],
        [("origin", "null"), ("sec-fetch-site", "same-origin")],
        [("origin", app.url.as_str()), ("sec-fetch-site", "cross-site")],
        [("origin", app.url.as_str()), ("sec-fetch-site", "same-site")],
        [("origin", "https://evil.example"), ("sec-fetch-site", "none")],
        [("origin", "http://127.0.0.1.evil.example"), ("sec-fetch-site", "same-origin")],
        [("origin", "file://"), ("sec-fetch-site", "none")],
    ] {
        let refused = visitor.post_with(&action, &fields, &headers).await;
        refused.assert_status(403);
        assert_eq!(app.changes_since(&before), [""; 0], "{headers:?}");
    }
    let headers = [("origin", app.url.as_str()), ("sec-fetch-site", "same-origin")];
    visitor.post_with(&action, &fields, &headers).await.assert_redirect("/erfolg");
    assert_eq!(app.standing(NEIGHBOUR).status.key(), "concluded");
}

/// S-04: what a mail scanner submits concludes nothing, however often.
#[actix_web::test]
async fn the_form_as_delivered_concludes_nothing() {
    let world = World::build().await;
    let app = &world.app;
    let visitor = app.visitor();
    let page = visitor.get(&world.open).await;
    let (action, fields) = page.form("main form[action^='/zustimmung/']");
    let delivered: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let (_, full) = signature(&page);
    let before = app.everything();
    visitor.post(&action, &delivered).await.assert_status(422);
    visitor.post(&action, &[]).await.assert_status(422);
    for missing in ["name", "funktion", "vertretung", "gelesen"] {
        let some: Vec<(&str, &str)> =
            full.iter().filter(|(name, _)| name != missing).map(|(n, v)| (n.as_str(), v.as_str())).collect();
        visitor.post(&action, &some).await.assert_status(422);
    }
    // Another text than the one that was shown (S-06), and fields nobody asked for (S-55).
    for shown in ["", "0000", "x"] {
        let other: Vec<(&str, &str)> = full
            .iter()
            .map(|(n, v)| if n == "dokument" { (n.as_str(), shown) } else { (n.as_str(), v.as_str()) })
            .chain([("status", "concluded"), ("kunde", "4711"), ("now", "2000-01-01")])
            .collect();
        visitor.post(&action, &other).await.assert_status(409);
    }
    visitor.post(&format!("{action}/ablehnen"), &[]).await.assert_status(303);
    visitor.get(&format!("{action}/ablehnen")).await.assert_status(200);
    assert_eq!(app.changes_since(&before), [""; 0]);
}

/// S-03: looking changes nothing but the counter, in any order, by anybody.
#[actix_web::test]
async fn looking_at_links_changes_nothing() {
    let world = World::build().await;
    let app = &world.app;
    // The first look is noted in the history; what follows must not be.
    app.visitor().get(&world.open).await;
    app.visitor().get(&world.concluded).await;
    app.visitor().get(&format!("{}/avv.pdf", world.concluded)).await;
    let before = app.everything();
    let agents = ["Mozilla/5.0 (Windows NT 10.0)", "Microsoft Office/16.0", "python-requests", ""];
    for round in 0..10 {
        let agent = agents[round % agents.len()];
        for link in [&world.open, &world.concluded] {
            for path in ["", "/erfolg", "/ablehnen", "/neuer-link", "/entwurf.pdf", "?sprache=en", "?gelesen=on&vertretung=on&name=A+B&funktion=GF"] {
                if path == "/entwurf.pdf" && round > 0 {
                    continue;
                }
                let address = format!("{link}{path}");
                let visitor = app.visitor();
                assert!(visitor.get_with(&address, &[("user-agent", agent)]).await.status.as_u16() < 500);
                visitor.request(Method::HEAD, &address).await;
                visitor.request(Method::OPTIONS, &address).await;
            }
        }
    }
    assert_eq!(app.changes_since(&before), [""; 0]);
    assert_eq!(app.standing(NEIGHBOUR).status.key(), "requested");
    app.conclude(NEIGHBOUR_MAIL).await;
}

/// S-11, S-12: unknown, broken and foreign tokens look the same, and trying many is slowed down.
#[actix_web::test]
async fn made_up_tokens_all_look_the_same_and_become_slow() {
    let world = World::build().await;
    let app = &world.app;
    let genuine = World::token(&world.open);
    let mut flipped = genuine.clone().into_bytes();
    flipped[30] = if flipped[30] == b'A' { b'B' } else { b'A' };
    let flipped = String::from_utf8(flipped).unwrap();
    let tokens = [
        "x".to_owned(),
        "A".repeat(64),
        "A".repeat(3000),
        flipped,
        genuine[..63].to_owned(),
        format!("{genuine}A"),
        genuine.to_lowercase(),
        uuid::Uuid::new_v4().to_string(),
        world.password_token(Person::Partner),
        "%F0%9F%98%80".to_owned(),
        "'%20OR%201=1--".to_owned(),
    ];
    let mut pages = BTreeSet::new();
    for (number, token) in tokens.iter().enumerate() {
        let place = format!("198.51.100.{number}");
        let page = app.visitor().get_with(&format!("/zustimmung/{token}"), &[("x-forwarded-for", &place)]).await;
        page.assert_status(404).assert_says("Dieser Link ist unvollständig oder unbekannt");
        pages.insert(page.text());
    }
    assert_eq!(pages.len(), 1, "the pages differ");
    let from = |place: &'static str| [("x-forwarded-for", place)];
    for number in 0..20 {
        let page = app.visitor().get_with(&format!("/zustimmung/falsch{number}"), &from("203.0.113.9")).await;
        page.assert_status(404);
    }
    let slow = app.visitor().get_with("/zustimmung/falsch", &from("203.0.113.9")).await;
    slow.assert_status(429);
    assert!(slow.header("retry-after").parse::<u32>().is_ok_and(|seconds| (1..=600).contains(&seconds)), "{}", slow.header("retry-after"));
    app.visitor().get_with("/passwort/falsch", &from("203.0.113.9")).await.assert_status(429);
    app.visitor().post_with("/zustimmung/falsch", &[("name", "x")], &from("203.0.113.9")).await.assert_status(429);
    app.visitor().get_with("/zustimmung/falsch", &from("203.0.113.10")).await.assert_status(404);
    app.visitor().get_with(&world.open, &from("203.0.113.10")).await.assert_status(200);
    // The office of a customer may share its address with whoever tries.
    app.visitor().get_with(&world.open, &from("203.0.113.9")).await.assert_status(200);
    app.clock.advance(chrono::Duration::minutes(11));
    app.visitor().get_with("/zustimmung/falsch", &from("203.0.113.9")).await.assert_status(404);
}

/// S-16: an earlier link is explained at once when the address has changed, and after an objection.
#[actix_web::test]
async fn earlier_links_die_with_the_next_request() {
    let world = World::build().await;
    let app = &world.app;
    let operator = app.sign_in(Person::Operator).await;
    let page = operator.get("/betrieb/kunden/4712/email").await;
    page.submit(&operator, "main form", &[("email", "neu@nachbarin.example")]).await.assert_status(303);
    let old = app.visitor().get(&world.open).await;
    assert!(old.all("main form[action^='/zustimmung/'] input[name=gelesen]").is_empty(), "the old link still offers the form");
    let (action, fields) = (world.open.clone(), [("name", "A B"), ("funktion", "GF"), ("vertretung", "on"), ("gelesen", "on")]);
    app.visitor().post(&action, &fields).await;
    assert_ne!(app.standing(NEIGHBOUR).status.key(), "concluded");
}

/// S-89: bodies and addresses have a limit, and the answer says so.
#[actix_web::test]
async fn what_is_too_large_is_refused() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let big = "x".repeat(70 * 1024);
    visitor.post("/anmelden", &[("email", &big)]).await.assert_status(413).assert_says("Die Eingabe ist zu groß");
    let huge = "x".repeat(3 * 1024 * 1024);
    visitor.post("/anmelden", &[("email", &huge)]).await.assert_status(413);
    let operator = app.sign_in(Person::Operator).await;
    let token = csrf(&operator).await;
    let page = operator.post("/betrieb/kunden/4711/email", &[("csrf", &token), ("email", &big)]).await;
    page.assert_status(413);
    // Longer than any browser sends: answered with an error or cut off, and never read to its end.
    for head in [format!("GET /{} HTTP/1.1\r\n", "a".repeat(400_000)), format!("GET / HTTP/1.1\r\nx: {}\r\n", "a".repeat(400_000))] {
        let mut stream = TcpStream::connect(app.url.trim_start_matches("http://")).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let _ = stream.write_all(head.as_bytes());
        let mut answer = Vec::new();
        let ended = stream.read_to_end(&mut answer);
        let cut_off = ended.is_ok() || ended.is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionReset);
        assert!(cut_off, "the server waits for more");
        assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 4"), "{}", String::from_utf8_lossy(&answer));
    }
    visitor.get("/anmelden").await.assert_status(200);
}

/// S-87, 4.1: error pages speak the reader's language and lead on.
#[actix_web::test]
async fn error_pages_speak_the_readers_language_and_have_a_way_out() {
    let world = World::build().await;
    let visitor = world.app.visitor();
    let pages = [
        ("/gibtsnicht", "de-DE,de;q=0.9", "Diese Seite gibt es nicht", "de"),
        ("/gibtsnicht", "en-US,en;q=0.9,de;q=0.5", "This page does not exist", "en"),
        ("/gibtsnicht", "fr", "Diese Seite gibt es nicht", "de"),
        ("/zustimmung/falsch", "en", "This link is incomplete or unknown", "en"),
        ("/zustimmung/falsch?sprache=en", "de", "This link is incomplete or unknown", "en"),
        ("/passwort/falsch", "de", "Dieser Link ist unvollständig", "de"),
    ];
    for (path, language, words, lang) in pages {
        let page = visitor.get_with(path, &[("accept-language", language)]).await;
        page.assert_status(404).assert_says(words);
        assert_eq!(page.attribute("html", "lang").as_deref(), Some(lang), "{path}");
        let way_out = page.attribute("main a", "href").unwrap();
        let next = visitor.get(&way_out).await;
        assert!(matches!(next.status.as_u16(), 200 | 303), "{path} leads to {way_out}: {}", next.status);
        for inside in ["src/", "panicked", "SELECT", "diesel", "postgres"] {
            page.assert_silent_about(inside);
        }
    }
}

/// S-87: a fault shows a number that stands in the log, and nothing of its cause.
#[actix_web::test]
async fn a_fault_shows_a_number_and_keeps_its_cause() {
    let world = World::build().await;
    let app = &world.app;
    let log = Log::listen();
    let partner = app.sign_in(Person::Partner).await;
    app.sql("ALTER TABLE audit_events RENAME COLUMN details TO einzelheiten").unwrap();
    let page = partner.get("/kunden/4711/avv").await;
    page.assert_status(500).assert_says("Fehlernummer").assert_silent_about("audit_events").assert_silent_about("does not exist");
    let number = page.all("main strong").remove(0);
    assert!(!log.lines_with(&["ERROR", &number]).is_empty(), "the number is not in the log");
    app.sql("ALTER TABLE audit_events RENAME COLUMN einzelheiten TO details").unwrap();
    partner.get("/kunden/4711/avv").await.assert_status(200);
}

/// S-08, S-82: a working day leaves no token, password, address or name of a session in the log.
#[actix_web::test]
async fn the_log_tells_no_secrets() {
    let log = Log::listen();
    let world = World::build_in(TestApp::start_behind_proxy().await, "Protokoll Geheimhaus GmbH").await;
    let app = &world.app;
    let password = "Protokoll-Geheimnis im Satz";
    let visitor = app.visitor();
    let signed = visitor.post("/anmelden", &[("email", Person::Partner.email()), ("passwort", PASSWORD)]).await;
    let cookie = signed.header("set-cookie").split(['=', ';']).nth(1).unwrap().to_owned();
    let token = csrf(&visitor).await;
    visitor.get(&world.open).await;
    visitor.get(&format!("{}/entwurf.pdf", world.open)).await;
    visitor.get(&format!("{}/gibtsnicht", world.open)).await;
    visitor.post_with(&world.open, &[("name", "Geheime Person")], &[("origin", "null")]).await;
    visitor.get(&format!("{}?sprache=de&sprache=en", world.open)).await;
    visitor.post(&world.open, &[("name", "Geheime Person"), ("name", "Geheime Person")]).await;
    visitor.get(&world.open).await.submit(&visitor, "main form[action^='/zustimmung/']", &[("name", "Geheime Person")]).await;
    app.visitor().post("/anmelden", &[("email", "geheim.protokoll@example.org"), ("passwort", password)]).await;
    visitor.post("/passwort-vergessen", &[("email", Person::SubPartner.email())]).await;
    app.deliver();
    let text = app.last_mail_to(Person::SubPartner.email()).written.text;
    let reset = text.split("/passwort/").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    visitor.get(&format!("/passwort/{reset}")).await;
    let new = [("passwort", password), ("wiederholung", password)];
    visitor.post(&format!("/passwort/{reset}"), &new).await.assert_status(303);
    visitor.get("/kunden/geheim.protokoll@example.org").await;
    visitor.get("/kunden?suche=Geheimhaus").await.assert_status(200);
    app.conclude(NEIGHBOUR_MAIL).await;
    app.deliver();
    let all = log.text();
    assert!(all.contains("\"level\":\"INFO\"") && all.lines().count() > 5, "nothing was logged: {all}");
    let open = World::token(&world.open);
    let secrets = [
        open.as_str(), &open[..40], &reset, &cookie, &token, password, PASSWORD, "Geheime Person", "Ayşe", MAIL, NEIGHBOUR_MAIL,
        "geheim.protokoll@example.org", Person::SubPartner.email(), Person::Partner.email(), "Geheimhaus",
    ];
    for secret in secrets {
        let told = log.lines_with(&[secret]);
        assert!(told.is_empty(), "{secret}: {told:#?}");
    }
}

/// S-70, S-26: a hostile name stays a name on every page, in every mail and in the PDF.
#[actix_web::test]
async fn a_hostile_name_stays_a_name() {
    let name = "<script>alert(1)</script>{{7*7}} ${x} [x](javascript:alert(1)) | a | b | # H1 </td><a href=//x>";
    let world = World::build_in(TestApp::start_behind_proxy().await, name).await;
    let app = &world.app;
    let raw_tag = "<script>alert(1)";
    let mut shown = 0;
    let mut look = |page: &Page, about: &str| {
        if !page.header("content-type").starts_with("text/html") {
            return;
        }
        let text = page.text();
        assert!(!text.contains(raw_tag) && !text.contains("<a href=//x>"), "{about}: {}", page.path);
        assert!(page.all("a[href^='javascript:']").is_empty(), "{about}: {}", page.path);
        assert!(!page.words().contains("49 ${x}"), "{about}: {}", page.path);
        if page.all("title, body").concat().contains("<script>alert(1)</script>{{7*7}} ${x} [x](javascript:alert(1)) | a | b | # H1") {
            shown += 1;
        }
    };
    for (who, browser) in everybody(app).await {
        for address in addresses(&world) {
            look(&browser.get(&address).await, &who);
        }
    }
    let operator = app.sign_in(Person::Operator).await;
    for search in ["%3Cscript%3Ealert(1)%3C/script%3E", "%22%3E%3Cscript%3Ealert(1)"] {
        look(&operator.get(&format!("/kunden?suche={search}")).await, "search");
        look(&app.visitor().get(&format!("/anmelden?weiter=/{search}&hinweis={search}")).await, "sign-in");
    }
    let typed = [("name", "<script>alert(1)</script>"), ("funktion", "\"><script>alert(1)")];
    look(&app.visitor().get(&world.open).await.submit(&app.visitor(), "main form[action^='/zustimmung/']", &typed).await, "form");
    look(&app.visitor().post("/anmelden", &[("email", "\"><script>alert(1)</script>")]).await, "sign-in");
    app.conclude(NEIGHBOUR_MAIL).await;
    app.deliver();
    look(&app.visitor().get(&format!("{}/erfolg", world.open)).await, "success");
    look(&operator.get("/administration/avv?kunde=4712").await, "contract");
    assert!(shown >= 8, "the name was seen on {shown} pages only");
    let mut named = 0;
    for mail in app.mails() {
        let html = &mail.written.html;
        assert!(!html.contains(raw_tag) && !html.contains("<a href=//x>"), "{}", mail.written.subject);
        assert!(!mail.written.subject.contains(['\r', '\n']));
        named += usize::from(mail.written.text.contains("<script>alert(1)</script>{{7*7}}"));
    }
    assert!(named >= 2, "only {named} mails name the customer");
    let agreement = world.agreement(NEIGHBOUR);
    let pdf = operator.get(&format!("/administration/avv/{agreement}.pdf")).await;
    pdf.assert_status(200);
    assert!(!pdf.header("content-disposition").contains(['<', '"']));
    for active in ["/JavaScript", "/JS ", "/Launch", "/OpenAction", "/AA ", "/URI (javascript"] {
        assert!(!pdf.bytes.windows(active.len()).any(|bytes| bytes == active.as_bytes()), "{active} in the PDF");
    }
}

/// S-53: no page, link or history of a partner carries the link or the contract.
#[actix_web::test]
async fn partners_see_the_status_and_never_the_contract() {
    let world = World::build().await;
    let app = &world.app;
    let consent = app.visitor().get(&world.open).await;
    // Sentences of the contract, as the customer reads them.
    let sentences: Vec<String> = consent.all("article p").into_iter().filter(|text| text.chars().count() > 80).take(40).collect();
    assert!(sentences.len() > 10, "where is the contract?");
    let (open, concluded) = (World::token(&world.open), World::token(&world.concluded));
    let mut pages = 0;
    for person in [Person::Partner, Person::SubPartner, Person::ForeignPartner] {
        let browser = app.sign_in(person).await;
        for row in rows().filter(|row| row.method == "GET" && !row.path.starts_with("/zustimmung")) {
            for number in ["4711", "4712", "9000"] {
                let address = row.path.replace("{nummer}", number).replace("{modul}", "centraflex")
                    .replace("{vertrag}", &world.agreement(CUSTOMER).to_string()).replace("{benutzer}", "1");
                let page = browser.get(&address).await;
                assert!(!page.bytes.starts_with(b"%PDF"), "{person:?} {address}");
                if page.status != 200 {
                    continue;
                }
                pages += 1;
                let text = page.text();
                for secret in [open.as_str(), concluded.as_str(), "/zustimmung/", "/administration/"] {
                    assert!(!text.contains(secret), "{person:?} {address} holds {secret}");
                }
                let words = page.all("body").concat();
                for sentence in &sentences {
                    assert!(!words.contains(sentence), "{person:?} {address}: {sentence}");
                }
                if person == Person::SubPartner {
                    assert!(!text.contains(MAIL), "{address}: the address must be masked");
                }
            }
        }
    }
    assert!(pages > 20, "saw {pages} pages only");
    // Mails to partners carry neither.
    for mail in app.mails().iter().filter(|mail| mail.to.as_str().ends_with("muster-it.example")) {
        assert!(!mail.written.text.contains("/zustimmung/") && mail.written.attachments.is_empty(), "{}", mail.written.subject);
    }
}

/// S-14, S-15: a public page shows what is needed for one customer, signed in or not.
#[actix_web::test]
async fn public_pages_show_one_customer_and_no_session() {
    let world = World::build().await;
    let app = &world.app;
    let operator = app.sign_in(Person::Operator).await;
    for browser in [app.visitor(), operator] {
        for (link, own, other) in [(&world.open, NEIGHBOUR_MAIL, "Özdemir"), (&world.concluded, MAIL, "Nachbarin")] {
            for path in ["", "/erfolg", "/ablehnen"] {
                let mut page = browser.get(&format!("{link}{path}")).await;
                while page.status == 303 {
                    page = browser.follow(&page).await;
                }
                page.assert_status(200).assert_silent_about(own).assert_silent_about(other).assert_silent_about("/abmelden");
                assert!(page.headers.get("set-cookie").is_none());
            }
        }
    }
}

/// S-56, 5.2: the gate and the module are decided anew on each request.
#[actix_web::test]
async fn an_objection_closes_an_open_page_at_the_next_click() {
    let world = World::build().await;
    let app = &world.app;
    let partner = app.sign_in(Person::Partner).await;
    partner.get("/kunden/4711/module/centraflex").await.assert_status(200);
    let customer = app.sign_in(Person::Customer).await;
    let page = customer.get("/administration/avv/widerspruch").await;
    page.submit(&customer, "main form", &[("passwort", "falsch")]).await.assert_status(422);
    partner.get("/kunden/4711/module/centraflex").await.assert_status(200);
    page.submit(&customer, "main form", &[("passwort", PASSWORD)]).await.assert_redirect("/administration/avv");
    partner.get("/kunden/4711/module/centraflex").await.assert_status(403);
    partner.get("/zugriff/4711/centraflex").await.assert_status(403);
    app.visitor().get(&format!("{}/avv.pdf", world.concluded)).await;
    assert_eq!(app.standing(CUSTOMER).status.key(), "void");
}

/// S-40: an objection recorded by the operator needs the password again, throttled like signing in.
#[actix_web::test]
async fn recording_an_objection_needs_the_password_again() {
    let world = World::build().await;
    let app = &world.app;
    let operator = app.sign_in(Person::Operator).await;
    let page = operator.get("/betrieb/kunden/4711/widerspruch").await;
    let today = app.now().date_naive().to_string();
    let before = app.everything();
    let fields = |password: &'static str| {
        let (_, mut all) = page.form("main form");
        all.retain(|(name, _)| !matches!(name.as_str(), "weg" | "passwort" | "notiz"));
        for field in all.iter_mut().filter(|(_, value)| value.is_empty()) {
            field.1.clone_from(&today);
        }
        let weg = page.attribute("input[name=weg]", "value").unwrap();
        all.extend([("weg".to_owned(), weg), ("passwort".to_owned(), password.to_owned()), ("notiz".to_owned(), String::new())]);
        all
    };
    for _ in 0..6 {
        let all = fields("falsch");
        let all: Vec<(&str, &str)> = all.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        operator.post("/betrieb/kunden/4711/widerspruch", &all).await.assert_status(422);
    }
    let all = fields(PASSWORD);
    let all: Vec<(&str, &str)> = all.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    operator.post("/betrieb/kunden/4711/widerspruch", &all).await.assert_status(422).assert_says("Zu viele Versuche");
    assert_eq!(app.changes_since(&before), [""; 0]);
    app.clock.advance(chrono::Duration::minutes(16));
    operator.post("/betrieb/kunden/4711/widerspruch", &all).await.assert_status(303);
    assert_eq!(app.standing(CUSTOMER).status.key(), "void");
}

/// S-13: "Neuen Link anfordern" mails the master-data address only, rarely, and always answers the same.
#[actix_web::test]
async fn asking_for_a_new_link_is_rare_and_answers_the_same() {
    let world = World::build().await;
    let app = &world.app;
    app.clock.advance(days(15));
    let link = format!("{}/neuer-link", world.open);
    let count = || app.mails().iter().filter(|mail| mail.to.as_str() == NEIGHBOUR_MAIL).count();
    let before = (count(), app.mails().len());
    let first = app.visitor().post(&link, &[("email", "evil@example.org")]).await;
    first.assert_status(200);
    for _ in 0..3 {
        let again = app.visitor().post(&link, &[]).await;
        assert_eq!(again.text(), first.text());
    }
    app.deliver();
    assert_eq!(count(), before.0 + 1);
    for _ in 0..6 {
        app.clock.advance(chrono::Duration::minutes(11));
        assert_eq!(app.visitor().post(&link, &[]).await.status, 200);
        app.deliver();
    }
    assert_eq!(count(), before.0 + 3, "at most three a day");
    assert!(app.mails().iter().all(|mail| mail.to.as_str() != "evil@example.org"));
}

/// S-02, S-30: no row of the database opens anything.
#[actix_web::test]
async fn a_dump_of_the_database_opens_nothing() {
    let world = World::build().await;
    let app = &world.app;
    let reset = world.password_token(Person::Partner);
    let rows = app.everything().into_iter().chain(app.rows("sessions")).chain(app.rows("attempts")).collect::<Vec<_>>().join("\n");
    for secret in [World::token(&world.open), World::token(&world.concluded), reset, PASSWORD.to_owned()] {
        assert!(!rows.contains(&secret));
    }
}
