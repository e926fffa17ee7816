//! Headers and content of every page of every role (S-10, S-60 … S-66, S-87).

use std::collections::BTreeSet;

use avv_portal::mail::transport::Transport;
use avv_portal::web::routes::rows;
use reqwest::Method;
use scraper::{Html, Selector};

use super::{addresses, everybody};
use crate::harness::{Log, Page, Person, TestApp};
use crate::seeded::World;

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

#[track_caller]
fn assert_dressed(page: &Page) {
    let about = format!("{} {}", page.status, page.path);
    let csp: Vec<&str> = page
        .header("content-security-policy")
        .split(';')
        .map(str::trim)
        .collect();
    for part in CSP {
        assert!(csp.contains(&part), "{about}: {part} is not in {csp:?}");
    }
    assert!(
        !page.header("content-security-policy").contains("unsafe"),
        "{about}"
    );
    assert_eq!(page.header("x-content-type-options"), "nosniff", "{about}");
    assert_eq!(
        page.header("cross-origin-opener-policy"),
        "same-origin",
        "{about}"
    );
    assert_eq!(
        page.header("cross-origin-resource-policy"),
        "same-origin",
        "{about}"
    );
    assert_eq!(page.header("referrer-policy"), "strict-origin", "{about}");
    assert!(
        page.header("permissions-policy").contains("camera=()"),
        "{about}"
    );
    assert!(
        page.headers.get("server").is_none() && page.headers.get("x-powered-by").is_none(),
        "{about}"
    );
    let is_static = page.path.starts_with("/static/") && page.status == 200;
    if is_static {
        assert!(
            page.header("cache-control").contains("immutable"),
            "{about}"
        );
        assert!(page.headers.get("set-cookie").is_none(), "{about}");
    } else if is_part_of_the_log(page) {
        // Hashes alone, the same for everybody: whoever keeps them may.
        assert!(
            page.header("cache-control").starts_with("public, max-age="),
            "{about}"
        );
        assert!(page.headers.get("set-cookie").is_none(), "{about}");
    } else {
        assert_eq!(page.header("cache-control"), "no-store", "{about}");
        assert!(
            page.path.starts_with("/static/") || page.header("x-robots-tag").contains("noindex"),
            "{about}"
        );
    }
    if page.bytes.is_empty() {
        return;
    }
    let kind = page.header("content-type");
    if page.bytes.starts_with(b"%PDF") {
        assert_eq!(kind, "application/pdf", "{about}");
        let name = page.header("content-disposition");
        assert!(
            name.starts_with("attachment; filename*=UTF-8''"),
            "{about}: {name}"
        );
        assert!(
            name.ends_with(".pdf") && name.contains("AVV"),
            "{about}: {name}"
        );
    } else if kind == "application/zip" {
        let name = page.header("content-disposition");
        assert!(
            name.starts_with("attachment") && name.ends_with(".zip"),
            "{about}: {name}"
        );
    } else if kind.ends_with("json") {
        // UTF-8 by its own rules (RFC 8259).
        assert!(serde_json::from_slice::<serde_json::Value>(&page.bytes).is_ok());
    } else if page.path.starts_with("/protokoll/tile/") && page.status == 200 {
        assert_eq!(kind, "application/octet-stream", "{about}");
    } else {
        assert!(kind.contains("; charset=utf-8"), "{about}: {kind}");
    }
}

/// Whether this is a checkpoint or a tile of the public log (S-80).
fn is_part_of_the_log(page: &Page) -> bool {
    let is_file = page.path == "/protokoll/checkpoint" || page.path.starts_with("/protokoll/tile/");
    is_file && page.status == 200
}

/// S-10, S-60, S-61, S-64, S-65: every answer has the headers: pages, files, PDFs, errors.
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
        assert!(
            seen.iter().any(|(seen, _)| *seen == status),
            "no answer with {status} was seen: {seen:?}"
        );
    }
    assert!(
        seen.iter().any(|(_, kind)| kind == "application/pdf")
            && seen.iter().any(|(_, kind)| kind.starts_with("text/css"))
            && seen
                .iter()
                .any(|(_, kind)| kind == "application/octet-stream")
    );
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
        visitor
            .get_with("/anmelden", &[("host", "evil.example")])
            .await,
        visitor
            .post_with("/anmelden", &[], &[("origin", "https://evil.example")])
            .await,
        visitor
            .post("/anmelden", &[("email", &"x".repeat(2_000_000))])
            .await,
    ] {
        assert!(
            odd.status.is_client_error(),
            "{} {}",
            odd.status,
            odd.path.chars().take(60).collect::<String>()
        );
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
    for path in [
        "/anmelden",
        "/gibtsnicht",
        "/static/0/portal.css",
        "/zustimmung/x",
    ] {
        let page = visitor.get_with(path, &[("host", "portal.example")]).await;
        let value = page.header("strict-transport-security");
        assert_eq!(value, "max-age=31536000; includeSubDomains", "{path}");
    }
    let alone = TestApp::start_configured(Transport::memory(), |config| {
        config.web.base_url = "https://portal.example".parse().unwrap();
        config.web.hsts_subdomains = false;
    })
    .await;
    let page = alone
        .visitor()
        .get_with("/anmelden", &[("host", "portal.example")])
        .await;
    assert_eq!(page.header("strict-transport-security"), "max-age=31536000");
}

