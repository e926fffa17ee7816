//! Master data of customers.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::domain::viewer::Scope;
use crate::domain::{CustomerNumber, Language, PartnerId, Party};
use crate::storage::QueryResult;
use crate::storage::parties::CustomerParty;
use crate::storage::schema::customers;

/// A customer to be added.
#[derive(Debug, Clone)]
pub struct NewCustomer {
    /// Number of the customer, its key.
    pub number: CustomerNumber,
    /// Name, address, register entry and e-mail address.
    pub party: Party,
    /// Language of mails and contract.
    pub language: Language,
    /// The Mandant that looks after it, if any.
    pub partner: Option<PartnerId>,
    /// The Submandant that looks after it, if any.
    pub sub_partner: Option<PartnerId>,
}

/// Adds a customer; false if the number is taken. A transaction that adds the same number at the
/// same moment waits. The customer's row in the list is written by the calling action.
pub fn create_customer(
    conn: &mut PgConnection,
    customer: &NewCustomer,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let added = diesel::insert_into(customers::table)
        .values((
            customers::number.eq(customer.number),
            CustomerParty::from(&customer.party),
            customers::language.eq(customer.language.code()),
            customers::partner_id.eq(customer.partner.map(|id| id.0)),
            customers::sub_partner_id.eq(customer.sub_partner.map(|id| id.0)),
            customers::created_at.eq(now),
        ))
        .on_conflict(customers::number)
        .do_nothing()
        .execute(conn)?;
    Ok(added == 1)
}

/// [`create_customer`] for several; returns the numbers that were not taken.
pub fn create_customers(
    conn: &mut PgConnection,
    new: &[NewCustomer],
    now: DateTime<Utc>,
) -> QueryResult<Vec<CustomerNumber>> {
    let rows: Vec<_> = new
        .iter()
        .map(|customer| {
            (
                customers::number.eq(customer.number),
                CustomerParty::from(&customer.party),
                customers::language.eq(customer.language.code()),
                customers::partner_id.eq(customer.partner.map(|id| id.0)),
                customers::sub_partner_id.eq(customer.sub_partner.map(|id| id.0)),
                customers::created_at.eq(now),
            )
        })
        .collect();
    diesel::insert_into(customers::table)
        .values(rows)
        .on_conflict(customers::number)
        .do_nothing()
        .returning(customers::number)
        .get_results(conn)
}

/// The name of the customer with this number, and whether it was deleted.
pub fn find_holder(
    conn: &mut PgConnection,
    number: CustomerNumber,
) -> QueryResult<Option<(String, bool)>> {
    customers::table
        .find(number)
        .select((customers::name, customers::deleted_at.is_not_null()))
        .first(conn)
        .optional()
}

/// Every customer behind `after`, also deleted ones, in the order of their numbers; at most `limit`.
pub fn list_all(
    conn: &mut PgConnection,
    after: Option<CustomerNumber>,
    limit: i64,
) -> QueryResult<Vec<CustomerNumber>> {
    let mut select = customers::table.into_boxed();
    if let Some(after) = after {
        select = select.filter(customers::number.gt(after));
    }
    select
        .order(customers::number)
        .limit(limit)
        .select(customers::number)
        .load(conn)
}

/// Whether a customer exists and `scope` may know of it. What is not visible does not exist (S-51).
pub fn is_visible(
    conn: &mut PgConnection,
    scope: Scope,
    number: CustomerNumber,
) -> QueryResult<bool> {
    let mut select = customers::table
        .filter(customers::number.eq(number))
        .filter(customers::deleted_at.is_null())
        .into_boxed();
    select = match scope {
        Scope::All => select,
        Scope::Partner(id) => select.filter(customers::partner_id.eq(id.0)),
        Scope::SubPartner(id) => select.filter(customers::sub_partner_id.eq(id.0)),
        Scope::Customer(own) => select.filter(customers::number.eq(own)),
    };
    let found: Option<CustomerNumber> = select.select(customers::number).first(conn).optional()?;
    Ok(found.is_some())
}

/// A deleted customer in the operator's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedLine {
    /// Number of the customer, its key.
    pub number: CustomerNumber,
    /// The customer's name.
    pub name: String,
    /// When it was deleted.
    pub deleted_at: DateTime<Utc>,
}

/// Deleted customers behind `after`, the one deleted last first, at most `limit`.
pub fn list_deleted(
    conn: &mut PgConnection,
    after: Option<(DateTime<Utc>, CustomerNumber)>,
    limit: i64,
) -> QueryResult<Vec<DeletedLine>> {
    let mut select = customers::table
        .filter(customers::deleted_at.is_not_null())
        .into_boxed();
    if let Some((at, number)) = after {
        select = select.filter(
            customers::deleted_at.lt(at).or(customers::deleted_at
                .eq(at)
                .and(customers::number.lt(number))),
        );
    }
    let rows: Vec<(CustomerNumber, String, Option<DateTime<Utc>>)> = select
        .order((customers::deleted_at.desc(), customers::number.desc()))
        .limit(limit)
        .select((customers::number, customers::name, customers::deleted_at))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .filter_map(|(number, name, deleted_at)| {
            Some(DeletedLine {
                number,
                name,
                deleted_at: deleted_at?,
            })
        })
        .collect())
}

/// Whether there is any customer at all: `demo` fills only an empty database.
pub fn is_empty(conn: &mut PgConnection) -> QueryResult<bool> {
    let any: Option<CustomerNumber> = customers::table
        .select(customers::number)
        .first(conn)
        .optional()?;
    Ok(any.is_none())
}
