//! Where the embedded Postgres lives and which programs and user run it.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _, lchown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::unistd::{User, geteuid};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest as _, Sha256};

use super::{EmbeddedError, Purpose};
use crate::config;

/// Longest directory that leaves room for `/.s.PGSQL.5432` in the 107 bytes of a socket address.
const LONGEST_SOCKET_DIR: usize = 92;

/// The private directory below the base.
const HOME: &str = "postgres";

/// The cluster below the private directory.
const CLUSTER: &str = "data";

/// The user whom the child processes run as, if it is not our own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Account {
    pub uid: u32,
    pub gid: u32,
}

/// The directories, programs and user of one embedded Postgres.
#[derive(Debug, Clone)]
pub(super) struct Cluster {
    /// Holds the cluster, the lock files and the server's log.
    pub base: PathBuf,
    /// Holds the Unix socket; only the account can enter it.
    pub socket_dir: PathBuf,
    /// Where `initdb`, `postgres` and `pg_ctl` are.
    pub programs: PathBuf,
    /// Set only if we are root, because Postgres refuses to run as root.
    pub account: Option<Account>,
}

impl Cluster {
    /// Finds programs, user and directories for the database of the portal whose data directory is
    /// `data_dir`, and makes the directories.
    pub(super) fn find(data_dir: &Path, purpose: Purpose) -> Result<Self, EmbeddedError> {
        make_dir(data_dir, 0o711)?;
        let data_dir = data_dir
            .canonicalize()
            .map_err(|e| EmbeddedError::io(data_dir, e))?;
        let account = match geteuid().is_root() {
            false => None,
            true => Some(account_for(&data_dir.join(HOME))?),
        };
        let base = match account {
            Some(account) => base_for(data_dir, account, purpose)?,
            None => data_dir,
        };
        let home = base.join(HOME);
        private_dir(&home, account)?;
        let programs = programs_for(&home.join(CLUSTER))?;
        let socket_dir = socket_dir(&home, account)?;
        Ok(Self {
            base,
            socket_dir,
            programs,
            account,
        })
    }

    /// The directory that only the account can enter; holds the cluster.
    pub(super) fn home(&self) -> PathBuf {
        self.base.join(HOME)
    }

    /// The directory with the database's files, the value of Postgres' option `-D`.
    pub(super) fn cluster(&self) -> PathBuf {
        self.home().join(CLUSTER)
    }

    /// URL with which libpq reaches a database of the server with a role.
    pub(super) fn url(&self, role: &str, database: &str) -> String {
        let dir = self.socket_dir.to_string_lossy();
        let host = utf8_percent_encode(&dir, NON_ALPHANUMERIC);
        format!("postgresql://{role}@/{database}?host={host}")
    }

    /// A Postgres program, to be run as the account, with nothing of our environment (which holds
    /// the portal's secrets) and outside our process group, so that Ctrl-C does not end the
    /// database before the portal's last request.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LC_ALL", "C.UTF-8")
            .current_dir("/")
            .stdin(Stdio::null())
            .process_group(0);
        if let Some(account) = self.account {
            command.uid(account.uid).gid(account.gid);
        }
        command
    }
}

/// Whether there is a cluster for this data directory, in it or elsewhere.
pub(super) fn has_cluster(data_dir: &Path) -> bool {
    data_dir
        .canonicalize()
        .is_ok_and(|dir| is_base(&dir) || is_base(&elsewhere(&dir, Purpose::Portal)))
}

fn is_base(base: &Path) -> bool {
    base.join(HOME).join(CLUSTER).is_dir()
}

