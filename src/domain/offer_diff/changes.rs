//! "Was ist neu": what an open offer changes compared with the agreement in force (R-05, rows 20, 26).

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::domain::PartnerId;

use crate::domain::case::{Case, Covered, lost};

/// One difference between the agreement in force and what is offered now. Names are looked up by
/// the caller that prints it: a company of the old chain may not look after the customer any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfferChange {
    /// Another Mandant is to be the sub-processor.
    Partner {
        /// Named in the agreement in force.
        old: PartnerId,
        /// Named in the offer.
        new: PartnerId,
    },
    /// A sub-partner comes, goes or takes another one's place.
    SubPartner {
        /// Named in the agreement in force.
        old: Option<PartnerId>,
        /// Named in the offer.
        new: Option<PartnerId>,
    },
    /// The agreement is to cover a further product.
    ProductAdded(Covered),
    /// A product of the agreement in force is no longer covered.
    ProductGone(Covered),
    /// The agreement is to cover further options of a product it names already.
    OptionsAdded(Covered),
    /// Options are no longer covered; their product is.
    OptionsGone(Covered),
    /// The text is another version.
    Version {
        /// Of the agreement in force.
        old: String,
        /// Of the offer.
        new: String,
    },
}

/// What concluding now would change; empty without an agreement in force or without an offer.
pub fn offer_changes(case: &Case, now: DateTime<Utc>) -> Vec<OfferChange> {
    let (Some(agreement), Some(new)) = (case.agreement(), case.offer(now)) else {
        return Vec::new();
    };
    let old = &agreement.offer;
    let mut news = Vec::new();
    if old.partner != new.partner {
        news.push(OfferChange::Partner {
            old: old.partner,
            new: new.partner,
        });
    }
    // A sub-partner that left stands in the old text all the same; one that is chosen again is news
    // to the customer, who was told it had left.
    let has_left = old.sub_partner.is_some() && agreement.sub_partner_left.is_some();
    if old.sub_partner != new.sub_partner || has_left {
        news.push(OfferChange::SubPartner {
            old: old.sub_partner.filter(|id| Some(*id) != new.sub_partner),
            new: new.sub_partner,
        });
    }
    let stands_in = |all: &BTreeSet<Covered>, one: &Covered| {
        all.iter().any(|other| other.product == one.product)
    };
    let added = lost(&new.products, &old.products).into_iter();
    news.extend(added.map(|one| match stands_in(&old.products, &one) {
        true => OfferChange::OptionsAdded(one),
        false => OfferChange::ProductAdded(one),
    }));
    let gone = lost(&old.products, &new.products).into_iter();
    news.extend(gone.map(|one| match stands_in(&new.products, &one) {
        true => OfferChange::OptionsGone(one),
        false => OfferChange::ProductGone(one),
    }));
    if old.version != new.version {
        news.push(OfferChange::Version {
            old: old.version.clone(),
            new: new.version,
        });
    }
    news
}
