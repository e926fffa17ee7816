//! The gate in front of the products: what it says, what it reads, and nginx asking it with the
//! configuration that docs/gate ships.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use avv_portal::actions::clients;
use avv_portal::domain::client::ClientScope;
use avv_portal::domain::second_factor::FactorRule;
use avv_portal::mail::transport::Transport;
use avv_portal::storage::case_rows;
use avv_portal::storage::clients::NewClient;
use reqwest::Method;
use tempfile::TempDir;

use crate::first_day::nginx;
use crate::harness::{Browser, CUSTOMER, PASSWORD, Page, Person, TestApp, days, port};
use crate::seeded::{World, csrf, user_id};

const GATE: &str = "/zugriff/4711/centraflex";
const NGINX: &str = include_str!("../../docs/gate/nginx.conf");
const OTHER_HOST: &str = include_str!("../../docs/gate/nginx-other-host.conf");

/// Status and reason; no answer may be kept.
#[track_caller]
fn said(page: &Page) -> (u16, String) {
    assert_eq!(page.header("cache-control"), "no-store");
    (page.status.as_u16(), page.header("x-avv-grund").to_owned())
}

async fn ask(browser: &Browser, path: &str) -> (u16, String) {
    said(&browser.get(path).await)
}

fn shut(reason: &str) -> (u16, String) {
    (403, reason.to_owned())
}

/// S-51: what a person may not know of is not told apart from what does not exist.
#[actix_web::test]
async fn s56_the_gate_says_why_in_words_of_a_closed_list() {
    let world = World::build().await;
    let app = &world.app;
    assert_eq!(
        ask(&app.visitor(), GATE).await,
        (401, "signed_out".to_owned())
    );
    for number in ["4711", "1", "x", "-"] {
        let path = format!("/zugriff/{number}/gibtsnicht");
        assert_eq!(ask(&app.visitor(), &path).await.0, 401);
    }
    let open = |grant: &str| (204, grant.to_owned());
    let partner = app.sign_in(Person::Partner).await;
    assert_eq!(ask(&partner, GATE).await, open("agreement"));
    for (path, reason) in [
        ("/zugriff/9000/centraflex", "unknown_customer"),
        ("/zugriff/1/centraflex", "unknown_customer"),
        ("/zugriff/9000/gibtsnicht", "unknown_customer"),
        ("/zugriff/04711/centraflex", "unknown_customer"),
        ("/zugriff/4711/gibtsnicht", "unknown_module"),
        ("/zugriff/4711/ums", "no_booking"),
        ("/zugriff/4712/centraflex", "no_agreement"),
        ("/zugriff/4711/centraflex/..%2fx", "unclear_path"),
        ("/zugriff", "unclear_path"),
    ] {
        assert_eq!(ask(&partner, path).await, shut(reason), "{path}");
    }
    for (person, grant) in [
        (Person::SubPartner, "agreement"),
        (Person::Customer, "not_subject"),
        (Person::CustomerWithout, "not_subject"),
        (Person::Operator, "not_subject"),
    ] {
        let browser = app.sign_in(person).await;
        assert_eq!(ask(&browser, GATE).await, open(grant), "{person:?}");
    }
    let own = app.sign_in(Person::Customer).await;
    let foreign = "/zugriff/9000/centraflex";
    assert_eq!(ask(&own, foreign).await, shut("unknown_customer"));

    // A block counts at the next request, although it changes no case.
    let block = |whom| format!("UPDATE partners SET blocked_at = now() WHERE id = {whom}");
    let (mandant, sub) = (app.companies().partner, app.companies().sub_partner);
    app.sql(&block(sub)).unwrap();
    let sub_partner = app.sign_in(Person::SubPartner).await;
    assert_eq!(ask(&sub_partner, GATE).await, shut("blocked"));
    assert_eq!(ask(&partner, GATE).await, open("agreement"));
    app.sql(&block(mandant)).unwrap();
    assert_eq!(ask(&partner, GATE).await, shut("blocked"));
}

/// Time alone ends a booking: nothing was written, and the gate is shut.
#[actix_web::test]
async fn s56_a_booking_that_ends_shuts_the_gate_at_that_moment() {
    let world = World::build().await;
    let app = &world.app;
    let partner = app.sign_in(Person::Partner).await;
    let end = app.now() + chrono::Duration::minutes(10);
    app.sql(&format!(
        "UPDATE bookings SET ends_at = '{}' WHERE customer_number = '4711'",
        end.to_rfc3339()
    ))
    .unwrap();
    let now = app.now();
    app.write(|conn| avv_portal::actions::requests::refresh_row(conn, CUSTOMER, now));
    app.clock.set(end - chrono::Duration::milliseconds(1));
    assert_eq!(ask(&partner, GATE).await.0, 204);
    app.clock.set(end);
    assert_eq!(ask(&partner, GATE).await, shut("no_booking"));
}

