//! The progress of a pass: a log line and a row for the operator's page, every few seconds and at
//! the end. A pass that is shorter and processed only a few rows writes nothing.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Done, Pass};
use crate::storage::case_rows::Waiting;
use crate::storage::db::DbError;
use crate::storage::mails;
use crate::storage::runs::{COUNT_CAP, Run, create_run, save_run};

/// Interval between two reports.
const EVERY: Duration = Duration::from_secs(5);
/// A pass over this many rows is always reported, however short it was.
const MANY: usize = 100;

/// One pass of one worker.
pub struct Progress<'a> {
    pass: &'a Pass,
    /// The kind of cases it works on; `None` for mails.
    waiting: Option<Waiting>,
    began: DateTime<Utc>,
    since: Instant,
    said: Instant,
    done: Done,
    /// Key of the stored row, once there is one.
    run: Option<i64>,
}

impl<'a> Progress<'a> {
    /// Begins a pass; `waiting` is the kind of cases the job works on, or `None` if it delivers
    /// mails.
    pub fn begin(pass: &'a Pass, waiting: Option<Waiting>) -> Self {
        let now = Instant::now();
        Self {
            pass,
            waiting,
            began: pass.now(),
            since: now,
            said: now,
            done: Done::default(),
            run: None,
        }
    }

    /// Counts a processed row.
    pub fn good(&mut self) {
        self.done.good += 1;
        self.say();
    }

    /// Counts a failed row.
    pub fn failed(&mut self) {
        self.done.failed += 1;
        self.say();
    }

    /// Ends the pass, whether it is complete or was told to stop.
    pub fn end(mut self) -> Done {
        if self.run.is_some() || self.done.good + self.done.failed >= MANY {
            let ended = if self.pass.stop.is_set() {
                "stopped"
            } else {
                "finished"
            };
            self.write(Some(ended));
        }
        self.done
    }

    fn say(&mut self) {
        if self.said.elapsed() < EVERY {
            return;
        }
        self.said = Instant::now();
        self.write(None);
    }

    /// The work matters more than its report, so a failure here is only logged.
    fn write(&mut self, ended: Option<&str>) {
        let spent = self.since.elapsed();
        let run = Run {
            job: self.job().to_owned(),
            began_at: self.began,
            seen_at: self.began + TimeDelta::from_std(spent).unwrap_or_default(),
            seconds: i32::try_from(spent.as_secs()).unwrap_or(i32::MAX),
            done: i64::try_from(self.done.good).unwrap_or(i64::MAX),
            failed: i64::try_from(self.done.failed).unwrap_or(i64::MAX),
            ended: ended.map(str::to_owned),
        };
        let (waiting, now, id) = (self.waiting, self.pass.now(), self.run);
        let written = self.pass.app.db.transaction_blocking(|conn| {
            let id = match id {
                Some(id) => {
                    save_run(conn, id, &run)?;
                    id
                }
                None => create_run(conn, &run)?,
            };
            let mails = mails::count_due(conn, now, COUNT_CAP)?;
            let to_do = match waiting {
                Some(waiting) => waiting.count(conn, now, COUNT_CAP)?,
                None => mails,
            };
            Ok::<_, DbError>((id, to_do, mails))
        });
        match written {
            Ok((id, to_do, mails)) => {
                self.run = Some(id);
                tracing::info!(
                    job = self.job(),
                    done = run.done,
                    failed = run.failed,
                    to_do,
                    per_minute = run.per_minute(),
                    mails_waiting = mails,
                    ended,
                    "progress"
                );
            }
            Err(error) => tracing::warn!(%error, "the progress of a pass was not written"),
        }
    }

    fn job(&self) -> &'static str {
        match self.waiting {
            Some(Waiting::Step) => "remind",
            Some(Waiting::LateStep) => "late",
            Some(Waiting::Line) => "refresh",
            None => "deliver",
        }
    }
}
