//! Sealed documents: found by hash or number, the certificates they were sealed with, and the time
//! stamps fetched for them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::domain::AgreementId;
use crate::domain::case::AgreementEnd;
use crate::storage::schema::{agreement_documents, agreements, document_stamps, seal_certificates};
use crate::storage::{QueryResult, text};

/// What may be shown of a document to anyone who has it: facts without names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// Number of the agreement.
    pub number: String,
    /// When it was concluded.
    pub concluded_at: DateTime<Utc>,
    /// When and how it ended; `None` while it is in force.
    pub end: Option<(DateTime<Utc>, AgreementEnd)>,
    /// Time and source of the time stamp, if there is one.
    pub stamp: Option<(DateTime<Utc>, String)>,
    /// Whether it was signed on paper: then the file is a scan without a seal (5.8-18).
    pub on_paper: bool,
}

type Row = (
    String,
    DateTime<Utc>,
    Option<DateTime<Utc>>,
    Option<String>,
    Option<DateTime<Utc>>,
    Option<String>,
    Option<Uuid>,
);

/// The agreement whose PDF has this SHA-256 (hex).
pub fn find_issued(conn: &mut PgConnection, pdf_hash: &str) -> QueryResult<Option<Issued>> {
    issued()
        .filter(agreement_documents::pdf_hash.eq(pdf_hash))
        .first(conn)
        .optional()?
        .map(read)
        .transpose()
}

/// The agreement with this number, if the hash (hex) is that of its PDF or of its wording.
pub fn find_issued_by_number(
    conn: &mut PgConnection,
    number: &str,
    hash: &str,
) -> QueryResult<Option<Issued>> {
    issued()
        .filter(agreements::number.eq(number))
        .filter(
            agreement_documents::pdf_hash
                .eq(hash)
                .or(agreement_documents::document_hash.eq(hash)),
        )
        .first(conn)
        .optional()?
        .map(read)
        .transpose()
}

/// The agreement with this number, and its PDF.
pub fn find_document_by_number(
    conn: &mut PgConnection,
    number: &str,
) -> QueryResult<Option<(Issued, Vec<u8>)>> {
    let found: Option<Row> = issued()
        .filter(agreements::number.eq(number))
        .first(conn)
        .optional()?;
    let Some(row) = found else {
        return Ok(None);
    };
    let pdf = agreements::table
        .inner_join(agreement_documents::table)
        .filter(agreements::number.eq(number))
        .select(agreement_documents::pdf)
        .first(conn)?;
    Ok(Some((read(row)?, pdf)))
}

#[diesel::dsl::auto_type(no_type_alias)]
fn issued() -> _ {
    agreements::table
        .inner_join(agreement_documents::table)
        .left_join(document_stamps::table)
        .select((
            agreements::number,
            agreements::concluded_at,
            agreements::ended_at,
            agreements::how,
            document_stamps::stated_at.nullable(),
            document_stamps::source.nullable(),
            agreements::link_id,
        ))
}

fn read(row: Row) -> QueryResult<Issued> {
    let (number, concluded_at, ended_at, how, stamped_at, source, link) = row;
    let how: Option<AgreementEnd> = how.map(text::from_word).transpose()?;
    Ok(Issued {
        number,
        concluded_at,
        end: ended_at.zip(how),
        stamp: stamped_at.zip(source),
        on_paper: link.is_none(),
    })
}

