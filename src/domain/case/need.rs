//! Which products need an agreement right now (requirements 1.1), and what an offer would hold.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::facts::{Case, Covered, Offer};
use crate::domain::product::Product;

impl Case {
    /// What the customer has at `now`, each product and option once, in the catalogue's order.
    /// A product that is missing from the catalogue is left out here and denied by the gate.
    pub fn active_products(&self, now: DateTime<Utc>) -> Vec<(&Product, bool)> {
        let booked: BTreeSet<(&str, bool)> = self
            .bookings
            .iter()
            .filter(|booking| booking.is_active(now))
            .map(|booking| (booking.product.as_str(), booking.has_ums(now)))
            .collect();
        self.catalogue
            .iter()
            .flat_map(|product| [false, true].map(|ums| (product, ums)))
            .filter(|(product, ums)| booked.contains(&(product.code.as_str(), *ums)))
            .collect()
    }

    /// The products for which an AVV is required at `now` (P-01 … P-05): none without a partner.
    pub fn required_products(&self, now: DateTime<Utc>) -> BTreeSet<Covered> {
        if self.partner.is_none() || self.customer.deleted_at.is_some() {
            return BTreeSet::new();
        }
        self.active_products(now)
            .into_iter()
            .filter(|(product, ums)| product.needs_agreement(*ums))
            .map(|(product, ums)| Covered {
                product: product.code.clone(),
                ums,
            })
            .collect()
    }

    /// What would be offered to the customer at `now`; `None` when nothing needs an agreement.
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

    /// Whether the agreement in force names the chain of today (5.2, rows 26 to 29).
    pub fn chain_matches(&self) -> bool {
        match (self.agreement(), self.partner.as_ref()) {
            (Some(agreement), Some(partner)) => agreement.offer.partner == partner.id,
            _ => false,
        }
    }

    /// Whether the agreement in force covers all that needs one, with the chain of today.
    pub fn is_covered(&self, now: DateTime<Utc>) -> bool {
        self.agreement().is_some_and(|agreement| {
            self.chain_matches()
                && self
                    .required_products(now)
                    .is_subset(&agreement.offer.products)
                && self
                    .sub_partner
                    .as_ref()
                    .is_none_or(|sub| agreement.names_sub_partner(sub.id))
        })
    }
}
