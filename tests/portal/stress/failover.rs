//! The primary of two Postgres servers dies under load and its standby takes over.

use std::process::Output;
use std::time::{Duration, Instant};

use super::crash::{
    Storm, customers, list, nearly_fill_a_tile, wait_for_everything, wait_for_work,
};
use super::people::settle;
use super::program::{Process, Program};
use super::seed;
use crate::harness::{Cluster, SmtpStub, TestApp};

const PATIENCE: Duration = Duration::from_secs(60);

fn wait_until_unready(portal: &Process) {
    let since = Instant::now();
    while portal.is_ready() {
        assert!(since.elapsed() < PATIENCE, "it says that it is ready");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// F13: both servers are named in `DATABASE_URL`. While none takes writes, users read what to do and
/// `/readyz` says it; then the portal goes on by itself, and nothing that was acknowledged is lost.
#[actix_web::test]
async fn f13_when_the_primary_dies_the_portal_goes_on_at_the_standby() {
    let seed = seed("failover");
    let (mut primary, sink) = (Cluster::start(), SmtpStub::start());
    let standby = primary.standby();
    let app = TestApp::start_on(&primary.url_with("avv", &standby)).await;
    settle(&app, customers());
    nearly_fill_a_tile(&app);
    let program = Program::new(Some(app.database_url()), &sink);
    let mut storm = Storm::begin(app, program, sink, seed, false);
    let portal = storm.program.serve();
    let workers = storm.employ();
    wait_for_work(&storm.town, &storm.app);
    let partner = storm.partner(&portal).await;

    primary.kill();
    wait_until_unready(&portal);
    let page = list(&partner, 503).await;
    page.assert_says("Das Portal ist gerade nicht erreichbar");
    assert_ne!(page.header("retry-after"), "", "when to come again");
    // The standby answers, and takes no writes: nobody works on it before it is the primary.
    std::thread::sleep(Duration::from_secs(1));
    assert!(!portal.is_ready());

    let since = Instant::now();
    standby.promote();
    portal.wait_until_ready();
    eprintln!("  ready {:?} after it was promoted", since.elapsed());
    list(&partner, 200).await;
    wait_for_work(&storm.town, &storm.app);
    wait_for_everything(&storm.town, &storm.app);
    storm.town.close();
    for worker in workers {
        worker.join().unwrap();
    }
    // Started again, it finds the new primary behind the one that is gone.
    portal.stop();
    storm.program.serve().stop();
    storm.clear_up();
    storm.account();

    // Commands take the same addresses and find the same server.
    let owner = primary.url_with("avv", &standby);
    let run = |words: &[&str]| {
        let mut command = storm.program.command(storm.program.port, words);
        command.env("DATABASE_OWNER_URL", &owner).output().unwrap()
    };
    let dump = storm.program.dir.path().join("avv.dump");
    done(&run(&["backup", dump.to_str().unwrap()]));
    done(&run(&["migrate"]));
    let checked = run(&["check", "--offline"]);
    let text = String::from_utf8_lossy(&checked.stdout);
    let answers = |line: &str| line.starts_with("ok") && line.contains("database     answers");
    assert!(text.lines().any(answers), "{text}");
}

#[track_caller]
fn done(output: &Output) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}
