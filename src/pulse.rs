//! Signs of life of the periodic work of this process, for monitoring.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How much longer than its pause a pass may take.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// When each job was last seen at work. Clones share it; empty if no jobs were started.
#[derive(Debug, Clone, Default)]
pub struct Pulse(Arc<Mutex<BTreeMap<&'static str, Beat>>>);

#[derive(Debug, Clone, Copy)]
struct Beat {
    every: Duration,
    last: Instant,
}

impl Pulse {
    /// Notes that a job is at work or has finished a pass; the next one follows after `every`.
    pub fn beat(&self, job: &'static str, every: Duration) {
        let last = Instant::now();
        self.lock().insert(job, Beat { every, last });
    }

    /// A job that has not been seen at work for too long.
    pub fn silent(&self) -> Option<&'static str> {
        self.silent_at(Instant::now())
    }

    fn silent_at(&self, now: Instant) -> Option<&'static str> {
        let late = |beat: &Beat| now.duration_since(beat.last) > 2 * beat.every + PATIENCE;
        let all = self.lock();
        all.iter().find(|(_, beat)| late(beat)).map(|(job, _)| *job)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, Beat>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f7_a_job_that_does_not_run_is_named() {
        let pulse = Pulse::default();
        let (soon, later) = (Duration::from_secs(2), Duration::from_secs(3600));
        assert_eq!(pulse.silent(), None, "no jobs here");
        pulse.beat("often", soon);
        pulse.beat("hourly", later);
        let now = Instant::now();
        assert_eq!(pulse.silent_at(now), None);
        assert_eq!(pulse.silent_at(now + PATIENCE + 3 * soon), Some("often"));
        pulse.beat("often", Duration::from_secs(90_000));
        assert_eq!(pulse.silent_at(now + PATIENCE + later), None);
        assert_eq!(pulse.silent_at(now + PATIENCE + 3 * later), Some("hourly"));
    }
}
