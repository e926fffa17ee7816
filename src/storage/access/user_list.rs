//! The operator's list of users, and one of them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;

use crate::domain::second_person::Administrator;
use crate::domain::user::{UserKind, UserState};
use crate::domain::{CustomerNumber, PartnerId, UserId};
use crate::storage::administrators::{Row as AdministratorRow, administrator, columns};
use crate::storage::schema::{customers, identities, partners, passkeys, second_factors, users};
use crate::storage::user_search::{Found, candidates};
use crate::storage::{QueryResult, text};

/// For whom a user works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Company {
    /// The operator.
    Operator,
    /// A Mandant or Submandant.
    Partner {
        /// Its key.
        id: PartnerId,
        /// Its name.
        name: String,
    },
    /// A customer.
    Customer {
        /// Its number.
        number: CustomerNumber,
        /// Its name.
        name: String,
        /// Whether it was deleted; then its users cannot be let in again.
        is_deleted: bool,
    },
}

impl Company {
    /// Its name; `own` for the operator.
    pub fn name<'a>(&'a self, own: &'a str) -> &'a str {
        match self {
            Self::Operator => own,
            Self::Partner { name, .. } | Self::Customer { name, .. } => name,
        }
    }

    /// Whether it is a customer that was deleted.
    pub fn is_gone(&self) -> bool {
        matches!(
            self,
            Self::Customer {
                is_deleted: true,
                ..
            }
        )
    }
}

/// A user as the operator sees one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserLine {
    /// Key in `users`.
    pub id: UserId,
    /// The user's full name.
    pub name: String,
    /// The address the user signs in with.
    pub email: String,
    /// The role.
    pub kind: UserKind,
    /// For whom the user works.
    pub company: Company,
    /// How the account stands.
    pub state: UserState,
    /// Permission "Verträge" of a customer's user.
    pub contracts: bool,
    /// Permission "Benutzerverwaltung".
    pub manages_users: bool,
    /// When the user was added.
    pub created_at: DateTime<Utc>,
    /// When the user was locked.
    pub disabled_at: Option<DateTime<Utc>>,
    /// When the user signed in last.
    pub last_sign_in: Option<DateTime<Utc>>,
    /// How the account counts where a second person is wanted; for the operator's people only.
    pub administrator: Option<Administrator>,
    /// Since when the user has had an authenticator app.
    pub factor_since: Option<DateTime<Utc>>,
    /// How many passkeys the user has.
    pub passkeys: usize,
    /// Whether a password is set.
    pub has_password: bool,
    /// The issuers the user is connected with, and since when.
    pub identities: Vec<(String, DateTime<Utc>)>,
}

/// What the list is narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserQuery {
    /// Words of name, address or company, as typed.
    pub search: String,
    /// Only users of this kind.
    pub kind: Option<UserKind>,
    /// Only users whose account stands like this.
    pub state: Option<UserState>,
    /// Only users behind this address.
    pub after: String,
    /// At most this many.
    pub limit: i64,
}

/// One page of the list.
#[derive(Debug, Clone)]
pub struct UserPage {
    /// Its users, by address.
    pub users: Vec<UserLine>,
    /// Whether so many users have the words of the search that only some of them were looked at.
    pub is_cut: bool,
}

/// One page of the list, by address.
pub fn list_users(conn: &mut PgConnection, query: &UserQuery) -> QueryResult<UserPage> {
    let Some(found) = candidates(conn, &query.search)? else {
        return Ok(UserPage {
            users: load(conn, narrowed(query).limit(query.limit))?,
            is_cut: false,
        });
    };
    let Found { ids, terms, is_cut } = found;
    let limit = usize::try_from(query.limit).unwrap_or_default();
    let mut users = load(conn, narrowed(query).filter(users::id.eq_any(ids)))?;
    users.retain(|user| user.is_found(&terms));
    users.truncate(limit);
    Ok(UserPage { users, is_cut })
}

fn narrowed(query: &UserQuery) -> users::BoxedQuery<'static, Pg, users::SqlType> {
    let mut select = users::table.into_boxed().order(users::email);
    if let Some(kind) = query.kind {
        select = select.filter(users::kind.eq(kind.to_string()));
    }
    if let Some(state) = query.state {
        select = select.filter(users::state.eq(state.to_string()));
    }
    if !query.after.is_empty() {
        select = select.filter(users::email.gt(query.after.clone()));
    }
    select
}

/// A user.
pub fn find_user(conn: &mut PgConnection, id: UserId) -> QueryResult<Option<UserLine>> {
    let one = users::table.into_boxed().filter(users::id.eq(id.0));
    Ok(load(conn, one)?.pop())
}

