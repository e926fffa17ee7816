//! Reminders: when, how many, and never twice (requirements 1.4, 5.7, 5.6-10).

use avv_portal::domain::{CustomerNumber, calendar};
use avv_portal::jobs;
use chrono::{DateTime, Utc};

use crate::harness::{CUSTOMER, PASSWORD, Person, TestApp, days};

const MAIL: &str = "info@oezdemir.example";
const PARTNER_MAIL: &str = "info@muster-it.example";

/// Ends of all links of a customer, oldest link first.
fn link_ends(app: &TestApp, customer: CustomerNumber) -> Vec<DateTime<Utc>> {
    let mut links: Vec<_> = app
        .case(customer)
        .requests
        .into_iter()
        .flat_map(|round| round.links)
        .collect();
    links.sort_by_key(|link| link.sent_at);
    links.iter().map(|link| link.valid_until).collect()
}

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// The reference timeline of 1.4, with what the list shows at every step (L-03 to L-05,
/// rows 5 and 6).
#[actix_web::test]
async fn the_reference_timeline() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    // Berlin time, status, reminders, links mailed so far, tag, what the small print must contain
    #[rustfmt::skip] // one step is one line
    let steps = [
        ("2026-11-23 10:00", "requested", 0, 1, "Angefordert", "07.12.2026"),
        ("2026-12-07 23:59", "requested", 0, 1, "Angefordert", "07.12.2026"),
        ("2026-12-08 00:00", "requested", 0, 1, "Angefordert", "Erinnerung 1 am 08.12.2026"),
        ("2026-12-08 07:59", "requested", 0, 1, "Angefordert", "Erinnerung 1 am 08.12.2026"),
        ("2026-12-08 08:00", "reminded", 1, 2, "Angefordert (Erinnerung 1 von 3)", "22.12.2026"),
        ("2026-12-22 23:59", "reminded", 1, 2, "Angefordert (Erinnerung 1 von 3)", "22.12.2026"),
        ("2026-12-23 07:59", "reminded", 1, 2, "Angefordert (Erinnerung 1 von 3)", "Erinnerung 2 am 23.12.2026"),
        ("2026-12-23 08:00", "reminded", 2, 3, "Angefordert (Erinnerung 2 von 3)", "06.01.2027"),
        ("2027-01-07 07:59", "reminded", 2, 3, "Angefordert (Erinnerung 2 von 3)", "Erinnerung 3 am 07.01.2027"),
        ("2027-01-07 08:00", "reminded", 3, 4, "Angefordert (Erinnerung 3 von 3)", "21.01.2027"),
        ("2027-01-21 23:59", "reminded", 3, 4, "Angefordert (Erinnerung 3 von 3)", "21.01.2027"),
        // From midnight on the request has expired, whether or not a job has run (design, 2).
        ("2027-01-22 00:00", "expired", 3, 4, "Ohne Antwort abgelaufen", ""),
        ("2027-01-22 08:00", "expired", 0, 4, "Ohne Antwort abgelaufen", ""),
        ("2027-06-01 12:00", "expired", 0, 4, "Ohne Antwort abgelaufen", ""),
    ];
    for (time, status, reminders, mails, tag, end) in steps {
        app.at(time);
        let browser = app.sign_in(Person::Partner).await;
        // Once before the jobs ran: a change by time alone needs no job …
        if status == "expired" {
            assert_eq!(
                app.line(&browser, CUSTOMER).await.0,
                tag,
                "{time}, before the job"
            );
        }
        app.jobs();
        // … and running them twice changes nothing more (5.6-10).
        let again = app.jobs();
        assert_eq!(
            (again.stepped, again.refreshed, again.delivered),
            (0, 0, 0),
            "{time}"
        );
        let case_status = app.status_of(CUSTOMER);
        assert_eq!(
            (case_status.status.key(), case_status.reminders),
            (status, reminders),
            "{time}"
        );
        let links = app.links_to(MAIL);
        assert_eq!(links.len(), mails, "{time}: {:?}", app.subjects_to(MAIL));
        let (shown, small) = app.line(&browser, CUSTOMER).await;
        assert_eq!(shown, tag, "{time}");
        assert!(small.contains(end), "{time}: {small}");
        // The newest link works while it is valid; every earlier one has expired.
        for (at, link) in links.iter().enumerate() {
            let page = app.visitor().get(link).await;
            let valid = at + 1 == links.len()
                && !time.ends_with("00:00")
                && !time.ends_with("07:59")
                && status != "expired";
            page.assert_says(if valid {
                "verbindlich abschließen"
            } else {
                "Der Link ist abgelaufen"
            });
        }
    }
    let links = app.links_to(MAIL);
    let mut different = links.clone();
    different.sort();
    different.dedup();
    assert_eq!(
        different.len(),
        4,
        "every reminder carries a new link (L-05)"
    );
    let subjects = app.subjects_to(MAIL);
    for (number, subject) in (1..).zip(&subjects[1..]) {
        assert!(
            subject.contains(&format!("Erinnerung {number} von 3")),
            "{subject}"
        );
    }
    let told = app.subjects_to(PARTNER_MAIL);
    assert_eq!(
        told.len(),
        1,
        "one word to the partner at the end (row 6): {told:?}"
    );
    // L-06: a user begins it anew, with three reminders to come (5.8-3).
    app.ask(Person::Partner, CUSTOMER).unwrap();
    app.jobs();
    assert_eq!(app.status_of(CUSTOMER).reminders, 0);
    app.clock.advance(days(15));
    app.jobs();
    assert_eq!(app.status_of(CUSTOMER).reminders, 1);
}

