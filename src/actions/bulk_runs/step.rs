//! The step that all runs take.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{Act, Kind, Rounds, RunEvent, stage_of};
use crate::actions::{ActionError, Actor};
use crate::app::App;
use crate::domain::bulk_run::{RunEnd, RunStage};
use crate::domain::{BulkRunId, CustomerNumber};
use crate::storage::PgConnection;
use crate::storage::bulk_runs::{self as stored, BulkRun, Figures};
use crate::storage::case_rows::claim;

/// The result of a step of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepResult {
    /// Customers were looked at.
    Taken {
        /// For how many of them something was done.
        done: usize,
        /// How many of them could not be written.
        failed: usize,
    },
    /// The run has ended.
    Over,
    /// Nothing can be done with this run now: it is paused, planned, or waits for the time of day,
    /// for room in the outbox or for another try; or another process has locked it or the customer.
    Halt,
}

/// What is remembered between two steps of a run in one pass.
#[derive(Debug, Clone, Copy, Default)]
pub struct RunMemory {
    /// Customers up to this number that could not be written before were tried again in this pass.
    pub retried: Option<CustomerNumber>,
    /// Whether all of them were tried again.
    pub is_retried: bool,
    /// Time spent that is not added to the figures yet.
    pub worked: Duration,
}

/// Takes the next step of a run.
pub fn take_step(
    conn: &mut PgConnection,
    app: &App,
    kind: &Kind,
    id: BulkRunId,
    place: &mut RunMemory,
    now: DateTime<Utc>,
) -> Result<StepResult, ActionError> {
    if !(kind.is_open)(conn, now)? {
        return Ok(StepResult::Halt);
    }
    let Some(run) = stored::claim_run(conn, id)? else {
        return Ok(StepResult::Halt);
    };
    if let Some(end) = (kind.ended)(conn, &run, now)? {
        return finish(conn, kind, &run, end, now);
    }
    if stage_of(&run, now) != RunStage::Running {
        return Ok(StepResult::Halt);
    }
    let room = (kind.room)(conn)?.min((kind.pace)(conn, &run, now)?);
    if room <= 0 {
        return Ok(StepResult::Halt);
    }
    // Customers that could not be written before come first, each once in a pass; a customer that
    // fails now has to wait for the next pass.
    if !place.is_retried {
        let retry = match run.failed {
            0 => None,
            _ => stored::find_retry(conn, id, place.retried, now - kind.again)?,
        };
        if let Some(customer) = retry {
            place.retried = Some(customer);
            let step = work(conn, app, kind, &run, (&[customer], run.after), place, now)?;
            // Another process has locked this customer: the others can be tried.
            return Ok(match step {
                StepResult::Halt => StepResult::Taken { done: 0, failed: 0 },
                step => step,
            });
        }
        place.is_retried = true;
    }
    let batch = match kind.act {
        Act::Each(_) => 1,
        Act::Batch(size, _) => size,
    };
    let mut next = (kind.next)(conn, &run, batch.min(room))?;
    // They may be listed again in a later round.
    if run.failed > 0 {
        let listed = next.last().copied().or(run.after);
        next = stored::leave_out_failed(conn, id, &next)?;
        if next.is_empty() && listed > run.after {
            stored::save_progress(conn, id, (run.round, listed), Figures::default())?;
            return Ok(StepResult::Taken { done: 0, failed: 0 });
        }
    }
    if let Some(last) = next.last() {
        let all = (next.as_slice(), Some(*last));
        return work(conn, app, kind, &run, all, place, now);
    }
    if kind.rounds == Rounds::Two && run.round == 1 {
        stored::save_progress(conn, id, (2, None), Figures::default())?;
        return Ok(StepResult::Taken { done: 0, failed: 0 });
    }
    if stored::has_failed_since(conn, id, kind.given_up.map(|time| now - time))? {
        if kind.rounds == Rounds::WhileListed {
            let anew = Figures {
                seen: run.done + run.failed - run.seen,
                ..Figures::default()
            };
            stored::save_progress(conn, id, (run.round, None), anew)?;
        }
        return Ok(StepResult::Halt);
    }
    finish(conn, kind, &run, RunEnd::Done, now)
}

