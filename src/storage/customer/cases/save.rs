//! Writing what a decision changes.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{AgreementRow, LinkRow, RequestRow, entered};
use crate::domain::case::{Agreement, BookedOption, Change, Link, Request};
use crate::domain::{CustomerNumber, RequestId};
use crate::storage::parties::CustomerParty;
use crate::storage::schema::{agreements, bookings, customers, links, requests};
use crate::storage::{QueryResult, text};

/// Writes the changes of a decision, in their order, except the mails, which have their own table.
pub fn save_changes(
    conn: &mut PgConnection,
    number: CustomerNumber,
    changes: &[Change],
    now: DateTime<Utc>,
) -> QueryResult<()> {
    changes
        .iter()
        .try_for_each(|change| save_change(conn, number, change, now))
}

/// Writes what follows from customers that are new in this transaction: bookings and rounds. Their partners
/// stand in their rows already, and of all other changes only mails can be among them.
pub fn save_arrivals(
    conn: &mut PgConnection,
    arrivals: &[(CustomerNumber, &[Change])],
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let (mut booked, mut rounds, mut sent) = (Vec::new(), Vec::new(), Vec::new());
    for (number, changes) in arrivals {
        for change in *changes {
            match change {
                Change::AddBooking {
                    product,
                    options,
                    ends_at,
                    instead_of: None,
                } => booked.push((
                    bookings::customer_number.eq(*number),
                    bookings::product_code.eq(product),
                    bookings::options.eq(text::json(options)?),
                    bookings::booked_at.eq(now),
                    bookings::ends_at.eq(ends_at),
                )),
                Change::OpenRequest(request) => {
                    rounds.push(request_row(*number, request)?);
                    for link in &request.links {
                        sent.push(link_row(request.id, link)?);
                    }
                }
                Change::SetPartner(_) | Change::SetSubPartner(_) | Change::Queue(_) => {}
                _ => return Err(text::unreadable("change of a customer that arrives")),
            }
        }
    }
    if !booked.is_empty() {
        diesel::insert_into(bookings::table)
            .values(booked)
            .execute(conn)?;
    }
    if !rounds.is_empty() {
        diesel::insert_into(requests::table)
            .values(&rounds)
            .execute(conn)?;
    }
    if !sent.is_empty() {
        diesel::insert_into(links::table)
            .values(&sent)
            .execute(conn)?;
    }
    Ok(())
}

fn save_change(
    conn: &mut PgConnection,
    number: CustomerNumber,
    change: &Change,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    match change {
        Change::AddBooking {
            product,
            options,
            ends_at,
            instead_of,
        } => {
            let key = match instead_of {
                Some(place) => {
                    let booking = booking_at(conn, number, *place)?;
                    take_key(conn, booking)?
                }
                None => None,
            };
            diesel::insert_into(bookings::table)
                .values((
                    bookings::customer_number.eq(number),
                    bookings::product_code.eq(product),
                    bookings::options.eq(text::json(options)?),
                    bookings::booked_at.eq(now),
                    bookings::ends_at.eq(ends_at),
                    bookings::external_id.eq(key),
                ))
                .execute(conn)
        }
        Change::EndBooking(place, ends_at) => {
            diesel::update(bookings::table.find(booking_at(conn, number, *place)?))
                .set(bookings::ends_at.eq(ends_at))
                .execute(conn)
        }
        Change::EndOption(place, code, ends_at) => {
            let id = booking_at(conn, number, *place)?;
            let row = bookings::table.find(id).select(bookings::options);
            let mut options: Vec<BookedOption> = text::from_json(row.first(conn)?)?;
            for option in options.iter_mut().filter(|one| one.code == *code) {
                option.ends_at = *ends_at;
            }
            diesel::update(bookings::table.find(id))
                .set(bookings::options.eq(text::json(&options)?))
                .execute(conn)
        }
        Change::SettleBooking(place) => {
            diesel::update(bookings::table.find(booking_at(conn, number, *place)?))
                .set(bookings::settled_at.eq(now))
                .execute(conn)
        }
        Change::SetPartner(partner) => diesel::update(customers::table.find(number))
            .set(customers::partner_id.eq(partner.as_ref().map(|partner| partner.id.0)))
            .execute(conn),
        Change::SetSubPartner(partner) => diesel::update(customers::table.find(number))
            .set(customers::sub_partner_id.eq(partner.as_ref().map(|partner| partner.id.0)))
            .execute(conn),
        Change::SetEmail(email) => diesel::update(customers::table.find(number))
            .set(customers::email.eq(email.as_str()))
            .execute(conn),
        Change::EnterAddress(_)
        | Change::TellFormer(_)
        | Change::HoldAddress(_)
        | Change::UseAddress(_)
        | Change::LeaveAddress(_)
        | Change::JudgeAddress(..) => entered::save(conn, number, change, now),
        Change::SetParty(party) => diesel::update(customers::table.find(number))
            .set(CustomerParty::from(party.as_ref()))
            .execute(conn),
        Change::SetLanguage(language) => diesel::update(customers::table.find(number))
            .set(customers::language.eq(language.code()))
            .execute(conn),
        Change::DeleteCustomer => diesel::update(customers::table.find(number))
            .set(customers::deleted_at.eq(now))
            .execute(conn),
        Change::OpenRequest(request) => return create_request(conn, number, request),
        Change::CloseRequest(id, outcome) => diesel::update(requests::table.find(id.0))
            .set((
                requests::closed_at.eq(now),
                requests::outcome.eq(text::word(outcome)?),
            ))
            .execute(conn),
        Change::Remind(id, link) => {
            diesel::update(requests::table.find(id.0))
                .set(requests::reminders.eq(i16::from(link.number)))
                .execute(conn)?;
            return create_link(conn, *id, link);
        }
        Change::MarkUndeliverable(id) => diesel::update(requests::table.find(id.0))
            .set(requests::undeliverable_at.eq(now))
            .execute(conn),
        Change::EndLink(id, how) => diesel::update(links::table.find(id.0))
            .set((links::ended_at.eq(now), links::how.eq(text::word(how)?)))
            .execute(conn),
        Change::Conclude(agreement) => return create_agreement(conn, number, agreement),
        Change::LeaveSubPartner(id) => diesel::update(agreements::table.find(id.0))
            .set(agreements::sub_partner_left_at.eq(now))
            .execute(conn),
        Change::EndAgreement(id, how) => diesel::update(agreements::table.find(id.0))
            .set((
                agreements::ended_at.eq(now),
                agreements::how.eq(text::word(how)?),
            ))
            .execute(conn),
        Change::Queue(_) => Ok(1),
    }
    .map(|_| ())
}

