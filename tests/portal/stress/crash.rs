//! The portal is killed again and again in the middle of its work, and so is its database.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use avv_portal::storage::embedded::{EmbeddedPostgres, Purpose};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use super::client::Client;
use super::people::{Town, settle as settle_people};
use super::program::{Process, Program, data_dir};
use super::{assertions, seed, size};
use crate::harness::{Behaviour, Fault, Page, Person, SmtpStub, Stage, TestApp};
use crate::transparency::write;

/// Number of customers: each gets ten mails a day at most, so a longer run needs more.
pub(super) fn customers() -> i64 {
    24 * i64::try_from(size()).unwrap()
}

/// Users who work at the same time.
const WORKERS: i64 = 4;

/// The mail server has one fault after the other, with good moments in between.
fn spoil(sink: &SmtpStub, seed: u64, over: &Arc<AtomicBool>) -> std::thread::JoinHandle<()> {
    let (sink, over) = (sink.clone(), Arc::clone(over));
    let mut random = StdRng::seed_from_u64(seed);
    std::thread::spawn(move || {
        while !over.load(Ordering::SeqCst) {
            match random.random_range(0..12) {
                0 => sink.mood(Behaviour::Away),
                1 => sink.mood(Behaviour::Deaf),
                2 => sink.mood(Behaviour::Busy),
                3 => sink.trouble(Stage::InMail, Fault::HangUp),
                // Accepted, but the answer is lost: the classical duplicate.
                4 => sink.trouble(Stage::Taken, Fault::HangUp),
                5 => sink.trouble(Stage::Taken, Fault::Stall),
                6 => sink.trouble(Stage::End, Fault::Say("451 4.3.0 try again later")),
                7 => sink.trouble(Stage::Recipient, Fault::Say("554 5.7.1 relaying denied")),
                _ => {}
            }
            std::thread::sleep(Duration::from_millis(random.random_range(100..500)));
            sink.mend();
            sink.mood(Behaviour::Fine);
        }
    })
}

/// What is killed in a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Victim {
    Portal,
    Database,
    Both,
}

/// How long somebody waits for an answer of a kind.
/// Hashes of a tile of the log's tree.
const TILE: u32 = 256;
const PATIENCE: Duration = Duration::from_secs(60);

fn pause(random: &mut StdRng, milliseconds: std::ops::Range<u64>) {
    std::thread::sleep(Duration::from_millis(random.random_range(milliseconds)));
}

fn postmaster(dir: &Path) -> Option<Pid> {
    let text = std::fs::read_to_string(dir.join("postgres/data/postmaster.pid")).ok()?;
    text.lines().next()?.parse().ok().map(Pid::from_raw)
}

fn kill_database(dir: &Path) {
    if let Some(victim) = postmaster(dir) {
        kill(victim, Signal::SIGKILL).ok();
    }
}

/// Waits until users can work again, or for a while.
#[track_caller]
pub(super) fn wait_for_work(town: &Town, app: &TestApp) {
    let done = || -> usize {
        town.told()
            .answers
            .iter()
            .filter(|((_, s), _)| *s == 303)
            .map(|(_, n)| n)
            .sum()
    };
    let (before, since) = (done(), Instant::now());
    while done() < before + 4 {
        assert!(
            since.elapsed() < Duration::from_secs(60),
            "nobody gets on with their work: {:?}",
            town.told().answers
        );
        std::thread::sleep(Duration::from_millis(100));
        assertions::hurry(app);
    }
}

/// Waits until every kind of action has happened, however busy the machine is.
#[track_caller]
pub(super) fn wait_for_everything(town: &Town, app: &TestApp) {
    let since = Instant::now();
    let is_enough = || {
        let told = town.told();
        told.concluded.len() > 4 && told.objected.len() > 2 && told.asked.len() > 1
    };
    while !is_enough() {
        assert!(
            since.elapsed() < Duration::from_secs(90),
            "not everything happens: {:?}",
            town.told().answers
        );
        std::thread::sleep(Duration::from_millis(100));
        assertions::hurry(app);
    }
}

