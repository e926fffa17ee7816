//! Who signs in: users, their passwords and links, sessions and attempts.

pub mod administrators;
pub mod attempts;
pub mod clients;
pub mod company_users;
pub mod identities;
pub mod logins;
pub mod passkeys;
pub(in crate::storage) mod password_links;
pub mod rights;
pub mod second_factors;
pub mod sessions;
pub mod user_erasure;
pub mod user_list;
pub mod user_search;
pub mod users;
