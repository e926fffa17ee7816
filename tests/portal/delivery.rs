//! What the mail server can do to a mail on its way, and what the portal then shows about it (S-23,
//! row 8).

use std::time::Duration;

use avv_portal::jobs;
use avv_portal::mail::transport::Transport;

use crate::harness::{CUSTOMER, Fault, Person, SmtpStub, Stage, TestApp, hours, minutes};

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

/// Every stage of the dialogue with every kind of fault: the mail waits, or is given up if the
/// server refused the address permanently, and the reply is stored in both cases.
#[actix_web::test]
async fn each_trouble_at_each_stage_leads_to_the_right_state() {
    use Fault::{HangUp, Say, Stall};
    use Stage::{Data, End, From, Greeting, Hello, InMail, Recipient, Taken};
    // stage, trouble, state, part of the kept reply
    let table = [
        (Greeting, Say("421 4.3.2 shutting down"), "queued", "4.3.2"),
        (Greeting, Say("554 5.3.2 no service"), "queued", "5.3.2"),
        (Greeting, HangUp, "queued", ""),
        (Greeting, Stall, "queued", "nicht rechtzeitig"),
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
        (Recipient, Stall, "queued", "nicht rechtzeitig"),
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
    let sink = SmtpStub::start();
    let app = TestApp::start_with(sink.impatient(Duration::from_millis(300))).await;
    for (at, (stage, trouble, state, said)) in table.into_iter().enumerate() {
        let what = format!("{stage:?} {trouble:?}");
        let number = 7000 + u32::try_from(at).unwrap();
        let to = format!("post@stufe{at}.example");
        let customer = app.add_customer(number, "Stufe GmbH", Some(&to));
        app.book(customer, "centraflex", false);
        sink.hang_up();
        sink.trouble(stage, trouble);
        jobs::run_once(&app.app, app.now());
        let own = format!(
            "FROM mails WHERE customer_number = '{number}' AND recipient->>'to' = 'customer'"
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
            // The server accepted it but its reply was lost: the same mail again, by its
            // Message-ID.
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
    let sink = SmtpStub::start();
    let app = TestApp::start_with(sink.transport()).await;
    app.book(CUSTOMER, "centraflex", false);
    sink.trouble_times(1, Stage::Recipient, Fault::Say("450 4.2.0 first"));
    sink.trouble_times(9, Stage::Recipient, Fault::Say("450 4.2.0 again"));
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

/// The operator's list: pages by key, filters that the address keeps, and invalid values ignored.
#[actix_web::test]
async fn the_list_of_mails_is_paged_and_filtered() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    app.sql(
        "INSERT INTO mails (step, kind, recipient, queued_at, state, done_at, message_id, attempts, reply)
         SELECT 's' || n, '{\"kind\":\"password_changed\"}', '{\"to\":\"user\",\"id\":1}', '2026-11-01', 'failed', '2026-11-01',
                'm' || n || '@x', 1, '550 5.2.2 voll ' || n FROM generate_series(1, 120) n",
    )
    .unwrap();
    let operator = app.sign_in(Person::Operator).await;
    let mut seen = Vec::new();
    let mut path = "/betrieb/mails?stand=abgelehnt".to_owned();
    loop {
        let page = operator.get(&path).await;
        page.assert_status(200);
        seen.push(page.all("tbody th a").len());
        let Some(next) = page.attribute("a[rel=next]", "href") else {
            break;
        };
        assert!(next.contains("stand=abgelehnt"), "{next}");
        path = next;
    }
    assert_eq!(seen, [50, 50, 20]);
    let count = |query: &'static str| {
        let operator = &operator;
        async move {
            let page = operator.get(&format!("/betrieb/mails{query}")).await;
            page.assert_status(200);
            page.all("tbody th a").len()
        }
    };
    assert_eq!(count("?kunde=4711").await, 1);
    assert_eq!(count("?kunde=4711&stand=gesendet&art=request").await, 1);
    assert_eq!(count("?kunde=4711&stand=wartet").await, 0);
    assert_eq!(count("?art=request").await, 1);
    assert_eq!(count("?art=password_changed&stand=abgelehnt").await, 50);
    assert_eq!(count("?stand=x&art=%27&vor=z").await, 50);
    // Constant work: whatever the filter, one index gives the page in its order.
    app.sql("ANALYZE mails").unwrap();
    let plan = app.sql(
        "DO $$ DECLARE l TEXT; p TEXT := ''; BEGIN SET LOCAL enable_seqscan = off;
         FOR l IN EXPLAIN SELECT * FROM mails WHERE kind_key = 'request' AND state = 'sent' AND id < 900 ORDER BY id DESC LIMIT 51
         LOOP p := p || l; END LOOP;
         IF p LIKE '%Sort%' OR p NOT LIKE '%mails_by_kind_and_state%' THEN RAISE EXCEPTION '%', p; END IF; END $$",
    );
    assert_eq!(plan, Ok(()));
}

/// One mail in full; a mail that waits or was given up can be tried again, one that was sent never.
#[actix_web::test]
async fn a_mail_is_tried_again_only_if_it_was_not_sent() {
    let sink = SmtpStub::start();
    let app = TestApp::start_with(sink.transport()).await;
    let operator = app.sign_in(Person::Operator).await;
    app.book(CUSTOMER, "centraflex", false);
    sink.trouble_times(1, Stage::Recipient, Fault::Say("450 4.2.0 greylisted"));
    jobs::run_once(&app.app, app.now());
    let id = app.text("min(id) FROM mails");
    let path = format!("/betrieb/mails/{id}");
    let again = format!("form[action='{path}/erneut']");
    let page = operator.get(&path).await;
    page.assert_status(200)
        .assert_says("Nicht angenommen, wird wiederholt")
        .assert_says("greylisted")
        .assert_says("Kunde 4711");
    // At once instead of after a minute.
    let answer = page.submit(&operator, &again, &[]).await;
    answer.assert_redirect(&path);
    jobs::run_once(&app.app, app.now());
    let page = operator.get(&path).await;
    page.assert_says(MAIL)
        .assert_says("Bitte abschließen")
        .assert_says("Vom Mailserver angenommen")
        .assert_says(&app.text("message_id FROM mails"))
        .assert_says(&app.text("body_hash FROM mails"));
    assert_eq!(app.count("mail_attempts"), 2);
    assert_eq!(page.attribute(&again, "method"), None, "it was sent");
    // Not even with a form from before.
    let list = operator.get("/betrieb/mails/test").await;
    let csrf = list.attribute("input[name=csrf]", "value").unwrap();
    operator
        .post(&format!("{path}/erneut"), &[("csrf", &csrf)])
        .await
        .assert_status(303);
    operator
        .get("/betrieb/mails")
        .await
        .assert_says("nie noch einmal gesendet");
    jobs::run_once(&app.app, app.now());
    assert_eq!(sink.taken().len(), 1);

    // An address that was refused: the customer is asked anew, so that the status is right again.
    let other = app.add_customer(8400, "Abgelehnt GmbH", Some("post@abgelehnt.example"));
    sink.unknown("post@abgelehnt.example", true);
    app.book(other, "centraflex", false);
    app.jobs();
    assert_eq!(app.status(other), "undeliverable");
    sink.unknown("post@abgelehnt.example", false);
    let list = operator.get("/betrieb/mails?stand=abgelehnt").await;
    app.clock.advance(minutes(20));
    list.submit(&operator, "tbody form", &[])
        .await
        .assert_status(303);
    app.jobs();
    assert_eq!(app.status(other), "requested");
    assert_eq!(
        app.count("mails WHERE state = 'failed' AND customer_number = '8400'"),
        1
    );

    // A link that expired while its mail waited: it is not sent, with the reason.
    let late = app.add_customer(8401, "Spät GmbH", Some("post@spaet.example"));
    sink.trouble(Stage::Recipient, Fault::Say("450 4.2.0 greylisted"));
    app.book(late, "centraflex", false);
    jobs::run_once(&app.app, app.now());
    let (link, now) = (app.newest_link(late), app.now());
    app.write(|conn| avv_portal::actions::consent::decline(conn, &app.app, link, "", now));
    let list = operator.get("/betrieb/mails?kunde=8401&art=request").await;
    let answer = list.submit(&operator, "tbody form", &[]).await;
    let page = operator.follow(&answer).await;
    page.assert_says("wird nicht gesendet, weil der Link inzwischen nicht mehr gilt")
        .assert_says("nicht gesendet");
}

/// The test mail: the whole dialogue, no secret in it, and limits for waiting and sending.
#[actix_web::test]
async fn the_test_mail_shows_the_dialogue_and_no_secret() {
    let sink = SmtpStub::start();
    let patience = Duration::from_millis(400);
    let url = sink.url().replace("smtp://", "smtp://portal:geheim-4711@");
    let transport = Transport::smtp_within(&url, 1, "avv.portal.example", patience).unwrap();
    let app = TestApp::start_with(transport).await;
    let operator = app.sign_in(Person::Operator).await;
    let form = operator.get("/betrieb/mails/test").await;
    form.assert_status(200);
    let send = async |to: &str| {
        form.submit(&operator, "main form[method=post]", &[("email", to)])
            .await
    };
    for wrong in ["", "a@b", "a@b.de, c@d.de", "a@b.de\r\nBcc: x@y.de"] {
        send(wrong).await.assert_status(422);
    }
    sink.trouble(Stage::Hello, Fault::Say("250-sink\r\n250 AUTH PLAIN LOGIN"));
    let page = send("probe@anbieter.example").await;
    page.assert_status(200)
        .assert_says("Der Mailserver hat die E-Mail angenommen")
        .assert_says("250 AUTH PLAIN LOGIN")
        .assert_says("AUTH PLAIN (Zugangsdaten ausgeblendet)")
        .assert_says("RCPT TO:<p•••@anbieter.example>")
        .assert_says("354 go on")
        .assert_says("250 2.0.0 queued")
        .assert_says("unverschlüsselt");
    let auth = sink
        .heard()
        .into_iter()
        .find(|line| line.starts_with("AUTH"));
    let secret = auth.unwrap().split(' ').nth(2).unwrap().to_owned();
    for hidden in ["geheim", secret.as_str()] {
        assert!(!page.text().contains(hidden), "{hidden}");
    }
    let mail = sink.taken().pop().unwrap();
    assert_eq!(mail.to, "probe@anbieter.example");
    for header in ["Message-ID", "X-AVV-Mail", "Auto-Submitted", "Date"] {
        assert_ne!(mail.head(header), "", "{header}");
    }
    assert!(!mail.raw.contains("4711") && !mail.raw.contains("zdemir"));

    sink.trouble(Stage::Recipient, Fault::Say("550 5.7.1 relaying denied"));
    send("probe@anbieter.example")
        .await
        .assert_says("Die E-Mail wurde nicht angenommen")
        .assert_says("550 5.7.1 relaying denied");
    sink.mend();
    send("probe@anbieter.example")
        .await
        .assert_says("Der Mailserver bietet nicht an, was verlangt ist");
    for stage in [Stage::Greeting, Stage::From, Stage::End] {
        sink.mend();
        sink.trouble(Stage::Hello, Fault::Say("250-sink\r\n250 AUTH PLAIN LOGIN"));
        sink.trouble(stage, Fault::Stall);
        send("probe@anbieter.example")
            .await
            .assert_status(200)
            .assert_says("nicht rechtzeitig geantwortet");
    }
    sink.mend();
    for _ in 0..4 {
        send("probe@anbieter.example").await.assert_status(200);
    }
    send("probe@anbieter.example")
        .await
        .assert_status(422)
        .assert_says("zehn Test-E-Mails");
    assert_eq!(app.count("audit_events WHERE kind = 'mail_tested'"), 10);
    app.clock.advance(minutes(11));
    send("probe@anbieter.example").await.assert_status(200);
}

/// F8: a mail that is sent twice, because the server's reply was lost, has the same bytes; and the
/// hash its recipient computes is in the evidence.
#[actix_web::test]
async fn f8_a_repeated_delivery_has_the_same_bytes() {
    let sink = SmtpStub::start();
    let app = TestApp::start_with(sink.transport()).await;
    sink.trouble_times(1, Stage::Taken, Fault::HangUp);
    app.book(CUSTOMER, "centraflex", false);
    jobs::run_once(&app.app, app.now());
    app.clock.advance(hours(1));
    app.jobs();
    let taken = sink.taken();
    let mails: Vec<_> = taken.iter().filter(|mail| mail.to == MAIL).collect();
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0].raw, mails[1].raw);
    let read = mail_parser::MessageParser::default()
        .parse(mails[0].raw.as_bytes())
        .unwrap();
    let text = read.body_text(0).unwrap().replace('\r', "");
    let hash = avv_portal::actions::documents::sha256(text.as_bytes());
    assert_eq!(app.text("body_hash FROM mails ORDER BY id LIMIT 1"), hash);
    assert_eq!(
        app.text("parts -> 0 ->> 'sha256' FROM mails ORDER BY id LIMIT 1"),
        hash
    );
    let operator = app.sign_in(Person::Operator).await;
    operator.get("/betrieb/mails/1").await.assert_says(&hash);
}
