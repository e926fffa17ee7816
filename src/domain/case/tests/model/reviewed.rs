//! The list of what needs a deal, which may change (P-07), and the access that depends on it.

use std::collections::BTreeSet;

use super::booked::Booked;
use super::rows::mail;
use super::{Expected, Key, LinkId, Model, Time};
use crate::domain::case::tests::samples::{CENTRAFLEX, DESK, KIT, SMALL_TRUNK, TRUNK, UMS};

/// What can be sold: a product, or an option of it.
type Ware = (&'static str, Option<&'static str>);

/// What needs a deal at the beginning.
const LISTED: [Ware; 8] = [
    (CENTRAFLEX, None),
    (TRUNK, Some(UMS)),
    (SMALL_TRUNK, Some(UMS)),
    (KIT, Some("fax")),
    (KIT, Some("archive")),
    (DESK, None),
    (DESK, Some("record")),
    (DESK, Some("voice")),
];

/// The options that are sold with a product.
pub(super) fn options_of(product: &str) -> &'static [&'static str] {
    match product {
        CENTRAFLEX => &[],
        KIT => &["fax", "archive", "journal"],
        DESK => &["record", "music", "voice"],
        _ => &[UMS],
    }
}

/// The modules, what opens each of them, and whether it needs a deal itself.
const DOORS: [(&str, &[Ware], bool); 8] = [
    (CENTRAFLEX, &[(CENTRAFLEX, None)], true),
    (SMALL_TRUNK, &[(TRUNK, None), (SMALL_TRUNK, None)], false),
    (UMS, &[(TRUNK, Some(UMS)), (SMALL_TRUNK, Some(UMS))], true),
    (KIT, &[(KIT, None)], false),
    ("fax", &[(KIT, Some("fax"))], true),
    ("archive", &[(KIT, Some("archive"))], true),
    (DESK, &[(DESK, None), (DESK, Some("voice"))], true),
    ("record", &[(DESK, Some("record"))], true),
];

/// What a deal about this names: for an option its product, too.
pub(super) fn named(need: &BTreeSet<Key>) -> BTreeSet<Key> {
    let products = need.iter().map(|(product, _)| (product.clone(), None));
    need.iter().cloned().chain(products).collect()
}

/// The list as it is at the beginning.
pub(super) fn at_first() -> BTreeSet<Key> {
    LISTED
        .into_iter()
        .map(|(product, option)| (product.to_owned(), option.map(str::to_owned)))
        .collect()
}

impl Model {
    /// Adds something to the list, or removes it.
    pub fn relist(&mut self, key: &Key) {
        if !self.needing.remove(key) {
            self.needing.insert(key.clone());
        }
    }

    /// The list has changed: the customer is asked if concerned, or does not need to answer any
    /// more.
    pub(super) fn review(&mut self, now: Time, link: LinkId) -> Expected {
        let need = self.need(now);
        if need.is_empty() {
            let is_left_to_others = self
                .booked
                .iter()
                .any(|one| !one.seen && (!one.is_there(now) || one.option_over(now).is_some()));
            if is_left_to_others || (self.deal.is_none() && self.round.is_none()) {
                return None;
            }
            let waited = self.withdraw(now);
            return Some(match self.deal.take() {
                Some(_) => mail("M13>customer"),
                None if waited => mail("M11>customer"),
                None => Vec::new(),
            });
        }
        if self.is_settled(now) {
            self.round.as_ref()?;
            return Some(match self.withdraw(now) {
                true => mail("M11>customer"),
                false => Vec::new(),
            });
        }
        if self.is_waiting(now) {
            let asked_for = &self.round.as_ref()?.asked_for;
            return (*asked_for != named(&need)).then(|| self.ask_anew(now, link));
        }
        let of_round = self.round.as_ref();
        let of_round = of_round.map(|round| (round.partner, round.asked_for.clone()));
        let heard = of_round.or(self.no.clone());
        let says_no = |known: &(i64, BTreeSet<Key>)| {
            Some(known.0) == self.partner && need.is_subset(&known.1)
        };
        if heard.iter().chain(&self.void).any(says_no) {
            return None;
        }
        Some(self.ask_anew(now, link))
    }

    /// The round is over without a deal.
    pub(super) fn hear_no(&mut self) {
        let round = self.round.take();
        self.no = round.map(|round| (round.partner, round.asked_for));
    }

    /// Which modules the current Mandant may enter.
    pub fn doors(&self, now: Time) -> String {
        let is_open = |(_, openers, has_lock): &(&str, &[Ware], bool)| {
            let here = || self.booked.iter().filter(|one| one.is_there(now));
            let opens = |one: &Booked, (product, option): &Ware| {
                one.product == *product && option.is_none_or(|code| one.has(code, now))
            };
            let is_there = here().any(|one| openers.iter().any(|door| opens(one, door)));
            let wanted: BTreeSet<Key> = here()
                .flat_map(|one| one.keys(&self.needing, now))
                .filter(|(product, option)| {
                    let is_it = |ware: &Ware| ware.0 == product && ware.1 == option.as_deref();
                    openers.iter().any(is_it)
                })
                .collect();
            let deal = self
                .deal
                .as_ref()
                .filter(|deal| !self.is_held() && Some(deal.partner) == self.partner);
            let is_covered = deal.is_some_and(|deal| wanted.is_subset(&deal.products));
            let is_free = !has_lock || wanted.is_empty() || is_covered;
            is_there && is_free && !self.deleted && self.partner.is_some()
        };
        let tick = |door| if is_open(door) { '✔' } else { '✘' };
        DOORS.iter().map(tick).collect()
    }
}
