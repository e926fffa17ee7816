//! Another system has to learn of everything, in order, while the processes that push it are killed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use avv_portal::actions::webhooks;
use avv_portal::clock::Clock;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use super::program::{Process, Program};
use super::{seed, size};
use crate::feed::all;
use crate::harness::{Manner, Person, Pushed, Receiver, SmtpStub, TestApp};

/// How long it may take until an event comes after a kill: a claim has to run out first.
const PATIENCE: Duration = Duration::from_secs(90);

/// Waits until the endpoint has got more than `before`.
#[track_caller]
fn wait_for_more(receiver: &Receiver, before: usize) {
    let since = Instant::now();
    while receiver.got().len() <= before {
        assert!(since.elapsed() < PATIENCE, "nothing arrives any more");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// S-99: killed with SIGKILL while it delivers, again and again; two processes work at once. Every event
/// arrives at least once, in order, and always with the same id and the same words.
#[actix_web::test]
async fn every_event_arrives_however_often_the_portal_is_killed() {
    let mut random = StdRng::seed_from_u64(seed("webhooks"));
    let (app, sink, receiver) = (TestApp::start().await, SmtpStub::start(), Receiver::start());
    app.clock.set(Clock::system().now());
    receiver.behave(Manner::Slow(Duration::from_millis(12)));
    let (viewer, now) = (app.viewer(Person::Operator), app.now());
    let url = receiver.url.parse().unwrap();
    let (_, secret) = app
        .write(|conn| webhooks::add(conn, &app.app, &viewer, (&url, &[]), now))
        .unwrap();
    let begin: i64 = app.text("position FROM audit_head").parse().unwrap();
    let program = Program::new(Some(app.database_url()), &sink);
    let mut running: Vec<Process> = vec![program.serve(), program.serve_beside()];
    // Customers are added and book all the while.
    let over = Arc::new(AtomicBool::new(false));
    let (end, own) = (Arc::clone(&over), app.second_process());
    let partner = app.companies().partner;
    let work = std::thread::spawn(move || {
        let mut number = 50_000_u32;
        while !end.load(Ordering::SeqCst) {
            number += 1;
            act(&own, partner, number);
            std::thread::sleep(Duration::from_millis(60));
        }
    });
    let mut kills = 0;
    for round in 0..10 * size() {
        wait_for_more(&receiver, receiver.got().len());
        std::thread::sleep(Duration::from_millis(random.random_range(0..400)));
        let victim = running.remove(random.random_range(0..running.len()));
        victim.kill();
        kills += 1;
        eprintln!("  round {round}: {} messages", receiver.got().len());
        running.push(program.serve_beside());
    }
    over.store(true, Ordering::SeqCst);
    work.join().unwrap();
    // Alerts are told a little later than they are raised.
    let is_quiet = || {
        let last = all(&app).last().map(|event| event.id.to_string());
        app.count("alerts WHERE NOT raised_told") == 0
            && receiver.got().last().map(Pushed::id) == last
    };
    let since = Instant::now();
    while !is_quiet() {
        assert!(since.elapsed() < PATIENCE, "the last event does not come");
        std::thread::sleep(Duration::from_millis(100));
    }
    for process in running {
        process.stop();
    }
    let expected: Vec<(String, String)> = all(&app)
        .iter()
        .filter(|event| event.position > begin)
        .map(|event| (event.id.to_string(), serde_json::to_string(event).unwrap()))
        .collect();
    assert!(expected.len() > 20, "{}", expected.len());
    // The next one is the one that follows, or once more the one before, whose answer got lost.
    let got = receiver.got();
    let library = standardwebhooks::Webhook::new(&secret.shown()).unwrap();
    let (mut next, mut again) = (0, 0);
    let mut bodies: BTreeMap<String, String> = BTreeMap::new();
    for message in &got {
        let id = message.id();
        let at = message.header("webhook-timestamp").parse().unwrap();
        let signature = library.sign(&id, at, message.body.as_bytes()).unwrap();
        assert_eq!(message.header("webhook-signature"), signature);
        let body = bodies
            .entry(id.clone())
            .or_insert_with(|| message.body.clone());
        assert_eq!(*body, message.body, "{id} says something else");
        if expected
            .get(next)
            .is_some_and(|(id, _)| *id == message.id())
        {
            assert_eq!(message.body, expected[next].1);
            next += 1;
        } else {
            let before = next.checked_sub(1).map(|place| &expected[place].0);
            assert_eq!(before, Some(&id), "out of order");
            again += 1;
        }
    }
    assert_eq!(next, expected.len());
    assert!(again <= kills, "{again} repeated after {kills} kills");
    eprintln!("  {next} events, {again} of them twice, {kills} kills");
    let panics = program.log_lines(&["panicked", "database fault"]);
    assert!(panics.is_empty(), "{panics:#?}");
}

/// A customer comes and books.
fn act(app: &avv_portal::app::App, partner: avv_portal::domain::PartnerId, number: u32) {
    let now = app.clock.now();
    let new = avv_portal::storage::customers::NewCustomer {
        number: number.into(),
        party: crate::harness::party("Neue GmbH", "Weg 1", "45879", "Gelsenkirchen", None),
        language: avv_portal::domain::Language::De,
        partner: Some(partner),
        sub_partner: None,
    };
    let actor = avv_portal::actions::Actor::Command;
    app.db
        .transaction_blocking(|conn| {
            avv_portal::actions::customers::add_by_command(conn, &new, actor, now)
        })
        .unwrap();
    app.db
        .transaction_blocking(|conn| {
            let options = avv_portal::domain::product::Options::new();
            let product = "centraflex";
            let number = number.into();
            avv_portal::actions::bookings::book_by_command(
                conn, app, number, product, &options, now,
            )
            .map(|_| ())
        })
        .unwrap();
}
