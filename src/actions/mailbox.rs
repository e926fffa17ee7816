//! Reading the mailbox into which delivery reports and answers come: one process at a time, one mail
//! after the other. Each is fetched, handled exactly as one that the mail server hands over, and only
//! then marked in the mailbox. A process that dies in between leaves it unread, so that it is handled
//! again, which changes nothing: reports and answers are stored once ([`super::bounces::take`]).

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::ActionError;
use super::alerts::{self, AlertKind, Raised};
use super::bounces::{Taken, take};
use crate::app::App;
use crate::mail::inbox::Inbox;
use crate::mail::mailbox::{Mailbox, MailboxFault, Uid};
use crate::storage::alerts::settle_kind;
use crate::storage::db::DbError;
use crate::storage::mailbox::{claim_mailbox, give_mailbox_back};

/// How long a claim lasts: longer than one mail takes with a slow server.
const CLAIM: TimeDelta = TimeDelta::minutes(5);
/// From so long on, an administrator is told that the mailbox cannot be read.
const TOLD: TimeDelta = TimeDelta::hours(1);

/// What came of reading the mailbox.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MailboxRead {
    /// Mails that were handled.
    pub handled: usize,
    /// Mails that could not be, and that are still to be read.
    pub failed: usize,
    /// Whether the mailbox could not be read at all, or not to its end.
    pub is_away: bool,
}

/// Reads what is unread, until nothing is left or `stop` says so. Does nothing where no mailbox is set,
/// or while another process reads it. Blocks for as long as there is something to read.
///
/// # Errors
/// If the database does not answer. What was not marked is read again.
pub fn read(
    app: &App,
    now: impl Fn() -> DateTime<Utc>,
    stop: impl Fn() -> bool,
) -> Result<MailboxRead, DbError> {
    let Some(config) = &app.config.mail.mailbox else {
        return Ok(MailboxRead::default());
    };
    let claim = Uuid::new_v4();
    if !hold(app, claim, now())? {
        return Ok(MailboxRead::default());
    }
    let mut done = MailboxRead::default();
    let came = Mailbox::open(config, app.tokens.as_ref())
        .map_err(Ending::Mailbox)
        .and_then(|mut mailbox| {
            read_all(app, &mut mailbox, claim, (&now, &stop), &mut done)?;
            mailbox.close();
            Ok(())
        });
    let is_read = match &came {
        Ok(()) => Some(true),
        Err(Ending::Mailbox(fault)) => {
            tracing::warn!(at = ?fault.at, reason = %fault, "the mailbox cannot be read");
            done.is_away = true;
            Some(false)
        }
        Err(Ending::Early | Ending::Database(_)) => None,
    };
    let noted = app
        .db
        .transaction_blocking(|conn| note(conn, claim, is_read, now()));
    match (came, noted) {
        (Err(Ending::Database(error)), _) => Err(error),
        (_, noted) => database(noted).map(|()| done),
    }
}

/// Why reading ended before the end.
enum Ending {
    /// The mailbox failed.
    Mailbox(MailboxFault),
    /// The database failed.
    Database(DbError),
    /// The process stops, or another one reads by now.
    Early,
}

fn read_all(
    app: &App,
    mailbox: &mut Mailbox,
    claim: Uuid,
    (now, stop): (&impl Fn() -> DateTime<Utc>, &impl Fn() -> bool),
    done: &mut MailboxRead,
) -> Result<(), Ending> {
    let data_dir = &app.config.storage.data_dir;
    for uid in mailbox.unread().map_err(Ending::Mailbox)? {
        if stop() || !hold(app, claim, now()).map_err(Ending::Database)? {
            return Err(Ending::Early);
        }
        let Some(raw) = mailbox.fetch(uid).map_err(Ending::Mailbox)? else {
            continue;
        };
        match take(app, &raw, now()) {
            Ok(taken) => {
                leave(mailbox, data_dir, uid, (&raw, taken), now())?;
                done.handled += 1;
            }
            Err(ActionError::Database(error)) if error.is_outage() => {
                return Err(Ending::Database(error));
            }
            // It stays unread and holds up none behind it.
            Err(error) => {
                tracing::error!(%error, "a mail in the mailbox failed");
                done.failed += 1;
            }
        }
    }
    Ok(())
}

/// Marks a mail that was handled. One that was not understood is also put where those of the inbox are,
/// of which the operator sees the number.
fn leave(
    mailbox: &mut Mailbox,
    data_dir: &Path,
    uid: Uid,
    (raw, taken): (&[u8], Taken),
    now: DateTime<Utc>,
) -> Result<(), Ending> {
    let left = match taken {
        Taken::Returned | Taken::Noted | Taken::Answer => mailbox.put_away(uid),
        Taken::Unclear => {
            let inbox = Inbox::of(data_dir);
            let kept = inbox.prepare().and_then(|()| inbox.keep_unclear(raw, now));
            if let Err(error) = kept {
                tracing::warn!(%error, "a mail that was not understood is only in the mailbox");
            }
            mailbox.leave_to_people(uid)
        }
    };
    left.map_err(Ending::Mailbox)
}

/// Takes the mailbox, or keeps it for longer. False if another process has it.
fn hold(app: &App, claim: Uuid, now: DateTime<Utc>) -> Result<bool, DbError> {
    app.db
        .transaction_blocking(|conn| Ok(claim_mailbox(conn, claim, (now, now + CLAIM))?))
}

/// Gives the mailbox back, with the alert that follows.
fn note(
    conn: &mut crate::storage::PgConnection,
    claim: Uuid,
    is_read: Option<bool>,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let failing = give_mailbox_back(conn, claim, is_read, now)?;
    match failing {
        None if is_read == Some(true) => settle_kind(conn, AlertKind::MailboxAway, now)?,
        Some(since) if since + TOLD <= now => {
            let alert = Raised {
                kind: AlertKind::MailboxAway,
                customer: None,
                subject: String::new(),
                stage: None,
            };
            alerts::raise(conn, &alert, now)?;
        }
        _ => {}
    }
    Ok(())
}

fn database<T>(done: Result<T, ActionError>) -> Result<T, DbError> {
    done.map_err(|error| match error {
        ActionError::Database(error) => error,
        error => {
            tracing::error!(%error, "the state of the mailbox was not noted");
            DbError::Interrupted
        }
    })
}
