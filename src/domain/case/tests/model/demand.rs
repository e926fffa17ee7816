//! A new contract version, and what is demanded or told although the deal stays in force
//! (rows 13, 35, 36, 48).

use super::hours::people_work;
use super::{Expected, LinkId, Model, Time};
use crate::domain::case::Demand;
use crate::domain::case::tests::samples::version_at;

impl Model {
    /// Rows 36 and 48. A succession may be demanded on top of a new version, but not the other way
    /// round.
    pub(super) fn demand(&mut self, demand: Demand, now: Time, link: LinkId) -> Expected {
        let may = match demand {
            Demand::Version => self.may_hear_of_version(now),
            Demand::Succession => {
                let is_asked = self.demanded(now) == Some(Demand::Succession);
                self.goes_on(now) && self.has_email && !is_asked && self.sent_today(now) < 10
            }
        };
        if !may {
            return None;
        }
        let mails = self.ask_anew(now, link);
        self.round.as_mut()?.demand = Some(demand);
        Some(mails)
    }

    /// Rows 35 and 36: the deal has an older version, and no answer is awaited.
    pub(super) fn may_hear_of_version(&self, now: Time) -> bool {
        let is_older = self
            .deal
            .as_ref()
            .is_some_and(|deal| deal.version != version_at(now));
        self.goes_on(now) && is_older && !self.is_waiting(now) && self.has_email
    }

    /// Whether the deal with the current Mandant is in force and still needed.
    fn goes_on(&self, now: Time) -> bool {
        let is_ours = self
            .deal
            .as_ref()
            .is_some_and(|deal| Some(deal.partner) == self.partner);
        is_ours && !self.need(now).is_empty()
    }

    /// Row 13: not at night, not to an address that refuses mail, and only while an answer is still
    /// possible.
    pub(super) fn new_version(&mut self, now: Time, link: LinkId) -> Expected {
        let round = self.round.as_ref()?;
        let is_same = round.version == version_at(now);
        let is_dead = round.bounced || self.is_over(round, now);
        if !people_work(now) || is_same || is_dead || !self.has_email || self.need(now).is_empty() {
            return None;
        }
        Some(self.ask_anew(now, link))
    }
}
