//! Webhooks: endpoints on their pages, what is pushed to them and in which order, what a failing one
//! brings about, and that it concerns nobody else.

use std::time::{Duration, Instant};

use avv_portal::actions::webhooks as actions;
use avv_portal::clock::Clock;
use avv_portal::config::Environment;
use avv_portal::domain::WebhookId;
use avv_portal::domain::feed::EventType;
use avv_portal::domain::webhook::{DeliveryFault, DeliveryOutcome};
use avv_portal::jobs;
use avv_portal::mail::transport::Transport;
use avv_portal::webhook_client::{Message, send_once};

use crate::harness::{
    Browser, CUSTOMER, FOREIGN_CUSTOMER, Manner, PASSWORD, Page, Person, Pushed, Receiver, TestApp,
    days, hours, minutes,
};

const LIST: &str = "/betrieb/webhooks";

/// Adds an endpoint as an administrator does; returns its key and its secret.
async fn add(browser: &Browser, url: &str, types: &[&str]) -> (String, String) {
    let page = browser.get("/betrieb/webhooks/neu").await;
    let mut fields = vec![("url", url), ("passwort", PASSWORD)];
    fields.extend(types.iter().map(|name| (*name, "ja")));
    let done = page.submit(browser, "main form", &fields).await;
    done.assert_status(303);
    let shown = browser.follow(&done).await;
    shown.assert_says("Der Webhook ist angelegt");
    let secret = shown.all(".panel code").concat();
    assert!(secret.starts_with("whsec_"), "{secret}");
    (key_in(&done.location()), secret)
}

/// The key of an endpoint in the address of its page.
fn key_in(address: &str) -> String {
    let page = address.split('#').next().unwrap();
    page.split('/').next_back().unwrap().to_owned()
}

/// An endpoint without its page; only some tests are about that.
fn endpoint(app: &TestApp, url: &str, types: &[EventType]) -> WebhookId {
    let (viewer, now) = (app.viewer(Person::Operator), app.now());
    let url = url.parse().unwrap();
    let added = app.write(|conn| actions::add(conn, &app.app, &viewer, (&url, types), now));
    added.unwrap().0
}

/// What a signature has to be, by the library that receivers use.
fn verify(message: &Pushed, secret: &str) -> bool {
    let library = standardwebhooks::Webhook::new(secret).unwrap();
    let at = message.header("webhook-timestamp").parse().unwrap();
    let expected = library
        .sign(&message.id(), at, message.body.as_bytes())
        .unwrap();
    message
        .header("webhook-signature")
        .split(' ')
        .any(|one| one == expected)
}

async fn press(browser: &Browser, page: &Page, form: &str) -> Page {
    let done = page.submit(browser, form, &[]).await;
    done.assert_status(303);
    browser.follow(&done).await
}

#[actix_web::test]
async fn s98_an_endpoint_gets_signed_events_that_the_standards_library_takes() {
    let app = TestApp::start().await;
    // The library looks at the time as well.
    app.clock.set(Clock::system().now());
    let receiver = Receiver::start();
    let browser = app.sign_in(Person::Operator).await;
    let (id, secret) = add(&browser, &receiver.url, &[]).await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    assert_eq!(receiver.kinds(), ["booking.created", "agreement.requested"]);
    let got = receiver.got();
    let library = standardwebhooks::Webhook::new(&secret).unwrap();
    for message in &got {
        library
            .verify(message.body.as_bytes(), &message.headers)
            .unwrap();
        let changed = message.body.replace("4711", "4712");
        assert!(
            library
                .verify(changed.as_bytes(), &message.headers)
                .is_err()
        );
        assert_eq!(message.header("content-type"), "application/json");
        assert_eq!(message.json()["customer"], "4711");
        assert_eq!(message.json()["id"], message.id().as_str());
    }
    let position = got[0].json()["position"].to_string();
    assert_eq!(got[0].id(), format!("avv_{position}"));
    assert_eq!(got[1].id(), format!("avv_{position}_2"));
    // The same is not pushed twice.
    app.jobs();
    assert_eq!(receiver.got().len(), 2);
    // The secret is shown until it is put away, and never again.
    let page = browser.get(&format!("{LIST}/{id}")).await;
    page.assert_says("Der Schlüssel dieses Webhooks")
        .assert_says("avv_")
        .assert_says("angenommen (204)");
    let page = press(&browser, &page, "form[action$='/hinterlegt']").await;
    page.assert_says("zeigt das Portal nicht noch einmal");
    assert!(!page.text().contains("whsec_"));
    assert!(!app.everything().join("\n").contains(&secret));
    // A rotation signs with both for a day.
    let ask = browser.get(&format!("{LIST}/{id}/schluessel")).await;
    ask.submit(&browser, "main form", &[("passwort", "falsch")])
        .await
        .assert_status(422);
    let done = ask
        .submit(&browser, "main form", &[("passwort", PASSWORD)])
        .await;
    let shown = browser.follow(&done).await;
    let fresh = shown.all(".panel code").concat();
    assert_ne!(fresh, secret);
    // The same form once more rotates nothing.
    let again = ask
        .submit(&browser, "main form", &[("passwort", PASSWORD)])
        .await;
    browser
        .follow(&again)
        .await
        .assert_says("inzwischen geändert");
    app.book(FOREIGN_CUSTOMER, "centraflex", false);
    app.jobs();
    let last = receiver.got().pop().unwrap();
    assert!(verify(&last, &secret) && verify(&last, &fresh));
    app.clock.advance(hours(25));
    app.book(CUSTOMER, "sip-trunk", true);
    app.jobs();
    let last = receiver.got().pop().unwrap();
    assert!(!verify(&last, &secret) && verify(&last, &fresh));
}

