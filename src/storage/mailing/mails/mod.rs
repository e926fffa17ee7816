//! The outbox: mails are rows with a state, from the transaction that queues them until the
//! server's reply.

mod queries;
mod reports;
mod retries;
mod texts;

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use serde_json::Value;
use uuid::Uuid;

use crate::domain::mail::{MailKind, PartHash, Recipient};
use crate::domain::{CustomerNumber, MailId};
use crate::storage::schema::{mail_attempts, mails};
use crate::storage::{QueryResult, text};
pub use queries::{
    Attempted, MailDetail, MailFilter, Reported, count_trouble, count_waiting, find_mail,
    list_trouble, page_mails, queue_state,
};
pub use reports::{Found, NewReport, Verdict, add_report, lock_by_clues, mark_returned};
pub use retries::{has_step, is_queued, lock_undelivered};
pub use texts::{find_text, save_text};

/// A mail to be queued.
#[derive(Debug, Clone)]
pub struct NewMail {
    /// What it is for; a second mail for the same step is not queued.
    pub step: String,
    /// The kind of mail, with the ids it needs.
    pub kind: MailKind,
    /// The recipient; the address is looked up at delivery.
    pub to: Recipient,
    /// The customer whose case it belongs to, if any.
    pub customer: Option<CustomerNumber>,
    /// The Message-ID it will carry, also when it is tried again.
    pub message_id: String,
}

/// A queued mail, locked by the connection that fetched it.
#[derive(Debug, Clone)]
pub struct DueMail {
    /// Key in `mails`.
    pub id: MailId,
    /// The kind of mail, with the ids it needs.
    pub kind: MailKind,
    /// The recipient; the address is looked up at delivery.
    pub to: Recipient,
    /// The customer whose case it belongs to, if any.
    pub customer: Option<CustomerNumber>,
    /// Message-ID without angle brackets.
    pub message_id: String,
    /// Value of the header `X-AVV-Mail`.
    pub mark: Uuid,
    /// When it was queued.
    pub queued_at: DateTime<Utc>,
    /// Number of earlier attempts.
    pub attempts: i32,
    /// Whether it was given a turn of its own, see [`give_turn`].
    pub has_turn: bool,
}

/// A mail as the status page and the operator see it.
#[derive(Debug, Clone)]
pub struct MailLine {
    /// Key in `mails`.
    pub id: MailId,
    /// The kind of mail, with the ids it needs.
    pub kind: MailKind,
    /// The recipient, as a role and not as an address.
    pub to: Recipient,
    /// The customer whose case it belongs to, if any.
    pub customer: Option<CustomerNumber>,
    /// When it was queued.
    pub queued_at: DateTime<Utc>,
    /// `queued`, `sent`, `returned`, `failed` or `dropped`.
    pub state: String,
    /// Number of attempts so far.
    pub attempts: i32,
    /// When it was sent or given up.
    pub done_at: Option<DateTime<Utc>>,
    /// Last reply of the mail server.
    pub reply: Option<String>,
    /// The address it was handed over for.
    pub sent_to: Option<String>,
    /// When the next attempt is due.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// When it came back as undeliverable.
    pub returned_at: Option<DateTime<Utc>>,
    /// Why it came back.
    pub returned_because: Option<String>,
}

/// Queues a mail unless one was queued for the same step.
pub fn queue_mail(conn: &mut PgConnection, mail: &NewMail, now: DateTime<Utc>) -> QueryResult<()> {
    diesel::insert_into(mails::table)
        .values((
            mails::step.eq(&mail.step),
            mails::kind.eq(text::json(&mail.kind)?),
            mails::recipient.eq(text::json(&mail.to)?),
            mails::customer_number.eq(mail.customer),
            mails::queued_at.eq(now),
            mails::next_attempt_at.eq(now),
            mails::state.eq("queued"),
            mails::message_id.eq(&mail.message_id),
        ))
        .on_conflict(mails::step)
        .do_nothing()
        .execute(conn)?;
    Ok(())
}

/// [`queue_mail`] for several.
pub fn queue_mails(
    conn: &mut PgConnection,
    new: &[NewMail],
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let mut rows = Vec::with_capacity(new.len());
    for mail in new {
        rows.push((
            mails::step.eq(&mail.step),
            mails::kind.eq(text::json(&mail.kind)?),
            mails::recipient.eq(text::json(&mail.to)?),
            mails::customer_number.eq(mail.customer),
            mails::queued_at.eq(now),
            mails::next_attempt_at.eq(now),
            mails::state.eq("queued"),
            mails::message_id.eq(&mail.message_id),
        ));
    }
    diesel::insert_into(mails::table)
        .values(rows)
        .on_conflict(mails::step)
        .do_nothing()
        .execute(conn)
        .map(|_| ())
}

