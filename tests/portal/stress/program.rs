//! Processes of the real program on one database.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::setting;
use crate::harness::{SmtpStub, port};

/// How long a start may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// The secret of the tests' own portal (`Config::for_tests`), so that both accept the same links.
const SECRET: &str = "keys for tests only, in no way random: 0123456789";

/// A portal as its operator has installed it.
pub struct Program {
    /// Data directory; the embedded database is below it.
    pub dir: tempfile::TempDir,
    /// URL of the database; `None` for the embedded one.
    database: Option<String>,
    smtp: String,
    /// The public port.
    pub port: u16,
}

/// A directory that the database's user can enter, as a data directory usually is.
pub fn data_dir() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o711)).unwrap();
    dir
}

impl Program {
    pub fn new(database: Option<String>, sink: &SmtpStub) -> Self {
        Self::within(data_dir(), database, sink)
    }

    /// With an existing data directory.
    pub fn within(dir: tempfile::TempDir, database: Option<String>, sink: &SmtpStub) -> Self {
        Self {
            dir,
            database,
            smtp: sink.url(),
            port: port(),
        }
    }

    /// The beginning of links in mails.
    pub fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn command(&self, port: u16, arguments: &[&str]) -> Command {
        let built = || env!("CARGO_BIN_EXE_avv-portal").to_owned();
        let mut command = Command::new(setting("AVV_PORTAL").unwrap_or_else(built));
        match &self.database {
            Some(url) => command.env("DATABASE_URL", url),
            None => command.env_remove("DATABASE_URL"),
        };
        command
            .args(arguments)
            .env("AVV_DATA_DIR", self.dir.path())
            .env("AVV_LISTEN", format!("127.0.0.1:{port}"))
            .env("AVV_BASE_URL", self.base())
            .env("AVV_SECRET_KEY", SECRET)
            .env("AVV_SMTP_URL", &self.smtp)
            .env("AVV_SMTP_CONNECTIONS", "2")
            .env("AVV_MAIL_FROM", "avv@betreiber.example")
            .env("AVV_ENV", "development")
            .env("RUST_LOG", "info")
            .stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(self.port, arguments).output().unwrap()
    }

    /// Starts `serve` on the public port and waits until it is ready.
    pub fn serve(&self) -> Process {
        self.serve_on(self.port)
    }

    /// Starts one more process on a port of its own.
    pub fn serve_beside(&self) -> Process {
        self.serve_on(port())
    }

    fn serve_on(&self, port: u16) -> Process {
        let since = Instant::now();
        let process = self.start_on(port);
        process.wait_until_ready();
        eprintln!("  ready after {:?}", since.elapsed());
        process
    }

    fn start_on(&self, port: u16) -> Process {
        let log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.dir.path().join("portal.log"))
            .unwrap();
        let child = self
            .command(port, &["serve"])
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        Process {
            child,
            port,
            host: format!("127.0.0.1:{}", self.port),
        }
    }

    /// Lines of the log with one of these words.
    pub fn log_lines(&self, words: &[&str]) -> Vec<String> {
        fs::read_to_string(self.dir.path().join("portal.log"))
            .unwrap_or_default()
            .lines()
            .filter(|line| words.iter().any(|word| line.contains(word)))
            .map(str::to_owned)
            .collect()
    }
}

/// A running process, which ends with the test at the latest.
pub struct Process {
    child: Child,
    /// The port on which it listens.
    pub port: u16,
    host: String,
}

impl Process {
    pub fn is_ready(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) else {
            return false;
        };
        let request = format!("GET /readyz HTTP/1.0\r\nHost: {}\r\n\r\n", self.host);
        let mut answer = String::new();
        stream.set_read_timeout(Some(Duration::from_secs(10))).ok();
        stream.write_all(request.as_bytes()).is_ok()
            && stream.read_to_string(&mut answer).is_ok()
            && answer
                .lines()
                .next()
                .is_some_and(|line| line.contains(" 200"))
    }

    #[track_caller]
    pub fn wait_until_ready(&self) {
        let since = Instant::now();
        while !self.is_ready() {
            assert!(since.elapsed() < PATIENCE, "serve does not get ready");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id().try_into().unwrap()), signal).unwrap();
    }

    /// Kills it, like a power failure that spares the disk.
    pub fn kill(mut self) {
        self.signal(Signal::SIGKILL);
        self.child.wait().unwrap();
    }

    /// Sends SIGTERM and waits.
    #[track_caller]
    pub fn stop(mut self) {
        self.signal(Signal::SIGTERM);
        let since = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                assert!(status.success(), "{status}");
                return;
            }
            assert!(since.elapsed() < PATIENCE, "it does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