#[actix_web::test]
async fn s98_only_administrators_add_endpoints_and_only_with_their_password() {
    let app = TestApp::start().await;
    app.add_operators();
    for person in [Person::Support, Person::Legal, Person::Auditor] {
        let browser = app.sign_in(person).await;
        browser.get(LIST).await.assert_status(403);
        let home = browser.get("/betrieb").await;
        assert!(!home.text().contains(LIST), "{person:?}");
    }
    let browser = app.sign_in(Person::Operator).await;
    assert!(browser.get("/betrieb").await.text().contains(LIST));
    let page = browser.get("/betrieb/webhooks/neu").await;
    for (url, password, says) in [
        (
            "https://crm.example/",
            "falsch",
            "Das Passwort stimmt nicht",
        ),
        ("https://crm.example/", "", "Geben Sie Ihr Passwort ein"),
        (
            "http://crm.example/",
            PASSWORD,
            "muss mit https:// beginnen",
        ),
        (
            "https://ich:du@crm.example/",
            PASSWORD,
            "Lassen Sie Benutzername und Passwort weg",
        ),
        ("irgendwo", PASSWORD, "Geben Sie eine Adresse wie"),
        (
            "https://10.1.2.3/avv",
            PASSWORD,
            "Die Adresse ist nicht öffentlich",
        ),
    ] {
        let fields = [
            ("url", url),
            ("passwort", password),
            ("typ-access-closed", "ja"),
        ];
        let refused = page.submit(&browser, "main form", &fields).await;
        refused.assert_status(422).assert_says(says);
        assert!(
            refused
                .text()
                .contains("name=\"typ-access-closed\" type=\"checkbox\" value=\"ja\" checked")
        );
    }
    assert_eq!(app.count("webhook_endpoints"), 0);
    let (id, _) = add(&browser, "https://crm.example/avv", &["typ-access-closed"]).await;
    let log = browser.get("/betrieb/protokoll?art=webhook").await;
    log.assert_says("Webhook an crm.example: angelegt");
    let ask = browser.get(&format!("{LIST}/{id}/loeschen")).await;
    ask.submit(&browser, "main form", &[("passwort", "falsch")])
        .await
        .assert_status(422);
    let done = ask
        .submit(&browser, "main form", &[("passwort", PASSWORD)])
        .await;
    browser
        .follow(&done)
        .await
        .assert_says("Der Webhook ist gelöscht");
    browser
        .get(&format!("{LIST}/{id}"))
        .await
        .assert_status(404);
}

