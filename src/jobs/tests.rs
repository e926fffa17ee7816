#![expect(clippy::unwrap_used, reason = "a test may fail")]

use chrono::TimeDelta;

use super::*;
use crate::actions::{Actor, bookings, customers};
use crate::clock::Clock;
use crate::config::Config;
use crate::contract::{Contracts, sample_values};
use crate::document::seal::Sealer;
use crate::domain::product::{Module, Options, Product};
use crate::domain::{CustomerNumber, Holidays, Language};
use crate::mail::transport::Transport;
use crate::storage::customers::NewCustomer;
use crate::storage::db::{Conn, tests::migrated};
use crate::storage::{catalogue, partners};

const CUSTOMERS: i64 = 12;

fn app(folder: &std::path::Path, schema: &str) -> App {
    let config = Config::for_tests("unused", folder);
    let now = "2026-11-02T09:00:00Z".parse().unwrap();
    let sealer = Sealer::open(&config.seal, now).unwrap();
    App::new(
        config,
        Clock::fixed_at(now),
        migrated(schema),
        Transport::memory(),
        Contracts::default(),
        sealer,
    )
}

/// Twelve customers of one partner book a product that needs an AVV.
fn begin(app: &App, conn: &mut Conn) -> Result<(), actions::ActionError> {
    let (now, values) = (app.clock.now(), sample_values(Language::De, false));
    actions::versions::publish_shipped(conn, now)?;
    let module = Module {
        key: "centraflex".into(),
        name: "Centraflex".into(),
        name_en: None,
        gated: true,
    };
    let product = Product {
        code: "centraflex".into(),
        name: "Tengo Centraflex".into(),
        name_en: None,
        short_name: "Centraflex".into(),
        portal_administered: None,
        personal_data: None,
        requires_avv: true,
        module,
        options: Vec::new(),
        retired: false,
    };
    catalogue::save_product(conn, 1, &product)?;
    catalogue::save_operator(conn, &values.operator)?;
    let partner = partners::create_partner(conn, None, &values.partner.unwrap(), now)?;
    for number in (1..=12).map(CustomerNumber::of_figures) {
        let new = NewCustomer {
            number,
            party: values.customer.clone(),
            language: Language::De,
            partner: Some(partner),
            sub_partner: None,
        };
        customers::add_by_command(conn, &new, Actor::Command, now)?;
        bookings::book_by_command(conn, app, number, "centraflex", &Options::new(), now)?;
    }
    Ok(())
}

#[test]
fn two_processes_remind_everybody_once() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path(), "jobs_remind");
    app.db
        .transaction_blocking(|conn| begin(&app, conn))
        .unwrap();
    let sent = || app.transport.sent().len() as i64;
    assert_eq!(run_once(&app, app.clock.now()).delivered as i64, CUSTOMERS);
    // Rows 5 and 6: three reminders, each after fourteen days and from eight in the morning, then the end.
    for (round, stepped) in [
        (1, CUSTOMERS),
        (2, CUSTOMERS),
        (3, CUSTOMERS),
        (4, CUSTOMERS),
        (5, 0),
    ] {
        let now = Holidays::Germany.opens(app.clock.now() + TimeDelta::days(15));
        app.clock.set(now);
        assert_eq!(
            run_once(&app, now - TimeDelta::hours(4)).stepped,
            0,
            "at night"
        );
        let reports = std::thread::scope(|scope| {
            let process = || run_once(&app, now);
            [scope.spawn(process), scope.spawn(process)].map(|one| one.join().unwrap())
        });
        assert_eq!(reports.map(|report| report.failed), [0, 0], "round {round}");
        let both = reports.map(|report| report.stepped as i64);
        assert_eq!(both.iter().sum::<i64>(), stepped, "round {round}");
        // Delivers what the other run was still writing when this one looked.
        run_once(&app, now);
        assert_eq!(sent(), CUSTOMERS * (1 + round.min(4)), "round {round}");
    }
}

#[test]
fn a_row_that_fails_is_left_and_the_others_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path(), "jobs_rows");
    app.db
        .transaction_blocking(|conn| begin(&app, conn))
        .unwrap();
    app.clock.advance(TimeDelta::days(15));
    let pass = Pass {
        app: app.clone(),
        stop: Stop::never(),
        at: None,
        send_late: false,
    };
    let tries = std::cell::Cell::new(0);
    let run = |fails: bool| {
        rows::each_row(&pass, Waiting::Step, |conn, customer, now| {
            tries.set(tries.get() + 1);
            if fails && customer == CustomerNumber::from(2) {
                return Err(actions::ActionError::Document("for the test".to_owned()));
            }
            actions::requests::take_due_step(conn, &app, customer, now)
        })
        .unwrap()
    };
    assert_eq!(
        run(true),
        Done {
            good: 11,
            failed: 1
        }
    );
    assert_eq!(tries.get(), 12);
    assert_eq!(run(false), Done { good: 1, failed: 0 }, "the next pass");
    assert_eq!(tries.get(), 13);
}

/// S-93: a case that another transaction has locked is skipped, not waited for.
#[test]
fn a_case_that_somebody_has_locked_is_passed_by() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path(), "jobs_locked");
    app.db
        .transaction_blocking(|conn| begin(&app, conn))
        .unwrap();
    app.clock.advance(TimeDelta::days(15));
    let now = app.clock.now();
    let report = app.db.transaction_blocking(|conn| {
        crate::storage::cases::lock_case(conn, CustomerNumber::from(5), now)?;
        let before = std::time::Instant::now();
        let report = run_once(&app, now);
        assert!(
            before.elapsed() < Duration::from_secs(8),
            "it stood in line"
        );
        Ok::<_, DbError>(report)
    });
    assert_eq!(report.unwrap().stepped as i64, CUSTOMERS - 1);
    assert_eq!(run_once(&app, now).stepped, 1);
}

#[tokio::test]
async fn jobs_stop_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let running = start(&app(folder.path(), "jobs_stop"));
    running.tell_to_stop();
    tokio::time::timeout(Duration::from_secs(5), running.wait())
        .await
        .unwrap();
}
