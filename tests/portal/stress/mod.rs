//! Stress tests: the real program is killed, its database dies, the mail server misbehaves, several
//! processes work on the same customers, and tens of thousands of cases are due on one morning.
//!
//! ```text
//! program      processes of the real program, their start and their violent end
//! client       a user who works over HTTP and expects that there may be no answer
//! people       what these users do, round after round, and what they were told
//! assertions   what must hold afterwards: nothing acknowledged is lost, nothing is there twice
//! crash        the processes and databases die
//! day          a day of a provider with all its other systems, and figures that agree in the end
//! failover     the primary dies, and a standby takes over
//! concurrency  two and four processes on one database
//! morning      the morning with many due cases
//! webhooks     another system that has to learn of everything, in order
//! ```
//!
//! `AVV_STRESS=10` makes the runs ten times as long; `AVV_STRESS_SEED` repeats one.
#![expect(
    clippy::print_stderr,
    reason = "a storm says its seed, so that a failure can be looked at again"
)]

mod assertions;
mod client;
mod concurrency;
mod crash;
mod day;
mod failover;
mod morning;
mod people;
pub mod program;
mod webhooks;

use chrono::NaiveTime;
use rand::Rng as _;

/// A number from an environment variable of the test run.
#[expect(clippy::disallowed_methods, reason = "not the portal's environment")]
fn setting<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok()?.parse().ok()
}

/// The time of day at which the jobs are run.
const NOON: NaiveTime = NaiveTime::from_hms_opt(12, 0, 0).unwrap();

/// How much longer than usual a run lasts.
fn size() -> usize {
    setting("AVV_STRESS").unwrap_or(1)
}

/// The seed of this run. Printed, so that a failure can be repeated.
fn seed(storm: &str) -> u64 {
    let seed = setting("AVV_STRESS_SEED").unwrap_or_else(|| rand::rng().random());
    eprintln!("storm {storm}: AVV_STRESS_SEED={seed}");
    seed
}
