//! Endpoints that events are pushed to, how far each has come, and what came of each delivery.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use crate::domain::feed::{EventId, EventType};
use crate::domain::webhook::{DeliveryFault, DeliveryOutcome, PauseReason};
use crate::domain::{DeliveryId, UserId, WebhookId};
use crate::storage::schema::{users, webhook_deliveries, webhook_endpoints};
use crate::storage::{QueryResult, text};

/// At most this many deliveries are deleted in one statement.
const FORGOTTEN: i64 = 10_000;

/// An endpoint to be added. It gets what happens from now on.
#[derive(Debug, Clone)]
pub struct NewEndpoint {
    /// Its key.
    pub id: WebhookId,
    /// Where events are sent.
    pub url: String,
    /// Types it gets; empty: all.
    pub types: Vec<EventType>,
    /// Its secret, encrypted.
    pub secret: String,
    /// Who added it.
    pub by: UserId,
    /// Everything up to here it does not get.
    pub position: i64,
}

/// An endpoint as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Its key.
    pub id: WebhookId,
    /// Where events are sent.
    pub url: String,
    /// Types it gets; empty: all.
    pub types: Vec<EventType>,
    /// Its secret, encrypted.
    pub secret: String,
    /// The secret before, encrypted, and until when it is used.
    pub former: Option<(String, DateTime<Utc>)>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// By whom.
    pub created_by: UserId,
    /// Everything up to here was delivered.
    pub position: i64,
    /// How many of the events of the next position were.
    pub number: i32,
    /// Failures in a row.
    pub failures: i32,
    /// Since when it fails.
    pub failing_since: Option<DateTime<Utc>>,
    /// When it is tried again.
    pub next_try_at: Option<DateTime<Utc>>,
    /// When an event last arrived.
    pub delivered_at: Option<DateTime<Utc>>,
    /// Since when and why it is paused.
    pub paused: Option<(DateTime<Utc>, PauseReason)>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = webhook_endpoints)]
struct EndpointRow {
    id: Uuid,
    url: String,
    types: Vec<Option<String>>,
    secret: String,
    former_secret: Option<String>,
    former_until: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    created_by: i64,
    position: i64,
    number: i32,
    failures: i32,
    failing_since: Option<DateTime<Utc>>,
    next_try_at: Option<DateTime<Utc>>,
    delivered_at: Option<DateTime<Utc>>,
    paused_at: Option<DateTime<Utc>>,
    pause_reason: Option<String>,
}

fn endpoint(row: EndpointRow) -> QueryResult<Endpoint> {
    let types = row.types.iter().flatten();
    let reason = row.pause_reason.as_deref().and_then(PauseReason::from_key);
    Ok(Endpoint {
        id: WebhookId(row.id),
        url: row.url,
        types: types
            .map(|key| EventType::from_key(key).ok_or_else(|| text::unreadable("type of an event")))
            .collect::<QueryResult<_>>()?,
        secret: row.secret,
        former: row.former_secret.zip(row.former_until),
        created_at: row.created_at,
        created_by: UserId(row.created_by),
        position: row.position,
        number: row.number,
        failures: row.failures,
        failing_since: row.failing_since,
        next_try_at: row.next_try_at,
        delivered_at: row.delivered_at,
        paused: row.paused_at.zip(reason),
    })
}

/// Adds an endpoint.
pub fn create_endpoint(
    conn: &mut PgConnection,
    new: &NewEndpoint,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let types: Vec<&str> = new.types.iter().map(|one| one.key()).collect();
    diesel::insert_into(webhook_endpoints::table)
        .values((
            webhook_endpoints::id.eq(new.id.0),
            webhook_endpoints::url.eq(&new.url),
            webhook_endpoints::types.eq(types),
            webhook_endpoints::secret.eq(&new.secret),
            webhook_endpoints::created_at.eq(now),
            webhook_endpoints::created_by.eq(new.by.0),
            webhook_endpoints::position.eq(new.position),
        ))
        .execute(conn)
        .map(|_| ())
}

/// All endpoints, the oldest first; there are few.
pub fn list_endpoints(conn: &mut PgConnection) -> QueryResult<Vec<Endpoint>> {
    let rows: Vec<EndpointRow> = webhook_endpoints::table
        .order((webhook_endpoints::created_at, webhook_endpoints::id))
        .select(EndpointRow::as_select())
        .load(conn)?;
    rows.into_iter().map(endpoint).collect()
}

/// One endpoint.
pub fn find_endpoint(conn: &mut PgConnection, id: WebhookId) -> QueryResult<Option<Endpoint>> {
    let row: Option<EndpointRow> = webhook_endpoints::table
        .find(id.0)
        .select(EndpointRow::as_select())
        .first(conn)
        .optional()?;
    row.map(endpoint).transpose()
}

