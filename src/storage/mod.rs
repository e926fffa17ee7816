//! The only room that knows diesel. Functions take a connection, so the caller owns the transaction;
//! they are named by verb and noun and return [`QueryResult`].

mod access;
mod change;
mod customer;
mod customer_number;
mod database;
mod mailing;
mod operation;
mod partner;
#[rustfmt::skip]
#[expect(missing_docs, reason = "generated from the migrations")]
pub mod schema;

use access::password_links;
pub use access::{
    administrators, attempts, clients, company_users, identities, logins, passkeys, rights,
    second_factors, sessions, user_erasure, user_list, user_search, users,
};
pub use change::{
    announcements, bulk_runs, contract_imports, contract_versions, dissent_files, notices,
    roll_outs, sub_processors,
};
pub use customer::{
    agreement_imports, agreements, case_rows, cases, catalogue, customer_imports, customers,
    declarations, external_ids, links, parties, products, statistics,
};
use database::text;
pub use database::{bulk, copies, db, embedded};
pub use mailing::{mail_evidence, mailbox, mails, replies};
pub use operation::{
    alerts, audit, branding, feed, figures, files, idempotency, kept, proposals, retention, runs,
    seals, setup, status_days, unreadable, webhooks,
};
pub use partner::{partner_contracts, partner_list, partners};

pub use diesel::pg::PgConnection;
pub use diesel::result::{Error as QueryError, QueryResult};
