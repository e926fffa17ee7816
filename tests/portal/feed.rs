//! What other systems read of the log: nothing is missed, whatever order transactions end in, and nobody
//! is named.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use avv_portal::actions::alerts::{self, AlertKind, Raised};
use avv_portal::actions::feed::{MOST_EVENTS, read, read_or_wait};
use avv_portal::actions::{Actor, blocking, bookings};
use avv_portal::domain::audit::AuditKind;
use avv_portal::domain::feed::FeedEvent;
use avv_portal::storage::audit::{NewEvent, add_event};
use diesel::connection::SimpleConnection as _;

use crate::harness::{CUSTOMER, Person, TestApp, days};

const MAIL: &str = "info@oezdemir.example";

/// All events of a portal, read in small pages.
pub fn all(app: &TestApp) -> Vec<FeedEvent> {
    let (mut after, mut events) = (0, Vec::new());
    loop {
        let page = app.read(|conn| read(conn, after, 3));
        if page.next == after {
            return events;
        }
        after = page.next;
        events.extend(page.events);
    }
}

fn kinds(events: &[FeedEvent]) -> Vec<&'static str> {
    events.iter().map(|event| event.kind.key()).collect()
}

/// What is told behind a position.
fn since(app: &TestApp, position: i64) -> Vec<String> {
    let events = all(app);
    let line = |event: &FeedEvent| {
        let ids = serde_json::to_string(&event.ids).unwrap();
        format!("{} {ids}", event.kind.key())
    };
    let later = events.iter().filter(|event| event.position > position);
    later.map(line).collect()
}

fn newest(app: &TestApp) -> i64 {
    app.text("position FROM audit_head").parse().unwrap()
}

