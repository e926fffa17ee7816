//! Delivery reports: finding the mail a report is about, and storing its content.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use crate::domain::mail::{MailKind, Recipient};
use crate::domain::{CustomerNumber, MailId};
use crate::storage::schema::{mail_reports, mails};
use crate::storage::{QueryResult, text};

/// At most this many reports are stored of one mail, because anyone who knows its Message-ID could
/// send more.
const MOST: i64 = 20;

/// What a report means for its mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Refused permanently: the mail came back.
    Returned,
    /// The other server still tries to deliver it.
    Delayed,
    /// Given up without a permanent reason, such as a server that was away for days: it did not
    /// arrive.
    Expired,
    /// Refused because of the portal's sender or standing: it did not arrive.
    SenderRefused,
    /// About an address the mail was not sent to, for example after a forwarding.
    OtherRecipient,
    /// According to the portal, the mail was not handed over yet.
    NotSent,
    /// Anything else: delivered, relayed, or not understood.
    Other,
}

impl Verdict {
    /// Whether the mail did not arrive and is not tried again.
    pub fn is_end(self) -> bool {
        match self {
            Self::Returned | Self::Expired | Self::SenderRefused => true,
            Self::Delayed | Self::OtherRecipient | Self::NotSent | Self::Other => false,
        }
    }

    /// The value in the database.
    pub fn key(self) -> &'static str {
        match self {
            Self::Returned => "returned",
            Self::Delayed => "delayed",
            Self::Expired => "expired",
            Self::SenderRefused => "sender_refused",
            Self::OtherRecipient => "other_recipient",
            Self::NotSent => "not_sent",
            Self::Other => "other",
        }
    }
}

/// The mail a report is about, locked.
#[derive(Debug, Clone)]
pub struct Found {
    /// Key in `mails`.
    pub id: MailId,
    /// The kind of mail, with the ids it needs.
    pub kind: MailKind,
    /// The recipient it was meant for.
    pub to: Recipient,
    /// The customer whose case it belongs to, if any.
    pub customer: Option<CustomerNumber>,
    /// `queued`, `sent`, `returned`, `failed` or `dropped`.
    pub state: String,
    /// The address it was handed over for.
    pub sent_to: Option<String>,
}

/// Locks the mail that carries one of these marks or else one of these Message-IDs, the first that
/// is known. Waits for a worker that is delivering it at this moment.
pub fn lock_by_clues(
    conn: &mut PgConnection,
    marks: &[Uuid],
    message_ids: &[String],
) -> QueryResult<Option<Found>> {
    let by_mark: Vec<(Uuid, i64)> = mails::table
        .filter(mails::mark.eq_any(marks))
        .select((mails::mark, mails::id))
        .load(conn)?;
    let mut id = first_known(marks, &by_mark);
    if id.is_none() {
        let by_message_id: Vec<(String, i64)> = mails::table
            .filter(mails::message_id.eq_any(message_ids))
            .select((mails::message_id, mails::id))
            .load(conn)?;
        id = first_known(message_ids, &by_message_id);
    }
    let Some(id) = id else {
        return Ok(None);
    };
    type Row = (
        i64,
        Value,
        Value,
        Option<CustomerNumber>,
        String,
        Option<String>,
    );
    let row: Option<Row> = mails::table
        .find(id)
        .for_update()
        .select((
            mails::id,
            mails::kind,
            mails::recipient,
            mails::customer_number,
            mails::state,
            mails::sent_to,
        ))
        .first(conn)
        .optional()?;
    row.map(|(id, kind, to, customer, state, sent_to)| {
        Ok(Found {
            id: MailId(id),
            kind: text::from_json(kind)?,
            to: text::from_json(to)?,
            customer,
            state,
            sent_to,
        })
    })
    .transpose()
}

fn first_known<T: PartialEq>(wanted: &[T], known: &[(T, i64)]) -> Option<i64> {
    wanted
        .iter()
        .find_map(|one| known.iter().find(|(clue, _)| clue == one))
        .map(|(_, id)| *id)
}

/// A report to be stored.
#[derive(Debug, Clone)]
pub struct NewReport {
    /// What it means for its mail.
    pub verdict: Verdict,
    /// Enhanced status code as reported.
    pub status: String,
    /// Text of the other server, with addresses masked.
    pub diagnostic: String,
}

/// Stores a report of a locked mail. True if it is new: the same report counts once.
pub fn add_report(
    conn: &mut PgConnection,
    mail: MailId,
    report: &NewReport,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let kept: i64 = mail_reports::table
        .filter(mail_reports::mail_id.eq(mail.0))
        .count()
        .get_result(conn)?;
    if kept >= MOST {
        return Ok(false);
    }
    let added = diesel::insert_into(mail_reports::table)
        .values((
            mail_reports::mail_id.eq(mail.0),
            mail_reports::at.eq(now),
            mail_reports::verdict.eq(report.verdict.key()),
            mail_reports::status.eq(&report.status),
            mail_reports::diagnostic.eq(&report.diagnostic),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(added == 1)
}

/// Notes that a mail that was sent came back, and why.
pub fn mark_returned(
    conn: &mut PgConnection,
    mail: MailId,
    because: &str,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(mails::table.find(mail.0).filter(mails::state.eq("sent")))
        .set((
            mails::state.eq("returned"),
            mails::returned_at.eq(now),
            mails::returned_because.eq(because),
        ))
        .execute(conn)
        .map(|_| ())
}
