//! The document of a concluded agreement and the record of an objection.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use crate::domain::case::Channel;
use crate::domain::{AgreementId, CustomerNumber, ObjectionId, UserId};
use crate::storage::schema::{agreement_documents, agreements, objections, tombstones};
use crate::storage::{QueryResult, text};

/// Whether an agreement was ever concluded in this portal. Until then the portal is being set up.
pub fn is_any_concluded(conn: &mut PgConnection) -> QueryResult<bool> {
    let first: Option<Uuid> = agreements::table
        .select(agreements::id)
        .first(conn)
        .optional()?;
    Ok(first.is_some())
}

/// What exactly was concluded (EV-01 … EV-07). Written once, never changed.
#[derive(Insertable, Debug, Clone)]
#[diesel(table_name = agreement_documents)]
pub struct NewDocument {
    /// The agreement it belongs to.
    pub agreement_id: Uuid,
    /// Language of the text: `de`, `en`.
    pub language: String,
    /// Every value that was filled in.
    pub contents: Value,
    /// The text, normalised.
    pub plain_text: String,
    /// SHA-256 of the text that was shown and concluded, hex.
    pub document_hash: String,
    /// The PDF, byte for byte.
    pub pdf: Vec<u8>,
    /// SHA-256 of the PDF, hex.
    pub pdf_hash: String,
    /// Number of its pages.
    pub pages: i32,
    /// Address of the browser, as seen through trusted proxies only.
    pub remote_address: String,
    /// What the browser called itself.
    pub user_agent: String,
    /// Version of the portal.
    pub build: String,
}

/// What pages say of a document without fetching it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentFacts {
    /// SHA-256 of the PDF, hex.
    pub pdf_hash: String,
    /// SHA-256 of the text, hex.
    pub document_hash: String,
    /// Size of the PDF in bytes.
    pub size: usize,
    /// Number of its pages.
    pub pages: i32,
    /// All values that were filled in.
    pub contents: Value,
}

/// Stores the document of a new agreement.
pub fn create_document(conn: &mut PgConnection, document: &NewDocument) -> QueryResult<()> {
    diesel::insert_into(agreement_documents::table)
        .values(document)
        .execute(conn)
        .map(|_| ())
}

/// Size, pages and hashes of a document.
pub fn find_document_facts(
    conn: &mut PgConnection,
    id: AgreementId,
) -> QueryResult<Option<DocumentFacts>> {
    diesel::define_sql_function!(fn octet_length(bytes: diesel::sql_types::Binary) -> diesel::sql_types::Integer);
    use agreement_documents as d;
    let row: Option<(String, String, i32, i32, Value)> = d::table
        .find(id.0)
        .select((
            d::pdf_hash,
            d::document_hash,
            octet_length(d::pdf),
            d::pages,
            d::contents,
        ))
        .first(conn)
        .optional()?;
    Ok(row.map(
        |(pdf_hash, document_hash, size, pages, contents)| DocumentFacts {
            pdf_hash,
            document_hash,
            size: usize::try_from(size).unwrap_or(0),
            pages,
            contents,
        },
    ))
}

/// The PDF of an agreement, byte for byte as it was concluded (5.6-7).
pub fn find_pdf(conn: &mut PgConnection, id: AgreementId) -> QueryResult<Option<Vec<u8>>> {
    agreement_documents::table
        .find(id.0)
        .select(agreement_documents::pdf)
        .first(conn)
        .optional()
}

/// An agreement by the number printed on it: its id and customer.
pub fn find_by_number(
    conn: &mut PgConnection,
    number: &str,
) -> QueryResult<Option<(AgreementId, CustomerNumber)>> {
    let row: Option<(Uuid, CustomerNumber)> = agreements::table
        .filter(agreements::number.eq(number))
        .select((agreements::id, agreements::customer_number))
        .first(conn)
        .optional()?;
    Ok(row.map(|(id, customer)| (AgreementId(id), customer)))
}

/// Whether the agreement with this number was erased because its retention period had expired
/// (EV-16).
pub fn was_erased(conn: &mut PgConnection, number: &str) -> QueryResult<bool> {
    let found = tombstones::table.filter(tombstones::agreement_number.eq(number));
    diesel::select(diesel::dsl::exists(found)).get_result(conn)
}

/// The customer an agreement belongs to.
pub fn find_customer(
    conn: &mut PgConnection,
    id: AgreementId,
) -> QueryResult<Option<CustomerNumber>> {
    let number: Option<CustomerNumber> = agreements::table
        .find(id.0)
        .select(agreements::customer_number)
        .first(conn)
        .optional()?;
    Ok(number)
}

/// An objection to be recorded (EV-10).
#[derive(Debug, Clone)]
pub struct NewObjection {
    /// The customer that objected.
    pub customer: CustomerNumber,
    /// The agreement that became void; `None` for one before conclusion (row 32).
    pub agreement: Option<AgreementId>,
    /// How it was received.
    pub channel: Channel,
    /// The day it was received.
    pub received_on: NaiveDate,
    /// The operator's note; empty if it came in through the portal.
    pub note: String,
    /// The user who recorded it.
    pub recorded_by: UserId,
}

/// Stores an objection.
pub fn create_objection(
    conn: &mut PgConnection,
    new: &NewObjection,
    now: DateTime<Utc>,
) -> QueryResult<ObjectionId> {
    diesel::insert_into(objections::table)
        .values((
            objections::customer_number.eq(new.customer),
            objections::agreement_id.eq(new.agreement.map(|id| id.0)),
            objections::channel.eq(text::word(&new.channel)?),
            objections::received_on.eq(new.received_on),
            objections::note.eq(&new.note),
            objections::recorded_at.eq(now),
            objections::recorded_by.eq(new.recorded_by.0),
        ))
        .returning(objections::id)
        .get_result(conn)
        .map(ObjectionId)
}

/// Whether an agreement binds the parties.
pub fn is_in_force(conn: &mut PgConnection, id: AgreementId) -> QueryResult<bool> {
    let found = agreements::table
        .find(id.0)
        .filter(agreements::ended_at.is_null());
    diesel::select(diesel::dsl::exists(found)).get_result(conn)
}
