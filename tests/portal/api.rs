//! The API as other systems of the provider use it: over HTTP, with tokens, against the description.

use std::collections::BTreeSet;

use avv_portal::actions::clients;
use avv_portal::domain::client::ClientScope;
use avv_portal::storage::clients::NewClient;
use avv_portal::storage::idempotency::forget_answers;
use avv_portal::web::Who;
use avv_portal::web::api::{EXAMPLES, description};
use avv_portal::web::routes::rows;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::{CUSTOMER, Person, TestApp, days};

/// A client with a token, whose every answer is held against the description.
struct Client<'a> {
    app: &'a TestApp,
    http: reqwest::Client,
    token: String,
    described: Value,
}

/// What came back.
struct Reply {
    status: u16,
    body: Value,
    etag: Option<String>,
    wait: Option<String>,
}

fn all() -> Vec<ClientScope> {
    ClientScope::ALL.to_vec()
}

fn new(name: &str, scopes: Vec<ClientScope>) -> NewClient {
    NewClient {
        name: name.to_owned(),
        scopes,
        networks: Vec::new(),
        per_minute: 100_000,
        expires_at: None,
    }
}

impl<'a> Client<'a> {
    fn with(app: &'a TestApp, new: &NewClient) -> Self {
        let now = app.now();
        let (_, token) = app.write(|conn| clients::add_by_command(conn, new, now));
        Self {
            app,
            http: reqwest::Client::new(),
            token: token.expose().to_owned(),
            described: description(),
        }
    }

    fn of(app: &'a TestApp) -> Self {
        Self::with(app, &new("crm", all()))
    }

    async fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Reply {
        self.send_with(method, path, body, &[]).await
    }

    async fn send_with(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> Reply {
        let method: Method = method.parse().unwrap();
        let mut request = self
            .http
            .request(method.clone(), format!("{}{path}", self.app.url))
            .bearer_auth(&self.token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        let answer = request.send().await.unwrap();
        let header = |name: &str| {
            let value = answer.headers().get(name)?;
            Some(value.to_str().unwrap().to_owned())
        };
        let (status, etag, wait) = (answer.status(), header("etag"), header("retry-after"));
        let kind = header("content-type").unwrap_or_default();
        let bytes = answer.bytes().await.unwrap();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        if status != StatusCode::NOT_MODIFIED {
            self.check(&method, path, status, &kind, &body);
        }
        Reply {
            status: status.as_u16(),
            body,
            etag,
            wait,
        }
    }

    /// An answer says what the description says of it.
    fn check(&self, method: &Method, path: &str, status: StatusCode, kind: &str, body: &Value) {
        let path = path.split('?').next().unwrap();
        let text = body.to_string();
        assert!(!text.contains("/zustimmung/"), "a link of a mail: {text}");
        if status.is_client_error() || status.is_server_error() {
            assert_eq!(kind, "application/problem+json", "{method} {path}");
            self.validate("#/components/schemas/Problem", body);
            assert!(body["instance"].is_string(), "{text}");
            return;
        }
        let paths = self.described["paths"].as_object().unwrap();
        let (_, found) = paths
            .iter()
            .find(|(pattern, _)| fits(pattern, path))
            .unwrap_or_else(|| panic!("{path} is not described"));
        let answer = &found[method.as_str().to_lowercase()]["responses"][status.as_str()];
        let content = &answer["content"][kind.split(';').next().unwrap()];
        assert!(
            content.is_object(),
            "{method} {path}: {status} {kind} is not described"
        );
        if kind.starts_with("application/json") {
            let of = content["schema"]["$ref"].as_str().unwrap();
            self.validate(of, body);
        }
    }

    /// What of JSON Schema the description uses, so that no answer has a field that is not described or
    /// lacks one that is.
    fn validate(&self, of: &str, value: &Value) {
        let schema = self
            .described
            .pointer(&of[1..])
            .unwrap_or_else(|| panic!("{of}"));
        self.holds(schema, value, of);
    }

    fn holds(&self, schema: &Value, value: &Value, at: &str) {
        if let Some(of) = schema["$ref"].as_str() {
            return self.validate(of, value);
        }
        if let Some(any) = schema["anyOf"].as_array() {
            let is_null = |one: &Value| one["type"] == "null";
            if value.is_null() {
                assert!(any.iter().any(is_null), "{at} is null");
                return;
            }
            let one = any.iter().find(|one| !is_null(one)).unwrap();
            return self.holds(one, value, at);
        }
        if let Some(one) = schema["oneOf"].as_array() {
            let found = one.iter().any(|one| one["const"] == *value);
            assert!(found, "{at}: {value} is none of them");
            return;
        }
        let kinds: Vec<&str> = match &schema["type"] {
            Value::String(kind) => vec![kind.as_str()],
            Value::Array(kinds) => kinds.iter().map(|kind| kind.as_str().unwrap()).collect(),
            _ => return,
        };
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(figure) if figure.is_f64() => "number",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        assert!(kinds.contains(&kind), "{at}: {value} is no {kinds:?}");
        if let Value::Array(all) = value {
            for (n, one) in all.iter().enumerate() {
                self.holds(&schema["items"], one, &format!("{at}/{n}"));
            }
        }
        if let (Value::Object(own), Some(known)) = (value, schema["properties"].as_object()) {
            for (name, one) in own {
                let schema = known.get(name);
                let schema = schema.unwrap_or_else(|| panic!("{at}/{name} is not described"));
                self.holds(schema, one, &format!("{at}/{name}"));
            }
            for name in schema["required"].as_array().into_iter().flatten() {
                assert!(
                    own.contains_key(name.as_str().unwrap()),
                    "{at} lacks {name}"
                );
            }
        }
    }
}

fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, path): (Vec<&str>, Vec<&str>) =
        (pattern.split('/').collect(), path.split('/').collect());
    pattern.len() == path.len()
        && pattern
            .iter()
            .zip(path)
            .all(|(one, other)| one.starts_with('{') || *one == other)
}

