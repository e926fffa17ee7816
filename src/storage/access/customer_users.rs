//! The people of one customer.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::domain::{CustomerNumber, UserId};
use crate::storage::QueryResult;
use crate::storage::schema::{second_factors, users};
use crate::storage::users::UserLine;

/// People of a customer by address, at most `limit`, each with whether they have the contract
/// permission.
pub fn list_users_of(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    limit: i64,
) -> QueryResult<Vec<(UserLine, bool)>> {
    type Row = (
        i64,
        String,
        String,
        String,
        Option<DateTime<Utc>>,
        bool,
        Option<i64>,
    );
    let rows: Vec<Row> = users::table
        .left_join(second_factors::table)
        .filter(users::customer_number.eq(customer))
        .order(users::email)
        .limit(limit)
        .select((
            users::id,
            users::name,
            users::email,
            users::role,
            users::disabled_at,
            users::contracts,
            second_factors::user_id.nullable(),
        ))
        .load(conn)?;
    let read = |(id, name, email, role, disabled, contracts, factor): Row| {
        let line = UserLine {
            id: UserId(id),
            name,
            email,
            role,
            company: String::new(),
            disabled: disabled.is_some(),
            administrator: None,
            has_factor: factor.is_some(),
        };
        (line, contracts)
    };
    Ok(rows.into_iter().map(read).collect())
}
