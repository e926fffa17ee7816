//! Mails that come back: the effect of a delivery report (row 8, EV-06).

use std::io;

use chrono::{DateTime, Utc};

use super::alerts::{self, AlertKind, Raised};
use super::delivery::{log, not_arrived, refused};
use super::notices::mail_failed;
use super::{ActionError, Actor, replies};
use crate::app::App;
use crate::domain::audit::AuditKind;
use crate::domain::reply::Speaks;
use crate::mail::bounce::{self, Action, Bounce, Notice};
use crate::mail::inbox::Inbox;
use crate::storage::mails::{Found, NewReport, Verdict, add_report, lock_by_clues, mark_returned};
use crate::storage::{PgConnection, cases};

/// What was done with a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Its mail is marked as returned.
    Returned,
    /// It was stored, or was stored before; nothing else changed.
    Noted,
    /// It is no report but a reply of a person or a program, and stored as such.
    Answer,
    /// It is no delivery report about a mail of this portal, and its sender cannot be determined.
    Unclear,
}

/// Handles a mail that came in at the sender's address, in a transaction of its own.
///
/// # Errors
/// [`ActionError`] if the database failed; the mail can then be handed in again.
pub fn take(app: &App, raw: &[u8], now: DateTime<Utc>) -> Result<Taken, ActionError> {
    if let Some(report) = bounce::read(raw) {
        let taken = app
            .db
            .transaction_blocking(|conn| take_report(conn, app, &report, now))?;
        // Users quote status codes in their replies, too; a report in machine-readable form is no
        // reply.
        if taken != Taken::Unclear || !report.in_words {
            return Ok(taken);
        }
    }
    Ok(match replies::take(app, raw, now)? {
        Some(true) => Taken::Answer,
        Some(false) => Taken::Noted,
        None => Taken::Unclear,
    })
}

/// Handles the next file of the inbox; `None` if there is none.
///
/// # Errors
/// [`ActionError`] if the database failed; the file is then in the inbox again.
pub fn take_next_file(
    app: &App,
    inbox: &Inbox,
    now: DateTime<Utc>,
) -> Result<Option<Taken>, ActionError> {
    let Some(held) = inbox.take(now).map_err(folder)? else {
        return Ok(None);
    };
    match take(app, &held.bytes, now) {
        Ok(taken) => {
            inbox
                .put_away(&held, taken != Taken::Unclear)
                .map_err(folder)?;
            Ok(Some(taken))
        }
        Err(error) => {
            inbox.give_back(&held).map_err(folder)?;
            Err(error)
        }
    }
}

fn folder(error: io::Error) -> ActionError {
    ActionError::Folder(error.to_string())
}

/// Finds the mail by its mark or Message-ID, which only its recipient knows; the sender of the
/// report does not matter. Locks the mail before the case, as delivery does.
fn take_report(
    conn: &mut PgConnection,
    app: &App,
    report: &Bounce,
    now: DateTime<Utc>,
) -> Result<Taken, ActionError> {
    let Some(mail) = lock_by_clues(conn, &report.marks, &report.message_ids)? else {
        return Ok(Taken::Unclear);
    };
    let Some(notice) = about(report, &mail) else {
        return Ok(Taken::Unclear);
    };
    if report.in_words && !is_for(notice, &mail) {
        return Ok(Taken::Unclear);
    }
    let new = NewReport {
        verdict: verdict(&mail, notice),
        status: notice.status.clone(),
        diagnostic: notice.diagnostic.clone(),
    };
    if !add_report(conn, mail.id, &new, now)? {
        return Ok(Taken::Noted);
    }
    tracing::info!(
        mail = mail.id.0,
        verdict = new.verdict.key(),
        "a mail was reported on"
    );
    match (new.verdict, mail.customer) {
        (Verdict::OtherRecipient, Some(customer)) if notice.action == Action::Failed => {
            alerts::raise(
                conn,
                &Raised::about(AlertKind::ForwardFailed, customer),
                now,
            )?;
        }
        (Verdict::SenderRefused, _) => alerts::mail_setup(conn, now)?,
        _ => {}
    }
    if !new.verdict.is_end() || mail.state != "sent" {
        return Ok(Taken::Noted);
    }
    let because = format!("{} {}", new.status, new.diagnostic);
    let because = because.trim();
    mark_returned(conn, mail.id, because, now)?;
    mail_failed(conn, &mail.kind, mail.id, now)?;
    // Only a refusal by the recipient's server says something about the address (row 8); otherwise
    // reminders go on.
    if let Some(link) = mail.kind.consent_link()
        && new.verdict == Verdict::Returned
        && is_current(conn, app, &mail)?
    {
        refused(conn, app, mail.customer, link, now)?;
    }
    not_arrived(
        conn,
        app,
        (mail.id, mail.to, &mail.kind),
        mail.customer,
        now,
    )?;
    let kind = AuditKind::MailReturned {
        reply: because.to_owned(),
    };
    log(conn, mail.customer, Actor::Portal, kind, now)?;
    Ok(Taken::Returned)
}

/// The part of the report about the address the mail was sent to, or else the first one.
fn about<'r>(report: &'r Bounce, mail: &Found) -> Option<&'r Notice> {
    let own = report.notices.iter().find(|notice| is_for(notice, mail));
    own.or(report.notices.first())
}

fn is_for(notice: &Notice, mail: &Found) -> bool {
    mail.sent_to
        .as_ref()
        .is_some_and(|to| notice.recipients.contains(to))
}

fn verdict(mail: &Found, notice: &Notice) -> Verdict {
    match notice.action {
        _ if !matches!(mail.state.as_str(), "sent" | "returned") => Verdict::NotSent,
        _ if !is_for(notice, mail) => Verdict::OtherRecipient,
        // A failed delivery is final, whatever the class of its status (RFC 3464, 2.3.3).
        Action::Failed => match notice.speaks() {
            Speaks::OfRecipient => Verdict::Returned,
            Speaks::OfUs => Verdict::SenderRefused,
            Speaks::OfMoment => Verdict::Expired,
        },
        Action::Delayed => Verdict::Delayed,
        Action::Other => Verdict::Other,
    }
}

/// Whether the customer's address is still the one the mail was sent to: a refusal of the former
/// address says nothing about the present one.
fn is_current(conn: &mut PgConnection, app: &App, mail: &Found) -> Result<bool, ActionError> {
    let Some(number) = mail.customer else {
        return Ok(false);
    };
    let case = cases::find_case(conn, number, app.clock.now())?;
    Ok(case.is_some_and(|case| {
        case.customer.email().map(|email| email.as_str()) == mail.sent_to.as_deref()
    }))
}
