//! Who gets the notice of an announcement, batch by batch.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::domain::mail::{MailKind, Recipient};
use crate::domain::{AnnouncementId, CustomerNumber, NoticeId};
use crate::storage::customer_number::behind;
use crate::storage::schema::{agreements, customers, mails, notices};
use crate::storage::{QueryResult, text};

/// How many mails with notices are in the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Mails whose delivery has not been tried yet.
    pub untried: i64,
    /// Mails that the mail server has put off, or that wait for their turn.
    pub put_off: i64,
}

/// How many mails with notices wait in the outbox, counted to `cap` in all.
pub fn count_waiting(conn: &mut PgConnection, cap: i64) -> QueryResult<Waiting> {
    let waiting: Vec<(i32, bool)> = mails::table
        .filter(mails::kind_key.eq("announcement"))
        .filter(mails::state.eq("queued"))
        .limit(cap)
        .select((mails::attempts, mails::has_turn))
        .load(conn)?;
    let count = |is_put_off: bool| {
        let own = waiting
            .iter()
            .filter(|(attempts, has_turn)| (*attempts > 0 || *has_turn) == is_put_off);
        i64::try_from(own.count()).unwrap_or(cap)
    };
    Ok(Waiting {
        untried: count(false),
        put_off: count(true),
    })
}

/// The next customers behind `after` with an agreement in force, in the order of their numbers; if
/// `overtaken` is given, only those without a notice who concluded between these times.
pub fn list_recipients(
    conn: &mut PgConnection,
    announcement: AnnouncementId,
    after: Option<CustomerNumber>,
    overtaken: Option<(DateTime<Utc>, DateTime<Utc>)>,
    limit: i64,
) -> QueryResult<Vec<CustomerNumber>> {
    let in_force = agreements::table
        .filter(agreements::ended_at.is_null())
        .filter(agreements::customer_number.gt(behind(after)))
        .order(agreements::customer_number)
        .limit(limit)
        .select(agreements::customer_number);
    match overtaken {
        None => in_force.load(conn),
        Some((from, until)) => {
            let told = notices::table
                .filter(notices::announcement_id.eq(announcement.0))
                .filter(notices::customer_number.eq(agreements::customer_number));
            in_force
                .filter(agreements::concluded_at.between(from, until))
                .filter(diesel::dsl::not(diesel::dsl::exists(told)))
                .load(conn)
        }
    }
}

/// Locks customers, so that none can conclude or be deleted at the same moment. Returns those that
/// exist, have an agreement in force and no notice of this announcement.
pub fn lock_recipients(
    conn: &mut PgConnection,
    announcement: AnnouncementId,
    numbers: &[CustomerNumber],
) -> QueryResult<Vec<CustomerNumber>> {
    let _: Vec<CustomerNumber> = customers::table
        .filter(customers::number.eq_any(numbers))
        .order(customers::number)
        .for_key_share()
        .select(customers::number)
        .load(conn)?;
    // A statement of its own, so that it sees what was written under the locks before.
    let told = notices::table
        .filter(notices::announcement_id.eq(announcement.0))
        .filter(notices::customer_number.eq(customers::number));
    let bound = agreements::table
        .filter(agreements::customer_number.eq(customers::number))
        .filter(agreements::ended_at.is_null());
    customers::table
        .filter(customers::number.eq_any(numbers))
        .filter(customers::deleted_at.is_null())
        .filter(diesel::dsl::exists(bound))
        .filter(diesel::dsl::not(diesel::dsl::exists(told)))
        .order(customers::number)
        .select(customers::number)
        .load(conn)
}

/// Makes the notices of a batch, each with its mail in the outbox.
pub fn create_notices(
    conn: &mut PgConnection,
    announcement: AnnouncementId,
    batch: &[(NoticeId, CustomerNumber, String)],
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let to = text::json(&Recipient::Customer)?;
    let mut queued = Vec::with_capacity(batch.len());
    for (notice, customer, message_id) in batch {
        queued.push((
            mails::step.eq(format!("announcement:{notice}")),
            mails::kind.eq(text::json(&MailKind::Announcement { notice: *notice })?),
            mails::recipient.eq(to.clone()),
            mails::customer_number.eq(customer),
            mails::queued_at.eq(now),
            mails::next_attempt_at.eq(now),
            mails::state.eq("queued"),
            mails::message_id.eq(message_id),
        ));
    }
    let made: Vec<(i64, String)> = diesel::insert_into(mails::table)
        .values(queued)
        .returning((mails::id, mails::step))
        .get_results(conn)?;
    let mail_of = |notice: &NoticeId| {
        let step = format!("announcement:{notice}");
        made.iter()
            .find(|(_, made)| *made == step)
            .map(|(id, _)| *id)
    };
    let rows: Vec<_> = batch
        .iter()
        .map(|(notice, customer, _)| {
            (
                notices::id.eq(notice.0),
                notices::announcement_id.eq(announcement.0),
                notices::customer_number.eq(customer),
                notices::made_at.eq(now),
                notices::mail_id.eq(mail_of(notice)),
            )
        })
        .collect();
    diesel::insert_into(notices::table)
        .values(rows)
        .execute(conn)
        .map(|_| ())
}
