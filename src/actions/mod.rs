//! What people and the scheduler can do. One public function is one transaction and one audit event.
//!
//! Whatever changes a case goes through [`door`]: it locks the customer, loads the facts, asks the
//! rules, writes the changes, queues the mails, appends the event: always last, because it locks the
//! end of the chain of all events. The functions here differ in
//! the event they bring and in who may bring it.

pub mod access;
pub mod addresses;
pub mod administrators;
pub mod alerts;
pub mod announcements;
mod approvals;
pub mod audit;
pub mod blocking;
pub mod bookings;
pub mod bounces;
pub mod bulk_runs;
pub mod bundles;
pub mod consent;
pub mod contract_text;
pub mod customers;
pub mod delivery;
pub mod documents;
mod door;
mod error;
pub mod notices;
pub mod objections;
pub mod operator;
pub mod partner_contracts;
pub mod partners;
pub mod passwords;
pub mod proofs;
pub mod proposals;
pub mod register;
pub mod replies;
pub mod requests;
pub mod resend;
pub mod restoring;
pub mod retention;
pub mod roll_outs;
pub mod second_person;
pub mod seen;
pub mod stamps;
#[cfg(test)]
mod story_tests;
pub mod sub_partners;
pub mod throttle;
pub mod timing;
pub mod trials;
pub mod users;
pub mod versions;
mod whats_new;

pub use door::{Actor, Knock, Outcome};
pub use error::ActionError;
pub use whats_new::{Then, customer_then, sub_partner_left, version_news, whats_new};
