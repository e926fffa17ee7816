//! How many requests of one kind a minute each name makes. A process counts what it answers itself.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

/// A counter for each name. Clones share the counters.
#[derive(Debug, Clone, Default)]
pub struct Rates(Arc<Mutex<Minute>>);

#[derive(Debug, Default)]
struct Minute {
    number: i64,
    counts: HashMap<String, u32>,
}

impl Rates {
    /// Counts a request of `name`.
    ///
    /// # Errors
    /// If it is one more than `most` in this minute: the seconds until the next one.
    pub fn count(&self, name: &str, most: u32, now: DateTime<Utc>) -> Result<(), u64> {
        let (number, second) = (
            now.timestamp().div_euclid(60),
            now.timestamp().rem_euclid(60),
        );
        let mut minute = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if minute.number != number {
            minute.number = number;
            minute.counts.clear();
        }
        let count = minute.counts.entry(name.to_owned()).or_default();
        *count = count.saturating_add(1);
        if *count > most {
            return Err(u64::try_from(60 - second).unwrap_or(60));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    #[test]
    fn each_name_has_its_own_minute() {
        let rates = Rates::default();
        let at = |text: &str| -> DateTime<Utc> { text.parse().unwrap() };
        let first = at("2026-11-30T10:00:15Z");
        assert_eq!(rates.count("a", 2, first), Ok(()));
        assert_eq!(rates.count("a", 2, first), Ok(()));
        assert_eq!(rates.count("a", 2, first), Err(45));
        assert_eq!(rates.count("b", 2, first), Ok(()));
        assert_eq!(rates.count("a", 2, at("2026-11-30T10:01:00Z")), Ok(()));
    }
}