#[actix_web::test]
async fn s99_events_stay_in_order_and_keep_their_ids_whatever_the_endpoint_does() {
    let app = TestApp::start().await;
    let receiver = Receiver::start();
    let id = endpoint(&app, &receiver.url, &[]);
    for manner in [
        Manner::Says(500, "kaputt".to_owned()),
        Manner::HangsUp,
        Manner::Says(302, String::new()),
        Manner::Says(429, "x".repeat(2000)),
    ] {
        receiver.behave(manner);
        if receiver.got().is_empty() {
            app.book(CUSTOMER, "centraflex", false);
        }
        app.jobs();
        // Before its time it is left alone.
        app.jobs();
        app.clock.advance(hours(3));
    }
    let tried = receiver.got();
    assert_eq!(tried.len(), 4);
    let ids: Vec<String> = tried.iter().map(Pushed::id).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert!(tried.iter().all(|one| one.body == tried[0].body));
    receiver.behave(Manner::Says(200, "gut".to_owned()));
    app.jobs();
    assert_eq!(receiver.kinds(), ["booking.created", "agreement.requested"]);
    let row = app.text(&format!(
        "concat_ws(' ', failures, failing_since, next_try_at) FROM webhook_endpoints WHERE id = '{id}'"
    ));
    assert_eq!(row, "0");
    let said = app.text(
        "string_agg(concat_ws(' ', status, fault), ', ' ORDER BY id) FROM webhook_deliveries",
    );
    assert_eq!(said, "500, broken, 302, 429, 200, 200");
    assert_eq!(
        app.text("max(length(answer)) FROM webhook_deliveries"),
        "500"
    );
}

#[actix_web::test]
async fn s99_each_failure_makes_the_wait_longer() {
    let app = TestApp::start().await;
    let receiver = Receiver::start();
    let id = endpoint(&app, &receiver.url, &[]);
    receiver.behave(Manner::Says(503, String::new()));
    app.book(CUSTOMER, "centraflex", false);
    let next = || {
        app.text(&format!(
            "date_part('epoch', next_try_at)::bigint FROM webhook_endpoints WHERE id = '{id}'"
        ))
    };
    let mut waits = Vec::new();
    for _ in 0..7 {
        app.jobs();
        let wait = next().parse::<i64>().unwrap() - app.now().timestamp();
        waits.push(wait);
        app.clock.advance(chrono::Duration::seconds(wait - 1));
        let before = receiver.got().len();
        app.jobs();
        assert_eq!(receiver.got().len(), before, "{waits:?}");
        app.clock.advance(chrono::Duration::seconds(1));
    }
    assert_eq!(waits, [5, 30, 300, 1800, 7200, 21600, 21600]);
}

#[actix_web::test]
async fn s99_an_endpoint_that_is_gone_or_fails_for_days_is_paused_and_somebody_is_told() {
    let app = TestApp::start().await;
    let (gone, failing, well) = (Receiver::start(), Receiver::start(), Receiver::start());
    let only = [EventType::BookingCreated];
    let gone_id = endpoint(&app, &gone.url, &only);
    let failing_id = endpoint(&app, &failing.url, &only);
    endpoint(
        &app,
        &well.url,
        &[EventType::AlertRaised, EventType::AlertSettled],
    );
    gone.behave(Manner::Says(410, String::new()));
    failing.behave(Manner::Says(500, String::new()));
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let state = |id: WebhookId| {
        app.text(&format!(
            "coalesce(pause_reason, '-') FROM webhook_endpoints WHERE id = '{id}'"
        ))
    };
    assert_eq!(state(gone_id), "gone");
    assert_eq!(state(failing_id), "-");
    for _ in 0..30 {
        app.clock.advance(hours(6));
        app.jobs();
    }
    assert_eq!(state(failing_id), "failing");
    let tried = failing.got().len();
    assert!((15..30).contains(&tried), "{tried}");
    assert_eq!(gone.got().len(), 1);
    // Both are told: to a person, and to the systems that still listen.
    assert_eq!(
        app.count("alerts WHERE kind = 'webhook_paused' AND done_at IS NULL"),
        2
    );
    assert_eq!(well.kinds(), ["alert.raised", "alert.raised"]);
    let browser = app.sign_in(Person::Operator).await;
    browser
        .get("/betrieb/hinweise")
        .await
        .assert_says("Webhook angehalten");
    let page = browser.get(&format!("{LIST}/{failing_id}")).await;
    page.assert_says("Er nahm fünf Tage lang nichts an");
    // Once it goes on it gets what it lacks, and the alert is closed.
    failing.behave(Manner::Says(200, String::new()));
    app.book(FOREIGN_CUSTOMER, "centraflex", false);
    let page = press(&browser, &page, "form[action$='/fortsetzen']").await;
    page.assert_says("erhält alles, was ihm fehlt");
    app.jobs();
    app.jobs();
    assert_eq!(failing.kinds(), ["booking.created", "booking.created"]);
    assert_eq!(
        app.count("alerts WHERE kind = 'webhook_paused' AND done_at IS NULL"),
        1
    );
    assert_eq!(
        well.kinds(),
        ["alert.raised", "alert.raised", "alert.settled"]
    );
    // By hand: nothing is lost while it is paused.
    let page = browser.get(&format!("{LIST}/{failing_id}")).await;
    press(&browser, &page, "form[action$='/anhalten']")
        .await
        .assert_says("Der Webhook ist angehalten");
    app.book(CUSTOMER, "sip-trunk", true);
    app.jobs();
    assert_eq!(failing.kinds().len(), 2);
    let page = browser.get(&format!("{LIST}/{failing_id}")).await;
    page.assert_says("von Hand angehalten");
    press(&browser, &page, "form[action$='/fortsetzen']").await;
    app.jobs();
    assert_eq!(failing.kinds().len(), 3);
}

