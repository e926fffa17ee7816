//! A line of the sheet about something the customer has.

use std::collections::{BTreeMap, BTreeSet};

use super::{Key, Time};

#[derive(Debug, Clone)]
pub(super) struct Booked {
    pub(super) product: String,
    /// Each with the moment from which the product goes on without it.
    pub(super) options: BTreeMap<String, Option<Time>>,
    pub(super) end: Option<Time>,
    pub(super) seen: bool,
}

impl Booked {
    /// An option that is over is not there any more.
    pub(super) fn has(&self, option: &str, now: Time) -> bool {
        let known = self.options.get(option);
        known.is_some_and(|end| end.is_none_or(|end| now < end))
    }

    /// The options that are there, with their ends.
    pub(super) fn left(&self, now: Time) -> BTreeMap<String, Option<Time>> {
        let mut left = self.options.clone();
        left.retain(|option, _| self.has(option, now));
        left
    }

    /// What of it needs a deal at `now`.
    pub(super) fn keys(&self, needing: &BTreeSet<Key>, now: Time) -> Vec<Key> {
        self.keys_of(needing, self.left(now).keys())
    }

    /// The same as if no option had ended.
    pub(super) fn all_keys(&self, needing: &BTreeSet<Key>) -> Vec<Key> {
        self.keys_of(needing, self.options.keys())
    }

    fn keys_of<'o>(
        &self,
        needing: &BTreeSet<Key>,
        options: impl Iterator<Item = &'o String>,
    ) -> Vec<Key> {
        std::iter::once(None)
            .chain(options.cloned().map(Some))
            .map(|option| (self.product.clone(), option))
            .filter(|key| needing.contains(key))
            .collect()
    }

    pub(super) fn is_there(&self, now: Time) -> bool {
        self.end.is_none_or(|end| now < end)
    }

    /// When the first of its options ended, if nobody has acted on that.
    pub(super) fn option_over(&self, now: Time) -> Option<Time> {
        let first = self.options.values().flatten().min();
        first
            .copied()
            .filter(|end| self.is_there(now) && *end <= now)
    }
}
