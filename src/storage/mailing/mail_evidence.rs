//! Mails as evidence: what was really sent, and what the server replied (EV-06).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;

use crate::domain::CustomerNumber;
use crate::domain::mail::{PartHash, Recipient};
use crate::storage::schema::mails;
use crate::storage::{QueryResult, text};

/// A mail of a case with everything that is stored of it.
#[derive(Debug, Clone)]
pub struct MailProof {
    /// Message-ID without angle brackets.
    pub message_id: String,
    /// Key of the kind of mail.
    pub kind: String,
    /// The recipient, as a role and not as an address.
    pub to: Recipient,
    /// `queued`, `sent`, `failed` or `dropped`.
    pub state: String,
    /// When it was queued.
    pub queued_at: DateTime<Utc>,
    /// When it was sent or given up.
    pub done_at: Option<DateTime<Utc>>,
    /// Address it was sent to.
    pub sent_to: Option<String>,
    /// Subject line with which it was sent, if it was sent.
    pub subject: Option<String>,
    /// Its parts with their hashes; empty if it was not sent, or before they were kept.
    pub parts: Vec<PartHash>,
    /// SHA-256 of the decoded text part, hex; of the whole message if `parts` were not stored.
    pub body_hash: Option<String>,
    /// Last reply of the mail server.
    pub reply: Option<String>,
    /// How often it was tried.
    pub attempts: i32,
}

#[derive(Queryable)]
struct MailEvidenceRow {
    message_id: String,
    kind: Value,
    recipient: Value,
    state: String,
    queued_at: DateTime<Utc>,
    done_at: Option<DateTime<Utc>>,
    sent_to: Option<String>,
    subject: Option<String>,
    body_hash: Option<String>,
    parts: Option<Value>,
    reply: Option<String>,
    attempts: i32,
}

/// The mails of a case, newest first, at most `limit`.
pub fn list_proofs(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    limit: i64,
) -> QueryResult<Vec<MailProof>> {
    let rows: Vec<MailEvidenceRow> = mails::table
        .filter(mails::customer_number.eq(customer))
        .order(mails::id.desc())
        .limit(limit)
        .select((
            mails::message_id,
            mails::kind,
            mails::recipient,
            mails::state,
            mails::queued_at,
            mails::done_at,
            mails::sent_to,
            mails::subject,
            mails::body_hash,
            mails::parts,
            mails::reply,
            mails::attempts,
        ))
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

fn read(row: MailEvidenceRow) -> QueryResult<MailProof> {
    let kind = row.kind.get("kind").and_then(Value::as_str);
    Ok(MailProof {
        message_id: row.message_id,
        kind: kind.unwrap_or_default().to_owned(),
        to: text::from_json(row.recipient)?,
        state: row.state,
        queued_at: row.queued_at,
        done_at: row.done_at,
        sent_to: row.sent_to,
        subject: row.subject,
        body_hash: row.body_hash,
        parts: row.parts.map_or_else(|| Ok(Vec::new()), text::from_json)?,
        reply: row.reply,
        attempts: row.attempts,
    })
}
