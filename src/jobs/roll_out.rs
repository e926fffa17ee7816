//! Rolling out contract versions: telling or asking one customer after the other (rows 35, 36).

use super::rows::BATCH;
use super::{Done, Pass};
use crate::actions::ActionError;
use crate::actions::roll_outs::{
    Step, finish, list_again, put_aside, room, stage_of, supersede, take_step,
};
use crate::domain::calendar::in_send_window;
use crate::domain::roll_out::Stage;
use crate::domain::{CustomerNumber, RollOutId};
use crate::storage::db::{Conn, DbError};
use crate::storage::roll_outs::{find_roll_out, list_open, list_targets};

/// Every roll-out that is not over. A batch of customers is all that is ever in memory.
pub fn roll_out(pass: &Pass) -> Result<Done, DbError> {
    let mut done = Done::default();
    if !in_send_window(pass.now()) {
        return Ok(done);
    }
    let open = pass
        .app
        .db
        .read_blocking(|conn| Ok::<_, DbError>(list_open(conn)?))?;
    for one in open {
        let id = one.id;
        if told(write(pass, |conn| supersede(conn, id, pass.now())))? == Some(true) {
            continue;
        }
        // Of those that are planned or paused nobody need be looked up.
        if stage_of(&one, pass.now()) != Stage::Running {
            continue;
        }
        if reach_all(pass, id, &mut done)? && retry(pass, id, &mut done)? {
            told(write(pass, |conn| finish(conn, id, pass.now())))?;
        }
    }
    Ok(done)
}

/// Reaches those who were never looked at; `false` if the roll-out has to wait.
fn reach_all(pass: &Pass, id: RollOutId, done: &mut Done) -> Result<bool, DbError> {
    loop {
        let batch = pass.app.db.read_blocking(|conn| {
            Ok::<_, DbError>(match find_roll_out(conn, id)? {
                Some(one) => list_targets(conn, &one.version, &one.scope, one.after, BATCH)?,
                None => Vec::new(),
            })
        })?;
        if batch.is_empty() {
            return Ok(true);
        }
        if !reach_batch(pass, id, &batch, done)? {
            return Ok(false);
        }
    }
}

/// Tries those again, once, who could not be written before; `false` if the roll-out has to wait.
fn retry(pass: &Pass, id: RollOutId, done: &mut Done) -> Result<bool, DbError> {
    let mut after = 0;
    loop {
        let again = |conn: &mut Conn| list_again(conn, id, after, BATCH, pass.now());
        let Some(batch) = told(pass.app.db.read_blocking(again))? else {
            return Ok(false);
        };
        let Some(last) = batch.last() else {
            return Ok(true);
        };
        after = last.0;
        if !reach_batch(pass, id, &batch, done)? {
            return Ok(false);
        }
    }
}

/// As many of a batch as the outbox has room for; `false` if the roll-out has to wait.
fn reach_batch(
    pass: &Pass,
    id: RollOutId,
    batch: &[CustomerNumber],
    done: &mut Done,
) -> Result<bool, DbError> {
    let free = told(pass.app.db.read_blocking(room))?.unwrap_or_default();
    let free = usize::try_from(free).unwrap_or_default();
    for customer in batch.iter().take(free) {
        if !reach(pass, id, *customer, done)? {
            return Ok(false);
        }
    }
    Ok(batch.len() <= free)
}

/// One customer in a transaction of its own; `false` if the roll-out has to wait.
fn reach(
    pass: &Pass,
    id: RollOutId,
    customer: CustomerNumber,
    done: &mut Done,
) -> Result<bool, DbError> {
    if pass.stop.is_set() {
        return Ok(false);
    }
    match write(pass, |conn| {
        take_step(conn, &pass.app, id, customer, pass.now())
    }) {
        Ok(Step::Taken) => done.good += 1,
        Ok(Step::Gone) => {}
        Ok(Step::Halt) => return Ok(false),
        Err(ActionError::Database(error)) if error.is_outage() => return Err(error),
        Err(error) => {
            tracing::error!(customer = customer.0, %error, "a customer of a roll-out failed");
            done.failed += 1;
            let aside = write(pass, |conn| put_aside(conn, id, customer, pass.now()));
            return Ok(told(aside)?.is_some());
        }
    }
    Ok(true)
}

fn write<T>(
    pass: &Pass,
    act: impl Fn(&mut Conn) -> Result<T, ActionError>,
) -> Result<T, ActionError> {
    pass.app.db.transaction_blocking(act)
}

/// What could not be written is logged and left to the next pass; only an outage ends this one.
fn told<T>(result: Result<T, ActionError>) -> Result<Option<T>, DbError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(ActionError::Database(error)) if error.is_outage() => Err(error),
        Err(error) => {
            tracing::error!(%error, "a roll-out could not be written");
            Ok(None)
        }
    }
}
