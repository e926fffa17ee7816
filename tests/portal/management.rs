//! The management listener and the line in the log for each request: what monitoring is told, and
//! that neither names anybody.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::time::Duration;

use avv_portal::storage::embedded::{EmbeddedPostgres, Purpose};
use avv_portal::web;

use crate::harness::{Browser, CUSTOMER, Log, Page, Person, TestApp};
use crate::restore::data_dir;

const ALERTS: &str = include_str!("../../docs/monitoring/alerts.yml");
const DASHBOARD: &str = include_str!("../../docs/monitoring/dashboard.json");
const ADDRESS: &str = "info@kunde.example";
const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// The management listener of a portal; ends with it.
struct Management {
    url: String,
    server: actix_web::dev::ServerHandle,
}

impl Drop for Management {
    fn drop(&mut self) {
        drop(self.server.stop(false));
    }
}

impl Management {
    fn of(app: &TestApp) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = web::server::start_management(app.app.clone(), listener).unwrap();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Self {
            url,
            server: handle,
        }
    }

    async fn get(&self, path: &str) -> Page {
        Browser::new(&self.url).get(path).await
    }
}

/// The value of a sample, written as it stands in the page.
#[track_caller]
fn value(page: &str, sample: &str) -> f64 {
    let line = page
        .lines()
        .find_map(|line| line.strip_prefix(sample)?.strip_prefix(' '));
    let Some(value) = line else {
        panic!("no {sample} in: {page}")
    };
    value.parse().unwrap()
}

/// All names of metrics in a text.
fn names(text: &str) -> BTreeSet<&str> {
    let is_part = |c: char| c.is_ascii_lowercase() || c == '_';
    text.split(|c: char| !is_part(c))
        .filter(|word| word.starts_with("avv_"))
        .collect()
}

