//! The outbox: every queued mail is sent exactly once, whatever happens to server and process
//! (S-23, S-93).

use std::collections::BTreeMap;
use std::sync::Barrier;

use avv_portal::actions::ActionError;
use avv_portal::actions::delivery::{Delivered, deliver_next};
use avv_portal::domain::EmailAddress;
use avv_portal::jobs;

use crate::harness::{Behaviour, CUSTOMER, Person, SmtpStub, Taken, TestApp, days, hours, minutes};

const MAIL: &str = "info@oezdemir.example";
const PARTNER_MAIL: &str = "info@muster-it.example";
const OPERATOR_MAIL: &str = "avv@plusnet.example";

/// How often each Message-ID arrived.
fn arrivals(sink: &SmtpStub) -> BTreeMap<String, usize> {
    let mut count = BTreeMap::new();
    for mail in sink.taken() {
        *count.entry(mail.head("Message-ID")).or_default() += 1;
    }
    count
}

/// An hour without a mail server: nothing is lost, nothing is sent twice, the status is right.
#[actix_web::test]
async fn after_an_hour_without_mail_server_everything_leaves_once() {
    let sink = SmtpStub::start();
    let app = TestApp::start_with(sink.transport()).await;
    sink.mood(Behaviour::Away);
    for at in 0..8 {
        let customer = app.add_customer(
            8000 + at,
            "Ausfall GmbH",
            Some(&format!("post@ausfall{at}.example")),
        );
        app.book(customer, "centraflex", false);
    }
    for minute in 0..60 {
        sink.mood(if minute < 30 {
            Behaviour::Away
        } else {
            Behaviour::Busy
        });
        jobs::run_once(&app.app, app.now());
        app.clock.advance(minutes(1));
    }
    assert!(sink.taken().is_empty() && sink.attempts() >= 8);
    assert!(
        sink.attempts() <= 8 * 10,
        "it is asked less and less often: {}",
        sink.attempts()
    );
    assert_eq!(app.count("mails WHERE state = 'queued'"), 8);
    // An unavailable mail server says nothing about an address.
    assert_eq!(
        app.status(avv_portal::domain::CustomerNumber::from(8000)),
        "requested"
    );
    sink.mood(Behaviour::Fine);
    for _ in 0..65 {
        app.jobs();
        app.clock.advance(minutes(1));
    }
    let arrived = arrivals(&sink);
    assert_eq!(arrived.len(), 8, "{arrived:?}");
    assert!(arrived.values().all(|times| *times == 1), "{arrived:?}");
    assert_eq!(app.count("mails WHERE state = 'sent'"), 8);
    let ids: Vec<String> = arrived.into_keys().collect();
    for id in ids {
        let bare = id.trim_matches(['<', '>']);
        assert_eq!(app.count(&format!("mails WHERE message_id = '{bare}'")), 1);
    }
}

/// Row 8: an address that refuses mail. Status, users concerned, reminders, and the ways out.
#[actix_web::test]
async fn an_address_that_refuses_mail_is_reported_and_not_reminded() {
    let sink = SmtpStub::start();
    let app = TestApp::start_with(sink.transport()).await;
    sink.unknown(MAIL, true);
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    app.jobs();
    assert_eq!(app.status(CUSTOMER), "undeliverable");
    let told: Vec<String> = sink.taken().into_iter().map(|mail| mail.to).collect();
    assert_eq!(told.len(), 2, "M14 and M5, once each: {told:?}");
    assert!(told.contains(&PARTNER_MAIL.to_owned()) && told.contains(&OPERATOR_MAIL.to_owned()));
    let partner = app.sign_in(Person::Partner).await;
    assert_eq!(app.line(&partner, CUSTOMER).await.0, "Nicht zustellbar");
    for person in [Person::Partner, Person::Operator] {
        let page = app.sign_in(person).await.get("/kunden/4711/avv").await;
        page.assert_says("Nicht zustellbar")
            .assert_says("Nicht angekommene E-Mails");
    }
    // Reminders stop, and no user is told twice.
    for _ in 0..4 {
        app.clock.advance(days(15));
        app.jobs();
    }
    assert_eq!(
        (sink.taken().len(), app.status(CUSTOMER)),
        (2, "undeliverable")
    );
    assert_eq!(app.case(CUSTOMER).open_request().unwrap().reminders, 0);

    // A user tries it again; the refusal is reported again, as it is a new round.
    app.ask(Person::Partner, CUSTOMER).unwrap();
    assert_eq!(app.status(CUSTOMER), "requested");
    app.jobs();
    assert_eq!(app.status(CUSTOMER), "undeliverable");
    assert_eq!(sink.taken().len(), 4);

    // The mailbox was repaired: the mail is sent by a user, and the reminders go on.
    app.clock.advance(hours(1));
    sink.unknown(MAIL, false);
    app.ask(Person::Operator, CUSTOMER).unwrap();
    app.jobs();
    assert_eq!((app.status(CUSTOMER), sink.taken().len()), ("requested", 5));
    app.clock.advance(days(17));
    app.jobs();
    assert_eq!((app.status(CUSTOMER), sink.taken().len()), ("reminded", 6));

    // It breaks again in a reminder; a new address ends that, too.
    sink.unknown(MAIL, true);
    app.clock.advance(days(15));
    app.jobs();
    assert_eq!(app.status(CUSTOMER), "undeliverable");
    let (operator, now) = (app.viewer(Person::Operator), app.now());
    let new = EmailAddress::parse("vertrag@oezdemir.example").unwrap();
    app.write(|conn| {
        avv_portal::actions::customers::change_email(
            conn,
            &app.app,
            &operator,
            CUSTOMER,
            &new.into(),
            now,
        )
        .map(|_| ())
    });
    app.jobs();
    assert_eq!(app.status(CUSTOMER), "requested");
    assert_eq!(sink.taken().last().unwrap().to, "vertrag@oezdemir.example");
}

