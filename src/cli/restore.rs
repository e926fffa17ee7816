//! `restore documents`: restores agreements that were concluded after the last backup, from the
//! documents that were mailed (F5). Only `--apply` writes.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::{Result, open, say};
use crate::actions::restoring::{NotTaken, Sealed, Taken, take_back};
use crate::actions::verification::known_certificates;
use crate::app::App;
use crate::config::Config;
use crate::document::seal::Certificates;
use crate::document::{NoRecord, hex, read_record};
use crate::domain::Language;
use crate::domain::calendar::zoned_moment;
use crate::mail::Transport;
use crate::mail::archive::{Kind, messages, pdfs};
use crate::storage::db::DbError;
use crate::storage::seals::find_issued;
use crate::storage::{PgConnection, QueryError};

/// The command, as the event of each document names it.
const COMMAND: &str = "avv-portal restore documents";
/// Longest message that is read, in bytes: more than a mail with a document of the portal has.
const LARGEST_MESSAGE: u64 = 64 * 1024 * 1024;
/// Exit code: some document was refused.
const REFUSED: u8 = 2;

/// What to take back.
#[derive(Debug, clap::Args)]
pub(super) struct Wanted {
    /// Sealed PDFs, messages that hold them (.eml), mailboxes (mbox), or folders of all these (Maildir)
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Write; without it the command only says what it would do
    #[arg(long)]
    apply: bool,
}

/// A search through files, and its results.
struct Search<'a> {
    app: &'a App,
    known: Certificates,
    /// Documents with a valid seal that are not in the database, with the place of each.
    sealed: Vec<(String, Sealed)>,
    /// How many are in the database already, byte for byte.
    before: usize,
    /// Refused documents with the reason.
    refused: Vec<(String, String)>,
    /// Hashes of all PDFs so far: the same document may be in several mailboxes.
    seen: BTreeSet<String>,
    /// Number of files and attachments in folders and mailboxes that are not the portal's.
    others: usize,
    say: &'a mut dyn FnMut(&str),
}

/// Runs the command. Exit code 0: all documents are there or can be restored; 2: some are refused.
pub(super) fn run(config: Config, wanted: &Wanted) -> Result<ExitCode> {
    let clock = open::clock(&config);
    let opened = open::open(config, clock, Transport::memory())?;
    let told = documents(&opened.app, &wanted.files, wanted.apply, &mut say);
    opened.close();
    Ok(match told? {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(REFUSED),
    })
}

/// Prints for each document what would be done, or what was done with `apply`. True if none was
/// refused.
///
/// # Errors
///
/// If the database fails, or a mailbox cannot be read to its end. Documents that were restored
/// until then stay; the next run continues.
pub fn documents(
    app: &App,
    files: &[PathBuf],
    apply: bool,
    say: &mut dyn FnMut(&str),
) -> Result<bool> {
    let mut search = Search {
        app,
        known: (app.db).transaction_blocking(|conn| known_certificates(conn, app))?,
        sealed: Vec::new(),
        before: 0,
        refused: Vec::new(),
        seen: BTreeSet::new(),
        others: 0,
        say,
    };
    for path in files {
        search.look(path, false)?;
    }
    let Search {
        mut sealed,
        before,
        mut refused,
        others,
        say,
        ..
    } = search;
    // Earlier agreements come first, so that a later one replaces them.
    sealed.sort_by_key(|(_, one)| one.record.conclusion.at);
    let (done, to_do) = ("taken back", "would be taken back");
    let verb = if apply { done } else { to_do };
    let mut taken = 0;
    for (place, sealed) in sealed {
        let about = about(&sealed);
        match take(app, &sealed, apply) {
            Ok(Taken::Now(was, is)) => {
                taken += 1;
                let (was, is) = (was.word(), is.word());
                say(&format!("{verb}: {about}\n    {was} → {is}\n    {place}"));
            }
            // Another run was faster.
            Ok(Taken::Before) => say(&format!("already there: {about}\n    {place}")),
            Err(NotTaken::Action(error)) => {
                return Err(anyhow::Error::new(error).context(format!("{place}: {about}")));
            }
            Err(why) => refused.push((place, format!("{about}: {why}"))),
        }
    }
    for (place, why) in &refused {
        say(&format!("refused: {why}\n    {place}"));
    }
    let count = refused.len();
    say(&format!(
        "{taken} {verb}, {before} already there, {count} refused."
    ));
    if others > 0 {
        say(&format!(
            "{others} other file(s) and message(s) hold no document of this portal."
        ));
    }
    if taken > 0 && !apply {
        say("Nothing was written. The same command with --apply takes them back.");
    }
    Ok(refused.is_empty())
}

/// A document in words: "AVV-2026-4711-1-7KQ2M8, Muster GmbH (4711), concluded on 29 November 2026,
/// 10:05 CET".
fn about(sealed: &Sealed) -> String {
    let (values, conclusion) = (&sealed.record.values, &sealed.record.conclusion);
    format!(
        "{}, {} ({}), concluded on {} by {}",
        conclusion.agreement_number,
        values.customer.name,
        sealed.record.customer,
        zoned_moment(conclusion.at, Language::En),
        conclusion.person,
    )
}

