//! `backup`, `restore` and `backup rehearse`: the whole database into one file, back into an empty
//! database, and on trial into one that is thrown away afterwards (F6).
//!
//! The work is done by the programs of Postgres; what is added here is that nothing half done bears
//! the name of a backup, nothing is overwritten, and a file is known to be the one that was written.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use anyhow::{Context as _, bail};
use percent_encoding::percent_decode_str;
use sha2::{Digest as _, Sha256};

use super::open::{Reached, clock, reach};
use super::{Result, note, say};
use crate::actions::audit::{self, VerifyError};
use crate::app::App;
use crate::config::Config;
use crate::contract::Contracts;
use crate::document::seal::Sealer;
use crate::domain::audit::checkpoint::Noted;
use crate::mail::Transport;
use crate::storage::copies::{self, Contents};
use crate::storage::db::{Db, DbError, connect_to_look, to_primary};
use crate::storage::embedded::{EmbeddedPostgres, Purpose, newest_programs};

/// Options of both programs: whoever restores owns what is restored, and the rights are given anew.
const NOBODYS: [&str; 2] = ["--no-owner", "--no-privileges"];
/// Exit code of a rehearsal that put the backup back and found something that is not in order.
const NOT_IN_ORDER: u8 = 2;

/// What is wanted of `backup`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Wanted {
    #[command(subcommand)]
    pub(super) what: Option<Rehearse>,
    /// The file to write, or a folder in which a file with the moment in its name is written
    #[arg(required = true)]
    target: Option<PathBuf>,
}

/// What else can be done with backups.
#[derive(Debug, clap::Subcommand)]
pub enum Rehearse {
    /// Put a backup back on trial, check everything in it, and throw the trial away
    ///
    /// Exit code 0: all is in order, 2: it could be put back, but something is not in order, 1: it
    /// could not be put back.
    Rehearse {
        /// The backup
        file: PathBuf,
        /// An empty database for it, emptied again at the end; otherwise one is made in the data
        /// directory and removed
        #[arg(long, value_name = "URL")]
        into: Option<String>,
        /// A head of the audit log noted before the backup, which must be part of it
        #[arg(long, value_name = "POSITION:HASH or FILE", value_parser = super::audit::noted)]
        expect: Option<Noted>,
    },
}

/// Runs `backup`.
pub fn run(config: Config, wanted: Wanted) -> Result<ExitCode> {
    match (wanted.what, wanted.target) {
        (Some(Rehearse::Rehearse { file, into, expect }), _) => {
            try_out(config, &file, into.as_deref(), expect)
        }
        (None, Some(target)) => write(&config, &target).map(|()| ExitCode::SUCCESS),
        (None, None) => bail!("name the file or folder to write to"),
    }
}

/// Writes a backup beside its final name and gives it that name when it is complete.
fn write(config: &Config, target: &Path) -> Result<()> {
    let now = clock(config).now();
    let file = if target.is_dir() {
        target.join(format!("avv-{}.dump", now.format("%Y%m%dT%H%M%SZ")))
    } else {
        target.to_owned()
    };
    refuse_existing(&file)?;
    let draft = beside(&file, ".", ".part")?;
    let reached = reach(config)?;
    let done = dump(&reached, &draft).and_then(|()| publish(&draft, &file));
    if let Some(server) = reached.embedded {
        server.stop();
    }
    if done.is_err() {
        // It may not have been made at all.
        fs::remove_file(&draft).ok();
    }
    let (digest, size) = done?;
    say(&file.display().to_string());
    say(&format!("{size} bytes, SHA-256 {digest}"));
    Ok(())
}

fn refuse_existing(file: &Path) -> Result<()> {
    if fs::symlink_metadata(file).is_ok() {
        bail!("{} exists already and is not overwritten", file.display());
    }
    Ok(())
}

/// A name in the same folder.
fn beside(file: &Path, before: &str, after: &str) -> Result<PathBuf> {
    let Some(name) = file.file_name() else {
        bail!("{} is no name of a file", file.display());
    };
    let mut other = std::ffi::OsString::from(before);
    other.push(name);
    other.push(after);
    Ok(file.with_file_name(other))
}

fn dump(reached: &Reached, draft: &Path) -> Result<()> {
    // What a killed run left behind under this name. Names, addresses and contracts: the owner's alone.
    fs::remove_file(draft).ok();
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(draft)
        .with_context(|| format!("{} cannot be written", draft.display()))?;
    let mut command = program("pg_dump", reached)?;
    command
        .arg("--format=custom")
        .args(NOBODYS)
        .arg("--file")
        .arg(draft);
    finish(command, "pg_dump")
}