/// A refused mail to a partner says nothing about the customer's address.
#[actix_web::test]
async fn a_partner_who_refuses_mail_does_not_change_the_status() {
    let sink = SmtpStub::start();
    let app = TestApp::start_with(sink.transport()).await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    sink.unknown(PARTNER_MAIL, true);
    let link = app.newest_link(CUSTOMER);
    let now = app.now();
    app.write(|conn| avv_portal::actions::consent::decline(conn, &app.app, link, "", now));
    app.jobs();
    assert_eq!(app.status(CUSTOMER), "declined");
    assert_eq!(app.count("mails WHERE state = 'failed'"), 1);
    let operator = app.sign_in(Person::Operator).await;
    operator
        .get("/betrieb/mails")
        .await
        .assert_status(200)
        .assert_says("no such user here");
}

/// Killed between queueing and delivery, or between handing over and noting it.
#[actix_web::test]
async fn a_killed_process_loses_no_mail_and_repeats_it_under_the_same_id() {
    let sink = SmtpStub::start();
    let app = TestApp::start_with(sink.transport()).await;
    app.book(CUSTOMER, "centraflex", false);
    // This process hands the mail over and dies before its transaction commits.
    let now = app.now();
    let died = app
        .app
        .db
        .transaction_blocking(|conn| -> Result<(), ActionError> {
            assert_eq!(deliver_next(conn, &app.app, now)?, Delivered::Sent);
            Err(ActionError::NotFound)
        });
    assert!(died.is_err());
    assert_eq!(
        (
            sink.taken().len(),
            app.count("mails WHERE state = 'queued'")
        ),
        (1, 1)
    );
    let second = app.second_process();
    assert_eq!(jobs::run_once(&second, second.clock.now()).delivered, 1);
    assert_eq!(jobs::run_once(&app.app, app.now()).delivered, 0);
    let mails = sink.taken();
    assert_eq!(mails.len(), 2);
    assert_eq!(
        mails[0].head("Message-ID"),
        mails[1].head("Message-ID"),
        "so that the reader's server sees it is the same"
    );
    // Only the random boundary of the parts differs.
    let same = |mail: &Taken| {
        let boundary = mail
            .head("Content-Type")
            .split('"')
            .nth(1)
            .unwrap()
            .to_owned();
        mail.raw.replace(&boundary, "")
    };
    assert_eq!(same(&mails[0]), same(&mails[1]), "and the same link");
    assert_eq!(app.count("mails WHERE state = 'sent'"), 1);
}

/// One transaction hands over several mails. What goes wrong with one of them undoes none of the others,
/// and is not tried again and again.
#[actix_web::test]
async fn f11_a_mail_that_cannot_be_written_undoes_none_beside_it() {
    let app = TestApp::start().await;
    for at in 0..5 {
        let address = format!("post@reihe{at}.example");
        let customer = app.add_customer(8300 + at, "Reihe GmbH", Some(&address));
        app.book(customer, "centraflex", false);
    }
    app.sql(
        "ALTER TABLE bookings DROP CONSTRAINT bookings_product_code_fkey; \
         UPDATE bookings SET product_code = 'fort' WHERE customer_number = '8302'",
    )
    .unwrap();
    assert_eq!(jobs::run_once(&app.app, app.now()).delivered, 4);
    jobs::run_once(&app.app, app.now());
    let mut to: Vec<String> = app
        .mails()
        .iter()
        .map(|mail| mail.to.as_str().to_owned())
        .collect();
    to.sort();
    assert_eq!(to, [0, 1, 3, 4].map(|at| format!("post@reihe{at}.example")));
    assert_eq!(
        app.count("mails WHERE state = 'queued' AND attempts = 1 AND customer_number = '8302'"),
        1
    );
    app.sql("UPDATE bookings SET product_code = 'centraflex'")
        .unwrap();
    app.clock.advance(hours(1));
    app.jobs();
    assert_eq!(app.mails_to("post@reihe2.example").len(), 1);
}

