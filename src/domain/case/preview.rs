//! What an event would do, without doing it. A page that asks for confirmation prints this, so that
//! it announces exactly what the rules will decide.

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::case_status::next_step_due;
use super::change::Change;
use super::decide::{DecisionContext, NewIds, Refusal, decide};
use super::event::Event;
use super::facts::{Case, Partner};
use crate::domain::{AddressId, AgreementId, LinkId, RequestId};

/// Maximum number of scheduled steps to simulate up to a day in the future; a round has five.
const STEPS: u128 = 30;

/// A decision that was made on a copy of the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The facts before the event.
    pub before: Case,
    /// The changes that the event would make.
    pub changes: Vec<Change>,
    /// The facts after the event.
    pub after: Case,
    /// The time for which the event was tried.
    pub now: DateTime<Utc>,
}

/// Tries `event` on a copy of `case`. It is refused exactly when the event itself would be.
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
    /// All partners that look after the customer before or after, each once.
    pub fn partners(&self) -> Vec<&Partner> {
        let mut all: Vec<&Partner> = Vec::new();
        for partner in self.before.chain().chain(self.after.chain()) {
            if !all.iter().any(|one| one.id == partner.id) {
                all.push(partner);
            }
        }
        all
    }

    /// When the bookings and options that this decision changed will end; each time once, earliest
    /// first.
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

    /// What the scheduler will do on the working morning after bookings end at `end`, if nothing
    /// else happens until then: reminders are sent and rounds expire as usual. `None` if nothing
    /// follows from that end.
    pub fn morning_after(&self, end: DateTime<Utc>) -> Option<Self> {
        let eve = end - Duration::milliseconds(1);
        let morning = self.after.holidays.step_after(eve, eve);
        let mut last = self.clone();
        for count in 0..STEPS {
            let due = next_step_due(&last.after)?;
            let at = last.after.holidays.opens(due.max(last.now)).min(morning);
            last = try_step(&last.after, &Event::StepDue, at, count + 1).ok()?;
            if at >= morning {
                return Some(last);
            }
        }
        None
    }
}

/// Makes one simulated step; `count` makes its keys differ from those of other steps.
fn try_step(
    case: &Case,
    event: &Event,
    now: DateTime<Utc>,
    count: u128,
) -> Result<Preview, Refusal> {
    // Never equal to a random key: random keys have other version bits.
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
