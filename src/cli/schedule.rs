//! `jobs run-once`: one pass of the periodic work, for tests and for whoever prefers another
//! scheduler.

use anyhow::bail;
use chrono::{DateTime, Utc};

use super::{Result, open, say};
use crate::clock::Clock;
use crate::config::Config;
use crate::jobs;

/// One pass, now or as if it were `at`.
pub fn run_once(config: Config, at: Option<DateTime<Utc>>) -> Result<()> {
    let clock = match at {
        Some(_) if config.environment.is_production() => {
            bail!("--at is not for production: there the time is what it is");
        }
        Some(at) => Clock::fixed_at(at),
        None => open::clock(&config),
    };
    let transport = open::transport(&config)?;
    let opened = open::open(config, clock, transport)?;
    let report = jobs::run_once(&opened.app, opened.app.clock.now());
    opened.close();
    say(&format!(
        "reminded or closed {}, refreshed {}, delivered {}, failed {}, taken from the inbox {}",
        report.stepped, report.refreshed, report.delivered, report.failed, report.reported
    ));
    if report.failed > 0 {
        bail!("{} step(s) failed; the log says why", report.failed);
    }
    Ok(())
}
