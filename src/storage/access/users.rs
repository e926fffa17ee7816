//! People who can sign in.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::domain::company::UserRights;
use crate::domain::viewer::{OperatorRole, Role, Viewer};
use crate::domain::{CustomerNumber, EmailAddress, Language, PartnerId, UserId};
use crate::storage::administrators::count_as_made;
use crate::storage::identities::delete_identities;
pub use crate::storage::password_links::{
    create_password_link, delete_password_links, find_password_link, find_password_link_of,
    use_password_link,
};
use crate::storage::schema::{customers, partners, password_links, sessions, users};
use crate::storage::user_search::save_words;
use crate::storage::{QueryResult, text};

/// A user to be added.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Address to sign in with.
    pub email: EmailAddress,
    /// The user's full name.
    pub name: String,
    /// What the user is. For partners the parent decides whether it is a Mandant or a Submandant.
    pub role: Role,
    /// Whether the user manages the other users of the own company.
    pub manages_users: bool,
    /// Argon2id hash; `None` until a password is set by link.
    pub password_hash: Option<String>,
}

impl NewUser {
    /// What the user may do in the own company.
    pub fn rights(&self) -> UserRights {
        UserRights {
            contracts: matches!(
                self.role,
                Role::Customer {
                    contracts: true,
                    ..
                }
            ),
            manages_users: self.manages_users,
        }
    }
}

/// What is needed to check a sign-in.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Key in `users`.
    pub user: UserId,
    /// Argon2id hash, if a password was ever set.
    pub password_hash: Option<String>,
}

/// Adds a user; `made_by` is the administrator who made an administrator's account in the portal.
pub fn create_user(
    conn: &mut PgConnection,
    new: &NewUser,
    made_by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<UserId> {
    let (role, operator_role, partner, customer, contracts) = match new.role {
        Role::Operator(own) => ("operator", Some(own.to_string()), None, None, false),
        Role::Partner(id) | Role::SubPartner(id) => ("partner", None, Some(id.0), None, false),
        Role::Customer { number, contracts } => ("customer", None, None, Some(number), contracts),
    };
    let id = diesel::insert_into(users::table)
        .values((
            users::email.eq(new.email.as_str()),
            users::name.eq(&new.name),
            users::role.eq(role),
            users::operator_role.eq(operator_role),
            users::partner_id.eq(partner),
            users::customer_number.eq(customer),
            users::contracts.eq(contracts),
            users::manages_users.eq(new.manages_users),
            users::password_hash.eq(&new.password_hash),
            users::created_at.eq(now),
            users::made_by.eq(made_by.map(|id| id.0)),
        ))
        .returning(users::id)
        .get_result(conn)
        .map(UserId)?;
    save_words(conn, id, &new.name, new.email.as_str())?;
    Ok(id)
}

/// Sign-in addresses of the users of these partners, including disabled ones, because the mailbox
/// still belongs to them (5.6-11).
pub fn list_partner_addresses(
    conn: &mut PgConnection,
    partners: &[PartnerId],
) -> QueryResult<Vec<EmailAddress>> {
    let ids: Vec<i64> = partners.iter().map(|id| id.0).collect();
    let emails: Vec<String> = users::table
        .filter(users::partner_id.eq_any(ids))
        .select(users::email)
        .load(conn)?;
    Ok(emails
        .iter()
        .filter_map(|email| EmailAddress::parse(email).ok())
        .collect())
}

/// What an administrator changes of a user.
#[derive(Debug)]
pub struct UserValues<'a> {
    /// The name.
    pub name: &'a str,
    /// The address to sign in with.
    pub email: &'a EmailAddress,
    /// The job of one of the operator's people; `None` leaves it as it is.
    pub role: Option<OperatorRole>,
    /// Permission "Verträge".
    pub contracts: bool,
    /// Permission "Benutzerverwaltung".
    pub manages_users: bool,
}

/// Changes a user.
pub fn save_user(conn: &mut PgConnection, id: UserId, values: &UserValues<'_>) -> QueryResult<()> {
    if let Some(role) = values.role {
        diesel::update(users::table.find(id.0))
            .set(users::operator_role.eq(role.to_string()))
            .execute(conn)?;
    }
    diesel::update(users::table.find(id.0))
        .set((
            users::name.eq(values.name),
            users::email.eq(values.email.as_str()),
            users::contracts.eq(values.contracts),
            users::manages_users.eq(values.manages_users),
        ))
        .execute(conn)?;
    save_words(conn, id, values.name, values.email.as_str())
}

