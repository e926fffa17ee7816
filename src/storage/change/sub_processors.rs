//! The list of general sub-processors.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use crate::domain::party::SubProcessor;
use crate::domain::sub_processor::{Entry, ListChange};
use crate::domain::{AnnouncementId, CustomerNumber, SubProcessorId};
use crate::storage::schema::{announcements, notices, sub_processors};
use crate::storage::{QueryResult, text};

type Row = (
    i64,
    Value,
    NaiveDate,
    Option<NaiveDate>,
    Option<Uuid>,
    Option<Uuid>,
);

/// The whole list in the order in which companies were added, including those that have left it. A
/// provider has a handful of them.
pub fn list_entries(conn: &mut PgConnection) -> QueryResult<Vec<Entry>> {
    let rows: Vec<Row> = sub_processors::table
        .order(sub_processors::id)
        .select((
            sub_processors::id,
            sub_processors::facts,
            sub_processors::valid_from,
            sub_processors::valid_until,
            sub_processors::added_by,
            sub_processors::removed_by,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(
            |(id, facts, valid_from, valid_until, added_by, removed_by)| {
                Ok(Entry {
                    id: SubProcessorId(id),
                    facts: text::from_json(facts)?,
                    valid_from,
                    valid_until,
                    added_by: added_by.map(AnnouncementId),
                    removed_by: removed_by.map(AnnouncementId),
                })
            },
        )
        .collect()
}

/// Waits for every conclusion that has read the list, and lets none read it before the end of the
/// transaction: a customer that concludes either has the old list and gets a notice, or has the new
/// one.
pub fn lock_register(conn: &mut PgConnection) -> QueryResult<()> {
    diesel::sql_query("LOCK TABLE sub_processors IN EXCLUSIVE MODE")
        .execute(conn)
        .map(|_| ())
}

/// Keeps the list as it is until the end of the transaction; any number of transactions may hold it
/// so at the same time.
pub fn hold_register(conn: &mut PgConnection) -> QueryResult<()> {
    diesel::sql_query("LOCK TABLE sub_processors IN ROW SHARE MODE")
        .execute(conn)
        .map(|_| ())
}

/// Adds a company without an announcement: only for a list that no customer was told of yet.
pub fn create_entry(
    conn: &mut PgConnection,
    facts: &SubProcessor,
    valid_from: NaiveDate,
) -> QueryResult<()> {
    insert(conn, facts, valid_from, None)
}

fn insert(
    conn: &mut PgConnection,
    facts: &SubProcessor,
    valid_from: NaiveDate,
    added_by: Option<AnnouncementId>,
) -> QueryResult<()> {
    diesel::insert_into(sub_processors::table)
        .values((
            sub_processors::facts.eq(text::json(facts)?),
            sub_processors::valid_from.eq(valid_from),
            sub_processors::added_by.eq(added_by.map(|id| id.0)),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Writes the changes of an announcement into the list.
pub fn apply_changes(
    conn: &mut PgConnection,
    announcement: AnnouncementId,
    changes: &[ListChange],
    starts_on: NaiveDate,
) -> QueryResult<()> {
    for change in changes {
        if let Some(old) = change.old_one() {
            let valid_from: NaiveDate = sub_processors::table
                .find(old.0)
                .select(sub_processors::valid_from)
                .first(conn)?;
            diesel::update(sub_processors::table.find(old.0))
                .set((
                    // A company whose first day would be later than its last day never joins the
                    // list.
                    sub_processors::valid_until.eq(valid_from.max(starts_on)),
                    sub_processors::removed_by.eq(announcement.0),
                ))
                .execute(conn)?;
        }
        if let Some(new) = change.new_one() {
            insert(conn, new, starts_on, Some(announcement))?;
        }
    }
    Ok(())
}

/// The announcements whose change does not hold for a customer: it dissented, and did not take that
/// back (row 39).
pub fn list_excluded(
    conn: &mut PgConnection,
    customer: CustomerNumber,
) -> QueryResult<BTreeSet<AnnouncementId>> {
    let ids: Vec<Uuid> = notices::table
        .filter(notices::customer_number.eq(customer))
        .filter(notices::dissent_at.is_not_null())
        .filter(
            notices::settled_how
                .is_null()
                .or(notices::settled_how.ne("withdrawn")),
        )
        .select(notices::announcement_id)
        .load(conn)?;
    Ok(ids.into_iter().map(AnnouncementId).collect())
}

/// The day on which each announced change begins, for the page of the list.
pub fn list_change_days(conn: &mut PgConnection) -> QueryResult<Vec<(AnnouncementId, NaiveDate)>> {
    let rows: Vec<(Uuid, NaiveDate)> = announcements::table
        .filter(announcements::confirmed_at.is_not_null())
        .order((
            announcements::starts_on.desc(),
            announcements::position.desc(),
        ))
        .limit(50)
        .select((announcements::id, announcements::starts_on))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, day)| (AnnouncementId(id), day))
        .collect())
}
