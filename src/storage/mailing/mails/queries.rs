//! The outbox as the operator reads it: page by page under a filter, and one mail with its attempts
//! and reports.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use super::{LINE, LineRow, MailLine, read_line};
use crate::domain::mail::PartHash;
use crate::domain::{CustomerNumber, MailId};
use crate::storage::schema::{mail_attempts, mail_reports, mails};
use crate::storage::{QueryResult, text};

/// States that an administrator has to look at.
const TROUBLE: [&str; 3] = ["failed", "dropped", "returned"];
/// At most this many attempts and reports of one mail are shown.
const MOST: i64 = 200;

/// Which mails the operator wants to see.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailFilter {
    /// Only those in this state.
    pub state: Option<String>,
    /// Only this kind, by its key.
    pub kind: Option<String>,
    /// Only those of one customer.
    pub customer: Option<CustomerNumber>,
}

/// At most `limit` mails that were queued before `before`, newest first. Every filter has an index
/// that ends in the key, so a page costs the same however many mails there are.
pub fn page_mails(
    conn: &mut PgConnection,
    filter: &MailFilter,
    before: Option<MailId>,
    limit: i64,
) -> QueryResult<Vec<MailLine>> {
    let mut select = mails::table.select(LINE).into_boxed();
    if let Some(state) = &filter.state {
        select = select.filter(mails::state.eq(state));
    }
    if let Some(kind) = &filter.kind {
        select = select.filter(mails::kind_key.eq(kind));
    }
    if let Some(customer) = filter.customer {
        select = select.filter(mails::customer_number.eq(customer));
    }
    if let Some(before) = before {
        select = select.filter(mails::id.lt(before.0));
    }
    let rows: Vec<LineRow> = select.order(mails::id.desc()).limit(limit).load(conn)?;
    rows.into_iter().map(read_line).collect()
}

/// Mails that were given up or came back and so need an administrator, newest first.
pub fn list_trouble(conn: &mut PgConnection, limit: i64) -> QueryResult<Vec<MailLine>> {
    let rows: Vec<LineRow> = mails::table
        .filter(mails::state.eq_any(TROUBLE))
        .order(mails::id.desc())
        .limit(limit)
        .select(LINE)
        .load(conn)?;
    rows.into_iter().map(read_line).collect()
}

/// How many of the latest 1001 mails in `state` (`failed`, `returned`) a server has refused or sent
/// back since `since`. The cap keeps it to a short range of an index, however many there ever were.
pub fn count_trouble(
    conn: &mut PgConnection,
    state: &str,
    since: DateTime<Utc>,
) -> QueryResult<i64> {
    type Times = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);
    let latest: Vec<Times> = mails::table
        .filter(mails::state.eq(state))
        .order(mails::id.desc())
        .limit(1001)
        .select((mails::done_at, mails::returned_at))
        .load(conn)?;
    let fresh = latest
        .iter()
        .filter(|(done, returned)| returned.or(*done).is_some_and(|at| at >= since));
    Ok(i64::try_from(fresh.count()).unwrap_or(i64::MAX))
}

/// How many mails have waited since `before` or longer, counted to `cap` + 1.
pub fn count_waiting(conn: &mut PgConnection, before: DateTime<Utc>, cap: i64) -> QueryResult<i64> {
    let waiting: Vec<i64> = mails::table
        .filter(mails::state.eq("queued"))
        .filter(mails::queued_at.le(before))
        .limit(cap + 1)
        .select(mails::id)
        .load(conn)?;
    Ok(i64::try_from(waiting.len()).unwrap_or(i64::MAX))
}

/// State of the queue: how many wait (at most 1001 counted) and since when the oldest does.
pub fn queue_state(conn: &mut PgConnection) -> QueryResult<(usize, Option<DateTime<Utc>>)> {
    let waiting: Vec<DateTime<Utc>> = mails::table
        .filter(mails::state.eq("queued"))
        .order(mails::queued_at)
        .limit(1001)
        .select(mails::queued_at)
        .load(conn)?;
    Ok((waiting.len(), waiting.first().copied()))
}

/// One attempt to hand a mail over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempted {
    /// When the attempt was made.
    pub at: DateTime<Utc>,
    /// `sent`, `later`, `failed` or `dropped`.
    pub outcome: String,
    /// Reply of the mail server.
    pub reply: String,
}

/// One report that came back about a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// When it was read from the mailbox.
    pub at: DateTime<Utc>,
    /// What it means, see [`super::Verdict`].
    pub verdict: String,
    /// Enhanced status code as reported: `5.1.1`.
    pub status: String,
    /// Text of the other server, with addresses masked.
    pub diagnostic: String,
}

/// One mail with everything that is known of it (EV-06).
#[derive(Debug, Clone)]
pub struct MailDetail {
    /// The mail as the list shows it.
    pub line: MailLine,
    /// Subject line, once it was sent.
    pub subject: Option<String>,
    /// Message-ID without angle brackets.
    pub message_id: String,
    /// Value of the header `X-AVV-Mail`.
    pub mark: Uuid,
    /// Its parts with their hashes, once it was sent (F8).
    pub parts: Vec<PartHash>,
    /// The latest 200 attempts, oldest first.
    pub attempts: Vec<Attempted>,
    /// The delivery reports about it, oldest first.
    pub reports: Vec<Reported>,
}

/// One mail by its key.
pub fn find_mail(conn: &mut PgConnection, id: MailId) -> QueryResult<Option<MailDetail>> {
    type More = (Option<String>, String, Uuid, Option<Value>);
    let row: Option<(LineRow, More)> = mails::table
        .find(id.0)
        .select((
            LINE,
            (mails::subject, mails::message_id, mails::mark, mails::parts),
        ))
        .first(conn)
        .optional()?;
    let Some((line, (subject, message_id, mark, parts))) = row else {
        return Ok(None);
    };
    let mut attempts: Vec<(DateTime<Utc>, String, String)> = mail_attempts::table
        .filter(mail_attempts::mail_id.eq(id.0))
        .order(mail_attempts::id.desc())
        .limit(MOST)
        .select((
            mail_attempts::at,
            mail_attempts::outcome,
            mail_attempts::reply,
        ))
        .load(conn)?;
    attempts.reverse();
    let reports: Vec<(DateTime<Utc>, String, String, String)> = mail_reports::table
        .filter(mail_reports::mail_id.eq(id.0))
        .order(mail_reports::id)
        .limit(MOST)
        .select((
            mail_reports::at,
            mail_reports::verdict,
            mail_reports::status,
            mail_reports::diagnostic,
        ))
        .load(conn)?;
    Ok(Some(MailDetail {
        line: read_line(line)?,
        subject,
        message_id,
        mark,
        parts: parts.map_or_else(|| Ok(Vec::new()), text::from_json)?,
        attempts: attempts
            .into_iter()
            .map(|(at, outcome, reply)| Attempted { at, outcome, reply })
            .collect(),
        reports: reports
            .into_iter()
            .map(|(at, verdict, status, diagnostic)| Reported {
                at,
                verdict,
                status,
                diagnostic,
            })
            .collect(),
    }))
}