/// Gives a complete backup its name, with its digest beside it, and never in place of another file.
fn publish(draft: &Path, file: &Path) -> Result<(String, u64)> {
    let written = File::open(draft)?;
    let (digest, size) = digest_of(draft)?;
    written.sync_all()?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let digest_draft = beside(file, ".", ".sha256.part")?;
    let mut beside_it = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&digest_draft)?;
    writeln!(beside_it, "{digest}  {name}")?;
    beside_it.sync_all()?;
    refuse_existing(file)?;
    // First the digest: a backup under its name is never without it.
    fs::rename(&digest_draft, beside(file, "", ".sha256")?)?;
    // A second name for the same file fails where that name is taken, which renaming does not.
    match fs::hard_link(draft, file) {
        Ok(()) => fs::remove_file(draft)?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            bail!("{} exists already and is not overwritten", file.display())
        }
        // A file system without second names.
        Err(_) => fs::rename(draft, file)?,
    }
    let folder = file.parent().filter(|dir| !dir.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    Ok((digest, size))
}

fn digest_of(path: &Path) -> Result<(String, u64)> {
    let mut file =
        File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let (mut hash, mut size) = (Sha256::new(), 0);
    let mut piece = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            break;
        }
        hash.update(&piece[..read]);
        size += read as u64;
    }
    Ok((base16ct::lower::encode_string(&hash.finalize()), size))
}

/// Whether a file is the one that was written: its digest stands beside it. One that was made
/// without this command has none.
fn check_digest(file: &Path) -> Result<()> {
    let (digest, _) = digest_of(file)?;
    let place = beside(file, "", ".sha256")?;
    match fs::read_to_string(&place) {
        Ok(noted) if noted.split_whitespace().next() == Some(digest.as_str()) => Ok(()),
        Ok(_) => bail!(
            "{} is not the file that was written: its digest is not the one in {}",
            file.display(),
            place.display()
        ),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            note("No digest stands beside the file; it is taken as it is.");
            Ok(())
        }
        Err(error) => Err(error).with_context(|| format!("{} cannot be read", place.display())),
    }
}

/// `restore FILE`: puts a backup into an empty database, whole or not at all, and brings it to this
/// program's state.
pub fn restore(config: &Config, file: &Path) -> Result<()> {
    check_digest(file)?;
    let reached = reach(config)?;
    let done = put_back(&reached, file);
    if let Some(server) = reached.embedded {
        server.stop();
    }
    let migrations = done?;
    say("The backup is in the database.");
    if migrations > 0 {
        say(&format!(
            "{migrations} migration(s) brought it to this program's state."
        ));
    }
    say("Next: `avv-portal audit verify --expect POSITION:HASH`, see docs/operating.md, Restore.");
    Ok(())
}

/// Restores in one transaction and gives the portal's role its rights; how many migrations ran.
fn put_back(reached: &Reached, file: &Path) -> Result<usize> {
    let mut conn = connect_to_look(reached.as_owner())?;
    if !copies::is_empty(&mut conn)? {
        bail!(
            "the database is not empty, and a backup goes only into an empty one: docs/operating.md, Restore"
        );
    }
    drop(conn);
    let mut command = program("pg_restore", reached)?;
    command
        .args(["--exit-on-error", "--single-transaction"])
        .args(NOBODYS)
        .arg(file);
    finish(command, "pg_restore")?;
    let db = Db::connect(&reached.url)?;
    Ok(db.migrate_as_owner(reached.as_owner())?)
}

/// `backup rehearse FILE`.
fn try_out(
    config: Config,
    file: &Path,
    into: Option<&str>,
    expect: Option<Noted>,
) -> Result<ExitCode> {
    let began = Instant::now();
    check_digest(file)?;
    let (reached, dir) = match into {
        Some(url) => (Reached::at(url), None),
        None => {
            let name = format!("rehearsal-{}", std::process::id());
            let dir = config.storage.data_dir.join(name);
            let server = EmbeddedPostgres::start_for(&dir, Purpose::Tests)?;
            (Reached::embedded(server), Some(dir))
        }
    };
    let result = put_back(&reached, file).and_then(|migrations| {
        say(&format!(
            "Put back in {} seconds; {migrations} migration(s) were missing.",
            began.elapsed().as_secs()
        ));
        let found = examine(config, &reached, expect);
        if dir.is_none() {
            empty_again(&reached)?;
        }
        found
    });
    if let Some(server) = reached.embedded {
        server.remove();
    }
    match dir.as_deref().map(fs::remove_dir_all) {
        Some(Err(error)) if error.kind() != io::ErrorKind::NotFound => {
            return Err(error).context("the folder of the rehearsal cannot be removed");
        }
        _ => {}
    }
    let in_order = result?;
    say(&format!(
        "The rehearsal took {} seconds; nothing of it is left.",
        began.elapsed().as_secs()
    ));
    say(match in_order {
        true => "All is in order: enter the day under Verwaltung → Einrichtung.",
        false => "Something is not in order: see above.",
    });
    Ok(match in_order {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(NOT_IN_ORDER),
    })
}

