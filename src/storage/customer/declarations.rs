//! What customers declared against an agreement: objections with their proofs, reasons of declines
//! (EV-10). Only the operator's pages read this (5.8-19).

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::domain::case::Channel;
use crate::domain::{AgreementId, CustomerNumber, FileId, ObjectionId, RequestId};
use crate::storage::files::erase_files;
use crate::storage::schema::{
    agreements, decline_reasons, files, objection_files, objections, requests, users,
};
use crate::storage::{QueryResult, text};

/// An objection as it was recorded.
#[derive(Debug, Clone)]
pub struct ObjectionLine {
    /// Key in `objections`.
    pub id: ObjectionId,
    /// Number of the agreement it made void; `None` if it came before conclusion.
    pub agreement: Option<String>,
    /// How it was received.
    pub channel: Channel,
    /// The day it was received.
    pub received_on: NaiveDate,
    /// The operator's note.
    pub note: String,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// Name of the user who recorded it.
    pub recorded_by: String,
    /// Its proofs with the moment of their upload, oldest first.
    pub proofs: Vec<(FileId, DateTime<Utc>)>,
}

/// Stores why a customer declined.
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
        .filter(requests::customer_number.eq(customer))
        .order(requests::position.desc())
        .limit(limit)
        .select((decline_reasons::declined_at, decline_reasons::reason))
        .load(conn)
}

/// Connects a stored file with an objection.
pub fn add_proof(conn: &mut PgConnection, objection: ObjectionId, file: FileId) -> QueryResult<()> {
    diesel::insert_into(objection_files::table)
        .values((
            objection_files::objection_id.eq(objection.0),
            objection_files::file_id.eq(file.0),
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
        .filter(objections::customer_number.eq(customer))
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
    let found: Option<Uuid> = objection_files::table
        .inner_join(objections::table)
        .filter(objection_files::file_id.eq(file.0))
        .filter(objections::customer_number.eq(customer))
        .select(objection_files::file_id)
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
        .filter(objections::customer_number.eq(customer))
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
    let proofs: Vec<(i64, Uuid, DateTime<Utc>)> = objection_files::table
        .inner_join(files::table)
        .filter(objection_files::objection_id.eq_any(ids))
        .order(files::uploaded_at)
        .select((objection_files::objection_id, files::id, files::uploaded_at))
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

/// Erases the proofs of objections against an agreement, including the files (EV-16).
pub fn erase_proofs_against(conn: &mut PgConnection, agreement: AgreementId) -> QueryResult<()> {
    let against = objections::table
        .filter(objections::agreement_id.eq(agreement.0))
        .select(objections::id)
        .load(conn)?;
    erase_proofs(conn, against)
}

/// Erases the reason for which a round was declined.
pub fn erase_reason(conn: &mut PgConnection, round: RequestId) -> QueryResult<()> {
    diesel::delete(decline_reasons::table.find(round.0))
        .execute(conn)
        .map(|_| ())
}

/// Erases all proofs and reasons of a customer; the objections themselves stay.
pub fn erase_of(conn: &mut PgConnection, customer: CustomerNumber) -> QueryResult<()> {
    let own = objections::table
        .filter(objections::customer_number.eq(customer))
        .select(objections::id)
        .load(conn)?;
    erase_proofs(conn, own)?;
    let rounds = requests::table
        .filter(requests::customer_number.eq(customer))
        .select(requests::id);
    diesel::delete(decline_reasons::table.filter(decline_reasons::request_id.eq_any(rounds)))
        .execute(conn)
        .map(|_| ())
}

/// Erases what belongs to no agreement's evidence and ended before `before`: reasons of declines,
/// notes and proofs of objections before conclusion. Returns the number of rows concerned. That the
/// customer declined or objected, and when, stays.
pub fn forget_old(conn: &mut PgConnection, before: DateTime<Utc>, most: i64) -> QueryResult<usize> {
    let reasons: Vec<Uuid> = decline_reasons::table
        .filter(decline_reasons::declined_at.le(before))
        .limit(most)
        .select(decline_reasons::request_id)
        .load(conn)?;
    let gone =
        diesel::delete(decline_reasons::table.filter(decline_reasons::request_id.eq_any(reasons)))
            .execute(conn)?;
    let before_conclusion: Vec<i64> = objections::table
        .left_join(objection_files::table)
        .filter(objections::agreement_id.is_null())
        .filter(objections::recorded_at.le(before))
        .filter(
            objections::note
                .ne("")
                .or(objection_files::file_id.nullable().is_not_null()),
        )
        .limit(most)
        .select(objections::id)
        .load(conn)?;
    let emptied =
        diesel::update(objections::table.filter(objections::id.eq_any(&before_conclusion)))
            .set(objections::note.eq(""))
            .execute(conn)?;
    erase_proofs(conn, before_conclusion)?;
    Ok(gone + emptied)
}

fn erase_proofs(conn: &mut PgConnection, of: Vec<i64>) -> QueryResult<()> {
    let gone: Vec<Uuid> =
        diesel::delete(objection_files::table.filter(objection_files::objection_id.eq_any(of)))
            .returning(objection_files::file_id)
            .get_results(conn)?;
    erase_files(conn, gone)
}
