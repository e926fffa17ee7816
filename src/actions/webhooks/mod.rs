//! Endpoints that events are pushed to: administrators add, rotate, pause, resume and delete them, and
//! send something by hand. [`push`] is the work of the scheduler.

pub mod push;

use chrono::{DateTime, Utc};
use url::Url;
use uuid::Uuid;

use super::alerts::AlertKind;
use super::case_command::actor;
use super::{ActionError, Actor, require};
use crate::app::App;
use crate::cipher::{self, Purpose};
use crate::config::Keys;
use crate::domain::audit::AuditKind;
use crate::domain::case::Refusal;
use crate::domain::feed::{EventType, FeedEvent};
use crate::domain::viewer::{Duty, Viewer};
use crate::domain::webhook::{
    DeliveryOutcome, MOST_ENDPOINTS, PauseReason, ROTATION, SECRET_BYTES, WebhookAuditEvent,
    WebhookSecret, signature,
};
use crate::domain::{DeliveryId, WebhookId};
use crate::storage::PgConnection;
use crate::storage::alerts::settle_subject;
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::feed::{find_position, newest_position};
use crate::storage::webhooks::{self as stored, Cause, Endpoint, NewDelivery, NewEndpoint};
use crate::webhook_client::{Message, Reply};

/// Type of a test event, which stands in no list because nothing happened.
pub const TEST: &str = "webhook.test";

/// Adds an endpoint, which gets what happens from now on. Returns its key and its secret, which is
/// shown once; `None` if there are too many already.
pub fn add(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    (url, types): (&Url, &[EventType]),
    now: DateTime<Utc>,
) -> Result<Option<(WebhookId, WebhookSecret)>, ActionError> {
    require(viewer, Duty::Administration)?;
    if stored::list_endpoints(conn)?.len() >= MOST_ENDPOINTS {
        return Ok(None);
    }
    let (id, secret) = (WebhookId(Uuid::new_v4()), new_secret()?);
    let new = NewEndpoint {
        id,
        url: url.as_str().to_owned(),
        types: types.to_vec(),
        secret: close(&app.config.keys, id, &secret)?,
        by: viewer.user,
        position: newest_position(conn)?,
    };
    stored::create_endpoint(conn, &new, now)?;
    note(
        conn,
        actor(viewer),
        id,
        url.as_str(),
        WebhookAuditEvent::Added,
        now,
    )?;
    Ok(Some((id, secret)))
}

/// Gives an endpoint another secret, which is shown once; the one before is good for a day. `seen` is
/// the stamp of the endpoint that was shown, so that a second click does not rotate twice.
pub fn rotate(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    (id, seen): (WebhookId, &str),
    now: DateTime<Utc>,
) -> Result<WebhookSecret, ActionError> {
    let endpoint = lock(conn, viewer, id)?;
    if stamp(&endpoint) != seen {
        return Err(ActionError::Changed);
    }
    let secret = new_secret()?;
    let closed = close(&app.config.keys, id, &secret)?;
    stored::rotate(conn, &endpoint, &closed, now + ROTATION)?;
    note(
        conn,
        actor(viewer),
        id,
        &endpoint.url,
        WebhookAuditEvent::Rotated,
        now,
    )?;
    Ok(secret)
}

/// A stamp of what a page shows of an endpoint and forms about it change (B1).
pub fn stamp(endpoint: &Endpoint) -> String {
    let shown = (&endpoint.secret, endpoint.paused);
    let mut hash = super::documents::sha256(format!("{shown:?}").as_bytes());
    hash.truncate(32);
    hash
}

/// Pauses an endpoint. What happens meanwhile it gets later.
pub fn pause(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: WebhookId,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let endpoint = lock(conn, viewer, id)?;
    if endpoint.paused.is_some() {
        return Err(Refusal::Unchanged.into());
    }
    let reason = PauseReason::ByHand;
    stored::pause(conn, id, reason, Some(viewer.user), now)?;
    let event = WebhookAuditEvent::Paused { reason };
    note(conn, actor(viewer), id, &endpoint.url, event, now)
}

