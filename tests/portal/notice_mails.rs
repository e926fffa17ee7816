//! Mails with notices on their way: put off, given up, sent once more (rows 38 and 40, EV-12).

use std::sync::Arc;

use avv_portal::actions::bulk_runs::StepResult;
use avv_portal::actions::delivery::{Retried, retry};
use avv_portal::actions::notices as acts;
use avv_portal::domain::MailId;
use avv_portal::domain::notice::NoticeState;
use avv_portal::jobs;
use avv_portal::mail::pace::Pace;
use chrono::TimeDelta;

use crate::announce::{self, announce, confirm, draft, notice, register};
use crate::harness::{CUSTOMER, Fault, Person, SmtpStub, Stage, days, hours};
use crate::notices::{concluded, crowd};

const MAIL: &str = "info@oezdemir.example";
const NEW: &str = "RZ Alpen AG";

/// An announcement goes on although the server puts mails off, but only up to a limit.
#[actix_web::test]
async fn mails_that_are_put_off_hold_up_no_announcement() {
    let app = concluded().await;
    crowd(&app, 1500);
    let id = draft(&app, NEW);
    confirm(&app, id);
    let now = app.now();
    let step = || announce::step(&app.app, now);
    while step().unwrap() != StepResult::Halt {}
    assert_eq!(app.count("notices"), 1000, "enough wait for now");
    // Every one of them was put off.
    app.sql("UPDATE mails SET attempts = 1, next_attempt_at = next_attempt_at + interval '1 hour' WHERE kind_key = 'announcement'")
        .unwrap();
    app.sql(
        "INSERT INTO mails (step, kind, recipient, customer_number, queued_at, next_attempt_at, attempts, state, message_id) \
         SELECT 'many:' || n, kind, recipient, customer_number, queued_at, next_attempt_at, 1, 'queued', 'many-' || n \
         FROM generate_series(1, 19000) n, (SELECT * FROM mails WHERE kind_key = 'announcement' LIMIT 1) one",
    )
    .unwrap();
    assert_eq!(step().unwrap(), StepResult::Halt, "the outbox is bounded");
    app.sql("UPDATE mails SET state = 'failed', done_at = queued_at, next_attempt_at = NULL WHERE step = 'many:1'")
        .unwrap();
    while matches!(step().unwrap(), StepResult::Taken { .. }) {}
    assert_eq!(app.count("notices"), 1501);
    assert_eq!(app.count(announce::SENT), 1);
}

/// What goes to everybody leaves at a pace of its own for each domain, and what somebody waits for goes
/// before all of it.
#[actix_web::test]
async fn s23_notices_hold_up_neither_a_request_nor_the_customers_of_other_domains() {
    let app = concluded().await;
    crowd(&app, 30);
    let id = draft(&app, NEW);
    confirm(&app, id);
    let mut own = app.app.clone();
    own.pace = Arc::new(Pace::per_minute(60));
    let begin = app.now();
    while announce::step(&own, begin).unwrap() != StepResult::Halt {}
    let late = app.add_customer(8400, "Später GmbH", Some("post@spaeter.example"));
    app.book(late, "centraflex", false);
    let before = app.mails().len();
    let sent = || app.mails().len() - before;
    jobs::run_once(&own, app.now());
    // The request, the notice of the one at a domain of its own, and ten seconds' worth of the others.
    assert_eq!(sent(), 13);
    assert_eq!(app.mails()[before].to.as_str(), "post@spaeter.example");
    let waiting = "mails WHERE state = 'queued' AND has_turn AND attempts = 0";
    assert_eq!(app.count(waiting), 19);
    jobs::run_once(&own, app.now());
    assert_eq!(sent(), 13, "nobody has a second turn");
    app.clock.advance(TimeDelta::seconds(5));
    jobs::run_once(&own, app.now());
    assert_eq!((sent(), app.count(waiting)), (18, 14));
    // Nothing is late that waits for its turn.
    let operator = app.sign_in(Person::Operator).await;
    operator.get("/betrieb").await.assert_says("Versand läuft");
    app.clock.advance(TimeDelta::seconds(60));
    jobs::run_once(&own, app.now());
    assert_eq!((sent(), app.count(waiting)), (32, 0));
    assert_eq!(app.count("notices WHERE sent_at IS NOT NULL"), 31);
}

