//! The people of one company, for those who manage them.

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use crate::domain::company::{Colleague, Company, UserRights, UserState};
use crate::domain::{CustomerNumber, PartnerId, UserId};
use crate::storage::QueryResult;
use crate::storage::schema::{customers, partners, users};

/// How the address of an erased user ends.
const ERASED: &str = "%@erased.invalid";

/// A person of a company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompanyUser {
    /// The person as the rules look at one.
    pub person: Colleague,
    /// The person's full name.
    pub name: String,
    /// The address the person signs in with.
    pub email: String,
    /// Whether a password is set.
    pub has_password: bool,
    /// Whether the person signs in at an issuer.
    pub is_connected: bool,
}

type Row = (
    i64,
    String,
    String,
    (Option<i64>, Option<CustomerNumber>),
    (bool, bool),
    (bool, bool, Option<DateTime<Utc>>),
);

type Columns = (
    users::id,
    users::name,
    users::email,
    (users::partner_id, users::customer_number),
    (users::contracts, users::manages_users),
    (
        diesel::dsl::IsNull<users::password_hash>,
        users::connected,
        users::disabled_at,
    ),
);

fn columns() -> Columns {
    (
        users::id,
        users::name,
        users::email,
        (users::partner_id, users::customer_number),
        (users::contracts, users::manages_users),
        (
            users::password_hash.is_null(),
            users::connected,
            users::disabled_at,
        ),
    )
}

fn read(row: Row) -> CompanyUser {
    let (id, name, email, company, (contracts, manages_users), account) = row;
    let ((partner, customer), (no_password, is_connected, locked)) = (company, account);
    let state = match (locked, no_password && !is_connected) {
        _ if email.ends_with(ERASED.trim_start_matches('%')) => UserState::Erased,
        (Some(_), _) => UserState::Locked,
        (None, true) => UserState::Invited,
        (None, false) => UserState::Active,
    };
    let partner = partner.map(|id| Company::Partner(PartnerId(id)));
    CompanyUser {
        person: Colleague {
            user: UserId(id),
            company: partner.or(customer.map(Company::Customer)),
            rights: UserRights {
                contracts,
                manages_users,
            },
            state,
        },
        name,
        email,
        has_password: !no_password,
        is_connected,
    }
}

type Condition =
    Box<dyn BoxableExpression<users::table, Pg, SqlType = diesel::sql_types::Nullable<Bool>>>;

fn works_for(company: Company) -> Condition {
    match company {
        Company::Partner(id) => Box::new(users::partner_id.eq(id.0)),
        Company::Customer(number) => Box::new(users::customer_number.eq(number)),
    }
}

/// A page of a company's people.
#[derive(Debug, Clone, Default)]
pub struct CompanyUserQuery {
    /// Words each of which must stand in the name or the address.
    pub search: String,
    /// Only people behind this one.
    pub after: Option<UserId>,
    /// At most this many.
    pub limit: i64,
}

/// People of a company by address, without those who are gone.
pub fn list_company_users(
    conn: &mut PgConnection,
    company: Company,
    query: &CompanyUserQuery,
) -> QueryResult<Vec<CompanyUser>> {
    let mut select = users::table
        .filter(works_for(company))
        .filter(users::email.not_like(ERASED))
        .select(columns())
        .into_boxed();
    for word in query.search.split_whitespace() {
        let pattern = format!("%{}%", plain(word));
        select = select.filter(
            users::name
                .ilike(pattern.clone())
                .or(users::email.ilike(pattern)),
        );
    }
    if let Some(after) = query.after {
        select = select.filter(
            sql::<Bool>("users.email > (SELECT before.email FROM users before WHERE before.id = ")
                .bind::<BigInt, _>(after.0)
                .sql(")"),
        );
    }
    let rows: Vec<Row> = select.order(users::email).limit(query.limit).load(conn)?;
    Ok(rows.into_iter().map(read).collect())
}

/// A word in which no sign stands for others in a pattern of LIKE.
fn plain(word: &str) -> String {
    word.replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}

/// Anybody who can sign in, by key.
pub fn find_company_user(
    conn: &mut PgConnection,
    user: UserId,
) -> QueryResult<Option<CompanyUser>> {
    let row: Option<Row> = users::table
        .find(user.0)
        .select(columns())
        .first(conn)
        .optional()?;
    Ok(row.map(read))
}

/// Locks the rows of two users, always in the same order: two who lock each other at once do so one after
/// the other.
pub fn lock_both(conn: &mut PgConnection, one: UserId, other: UserId) -> QueryResult<()> {
    users::table
        .filter(users::id.eq_any([one.0, other.0]))
        .order(users::id)
        .select(users::id)
        .for_no_key_update()
        .load::<i64>(conn)
        .map(|_| ())
}

/// Stores name and permissions of a user.
pub fn save_company_user(
    conn: &mut PgConnection,
    user: UserId,
    name: &str,
    rights: UserRights,
) -> QueryResult<()> {
    diesel::update(users::table.find(user.0))
        .set((
            users::name.eq(name),
            users::contracts.eq(rights.contracts),
            users::manages_users.eq(rights.manages_users),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Whether anybody of the company is there, locked or not.
pub fn has_people(conn: &mut PgConnection, company: Company) -> QueryResult<bool> {
    let found: Option<i64> = users::table
        .filter(works_for(company))
        .filter(users::email.not_like(ERASED))
        .select(users::id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

/// Name and company of somebody who invited another, for the mail; `None` for the operator's people, in
/// whose name it is sent anyway, and for whoever is gone.
pub fn find_inviter(
    conn: &mut PgConnection,
    user: UserId,
) -> QueryResult<Option<(String, String)>> {
    let row: Option<(String, Option<String>, Option<String>)> = users::table
        .left_join(partners::table)
        .left_join(customers::table)
        .filter(users::id.eq(user.0))
        .filter(users::email.not_like(ERASED))
        .select((
            users::name,
            partners::name.nullable(),
            customers::name.nullable(),
        ))
        .first(conn)
        .optional()?;
    Ok(row.and_then(|(name, partner, customer)| partner.or(customer).map(|own| (name, own))))
}