/// Locks the row of a user, so that a second click of the same person waits for the first.
pub fn lock_user(conn: &mut PgConnection, id: UserId) -> QueryResult<()> {
    users::table
        .find(id.0)
        .select(users::id)
        .for_no_key_update()
        .first::<i64>(conn)
        .map(|_| ())
}

/// How many users of a partner can sign in, and who they are: at most `limit`, the oldest first.
pub fn list_active_of(
    conn: &mut PgConnection,
    partner: PartnerId,
    limit: i64,
) -> QueryResult<(i64, Vec<UserId>)> {
    let active = || {
        users::table
            .filter(users::partner_id.eq(partner.0))
            .filter(users::disabled_at.is_null())
    };
    let ids: Vec<i64> = active()
        .order(users::id)
        .limit(limit)
        .select(users::id)
        .load(conn)?;
    let known = i64::try_from(ids.len()).unwrap_or(limit);
    let count = if known < limit {
        known
    } else {
        active().count().get_result(conn)?
    };
    Ok((count, ids.into_iter().map(UserId).collect()))
}

/// What is stored of a person, with the own company.
#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
pub(in crate::storage) struct ViewerRecord {
    id: i64,
    name: String,
    role: String,
    operator_role: Option<String>,
    contracts: bool,
    manages_users: bool,
    disabled_at: Option<DateTime<Utc>>,
    #[diesel(embed)]
    partner: Option<PartnerRecord>,
    #[diesel(embed)]
    customer: Option<CustomerRecord>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = partners)]
pub(in crate::storage) struct PartnerRecord {
    id: i64,
    parent_id: Option<i64>,
    name: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = customers)]
pub(in crate::storage) struct CustomerRecord {
    number: CustomerNumber,
    name: String,
    language: String,
    deleted_at: Option<DateTime<Utc>>,
}

impl ViewerRecord {
    /// `None` if the person may not sign in.
    pub(in crate::storage) fn viewer(self) -> QueryResult<Option<Viewer>> {
        if self.disabled_at.is_some() {
            return Ok(None);
        }
        let (role, company, language) = match (self.role.as_str(), self.partner, self.customer) {
            ("operator", None, None) => (
                Role::Operator(read_operator_role(self.operator_role.as_deref())?),
                String::new(),
                Language::De,
            ),
            ("partner", Some(partner), None) => {
                let id = PartnerId(partner.id);
                let role = match partner.parent_id {
                    Some(_) => Role::SubPartner(id),
                    None => Role::Partner(id),
                };
                (role, partner.name, Language::De)
            }
            ("customer", None, Some(customer)) if customer.deleted_at.is_some() => return Ok(None),
            ("customer", None, Some(customer)) => (
                Role::Customer {
                    number: customer.number,
                    contracts: self.contracts,
                },
                customer.name,
                Language::from_code(&customer.language).unwrap_or_default(),
            ),
            _ => return Err(text::unreadable("role")),
        };
        Ok(Some(Viewer {
            user: UserId(self.id),
            name: self.name,
            company,
            role,
            manages_users: self.manages_users,
            language,
        }))
    }
}

/// The person as the pages need it, read anew on every request (S-33); `None` if disabled.
pub fn find_viewer(conn: &mut PgConnection, id: UserId) -> QueryResult<Option<Viewer>> {
    let found: Option<ViewerRecord> = users::table
        .left_join(partners::table)
        .left_join(customers::table)
        .filter(users::id.eq(id.0))
        .select(ViewerRecord::as_select())
        .first(conn)
        .optional()?;
    found.map_or(Ok(None), ViewerRecord::viewer)
}

/// The stored job of one of the operator's people.
pub(in crate::storage) fn read_operator_role(stored: Option<&str>) -> QueryResult<OperatorRole> {
    stored
        .and_then(|role| role.parse().ok())
        .ok_or_else(|| text::unreadable("operator_role"))
}

/// What signing in with an address needs; `None` for an unknown or disabled user.
pub fn find_credentials(
    conn: &mut PgConnection,
    email: &EmailAddress,
) -> QueryResult<Option<Credentials>> {
    let row: Option<(i64, Option<String>)> = users::table
        .filter(users::email.eq(email.as_str()))
        .filter(users::disabled_at.is_null())
        .select((users::id, users::password_hash))
        .first(conn)
        .optional()?;
    Ok(row.map(|(id, password_hash)| Credentials {
        user: UserId(id),
        password_hash,
    }))
}

