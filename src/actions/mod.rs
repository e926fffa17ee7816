//! The actions of users and of the scheduler. One public function is one transaction and one audit
//! event.
//!
//! Every change of a case is a [`CaseCommand`]: it locks the customer, loads the facts, asks the
//! rules, writes the changes, queues the mails and appends the event, which comes last because it
//! locks the end of the chain of all events. The functions here differ in the event and in who may
//! cause it.

pub mod access;
pub mod addresses;
pub mod administrators;
pub mod agreement_import;
pub mod alerts;
pub mod announcements;
mod approvals;
pub mod audit;
pub mod blocking;
pub mod booking_writes;
pub mod bookings;
pub mod bounces;
pub mod branding;
pub mod bulk_runs;
pub mod bundles;
mod case_command;
pub mod checkpoints;
pub mod clients;
pub mod company_users;
pub mod consent;
pub mod contract_text;
pub mod customer_import;
pub mod customer_writes;
pub mod customers;
pub mod delivery;
pub mod documents;
mod error;
pub mod exports;
pub mod feed;
pub mod form_version;
pub mod identities;
pub mod inspection;
pub mod list_check;
pub mod mailbox;
pub mod notices;
pub mod objections;
mod offer_diff;
pub mod operator;
pub mod partner_contracts;
pub mod partner_directory;
pub mod partner_writes;
pub mod partners;
pub mod passkeys;
pub mod passwords;
pub mod products;
pub mod proposals;
#[cfg(test)]
mod random_sequence_tests;
pub mod replies;
pub mod requests;
pub mod resend;
pub mod restoring;
pub mod retention;
pub mod roll_outs;
pub mod second_factor;
pub mod second_person;
pub mod sessions;
pub mod setup;
pub mod stamps;
pub mod sub_partners;
pub mod table_file;
pub mod test_mails;
pub mod throttle;
pub mod timing;
pub mod user_changes;
pub mod user_writes;
pub mod users;
pub mod verification;
pub mod versions;
pub mod webhooks;

pub use case_command::{Actor, Applied, CaseCommand};
pub use error::ActionError;
pub use offer_diff::{Then, customer_then, offer_diff, sub_partner_left, version_diff};

use crate::domain::viewer::{Acting, Duty};

/// Refuses whoever is neither one of the operator's people with this duty (role matrix of 1.3) nor a
/// client that may do what it is for.
///
/// # Errors
/// [`ActionError::NotAllowed`].
pub fn require(who: &dyn Acting, duty: Duty) -> Result<(), ActionError> {
    if who.has(duty) {
        Ok(())
    } else {
        Err(ActionError::NotAllowed)
    }
}
