//! `jobs run-once`: one pass of the periodic work, for tests and for operators who use another
//! scheduler.

use anyhow::{Context as _, bail};
use chrono::{DateTime, Utc};
use tokio::signal::unix::{SignalKind, signal};

use super::{Result, open, say};
use crate::clock::Clock;
use crate::config::Config;
use crate::jobs;

/// Makes one pass, now or as if it were `at`.
pub fn run_once(config: Config, at: Option<DateTime<Utc>>, send_late: bool) -> Result<()> {
    let clock = match at {
        Some(_) if config.environment.is_production() => {
            bail!("--at is not for production: there the time is what it is");
        }
        Some(at) => Clock::fixed_at(at),
        None => open::clock(&config),
    };
    let transport = open::transport(&config)?;
    let opened = open::open(config, clock, transport)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .context("no threads to be had")?;
    let stop = runtime.block_on(async { asked_to_stop() })?;
    let report = jobs::run(&jobs::Pass {
        app: opened.app.clone(),
        stop: stop.clone(),
        at: Some(opened.app.clock.now()),
        send_late,
    });
    drop(runtime);
    opened.close();
    say(&format!(
        "reminded or closed {}, refreshed {}, delivered {}, failed {}, taken from the inbox {}",
        report.stepped, report.refreshed, report.delivered, report.failed, report.reported
    ));
    if stop.is_set() {
        say("stopped before the end; the next run goes on from here");
    }
    if report.failed > 0 {
        bail!("{} step(s) failed; the log says why", report.failed);
    }
    Ok(())
}

/// Stops on SIGTERM or SIGINT: work in progress is finished, the rest is left for the next run.
fn asked_to_stop() -> Result<jobs::Stop> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(jobs::Stop::when(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    }))
}