/// Password hash of a user, for asking again before something with legal effect (S-40).
pub fn find_password_hash(conn: &mut PgConnection, id: UserId) -> QueryResult<Option<String>> {
    users::table
        .find(id.0)
        .filter(users::disabled_at.is_null())
        .select(users::password_hash)
        .first(conn)
        .optional()
        .map(Option::flatten)
}

/// Name and address of a user, for mails and forms.
pub fn find_contact(conn: &mut PgConnection, id: UserId) -> QueryResult<Option<(String, String)>> {
    users::table
        .find(id.0)
        .select((users::name, users::email))
        .first(conn)
        .optional()
}

/// Sets the password and ends all sessions of the user (S-38).
pub fn save_password(conn: &mut PgConnection, id: UserId, hash: &str) -> QueryResult<()> {
    diesel::update(users::table.find(id.0))
        .set(users::password_hash.eq(hash))
        .execute(conn)?;
    diesel::delete(sessions::table.filter(sessions::user_id.eq(id.0))).execute(conn)?;
    Ok(())
}

/// Disables a user and ends all sessions at once (S-33). True if there was one to disable.
pub fn disable_user(conn: &mut PgConnection, id: UserId, now: DateTime<Utc>) -> QueryResult<bool> {
    let changed = diesel::update(users::table.find(id.0).filter(users::disabled_at.is_null()))
        .set(users::disabled_at.eq(now))
        .execute(conn)?;
    diesel::delete(sessions::table.filter(sessions::user_id.eq(id.0))).execute(conn)?;
    Ok(changed > 0)
}

/// Unlocks a user, who must set a new password or connect with an issuer anew first; an administrator counts as just made by `by`
/// (S-39). An erased user has no address and cannot be unlocked. True if there was one to unlock.
pub fn enable_user(conn: &mut PgConnection, id: UserId, by: Option<UserId>) -> QueryResult<bool> {
    let locked = users::table
        .find(id.0)
        .filter(users::disabled_at.is_not_null())
        .filter(users::email.not_like("%@erased.invalid"));
    let changed = diesel::update(locked)
        .set((
            users::disabled_at.eq(None::<DateTime<Utc>>),
            users::password_hash.eq(None::<String>),
        ))
        .execute(conn)?;
    if changed > 0 {
        delete_identities(conn, id, None)?;
    }
    if let Some(by) = by.filter(|_| changed > 0) {
        count_as_made(conn, id, by)?;
    }
    Ok(changed > 0)
}

/// The locked user with this address, by name; an erased one has none.
pub fn find_locked(
    conn: &mut PgConnection,
    email: &EmailAddress,
) -> QueryResult<Option<(UserId, String)>> {
    let row: Option<(i64, String)> = users::table
        .filter(users::email.eq(email.as_str()))
        .filter(users::disabled_at.is_not_null())
        .select((users::id, users::name))
        .first(conn)
        .optional()?;
    Ok(row.map(|(id, name)| (UserId(id), name)))
}

/// Disables every user of a customer and ends their sessions at once (row 51).
pub fn disable_users_of(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let own: Vec<i64> = users::table
        .filter(users::customer_number.eq(customer))
        .select(users::id)
        .load(conn)?;
    diesel::update(
        users::table
            .filter(users::id.eq_any(&own))
            .filter(users::disabled_at.is_null()),
    )
    .set(users::disabled_at.eq(now))
    .execute(conn)?;
    diesel::delete(sessions::table.filter(sessions::user_id.eq_any(&own))).execute(conn)?;
    diesel::delete(password_links::table.filter(password_links::user_id.eq_any(&own)))
        .execute(conn)?;
    Ok(())
}

/// How many users of a customer can sign in.
pub fn count_active_users(conn: &mut PgConnection, customer: CustomerNumber) -> QueryResult<i64> {
    users::table
        .filter(users::customer_number.eq(customer))
        .filter(users::disabled_at.is_null())
        .count()
        .get_result(conn)
}

/// Whether a user could not be added because the address is taken.
pub fn is_taken(error: &diesel::result::Error) -> bool {
    use diesel::result::{DatabaseErrorKind, Error};
    matches!(
        error,
        Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)
    )
}
