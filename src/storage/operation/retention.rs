//! Erasing data whose retention period has expired (EV-16, row 52). The rules say which data that
//! is ([`crate::domain::retention`]); this module finds and erases it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use crate::domain::mail::SPECS;
use crate::domain::{AgreementId, CustomerNumber, RequestId};
use crate::storage::case_rows::forget_row;
use crate::storage::schema::{
    agreement_documents, agreements, alerts, bookings, bulk_run_failures, customers,
    document_stamps, entered_addresses, links, mails, notices, objections, password_links,
    requests, roll_out_customers, sessions, tombstones, users,
};
use crate::storage::{QueryResult, declarations, dissent_files, proposals, replies};

/// At most this many mails are deleted in one statement.
const MAILS: i64 = 1000;

/// The latest ends that make something a candidate.
#[derive(Debug, Clone, Copy)]
pub struct Cutoffs {
    /// For agreements, by their end.
    pub evidence: DateTime<Utc>,
    /// For rounds by their close, for customers by their deletion, for mails by their sending.
    pub round: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct Candidate {
    #[diesel(sql_type = Text)]
    number: CustomerNumber,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// Customers that may have expired data, at most `limit`: deleted ones whose last piece of evidence
/// is old, old evidence of others, and old rounds that a younger one followed.
pub fn list_candidates(
    conn: &mut PgConnection,
    cutoffs: Cutoffs,
    limit: i64,
) -> QueryResult<Vec<CustomerNumber>> {
    let rows: Vec<Candidate> = diesel::sql_query(
        "(SELECT c.number FROM customers c
          WHERE c.deleted_at <= $2
            AND NOT EXISTS (SELECT 1 FROM agreements a WHERE a.customer_number = c.number
                            AND (a.ended_at IS NULL OR a.ended_at > $1))
            AND NOT EXISTS (SELECT 1 FROM requests r WHERE r.customer_number = c.number
                            AND (r.closed_at IS NULL OR r.closed_at > $2))
          LIMIT $3)
         UNION
         (SELECT a.customer_number FROM agreements a
          JOIN agreement_documents d ON d.agreement_id = a.id
          JOIN customers c ON c.number = a.customer_number
          WHERE a.ended_at <= $1 AND c.deleted_at IS NULL
          LIMIT $3)
         UNION
         (SELECT r.customer_number FROM requests r
          WHERE r.closed_at <= $2
            AND NOT EXISTS (SELECT 1 FROM links l WHERE l.request_id = r.id AND l.valid_until > $2)
            AND NOT EXISTS (SELECT 1 FROM agreements a WHERE a.request_id = r.id)
            AND EXISTS (SELECT 1 FROM requests y
                        WHERE y.customer_number = r.customer_number AND y.position > r.position)
          LIMIT $3)
         LIMIT $3",
    )
    .bind::<Timestamptz, _>(cutoffs.evidence)
    .bind::<Timestamptz, _>(cutoffs.round)
    .bind::<BigInt, _>(limit)
    .load(conn)?;
    Ok(rows.into_iter().map(|row| row.number).collect())
}

/// Erases the evidence of an agreement that ended: document, persons, notes of objections, mails.
/// True if there was any left.
pub fn erase_evidence(
    conn: &mut PgConnection,
    id: AgreementId,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    if !erase_document(conn, id, now)? {
        return Ok(false);
    }
    diesel::update(agreements::table.find(id.0))
        .set((agreements::person.eq(""), agreements::function.eq("")))
        .execute(conn)?;
    diesel::update(objections::table.filter(objections::agreement_id.eq(id.0)))
        .set(objections::note.eq(""))
        .execute(conn)?;
    declarations::erase_proofs_against(conn, id)?;
    proposals::erase_about(conn, id)?;
    let (customer, round): (CustomerNumber, Option<Uuid>) = agreements::table
        .find(id.0)
        .select((agreements::customer_number, agreements::request_id))
        .first(conn)?;
    erase_mails_about(conn, customer, "agreement", id.0)?;
    erase_notices(conn, id)?;
    if let Some(round) = round {
        erase_link_mails(conn, customer, round)?;
    }
    Ok(true)
}

/// Notices belong to the evidence of the agreement they were given under (EV-12). A dissent that
/// was not taken back outlives them: as long as the customer is there, no list may apply that
/// change to it (row 39). What is left of it contains no name and no quotation.
fn erase_notices(conn: &mut PgConnection, id: AgreementId) -> QueryResult<()> {
    let (customer, from, until): (CustomerNumber, DateTime<Utc>, Option<DateTime<Utc>>) =
        agreements::table
            .find(id.0)
            .select((
                agreements::customer_number,
                agreements::concluded_at,
                agreements::ended_at,
            ))
            .first(conn)?;
    let Some(until) = until else {
        return Ok(());
    };
    let own = || {
        notices::table
            .filter(notices::customer_number.eq(customer))
            .filter(notices::made_at.between(from, until))
    };
    let all: Vec<Uuid> = own().select(notices::id).load(conn)?;
    dissent_files::erase_of_notices(conn, &all)?;
    let gone: Vec<Uuid> = diesel::delete(
        own().filter(
            notices::dissent_at
                .is_null()
                .or(notices::settled_how.eq("withdrawn")),
        ),
    )
    .returning(notices::id)
    .get_results(conn)?;
    let kept: Vec<Uuid> = diesel::update(own())
        .set((
            notices::dissent_person.eq(""),
            notices::dissent_text.eq(""),
            notices::dissent_recorded_by.eq(None::<i64>),
        ))
        .returning(notices::id)
        .get_results(conn)?;
    diesel::update(own().filter(notices::settled_at.is_not_null()))
        .set(notices::settled_note.eq(""))
        .execute(conn)?;
    gone.into_iter()
        .chain(kept)
        .try_for_each(|notice| erase_mails_about(conn, customer, "notice", notice))
}

/// Erases the document in the only way the trigger allows, and leaves a tombstone.
fn erase_document(
    conn: &mut PgConnection,
    id: AgreementId,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let left = diesel::sql_query(
        "INSERT INTO tombstones (customer_number, agreement_id, agreement_number, document_hash,
                                 pdf_hash, concluded_at, ended_at, erased_at)
         SELECT a.customer_number, a.id, a.number, d.document_hash, d.pdf_hash, a.concluded_at,
                a.ended_at, $2
         FROM agreements a JOIN agreement_documents d ON d.agreement_id = a.id
         WHERE a.id = $1 AND a.ended_at IS NOT NULL",
    )
    .bind::<SqlUuid, _>(id.0)
    .bind::<Timestamptz, _>(now)
    .execute(conn)?;
    if left == 0 {
        return Ok(false);
    }
    diesel::delete(document_stamps::table.find(id.0)).execute(conn)?;
    diesel::sql_query("SELECT set_config('avv.erasing', $1, true)")
        .bind::<Text, _>(id.0.to_string())
        .execute(conn)?;
    diesel::delete(agreement_documents::table.find(id.0)).execute(conn)?;
    diesel::sql_query("SELECT set_config('avv.erasing', '', true)").execute(conn)?;
    Ok(true)
}

