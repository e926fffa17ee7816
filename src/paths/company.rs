//! Pages on which a partner or a customer manages its own people.

use crate::domain::UserId;

/// A company's own users.
pub const COMPANY_USERS: &str = "/benutzer";
/// A company's own users as CSV.
pub const COMPANY_USERS_SHEET: &str = "/benutzer.csv";
/// Invites one.
pub const NEW_COMPANY_USER: &str = "/benutzer/neu";

/// A user of the own company.
pub fn company_user(user: UserId) -> String {
    format!("{COMPANY_USERS}/{user}")
}

/// A page about a user of the own company.
pub fn company_user_page(user: UserId, page: &str) -> String {
    format!("{COMPANY_USERS}/{user}/{page}")
}
