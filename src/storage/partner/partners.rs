//! Partners (Mandanten) and sub-partners (Submandanten).

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Array, Nullable, Text};
use uuid::Uuid;

use crate::domain::case::Partner;
use crate::domain::{EmailAddress, PartnerId, Party, name};
use crate::storage::QueryResult;
use crate::storage::parties::PartnerParty;
use crate::storage::schema::partners;

pub(in crate::storage) type Row = (
    i64,
    Option<i64>,
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
    PartnerParty,
);

/// One partner by its key.
pub fn find_partner(conn: &mut PgConnection, id: PartnerId) -> QueryResult<Option<Partner>> {
    let row: Option<Row> = partners::table
        .find(id.0)
        .select(columns())
        .first(conn)
        .optional()?;
    Ok(row.map(read))
}

/// Several partners by their keys.
pub fn list_partners_by_id(
    conn: &mut PgConnection,
    ids: impl IntoIterator<Item = i64>,
) -> QueryResult<HashMap<PartnerId, Partner>> {
    let ids: BTreeSet<i64> = ids.into_iter().collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Row> = partners::table
        .filter(partners::id.eq_any(ids))
        .select(columns())
        .load(conn)?;
    let all = rows.into_iter().map(read);
    Ok(all.map(|partner| (partner.id, partner)).collect())
}

/// Addresses that these partners once had (5.6-11).
pub fn list_former_addresses(
    conn: &mut PgConnection,
    partners: &[PartnerId],
) -> QueryResult<Vec<EmailAddress>> {
    let ids: Vec<i64> = partners.iter().map(|id| id.0).collect();
    let former: Vec<Vec<Option<String>>> = partners::table
        .filter(partners::id.eq_any(ids))
        .select(partners::former_emails)
        .load(conn)?;
    Ok(former
        .iter()
        .flatten()
        .flatten()
        .filter_map(|email| EmailAddress::parse(email).ok())
        .collect())
}

/// A partner added since `since` with exactly these contact data.
pub fn find_twin(
    conn: &mut PgConnection,
    parent: Option<PartnerId>,
    party: &Party,
    since: DateTime<Utc>,
) -> QueryResult<Option<PartnerId>> {
    let rows: Vec<Row> = partners::table
        .filter(partners::created_at.ge(since))
        .filter(partners::parent_id.is_not_distinct_from(parent.map(|parent| parent.0)))
        .filter(partners::name.eq(&party.name))
        .order(partners::id)
        .select(columns())
        .load(conn)?;
    let twin = rows.into_iter().map(read).find(|one| one.party == *party);
    Ok(twin.map(|one| one.id))
}

/// Mandanten with this name, or Submandanten of `parent`.
pub fn list_named(
    conn: &mut PgConnection,
    parent: Option<PartnerId>,
    name: &str,
) -> QueryResult<Vec<Partner>> {
    let rows: Vec<Row> = partners::table
        .filter(partners::parent_id.is_not_distinct_from(parent.map(|parent| parent.0)))
        .filter(partners::name.eq(name))
        .order(partners::id)
        .select(columns())
        .load(conn)?;
    Ok(rows.into_iter().map(read).collect())
}

/// Partners and sub-partners by their keys, in no order.
pub fn list_some(conn: &mut PgConnection, ids: &[PartnerId]) -> QueryResult<Vec<Partner>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let rows: Vec<Row> = partners::table
        .filter(partners::id.eq_any(ids))
        .select(columns())
        .load(conn)?;
    Ok(rows.into_iter().map(read).collect())
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