/// Erases a round that was not concluded, with its links and mails.
pub fn erase_round(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    round: RequestId,
) -> QueryResult<()> {
    erase_link_mails(conn, customer, round.0)?;
    declarations::erase_reason(conn, round)?;
    diesel::delete(links::table.filter(links::request_id.eq(round.0))).execute(conn)?;
    diesel::delete(requests::table.find(round.0)).execute(conn)?;
    Ok(())
}

/// Erases a deleted customer with everything that names it, and leaves a tombstone. The events of
/// the audit log are not touched here; they are erased separately.
pub fn erase_customer(
    conn: &mut PgConnection,
    number: CustomerNumber,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let n = number;
    let agreed: Vec<Uuid> = agreements::table
        .filter(agreements::customer_number.eq(n))
        .order(agreements::position)
        .select(agreements::id)
        .load(conn)?;
    for id in agreed {
        erase_document(conn, AgreementId(id), now)?;
    }
    let deleted_at: Option<DateTime<Utc>> = customers::table
        .find(n)
        .select(customers::deleted_at)
        .first(conn)?;
    diesel::insert_into(tombstones::table)
        .values((
            tombstones::customer_number.eq(n),
            tombstones::ended_at.eq(deleted_at),
            tombstones::erased_at.eq(now),
        ))
        .execute(conn)?;
    declarations::erase_of(conn, number)?;
    proposals::erase_of(conn, number)?;
    replies::erase_of(conn, number)?;
    diesel::delete(alerts::table.filter(alerts::customer_number.eq(n))).execute(conn)?;
    let entered = entered_addresses::table.filter(entered_addresses::customer_number.eq(n));
    diesel::delete(entered).execute(conn)?;
    diesel::delete(objections::table.filter(objections::customer_number.eq(n))).execute(conn)?;
    let told: Vec<Uuid> = notices::table
        .filter(notices::customer_number.eq(n))
        .select(notices::id)
        .load(conn)?;
    dissent_files::erase_of_notices(conn, &told)?;
    diesel::delete(notices::table.filter(notices::customer_number.eq(n))).execute(conn)?;
    let failed = bulk_run_failures::table.filter(bulk_run_failures::customer_number.eq(n));
    diesel::delete(failed).execute(conn)?;
    diesel::delete(roll_out_customers::table.filter(roll_out_customers::customer_number.eq(n)))
        .execute(conn)?;
    diesel::sql_query(
        "UPDATE roll_outs SET numbers = array_remove(numbers, $1) WHERE $1 = ANY (numbers)",
    )
    .bind::<Text, _>(n)
    .execute(conn)?;
    diesel::delete(mails::table.filter(mails::customer_number.eq(n))).execute(conn)?;
    diesel::delete(agreements::table.filter(agreements::customer_number.eq(n))).execute(conn)?;
    let rounds = requests::table
        .filter(requests::customer_number.eq(n))
        .select(requests::id);
    diesel::delete(links::table.filter(links::request_id.eq_any(rounds))).execute(conn)?;
    diesel::delete(requests::table.filter(requests::customer_number.eq(n))).execute(conn)?;
    diesel::delete(bookings::table.filter(bookings::customer_number.eq(n))).execute(conn)?;
    forget_row(conn, number)?;
    let people = || {
        users::table
            .filter(users::customer_number.eq(n))
            .select(users::id.nullable())
    };
    diesel::delete(sessions::table.filter(sessions::user_id.eq_any(people()))).execute(conn)?;
    diesel::delete(
        password_links::table.filter(password_links::user_id.nullable().eq_any(people())),
    )
    .execute(conn)?;
    diesel::delete(users::table.filter(users::customer_number.eq(n))).execute(conn)?;
    diesel::delete(customers::table.find(n)).execute(conn)?;
    Ok(())
}