/// Locks the mails that have been due longest and that no other worker holds, at most `limit`: such as
/// somebody waits for, and only if there is none, such as go to everybody at once. The locks last as
/// long as the transaction, so a killed process frees them by itself (S-93).
pub fn lock_due(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
    limit: i64,
) -> QueryResult<Vec<DueMail>> {
    // Word by word the conditions of the two indexes, so that no plan has to be made anew.
    let mut due = lock_due_where(
        conn,
        "state = 'queued' AND kind_key NOT IN ('announcement', 'new_version')",
        now,
        limit,
    )?;
    if due.is_empty() {
        due = lock_due_where(
            conn,
            "state = 'queued' AND kind_key IN ('announcement', 'new_version')",
            now,
            limit,
        )?;
    }
    Ok(due)
}

fn lock_due_where(
    conn: &mut PgConnection,
    which: &str,
    now: DateTime<Utc>,
    limit: i64,
) -> QueryResult<Vec<DueMail>> {
    let rows: Vec<DueRow> = mails::table
        .filter(sql::<Bool>(which))
        .filter(mails::next_attempt_at.le(now))
        .order((mails::next_attempt_at, mails::id))
        .limit(limit)
        .for_update()
        .skip_locked()
        .select(DUE)
        .load(conn)?;
    rows.into_iter().map(read_due).collect()
}

/// Locks one mail that was not handed over, because it waits or was given up. `None` if it was
/// sent, or if there is none, or if a worker is delivering it at this moment.
pub fn lock_unsent(conn: &mut PgConnection, id: MailId) -> QueryResult<Option<DueMail>> {
    let row: Option<DueRow> = mails::table
        .find(id.0)
        .filter(mails::state.eq_any(["queued", "failed", "dropped"]))
        .for_update()
        .skip_locked()
        .select(DUE)
        .first(conn)
        .optional()?;
    row.map(read_due).transpose()
}

type DueRow = (
    i64,
    Value,
    Value,
    Option<CustomerNumber>,
    String,
    Uuid,
    DateTime<Utc>,
    i32,
    bool,
);
type Due = (
    mails::id,
    mails::kind,
    mails::recipient,
    mails::customer_number,
    mails::message_id,
    mails::mark,
    mails::queued_at,
    mails::attempts,
    mails::has_turn,
);
const DUE: Due = (
    mails::id,
    mails::kind,
    mails::recipient,
    mails::customer_number,
    mails::message_id,
    mails::mark,
    mails::queued_at,
    mails::attempts,
    mails::has_turn,
);

fn read_due(
    (id, kind, to, customer, message_id, mark, queued_at, attempts, has_turn): DueRow,
) -> QueryResult<DueMail> {
    Ok(DueMail {
        id: MailId(id),
        kind: text::from_json(kind)?,
        to: text::from_json(to)?,
        customer,
        message_id,
        mark,
        queued_at,
        attempts,
        has_turn,
    })
}

