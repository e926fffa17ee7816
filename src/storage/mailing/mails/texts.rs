//! The texts of mails that were sent, for users who answer questions about them (C8). Links are
//! blanked before the text is stored, so that a reader cannot conclude with them.

use diesel::prelude::*;

use crate::domain::MailId;
use crate::storage::QueryResult;
use crate::storage::schema::mail_texts;

/// Stores the text part as it was sent, with its links blanked. If a mail is sent again, the last
/// text replaces the earlier one.
pub fn save_text(conn: &mut PgConnection, mail: MailId, text: &str) -> QueryResult<()> {
    diesel::insert_into(mail_texts::table)
        .values((mail_texts::mail_id.eq(mail.0), mail_texts::text.eq(text)))
        .on_conflict(mail_texts::mail_id)
        .do_update()
        .set(mail_texts::text.eq(text))
        .execute(conn)
        .map(|_| ())
}

/// The text part of a mail; `None` if it was not sent, or was sent before texts were stored.
pub fn find_text(conn: &mut PgConnection, mail: MailId) -> QueryResult<Option<String>> {
    mail_texts::table
        .find(mail.0)
        .select(mail_texts::text)
        .first(conn)
        .optional()
}