#[actix_web::test]
async fn s90_metrics_are_on_a_listener_of_their_own() {
    let app = TestApp::start().await;
    app.visitor().get("/metrics").await.assert_status(404);
    let own = Management::of(&app);
    own.get("/healthz").await.assert_status(200);
    own.get("/readyz").await.assert_status(200);
    let metrics = own.get("/metrics").await;
    metrics.assert_status(200);
    assert!(
        metrics
            .header("content-type")
            .starts_with("text/plain; version=0.0.4"),
        "{}",
        metrics.header("content-type")
    );
    for path in ["/", "/anmelden", "/kunden", "/static/x/y.css"] {
        own.get(path).await.assert_status(404);
    }
    let page = &metrics.text();
    let version = format!(
        "avv_build_info{{version=\"{}\"}}",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(value(page, &version), 1.0);
    assert_eq!(value(page, "avv_database_up"), 1.0);
    assert_eq!(value(page, "avv_mails_waiting"), 0.0);
    assert!(value(page, "avv_seal_days_left") > 1.0);
    assert!(value(page, "avv_audit_position") >= 0.0);
    assert_eq!(value(page, "avv_alerts_open{kind=\"undeliverable\"}"), 0.0);
    assert!(value(page, "avv_database_connections_max{pool=\"pages\"}") > 0.0);
}

#[actix_web::test]
async fn s82_neither_metrics_nor_request_lines_name_anybody() {
    let log = Log::listen();
    let app = TestApp::start().await;
    let own = Management::of(&app);
    app.book(CUSTOMER, "centraflex", false);
    app.deliver();
    let to = app.mails().last().unwrap().to.as_str().to_owned();
    let link = app.consent_link(&to);
    let token = link.rsplit('/').next().unwrap().to_owned();
    let visitor = app.visitor();
    visitor
        .get_with(&link, &[("traceparent", TRACE)])
        .await
        .assert_status(200);
    visitor
        .get_with(
            &format!("/niemand/{token}?an={ADDRESS}"),
            &[("traceparent", ADDRESS)],
        )
        .await
        .assert_status(404);
    let partner = app.sign_in(Person::Partner).await;
    partner.get("/kunden?suche=Geheimwort").await;
    partner.get("/kunden/4711").await;
    let closed = partner.get("/zugriff/4711/centraflex").await;
    closed.assert_status(403);
    app.visitor()
        .request(reqwest::Method::TRACE, "/kunden/4711")
        .await;

    let metrics = own.get("/metrics").await.text();
    let here = log.text();
    let lines: Vec<&str> = here
        .lines()
        .filter(|line| line.contains("\"target\":\"avv_portal::requests\""))
        .collect();
    for secret in [token.as_str(), ADDRESS, to.as_str(), "Geheimwort", "TRACE"] {
        assert!(!metrics.contains(secret), "{secret}: {metrics}");
        for line in &lines {
            assert!(!line.contains(secret), "{secret}: {line}");
        }
    }
    // Every label of a route is a pattern of the table, and no number of a customer is in it.
    for line in metrics.lines().filter(|line| line.contains("route=\"")) {
        let route = line.split("route=\"").nth(1).unwrap();
        let route = route.split('"').next().unwrap();
        assert!(
            route == "(no route)" || web::routes::rows().any(|row| row.path == route),
            "{line}"
        );
    }
    let traced: Vec<&&str> = lines.iter().filter(|line| line.contains(TRACE)).collect();
    assert_eq!(traced.len(), 1, "{lines:?}");
    let line: serde_json::Value = serde_json::from_str(traced[0]).unwrap();
    assert_eq!(line["route"], "/zustimmung/{token}");
    assert_eq!(line["method"], "GET");
    assert_eq!(line["status"], 200);
    assert!(line["milliseconds"].is_u64(), "{line}");
    assert_eq!(line["reference"].as_str().unwrap().len(), 8);
    let count = "avv_http_request_duration_seconds_count";
    assert_eq!(
        value(
            &metrics,
            &format!("{count}{{route=\"/zustimmung/{{token}}\",method=\"GET\",status=\"2xx\"}}")
        ),
        1.0
    );
    assert_eq!(
        value(&metrics, "avv_gate_decisions_total{decision=\"closed\"}"),
        1.0
    );
    assert_eq!(value(&metrics, "avv_mails_waiting"), 0.0);
    // Neither probes nor static files get a line.
    app.visitor().get("/healthz").await;
    app.visitor().get(web::css()).await.assert_status(200);
    let later = log.text();
    for quiet in ["\"route\":\"/healthz\"", "\"route\":\"/static"] {
        assert!(!later.contains(quiet), "{quiet}");
    }
}

#[actix_web::test]
async fn s90_every_name_in_the_rules_and_on_the_dashboard_is_exported() {
    let app = TestApp::start().await;
    app.visitor().get("/healthz").await;
    let work = avv_portal::jobs::start(&app.app);
    let own = Management::of(&app);
    let metrics = own.get("/metrics").await.text();
    work.tell_to_stop();
    work.wait().await;
    let exported = names(&metrics);
    for (place, text) in [("alerts.yml", ALERTS), ("dashboard.json", DASHBOARD)] {
        let used = names(text);
        assert!(used.len() > 10, "{place}: {used:?}");
        let unknown: Vec<&&str> = used.difference(&exported).collect();
        assert!(unknown.is_empty(), "{place}: {unknown:?}");
    }
    let dashboard: serde_json::Value = serde_json::from_str(DASHBOARD).unwrap();
    assert!(dashboard["panels"].as_array().unwrap().len() > 10);
    assert!(
        value(&metrics, "avv_job_interval_seconds{name=\"deliver\"}") > 0.0,
        "{metrics}"
    );
    // Without a replica nobody looks at it, so nobody may wait for a sign of life (F7).
    assert!(!metrics.contains("{name=\"replica\"}"), "{metrics}");
}

#[actix_web::test]
async fn s90_without_a_database_the_process_still_says_how_it_is() {
    let dir = data_dir();
    let server = EmbeddedPostgres::start_for(dir.path(), Purpose::Tests).unwrap();
    let app = TestApp::start_on(&server.owner_url()).await;
    let own = Management::of(&app);
    app.visitor().get("/healthz").await.assert_status(200);
    let stopping = tokio::task::spawn_blocking(move || server.stop());
    tokio::time::timeout(Duration::from_secs(60), stopping)
        .await
        .unwrap()
        .unwrap();
    let page = own.get("/metrics").await;
    page.assert_status(200);
    assert_eq!(value(&page.text(), "avv_database_up"), 0.0);
    assert!(
        !page.text().contains("avv_mails_waiting"),
        "{}",
        page.text()
    );
    assert!(
        page.text()
            .contains("avv_http_request_duration_seconds_count{route=\"/healthz\""),
        "{}",
        page.text()
    );
    own.get("/healthz").await.assert_status(200);
    own.get("/readyz").await.assert_status(503);
}
