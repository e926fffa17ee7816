//! What the contract text does not speak of is neither asked for nor concluded: the operator publishes a
//! version with its annex first (LC-49).

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::asking::awaited;
use super::facts::{Case, Covered};
use super::reviewed::is_answered;

impl Case {
    /// What an agreement would have to name at `now` and the version in force has no annex for. Empty where
    /// nothing needs an agreement; all of it while no version is in force.
    pub fn unwritten(&self, now: DateTime<Utc>) -> BTreeSet<Covered> {
        let required = self.required_products(now);
        required
            .iter()
            .filter_map(|one| self.undescribed(one))
            .collect()
    }

    /// Whether anything is unwritten at `now`: then the whole agreement waits.
    pub fn lacks_text(&self, now: DateTime<Utc>) -> bool {
        !self.unwritten(now).is_empty()
    }

    /// What of this the version in force does not describe.
    pub(super) fn undescribed(&self, one: &Covered) -> Option<Covered> {
        let is_there = |key: &str| self.annexes.contains(key);
        self.product(&one.product)?.undescribed(one, is_there)
    }
}

/// Whether the customer would be asked, or could answer, if the text were there. Who has said no to all of
/// it does not wait for it.
pub(super) fn waits_for_text(case: &Case, now: DateTime<Utc>) -> bool {
    if !case.lacks_text(now) || case.is_settled(now) {
        return false;
    }
    awaited(case, now).is_some()
        || case
            .offer(now)
            .is_some_and(|offer| !is_answered(case, &offer))
}
