//! Delivering what is in the outbox: one mail, one transaction.
//!
//! The row stays locked while the mail is handed over, so that two processes never send the same
//! one and a killed process frees it by itself. A mail that the server took although the process
//! died before noting it goes out again with the same Message-ID.

mod letters;
mod life;

use std::cell::Cell;

use chrono::{DateTime, Duration, Utc};

use super::documents::sha256;
use super::{ActionError, Actor, Knock};
use crate::app::App;
use crate::domain::audit::AuditKind;
use crate::domain::case::Event;
use crate::domain::mail::MailKind;
use crate::domain::{EmailAddress, LinkId, MailId};
use crate::mail::letter::{Letter, Written, write};
use crate::mail::message::{Head, seal};
use crate::storage::PgConnection;
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::mails::{self, DueMail, Sent};
use letters::{Obstacle, compose};

/// Longest pause between two attempts. A mail is tried until it is true no longer.
const LONGEST_PAUSE: Duration = Duration::hours(1);

/// What became of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivered {
    /// Nothing is due.
    Idle,
    /// Handed over to the mail server.
    Sent,
    /// Will be tried again.
    Later,
    /// Given up: refused for good, or nobody to send it to.
    GivenUp,
}

/// Takes the mail that is due longest and tries to hand it over.
pub fn deliver_next(
    conn: &mut PgConnection,
    app: &App,
    now: DateTime<Utc>,
) -> Result<Delivered, ActionError> {
    deliver_noting(conn, app, now, &Cell::new(None))
}

/// [`deliver_next`], and notes in `taken` which mail it was, also when that fails.
pub fn deliver_noting(
    conn: &mut PgConnection,
    app: &App,
    now: DateTime<Utc>,
    taken: &Cell<Option<MailId>>,
) -> Result<Delivered, ActionError> {
    let Some(mail) = mails::lock_next_due(conn, now)? else {
        return Ok(Delivered::Idle);
    };
    taken.set(Some(mail.id));
    let (address, letter) = match compose(conn, app, &mail, now) {
        Ok(parts) => parts,
        Err(Obstacle::Dropped(why)) => {
            return give_up(
                conn,
                &mail,
                "dropped",
                &format!("nicht gesendet, weil {why}"),
                now,
            );
        }
        Err(Obstacle::Failed(error)) => return Err(error),
    };
    let written = write(&letter).map_err(|error| ActionError::Document(error.to_string()))?;
    hand_over(conn, app, &mail, &letter, written, &address, now)
}

/// After an error that nobody planned for: puts off the mail it happened to, so that it does not hold
/// up those behind it. Nothing when another worker has taken it since.
pub fn put_off(
    conn: &mut PgConnection,
    mail: MailId,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    if mails::lock_queued(conn, mail)? {
        tracing::warn!(mail = mail.0, "mail put off after an error");
        let reply = "Der Versand ist an einem Fehler im Portal gescheitert.";
        mails::mark_retry(conn, mail, reply, now + LONGEST_PAUSE)?;
    }
    Ok(())
}

fn hand_over(
    conn: &mut PgConnection,
    app: &App,
    mail: &DueMail,
    letter: &Letter,
    written: Written,
    address: &EmailAddress,
    now: DateTime<Utc>,
) -> Result<Delivered, ActionError> {
    let subject = written.subject.clone();
    let head = Head {
        id: mail.id,
        message_id: mail.message_id.clone(),
        from_name: letter.operator.party.name.clone(),
        from: app.config.mail.from.clone(),
        reply_to: letter.operator.party.email.clone(),
        to: address.clone(),
        date: now,
    };
    let envelope = match seal(head, written) {
        Ok(envelope) => envelope,
        Err(error) => return give_up(conn, mail, "failed", &error.to_string(), now),
    };
    match app.transport.send(&envelope) {
        Ok(reply) => {
            let to = address.as_str().to_owned();
            let sent = Sent {
                to,
                subject: subject.clone(),
                body_hash: sha256(&envelope.bytes()),
                reply,
            };
            mails::mark_sent(conn, mail.id, &sent, now)?;
            let kind = AuditKind::MailSent {
                subject,
                to: address.masked(),
            };
            log(conn, mail, kind, now)?;
            tracing::info!(mail = mail.id.0, "mail sent");
            Ok(Delivered::Sent)
        }
        Err(error) if error.permanent => {
            tracing::warn!(mail = mail.id.0, "mail refused for good");
            mails::mark_done(conn, mail.id, "failed", &error.reply, now)?;
            // The customer's row is locked before the first event: the chain comes last.
            if let MailKind::Request { link, .. } | MailKind::Reminder { link, .. } = mail.kind {
                refused(conn, app, mail, link, now)?;
            }
            failed(conn, mail, &error.reply, now)
        }
        Err(error) => {
            let pause = Duration::minutes(1 << mail.attempts.clamp(0, 6)).min(LONGEST_PAUSE);
            tracing::warn!(
                mail = mail.id.0,
                attempts = mail.attempts + 1,
                "mail not delivered, trying again"
            );
            mails::mark_retry(conn, mail.id, &error.reply, now + pause)?;
            Ok(Delivered::Later)
        }
    }
}

/// Row 8: the status says so and people are told.
fn refused(
    conn: &mut PgConnection,
    app: &App,
    mail: &DueMail,
    link: LinkId,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let Some(customer) = mail.customer else {
        return Ok(());
    };
    let knock = Knock::by_portal(customer, now);
    match knock.bring(conn, app, &Event::MailRefused(link), |_| {
        AuditKind::Undeliverable
    }) {
        Ok(_) | Err(ActionError::Refused(_) | ActionError::NotFound) => Ok(()),
        Err(error) => Err(error),
    }
}

fn give_up(
    conn: &mut PgConnection,
    mail: &DueMail,
    state: &str,
    reply: &str,
    now: DateTime<Utc>,
) -> Result<Delivered, ActionError> {
    mails::mark_done(conn, mail.id, state, reply, now)?;
    failed(conn, mail, reply, now)
}

fn failed(
    conn: &mut PgConnection,
    mail: &DueMail,
    reply: &str,
    now: DateTime<Utc>,
) -> Result<Delivered, ActionError> {
    let reply = reply.to_owned();
    log(conn, mail, AuditKind::MailFailed { reply }, now)?;
    Ok(Delivered::GivenUp)
}

fn log(
    conn: &mut PgConnection,
    mail: &DueMail,
    kind: AuditKind,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let event = NewEvent {
        kind,
        actor: Actor::Portal,
        customer: mail.customer,
        status: None,
    };
    Ok(add_event(conn, &event, now)?)
}

/// Tries a mail again that was given up; for the operator.
pub fn retry(conn: &mut PgConnection, id: MailId, now: DateTime<Utc>) -> Result<(), ActionError> {
    if mails::requeue(conn, id, now)? {
        Ok(())
    } else {
        Err(ActionError::NotFound)
    }
}