/// Drops what was restored into a database that was empty before.
fn empty_again(reached: &Reached) -> Result<()> {
    let mut conn = connect_to_look(reached.as_owner())?;
    copies::drop_everything(&mut conn).context("the database of the rehearsal is not empty again")
}

/// Looks at a restored database and says what is in it; true if all is in order.
fn examine(config: Config, reached: &Reached, expect: Option<Noted>) -> Result<bool> {
    let db = Db::connect(&reached.url)?;
    let contents = db.read_blocking(|conn| Ok::<_, DbError>(copies::read_contents(conn)?))?;
    let clock = clock(&config);
    let sealer = Sealer::open(&config.seal, clock.now())?;
    let transport = Transport::memory();
    let app = App::new(config, clock, db, transport, Contracts::default(), sealer);
    let verified = audit::verify(&app, expect);
    for line in lines(&contents) {
        say(&line);
    }
    let log = match verified {
        Ok(intact) => {
            let position = intact.head.position;
            say(&format!(
                "Audit log: {position} events, all as they were written. Head: {}",
                intact.head
            ));
            true
        }
        Err(VerifyError::Broken(fault)) => {
            say(&format!("Audit log: not as it was written: {fault}"));
            false
        }
        Err(VerifyError::Database(error)) => return Err(error.into()),
    };
    Ok(log && contents.damaged == 0)
}

fn lines(contents: &Contents) -> Vec<String> {
    let documents = match contents.damaged {
        0 => "each as it was made".to_owned(),
        damaged => format!("{damaged} of them NOT as they were made"),
    };
    let newest = contents.newest.map_or("never".to_owned(), |at| {
        at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
    });
    vec![
        format!("Customers: {}", contents.customers),
        format!("Agreements: {}", contents.agreements),
        format!("Documents: {}, {documents}", contents.documents),
        format!("Mails: {}, {} waiting", contents.mails, contents.waiting),
        format!("Users: {}", contents.users),
        format!("Newest event: {newest}"),
    ]
}

/// A program of Postgres that finds the database as the role that owns the tables. Its arguments
/// are seen by everybody on the machine, so the password goes another way.
fn program(name: &str, reached: &Reached) -> Result<Command> {
    let programs = match &reached.embedded {
        Some(server) => Some(server.programs().to_owned()),
        None => newest_programs(),
    };
    let own = programs
        .map(|dir| dir.join(name))
        .filter(|own| own.is_file());
    let mut command = Command::new(own.unwrap_or_else(|| name.into()));
    let (url, password) = without_password(&to_primary(reached.as_owner()));
    command.arg("--dbname").arg(url).stdin(Stdio::null());
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    Ok(command)
}

fn finish(mut command: Command, name: &str) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("{name} cannot be run: install postgresql-client"))?;
    if !status.success() {
        bail!("{name} failed ({status}); its words are above");
    }
    Ok(())
}

/// An address of a database without the password in it, and the password.
fn without_password(url: &str) -> (String, Option<String>) {
    let Some((scheme, rest)) = url.split_once("://") else {
        return (url.to_owned(), None);
    };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, behind) = rest.split_at(end);
    let Some((person, hosts)) = authority.rsplit_once('@') else {
        return (url.to_owned(), None);
    };
    let Some((user, password)) = person.split_once(':') else {
        return (url.to_owned(), None);
    };
    let password = percent_decode_str(password).decode_utf8_lossy();
    (
        format!("{scheme}://{user}@{hosts}{behind}"),
        Some(password.into_owned()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f6_no_password_stands_in_the_arguments() {
        for (url, bare, password) in [
            (
                "postgresql://avv:ge%2Fheim@db.example:5433/avv?sslmode=require",
                "postgresql://avv@db.example:5433/avv?sslmode=require",
                Some("ge/heim"),
            ),
            (
                "postgres://avv:a@one.example,two.example/avv",
                "postgres://avv@one.example,two.example/avv",
                Some("a"),
            ),
            (
                "postgresql://avv@/avv?host=%2Frun%2Fa",
                "postgresql://avv@/avv?host=%2Frun%2Fa",
                None,
            ),
            (
                "postgresql://db.example/avv",
                "postgresql://db.example/avv",
                None,
            ),
        ] {
            let (found, secret) = without_password(url);
            assert_eq!((found.as_str(), secret.as_deref()), (bare, password));
        }
    }
}
