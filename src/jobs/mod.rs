//! Periodic work. Every job looks at the facts and moves them towards what is due; it takes no
//! input, so a missed pass is made up for by the next one (S-92). Each is a shallow loop over rows
//! that calls one action per row in a transaction of its own; any number of processes may run the
//! same job at once (S-93).

mod blocked;
mod clean;
mod deliver;
mod head;
mod rows;
mod run;
#[cfg(test)]
mod tests;

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::app::App;
use crate::storage::db::DbError;
use crate::storage::{case_rows, partner_list};
use crate::{actions, domain::calendar};
pub use run::{Running, Stop, start};

/// Periodic work of one kind.
pub struct Job {
    /// Name in the log.
    pub name: &'static str,
    /// Pause between two passes.
    pub every: Duration,
    /// How many of it run side by side.
    pub workers: fn(&App) -> u8,
    /// One pass.
    pub pass: fn(&Pass) -> Result<Done, DbError>,
}

/// All periodic work.
pub const JOBS: &[Job] = &[
    Job {
        name: "deliver",
        every: Duration::from_secs(2),
        workers: |app| app.config.mail.connections,
        pass: deliver::deliver,
    },
    Job {
        name: "remind",
        every: Duration::from_secs(60),
        workers: |_| 1,
        pass: remind,
    },
    Job {
        name: "refresh",
        every: Duration::from_secs(60),
        workers: |_| 1,
        pass: refresh,
    },
    Job {
        name: "tell-blocked",
        every: Duration::from_secs(15),
        workers: |_| 1,
        pass: blocked::tell,
    },
    Job {
        name: "take-off",
        every: Duration::from_secs(15),
        workers: |_| 1,
        pass: take_off,
    },
    Job {
        name: "clean",
        every: Duration::from_secs(3600),
        workers: |_| 1,
        pass: clean::clean,
    },
    Job {
        name: "audit-head",
        every: Duration::from_secs(24 * 3600),
        workers: |_| 1,
        pass: head::note,
    },
];

/// What a pass works with.
#[derive(Clone)]
pub struct Pass {
    /// The handles.
    pub app: App,
    /// Whether it should leave off.
    pub stop: Stop,
    /// As if it were this time; `None`: the clock's.
    pub at: Option<DateTime<Utc>>,
}

impl Pass {
    fn now(&self) -> DateTime<Utc> {
        self.at.unwrap_or_else(|| self.app.clock.now())
    }
}

/// What a pass did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Done {
    /// Rows that were moved on.
    pub good: usize,
    /// Rows that failed and were left for the next pass.
    pub failed: usize,
}

/// What one pass over everything did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    /// Reminders sent and rounds closed.
    pub stepped: usize,
    /// Customers looked at because their partner is blocked or deactivated (rows 24, 49).
    pub moved: usize,
    /// Lines of the list that time alone had changed.
    pub refreshed: usize,
    /// Mails handed over or given up.
    pub delivered: usize,
    /// What failed, of all kinds.
    pub failed: usize,
}

/// Reminds, refreshes and delivers until nothing is left to do at `now`.
pub fn run_once(app: &App, now: DateTime<Utc>) -> Report {
    let pass = Pass {
        app: app.clone(),
        stop: Stop::never(),
        at: Some(now),
    };
    let run = |work: fn(&Pass) -> Result<Done, DbError>| {
        work(&pass).unwrap_or_else(|error| {
            tracing::error!(%error, "a pass failed");
            Done { good: 0, failed: 1 }
        })
    };
    let (stepped, told, taken) = (run(remind), run(blocked::tell), run(take_off));
    let (refreshed, delivered) = (run(refresh), run(deliver::deliver));
    let all = [stepped, told, taken, refreshed, delivered];
    Report {
        stepped: stepped.good,
        moved: told.good + taken.good,
        refreshed: refreshed.good,
        delivered: delivered.good,
        failed: all.iter().map(|done| done.failed).sum(),
    }
}

/// Reminders and ends of rounds that are due (rows 5 and 6).
fn remind(pass: &Pass) -> Result<Done, DbError> {
    let now = pass.now();
    // At night everything that is due would only be looked at and left.
    if !calendar::in_send_window(now) {
        return Ok(Done::default());
    }
    rows::each_row(
        pass,
        |conn, limit| case_rows::list_due(conn, now, limit),
        |conn, customer| actions::requests::take_due_step(conn, &pass.app, customer, now),
    )
}

/// Customers that a deactivated sub-partner is still named for (row 24).
fn take_off(pass: &Pass) -> Result<Done, DbError> {
    let now = pass.now();
    rows::each_row(
        pass,
        partner_list::list_customers_of_deactivated,
        |conn, customer| actions::sub_partners::take_off(conn, &pass.app, customer, now),
    )
}

/// Lines of the list whose status has changed by the passing of time alone.
fn refresh(pass: &Pass) -> Result<Done, DbError> {
    let now = pass.now();
    rows::each_row(
        pass,
        |conn, limit| case_rows::list_overdue_rows(conn, now, limit),
        |conn, customer| {
            actions::requests::refresh_row(conn, &pass.app, customer, now).map(|()| true)
        },
    )
}
