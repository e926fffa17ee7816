//! Proposals that wait for a second administrator (row 33, 5.8-18).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use crate::domain::proposal::{Proposal, ProposalState};
use crate::domain::{AgreementId, CustomerNumber, FileId, ProposalId, UserId};
use crate::storage::files::erase_files;
use crate::storage::schema::{agreements, customers, proposals, users};
use crate::storage::{QueryResult, text};

/// A proposal as it is stored.
#[derive(Debug, Clone)]
pub struct ProposalLine {
    /// Key in `proposals`.
    pub id: ProposalId,
    /// The customer whose case it is about.
    pub customer: CustomerNumber,
    /// The customer's name now.
    pub customer_name: String,
    /// What the first administrator proposes.
    pub proposal: Proposal,
    /// The uploaded scan, if there is one.
    pub file: Option<FileId>,
    /// When it was proposed.
    pub proposed_at: DateTime<Utc>,
    /// The administrator who proposed it, by key and name.
    pub proposed_by: (UserId, String),
    /// Whether it is open, or how it was answered.
    pub state: ProposalState,
    /// When it was answered; `None` while it is open.
    pub decided_at: Option<DateTime<Utc>>,
    /// Name of the administrator who answered it.
    pub decided_by: Option<String>,
    /// Why it was rejected; `None` otherwise.
    pub reason: Option<String>,
}

type Row = (
    i64,
    CustomerNumber,
    String,
    Value,
    Option<Uuid>,
    DateTime<Utc>,
    (i64, String),
    String,
    Option<DateTime<Utc>>,
    Option<String>,
    Option<String>,
);

/// Stores a proposal; a unique index refuses a second open one of the same kind.
pub fn create_proposal(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    proposal: &Proposal,
    file: Option<FileId>,
    by: UserId,
    now: DateTime<Utc>,
) -> QueryResult<ProposalId> {
    let id: i64 = diesel::insert_into(proposals::table)
        .values((
            proposals::customer_number.eq(customer),
            proposals::kind.eq(text::word(&proposal.kind())?),
            proposals::details.eq(text::json(proposal)?),
            proposals::file_id.eq(file.map(|file| file.0)),
            proposals::proposed_at.eq(now),
            proposals::proposed_by.eq(by.0),
            proposals::state.eq(text::word(&ProposalState::Open)?),
        ))
        .returning(proposals::id)
        .get_result(conn)?;
    Ok(ProposalId(id))
}

/// One proposal by its key.
pub fn find_proposal(conn: &mut PgConnection, id: ProposalId) -> QueryResult<Option<ProposalLine>> {
    let row: Option<Row> = joined()
        .filter(proposals::id.eq(id.0))
        .first(conn)
        .optional()?;
    row.map(read).transpose()
}

/// Who can approve a proposal of `asked_by`: all other administrators and people of legal who can sign in.
pub fn list_approvers(
    conn: &mut PgConnection,
    asked_by: UserId,
    limit: i64,
) -> QueryResult<Vec<UserId>> {
    let ids: Vec<i64> = users::table
        .filter(users::operator_role.eq_any(["administrator", "legal"]))
        .filter(users::disabled_at.is_null())
        .filter(users::id.ne(asked_by.0))
        .order(users::id)
        .limit(limit)
        .select(users::id)
        .load(conn)?;
    Ok(ids.into_iter().map(UserId).collect())
}

/// Open proposals, oldest first, behind `after`; of one customer or of all.
pub fn list_open(
    conn: &mut PgConnection,
    customer: Option<CustomerNumber>,
    after: ProposalId,
    limit: i64,
) -> QueryResult<Vec<ProposalLine>> {
    let mut query = joined()
        .filter(proposals::state.eq("open"))
        .filter(customers::deleted_at.is_null())
        .filter(proposals::id.gt(after.0))
        .order(proposals::id)
        .limit(limit)
        .into_boxed();
    if let Some(customer) = customer {
        query = query.filter(proposals::customer_number.eq(customer));
    }
    query.load::<Row>(conn)?.into_iter().map(read).collect()
}

