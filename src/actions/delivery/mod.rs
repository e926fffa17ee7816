//! Delivering the mails of the outbox, a few in each transaction.
//!
//! The rows stay locked until their mails are handed over, so that two processes never send the same
//! one and a killed process frees them by itself. Mails that the server accepted just before the
//! process died are sent again with the same Message-ID.

mod agreements;
mod changes;
mod compose;
mod notes;
mod operator;
mod partners;
mod requests;
mod users;

use std::cell::Cell;
use std::time::Instant;

use chrono::{DateTime, Duration, Utc};

use super::case_command::actor;
use super::requests::ask as ask_anew;
use super::{ActionError, Actor, CaseCommand, addresses, alerts, notices, require};
use crate::app::App;
use crate::domain::audit::AuditKind;
use crate::domain::case::{Case, Event};
use crate::domain::mail::{MailKind, Recipient};
use crate::domain::viewer::{Duty, Viewer};
use crate::domain::{CustomerNumber, EmailAddress, LinkId, MailId};
use crate::mail::blanked::without_tokens;
use crate::mail::message::{Head, seal};
use crate::mail::render::render;
use crate::mail::{MailInput, RenderedMail};
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::db::apart;
use crate::storage::mails::{self, DueMail, Sent};
use crate::storage::{PgConnection, cases};
pub use changes::{address, preview};
use compose::{Obstacle, Sender, compose, find_cases, find_sender};

/// Longest pause between two attempts. A mail is tried until its content is not true any more, a
/// notice for [`NOTICE_LASTS`].
const LONGEST_PAUSE: Duration = Duration::hours(1);

/// How long a notice is tried that the server puts off again and again. After that the customer
/// counts as not reached and the operator must know (row 38); without this limit it would never
/// end.
const NOTICE_LASTS: Duration = Duration::days(5);

/// How long a batch takes on before it is kept: what is true when its facts are read is true when its
/// last mail goes out, but for so much.
const BATCH_LASTS: std::time::Duration = std::time::Duration::from_millis(250);

/// The result of delivering one mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivered {
    /// No mail is due.
    Idle,
    /// Handed over to the mail server.
    Sent,
    /// It will be tried again.
    Later,
    /// It was given up: refused permanently, or without a recipient.
    GivenUp,
    /// It goes to everybody, and its domain has had enough for now: it has a turn of its own.
    Waits,
}

/// Takes the mail that has been due longest and tries to hand it over.
pub fn deliver_next(
    conn: &mut PgConnection,
    app: &App,
    now: DateTime<Utc>,
) -> Result<Delivered, ActionError> {
    let results = deliver_batch(conn, app, 1, now, &Cell::new(None))?;
    Ok(results.first().copied().unwrap_or(Delivered::Idle))
}

/// Takes the mails that have been due longest, at most `most`, and hands them over one after the other;
/// what became of each. Their facts are read together, and one commit keeps all results.
///
/// The batch ends early after [`BATCH_LASTS`], and with the first mail that is not simply taken: what it
/// locks is not held while others are sent. An unexpected error of the first mail is returned, and
/// `taken` then has it; a later one is met again as the first of the next batch, and what was sent
/// before it is noted all the same.
pub fn deliver_batch(
    conn: &mut PgConnection,
    app: &App,
    most: i64,
    now: DateTime<Utc>,
    taken: &Cell<Option<MailId>>,
) -> Result<Vec<Delivered>, ActionError> {
    let mut results = Vec::new();
    // A mail names its sender: until the operator's details are entered, all of them wait.
    let Some(sender) = find_sender(conn)? else {
        return Ok(results);
    };
    let due = mails::lock_due(conn, now, most)?;
    taken.set(due.first().map(|mail| mail.id));
    // If one of them cannot be read, each is read by itself.
    let known = apart(conn, |conn| find_cases(conn, &due, now));
    let mut known = known.unwrap_or_default();
    let (begun, mut taken_over) = (Instant::now(), Vec::new());
    for mail in due {
        let case = match mail.customer.map(|number| known.remove(&number)) {
            // A second mail to the same customer is to see what comes of the first.
            Some(None) if !taken_over.is_empty() => break,
            known => known.flatten(),
        };
        let sender = sender.clone();
        match apart(conn, |conn| deliver(conn, app, sender, (&mail, case), now)) {
            Ok(HandOver::Taken(handed)) => taken_over.push((mail, handed)),
            Ok(HandOver::Done(Delivered::Waits)) => results.push(Delivered::Waits),
            Ok(HandOver::Done(result)) => {
                results.push(result);
                break;
            }
            Err(error) if results.is_empty() && taken_over.is_empty() => return Err(error),
            Err(error) => {
                tracing::warn!(%error, mail = mail.id.0, "a batch of mails ends early");
                break;
            }
        }
        if begun.elapsed() > BATCH_LASTS {
            break;
        }
    }
    // Only now, so that nothing of a customer is locked while the server thinks about the next mail.
    for (mail, handed) in taken_over {
        match apart(conn, |conn| note_taken(conn, app, &mail, *handed, now)) {
            Ok(()) => results.push(Delivered::Sent),
            Err(error) if results.is_empty() => return Err(error),
            Err(error) => {
                tracing::warn!(%error, mail = mail.id.0, "a mail that was sent is not noted")
            }
        }
    }
    Ok(results)
}

