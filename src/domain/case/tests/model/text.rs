//! What the contract text speaks of may change, too: no customer is asked to sign a text that is
//! not written (LC-49).

use std::collections::BTreeSet;

use super::{Key, Model, Time};
use crate::domain::case::tests::samples::{CENTRAFLEX, DESK, KIT, SMALL_TRUNK, TRUNK, UMS};

/// What is written at first.
pub(super) fn at_first() -> BTreeSet<Key> {
    [
        (CENTRAFLEX, None),
        (TRUNK, Some(UMS)),
        (SMALL_TRUNK, Some(UMS)),
        (KIT, Some("fax")),
        (KIT, Some("archive")),
        (KIT, Some("journal")),
        (DESK, None),
    ]
    .into_iter()
    .map(|(product, option)| (product.to_owned(), option.map(str::to_owned)))
    .collect()
}

impl Model {
    /// Writes something down, or strikes it out.
    pub fn rewrite(&mut self, key: &Key) {
        if !self.written.remove(key) {
            self.written.insert(key.clone());
        }
    }

    /// What is written of a product holds for its options.
    pub(super) fn is_written(&self, key: &Key) -> bool {
        self.written.contains(key) || self.written.contains(&(key.0.clone(), None))
    }

    pub(super) fn lacks_text(&self, now: Time) -> bool {
        self.need(now).iter().any(|key| !self.is_written(key))
    }

    /// Only the text keeps the customer from being asked, or from answering.
    pub(super) fn waits_for_text(&self, now: Time) -> bool {
        let is_open = self.is_waiting(now) || !self.says_no(now);
        self.lacks_text(now) && !self.is_settled(now) && is_open
    }
}
