//! How fast mails that go to everybody at once leave for one domain: a provider that gets thousands in a
//! minute may take their sender for one of spam, and then what somebody waits for arrives late, too.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// Domains that are remembered before those whose time is over are forgotten.
const MANY: usize = 10_000;

/// The turns of this process: each mail to a domain gets the next free one.
#[derive(Debug, Default)]
pub struct Pace {
    /// Time between two mails to one domain; `None`: they go as fast as they can.
    between: Option<TimeDelta>,
    /// The next free turn of each domain, in lower case.
    next: Mutex<HashMap<String, DateTime<Utc>>>,
}

impl Pace {
    /// So many mails to one domain in a minute; 0: as many as there are.
    pub fn per_minute(mails: u32) -> Self {
        let between =
            (mails > 0).then(|| TimeDelta::minutes(1) / i32::try_from(mails).unwrap_or(i32::MAX));
        Self {
            between,
            next: Mutex::default(),
        }
    }

    /// The turn of a mail to this domain; `None`: at once. What was not used of the last ten seconds may
    /// leave together, so that a few customers of one domain never wait.
    pub fn turn(&self, domain: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let between = self.between?;
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        if next.len() >= MANY {
            next.retain(|_, free| *free > now);
        }
        let earliest = now - TimeDelta::seconds(10);
        let free = next.entry(domain.to_lowercase()).or_insert(earliest);
        let turn = (*free).max(earliest);
        *free = turn + between;
        (turn > now).then_some(turn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_000_000 + seconds, 0).unwrap_or_default()
    }

    #[test]
    fn s23_one_domain_gets_so_many_a_minute_and_others_do_not_wait_for_it() {
        let pace = Pace::per_minute(60);
        let turns: Vec<_> = (0..71).map(|_| pace.turn("gross.example", at(0))).collect();
        assert!(
            turns[..11].iter().all(Option::is_none),
            "ten seconds' worth"
        );
        assert_eq!(turns[11], Some(at(1)));
        assert_eq!(turns[70], Some(at(60)), "sixty in the next minute");
        assert_eq!(pace.turn("KLEIN.example", at(0)), None);
        // Nobody overtakes those that have their turn.
        assert_eq!(pace.turn("Gross.example", at(30)), Some(at(61)));
        assert_eq!(pace.turn("gross.example", at(3600)), None);
    }

    #[test]
    fn s23_without_a_limit_nothing_waits() {
        let pace = Pace::per_minute(0);
        assert!((0..1000).all(|_| pace.turn("gross.example", at(0)).is_none()));
    }
}