/// Erases mails whose kind contains the id of something.
fn erase_mails_about(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    field: &str,
    id: Uuid,
) -> QueryResult<()> {
    diesel::sql_query(
        "DELETE FROM mails WHERE customer_number = $1 AND kind ->> $2 = $3 AND state <> 'queued'",
    )
    .bind::<Text, _>(customer)
    .bind::<Text, _>(field)
    .bind::<Text, _>(id.to_string())
    .execute(conn)
    .map(|_| ())
}

/// Erases mails that carried a link of a round.
fn erase_link_mails(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    round: Uuid,
) -> QueryResult<()> {
    let sent: Vec<Uuid> = links::table
        .filter(links::request_id.eq(round))
        .select(links::id)
        .load(conn)?;
    sent.into_iter()
        .try_for_each(|link| erase_mails_about(conn, customer, "link", link))
}

/// Deletes a bounded number of mails that are no evidence and were done until `before`. Returns how
/// many.
pub fn forget_mails(conn: &mut PgConnection, before: DateTime<Utc>) -> QueryResult<usize> {
    diesel::sql_query(format!(
        "DELETE FROM mails WHERE id IN (SELECT id FROM mails WHERE {}
         ORDER BY done_at LIMIT {MAILS} FOR UPDATE SKIP LOCKED)",
        forgettable()
    ))
    .bind::<Timestamptz, _>(before)
    .execute(conn)
}

/// How many mails [`forget_mails`] would delete in all.
pub fn count_forgettable_mails(conn: &mut PgConnection, before: DateTime<Utc>) -> QueryResult<i64> {
    let row: Count = diesel::sql_query(format!(
        "SELECT count(*) AS number FROM mails WHERE {}",
        forgettable()
    ))
    .bind::<Timestamptz, _>(before)
    .get_result(conn)?;
    Ok(row.number)
}

/// The condition of the index `mails_forgettable`, which must be the same expression, and the time.
fn forgettable() -> String {
    let kept = SPECS.iter().filter(|spec| spec.is_kept);
    let kept: Vec<String> = kept.map(|spec| format!("'{}'", spec.key)).collect();
    format!(
        "done_at <= $1 AND kind ->> 'kind' NOT IN ({})",
        kept.join(", ")
    )
}

/// What stays of something that was erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tombstone {
    /// The agreement that was erased; `None` if it was the customer itself.
    pub agreement: Option<AgreementId>,
    /// Its printed number, if it was an agreement.
    pub agreement_number: Option<String>,
    /// SHA-256 of the text, hex.
    pub document_hash: Option<String>,
    /// SHA-256 of the PDF, hex.
    pub pdf_hash: Option<String>,
    /// When it was concluded.
    pub concluded_at: Option<DateTime<Utc>>,
    /// When it ended, or the customer was deleted.
    pub ended_at: Option<DateTime<Utc>>,
    /// When it was erased.
    pub erased_at: DateTime<Utc>,
}

/// The tombstones of a customer, oldest first.
pub fn list_tombstones(
    conn: &mut PgConnection,
    customer: CustomerNumber,
) -> QueryResult<Vec<Tombstone>> {
    use tombstones as t;
    type Row = (
        Option<Uuid>,
        Option<String>,
        Option<String>,
        Option<String>,
        Option<DateTime<Utc>>,
        Option<DateTime<Utc>>,
        DateTime<Utc>,
    );
    let rows: Vec<Row> = t::table
        .filter(t::customer_number.eq(customer))
        .order(t::id)
        .select((
            t::agreement_id,
            t::agreement_number,
            t::document_hash,
            t::pdf_hash,
            t::concluded_at,
            t::ended_at,
            t::erased_at,
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(
            |(
                agreement,
                agreement_number,
                document_hash,
                pdf_hash,
                concluded_at,
                ended_at,
                erased_at,
            )| {
                Tombstone {
                    agreement: agreement.map(AgreementId),
                    agreement_number,
                    document_hash,
                    pdf_hash,
                    concluded_at,
                    ended_at,
                    erased_at,
                }
            },
        )
        .collect())
}
