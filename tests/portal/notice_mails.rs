//! Mails with notices on their way: put off, given up, sent once more (rows 38 and 40, EV-12).

use avv_portal::actions::bulk_runs::StepResult;
use avv_portal::actions::delivery::{Retried, retry};
use avv_portal::actions::notices as acts;
use avv_portal::domain::MailId;
use avv_portal::domain::notice::NoticeState;
use avv_portal::jobs;

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
