//! A Postgres of our own under the data directory, for when `DATABASE_URL` is unset.
//!
//! Several portal processes may share it. Each holds a shared lock on `postgres.lease`; the kernel
//! drops it however the process ends. The process that starts the server also starts a *guard*,
//! which waits for the exclusive lock, i.e. for the last process to be gone, and then stops the
//! server. So a killed portal leaves no server behind, a second portal joins the first one's, and
//! no server is stopped while another process uses it. `postgres.start` makes starts wait for each
//! other.
//!
//! The server listens on a Unix socket in a directory that only its own user can enter, and never
//! on the network. Migrations run as the role `avv`, which owns its database; the portal connects as
//! `avv_program`, which owns nothing (A11). Neither is a superuser, as on any other server.

mod cluster;
mod place;
mod roles;
mod server;
#[cfg(test)]
mod tests;

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::{self, JoinHandle, sleep};
use std::time::{Duration, Instant};

use secrecy::ExposeSecret as _;

use place::Cluster;

use crate::config;

/// How long to wait for another process that is starting or stopping the same server.
const TURN_PATIENCE: Duration = Duration::from_secs(330);
/// How long [`EmbeddedPostgres::stop`] may take in all.
const STOP_LIMIT: Duration = Duration::from_secs(15);

/// Why there is no embedded Postgres; each message says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// There are no programs `initdb` and `postgres` on this machine.
    #[error("no PostgreSQL found: install the package `postgresql`, or set DATABASE_URL")]
    NoPrograms,
    /// The cluster needs another major version than those installed.
    #[error(
        "the database in {cluster} was made by PostgreSQL {version}, which is not installed: install that version, or move the data with pg_dump"
    )]
    OtherVersion {
        /// Directory of the cluster.
        cluster: PathBuf,
        /// Major version of Postgres that made it.
        version: String,
    },
    /// We are root and there is neither a user `postgres` nor `nobody`.
    #[error("PostgreSQL does not run as root and there is no user `postgres` or `nobody`")]
    NoUser,
    /// The directory exists but is not private to the right user.
    #[error("{0} belongs to another user or can be entered by others")]
    Foreign(PathBuf),
    /// Another process holds the start lock for too long.
    #[error("another process has been starting or stopping the embedded PostgreSQL for too long")]
    Busy,
    /// `initdb` or `postgres` exited with an error; holds the end of its output.
    #[error("the embedded PostgreSQL did not start: {0}")]
    Failed(String),
    /// A file operation failed.
    #[error("{path}: {source}")]
    Io {
        /// The file or directory concerned.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
}

impl EmbeddedError {
    fn io(path: &Path, source: io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            source,
        }
    }
}

/// How safe the data must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Real data: every commit is on disk before it is answered.
    Portal,
    /// Data of a test run or a rehearsal: fast, many connections, lost when the machine loses power.
    Tests,
}

/// A running server and this process's share in it. Dropping it gives the share back without
/// waiting.
#[derive(Debug)]
pub struct EmbeddedPostgres {
    place: Cluster,
    lease: File,
    /// Whether this process started the server.
    ours: bool,
    /// The thread that restarts the server when it ends.
    watch: Option<JoinHandle<()>>,
    /// Tells that thread that the server may end.
    leaving: Arc<AtomicBool>,
}

impl Drop for EmbeddedPostgres {
    fn drop(&mut self) {
        self.leaving.store(true, Ordering::SeqCst);
    }
}

impl EmbeddedPostgres {
    /// Starts the Postgres under `data_dir`, creating it first if there is none, or joins it if it
    /// is running. Returns once it accepts connections.
    pub fn start(data_dir: &Path) -> Result<Self, EmbeddedError> {
        Self::start_for(data_dir, Purpose::Portal)
    }

    /// Like [`EmbeddedPostgres::start`], for a given purpose.
    pub fn start_for(data_dir: &Path, purpose: Purpose) -> Result<Self, EmbeddedError> {
        let mut place = Cluster::find(data_dir, purpose)?;
        let turn = take_turn(&place)?;
        let lease = wait_for_lock(&place.base.join("postgres.lease"), File::try_lock_shared)?;
        let leaving = Arc::new(AtomicBool::new(false));
        let server = match server::running_socket_dir(&place.cluster())? {
            Some(socket_dir) => {
                place.socket_dir = socket_dir;
                None
            }
            None => {
                cluster::create_cluster(&place, purpose)?;
                let server = server::launch(&place, purpose)?;
                server::start_guard(&place);
                Some(server)
            }
        };
        roles::ensure(&place)?;
        drop(turn);
        let ours = server.is_some();
        let (cared_for, wanted) = (place.clone(), Arc::clone(&leaving));
        let watch = thread::spawn(move || {
            server::keep_alive(server, &cared_for, purpose, &wanted);
        });
        Ok(Self {
            place,
            lease,
            ours,
            watch: Some(watch),
            leaving,
        })
    }

    /// Whether there is one for this data directory, running or not. Makes nothing.
    pub fn exists(data_dir: &Path) -> bool {
        place::has_cluster(data_dir)
    }