/// S-93: two processes with four threads each deliver fifty mails, each once.
#[actix_web::test]
async fn two_processes_deliver_each_mail_once() {
    let app = TestApp::start().await;
    for at in 0..50 {
        let customer = app.add_customer(
            8100 + at,
            "Viele GmbH",
            Some(&format!("post@viele{at}.example")),
        );
        app.book(customer, "centraflex", false);
    }
    let (second, now, barrier) = (app.second_process(), app.now(), Barrier::new(8));
    let delivered: usize = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..8)
            .map(|at| {
                let (process, barrier) = (if at % 2 == 0 { &app.app } else { &second }, &barrier);
                scope.spawn(move || {
                    barrier.wait();
                    let mut sent = 0;
                    loop {
                        match process
                            .db
                            .transaction_blocking(|conn| deliver_next(conn, process, now))
                            .unwrap()
                        {
                            Delivered::Idle => return sent,
                            done => sent += usize::from(done == Delivered::Sent),
                        }
                    }
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap())
            .sum()
    });
    assert_eq!(delivered, 50);
    let mut to: Vec<String> = app
        .mails()
        .into_iter()
        .map(|mail| mail.to.as_str().to_owned())
        .collect();
    to.sort();
    to.dedup();
    assert_eq!((to.len(), app.mails().len()), (50, 50));
    assert_eq!(app.count("mails WHERE state = 'sent' AND attempts = 1"), 50);
}

/// A mail whose link cannot be used any more is dropped, with a reason that all users can read.
#[actix_web::test]
async fn a_mail_that_is_true_no_longer_is_dropped_with_its_reason() {
    let app = TestApp::start().await;
    // Overtaken by a decline.
    app.book(CUSTOMER, "centraflex", false);
    let (link, now) = (app.newest_link(CUSTOMER), app.now());
    app.write(|conn| avv_portal::actions::consent::decline(conn, &app.app, link, "", now));
    app.jobs();
    assert_eq!(app.links_to(MAIL).len(), 0);
    assert_eq!(
        app.count(
            "mails WHERE state = 'dropped' AND reply LIKE '%Link inzwischen nicht mehr gilt%'"
        ),
        1
    );
    // Overtaken by time.
    let late = app.add_customer(8200, "Spät GmbH", Some("post@spaet.example"));
    app.book(late, "centraflex", false);
    app.clock.advance(days(15));
    app.deliver();
    assert_eq!(app.mails_to("post@spaet.example").len(), 0);
    assert_eq!(
        app.count("mails WHERE state = 'dropped' AND reply LIKE '%abgelaufen%'"),
        1
    );
    let operator = app.sign_in(Person::Operator).await;
    for customer in [4711, 8200] {
        let page = operator.get(&format!("/kunden/{customer}/avv")).await;
        page.assert_says("Nicht angekommene E-Mails")
            .assert_says("der Link inzwischen");
    }
    // Trying it again does not send a dead link either.
    let page = operator.get("/betrieb/mails").await;
    page.assert_status(200);
    let trouble = app.read(|conn| Ok(avv_portal::storage::mails::list_trouble(conn, 10)?));
    assert_eq!(trouble.len(), 2);
    for mail in trouble {
        let css = format!("form[action='/betrieb/mails/{}/erneut']", mail.id);
        if page.attribute(&css, "method").is_some() {
            page.submit(&operator, &css, &[]).await.assert_status(303);
        }
    }
    app.deliver();
    assert_eq!(
        app.mails_to("post@spaet.example").len() + app.links_to(MAIL).len(),
        0
    );
}

/// C12: an invalid number is an error of its field and stays there, as in the log.
#[actix_web::test]
async fn c12_a_wrong_number_in_the_filter_is_named() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let operator = app.sign_in(Person::Operator).await;
    for list in ["/betrieb/mails", "/betrieb/protokoll"] {
        for wrong in ["4711/1", "-1"] {
            let page = operator.get(&format!("{list}?kunde={wrong}")).await;
            page.assert_status(422)
                .assert_says("Geben Sie eine Kundennummer ein, zum Beispiel 4711 oder K-10001");
            assert_eq!(page.attribute("#kunde", "value").as_deref(), Some(wrong));
            assert!(page.all("main tbody tr").is_empty(), "{list}");
        }
        let page = operator.get(&format!("{list}?kunde=4711")).await;
        page.assert_status(200);
        assert!(!page.all("main tbody tr").is_empty(), "{list}");
    }
}