/// Users of a partner by address, at most `limit`.
pub fn list_users_of_partner(
    conn: &mut PgConnection,
    partner: PartnerId,
    limit: i64,
) -> QueryResult<Vec<UserLine>> {
    let own = users::table
        .into_boxed()
        .filter(users::partner_id.eq(partner.0))
        .order(users::email);
    load(conn, own.limit(limit))
}

/// Users of a customer by address, at most `limit`.
pub fn list_users_of(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    limit: i64,
) -> QueryResult<Vec<UserLine>> {
    let own = users::table
        .into_boxed()
        .filter(users::customer_number.eq(customer))
        .order(users::email);
    load(conn, own.limit(limit))
}

/// A stored state.
pub(in crate::storage) fn read_state(stored: &str) -> QueryResult<UserState> {
    stored
        .parse()
        .map_err(|_| text::unreadable("state of a user"))
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
struct Stored {
    id: i64,
    name: String,
    email: String,
    kind: String,
    state: String,
    contracts: bool,
    manages_users: bool,
    created_at: DateTime<Utc>,
    disabled_at: Option<DateTime<Utc>>,
    last_sign_in_at: Option<DateTime<Utc>>,
    partner_id: Option<i64>,
    customer_number: Option<CustomerNumber>,
}

/// The users a query finds, in its order: their rows, and for all of them at once what stands elsewhere.
fn load(
    conn: &mut PgConnection,
    query: users::BoxedQuery<'_, Pg, users::SqlType>,
) -> QueryResult<Vec<UserLine>> {
    let rows: Vec<(Stored, AdministratorRow, bool)> = query
        .select((
            Stored::as_select(),
            columns(),
            users::password_hash.is_not_null(),
        ))
        .load(conn)?;
    let ids: Vec<i64> = rows.iter().map(|(row, ..)| row.id).collect();
    let partner_ids: Vec<i64> = rows.iter().filter_map(|(row, ..)| row.partner_id).collect();
    let numbers: Vec<CustomerNumber> = rows
        .iter()
        .filter_map(|(row, ..)| row.customer_number)
        .collect();
    let factors: Vec<(i64, DateTime<Utc>)> = second_factors::table
        .filter(second_factors::user_id.eq_any(&ids))
        .select((second_factors::user_id, second_factors::set_up_at))
        .load(conn)?;
    let owners: Vec<i64> = passkeys::table
        .filter(passkeys::user_id.eq_any(&ids))
        .select(passkeys::user_id)
        .load(conn)?;
    let connected: Vec<(i64, String, DateTime<Utc>)> = identities::table
        .filter(identities::user_id.eq_any(&ids))
        .order(identities::connected_at)
        .select((
            identities::user_id,
            identities::issuer,
            identities::connected_at,
        ))
        .load(conn)?;
    let of_partners: Vec<(i64, String)> = partners::table
        .filter(partners::id.eq_any(partner_ids))
        .select((partners::id, partners::name))
        .load(conn)?;
    let of_customers: Vec<(CustomerNumber, String, Option<DateTime<Utc>>)> = customers::table
        .filter(customers::number.eq_any(numbers))
        .select((customers::number, customers::name, customers::deleted_at))
        .load(conn)?;
    let factors: HashMap<i64, DateTime<Utc>> = factors.into_iter().collect();
    let of_partners: HashMap<i64, String> = of_partners.into_iter().collect();
    let of_customers: HashMap<CustomerNumber, (String, bool)> = of_customers
        .into_iter()
        .map(|(number, name, deleted)| (number, (name, deleted.is_some())))
        .collect();
    let company = |row: &Stored| match (row.partner_id, row.customer_number) {
        (Some(id), _) => Company::Partner {
            id: PartnerId(id),
            name: of_partners.get(&id).cloned().unwrap_or_default(),
        },
        (None, Some(number)) => {
            let (name, is_deleted) = of_customers.get(&number).cloned().unwrap_or_default();
            Company::Customer {
                number,
                name,
                is_deleted,
            }
        }
        (None, None) => Company::Operator,
    };
    rows.into_iter()
        .map(|(row, own, has_password)| {
            let kind =
                UserKind::from_key(&row.kind).ok_or_else(|| text::unreadable("kind of a user"))?;
            Ok(UserLine {
                id: UserId(row.id),
                kind,
                company: company(&row),
                state: read_state(&row.state)?,
                contracts: row.contracts,
                manages_users: row.manages_users,
                created_at: row.created_at,
                disabled_at: row.disabled_at,
                last_sign_in: row.last_sign_in_at,
                administrator: kind.operator().map(|_| administrator(own)),
                factor_since: factors.get(&row.id).copied(),
                has_password,
                identities: connected
                    .iter()
                    .filter(|(user, ..)| *user == row.id)
                    .map(|(_, issuer, since)| (issuer.clone(), *since))
                    .collect(),
                passkeys: owners.iter().filter(|owner| **owner == row.id).count(),
                name: row.name,
                email: row.email,
            })
        })
        .collect()
}
