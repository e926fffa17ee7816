//! Work over many customers: what every kind of run does when something is in its way, and the page
//! with all of them. What each kind does is tested with the kind.

use avv_portal::jobs;
use chrono::TimeDelta;

use crate::announce::{SENT, confirm, draft};
use crate::harness::{CUSTOMER, Person, TestApp};
use crate::notices::{concluded, crowd};
use crate::seeded::{NEIGHBOUR_MAIL, World};
use crate::versions::put_in_force;

const RUNS: &str = "/betrieb/laeufe";

fn break_cases(app: &TestApp) {
    app.sql("ALTER TABLE case_rows ADD CONSTRAINT broken CHECK (number <> '4711') NOT VALID")
        .unwrap();
}

fn mend_cases(app: &TestApp) {
    app.sql("ALTER TABLE case_rows DROP CONSTRAINT broken")
        .unwrap();
}

/// One pass of the jobs; returns how many customers it could not write.
fn pass(app: &TestApp) -> usize {
    jobs::run_once(&app.app, app.now()).failed
}

/// The page shows the progress of a run, and the customers it could not reach, as long as that is
/// so.
#[actix_web::test]
async fn the_page_shows_every_run_and_whom_it_did_not_reach() {
    let world = World::build().await;
    let app = &world.app;
    app.conclude(NEIGHBOUR_MAIL).await;
    let operator = app.sign_in(Person::Operator).await;
    operator.get(RUNS).await.assert_says("Zurzeit läuft nichts");
    let (viewer, now, id) = (
        app.viewer(Person::Operator),
        app.now(),
        app.companies().partner,
    );
    app.write(|conn| avv_portal::actions::blocking::block(conn, &app.app, &viewer, id, "x", now));
    break_cases(app);
    assert_eq!(pass(app), 1);
    let list = operator.get(RUNS).await;
    list.assert_says("Sperre eines Vertriebspartners mitteilen")
        .assert_says("Muster IT GmbH")
        .assert_says("2 von 2")
        .assert_says("1 erreicht")
        .assert_says("1 nicht erreicht")
        .assert_says("läuft");
    operator
        .get("/betrieb")
        .await
        .assert_says("Lauf erreicht nicht alle Kunden");
    let run = format!("{RUNS}/{}", app.text("id FROM bulk_runs"));
    let page = operator.get(&run).await;
    page.assert_says("Özdemir")
        .assert_says("Es versucht sie wieder")
        .assert_silent_about("Anhalten");
    mend_cases(app);
    app.jobs();
    app.jobs();
    operator
        .get(&run)
        .await
        .assert_says("alle Kunden bearbeitet")
        .assert_says("Hier steht niemand");
    operator
        .get("/betrieb")
        .await
        .assert_silent_about("nicht alle Kunden");
    for path in ["/betrieb/laeufe/999999", "/betrieb/laeufe/quatsch"] {
        operator.get(path).await.assert_status(404);
    }
    operator
        .get("/betrieb/laeufe?nach=1")
        .await
        .assert_says("Ältere gibt es hier nicht");
}

/// Row 38: a notice that cannot be written does not hold up the others, and is not forgotten.
#[actix_web::test]
async fn a_notice_that_cannot_be_written_holds_up_nobody_else() {
    let app = concluded().await;
    crowd(&app, 300);
    let id = draft(&app, "RZ Alpen AG");
    confirm(&app, id);
    let operator = app.sign_in(Person::Operator).await;
    let run = format!("{RUNS}/{}", app.text("id FROM bulk_runs"));
    // Paused on the page of the run, it makes nothing.
    let page = operator.get(&run).await;
    let form = format!("main form[action='{run}']");
    page.submit(&operator, &form, &[("schritt", "anhalten")])
        .await
        .assert_redirect(&run);
    let paused = operator.get(&run).await;
    paused.assert_says("angehalten");
    app.jobs();
    assert_eq!(app.count("notices"), 0);
    paused
        .submit(&operator, &form, &[("schritt", "fortsetzen")])
        .await
        .assert_redirect(&run);
    assert_eq!(app.count("audit_events WHERE kind = 'announcement'"), 5);

    app.sql(
        "ALTER TABLE notices ADD CONSTRAINT broken CHECK (customer_number <> '20002') NOT VALID",
    )
    .unwrap();
    assert_eq!(pass(&app), 1);
    assert_eq!(app.count("notices"), 300, "everybody but one");
    assert_eq!(app.count("mails WHERE kind_key = 'announcement'"), 300);
    assert_eq!(app.count(SENT), 0, "not through without that one");
    operator.get(&run).await.assert_says("Kunde 20002");
    app.sql("ALTER TABLE notices DROP CONSTRAINT broken")
        .unwrap();
    app.jobs();
    assert_eq!(app.count("notices"), 300, "not in every pass");
    app.clock.advance(TimeDelta::minutes(10));
    app.jobs();
    assert_eq!(app.count("notices"), 301);
    assert_eq!(app.count(SENT), 1);
    assert_eq!(
        app.text("seen || ' ' || done || ' ' || failed FROM bulk_runs"),
        "301 301 0"
    );
}

/// Row 24: a run that begins by itself stays open as long as a customer cannot be written, and
/// finds others meanwhile; without customers no run is begun.
#[actix_web::test]
async fn a_run_that_begins_by_itself_ends_when_nobody_is_left() {
    let world = World::build().await;
    let app = &world.app;
    let id = app.companies().sub_partner;
    break_cases(app);
    app.sql(&format!(
        "UPDATE partners SET deactivated_at = '2026-11-23' WHERE id = {id}"
    ))
    .unwrap();
    assert_eq!((pass(app), pass(app)), (1, 0));
    let state = || {
        app.text("string_agg(kind || ' ' || seen || ' ' || done || ' ' || failed, ',') FROM bulk_runs WHERE ended_at IS NULL")
    };
    assert_eq!(state(), "take_off 1 0 1");
    let tried = app.text("tried_at FROM bulk_run_failures");
    app.jobs();
    assert_eq!(app.text("tried_at FROM bulk_run_failures"), tried);
    mend_cases(app);
    app.clock.advance(TimeDelta::minutes(10));
    app.jobs();
    assert!(app.case(CUSTOMER).sub_partner.is_none());
    assert_eq!(app.count("bulk_runs WHERE how = 'done' AND done = 1"), 1);
    app.jobs();
    assert_eq!(app.count("bulk_runs"), 1);
}

/// Row 13, S-94: a case that waits for the operator is looked at, and leaves no run behind.
#[actix_web::test]
async fn a_run_that_found_nobody_is_forgotten() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.deliver();
    app.clock.advance(TimeDelta::days(15 + 38));
    let today = app.now().date_naive();
    put_in_force(&app, "2.0", today);
    for _ in 0..7 {
        app.clock.advance(TimeDelta::days(1));
        assert_eq!(app.jobs().stepped, 0);
        assert_eq!(app.count("bulk_runs"), 0);
    }
}
