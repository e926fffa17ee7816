//! Pages for visitors who are not signed in: links from mails, signing in, passwords, legal pages.

pub mod access;
pub mod addresses;
pub mod branding;
pub mod consent;
pub mod health;
pub mod legal;
pub mod log;
pub mod notices;
pub mod passwords;
pub mod sign_in;
pub mod verification;
