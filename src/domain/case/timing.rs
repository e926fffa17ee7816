//! Whether a moment fits what is known: the facts of a case and the database's own clock (F4, EV-04).
//! A machine whose clock is wrong would seal facts that cannot be.

use chrono::{DateTime, TimeDelta, Utc};

use super::facts::Case;

/// How far a decision may lie before a fact of its case, and the portal's clock beside the
/// database's. People who act on one case at the same time wait for each other, and machines are
/// never quite alike.
const LEEWAY: TimeDelta = TimeDelta::minutes(1);

/// Why nothing is decided at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockFault {
    /// The decision would lie before something that has happened.
    BeforeFact {
        /// When it would be taken.
        now: DateTime<Utc>,
        /// The newest fact of the case.
        fact: DateTime<Utc>,
    },
    /// The portal's clock and the database's are too far apart.
    OffDatabase {
        /// What the portal's says.
        now: DateTime<Utc>,
        /// What the database's says.
        database: DateTime<Utc>,
    },
}

impl std::fmt::Display for ClockFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::BeforeFact { now, fact } => {
                write!(f, "{now} lies before a fact of the case, {fact}")
            }
            Self::OffDatabase { now, database } => {
                write!(
                    f,
                    "the portal's clock says {now}, the database's {database}"
                )
            }
        }
    }
}

/// Refuses a decision that would lie before a fact of its case.
pub fn check_time(case: &Case, now: DateTime<Utc>) -> Result<(), ClockFault> {
    match newest_fact(case) {
        Some(fact) if now + LEEWAY < fact => Err(ClockFault::BeforeFact { now, fact }),
        _ => Ok(()),
    }
}

/// Refuses to go on with a clock that is not the database's.
pub fn check_clock(now: DateTime<Utc>, database: DateTime<Utc>) -> Result<(), ClockFault> {
    if (now - database).abs() > LEEWAY {
        return Err(ClockFault::OffDatabase { now, database });
    }
    Ok(())
}

/// The newest thing that has happened to a case. What is only due later does not count.
fn newest_fact(case: &Case) -> Option<DateTime<Utc>> {
    let bookings = case
        .bookings
        .iter()
        .flat_map(|one| [Some(one.booked_at), one.settled_at]);
    let agreements = case.agreements.iter().flat_map(|one| {
        let ended = one.end.map(|(at, _)| at);
        [Some(one.concluded_at), one.sub_partner_left, ended]
    });
    let requests = case.requests.iter().flat_map(|one| {
        let closed = one.closed.map(|(at, _)| at);
        [Some(one.opened_at), one.undeliverable_at, closed]
    });
    let links = case
        .requests
        .iter()
        .flat_map(|one| &one.links)
        .flat_map(|one| [Some(one.sent_at), one.end.map(|(at, _)| at)]);
    let addresses = case.entered.iter().flat_map(|one| {
        let judged = one.verdict.map(|(at, _)| at);
        let entered = [Some(one.entered_at), one.told_at];
        entered
            .into_iter()
            .chain([one.used_from, one.left_at, judged])
    });
    bookings
        .chain(addresses)
        .chain(agreements)
        .chain(requests)
        .chain(links)
        .chain([case.customer.deleted_at])
        .flatten()
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::case::tests::samples::{STATES, in_state, utc};

    #[test]
    fn f4_no_decision_lies_before_a_fact_of_its_case() {
        for state in STATES {
            let scenario = in_state(state);
            let Some(fact) = newest_fact(&scenario.case) else {
                continue;
            };
            assert!(
                fact <= scenario.now,
                "{state}: what is due later is no fact"
            );
            for (moment, fits) in [
                (fact + TimeDelta::days(400), true),
                (fact, true),
                (fact - LEEWAY, true),
                (fact - LEEWAY - TimeDelta::microseconds(1), false),
                (fact - TimeDelta::days(40), false),
            ] {
                let checked = check_time(&scenario.case, moment);
                assert_eq!(checked.is_ok(), fits, "{state} at {moment}, fact {fact}");
            }
        }
    }

    #[test]
    fn f4_the_portals_clock_is_the_databases() {
        let database = utc("2026-11-29T10:00:00Z");
        for (seconds, fits) in [
            (0, true),
            (60, true),
            (-60, true),
            (61, false),
            (-61, false),
        ] {
            let checked = check_clock(database + TimeDelta::seconds(seconds), database);
            assert_eq!(checked.is_ok(), fits, "{seconds}");
        }
    }
}
