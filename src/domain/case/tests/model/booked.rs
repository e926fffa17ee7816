//! A booking of the simple model.

use std::collections::{BTreeMap, BTreeSet};

use super::{Key, Time};

#[derive(Debug, Clone)]
pub(super) struct Booked {
    pub(super) product: String,
    /// The options, each with the time from which the product continues without it.
    pub(super) options: BTreeMap<String, Option<Time>>,
    pub(super) end: Option<Time>,
    pub(super) seen: bool,
}

impl Booked {
    /// Whether it has the option at `now`; an ended option does not count.
    pub(super) fn has(&self, option: &str, now: Time) -> bool {
        let known = self.options.get(option);
        known.is_some_and(|end| end.is_none_or(|end| now < end))
    }

    /// The options that it has at `now`, with their ends.
    pub(super) fn left(&self, now: Time) -> BTreeMap<String, Option<Time>> {
        let mut left = self.options.clone();
        left.retain(|option, _| self.has(option, now));
        left
    }

    /// The parts of it that need a deal at `now`.
    pub(super) fn keys(&self, needing: &BTreeSet<Key>, now: Time) -> Vec<Key> {
        self.keys_of(needing, self.left(now).keys())
    }

    /// The parts of it that would need a deal if no option had ended.
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

    /// When the first of its options ended, if that has not been handled yet.
    pub(super) fn option_over(&self, now: Time) -> Option<Time> {
        let first = self.options.values().flatten().min();
        first
            .copied()
            .filter(|end| self.is_there(now) && *end <= now)
    }
}
