//! `backup`, `restore` and `backup rehearse` as programs, with the embedded database and with one of
//! the administrator's own; also killed in the middle (F6).

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use avv_portal::storage::embedded::{EmbeddedPostgres, Purpose};
use diesel::connection::SimpleConnection as _;
use diesel::sql_types::BigInt;
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::restore::data_dir;

/// Nothing here takes longer than this on any machine.
const GUARD: Duration = Duration::from_secs(120);

/// Where a portal has its data.
enum Portal<'a> {
    Embedded(&'a Path),
    Own(&'a EmbeddedPostgres, &'a Path),
}

impl Portal<'_> {
    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_avv-portal"));
        command
            .args(words)
            .env_remove("DATABASE_URL")
            .env_remove("DATABASE_OWNER_URL")
            .env("AVV_ENV", "development")
            .stdin(Stdio::null());
        match self {
            Self::Embedded(dir) => command.env("AVV_DATA_DIR", dir),
            Self::Own(server, dir) => command
                .env("AVV_DATA_DIR", dir)
                .env("DATABASE_URL", server.url())
                .env("DATABASE_OWNER_URL", server.owner_url()),
        };
        command
    }

    fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    /// Runs a command that has to succeed; what it said.
    #[track_caller]
    fn done(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert!(output.status.success(), "{words:?}: {}", said(&output));
        said(&output)
    }

    /// A portal with an administrator, as on its first day.
    fn begin(&self) {
        self.done(&["migrate"]);
        self.done(&["admin", "create", "--email", "eva@betreiber.example"]);
    }
}

