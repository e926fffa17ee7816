//! The only room that knows diesel. Functions take a connection, so the caller owns the transaction;
//! they are named by verb and noun and return [`QueryResult`].

pub mod administrators;
pub mod agreements;
pub mod alerts;
pub mod announcements;
pub mod attempts;
pub mod audit;
pub mod bulk;
pub mod bulk_runs;
pub mod case_rows;
pub mod cases;
pub mod catalogue;
pub mod contract_versions;
pub mod customer_users;
pub mod customers;
pub mod db;
pub mod declarations;
pub mod dissent_proofs;
pub mod embedded;
pub mod files;
pub mod kept;
pub mod links;
pub mod logins;
pub mod mail_proofs;
pub mod mails;
pub mod notices;
pub mod parties;
pub mod partner_contracts;
pub mod partner_list;
pub mod partners;
mod password_links;
pub mod proposals;
pub mod replies;
pub mod retention;
pub mod rights;
pub mod roll_outs;
pub mod runs;
#[rustfmt::skip]
#[expect(missing_docs, reason = "generated from the migrations")]
pub mod schema;
pub mod seals;
pub mod sessions;
pub mod status_days;
pub mod sub_processors;
mod text;
pub mod unreadable;
pub mod user_erasure;
pub mod users;

pub use diesel::pg::PgConnection;
pub use diesel::result::{Error as QueryError, QueryResult};
