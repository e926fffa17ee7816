//! Which process reads the mailbox, and how it stands.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use crate::storage::QueryResult;
use crate::storage::schema::mailbox_state;

/// Takes the mailbox for the process `claim` until `until`. False if another one has it.
pub fn claim_mailbox(
    conn: &mut PgConnection,
    claim: Uuid,
    (now, until): (DateTime<Utc>, DateTime<Utc>),
) -> QueryResult<bool> {
    let taken = diesel::sql_query(
        "INSERT INTO mailbox_state (claim, claimed_until) VALUES ($1, $2) \
         ON CONFLICT (id) DO UPDATE SET claim = $1, claimed_until = $2 \
         WHERE mailbox_state.claim IS NULL OR mailbox_state.claim = $1 OR mailbox_state.claimed_until < $3",
    )
    .bind::<SqlUuid, _>(claim)
    .bind::<Timestamptz, _>(until)
    .bind::<Timestamptz, _>(now)
    .execute(conn)?;
    Ok(taken > 0)
}

/// Gives the mailbox back, which was `read` to its end, could not be, or neither. Returns since when it
/// cannot be read; nothing is noted where another process has it by now.
pub fn give_mailbox_back(
    conn: &mut PgConnection,
    claim: Uuid,
    read: Option<bool>,
    now: DateTime<Utc>,
) -> QueryResult<Option<DateTime<Utc>>> {
    diesel::sql_query(
        "UPDATE mailbox_state SET claim = NULL, claimed_until = NULL, read_at = coalesce($2, read_at), \
             failing_since = CASE WHEN $2 IS NOT NULL THEN NULL ELSE coalesce(failing_since, $3) END \
         WHERE claim = $1",
    )
    .bind::<SqlUuid, _>(claim)
    .bind::<Nullable<Timestamptz>, _>((read == Some(true)).then_some(now))
    .bind::<Nullable<Timestamptz>, _>((read == Some(false)).then_some(now))
    .execute(conn)?;
    Ok(mailbox_stands(conn)?.and_then(|(_, failing)| failing))
}

/// When the mailbox was last read to its end, and since when it cannot be read.
pub type MailboxMoments = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// How the mailbox stands; `None` before the first time.
pub fn mailbox_stands(conn: &mut PgConnection) -> QueryResult<Option<MailboxMoments>> {
    mailbox_state::table
        .select((mailbox_state::read_at, mailbox_state::failing_since))
        .first(conn)
        .optional()
}
