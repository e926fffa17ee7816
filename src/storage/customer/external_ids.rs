//! What the other systems of the provider call partners, bookings and users, and the versions of the
//! master data that they sent.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::domain::client::{ExternalId, PartnerName};
use crate::domain::{CustomerNumber, PartnerId, UserId};
use crate::storage::QueryResult;
use crate::storage::schema::{bookings, customers, partners, users};

/// A booking by its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownBooking {
    /// Whose it is.
    pub customer: CustomerNumber,
    /// Its index in [`crate::domain::case::Case::bookings`].
    pub place: usize,
}

/// Keeps others who write under the same key waiting until the transaction has ended: what is not there yet
/// cannot be locked itself.
pub fn lock_key(conn: &mut PgConnection, kind: &str, key: &str) -> QueryResult<()> {
    diesel::sql_query(
        "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' ' || $1 || ' ' || $2, 0))",
    )
    .bind::<Text, _>(kind)
    .bind::<Text, _>(key)
    .execute(conn)
    .map(|_| ())
}

/// The partner that is called so, and its partner if it is a sub-partner.
pub fn find_partner(
    conn: &mut PgConnection,
    key: &str,
) -> QueryResult<Option<(PartnerId, Option<PartnerId>)>> {
    let found: Option<(i64, Option<i64>)> = partners::table
        .filter(partners::external_id.eq(key))
        .select((partners::id, partners::parent_id))
        .first(conn)
        .optional()?;
    Ok(found.map(|(id, parent)| (PartnerId(id), parent.map(PartnerId))))
}

/// What partners are called, in the order asked for.
pub fn name_partners(conn: &mut PgConnection, ids: &[PartnerId]) -> QueryResult<Vec<PartnerName>> {
    let plain: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let rows: Vec<(i64, Option<String>)> = partners::table
        .filter(partners::id.eq_any(plain))
        .select((partners::id, partners::external_id))
        .load(conn)?;
    let keys: HashMap<i64, Option<String>> = rows.into_iter().collect();
    let name = |id: &PartnerId| PartnerName {
        id: *id,
        key: keys.get(&id.0).cloned().flatten(),
    };
    Ok(ids.iter().map(name).collect())
}

/// Partners with a key behind `after`, by key, at most `limit`.
pub fn list_partners(
    conn: &mut PgConnection,
    after: Option<&str>,
    limit: i64,
) -> QueryResult<Vec<(PartnerId, String)>> {
    let rows: Vec<(i64, Option<String>)> = partners::table
        .filter(partners::external_id.gt(after.unwrap_or_default()))
        .order(partners::external_id)
        .limit(limit)
        .select((partners::id, partners::external_id))
        .load(conn)?;
    let named = |(id, key): (i64, Option<String>)| Some((PartnerId(id), key?));
    Ok(rows.into_iter().filter_map(named).collect())
}

/// Gives a partner its key; `false` if it has one.
pub fn name_partner(conn: &mut PgConnection, id: PartnerId, key: &ExternalId) -> QueryResult<bool> {
    diesel::update(partners::table.find(id.0))
        .filter(partners::external_id.is_null())
        .set(partners::external_id.eq(key.as_str()))
        .execute(conn)
        .map(|count| count == 1)
}

/// The booking that is called so.
pub fn find_booking(
    conn: &mut PgConnection,
    key: &ExternalId,
) -> QueryResult<Option<KnownBooking>> {
    let found: Option<(i64, CustomerNumber)> = bookings::table
        .filter(bookings::external_id.eq(key.as_str()))
        .select((bookings::id, bookings::customer_number))
        .first(conn)
        .optional()?;
    let Some((id, customer)) = found else {
        return Ok(None);
    };
    let before: i64 = bookings::table
        .filter(bookings::customer_number.eq(customer))
        .filter(bookings::id.lt(id))
        .count()
        .get_result(conn)?;
    Ok(Some(KnownBooking {
        customer,
        place: usize::try_from(before).unwrap_or(usize::MAX),
    }))
}

/// What the bookings of a customer are called, in the order of
/// [`crate::domain::case::Case::bookings`].
pub fn list_booking_keys(
    conn: &mut PgConnection,
    customer: CustomerNumber,
) -> QueryResult<Vec<Option<String>>> {
    bookings::table
        .filter(bookings::customer_number.eq(customer))
        .order(bookings::id)
        .select(bookings::external_id)
        .load(conn)
}

/// What bookings are called, by customer and index in [`crate::domain::case::Case::bookings`]; one
/// without a key is missing.
pub fn list_keys_of_bookings(
    conn: &mut PgConnection,
    customers: &[CustomerNumber],
) -> QueryResult<HashMap<(CustomerNumber, usize), String>> {
    let rows: Vec<(CustomerNumber, Option<String>)> = bookings::table
        .filter(bookings::customer_number.eq_any(customers))
        .order((bookings::customer_number, bookings::id))
        .select((bookings::customer_number, bookings::external_id))
        .load(conn)?;
    let mut keys = HashMap::new();
    let (mut last, mut place) = (None, 0);
    for (customer, key) in rows {
        place = if last == Some(customer) { place + 1 } else { 0 };
        last = Some(customer);
        if let Some(key) = key {
            keys.insert((customer, place), key);
        }
    }
    Ok(keys)
}

/// Gives a booking of a customer its key.
pub fn name_booking(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    place: usize,
    key: &ExternalId,
) -> QueryResult<()> {
    let id: i64 = bookings::table
        .filter(bookings::customer_number.eq(customer))
        .order(bookings::id)
        .offset(i64::try_from(place).unwrap_or(i64::MAX))
        .select(bookings::id)
        .first(conn)?;
    diesel::update(bookings::table.find(id))
        .set(bookings::external_id.eq(key.as_str()))
        .execute(conn)
        .map(|_| ())
}

/// The user who is called so.
pub fn find_user(conn: &mut PgConnection, key: &ExternalId) -> QueryResult<Option<UserId>> {
    let id: Option<i64> = users::table
        .filter(users::external_id.eq(key.as_str()))
        .select(users::id)
        .first(conn)
        .optional()?;
    Ok(id.map(UserId))
}

/// Gives a user a key.
pub fn name_user(conn: &mut PgConnection, id: UserId, key: &ExternalId) -> QueryResult<()> {
    diesel::update(users::table.find(id.0))
        .set(users::external_id.eq(key.as_str()))
        .execute(conn)
        .map(|_| ())
}

/// Number of the newest change of a customer's master data that was taken.
pub fn find_source_version(
    conn: &mut PgConnection,
    customer: CustomerNumber,
) -> QueryResult<Option<i64>> {
    let found: Option<Option<i64>> = customers::table
        .find(customer)
        .select(customers::source_version)
        .first(conn)
        .optional()?;
    Ok(found.flatten())
}

/// Notes that number.
pub fn save_source_version(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    version: i64,
) -> QueryResult<()> {
    diesel::update(customers::table.find(customer))
        .set(customers::source_version.eq(version))
        .execute(conn)
        .map(|_| ())
}
