//! Which products need an agreement right now (requirements 1.1), and what would be offered.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::facts::{Case, Covered, Offer};
use crate::domain::product::{Area, Named, Options, Product};

impl Case {
    /// What the customer has at `now`, in the catalogue's order; a product with the same options is
    /// listed once. A product that is missing from the catalogue is left out here, and access to it
    /// is denied.
    pub fn active_products(&self, now: DateTime<Utc>) -> Vec<(&Product, Options)> {
        let bookings = self.bookings.iter();
        let left = bookings.filter(|booking| booking.is_active(now));
        let booked = left.map(|booking| (booking.product.as_str(), booking.options_at(now)));
        active(&self.catalogue, booked).collect()
    }

    /// The areas that the customer has at `now`; an area that two products share is listed twice.
    pub fn areas(&self, now: DateTime<Utc>) -> Vec<Area<'_>> {
        self.active_products(now)
            .into_iter()
            .flat_map(|(product, options)| product.areas(&options))
            .collect()
    }

    /// The products for which an AVV is required at `now` (P-01 … P-05), each once with all options that
    /// need one: none without a partner.
    pub fn required_products(&self, now: DateTime<Utc>) -> BTreeSet<Covered> {
        if !self.can_need() {
            return BTreeSet::new();
        }
        let mut required: BTreeMap<String, Options> = BTreeMap::new();
        for (product, options) in self.active_products(now) {
            if let Some(needed) = product.needed(&options) {
                let known = required.entry(needed.product).or_default();
                known.extend(needed.options);
            }
        }
        required
            .into_iter()
            .map(|(product, options)| Covered { product, options })
            .collect()
    }

    /// Whether a booked product can need an AVV at all (P-03).
    pub fn can_need(&self) -> bool {
        self.partner.is_some() && self.customer.deleted_at.is_none()
    }

    /// The name of a booking, or the product's code if it is no longer in the catalogue.
    pub fn booked_name(&self, product: &str, options: &Options) -> Named {
        match self.product(product) {
            Some(known) => known.booked_name(options),
            None => Named::same(product),
        }
    }

    /// The name of a covered product with its options.
    pub fn covered_name(&self, one: &Covered) -> Named {
        self.booked_name(&one.product, &one.options)
    }

    /// What would be offered to the customer at `now`; `None` if nothing needs an agreement.
    pub fn offer(&self, now: DateTime<Utc>) -> Option<Offer> {
        let products = self.required_products(now);
        let partner = self.partner.as_ref()?;
        (!products.is_empty()).then(|| Offer {
            partner: partner.id,
            sub_partner: self.sub_partner.as_ref().map(|sub| sub.id),
            products,
            version: self.current_version.clone(),
        })
    }

    /// Whether the agreement in force names the current chain (5.2, rows 26 to 29).
    pub fn chain_matches(&self) -> bool {
        match (self.agreement(), self.partner.as_ref()) {
            (Some(agreement), Some(partner)) => agreement.offer.partner == partner.id,
            _ => false,
        }
    }

    /// Whether the agreement in force covers everything that needs one, with the current chain.
    pub fn is_covered(&self, now: DateTime<Utc>) -> bool {
        self.agreement().is_some_and(|agreement| {
            self.chain_matches()
                && self
                    .required_products(now)
                    .iter()
                    .all(|one| agreement.offer.covers(one))
                && self
                    .sub_partner
                    .as_ref()
                    .is_none_or(|sub| agreement.names_sub_partner(sub.id))
        })
    }

    /// The part of `all` that `offer` covers: without options that it does not name, and without
    /// products of which nothing remains that needs an agreement.
    pub fn share(&self, all: &BTreeSet<Covered>, offer: &Offer) -> BTreeSet<Covered> {
        let of = |one: &Covered| {
            let known = offer
                .products
                .iter()
                .find(|own| own.product == one.product)?;
            let options: Options = one.options.intersection(&known.options).cloned().collect();
            let is_whole = one.options.is_empty()
                || self
                    .product(&one.product)
                    .is_some_and(Product::needs_by_itself);
            (is_whole || !options.is_empty()).then(|| Covered {
                product: one.product.clone(),
                options,
            })
        };
        all.iter().filter_map(of).collect()
    }
}

/// What of the catalogue is booked, in its order; a product with the same options is listed once.
pub(super) fn active<'c, 'b>(
    catalogue: &'c [Product],
    booked: impl Iterator<Item = (&'b str, Options)>,
) -> impl Iterator<Item = (&'c Product, Options)> {
    let booked: BTreeSet<(&str, Options)> = booked.collect();
    catalogue.iter().flat_map(move |product| {
        let of = booked.iter().filter(|(code, _)| *code == product.code);
        let with: Vec<Options> = of.map(|(_, options)| options.clone()).collect();
        with.into_iter().map(move |options| (product, options))
    })
}

/// What is in `before` but not in `after`: whole products, and of the remaining products the
/// missing options.
pub fn lost(before: &BTreeSet<Covered>, after: &BTreeSet<Covered>) -> BTreeSet<Covered> {
    let gone = |one: &Covered| {
        let Some(still) = after.iter().find(|still| still.product == one.product) else {
            return Some(one.clone());
        };
        let options: Options = one.options.difference(&still.options).cloned().collect();
        (!options.is_empty()).then(|| Covered {
            product: one.product.clone(),
            options,
        })
    };
    before.iter().filter_map(gone).collect()
}
