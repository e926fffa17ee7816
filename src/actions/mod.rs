//! What people and the scheduler can do. One public function is one transaction and one audit event.
//!
//! Whatever changes a case goes through [`door`]: it locks the customer, loads the facts, asks the
//! rules, writes the changes, queues the mails, appends the event. The functions here differ in
//! the event they bring and in who may bring it.

pub mod bookings;
pub mod bundles;
pub mod consent;
pub mod customers;
pub mod delivery;
pub mod documents;
mod door;
mod error;
pub mod objections;
pub mod operator;
pub mod passwords;
pub mod proofs;
pub mod requests;
pub mod stamps;
pub mod sub_partners;
pub mod users;

pub use door::{Actor, Knock, Outcome};
pub use error::ActionError;