/// Lets an endpoint go on, which closes the alert about it.
pub fn resume(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: WebhookId,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let endpoint = lock(conn, viewer, id)?;
    if endpoint.paused.is_none() {
        return Err(Refusal::Unchanged.into());
    }
    stored::resume(conn, id)?;
    settle_subject(conn, AlertKind::WebhookPaused, &id.to_string(), now)?;
    note(
        conn,
        actor(viewer),
        id,
        &endpoint.url,
        WebhookAuditEvent::Resumed,
        now,
    )
}

/// Deletes an endpoint with the list of its deliveries.
pub fn delete(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: WebhookId,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let endpoint = lock(conn, viewer, id)?;
    stored::delete_endpoint(conn, id)?;
    settle_subject(conn, AlertKind::WebhookPaused, &id.to_string(), now)?;
    note(
        conn,
        actor(viewer),
        id,
        &endpoint.url,
        WebhookAuditEvent::Deleted,
        now,
    )
}

/// Something an administrator sends by hand, which changes nothing of the order of the others.
#[derive(Debug, Clone)]
pub struct ByHand {
    endpoint: WebhookId,
    cause: Cause,
    event_type: String,
    /// Where it goes.
    pub url: String,
    /// What is sent.
    pub message: Message,
}

/// Begins to send a test event.
pub fn begin_test(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    id: WebhookId,
    now: DateTime<Utc>,
) -> Result<ByHand, ActionError> {
    let endpoint = lock(conn, viewer, id)?;
    let message_id = format!("avv_test_{}", Uuid::new_v4().simple());
    let body = serde_json::json!({ "id": message_id, "type": TEST, "at": now });
    let message = sign(app, &endpoint, message_id, body.to_string(), now)?;
    note(
        conn,
        actor(viewer),
        id,
        &endpoint.url,
        WebhookAuditEvent::Tested,
        now,
    )?;
    Ok(ByHand {
        endpoint: id,
        cause: Cause::Test,
        event_type: TEST.to_owned(),
        url: endpoint.url,
        message,
    })
}

/// Begins to send the event of a delivery once more, with the same id.
pub fn begin_again(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    (id, delivery): (WebhookId, DeliveryId),
    now: DateTime<Utc>,
) -> Result<ByHand, ActionError> {
    let endpoint = lock(conn, viewer, id)?;
    let found = stored::find_delivery(conn, id, delivery)?.ok_or(ActionError::NotFound)?;
    let (Cause::Feed(place) | Cause::Again(place)) = found.cause else {
        return Err(ActionError::NotFound);
    };
    let events = find_position(conn, place.position)?;
    let event = events
        .into_iter()
        .find(|event| event.id == place)
        .ok_or(ActionError::NotFound)?;
    let message = message_of(app, &endpoint, &event, now)?;
    note(
        conn,
        actor(viewer),
        id,
        &endpoint.url,
        WebhookAuditEvent::SentAgain,
        now,
    )?;
    Ok(ByHand {
        endpoint: id,
        cause: Cause::Again(place),
        event_type: event.kind.key().to_owned(),
        url: endpoint.url,
        message,
    })
}

/// Notes what came of it.
pub fn end_by_hand(
    conn: &mut PgConnection,
    sent: &ByHand,
    reply: &Reply,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    if stored::find_endpoint(conn, sent.endpoint)?.is_none() {
        return Err(ActionError::NotFound);
    }
    Ok(stored::add_delivery(
        conn,
        &delivery(sent.endpoint, sent.cause, &sent.event_type, reply, now),
    )?)
}

fn delivery(
    endpoint: WebhookId,
    cause: Cause,
    event_type: &str,
    reply: &Reply,
    at: DateTime<Utc>,
) -> NewDelivery {
    NewDelivery {
        endpoint,
        cause,
        event_type: event_type.to_owned(),
        at,
        milliseconds: reply.milliseconds,
        outcome: reply.outcome,
        answer: reply.answer.clone(),
    }
}

