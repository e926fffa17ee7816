//! What ends a round or a deal in the simple model.

use super::reviewed::named;
use super::rows::mail;
use super::{Deal, Expected, LinkId, Model, Paper, Time, end_of_fourteenth_day};
use crate::domain::case::tests::samples::{MANDANT, version_at};

impl Model {
    /// Row 53: the operator locks all links.
    pub(super) fn lock(&mut self, ask_again: bool, now: Time, link: LinkId) -> Expected {
        let is_usable = |(sent, paper): &(Time, Paper)| {
            *paper == Paper::Usable && now <= end_of_fourteenth_day(*sent)
        };
        if !self.links.values().any(is_usable) || (ask_again && !self.may_ask(now)) {
            return None;
        }
        let demand = self.demanded(now);
        self.end_links(now, Paper::Closed);
        if self.round.is_some() {
            self.hear_no();
            self.rest = self.unanswered();
        }
        if !ask_again {
            return Some(Vec::new());
        }
        let mails = self.ask(now, link);
        self.round.as_mut()?.demand = demand;
        Some(mails)
    }

    /// Rows 15, 21, 27 and 5.8-18: the customer concludes.
    pub(super) fn conclude(&mut self, now: Time, by_link: bool) -> Vec<String> {
        let (over, tells) = if by_link { self.doubt() } else { (None, false) };
        self.end_links(now, Paper::Done);
        (self.round, self.no, self.void) = (None, None, None);
        (self.had_deal, self.has_answered) = (true, true);
        self.deal = Some(Deal {
            partner: self.partner.unwrap_or(MANDANT.0),
            sub: self.sub,
            products: named(&self.need(now)),
            version: version_at(now),
            over,
        });
        (self.rest, self.is_void) = ('O', false);
        let mut mails = mail("M3>customer");
        mails.extend(tells.then(|| "M3>old".to_owned()));
        mails.extend(self.to_partners("M4"));
        mails
    }

    /// Rows 14, 22, 28: the customer declines.
    pub(super) fn decline(&mut self, now: Time) -> Vec<String> {
        self.end_links(now, Paper::Declined);
        self.has_answered = true;
        self.hear_no();
        self.rest = 'D';
        let mut mails = mail("M6>customer");
        mails.extend(self.to_partners("M5"));
        mails
    }

    /// Rows 30 to 32: the customer objects.
    pub(super) fn object(&mut self, now: Time) -> Expected {
        if let Some(deal) = self.deal.take() {
            self.end_links(now, Paper::Closed);
            if self.round.is_some() {
                self.hear_no();
            }
            self.void = Some((deal.partner, deal.products));
            (self.rest, self.is_void) = ('V', true);
            let mut mails = mail("M7>customer");
            mails.extend(self.to_partners("M8"));
            return Some(mails);
        }
        self.round.is_some().then(|| self.decline(now))
    }

    /// What was requested is not needed any more. Returns whether an answer was still awaited.
    pub(super) fn withdraw(&mut self, now: Time) -> bool {
        let waited = self.is_waiting(now);
        self.end_links(now, Paper::Closed);
        if self.round.take().is_some() {
            (self.no, self.rest) = (None, self.unanswered());
        }
        waited
    }

    /// The state if the last round left no answer.
    pub(super) fn unanswered(&self) -> char {
        if self.is_void { 'V' } else { 'O' }
    }
}