/// Whether a value has everything another one has.
fn has(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::Object(own), Value::Object(wanted)) => wanted
            .iter()
            .all(|(name, wanted)| own.get(name).is_some_and(|one| has(one, wanted))),
        (Value::Array(own), Value::Array(wanted)) => {
            own.len() == wanted.len()
                && own.iter().zip(wanted).all(|(one, wanted)| has(one, wanted))
        }
        (one, wanted) => one == wanted,
    }
}

fn partner() -> Value {
    json!({"name": "Nord-Süd Telefonie GmbH", "street": "Hafen 1", "postal_code": "20457", "city": "Hamburg",
        "country": "DE", "represented_by": "Ina Nord", "contact": "Ina Nord",
        "email": "ina@nord-sued.example", "phone": "+49 40 1"})
}

fn customer() -> Value {
    json!({"name": "Blumen Größer GmbH", "street": "Am Ring 1", "postal_code": "50667", "city": "Köln",
        "country": "DE", "register": {"court": "Amtsgericht Köln", "number": "HRB 7"},
        "email": "info@blumen.example", "language": "de", "partner": "P-1"})
}

async fn given(client: &Client<'_>) {
    let reply = client
        .send("PUT", "/api/v1/partners/P-1", Some(&partner()))
        .await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    let reply = client
        .send("PUT", "/api/v1/customers/K-1", Some(&customer()))
        .await;
    assert_eq!(reply.status, 201, "{}", reply.body);
}

#[actix_web::test]
async fn the_examples_of_the_page_are_true() {
    let app = TestApp::start().await;
    let client = Client::of(&app);
    for example in EXAMPLES {
        let body: Option<Value> =
            (!example.body.is_empty()).then(|| serde_json::from_str(example.body).unwrap());
        let reply = client
            .send(example.method, example.path, body.as_ref())
            .await;
        let wanted: Value = serde_json::from_str(example.answer).unwrap();
        assert_eq!(
            reply.status, example.status,
            "{}: {}",
            example.title, reply.body
        );
        assert!(
            has(&reply.body, &wanted),
            "{}: {}",
            example.title,
            reply.body
        );
    }
}

#[actix_web::test]
async fn s50_a_client_does_what_its_scopes_say_and_nothing_else() {
    let app = TestApp::start().await;
    for row in rows() {
        let Who::Client(scope) = row.who else {
            continue;
        };
        let method = row.method;
        let path = row
            .path
            .replace("{number}", "4711")
            .replace("{external_id}", "X-1")
            .replace("{code}", "centraflex")
            .replace("{agreement}", "AVV-1");
        let others: Vec<ClientScope> = all().into_iter().filter(|one| *one != scope).collect();
        let name = format!("ohne {} {method} {path}", scope.key());
        let without = Client::with(&app, &new(&name, others));
        let reply = without.send(method, &path, None).await;
        assert_eq!(
            (reply.status, reply.body["code"].as_str()),
            (403, Some("scope_missing")),
            "{name}"
        );
        let only = Client::with(&app, &new(&format!("nur {name}"), vec![scope]));
        let reply = only.send(method, &path, None).await;
        assert!(
            ![401, 403, 500].contains(&reply.status),
            "{method} {path}: {}",
            reply.body
        );
    }
}

#[actix_web::test]
async fn s50_a_token_opens_nothing_but_the_api() {
    let app = TestApp::start().await;
    let client = Client::of(&app);
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let mut asked = 0;
    for row in rows() {
        if row.method != "GET" || row.path.contains('{') || matches!(row.who, Who::Client(_)) {
            continue;
        }
        let request = || http.get(format!("{}{}", app.url, row.path));
        let nobody = request().send().await.unwrap().status();
        let known = request().bearer_auth(&client.token).send().await.unwrap();
        assert_eq!(known.status(), nobody, "{}", row.path);
        asked += 1;
    }
    assert!(asked > 30, "{asked}");
}