    /// How the portal reaches the database: a URL for libpq with the socket's directory as host, as
    /// the role that owns nothing.
    pub fn url(&self) -> String {
        self.place.url(roles::PROGRAM, roles::DATABASE)
    }

    /// The same with the role that owns the tables: for migrations.
    pub fn owner_url(&self) -> String {
        self.place.url(roles::OWNER, roles::DATABASE)
    }

    /// Directory of the programs of the server's own version.
    pub fn programs(&self) -> &Path {
        &self.place.programs
    }

    /// Environment variables with which the programs of Postgres find the database, with the role
    /// that owns the tables.
    pub fn client_variables(&self) -> [(&'static str, String); 3] {
        let host = self.place.socket_dir.to_string_lossy().into_owned();
        [
            ("PGHOST", host),
            ("PGUSER", roles::OWNER.to_owned()),
            ("PGDATABASE", roles::DATABASE.to_owned()),
        ]
    }

    /// Whether this process started the server rather than joined it.
    pub fn is_ours(&self) -> bool {
        self.ours
    }

    /// Stops a server that was started for this process alone, and removes its data.
    pub fn remove(self) {
        let base = self.place.base.clone();
        let (home, socket) = (self.place.home(), self.place.socket_dir.clone());
        self.stop();
        for dir in [home, socket] {
            match fs::remove_dir_all(&dir) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    tracing::warn!(%error, dir = %dir.display(), "cannot be removed");
                }
                _ => {}
            }
        }
        for name in ["postgres.lease", "postgres.start", "postgres.log"] {
            fs::remove_file(base.join(name)).ok();
        }
        // Only if nothing else is in it.
        fs::remove_dir(&base).ok();
    }

    /// Gives this process's share back. If no other process has one, stops the server and waits
    /// until it has written everything; otherwise the last process to leave stops it.
    pub fn stop(self) {
        if self.lease.unlock().is_err() {
            return; // The guard stops the server when this process ends.
        }
        let since = Instant::now();
        while self.lease.try_lock().is_err() {
            // If a shared lock works and an exclusive one does not, other processes use the server.
            // If neither works, the guard is stopping it.
            if self.lease.try_lock_shared().is_ok() || since.elapsed() > STOP_LIMIT {
                return;
            }
            sleep(Duration::from_millis(10));
        }
        self.leaving.store(true, Ordering::SeqCst);
        // The start lock is held, so that a server that just died is not started again in the
        // meantime.
        let turn = take_turn(&self.place);
        server::stop_server(&self.place);
        drop(turn);
        // The thread ends with the server; if the server does not end, the wait is limited.
        while self
            .watch
            .as_ref()
            .is_some_and(|watch| !watch.is_finished())
            && since.elapsed() < STOP_LIMIT
        {
            sleep(Duration::from_millis(10));
        }
    }
}

/// Directory of the newest programs of Postgres on this machine, if there are any.
pub fn newest_programs() -> Option<PathBuf> {
    place::newest_programs()
}

/// URL of the database for a test process: the server that `AVV_TEST_DATABASE_URL` names, or else
/// an embedded one under `dir`, which is started once per process and stopped by its guard when the
/// last test process is gone. Connects with the role that owns the tables.
pub fn database_url_for_tests(dir: &Path) -> Result<String, EmbeddedError> {
    static SERVER: OnceLock<Result<EmbeddedPostgres, String>> = OnceLock::new();
    if let Some(url) = config::test_database_url() {
        return Ok(url.expose_secret().to_owned());
    }
    SERVER
        .get_or_init(|| {
            EmbeddedPostgres::start_for(dir, Purpose::Tests).map_err(|error| error.to_string())
        })
        .as_ref()
        .map(EmbeddedPostgres::owner_url)
        .map_err(|said| EmbeddedError::Failed(said.clone()))
}

/// Takes the start lock, which one process at a time holds.
fn take_turn(place: &Cluster) -> Result<File, EmbeddedError> {
    wait_for_lock(&place.base.join("postgres.start"), File::try_lock)
}

/// Opens the lock file and locks it, waiting for processes that hold it.
fn wait_for_lock(
    path: &Path,
    take: fn(&File) -> Result<(), TryLockError>,
) -> Result<File, EmbeddedError> {
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        // The guard may run as another user; it needs to read the file to lock it.
        .mode(0o644)
        .open(path)
        .map_err(|e| EmbeddedError::io(path, e))?;
    // Sets the mode regardless of the umask. Fails only for a file of another user, whose process
    // has done the same.
    file.set_permissions(fs::Permissions::from_mode(0o644)).ok();
    let since = Instant::now();
    loop {
        match take(&file) {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(EmbeddedError::io(path, error)),
            Err(TryLockError::WouldBlock) if since.elapsed() > TURN_PATIENCE => {
                return Err(EmbeddedError::Busy);
            }
            Err(TryLockError::WouldBlock) => sleep(Duration::from_millis(20)),
        }
    }
}