/// 5.7: days are Berlin days, also when the clocks change on the last one.
#[actix_web::test]
async fn daylight_saving_moves_neither_the_last_day_nor_the_morning() {
    // sent (Berlin), last moment, first moment at which a reminder may be sent
    let table = [
        (
            "2027-03-14 23:59",
            "2027-03-28T21:59:59.999Z",
            // The day after is Easter Monday (F10).
            "2027-03-30T06:00:00Z",
        ),
        (
            "2027-03-13 12:00",
            "2027-03-27T22:59:59.999Z",
            "2027-03-30T06:00:00Z",
        ),
        (
            "2027-10-17 00:00",
            "2027-10-31T22:59:59.999Z",
            "2027-11-01T07:00:00Z",
        ),
        (
            "2027-10-16 12:00",
            "2027-10-30T21:59:59.999Z",
            // A Sunday, and the clocks go back.
            "2027-11-01T07:00:00Z",
        ),
    ];
    let app = TestApp::start().await;
    for (at, (sent, end, due)) in table.into_iter().enumerate() {
        let address = format!("post@zeit{at}.example");
        let customer = app.add_customer(
            5200 + u32::try_from(at).unwrap(),
            "Sommerzeit AG",
            Some(&address),
        );
        app.at(sent);
        app.book(customer, "centraflex", false);
        crate::harness::deliver(&app.app);
        assert_eq!(link_ends(&app, customer), [moment(end)], "{sent}");
        let link = app.consent_link(&address);
        app.clock.set(moment(end));
        app.visitor()
            .get(&link)
            .await
            .assert_says("verbindlich abschließen");
        app.clock.advance(chrono::Duration::milliseconds(1));
        app.visitor()
            .get(&link)
            .await
            .assert_says("Der Link ist abgelaufen");
        app.clock
            .set(moment(due) - chrono::Duration::milliseconds(1));
        app.jobs();
        assert_eq!(app.status_of(customer).reminders, 0, "{sent}: too early");
        app.clock.set(moment(due));
        app.jobs();
        assert_eq!(app.status_of(customer).reminders, 1, "{sent}: due");
        assert_eq!(app.links_to(&address).len(), 2);
    }
}