/// When a mail that goes to everybody has its turn, if not now.
fn turn(
    app: &App,
    mail: &DueMail,
    case: Option<&Case>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let is_new = mail.kind.is_to_everybody() && !mail.has_turn && mail.attempts == 0;
    let address = case
        .filter(|_| is_new)
        .and_then(|case| case.customer.email())?;
    app.pace.turn(address.domain(), now)
}

/// What became of one mail of a batch.
enum HandOver {
    /// It is over, and noted.
    Done(Delivered),
    /// The server took it, which is not noted yet.
    Taken(Box<Handed>),
}

/// What is noted of a mail that was taken.
struct Handed {
    sent: Sent,
    /// Its text without links that open something.
    readable: String,
    /// The address as the log has it.
    masked: String,
}

fn deliver(
    conn: &mut PgConnection,
    app: &App,
    sender: Sender,
    (mail, known): (&DueMail, Option<Case>),
    now: DateTime<Utc>,
) -> Result<HandOver, ActionError> {
    let case = match (known, mail.customer) {
        (None, Some(number)) => cases::find_case(conn, number, now)?,
        (known, _) => known,
    };
    if let Some(turn) = turn(app, mail, case.as_ref(), now) {
        mails::give_turn(conn, mail.id, turn)?;
        return Ok(HandOver::Done(Delivered::Waits));
    }
    let (address, input) = match compose(conn, app, sender, (mail, case), now) {
        Ok(parts) => parts,
        Err(Obstacle::Dropped(why)) => {
            let reply = format!("nicht gesendet, weil {why}");
            return give_up(conn, app, mail, "dropped", &reply, now).map(HandOver::Done);
        }
        Err(Obstacle::Failed(error)) => return Err(error),
    };
    let written = render(&input).map_err(|error| ActionError::Document(error.to_string()))?;
    hand_over(conn, app, mail, &input, written, &address, now)
}

/// After an unexpected error: puts off the mail it happened to, so that it does not hold up the
/// mails behind it. Does nothing if another worker has taken it since.
pub fn put_off(
    conn: &mut PgConnection,
    mail: MailId,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    if mails::lock_queued(conn, mail)? {
        tracing::warn!(mail = mail.0, "mail put off after an error");
        let reply = "Der Versand ist an einem Fehler im Portal gescheitert.";
        mails::mark_retry(conn, mail, reply, now + LONGEST_PAUSE, now)?;
    }
    Ok(())
}