#[actix_web::test]
async fn nobody_gets_in_without_a_token_that_is_good_now() {
    let app = TestApp::start().await;
    let path = "/api/v1/products";
    let good = Client::of(&app);
    assert_eq!(good.send("GET", path, None).await.status, 200);
    let mut forged = Client::with(&app, &new("anderes", all()));
    let (begin, end) = forged.token.split_at(20);
    forged.token = format!("{begin}{}", end.chars().rev().collect::<String>());
    let reply = forged.send("GET", path, None).await;
    assert_eq!(
        (reply.status, reply.body["code"].as_str()),
        (401, Some("unauthenticated"))
    );
    forged.token = String::new();
    assert_eq!(forged.send("GET", path, None).await.status, 401);

    let ends = NewClient {
        expires_at: Some(app.now() + days(1)),
        ..new("bald vorbei", all())
    };
    let ends = Client::with(&app, &ends);
    assert_eq!(ends.send("GET", path, None).await.status, 200);
    app.clock.advance(days(1));
    assert_eq!(ends.send("GET", path, None).await.status, 401);

    let elsewhere = NewClient {
        networks: vec!["192.0.2.0/24".to_owned()],
        ..new("von anderswo", all())
    };
    let elsewhere = Client::with(&app, &elsewhere);
    let reply = elsewhere.send("GET", path, None).await;
    assert_eq!(
        (reply.status, reply.body["code"].as_str()),
        (403, Some("foreign_network"))
    );

    let few = NewClient {
        per_minute: 2,
        ..new("wenige", all())
    };
    let few = Client::with(&app, &few);
    for _ in 0..2 {
        assert_eq!(few.send("GET", path, None).await.status, 200);
    }
    let reply = few.send("GET", path, None).await;
    assert_eq!(reply.status, 429);
    assert_eq!(reply.wait.as_deref(), Some("60"));
    assert_eq!(
        good.send("GET", path, None).await.status,
        200,
        "others have their own minute"
    );

    // Two tokens are good at a time; the client itself is shut at once.
    let now = app.now();
    let viewer = app.viewer(Person::Operator);
    let (id, first) = app.write(|conn| clients::add(conn, &viewer, &new("gewechselt", all()), now));
    let of = |token: &str| Client {
        app: &app,
        http: reqwest::Client::new(),
        token: token.to_owned(),
        described: description(),
    };
    let second = app.write(|conn| clients::add_token(conn, &viewer, id, now + days(1)));
    let (first, second) = (of(first.expose()), of(second.expose()));
    assert_eq!(first.send("GET", path, None).await.status, 200);
    assert_eq!(second.send("GET", path, None).await.status, 200);
    let third = app.write(|conn| clients::add_token(conn, &viewer, id, now + days(2)));
    let third = of(third.expose());
    assert_eq!(first.send("GET", path, None).await.status, 401);
    assert_eq!(second.send("GET", path, None).await.status, 200);
    // Also while its request waits for something to happen.
    let waiting = third.send("GET", "/api/v1/events?after=1000000&wait=1", None);
    let revoking = async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        app.write(|conn| clients::revoke(conn, &viewer, id, now));
    };
    let (reply, ()) = tokio::join!(waiting, revoking);
    assert_eq!(reply.status, 401);
    assert_eq!(third.send("GET", path, None).await.status, 401);

    let cookie = [("cookie", "avv=irgendeine")];
    let reply = good.send_with("GET", path, None, &cookie).await;
    assert_eq!(
        (reply.status, reply.body["code"].as_str()),
        (400, Some("two_identities"))
    );
}

#[actix_web::test]
async fn writing_the_same_twice_does_nothing_and_an_older_version_is_left_alone() {
    let app = TestApp::start().await;
    let client = Client::of(&app);
    given(&client).await;
    let before = app.everything();
    let reply = client
        .send("PUT", "/api/v1/customers/K-1", Some(&customer()))
        .await;
    assert_eq!(
        (reply.status, reply.body["result"].as_str()),
        (200, Some("unchanged"))
    );
    assert!(app.changes_since(&before).is_empty());

    let mut newer = customer();
    newer["city"] = json!("Bonn");
    newer["source_version"] = json!(7);
    let reply = client
        .send("PUT", "/api/v1/customers/K-1", Some(&newer))
        .await;
    assert_eq!(reply.body["result"], "changed", "{}", reply.body);
    let mut older = customer();
    older["source_version"] = json!(6);
    let reply = client
        .send("PUT", "/api/v1/customers/K-1", Some(&older))
        .await;
    assert_eq!(
        (reply.status, reply.body["result"].as_str()),
        (200, Some("stale"))
    );
    let reply = client.send("GET", "/api/v1/customers/K-1", None).await;
    assert_eq!(reply.body["city"], "Bonn");
    assert_eq!(reply.body["register"]["court"], "Amtsgericht Köln");
    assert_eq!(reply.body["country"], "DE");

    // What is read can be written back.
    let mut same = reply.body.clone();
    for field in ["number", "status", "bookings"] {
        same.as_object_mut().unwrap().remove(field);
    }
    let reply = client
        .send("PUT", "/api/v1/customers/K-1", Some(&same))
        .await;
    assert_eq!(reply.body["result"], "unchanged", "{}", reply.body);
}