/// Answered proposals, newest first; at most `limit`.
pub fn list_answered(conn: &mut PgConnection, limit: i64) -> QueryResult<Vec<ProposalLine>> {
    let rows: Vec<Row> = joined()
        .filter(proposals::state.ne("open"))
        .filter(customers::deleted_at.is_null())
        .order((proposals::decided_at.desc(), proposals::id.desc()))
        .limit(limit)
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Proposals older than `before`, open and answered, newest first; at most `limit`.
pub fn list_all(
    conn: &mut PgConnection,
    before: Option<ProposalId>,
    limit: i64,
) -> QueryResult<Vec<ProposalLine>> {
    let rows: Vec<Row> = joined()
        .filter(customers::deleted_at.is_null())
        .filter(proposals::id.lt(before.map_or(i64::MAX, |before| before.0)))
        .order(proposals::id.desc())
        .limit(limit)
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Writes how an open proposal was answered; `false` if it was not open any more.
pub fn close_proposal(
    conn: &mut PgConnection,
    id: ProposalId,
    state: ProposalState,
    by: UserId,
    reason: Option<&str>,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let written = diesel::update(
        proposals::table
            .find(id.0)
            .filter(proposals::state.eq("open")),
    )
    .set((
        proposals::state.eq(text::word(&state)?),
        proposals::decided_at.eq(now),
        proposals::decided_by.eq(by.0),
        proposals::reason.eq(reason),
    ))
    .execute(conn)?;
    Ok(written == 1)
}

/// Open proposals, counted up to `cap` + 1.
pub fn count_open(conn: &mut PgConnection, cap: i64) -> QueryResult<usize> {
    let ids: Vec<i64> = proposals::table
        .inner_join(customers::table)
        .filter(proposals::state.eq("open"))
        .filter(customers::deleted_at.is_null())
        .order(proposals::id)
        .limit(cap + 1)
        .select(proposals::id)
        .load(conn)?;
    Ok(ids.len())
}

/// The users who answered, as a second alias beside those who proposed.
mod decider {
    use super::users;
    diesel::alias!(users as deciders: Deciders);
}
use decider::deciders;

#[diesel::dsl::auto_type(no_type_alias)]
fn joined() -> _ {
    proposals::table
        .inner_join(customers::table)
        .inner_join(users::table.on(users::id.eq(proposals::proposed_by)))
        .left_join(
            deciders.on(deciders
                .field(users::id)
                .nullable()
                .eq(proposals::decided_by)),
        )
        .select((
            proposals::id,
            proposals::customer_number,
            customers::name,
            proposals::details,
            proposals::file_id,
            proposals::proposed_at,
            (users::id, users::name),
            proposals::state,
            proposals::decided_at,
            deciders.field(users::name).nullable(),
            proposals::reason,
        ))
}

fn read(row: Row) -> QueryResult<ProposalLine> {
    let (id, customer, customer_name, details, file, proposed_at, by, state, at, decider, reason) =
        row;
    Ok(ProposalLine {
        id: ProposalId(id),
        customer,
        customer_name,
        proposal: text::from_json(details)?,
        file: file.map(FileId),
        proposed_at,
        proposed_by: (UserId(by.0), by.1),
        state: text::from_word(state)?,
        decided_at: at,
        decided_by: decider,
        reason,
    })
}

/// Erases the answered proposals that belong to an agreement, scans and all (EV-16): the one it was
/// recorded by, in whose transaction and at whose moment it was concluded, and those that its
/// objection was recorded in error.
pub fn erase_about(conn: &mut PgConnection, agreement: AgreementId) -> QueryResult<()> {
    let (customer, number, concluded_at): (CustomerNumber, String, DateTime<Utc>) =
        agreements::table
            .find(agreement.0)
            .select((
                agreements::customer_number,
                agreements::number,
                agreements::concluded_at,
            ))
            .first(conn)?;
    let about = proposals::table
        .filter(proposals::customer_number.eq(customer))
        .filter(proposals::state.ne("open"));
    let lines: Vec<(i64, Value, Option<DateTime<Utc>>)> = about
        .select((proposals::id, proposals::details, proposals::decided_at))
        .load(conn)?;
    let mut over = Vec::new();
    for (id, details, decided_at) in lines {
        let is_over = match text::from_json(details)? {
            Proposal::ObjectionInError { number: of, .. } => of == number,
            Proposal::Paper { .. } => decided_at == Some(concluded_at),
        };
        if is_over {
            over.push(id);
        }
    }
    erase(conn, over)
}

/// Erases all proposals of a customer, including open ones.
pub fn erase_of(conn: &mut PgConnection, customer: CustomerNumber) -> QueryResult<()> {
    let own = proposals::table
        .filter(proposals::customer_number.eq(customer))
        .select(proposals::id)
        .load(conn)?;
    erase(conn, own)
}

/// Deletes proposals that were rejected or withdrawn until `before`, as they had no effect. Returns
/// how many.
pub fn forget_old(conn: &mut PgConnection, before: DateTime<Utc>, most: i64) -> QueryResult<usize> {
    let over: Vec<i64> = proposals::table
        .filter(proposals::state.eq_any(["rejected", "withdrawn"]))
        .filter(proposals::decided_at.le(before))
        .limit(most)
        .select(proposals::id)
        .load(conn)?;
    let gone = over.len();
    erase(conn, over)?;
    Ok(gone)
}

fn erase(conn: &mut PgConnection, ids: Vec<i64>) -> QueryResult<()> {
    let scans: Vec<Option<Uuid>> =
        diesel::delete(proposals::table.filter(proposals::id.eq_any(ids)))
            .returning(proposals::file_id)
            .get_results(conn)?;
    erase_files(conn, scans.into_iter().flatten().collect())
}