/// Encrypts anew what is still encrypted with the key before (S-86).
pub fn encrypt_anew(conn: &mut PgConnection, app: &App) -> Result<(), ActionError> {
    let keys = &app.config.keys;
    for one in stored::list_endpoints(conn)? {
        let Some(endpoint) = stored::lock_endpoint(conn, one.id)? else {
            continue;
        };
        let again = |text: &str| -> Result<Option<String>, ActionError> {
            match cipher::open(keys, Purpose::Webhook, endpoint.id, text) {
                Some(old) if old.is_old => Ok(Some(cipher::close(
                    keys,
                    Purpose::Webhook,
                    endpoint.id,
                    &old.bytes,
                )?)),
                _ => Ok(None),
            }
        };
        let secret = again(&endpoint.secret)?;
        let former = match &endpoint.former {
            Some((text, until)) => again(text)?.map(|text| (text, *until)),
            None => None,
        };
        if secret.is_some() || former.is_some() {
            let secret = secret.unwrap_or_else(|| endpoint.secret.clone());
            let former = former.or_else(|| endpoint.former.clone());
            stored::save_secrets(conn, endpoint.id, &secret, former)?;
        }
    }
    Ok(())
}

fn new_secret() -> Result<WebhookSecret, ActionError> {
    Ok(WebhookSecret::new(cipher::random::<SECRET_BYTES>()?))
}

fn close(keys: &Keys, id: WebhookId, secret: &WebhookSecret) -> Result<String, ActionError> {
    Ok(cipher::close(keys, Purpose::Webhook, id, secret.bytes())?)
}

/// The secrets an endpoint is signed with at `now`, the current one first; `None` if that cannot be
/// read.
fn secrets(app: &App, endpoint: &Endpoint, now: DateTime<Utc>) -> Option<Vec<WebhookSecret>> {
    let open = |text: &str| {
        let opened = cipher::open(&app.config.keys, Purpose::Webhook, endpoint.id, text)?;
        let bytes = opened.bytes.as_slice().try_into().ok()?;
        Some(WebhookSecret::new(bytes))
    };
    let former = endpoint.former.as_ref().filter(|(_, until)| now < *until);
    let mut all = vec![open(&endpoint.secret)?];
    all.extend(former.and_then(|(text, _)| open(text)));
    Some(all)
}

fn message_of(
    app: &App,
    endpoint: &Endpoint,
    event: &FeedEvent,
    now: DateTime<Utc>,
) -> Result<Message, ActionError> {
    let body =
        serde_json::to_string(event).map_err(|error| ActionError::Document(error.to_string()))?;
    sign(app, endpoint, event.id.to_string(), body, now)
}

fn sign(
    app: &App,
    endpoint: &Endpoint,
    id: String,
    body: String,
    now: DateTime<Utc>,
) -> Result<Message, ActionError> {
    let secrets = secrets(app, endpoint, now).ok_or(cipher::Unencrypted)?;
    Ok(signed(&secrets, id, body, now))
}

fn signed(secrets: &[WebhookSecret], id: String, body: String, now: DateTime<Utc>) -> Message {
    Message {
        signature: signature(secrets, &id, now, &body),
        timestamp: now.timestamp(),
        id,
        body,
    }
}

fn lock(conn: &mut PgConnection, viewer: &Viewer, id: WebhookId) -> Result<Endpoint, ActionError> {
    require(viewer, Duty::Administration)?;
    stored::lock_endpoint(conn, id)?.ok_or(ActionError::NotFound)
}

fn note(
    conn: &mut PgConnection,
    actor: Actor,
    id: WebhookId,
    url: &str,
    event: WebhookAuditEvent,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    // The rest of the address may hold what only the other system should know.
    let host = Url::parse(url)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_default();
    let event = NewEvent {
        kind: AuditKind::Webhook { id, host, event },
        actor,
        customer: None,
        status: None,
    };
    Ok(add_event(conn, &event, now)?)
}

/// Whether something that was sent by hand arrived.
pub fn arrived(reply: &Reply) -> bool {
    DeliveryOutcome::is_good(reply.outcome)
}
