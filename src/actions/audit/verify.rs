//! Verifying the audit log (S-80): the chain, the tree over it, and every checkpoint that was given out,
//! all computed anew from the events.

use std::collections::VecDeque;

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::{fingerprint, sign};
use crate::actions::checkpoints::{is_own, own_keys};
use crate::app::App;
use crate::document::seal::read_token;
use crate::domain::audit::AuditKind;
use crate::domain::audit::chain::{Entry, Fault, Flaw, Head, Walk};
use crate::domain::audit::checkpoint::{Checkpoint, Noted, VerifierKey};
use crate::domain::audit::tree::growing::Growing;
use crate::domain::audit::tree::leaf;
use crate::storage::audit::chain::{find_head, list_entries, list_erased};
use crate::storage::audit::checkpoints::{Kept, list_checkpoints, newest_checkpoint};
use crate::storage::audit::sequence::{catch_up, complete_tree, oldest_waiting};
use crate::storage::audit::tiles::find_tile;
use crate::storage::db::DbError;

/// Events read at a time, which limits the memory that is used.
const PAGE: i64 = 1000;
/// Checkpoints read at a time.
const CHECKPOINTS: i64 = 200;
/// An event that waits longer than this for its position is told.
const PATIENCE: Duration = Duration::seconds(10);
/// A daily checkpoint may wait so long for its time stamp.
const STAMPED: Duration = Duration::hours(24);

/// The result for an audit log in which nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intact {
    /// The end of the chain; its position is also the number of events.
    pub head: Head,
    /// Events whose content was erased.
    pub erased: u64,
    /// Tombstones that name them.
    pub tombstones: u64,
    /// Checkpoints that were given out; each of them is contained in the log.
    pub checkpoints: u64,
    /// Those that are signed by a key this portal does not know any more; their own key was used.
    pub foreign: u64,
    /// Days whose checkpoint has no time stamp, although it should.
    pub unstamped: Vec<NaiveDate>,
    /// Since when an event waits for its position that should have it.
    pub waiting: Option<DateTime<Utc>>,
}

/// Why the log could not be verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The first event that was changed.
    #[error(transparent)]
    Broken(#[from] Fault),
    /// The database could not be read.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// Verifies the whole chain, page by page, and returns its head or the first fault. `noted` is a head or a
/// checkpoint that was stored elsewhere: without it, it cannot be detected that events at the end were
/// cut off together with the head and all that was kept of them.
///
/// Events that are appended meanwhile are verified as well; nothing is locked.
pub fn verify(app: &App, noted: Option<Noted>) -> Result<Intact, VerifyError> {
    app.db.read_blocking(|conn| {
        catch_up(conn);
        Ok::<_, DbError>(())
    })?;
    complete(app);
    let mut looking = Looking::begin(app, noted)?;
    let mut after = None;
    loop {
        // The head is read first, so that every event up to it can be read.
        let (head, page) = app.db.read_blocking(|conn| {
            let head = find_head(conn)?;
            Ok::<_, DbError>((head, list_entries(conn, after, PAGE)?))
        })?;
        if page.is_empty() {
            return looking.end(head);
        }
        for entry in &page {
            looking.look(entry)?;
        }
        after = Some(looking.walk.head.position);
    }
}

/// Completes the tree of a log that is older than its tree. Where that cannot be done, the fault is found
/// among the events.
fn complete(app: &App) {
    let step = || {
        let done = app
            .db
            .transaction_blocking(|conn| Ok::<_, DbError>(complete_tree(conn)?));
        done.unwrap_or_else(|error| {
            tracing::warn!(%error, "the tree over the log is not complete");
            true
        })
    };
    while !step() {}
}

fn fault(position: i64, flaw: Flaw) -> VerifyError {
    Fault { position, flaw }.into()
}

/// A walk along the log with everything that is compared on the way.
struct Looking<'a> {
    app: &'a App,
    noted: Option<Noted>,
    walk: Walk,
    tree: Growing,
    /// Checkpoints to come, smallest first, and the size of the last one that is looked at.
    kept: VecDeque<Kept>,
    last: i64,
    found: Intact,
}