#[actix_web::test]
async fn s99_a_dead_endpoint_slows_neither_pages_nor_another_endpoint() {
    let app = TestApp::start().await;
    let dead: Vec<Receiver> = (0..6).map(|_| Receiver::start()).collect();
    let well = Receiver::start();
    for one in &dead {
        one.behave(Manner::Deaf);
        endpoint(&app, &one.url, &[]);
    }
    // Two that are never even called: one in a private network, one whose name leads nowhere.
    endpoint(&app, "https://10.255.255.1/avv", &[]);
    endpoint(&app, "https://gibt-es-nicht.invalid/avv", &[]);
    endpoint(&app, &well.url, &[EventType::BookingCreated]);
    let browser = app.sign_in(Person::Operator).await;
    let work = jobs::start(&app.app);
    let (mut slowest_page, mut slowest_event) = (Duration::ZERO, Duration::ZERO);
    // Longer than a dead endpoint is waited for.
    let began = Instant::now();
    let mut number = 20_000_u32;
    while began.elapsed() < Duration::from_secs(14) {
        number += 1;
        app.add_customer(number, "Neue GmbH", Some("info@neu.example"));
        let booked = Instant::now();
        app.book(number.into(), "centraflex", false);
        let page = Instant::now();
        browser.get("/kunden").await.assert_status(200);
        slowest_page = slowest_page.max(page.elapsed());
        let count = usize::try_from(number - 20_000).unwrap();
        let (own, since) = (well.clone(), booked);
        tokio::task::spawn_blocking(move || own.wait_for(count, Duration::from_secs(30)))
            .await
            .unwrap();
        slowest_event = slowest_event.max(since.elapsed());
    }
    work.tell_to_stop();
    work.wait().await;
    for one in &dead {
        assert!(!one.got().is_empty(), "the dead ones were tried");
    }
    assert!(slowest_page < Duration::from_secs(2), "{slowest_page:?}");
    assert!(slowest_event < Duration::from_secs(6), "{slowest_event:?}");
    assert_eq!(
        app.text("string_agg(DISTINCT fault, ' ' ORDER BY fault) FROM webhook_deliveries"),
        "forbidden slow unresolved"
    );
}

