#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer, Text};

use super::*;

#[derive(QueryableByName)]
struct Facts {
    #[diesel(sql_type = Bool)]
    superuser: bool,
    #[diesel(sql_type = Text)]
    zone: String,
    #[diesel(sql_type = Text)]
    encoding: String,
    #[diesel(sql_type = Integer)]
    rows: i32,
}

fn facts(server: &EmbeddedPostgres) -> Facts {
    let mut conn = PgConnection::establish(&server.owner_url()).unwrap();
    conn.batch_execute("CREATE TABLE IF NOT EXISTS t (n int); INSERT INTO t VALUES (1)")
        .unwrap();
    diesel::sql_query(
        "SELECT current_setting('is_superuser')::bool AS superuser, current_setting('TimeZone') AS zone,
                current_setting('server_encoding') AS encoding, (SELECT count(*)::int FROM t) AS rows",
    )
    .get_result(&mut conn)
    .unwrap()
}

fn pid(dir: &Path) -> i32 {
    let text = fs::read_to_string(dir.join("postgres/data/postmaster.pid")).unwrap();
    text.lines().next().unwrap().parse().unwrap()
}

fn wait_until_gone(dir: &Path) {
    let since = Instant::now();
    while dir.join("postgres/data/postmaster.pid").exists() {
        assert!(since.elapsed() < Duration::from_secs(20), "still running");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A temporary directory that the database's user can enter, as a data directory usually is.
fn data_dir() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o711)).unwrap();
    dir
}

#[test]
fn a_server_lives_as_long_as_somebody_uses_it() {
    let dir = data_dir();
    let first = EmbeddedPostgres::start_for(dir.path(), Purpose::Tests).unwrap();
    let found = facts(&first);
    assert!(
        !found.superuser,
        "the portal's role cannot get around its triggers"
    );
    assert_eq!(
        (found.zone.as_str(), found.encoding.as_str()),
        ("UTC", "UTF8")
    );
    let server = pid(dir.path());

    let second = EmbeddedPostgres::start_for(dir.path(), Purpose::Tests).unwrap();
    assert!(first.is_ours() && !second.is_ours());
    assert_eq!(first.url(), second.url());
    first.stop();
    assert_eq!(facts(&second).rows, 2, "the second user is not disturbed");
    assert_eq!(pid(dir.path()), server);

    // As when the process is killed: its share is gone, but it did not stop the server.
    drop(second);
    wait_until_gone(dir.path());

    let third = EmbeddedPostgres::start_for(dir.path(), Purpose::Tests).unwrap();
    assert_eq!(facts(&third).rows, 3, "the data are still there");
    third.stop();
    assert!(!dir.path().join("postgres/data/postmaster.pid").exists());

    // The error contains what the server printed when it did not start.
    let conf = dir.path().join("postgres/data/postgresql.conf");
    fs::write(&conf, "work_mem = plenty\n").unwrap();
    let error = EmbeddedPostgres::start_for(dir.path(), Purpose::Tests).unwrap_err();
    assert!(error.to_string().contains("work_mem"), "{error}");
}

#[test]
fn a_killed_server_is_started_again() {
    use nix::sys::signal::{Signal, kill};
    let dir = data_dir();
    // With the settings for real data, because a test's server may lose its last commits.
    let first = EmbeddedPostgres::start_for(dir.path(), Purpose::Portal).unwrap();
    assert_eq!(facts(&first).rows, 1);
    let db = crate::storage::db::Db::connect(&first.owner_url()).unwrap();
    let killed = pid(dir.path());
    kill(nix::unistd::Pid::from_raw(killed), Signal::SIGKILL).unwrap();
    // The server stops by itself, and a process that starts at this moment finds or starts one.
    let second = EmbeddedPostgres::start_for(dir.path(), Purpose::Portal).unwrap();
    assert_ne!(pid(dir.path()), killed);
    assert_eq!(facts(&second).rows, 2, "what was committed is there");
    db.transaction_blocking(|conn| {
        conn.batch_execute("INSERT INTO t VALUES (1)")?;
        Ok::<_, crate::storage::db::DbError>(())
    })
    .unwrap();
    assert_eq!(facts(&first).rows, 4);
    drop((db, first));
    second.stop();
    wait_until_gone(dir.path());

    // After a restart of the machine the number may belong to any process, here to this test. Done
    // on a copy, because the guard of the server above may still be reading its own pid file.
    let copy = data_dir();
    let copied = std::process::Command::new("cp")
        .arg("-a")
        .args([dir.path().join("postgres"), copy.path().join("postgres")])
        .status();
    assert!(copied.unwrap().success());
    let pid_file = copy.path().join("postgres/data/postmaster.pid");
    let socket = copy.path().join("postgres/socket");
    let socket = socket.display();
    let text = format!("{}\nx\n0\n5432\n{socket}\n\n", std::process::id());
    fs::write(&pid_file, text).unwrap();
    let third = EmbeddedPostgres::start_for(copy.path(), Purpose::Portal).unwrap();
    assert_eq!(facts(&third).rows, 5);
    third.stop();
}

