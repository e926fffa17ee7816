//! The server process: finding one that runs, starting one, stopping it.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::cluster::last_lines;
use super::place::Cluster;
use super::{EmbeddedError, Purpose, take_turn};

/// How long a server may take until it is ready; after a crash it first replays its journal.
pub(super) const PATIENCE: Duration = Duration::from_secs(300);

/// Pause before a server that died at once is started again.
const PAUSE_AFTER_DEATH: Duration = Duration::from_millis(500);
/// Pause before another try if a server does not start.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(10);
/// Interval at which a server that another process started is checked.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// Interval at which our own child process is checked.
const LOOK_AT_CHILD: Duration = Duration::from_millis(100);

/// How long to wait for a server to end. After that it goes on ending by itself, and the guard
/// takes care of it.
const STOP_PATIENCE: Duration = Duration::from_secs(10);

/// Logs now and then what a start waits for, so that it is not taken for hanging.
struct Patience {
    since: Instant,
    next: Duration,
}

impl Patience {
    fn new() -> Self {
        Self {
            since: Instant::now(),
            next: Duration::from_secs(3),
        }
    }

    fn say(&mut self) {
        let waited = self.since.elapsed();
        if waited >= self.next {
            tracing::warn!(
                seconds = waited.as_secs(),
                "waiting for the embedded Postgres: after a crash it first replays its journal"
            );
            self.next = waited + Duration::from_secs(15);
        }
    }
}

/// A server log larger than this (bytes) is renamed at the next start.
const LARGE_LOG: u64 = 4 << 20;

/// What a server writes into `postmaster.pid`.
struct PidFile {
    pid: u32,
    socket_dir: PathBuf,
    ready: bool,
    stopping: bool,
}

fn read_pid_file(cluster: &Path) -> Option<PidFile> {
    let text = fs::read_to_string(cluster.join("postmaster.pid")).ok()?;
    let lines: Vec<&str> = text.lines().collect();
    Some(PidFile {
        pid: lines.first()?.trim().parse().ok()?,
        socket_dir: PathBuf::from(lines.get(4).copied().unwrap_or_default().trim()),
        ready: lines.get(7).is_some_and(|line| line.trim() == "ready"),
        stopping: lines.get(7).is_some_and(|line| line.trim() == "stopping"),
    })
}

/// The socket directory of the server that runs in `cluster`, once it is ready; `None` when none
/// runs. A pid file without a server behind it is a leftover of a kill or a power cut.
pub(super) fn running_socket_dir(cluster: &Path) -> Result<Option<PathBuf>, EmbeddedError> {
    let (since, mut patience) = (Instant::now(), Patience::new());
    while let Some(found) = read_pid_file(cluster) {
        // Only a connection proves that a server runs: the process may be a zombie, or another
        // program by now.
        if UnixStream::connect(found.socket_dir.join(".s.PGSQL.5432")).is_err() {
            forget_stale_pid_file(cluster, found.pid)?;
            return Ok(None);
        }
        if found.ready {
            return Ok(Some(found.socket_dir));
        }
        if since.elapsed() > PATIENCE {
            return Err(EmbeddedError::Busy);
        }
        patience.say();
        sleep(Duration::from_millis(20));
    }
    Ok(None)
}

/// Removes the pid file if its number now belongs to a process that is no server of this cluster.
/// Postgres would take that process for a server and refuse to start; it handles numbers without a
/// process itself.
fn forget_stale_pid_file(cluster: &Path, pid: u32) -> Result<(), EmbeddedError> {
    // The working directory of a server is its cluster's directory.
    match fs::read_link(format!("/proc/{pid}/cwd")) {
        Ok(cwd) if cwd != cluster => {
            let path = cluster.join("postmaster.pid");
            tracing::info!(path = %path.display(), "removing the pid file of a server that is gone");
            fs::remove_file(&path).map_err(|e| EmbeddedError::io(&path, e))
        }
        _ => Ok(()),
    }
}

