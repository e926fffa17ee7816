//! A second, simple implementation of requirements 5.4 to 5.7, with which
//! [`crate::domain::case::decide`] is compared over random sequences. It has no offers, outcomes or
//! ends of links: only what a person would note on a sheet of paper about one customer. If the two
//! differ, one of them does not follow the table.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, Duration, NaiveTime, TimeZone, Utc};
use chrono_tz::Europe::Berlin;

use super::samples::{CENTRAFLEX, Scenario, version_at};
use crate::domain::case::{Demand, Event, Partner};
use crate::domain::{AddressId, LinkId};
use booked::Booked;

type Time = DateTime<Utc>;
/// What needs a deal: a product itself, or an option of it.
type Key = (String, Option<String>);

/// The state of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Paper {
    /// Until the end of its last day.
    Usable,
    Replaced,
    /// The contract was concluded by it, or with the round to which it belonged.
    Done,
    Declined,
    Closed,
}

#[derive(Debug, Clone)]
struct Deal {
    partner: i64,
    sub: Option<i64>,
    products: BTreeSet<Key>,
    version: String,
    /// The unconfirmed address over which it was concluded.
    over: Option<AddressId>,
}

#[derive(Debug, Clone)]
struct Round {
    reminders: usize,
    last_sent: Time,
    bounced: bool,
    links: Vec<LinkId>,
    partner: i64,
    asked_for: BTreeSet<Key>,
    version: String,
    /// Set if a new conclusion is demanded although the deal may cover everything.
    demand: Option<Demand>,
}

/// What the model notes about one customer.
#[derive(Debug, Clone)]
pub struct Model {
    partner: Option<i64>,
    sub: Option<i64>,
    has_email: bool,
    email: String,
    name: String,
    booked: Vec<Booked>,
    deal: Option<Deal>,
    had_deal: bool,
    /// Whether the customer ever concluded, declined or objected.
    has_answered: bool,
    round: Option<Round>,
    /// O, X, D or V: the state if there is neither a deal nor a round.
    rest: char,
    /// Whether the customer objected to the last deal.
    is_void: bool,
    links: BTreeMap<LinkId, (Time, Paper)>,
    sends: Vec<Time>,
    deleted: bool,
    slips: Vec<addresses::Slip>,
    /// What needs a deal according to the current catalogue.
    needing: BTreeSet<Key>,
    /// What the text in force speaks of.
    written: BTreeSet<Key>,
    /// What was last asked for in vain, by which partner.
    no: Option<(i64, BTreeSet<Key>)>,
    /// The deal to which the customer objected.
    void: Option<(i64, BTreeSet<Key>)>,
}

/// What the model expects: the mails, or `None` for a refusal.
pub type Expected = Option<Vec<String>>;

fn end_of_fourteenth_day(sent: Time) -> Time {
    let day = sent.with_timezone(&Berlin).date_naive() + Days::new(15);
    midnight(day) - Duration::milliseconds(1)
}

fn midnight(day: chrono::NaiveDate) -> Time {
    let wall = day.and_time(NaiveTime::MIN);
    Berlin
        .from_local_datetime(&wall)
        .earliest()
        .unwrap()
        .with_timezone(&Utc)
}

/// 08:00 in Berlin on the day after that of `end`.
fn morning_after(end: Time) -> Time {
    let day = end.with_timezone(&Berlin).date_naive() + Days::new(1);
    let wall = day.and_hms_opt(8, 0, 0).unwrap();
    Berlin
        .from_local_datetime(&wall)
        .earliest()
        .unwrap()
        .with_timezone(&Utc)
}

fn id(partner: Option<&Partner>) -> Option<i64> {
    partner.map(|one| one.id.0)
}

