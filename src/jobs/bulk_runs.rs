//! The loop over all runs of work over many customers.

use std::time::Instant;

use super::{Done, Pass};
use crate::actions::ActionError;
use crate::actions::bulk_runs::{Kind, RunMemory, StepResult, list_open, take_step};
use crate::domain::BulkRunId;
use crate::storage::db::DbError;

/// Continues every run of a kind, oldest first, until each has ended or has to wait. Every step is
/// a transaction of its own, so a killed process leaves a run where it was. Only a database that is
/// unavailable ends the pass early; any other failure is logged and left for the next pass.
pub fn work(pass: &Pass, kind: &Kind) -> Result<Done, DbError> {
    let mut done = Done::default();
    let now = pass.now();
    let open = match pass
        .app
        .db
        .transaction_blocking(|conn| list_open(conn, kind, now))
    {
        Ok(open) => open,
        Err(ActionError::Database(error)) => return Err(error),
        Err(error) => {
            tracing::error!(job = kind.kind.key(), %error, "runs could not be begun");
            return Err(DbError::Interrupted);
        }
    };
    for run in open {
        go_on(pass, kind, run, &mut done)?;
    }
    Ok(done)
}

fn go_on(pass: &Pass, kind: &Kind, run: BulkRunId, sum: &mut Done) -> Result<(), DbError> {
    let (app, mut place) = (&pass.app, RunMemory::default());
    while !pass.stop.is_set() {
        let (began, now) = (Instant::now(), pass.now());
        let step = app
            .db
            .transaction_blocking(|conn| take_step(conn, app, kind, run, &mut place, now));
        place.worked += began.elapsed();
        match step {
            Ok(StepResult::Taken { done, failed }) => {
                sum.good += done;
                sum.failed += failed;
            }
            Ok(StepResult::Over | StepResult::Halt) => break,
            Err(ActionError::Database(error)) if error.is_outage() => return Err(error),
            Err(error) => {
                tracing::error!(run = run.0, job = kind.kind.key(), %error, "a run could not go on");
                sum.failed += 1;
                break;
            }
        }
    }
    Ok(())
}