#[actix_web::test]
async fn s99_two_processes_deliver_each_event_once_and_in_order() {
    let app = TestApp::start().await;
    let receiver = Receiver::start();
    endpoint(&app, &receiver.url, &[]);
    receiver.behave(Manner::Slow(Duration::from_millis(3)));
    let begin = app.text("position FROM audit_head");
    for number in 30_000..30_040_u32 {
        app.add_customer(number, "Neue GmbH", None);
    }
    let threads: Vec<_> = (0..3)
        .map(|_| {
            let own = app.second_process();
            std::thread::spawn(move || {
                for _ in 0..4 {
                    jobs::run_once(&own, own.clock.now());
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let positions: Vec<i64> = receiver
        .got()
        .iter()
        .filter(|one| one.kind() == "customer.created")
        .map(|one| one.json()["position"].as_i64().unwrap())
        .collect();
    let begin: i64 = begin.parse().unwrap();
    assert_eq!(positions, (begin + 1..=begin + 40).collect::<Vec<_>>());
}

#[actix_web::test]
async fn s99_a_worker_that_dies_leaves_its_event_to_another_one() {
    let app = TestApp::start().await;
    let receiver = Receiver::start();
    let id = endpoint(&app, &receiver.url, &[EventType::BookingCreated]);
    app.book(CUSTOMER, "centraflex", false);
    // As a worker leaves it that was killed after it had sent: claimed, and nothing noted.
    let claim = format!(
        "UPDATE webhook_endpoints SET claim = gen_random_uuid(), claimed_until = '{}' WHERE id = '{id}'",
        (app.now() + chrono::Duration::seconds(10)).to_rfc3339()
    );
    app.sql(&claim).unwrap();
    app.jobs();
    assert!(receiver.got().is_empty());
    app.clock.advance(minutes(1));
    app.jobs();
    assert_eq!(receiver.kinds(), ["booking.created"]);
}

#[actix_web::test]
async fn s98_a_test_and_an_event_are_sent_by_hand() {
    let app = TestApp::start().await;
    let receiver = Receiver::start();
    let browser = app.sign_in(Person::Operator).await;
    let (id, secret) = add(&browser, &receiver.url, &["typ-booking-created"]).await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let path = format!("{LIST}/{id}");
    let page = browser.get(&path).await;
    let page = press(&browser, &page, "form[action$='/test']").await;
    page.assert_says("Das Ereignis wurde angenommen (204)");
    let test = receiver.got().pop().unwrap();
    assert_eq!(test.kind(), "webhook.test");
    assert!(test.id().starts_with("avv_test_") && verify(&test, &secret));
    // Again: the same id and the same words, whatever the types of the endpoint are now.
    let page = press(&browser, &page, "form[action$='/erneut']").await;
    page.assert_says("von Hand erneut");
    let got = receiver.got();
    assert_eq!(got.len(), 3);
    assert_eq!(got[2].id(), got[0].id());
    assert_eq!(got[2].body, got[0].body);
    receiver.behave(Manner::Says(500, "<b>geht nicht</b>".to_owned()));
    let page = press(&browser, &page, "form[action$='/test']").await;
    page.assert_says("Das Ereignis kam nicht an: abgelehnt (500)")
        .assert_says("<b>geht nicht</b>");
    // A failed test leaves the order alone.
    let state = app.text("concat_ws(' ', failures, next_try_at) FROM webhook_endpoints");
    assert_eq!(state, "0");
    // Neither an event of another endpoint, nor of none.
    let other = endpoint(&app, &receiver.url, &[]);
    let delivery = app.text("min(id) FROM webhook_deliveries");
    let csrf = browser
        .get(&path)
        .await
        .attributes("input[name=csrf]", "value")[0]
        .clone();
    for target in [
        format!("{LIST}/{other}/zustellungen/{delivery}/erneut"),
        format!("{LIST}/{id}/zustellungen/999999/erneut"),
    ] {
        let refused = browser.post(&target, &[("csrf", csrf.as_str())]).await;
        refused.assert_status(404);
    }
}

#[actix_web::test]
async fn s98_events_go_only_where_they_may() {
    let message = || Message {
        id: "avv_1".to_owned(),
        timestamp: 0,
        signature: "v1,x".to_owned(),
        body: "{}".to_owned(),
    };
    let receiver = Receiver::start();
    let port = receiver.url.split(':').next_back().unwrap().to_owned();
    let development = TestApp::start().await;
    let config = |environment, networks: &[&str]| {
        let mut config = (*development.app.config).clone();
        config.environment = environment;
        config.web.webhook_networks = networks.iter().map(|one| one.parse().unwrap()).collect();
        config
    };
    let ask = |config: avv_portal::config::Config, url: String| {
        std::thread::spawn(move || send_once(&config, &url.parse().unwrap(), message()).outcome)
            .join()
            .unwrap()
    };
    let forbidden = DeliveryOutcome::Failed(DeliveryFault::Forbidden);
    let production = Environment::Production;
    let table: [(&str, &[&str], DeliveryOutcome); 12] = [
        ("127.0.0.1", &[], forbidden),
        ("localhost", &[], forbidden),
        ("[::1]", &[], forbidden),
        ("[::ffff:127.0.0.1]", &[], forbidden),
        ("0x7f.1", &[], forbidden),
        ("2130706433", &[], forbidden),
        ("169.254.169.254", &[], forbidden),
        ("10.1.2.3", &["10.9.0.0/16"], forbidden),
        ("[fd00::1]", &[], forbidden),
        ("127.0.0.1", &["127.0.0.1"], DeliveryOutcome::Answered(204)),
        (
            "127.0.0.1",
            &["127.0.0.0/8"],
            DeliveryOutcome::Answered(204),
        ),
        (
            "[::ffff:127.0.0.1]",
            &["127.0.0.1"],
            DeliveryOutcome::Answered(204),
        ),
    ];
    for (host, networks, expected) in table {
        let url = format!("http://{host}:{port}");
        let got = ask(config(production, networks), url);
        assert_eq!(got, expected, "{host} {networks:?}");
    }
    // In development this machine, and nothing else that is private.
    let own = format!("http://localhost:{port}");
    assert_eq!(
        ask(config(Environment::Development, &[]), own),
        DeliveryOutcome::Answered(204)
    );
    let other = "http://192.168.0.1:1/".to_owned();
    assert_eq!(ask(config(Environment::Development, &[]), other), forbidden);
    // A redirect is an answer, and is not followed.
    receiver.behave(Manner::Says(307, String::new()));
    let before = receiver.got().len();
    let url = format!("http://127.0.0.1:{port}");
    let got = ask(config(production, &["127.0.0.1"]), url);
    assert_eq!(got, DeliveryOutcome::Answered(307));
    assert_eq!(receiver.got().len(), before + 1);
}

#[actix_web::test]
async fn s86_secrets_of_endpoints_follow_the_key() {
    let app = TestApp::start().await;
    let receiver = Receiver::start();
    let browser = app.sign_in(Person::Operator).await;
    let (_, secret) = add(&browser, &receiver.url, &[]).await;
    let old = app.text("secret FROM webhook_endpoints");
    let rotated = app.started_again(|config| {
        let current = secrecy::SecretString::from("another key for tests, in no way random: 987");
        let before =
            secrecy::SecretString::from("keys for tests only, in no way random: 0123456789");
        config.keys = avv_portal::config::Keys::new(&current, Some(&before));
    });
    let clean = jobs::JOBS.iter().find(|job| job.name == "clean").unwrap();
    let pass = jobs::Pass {
        app: rotated.app.clone(),
        stop: jobs::Stop::never(),
        at: None,
        send_late: false,
    };
    (clean.pass)(&pass).unwrap();
    assert_ne!(app.text("secret FROM webhook_endpoints"), old);
    let only = rotated.started_again(|config| {
        let current = secrecy::SecretString::from("another key for tests, in no way random: 987");
        config.keys = avv_portal::config::Keys::new(&current, None);
    });
    only.book(CUSTOMER, "centraflex", false);
    only.jobs();
    assert!(verify(&receiver.got()[0], &secret));
    // Without any key that opens it, nothing is sent unsigned.
    let lost = only.started_again(|config| {
        let current = secrecy::SecretString::from("a third key for tests, in no way random: 4567");
        config.keys = avv_portal::config::Keys::new(&current, None);
    });
    lost.book(FOREIGN_CUSTOMER, "centraflex", false);
    let before = receiver.got().len();
    lost.jobs();
    assert_eq!(receiver.got().len(), before);
    assert_eq!(app.text("max(fault) FROM webhook_deliveries"), "unsigned");
}

#[actix_web::test]
async fn s90_the_lag_of_an_endpoint_is_measured() {
    let app = TestApp::start_with(Transport::memory()).await;
    let receiver = Receiver::start();
    let id = endpoint(&app, &receiver.url, &[]);
    receiver.behave(Manner::Says(500, String::new()));
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    app.clock.advance(hours(2));
    let lags = app.read(|conn| Ok(avv_portal::storage::webhooks::list_lags(conn)?));
    assert_eq!(lags.len(), 1);
    assert_eq!(lags[0].0, id);
    assert_eq!(app.now() - lags[0].1.unwrap(), hours(2));
    receiver.behave(Manner::Says(200, String::new()));
    app.jobs();
    app.jobs();
    let lags = app.read(|conn| Ok(avv_portal::storage::webhooks::list_lags(conn)?));
    assert_eq!(lags, [(id, None)]);
    app.clock.advance(days(31));
    app.write(|conn| {
        Ok(avv_portal::storage::webhooks::delete_old(
            conn,
            app.now() - days(30),
        )?)
    });
    assert_eq!(app.count("webhook_deliveries"), 0);
}
