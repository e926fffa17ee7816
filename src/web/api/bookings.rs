//! Bookings of a customer, by the keys of the system they come from.

use std::collections::BTreeSet;

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Days, NaiveDate, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer::{WriteAnswer, WriteParameters};
use super::body::{Json, each_once};
use super::call::Call;
use super::customers::check_match;
use super::keys;
use super::operation::{Answer, Operation, schema};
use super::problem::Problem;
use crate::actions::booking_writes::{self, BookingWrite};
use crate::domain::calendar::day;
use crate::domain::case::Case;
use crate::domain::client::ClientScope as S;
use crate::storage::{PgConnection, external_ids};
use crate::web::kit::route::{Who, delete, put};

/// The latest last day, counted from today; a later one is taken for a mistake.
const LONGEST: Days = Days::new(3660);

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::new(
        put("/api/v1/customers/{number}/bookings/{external_id}", Who::Client(S::BookingsWrite), || {
            web::put().to(write)
        }),
        "Add or change a booking",
        Answer::Write { creates: true },
    )
    .described("A booking that makes an agreement due asks the customer at once. Its product never changes. One that was typed in and has no key is taken for this one if it is the only one of its product. `If-Match` takes the ETag of the customer.")
    .with_parameters(schema::<WriteParameters>)
    .compared()
    .with_body(schema::<BookingBody>),
    Operation::new(
        delete("/api/v1/customers/{number}/bookings/{external_id}", Who::Client(S::BookingsWrite), || {
            web::delete().to(end)
        }),
        "End a booking now",
        Answer::Write { creates: false },
    )
    .with_parameters(schema::<WriteParameters>)
    .compared(),
];

/// What is written of a booking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BookingBody {
    /// Code of the product.
    #[schemars(length(min = 1))]
    pub product: String,
    /// Codes of its options.
    #[serde(default, deserialize_with = "each_once")]
    pub options: BTreeSet<String>,
    /// The day it begins: today or earlier. Send a later one on its day.
    #[serde(default)]
    pub from: Option<NaiveDate>,
    /// Its last day, if it has one.
    #[serde(default)]
    pub until: Option<NaiveDate>,
}

/// A booking of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Booking")]
pub struct BookingRead {
    /// Its key; there is none for one that was typed in.
    pub external_id: Option<String>,
    /// Code of the product.
    pub product: String,
    /// Codes of its options.
    pub options: BTreeSet<String>,
    /// When it was written.
    pub booked_at: DateTime<Utc>,
    /// When it ends or ended.
    pub ends_at: Option<DateTime<Utc>>,
}

/// The bookings of a customer, in the order in which they were written.
pub fn list(conn: &mut PgConnection, case: &Case) -> Result<Vec<BookingRead>, Problem> {
    let keys = external_ids::list_booking_keys(conn, case.customer.number)?;
    Ok(case
        .bookings
        .iter()
        .zip(keys)
        .map(|(booking, external_id)| BookingRead {
            external_id,
            product: booking.product.clone(),
            options: booking.all_options(),
            booked_at: booking.booked_at,
            ends_at: booking.ends_at,
        })
        .collect())
}

async fn write(
    call: Call,
    path: web::Path<(String, String)>,
    Json(body): Json<BookingBody>,
) -> Result<HttpResponse, Problem> {
    let (number, key) = (keys::number(&path.0)?, keys::key(&path.1)?);
    call.write(move |conn, who, _: &WriteParameters| {
        if body.from.is_some_and(|from| from > day(who.now)) {
            return Err(Problem::of_field(
                "/from",
                "in_future",
                "A booking begins when it is written; send it on its day.",
            ));
        }
        if body
            .until
            .is_some_and(|until| until > day(who.now) + LONGEST)
        {
            return Err(Problem::of_field(
                "/until",
                "too_far",
                "At most ten years from now.",
            ));
        }
        check_match(conn, who, number)?;
        let new = BookingWrite {
            key,
            product: body.product,
            options: body.options,
            until: body.until,
        };
        let written = booking_writes::put(conn, &who.app, &who.client, number, &new, who.now)?;
        WriteAnswer::of(conn, who, written)
    })
    .await
}

async fn end(call: Call, path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let (number, key) = (keys::number(&path.0)?, keys::key(&path.1)?);
    call.write(move |conn, who, _: &WriteParameters| {
        check_match(conn, who, number)?;
        let written = booking_writes::end(conn, &who.app, &who.client, number, &key, who.now)?;
        WriteAnswer::of(conn, who, written)
    })
    .await
}
