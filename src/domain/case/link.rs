//! What a consent link can be used for (requirements 5.5).

use chrono::{DateTime, Utc};

use super::facts::{Agreement, AgreementEnd, Case, Link, LinkEnd, Request, RequestOutcome};
use crate::domain::calendar::success_page_end;

/// The page a link leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkState<'a> {
    /// The link can be used: the consent page.
    Valid {
        /// Until when it can be used.
        until: DateTime<Utc>,
    },
    /// It has expired; a new one can be requested if the contract is still open.
    Expired {
        /// When it expired.
        at: DateTime<Utc>,
    },
    /// A newer mail replaces it.
    Replaced {
        /// When the newest mail was sent.
        newest: DateTime<Utc>,
    },
    /// The contract is concluded, by this link or another one.
    Concluded {
        /// The agreement that was concluded.
        agreement: &'a Agreement,
        /// Whether this very link concluded it and the success page is still open (5.8-15).
        success_page: bool,
    },
    /// The customer declined.
    Declined {
        /// When the customer declined.
        at: DateTime<Utc>,
    },
    /// The customer objected to the agreement this link concluded or would have amended.
    Objected {
        /// When the customer objected.
        at: DateTime<Utc>,
    },
    /// The operator locked it, for example because others had come to know it (row 53).
    Locked {
        /// When it was locked.
        at: DateTime<Utc>,
    },
    /// The text in force lacks what the customer has; a new mail comes when it is there.
    TextMissing,
    /// No product needs an agreement any more.
    NotNeeded,
}

impl Case {
    /// Whether there is a link that is not ended and has not expired.
    pub fn has_usable_link(&self, now: DateTime<Utc>) -> bool {
        self.requests
            .iter()
            .flat_map(|round| &round.links)
            .any(|link| link.end.is_none() && link.valid_until >= now)
    }
}

/// The state of one link at `now`; `None` if the customer was deleted (5.5: 404).
pub fn link_state<'a>(
    case: &'a Case,
    request: &Request,
    link: &Link,
    now: DateTime<Utc>,
) -> Option<LinkState<'a>> {
    if case.customer.deleted_at.is_some() {
        return None;
    }
    match link.end {
        Some((_, LinkEnd::Used)) => by_agreement(case, link, now),
        Some((at, LinkEnd::Closed)) => Some(match closed(case, request, at) {
            LinkState::Declined { at } => {
                since(case, at, now).unwrap_or(LinkState::Declined { at })
            }
            state => state,
        }),
        Some((at, LinkEnd::Replaced)) => Some(waiting(case, now).unwrap_or(replaced(case, at))),
        None if now > link.valid_until => Some(waiting(case, now).unwrap_or(LinkState::Expired {
            at: link.valid_until,
        })),
        None if case.offer(now).is_none() => Some(LinkState::NotNeeded),
        None if case.lacks_text(now) => Some(LinkState::TextMissing),
        None => Some(LinkState::Valid {
            until: link.valid_until,
        }),
    }
}

/// [`settled`], or that the customer cannot answer before the text is there.
fn waiting(case: &Case, now: DateTime<Utc>) -> Option<LinkState<'_>> {
    settled(case, now).or(case.lacks_text(now).then_some(LinkState::TextMissing))
}

/// An old link of a contract that needs no answer any more says so, instead of offering a new link.
fn settled(case: &Case, now: DateTime<Utc>) -> Option<LinkState<'_>> {
    if case.offer(now).is_none() {
        return Some(LinkState::NotNeeded);
    }
    let agreement = case.agreement().filter(|_| case.is_settled(now))?;
    Some(LinkState::Concluded {
        agreement,
        success_page: false,
    })
}

/// The state if the customer was asked again after it declined at `at`; the outcome of the earlier
/// round is outdated then. `None` if it was not asked again.
fn since(case: &Case, at: DateTime<Utc>, now: DateTime<Utc>) -> Option<LinkState<'_>> {
    case.offer(now)?;
    if case.open_request().is_some() {
        return Some(replaced(case, at));
    }
    settled(case, now).filter(|_| case.agreement().is_some_and(|one| at < one.concluded_at))
}

fn by_agreement<'a>(case: &'a Case, link: &Link, now: DateTime<Utc>) -> Option<LinkState<'a>> {
    let agreement = case
        .agreements
        .iter()
        .find(|agreement| agreement.link == Some(link.id))?;
    let success_page = now <= success_page_end(agreement.concluded_at);
    Some(answered_by(agreement, success_page))
}

/// How the links of an agreement show it: a void one is never presented as concluded.
fn answered_by(agreement: &Agreement, success_page: bool) -> LinkState<'_> {
    match agreement.end {
        Some((at, AgreementEnd::Objected)) => LinkState::Objected { at },
        Some((at, AgreementEnd::Disowned)) => LinkState::Locked { at },
        _ => LinkState::Concluded {
            agreement,
            success_page,
        },
    }
}

/// A link that was closed with its own round, or with the round that superseded it.
fn closed<'a>(case: &'a Case, request: &Request, at: DateTime<Utc>) -> LinkState<'a> {
    let decisive = std::iter::once(request)
        .chain(&case.requests)
        .filter_map(|round| round.closed)
        .find(|(closed_at, outcome)| *closed_at == at && *outcome != RequestOutcome::Superseded);
    match decisive {
        Some((_, RequestOutcome::Concluded)) => case
            .agreements
            .iter()
            .find(|agreement| agreement.concluded_at == at)
            .map_or(LinkState::NotNeeded, |agreement| {
                answered_by(agreement, false)
            }),
        Some((at, RequestOutcome::Declined)) => LinkState::Declined { at },
        Some((at, RequestOutcome::Objected)) => LinkState::Objected { at },
        Some((at, RequestOutcome::Locked)) => LinkState::Locked { at },
        _ => LinkState::NotNeeded,
    }
}

fn replaced<'a>(case: &Case, at: DateTime<Utc>) -> LinkState<'a> {
    LinkState::Replaced {
        newest: newest_mail(case).unwrap_or(at),
    }
}

fn newest_mail(case: &Case) -> Option<DateTime<Utc>> {
    case.requests
        .iter()
        .flat_map(|request| &request.links)
        .map(|link| link.sent_at)
        .max()
}