/// Why a transaction was rolled back: it was only a trial, or it failed.
enum Stop {
    Looked(Taken),
    Not(NotTaken),
}

impl From<DbError> for Stop {
    fn from(error: DbError) -> Self {
        Self::Not(error.into())
    }
}

impl From<QueryError> for Stop {
    fn from(error: QueryError) -> Self {
        Self::Not(error.into())
    }
}

/// Handles one document in one transaction. A trial does everything and rolls it back, so that its
/// result is reliable.
fn take(app: &App, sealed: &Sealed, apply: bool) -> std::result::Result<Taken, NotTaken> {
    let now = app.clock.now();
    let work = |conn: &mut PgConnection| match take_back(conn, app, sealed, COMMAND, now) {
        Ok(taken) if apply => Ok(taken),
        Ok(taken) => Err(Stop::Looked(taken)),
        Err(error) => Err(Stop::Not(error)),
    };
    match app.db.transaction_blocking(work) {
        Ok(taken) | Err(Stop::Looked(taken)) => Ok(taken),
        Err(Stop::Not(error)) => Err(error),
    }
}

impl Search<'_> {
    /// Looks at a file or, one by one and by name, at the contents of a folder. Links are not
    /// followed there. A problem is reported for a file that was named by the user; in a folder or
    /// mailbox most files are something else.
    fn look(&mut self, path: &Path, among: bool) -> Result<()> {
        let place = path.display().to_string();
        let meta = if among {
            fs::symlink_metadata(path)
        } else {
            fs::metadata(path)
        };
        let read = match meta {
            Ok(meta) if meta.is_dir() => entries(path).map(Entry::Folder),
            Ok(meta) if among && !meta.is_file() => return Ok(()),
            Ok(_) => Entry::open(path),
            Err(error) => Err(error),
        };
        match read {
            Ok(Entry::Folder(all)) => all.iter().try_for_each(|path| self.look(path, true)),
            Ok(Entry::Mailbox(file)) => {
                for (at, message) in messages(file).enumerate() {
                    let place = format!("{place}, message {}", at + 1);
                    self.look_at_message(&place, message?, true)?;
                }
                Ok(())
            }
            Ok(Entry::Pdf(bytes)) => self.look_at_pdf(&place, bytes, among),
            Ok(Entry::Message(bytes)) => self.look_at_message(&place, bytes, among),
            Err(error) => {
                self.refuse(&place, &format!("it cannot be read: {error}"));
                Ok(())
            }
        }
    }

    fn look_at_message(&mut self, place: &str, raw: Vec<u8>, among: bool) -> Result<()> {
        let attached = pdfs(raw);
        match (attached.is_empty(), among) {
            (true, true) => self.others += 1,
            (true, false) => self.refuse(place, "it is neither a PDF nor a message with one"),
            (false, _) => {}
        }
        attached
            .into_iter()
            .try_for_each(|pdf| self.look_at_pdf(place, pdf, among))
    }

    fn look_at_pdf(&mut self, place: &str, bytes: Vec<u8>, among: bool) -> Result<()> {
        let hash = hex::sha256(&bytes);
        if !self.seen.insert(hash.clone()) {
            return Ok(());
        }
        let issued =
            (self.app.db).read_blocking(|conn| Ok::<_, DbError>(find_issued(conn, &hash)?))?;
        if let Some(issued) = issued {
            self.before += 1;
            if !among {
                (self.say)(&format!("already there: {}\n    {place}", issued.number));
            }
            return Ok(());
        }
        match read_record(&bytes, &self.known) {
            Ok(record) => self
                .sealed
                .push((place.to_owned(), Sealed { bytes, record })),
            Err(NoRecord::Unsigned | NoRecord::NotPdf | NoRecord::TooLarge) if among => {
                self.others += 1;
            }
            Err(why) => self.refuse(place, &why.to_string()),
        }
        Ok(())
    }

    fn refuse(&mut self, place: &str, why: &str) {
        self.refused.push((place.to_owned(), why.to_owned()));
    }
}

/// What is at a path.
enum Entry {
    Folder(Vec<PathBuf>),
    Mailbox(BufReader<File>),
    Pdf(Vec<u8>),
    Message(Vec<u8>),
}

impl Entry {
    fn open(path: &Path) -> io::Result<Self> {
        let mut file = BufReader::new(File::open(path)?);
        let kind = Kind::of(file.fill_buf()?);
        if kind == Kind::Mailbox {
            return Ok(Self::Mailbox(file));
        }
        let mut bytes = Vec::new();
        file.take(LARGEST_MESSAGE).read_to_end(&mut bytes)?;
        Ok(match kind {
            Kind::Pdf => Self::Pdf(bytes),
            _ => Self::Message(bytes),
        })
    }
}

/// The contents of a folder, sorted by name.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut all: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<_>>()?;
    all.sort();
    Ok(all)
}
