//! The longer rows of the table in the simple model.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;

use super::hours::people_work;
use super::reviewed::{named, options_of};
use super::{
    Booked, Expected, Key, LinkId, Model, Paper, Partner, Time, end_of_fourteenth_day,
    morning_after,
};
use crate::domain::case::tests::samples::version_at;

pub(super) fn mail(text: &str) -> Vec<String> {
    vec![text.to_owned()]
}

impl Model {
    pub(super) fn add(
        &mut self,
        product: String,
        options: BTreeMap<String, Option<Time>>,
        end: Option<Time>,
    ) {
        self.booked.push(Booked {
            product,
            options,
            end,
            seen: false,
        });
    }

    pub(super) fn may_ask(&self, now: Time) -> bool {
        !self.need(now).is_empty() && !self.is_settled(now) && self.has_email
    }

    /// Rows 1, 12, 45, 46, 50: more needs a deal.
    pub(super) fn grown(&mut self, before: &BTreeSet<Key>, now: Time, link: LinkId) -> Vec<String> {
        let after = self.need(now);
        if before.is_empty() && !after.is_empty() && self.deal.take().is_some() {
            self.rest = 'O';
        }
        if after == *before || self.is_settled(now) {
            return Vec::new();
        }
        self.ask_anew(now, link)
    }

    /// Rows 19, 29, 43, 44: `gone` is not needed any more.
    fn shrunk(&mut self, gone: &[Key], now: Time, link: LinkId) -> Vec<String> {
        let need = self.need(now);
        if need.is_empty() {
            let waited = self.withdraw(now);
            return match self.deal.take() {
                Some(_) => mail("M13>customer"),
                None if waited => mail("M11>customer"),
                None => Vec::new(),
            };
        }
        let deal = self.deal.clone();
        let product_went = gone.iter().any(|key| {
            let is_covered = deal.iter().any(|deal| deal.products.contains(key));
            is_covered && !need.contains(key)
        });
        if self.is_settled(now) {
            let waited = self.is_waiting(now) && self.withdraw(now);
            return if product_went || waited {
                mail("M11>customer")
            } else {
                Vec::new()
            };
        }
        let differs = self
            .round
            .as_ref()
            .is_some_and(|round| round.asked_for != named(&need));
        if self.is_waiting(now) && differs {
            return self.ask_anew(now, link);
        }
        if product_went && self.is_covered(now) {
            return mail("M11>customer");
        }
        Vec::new()
    }

    pub(super) fn switch(
        &mut self,
        place: usize,
        (option, on): (&str, bool),
        now: Time,
        link: LinkId,
    ) -> Expected {
        let old = self.booked.get(place)?.clone();
        let known = options_of(&old.product);
        if !old.is_there(now) || !known.contains(&option) || old.has(option, now) == on {
            return None;
        }
        let before = self.need(now);
        let over = old.option_over(now);
        self.booked[place].end = over.or(Some(now));
        self.booked[place].seen = over.is_none();
        let mut left = old.left(now);
        match on {
            true => left.insert(option.to_owned(), None),
            false => left.remove(option),
        };
        self.add(old.product, left, old.end);
        let gone: Vec<Key> = before.difference(&self.need(now)).cloned().collect();
        Some(if gone.is_empty() {
            self.grown(&before, now, link)
        } else {
            self.shrunk(&gone, now, link)
        })
    }

    /// The product continues without its option.
    pub(super) fn cancel_option(
        &mut self,
        place: usize,
        (option, end): (&str, Option<Time>),
        now: Time,
        link: LinkId,
    ) -> Expected {
        let booked = self.booked.get_mut(place)?;
        let is_there = booked.is_there(now) && booked.has(option, now);
        let known = booked.options.get_mut(option).filter(|_| is_there)?;
        if *known == end {
            return None;
        }
        if end == Some(now) {
            return self.switch(place, (option, false), now, link);
        }
        *known = end;
        Some(Vec::new())
    }

