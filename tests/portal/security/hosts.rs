//! The origin and the target host of a request (S-20, S-62).

use avv_portal::mail::transport::Transport;

use super::signature;
use crate::harness::{Person, TestApp};
use crate::seeded::{NEIGHBOUR, World};

/// S-20: requests for foreign hosts are refused and never get into a link.
#[actix_web::test]
async fn foreign_hosts_get_nothing() {
    let app = TestApp::start_configured(Transport::memory(), |config| {
        config.web.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    })
    .await;
    let visitor = app.visitor();
    for host in [
        "evil.example",
        "127.0.0.1.evil.example",
        "evil.example:80",
        "127.0.0.1@evil.example",
        "",
        "127.0.0.1 evil",
        "localhost.evil",
    ] {
        let page = visitor.get_with("/anmelden", &[("host", host)]).await;
        assert!(
            matches!(page.status.as_u16(), 400 | 421),
            "{host:?}: {}",
            page.status
        );
        assert!(!page.text().contains("evil"), "{host:?} is echoed");
        let before = app.everything();
        let headers = [("host", host)];
        let page = visitor
            .post_with(
                "/passwort-vergessen",
                &[("email", Person::Partner.email())],
                &headers,
            )
            .await;
        assert!(
            matches!(page.status.as_u16(), 400 | 421),
            "{host:?}: {}",
            page.status
        );
        assert_eq!(app.changes_since(&before), [""; 0]);
    }
    let forged = [
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "host=evil.example"),
        ("x-forwarded-proto", "https"),
        ("x-original-url", "/betrieb"),
    ];
    let page = visitor
        .post_with(
            "/passwort-vergessen",
            &[("email", Person::Partner.email())],
            &forged,
        )
        .await;
    page.assert_status(200).assert_silent_about("evil");
    app.deliver();
    let mail = app.last_mail_to(Person::Partner.email());
    assert!(!String::from_utf8_lossy(&mail.raw).contains("evil"));
    assert!(
        mail.written
            .text
            .contains(&format!("{}/passwort/", app.url)),
        "{}",
        mail.written.text
    );
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
    visitor
        .get_with("/anmelden", &[("host", "portal.example")])
        .await
        .assert_status(200);
    for host in [
        "127.0.0.1",
        "localhost",
        "portal.example.evil",
        "xportal.example",
    ] {
        visitor
            .get_with("/anmelden", &[("host", host)])
            .await
            .assert_status(421);
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
    for developers in ["/dev/postfach", "/dev/uhr"] {
        let page = visitor
            .get_with(developers, &[("host", "portal.example")])
            .await;
        page.assert_status(404);
    }
}

/// S-85: pages of a development portal that show all mails work only on its own machine, not
/// through a proxy.
#[actix_web::test]
async fn s85_development_pages_answer_their_own_machine_only() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    for path in ["/dev/uhr"] {
        visitor.get(path).await.assert_status(200);
        for header in ["x-forwarded-for", "forwarded", "x-real-ip", "via"] {
            let page = visitor.get_with(path, &[(header, "203.0.113.9")]).await;
            page.assert_status(404);
        }
    }
}

/// S-62: the public form has no cookie to protect it, so the origin decides.
#[actix_web::test]
async fn the_consent_form_is_taken_from_the_own_pages_only() {
    let world = World::build().await;
    let app = &world.app;
    let visitor = app.visitor();
    let page = visitor.get(&world.open).await;
    assert!(
        page.headers.get("set-cookie").is_none(),
        "opening a link begins a session (S-15)"
    );
    let (action, fields) = signature(&page);
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    let before = app.everything();
    for headers in [
        [
            ("origin", "https://evil.example"),
            ("sec-fetch-site", "cross-site"),
        ],
        [("origin", "null"), ("sec-fetch-site", "same-origin")],
        [
            ("origin", app.url.as_str()),
            ("sec-fetch-site", "cross-site"),
        ],
        [
            ("origin", app.url.as_str()),
            ("sec-fetch-site", "same-site"),
        ],
        [
            ("origin", "https://evil.example"),
            ("sec-fetch-site", "none"),
        ],
        [
            ("origin", "http://127.0.0.1.evil.example"),
            ("sec-fetch-site", "same-origin"),
        ],
        [("origin", "file://"), ("sec-fetch-site", "none")],
    ] {
        let refused = visitor.post_with(&action, &fields, &headers).await;
        refused.assert_status(403);
        assert_eq!(app.changes_since(&before), [""; 0], "{headers:?}");
    }
    let headers = [
        ("origin", app.url.as_str()),
        ("sec-fetch-site", "same-origin"),
    ];
    visitor
        .post_with(&action, &fields, &headers)
        .await
        .assert_redirect("/erfolg");
    assert_eq!(app.status_of(NEIGHBOUR).status.key(), "concluded");
}
