//! Replies of people to mails of the portal, stored until they are filed and expire (C9).

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::domain::{CustomerNumber, MailId, ReplyId, UserId};
use crate::storage::QueryResult;
use crate::storage::schema::{customers, mails, replies, users};

/// At most this many replies are deleted in one statement.
const FORGOTTEN: i64 = 1000;

/// A reply to be stored.
#[derive(Debug, Clone)]
pub struct NewReply {
    /// Whether it was written by a program, such as an absence notice.
    pub is_automatic: bool,
    /// Address of the sender.
    pub sender: String,
    /// Name beside the address.
    pub sender_name: String,
    /// Subject line, as it was received.
    pub subject: String,
    /// Text of the reply.
    pub body: String,
    /// Number of files that came with it.
    pub attachments: i32,
    /// Hash of the whole reply, hex.
    pub digest: String,
    /// Message-IDs of the mails it answers, as its headers say.
    pub answers: Vec<String>,
}

/// Which replies to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shelf {
    /// Replies of people that no administrator has handled yet.
    #[default]
    Open,
    /// Replies of people that were filed or put away.
    Done,
    /// Replies written by programs.
    Automatic,
}

/// A reply as it is listed.
#[derive(Debug, Clone)]
pub struct ReplyLine {
    /// Key in `replies`.
    pub id: ReplyId,
    /// When the portal received the reply.
    pub received_at: DateTime<Utc>,
    /// Address of the sender.
    pub sender: String,
    /// Name beside the address.
    pub sender_name: String,
    /// Subject line, as it was received.
    pub subject: String,
    /// The customer it was filed to, with its name.
    pub filed: Option<(CustomerNumber, String)>,
}

/// A reply with everything that is stored of it.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The reply as the list shows it.
    pub line: ReplyLine,
    /// Whether it was written by a program, such as an absence notice.
    pub is_automatic: bool,
    /// Text of the reply.
    pub body: String,
    /// Number of files that came with it.
    pub attachments: i32,
    /// The mail it answers, and the customer of that mail.
    pub answers: Option<(MailId, Option<CustomerNumber>)>,
    /// When it was handled, and the name of the administrator.
    pub done: Option<(DateTime<Utc>, String)>,
}

