//! Telling other systems what happened: alerts into the log, and the log to their endpoints.

use std::collections::HashSet;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::{Done, Pass};
use crate::actions::webhooks::push;
use crate::actions::{ActionError, alerts};
use crate::domain::WebhookId;
use crate::storage::db::DbError;

/// How often is looked, while endpoints are being served, whether others have something to do.
const LOOK: Duration = Duration::from_secs(1);
/// How often a pass that goes on says that it lives.
const SIGN: Duration = Duration::from_secs(60);

/// Writes into the log which alerts were raised and closed.
pub(super) fn tell_alerts(pass: &Pass) -> Result<Done, DbError> {
    let mut done = Done::default();
    while !pass.stop.is_set() {
        let now = pass.now();
        let told = pass
            .app
            .db
            .transaction_blocking(|conn| alerts::tell(conn, now));
        match told {
            Ok(0) => break,
            Ok(told) => done.good += told,
            Err(ActionError::Database(error)) => return Err(error),
            Err(error) => {
                tracing::error!(%error, "alerts cannot be told");
                return Err(DbError::Interrupted);
            }
        }
    }
    Ok(done)
}

/// Pushes events. Every endpoint that has something to do is served by a thread of its own, and while
/// some are, others are looked for: one that does not answer keeps nobody waiting. There are few
/// endpoints, so there are few threads.
///
/// That an endpoint does not take an event is no failure of this work; it waits longer each time.
pub(super) fn push(pass: &Pass) -> Result<Done, DbError> {
    let (tell, told) = mpsc::channel();
    let (mut running, mut done) = (HashSet::new(), Done::default());
    let mut fault = None;
    let mut said = Instant::now();
    std::thread::scope(|scope| {
        loop {
            if !pass.stop.is_set() && fault.is_none() {
                match due(pass) {
                    Ok(ids) => {
                        for id in ids {
                            if running.insert(id) {
                                let tell = tell.clone();
                                scope.spawn(move || {
                                    let served = serve(pass, id);
                                    // The loop ends only after it was told.
                                    tell.send((id, served)).ok();
                                });
                            }
                        }
                    }
                    Err(error) => fault = Some(error),
                }
            }
            if running.is_empty() {
                break;
            }
            match told.recv_timeout(LOOK) {
                Ok((id, served)) => {
                    running.remove(&id);
                    match served {
                        Ok(pushed) => done.good += pushed.arrived,
                        Err(error) => fault = Some(error),
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if said.elapsed() > SIGN {
                said = Instant::now();
                let (metrics, now) = (&pass.app.metrics, pass.app.clock.now());
                metrics.passed(super::WEBHOOKS, 0, now);
            }
        }
    });
    fault.map_or(Ok(done), Err)
}

fn serve(pass: &Pass, id: WebhookId) -> Result<push::Pushed, DbError> {
    push::serve(&pass.app, id, || pass.now(), || pass.stop.is_set())
}

fn due(pass: &Pass) -> Result<Vec<WebhookId>, DbError> {
    let now = pass.now();
    let due = pass.app.db.read_blocking(|conn| push::due(conn, now));
    due.map_err(|error| match error {
        ActionError::Database(error) => error,
        error => {
            tracing::error!(%error, "endpoints cannot be listed");
            DbError::Interrupted
        }
    })
}
