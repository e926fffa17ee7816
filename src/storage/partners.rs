//! Partners (Mandanten) and sub-partners (Submandanten).

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::QueryResult;
use super::parties::PartnerParty;
use super::schema::partners;
use crate::domain::case::Partner;
use crate::domain::{PartnerId, Party};

type Row = (i64, Option<i64>, Option<DateTime<Utc>>, PartnerParty);

/// One partner.
pub fn find_partner(conn: &mut PgConnection, id: PartnerId) -> QueryResult<Option<Partner>> {
    let row: Option<Row> = partners::table
        .find(id.0)
        .select(columns())
        .first(conn)
        .optional()?;
    Ok(row.map(read))
}

/// The sub-partners of a partner, by name.
pub fn list_sub_partners(conn: &mut PgConnection, of: PartnerId) -> QueryResult<Vec<Partner>> {
    let rows: Vec<Row> = partners::table
        .filter(partners::parent_id.eq(of.0))
        .order((partners::name, partners::id))
        .select(columns())
        .load(conn)?;
    Ok(rows.into_iter().map(read).collect())
}

/// All Mandanten, by name: id and name for the operator's filter.
pub fn list_partner_names(conn: &mut PgConnection) -> QueryResult<Vec<(PartnerId, String)>> {
    let rows: Vec<(i64, String)> = partners::table
        .filter(partners::parent_id.is_null())
        .order((partners::name, partners::id))
        .select((partners::id, partners::name))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, name)| (PartnerId(id), name))
        .collect())
}

/// Mandanten and Submandanten, by name: id, name, and whether it is a Submandant; at most `limit`.
pub fn list_all_partner_names(
    conn: &mut PgConnection,
    limit: i64,
) -> QueryResult<Vec<(PartnerId, String, bool)>> {
    let rows: Vec<(i64, String, Option<i64>)> = partners::table
        .order((partners::name, partners::id))
        .limit(limit)
        .select((partners::id, partners::name, partners::parent_id))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, name, parent)| (PartnerId(id), name, parent.is_some()))
        .collect())
}

/// Adds a partner, or a sub-partner of `parent`.
pub fn create_partner(
    conn: &mut PgConnection,
    parent: Option<PartnerId>,
    party: &Party,
    now: DateTime<Utc>,
) -> QueryResult<PartnerId> {
    diesel::insert_into(partners::table)
        .values((
            PartnerParty::from(party),
            partners::parent_id.eq(parent.map(|id| id.0)),
            partners::created_at.eq(now),
        ))
        .returning(partners::id)
        .get_result(conn)
        .map(PartnerId)
}

fn columns() -> (
    partners::id,
    partners::parent_id,
    partners::blocked_at,
    diesel::dsl::AsSelect<PartnerParty, diesel::pg::Pg>,
) {
    (
        partners::id,
        partners::parent_id,
        partners::blocked_at,
        PartnerParty::as_select(),
    )
}

fn read((id, parent, blocked_at, party): Row) -> Partner {
    Partner {
        id: PartnerId(id),
        parent: parent.map(PartnerId),
        party: party.into(),
        blocked_at,
    }
}
