//! Periodic work. Every job looks at the facts and does what is due; it takes no input, so the next
//! pass makes up for a missed one (S-92). Each is a shallow loop over rows that calls one action
//! per row in a transaction of its own; any number of processes may run the same job at once
//! (S-93).

mod apply_retention;
mod bulk_runs;
mod checkpoint;
mod clock;
mod contract_text;
mod deliver;
mod fetch_time_stamps;
mod inbox;
mod log_audit_head;
mod mailbox;
mod partner_contracts;
mod progress;
mod purge;
mod rows;
mod run;
mod sequence;
mod snapshot_statuses;
#[cfg(test)]
mod tests;
mod webhooks;

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::actions;
use crate::app::App;
use crate::storage::case_rows::{self, Waiting};
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
    /// How many workers of it run at the same time.
    pub workers: fn(&App) -> u8,
    /// Makes one pass.
    pub pass: fn(&Pass) -> Result<Done, DbError>,
}

/// Name of the job that pushes events.
const WEBHOOKS: &str = "webhooks";

/// All periodic work.
pub const JOBS: &[Job] = &[
    Job {
        name: "sequence",
        every: Duration::from_millis(500),
        workers: |_| 1,
        pass: sequence::place,
    },
    Job {
        name: "replica",
        every: Duration::from_secs(1),
        workers: |app| u8::from(app.db.has_replica()),
        pass: look_at_replica,
    },
    Job {
        name: "sequence-watch",
        every: Duration::from_secs(5),
        workers: |_| 1,
        pass: sequence::watch,
    },
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
        name: "contract-text",
        every: Duration::from_secs(300),
        workers: |_| 1,
        pass: contract_text::watch,
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
        name: "mailbox",
        every: Duration::from_secs(60),
        workers: |_| 1,
        pass: mailbox::mailbox,
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
        name: "tell-alerts",
        every: Duration::from_secs(2),
        workers: |_| 1,
        pass: webhooks::tell_alerts,
    },
    Job {
        name: WEBHOOKS,
        every: Duration::from_secs(2),
        workers: |_| 1,
        pass: webhooks::push,
    },
    Job {
        name: "import",
        every: Duration::from_secs(2),
        workers: |_| 1,
        pass: |pass| bulk_runs::work(pass, &actions::customer_import::IMPORTING),
    },
    Job {
        name: "first-requests",
        every: Duration::from_secs(15),
        workers: |_| 1,
        pass: |pass| bulk_runs::work(pass, &actions::customer_import::ASKING),
    },
    Job {
        name: "agreements",
        every: Duration::from_secs(2),
        workers: |_| 1,
        pass: |pass| bulk_runs::work(pass, &actions::agreement_import::RECORDING),
    },
    Job {
        name: "clean",
        every: Duration::from_secs(3600),
        workers: |_| 1,
        pass: purge::clean,
    },
    Job {
        name: "totals",
        every: Duration::from_secs(2),
        workers: |_| 1,
        pass: add_totals_up,
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
        name: "checkpoint",
        every: Duration::from_secs(300),
        workers: |_| 1,
        pass: checkpoint::watch,
    },
    Job {
        name: "audit-head",
        every: Duration::from_secs(24 * 3600),
        workers: |_| 1,
        pass: log_audit_head::note,
    },
];

/// What a pass of a job gets.
#[derive(Clone)]
pub struct Pass {
    /// The handles of the portal.
    pub app: App,
    /// Tells whether the pass should stop.
    pub stop: Stop,
    /// The time to assume; `None` means that of the clock.
    pub at: Option<DateTime<Utc>>,
    /// Whether reminders that have been due for very long are sent, too (S-94).
    pub send_late: bool,
}

impl Pass {
    fn now(&self) -> DateTime<Utc> {
        self.at.unwrap_or_else(|| self.app.clock.now())
    }

    /// Whether automatic mails may be sent now (F10).
    fn is_working_time(&self) -> Result<bool, DbError> {
        let read = |conn: &mut Conn| Ok::<_, DbError>(find_holidays(conn)?);
        let holidays = self.app.db.read_blocking(read)?;
        Ok(holidays.is_open(self.now()))
    }
}

/// The result of a pass.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Done {
    /// Rows that were processed.
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