/// S-60, S-09, S-66: no inline script or style, nothing from other hosts, on any page of any role.
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
                assert!(
                    !matches!(name, "style" | "iframe" | "object" | "embed" | "base"),
                    "{about}: <{name}>"
                );
                assert!(
                    name != "script"
                        || element
                            .attr("src")
                            .is_some_and(|src| src.starts_with("/static/")),
                    "{about}"
                );
                assert!(
                    name != "script" || element.text().all(|text| text.trim().is_empty()),
                    "{about}: inline script"
                );
                for (attribute, value) in element.value().attrs() {
                    assert!(
                        attribute != "style" && !attribute.starts_with("on"),
                        "{about}: {attribute}={value}"
                    );
                    let loads = matches!(
                        attribute,
                        "src" | "srcset" | "action" | "formaction" | "poster"
                    ) || (attribute == "href" && name == "link");
                    let local =
                        value.starts_with('/') && !value.starts_with("//") || value == "data:,";
                    assert!(!loads || local, "{about}: {attribute}={value}");
                    if attribute == "href" && name == "a" {
                        let ok = ["/", "#", "?", "mailto:", "tel:"]
                            .iter()
                            .any(|good| value.starts_with(good));
                        let leaves = value.starts_with("https://")
                            && element
                                .attr("rel")
                                .is_some_and(|rel| rel.contains("noreferrer"));
                        assert!(
                            (ok && !value.starts_with("//")) || leaves,
                            "{about}: {value}"
                        );
                    }
                }
            }
        }
    }
    assert!(pages > 100, "looked at {pages} pages only");
}

/// S-87, 4.1: error pages are in the reader's language and offer a next step.
#[actix_web::test]
async fn error_pages_speak_the_readers_language_and_have_a_way_out() {
    let world = World::build().await;
    let visitor = world.app.visitor();
    // An address with an invalid number or key is a page that does not exist, too.
    let operator = world.app.sign_in(Person::Operator).await;
    for path in [
        "/kunden/99999999999999999999",
        "/kunden/elf/avv",
        "/betrieb/mails/99999999999999999999",
        "/administration/avv/x.pdf",
        "/vertrag/%00",
    ] {
        let page = operator.get(path).await;
        page.assert_status(404)
            .assert_says("Diese Seite gibt es nicht");
    }
    let pages = [
        (
            "/gibtsnicht",
            "de-DE,de;q=0.9",
            "Diese Seite gibt es nicht",
            "de",
        ),
        (
            "/gibtsnicht",
            "en-US,en;q=0.9,de;q=0.5",
            "This page does not exist",
            "en",
        ),
        ("/gibtsnicht", "fr", "Diese Seite gibt es nicht", "de"),
        (
            "/zustimmung/falsch",
            "en",
            "This link is incomplete or unknown",
            "en",
        ),
        (
            "/zustimmung/falsch?sprache=en",
            "de",
            "This link is incomplete or unknown",
            "en",
        ),
        (
            "/passwort/falsch",
            "de",
            "Dieser Link ist unvollständig",
            "de",
        ),
    ];
    for (path, language, words, lang) in pages {
        let page = visitor
            .get_with(path, &[("accept-language", language)])
            .await;
        page.assert_status(404).assert_says(words);
        assert_eq!(
            page.attribute("html", "lang").as_deref(),
            Some(lang),
            "{path}"
        );
        let way_out = page.attribute("main a", "href").unwrap();
        let next = visitor.get(&way_out).await;
        assert!(
            matches!(next.status.as_u16(), 200 | 303),
            "{path} leads to {way_out}: {}",
            next.status
        );
        for inside in ["src/", "panicked", "SELECT", "diesel", "postgres"] {
            page.assert_silent_about(inside);
        }
    }
}

/// S-87: an error shows a reference number that is in the log, and nothing of its cause.
#[actix_web::test]
async fn a_fault_shows_a_number_and_keeps_its_cause() {
    let world = World::build().await;
    let app = &world.app;
    let log = Log::listen();
    let partner = app.sign_in(Person::Partner).await;
    app.sql("ALTER TABLE audit_events RENAME COLUMN details TO einzelheiten")
        .unwrap();
    let page = partner.get("/kunden/4711/avv").await;
    page.assert_status(500)
        .assert_says("Fehlernummer")
        .assert_silent_about("audit_events")
        .assert_silent_about("does not exist");
    let number = page.all("main strong").remove(0);
    assert!(
        !log.lines_with(&["ERROR", &number]).is_empty(),
        "the number is not in the log"
    );
    app.sql("ALTER TABLE audit_events RENAME COLUMN einzelheiten TO details")
        .unwrap();
    partner.get("/kunden/4711/avv").await.assert_status(200);
}

/// S-34: signed-in users can sign out on every page.
#[actix_web::test]
async fn signing_out_is_visible_on_every_page() {
    let world = World::build().await;
    for person in Person::ALL {
        let browser = world.app.sign_in(person).await;
        for row in rows().filter(|row| {
            row.method == "GET"
                && !row.path.starts_with("/zustimmung")
                && !row.path.contains("passwort")
        }) {
            let address = row
                .path
                .replace("{nummer}", "4711")
                .replace("{modul}", "centraflex")
                .replace("{benutzer}", "3")
                .replace("{partner}", "2");
            let page = browser.get(&address).await;
            let inside = page.status == 200 && !page.all("nav[aria-label='Hauptmenü']").is_empty();
            assert!(
                !inside || !page.all("form[action='/abmelden'] button").is_empty(),
                "{person:?} {address}"
            );
        }
    }
}
