//! What an event would do, found out on a copy: pages show it before anybody confirms.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::change::Change;
use super::decide::{DecisionContext, NewIds, Refusal, decide};
use super::event::Event;
use super::facts::Case;
use crate::domain::{AddressId, AgreementId, LinkId, RequestId};

/// The facts after `event` at `now`, and the changes that lead there. Nothing happens; the keys of
/// what would be created are nil.
pub fn rehearse(
    case: &Case,
    event: &Event,
    now: DateTime<Utc>,
) -> Result<(Case, Vec<Change>), Refusal> {
    let new_ids = NewIds {
        request: RequestId(Uuid::nil()),
        link: LinkId(Uuid::nil()),
        agreement: AgreementId(Uuid::nil()),
        address: AddressId(Uuid::nil()),
    };
    let changes = decide(case, event, DecisionContext { now, new_ids })?;
    let mut after = case.clone();
    after.apply(&changes, now);
    Ok((after, changes))
}
