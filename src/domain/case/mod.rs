//! One customer has one case: all facts about that customer's AVV, and the functions that read them.
//!
//! ```text
//! status_of(case, now)              what the list, the status page and the mails say
//! access(case, partner, module, now) may this partner administer this product right now
//! decide(case, event, context)      Ok(changes) | Err(refusal)
//! preview(case, event, now)         the same on a copy: before, changes, after
//! ```
//!
//! `decide` is the state table of requirements 5.4 and 5.5. [`Case::apply`] carries its changes out
//! on the facts in memory, so that the table can be checked over random sequences without a
//! database, and so that the row the list reads is computed from the facts as they are after the
//! change.

mod access;
mod address;
mod answers;
mod apply;
mod arrived;
mod asking;
mod bookings;
mod case_status;
mod chain;
mod change;
mod decide;
mod demand;
mod event;
mod facts;
mod gate;
mod link;
mod master_data;
mod need;
mod preview;
mod restored;
mod reviewed;
mod status;
#[cfg(test)]
pub(crate) mod tests;
mod text;
mod timing;

pub use access::{Denied, Grant, access, enter};
pub use address::{ENTRIES_PER_DAY, EnteredAddress, Verdict};
pub use case_status::{
    CaseStatus, ProductStatus, last_answer, missing, next_change, next_step_due, product_statuses,
    status_of,
};
pub use change::{Change, Mail};
pub use decide::{DecisionContext, NewIds, Refusal, decide};
pub use demand::{may_be_demanded, may_be_told_of_version};
pub use event::{AddressChange, Arrival, Channel, Declaration, Demand, Event, ExistingText};
pub use facts::{
    Agreement, AgreementEnd, BookedOption, Booking, Case, Covered, Customer, Link, LinkEnd, Offer,
    Partner, Request, RequestOutcome, covers,
};
pub use gate::{Gate, GateAgreement, GateBooking, GateFacts, Keyholder, Shut};
pub use link::{LinkState, link_state};
pub use need::lost;
pub use preview::{Preview, preview, preview_each};
pub use restored::{Contradiction, Restored, contradiction};
pub use status::Status;
pub use timing::{ClockFault, check_clock, check_time};