/// The same, locked until the transaction ends.
pub fn lock_endpoint(conn: &mut PgConnection, id: WebhookId) -> QueryResult<Option<Endpoint>> {
    let row: Option<EndpointRow> = webhook_endpoints::table
        .find(id.0)
        .select(EndpointRow::as_select())
        .for_update()
        .first(conn)
        .optional()?;
    row.map(endpoint).transpose()
}

/// Names of users by their keys.
pub fn name_of(conn: &mut PgConnection, user: UserId) -> QueryResult<Option<String>> {
    users::table
        .find(user.0)
        .select(users::name)
        .first(conn)
        .optional()
}

/// Keys of the endpoints that may have something to be delivered at `now`, and that nobody works on.
pub fn list_due(
    conn: &mut PgConnection,
    newest: i64,
    now: DateTime<Utc>,
) -> QueryResult<Vec<WebhookId>> {
    let ids: Vec<Uuid> = webhook_endpoints::table
        .filter(webhook_endpoints::paused_at.is_null())
        .filter(webhook_endpoints::position.lt(newest))
        .filter(
            webhook_endpoints::next_try_at
                .is_null()
                .or(webhook_endpoints::next_try_at.le(now)),
        )
        .filter(
            webhook_endpoints::claimed_until
                .is_null()
                .or(webhook_endpoints::claimed_until.lt(now)),
        )
        .order(webhook_endpoints::id)
        .select(webhook_endpoints::id)
        .load(conn)?;
    Ok(ids.into_iter().map(WebhookId).collect())
}

/// Takes a due endpoint for the worker `claim` until `until`; `None` if another one has it, or it is not
/// due any more.
pub fn claim_endpoint(
    conn: &mut PgConnection,
    id: WebhookId,
    claim: Uuid,
    (now, until): (DateTime<Utc>, DateTime<Utc>),
) -> QueryResult<Option<Endpoint>> {
    let taken = diesel::update(
        webhook_endpoints::table
            .find(id.0)
            .filter(webhook_endpoints::paused_at.is_null())
            .filter(
                webhook_endpoints::next_try_at
                    .is_null()
                    .or(webhook_endpoints::next_try_at.le(now)),
            )
            .filter(
                webhook_endpoints::claimed_until
                    .is_null()
                    .or(webhook_endpoints::claimed_until.lt(now)),
            ),
    )
    .set((
        webhook_endpoints::claim.eq(claim),
        webhook_endpoints::claimed_until.eq(until),
    ))
    .execute(conn)?;
    if taken == 0 {
        return Ok(None);
    }
    find_endpoint(conn, id)
}

/// Notes how far an endpoint has come, and that the worker goes on until `until`, or is done (`None`).
/// False if the endpoint is not this worker's any more, or is paused: then it must not go on.
pub fn advance(
    conn: &mut PgConnection,
    (id, claim): (WebhookId, Uuid),
    (position, number): (i64, i32),
    delivered_at: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
) -> QueryResult<bool> {
    // Only where the worker still has it: another one may have come further.
    let changed = diesel::sql_query(
        "UPDATE webhook_endpoints SET position = $3, number = $4, \
             failures = CASE WHEN $5 IS NULL THEN failures ELSE 0 END, \
             failing_since = CASE WHEN $5 IS NULL THEN failing_since END, \
             next_try_at = CASE WHEN $5 IS NULL THEN next_try_at END, \
             delivered_at = coalesce($5, delivered_at), \
             claim = CASE WHEN $6 IS NULL THEN NULL ELSE claim END, claimed_until = $6 \
         WHERE id = $1 AND claim = $2",
    )
    .bind::<SqlUuid, _>(id.0)
    .bind::<SqlUuid, _>(claim)
    .bind::<BigInt, _>(position)
    .bind::<diesel::sql_types::Integer, _>(number)
    .bind::<Nullable<Timestamptz>, _>(delivered_at)
    .bind::<Nullable<Timestamptz>, _>(until)
    .execute(conn)?;
    let is_paused: Option<Option<DateTime<Utc>>> = webhook_endpoints::table
        .find(id.0)
        .select(webhook_endpoints::paused_at)
        .first(conn)
        .optional()?;
    Ok(changed > 0 && is_paused == Some(None))
}

