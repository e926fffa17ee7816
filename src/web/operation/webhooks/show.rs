//! The page of an endpoint: how it stands, its secret right after it was made, and its deliveries.

use std::collections::BTreeMap;

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::{short, shown, state};
use crate::actions::ActionError;
use crate::app::App;
use crate::domain::webhook::KEPT_FOR;
use crate::domain::{DeliveryId, WebhookId};
use crate::paths;
use crate::storage::feed::newest_position;
use crate::storage::webhooks::{Cause, Delivery, find_endpoint, name_of, page_deliveries};
use crate::web::kit::dates::When;
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, Shell, html};

/// Deliveries per page.
const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "web/operation/webhooks/show.html")]
struct ShowPage {
    shell: Shell,
    id: WebhookId,
    url: String,
    short: String,
    word: &'static str,
    look: &'static str,
    /// Why it is paused, and since when.
    paused: Option<(&'static str, When)>,
    /// Since when it fails, how often, and when it is tried again.
    failing: Option<(When, i32, Option<When>)>,
    types: Vec<(&'static str, &'static str)>,
    delivered: Option<When>,
    /// How many events of the log are behind its place.
    behind: i64,
    created: When,
    creator: String,
    /// Until when the secret before is good.
    former: Option<When>,
    secret: Option<String>,
    lines: Vec<DeliveryRow>,
    is_later: bool,
    first: String,
    next: Option<String>,
    days: i64,
}

struct DeliveryRow {
    id: DeliveryId,
    kind: String,
    event: Option<String>,
    at: When,
    what: String,
    is_good: bool,
    note: &'static str,
    milliseconds: i32,
    answer: String,
}

/// The page.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<Uuid>,
    query: web::Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, PageError> {
    let id = WebhookId(*id);
    let before: Option<DeliveryId> = query.get("vor").and_then(|text| text.parse().ok());
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let found = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            let Some(endpoint) = find_endpoint(conn, id)? else {
                return Ok(None);
            };
            let creator = name_of(conn, endpoint.created_by)?.unwrap_or_default();
            let lines = page_deliveries(conn, id, before, limit)?;
            Ok(Some((endpoint, creator, lines, newest_position(conn)?)))
        })
        .await?;
    let (endpoint, creator, mut lines, newest) = found.ok_or(PageError::NotFound)?;
    let has_next = lines.len() > PAGE;
    lines.truncate(PAGE);
    let last = lines.last().filter(|_| has_next).map(|last| last.id);
    let first = paths::webhook(id);
    let now = app.clock.now();
    let (word, look) = state(&endpoint);
    let former = endpoint.former.filter(|(_, until)| now < *until);
    html(&ShowPage {
        shell: Shell::load(&app, &me, paths::WEBHOOKS).await?,
        id,
        short: short(&endpoint.url).to_owned(),
        url: endpoint.url,
        word,
        look,
        paused: endpoint
            .paused
            .map(|(at, reason)| (reason.word(), When::moment(at))),
        failing: endpoint.failing_since.map(|since| {
            let next = endpoint.next_try_at.map(When::clock);
            (When::moment(since), endpoint.failures, next)
        }),
        types: endpoint
            .types
            .iter()
            .map(|one| (one.key(), one.word()))
            .collect(),
        delivered: endpoint.delivered_at.map(When::moment),
        behind: (newest - endpoint.position).max(0),
        created: When::moment(endpoint.created_at),
        creator,
        former: former.map(|(_, until)| When::moment(until)),
        secret: shown(&app, &session, me.viewer.user, id),
        next: last.map(|last| format!("{first}?vor={last}")),
        first,
        is_later: before.is_some(),
        lines: lines.into_iter().map(line).collect(),
        days: KEPT_FOR.num_days(),
    })
}

fn line(delivery: Delivery) -> DeliveryRow {
    let (event, note) = match delivery.cause {
        Cause::Feed(event) => (Some(event), ""),
        Cause::Again(event) => (Some(event), "von Hand erneut"),
        Cause::Test => (None, "Test"),
    };
    DeliveryRow {
        id: delivery.id,
        kind: delivery.event_type,
        event: event.map(|event| event.to_string()),
        at: When::clock(delivery.at),
        what: delivery.outcome.word(),
        is_good: delivery.outcome.is_good(),
        note,
        milliseconds: delivery.milliseconds,
        answer: delivery.answer,
    }
}
