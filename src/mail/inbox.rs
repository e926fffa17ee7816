//! The folder into which a mail server writes incoming mails: one mail per file.
//!
//! ```text
//! inbox/          files as they are dropped; names that begin with a dot are not finished yet
//! inbox/new/      the same; so the folder works as a Maildir, too
//! inbox/working/  taken by a process, which renames a file to take it: only one can succeed
//! inbox/done/     understood
//! inbox/unclear/  not understood, for a person to look at
//! ```

use std::ffi::{OsStr, OsString};
use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Duration, Utc};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::bounce::LARGEST;

/// How long a process may hold a file before another one takes it for dead.
const PATIENCE: Duration = Duration::minutes(10);
/// How much longer files are kept that were not understood and that an administrator should look
/// at.
const UNCLEAR_LONGER: Duration = Duration::days(60);
/// At most this many entries are looked at in one pass.
const BATCH: usize = 1000;
/// Format of the time in front of the name of a file that was taken.
const STAMP: &str = "%Y%m%dT%H%M%SZ";
const WORKING: &str = "working";
const DONE: &str = "done";
const UNCLEAR: &str = "unclear";

/// The inbox folder, by its path.
#[derive(Debug, Clone)]
pub struct Inbox(PathBuf);

/// Removes permissions of other users from a folder that an earlier version made. The permissions
/// of the inbox itself are up to the administrator of the mail server.
fn close(folder: &Path, most: u32) -> io::Result<()> {
    let mode = fs::metadata(folder)?.permissions().mode() & 0o7777;
    if mode & !most & 0o777 == 0 {
        return Ok(());
    }
    match fs::set_permissions(folder, Permissions::from_mode(mode & (most | 0o7000))) {
        Err(error) if error.kind() != io::ErrorKind::PermissionDenied => Err(error),
        _ => Ok(()),
    }
}

/// A file that this process has taken.
#[derive(Debug)]
pub struct Held {
    path: PathBuf,
    /// The first [`LARGEST`] bytes of the file.
    pub bytes: Vec<u8>,
}

impl Inbox {
    /// The inbox under the data directory.
    pub fn of(data_dir: &Path) -> Self {
        Self(data_dir.join("inbox"))
    }