fn hand_over(
    conn: &mut PgConnection,
    app: &App,
    mail: &DueMail,
    input: &MailInput,
    written: RenderedMail,
    address: &EmailAddress,
    now: DateTime<Utc>,
) -> Result<HandOver, ActionError> {
    let subject = written.subject.clone();
    let readable = without_tokens(&written.text);
    let head = Head {
        id: mail.id,
        mark: mail.mark,
        message_id: mail.message_id.clone(),
        from_name: input.operator.party.name.clone(),
        from: app.config.mail.from.clone(),
        reply_to: input.operator.replies().cloned(),
        to: address.clone(),
        date: mail.queued_at,
    };
    let envelope = match seal(head, written) {
        Ok(envelope) => envelope,
        Err(error) => {
            return give_up(conn, app, mail, "failed", &error.to_string(), now).map(HandOver::Done);
        }
    };
    match app.transport.send(&envelope) {
        Ok(reply) => {
            tracing::info!(mail = mail.id.0, "mail sent");
            Ok(HandOver::Taken(Box::new(Handed {
                sent: Sent {
                    to: address.as_str().to_owned(),
                    subject,
                    parts: envelope.parts(),
                    reply,
                },
                readable,
                masked: address.masked(),
            })))
        }
        Err(error) if error.permanent => {
            tracing::warn!(mail = mail.id.0, "mail refused for good");
            mails::mark_done(conn, mail.id, "failed", &error.reply, now)?;
            notices::mail_failed(conn, &mail.kind, mail.id, now)?;
            // The customer's row is locked before the first event, because the chain comes last.
            if let Some(link) = mail.kind.consent_link() {
                refused(conn, app, mail.customer, link, now)?;
            }
            not_arrived(
                conn,
                app,
                (mail.id, mail.to, &mail.kind),
                mail.customer,
                now,
            )?;
            failed(conn, mail, &error.reply, now).map(HandOver::Done)
        }
        Err(error) if error.answered && is_overdue(mail, now) => {
            let days = NOTICE_LASTS.num_days();
            let reply = format!("nach {days} Tagen aufgegeben; zuletzt: {}", error.reply);
            give_up(conn, app, mail, "failed", &reply, now).map(HandOver::Done)
        }
        Err(error) => {
            let pause = Duration::minutes(1 << mail.attempts.clamp(0, 6)).min(LONGEST_PAUSE);
            tracing::warn!(
                mail = mail.id.0,
                attempts = mail.attempts + 1,
                "mail not delivered, trying again"
            );
            mails::mark_retry(conn, mail.id, &error.reply, now + pause, now)?;
            if error.ours {
                alerts::mail_setup(conn, now)?;
            }
            Ok(HandOver::Done(Delivered::Later))
        }
    }
}

/// Notes that the server took a mail, with everything that begins then.
fn note_taken(
    conn: &mut PgConnection,
    app: &App,
    mail: &DueMail,
    handed: Handed,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    mails::mark_sent(conn, mail.id, &handed.sent, now)?;
    mails::save_text(conn, mail.id, &handed.readable)?;
    notices::mail_sent(conn, &mail.kind, mail.id, now)?;
    addresses::former_told(conn, app, &mail.kind, mail.customer, true, now)?;
    let (subject, to) = (handed.sent.subject, handed.masked);
    let kind = if mail.kind.is_about_change() {
        AuditKind::NoticeMailed { subject, to }
    } else {
        AuditKind::MailSent { subject, to }
    };
    log(conn, mail.customer, Actor::Portal, kind, now)
}

/// Whether a notice has been tried for long enough, and not for the first time. As long as no mail
/// server can be reached this is false, because that says nothing about the customer's address.
fn is_overdue(mail: &DueMail, now: DateTime<Utc>) -> bool {
    matches!(mail.kind, MailKind::Announcement { .. })
        && mail.attempts > 0
        && mail.queued_at + NOTICE_LASTS <= now
}

/// Row 8: the status changes and the users concerned are notified. A link of an earlier round
/// changes nothing.
pub(super) fn refused(
    conn: &mut PgConnection,
    app: &App,
    customer: Option<CustomerNumber>,
    link: LinkId,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let Some(customer) = customer else {
        return Ok(());
    };
    let command = CaseCommand::by_portal(customer, now);
    match command.execute(conn, app, &Event::MailRefused(link), |_| {
        AuditKind::Undeliverable
    }) {
        Ok(_) | Err(ActionError::Refused(_) | ActionError::NotFound) => Ok(()),
        Err(error) => Err(error),
    }
}

