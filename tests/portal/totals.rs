//! How many customers have each status: exact beside writers, whoever adds up, and crashes (C7).

use std::sync::atomic::{AtomicBool, Ordering};

use avv_portal::domain::Language;
use avv_portal::domain::case::Status;
use avv_portal::domain::viewer::Scope;
use avv_portal::storage::PgConnection;
use avv_portal::storage::case_rows::{count_statuses, fold, recount};
use avv_portal::storage::db::DbError;
use chrono::TimeDelta;

use crate::harness::TestApp;

/// Customers of one Mandant, every third with its Submandant, and some of nobody.
fn fill(app: &TestApp) {
    let companies = app.companies();
    let (partner, sub) = (Some(companies.partner), Some(companies.sub_partner));
    for number in 7001..7031_u32 {
        let (partner, sub) = match number % 3 {
            0 => (partner, sub),
            1 => (partner, None),
            _ => (None, None),
        };
        app.add_customer_of(partner, sub, number, "Firma GmbH", None, Language::De);
    }
}

/// Those with customers, beside what there were before.
fn count(app: &TestApp, scope: Scope) -> Vec<(Status, i64)> {
    let now = app.now();
    let mut counts = app.read(|conn| Ok(count_statuses(conn, scope, now)?));
    counts.retain(|(_, customers)| *customers != 0);
    counts
}

fn sum(counts: &[(Status, i64)]) -> i64 {
    counts.iter().map(|(_, customers)| customers).sum()
}

fn add_up(app: &TestApp) -> usize {
    let fold = |conn: &mut PgConnection| Ok::<_, DbError>(fold(conn)?);
    app.app.db.transaction_blocking(fold).unwrap()
}

fn set(app: &TestApp, status: &str, which: &str) {
    app.sql(&format!(
        "UPDATE case_rows SET status = '{status}', next_at = NULL, next_status = NULL WHERE {which}"
    ))
    .unwrap();
}

#[actix_web::test]
async fn c7_counts_are_the_same_before_and_after_they_are_added_up() {
    let app = TestApp::start().await;
    fill(&app);
    let companies = app.companies();
    let scopes = [
        Scope::All,
        Scope::Partner(companies.partner),
        Scope::SubPartner(companies.sub_partner),
    ];
    set(&app, "void", "number BETWEEN '7001' AND '7003'");
    set(&app, "declined", "number = '7003'");
    let all = |app: &TestApp| scopes.map(|scope| count(app, scope));
    let before = all(&app);
    let of = |counts: &[(Status, i64)], status| {
        let found = counts.iter().find(|(one, _)| *one == status);
        found.map_or(0, |(_, customers)| *customers)
    };
    // 7001 is of nobody, 7002 of the Submandant, 7003 of the Mandant alone.
    assert_eq!(before.clone().map(|one| of(&one, Status::Void)), [2, 1, 1]);
    assert_eq!(
        before.clone().map(|one| of(&one, Status::Declined)),
        [1, 1, 0]
    );
    assert!(add_up(&app) > 0);
    assert_eq!(add_up(&app), 0, "nothing is left");
    assert_eq!(all(&app), before);
    // Who moves from one partner to nobody counts there from then on; who goes counts nowhere.
    app.sql("UPDATE case_rows SET partner_id = NULL, sub_partner_id = NULL WHERE number = '7003'")
        .unwrap();
    assert_eq!(all(&app).map(|one| of(&one, Status::Declined)), [1, 0, 0]);
    app.sql("DELETE FROM case_words; DELETE FROM case_rows WHERE number = '7003'")
        .unwrap();
    assert_eq!(all(&app).map(|one| of(&one, Status::Declined)), [0, 0, 0]);
    // What time alone has changed is counted as it is now, whether it is written or not.
    let soon = app.now() + TimeDelta::hours(1);
    app.sql(&format!(
        "UPDATE case_rows SET next_at = '{soon}', next_status = 'expired' WHERE number = '7002'"
    ))
    .unwrap();
    assert_eq!(all(&app).map(|one| of(&one, Status::Expired)), [0, 0, 0]);
    app.clock.advance(TimeDelta::hours(2));
    assert_eq!(all(&app).map(|one| of(&one, Status::Expired)), [1, 1, 1]);
    assert_eq!(all(&app).map(|one| of(&one, Status::Void)), [1, 0, 0]);
}

#[actix_web::test]
async fn c7_counts_are_exact_beside_writers_and_whoever_adds_up() {
    let app = TestApp::start().await;
    fill(&app);
    let customers = sum(&count(&app, Scope::All));
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writers: Vec<_> = [(0, ["void", "ended"]), (1, ["declined", "void"])]
            .into_iter()
            .map(|(rest, statuses)| {
                let app = &app;
                scope.spawn(move || {
                    for status in statuses.iter().cycle().take(40) {
                        set(app, status, &format!("number::int % 2 = {rest}"));
                    }
                })
            })
            .collect();
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    add_up(&app);
                }
            });
        }
        while writers.iter().any(|writer| !writer.is_finished()) {
            // Each look sees a whole state: nobody is counted twice or not at all.
            assert_eq!(sum(&count(&app, Scope::All)), customers);
        }
        done.store(true, Ordering::Relaxed);
    });
    assert_eq!(app.read(|conn| Ok(recount(conn, false)?)), 0);
}

#[actix_web::test]
async fn c7_who_adds_up_and_dies_takes_nothing_along() {
    let app = TestApp::start().await;
    fill(&app);
    let before = count(&app, Scope::All);
    let waiting = app.count("status_changes");
    assert!(waiting > 0);
    let died = app.app.db.transaction_blocking(|conn| {
        assert!(fold(conn)? > 0);
        // Half way another process has nothing to do, and pages count as before.
        assert_eq!(add_up(&app), 0);
        assert_eq!(count(&app, Scope::All), before);
        diesel::RunQueryDsl::execute(
            diesel::sql_query("SELECT pg_terminate_backend(pg_backend_pid())"),
            conn,
        )?;
        Ok::<_, DbError>(())
    });
    assert!(died.is_err());
    assert_eq!(app.count("status_changes"), waiting);
    assert_eq!(count(&app, Scope::All), before);
    assert!(add_up(&app) > 0);
    assert_eq!(count(&app, Scope::All), before);
}
