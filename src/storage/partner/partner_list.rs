//! The list of partners: one indexed range per page, each Mandant followed by its Submandanten.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Date, Text};

use crate::domain::case::Partner;
use crate::domain::partner_contract::{ContractFilter, soon};
use crate::domain::{CustomerNumber, PartnerId, name};
use crate::storage::customer_number::behind;
use crate::storage::partners::{columns, find_list_key, read};
use crate::storage::schema::{case_rows, partners};
use crate::storage::{QueryResult, partner_contracts};

/// One line of the list.
#[derive(Debug, Clone)]
pub struct PartnerLine {
    /// The Mandant or Submandant of this line.
    pub partner: Partner,
    /// The Mandant of a Submandant: its name, and whether it is blocked. `None` for a Mandant.
    pub above: Option<(String, bool)>,
    /// Customers it looks after.
    pub customers: i64,
    /// Last day of the contract under Art. 28(4) GDPR; the outer `None` means that there is no
    /// contract.
    pub contract: Option<Option<NaiveDate>>,
}

/// Filter and page of the list.
#[derive(Debug, Clone, Default)]
pub struct PartnerQuery {
    /// Only the Submandanten of this Mandant.
    pub of: Option<PartnerId>,
    /// Words each of which must begin a word of the name, or of the Mandant's.
    pub search: String,
    /// Only those whose contract under Art. 28(4) GDPR is in this state on that day (C6).
    pub contract: Option<(ContractFilter, NaiveDate)>,
    /// Only partners behind this one.
    pub after: Option<PartnerId>,
    /// At most this many rows.
    pub limit: i64,
}

/// One page of the list.
pub fn list_partners(
    conn: &mut PgConnection,
    query: &PartnerQuery,
) -> QueryResult<Vec<PartnerLine>> {
    let mut select = partners::table.select(columns()).into_boxed();
    if let Some(of) = query.of {
        select = select.filter(partners::parent_id.eq(of.0));
    }
    // A sort key contains only letters, digits and spaces, so no wildcard of LIKE.
    for word in name::sort_key(&query.search).split_whitespace() {
        let pattern = format!("% {word}%");
        select = select.filter(
            diesel::dsl::sql::<Bool>("(' ' || partners.list_key) LIKE ").bind::<Text, _>(pattern),
        );
    }
    if let Some((filter, today)) = query.contract {
        select = select.filter(contract_stands(filter, today));
    }
    if let Some(after) = query.after {
        let key = find_list_key(conn, after).optional()?;
        select = select.filter(partners::list_key.gt(key.unwrap_or_default()));
    }
    let found: Vec<Partner> = select
        .order(partners::list_key)
        .limit(query.limit)
        .load(conn)?
        .into_iter()
        .map(read)
        .collect();
    dress(conn, found)
}

/// Last day of the contract that counts; NULL also if there is no contract.
const LAST_DAY: &str = "(SELECT c.valid_until FROM partner_contracts c WHERE c.partner_id = partners.id \
     ORDER BY c.id DESC LIMIT 1)";

type Condition = Box<dyn BoxableExpression<partners::table, Pg, SqlType = Bool>>;

/// The same as [`ContractFilter::admits`], in SQL.
fn contract_stands(filter: ContractFilter, today: NaiveDate) -> Condition {
    use diesel::dsl::sql;
    match filter {
        ContractFilter::Missing => Box::new(sql::<Bool>(
            "NOT EXISTS (SELECT FROM partner_contracts c WHERE c.partner_id = partners.id)",
        )),
        ContractFilter::Expired => Box::new(
            sql::<Bool>(&format!("coalesce({LAST_DAY} < "))
                .bind::<Date, _>(today)
                .sql(", FALSE)"),
        ),
        ContractFilter::EndsSoon => Box::new(
            sql::<Bool>(&format!("coalesce({LAST_DAY} BETWEEN "))
                .bind::<Date, _>(today)
                .sql(" AND ")
                .bind::<Date, _>(soon(today))
                .sql(", FALSE)"),
        ),
    }
}