/// Stores a certificate documents are sealed with. A known one stays as it is.
pub fn add_certificate(
    conn: &mut PgConnection,
    fingerprint: &str,
    certificate: &[u8],
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::insert_into(seal_certificates::table)
        .values((
            seal_certificates::fingerprint.eq(fingerprint),
            seal_certificates::certificate.eq(certificate),
            seal_certificates::first_used_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .map(|_| ())
}

/// Every certificate documents were sealed with, DER, oldest first.
pub fn list_certificates(conn: &mut PgConnection) -> QueryResult<Vec<Vec<u8>>> {
    seal_certificates::table
        .order(seal_certificates::first_used_at)
        .select(seal_certificates::certificate)
        .load(conn)
}

/// A document that waits for its time stamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unstamped {
    /// The agreement the document belongs to.
    pub agreement: AgreementId,
    /// When it was concluded.
    pub concluded_at: DateTime<Utc>,
    /// How often the time stamp service was asked already.
    pub tries: i32,
}

/// The document that waits longest for its time stamp among those concluded since `since`. A stamp
/// proves "not later than", which is of little use for older documents. The scan of a contract on
/// paper has no seal of this portal that could be stamped.
pub fn find_unstamped(
    conn: &mut PgConnection,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> QueryResult<Option<Unstamped>> {
    let row: Option<(Uuid, DateTime<Utc>, Option<i32>)> = agreements::table
        .inner_join(agreement_documents::table)
        .left_join(document_stamps::table)
        .filter(agreements::concluded_at.ge(since))
        .filter(agreements::link_id.is_not_null())
        .filter(
            document_stamps::agreement_id
                .nullable()
                .is_null()
                .or(document_stamps::next_try_at.nullable().le(now)),
        )
        .order(agreements::concluded_at)
        .select((
            agreements::id,
            agreements::concluded_at,
            document_stamps::tries.nullable(),
        ))
        .first(conn)
        .optional()?;
    Ok(row.map(|(id, concluded_at, tries)| Unstamped {
        agreement: AgreementId(id),
        concluded_at,
        tries: tries.unwrap_or(0),
    }))
}

/// How many documents concluded since `since` have no time stamp, counted to `cap` + 1.
pub fn count_unstamped(
    conn: &mut PgConnection,
    since: DateTime<Utc>,
    cap: i64,
) -> QueryResult<i64> {
    let missing: Vec<Uuid> = agreements::table
        .inner_join(agreement_documents::table)
        .left_join(document_stamps::table)
        .filter(agreements::concluded_at.ge(since))
        .filter(agreements::link_id.is_not_null())
        .filter(document_stamps::token.nullable().is_null())
        .order(agreements::concluded_at)
        .limit(cap + 1)
        .select(agreements::id)
        .load(conn)?;
    Ok(i64::try_from(missing.len()).unwrap_or(i64::MAX))
}

/// Notes a try before it is made; `next` is when to try again if it fails, `None` for never.
pub fn note_try(
    conn: &mut PgConnection,
    document: Unstamped,
    next: Option<DateTime<Utc>>,
) -> QueryResult<()> {
    let tries = document.tries + 1;
    diesel::insert_into(document_stamps::table)
        .values((
            document_stamps::agreement_id.eq(document.agreement.0),
            document_stamps::tries.eq(tries),
            document_stamps::next_try_at.eq(next),
        ))
        .on_conflict(document_stamps::agreement_id)
        .do_update()
        .set((
            document_stamps::tries.eq(tries),
            document_stamps::next_try_at.eq(next),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Stores the time stamp that a noted try returned. An existing one stays.
pub fn add_stamp(
    conn: &mut PgConnection,
    document: Unstamped,
    token: &[u8],
    stated_at: DateTime<Utc>,
    source: &str,
) -> QueryResult<()> {
    diesel::update(document_stamps::table.find(document.agreement.0))
        .filter(document_stamps::token.is_null())
        .set((
            document_stamps::next_try_at.eq(None::<DateTime<Utc>>),
            document_stamps::token.eq(Some(token)),
            document_stamps::stated_at.eq(Some(stated_at)),
            document_stamps::source.eq(Some(source)),
        ))
        .execute(conn)
        .map(|_| ())
}

/// A stored time stamp: token, stated time, source.
pub type KeptStamp = (Vec<u8>, DateTime<Utc>, String);

/// The time stamp of a document.
pub fn find_stamp(conn: &mut PgConnection, id: AgreementId) -> QueryResult<Option<KeptStamp>> {
    type Stamp = (Option<Vec<u8>>, Option<DateTime<Utc>>, Option<String>);
    let row: Option<Stamp> = document_stamps::table
        .find(id.0)
        .select((
            document_stamps::token,
            document_stamps::stated_at,
            document_stamps::source,
        ))
        .first(conn)
        .optional()?;
    Ok(match row {
        Some((Some(token), Some(at), Some(source))) => Some((token, at, source)),
        _ => None,
    })
}