/// A notice that no server accepts for five days has not arrived: no period begins, and the
/// operator sees it and sends it once more. From then on the older mail has no effect, whatever
/// happens to it.
#[actix_web::test]
async fn a_notice_no_server_takes_ends_and_is_sent_once_more() {
    let app = concluded().await;
    let sink = SmtpStub::start();
    let mut busy = app.app.clone();
    busy.transport = sink.transport();
    sink.trouble(Stage::Recipient, Fault::Say("450 4.2.1 mailbox disabled"));
    let id = draft(&app, NEW);
    confirm(&app, id);
    let begin = app.now();
    let own = || notice(&app, CUSTOMER);
    let state_of = |mail: MailId| app.text(&format!("state FROM mails WHERE id = {mail}"));
    for late in [hours(0), days(1), days(5) - hours(1)] {
        app.clock.advance(begin + late - app.now());
        jobs::run_once(&busy, app.now());
        assert_eq!(state_of(own().mail.unwrap()), "queued", "after {late}");
    }
    // The connection fails, which says nothing about the customer's address.
    sink.mend();
    sink.trouble(Stage::Greeting, Fault::HangUp);
    app.clock.advance(hours(2));
    sink.hang_up();
    jobs::run_once(&busy, app.now());
    let first = own().mail.unwrap();
    assert_eq!(state_of(first), "queued", "nobody answered");
    sink.mend();
    sink.trouble(Stage::Recipient, Fault::Say("450 4.2.1 mailbox disabled"));
    app.clock.advance(hours(2));
    jobs::run_once(&busy, app.now());
    assert_eq!(state_of(first), "failed");
    assert_eq!(own().facts.state(app.now()), NoticeState::Unsent);
    assert!(own().facts.failed_at.is_some() && own().facts.period_end().is_none());
    let operator = app.sign_in(Person::Operator).await;
    operator
        .get(&format!("/betrieb/mails/{first}"))
        .await
        .assert_says("nach 5 Tagen aufgegeben")
        .assert_says("mailbox disabled");
    operator
        .get(&format!("/betrieb/mitteilungen/{}", own().id))
        .await
        .assert_says("läuft keine Frist");

    let (viewer, now, notice_id) = (app.viewer(Person::Operator), app.now(), own().id);
    app.write(|conn| {
        acts::resend(conn, &app.app, &viewer, notice_id, now)?.unwrap();
        Ok(())
    });
    app.jobs();
    assert_ne!(own().mail, Some(first));
    assert_eq!(own().facts.state(app.now()), NoticeState::Running);
    let (facts, mails) = (own().facts, app.mails_to(MAIL).len());
    app.clock.advance(days(2));
    let now = app.now();
    let tried = app.write(|conn| retry(conn, &app.app, &viewer, first, now));
    assert!(matches!(tried, Retried::Useless(_)), "{tried:?}");
    app.jobs();
    assert_eq!(own().facts, facts, "the proof and the period stay");
    assert_eq!(app.mails_to(MAIL).len(), mails, "no second period is named");
    // Nor if a worker had taken it already.
    app.sql(&format!("UPDATE mails SET state = 'queued', done_at = NULL, next_attempt_at = queued_at WHERE id = {first}"))
        .unwrap();
    app.jobs();
    assert_eq!(own().facts, facts);
    assert_eq!(state_of(first), "dropped");
}

/// Customers that were overtaken while others are added and removed are found without looking at
/// all of them again.
#[actix_web::test]
async fn the_last_look_finds_who_was_overtaken() {
    let app = concluded().await;
    register(&app, "RZ Sued GmbH");
    crowd(&app, 3);
    // One of the crowd concluded while the announcement was confirmed, and was missed then.
    app.clock.advance(hours(1));
    let now = app.now();
    let id = draft(&app, NEW);
    confirm(&app, id);
    app.sql(&format!(
        "ALTER TABLE agreements DISABLE TRIGGER USER; \
         UPDATE agreements SET concluded_at = '{now}' WHERE customer_number = '20002'; \
         ALTER TABLE agreements ENABLE TRIGGER USER; \
         UPDATE bulk_runs SET after_number = '30000' WHERE ended_at IS NULL"
    ))
    .unwrap();
    app.jobs();
    assert_eq!(
        app.text("string_agg(customer_number::text, ',') FROM notices"),
        "20002"
    );
    announce(&app, "RZ Dritte GmbH");
    assert_eq!(app.count("notices"), 5);
}
