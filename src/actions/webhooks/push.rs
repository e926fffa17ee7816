//! Pushing events: one worker takes an endpoint for a few seconds at a time, sends it what comes next,
//! one event after the other, and notes after each how far it has come. A worker that dies leaves a claim
//! that runs out; what it had sent and not noted is sent again, with the same id. So every event arrives
//! at least once and in order, and no connection to the database is held while an endpoint is waited for.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use url::Url;
use uuid::Uuid;

use super::{delivery, note, secrets, signed};
use crate::actions::alerts::{self, AlertKind, Raised};
use crate::actions::{ActionError, Actor};
use crate::app::App;
use crate::domain::WebhookId;
use crate::domain::feed::FeedEvent;
use crate::domain::webhook::{
    DeliveryFault, DeliveryOutcome, Then, WebhookAuditEvent, WebhookSecret, after_failure,
};
use crate::storage::PgConnection;
use crate::storage::db::DbError;
use crate::storage::feed::{feed_after, newest_position};
use crate::storage::webhooks::{self as stored, Cause, Endpoint};
use crate::webhook_client::{Connection, PATIENCE, Reply};

/// Events read at a time.
const BATCH: usize = 100;
/// How long a claim lasts: a little longer than one event can take.
const CLAIM: TimeDelta = TimeDelta::seconds(PATIENCE.as_secs() as i64 + 6);
/// After this time a worker reads the endpoint anew, as its types and secrets may have changed.
const TURN: Duration = Duration::from_secs(60);

/// Endpoints that have something to do at `now` and that nobody works on.
pub fn due(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<Vec<WebhookId>, ActionError> {
    let newest = newest_position(conn)?;
    Ok(stored::list_due(conn, newest, now)?)
}

/// What a worker has to send to an endpoint it has taken.
struct Turn {
    endpoint: Endpoint,
    claim: Uuid,
    events: Vec<FeedEvent>,
    /// Everything up to here is among the events, or not for this endpoint.
    next: i64,
}

/// What came of a turn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pushed {
    /// Events that arrived.
    pub arrived: usize,
    /// Whether one did not.
    pub failed: bool,
}

/// Takes an endpoint and sends it what it waits for, until nothing is left, one event does not arrive, a
/// minute is over or `stop` says so. Blocks while the endpoint answers.
///
/// # Errors
/// If the database does not answer. What was not noted is sent again.
pub fn serve(
    app: &App,
    id: WebhookId,
    now: impl Fn() -> DateTime<Utc>,
    stop: impl Fn() -> bool,
) -> Result<Pushed, DbError> {
    let (began, mut done) = (Instant::now(), Pushed::default());
    let mut line = None;
    while began.elapsed() < TURN && !stop() {
        let claim = Uuid::new_v4();
        let taken = app
            .db
            .transaction_blocking(|conn| take(conn, id, claim, now()));
        let Some(turn) = database(taken)? else {
            return Ok(done);
        };
        if turn.events.is_empty() {
            // Nothing of this is for the endpoint.
            let is_done = turn.endpoint.position == turn.next;
            let place = (turn.next, kept_number(&turn));
            let left = app.db.transaction_blocking(|conn| {
                Ok::<_, ActionError>(stored::advance(conn, (id, claim), place, None, None)?)
            });
            database(left)?;
            if is_done {
                return Ok(done);
            }
            continue;
        }
        if !send_all(app, &turn, &mut line, &now, &stop, &mut done)? {
            return Ok(done);
        }
    }
    Ok(done)
}

/// Where the page ends before the next position, the number of events sent of that one stays.
fn kept_number(turn: &Turn) -> i32 {
    if turn.next == turn.endpoint.position {
        turn.endpoint.number
    } else {
        0
    }
}

