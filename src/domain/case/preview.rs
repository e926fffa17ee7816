//! What an event would do, without doing it. A page that asks for a confirmation prints this, so it
//! cannot promise anything but what the rules will decide.

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::case_status::next_step_due;
use super::change::Change;
use super::decide::{DecisionContext, NewIds, Refusal, decide};
use super::event::Event;
use super::facts::{Case, Partner};
use crate::domain::{AddressId, AgreementId, LinkId, RequestId};

/// Scheduled steps looked at between today and a day to come; a round has five.
const STEPS: u128 = 30;

/// A decision that was tried on a copy of the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The facts before.
    pub before: Case,
    /// What would change.
    pub changes: Vec<Change>,
    /// The facts after.
    pub after: Case,
    /// When it would happen.
    pub now: DateTime<Utc>,
}

/// Tries `event` on a copy of `case`. Refused exactly when the event itself would be.
pub fn preview(case: &Case, event: &Event, now: DateTime<Utc>) -> Result<Preview, Refusal> {
    try_step(case, event, now, 0)
}

/// Tries `events` one after the other, as one action.
pub fn preview_each(case: &Case, events: &[Event], now: DateTime<Utc>) -> Result<Preview, Refusal> {
    let mut all = Preview {
        before: case.clone(),
        changes: Vec::new(),
        after: case.clone(),
        now,
    };
    for (event, count) in events.iter().zip(0..) {
        let step = try_step(&all.after, event, now, count)?;
        all.changes.extend(step.changes);
        all.after = step.after;
    }
    Ok(all)
}

impl Preview {
    /// Everybody who looks after the customer before or after, each once.
    pub fn partners(&self) -> Vec<&Partner> {
        let mut all: Vec<&Partner> = Vec::new();
        for partner in self.before.chain().chain(self.after.chain()) {
            if !all.iter().any(|one| one.id == partner.id) {
                all.push(partner);
            }
        }
        all
    }

    /// When bookings, or options, that this decision changed will be over, each moment once, the first one first.
    pub fn coming_ends(&self) -> Vec<DateTime<Utc>> {
        let mut ends: Vec<_> = self
            .changes
            .iter()
            .flat_map(|change| match change {
                Change::EndBooking(_, ends_at) | Change::EndOption(_, _, ends_at) => {
                    Vec::from_iter(*ends_at)
                }
                Change::AddBooking {
                    ends_at, options, ..
                } => {
                    let of_options = options.iter().filter_map(|one| one.ends_at);
                    ends_at.iter().copied().chain(of_options).collect()
                }
                _ => Vec::new(),
            })
            .filter(|end| *end > self.now)
            .collect();
        ends.sort_unstable();
        ends.dedup();
        ends
    }

    /// What the scheduler will do on the working morning after bookings are over at `end`, if nobody does
    /// anything until then: reminders go out and rounds run out as they would. `None` if nothing
    /// follows from that end.
    pub fn morning_after(&self, end: DateTime<Utc>) -> Option<Self> {
        let eve = end - Duration::milliseconds(1);
        let morning = self.after.holidays.step_after(eve, eve);
        let mut last = self.clone();
        for count in 0..STEPS {
            let due = next_step_due(&last.after, last.now)?;
            let at = last.after.holidays.opens(due.max(last.now)).min(morning);
            last = try_step(&last.after, &Event::StepDue, at, count + 1).ok()?;
            if at >= morning {
                return Some(last);
            }
        }
        None
    }
}

/// `count` tells the keys of one imagined step from those of another.
fn try_step(
    case: &Case,
    event: &Event,
    now: DateTime<Utc>,
    count: u128,
) -> Result<Preview, Refusal> {
    // Never drawn at random: the first bits of random keys say that they are.
    let key = Uuid::from_u128(u128::MAX - count);
    let new_ids = NewIds {
        request: RequestId(key),
        link: LinkId(key),
        agreement: AgreementId(key),
        address: AddressId(key),
    };
    let changes = decide(case, event, DecisionContext { now, new_ids })?;
    let mut after = case.clone();
    after.apply(&changes, now);
    Ok(Preview {
        before: case.clone(),
        changes,
        after,
        now,
    })
}
