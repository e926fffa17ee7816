//! Addresses that partners entered, as rows of their case.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::by_customer;
use crate::domain::case::{Change, EnteredAddress};
use crate::domain::{AddressId, CustomerNumber, EmailAddress};
use crate::storage::schema::entered_addresses;
use crate::storage::{QueryResult, text};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = entered_addresses)]
struct EnteredAddressRow {
    id: Uuid,
    customer_number: CustomerNumber,
    email: String,
    former: Option<String>,
    entered_at: DateTime<Utc>,
    wait_hours: Option<i32>,
    told_at: Option<DateTime<Utc>>,
    used_from: Option<DateTime<Utc>>,
    left_at: Option<DateTime<Utc>>,
    judged_at: Option<DateTime<Utc>>,
    verdict: Option<String>,
}

/// The entered addresses of each of these customers, oldest first.
pub(super) fn load(
    conn: &mut PgConnection,
    numbers: &[CustomerNumber],
) -> QueryResult<HashMap<CustomerNumber, Vec<EnteredAddress>>> {
    let rows: Vec<EnteredAddressRow> = entered_addresses::table
        .filter(entered_addresses::customer_number.eq_any(numbers))
        .order(entered_addresses::position)
        .select(EnteredAddressRow::as_select())
        .load(conn)?;
    let all = rows
        .into_iter()
        .map(|row| Ok((row.customer_number, read(row)?)))
        .collect::<QueryResult<_>>()?;
    Ok(by_customer(all))
}

fn read(row: EnteredAddressRow) -> QueryResult<EnteredAddress> {
    let address =
        |stored: &str| EmailAddress::parse(stored).map_err(|_| text::unreadable("entered address"));
    Ok(EnteredAddress {
        id: AddressId(row.id),
        email: address(&row.email)?,
        former: row.former.as_deref().map(address).transpose()?,
        entered_at: row.entered_at,
        wait: row.wait_hours.map(|hours| Duration::hours(hours.into())),
        told_at: row.told_at,
        used_from: row.used_from,
        left_at: row.left_at,
        verdict: row
            .judged_at
            .zip(row.verdict.map(text::from_word).transpose()?),
    })
}

/// Writes a change that concerns an entered address; ignores all other changes.
pub(super) fn save(
    conn: &mut PgConnection,
    number: CustomerNumber,
    change: &Change,
    now: DateTime<Utc>,
) -> QueryResult<usize> {
    use entered_addresses as t;
    match change {
        Change::EnterAddress(entered) => create(conn, number, entered),
        Change::TellFormer(id) => diesel::update(t::table.find(id.0))
            .set(t::told_at.eq(now))
            .execute(conn),
        Change::HoldAddress(id) => diesel::update(t::table.find(id.0))
            .set(t::wait_hours.eq(None::<i32>))
            .execute(conn),
        Change::UseAddress(id) => diesel::update(t::table.find(id.0))
            .set(t::used_from.eq(now))
            .execute(conn),
        Change::LeaveAddress(id) => diesel::update(t::table.find(id.0))
            .set(t::left_at.eq(now))
            .execute(conn),
        Change::JudgeAddress(id, verdict) => diesel::update(t::table.find(id.0))
            .set((t::judged_at.eq(now), t::verdict.eq(text::word(verdict)?)))
            .execute(conn),
        _ => Ok(0),
    }
}

fn create(
    conn: &mut PgConnection,
    number: CustomerNumber,
    entered: &EnteredAddress,
) -> QueryResult<usize> {
    let hours = |wait: Duration| i32::try_from(wait.num_hours()).unwrap_or(i32::MAX);
    let row = EnteredAddressRow {
        id: entered.id.0,
        customer_number: number,
        email: entered.email.as_str().to_owned(),
        former: entered.former.as_ref().map(|one| one.as_str().to_owned()),
        entered_at: entered.entered_at,
        wait_hours: entered.wait.map(hours),
        told_at: entered.told_at,
        used_from: entered.used_from,
        left_at: entered.left_at,
        judged_at: entered.verdict.map(|(at, _)| at),
        verdict: entered
            .verdict
            .map(|(_, verdict)| text::word(&verdict))
            .transpose()?,
    };
    diesel::insert_into(entered_addresses::table)
        .values(&row)
        .execute(conn)
}

/// The customer an entered address belongs to.
pub fn find_entered(conn: &mut PgConnection, id: AddressId) -> QueryResult<Option<CustomerNumber>> {
    entered_addresses::table
        .find(id.0)
        .select(entered_addresses::customer_number)
        .first(conn)
        .optional()
}
