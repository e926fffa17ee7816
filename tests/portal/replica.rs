//! Lists are read at a replica as long as it is young enough; what decides anything never is.

use std::time::Instant;

use avv_portal::config::ReplicaConfig;
use avv_portal::jobs;
use chrono::{Duration, TimeDelta};

use crate::harness::{Browser, Cluster, Person, TestApp, minutes};

const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);

/// A portal whose lists may be five seconds old, with the servers it works with.
struct Pair {
    app: TestApp,
    _first: TestApp,
    primary: Cluster,
    standby: Cluster,
}

impl Pair {
    async fn start() -> Self {
        let primary = Cluster::start();
        let standby = primary.standby();
        let first = TestApp::start_on(&primary.url("avv")).await;
        let url = first
            .database_url()
            .replace(&primary.port.to_string(), &standby.port.to_string());
        let app = first.started_again(|config| {
            config.storage.replica = Some(ReplicaConfig {
                url: url.into(),
                max_age: TimeDelta::seconds(5),
            });
        });
        let this = Self {
            app,
            _first: first,
            primary,
            standby,
        };
        this.catch_up();
        this
    }

    fn look(&self) {
        let job = jobs::JOBS.iter().find(|job| job.name == "replica").unwrap();
        let pass = jobs::Pass {
            app: self.app.app.clone(),
            stop: jobs::Stop::never(),
            at: None,
            send_late: false,
        };
        (job.pass)(&pass).unwrap();
    }

    /// Waits until the replica has all that was written until now.
    fn catch_up(&self) {
        let (now, since) = (self.app.now(), Instant::now());
        while self.app.app.db.replica_age(now) != Some(TimeDelta::zero()) {
            assert!(since.elapsed() < PATIENCE, "it stays behind");
            std::thread::sleep(std::time::Duration::from_millis(20));
            self.look();
        }
    }

    fn pause(&self) {
        self.standby.sql("SELECT pg_wal_replay_pause()");
        let since = Instant::now();
        while !self
            .standby
            .says("SELECT pg_get_wal_replay_pause_state() = 'paused' AS answer")
        {
            assert!(since.elapsed() < PATIENCE, "it replays on");
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    }
}

async fn shows(browser: &Browser, company: &str) -> bool {
    let page = browser.get("/kunden").await;
    page.assert_status(200);
    let sheet = browser.get("/kunden.csv").await;
    sheet.assert_status(200);
    let (listed, exported) = (
        page.words().contains(company),
        sheet.text().contains(company),
    );
    assert_eq!(listed, exported, "list and export differ");
    listed
}

/// Another name of the customer, as an administrator corrects it.
async fn rename(operator: &Browser, company: &str) {
    let page = operator.get("/kunden/4711/stammdaten").await;
    page.submit(operator, "main form", &[("name", company)])
        .await
        .assert_redirect("/kunden/4711");
}

/// Lists may be as old as the setting says and no older; who changed something sees it at once, and what
/// decides is never read there (F13).
#[actix_web::test]
async fn f13_lists_at_a_replica_are_as_old_as_the_setting_allows() {
    let pair = Pair::start().await;
    let app = &pair.app;
    let partner = app.sign_in(Person::Partner).await;
    let operator = app.sign_in(Person::Operator).await;
    app.clock.advance(minutes(1));
    pair.catch_up();
    pair.pause();
    rename(&operator, "Neuer Name AG").await;
    assert!(!shows(&partner, "Neuer Name AG").await, "at the replica");
    assert!(shows(&operator, "Neuer Name AG").await, "the own change");
    let page = partner.get("/kunden/4711").await;
    page.assert_says("Neuer Name AG");

    app.clock.advance(Duration::seconds(5));
    pair.look();
    assert!(!shows(&partner, "Neuer Name AG").await, "not too old yet");
    app.clock.advance(Duration::seconds(1));
    pair.look();
    assert!(shows(&partner, "Neuer Name AG").await, "too old");

    pair.standby.sql("SELECT pg_wal_replay_resume()");
    pair.catch_up();
    assert!(shows(&partner, "Neuer Name AG").await);
    assert!(shows(&operator, "Neuer Name AG").await);

    // A partner who is blocked is out, although the replica does not know it.
    pair.pause();
    let whom = app.companies().partner;
    app.sql(&format!(
        "UPDATE partners SET blocked_at = now() WHERE id = {whom}"
    ))
    .unwrap();
    partner
        .get("/zugriff/4711/centraflex")
        .await
        .assert_status(403);
    app.sql(&format!(
        "UPDATE partners SET blocked_at = NULL WHERE id = {whom}"
    ))
    .unwrap();

    let reset = "ALTER SYSTEM RESET synchronous_standby_names";
    pair.primary.sql(reset);
    pair.primary.sql("SELECT pg_reload_conf()");
    pair.standby.sql("SELECT pg_wal_replay_resume()");
    pair.catch_up();
}

/// A replica that hangs or is gone takes no page along, and no sign of life (F7).
#[actix_web::test]
async fn f7_a_replica_that_hangs_or_is_gone_is_no_outage() {
    let mut pair = Pair::start().await;
    let reset = "ALTER SYSTEM RESET synchronous_standby_names";
    pair.primary.sql(reset);
    pair.primary.sql("SELECT pg_reload_conf()");
    let partner = pair.app.sign_in(Person::Partner).await;
    pair.catch_up();
    let age = |pair: &Pair| pair.app.app.db.replica_age(pair.app.now());
    assert!(age(&pair).is_some());

    pair.standby.freeze();
    // More than there are connections for pages.
    let list = || partner.get("/kunden");
    let pages = tokio::join!(list(), list(), list(), list());
    for page in [pages.0, pages.1, pages.2, pages.3] {
        page.assert_status(200);
    }
    assert_eq!(age(&pair), None, "nobody waits for it again");
    pair.look();
    pair.look();
    partner.get("/readyz").await.assert_status(200);

    pair.standby.kill();
    pair.look();
    partner.get("/kunden").await.assert_status(200);
    assert_eq!(age(&pair), None);
}