    /// Makes the folders, if the data directory exists.
    ///
    /// # Errors
    /// If a folder cannot be made.
    pub fn prepare(&self) -> io::Result<()> {
        if !self.0.parent().is_some_and(Path::is_dir) {
            return Ok(());
        }
        // The mail server's group needs access to the inbox; files that were taken belong to the
        // portal.
        for (folder, mode) in [
            ("", 0o770),
            (WORKING, 0o700),
            (DONE, 0o700),
            (UNCLEAR, 0o700),
        ] {
            let folder = match folder {
                "" => self.0.clone(),
                folder => self.0.join(folder),
            };
            match DirBuilder::new().mode(mode).create(&folder) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                Err(_) if folder == self.0 => {}
                Err(_) => close(&folder, mode)?,
                Ok(()) => {}
            }
        }
        Ok(())
    }

    /// Takes one file; `None` if there is none left. Each file is returned to one caller only,
    /// whatever other processes do at the same time.
    ///
    /// # Errors
    /// If the folder or the file cannot be read.
    pub fn take(&self, now: DateTime<Utc>) -> io::Result<Option<Held>> {
        for folder in [self.0.clone(), self.0.join("new")] {
            for name in files(&folder)? {
                if let Some(held) = self.hold(&folder.join(&name), &name, now)? {
                    return Ok(Some(held));
                }
            }
        }
        let working = self.0.join(WORKING);
        for name in files(&working)? {
            let is_left = taken_at(&name).is_none_or(|at| at + PATIENCE < now);
            if is_left && let Some(held) = self.hold(&working.join(&name), &name, now)? {
                return Ok(Some(held));
            }
        }
        Ok(None)
    }

    /// Takes a file by renaming it, which then fails for all other processes. A file that cannot be
    /// read is moved to the unclear ones, so that it does not hold up those behind it.
    fn hold(&self, from: &Path, name: &OsStr, now: DateTime<Utc>) -> io::Result<Option<Held>> {
        let short: String = name.to_string_lossy().chars().take(60).collect();
        let id = Uuid::new_v4().simple();
        let path = self
            .0
            .join(WORKING)
            .join(format!("{}-{id}-{short}", now.format(STAMP)));
        match fs::rename(from, &path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            renamed => renamed?,
        }
        let mut held = Held {
            path,
            bytes: Vec::new(),
        };
        let limit = u64::try_from(LARGEST).unwrap_or(u64::MAX);
        let read =
            File::open(&held.path).and_then(|file| file.take(limit).read_to_end(&mut held.bytes));
        if read.is_err() {
            tracing::warn!("a file in the inbox cannot be read");
            self.put_away(&held, false)?;
            return Ok(None);
        }
        Ok(Some(held))
    }

    /// Moves a handled file away: `understood` or not.
    ///
    /// # Errors
    /// If it cannot be moved.
    pub fn put_away(&self, held: &Held, understood: bool) -> io::Result<()> {
        let folder = if understood { DONE } else { UNCLEAR };
        self.move_to(held, &self.0.join(folder))
    }

    /// Puts a file back that could not be handled now.
    ///
    /// # Errors
    /// If it cannot be moved.
    pub fn give_back(&self, held: &Held) -> io::Result<()> {
        self.move_to(held, &self.0)
    }

    fn move_to(&self, held: &Held, folder: &Path) -> io::Result<()> {
        match held.path.file_name() {
            Some(name) => fs::rename(&held.path, folder.join(name)),
            None => Ok(()),
        }
    }

    /// Keeps a mail that came in another way and was not understood. The same one is kept once.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn keep_unclear(&self, raw: &[u8], now: DateTime<Utc>) -> io::Result<()> {
        let folder = self.0.join(UNCLEAR);
        let digest = base16ct::lower::encode_string(&Sha256::digest(raw));
        let ending = format!("-{digest}.eml");
        let is_there = |name: &OsString| name.to_string_lossy().ends_with(&ending);
        if files(&folder)?.iter().any(is_there) {
            return Ok(());
        }
        let name = format!("{}{ending}", now.format(STAMP));
        let unfinished = folder.join(format!(".{name}"));
        let mut file = File::create(&unfinished)?;
        file.write_all(raw)?;
        file.sync_all()?;
        fs::rename(unfinished, folder.join(name))
    }

    /// Number of files that were not understood; at most 1000 are counted.
    pub fn unclear(&self) -> usize {
        files(&self.0.join(UNCLEAR)).map_or(0, |files| files.len())
    }

    /// The folder of files that were not understood.
    pub fn unclear_folder(&self) -> PathBuf {
        self.0.join(UNCLEAR)
    }

    /// Deletes files that were understood before this moment, and those that were not understood
    /// much longer ago (A9). Returns how many.
    ///
    /// # Errors
    /// If a file cannot be deleted.
    pub fn forget(&self, before: DateTime<Utc>) -> io::Result<usize> {
        Ok(self.forget_in(DONE, before)? + self.forget_in(UNCLEAR, before - UNCLEAR_LONGER)?)
    }

    fn forget_in(&self, folder: &str, before: DateTime<Utc>) -> io::Result<usize> {
        let folder = self.0.join(folder);
        let mut gone = 0;
        for name in files(&folder)? {
            if taken_at(&name).is_some_and(|at| at < before) {
                match fs::remove_file(folder.join(&name)) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                    _ => gone += 1,
                }
            }
        }
        Ok(gone)
    }
}

/// Names of the complete files in a folder, at most [`BATCH`]; a missing folder counts as empty.
/// Anything but plain files is ignored.
fn files(folder: &Path) -> io::Result<Vec<OsString>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut names: Vec<OsString> = entries
        .take(BATCH)
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .map(|entry| entry.file_name())
        .filter(|name| !name.as_encoded_bytes().starts_with(b"."))
        .collect();
    names.sort_unstable();
    Ok(names)
}

/// When a file was taken, by its name.
fn taken_at(name: &OsStr) -> Option<DateTime<Utc>> {
    let stamp = name.to_str()?.split('-').next()?;
    chrono::NaiveDateTime::parse_from_str(stamp, STAMP)
        .ok()
        .map(|at| at.and_utc())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    #[test]
    fn a10_what_was_taken_is_open_to_nobody_else() {
        let data = tempfile::tempdir().unwrap();
        let inbox = Inbox::of(data.path());
        let mode = |folder: &str| {
            let found = fs::metadata(data.path().join("inbox").join(folder)).unwrap();
            found.permissions().mode() & 0o777
        };
        inbox.prepare().unwrap();
        assert_eq!(mode("") & 0o007, 0);
        let open = Permissions::from_mode(0o755);
        for folder in [WORKING, DONE, UNCLEAR] {
            assert_eq!(mode(folder), 0o700, "{folder}");
            fs::set_permissions(data.path().join("inbox").join(folder), open.clone()).unwrap();
        }
        // With the permissions that an earlier version set.
        inbox.prepare().unwrap();
        for folder in [WORKING, DONE, UNCLEAR] {
            assert_eq!(mode(folder), 0o700, "{folder}");
        }
    }
}
