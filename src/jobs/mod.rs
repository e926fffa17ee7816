//! Periodic work. Every job looks at the facts and moves them towards what is due; it takes no
//! input, so a missed pass is made up for by the next one (S-92). Each is a shallow loop over rows
//! that calls one action per row in a transaction of its own; any number of processes may run the
//! same job at once (S-93).

mod apply_retention;
mod bulk_runs;
mod clock;
mod deliver;
mod fetch_time_stamps;
mod inbox;
mod log_audit_head;
mod partner_contracts;
mod progress;
mod purge;
mod rows;
mod run;
mod snapshot_statuses;
#[cfg(test)]
mod tests;

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::actions;
use crate::app::App;
use crate::storage::case_rows::Waiting;
use crate::storage::catalogue::find_holidays;
use crate::storage::db::{Conn, DbError};
pub use run::{Running, Stop, start};
pub use snapshot_statuses::count_at;

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
        workers: pair,
        pass: remind,
    },
    Job {
        name: "clock",
        every: Duration::from_secs(60),
        workers: |_| 1,
        pass: clock::watch,
    },
    Job {
        name: "late",
        every: Duration::from_secs(3600),
        workers: |_| 1,
        pass: late,
    },
    Job {
        name: "new-version",
        every: Duration::from_secs(60),
        workers: |_| 1,
        pass: |pass| bulk_runs::work(pass, &actions::requests::OFFERING),
    },
    Job {
        name: "roll-out",
        every: Duration::from_secs(15),
        workers: |_| 1,
        pass: |pass| bulk_runs::work(pass, &actions::roll_outs::ROLLING_OUT),
    },
    Job {
        name: "refresh",
        every: Duration::from_secs(60),
        workers: |_| 1,
        pass: refresh,
    },
    Job {
        name: "partner-contracts",
        every: Duration::from_secs(3600),
        workers: |_| 1,
        pass: partner_contracts::watch,
    },
    Job {
        name: "stamp",
        every: Duration::from_secs(60),
        workers: |_| 1,
        pass: fetch_time_stamps::stamp,
    },
    Job {
        name: "inbox",
        every: Duration::from_secs(20),
        workers: |_| 1,
        pass: inbox::inbox,
    },
    Job {
        name: "tell-blocked",
        every: Duration::from_secs(15),
        workers: |_| 1,
        pass: |pass| bulk_runs::work(pass, &actions::blocking::TELLING),
    },
    Job {
        name: "announce",
        every: Duration::from_secs(2),
        workers: |_| 1,
        pass: |pass| bulk_runs::work(pass, &actions::announcements::SENDING),
    },
    Job {
        name: "take-off",
        every: Duration::from_secs(15),
        workers: |_| 1,
        pass: |pass| bulk_runs::work(pass, &actions::sub_partners::TAKING_OFF),
    },
    Job {
        name: "need-change",
        every: Duration::from_secs(2),
        workers: |_| 1,
        pass: |pass| bulk_runs::work(pass, &actions::products::REVIEWING),
    },
    Job {
        name: "clean",
        every: Duration::from_secs(3600),
        workers: |_| 1,
        pass: purge::clean,
    },
    Job {
        name: "count",
        every: Duration::from_secs(600),
        workers: |_| 1,
        pass: snapshot_statuses::count,
    },
    Job {
        name: "retain",
        every: Duration::from_secs(3600),
        workers: |_| 1,
        pass: apply_retention::retain,
    },
    Job {
        name: "audit-head",
        every: Duration::from_secs(24 * 3600),
        workers: |_| 1,
        pass: log_audit_head::note,
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
    /// Whether reminders go out, too, that have been due for very long (S-94).
    pub send_late: bool,
}

impl Pass {
    fn now(&self) -> DateTime<Utc> {
        self.at.unwrap_or_else(|| self.app.clock.now())
    }