    pub(super) fn cancel(
        &mut self,
        place: usize,
        end: Option<Time>,
        now: Time,
        link: LinkId,
    ) -> Expected {
        let old = self.booked.get(place)?.clone();
        if old.end.is_some_and(|end| end <= now) || old.end == end {
            return None;
        }
        let before = self.need(now);
        self.booked[place].end = end;
        if end != Some(now) || old.option_over(now).is_some() {
            return Some(Vec::new());
        }
        self.booked[place].seen = true;
        let gone: Vec<Key> = before.difference(&self.need(now)).cloned().collect();
        Some(if gone.is_empty() {
            Vec::new()
        } else {
            self.shrunk(&gone, now, link)
        })
    }

    /// Rows 1, 10, 19, 26, 29: another Mandant, or none.
    pub(super) fn assign(&mut self, to: Option<i64>, now: Time, link: LinkId) -> Expected {
        if to == self.partner {
            return None;
        }
        let (was_waiting, former) = (self.is_waiting(now), self.partner);
        let told = self.to_partners("M8");
        let before: Vec<Key> = self.need(now).into_iter().collect();
        (self.partner, self.sub) = (to, None);
        if to.is_none() {
            return Some(self.shrunk(&before, now, link));
        }
        let had_deal = self.deal.is_some();
        let mut mails = Vec::new();
        if self.is_covered(now) {
            if self.is_demanded(now) {
                mails = self.ask_anew(now, link);
            } else if self.round.is_some() && self.withdraw(now) {
                mails = mail("M11>customer");
            }
        } else if !self.need(now).is_empty() {
            let never_asked = former.is_none() && self.rest == 'O' && self.round.is_none();
            if had_deal || was_waiting || never_asked {
                mails = self.ask_anew(now, link);
            } else {
                self.end_links(now, Paper::Replaced);
            }
        }
        if had_deal || was_waiting {
            mails.extend(told);
        }
        mails.extend(to.map(|id| format!("M16>{id}")));
        Some(mails)
    }

    /// Rows 11, 20, 23 to 25: another Submandant, or none.
    pub(super) fn name_sub(&mut self, to: Option<&Partner>, now: Time, link: LinkId) -> Expected {
        let named = to.map(|one| one.id.0);
        let is_own = to.is_none_or(|one| one.parent.map(|id| id.0) == self.partner);
        if named == self.sub || !is_own || (to.is_some() && self.partner.is_none()) {
            return None;
        }
        let kept = self.clone();
        let was_waiting = self.is_waiting(now);
        let leaves = self.deal.as_ref().is_some_and(|deal| {
            Some(deal.partner) == self.partner && deal.sub.is_some() && deal.sub == self.sub
        });
        self.sub = named;
        if let Some(deal) = self.deal.as_mut().filter(|_| leaves) {
            deal.sub = None;
        }
        let mails = if self.deal.is_none() {
            if was_waiting {
                self.ask_anew(now, link)
            } else {
                self.end_links(now, Paper::Replaced);
                Vec::new()
            }
        } else if self.is_settled(now) || self.need(now).is_empty() {
            let waited = was_waiting && self.withdraw(now);
            if waited || leaves {
                mail("M11>customer")
            } else {
                Vec::new()
            }
        } else {
            let is_amendment =
                named.is_some() && self.deal.as_ref().map(|deal| deal.partner) == self.partner;
            if is_amendment || was_waiting {
                self.ask_anew(now, link)
            } else if leaves {
                mail("M11>customer")
            } else {
                Vec::new()
            }
        };
        let asks = mails.iter().any(|one| one == "M1>customer");
        if asks && kept.sent_today(now) >= 10 {
            *self = kept;
            return None;
        }
        let mut mails = mails;
        mails.extend(named.map(|id| format!("M16>{id}")));
        Some(mails)
    }