/// Does the work for these customers, or notes the one it fails for; afterwards all customers up to
/// `after` have been looked at.
fn work(
    conn: &mut PgConnection,
    app: &App,
    kind: &Kind,
    run: &BulkRun,
    (customers, after): (&[CustomerNumber], Option<CustomerNumber>),
    place: &mut RunMemory,
    now: DateTime<Utc>,
) -> Result<StepResult, ActionError> {
    // Another process has locked the case. It cannot even be noted before that lock is released,
    // and a step never waits while the run is locked: the next pass begins with this customer.
    if let [customer] = customers
        && kind.claims
        && !claim(conn, *customer)?
    {
        if kind.rounds == Rounds::WhileListed {
            // It is listed again later.
            stored::save_progress(conn, run.id, (run.round, after), Figures::default())?;
            return Ok(StepResult::Taken { done: 0, failed: 0 });
        }
        return Ok(StepResult::Halt);
    }
    let worked_ms = i64::try_from(place.worked.as_millis()).unwrap_or_default();
    let attempt =
        |conn: &mut PgConnection| try_all(conn, app, kind, run, (customers, after), worked_ms, now);
    let error = match stored::attempt(conn, attempt) {
        Ok(done) => {
            place.worked -= Duration::from_millis(worked_ms.unsigned_abs());
            return Ok(StepResult::Taken { done, failed: 0 });
        }
        // Nothing can be done before the clock is right; the job `clock` raises the alert.
        Err(error @ ActionError::Clock(_)) => return Err(error),
        Err(ActionError::Database(error)) if error.is_outage() => return Err(error.into()),
        Err(error) => error,
    };
    if let [customer] = customers {
        let job = kind.kind.key();
        tracing::error!(%customer, run = run.id.0, job, %error, "a customer of a run failed");
        let is_first = stored::save_failure(conn, run.id, *customer, now)?;
        let more = Figures {
            seen: i64::from(is_first),
            failed: i64::from(is_first),
            ..Figures::default()
        };
        stored::save_progress(conn, run.id, (run.round, after), more)?;
        return Ok(StepResult::Taken { done: 0, failed: 1 });
    }
    // One of them is the cause, so each is tried separately.
    let mut sum = (0, 0);
    for customer in customers {
        match work(
            conn,
            app,
            kind,
            run,
            (&[*customer], Some(*customer)),
            place,
            now,
        )? {
            StepResult::Taken { done, failed } => sum = (sum.0 + done, sum.1 + failed),
            StepResult::Over | StepResult::Halt => break,
        }
    }
    let (done, failed) = sum;
    Ok(StepResult::Taken { done, failed })
}

/// Writes the progress the run will have, and does the work.
fn try_all(
    conn: &mut PgConnection,
    app: &App,
    kind: &Kind,
    run: &BulkRun,
    (customers, after): (&[CustomerNumber], Option<CustomerNumber>),
    worked_ms: i64,
    now: DateTime<Utc>,
) -> Result<usize, ActionError> {
    let count = i64::try_from(customers.len()).unwrap_or(i64::MAX);
    // Written before the work, so that the audit event comes last; usually the work has something
    // to do.
    let had_failed = stored::delete_failures(conn, run.id, customers)?;
    let more = Figures {
        seen: count - had_failed,
        done: count,
        failed: -had_failed,
        worked_ms,
    };
    stored::save_progress(conn, run.id, (run.round, after), more)?;
    let done = match kind.act {
        Act::Batch(_, act) => act(conn, app, run, customers, now)?,
        Act::Each(act) => {
            let mut done = 0;
            for customer in customers {
                done += i64::from(act(conn, app, run, *customer, now)?);
            }
            done
        }
    };
    if done != count {
        let less = Figures {
            done: done - count,
            ..Figures::default()
        };
        stored::save_progress(conn, run.id, (run.round, after), less)?;
    }
    Ok(usize::try_from(done).unwrap_or_default())
}

fn finish(
    conn: &mut PgConnection,
    kind: &Kind,
    run: &BulkRun,
    end: RunEnd,
    now: DateTime<Utc>,
) -> Result<StepResult, ActionError> {
    if kind.rounds == Rounds::WhileListed && run.done + run.failed == 0 {
        stored::delete_run(conn, run.id)?;
        return Ok(StepResult::Over);
    }
    stored::save_end(conn, run.id, end, now)?;
    (kind.note)(conn, Actor::Portal, run, RunEvent::Ended(end), now)?;
    Ok(StepResult::Over)
}
