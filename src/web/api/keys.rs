//! What the other systems call things: partners by their key, and those that were typed in and have none
//! by `~` and their number in the portal.

use super::problem::{Code, Problem};
use crate::domain::client::ExternalId;
use crate::domain::{CustomerNumber, PartnerId};
use crate::storage::{PgConnection, external_ids, partners};

/// What stands before the number of a partner without a key.
const NAMELESS: char = '~';

/// The partner that is called so.
pub fn partner(conn: &mut PgConnection, pointer: &str, key: &str) -> Result<PartnerId, Problem> {
    let found = match key.strip_prefix(NAMELESS) {
        Some(number) => match number.parse().map(PartnerId) {
            Ok(id) => partners::find_partner(conn, id)?.map(|found| found.id),
            Err(_) => None,
        },
        None => match key.parse::<ExternalId>() {
            Ok(key) => external_ids::find_partner(conn, &key)?,
            Err(_) => None,
        },
    };
    found.ok_or_else(|| Problem::of_field(pointer, "unknown", "There is no partner with this key."))
}

/// What partners are called, in the order asked for.
pub fn names(conn: &mut PgConnection, ids: &[PartnerId]) -> Result<Vec<String>, Problem> {
    let known = external_ids::list_partner_keys(conn, ids)?;
    let name = |id: &PartnerId| {
        let own = known.iter().find(|(one, _)| one == id);
        own.map_or_else(|| format!("{NAMELESS}{id}"), |(_, key)| key.clone())
    };
    Ok(ids.iter().map(name).collect())
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