fn take(
    conn: &mut PgConnection,
    id: WebhookId,
    claim: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<Turn>, ActionError> {
    let Some(endpoint) = stored::claim_endpoint(conn, id, claim, (now, now + CLAIM))? else {
        return Ok(None);
    };
    let page = feed_after(conn, endpoint.position, BATCH)?;
    let mut events = page.events;
    // Of a position with several events, the first may have arrived already.
    if let Some(first) = events.first().map(|event| event.position) {
        events.retain(|event| event.position != first || event.id.number > endpoint.number);
    }
    if !endpoint.types.is_empty() {
        events.retain(|event| endpoint.types.contains(&event.kind));
    }
    Ok(Some(Turn {
        endpoint,
        claim,
        events,
        next: page.next,
    }))
}

/// Sends the events one after the other. True if all arrived and the endpoint may be taken again.
fn send_all(
    app: &App,
    turn: &Turn,
    line: &mut Option<Connection>,
    now: &impl Fn() -> DateTime<Utc>,
    stop: &impl Fn() -> bool,
    done: &mut Pushed,
) -> Result<bool, DbError> {
    let (id, claim) = (turn.endpoint.id, turn.claim);
    let secrets = secrets(app, &turn.endpoint, now());
    for (place, event) in turn.events.iter().enumerate() {
        let at = now();
        let reply = send(app, turn, event, secrets.as_deref(), line, at);
        if !reply.outcome.is_good() {
            done.failed = true;
            *line = None;
            let noted = app
                .db
                .transaction_blocking(|conn| failed(conn, turn, event, &reply, now()));
            database(noted)?;
            return Ok(false);
        }
        done.arrived += 1;
        let following = turn.events.get(place + 1);
        let to = match following {
            // Another event of the same position is still to come.
            Some(next) if next.position == event.position => (event.position - 1, event.id.number),
            Some(_) => (event.position, 0),
            None => (turn.next, 0),
        };
        let goes_on = following.is_some() && !stop();
        let noted = app.db.transaction_blocking(|conn| {
            let noted_at = now();
            let until = goes_on.then(|| noted_at + CLAIM);
            let is_ours = stored::advance(conn, (id, claim), to, Some(noted_at), until)?;
            let cause = Cause::Feed(event.id);
            if stored::find_endpoint(conn, id)?.is_some() {
                stored::add_delivery(conn, &delivery(id, cause, event.kind.key(), &reply, at))?;
            }
            if !is_ours {
                stored::give_back(conn, id, claim)?;
            }
            Ok::<_, ActionError>(is_ours)
        });
        let is_ours = database(noted)?;
        if !is_ours || (following.is_some() && !goes_on) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn send(
    app: &App,
    turn: &Turn,
    event: &FeedEvent,
    secrets: Option<&[WebhookSecret]>,
    line: &mut Option<Connection>,
    now: DateTime<Utc>,
) -> Reply {
    let fault = |fault| Reply {
        outcome: DeliveryOutcome::Failed(fault),
        answer: String::new(),
        milliseconds: 0,
    };
    let (Some(secrets), Ok(body)) = (secrets, serde_json::to_string(event)) else {
        return fault(DeliveryFault::Unsigned);
    };
    if line.is_none() {
        let opened = match Url::parse(&turn.endpoint.url) {
            Ok(url) => Connection::open(&app.config, &url),
            Err(_) => Err(DeliveryFault::Unresolved),
        };
        match opened {
            Ok(open) => *line = Some(open),
            Err(why) => return fault(why),
        }
    }
    match line {
        Some(line) => line.send(signed(secrets, event.id.to_string(), body, now)),
        None => fault(DeliveryFault::Unreachable),
    }
}

/// Notes that an event did not arrive, and when it is tried again; or pauses the endpoint, with an
/// alert.
fn failed(
    conn: &mut PgConnection,
    turn: &Turn,
    event: &FeedEvent,
    reply: &Reply,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let id = turn.endpoint.id;
    let Some(endpoint) = stored::lock_claimed(conn, id, turn.claim)? else {
        // Another worker has it.
        return Ok(());
    };
    let tried = delivery(id, Cause::Feed(event.id), event.kind.key(), reply, now);
    stored::add_delivery(conn, &tried)?;
    let failures = endpoint.failures.saturating_add(1);
    let since = endpoint.failing_since.unwrap_or(now);
    match after_failure(reply.outcome, failures, since, now) {
        Then::Again(next) => {
            stored::save_failure(conn, id, (failures, since), Some(next))?;
            tracing::warn!(endpoint = %id, failures, "an event did not arrive, trying again");
        }
        Then::Pause(_) if endpoint.paused.is_some() => {
            stored::save_failure(conn, id, (failures, since), None)?;
        }
        Then::Pause(reason) => {
            stored::save_failure(conn, id, (failures, since), None)?;
            stored::pause(conn, id, reason, None, now)?;
            let alert = Raised {
                kind: AlertKind::WebhookPaused,
                customer: None,
                subject: id.to_string(),
                stage: None,
            };
            alerts::raise(conn, &alert, now)?;
            tracing::warn!(endpoint = %id, ?reason, "an endpoint is paused");
            let event = WebhookAuditEvent::Paused { reason };
            note(conn, Actor::Portal, id, &endpoint.url, event, now)?;
        }
    }
    Ok(())
}

/// The result of work in the database; what is no fault of the database is one of the program.
fn database<T>(result: Result<T, ActionError>) -> Result<T, DbError> {
    match result {
        Ok(done) => Ok(done),
        Err(ActionError::Database(error)) => Err(error),
        Err(error) => {
            tracing::error!(%error, "an endpoint cannot be served");
            Err(DbError::Interrupted)
        }
    }
}