impl Model {
    pub fn of(scenario: &Scenario) -> Self {
        Self {
            partner: id(scenario.case.partner.as_ref()),
            sub: id(scenario.case.sub_partner.as_ref()),
            has_email: scenario.case.customer.email().is_some(),
            email: scenario
                .case
                .customer
                .email()
                .map(|one| one.as_str().to_owned())
                .unwrap_or_default(),
            name: scenario.case.customer.party.name.clone(),
            booked: Vec::new(),
            deal: None,
            had_deal: false,
            has_answered: false,
            round: None,
            rest: 'O',
            is_void: false,
            links: BTreeMap::new(),
            sends: Vec::new(),
            deleted: false,
            slips: Vec::new(),
            needing: reviewed::at_first(),
            written: text::at_first(),
            no: None,
            void: None,
        }
    }

    /// The letter of 5.4; "A" is a C whose amendment is not requested at the moment (row 22).
    pub fn letter(&self, now: Time) -> String {
        if self.deleted {
            return "E".to_owned();
        }
        if self.need(now).is_empty() {
            return if self.had_deal { "E" } else { "N" }.to_owned();
        }
        match (&self.deal, &self.round) {
            (Some(deal), _) if Some(deal.partner) != self.partner => "W".to_owned(),
            (Some(_), _) if self.is_held() => "H".to_owned(),
            // What the deal lacks is asked for as long as the customer can still answer.
            (Some(_), _) if !self.is_covered(now) && self.waits_for_text(now) => "A".to_owned(),
            (Some(_), round) if !self.is_covered(now) => {
                let asks =
                    |round: &Round| self.has_email && !round.bounced && !self.is_over(round, now);
                if round.as_ref().is_some_and(asks) {
                    "U"
                } else {
                    "A"
                }
                .to_owned()
            }
            (Some(_), Some(round)) if !self.is_over(round, now) => "U".to_owned(),
            (Some(_), _) => "C".to_owned(),
            (None, _) if self.waits_for_text(now) => "T".to_owned(),
            (None, Some(_)) if !self.has_email => "O".to_owned(),
            (None, Some(round)) if self.is_over(round, now) && !round.bounced => "X".to_owned(),
            (None, Some(round)) => format!("R{}", round.reminders),
            (None, None) => self.rest.to_string(),
        }
    }

    /// Whether the current Mandant and Submandant may enter the Centraflex module.
    pub fn gates(&self, now: Time) -> String {
        let has_it = self
            .booked
            .iter()
            .any(|one| one.product == CENTRAFLEX && one.is_there(now));
        let key = (CENTRAFLEX.to_owned(), None);
        if !self.needing.contains(&key) {
            let is_open = has_it && !self.deleted && self.partner.is_some();
            let tick = |open: bool| if open { '✔' } else { '✘' };
            return [tick(is_open), tick(is_open && self.sub.is_some())]
                .iter()
                .collect();
        }
        let deal = self.deal.as_ref().filter(|deal| {
            has_it
                && !self.deleted
                && !self.is_held()
                && Some(deal.partner) == self.partner
                && deal.products.contains(&key)
        });
        let sub = deal.is_some_and(|deal| self.sub.is_some() && deal.sub == self.sub);
        let tick = |open: bool| if open { '✔' } else { '✘' };
        [tick(deal.is_some()), tick(sub)].iter().collect()
    }

    fn need(&self, now: Time) -> BTreeSet<Key> {
        self.booked
            .iter()
            .filter(|one| self.partner.is_some() && one.is_there(now))
            .flat_map(|one| one.keys(&self.needing, now))
            .collect()
    }

    fn is_over(&self, round: &Round, now: Time) -> bool {
        round.reminders == 3 && now > end_of_fourteenth_day(round.last_sent)
    }

    /// Whether there is a round that can still be answered.
    fn is_waiting(&self, now: Time) -> bool {
        self.round
            .as_ref()
            .is_some_and(|round| round.bounced || !self.is_over(round, now))
    }

    fn is_covered(&self, now: Time) -> bool {
        self.deal.as_ref().is_some_and(|deal| {
            Some(deal.partner) == self.partner
                && self.need(now).is_subset(&deal.products)
                && (self.sub.is_none() || deal.sub == self.sub)
        })
    }

    fn demanded(&self, now: Time) -> Option<Demand> {
        let wanted = self.round.as_ref()?.demand;
        wanted.filter(|_| self.deal.is_some() && self.is_waiting(now))
    }

