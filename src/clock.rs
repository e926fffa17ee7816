//! The one place that asks the machine for the time (S-92).
//!
//! Everything else gets a [`Clock`] or, better, the moment itself as a parameter called `now`. In
//! development the clock can be put forward, so that fourteen days pass in the course of a test.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};

/// A source of the current time. Clones share one state: setting one sets them all.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    /// The machine's clock; cannot be set.
    System,
    /// The machine's clock, shifted by this much; it goes on running.
    Shifted(Arc<Mutex<TimeDelta>>),
    /// The machine's clock as if it were wrong; cannot be set.
    Wrong(TimeDelta),
    /// Stands still until it is set.
    Fixed(Arc<Mutex<DateTime<Utc>>>),
}

impl Clock {
    /// The machine's clock: the only one in production.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// The machine's clock, which a developer may set forward and which then goes on running.
    pub fn adjustable() -> Self {
        Self(Source::Shifted(Arc::default()))
    }

    /// The machine's clock, wrong by this much, to test how the portal reacts.
    pub fn wrong_by(shift: TimeDelta) -> Self {
        Self(Source::Wrong(shift))
    }

    /// A clock that stands still at `moment` until it is advanced or set.
    pub fn fixed_at(moment: DateTime<Utc>) -> Self {
        Self(Source::Fixed(Arc::new(Mutex::new(moment.trunc_subsecs(6)))))
    }

    /// The current time in whole microseconds, the precision of Postgres: a moment that was stored
    /// equals the original one.
    pub fn now(&self) -> DateTime<Utc> {
        match &self.0 {
            Source::System => machine_time(),
            Source::Wrong(shift) => machine_time() + *shift,
            Source::Shifted(shift) => machine_time() + *lock(shift),
            Source::Fixed(moment) => *lock(moment),
        }
    }

    /// Whether [`Clock::advance`] and [`Clock::set`] have an effect.
    pub fn is_settable(&self) -> bool {
        !matches!(self.0, Source::System | Source::Wrong(_))
    }

    /// Sets a settable clock forward. The system clock stays as it is, which is logged.
    pub fn advance(&self, by: TimeDelta) {
        match &self.0 {
            Source::System | Source::Wrong(_) => refuse(),
            Source::Shifted(shift) => *lock(shift) += by,
            Source::Fixed(moment) => *lock(moment) += by,
        }
    }

    /// Sets a settable clock to `moment`. The system clock stays as it is, which is logged.
    pub fn set(&self, moment: DateTime<Utc>) {
        match &self.0 {
            Source::System | Source::Wrong(_) => refuse(),
            Source::Shifted(shift) => *lock(shift) = moment - machine_time(),
            Source::Fixed(fixed) => *lock(fixed) = moment.trunc_subsecs(6),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the clock")]
fn machine_time() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}

fn refuse() {
    tracing::warn!("somebody tried to set the system clock of the portal");
}

/// A panic elsewhere cannot leave a moment half written, so a poisoned lock can still be used.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    #[test]
    fn a_fixed_clock_moves_only_when_told_and_clones_move_with_it() {
        let start: DateTime<Utc> = "2026-03-29T00:59:59.123456789Z".parse().unwrap();
        let clock = Clock::fixed_at(start);
        let other = clock.clone();
        assert_eq!(clock.now(), start.trunc_subsecs(6));
        clock.advance(TimeDelta::days(14));
        assert_eq!(other.now(), start.trunc_subsecs(6) + TimeDelta::days(14));
        other.set(start);
        assert_eq!(clock.now().timestamp_subsec_nanos() % 1000, 0);
    }

    #[test]
    fn an_adjustable_clock_jumps_and_goes_on_running() {
        let clock = Clock::adjustable();
        let before = clock.now();
        clock.advance(TimeDelta::days(14));
        let jump = clock.now() - before;
        assert!(jump >= TimeDelta::days(14) && jump < TimeDelta::days(15));
        let far: DateTime<Utc> = "2030-01-01T00:00:00Z".parse().unwrap();
        clock.set(far);
        let first = clock.now();
        std::thread::sleep(std::time::Duration::from_millis(2));
        assert!(first >= far && clock.now() > first);
    }

    #[test]
    fn the_system_clock_cannot_be_set() {
        let clock = Clock::system();
        assert!(!clock.is_settable());
        let before = clock.now();
        clock.advance(TimeDelta::days(14));
        clock.set("2030-01-01T00:00:00Z".parse().unwrap());
        assert!(clock.now() - before < TimeDelta::days(1));
    }

    #[test]
    fn a_wrong_clock_stays_wrong() {
        let clock = Clock::wrong_by(TimeDelta::hours(-3));
        assert!(!clock.is_settable());
        clock.advance(TimeDelta::hours(3));
        let behind = Clock::system().now() - clock.now();
        assert!(behind > TimeDelta::minutes(179) && behind < TimeDelta::minutes(181));
    }
}
