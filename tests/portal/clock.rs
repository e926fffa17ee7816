//! No decision is made while the clock is wrong (F4).

use avv_portal::actions::requests;
use avv_portal::actions::{ActionError, timing::watch_clock};
use avv_portal::app::App;
use avv_portal::clock::Clock;
use avv_portal::domain::case::ClockFault;
use chrono::Duration;

use crate::harness::{CUSTOMER, Person, TestApp, hours};
use crate::seeded::MAIL;

const TYPED: &[(&str, &str)] = &[
    ("name", "Ayşe Özdemir-Grünewald"),
    ("funktion", "Geschäftsführerin"),
    ("vertretung", "on"),
    ("gelesen", "on"),
];

#[actix_web::test]
async fn f4_a_clock_that_is_behind_concludes_nothing_and_the_operator_is_told() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.deliver();
    let link = app.consent_link(MAIL);
    let right = app.now();
    app.clock.set(right - hours(3));
    let before = app.everything();
    let visitor = app.visitor();
    let page = visitor.get(&link).await;
    let form = "main form[action^='/zustimmung/']";
    let answer = page.submit(&visitor, form, TYPED).await;
    answer
        .assert_status(503)
        .assert_says("Die Uhr des Portals geht falsch")
        .assert_says("Es wurde nichts abgeschlossen");
    let kept = answer.attribute("input[name=name]", "value");
    assert_eq!(kept.as_deref(), Some("Ayşe Özdemir-Grünewald"));
    // Every other decision about the case is refused, too, with a message of its own.
    let partner = app.viewer(Person::Partner);
    let refused = app.app.db.transaction_blocking(|conn| {
        requests::ask(conn, &app.app, &partner, CUSTOMER, app.now()).map(|_| ())
    });
    assert!(matches!(
        refused,
        Err(ActionError::Clock(ClockFault::BeforeFact { .. }))
    ));
    let changed = app.changes_since(&before);
    let facts = |line: &&String| !line.contains(" audit_events ");
    assert_eq!(changed.iter().filter(facts).count(), 0, "{changed:#?}");
    // Reported once, however often something was refused.
    app.clock.set(right + Duration::minutes(5));
    app.jobs();
    app.jobs();
    let open = "alerts WHERE kind = 'clock_wrong' AND done_at IS NULL";
    assert_eq!(app.count(open), 1);
    app.sign_in(Person::Operator)
        .await
        .get("/betrieb/hinweise")
        .await
        .assert_says("Uhr geht falsch");
    // With the right time the same form concludes.
    app.conclude(MAIL).await;
}

/// The process's clock compared with the database's, if it cannot be set.
#[actix_web::test]
async fn f4_a_clock_off_the_databases_decides_nothing() {
    let app = TestApp::start().await;
    let with = |clock: Clock| {
        let one = &app.app;
        App::new(
            (*one.config).clone(),
            clock,
            one.db.clone(),
            one.transport.clone(),
            one.contracts.clone(),
            one.sealer.clone(),
        )
    };
    let watch = |app: &App| {
        app.db
            .transaction_blocking(|conn| watch_clock(conn, app))
            .unwrap()
    };
    for (seconds, fits) in [
        (0, true),
        (-30, true),
        (30, true),
        (-90, false),
        (90, false),
    ] {
        let process = with(Clock::wrong_by(Duration::seconds(seconds)));
        assert_eq!(!watch(&process), fits, "{seconds}");
        let now = process.clock.now().max(app.now());
        let booked = app.app.db.transaction_blocking(|conn| {
            let product = ("centraflex", Default::default());
            avv_portal::actions::bookings::book_by_command(
                conn, &process, CUSTOMER, product.0, &product.1, now,
            )
            .map(|_| ())
        });
        match booked {
            Ok(()) => assert!(fits, "{seconds}"),
            // If the clock is behind, a booking of a moment ago is in the future, too.
            Err(ActionError::Clock(_)) => assert!(!fits, "{seconds}"),
            Err(other) => panic!("{seconds}: {other}"),
        }
    }
    assert_eq!(app.count("alerts WHERE kind = 'clock_wrong'"), 1);
}