/// A concluded contract that did not arrive needs an administrator, though the status stays as it
/// is; and if the mail to a former address did not arrive, its waiting time does not begin (A4).
pub(super) fn not_arrived(
    conn: &mut PgConnection,
    app: &App,
    (mail, to, kind): (MailId, Recipient, &MailKind),
    customer: Option<CustomerNumber>,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    addresses::former_told(conn, app, kind, customer, false, now)?;
    if let (MailKind::Concluded { agreement }, Some(customer), Recipient::Customer) =
        (kind, customer, to)
    {
        alerts::contract_undelivered(conn, app, (mail, customer), *agreement, now)?;
    }
    Ok(())
}

fn give_up(
    conn: &mut PgConnection,
    app: &App,
    mail: &DueMail,
    state: &str,
    reply: &str,
    now: DateTime<Utc>,
) -> Result<Delivered, ActionError> {
    mails::mark_done(conn, mail.id, state, reply, now)?;
    notices::mail_failed(conn, &mail.kind, mail.id, now)?;
    not_arrived(
        conn,
        app,
        (mail.id, mail.to, &mail.kind),
        mail.customer,
        now,
    )?;
    failed(conn, mail, reply, now)
}

fn failed(
    conn: &mut PgConnection,
    mail: &DueMail,
    reply: &str,
    now: DateTime<Utc>,
) -> Result<Delivered, ActionError> {
    let reply = reply.to_owned();
    let kind = AuditKind::MailFailed { reply };
    log(conn, mail.customer, Actor::Portal, kind, now)?;
    Ok(Delivered::GivenUp)
}

/// Writes an event about a mail.
pub(super) fn log(
    conn: &mut PgConnection,
    customer: Option<CustomerNumber>,
    actor: Actor,
    kind: AuditKind,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let event = NewEvent {
        kind,
        actor,
        customer,
        status: None,
    };
    Ok(add_event(conn, &event, now)?)
}

/// The result of trying a mail again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Retried {
    /// It is due now.
    Queued,
    /// The address had been refused, so the customer is asked anew, with a new link.
    AskedAnew,
    /// It is not sent; holds the reason (German, the end of a sentence).
    Useless(&'static str),
    /// It was sent already, is being delivered at this moment, or does not exist.
    NotWaiting,
}

/// Tries a mail at once that waits or was given up; for the operator. A mail that was sent is never
/// sent again, and one that is not true any more is not sent either, with the reason.
pub fn retry(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    id: MailId,
    now: DateTime<Utc>,
) -> Result<Retried, ActionError> {
    require(viewer, Duty::Work)?;
    let Some(mail) = mails::lock_unsent(conn, id)? else {
        return Ok(Retried::NotWaiting);
    };
    let Some(sender) = find_sender(conn)? else {
        return Ok(Retried::Useless("die Angaben zum Betreiber fehlen"));
    };
    let case = match mail.customer {
        Some(number) => cases::find_case(conn, number, now)?,
        None => None,
    };
    match compose(conn, app, sender, (&mail, case), now) {
        Ok(_) => {}
        Err(Obstacle::Dropped(why)) => {
            let reply = format!("nicht gesendet, weil {why}");
            give_up(conn, app, &mail, "dropped", &reply, now)?;
            return Ok(Retried::Useless(why));
        }
        Err(Obstacle::Failed(error)) => return Err(error),
    }
    if let Some(link) = mail.kind.consent_link()
        && let Some(customer) = mail.customer
        && is_refused_round(conn, customer, link, now)?
    {
        // The old mail alone would leave the status at "Nicht zustellbar" and the reminders
        // stopped.
        ask_anew(conn, app, viewer, customer, now)?;
        return Ok(Retried::AskedAnew);
    }
    mails::requeue(conn, id, now)?;
    log(
        conn,
        mail.customer,
        actor(viewer),
        AuditKind::MailRetried,
        now,
    )?;
    Ok(Retried::Queued)
}

fn is_refused_round(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    link: LinkId,
    now: DateTime<Utc>,
) -> Result<bool, ActionError> {
    let case = cases::find_case(conn, customer, now)?;
    Ok(case.is_some_and(|case| {
        case.link(link)
            .is_some_and(|(request, _)| request.undeliverable_at.is_some())
    }))
}
