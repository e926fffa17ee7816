//! An agreement is restored from its own sealed document, after the database was put back to an
//! earlier state (F5). Nothing is decided anew: the agreement was concluded then, and the case
//! records it again.

use chrono::{DateTime, Duration, Utc};

use super::asking::{end_links, links};
use super::change::Change;
use super::decide::{DecisionContext, Refusal};
use super::event::Event;
use super::facts::{
    Agreement, AgreementEnd, BookedOption, Case, Link, LinkEnd, Offer, Request, RequestOutcome,
};
use super::timing::check_time;
use crate::domain::RequestId;
use crate::domain::mail::RequestReason;
use crate::domain::product::Options;

/// What the sealed document says about the conclusion. Its times are whole seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Printed number of the agreement.
    pub number: String,
    /// When it was concluded.
    pub concluded_at: DateTime<Utc>,
    /// Person who concluded it, as typed.
    pub person: String,
    /// Function of that person, as typed.
    pub function: String,
    /// The chain, products and text that it covers.
    pub offer: Offer,
    /// The link by which it was concluded; the database may not contain it.
    pub link: Link,
    /// When the round of that link was opened.
    pub asked_at: DateTime<Utc>,
}

/// Why an agreement is not restored: the database contradicts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contradiction {
    /// The customer was deleted.
    Deleted,
    /// It was concluded in the future: a clock is wrong.
    Future(DateTime<Utc>),
    /// Another document has this number already.
    NumberTaken,
    /// Another agreement, with this number, was concluded by the same link.
    LinkUsed(String),
    /// Its link had ended before, at this time.
    LinkOver(DateTime<Utc>),
    /// A later agreement, with this number, exists and would be replaced by the older one.
    Later(String),
    /// The customer has objected since, at this time.
    Objected(DateTime<Utc>),
    /// The customer has declined, or objected to the request, since; at this time.
    Declined(DateTime<Utc>),
}

/// What in the case speaks against taking an agreement back at `now`.
pub fn contradiction(
    case: &Case,
    restored: &Restored,
    now: DateTime<Utc>,
) -> Option<Contradiction> {
    let then = restored.concluded_at;
    if case.customer.deleted_at.is_some() {
        return Some(Contradiction::Deleted);
    }
    if then > now {
        return Some(Contradiction::Future(then));
    }
    for one in &case.agreements {
        if one.number == restored.number {
            return Some(Contradiction::NumberTaken);
        }
        if one.link == Some(restored.link.id) {
            return Some(Contradiction::LinkUsed(one.number.clone()));
        }
        if one.concluded_at > then {
            return Some(Contradiction::Later(one.number.clone()));
        }
        if let Some((at, AgreementEnd::Objected)) = one.end
            && at > then
        {
            return Some(Contradiction::Objected(at));
        }
    }
    let declined = case.requests.iter().filter_map(|round| match round.closed {
        Some((at, RequestOutcome::Declined)) if at > then => Some(Contradiction::Declined(at)),
        _ => None,
    });
    // The document rounds down to the second.
    let over = case
        .link(restored.link.id)
        .and_then(|(_, link)| link.end)
        .filter(|(at, _)| *at <= then - Duration::seconds(1))
        .map(|(at, _)| Contradiction::LinkOver(at));
    declined.chain(over).next()
}

impl Event {
    /// The time with which its changes are recorded. What is restored is recorded with the time of
    /// its conclusion, unless the case has changed since: then it is recorded now, so that no fact
    /// is dated before an older one (F4).
    pub fn happened_at(&self, case: &Case, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Restored(restored) if check_time(case, restored.concluded_at).is_ok() => {
                restored.concluded_at
            }
            _ => now,
        }
    }
}

