//! Telling the customers of a blocked partner, one after the other: how far it has come (row 49).

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::QueryResult;
use super::schema::{block_rounds, case_rows};
use crate::domain::case::Partner;
use crate::domain::{CustomerNumber, PartnerId};

/// A round that is not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockRound {
    /// Key.
    pub id: i64,
    /// Whose customers are told.
    pub partner: PartnerId,
    /// Every customer up to this number has been looked at.
    pub after: i64,
    /// Customers below it whose case could not be written then.
    pub left_over: Vec<i64>,
}

/// Begins a round; gives its key away.
pub fn create_round(
    conn: &mut PgConnection,
    partner: PartnerId,
    now: DateTime<Utc>,
) -> QueryResult<i64> {
    diesel::insert_into(block_rounds::table)
        .values((
            block_rounds::partner_id.eq(partner.0),
            block_rounds::begun_at.eq(now),
        ))
        .returning(block_rounds::id)
        .get_result(conn)
}

/// How many rounds have been open since `before`, or have customers left over, counted to 101.
pub fn count_stuck(conn: &mut PgConnection, before: DateTime<Utc>) -> QueryResult<i64> {
    let none: Vec<i64> = Vec::new();
    let ids: Vec<i64> = block_rounds::table
        .filter(block_rounds::ended_at.is_null())
        .filter(
            block_rounds::begun_at
                .le(before)
                .or(block_rounds::left_over.ne(none)),
        )
        .limit(101)
        .select(block_rounds::id)
        .load(conn)?;
    Ok(i64::try_from(ids.len()).unwrap_or(i64::MAX))
}

/// Ends the open round of a partner, if there is one.
pub fn end_round_of(
    conn: &mut PgConnection,
    partner: PartnerId,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(
        block_rounds::table
            .filter(block_rounds::partner_id.eq(partner.0))
            .filter(block_rounds::ended_at.is_null()),
    )
    .set(block_rounds::ended_at.eq(now))
    .execute(conn)
    .map(|_| ())
}

type Row = (i64, i64, i64, Vec<Option<i64>>);
type Columns = (
    block_rounds::id,
    block_rounds::partner_id,
    block_rounds::after_number,
    block_rounds::left_over,
);
const COLUMNS: Columns = (
    block_rounds::id,
    block_rounds::partner_id,
    block_rounds::after_number,
    block_rounds::left_over,
);

fn read((id, partner, after, left_over): Row) -> BlockRound {
    BlockRound {
        id,
        partner: PartnerId(partner),
        after,
        left_over: left_over.into_iter().flatten().collect(),
    }
}

/// The rounds that are open, oldest first.
pub fn list_rounds(conn: &mut PgConnection) -> QueryResult<Vec<BlockRound>> {
    let rows: Vec<Row> = block_rounds::table
        .filter(block_rounds::ended_at.is_null())
        .order(block_rounds::id)
        .select(COLUMNS)
        .load(conn)?;
    Ok(rows.into_iter().map(read).collect())
}

/// A round, locked until the transaction ends; `None` if it is over.
pub fn lock_round(conn: &mut PgConnection, id: i64) -> QueryResult<Option<BlockRound>> {
    let row: Option<Row> = block_rounds::table
        .find(id)
        .filter(block_rounds::ended_at.is_null())
        .for_update()
        .select(COLUMNS)
        .first(conn)
        .optional()?;
    Ok(row.map(read))
}

/// Writes how far a round has come.
pub fn save_round(conn: &mut PgConnection, round: &BlockRound) -> QueryResult<()> {
    let left_over: Vec<Option<i64>> = round.left_over.iter().copied().map(Some).collect();
    diesel::update(block_rounds::table.find(round.id))
        .set((
            block_rounds::after_number.eq(round.after),
            block_rounds::left_over.eq(left_over),
        ))
        .execute(conn)
        .map(|_| ())
}

/// The next customer of a partner behind this number.
pub fn find_next_customer(
    conn: &mut PgConnection,
    partner: &Partner,
    after: i64,
) -> QueryResult<Option<CustomerNumber>> {
    let mut select = case_rows::table
        .filter(case_rows::number.gt(after))
        .into_boxed();
    select = match partner.parent {
        None => select.filter(case_rows::partner_id.eq(partner.id.0)),
        Some(_) => select.filter(case_rows::sub_partner_id.eq(partner.id.0)),
    };
    let number: Option<i64> = select
        .order(case_rows::number)
        .limit(1)
        .select(case_rows::number)
        .first(conn)
        .optional()?;
    Ok(number.map(CustomerNumber))
}