#[test]
fn starts_at_the_same_time_share_one_server_and_a_half_made_cluster_is_made_anew() {
    let dir = data_dir();
    let draft = dir.path().join("postgres/draft");
    EmbeddedPostgres::start_for(dir.path(), Purpose::Tests)
        .unwrap()
        .stop();
    fs::rename(dir.path().join("postgres/data"), &draft).unwrap();
    fs::remove_file(draft.join("global/pg_control")).unwrap();
    let starts: Vec<_> = (0..4)
        .map(|_| {
            let dir = dir.path().to_owned();
            std::thread::spawn(move || EmbeddedPostgres::start_for(&dir, Purpose::Tests).unwrap())
        })
        .collect();
    let servers: Vec<_> = starts.into_iter().map(|s| s.join().unwrap()).collect();
    assert_eq!(servers.iter().filter(|server| server.is_ours()).count(), 1);
    for server in servers {
        facts(&server);
        server.stop();
    }
    assert!(!dir.path().join("postgres/data/postmaster.pid").exists());
}

#[test]
fn nobody_needs_to_start_a_killed_server() {
    use nix::sys::signal::{Signal, kill};
    let dir = data_dir();
    let server = EmbeddedPostgres::start_for(dir.path(), Purpose::Tests).unwrap();
    let db = crate::storage::db::Db::connect(&server.owner_url()).unwrap();
    db.migrate().unwrap();
    let victim = || nix::unistd::Pid::from_raw(pid(dir.path()));
    kill(victim(), Signal::SIGKILL).unwrap();
    // The helper processes need a moment to notice; work that has begun by then is lost, as
    // expected.
    std::thread::sleep(Duration::from_millis(300));
    db.transaction_blocking(|conn| {
        conn.batch_execute("CREATE TABLE t (n int)")?;
        Ok::<_, crate::storage::db::DbError>(())
    })
    .unwrap();
    kill(victim(), Signal::SIGKILL).unwrap();
    server.stop();
    assert!(
        std::os::unix::net::UnixStream::connect(dir.path().join("postgres/socket/.s.PGSQL.5432"))
            .is_err()
    );
}

/// F1: a server that another program stops, even with success, is started again while this process
/// lives.
#[test]
fn f1_a_server_that_ends_well_is_started_again() {
    use nix::sys::signal::{Signal, kill};
    let dir = data_dir();
    let first = EmbeddedPostgres::start_for(dir.path(), Purpose::Tests).unwrap();
    let second = EmbeddedPostgres::start_for(dir.path(), Purpose::Tests).unwrap();
    let url = first.url();
    let runs_again = |before: i32| {
        let since = Instant::now();
        loop {
            let text = fs::read_to_string(dir.path().join("postgres/data/postmaster.pid"));
            let now = text
                .ok()
                .and_then(|text| text.lines().next()?.parse::<i32>().ok());
            if now.is_some_and(|pid| pid != before) && PgConnection::establish(&url).is_ok() {
                return;
            }
            assert!(
                since.elapsed() < Duration::from_secs(60),
                "it stays away: {:?}; {}",
                fs::read_to_string(dir.path().join("postgres/data/postmaster.pid")),
                fs::read_to_string(dir.path().join("postgres.log")).unwrap_or_default(),
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    for signal in [Signal::SIGQUIT, Signal::SIGINT, Signal::SIGTERM] {
        let before = pid(dir.path());
        // A client that stays connected does not keep a server that was asked to stop from ending.
        let stays = PgConnection::establish(&url).unwrap();
        kill(nix::unistd::Pid::from_raw(before), signal).unwrap();
        runs_again(before);
        drop(stays);
    }
    // A process that only joined the server restarts it as well, after the one that started it has
    // gone.
    first.stop();
    let before = pid(dir.path());
    kill(nix::unistd::Pid::from_raw(before), Signal::SIGINT).unwrap();
    let since = Instant::now();
    while PgConnection::establish(&second.url()).is_err() || pid(dir.path()) == before {
        assert!(since.elapsed() < Duration::from_secs(60), "it stays away");
        std::thread::sleep(Duration::from_millis(20));
    }
    second.stop();
    // The stop was asked for, so it is not started again.
    std::thread::sleep(Duration::from_millis(1200));
    assert!(!dir.path().join("postgres/data/postmaster.pid").exists());
}