/// The data directory, where the account can work in it; else a place of the system's. A database
/// that exists is never left behind for a new empty one.
fn base_for(
    data_dir: PathBuf,
    account: Account,
    purpose: Purpose,
) -> Result<PathBuf, EmbeddedError> {
    let other = elsewhere(&data_dir, purpose);
    if is_base(&data_dir) {
        return Ok(data_dir);
    }
    let home = data_dir.join(HOME);
    if !is_base(&other) && can_use(&home, account) {
        return Ok(data_dir);
    }
    tracing::warn!(
        database.directory = %other.display(),
        "the database user cannot enter the data directory, so the embedded Postgres lives elsewhere"
    );
    // Fails if the directory does not exist or is not empty, and is then left as it is.
    fs::remove_dir(&home).ok();
    make_dir(&other, 0o711)?;
    // Read by administrators and by `./dev reset`.
    let note = data_dir.join("postgres.elsewhere");
    fs::write(&note, other.as_os_str().as_encoded_bytes())
        .map_err(|e| EmbeddedError::io(&note, e))?;
    Ok(other)
}

/// As root: the owner of the cluster that exists already, else `postgres`, else `nobody`.
fn account_for(home: &Path) -> Result<Account, EmbeddedError> {
    if let Ok(found) = fs::symlink_metadata(home)
        && found.uid() != 0
    {
        return Ok(Account {
            uid: found.uid(),
            gid: found.gid(),
        });
    }
    ["postgres", "nobody"]
        .into_iter()
        .find_map(|name| User::from_name(name).ok().flatten())
        .map(|user| Account {
            uid: user.uid.as_raw(),
            gid: user.gid.as_raw(),
        })
        .ok_or(EmbeddedError::NoUser)
}

/// Whether the account can really work in `dir`. This is tried rather than computed from the mode
/// bits, because access lists, read-only and root-squashing file systems count as well.
fn can_use(dir: &Path, account: Account) -> bool {
    private_dir(dir, Some(account)).is_ok()
        && Command::new("/bin/sh")
            .args(["-c", "cd -P -- \"$0\" && test -w ."])
            .arg(dir)
            .current_dir("/")
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .uid(account.uid)
            .gid(account.gid)
            .status()
            .is_ok_and(|status| status.success())
}

/// A directory that depends only on the data directory's path, so that the next start finds it
/// again.
fn elsewhere(data_dir: &Path, purpose: Purpose) -> PathBuf {
    let name = format!("avv-portal-{}", short_hash(data_dir));
    match purpose {
        Purpose::Portal => Path::new("/var/lib").join(name),
        Purpose::Tests => config::temporary_dir().join(name),
    }
}

fn short_hash(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt as _;
    let mut name = base16ct::lower::encode_string(&Sha256::digest(path.as_os_str().as_bytes()));
    name.truncate(12);
    name
}

/// Directory of the socket: below the private directory or, if that path is too long, in a
/// directory of the system that is made for sockets.
fn socket_dir(home: &Path, account: Option<Account>) -> Result<PathBuf, EmbeddedError> {
    let mut dir = home.join("socket");
    if dir.as_os_str().len() > LONGEST_SOCKET_DIR {
        let system = match account {
            None => config::runtime_dir().unwrap_or_else(|| PathBuf::from("/tmp")),
            Some(_) => PathBuf::from("/tmp"),
        };
        dir = system.join(format!("avv-portal-{}", short_hash(home)));
    }
    private_dir(&dir, account)?;
    Ok(dir)
}

/// Creates `path` with mode 0700 for the account. If it exists already, it must be a directory that
/// belongs to the account: in `/tmp` any user could have created something under this name.
fn private_dir(path: &Path, account: Option<Account>) -> Result<(), EmbeddedError> {
    let owner = account.map_or_else(|| geteuid().as_raw(), |a| a.uid);
    match fs::DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => {
            if let Some(account) = account {
                lchown(path, Some(account.uid), Some(account.gid))
                    .map_err(|e| EmbeddedError::io(path, e))?;
            }
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let found = fs::symlink_metadata(path).map_err(|e| EmbeddedError::io(path, e))?;
            if !found.is_dir() || found.uid() != owner || found.permissions().mode() & 0o077 != 0 {
                return Err(EmbeddedError::Foreign(path.to_owned()));
            }
            Ok(())
        }
        Err(error) => Err(EmbeddedError::io(path, error)),
    }
}

