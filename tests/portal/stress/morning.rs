//! A morning with many due cases, handled in pages, while the portal is in use.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use avv_portal::clock::Clock;
use avv_portal::domain::CustomerNumber;
use avv_portal::domain::working_time::Holidays;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::client::Client;
use super::people::{customer, settle};
use super::program::Program;
use super::{NOON, assertions, size};
use crate::harness::{Person, SmtpStub, TestApp, days};

/// Makes many copies of a due case, in the state after the first mail.
fn multiply(app: &TestApp, of: CustomerNumber, count: usize) {
    let (first, last) = (100_000, 100_000 + count - 1);
    app.sql(&format!(
        "CREATE TEMPORARY TABLE rounds AS SELECT n, gen_random_uuid() AS id FROM generate_series({first}, {last}) n;
         INSERT INTO customers SELECT (jsonb_populate_record(c, jsonb_build_object('number', n, 'email', 'post@n' || n || '.example'))).*
             FROM customers c, rounds WHERE number = '{of}';
         INSERT INTO bookings (customer_number, product_code, options, booked_at)
             SELECT n::text, product_code, options, booked_at FROM bookings, rounds WHERE customer_number = '{of}';
         INSERT INTO requests (id, customer_number, reason, opened_at, offer, reminders)
             SELECT x.id, n::text, reason, opened_at, offer, reminders FROM requests r, rounds x WHERE customer_number = '{of}';
         INSERT INTO links (id, request_id, number, sent_at, valid_until)
             SELECT gen_random_uuid(), x.id, l.number, l.sent_at, l.valid_until
             FROM links l JOIN requests r ON r.id = l.request_id, rounds x WHERE customer_number = '{of}';
         INSERT INTO case_rows OVERRIDING SYSTEM VALUE
             SELECT (jsonb_populate_record(c, jsonb_build_object('number', n, 'id', n))).*
             FROM case_rows c, rounds WHERE number = '{of}';
         DROP TABLE rounds"
    ))
    .unwrap();
}

/// A run of the jobs at noon some days from now, or on the next working morning (F10).
fn run(program: &Program, from_now: i64) -> Child {
    let noon = (Clock::system().now() + days(from_now))
        .date_naive()
        .and_time(NOON);
    let at = Holidays::Germany
        .opens(noon.and_utc())
        .format("%Y-%m-%dT%H:%M:%SZ");
    let mut command = program.command(program.port, &["jobs", "run-once", "--at", &at.to_string()]);
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn said(run: Child) -> String {
    let output = run.wait_with_output().unwrap();
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success(), "{said}");
    said
}

