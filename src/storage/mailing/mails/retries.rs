//! A mail that did not arrive, and whether another was sent in its place.

use diesel::prelude::*;
use serde_json::{Value, json};

use crate::domain::mail::MailKind;
use crate::domain::{CustomerNumber, MailId};
use crate::storage::schema::mails;
use crate::storage::{QueryResult, text};

/// Locks one mail that came back or was given up, and returns its kind and customer. `None` if it
/// arrived, waits, or does not exist.
pub fn lock_undelivered(
    conn: &mut PgConnection,
    id: MailId,
) -> QueryResult<Option<(MailKind, Option<CustomerNumber>)>> {
    let row: Option<(Value, Option<CustomerNumber>)> = mails::table
        .find(id.0)
        .filter(mails::state.eq_any(["failed", "returned"]))
        // A copy for the former address (A4) need not arrive.
        .filter(mails::recipient.ne(json!({"to": "former_address"})))
        .for_update()
        .select((mails::kind, mails::customer_number))
        .first(conn)
        .optional()?;
    row.map(|(kind, customer)| Ok((text::from_json(kind)?, customer)))
        .transpose()
}

/// Whether a mail was ever queued for a step.
pub fn has_step(conn: &mut PgConnection, step: &str) -> QueryResult<bool> {
    let mails = mails::table.filter(mails::step.eq(step));
    diesel::select(diesel::dsl::exists(mails)).get_result(conn)
}

/// Whether a mail still waits to be handed over.
pub fn is_queued(conn: &mut PgConnection, id: MailId) -> QueryResult<bool> {
    let mails = mails::table.find(id.0).filter(mails::state.eq("queued"));
    diesel::select(diesel::dsl::exists(mails)).get_result(conn)
}
