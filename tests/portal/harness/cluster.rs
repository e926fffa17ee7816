//! Postgres servers on the network, as an administrator has them: one alone, or a primary with a
//! standby that has everything before it is acknowledged.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use avv_portal::storage::embedded::newest_programs;
use diesel::connection::SimpleConnection as _;
use diesel::sql_types::Bool;
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, User, geteuid};

use super::ports::port;

/// How long a server may take to start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// A running server; ends with the test. Usually with the database `avv`, its owner `avv` and the portal's
/// role `avv_program`.
pub struct Cluster {
    dir: tempfile::TempDir,
    pub port: u16,
    server: Child,
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    answer: bool,
}

impl Cluster {
    /// A server alone, with roles and database.
    pub fn start() -> Self {
        let this = Self::empty();
        this.sql("CREATE ROLE avv LOGIN; CREATE ROLE avv_program LOGIN");
        this.sql("CREATE DATABASE avv OWNER avv");
        this
    }

    /// A server with nothing in it.
    pub fn empty() -> Self {
        let (dir, data) = place();
        run(command("initdb").arg("-D").arg(&data).args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]));
        // Processes are killed here, never the machine, so nothing has to be forced to the disk.
        set(
            &data,
            "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\nfsync = off\n\
             max_connections = 60\nshared_buffers = 32MB\nwal_level = replica\nmax_wal_senders = 4",
        );
        Self::launch(dir, &data)
    }

    /// A standby of this server. From now on nothing is acknowledged that it has not written down.
    pub fn standby(&self) -> Self {
        let (dir, data) = place();
        let from = self.port.to_string();
        run(command("pg_basebackup")
            .args(["--host=127.0.0.1", "--username=postgres", "--port", &from])
            .args([
                "--write-recovery-conf",
                "--checkpoint=fast",
                "--no-sync",
                "-D",
            ])
            .arg(&data));
        let standby = Self::launch(dir, &data);
        self.sql("ALTER SYSTEM SET synchronous_standby_names = '*'");
        self.sql("SELECT pg_reload_conf()");
        let since = Instant::now();
        while !self.says(
            "SELECT EXISTS (SELECT FROM pg_stat_replication WHERE sync_state = 'sync') AS answer",
        ) {
            assert!(since.elapsed() < PATIENCE, "the standby does not follow");
            std::thread::sleep(Duration::from_millis(20));
        }
        standby
    }

    /// Makes a standby the primary, as its administrator does, or a program that watches both.
    pub fn promote(&self) {
        assert!(self.says("SELECT pg_promote(true, 60) AS answer"));
    }

    /// Kills the server with all its processes, as when its machine is gone.
    pub fn kill(&mut self) {
        for pid in self.freeze() {
            kill(pid, Signal::SIGKILL).ok();
        }
        self.server.wait().unwrap();
    }

    /// Stops all its processes where they are, as when its disk hangs: it takes questions and answers none.
    pub fn freeze(&self) -> Vec<Pid> {
        let postmaster = Pid::from_raw(self.server.id().try_into().unwrap());
        // First, so that there are no new ones; and without it, the others would have another parent.
        kill(postmaster, Signal::SIGSTOP).unwrap();
        let its_own = fs::read_dir("/proc")
            .unwrap()
            .flatten()
            .filter_map(|entry| {
                let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
                let parent = stat.rsplit(')').next()?.split_whitespace().nth(1)?;
                let pid = entry.file_name().to_string_lossy().parse().ok()?;
                (parent == postmaster.to_string()).then(|| Pid::from_raw(pid))
            });
        let all: Vec<Pid> = its_own.chain([postmaster]).collect();
        for pid in &all {
            kill(*pid, Signal::SIGSTOP).ok();
        }
        all
    }

    /// URL of the database for a role.
    pub fn url(&self, role: &str) -> String {
        url(role, &[self])
    }

    /// URL of the one of two servers that takes writes, for a role.
    pub fn url_with(&self, role: &str, other: &Self) -> String {
        let both = url(role, &[self, other]);
        format!("{both}?target_session_attrs=read-write")
    }

    fn launch(dir: tempfile::TempDir, data: &Path) -> Self {
        let port = port();
        set(data, &format!("port = {port}"));
        let log = fs::File::create(dir.path().join("postgres.log")).unwrap();
        let server = command("postgres")
            .arg("-D")
            .arg(data)
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let this = Self { dir, port, server };
        let since = Instant::now();
        while PgConnection::establish(&this.admin()).is_err() {
            let log = fs::read_to_string(this.dir.path().join("postgres.log")).unwrap();
            assert!(since.elapsed() < PATIENCE, "{log}");
            std::thread::sleep(Duration::from_millis(20));
        }
        this
    }

    fn admin(&self) -> String {
        format!("postgresql://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Runs SQL as the server's administrator.
    pub fn sql(&self, statement: &str) {
        let mut conn = PgConnection::establish(&self.admin()).unwrap();
        conn.batch_execute(statement).unwrap();
    }

    /// What the server says to a question whose answer is named so.
    pub fn says(&self, query: &str) -> bool {
        let mut conn = PgConnection::establish(&self.admin()).unwrap();
        let answer: Answer = diesel::sql_query(query).get_result(&mut conn).unwrap();
        answer.answer
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if matches!(self.server.try_wait(), Ok(None)) {
            self.kill();
        }
    }
}

fn url(role: &str, servers: &[&Cluster]) -> String {
    let hosts: Vec<String> = servers
        .iter()
        .map(|server| format!("127.0.0.1:{}", server.port))
        .collect();
    format!("postgresql://{role}@{}/avv", hosts.join(","))
}

/// A folder and, below it, where the server's data will be. Both are the server's user's.
fn place() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).unwrap();
    if let Some(user) = account() {
        chown(dir.path(), Some(user.uid.as_raw()), Some(user.gid.as_raw())).unwrap();
    }
    let data = dir.path().join("data");
    (dir, data)
}

/// Whose the server is: Postgres does not run as root.
fn account() -> Option<User> {
    let known = |name| User::from_name(name).ok().flatten();
    geteuid()
        .is_root()
        .then(|| known("postgres").or_else(|| known("nobody")).unwrap())
}

fn command(program: &str) -> Command {
    let programs = newest_programs().expect("PostgreSQL is not installed");
    let mut command = Command::new(programs.join(program));
    command
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("LC_ALL", "C.UTF-8")
        .current_dir("/")
        .stdin(Stdio::null());
    if let Some(user) = account() {
        command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
    }
    command
}

#[track_caller]
fn run(command: &mut Command) {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
}

fn set(data: &Path, lines: &str) {
    let conf = data.join("postgresql.conf");
    let mut conf = fs::OpenOptions::new().append(true).open(conf).unwrap();
    writeln!(conf, "{lines}").unwrap();
}