/// 5.6-10, S-92, S-93: every customer is reminded once, although the run is stopped, then killed,
/// and then continues in two processes at once; the list of customers can be opened all the while,
/// and the operator sees the progress.
#[actix_web::test]
async fn a_due_morning_is_worked_off_once_and_holds_up_nobody() {
    let count = 600 * size();
    let sink = SmtpStub::start();
    let app = TestApp::start_with(sink.transport()).await;
    settle(&app, 1);
    let (number, ..) = customer(0);
    app.book(number, "centraflex", false);
    app.deliver();
    multiply(&app, number, count);
    let program = Program::new(Some(app.database_url()), &sink);
    let portal = program.serve();
    let operator = Client::new(&program.base(), portal.port);
    operator.sign_in(Person::Operator.email()).await.unwrap();

    let reminded = || usize::try_from(app.count("links WHERE number = 1")).unwrap();
    let until = |part: usize| {
        let since = Instant::now();
        while reminded() < part {
            assert!(since.elapsed() < Duration::from_secs(120), "{}", reminded());
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    // Stopped in the middle.
    let first = run(&program, 16);
    until(count / 10);
    let pid = Pid::from_raw(first.id().try_into().unwrap());
    kill(pid, Signal::SIGTERM).unwrap();
    let first = said(first);
    assert!(first.contains("stopped before the end"), "{first}");
    assert!(reminded() < count / 2, "it did not stop: {first}");
    // Killed a little later.
    let mut second = run(&program, 16);
    until(reminded() + count / 10);
    second.kill().unwrap();
    second.wait().unwrap();
    // Two at once, with page views.
    let rest = count + 1 - reminded();
    let since = Instant::now();
    // Both are read while they write, because a full pipe would block them.
    let both =
        [run(&program, 16), run(&program, 16)].map(|run| std::thread::spawn(move || said(run)));
    let mut pages = Vec::new();
    while reminded() < count + 1 {
        assert!(since.elapsed() < Duration::from_secs(240), "{}", reminded());
        let begin = Instant::now();
        // An idle connection may have been closed a moment ago.
        let Some(page) = operator.get("/kunden").await else {
            continue;
        };
        page.assert_status(200);
        pages.push(begin.elapsed());
    }
    let spent = since.elapsed();
    for run in both {
        run.join().unwrap();
    }
    said(run(&program, 16));
    pages.sort();
    let slow = pages[pages.len() * 99 / 100];
    eprintln!(
        "  {rest} reminders in {spent:.1?}; {} pages meanwhile, middle {:?}, slowest in a hundred {slow:?}",
        pages.len(),
        pages[pages.len() / 2]
    );
    assert!(slow < Duration::from_secs(3), "pages wait: {slow:?}");

    let customers = i64::try_from(count).unwrap() + 1;
    assert_eq!(app.count("links"), 2 * customers, "one reminder each");
    assert_eq!(app.count("requests WHERE reminders = 1"), customers);
    assert_eq!(app.count("audit_events WHERE kind = 'reminded'"), customers);
    assert_eq!(
        app.count("mails WHERE kind ->> 'kind' = 'reminder'"),
        customers
    );
    assertions::mails(&app, &sink);
    assertions::chain(&program);
    assert!(app.count("runs") > 0, "what takes long is written down");
    let page = operator.get("/betrieb/hintergrundarbeit").await;
    let page = match page {
        Some(page) => page,
        None => operator.get("/betrieb/hintergrundarbeit").await.unwrap(),
    };
    page.assert_status(200)
        .assert_says("Erinnerungen und Fristen");
    page.assert_says("E-Mails senden");
    portal.stop();
}

/// S-94: after a month without jobs everything is caught up with; after a longer time the operator
/// is asked first.
#[actix_web::test]
async fn what_was_due_very_long_ago_waits_for_the_operator() {
    let app = TestApp::start().await;
    let mail = "post@spaet.example";
    let late = app.add_customer(5300, "Spät GmbH", Some(mail));
    let ended = app.add_customer(5301, "Dreimal Erinnert GmbH", Some("post@dreimal.example"));
    app.book(ended, "centraflex", false);
    for _ in 0..3 {
        app.jobs();
        app.clock.advance(days(15));
    }
    app.jobs();
    app.book(late, "centraflex", false);
    app.jobs();
    // A Monday (F10).
    app.clock.advance(days(15 + 38));
    app.jobs();
    app.jobs();
    assert_eq!(app.links_to(mail).len(), 1, "nothing goes out by itself");
    // A round that only has to be closed is closed.
    assert_eq!(
        app.count("requests WHERE customer_number = '5301' AND outcome = 'expired'"),
        1
    );
    let operator = app.sign_in(Person::Operator).await;
    let page = operator.get("/betrieb/hintergrundarbeit").await;
    page.assert_status(200)
        .assert_says("Zurückgehaltene Erinnerungen");
    page.assert_says("1 Erinnerung ist seit mehr als 35 Tagen fällig");
    page.assert_says("Spät GmbH");
    page.assert_silent_about("Dreimal");
    // A user sends it, and then everything goes on as usual.
    app.ask(Person::Operator, late).unwrap();
    app.jobs();
    assert_eq!(app.links_to(mail).len(), 2);
    operator
        .get("/betrieb/hintergrundarbeit")
        .await
        .assert_silent_about("Zurückgehaltene");
    app.clock.advance(days(15));
    app.jobs();
    assert_eq!(app.links_to(mail).len(), 3);
}