/// Adds the other columns of the list to each partner.
fn dress(conn: &mut PgConnection, found: Vec<Partner>) -> QueryResult<Vec<PartnerLine>> {
    let ids: Vec<PartnerId> = found.iter().map(|one| one.id).collect();
    let parents: Vec<i64> = found
        .iter()
        .filter_map(|one| one.parent.map(|id| id.0))
        .collect();
    let above: Vec<(i64, String, Option<DateTime<Utc>>)> = partners::table
        .filter(partners::id.eq_any(parents))
        .select((partners::id, partners::name, partners::blocked_at))
        .load(conn)?;
    let above: HashMap<i64, (String, bool)> = above
        .into_iter()
        .map(|(id, name, blocked)| (id, (name, blocked.is_some())))
        .collect();
    let contracts = partner_contracts::list_ends(conn, &ids)?;
    let customers = count_customers(conn, &ids)?;
    Ok(found
        .into_iter()
        .map(|partner| PartnerLine {
            above: partner.parent.and_then(|id| above.get(&id.0).cloned()),
            customers: customers.get(&partner.id).copied().unwrap_or_default(),
            contract: contracts.get(&partner.id).copied(),
            partner,
        })
        .collect())
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = BigInt)]
    customers: i64,
}

/// How many customers each of these partners looks after.
pub fn count_customers(
    conn: &mut PgConnection,
    partners: &[PartnerId],
) -> QueryResult<HashMap<PartnerId, i64>> {
    let ids: Vec<i64> = partners.iter().map(|id| id.0).collect();
    let rows: Vec<Count> = diesel::sql_query(
        "SELECT p.id, (SELECT coalesce(sum(c.customers), 0)::bigint FROM (
             SELECT t.customers FROM status_totals t
             WHERE t.who = p.id AND t.whose = CASE WHEN p.parent_id IS NULL THEN 'partner' ELSE 'sub' END
             UNION ALL
             SELECT d.customers FROM status_changes d
             WHERE CASE WHEN p.parent_id IS NULL THEN d.partner_id ELSE d.sub_partner_id END = p.id
         ) AS c) AS customers FROM partners p WHERE p.id = ANY($1)",
    )
    .bind::<Array<BigInt>, _>(ids)
    .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|row| (PartnerId(row.id), row.customers))
        .collect())
}

/// The customers of one partner as a query.
fn customers_of(partner: &Partner) -> case_rows::BoxedQuery<'static, Pg> {
    let all = case_rows::table.into_boxed();
    match partner.parent {
        None => all.filter(case_rows::partner_id.eq(partner.id.0)),
        Some(_) => all.filter(case_rows::sub_partner_id.eq(partner.id.0)),
    }
}

/// The next customers of a partner behind this number.
pub fn list_customers_of(
    conn: &mut PgConnection,
    partner: &Partner,
    after: Option<CustomerNumber>,
    limit: i64,
) -> QueryResult<Vec<CustomerNumber>> {
    customers_of(partner)
        .filter(case_rows::number.gt(behind(after)))
        .order(case_rows::number)
        .limit(limit)
        .select(case_rows::number)
        .load(conn)
}

/// How many customers a partner looks after.
pub fn count_customers_of(conn: &mut PgConnection, partner: &Partner) -> QueryResult<i64> {
    let counted = count_customers(conn, &[partner.id])?;
    Ok(counted.get(&partner.id).copied().unwrap_or_default())
}

/// Deactivated sub-partners that are still named for a customer.
pub fn list_deactivated_with_customers(conn: &mut PgConnection) -> QueryResult<Vec<Partner>> {
    let named = case_rows::table.filter(case_rows::sub_partner_id.eq(partners::id.nullable()));
    let rows = partners::table
        .filter(partners::deactivated_at.is_not_null())
        .filter(diesel::dsl::exists(named))
        .order(partners::id)
        .select(columns())
        .load(conn)?;
    Ok(rows.into_iter().map(read).collect())
}