#[actix_web::test]
async fn s56_any_method_and_any_page_below_asks_the_same_question() {
    let world = World::build().await;
    let partner = world.app.sign_in(Person::Partner).await;
    for method in [Method::GET, Method::HEAD, Method::POST, Method::DELETE] {
        let page = partner.request(method.clone(), GATE).await;
        assert_eq!(said(&page).0, 204, "{method}");
        let below = format!("{GATE}/a/b?x=1&x=2&sprache=en");
        let page = partner.request(method.clone(), &below).await;
        assert_eq!(said(&page).0, 204, "{method}");
    }
    let forwarded = async |uri: &str| {
        let headers = [("x-forwarded-uri", uri)];
        said(&partner.get_with("/zugriff", &headers).await)
    };
    assert_eq!(forwarded("/4711/centraflex/a?b=c").await.0, 204);
    assert_eq!(forwarded("/4711/centraflex").await.0, 204);
    let out = "/4711/centraflex/../../4712/centraflex";
    assert_eq!(forwarded(out).await, shut("unclear_path"));
    assert_eq!(forwarded("/4712/centraflex").await, shut("no_agreement"));
    assert_eq!(forwarded("/").await, shut("unknown_customer"));
}

/// The question belongs to another page: it takes no message from the session.
#[actix_web::test]
async fn c2_a_question_at_the_gate_takes_no_message_away() {
    let world = World::build().await;
    let operator = world.app.sign_in(Person::Operator).await;
    let token = csrf(&operator).await;
    let ask_again = "/kunden/4712/avv/anforderung";
    let sent = operator.post(ask_again, &[("csrf", &token)]).await;
    sent.assert_status(303);
    assert_eq!(ask(&operator, GATE).await.0, 204);
    let next = operator.follow(&sent).await;
    assert_eq!(next.all("main > .flash").len(), 1);
}

#[actix_web::test]
async fn s36_without_the_second_factor_the_gate_is_shut_and_says_so() {
    let app = TestApp::start_configured(Transport::memory(), |config| {
        config.rules.second_factor = FactorRule::Operator;
    })
    .await;
    let operator = app.sign_in(Person::Operator).await;
    assert_eq!(ask(&operator, GATE).await, shut("second_factor_missing"));
}

/// F11: a fact that cannot be read, or is not there, never opens the gate.
#[actix_web::test]
async fn s56_what_cannot_be_read_shuts_the_gate() {
    let world = World::build().await;
    let app = &world.app;
    let partner = app.sign_in(Person::Partner).await;
    for careless in [
        "facts = '{}'",
        "facts = '[]'",
        "facts = '{\"bookings\": [{\"product\": 7}], \"agreement\": null}'",
        "facts = jsonb_set(facts, '{agreement}', '{}')",
    ] {
        let update = format!("UPDATE case_gates SET {careless}");
        assert!(app.sql(&update).is_err(), "{careless}");
    }
    for broken in [
        "UPDATE case_gates SET products = '{}'",
        "UPDATE case_gates SET facts = jsonb_set(facts, '{bookings,0,options}', '[{\"code\": \"gibtsnicht\", \"ends_at\": null}]')",
        "UPDATE case_gates SET facts = jsonb_set(facts, '{bookings,0,ends_at}', '\"morgen\"')",
        "UPDATE case_gates SET facts = facts || '{\"more\": 1}'",
        "ALTER TABLE case_gates RENAME TO elsewhere",
    ] {
        assert_eq!(ask(&partner, GATE).await.0, 204);
        app.sql("CREATE TABLE kept AS SELECT * FROM case_gates")
            .unwrap();
        app.sql(broken).unwrap();
        assert_eq!(ask(&partner, GATE).await, shut("unavailable"), "{broken}");
        if broken.starts_with("ALTER") {
            app.sql("ALTER TABLE elsewhere RENAME TO case_gates")
                .unwrap();
        }
        app.sql("UPDATE case_gates g SET products = k.products, facts = k.facts FROM kept k WHERE k.number = g.number; DROP TABLE kept")
            .unwrap();
    }
    // `check --cases` finds what no program wrote, and mends it.
    app.sql("DELETE FROM case_gates WHERE number = '4711'; UPDATE case_gates SET partner_id = NULL, sub_partner_id = NULL WHERE number = '9000'")
        .unwrap();
    assert_eq!(ask(&partner, GATE).await, shut("unknown_customer"));
    let found = avv_portal::actions::list_check::check(&app.app, false).unwrap();
    assert_eq!(found.differing, 2, "{found:?}");
    let mended = avv_portal::actions::list_check::check(&app.app, true).unwrap();
    assert!(mended.is_in_order(), "{mended:?}");
    assert_eq!(ask(&partner, GATE).await.0, 204);
    // Without sessions nobody can be told apart; the proxy gets no page.
    app.sql("ALTER TABLE sessions RENAME TO elsewhere").unwrap();
    assert_eq!(ask(&partner, GATE).await, shut("unavailable"));
}