    /// Whether what goes out by itself may go out now (F10).
    fn is_working_time(&self) -> Result<bool, DbError> {
        let read = |conn: &mut Conn| Ok::<_, DbError>(find_holidays(conn)?);
        let holidays = self.app.db.read_blocking(read)?;
        Ok(holidays.is_open(self.now()))
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

impl Done {
    fn add(&mut self, more: Self) {
        self.good += more.good;
        self.failed += more.failed;
    }
}

/// What one pass over everything did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    /// Reminders sent, rounds closed, and rounds begun anew with a new text.
    pub stepped: usize,
    /// Customers looked at because their partner is blocked or deactivated (rows 24, 49).
    pub moved: usize,
    /// Lines of the list that time alone had changed.
    pub refreshed: usize,
    /// Notices of announced changes that were made (row 38).
    pub announced: usize,
    /// Mails handed over or given up.
    pub delivered: usize,
    /// Delivery reports taken from the inbox.
    pub reported: usize,
    /// What failed, of all kinds.
    pub failed: usize,
}

/// Two, so that one works while the other waits for the disk; one where mails go out one by one.
fn pair(app: &App) -> u8 {
    app.config.mail.connections.min(2)
}

/// Reminds, refreshes and delivers until nothing is left to do at `now`.
pub fn run_once(app: &App, now: DateTime<Utc>) -> Report {
    run(&Pass {
        app: app.clone(),
        stop: Stop::never(),
        at: Some(now),
        send_late: false,
    })
}

/// One pass over everything, or less if somebody says stop: what is left then the next one does.
pub fn run(pass: &Pass) -> Report {
    let run = |name: &str| -> Done {
        let mut all = Done::default();
        for job in JOBS.iter().filter(|job| job.name == name) {
            all = together(job, pass);
        }
        all
    };
    run("clock");
    // What came back first: it may pause a reminder that is due.
    let reported = run("inbox");
    let (stepped, late) = (run("remind"), run("late"));
    let renewed = run("new-version");
    let (told, taken) = (run("tell-blocked"), run("take-off"));
    let (reviewed, rolled_out) = (run("need-change"), run("roll-out"));
    let refreshed = run("refresh");
    let warned = run("partner-contracts");
    // Notices are made as the outbox has room for them.
    let (mut announced, mut delivered) = (Done::default(), Done::default());
    loop {
        let (more, sent) = (run("announce"), run("deliver"));
        announced.add(more);
        delivered.add(sent);
        if more.good == 0 {
            break;
        }
    }
    let stamped = run("stamp");
    Report {
        stepped: stepped.good + late.good + renewed.good,
        refreshed: refreshed.good,
        announced: announced.good,
        delivered: delivered.good,
        reported: reported.good,
        moved: told.good + taken.good + reviewed.good + rolled_out.good,
        failed: [
            stepped, late, renewed, told, taken, reviewed, rolled_out, refreshed, announced,
            delivered, reported, stamped, warned,
        ]
        .iter()
        .map(|done| done.failed)
        .sum(),
    }
}

/// One pass of all workers of a job, side by side.
fn together(job: &Job, pass: &Pass) -> Done {
    let one = || {
        (job.pass)(pass).unwrap_or_else(|error| {
            tracing::error!(job = job.name, %error, "a pass failed");
            Done { good: 0, failed: 1 }
        })
    };
    let workers = (job.workers)(&pass.app).max(1);
    if workers == 1 {
        return one();
    }
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..workers).map(|_| scope.spawn(one)).collect();
        let mut all = Done::default();
        for worker in running {
            let done = worker.join().unwrap_or(Done { good: 0, failed: 1 });
            all.good += done.good;
            all.failed += done.failed;
        }
        all
    })
}

/// Erases what retention is over for at `now`, until nothing is left.
pub fn retain_once(app: &App, now: DateTime<Utc>) -> Result<Done, DbError> {
    apply_retention::retain(&Pass {
        app: app.clone(),
        stop: Stop::never(),
        at: Some(now),
        send_late: false,
    })
}

/// Reminders and ends of rounds that are due (rows 5 and 6).
fn remind(pass: &Pass) -> Result<Done, DbError> {
    // At night and on holidays everything that is due would only be looked at and left.
    if !pass.is_working_time()? {
        return Ok(Done::default());
    }
    rows::each_row(pass, Waiting::Step, |conn, customer, now| {
        actions::requests::take_due_step(conn, &pass.app, customer, now)
    })
}

/// Steps that have been due for very long. Looked for now and then only: those that wait for the
/// operator stay among them.
fn late(pass: &Pass) -> Result<Done, DbError> {
    if !pass.is_working_time()? {
        return Ok(Done::default());
    }
    let take = if pass.send_late {
        actions::requests::take_due_step
    } else {
        actions::requests::take_late_step
    };
    rows::each_row(pass, Waiting::LateStep, |conn, customer, now| {
        take(conn, &pass.app, customer, now)
    })
}

/// Lines of the list whose status has changed by the passing of time alone.
fn refresh(pass: &Pass) -> Result<Done, DbError> {
    rows::each_row(pass, Waiting::Line, |conn, customer, now| {
        actions::requests::refresh_row(conn, customer, now).map(|()| true)
    })
}