/// The row of the booking at an index of [`crate::domain::case::Case::bookings`]; bookings are
/// never removed, so the index stays valid.
fn booking_at(conn: &mut PgConnection, number: CustomerNumber, place: usize) -> QueryResult<i64> {
    bookings::table
        .filter(bookings::customer_number.eq(number))
        .order(bookings::id)
        .offset(i64::try_from(place).unwrap_or(i64::MAX))
        .limit(1)
        .select(bookings::id)
        .first(conn)
}

/// Takes what the other systems call a booking from it: the one that goes on from it has the key now.
fn take_key(conn: &mut PgConnection, booking: i64) -> QueryResult<Option<String>> {
    let row = bookings::table.find(booking);
    let key: Option<String> = row.select(bookings::external_id).first(conn)?;
    if key.is_some() {
        diesel::update(row)
            .set(bookings::external_id.eq(None::<String>))
            .execute(conn)?;
    }
    Ok(key)
}

/// Adds a round with its links.
pub fn create_request(
    conn: &mut PgConnection,
    number: CustomerNumber,
    request: &Request,
) -> QueryResult<()> {
    diesel::insert_into(requests::table)
        .values(&request_row(number, request)?)
        .execute(conn)?;
    request
        .links
        .iter()
        .try_for_each(|link| create_link(conn, request.id, link))
}

fn request_row(number: CustomerNumber, request: &Request) -> QueryResult<RequestRow> {
    Ok(RequestRow {
        id: request.id.0,
        customer_number: number,
        reason: text::word(&request.reason)?,
        opened_at: request.opened_at,
        offer: text::json(&request.offer)?,
        reminders: i16::from(request.reminders),
        undeliverable_at: request.undeliverable_at,
        closed_at: request.closed.map(|(at, _)| at),
        outcome: request
            .closed
            .map(|(_, outcome)| text::word(&outcome))
            .transpose()?,
    })
}

fn create_link(conn: &mut PgConnection, request: RequestId, link: &Link) -> QueryResult<()> {
    diesel::insert_into(links::table)
        .values(&link_row(request, link)?)
        .execute(conn)
        .map(|_| ())
}

fn link_row(request: RequestId, link: &Link) -> QueryResult<LinkRow> {
    Ok(LinkRow {
        id: link.id.0,
        request_id: request.0,
        number: i16::from(link.number),
        sent_at: link.sent_at,
        valid_until: link.valid_until,
        ended_at: link.end.map(|(at, _)| at),
        how: link.end.map(|(_, how)| text::word(&how)).transpose()?,
    })
}

fn create_agreement(
    conn: &mut PgConnection,
    number: CustomerNumber,
    agreement: &Agreement,
) -> QueryResult<()> {
    let row = AgreementRow {
        id: agreement.id.0,
        customer_number: number,
        number: agreement.number.clone(),
        concluded_at: agreement.concluded_at,
        person: agreement.person.clone(),
        function: agreement.function.clone(),
        request_id: agreement.request.map(|id| id.0),
        link_id: agreement.link.map(|id| id.0),
        offer: text::json(&agreement.offer)?,
        sub_partner_left_at: agreement.sub_partner_left,
        ended_at: agreement.end.map(|(at, _)| at),
        how: agreement.end.map(|(_, how)| text::word(&how)).transpose()?,
    };
    diesel::insert_into(agreements::table)
        .values(&row)
        .execute(conn)
        .map(|_| ())
}