impl<'a> Looking<'a> {
    fn begin(app: &'a App, noted: Option<Noted>) -> Result<Self, VerifyError> {
        let read = |conn: &mut _| {
            let newest = newest_checkpoint(conn)?;
            let waiting = oldest_waiting(conn)?;
            Ok::<_, DbError>((newest, waiting))
        };
        let (newest, waiting) = app.db.read_blocking(read)?;
        let now = app.clock.now();
        let walk = Walk::default();
        let mut this = Self {
            app,
            noted,
            tree: Growing::default(),
            kept: VecDeque::new(),
            last: newest.map_or(0, |kept| kept.size),
            found: Intact {
                head: walk.head,
                erased: 0,
                tombstones: 0,
                checkpoints: 0,
                foreign: 0,
                unstamped: Vec::new(),
                waiting: waiting.filter(|since| now - *since > PATIENCE),
            },
            walk,
        };
        this.read_on(0)?;
        Ok(this)
    }

    fn read_on(&mut self, after: i64) -> Result<(), VerifyError> {
        let read = |conn: &mut _| Ok::<_, DbError>(list_checkpoints(conn, after, CHECKPOINTS)?);
        self.kept = self.app.db.read_blocking(read)?.into();
        Ok(())
    }

    /// The next event in the order of positions.
    fn look(&mut self, entry: &Entry) -> Result<(), VerifyError> {
        self.walk.step(entry)?;
        let here = self.walk.head;
        for whole in self.tree.push(leaf(entry.hash)) {
            let read = |conn: &mut _| Ok::<_, DbError>(find_tile(conn, whole.level, whole.number)?);
            if self.app.db.read_blocking(read)? != Some(whole.hash) {
                return Err(fault(here.position, Flaw::Tree));
            }
        }
        self.compare_noted(here)?;
        if entry.content.is_none() {
            self.found.erased += 1;
        }
        if entry.frame.kind == "erased" {
            self.check_tombstone(entry)?;
            self.found.tombstones += 1;
        }
        while let Some(kept) = self.kept.pop_front() {
            if kept.size > here.position {
                self.kept.push_front(kept);
                break;
            }
            self.check_checkpoint(&kept)?;
            if self.kept.is_empty() {
                self.read_on(kept.size)?;
            }
        }
        Ok(())
    }

    /// After the last event: it must be the one that the head names, and nothing may have been kept that
    /// is longer.
    fn end(mut self, head: Option<Head>) -> Result<Intact, VerifyError> {
        let end = self.walk.head;
        compare_end(end, head)?;
        if let Some(kept) = self.kept.front().filter(|kept| kept.size <= self.last) {
            return Err(fault(kept.size, Flaw::ShorterThanCheckpoint));
        }
        let noted = self.noted.as_ref().map(Noted::position);
        if let Some(noted) = noted.filter(|noted| *noted > end.position) {
            return Err(fault(noted, Flaw::ShorterThanNoted));
        }
        self.found.head = end;
        Ok(self.found)
    }

    fn compare_noted(&self, here: Head) -> Result<(), VerifyError> {
        match &self.noted {
            Some(Noted::Head(noted))
                if noted.position == here.position && noted.hash != here.hash =>
            {
                Err(fault(here.position, Flaw::NotAsNoted(noted.hash)))
            }
            Some(Noted::Checkpoint(noted, _))
                if u64::try_from(here.position) == Ok(noted.size)
                    && noted.root != self.tree.root() =>
            {
                Err(fault(here.position, Flaw::Forked))
            }
            _ => Ok(()),
        }
    }