/// The list as somebody sees it who comes until it is answered with this status.
pub(super) async fn list(partner: &Client, status: u16) -> Page {
    let since = Instant::now();
    loop {
        match partner.get("/kunden").await {
            Some(page) if page.status == status => return page,
            _ => assert!(since.elapsed() < PATIENCE, "no answer is {status}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Leaves a few events missing to a tile of the log's tree: the step that completes it comes in the storm.
pub(super) fn nearly_fill_a_tile(app: &TestApp) {
    let there = u32::try_from(app.count("audit_events")).unwrap();
    write(app, (TILE - 6).saturating_sub(there));
}

pub(super) struct Storm {
    pub(super) app: TestApp,
    pub(super) program: Program,
    sink: SmtpStub,
    pub(super) town: Town,
    random: StdRng,
    /// Directory of the embedded database, if it is one.
    embedded: bool,
}

impl Storm {
    pub(super) fn begin(
        app: TestApp,
        program: Program,
        sink: SmtpStub,
        seed: u64,
        embedded: bool,
    ) -> Self {
        let town = Town::new(program.base(), vec![program.port], &sink);
        Self {
            app,
            program,
            sink,
            town,
            random: StdRng::seed_from_u64(seed),
            embedded,
        }
    }

    /// Users begin to work, each on customers of its own.
    pub(super) fn employ(&mut self) -> Vec<std::thread::JoinHandle<()>> {
        (0..WORKERS)
            .map(|worker| {
                let own = (0..customers())
                    .filter(|at| at % WORKERS == worker)
                    .collect();
                self.town.employ(self.random.random(), own)
            })
            .collect()
    }

    /// Somebody at the Mandant, who only looks.
    pub(super) async fn partner(&self, portal: &Process) -> Client {
        let partner = Client::new(&self.program.base(), portal.port);
        while partner.sign_in(Person::Partner.email()).await.is_none() {}
        partner
    }

    /// Users work; in every round something is killed. Returns the last process.
    fn rage(&mut self, rounds: usize) -> Process {
        let over = Arc::new(AtomicBool::new(false));
        let mut portal = self.program.serve();
        let workers = self.employ();
        wait_for_work(&self.town, &self.app);
        let spoiler = spoil(&self.sink, self.random.random(), &over);
        for round in 0..rounds {
            pause(&mut self.random, 100..1500);
            let victim = match self.random.random_range(0..4) {
                0 if self.embedded => Victim::Database,
                1 if self.embedded => Victim::Both,
                _ => Victim::Portal,
            };
            eprintln!("  round {round}: {victim:?}");
            if victim != Victim::Portal {
                kill_database(self.program.dir.path());
            }
            if victim != Victim::Database {
                pause(&mut self.random, 0..5);
                portal.kill();
                // Sometimes before the database of the dead one has stopped.
                pause(&mut self.random, 0..200);
                portal = self.program.serve();
            }
            wait_for_work(&self.town, &self.app);
        }
        wait_for_everything(&self.town, &self.app);
        self.town.close();
        for worker in workers {
            worker.join().unwrap();
        }
        over.store(true, Ordering::SeqCst);
        spoiler.join().unwrap();
        portal
    }

    /// Two hours later all waiting mails have been sent.
    #[track_caller]
    pub(super) fn clear_up(&self) {
        let later = avv_portal::clock::Clock::system().now() + chrono::Duration::hours(2);
        let at = later.format("%Y-%m-%dT%H:%M:%SZ").to_string();
        let output = self.program.run(&["jobs", "run-once", "--at", &at]);
        assert!(
            output.status.success(),
            "{} {}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        assertions::chain(&self.program);
    }

    #[track_caller]
    pub(super) fn account(&self) {
        assertions::settle(&self.app, &self.town.told(), &self.sink, customers());
        assert!(self.app.count("audit_tiles") > 0, "no tile was completed");
        let panics = self.program.log_lines(&["panicked", "database fault"]);
        assert!(panics.is_empty(), "{panics:#?}");
    }
}

impl Drop for Storm {
    fn drop(&mut self) {
        self.town.close();
        if std::thread::panicking() {
            let lines = self.program.log_lines(&[""]);
            let end = lines.len().saturating_sub(60);
            eprintln!("{}", lines[end..].join("\n"));
        }
    }
}

/// S-23, S-88, S-92: killed with SIGKILL at any moment, with a mail server that fails in every way.
/// What was acknowledged is there, and every mail that had to be sent arrives.
#[actix_web::test]
async fn a_portal_that_is_killed_again_and_again_loses_nothing() {
    let seed = seed("crash");
    let (app, sink) = (TestApp::start().await, SmtpStub::start());
    settle_people(&app, customers());
    nearly_fill_a_tile(&app);
    let program = Program::new(Some(app.database_url()), &sink);
    let mut storm = Storm::begin(app, program, sink, seed, false);
    let portal = storm.rage(10 * size());
    portal.stop();
    storm.clear_up();
    storm.account();
}

/// The same with the embedded database, which dies with the portal, before it, or alone.
#[actix_web::test]
async fn nothing_is_lost_when_the_embedded_database_dies_too() {
    let seed = seed("embedded");
    let (dir, sink) = (data_dir(), SmtpStub::start());
    let server = EmbeddedPostgres::start_for(dir.path(), Purpose::Portal).unwrap();
    let app = TestApp::start_on(&server.owner_url()).await;
    settle_people(&app, customers());
    nearly_fill_a_tile(&app);
    app.become_default_schema();
    server.stop();
    let program = Program::within(dir, None, &sink);
    let mut storm = Storm::begin(app, program, sink, seed, true);
    let portal = storm.rage(3 * size());
    portal.kill();
    storm.clear_up();
    let server = EmbeddedPostgres::start_for(storm.program.dir.path(), Purpose::Portal).unwrap();
    storm.account();
    drop(storm);
    server.stop();
}

/// A separate Postgres is stopped in the middle of everything and starts again by itself or by its
/// administrator: pages show a message meanwhile and the portal goes on without a restart.
#[actix_web::test]
async fn a_database_that_goes_away_and_comes_back_is_found_again() {
    let seed = seed("database");
    let (dir, sink) = (data_dir(), SmtpStub::start());
    let mut server = EmbeddedPostgres::start_for(dir.path(), Purpose::Portal).unwrap();
    let app = TestApp::start_on(&server.owner_url()).await;
    settle_people(&app, customers());
    nearly_fill_a_tile(&app);
    let program = Program::new(Some(app.database_url()), &sink);
    let mut storm = Storm::begin(app, program, sink, seed, false);
    let mut random = StdRng::seed_from_u64(seed);
    let portal = storm.program.serve();
    let workers = storm.employ();
    let partner = storm.partner(&portal).await;
    for round in 0..2 * size() {
        wait_for_work(&storm.town, &storm.app);
        pause(&mut random, 10..60);
        let is_killed = round % 2 == 1;
        eprintln!(
            "  round {round}: {}",
            if is_killed { "killed" } else { "stopped" }
        );
        if is_killed {
            // Starts again by itself.
            kill_database(dir.path());
        } else {
            server.stop();
            // Away until a user has noticed.
            let page = list(&partner, 503).await;
            page.assert_says("Das Portal ist gerade nicht erreichbar");
            server = EmbeddedPostgres::start_for(dir.path(), Purpose::Portal).unwrap();
        }
    }
    wait_for_everything(&storm.town, &storm.app);
    storm.town.close();
    for worker in workers {
        worker.join().unwrap();
    }
    portal.stop();
    storm.clear_up();
    storm.account();
    let unanswered = storm
        .town
        .told()
        .answers
        .keys()
        .any(|(_, status)| *status == 0);
    assert!(!unanswered, "{:?}", storm.town.told().answers);
    drop(storm);
    server.stop();
}
