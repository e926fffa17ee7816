//! What an event did to a case, in keys alone: for other systems, which know bookings and agreements
//! but not the names of kinds of events. Kept beside every event of a case that did any of it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::domain::case::{AgreementEnd, Case, Change};

/// What an event did to a case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Steps {
    /// Codes of products that are booked since.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub booked: Vec<String>,
    /// Codes of products whose booking changed: an option, or its end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rebooked: Vec<String>,
    /// Codes of products whose booking is over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unbooked: Vec<String>,
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
        let (mut begun, mut touched, mut ended) =
            (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        // Bookings are only ever added, so their places are still the same.
        let product = |place: &usize| after.bookings.get(*place).map(|one| one.product.clone());
        for change in changes {
            match change {
                Change::AddBooking { product, .. } => {
                    begun.insert(product.clone());
                }
                Change::EndBooking(place, _) | Change::EndOption(place, ..) => {
                    touched.extend(product(place));
                }
                Change::SettleBooking(place) => ended.extend(product(place)),
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
                Change::EnterAddress(_)
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
        // An option that is switched ends one booking and begins another of the same product.
        let switched: BTreeSet<String> = begun.intersection(&ended).cloned().collect();
        touched.extend(switched.iter().cloned());
        steps.booked = begun.difference(&switched).cloned().collect();
        steps.unbooked = ended.difference(&switched).cloned().collect();
        let is_said = |code: &&String| steps.booked.contains(code) || steps.unbooked.contains(code);
        steps.rebooked = touched
            .iter()
            .filter(|code| !is_said(code))
            .cloned()
            .collect();
        steps
    }

    /// Whether it did none of it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
