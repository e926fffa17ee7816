//! The letters and mails in which dissents came that the operator recorded (EV-12). Only the
//! operator's pages read this (5.8-19).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::domain::{CustomerNumber, FileId, NoticeId};
use crate::storage::QueryResult;
use crate::storage::files::erase_files;
use crate::storage::schema::{dissent_files, files, notices};

/// Connects a stored file with the dissent of a notice.
pub fn add_proof(conn: &mut PgConnection, notice: NoticeId, file: FileId) -> QueryResult<()> {
    diesel::insert_into(dissent_files::table)
        .values((
            dissent_files::notice_id.eq(notice.0),
            dissent_files::file_id.eq(file.0),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Whether this file belongs to this notice.
pub fn has_proof(conn: &mut PgConnection, notice: NoticeId, file: FileId) -> QueryResult<bool> {
    let found = dissent_files::table
        .find(file.0)
        .filter(dissent_files::notice_id.eq(notice.0));
    diesel::select(diesel::dsl::exists(found)).get_result(conn)
}

/// The files of a customer's dissents with the moment of their upload, oldest first.
pub fn list_of_customer(
    conn: &mut PgConnection,
    customer: CustomerNumber,
) -> QueryResult<Vec<(NoticeId, FileId, DateTime<Utc>)>> {
    let rows: Vec<(Uuid, Uuid, DateTime<Utc>)> = dissent_files::table
        .inner_join(notices::table)
        .inner_join(files::table)
        .filter(notices::customer_number.eq(customer))
        .order(files::uploaded_at)
        .select((
            dissent_files::notice_id,
            dissent_files::file_id,
            files::uploaded_at,
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(notice, file, at)| (NoticeId(notice), FileId(file), at))
        .collect())
}

/// The files of one notice, oldest first.
pub fn list_of_notice(
    conn: &mut PgConnection,
    notice: NoticeId,
) -> QueryResult<Vec<(FileId, DateTime<Utc>)>> {
    let rows: Vec<(Uuid, DateTime<Utc>)> = dissent_files::table
        .inner_join(files::table)
        .filter(dissent_files::notice_id.eq(notice.0))
        .order(files::uploaded_at)
        .select((dissent_files::file_id, files::uploaded_at))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(file, at)| (FileId(file), at))
        .collect())
}

/// Erases the files of notices whose evidence has expired (EV-16).
pub fn erase_of_notices(conn: &mut PgConnection, of: &[Uuid]) -> QueryResult<()> {
    let gone: Vec<Uuid> =
        diesel::delete(dissent_files::table.filter(dissent_files::notice_id.eq_any(of)))
            .returning(dissent_files::file_id)
            .get_results(conn)?;
    erase_files(conn, gone)
}