/// Stores a reply with the mail it answers. True if it is new.
pub fn add_reply(
    conn: &mut PgConnection,
    reply: &NewReply,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let known: Vec<(String, i64)> = mails::table
        .filter(mails::message_id.eq_any(&reply.answers))
        .select((mails::message_id, mails::id))
        .load(conn)?;
    let mail = reply
        .answers
        .iter()
        .find_map(|wanted| known.iter().find(|(id, _)| id == wanted))
        .map(|(_, mail)| *mail);
    let kind = if reply.is_automatic {
        "automatic"
    } else {
        "person"
    };
    let added = diesel::insert_into(replies::table)
        .values((
            replies::received_at.eq(now),
            replies::kind.eq(kind),
            replies::sender.eq(&reply.sender),
            replies::sender_name.eq(&reply.sender_name),
            replies::subject.eq(&reply.subject),
            replies::body.eq(&reply.body),
            replies::attachments.eq(reply.attachments),
            replies::digest.eq(&reply.digest),
            replies::mail_id.eq(mail),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(added == 1)
}

type LineRow = (
    i64,
    DateTime<Utc>,
    String,
    String,
    String,
    Option<(CustomerNumber, String)>,
);

/// At most `limit` replies older than `before`, the newest first.
pub fn page_replies(
    conn: &mut PgConnection,
    shelf: Shelf,
    customer: Option<CustomerNumber>,
    before: Option<ReplyId>,
    limit: i64,
) -> QueryResult<Vec<ReplyLine>> {
    let mut select = replies::table
        .left_join(customers::table)
        .order(replies::id.desc())
        .limit(limit)
        .select((
            replies::id,
            replies::received_at,
            replies::sender,
            replies::sender_name,
            replies::subject,
            (customers::number, customers::name).nullable(),
        ))
        .into_boxed();
    select = match (shelf, customer) {
        (_, Some(customer)) => select.filter(replies::customer_number.eq(customer)),
        (Shelf::Open, None) => select
            .filter(replies::kind.eq("person"))
            .filter(replies::done_at.is_null()),
        (Shelf::Done, None) => select
            .filter(replies::kind.eq("person"))
            .filter(replies::done_at.is_not_null()),
        (Shelf::Automatic, None) => select.filter(replies::kind.eq("automatic")),
    };
    if let Some(before) = before {
        select = select.filter(replies::id.lt(before.0));
    }
    let rows: Vec<LineRow> = select.load(conn)?;
    Ok(rows.into_iter().map(read_line).collect())
}

fn read_line((id, received_at, sender, sender_name, subject, filed): LineRow) -> ReplyLine {
    ReplyLine {
        id: ReplyId(id),
        received_at,
        sender,
        sender_name,
        subject,
        filed,
    }
}

/// How many replies of people have not been handled yet, counted to `cap` + 1.
pub fn count_open(conn: &mut PgConnection, cap: i64) -> QueryResult<i64> {
    let open: Vec<i64> = replies::table
        .filter(replies::kind.eq("person"))
        .filter(replies::done_at.is_null())
        .limit(cap + 1)
        .select(replies::id)
        .load(conn)?;
    Ok(i64::try_from(open.len()).unwrap_or(i64::MAX))
}

/// One reply by its key.
pub fn find_reply(conn: &mut PgConnection, id: ReplyId) -> QueryResult<Option<Reply>> {
    type More = (
        String,
        String,
        i32,
        Option<(i64, Option<CustomerNumber>)>,
        Option<DateTime<Utc>>,
        Option<String>,
    );
    let row: Option<(LineRow, More)> = replies::table
        .left_join(customers::table)
        .left_join(mails::table)
        .left_join(users::table)
        .filter(replies::id.eq(id.0))
        .select((
            (
                replies::id,
                replies::received_at,
                replies::sender,
                replies::sender_name,
                replies::subject,
                (customers::number, customers::name).nullable(),
            ),
            (
                replies::kind,
                replies::body,
                replies::attachments,
                (mails::id, mails::customer_number).nullable(),
                replies::done_at,
                users::name.nullable(),
            ),
        ))
        .first(conn)
        .optional()?;
    Ok(row.map(
        |(line, (kind, body, attachments, mail, done_at, by))| Reply {
            line: read_line(line),
            is_automatic: kind == "automatic",
            body,
            attachments,
            answers: mail.map(|(mail, customer)| (MailId(mail), customer)),
            done: done_at.map(|at| (at, by.unwrap_or_default())),
        },
    ))
}

/// Files a reply to a customer, or puts it away. True if there is such a reply.
pub fn close_reply(
    conn: &mut PgConnection,
    id: ReplyId,
    customer: Option<CustomerNumber>,
    by: UserId,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let done = diesel::update(replies::table.find(id.0))
        .set((
            replies::customer_number.eq(customer),
            replies::done_at.eq(now),
            replies::done_by.eq(by.0),
        ))
        .execute(conn)?;
    Ok(done == 1)
}

/// Deletes a bounded number of replies: those of people that came in before `people`, those of
/// programs before `programs`.
pub fn forget_old(
    conn: &mut PgConnection,
    people: DateTime<Utc>,
    programs: DateTime<Utc>,
) -> QueryResult<usize> {
    let mut gone = 0;
    for (kind, before) in [("person", people), ("automatic", programs)] {
        let old = replies::table
            .filter(replies::kind.eq(kind))
            .filter(replies::received_at.lt(before))
            .limit(FORGOTTEN)
            .select(replies::id);
        let ids: Vec<i64> = old.load(conn)?;
        gone += diesel::delete(replies::table.filter(replies::id.eq_any(ids))).execute(conn)?;
    }
    Ok(gone)
}

/// Erases the replies that were filed to a customer.
pub fn erase_of(conn: &mut PgConnection, customer: CustomerNumber) -> QueryResult<()> {
    diesel::delete(replies::table.filter(replies::customer_number.eq(customer)))
        .execute(conn)
        .map(|_| ())
}