/// Starts the server and waits until it is ready. Retries for a moment: the helper processes of a
/// server that was killed need a little time to notice it, and a new server does not start before.
pub(super) fn launch(place: &Cluster, purpose: Purpose) -> Result<Child, EmbeddedError> {
    let log = place.base.join("postgres.log");
    let mut tries = 0;
    loop {
        let mut server = spawn_server(place, purpose, &log)?;
        match wait_until_ready(&mut server, &place.cluster())? {
            true => return Ok(server),
            false if tries < 5 => {
                tries += 1;
                sleep(Duration::from_millis(400));
            }
            false => {
                let said = fs::read_to_string(&log).unwrap_or_default();
                return Err(EmbeddedError::Failed(last_lines(&said)));
            }
        }
    }
}

fn spawn_server(place: &Cluster, purpose: Purpose, log: &Path) -> Result<Child, EmbeddedError> {
    if fs::metadata(log).is_ok_and(|found| found.len() > LARGE_LOG) {
        fs::rename(log, log.with_extension("log.old")).map_err(|e| EmbeddedError::io(log, e))?;
    }
    let log_file = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(log)
        .map_err(|e| EmbeddedError::io(log, e))?;
    let mut command = place.command(&place.programs.join("postgres"));
    command
        .arg("-D")
        .arg(place.cluster())
        .arg("-k")
        .arg(&place.socket_dir)
        .args(settings(purpose).iter().flat_map(|s| ["-c", s]))
        .stdout(Stdio::null())
        .stderr(log_file);
    command
        .spawn()
        .map_err(|error| EmbeddedError::Failed(error.to_string()))
}

/// The server's settings. They are passed on the command line rather than in a file, so that they
/// are always those of this program.
fn settings(purpose: Purpose) -> Vec<&'static str> {
    let mut settings = vec![
        "listen_addresses=",
        "port=5432",
        "unix_socket_permissions=0700",
        "timezone=UTC",
        "log_timezone=UTC",
        "shared_buffers=256MB",
        "effective_cache_size=1GB",
        "random_page_cost=1.1",
        // Pages are short queries: compiling them costs more than it saves.
        "jit=off",
        "log_checkpoints=off",
        // A statement or a detail line would put names and addresses into the log (S-82).
        "log_error_verbosity=terse",
        "log_min_error_statement=panic",
    ];
    settings.extend(match purpose {
        Purpose::Portal => [
            "max_connections=100",
            "synchronous_commit=on",
            "fsync=on",
            "full_page_writes=on",
        ],
        Purpose::Tests => [
            "max_connections=200",
            "synchronous_commit=off",
            "fsync=off",
            "full_page_writes=off",
        ],
    });
    settings
}

/// Waits until the server accepts connections; `false` if it ended instead.
fn wait_until_ready(server: &mut Child, cluster: &Path) -> Result<bool, EmbeddedError> {
    let (since, mut patience) = (Instant::now(), Patience::new());
    loop {
        let exited = server
            .try_wait()
            .map_err(|error| EmbeddedError::Failed(error.to_string()))?;
        if exited.is_some() {
            return Ok(false);
        }
        if read_pid_file(cluster).is_some_and(|found| found.ready && found.pid == server.id()) {
            return Ok(true);
        }
        if since.elapsed() > PATIENCE {
            return Err(EmbeddedError::Failed(
                "it is still replaying its journal; start again to go on waiting".to_owned(),
            ));
        }
        patience.say();
        sleep(Duration::from_millis(5));
    }
}

