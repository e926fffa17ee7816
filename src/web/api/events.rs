//! What happened, read forward from a position (S-97). A consumer that asks again with `next` misses
//! nothing and needs nothing else.

use std::time::Duration;

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::call::Call;
use super::operation::{Answer, Operation, schema};
use super::party::Faults;
use super::problem::Problem;
use crate::actions::feed::{LONGEST_WAIT, MOST_EVENTS, read_or_wait};
use crate::domain::case::Status;
use crate::domain::client::ClientScope as S;
use crate::domain::feed::FeedEvent;
use crate::web::kit::route::{Who, get, view};

/// Events on a page unless something else is asked for.
const PAGE: usize = 100;

pub(super) const OPERATIONS: &[Operation] = &[Operation::new(
    get("/api/v1/events", Who::Client(S::EventsRead), || view().to(list)),
    "Read what happened",
    Answer::Json(schema::<EventPage>),
)
.described("In the order of the log, behind the position `after`; begin with 0, and go on with `next`. With `wait` the answer comes as soon as there is something, or after that many seconds. Events tell what happened and to which keys, and nothing of names, addresses or reasons: read the rest. Webhooks push the same.")
.with_parameters(schema::<EventParameters>)];

/// From where to read.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EventParameters {
    /// The position behind which to read: 0, or `next` of the page before.
    #[schemars(range(min = 0))]
    pub after: Option<i64>,
    /// About how many events: 100, or up to 1000.
    #[schemars(range(min = 1, max = 1000))]
    pub limit: Option<usize>,
    /// Seconds to wait for something to happen, up to 25.
    #[schemars(range(min = 0, max = 25))]
    pub wait: Option<u64>,
}

/// Something that happened.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Event")]
pub struct EventBody {
    /// The same however often it is told.
    pub id: String,
    /// Position in the log. Several events may have the same.
    pub position: i64,
    /// What happened. New types may be added; ignore those you do not know.
    #[serde(rename = "type")]
    pub kind: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Number of the customer it is about.
    pub customer: Option<String>,
    /// Status of the customer before.
    pub status_before: Option<String>,
    /// Status of the customer after.
    pub status_after: Option<String>,
    /// What else it is about, by keys.
    pub ids: Map<String, Value>,
}

/// A page of the feed.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct EventPage {
    /// In the order of the log. All events of one position stand on one page.
    pub events: Vec<EventBody>,
    /// From where to read on.
    pub next: i64,
}

impl EventBody {
    fn of(event: FeedEvent) -> Self {
        let status = |status: Option<Status>| status.map(|status| status.key().to_owned());
        Self {
            id: event.id.to_string(),
            position: event.position,
            kind: <&str>::from(event.kind).to_owned(),
            at: event.at,
            customer: event.customer.map(|number| number.to_string()),
            status_before: status(event.status_before),
            status_after: status(event.status_after),
            ids: match serde_json::to_value(event.ids) {
                Ok(Value::Object(ids)) => ids,
                _ => Map::new(),
            },
        }
    }
}

async fn list(call: Call) -> Result<HttpResponse, Problem> {
    let asked: EventParameters = call.parameters()?;
    let (after, limit) = (asked.after.unwrap_or(0), asked.limit.unwrap_or(PAGE));
    let wait = Duration::from_secs(asked.wait.unwrap_or(0));
    let mut faults = Faults::default();
    if after < 0 {
        faults.add("after", "invalid", "It is 0 or more.");
    }
    if !(1..=MOST_EVENTS).contains(&limit) {
        faults.add("limit", "invalid", "It is from 1 to 1000.");
    }
    if wait > LONGEST_WAIT {
        faults.add("wait", "invalid", "It is from 0 to 25.");
    }
    faults.over()?;
    let page = read_or_wait(&call.who.app, after, limit, wait).await?;
    if !wait.is_zero() {
        call.authenticate_again().await?;
    }
    call.found(&EventPage {
        events: page.events.into_iter().map(EventBody::of).collect(),
        next: page.next,
    })
}