/// Gives an endpoint back without anything having come of it.
pub fn give_back(conn: &mut PgConnection, id: WebhookId, claim: Uuid) -> QueryResult<()> {
    let own = webhook_endpoints::table
        .find(id.0)
        .filter(webhook_endpoints::claim.eq(claim));
    diesel::update(own)
        .set((
            webhook_endpoints::claim.eq(None::<Uuid>),
            webhook_endpoints::claimed_until.eq(None::<DateTime<Utc>>),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Locks an endpoint if the worker still has it.
pub fn lock_claimed(
    conn: &mut PgConnection,
    id: WebhookId,
    claim: Uuid,
) -> QueryResult<Option<Endpoint>> {
    let row: Option<EndpointRow> = webhook_endpoints::table
        .find(id.0)
        .filter(webhook_endpoints::claim.eq(claim))
        .select(EndpointRow::as_select())
        .for_update()
        .first(conn)
        .optional()?;
    row.map(endpoint).transpose()
}

/// Notes a failure of a locked endpoint and gives it back; it is tried again at `next`.
pub fn save_failure(
    conn: &mut PgConnection,
    id: WebhookId,
    (failures, since): (i32, DateTime<Utc>),
    next: Option<DateTime<Utc>>,
) -> QueryResult<()> {
    diesel::update(webhook_endpoints::table.find(id.0))
        .set((
            webhook_endpoints::failures.eq(failures),
            webhook_endpoints::failing_since.eq(since),
            webhook_endpoints::next_try_at.eq(next),
            webhook_endpoints::claim.eq(None::<Uuid>),
            webhook_endpoints::claimed_until.eq(None::<DateTime<Utc>>),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Pauses a locked endpoint.
pub fn pause(
    conn: &mut PgConnection,
    id: WebhookId,
    reason: PauseReason,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(webhook_endpoints::table.find(id.0))
        .set((
            webhook_endpoints::paused_at.eq(now),
            webhook_endpoints::paused_by.eq(by.map(|user| user.0)),
            webhook_endpoints::pause_reason.eq(reason.key()),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Lets a locked endpoint go on at once, with all its time before it.
pub fn resume(conn: &mut PgConnection, id: WebhookId) -> QueryResult<()> {
    diesel::update(webhook_endpoints::table.find(id.0))
        .set((
            webhook_endpoints::paused_at.eq(None::<DateTime<Utc>>),
            webhook_endpoints::paused_by.eq(None::<i64>),
            webhook_endpoints::pause_reason.eq(None::<String>),
            webhook_endpoints::failures.eq(0),
            webhook_endpoints::failing_since.eq(None::<DateTime<Utc>>),
            webhook_endpoints::next_try_at.eq(None::<DateTime<Utc>>),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Stores a new secret, encrypted, and until when the one before is used beside it.
pub fn rotate(
    conn: &mut PgConnection,
    endpoint: &Endpoint,
    secret: &str,
    until: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(webhook_endpoints::table.find(endpoint.id.0))
        .set((
            webhook_endpoints::secret.eq(secret),
            webhook_endpoints::former_secret.eq(&endpoint.secret),
            webhook_endpoints::former_until.eq(until),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Stores the same secrets as they are encrypted from now on; a former one that is over goes.
pub fn save_secrets(
    conn: &mut PgConnection,
    id: WebhookId,
    secret: &str,
    former: Option<(String, DateTime<Utc>)>,
) -> QueryResult<()> {
    let (former, until) = former.unzip();
    diesel::update(webhook_endpoints::table.find(id.0))
        .set((
            webhook_endpoints::secret.eq(secret),
            webhook_endpoints::former_secret.eq(former),
            webhook_endpoints::former_until.eq(until),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Deletes an endpoint with its deliveries.
pub fn delete_endpoint(conn: &mut PgConnection, id: WebhookId) -> QueryResult<()> {
    diesel::delete(webhook_endpoints::table.find(id.0))
        .execute(conn)
        .map(|_| ())
}

/// Why something was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// It was its turn.
    Feed(EventId),
    /// An administrator sent it again.
    Again(EventId),
    /// A test.
    Test,
}

/// A try to deliver something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// Where.
    pub endpoint: WebhookId,
    /// What and why.
    pub cause: Cause,
    /// Type of the event.
    pub event_type: String,
    /// When.
    pub at: DateTime<Utc>,
    /// How long it took.
    pub milliseconds: i32,
    /// What came of it.
    pub outcome: DeliveryOutcome,
    /// The beginning of the answer.
    pub answer: String,
}

/// Notes a try.
pub fn add_delivery(conn: &mut PgConnection, new: &NewDelivery) -> QueryResult<()> {
    let (cause, event) = match new.cause {
        Cause::Feed(event) => ("feed", Some(event)),
        Cause::Again(event) => ("again", Some(event)),
        Cause::Test => ("test", None),
    };
    let (status, fault) = match new.outcome {
        DeliveryOutcome::Answered(status) => (Some(i32::from(status)), None),
        DeliveryOutcome::Failed(fault) => (None, Some(fault.key())),
    };
    diesel::insert_into(webhook_deliveries::table)
        .values((
            webhook_deliveries::endpoint_id.eq(new.endpoint.0),
            webhook_deliveries::position.eq(event.map(|one| one.position)),
            webhook_deliveries::number.eq(event.map(|one| one.number)),
            webhook_deliveries::event_type.eq(&new.event_type),
            webhook_deliveries::cause.eq(cause),
            webhook_deliveries::at.eq(new.at),
            webhook_deliveries::milliseconds.eq(new.milliseconds),
            webhook_deliveries::status.eq(status),
            webhook_deliveries::fault.eq(fault),
            webhook_deliveries::answer.eq(&new.answer),
        ))
        .execute(conn)
        .map(|_| ())
}

/// A try as the page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its key.
    pub id: DeliveryId,
    /// What and why.
    pub cause: Cause,
    /// Type of the event.
    pub event_type: String,
    /// When.
    pub at: DateTime<Utc>,
    /// How long it took.
    pub milliseconds: i32,
    /// What came of it.
    pub outcome: DeliveryOutcome,
    /// The beginning of the answer.
    pub answer: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = webhook_deliveries)]
struct DeliveryRow {
    id: i64,
    position: Option<i64>,
    number: Option<i32>,
    event_type: String,
    cause: String,
    at: DateTime<Utc>,
    milliseconds: i32,
    status: Option<i32>,
    fault: Option<String>,
    answer: String,
}

fn delivery(row: DeliveryRow) -> QueryResult<Delivery> {
    let event = row.position.zip(row.number);
    let event = event.map(|(position, number)| EventId { position, number });
    let status = row.status.and_then(|status| u16::try_from(status).ok());
    let fault = row.fault.as_deref().and_then(DeliveryFault::from_key);
    Ok(Delivery {
        id: DeliveryId(row.id),
        cause: match (row.cause.as_str(), event) {
            ("feed", Some(event)) => Cause::Feed(event),
            ("again", Some(event)) => Cause::Again(event),
            _ => Cause::Test,
        },
        event_type: row.event_type,
        at: row.at,
        milliseconds: row.milliseconds,
        outcome: match (status, fault) {
            (Some(status), _) => DeliveryOutcome::Answered(status),
            (None, Some(fault)) => DeliveryOutcome::Failed(fault),
            (None, None) => return Err(text::unreadable("outcome of a delivery")),
        },
        answer: row.answer,
    })
}

/// At most `limit` tries of an endpoint, the newest first, behind `before`.
pub fn page_deliveries(
    conn: &mut PgConnection,
    endpoint: WebhookId,
    before: Option<DeliveryId>,
    limit: i64,
) -> QueryResult<Vec<Delivery>> {
    let rows: Vec<DeliveryRow> = webhook_deliveries::table
        .filter(webhook_deliveries::endpoint_id.eq(endpoint.0))
        .filter(webhook_deliveries::id.lt(before.map_or(i64::MAX, |id| id.0)))
        .order(webhook_deliveries::id.desc())
        .limit(limit)
        .select(DeliveryRow::as_select())
        .load(conn)?;
    rows.into_iter().map(delivery).collect()
}

/// One try of an endpoint.
pub fn find_delivery(
    conn: &mut PgConnection,
    endpoint: WebhookId,
    id: DeliveryId,
) -> QueryResult<Option<Delivery>> {
    let row: Option<DeliveryRow> = webhook_deliveries::table
        .find(id.0)
        .filter(webhook_deliveries::endpoint_id.eq(endpoint.0))
        .select(DeliveryRow::as_select())
        .first(conn)
        .optional()?;
    row.map(delivery).transpose()
}

/// Deletes a bounded number of tries before `before`. Returns how many.
pub fn delete_old(conn: &mut PgConnection, before: DateTime<Utc>) -> QueryResult<usize> {
    let old = webhook_deliveries::table
        .filter(webhook_deliveries::at.lt(before))
        .order(webhook_deliveries::at)
        .limit(FORGOTTEN)
        .select(webhook_deliveries::id)
        .load::<i64>(conn)?;
    diesel::delete(webhook_deliveries::table.filter(webhook_deliveries::id.eq_any(old)))
        .execute(conn)
}

/// Since when each endpoint that is not paused has had an event to wait for: `None` if it has everything.
pub fn list_lags(conn: &mut PgConnection) -> QueryResult<Vec<(WebhookId, Option<DateTime<Utc>>)>> {
    #[derive(QueryableByName)]
    struct Lag {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
        #[diesel(sql_type = Nullable<Timestamptz>)]
        since: Option<DateTime<Utc>>,
    }
    let rows: Vec<Lag> = diesel::sql_query(
        "SELECT id, (SELECT at FROM audit_events e WHERE e.position > w.position ORDER BY e.position LIMIT 1) AS since \
         FROM webhook_endpoints w WHERE paused_at IS NULL ORDER BY id",
    )
    .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|row| (WebhookId(row.id), row.since))
        .collect())
}