    fn is_demanded(&self, now: Time) -> bool {
        self.demanded(now).is_some()
    }

    /// Whether nothing is left to conclude.
    fn is_settled(&self, now: Time) -> bool {
        self.is_covered(now) && !self.is_demanded(now)
    }

    fn usable(&self, link: LinkId, now: Time) -> bool {
        !self.need(now).is_empty()
            && !self.lacks_text(now)
            && matches!(self.links.get(&link), Some((sent, Paper::Usable)) if now <= end_of_fourteenth_day(*sent))
    }

    fn end_links(&mut self, now: Time, how: Paper) {
        for (sent, paper) in self.links.values_mut() {
            if *paper == Paper::Usable && now <= end_of_fourteenth_day(*sent) {
                *paper = how;
            }
        }
    }

    fn to_partners(&self, mail: &str) -> Vec<String> {
        [self.partner, self.sub]
            .into_iter()
            .flatten()
            .map(|one| format!("{mail}>{one}"))
            .collect()
    }

    fn ask(&mut self, now: Time, link: LinkId) -> Vec<String> {
        let demand = self.demanded(now);
        let gives_way = self.round.take().is_some();
        if gives_way {
            self.no = None;
        }
        if self.need(now).is_empty() {
            return Vec::new();
        }
        if self.lacks_text(now) {
            if gives_way {
                self.rest = self.unanswered();
            }
            return Vec::new();
        }
        if !self.has_email {
            return vec!["M14>operator".to_owned()];
        }
        self.no = None;
        self.round = Some(Round {
            reminders: 0,
            last_sent: now,
            bounced: false,
            links: vec![link],
            partner: self.partner.unwrap_or_default(),
            asked_for: reviewed::named(&self.need(now)),
            version: version_at(now),
            demand,
        });
        self.links.insert(link, (now, Paper::Usable));
        self.sends.push(now);
        vec!["M1>customer".to_owned()]
    }

    fn ask_anew(&mut self, now: Time, link: LinkId) -> Vec<String> {
        self.end_links(now, Paper::Replaced);
        self.ask(now, link)
    }

    fn sent_today(&self, now: Time) -> usize {
        self.sends
            .iter()
            .filter(|sent| now - **sent < Duration::days(1))
            .count()
    }

