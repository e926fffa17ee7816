//! What the mail server can do to a mail on its way, and what the portal then says of it (S-23, row 8).

use std::time::Duration;

use avv_portal::jobs;

use crate::harness::{CUSTOMER, Sink, Stage, TestApp, Trouble, hours};

const MAIL: &str = "info@oezdemir.example";

/// The customer's mail in the outbox: state, attempts and the last reply.
fn outbox(app: &TestApp) -> (String, i64, String) {
    let first = "FROM mails WHERE id = (SELECT min(id) FROM mails)";
    (
        app.text(&format!("state {first}")),
        app.text(&format!("attempts::text {first}"))
            .parse()
            .unwrap(),
        app.text(&format!("coalesce(reply, '') {first}")),
    )
}

/// Every stage of the dialogue with every kind of trouble: the mail waits, or is given up where the
/// server refused the address for good, and the reply is kept in both cases.
#[actix_web::test]
async fn each_trouble_at_each_stage_leads_to_the_right_state() {
    use Stage::{Data, End, From, Greeting, Hello, InMail, Recipient, Taken};
    use Trouble::{HangUp, Say, Stall};
    // stage, trouble, state, part of the kept reply
    let table = [
        (Greeting, Say("421 4.3.2 shutting down"), "queued", "4.3.2"),
        (Greeting, Say("554 5.3.2 no service"), "queued", "5.3.2"),
        (Greeting, HangUp, "queued", ""),
        (Greeting, Stall, "queued", ""),
        (Hello, Say("421 4.7.0 too busy"), "queued", "4.7.0"),
        (Hello, Say("550 5.7.1 go away"), "queued", "5.7.1"),
        (Hello, HangUp, "queued", ""),
        (From, Say("451 4.3.0 try later"), "queued", "4.3.0"),
        (
            From,
            Say("553 5.1.8 sender address rejected"),
            "queued",
            "5.1.8",
        ),
        (From, HangUp, "queued", ""),
        (
            Recipient,
            Say("450 4.2.0 greylisted"),
            "queued",
            "greylisted",
        ),
        (
            Recipient,
            Say("452 4.2.2 mailbox full"),
            "queued",
            "mailbox full",
        ),
        (
            Recipient,
            Say("550 5.1.1 no such user"),
            "failed",
            "no such user",
        ),
        (
            Recipient,
            Say("550 5.7.1 relaying denied"),
            "queued",
            "relaying denied",
        ),
        (Recipient, HangUp, "queued", ""),
        (Recipient, Stall, "queued", ""),
        (Data, Say("451 4.3.0 disk full"), "queued", "disk full"),
        (
            Data,
            Say("554 5.5.1 no valid recipients"),
            "queued",
            "no valid recipients",
        ),
        (Data, HangUp, "queued", ""),
        (InMail, HangUp, "queued", ""),
        (End, Say("451 4.3.0 try later"), "queued", "try later"),
        (End, Say("552 5.2.2 over quota"), "failed", "over quota"),
        (
            End,
            Say("554 5.7.1 looks like spam"),
            "queued",
            "looks like spam",
        ),
        (End, HangUp, "queued", ""),
        (End, Stall, "queued", ""),
        (Taken, HangUp, "queued", ""),
        (Taken, Stall, "queued", ""),
    ];
    let sink = Sink::start();
    let app = TestApp::start_with(sink.impatient(Duration::from_millis(300))).await;
    for (at, (stage, trouble, state, said)) in table.into_iter().enumerate() {
        let what = format!("{stage:?} {trouble:?}");
        let number = 7000 + i64::try_from(at).unwrap();
        let to = format!("post@stufe{at}.example");
        let customer = app.add_customer(number, "Stufe GmbH", Some(&to));
        app.book(customer, "centraflex", false);
        sink.hang_up();
        sink.trouble(stage, trouble);
        jobs::run_once(&app.app, app.now());
        let own = format!(
            "FROM mails WHERE customer_number = {number} AND recipient->>'to' = 'customer'"
        );
        assert_eq!(app.text(&format!("state {own}")), state, "{what}");
        assert_eq!(app.text(&format!("attempts::text {own}")), "1", "{what}");
        let reply = app.text(&format!("coalesce(reply, '') {own}"));
        assert!(!reply.is_empty() && reply.contains(said), "{what}: {reply}");
        assert!(!reply.contains("post@"), "{what}: {reply}");
        let status = if state == "failed" {
            "undeliverable"
        } else {
            "requested"
        };
        assert_eq!(app.status(customer), status, "{what}");
        assert_eq!(sink.stalled(stage), usize::from(trouble == Stall), "{what}");
        sink.mend();
        app.clock.advance(hours(1));
        app.jobs();
        let arrived = sink.taken().iter().filter(|mail| mail.to == to).count();
        let expected = match (state, stage) {
            ("failed", _) => 0,
            // The server took it and nobody heard: the same mail again, by its Message-ID.
            (_, Taken) => 2,
            _ if stage == End && trouble == Stall => 2,
            _ => 1,
        };
        assert_eq!(arrived, expected, "{what}");
    }
    let ids = |taken: &[crate::harness::Taken], to: &str| -> Vec<(String, String)> {
        taken
            .iter()
            .filter(|mail| mail.to == to)
            .map(|mail| (mail.head("Message-ID"), mail.head("X-AVV-Mail")))
            .collect()
    };
    let twice = ids(&sink.taken(), "post@stufe25.example");
    assert_eq!(twice.len(), 2);
    assert_eq!(twice[0], twice[1]);
}

/// Each pause is longer than the one before, up to an hour, and the mail is never forgotten.
#[actix_web::test]
async fn the_pauses_grow_and_the_last_reply_is_kept() {
    let sink = Sink::start();
    let app = TestApp::start_with(sink.transport()).await;
    app.book(CUSTOMER, "centraflex", false);
    sink.trouble_times(1, Stage::Recipient, Trouble::Say("450 4.2.0 first"));
    sink.trouble_times(9, Stage::Recipient, Trouble::Say("450 4.2.0 again"));
    let mut pauses = Vec::new();
    for _ in 0..10 {
        jobs::run_once(&app.app, app.now());
        let next = app.text("date_part('epoch', next_attempt_at)::bigint FROM mails");
        let pause = next.parse::<i64>().unwrap() - app.now().timestamp();
        pauses.push(pause / 60);
        app.clock.advance(chrono::Duration::seconds(pause));
    }
    assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
    assert_eq!(
        outbox(&app),
        ("queued".to_owned(), 10, outbox(&app).2.clone())
    );
    assert!(outbox(&app).2.contains("again"));
    assert!(!sink.heard().contains(&"DATA".to_owned()));
    app.jobs();
    assert_eq!(
        (outbox(&app).0.as_str(), outbox(&app).1, sink.taken().len()),
        ("sent", 11, 1)
    );
    assert_eq!(sink.taken()[0].to, MAIL);
}
