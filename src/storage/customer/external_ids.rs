//! What the other systems of the provider call partners, bookings and users, and the versions of the
//! master data that they sent.

use diesel::prelude::*;

use crate::domain::client::ExternalId;
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

/// The partner that is called so.
pub fn find_partner(conn: &mut PgConnection, key: &ExternalId) -> QueryResult<Option<PartnerId>> {
    let id: Option<i64> = partners::table
        .filter(partners::external_id.eq(key.as_str()))
        .select(partners::id)
        .first(conn)
        .optional()?;
    Ok(id.map(PartnerId))
}

/// What partners are called; those without a key are missing.
pub fn list_partner_keys(
    conn: &mut PgConnection,
    ids: &[PartnerId],
) -> QueryResult<Vec<(PartnerId, String)>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let rows: Vec<(i64, Option<String>)> = partners::table
        .filter(partners::id.eq_any(ids))
        .select((partners::id, partners::external_id))
        .load(conn)?;
    let named = |(id, key): (i64, Option<String>)| Some((PartnerId(id), key?));
    Ok(rows.into_iter().filter_map(named).collect())
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

/// Gives a partner its key.
pub fn name_partner(conn: &mut PgConnection, id: PartnerId, key: &ExternalId) -> QueryResult<()> {
    diesel::update(partners::table.find(id.0))
        .set(partners::external_id.eq(key.as_str()))
        .execute(conn)
        .map(|_| ())
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