#[actix_web::test]
async fn s97_the_feed_tells_the_life_of_an_agreement() {
    let app = TestApp::start().await;
    let partner = app.companies().partner;
    let begin = newest(&app);
    app.book(CUSTOMER, "centraflex", false);
    assert_eq!(
        since(&app, begin),
        [
            r#"booking.created {"product":"centraflex"}"#,
            "agreement.requested {}"
        ]
    );
    app.deliver();
    let asked = newest(&app);
    app.conclude(MAIL).await;
    let told = since(&app, asked);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with(r#"agreement.concluded {"agreement":"AVV-2026-4711-1-"#));
    assert_eq!(
        told[1],
        format!(r#"access.opened {{"partner":"~{partner}","modules":["centraflex"]}}"#)
    );
    // The booking ends by its date: nobody does anything when access ends.
    app.jobs();
    let concluded = newest(&app);
    let (operator, now) = (app.viewer(Person::Operator), app.now());
    let end = Some(now + days(3));
    app.write(|conn| {
        bookings::cancel(conn, &app.app, &operator, CUSTOMER, 0, end, now).map(|_| ())
    });
    assert_eq!(
        since(&app, concluded),
        [r#"booking.changed {"product":"centraflex"}"#]
    );
    let cancelled = newest(&app);
    // The next Monday.
    app.clock.advance(days(7));
    app.jobs();
    let told = since(&app, cancelled);
    assert_eq!(
        told[0], r#"booking.ended {"product":"centraflex"}"#,
        "{told:?}"
    );
    assert!(told[1].starts_with("agreement.ended {"), "{told:?}");
    assert_eq!(
        told[2],
        format!(r#"access.closed {{"partner":"~{partner}","modules":["centraflex"]}}"#)
    );
    // Every event stands there once, in the order of the log, with an id of its own.
    let events = all(&app);
    let ids: BTreeSet<String> = events.iter().map(|event| event.id.to_string()).collect();
    assert_eq!(ids.len(), events.len());
    assert!(events.is_sorted_by_key(|event| event.id));
    assert_eq!(
        kinds(&events)[..2],
        ["contract_version.published", "customer.created"]
    );
    let text = serde_json::to_string(&events).unwrap();
    for word in [
        "Özdemir",
        "Muster",
        "@",
        "Geschäftsführer",
        "Bahnhof",
        "zustimmung",
    ] {
        assert!(!text.contains(word), "{word}: {text}");
    }
    let concluded = events
        .iter()
        .find(|event| event.kind.key() == "agreement.concluded")
        .unwrap();
    let json = serde_json::to_value(concluded).unwrap();
    assert_eq!(json["customer"], "4711");
    assert_eq!(json["status_before"], "requested");
    assert_eq!(json["status_after"], "concluded");
}

#[actix_web::test]
async fn s97_a_block_and_alerts_are_told_as_well() {
    let app = TestApp::start().await;
    let (partner, sub) = (app.companies().partner, app.companies().sub_partner);
    let begin = newest(&app);
    let (operator, now) = (app.viewer(Person::Operator), app.now());
    app.write(|conn| blocking::block(conn, &app.app, &operator, partner, "Verdacht", now));
    let told = since(&app, begin);
    assert_eq!(
        told[0],
        format!(r#"partner.blocked {{"partner":"~{partner}"}}"#)
    );
    assert!(
        told.contains(&format!(
            r#"access.closed {{"partner":"~{sub}","modules":[]}}"#
        )),
        "{told:?}"
    );
    let blocked = newest(&app);
    let alert = Raised::about(AlertKind::Undeliverable, CUSTOMER);
    app.write(|conn| Ok(alerts::raise(conn, &alert, now)?));
    app.jobs();
    app.jobs();
    let id: String = app.text("max(id) FROM alerts");
    let raised = format!(r#"alert.raised {{"alert":{id},"alert_kind":"undeliverable"}}"#);
    assert_eq!(since(&app, blocked), std::slice::from_ref(&raised));
    let number = id.parse().unwrap();
    app.write(|conn| alerts::finish(conn, &operator, number, "", now).map(|_| ()));
    app.jobs();
    let settled = format!(r#"alert.settled {{"alert":{id},"alert_kind":"undeliverable"}}"#);
    assert_eq!(since(&app, blocked), [raised, settled]);
    let last = all(&app).pop().unwrap();
    assert_eq!(last.customer, Some(CUSTOMER));
}

#[actix_web::test]
async fn s97_a_reader_misses_nothing_whatever_order_transactions_end_in() {
    let app = TestApp::start().await;
    let begin = newest(&app);
    let writers = 4;
    let each: i64 = 40;
    let over = Arc::new(AtomicBool::new(false));
    // Some take long between their event and their commit, some are rolled back.
    let threads: Vec<_> = (0..writers)
        .map(|writer| {
            let own = app.second_process();
            std::thread::spawn(move || {
                for turn in 0..each {
                    let now = own.clock.now();
                    let done: Result<(), avv_portal::actions::ActionError> =
                        own.db.transaction_blocking(|conn| {
                            let event = NewEvent {
                                kind: AuditKind::Reminded { number: 1 },
                                actor: Actor::Portal,
                                customer: Some(CUSTOMER),
                                status: None,
                            };
                            add_event(conn, &event, now)?;
                            if (turn + writer) % 5 == 0 {
                                conn.batch_execute("SELECT pg_sleep(0.02)")?;
                            }
                            if (turn + writer) % 7 == 0 {
                                return Err(avv_portal::actions::ActionError::NotFound);
                            }
                            Ok(())
                        });
                    let is_back = (turn + writer) % 7 == 0;
                    assert_eq!(done.is_err(), is_back, "{done:?}");
                }
            })
        })
        .collect();
    // A reader that only ever asks for what comes after the last it has seen.
    let (reader, end) = (app.second_process(), Arc::clone(&over));
    let reading = std::thread::spawn(move || {
        let (mut after, mut seen, mut looks) = (begin, Vec::new(), 0);
        loop {
            let is_last = end.load(Ordering::SeqCst);
            let page = reader
                .db
                .read_blocking(|conn| read(conn, after, 5))
                .unwrap();
            let is_empty = page.events.is_empty();
            seen.extend(page.events.into_iter().map(|event| event.position));
            after = page.next;
            looks += 1;
            if is_last && is_empty {
                return (seen, looks);
            }
        }
    });
    for thread in threads {
        thread.join().unwrap();
    }
    over.store(true, Ordering::SeqCst);
    let (seen, looks) = reading.join().unwrap();
    let written = app.count(&format!(
        "audit_events WHERE kind = 'reminded' AND position > {begin}"
    ));
    assert!(written > writers * each / 2);
    assert_eq!(seen.len() as i64, written, "missed or told twice");
    assert!(seen.is_sorted());
    assert!(looks > seen.len() / 5, "{looks}");
    // Without a gap: what was rolled back gave its position to the next.
    assert_eq!(seen, (begin + 1..=begin + written).collect::<Vec<_>>());
}

#[actix_web::test]
async fn s97_whoever_waits_is_answered_as_soon_as_something_happens() {
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    let begin = newest(&app);
    // Nothing happens: an answer when the time is over, which holds no connection meanwhile.
    let since = Instant::now();
    let waiting = (0..40).map(|_| read_or_wait(&app.app, begin, 10, Duration::from_secs(2)));
    let all = futures_util::future::join_all(waiting);
    let page = async {
        tokio::time::sleep(Duration::from_millis(700)).await;
        let page = Instant::now();
        operator.get("/kunden").await.assert_status(200);
        assert!(page.elapsed() < Duration::from_secs(2), "pages wait, too");
    };
    let (pages, ()) = futures_util::future::join(all, page).await;
    for page in pages {
        let page = page.unwrap();
        assert!(page.events.is_empty());
    }
    assert!(since.elapsed() > Duration::from_secs(2));
    let begin = newest(&app);
    let began = Instant::now();
    let wait = read_or_wait(&app.app, begin, 10, Duration::from_secs(20));
    let act = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        app.book(CUSTOMER, "centraflex", false);
    };
    let (page, ()) = futures_util::future::join(wait, act).await;
    let page = page.unwrap();
    assert_eq!(
        kinds(&page.events),
        ["booking.created", "agreement.requested"]
    );
    assert_eq!(page.next, newest(&app));
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
    let at_once = read_or_wait(&app.app, 0, MOST_EVENTS, Duration::from_secs(20)).await;
    assert!(at_once.unwrap().events.len() > 3);
}
