//! What customers declared against a contract: objections with their proofs, reasons of declines
//! (EV-10). Only the operator's pages read this (5.8-19).

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::schema::{
    agreements, decline_reasons, files, objection_proofs, objections, requests, users,
};
use super::{QueryResult, text};
use crate::domain::case::Channel;
use crate::domain::{CustomerNumber, FileId, ObjectionId, RequestId};

/// An objection as it was recorded.
#[derive(Debug, Clone)]
pub struct ObjectionLine {
    /// Key.
    pub id: ObjectionId,
    /// Number of the agreement it made void; `None` before conclusion.
    pub agreement: Option<String>,
    /// By which way it came.
    pub channel: Channel,
    /// The day it was received.
    pub received_on: NaiveDate,
    /// The operator's note.
    pub note: String,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// By whom.
    pub recorded_by: String,
    /// Its proofs with the moment of their upload, oldest first.
    pub proofs: Vec<(FileId, DateTime<Utc>)>,
}

/// Keeps why a customer declined.
pub fn create_decline_reason(
    conn: &mut PgConnection,
    request: RequestId,
    reason: &str,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::insert_into(decline_reasons::table)
        .values((
            decline_reasons::request_id.eq(request.0),
            decline_reasons::reason.eq(reason),
            decline_reasons::declined_at.eq(now),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Why a customer declined, newest first; at most `limit`.
pub fn list_decline_reasons(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    limit: i64,
) -> QueryResult<Vec<(DateTime<Utc>, String)>> {
    decline_reasons::table
        .inner_join(requests::table)
        .filter(requests::customer_number.eq(customer.0))
        .order(requests::position.desc())
        .limit(limit)
        .select((decline_reasons::declined_at, decline_reasons::reason))
        .load(conn)
}

/// Puts a stored file beside an objection.
pub fn add_proof(conn: &mut PgConnection, objection: ObjectionId, file: FileId) -> QueryResult<()> {
    diesel::insert_into(objection_proofs::table)
        .values((
            objection_proofs::objection_id.eq(objection.0),
            objection_proofs::file_id.eq(file.0),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Whether this objection is this customer's.
pub fn has_objection(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    objection: ObjectionId,
) -> QueryResult<bool> {
    let found: Option<i64> = objections::table
        .find(objection.0)
        .filter(objections::customer_number.eq(customer.0))
        .select(objections::id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

/// Whether this file is a proof of an objection of this customer.
pub fn has_proof(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    file: FileId,
) -> QueryResult<bool> {
    let found: Option<Uuid> = objection_proofs::table
        .inner_join(objections::table)
        .filter(objection_proofs::file_id.eq(file.0))
        .filter(objections::customer_number.eq(customer.0))
        .select(objection_proofs::file_id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

/// The objections of a customer, newest first; at most `limit`.
pub fn list_objections(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    limit: i64,
) -> QueryResult<Vec<ObjectionLine>> {
    type Row = (
        i64,
        Option<String>,
        String,
        NaiveDate,
        String,
        DateTime<Utc>,
        Option<String>,
    );
    let rows: Vec<Row> = objections::table
        .left_join(agreements::table)
        .left_join(users::table.on(users::id.eq(objections::recorded_by)))
        .filter(objections::customer_number.eq(customer.0))
        .order(objections::id.desc())
        .limit(limit)
        .select((
            objections::id,
            agreements::number.nullable(),
            objections::channel,
            objections::received_on,
            objections::note,
            objections::recorded_at,
            users::name.nullable(),
        ))
        .load(conn)?;
    let ids: Vec<i64> = rows.iter().map(|row| row.0).collect();
    let proofs: Vec<(i64, Uuid, DateTime<Utc>)> = objection_proofs::table
        .inner_join(files::table)
        .filter(objection_proofs::objection_id.eq_any(ids))
        .order(files::uploaded_at)
        .select((
            objection_proofs::objection_id,
            files::id,
            files::uploaded_at,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(
            |(id, agreement, channel, received_on, note, recorded_at, by)| {
                Ok(ObjectionLine {
                    id: ObjectionId(id),
                    agreement,
                    channel: text::from_word(channel)?,
                    received_on,
                    note,
                    recorded_at,
                    recorded_by: by.unwrap_or_default(),
                    proofs: proofs
                        .iter()
                        .filter(|proof| proof.0 == id)
                        .map(|proof| (FileId(proof.1), proof.2))
                        .collect(),
                })
            },
        )
        .collect()
}
