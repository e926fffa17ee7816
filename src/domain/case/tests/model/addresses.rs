//! Addresses that partners entered (A4) in the simple model: a list of slips.

use chrono::Duration;

use super::{Expected, LinkId, Model, Time};
use crate::domain::AddressId;
use crate::domain::case::{AddressChange, Verdict};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Waits,
    Used,
    Gone,
}

/// One entered address in the model.
#[derive(Debug, Clone)]
pub(super) struct Slip {
    id: AddressId,
    email: String,
    former: Option<String>,
    at: Time,
    timed: bool,
    told: Option<Time>,
    place: Place,
    verdict: Option<(Time, Verdict)>,
}

impl Model {
    fn at(&mut self, place: Place) -> Option<&mut Slip> {
        self.slips.iter_mut().find(|slip| slip.place == place)
    }

    fn leave(&mut self, place: Place) {
        if let Some(slip) = self.at(place) {
            slip.place = Place::Gone;
        }
    }

    /// The slip whose address is used although it is not confirmed.
    pub(super) fn doubtful(&self) -> Option<&Slip> {
        self.slips
            .iter()
            .find(|slip| slip.place == Place::Used && slip.verdict.is_none())
    }

    /// On which unconfirmed address the next conclusion by a link rests, and whether a former
    /// address is told.
    pub(super) fn doubt(&self) -> (Option<AddressId>, bool) {
        let doubt = self.doubtful();
        (
            doubt.map(|slip| slip.id),
            doubt.is_some_and(|slip| slip.former.is_some()),
        )
    }

    /// Whether the deal was concluded over an address that is not confirmed.
    pub(super) fn is_held(&self) -> bool {
        let over = self.deal.as_ref().and_then(|deal| deal.over);
        over.is_some_and(|over| {
            self.slips
                .iter()
                .any(|slip| slip.id == over && slip.verdict.is_none())
        })
    }

    /// The operator enters another address.
    pub(super) fn all_leave(&mut self) {
        self.leave(Place::Waits);
        self.leave(Place::Used);
    }

    pub(super) fn enter(&mut self, change: &AddressChange, now: Time, key: LinkId) -> Expected {
        let new = change.email.as_str();
        if self.has_email && new == self.email {
            let waits = self.at(Place::Waits)?;
            waits.place = Place::Gone;
            return Some(Vec::new());
        }
        let lately = |slip: &&Slip| now - slip.at < Duration::days(1);
        let same = self.at(Place::Waits).is_some_and(|slip| slip.email == new);
        if same || self.slips.iter().filter(lately).count() >= 3 {
            return None;
        }
        let stored = self.has_email.then(|| self.email.clone());
        let former = match self.doubtful() {
            Some(slip) => slip.former.clone(),
            None => stored,
        };
        let bounced = self.round.as_ref().is_some_and(|round| round.bounced);
        let last = self
            .slips
            .iter()
            .filter_map(|slip| slip.verdict)
            .max_by_key(|(at, _)| *at);
        let distrusted = last.is_some_and(|(_, verdict)| verdict != Verdict::Confirmed);
        self.leave(Place::Waits);
        let mut mails: Vec<String> = former.iter().map(|_| "M15>old".to_owned()).collect();
        mails.push("M14>operator".to_owned());
        self.slips.push(Slip {
            id: AddressId(key.0),
            email: new.to_owned(),
            timed: former.is_some() && !bounced && !distrusted,
            former,
            at: now,
            told: None,
            place: Place::Waits,
            verdict: None,
        });
        Some(mails)
    }

    pub(super) fn former_told(&mut self, id: AddressId, now: Time) -> Expected {
        let waits = self
            .at(Place::Waits)
            .filter(|slip| slip.id == id && slip.told.is_none())?;
        waits.told = Some(now);
        Some(Vec::new())
    }

    pub(super) fn former_unreached(&mut self, id: AddressId) -> Expected {
        let waits = self
            .at(Place::Waits)
            .filter(|slip| slip.id == id && slip.timed)?;
        waits.timed = false;
        Some(vec!["M14>operator".to_owned()])
    }

    /// The waiting time is over.
    pub(super) fn address_step(&mut self, now: Time, link: LinkId) -> Expected {
        let waits = self.at(Place::Waits)?;
        let end = waits.told.filter(|_| waits.timed)? + Duration::hours(48);
        let id = waits.id;
        (end <= now).then(|| self.use_slip(id, now, link))
    }

    fn use_slip(&mut self, id: AddressId, now: Time, link: LinkId) -> Vec<String> {
        self.leave(Place::Used);
        let Some(slip) = self.slips.iter_mut().find(|slip| slip.id == id) else {
            return Vec::new();
        };
        slip.place = Place::Used;
        let email = slip.email.clone();
        self.move_mailbox(&email, false, now, link)
    }

    pub(super) fn judge(
        &mut self,
        id: AddressId,
        verdict: Verdict,
        now: Time,
        link: LinkId,
    ) -> Expected {
        let rests = self.deal.as_ref().is_some_and(|deal| deal.over == Some(id));
        let slip = self.slips.iter_mut().find(|slip| slip.id == id)?;
        if slip.verdict.is_some() || (slip.place == Place::Gone && !rests) {
            return None;
        }
        if verdict == Verdict::Stopped && rests {
            return None;
        }
        slip.verdict = Some((now, verdict));
        let (place, former) = (slip.place, slip.former.clone());
        if verdict == Verdict::Confirmed {
            return Some(match place {
                Place::Waits => self.use_slip(id, now, link),
                _ => Vec::new(),
            });
        }
        slip.place = Place::Gone;
        if rests {
            self.deal = None;
            (self.rest, self.is_void) = ('O', false);
        }
        Some(match former.filter(|_| place == Place::Used) {
            Some(former) => self.move_mailbox(&former, rests, now, link),
            None if rests => self.ask_anew(now, link),
            None => Vec::new(),
        })
    }
}