    /// S-13: the customer requests a new link by an old one.
    pub(super) fn ask_by_link(&mut self, old: LinkId, now: Time, link: LinkId) -> Expected {
        let (sent, paper) = *self.links.get(&old)?;
        let is_old = match paper {
            Paper::Replaced | Paper::Declined => true,
            Paper::Usable => now > end_of_fourteenth_day(sent),
            _ => false,
        };
        let is_open = self.round.is_some() || matches!(self.rest, 'X' | 'D');
        let is_void = self.deal.is_none() && self.round.is_none() && self.rest == 'V';
        let lately = self
            .sends
            .iter()
            .any(|sent| now - *sent < Duration::minutes(10));
        if !is_old
            || !self.may_ask(now)
            || !is_open
            || is_void
            || lately
            || self.sent_today(now) >= 3
        {
            return None;
        }
        Some(self.ask(now, link))
    }

    /// Rows 5, 6, 19, 43, 44: the step of the scheduler.
    pub(super) fn step(&mut self, now: Time, link: LinkId) -> Expected {
        if !people_work(now) {
            return None;
        }
        let (mut lapsed, mut go_on) = (Vec::new(), Vec::new());
        for one in self.booked.iter_mut().filter(|one| !one.seen) {
            if let Some(over) = one.option_over(now) {
                go_on.push((one.product.clone(), one.left(now), one.end));
                one.end = Some(over);
            }
            if !one.is_there(now) {
                one.seen = true;
                lapsed.push(one.all_keys(&self.needing));
            }
        }
        for (product, options, end) in go_on {
            self.add(product, options, end);
        }
        if !lapsed.is_empty() {
            let lapsed: Vec<Key> = lapsed.into_iter().flatten().collect();
            return Some(self.shrunk(&lapsed, now, link));
        }
        if let Some(mails) = self.address_step(now, link) {
            return Some(mails);
        }
        let round = self.round.clone()?;
        if now < morning_after(end_of_fourteenth_day(round.last_sent)) {
            return None;
        }
        if self.need(now).is_empty() {
            return Some(if self.withdraw(now) {
                mail("M11>customer")
            } else {
                Vec::new()
            });
        }
        if round.reminders == 3 {
            self.hear_no();
            self.rest = 'X';
            return Some(self.to_partners("M5"));
        }
        if round.bounced || !self.has_email {
            return None;
        }
        if round.version != version_at(now) {
            return self.new_version(now, link);
        }
        let number = round.reminders + 1;
        self.links.insert(link, (now, Paper::Usable));
        self.sends.push(now);
        let open = self.round.as_mut()?;
        (open.reminders, open.last_sent) = (number, now);
        open.links.push(link);
        Some(mail(&format!("M2.{number}>customer")))
    }

    /// Row 8: only a mail of the open round counts.
    pub(super) fn bounce(&mut self, which: LinkId) -> Expected {
        let told = self.to_partners("M5");
        let round = self.round.as_mut().filter(|round| !round.bounced)?;
        if !round.links.contains(&which) {
            return None;
        }
        round.bounced = true;
        let mut mails = mail("M14>operator");
        mails.extend(told);
        Some(mails)
    }

    /// Rows 2, 9, 47: another address. `ask`: ask again whatever state the rounds are in.
    pub(super) fn move_mailbox(
        &mut self,
        new: &str,
        ask: bool,
        now: Time,
        link: LinkId,
    ) -> Vec<String> {
        let asks = ask || self.is_waiting(now) || self.never_asked(now);
        self.email = new.to_owned();
        self.has_email = true;
        if asks {
            return self.ask_anew(now, link);
        }
        self.end_links(now, Paper::Replaced);
        Vec::new()
    }

    /// Row 2: the customer was never asked, or by links that were locked.
    fn never_asked(&self, now: Time) -> bool {
        let need = self.need(now);
        let is_missing = match &self.deal {
            None => !need.is_empty(),
            Some(deal) => Some(deal.partner) == self.partner && !need.is_subset(&deal.products),
        };
        is_missing && self.round.is_none() && self.rest == 'O'
    }
}