/// Creates `path` and its parents. As root it sets a mode with which other users can pass through
/// to the cluster.
fn make_dir(path: &Path, mode_as_root: u32) -> Result<(), EmbeddedError> {
    if path.is_dir() {
        return Ok(());
    }
    let mode = if geteuid().is_root() {
        mode_as_root
    } else {
        0o700
    };
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(|e| EmbeddedError::io(parent, e))?;
    }
    match fs::DirBuilder::new().mode(mode).create(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(EmbeddedError::io(path, error))
        }
        _ => Ok(()),
    }
}

/// The directory of the newest Postgres programs, or, if there is a cluster, of the version that
/// made it: one major version cannot read the files of another.
fn programs_for(cluster: &Path) -> Result<PathBuf, EmbeddedError> {
    let wanted = fs::read_to_string(cluster.join("PG_VERSION"))
        .ok()
        .map(|text| text.trim().to_owned());
    let mut found: Vec<(u32, PathBuf)> = candidate_dirs()
        .into_iter()
        .filter_map(|dir| Some((major_version(&dir)?, dir)))
        .collect();
    // A stable sort: among equals the search path decides.
    found.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    let Some(wanted) = wanted else {
        return found
            .into_iter()
            .next()
            .map(|(_, dir)| dir)
            .ok_or(EmbeddedError::NoPrograms);
    };
    found
        .into_iter()
        .find(|(version, _)| version.to_string() == wanted)
        .map(|(_, dir)| dir)
        .ok_or_else(|| EmbeddedError::OtherVersion {
            cluster: cluster.to_owned(),
            version: wanted,
        })
}

/// The directory of the newest Postgres programs.
pub(super) fn newest_programs() -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = candidate_dirs()
        .into_iter()
        .filter_map(|dir| Some((major_version(&dir)?, dir)))
        .collect();
    found.sort_by_key(|(version, _)| *version);
    found.pop().map(|(_, dir)| dir)
}

fn candidate_dirs() -> Vec<PathBuf> {
    let mut dirs = config::program_dirs();
    dirs.push(PathBuf::from("/usr/local/bin"));
    for entry in fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
    {
        dirs.push(entry.path().join("bin"));
    }
    dirs.retain(|dir| {
        ["postgres", "initdb"]
            .iter()
            .all(|name| dir.join(name).is_file())
    });
    dirs.into_iter()
        .filter_map(|dir| {
            // `pg_ctl` is in the same directory as the real programs; a directory of the search
            // path may hold only links to some of them.
            let real = dir.join("postgres").canonicalize().ok()?;
            Some(real.parent()?.to_owned())
        })
        .collect()
}

/// Major version as printed by `postgres --version`: 15 for `postgres (PostgreSQL) 15.20 (Debian
/// …)`.
fn major_version(dir: &Path) -> Option<u32> {
    let output = Command::new(dir.join("postgres"))
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let number = text.split_once("(PostgreSQL) ")?.1;
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    #[test]
    fn a_long_data_directory_gets_a_short_socket() {
        let dir = tempfile::tempdir().unwrap();
        let base = dir.path().join("x".repeat(90));
        fs::create_dir(&base).unwrap();
        let socket = socket_dir(&base, None).unwrap();
        assert!(socket.as_os_str().len() <= LONGEST_SOCKET_DIR);
        assert_eq!(socket, socket_dir(&base, None).unwrap(), "found again");
        fs::remove_dir(socket).unwrap();
    }

    #[test]
    fn a_directory_that_others_can_enter_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let open = dir.path().join("open");
        fs::create_dir(&open).unwrap();
        fs::set_permissions(&open, fs::Permissions::from_mode(0o755)).unwrap();
        assert!(matches!(
            private_dir(&open, None),
            Err(EmbeddedError::Foreign(_))
        ));
        let link = dir.path().join("link");
        std::os::unix::fs::symlink("/", &link).unwrap();
        assert!(matches!(
            private_dir(&link, None),
            Err(EmbeddedError::Foreign(_))
        ));
    }

    #[test]
    fn a_cluster_of_an_unknown_version_is_named_and_not_touched() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("PG_VERSION"), "7\n").unwrap();
        let error = programs_for(dir.path()).unwrap_err().to_string();
        assert!(error.contains("PostgreSQL 7"), "{error}");
    }
}