/// The Submandanten of a Mandant, by name: id and name for the filter of the list.
pub fn list_sub_partner_names(
    conn: &mut PgConnection,
    of: PartnerId,
) -> QueryResult<Vec<(PartnerId, String)>> {
    let rows: Vec<(i64, String)> = partners::table
        .filter(partners::parent_id.eq(of.0))
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

/// Mandanten that a customer can be assigned to, by name; at most `limit`.
pub fn list_assignable(conn: &mut PgConnection, limit: i64) -> QueryResult<Vec<Partner>> {
    let rows: Vec<Row> = partners::table
        .filter(partners::parent_id.is_null())
        .filter(partners::blocked_at.is_null())
        .order((partners::name, partners::id))
        .limit(limit)
        .select(columns())
        .load(conn)?;
    let all = rows.into_iter().map(read);
    Ok(all.filter(Partner::can_be_named).collect())
}

/// One partner, locked until the transaction ends. Rows of cases that refer to it can still be
/// written.
pub fn lock_partner(conn: &mut PgConnection, id: PartnerId) -> QueryResult<Option<Partner>> {
    let row: Option<Row> = partners::table
        .find(id.0)
        .select(columns())
        .for_no_key_update()
        .first(conn)
        .optional()?;
    Ok(row.map(read))
}

/// Adds a partner, or a sub-partner of `parent`.
pub fn create_partner(
    conn: &mut PgConnection,
    parent: Option<PartnerId>,
    party: &Party,
    now: DateTime<Utc>,
) -> QueryResult<PartnerId> {
    let above = match parent {
        Some(id) => Some(find_list_key(conn, id)?),
        None => None,
    };
    diesel::insert_into(partners::table)
        .values((
            PartnerParty::from(party),
            partners::parent_id.eq(parent.map(|id| id.0)),
            partners::created_at.eq(now),
            partners::list_key.eq(list_key(above.as_deref(), &party.name)),
        ))
        .returning(partners::id)
        .get_result(conn)
        .map(PartnerId)
}

/// Writes the contact data of a partner. Under another name it moves to another place in the list,
/// and its sub-partners with it.
pub fn save_party(conn: &mut PgConnection, partner: &Partner, party: &Party) -> QueryResult<()> {
    diesel::update(partners::table.find(partner.id.0))
        .set(PartnerParty::from(party))
        .execute(conn)?;
    if let Some(former) = partner
        .party
        .email
        .as_ref()
        .filter(|_| party.email != partner.party.email)
    {
        let added = sql::<Array<Nullable<Text>>>("array_append(array_remove(former_emails, ")
            .bind::<Text, _>(former.as_str())
            .sql("), ")
            .bind::<Text, _>(former.as_str())
            .sql(")");
        diesel::update(partners::table.find(partner.id.0))
            .set(partners::former_emails.eq(added))
            .execute(conn)?;
    }
    if party.name == partner.party.name {
        return Ok(());
    }
    let above = match partner.parent {
        Some(id) => Some(find_list_key(conn, id)?),
        None => None,
    };
    let old = find_list_key(conn, partner.id)?;
    let new = list_key(above.as_deref(), &party.name);
    diesel::update(partners::table.find(partner.id.0))
        .set(partners::list_key.eq(&new))
        .execute(conn)?;
    let below: Vec<(i64, String)> = partners::table
        .filter(partners::parent_id.eq(partner.id.0))
        .select((partners::id, partners::list_key))
        .load(conn)?;
    for (id, key) in below {
        let own = key.strip_prefix(&old).unwrap_or_default();
        diesel::update(partners::table.find(id))
            .set(partners::list_key.eq(format!("{new}{own}")))
            .execute(conn)?;
    }
    Ok(())
}

/// Blocks a partner with a reason.
pub fn mark_blocked(
    conn: &mut PgConnection,
    id: PartnerId,
    reason: &str,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(partners::table.find(id.0))
        .set((
            partners::blocked_at.eq(now),
            partners::block_reason.eq(reason),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Removes the block of a partner.
pub fn mark_unblocked(conn: &mut PgConnection, id: PartnerId) -> QueryResult<()> {
    diesel::update(partners::table.find(id.0))
        .set((
            partners::blocked_at.eq(None::<DateTime<Utc>>),
            partners::block_reason.eq(None::<String>),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Deactivates a sub-partner, or activates it again with `None`.
pub fn mark_deactivated(
    conn: &mut PgConnection,
    id: PartnerId,
    at: Option<DateTime<Utc>>,
) -> QueryResult<()> {
    diesel::update(partners::table.find(id.0))
        .set(partners::deactivated_at.eq(at))
        .execute(conn)
        .map(|_| ())
}

/// Notes that a sub-partner waits for the operator's release; `None` notes that it was released.
pub fn mark_unreleased(
    conn: &mut PgConnection,
    id: PartnerId,
    since: Option<DateTime<Utc>>,
) -> QueryResult<()> {
    diesel::update(partners::table.find(id.0))
        .set(partners::unreleased_since.eq(since))
        .execute(conn)
        .map(|_| ())
}

/// Sub-partners that wait for the operator's release, counted to `cap` + 1.
pub fn count_unreleased(conn: &mut PgConnection, cap: i64) -> QueryResult<i64> {
    let ids: Vec<i64> = partners::table
        .filter(partners::unreleased_since.is_not_null())
        .limit(cap + 1)
        .select(partners::id)
        .load(conn)?;
    Ok(i64::try_from(ids.len()).unwrap_or(i64::MAX))
}

/// How many sub-partners were added to a partner since `since`.
pub fn count_new(
    conn: &mut PgConnection,
    parent: PartnerId,
    since: DateTime<Utc>,
) -> QueryResult<i64> {
    partners::table
        .filter(partners::parent_id.eq(parent.0))
        .filter(partners::created_at.gt(since))
        .count()
        .get_result(conn)
}

/// Why the operator blocked a partner.
pub fn find_block_reason(conn: &mut PgConnection, id: PartnerId) -> QueryResult<Option<String>> {
    partners::table
        .find(id.0)
        .select(partners::block_reason)
        .first(conn)
}

pub(in crate::storage) fn find_list_key(
    conn: &mut PgConnection,
    id: PartnerId,
) -> QueryResult<String> {
    partners::table
        .find(id.0)
        .select(partners::list_key)
        .first(conn)
}

/// Sort key of a partner: below its Mandant, by name, and unique. The separators sort before every
/// letter, and a search for the beginning of a word does not match what follows them.
fn list_key(above: Option<&str>, name: &str) -> String {
    let own = format!("{}\u{1}{}", name::sort_key(name), Uuid::new_v4());
    match above {
        Some(above) => format!("{above}\u{2} {own}"),
        None => own,
    }
}

pub(in crate::storage) fn columns() -> (
    partners::id,
    partners::parent_id,
    partners::blocked_at,
    partners::deactivated_at,
    partners::unreleased_since,
    diesel::dsl::AsSelect<PartnerParty, diesel::pg::Pg>,
) {
    (
        partners::id,
        partners::parent_id,
        partners::blocked_at,
        partners::deactivated_at,
        partners::unreleased_since,
        PartnerParty::as_select(),
    )
}

pub(in crate::storage) fn read(
    (id, parent, blocked_at, deactivated_at, unreleased_since, party): Row,
) -> Partner {
    Partner {
        id: PartnerId(id),
        parent: parent.map(PartnerId),
        party: party.into(),
        blocked_at,
        deactivated_at,
        unreleased_since,
    }
}