/// The results of one pass of all jobs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    /// Reminders sent, rounds closed, and requests renewed with a new text.
    pub stepped: usize,
    /// Customers looked at because their partner is blocked or deactivated (rows 24, 49).
    pub moved: usize,
    /// Rows of the list that were updated after a change by time alone.
    pub refreshed: usize,
    /// Notices of announced changes that were made (row 38).
    pub announced: usize,
    /// Mails handed over or given up.
    pub delivered: usize,
    /// Delivery reports and answers taken from the inbox and the mailbox.
    pub reported: usize,
    /// Failed rows of all kinds.
    pub failed: usize,
}

/// Two workers, so that one works while the other waits for the disk; one if mails are sent one by
/// one.
fn pair(app: &App) -> u8 {
    app.config.mail.connections.min(2)
}

/// Sends reminders, updates rows and delivers mails until nothing is left to do at `now`.
pub fn run_once(app: &App, now: DateTime<Utc>) -> Report {
    run(&Pass {
        app: app.clone(),
        stop: Stop::never(),
        at: Some(now),
        send_late: false,
    })
}

/// One pass of all jobs, or a part of it if the process is told to stop; the next pass does the
/// rest.
pub fn run(pass: &Pass) -> Report {
    let run = |name: &str| -> Done {
        let mut all = Done::default();
        for job in JOBS.iter().filter(|job| job.name == name) {
            all = together(job, pass);
        }
        all
    };
    run("clock");
    run("replica");
    // Bounces first, because they may stop a reminder that is due.
    let mut reported = run("inbox");
    reported.add(run("mailbox"));
    let (stepped, late) = (run("remind"), run("late"));
    let renewed = run("new-version");
    let (told, taken) = (run("tell-blocked"), run("take-off"));
    let (reviewed, rolled_out) = (run("need-change"), run("roll-out"));
    let (imported, asked) = (run("import"), run("first-requests"));
    let recorded = run("agreements");
    let refreshed = run("refresh");
    run("totals");
    let warned = run("partner-contracts");
    let looked = run("contract-text");
    // Notices are made as far as there is room in the outbox.
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
    // Last, so that other systems are told of all of it.
    let alerted = run("tell-alerts");
    let placed = run("sequence");
    let pushed = run(WEBHOOKS);
    Report {
        stepped: stepped.good + late.good + renewed.good,
        refreshed: refreshed.good,
        announced: announced.good,
        delivered: delivered.good,
        reported: reported.good,
        moved: told.good
            + taken.good
            + reviewed.good
            + rolled_out.good
            + imported.good
            + recorded.good
            + asked.good,
        failed: [
            stepped, late, renewed, told, taken, reviewed, rolled_out, refreshed, announced,
            delivered, reported, stamped, warned, looked, imported, recorded, asked, alerted,
            placed, pushed,
        ]
        .iter()
        .map(|done| done.failed)
        .sum(),
    }
}

/// One pass of all workers of a job at the same time.
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

/// Erases all data that have expired at `now`.
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
    // At night and on holidays, nothing that is due could be done.
    if !pass.is_working_time()? {
        return Ok(Done::default());
    }
    rows::each_row(pass, Waiting::Step, |conn, customer, now| {
        actions::requests::take_due_step(conn, &pass.app, customer, now)
    })
}

/// Handles steps that have been due for very long. This runs rarely, because those that wait for
/// the operator are found each time.
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

/// Adds up what the counts beside the list have gained and lost, so that a page reads little.
fn add_totals_up(pass: &Pass) -> Result<Done, DbError> {
    while !pass.stop.is_set() {
        let fold = |conn: &mut Conn| Ok::<_, DbError>(case_rows::fold(conn)?);
        if pass.app.db.transaction_blocking(fold)? == 0 {
            break;
        }
    }
    Ok(Done::default())
}

/// Finds out how far the replica is that reads lists.
fn look_at_replica(pass: &Pass) -> Result<Done, DbError> {
    pass.app.db.look_at_replica(|| pass.app.clock.now())?;
    Ok(Done::default())
}

/// Updates rows of the list whose status has changed by time alone.
fn refresh(pass: &Pass) -> Result<Done, DbError> {
    rows::each_row(pass, Waiting::Line, |conn, customer, now| {
        actions::requests::refresh_row(conn, customer, now).map(|()| true)
    })
}