/// Queues deliver twice, and at once.
#[actix_web::test]
async fn the_same_written_by_many_at_once_is_there_once() {
    let app = TestApp::start().await;
    let client = Client::of(&app);
    given(&client).await;
    let user = json!({"name": "Nina Neu", "email": "nina@p1.example", "partner": "P-1"});
    let product = json!({
        "name": "Tengo Neu", "requires_avv": false,
        "module": {"key": "neu", "name": "Tengo Neu", "gated": false},
    });
    for (path, body) in [
        ("/api/v1/customers/K-77", customer()),
        ("/api/v1/partners/M-77", partner()),
        ("/api/v1/users/U-77", user),
        ("/api/v1/products/neu", product),
    ] {
        let all = (0..12).map(|_| client.send("PUT", path, Some(&body)));
        let answers = futures_util::future::join_all(all).await;
        let created = answers.iter().filter(|reply| reply.status == 201).count();
        assert_eq!(created, 1, "{path}");
        for reply in answers {
            assert!([200, 201].contains(&reply.status), "{path}: {}", reply.body);
        }
    }
    // Only one of many keys becomes the partner's.
    let nameless = format!("~{}", app.companies().partner);
    let read = client
        .send("GET", &format!("/api/v1/partners/{nameless}"), None)
        .await;
    let mut body = read.body.clone();
    for field in ["external_id", "complete", "blocked"] {
        body.as_object_mut().unwrap().remove(field);
    }
    let before = app.count("audit_events WHERE kind = 'partner'");
    let paths: Vec<String> = (0..8)
        .map(|n| format!("/api/v1/partners/N-{n}?adopt={nameless}"))
        .collect();
    let all = paths
        .iter()
        .map(|path| client.send("PUT", path, Some(&body)));
    let answers = futures_util::future::join_all(all).await;
    let taken: Vec<&Reply> = answers.iter().filter(|reply| reply.status == 200).collect();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].body["result"], "changed");
    assert_eq!(app.count("audit_events WHERE kind = 'partner'"), before + 1);
    let place = answers
        .iter()
        .position(|reply| reply.status == 200)
        .unwrap();
    let read = client
        .send("GET", &format!("/api/v1/partners/{nameless}"), None)
        .await;
    assert_eq!(read.body["external_id"], format!("N-{place}"));
}

#[actix_web::test]
async fn a_condition_that_cannot_be_read_is_never_taken_for_none() {
    let app = TestApp::start().await;
    let client = Client::of(&app);
    given(&client).await;
    let city = json!({"city": "Bonn"});
    let path = "/api/v1/customers/K-1";
    let twice = [("if-match", "\"a\""), ("if-match", "\"b\"")];
    for headers in [&twice[..], &[("if-none-match", "*")]] {
        let reply = client.send_with("PATCH", path, Some(&city), headers).await;
        assert_eq!(reply.status, 422, "{headers:?}");
    }
    let read = client.send("GET", path, None).await;
    assert_eq!(read.body["city"], "Köln");
}

#[actix_web::test]
async fn a_dry_run_says_what_would_follow_and_does_nothing() {
    let app = TestApp::start().await;
    let client = Client::of(&app);
    given(&client).await;
    let (before, mails) = (app.everything(), app.count("mails"));
    let booking = json!({"product": "centraflex"});
    let path = "/api/v1/customers/K-1/bookings/B-1";
    let tried = client
        .send("PUT", &format!("{path}?dry_run=true"), Some(&booking))
        .await;
    assert_eq!(tried.status, 200);
    assert_eq!(tried.body["dry_run"], true);
    assert!(app.changes_since(&before).is_empty());
    assert_eq!(app.count("mails"), mails);
    let done = client.send("PUT", path, Some(&booking)).await;
    assert_eq!(done.status, 201);
    for field in ["result", "status", "mail", "effects"] {
        assert_eq!(tried.body[field], done.body[field], "{field}");
    }
    assert!(
        done.body["effects"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["kind"] == "mail")
    );
    assert!(
        !done.body.to_string().contains("info@blumen"),
        "addresses are masked"
    );
}