/// Starts the server again whenever it ends without our having asked for it, even with success, as
/// after a stray `pg_ctl stop`. `server` is our own child; a server of another process is checked
/// now and then. Waiting for a child also removes it from the process table, where another start
/// would take it for a running server.
pub(super) fn keep_alive(
    mut server: Option<Child>,
    place: &Cluster,
    purpose: Purpose,
    leaving: &AtomicBool,
) {
    loop {
        let ended = match &mut server {
            Some(child) => wait_for_end(child, &place.cluster(), leaving),
            None => {
                sleep(LOOK_AGAIN);
                match running_socket_dir(&place.cluster()) {
                    Ok(None) => "gone".to_owned(),
                    _ if leaving.load(Ordering::SeqCst) => return,
                    _ => continue,
                }
            }
        };
        if leaving.load(Ordering::SeqCst) {
            return;
        }
        tracing::error!(%ended, "the embedded Postgres ended unasked; starting it again");
        sleep(PAUSE_AFTER_DEATH);
        server = loop {
            match revive(place, purpose, leaving) {
                Ok(again) => break again,
                Err(error) => tracing::error!(%error, "the embedded Postgres does not start"),
            }
            sleep(PAUSE_AFTER_FAILURE);
        };
        if server.is_some() {
            tracing::info!("the embedded Postgres runs again");
        }
    }
}

/// Waits for the server's end and returns its exit status. A server that was asked to stop once its
/// clients have gone accepts no new clients, and ours stay connected, so it is told to stop at
/// once.
fn wait_for_end(server: &mut Child, cluster: &Path, leaving: &AtomicBool) -> String {
    loop {
        match server.try_wait() {
            Ok(Some(status)) => return status.to_string(),
            Err(error) => return error.to_string(),
            Ok(None) => sleep(LOOK_AT_CHILD),
        }
        let id = server.id();
        let lingers = || read_pid_file(cluster).is_some_and(|f| f.pid == id && f.stopping);
        if !leaving.load(Ordering::SeqCst)
            && lingers()
            && let Ok(pid) = i32::try_from(id)
        {
            // Fails only if it has just ended.
            kill(Pid::from_raw(pid), Signal::SIGINT).ok();
        }
    }
}

/// Starts the server again; `None` if this process does not need it any more, or if another process
/// was quicker and now looks after it.
fn revive(
    place: &Cluster,
    purpose: Purpose,
    leaving: &AtomicBool,
) -> Result<Option<Child>, EmbeddedError> {
    let _turn = take_turn(place)?;
    if leaving.load(Ordering::SeqCst) {
        return Ok(None);
    }
    match running_socket_dir(&place.cluster())? {
        Some(_) => Ok(None),
        None => launch(place, purpose).map(Some),
    }
}

/// Starts the guard: the process that outlives this one and stops the server when its last user is
/// gone.
pub(super) fn start_guard(place: &Cluster) {
    let mut command = place.command(Path::new("flock"));
    command
        .arg("-x")
        .arg(place.base.join("postgres.lease"))
        .arg(place.programs.join("pg_ctl"))
        .args(["stop", "-s", "-m", "fast", "-t", "300", "-D"])
        .arg(place.cluster())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if let Err(error) = command.spawn() {
        tracing::warn!(%error, "without `flock` the embedded Postgres goes on running when the portal is killed");
    }
}

pub(super) fn stop_server(place: &Cluster) {
    // Without a server, the number in the pid file may be that of any process.
    if let Ok(None) = running_socket_dir(&place.cluster()) {
        return;
    }
    let mut command = place.command(&place.programs.join("pg_ctl"));
    command
        .args(["stop", "-s", "-m", "fast", "-t", "300", "-D"])
        .arg(place.cluster())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut stopping = match command.spawn() {
        Ok(stopping) => stopping,
        Err(error) => {
            tracing::warn!(%error, "cannot stop the embedded Postgres");
            return;
        }
    };
    let since = Instant::now();
    loop {
        match stopping.try_wait() {
            Ok(Some(status)) if status.success() => return,
            Ok(None) if since.elapsed() < STOP_PATIENCE => sleep(Duration::from_millis(5)),
            Ok(None) => {
                tracing::warn!("the embedded Postgres takes long to stop and is left to it");
                return;
            }
            ended => {
                tracing::warn!(?ended, "cannot stop the embedded Postgres");
                return;
            }
        }
    }
}