/// The agreement is restored with its round and link, and the round it answers is closed. Bookings
/// that were lost with it are restored, too: what it covers was booked, otherwise it could not have
/// been offered, and without the bookings the need would arise anew (row 50). No mail is sent: all
/// involved were told when it was concluded.
pub(super) fn restored(
    case: &Case,
    restored: &Restored,
    context: DecisionContext,
) -> Result<Vec<Change>, Refusal> {
    if contradiction(case, restored, context.now).is_some() {
        return Err(Refusal::Contradicted);
    }
    let (round, mut changes) = answered(case, restored, context);
    changes.extend(lost_bookings(case, &restored.offer, context.now));
    changes.extend(
        case.agreement()
            .map(|old| Change::EndAgreement(old.id, AgreementEnd::Replaced)),
    );
    changes.push(Change::Conclude(Agreement {
        id: context.new_ids.agreement,
        number: restored.number.clone(),
        concluded_at: restored.concluded_at,
        person: restored.person.clone(),
        function: restored.function.clone(),
        request: Some(round),
        link: Some(restored.link.id),
        offer: restored.offer.clone(),
        sub_partner_left: None,
        end: None,
    }));
    let mut after = case.clone();
    after.apply(&changes, context.now);
    // What was requested since and is not part of it stays open.
    let open = after.open_request().map(|open| open.id);
    let keeps = open.filter(|_| !after.is_settled(context.now));
    if keeps.is_none() {
        changes.extend(open.map(|open| Change::CloseRequest(open, RequestOutcome::Concluded)));
        changes.extend(end_links(&after, None, LinkEnd::Closed, context.now));
    } else {
        let of_round = links(&after)
            .filter(|link| link.end.is_none())
            .filter(|link| after.link(link.id).is_some_and(|(of, _)| of.id == round));
        changes.extend(of_round.map(|link| Change::EndLink(link.id, LinkEnd::Closed)));
    }
    Ok(changes)
}

/// Bookings of covered products that the database never had, and of covered options that were
/// switched on after its state.
fn lost_bookings(case: &Case, offer: &Offer, now: DateTime<Utc>) -> Vec<Change> {
    let mut changes = Vec::new();
    for covered in &offer.products {
        let all = || case.bookings.iter().enumerate();
        let of = || all().filter(|(_, one)| one.product == covered.product);
        let known: Options = of().flat_map(|(_, one)| one.all_options()).collect();
        if of().next().is_some() && covered.options.is_subset(&known) {
            continue;
        }
        let former = of().find(|(_, one)| one.is_active(now));
        let mut options: Vec<BookedOption> = former
            .map(|(_, one)| one.options_left(now).cloned().collect())
            .unwrap_or_default();
        let has = |code: &String| options.iter().any(|one| one.code == *code);
        let lacking = covered.options.iter().filter(|code| !has(code));
        let lacking: Vec<BookedOption> = lacking.map(BookedOption::of).collect();
        options.extend(lacking);
        if let Some((place, _)) = former {
            changes.push(Change::EndBooking(place, Some(now)));
            changes.push(Change::SettleBooking(place));
        }
        changes.push(Change::AddBooking {
            product: covered.product.clone(),
            options,
            ends_at: former.and_then(|(_, one)| one.ends_at),
            instead_of: former.map(|(place, _)| place),
        });
    }
    changes
}

/// The round that the agreement answers, closed by it, and the changes needed for that. A link or
/// round that the database does not contain is created from what the document says.
fn answered(
    case: &Case,
    restored: &Restored,
    context: DecisionContext,
) -> (RequestId, Vec<Change>) {
    let link = Link {
        end: Some((restored.concluded_at, LinkEnd::Used)),
        ..restored.link.clone()
    };
    if let Some((round, known)) = case.link(link.id) {
        let changes = vec![
            Change::EndLink(known.id, LinkEnd::Used),
            Change::CloseRequest(round.id, RequestOutcome::Concluded),
        ];
        return (round.id, changes);
    }
    let asked_then = |round: &&Request| {
        round.opened_at.timestamp() == restored.asked_at.timestamp()
            && round.links.iter().all(|known| known.number < link.number)
    };
    if let Some(round) = case.requests.iter().find(asked_then) {
        let changes = vec![
            Change::Remind(round.id, link),
            Change::CloseRequest(round.id, RequestOutcome::Concluded),
        ];
        return (round.id, changes);
    }
    let round = Request {
        id: context.new_ids.request,
        reason: RequestReason::Manual,
        opened_at: restored.asked_at,
        offer: restored.offer.clone(),
        reminders: link.number,
        undeliverable_at: None,
        closed: Some((restored.concluded_at, RequestOutcome::Concluded)),
        links: vec![link],
    };
    (round.id, vec![Change::OpenRequest(round)])
}

#[cfg(test)]
mod tests;