    /// Whether the log leads to a checkpoint that was given out, whoever may have changed either of them.
    fn check_checkpoint(&mut self, kept: &Kept) -> Result<(), VerifyError> {
        let size = kept.size;
        let key: Option<VerifierKey> = kept.verifier_key.parse().ok();
        let key = key.ok_or_else(|| fault(size, Flaw::NotAsSigned))?;
        let signed = Checkpoint::open(&kept.note, &key);
        let fits = signed
            .is_ok_and(|signed| u64::try_from(size) == Ok(signed.size) && signed.root == kept.root);
        if !fits {
            return Err(fault(size, Flaw::NotAsSigned));
        }
        if kept.root != self.tree.root() {
            return Err(fault(size, Flaw::Forked));
        }
        match &kept.stamp {
            Some(stamp) => {
                let read = read_token(&stamp.token, kept.note.as_bytes());
                if !read.is_ok_and(|read| read.at == stamp.at) {
                    return Err(fault(size, Flaw::NotAsStamped));
                }
            }
            None => {
                let is_late = self.app.clock.now() - kept.made_at > STAMPED;
                let is_wanted = kept.is_daily && self.app.config.seal.authority.is_some();
                if is_late && is_wanted {
                    self.found.unstamped.push(kept.made_at.date_naive());
                }
            }
        }
        self.found.checkpoints += 1;
        self.found.foreign += u64::from(!is_own(self.app, &key));
        Ok(())
    }

    /// Whether this portal signed the tombstone, and the events it names are those that are erased. If
    /// its key is not known any more, only a head that was noted later can vouch for it.
    fn check_tombstone(&self, entry: &Entry) -> Result<(), VerifyError> {
        let place = entry.frame.position;
        let details = entry
            .content
            .as_ref()
            .map(|content| content.details.clone());
        let kind = details.and_then(|details| serde_json::from_value(details).ok());
        let Some(AuditKind::Erased {
            positions,
            key,
            signature,
        }) = kind
        else {
            return Err(fault(place, Flaw::Forged));
        };
        let named = self
            .app
            .db
            .read_blocking(|conn| Ok::<_, DbError>(list_erased(conn, place, &positions)?))?;
        if let Some((kept, _)) = named.iter().find(|(_, is_erased)| !is_erased) {
            return Err(fault(kept.position, Flaw::NotErased(place)));
        }
        let signer = self
            .app
            .config
            .keys
            .audit_keys()
            .find(|known| fingerprint(known) == key);
        let Some(signer) = signer else {
            let noted = self.noted.as_ref().map(Noted::position);
            return if noted.is_some_and(|noted| noted >= place) {
                Ok(())
            } else {
                Err(fault(place, Flaw::UnknownKey))
            };
        };
        let rows: Vec<Head> = named.into_iter().map(|(head, _)| head).collect();
        if rows.len() == positions.len() && sign(signer, entry.frame.customer, &rows) == signature {
            Ok(())
        } else {
            Err(fault(place, Flaw::Forged))
        }
    }
}

fn compare_end(end: Head, head: Option<Head>) -> Result<(), VerifyError> {
    match head {
        Some(head) if head == end => Ok(()),
        Some(head) if head.position > end.position => {
            Err(fault(end.position + 1, Flaw::CutOff(head.position)))
        }
        Some(head) if head.position < end.position => Err(fault(head.position + 1, Flaw::Beyond)),
        _ => Err(fault(end.position, Flaw::Head)),
    }
}

/// Whether this portal signed a checkpoint that somebody kept: with its own key, or one that was its own
/// when it gave that checkpoint out.
pub fn is_signed_here(app: &App, noted: &Checkpoint, note: &str) -> Result<bool, DbError> {
    if own_keys(app, &noted.origin).any(|key| Checkpoint::open(note, &key).is_ok()) {
        return Ok(true);
    }
    let size = i64::try_from(noted.size).unwrap_or(i64::MAX);
    let kept = app.db.read_blocking(|conn| {
        Ok::<_, DbError>(list_checkpoints(conn, size.saturating_sub(1), 1)?)
    })?;
    Ok(kept.iter().any(|kept| kept.note == note))
}
