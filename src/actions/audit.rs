//! The audit log as a whole: verifying its chain, and erasing personal data from it (S-80).

use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use super::{ActionError, Actor};
use crate::app::App;
use crate::config::Key;
use crate::domain::CustomerNumber;
use crate::domain::audit::AuditKind;
use crate::domain::audit::chain::{Entry, Fault, Flaw, Head, Walk, hex};
use crate::storage::PgConnection;
use crate::storage::audit::NewEvent;
use crate::storage::audit::chain::{
    erase_contents, find_head, list_entries, list_erased, lock_erasable,
};
use crate::storage::audit::sequence::{append_placed, catch_up, lock};
use crate::storage::db::DbError;

pub use crate::storage::audit::chain::Whose;

/// Events read at a time, which limits the memory that is used.
const PAGE: i64 = 1000;
/// Events one tombstone names at most.
const MOST_ERASED: i64 = 1000;
/// First line of the signed text of a tombstone.
const SIGNED: &str = "avv-audit-erased-1";

/// The result for an audit log in which nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Intact {
    /// The end of the chain; its position is also the number of events.
    pub head: Head,
    /// Events whose content was erased.
    pub erased: u64,
    /// Tombstones that name them.
    pub tombstones: u64,
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

/// Verifies the whole chain, page by page, and returns its head or the first fault. `noted` is a
/// head that was stored elsewhere: without it, it cannot be detected that events at the end were
/// cut off together with the head.
///
/// Events that are appended meanwhile are verified as well; nothing is locked.
pub fn verify(app: &App, noted: Option<Head>) -> Result<Intact, VerifyError> {
    let mut walk = Walk::default();
    let (mut after, mut erased, mut tombstones) = (None, 0, 0);
    app.db.read_blocking(|conn| {
        catch_up(conn);
        Ok::<_, DbError>(())
    })?;
    loop {
        // The head is read first, so that every event up to it can be read.
        let (head, page) = app.db.read_blocking(|conn| {
            let head = find_head(conn)?;
            Ok::<_, DbError>((head, list_entries(conn, after, PAGE)?))
        })?;
        if page.is_empty() {
            compare_end(walk.head, head)?;
            break;
        }
        for entry in &page {
            walk.step(entry)?;
            compare_noted(walk.head, noted)?;
            if entry.content.is_none() {
                erased += 1;
            }
            if entry.frame.kind == "erased" {
                check_tombstone(app, entry, noted)?;
                tombstones += 1;
            }
        }
        after = Some(walk.head.position);
    }
    if let Some(noted) = noted.filter(|noted| noted.position > walk.head.position) {
        return Err(fault(noted.position, Flaw::ShorterThanNoted));
    }
    Ok(Intact {
        head: walk.head,
        erased,
        tombstones,
    })
}

fn fault(position: i64, flaw: Flaw) -> VerifyError {
    Fault { position, flaw }.into()
}

/// After the last event: it must be the one that the head names.
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

fn compare_noted(here: Head, noted: Option<Head>) -> Result<(), VerifyError> {
    match noted {
        Some(noted) if noted.position == here.position && noted.hash != here.hash => {
            Err(fault(here.position, Flaw::NotAsNoted(noted.hash)))
        }
        _ => Ok(()),
    }
}

/// Whether this portal signed the tombstone, and the events it names are those that are erased. If
/// its key is not known any more, only a head that was noted later can vouch for it.
fn check_tombstone(app: &App, entry: &Entry, noted: Option<Head>) -> Result<(), VerifyError> {
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
    let named = app
        .db
        .read_blocking(|conn| Ok::<_, DbError>(list_erased(conn, place, &positions)?))?;
    if let Some((kept, _)) = named.iter().find(|(_, is_erased)| !is_erased) {
        return Err(fault(kept.position, Flaw::NotErased(place)));
    }
    let signer = app
        .config
        .keys
        .audit_keys()
        .find(|known| fingerprint(known) == key);
    let Some(signer) = signer else {
        return if noted.is_some_and(|noted| noted.position >= place) {
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

/// Erases the personal data (who, what, details) in the oldest events before `before`, at most a
/// thousand, and leaves a signed tombstone that names them; the chain still verifies. Returns how
/// many were erased; to be called in separate transactions until it returns 0.
///
/// Called by the job for the periods of EV-16, which decides which customer's evidence has expired.
/// Time, kind, customer number and status of an event stay.
pub fn erase(
    conn: &mut PgConnection,
    app: &App,
    whose: Whose,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<usize, ActionError> {
    // The tombstone's position is needed here, so everything that waits gets its own before.
    let turn = lock(conn)?;
    let rows = lock_erasable(conn, whose, before, MOST_ERASED)?;
    if rows.is_empty() {
        return Ok(0);
    }
    let customer = match whose {
        Whose::Customer(number) | Whose::MasterData(number) => Some(number),
        Whose::Nobody => None,
    };
    let key = &app.config.keys.current.audit;
    let positions: Vec<i64> = rows.iter().map(|row| row.position).collect();
    let tombstone = NewEvent {
        kind: AuditKind::Erased {
            positions: positions.clone(),
            key: fingerprint(key),
            signature: sign(key, customer, &rows),
        },
        actor: Actor::Portal,
        customer,
        status: None,
    };
    let place = append_placed(conn, turn, &tombstone, now)?;
    Ok(erase_contents(conn, &positions, place)?)
}

/// HMAC-SHA-256 under the server's key, which cannot be made with access to the database alone.
fn sign(key: &Key<32>, customer: Option<CustomerNumber>, rows: &[Head]) -> String {
    let customer = customer.map(|number| number.to_string());
    let mut text = format!("{SIGNED}\n{}\n", customer.unwrap_or_default());
    for row in rows {
        text.push_str(&format!("{row}\n"));
    }
    mac(key, text.as_bytes())
}

/// Identifies the key of a signature without revealing it.
fn fingerprint(key: &Key<32>) -> String {
    mac(key, b"which key").chars().take(16).collect()
}

fn mac(key: &Key<32>, text: &[u8]) -> String {
    // HMAC takes keys of any length; the other branch only satisfies the type.
    let mut mac = Hmac::<Sha256>::new_from_slice(key.bytes())
        .unwrap_or_else(|_| Hmac::new(&Default::default()));
    mac.update(text);
    hex(&mac.finalize().into_bytes())
}
