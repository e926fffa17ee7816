//! The audit log as other systems read it: forward from a position.
//!
//! Nobody who reads "after n" misses an event that is written later: only what has been committed gets a
//! position, from one sequencer at a time, so position n + 1 can never be seen before n.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;
use serde_json::Value;

use super::audit::effect_in;
use super::audit::sequence::catch_up;
use crate::domain::audit::AuditName;
use crate::domain::audit::Steps;
use crate::domain::case::Status;
use crate::domain::feed::{FeedEvent, Recorded, events_of};
use crate::domain::{CustomerNumber, PartnerId};
use crate::storage::external_ids::{list_keys_of_bookings, name_partners};
use crate::storage::schema::{audit_events, audit_head};
use crate::storage::{QueryResult, text};

/// Events of the log read at a time.
const BATCH: i64 = 500;
/// At most so many events of the log are looked at for one answer, most of which may say nothing to
/// other systems.
const MOST_READ: i64 = 5000;

/// What is told after a position, as it is written: `{"events": […], "next": 17}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeedPage {
    /// In the order of the log. All events of one position stand on one page.
    pub events: Vec<FeedEvent>,
    /// From where to read on: everything up to here is on this page, or says nothing.
    pub next: i64,
}

type Row = (
    i64,
    DateTime<Utc>,
    String,
    Option<CustomerNumber>,
    Option<String>,
    Option<String>,
    Option<Value>,
);

/// What is told after position `after`: about `limit` events, more only if the first position alone has
/// more. The page may be empty and lead on all the same. What still waits for its position is not on it.
pub fn feed_after(conn: &mut PgConnection, after: i64, limit: usize) -> QueryResult<FeedPage> {
    let mut page = mapped_after(conn, after, limit)?;
    name(conn, &mut page.events)?;
    Ok(page)
}

fn mapped_after(conn: &mut PgConnection, after: i64, limit: usize) -> QueryResult<FeedPage> {
    let mut page = FeedPage {
        events: Vec::new(),
        next: after,
    };
    let mut read = 0;
    while read < MOST_READ {
        let rows: Vec<Row> = audit_events::table
            .filter(audit_events::position.gt(page.next))
            .order(audit_events::position)
            .limit(BATCH)
            .select((
                audit_events::position,
                audit_events::at,
                audit_events::kind,
                audit_events::customer_number,
                audit_events::status_before,
                audit_events::status_after,
                audit_events::details,
            ))
            .load(conn)?;
        let count = i64::try_from(rows.len()).unwrap_or(BATCH);
        for row in rows {
            let position = row.0;
            let said = match recorded(row) {
                Ok(recorded) => events_of(&recorded),
                // Written by a newer program: nothing is skipped, so this one goes no further.
                Err(_) if page.next > after => return Ok(page),
                Err(error) => return Err(error),
            };
            if !page.events.is_empty() && page.events.len() + said.len() > limit {
                return Ok(page);
            }
            page.events.extend(said);
            page.next = position;
        }
        if count < BATCH || page.events.len() >= limit {
            break;
        }
        read += count;
    }
    Ok(page)
}

/// Fills in what the other systems call the partners and bookings of events, as they are called now.
fn name(conn: &mut PgConnection, events: &mut [FeedEvent]) -> QueryResult<()> {
    let ids: BTreeSet<PartnerId> = events
        .iter()
        .filter_map(|event| event.ids.partner.as_ref())
        .map(|partner| partner.id)
        .collect();
    if !ids.is_empty() {
        let ids: Vec<PartnerId> = ids.into_iter().collect();
        let named = name_partners(conn, &ids)?;
        for own in events
            .iter_mut()
            .filter_map(|event| event.ids.partner.as_mut())
        {
            let found = named.iter().find(|one| one.id == own.id);
            own.key = found.and_then(|one| one.key.clone());
        }
    }
    let booked = |event: &FeedEvent| event.customer.zip(event.ids.place);
    let customers: BTreeSet<CustomerNumber> = events
        .iter()
        .filter_map(booked)
        .map(|(customer, _)| customer)
        .collect();
    if !customers.is_empty() {
        let customers: Vec<CustomerNumber> = customers.into_iter().collect();
        let keys = list_keys_of_bookings(conn, &customers)?;
        for event in events {
            event.ids.booking = booked(event).and_then(|place| keys.get(&place).cloned());
        }
    }
    Ok(())
}

/// The events of one position.
pub fn find_position(conn: &mut PgConnection, position: i64) -> QueryResult<Vec<FeedEvent>> {
    let page = feed_after(conn, position - 1, 1)?;
    let here = |event: &FeedEvent| event.position == position;
    Ok(page.events.into_iter().filter(here).collect())
}

/// The position of the newest event of the log; 0 before the first. What waits for its position gets
/// it now.
pub fn newest_position(conn: &mut PgConnection) -> QueryResult<i64> {
    catch_up(conn);
    let position = audit_head::table
        .select(audit_head::position)
        .first(conn)
        .optional()?;
    Ok(position.unwrap_or_default())
}

fn recorded(row: Row) -> QueryResult<Recorded> {
    let (position, at, kind, customer, before, after, details) = row;
    let status = |key: Option<String>| key.and_then(|key| Status::from_key(&key));
    let name = AuditName::ALL.iter().find(|name| name.key() == kind);
    Ok(Recorded {
        position,
        at,
        name: *name.ok_or_else(|| text::unreadable("kind of an audit event"))?,
        customer,
        status: status(before).zip(status(after)),
        content: match details {
            Some(details) => {
                let effect = effect_in(&details)?;
                let steps = details.get(Steps::FIELD).cloned();
                let steps = steps.map_or(Ok(Steps::default()), text::from_json)?;
                Some((text::from_json(details)?, effect, steps))
            }
            None => None,
        },
    })
}