#[actix_web::test]
async fn a_booking_is_changed_ended_and_never_given_to_another_customer() {
    let app = TestApp::start().await;
    let client = Client::of(&app);
    given(&client).await;
    let path = "/api/v1/customers/K-1/bookings/B-1";
    let with = |options: Value, until: Value| json!({"product": "mehrstandort-sip-trunk", "options": options, "until": until});
    let reply = client
        .send("PUT", path, Some(&with(json!([]), json!(null))))
        .await;
    assert_eq!(reply.body["status"], "not_required", "{}", reply.body);
    let reply = client
        .send("PUT", path, Some(&with(json!(["ums"]), json!(null))))
        .await;
    assert_eq!(
        (reply.status, reply.body["status"].as_str()),
        (200, Some("requested")),
        "{}",
        reply.body
    );
    let ends = with(json!(["ums"]), json!("2026-12-31"));
    let reply = client.send("PUT", path, Some(&ends)).await;
    assert_eq!(reply.body["result"], "changed", "{}", reply.body);
    let reply = client.send("PUT", path, Some(&ends)).await;
    assert_eq!(reply.body["result"], "unchanged", "{}", reply.body);
    let reply = client.send("GET", "/api/v1/customers/K-1", None).await;
    let keyed: Vec<&Value> = reply.body["bookings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["external_id"] == "B-1")
        .collect();
    assert_eq!(
        keyed.len(),
        1,
        "the key goes on with the booking: {}",
        reply.body
    );
    assert_eq!(keyed[0]["ends_at"], "2026-12-31T23:00:00Z");

    for (body, code) in [
        (json!({"product": "centraflex"}), "unknown_product"),
        (with(json!(["gibtsnicht"]), json!(null)), "unknown_product"),
        (with(json!(["ums"]), json!("2026-01-01")), "end_in_past"),
    ] {
        let reply = client.send("PUT", path, Some(&body)).await;
        assert_eq!(reply.body["code"], code, "{}", reply.body);
    }
    let mut later = ends.clone();
    later["from"] = json!("2027-01-01");
    let reply = client.send("PUT", path, Some(&later)).await;
    assert_eq!(reply.body["errors"][0]["pointer"], "/from");
    let reply = client
        .send("PUT", "/api/v1/customers/4711/bookings/B-1", Some(&ends))
        .await;
    assert_eq!(reply.body["code"], "unknown_booking");
    let reply = client.send("DELETE", path, None).await;
    assert_eq!(
        (reply.status, reply.body["result"].as_str()),
        (200, Some("changed"))
    );
    let reply = client.send("DELETE", path, None).await;
    assert_eq!(
        (reply.status, reply.body["result"].as_str()),
        (200, Some("unchanged"))
    );
}

#[actix_web::test]
async fn what_was_typed_in_is_taken_over_by_its_key() {
    let app = TestApp::start().await;
    let client = Client::of(&app);
    app.book(CUSTOMER, "centraflex", false);
    let (bookings, mails) = (app.count("bookings"), app.count("mails"));
    let body = json!({"product": "centraflex"});
    let reply = client
        .send("PUT", "/api/v1/customers/4711/bookings/B-9", Some(&body))
        .await;
    assert_eq!(reply.body["result"], "unchanged", "{}", reply.body);
    assert_eq!(
        (app.count("bookings"), app.count("mails")),
        (bookings, mails)
    );

    let reply = client.send("GET", "/api/v1/customers/4711", None).await;
    let nameless = reply.body["partner"].as_str().unwrap().to_owned();
    assert!(nameless.starts_with('~'), "{nameless}");
    let stored = client
        .send("GET", &format!("/api/v1/partners/{nameless}"), None)
        .await;
    let mut body = stored.body.clone();
    for field in ["external_id", "complete", "blocked"] {
        body.as_object_mut().unwrap().remove(field);
    }
    let adopt = format!("/api/v1/partners/X-77?adopt={nameless}");
    let reply = client.send("PUT", &adopt, Some(&body)).await;
    assert_eq!(reply.body["result"], "changed", "{}", reply.body);
    let reply = client.send("GET", "/api/v1/customers/4711", None).await;
    assert_eq!(reply.body["partner"], "X-77");
    let other = format!("/api/v1/partners/X-78?adopt={nameless}");
    let reply = client.send("PUT", &other, Some(&body)).await;
    assert_eq!(reply.body["code"], "key_in_use");
}

#[actix_web::test]
async fn a_change_of_what_was_changed_meanwhile_is_refused() {
    let app = TestApp::start().await;
    let client = Client::of(&app);
    given(&client).await;
    let path = "/api/v1/customers/K-1";
    let read = client.send("GET", path, None).await;
    let etag = read.etag.unwrap();
    let same = [("if-none-match", etag.as_str())];
    assert_eq!(client.send_with("GET", path, None, &same).await.status, 304);
    let city = json!({"city": "Bonn"});
    let has = [("if-match", etag.as_str())];
    let reply = client.send_with("PATCH", path, Some(&city), &has).await;
    assert_eq!(reply.body["result"], "changed", "{}", reply.body);
    let reply = client
        .send_with("PATCH", path, Some(&json!({"city": "Ulm"})), &has)
        .await;
    assert_eq!(
        (reply.status, reply.body["code"].as_str()),
        (412, Some("precondition_failed"))
    );
    let booking = format!("{path}/bookings/B-1");
    let body = json!({"product": "centraflex"});
    let reply = client.send_with("PUT", &booking, Some(&body), &has).await;
    assert_eq!(
        reply.status, 412,
        "the stamp of the customer counts for its bookings"
    );
    let reply = client
        .send("PATCH", path, Some(&json!({"email": null})))
        .await;
    assert_eq!(reply.body["code"], "no_email");
    let reply = client
        .send("PATCH", path, Some(&json!({"emial": "x"})))
        .await;
    assert_eq!(
        reply.body["errors"][0]["pointer"], "/emial",
        "{}",
        reply.body
    );
}

#[actix_web::test]
async fn a_request_is_sent_once_under_its_key() {
    let app = TestApp::start().await;
    let client = Client::of(&app);
    given(&client).await;
    let body = json!({"product": "centraflex"});
    client
        .send("PUT", "/api/v1/customers/K-1/bookings/B-1", Some(&body))
        .await;
    app.clock.advance(days(1));
    let (path, mails) = ("/api/v1/customers/K-1/request", app.count("mails"));
    let reply = client.send("POST", path, None).await;
    assert_eq!(reply.body["code"], "idempotency_key_missing");
    let key = [("idempotency-key", "a-1")];
    let first = client.send_with("POST", path, None, &key).await;
    assert_eq!(
        (first.status, first.body["mail"].as_str()),
        (200, Some("queued")),
        "{}",
        first.body
    );
    let again = client.send_with("POST", path, None, &key).await;
    assert_eq!((again.status, &again.body), (200, &first.body));
    assert_eq!(app.count("mails"), mails + 1);
    let other = client
        .send_with("POST", "/api/v1/customers/4711/request", None, &key)
        .await;
    assert_eq!(
        (other.status, other.body["code"].as_str()),
        (422, Some("idempotency_key_reused"))
    );
    let before = app.now() + days(2);
    app.write(|conn| Ok(forget_answers(conn, before, 10)?));
    assert_eq!(
        app.count("idempotency_keys"),
        0,
        "answers are kept for 48 hours"
    );
}

#[actix_web::test]
async fn p07_a_product_that_concerns_customers_wants_their_number() {
    let app = TestApp::start().await;
    let client = Client::of(&app);
    app.book(CUSTOMER, "centraflex", false);
    let list = client.send("GET", "/api/v1/products", None).await;
    let own = list.body["products"].as_array().unwrap().clone();
    let mut body = own
        .into_iter()
        .find(|one| one["code"] == "centraflex")
        .unwrap();
    for field in ["code", "annex"] {
        body.as_object_mut().unwrap().remove(field);
    }
    let path = "/api/v1/products/centraflex";
    let reply = client.send("PUT", path, Some(&body)).await;
    assert_eq!(reply.body["result"], "unchanged", "{}", reply.body);
    body["requires_avv"] = json!(false);
    let reply = client.send("PUT", path, Some(&body)).await;
    assert_eq!(
        (reply.status, reply.body["code"].as_str()),
        (409, Some("confirmation_required"))
    );
    let affected = reply.body["affected"].as_i64().unwrap();
    let reply = client
        .send("PUT", &format!("{path}?confirm={affected}"), Some(&body))
        .await;
    assert_eq!(reply.body["result"], "changed", "{}", reply.body);
}

#[actix_web::test]
async fn s56_the_gate_answers_products_on_other_hosts() {
    let app = TestApp::start().await;
    let client = Client::of(&app);
    given(&client).await;
    let body = json!({"product": "centraflex"});
    client
        .send("PUT", "/api/v1/customers/K-1/bookings/B-1", Some(&body))
        .await;
    let ask = "/api/v1/access?customer=K-1&module=centraflex&partner=P-1";
    let reply = client.send("GET", ask, None).await;
    assert_eq!(
        reply.body,
        json!({"allowed": false, "reason": "no_agreement", "until": null})
    );
    app.deliver();
    app.conclude("info@blumen.example").await;
    let reply = client.send("GET", ask, None).await;
    assert_eq!(
        reply.body,
        json!({"allowed": true, "reason": "agreement", "until": null})
    );
    let questions = json!({"questions": [
        {"customer": "K-1", "module": "centraflex", "partner": "P-1"},
        {"customer": "K-1", "module": "gibtsnicht", "partner": "P-1"},
        {"customer": "K-2", "module": "centraflex", "partner": "P-1"},
        {"customer": "K-1", "module": "centraflex", "user": "niemand"},
    ]});
    let reply = client
        .send("POST", "/api/v1/access/batch", Some(&questions))
        .await;
    let reasons: Vec<&str> = reply.body["decisions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["reason"].as_str().unwrap())
        .collect();
    assert_eq!(
        reasons,
        [
            "agreement",
            "unknown_module",
            "unknown_customer",
            "signed_out"
        ]
    );
    let both = "/api/v1/access?customer=K-1&module=centraflex";
    assert_eq!(client.send("GET", both, None).await.status, 422);

    let state = client
        .send("GET", "/api/v1/customers/K-1/agreement", None)
        .await;
    assert_eq!(state.body["status"], "concluded");
    assert_eq!(state.body["products"][0]["covered"], true);
    assert_eq!(state.body["products"][0]["access"]["partner"], true);
    let number = state.body["agreement"]["number"].as_str().unwrap();
    let downloads = "audit_events WHERE kind = 'downloaded'";
    let before = app.count(downloads);
    let pdf = format!("/api/v1/customers/K-1/documents/{number}.pdf");
    let reply = client.send("GET", &pdf, None).await;
    let hash = state.body["agreement"]["pdf_hash"].as_str().unwrap();
    assert_eq!(
        (reply.status, reply.etag),
        (200, Some(format!("\"{hash}\"")))
    );
    let reply = client
        .send("GET", "/api/v1/customers/K-1/evidence.zip", None)
        .await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        app.count(downloads),
        before + 2,
        "each counts as a download"
    );
}

#[actix_web::test]
async fn a_customer_is_deleted_with_a_reason_and_its_number_never_given_again() {
    let app = TestApp::start().await;
    let client = Client::of(&app);
    given(&client).await;
    let path = "/api/v1/customers/K-1";
    let reply = client.send("DELETE", path, None).await;
    assert_eq!(reply.body["errors"][0]["pointer"], "reason");
    let reply = client
        .send("DELETE", &format!("{path}?reason=weg"), None)
        .await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(client.send("GET", path, None).await.status, 404);
    let reply = client.send("PUT", path, Some(&customer())).await;
    assert_eq!(
        (reply.status, reply.body["code"].as_str()),
        (409, Some("number_taken"))
    );
}

#[actix_web::test]
async fn the_list_goes_on_where_the_page_before_ended() {
    let app = TestApp::start().await;
    let client = Client::of(&app);
    given(&client).await;
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/customers?limit=1{cursor}");
        let reply = client.send("GET", &path, None).await;
        for line in reply.body["customers"].as_array().unwrap() {
            found.push(line["number"].as_str().unwrap().to_owned());
        }
        match reply.body["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let all: BTreeSet<&String> = found.iter().collect();
    assert_eq!(all.len(), found.len());
    assert_eq!(i64::try_from(found.len()).unwrap(), app.count("case_rows"));
    let reply = client
        .send("GET", "/api/v1/customers?partner=P-1", None)
        .await;
    assert_eq!(reply.body["customers"].as_array().unwrap().len(), 1);
    let reply = client
        .send("GET", "/api/v1/customers?limit=501", None)
        .await;
    assert_eq!(reply.body["errors"][0]["pointer"], "limit");
}

#[actix_web::test]
async fn the_list_of_what_changed_is_read_in_the_order_of_changes() {
    let app = TestApp::start().await;
    let client = Client::of(&app);
    given(&client).await;
    app.clock.advance(days(1));
    let since = app
        .now()
        .to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    for number in ["K-3", "K-2"] {
        let path = format!("/api/v1/customers/{number}");
        let written = client.send("PUT", &path, Some(&customer())).await;
        assert_eq!(written.status, 201);
        app.clock.advance(chrono::Duration::seconds(1));
    }
    let (mut found, mut ask) = (Vec::new(), format!("changed_after={since}"));
    loop {
        let path = format!("/api/v1/customers?limit=1&{ask}");
        let reply = client.send("GET", &path, None).await;
        for line in reply.body["customers"].as_array().unwrap() {
            found.push(line["number"].as_str().unwrap().to_owned());
        }
        let next = format!("cursor={}", reply.body["next"].as_str().unwrap());
        if next == ask {
            break;
        }
        ask = next;
    }
    assert_eq!(found, ["K-3", "K-2"]);
    // What comes later stands behind the place that was kept.
    let city = json!({"city": "Bonn"});
    client
        .send("PATCH", "/api/v1/customers/K-3", Some(&city))
        .await;
    let path = format!("/api/v1/customers?{ask}");
    let reply = client.send("GET", &path, None).await;
    assert_eq!(reply.body["customers"][0]["number"], "K-3");
    assert_eq!(reply.body["customers"].as_array().unwrap().len(), 1);
    let path = format!("/api/v1/customers?changed_after={since}&status=concluded");
    let reply = client.send("GET", &path, None).await;
    assert_eq!(reply.body["customers"], json!([]));
    // The cursor of another list, and a moment that is none.
    for query in [
        "changed_after=2026-11-30T00:00:00Z&cursor=K-1",
        "cursor=K-1/2",
    ] {
        let path = format!("/api/v1/customers?{query}");
        let reply = client.send("GET", &path, None).await;
        assert_eq!(reply.body["errors"][0]["pointer"], "cursor", "{query}");
    }
    let reply = client
        .send("GET", "/api/v1/customers?changed_after=gestern", None)
        .await;
    assert_eq!(reply.status, 422);
    let early = "/api/v1/customers?changed_after=-200000-01-01T00:00:00Z";
    let reply = client.send("GET", early, None).await;
    assert_eq!(reply.body["errors"][0]["pointer"], "changed_after");
}

#[actix_web::test]
async fn s50_figures_count_customers_and_conclusions() {
    let app = TestApp::start().await;
    let client = Client::of(&app);
    given(&client).await;
    let before = client.send("GET", "/api/v1/statistics", None).await.body;
    assert_eq!(before["all"]["customers"], app.count("case_rows"));
    assert!(before.get("partners").is_none());
    app.book(CUSTOMER, "centraflex", false);
    app.deliver();
    app.clock.advance(days(2));
    app.conclude("info@oezdemir.example").await;
    let path = "/api/v1/statistics?by=partner,status";
    let read = client.send("GET", path, None).await.body;
    assert_eq!(read["all"]["concluded"], 1, "{read}");
    assert_eq!(read["all"]["statuses"]["concluded"], 1, "{read}");
    assert_eq!(read["all"]["median_days"], 2.0, "{read}");
    let name = format!("~{}", app.companies().partner);
    assert_eq!(read["partners"][name]["concluded"], 1, "{read}");
    assert_eq!(read["partners"]["P-1"]["customers"], 1, "{read}");
    assert_eq!(read["partners"]["P-1"]["concluded"], 0, "{read}");
    let sum: i64 = read["partners"]
        .as_object()
        .unwrap()
        .values()
        .map(|figures| figures["customers"].as_i64().unwrap())
        .sum();
    assert_eq!(read["all"]["customers"], sum);
    // The day before, nobody concluded.
    let day = (app.now() - days(1)).date_naive();
    let path = format!("/api/v1/statistics?from={day}&to={day}");
    let read = client.send("GET", &path, None).await.body;
    assert_eq!(read["all"]["concluded"], 0, "{read}");
    assert_eq!(read["all"]["median_days"], Value::Null);
    for (query, pointer) in [("by=city", "by"), ("from=2026-12-31&to=2026-01-01", "from")] {
        let path = format!("/api/v1/statistics?{query}");
        let reply = client.send("GET", &path, None).await;
        assert_eq!(reply.body["errors"][0]["pointer"], pointer, "{query}");
    }
}

#[actix_web::test]
async fn whatever_is_wrong_is_told_as_a_problem() {
    let app = TestApp::start().await;
    let client = Client::of(&app);
    for (method, path, status, code) in [
        ("GET", "/api/v1/nichts", 404, "not_found"),
        ("POST", "/api/v1/products", 405, "method_not_allowed"),
        ("GET", "/api/v1/customers/%00", 404, "not_found"),
        ("GET", "/api/v1/customers/gibtsnicht", 404, "not_found"),
        ("GET", "/api/v1/customers?status=x", 422, "invalid"),
        ("GET", "/api/v1/customers?limit=1&limit=2", 422, "invalid"),
        ("GET", "/api/v1/customers?unbekannt=1", 422, "invalid"),
        (
            "PUT",
            "/api/v1/customers/K-1",
            415,
            "unsupported_media_type",
        ),
    ] {
        let reply = client.send(method, path, None).await;
        assert_eq!(
            (reply.status, reply.body["code"].as_str()),
            (status, Some(code)),
            "{method} {path}"
        );
    }
    let mut wrong = customer();
    wrong["postal_code"] = json!("1");
    wrong["name"] = json!("");
    wrong["email"] = json!("keine");
    let reply = client
        .send("PUT", "/api/v1/customers/K-1", Some(&wrong))
        .await;
    let places: BTreeSet<&str> = reply.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(
        places,
        BTreeSet::from(["/email", "/name", "/postal_code"]),
        "all at once"
    );
}

#[actix_web::test]
async fn people_of_partners_and_customers_are_invited_changed_and_locked() {
    let app = TestApp::start().await;
    let client = Client::of(&app);
    given(&client).await;
    let path = "/api/v1/users/U-1";
    let user = |name: &str, active: bool| json!({"name": name, "email": "ute@blumen.example", "customer": "K-1", "contracts": true, "active": active});
    let reply = client
        .send("PUT", path, Some(&user("Ute Größer", false)))
        .await;
    assert_eq!(reply.status, 404, "nobody is locked who was never there");
    let reply = client
        .send("PUT", path, Some(&user("Ute Größer", true)))
        .await;
    assert_eq!(
        (reply.status, reply.body["mail"].as_str()),
        (201, Some("queued")),
        "{}",
        reply.body
    );
    let reply = client
        .send("PUT", path, Some(&user("Ute Größer", true)))
        .await;
    assert_eq!(reply.body["result"], "unchanged");
    let reply = client
        .send("PUT", path, Some(&user("Ute Klein", true)))
        .await;
    assert_eq!(reply.body["result"], "changed");
    let reply = client
        .send("PUT", path, Some(&user("Ute Klein", false)))
        .await;
    assert_eq!(reply.body["result"], "changed");
    assert_eq!(
        app.count("users WHERE external_id = 'U-1' AND disabled_at IS NOT NULL"),
        1
    );
    let reply = client
        .send("PUT", path, Some(&user("Ute Klein", true)))
        .await;
    assert_eq!(reply.body["result"], "changed");
    assert_eq!(
        app.count("users WHERE external_id = 'U-1' AND disabled_at IS NULL"),
        1
    );

    let mut elsewhere = user("Ute Klein", true);
    elsewhere["customer"] = json!("4711");
    let reply = client.send("PUT", path, Some(&elsewhere)).await;
    assert_eq!(reply.body["code"], "key_in_use");
    let taken = json!({"name": "X", "email": Person::Operator.email(), "partner": "P-1"});
    let reply = client.send("PUT", "/api/v1/users/U-2", Some(&taken)).await;
    assert_eq!(reply.body["code"], "key_in_use");
    let neither = json!({"name": "X", "email": "x@blumen.example"});
    let reply = client
        .send("PUT", "/api/v1/users/U-2", Some(&neither))
        .await;
    assert_eq!(reply.body["errors"][0]["pointer"], "/partner");
}

#[actix_web::test]
async fn s97_what_happened_is_read_forward_and_waited_for() {
    let app = TestApp::start().await;
    let client = Client::of(&app);
    given(&client).await;
    let body = json!({"product": "centraflex"});
    client
        .send("PUT", "/api/v1/customers/K-1/bookings/B-1", Some(&body))
        .await;
    let (mut after, mut told) = (0, Vec::new());
    loop {
        let page = client
            .send(
                "GET",
                &format!("/api/v1/events?after={after}&limit=2"),
                None,
            )
            .await;
        let next = page.body["next"].as_i64().unwrap();
        for event in page.body["events"].as_array().unwrap() {
            if event["customer"] == "K-1" {
                if event["type"] == "booking.created" {
                    let named = json!({"booking": "B-1", "product": "centraflex"});
                    assert_eq!(event["ids"], named);
                }
                told.push(event["type"].as_str().unwrap().to_owned());
            }
        }
        if next == after {
            break;
        }
        after = next;
    }
    assert_eq!(
        told,
        ["customer.created", "booking.created", "agreement.requested"]
    );
    let path = format!("/api/v1/events?after={after}&wait=20");
    let waiting = client.send("GET", &path, None);
    let city = json!({"city": "Bonn"});
    let writing = async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        client
            .send("PATCH", "/api/v1/customers/K-1", Some(&city))
            .await
    };
    let (page, _) = tokio::join!(waiting, writing);
    assert_eq!(
        page.body["events"][0]["type"], "customer.updated",
        "{}",
        page.body
    );
    assert!(!page.body.to_string().contains("Bonn"));
}