/// A deleted customer has no gate.
#[actix_web::test]
async fn s56_a_row_goes_with_its_customer() {
    let world = World::build().await;
    let app = &world.app;
    let (operator, now) = (app.viewer(Person::Operator), app.now());
    app.write(|conn| {
        avv_portal::actions::customers::delete(conn, &app.app, &operator, CUSTOMER, "weg", now)
            .map(|_| ())
    });
    let known = app.read(|conn| Ok(case_rows::find_gate(conn, CUSTOMER)?));
    assert_eq!(known, None);
    let partner = app.sign_in(Person::Partner).await;
    assert_eq!(ask(&partner, GATE).await, shut("unknown_customer"));
}

/// nginx with the shipped configuration; ends with the test.
struct Proxy {
    url: String,
    child: Child,
    _dir: TempDir,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A shipped file with some places changed to those of this test, each of which it has once.
fn changed(shipped: &str, places: &[(&str, String)]) -> String {
    let mut shipped = shipped.to_owned();
    for (there, here) in places {
        assert_eq!(shipped.matches(there).count(), 1, "{there}");
        shipped = shipped.replace(there, here);
    }
    shipped
}

/// nginx with this configuration in its `http` block, which listens on the port `outside`. The product
/// is a server of the same nginx that says what it was asked for.
async fn start_nginx(dir: TempDir, conf: &str, outside: u16, product: u16) -> Proxy {
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let temp: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .iter()
        .map(|kind| format!("{kind}_temp_path {};\n", path(kind)))
        .collect();
    let whole = format!(
        "daemon off; worker_processes 1; pid {}; user root;\n\
         events {{ worker_connections 64; }}\n\
         http {{ access_log off; {temp}{conf}\n\
         server {{ listen 127.0.0.1:{product}; default_type text/plain;\n\
         location / {{ return 200 'the product: $request_method $request_uri$http_x_user'; }} }} }}\n",
        path("nginx.pid"),
    );
    fs::write(path("nginx.conf"), whole).unwrap();
    let child = Command::new(nginx())
        .args([
            "-p",
            &path(""),
            "-c",
            &path("nginx.conf"),
            "-e",
            &path("nginx.log"),
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let since = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", outside)).is_err() {
        let log = fs::read_to_string(path("nginx.log")).unwrap_or_default();
        assert!(since.elapsed() < Duration::from_secs(20), "nginx: {log}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Proxy {
        url: format!("http://127.0.0.1:{outside}"),
        child,
        _dir: dir,
    }
}

/// The shipped file for a product on the portal's host, with nothing changed but addresses and
/// certificates.
async fn start_on_same_host(app: &TestApp) -> Proxy {
    let (outside, product) = (port(), port());
    let portal = app.url.strip_prefix("http://").unwrap();
    let conf = changed(
        NGINX,
        &[
            ("listen 443 ssl;", format!("listen 127.0.0.1:{outside};")),
            ("server 127.0.0.1:8080;", format!("server {portal};")),
            (
                "server 127.0.0.1:9000;",
                format!("server 127.0.0.1:{product};"),
            ),
            (
                "ssl_certificate /etc/ssl/portal.example.crt;",
                String::new(),
            ),
            (
                "ssl_certificate_key /etc/ssl/private/portal.example.key;",
                String::new(),
            ),
        ],
    );
    start_nginx(tempfile::tempdir().unwrap(), &conf, outside, product).await
}

/// The shipped file for a product on another host, likewise; people sign in with their external id.
async fn start_on_other_host(app: &TestApp, token: &str, people: &[&str]) -> Proxy {
    let (outside, product) = (port(), port());
    let portal = app.url.strip_prefix("http://").unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let passwords: String = people
        .iter()
        .map(|who| format!("{who}:{{PLAIN}}geheim\n"))
        .collect();
    fs::write(path("passwords"), passwords).unwrap();
    let line = format!("proxy_set_header Authorization \"Bearer {token}\";\n");
    fs::write(path("token.conf"), line).unwrap();
    let conf = changed(
        OTHER_HOST,
        &[
            ("listen 443 ssl;", format!("listen 127.0.0.1:{outside};")),
            ("server portal.example:443;", format!("server {portal};")),
            (
                "proxy_pass https://avv_portal",
                "proxy_pass http://avv_portal".to_owned(),
            ),
            (
                "proxy_set_header Host portal.example;",
                format!("proxy_set_header Host {portal};"),
            ),
            (
                "server 127.0.0.1:9000;",
                format!("server 127.0.0.1:{product};"),
            ),
            ("/etc/nginx/product.passwords", path("passwords")),
            (
                "include /etc/nginx/avv-token.conf",
                format!("include {}", path("token.conf")),
            ),
            (
                "ssl_certificate /etc/ssl/product.example.crt;",
                String::new(),
            ),
            (
                "ssl_certificate_key /etc/ssl/private/product.example.key;",
                String::new(),
            ),
        ],
    );
    start_nginx(dir, &conf, outside, product).await
}

/// What nginx answers somebody who signs in with this name.
async fn visit(proxy: &Proxy, who: &str, path: &str) -> (u16, String) {
    let answer = reqwest::Client::builder()
        .no_proxy()
        .build()
        .unwrap()
        .get(format!("{}{path}", proxy.url))
        .basic_auth(who, Some("geheim"))
        .send()
        .await
        .unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn sign_in(browser: &Browser, way: &str, person: Person) -> Page {
    let form = browser.get(way).await;
    form.assert_status(200);
    let login = [("email", person.email()), ("passwort", PASSWORD)];
    form.submit(browser, "main form", &login).await
}

/// A-05 … A-09: a product on a path of the same host behind nginx, as docs/gate/nginx.conf has it.
#[actix_web::test]
async fn s56_nginx_lets_through_whom_the_gate_lets_in_and_nobody_else() {
    let world = World::build().await;
    let app = &world.app;
    let proxy = start_on_same_host(app).await;
    let product = "/produkt/4711/centraflex/leitungen";

    // Signed out: to the sign-in, and back to the product.
    let partner = Browser::new(&proxy.url);
    let led = partner.get(&format!("{product}?seite=2")).await;
    led.assert_status(302);
    let way = led.location();
    assert!(
        way.ends_with(&format!("/anmelden?weiter={product}")),
        "{way}"
    );
    let way = way.strip_prefix(&proxy.url).unwrap_or(&way).to_owned();
    let back = sign_in(&partner, &way, Person::Partner).await;
    assert_eq!(back.location(), product);
    let page = partner.get(product).await;
    page.assert_status(200);
    assert_eq!(
        String::from_utf8_lossy(&page.bytes),
        format!("the product: GET {product}")
    );
    let sent = partner.post(product, &[("a", "b")]).await;
    sent.assert_status(200);

    // Shut: the portal says why. Nobody learns what customers there are.
    let closed = partner.get("/produkt/4712/centraflex/").await;
    closed.assert_status(403).assert_says("Nachbarin");
    for foreign in ["9000", "1", "04711"] {
        let page = partner
            .get(&format!("/produkt/{foreign}/centraflex/"))
            .await;
        page.assert_status(403)
            .assert_says("Diese Seite gibt es nicht");
    }
    for crooked in [
        "/produkt/4711/centraflex/..%2f..%2f4712/centraflex/",
        "/produkt/4711/centraflex/..;/..;/4712/centraflex/",
        "//produkt/4711/centraflex/",
        "/produkt/4711/",
        "/produkt/",
    ] {
        let page = partner.get(crooked).await;
        assert_eq!(page.status, 403, "{crooked}");
        page.assert_silent_about("the product:");
    }
    partner.get("/_avv_gate").await.assert_status(404);
    partner.get("/kunden").await.assert_status(200);

    // An objection shuts it at the next request; the customer's own people go on.
    let customer = Browser::new(&proxy.url);
    sign_in(&customer, "/anmelden", Person::Customer).await;
    customer.get(product).await.assert_status(200);
    let page = customer.get("/administration/avv/widerspruch").await;
    page.submit(&customer, "main form", &[("passwort", PASSWORD)])
        .await
        .assert_redirect("/administration/avv");
    partner.get(product).await.assert_status(403);
    customer.get(product).await.assert_status(200);

    // Facts that cannot be read, and then no portal at all.
    app.sql("ALTER TABLE sessions RENAME TO elsewhere").unwrap();
    customer.get(product).await.assert_status(403);
    app.sql("ALTER TABLE elsewhere RENAME TO sessions").unwrap();
    customer.get(product).await.assert_status(200);
    app.clock.advance(days(1));
    customer.get(product).await.assert_status(302);
    app.stop().await;
    let page = customer.get(product).await;
    assert!(page.status.as_u16() >= 500, "{}", page.status);
    page.assert_silent_about("the product:");
}

/// A product on a host name of its own behind nginx, as docs/gate/nginx-other-host.conf has it: nginx asks
/// with a client's token about the person who signed in there.
#[actix_web::test]
async fn s56_nginx_of_another_host_asks_with_a_token_and_shuts_in_doubt() {
    let world = World::build().await;
    let app = &world.app;
    for (person, key) in [(Person::Partner, "P-1.erna"), (Person::Customer, "K-4711")] {
        let id = user_id(app, person.email()).0;
        app.sql(&format!(
            "UPDATE users SET external_id = '{key}' WHERE id = {id}"
        ))
        .unwrap();
    }
    let client = NewClient {
        name: "product".to_owned(),
        scopes: vec![ClientScope::AccessCheck],
        networks: Vec::new(),
        per_minute: 100_000,
        expires_at: None,
    };
    let now = app.now();
    let (_, token) = app.write(|conn| clients::add_by_command(conn, &client, now));
    let people = [
        "P-1.erna",
        "K-4711",
        "niemand",
        "x&user=P-1.erna",
        "x&partner=P-1",
    ];
    let proxy = start_on_other_host(app, token.expose(), &people).await;
    let product = "/4711/centraflex/leitungen?seite=2";
    let open = (200, format!("the product: GET {product}P-1.erna"));
    assert_eq!(visit(&proxy, "P-1.erna", product).await, open);
    assert_eq!(visit(&proxy, "K-4711", "/4711/centraflex").await.0, 200);

    // Nobody, somebody else, another customer, a path that says two things.
    for (who, path) in [
        ("niemand", product),
        ("x&user=P-1.erna", product),
        ("x&partner=P-1", product),
        ("P-1.erna", "/4712/centraflex/"),
        ("P-1.erna", "/9000/centraflex/"),
        ("P-1.erna", "/4711/gibtsnicht/"),
        ("P-1.erna", "/4711/"),
        ("P-1.erna", "/"),
        ("P-1.erna", "//4711/centraflex/"),
        ("P-1.erna", "/4711/centraflex/..%2f..%2f4712/centraflex/"),
        ("P-1.erna", "/4711/centraflex/..;/..;/4712/centraflex/"),
        (
            "P-1.erna",
            "/4711/centraflex/%2E%2E/%2e%2e/4712/centraflex/",
        ),
    ] {
        let (status, text) = visit(&proxy, who, path).await;
        assert_eq!(status, 403, "{who} {path}: {text}");
        assert!(!text.contains("the product:"), "{text}");
    }
    let unknown = visit(&proxy, "fremd", product).await;
    assert_eq!(unknown.0, 401, "not even signed in");

    // An objection shuts it at the next request, and so does whatever keeps the portal from deciding.
    let customer = app.sign_in(Person::Customer).await;
    let page = customer.get("/administration/avv/widerspruch").await;
    page.submit(&customer, "main form", &[("passwort", PASSWORD)])
        .await
        .assert_redirect("/administration/avv");
    assert_eq!(visit(&proxy, "P-1.erna", product).await.0, 403);
    assert_eq!(visit(&proxy, "K-4711", product).await.0, 200);
    app.sql("ALTER TABLE case_gates RENAME TO elsewhere")
        .unwrap();
    assert_eq!(visit(&proxy, "K-4711", product).await.0, 403);
    app.sql("ALTER TABLE elsewhere RENAME TO case_gates")
        .unwrap();
    assert_eq!(visit(&proxy, "K-4711", product).await.0, 200);
    // A token that was taken back: shut, and nobody is asked for another password.
    app.sql("DELETE FROM api_tokens").unwrap();
    assert_eq!(visit(&proxy, "K-4711", product).await.0, 403);
    app.stop().await;
    assert_eq!(visit(&proxy, "K-4711", product).await.0, 403);
}
