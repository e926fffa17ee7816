//! Changes of the catalogue, and which customers have a product.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::dsl::{exists, max, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Jsonb, Text, Timestamptz};
use serde_json::json;

use crate::domain::CustomerNumber;
use crate::domain::product::{Options, Product};
use crate::storage::schema::{bookings, customers, products};
use crate::storage::{QueryResult, catalogue, text};

/// Customers are counted up to this number.
pub const COUNT_CAP: i64 = 10_000;

/// A product, locked until the transaction ends.
pub fn lock_product(conn: &mut PgConnection, code: &str) -> QueryResult<Option<Product>> {
    let facts: Option<serde_json::Value> = products::table
        .find(code)
        .select(products::facts)
        .for_update()
        .first(conn)
        .optional()?;
    facts.map(text::from_json).transpose()
}

/// Adds a product behind all others; `false` if its code is taken.
pub fn add_product(conn: &mut PgConnection, product: &Product) -> QueryResult<bool> {
    let is_taken: bool =
        diesel::select(exists(products::table.find(&product.code))).get_result(conn)?;
    if is_taken {
        return Ok(false);
    }
    let last: Option<i16> = products::table
        .select(max(products::position))
        .first(conn)?;
    let position = last.unwrap_or(0).saturating_add(1);
    catalogue::save_product(conn, position, product)?;
    Ok(true)
}

/// Replaces a product; its code changes only as long as no customer has ever booked it.
pub fn replace_product(conn: &mut PgConnection, was: &str, product: &Product) -> QueryResult<()> {
    diesel::update(products::table.find(was))
        .set((
            products::code.eq(&product.code),
            products::facts.eq(text::json(product)?),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Which product files the version in force lacked for a product when its customers were looked at
/// last; `None` while they have never been looked at.
pub fn find_lacking(conn: &mut PgConnection, code: &str) -> QueryResult<Option<Vec<String>>> {
    let lacking: Option<Option<serde_json::Value>> = products::table
        .find(code)
        .select(products::lacking)
        .first(conn)
        .optional()?;
    lacking.flatten().map(text::from_json).transpose()
}

/// Notes which product files it lacks now; `false` if that is what is noted, so that of two processes that
/// look at once one finds something to do.
pub fn save_lacking(conn: &mut PgConnection, code: &str, lacking: &[String]) -> QueryResult<bool> {
    let lacking = json!(lacking);
    let saved = diesel::update(products::table.find(code))
        .filter(products::lacking.is_distinct_from(&lacking))
        .set(products::lacking.eq(&lacking))
        .execute(conn)?;
    Ok(saved > 0)
}

/// Whether any customer has ever booked a product, or this option of it.
pub fn is_booked(
    conn: &mut PgConnection,
    product: &str,
    option: Option<&str>,
) -> QueryResult<bool> {
    let mut select = bookings::table
        .filter(bookings::product_code.eq(product))
        .select(bookings::id)
        .into_boxed();
    if let Some(option) = option {
        select = select.filter(bookings::options.contains(json!([{ "code": option }])));
    }
    Ok(select.first::<i64>(conn).optional()?.is_some())
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = BigInt)]
    customers: i64,
}

/// How many customers have each product at `now`, each counted to one more than [`COUNT_CAP`]: a walk along
/// an index that stops there.
pub fn count_all(conn: &mut PgConnection, now: DateTime<Utc>) -> QueryResult<HashMap<String, i64>> {
    let counts: Vec<Count> = diesel::sql_query(
        "SELECT p.code, (SELECT count(*) FROM ( \
             SELECT DISTINCT customer_number FROM bookings b \
             WHERE b.product_code = p.code AND (b.ends_at IS NULL OR b.ends_at > $1) \
             ORDER BY customer_number LIMIT $2) AS one) AS customers \
         FROM products p",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<BigInt, _>(COUNT_CAP + 1)
    .load(conn)?;
    Ok(counts
        .into_iter()
        .map(|one| (one.code, one.customers))
        .collect())
}

/// How many customers with a partner have a product at `now`, with one of these options unless all count;
/// counted to one more than [`COUNT_CAP`].
pub fn count_affected(
    conn: &mut PgConnection,
    product: &str,
    options: Option<&Options>,
    now: DateTime<Utc>,
) -> QueryResult<i64> {
    let mut select = bookings::table
        .inner_join(customers::table)
        .filter(bookings::product_code.eq(product))
        .filter(bookings::ends_at.is_null().or(bookings::ends_at.gt(now)))
        .filter(customers::partner_id.is_not_null())
        .filter(customers::deleted_at.is_null())
        .distinct()
        .order(bookings::customer_number)
        .limit(COUNT_CAP + 1)
        .select(bookings::customer_number)
        .into_boxed();
    if let Some(options) = options {
        let codes: Vec<_> = options.iter().map(|code| json!({ "code": code })).collect();
        select = select.filter(
            sql::<Bool>("EXISTS (SELECT FROM jsonb_array_elements(")
                .bind::<Jsonb, _>(serde_json::Value::Array(codes))
                .sql(") AS one WHERE bookings.options @> jsonb_build_array(one))"),
        );
    }
    let found: Vec<CustomerNumber> = select.load(conn)?;
    Ok(i64::try_from(found.len()).unwrap_or(i64::MAX))
}

/// Customers behind a number with a booking of a product that is not over and settled, ascending.
pub fn list_customers_with(
    conn: &mut PgConnection,
    product: &str,
    after: Option<CustomerNumber>,
    limit: i64,
) -> QueryResult<Vec<CustomerNumber>> {
    let mut select = bookings::table
        .filter(bookings::product_code.eq(product))
        .filter(bookings::settled_at.is_null())
        .distinct()
        .order(bookings::customer_number)
        .limit(limit)
        .select(bookings::customer_number)
        .into_boxed();
    if let Some(after) = after {
        select = select.filter(bookings::customer_number.gt(after));
    }
    select.load(conn)
}