    /// What `event` does; `link` is the key that a new link gets.
    pub fn tell(&mut self, event: &Event, now: Time, link: LinkId) -> Expected {
        if self.deleted {
            return None;
        }
        match event {
            Event::Booked { product, options } => {
                let before = self.need(now);
                let options = options.iter().map(|code| (code.clone(), None));
                self.add(product.clone(), options.collect(), None);
                Some(self.grown(&before, now, link))
            }
            Event::Arrived(arrival) => {
                let is_blank = self.booked.is_empty()
                    && self.partner.is_none()
                    && self.sends.is_empty()
                    && self.deal.is_none();
                if !is_blank {
                    return None;
                }
                let mut told = Vec::new();
                if let Some(partner) = &arrival.partner {
                    told.extend(self.assign(id(Some(partner)), now, link)?);
                }
                if let Some(sub) = &arrival.sub_partner {
                    told.extend(self.name_sub(Some(sub), now, link)?);
                }
                let before = self.need(now);
                for (product, options) in &arrival.bookings {
                    let options = options.iter().map(|code| (code.clone(), None));
                    self.add(product.clone(), options.collect(), None);
                }
                if arrival.quietly {
                    return Some(Vec::new());
                }
                if !arrival.bookings.is_empty() {
                    told.extend(self.grown(&before, now, link));
                }
                Some(told)
            }
            Event::OptionChanged {
                booking,
                option,
                on,
            } => self.switch(*booking, (option, *on), now, link),
            Event::OptionCancelled {
                booking,
                option,
                ends_at,
            } => self.cancel_option(*booking, (option, *ends_at), now, link),
            Event::Cancelled { booking, ends_at } => self.cancel(*booking, *ends_at, now, link),
            Event::NeedChanged => self.review(now, link),
            Event::PartnerAssigned(to) => self.assign(id(to.as_ref()), now, link),
            Event::SubPartnerNamed(to) => self.name_sub(to.as_ref(), now, link),
            Event::PartnerBlocked(who) => {
                let deal = self.deal.as_ref()?;
                let is_named = Some(who.0) == Some(deal.partner) || deal.sub == Some(who.0);
                let is_here = self.partner == Some(who.0) || self.sub == Some(who.0);
                (is_named && is_here).then(|| vec!["M11>customer".to_owned()])
            }
            Event::AskedByHand => {
                let just_sent = |sent: &Time| now - *sent < Duration::minutes(1);
                let is_double = self.round.is_some() && self.sends.iter().any(just_sent);
                if !self.may_ask(now) || is_double || self.sent_today(now) >= 10 {
                    return None;
                }
                Some(self.ask(now, link))
            }
            Event::Demanded(demand) => self.demand(*demand, now, link),
            Event::ToldOfVersion => self
                .may_hear_of_version(now)
                .then(|| vec!["M12>customer".to_owned()]),
            Event::AskedByLink(old) => self.ask_by_link(*old, now, link),
            Event::StepDue => self.step(now, link),
            Event::NewVersion => self.new_version(now, link),
            Event::MailRefused(which) => self.bounce(*which),
            Event::EmailChanged(change) => {
                let is_forbidden = change.email.as_str().ends_with("partner1.example");
                let new = change.email.as_str();
                if change.by_partner && !is_forbidden {
                    return self.enter(change, now, link);
                }
                if (self.has_email && new == self.email) || is_forbidden {
                    return None;
                }
                self.all_leave();
                let tells_old = self.has_email && self.is_waiting(now);
                let mut mails = self.move_mailbox(new, false, now, link);
                mails.extend(tells_old.then(|| "M15>old".to_owned()));
                Some(mails)
            }
            Event::FormerTold(id) => self.former_told(*id, now),
            Event::FormerUnreached(id) => self.former_unreached(*id),
            Event::AddressJudged(id, verdict) => self.judge(*id, *verdict, now, link),
            Event::PartyChanged { party, .. } => {
                if party.name == self.name {
                    return None;
                }
                self.name.clone_from(&party.name);
                let asks = self.is_waiting(now);
                Some(if asks {
                    self.ask_anew(now, link)
                } else {
                    vec![]
                })
            }
            Event::Deleted => {
                self.end_links(now, Paper::Closed);
                self.round = None;
                self.deleted = true;
                let had = self.deal.take().is_some();
                Some(had.then(|| "M13>customer".to_owned()).into_iter().collect())
            }
            Event::LinksLocked { ask_again } => self.lock(*ask_again, now, link),
            Event::Concluded(declaration) => {
                if !self.usable(declaration.link, now) || self.round.is_none() {
                    return None;
                }
                self.links.get_mut(&declaration.link)?.1 = Paper::Done;
                Some(self.conclude(now, true))
            }
            Event::ConcludedOnPaper {
                existing: Some(_), ..
            } => {
                let may = !self.need(now).is_empty() && !self.has_answered && !self.lacks_text(now);
                may.then(|| self.conclude(now, false)).map(|_| Vec::new())
            }
            Event::ConcludedOnPaper { .. } => {
                let may =
                    !self.need(now).is_empty() && !self.is_settled(now) && !self.lacks_text(now);
                may.then(|| self.conclude(now, false))
            }
            Event::Declined(which) => {
                if !self.usable(*which, now) || self.round.is_none() {
                    return None;
                }
                Some(self.decline(now))
            }
            Event::Objected(_) => self.object(now),
            // Restored from its document; tested in `restored/tests.rs`.
            Event::Restored(_) => None,
            Event::ObjectedInError => {
                let is_void = self.letter(now) == "V";
                let may = is_void && self.may_ask(now);
                may.then(|| self.ask(now, link))
            }
        }
    }
}

mod addresses;
mod answers;
mod booked;
mod demand;
pub(in crate::domain::case) mod hours;
mod reviewed;
mod rows;
mod text;
