//! What the other systems call things: partners by their key, and those that were typed in and have none
//! by `~` and their number in the portal.

use super::problem::{Code, Problem};
use crate::domain::client::{ExternalId, PartnerName};
use crate::domain::{CustomerNumber, PartnerId};
use crate::storage::{PgConnection, external_ids, partners};

/// The partner that is called so, or a problem at its place.
pub fn partner(conn: &mut PgConnection, pointer: &str, key: &str) -> Result<PartnerId, Problem> {
    find_partner(conn, key)?
        .ok_or_else(|| Problem::of_field(pointer, "unknown", "There is no partner with this key."))
}

/// The partner that is called so.
pub fn find_partner(conn: &mut PgConnection, key: &str) -> Result<Option<PartnerId>, Problem> {
    Ok(match PartnerName::nameless(key) {
        Some(Some(id)) => partners::find_partner(conn, id)?.map(|found| found.id),
        Some(None) => None,
        None => match key.parse::<ExternalId>() {
            Ok(key) => external_ids::find_partner(conn, key.as_str())?.map(|(id, _)| id),
            Err(_) => None,
        },
    })
}

/// What partners are called, in the order asked for.
pub fn names(conn: &mut PgConnection, ids: &[PartnerId]) -> Result<Vec<String>, Problem> {
    let named = external_ids::name_partners(conn, ids)?;
    Ok(named.iter().map(ToString::to_string).collect())
}

/// A key of the address.
pub fn key(text: &str) -> Result<ExternalId, Problem> {
    text.parse().map_err(|_| {
        Problem::of_field(
            "external_id",
            "invalid",
            "1 to 64 of A-Z a-z 0-9 . _ - beginning with a letter or figure",
        )
    })
}

/// A customer's number in the address: any text that is none is nobody's.
pub fn number(text: &str) -> Result<CustomerNumber, Problem> {
    text.parse().map_err(|_| Code::NotFound.into())
}

/// A customer's number to be given.
pub fn new_number(text: &str) -> Result<CustomerNumber, Problem> {
    text.parse().map_err(|_| {
        Problem::of_field(
            "number",
            "invalid",
            "1 to 32 of A-Z a-z 0-9 . _ - beginning with a letter or figure",
        )
    })
}