/// F10: reminders are sent during working hours of the operator's calendar, and every page names
/// the day on which they are really sent.
#[actix_web::test]
async fn f10_the_night_and_holidays_of_the_state_are_waited_for() {
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    let page = operator.get("/betrieb/betreiber").await;
    let chosen = page.attribute("#feiertage option[selected]", "value");
    assert_eq!(chosen.as_deref(), Some("DE"));
    let wrong = page
        .submit(
            &operator,
            "main form",
            &[("feiertage", "DE-XX"), ("passwort", PASSWORD)],
        )
        .await;
    wrong.assert_status(422).assert_says("wessen Feiertage");
    page.submit(
        &operator,
        "main form",
        &[("feiertage", "DE-BY"), ("passwort", PASSWORD)],
    )
    .await
    .assert_status(303);
    app.at("2026-12-22 10:00");
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    // Berlin time, reminders sent by then, what the list shows, what the timeline plans next
    #[rustfmt::skip] // one step is one line
    let steps = [
        // The link ends on 5 January; the day after is Epiphany.
        ("2027-01-05 12:00", 0, "05.01.2027", "07.01.2027"),
        ("2027-01-06 10:00", 0, "Erinnerung 1 am 07.01.2027", "07.01.2027"),
        ("2027-01-07 07:59", 0, "Erinnerung 1 am 07.01.2027", "07.01.2027"),
        ("2027-01-07 08:00", 1, "21.01.2027", "22.01.2027"),
        // No jobs ran on Friday before 20 o'clock.
        ("2027-01-22 19:59", 1, "Erinnerung 2 am 22.01.2027", "22.01.2027"),
        ("2027-01-22 20:00", 1, "Erinnerung 2 am 25.01.2027", "25.01.2027"),
        ("2027-01-24 12:00", 1, "Erinnerung 2 am 25.01.2027", "25.01.2027"),
        ("2027-01-25 08:00", 2, "08.02.2027", "09.02.2027"),
    ];
    for (time, reminders, small, planned) in steps {
        app.at(time);
        let browser = app.sign_in(Person::Operator).await;
        if !time.ends_with("19:59") {
            app.jobs();
        }
        assert_eq!(app.status_of(CUSTOMER).reminders, reminders, "{time}");
        assert_eq!(
            app.links_to(MAIL).len(),
            usize::from(reminders) + 1,
            "{time}"
        );
        let (_, line) = app.line(&browser, CUSTOMER).await;
        assert!(line.contains(small), "{time}: {line}");
        let page = browser.get("/kunden/4711/avv").await;
        page.assert_says(&format!("geplant für {planned}"));
    }
}

/// 5.6-10: thirty days without a server make one reminder, not several at once, then fourteen days
/// again.
#[actix_web::test]
async fn a_long_downtime_makes_one_reminder() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    app.clock.advance(days(15 + 30));
    app.jobs();
    app.jobs();
    assert_eq!(app.links_to(MAIL).len(), 2);
    assert_eq!(app.status_of(CUSTOMER).reminders, 1);
    assert_eq!(link_ends(&app, CUSTOMER)[1], calendar::link_end(app.now()));
    app.clock.advance(days(14));
    app.jobs();
    assert_eq!(
        app.links_to(MAIL).len(),
        2,
        "the second one comes when the first one's link is over"
    );
    app.clock.advance(days(1));
    app.jobs();
    assert_eq!(app.links_to(MAIL).len(), 3);

    // A mail that was queued before a downtime longer than the validity of its link is dropped, and
    // a reminder follows.
    let late = app.add_customer(5300, "Spät GmbH", Some("post@spaet.example"));
    app.book(late, "centraflex", false);
    app.clock.advance(days(31));
    app.jobs();
    app.jobs();
    assert_eq!(
        app.links_to("post@spaet.example").len(),
        1,
        "{:?}",
        app.subjects_to("post@spaet.example")
    );
    app.visitor()
        .get(&app.consent_link("post@spaet.example"))
        .await
        .assert_says("verbindlich abschließen");
}

/// S-93: two processes with several workers at the same moment remind once per customer.
#[actix_web::test]
async fn two_processes_at_once_remind_once() {
    let app = TestApp::start().await;
    let customers: Vec<CustomerNumber> = (0..12)
        .map(|at| {
            let customer = app.add_customer(
                5400 + at,
                "Zwilling GmbH",
                Some(&format!("post@zwilling{at}.example")),
            );
            app.book(customer, "centraflex", false);
            customer
        })
        .collect();
    app.jobs();
    for round in 1..=3_u8 {
        app.clock.advance(days(15));
        let (second, now) = (app.second_process(), app.now());
        let barrier = std::sync::Barrier::new(4);
        let reports: Vec<jobs::Report> = std::thread::scope(|scope| {
            let workers: Vec<_> = [&app.app, &second, &app.app, &second]
                .into_iter()
                .map(|process| {
                    let barrier = &barrier;
                    scope.spawn(move || {
                        barrier.wait();
                        jobs::run_once(process, now)
                    })
                })
                .collect();
            workers
                .into_iter()
                .map(|worker| worker.join().unwrap())
                .collect()
        });
        assert_eq!(
            reports.iter().map(|report| report.failed).sum::<usize>(),
            0,
            "{reports:?}"
        );
        assert_eq!(
            reports.iter().map(|report| report.stepped).sum::<usize>(),
            customers.len(),
            "{reports:?}"
        );
        for (at, customer) in customers.iter().enumerate() {
            assert_eq!(app.status_of(*customer).reminders, round);
            assert_eq!(
                app.links_to(&format!("post@zwilling{at}.example")).len(),
                usize::from(round) + 1
            );
        }
    }
    assert_eq!(app.count("audit_events WHERE kind = 'reminded'"), 36);
}
