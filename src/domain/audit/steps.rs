//! What an event did to a case, in keys alone: for other systems, which know bookings and agreements
//! but not the names of kinds of events. Kept beside every event of a case that did any of it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::domain::case::{AgreementEnd, Case, Change};

/// What an event did to a case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Steps {
    /// Bookings that are there since.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub booked: Vec<BookingStep>,
    /// Bookings that changed: an option, or the end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rebooked: Vec<BookingStep>,
    /// Bookings that are over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unbooked: Vec<BookingStep>,
    /// Whether something of the master data changed, who looks after the customer included.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub corrected: bool,
    /// Whether the customer was asked, and for what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
    /// Numbers of agreements that are no longer in force, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub over: Vec<(String, AgreementEnd)>,
}

/// A booking that something was done to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written")]
pub struct BookingStep {
    /// Code of its product.
    pub product: String,
    /// Its index in [`Case::bookings`]; events of an earlier program lack it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<usize>,
}

/// A booking as it stands in the log: an earlier program wrote the code alone.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Code(String),
    Step {
        product: String,
        #[serde(default)]
        place: Option<usize>,
    },
}

impl From<Written> for BookingStep {
    fn from(written: Written) -> Self {
        match written {
            Written::Code(product) => Self {
                product,
                place: None,
            },
            Written::Step { product, place } => Self { product, place },
        }
    }
}

/// What a customer is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// An agreement, because none is in force.
    Agreement,
    /// A new conclusion beside the agreement in force.
    Update,
}

impl Steps {
    /// Where it stands among the details of an event.
    pub const FIELD: &str = "steps";

    /// What `changes` did that made the case `after`.
    pub fn of(changes: &[Change], after: &Case) -> Self {
        let mut steps = Self::default();
        let (mut touched, mut ended) = (BTreeSet::new(), BTreeSet::new());
        // Bookings are only ever added, behind all others, so their places are still the same.
        let is_new = |change: &&Change| matches!(change, Change::AddBooking { .. });
        let first_new = after
            .bookings
            .len()
            .saturating_sub(changes.iter().filter(is_new).count());
        for change in changes {
            match change {
                Change::EndBooking(place, _) | Change::EndOption(place, ..) => {
                    touched.insert(*place);
                }
                Change::SettleBooking(place) => {
                    ended.insert(*place);
                }
                Change::SetPartner(_)
                | Change::SetSubPartner(_)
                | Change::SetEmail(_)
                | Change::UseAddress(_)
                | Change::SetParty(_)
                | Change::SetLanguage(_) => steps.corrected = true,
                Change::OpenRequest(_) => {
                    steps.asked = Some(match after.agreement() {
                        Some(_) => Asked::Update,
                        None => Asked::Agreement,
                    });
                }
                Change::EndAgreement(id, how) => {
                    let number = after.agreements.iter().find(|one| one.id == *id);
                    steps
                        .over
                        .extend(number.map(|one| (one.number.clone(), *how)));
                }
                // Found by its place.
                Change::AddBooking { .. }
                | Change::EnterAddress(_)
                | Change::TellFormer(_)
                | Change::HoldAddress(_)
                | Change::LeaveAddress(_)
                | Change::JudgeAddress(..)
                | Change::DeleteCustomer
                | Change::CloseRequest(..)
                | Change::Remind(..)
                | Change::MarkUndeliverable(_)
                | Change::EndLink(..)
                | Change::Conclude(_)
                | Change::LeaveSubPartner(_)
                | Change::Queue(_) => {}
            }
        }
        let product = |place: usize| after.bookings.get(place).map(|one| one.product.as_str());
        for place in first_new..after.bookings.len() {
            touched.remove(&place);
            // An option that is switched ends one booking and begins another of the same product,
            // which has the key of the first.
            let same = ended.iter().find(|old| product(**old) == product(place));
            let list = match same.copied() {
                Some(old) => {
                    ended.remove(&old);
                    touched.remove(&old);
                    &mut steps.rebooked
                }
                None => &mut steps.booked,
            };
            list.extend(step(after, place));
        }
        let rebooked = touched.difference(&ended);
        steps
            .rebooked
            .extend(rebooked.filter_map(|place| step(after, *place)));
        steps.unbooked = ended
            .into_iter()
            .filter_map(|place| step(after, place))
            .collect();
        steps
    }

    /// Whether it did none of it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn step(case: &Case, place: usize) -> Option<BookingStep> {
    let booking = case.bookings.get(place)?;
    Some(BookingStep {
        product: booking.product.clone(),
        place: Some(place),
    })
}