/// Lets a mail wait for its turn. It counts as queued then: nothing is late before.
pub fn give_turn(conn: &mut PgConnection, id: MailId, turn: DateTime<Utc>) -> QueryResult<()> {
    diesel::update(mails::table.find(id.0))
        .set((
            mails::has_turn.eq(true),
            mails::queued_at.eq(turn),
            mails::next_attempt_at.eq(turn),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Locks one mail if it still waits and no other worker holds it; true if it did.
pub fn lock_queued(conn: &mut PgConnection, id: MailId) -> QueryResult<bool> {
    let found: Option<i64> = mails::table
        .find(id.0)
        .filter(mails::state.eq("queued"))
        .select(mails::id)
        .for_update()
        .skip_locked()
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

/// How many mails are due, counted to `cap` + 1.
pub fn count_due(conn: &mut PgConnection, now: DateTime<Utc>, cap: i64) -> QueryResult<i64> {
    let due: Vec<i64> = mails::table
        .filter(mails::state.eq("queued"))
        .filter(mails::next_attempt_at.le(now))
        .limit(cap + 1)
        .select(mails::id)
        .load(conn)?;
    Ok(i64::try_from(due.len()).unwrap_or(i64::MAX))
}

/// What was sent, for the evidence (EV-06).
#[derive(Debug, Clone)]
pub struct Sent {
    /// The address it was handed over for.
    pub to: String,
    /// Subject line with which it was sent.
    pub subject: String,
    /// Its parts with their hashes, the text part first (F8).
    pub parts: Vec<PartHash>,
    /// Reply of the mail server.
    pub reply: String,
}

/// Notes that a mail was handed over.
pub fn mark_sent(
    conn: &mut PgConnection,
    id: MailId,
    sent: &Sent,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(mails::table.find(id.0))
        .set((
            mails::state.eq("sent"),
            mails::next_attempt_at.eq(None::<DateTime<Utc>>),
            mails::attempts.eq(mails::attempts + 1),
            mails::done_at.eq(now),
            mails::sent_to.eq(&sent.to),
            mails::subject.eq(&sent.subject),
            mails::body_hash.eq(sent.parts.first().map(|part| &part.sha256)),
            mails::parts.eq(text::json(&sent.parts)?),
            mails::reply.eq(&sent.reply),
        ))
        .execute(conn)?;
    log_attempt(conn, id, "sent", &sent.reply, now)
}

/// Notes that a mail is tried again later, and why.
pub fn mark_retry(
    conn: &mut PgConnection,
    id: MailId,
    reply: &str,
    next: DateTime<Utc>,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(mails::table.find(id.0))
        .set((
            mails::attempts.eq(mails::attempts + 1),
            mails::next_attempt_at.eq(next),
            mails::reply.eq(reply),
        ))
        .execute(conn)?;
    log_attempt(conn, id, "later", reply, now)
}

/// Notes that a mail is given up: `failed` by the server's reply, `dropped` because there is no
/// recipient or its content is no longer true.
pub fn mark_done(
    conn: &mut PgConnection,
    id: MailId,
    state: &str,
    reply: &str,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(mails::table.find(id.0))
        .set((
            mails::state.eq(state),
            mails::next_attempt_at.eq(None::<DateTime<Utc>>),
            mails::attempts.eq(mails::attempts + 1),
            mails::done_at.eq(now),
            mails::reply.eq(reply),
        ))
        .execute(conn)?;
    log_attempt(conn, id, state, reply, now)
}

fn log_attempt(
    conn: &mut PgConnection,
    id: MailId,
    outcome: &str,
    reply: &str,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::insert_into(mail_attempts::table)
        .values((
            mail_attempts::mail_id.eq(id.0),
            mail_attempts::at.eq(now),
            mail_attempts::outcome.eq(outcome),
            mail_attempts::reply.eq(reply),
        ))
        .execute(conn)
        .map(|_| ())
}

/// The mails of a case, newest first.
pub fn list_mails(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    limit: i64,
) -> QueryResult<Vec<MailLine>> {
    let rows: Vec<LineRow> = mails::table
        .filter(mails::customer_number.eq(customer))
        .order(mails::id.desc())
        .limit(limit)
        .select(LINE)
        .load(conn)?;
    rows.into_iter().map(read_line).collect()
}

type LineRow = (
    i64,
    Value,
    Value,
    Option<CustomerNumber>,
    DateTime<Utc>,
    String,
    i32,
    Option<DateTime<Utc>>,
    Option<String>,
    Option<String>,
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
    Option<String>,
);
type Line = (
    mails::id,
    mails::kind,
    mails::recipient,
    mails::customer_number,
    mails::queued_at,
    mails::state,
    mails::attempts,
    mails::done_at,
    mails::reply,
    mails::sent_to,
    mails::next_attempt_at,
    mails::returned_at,
    mails::returned_because,
);
const LINE: Line = (
    mails::id,
    mails::kind,
    mails::recipient,
    mails::customer_number,
    mails::queued_at,
    mails::state,
    mails::attempts,
    mails::done_at,
    mails::reply,
    mails::sent_to,
    mails::next_attempt_at,
    mails::returned_at,
    mails::returned_because,
);

fn read_line(row: LineRow) -> QueryResult<MailLine> {
    let (id, kind, to, customer, queued_at, state, attempts, done_at, reply, ..) = row;
    let (.., sent_to, next_attempt_at, returned_at, returned_because) = row;
    Ok(MailLine {
        id: MailId(id),
        kind: text::from_json(kind)?,
        to: text::from_json(to)?,
        customer,
        queued_at,
        state,
        attempts,
        done_at,
        reply,
        sent_to,
        next_attempt_at,
        returned_at,
        returned_because,
    })
}

/// Makes a mail that waits or was given up due at once. True if there was one.
pub fn requeue(conn: &mut PgConnection, id: MailId, now: DateTime<Utc>) -> QueryResult<bool> {
    let changed = diesel::update(
        mails::table
            .find(id.0)
            .filter(mails::state.eq_any(["queued", "failed", "dropped"])),
    )
    .set((
        mails::state.eq("queued"),
        mails::next_attempt_at.eq(now),
        mails::done_at.eq(None::<DateTime<Utc>>),
    ))
    .execute(conn)?;
    Ok(changed == 1)
}
