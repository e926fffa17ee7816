//! The words of mails that were sent, for who has to answer questions about them (C8). Links in them
//! are blanked before they come here: who reads along cannot conclude.

use diesel::prelude::*;

use crate::domain::MailId;
use crate::storage::QueryResult;
use crate::storage::schema::mail_texts;

/// Keeps the text part as it was sent, with its links blanked. Sent once more, the last one stays.
pub fn save_text(conn: &mut PgConnection, mail: MailId, text: &str) -> QueryResult<()> {
    diesel::insert_into(mail_texts::table)
        .values((mail_texts::mail_id.eq(mail.0), mail_texts::text.eq(text)))
        .on_conflict(mail_texts::mail_id)
        .do_update()
        .set(mail_texts::text.eq(text))
        .execute(conn)
        .map(|_| ())
}

/// The text part of a mail; `None` if it was not sent, or before texts were kept.
pub fn find_text(conn: &mut PgConnection, mail: MailId) -> QueryResult<Option<String>> {
    mail_texts::table
        .find(mail.0)
        .select(mail_texts::text)
        .first(conn)
        .optional()
}
