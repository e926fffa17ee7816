//! Files that users uploaded. They are stored in the database, so that they are part of its backup
//! and no path leads to them (S-77).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::domain::file::{File, FileKind};
use crate::domain::{FileId, UserId};
use crate::storage::schema::files;
use crate::storage::{QueryResult, text};

/// Stores a file under a fresh random id, which is its only name.
pub fn create_file(
    conn: &mut PgConnection,
    file: &File,
    by: UserId,
    now: DateTime<Utc>,
) -> QueryResult<FileId> {
    let id = Uuid::new_v4();
    diesel::insert_into(files::table)
        .values((
            files::id.eq(id),
            files::kind.eq(file.kind.key()),
            files::bytes.eq(&file.bytes),
            files::sha256.eq(file.sha256()),
            files::uploaded_at.eq(now),
            files::uploaded_by.eq(by.0),
        ))
        .execute(conn)?;
    Ok(FileId(id))
}

/// A stored file. The caller has checked that the viewer may see what it belongs to.
pub fn find_file(conn: &mut PgConnection, id: FileId) -> QueryResult<Option<File>> {
    let row: Option<(String, Vec<u8>)> = files::table
        .find(id.0)
        .select((files::kind, files::bytes))
        .first(conn)
        .optional()?;
    row.map(|(kind, bytes)| {
        let kind = FileKind::from_key(&kind).ok_or_else(|| text::unreadable("kind of file"))?;
        Ok(File { kind, bytes })
    })
    .transpose()
}

/// Erases expired files that nothing refers to any more (EV-16).
pub fn erase_files(conn: &mut PgConnection, ids: Vec<Uuid>) -> QueryResult<()> {
    diesel::delete(files::table.filter(files::id.eq_any(ids)))
        .execute(conn)
        .map(|_| ())
}