fn said(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    String::from_utf8_lossy(out).into_owned() + &String::from_utf8_lossy(err)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn head(said: &str) -> String {
    let line = said.lines().find_map(|line| line.split_once("Head: "));
    line.unwrap_or_else(|| panic!("no head in: {said}"))
        .1
        .to_owned()
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

fn number(conn: &mut PgConnection, sql: &str) -> i64 {
    let sql = format!("SELECT ({sql})::bigint AS number");
    let row: Number = diesel::sql_query(sql).get_result(conn).unwrap();
    row.number
}

#[test]
fn f6_a_backup_goes_from_the_embedded_database_into_one_of_ones_own_and_back() {
    let (old, files, dir, third) = (data_dir(), data_dir(), data_dir(), data_dir());
    let portal = Portal::Embedded(old.path());
    portal.begin();
    let noted = head(&portal.done(&["audit", "verify"]));
    let told = portal.done(&["backup", text(files.path())]);
    let found = names(files.path());
    let [dump, digest] = &found[..] else {
        panic!("{found:?}")
    };
    assert!(
        dump.starts_with("avv-2") && dump.ends_with("Z.dump"),
        "{dump}"
    );
    assert_eq!(digest, &format!("{dump}.sha256"));
    let file = files.path().join(dump);
    assert!(told.contains(text(&file)), "{told}");
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let sums = Command::new("sha256sum")
        .args(["--check", "--quiet", digest])
        .current_dir(files.path())
        .status();
    assert!(sums.unwrap().success());

    // Never over another file, nor into a database with something in it.
    let again = portal.run(&["backup", text(&file)]);
    assert_eq!(again.status.code(), Some(1));
    assert!(said(&again).contains("not overwritten"), "{}", said(&again));
    let full = portal.run(&["restore", text(&file)]);
    assert_eq!(full.status.code(), Some(1));
    assert!(said(&full).contains("not empty"), "{}", said(&full));
    assert_eq!(head(&portal.done(&["audit", "verify"])), noted);

    // Rehearsed: nothing is left of it.
    let before = names(old.path());
    let rehearsal = portal.done(&["backup", "rehearse", text(&file), "--expect", &noted]);
    for words in [
        "Users: 1",
        "Customers: 0",
        "all as they were written",
        "nothing of it is left",
    ] {
        assert!(rehearsal.contains(words), "{words}: {rehearsal}");
    }
    assert_eq!(names(old.path()), before);

    // Into a Postgres of one's own, with two roles; and from there into an embedded one.
    let server = EmbeddedPostgres::start_for(dir.path(), Purpose::Tests).unwrap();
    let own = Portal::Own(&server, third.path());
    // On trial first: the database given for it is empty afterwards.
    let into = server.owner_url();
    own.done(&["backup", "rehearse", text(&file), "--into", &into]);
    own.done(&["restore", text(&file)]);
    assert_eq!(
        head(&own.done(&["audit", "verify", "--expect", &noted])),
        noted
    );
    let mut conn = PgConnection::establish(&server.url()).unwrap();
    assert_eq!(number(&mut conn, "SELECT count(*) FROM users"), 1);
    let forbidden = conn.batch_execute("DELETE FROM audit_events");
    assert!(
        forbidden.is_err(),
        "the program's role has its rights and no more"
    );
    let second = files.path().join("second.dump");
    own.done(&["backup", text(&second)]);
    let newest = data_dir();
    let last = Portal::Embedded(newest.path());
    last.done(&["restore", text(&second)]);
    assert_eq!(head(&last.done(&["audit", "verify"])), noted);

    // A file that was changed on its way is not restored.
    let mut bytes = fs::read(&second).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&second, bytes).unwrap();
    let changed = last.run(&["backup", "rehearse", text(&second)]);
    assert_eq!(changed.status.code(), Some(1));
    assert!(said(&changed).contains("not the file that was written"));
    drop(conn);
    server.stop();
}

#[test]
fn f6_a_rehearsal_finds_a_log_that_was_changed() {
    let (dir, data, files) = (data_dir(), data_dir(), data_dir());
    let server = EmbeddedPostgres::start_for(dir.path(), Purpose::Tests).unwrap();
    let portal = Portal::Own(&server, data.path());
    portal.begin();
    let mut conn = PgConnection::establish(&server.owner_url()).unwrap();
    conn.batch_execute(
        "ALTER TABLE audit_events DISABLE TRIGGER USER;
         UPDATE audit_events SET at = at + interval '1 hour' WHERE position = 1;
         ALTER TABLE audit_events ENABLE TRIGGER USER",
    )
    .unwrap();
    let file = files.path().join("avv.dump");
    portal.done(&["backup", text(&file)]);
    let output = portal.run(&["backup", "rehearse", text(&file)]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("Audit log: not as it was written"));
    drop(conn);
    server.stop();
}

/// Kills a command with all it started, as soon as a session waits for the lock of the test.
fn kill_when_it_waits(mut child: Child, conn: &mut PgConnection) {
    let since = Instant::now();
    let waits = "SELECT count(*) FROM pg_locks WHERE NOT granted";
    while number(conn, waits) == 0 {
        assert!(child.try_wait().unwrap().is_none(), "it did not wait");
        assert!(since.elapsed() < GUARD, "it never waited");
        std::thread::sleep(Duration::from_millis(50));
    }
    killpg(
        Pid::from_raw(child.id().try_into().unwrap()),
        Signal::SIGKILL,
    )
    .unwrap();
    child.wait().unwrap();
}

#[test]
fn f6_killed_in_the_middle_nothing_half_done_is_left() {
    let (dir, data, files, empty) = (data_dir(), data_dir(), data_dir(), data_dir());
    let server = EmbeddedPostgres::start_for(dir.path(), Purpose::Tests).unwrap();
    let portal = Portal::Own(&server, data.path());
    portal.begin();
    let mut other = PgConnection::establish(&server.owner_url()).unwrap();
    other
        .batch_execute("BEGIN; LOCK TABLE mails IN ACCESS EXCLUSIVE MODE")
        .unwrap();
    let file: PathBuf = files.path().join("avv.dump");
    let child = portal
        .command(&["backup", text(&file)])
        .process_group(0)
        .spawn()
        .unwrap();
    let mut look = PgConnection::establish(&server.owner_url()).unwrap();
    kill_when_it_waits(child, &mut look);
    let left = names(files.path());
    assert!(left.iter().all(|name| name.starts_with('.')), "{left:?}");
    other.batch_execute("ROLLBACK").unwrap();
    portal.done(&["backup", text(&file)]);
    assert_eq!(names(files.path()), ["avv.dump", "avv.dump.sha256"]);

    let target = EmbeddedPostgres::start_for(empty.path(), Purpose::Tests).unwrap();
    let place = Portal::Own(&target, data.path());
    let mut other = PgConnection::establish(&target.owner_url()).unwrap();
    // The restore waits for the name of a table that is being made.
    other
        .batch_execute("BEGIN; CREATE TABLE users (id int)")
        .unwrap();
    let child = place
        .command(&["restore", text(&file)])
        .process_group(0)
        .spawn()
        .unwrap();
    let mut look = PgConnection::establish(&target.owner_url()).unwrap();
    kill_when_it_waits(child, &mut look);
    other.batch_execute("ROLLBACK").unwrap();
    let since = Instant::now();
    let tables = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace";
    let others =
        "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'pg\\_restore%'";
    while number(&mut look, others) > 0 {
        assert!(since.elapsed() < GUARD);
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(number(&mut look, tables), 0);
    place.done(&["restore", text(&file)]);
    drop((other, look));
    server.stop();
    target.stop();
}
