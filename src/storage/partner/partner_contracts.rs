//! Contracts under Art. 28(4) GDPR with partners (EV-14).

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use crate::domain::{FileId, PartnerId, UserId};
use crate::storage::QueryResult;
use crate::storage::schema::{files, partner_contracts};

/// A contract as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerContract {
    /// The day it was signed.
    pub signed_on: NaiveDate,
    /// Its last day; `None` if it has no end.
    pub valid_until: Option<NaiveDate>,
    /// Where the paper is kept; empty if that was not recorded.
    pub reference: String,
    /// The uploaded file, if there is one.
    pub file: Option<FileId>,
}

/// Records a contract; those recorded before stay.
pub fn create_contract(
    conn: &mut PgConnection,
    partner: PartnerId,
    contract: &PartnerContract,
    by: UserId,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::insert_into(partner_contracts::table)
        .values((
            partner_contracts::partner_id.eq(partner.0),
            partner_contracts::signed_on.eq(contract.signed_on),
            partner_contracts::valid_until.eq(contract.valid_until),
            partner_contracts::reference.eq(&contract.reference),
            partner_contracts::file_id.eq(contract.file.map(|file| file.0)),
            partner_contracts::recorded_at.eq(now),
            partner_contracts::recorded_by.eq(by.0),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Whether the contract that counts has the same content and was recorded after `since`, as when a
/// form is sent twice.
pub fn is_twin(
    conn: &mut PgConnection,
    partner: PartnerId,
    (signed_on, valid_until, reference): (NaiveDate, Option<NaiveDate>, &str),
    file_hash: Option<&str>,
    since: DateTime<Utc>,
) -> QueryResult<bool> {
    type Row = (NaiveDate, Option<NaiveDate>, String, Option<String>);
    let last: Option<Row> = partner_contracts::table
        .left_join(files::table)
        .filter(partner_contracts::partner_id.eq(partner.0))
        .filter(partner_contracts::recorded_at.gt(since))
        .order(partner_contracts::id.desc())
        .select((
            partner_contracts::signed_on,
            partner_contracts::valid_until,
            partner_contracts::reference,
            files::sha256.nullable(),
        ))
        .first(conn)
        .optional()?;
    Ok(last.is_some_and(|(signed, until, place, hash)| {
        signed == signed_on
            && until == valid_until
            && place == reference
            && hash.as_deref() == file_hash
    }))
}

/// The contracts with a partner, the one that counts first; at most `limit`.
pub fn list_contracts(
    conn: &mut PgConnection,
    partner: PartnerId,
    limit: i64,
) -> QueryResult<Vec<PartnerContract>> {
    type Row = (NaiveDate, Option<NaiveDate>, String, Option<uuid::Uuid>);
    let rows: Vec<Row> = partner_contracts::table
        .filter(partner_contracts::partner_id.eq(partner.0))
        .order(partner_contracts::id.desc())
        .limit(limit)
        .select((
            partner_contracts::signed_on,
            partner_contracts::valid_until,
            partner_contracts::reference,
            partner_contracts::file_id,
        ))
        .load(conn)?;
    let read = |(signed_on, valid_until, reference, file): Row| PartnerContract {
        signed_on,
        valid_until,
        reference,
        file: file.map(FileId),
    };
    Ok(rows.into_iter().map(read).collect())
}

/// The last day of the contract that counts, for each of these partners that has one.
pub fn list_ends(
    conn: &mut PgConnection,
    partners: &[PartnerId],
) -> QueryResult<HashMap<PartnerId, Option<NaiveDate>>> {
    let ids: Vec<i64> = partners.iter().map(|id| id.0).collect();
    let rows: Vec<(i64, Option<NaiveDate>)> = partner_contracts::table
        .filter(partner_contracts::partner_id.eq_any(ids))
        .distinct_on(partner_contracts::partner_id)
        .order((partner_contracts::partner_id, partner_contracts::id.desc()))
        .select((
            partner_contracts::partner_id,
            partner_contracts::valid_until,
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, last)| (PartnerId(id), last))
        .collect())
}

/// Whether this file belongs to a contract with this partner.
pub fn has_file(conn: &mut PgConnection, partner: PartnerId, file: FileId) -> QueryResult<bool> {
    let found: Option<i64> = partner_contracts::table
        .filter(partner_contracts::partner_id.eq(partner.0))
        .filter(partner_contracts::file_id.eq(file.0))
        .select(partner_contracts::id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}
