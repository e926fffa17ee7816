//! Addresses people sign in with.

use diesel::prelude::*;

use crate::domain::EmailAddress;
use crate::storage::QueryResult;
use crate::storage::schema::users;

/// Whether a user, disabled or not, has this address.
pub fn is_address_taken(conn: &mut PgConnection, email: &EmailAddress) -> QueryResult<bool> {
    let taken = users::table.filter(users::email.eq(email.as_str()));
    diesel::select(diesel::dsl::exists(taken)).get_result(conn)
}
