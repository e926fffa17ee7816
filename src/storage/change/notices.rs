//! Notices to customers: facts as rows, lists and counts by state.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::{InnerJoin, InnerJoinQuerySource, exists, not};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use uuid::Uuid;

use crate::domain::notice::{Dissent, Notice, NoticeState, Settlement};
use crate::domain::{AnnouncementId, CustomerNumber, MailId, NoticeId, UserId};
use crate::storage::customer_number::behind;
use crate::storage::schema::{agreements, announcements, customers, mails, notices};
use crate::storage::{QueryResult, text};

/// A notice as it is stored, with the customer and the announcement it belongs to.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Key in `notices`.
    pub id: NoticeId,
    /// The announcement it is about.
    pub announcement: AnnouncementId,
    /// The customer it is sent to.
    pub customer: CustomerNumber,
    /// When the row was made, which is before its mail is handed over.
    pub made_at: DateTime<Utc>,
    /// Its newest mail; `None` once that was erased, or if it never needed one.
    pub mail: Option<MailId>,
    /// The facts the rules look at.
    pub facts: Notice,
    /// What the operator noted when it was settled.
    pub settled_note: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = notices)]
struct NoticeRow {
    id: Uuid,
    announcement_id: Uuid,
    customer_number: CustomerNumber,
    made_at: DateTime<Utc>,
    mail_id: Option<i64>,
    sent_at: Option<DateTime<Utc>>,
    failed_at: Option<DateTime<Utc>>,
    dissent_at: Option<DateTime<Utc>>,
    dissent_received_on: Option<NaiveDate>,
    dissent_way: Option<String>,
    dissent_person: Option<String>,
    dissent_text: Option<String>,
    settled_at: Option<DateTime<Utc>>,
    settled_how: Option<String>,
    settled_note: Option<String>,
}

/// The customer has no agreement in force.
#[diesel::dsl::auto_type]
fn is_lapsed() -> _ {
    let in_force = agreements::table
        .filter(agreements::customer_number.eq(notices::customer_number))
        .filter(agreements::ended_at.is_null());
    not(exists(in_force))
}

fn read((row, days, starts_on, lapsed): (NoticeRow, i32, NaiveDate, bool)) -> QueryResult<Stored> {
    let dissent = match (row.dissent_at, row.dissent_received_on, row.dissent_way) {
        (Some(at), Some(received_on), Some(way)) => Some(Dissent {
            at,
            received_on,
            way: text::from_word(way)?,
            person: row.dissent_person.unwrap_or_default(),
            text: row.dissent_text.unwrap_or_default(),
        }),
        _ => None,
    };
    let settled = match (row.settled_at, row.settled_how) {
        (Some(at), Some(how)) => Some((at, text::from_word::<Settlement>(how)?)),
        _ => None,
    };
    Ok(Stored {
        id: NoticeId(row.id),
        announcement: AnnouncementId(row.announcement_id),
        customer: row.customer_number,
        made_at: row.made_at,
        mail: row.mail_id.map(MailId),
        facts: Notice {
            days: u32::try_from(days).map_err(|_| text::unreadable("period"))?,
            announced_start: starts_on,
            sent_at: row.sent_at,
            failed_at: row.failed_at,
            dissent,
            settled,
            lapsed,
        },
        settled_note: row.settled_note.unwrap_or_default(),
    })
}

/// A notice by its key.
pub fn find_notice(conn: &mut PgConnection, id: NoticeId) -> QueryResult<Option<Stored>> {
    let row = notices::table
        .inner_join(announcements::table)
        .filter(notices::id.eq(id.0))
        .select((
            NoticeRow::as_select(),
            announcements::days,
            announcements::starts_on,
            is_lapsed(),
        ))
        .first(conn)
        .optional()?;
    row.map(read).transpose()
}

/// The same, locked; the announcement is not.
pub fn lock_notice(conn: &mut PgConnection, id: NoticeId) -> QueryResult<Option<Stored>> {
    let there: Option<Uuid> = notices::table
        .find(id.0)
        .for_update()
        .select(notices::id)
        .first(conn)
        .optional()?;
    match there {
        Some(_) => find_notice(conn, id),
        None => Ok(None),
    }
}

/// The notices of a customer, the youngest first.
pub fn list_of_customer(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    limit: i64,
) -> QueryResult<Vec<Stored>> {
    let rows = notices::table
        .inner_join(announcements::table)
        .filter(notices::customer_number.eq(customer))
        .order((notices::made_at.desc(), announcements::position.desc()))
        .limit(limit)
        .select((
            NoticeRow::as_select(),
            announcements::days,
            announcements::starts_on,
            is_lapsed(),
        ))
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

type Joined = InnerJoin<notices::table, customers::table>;
type Condition = Box<
    dyn BoxableExpression<
            InnerJoinQuerySource<notices::table, customers::table>,
            Pg,
            SqlType = Bool,
        >,
>;

/// The SQL side of [`Notice::state`]; a test holds the two together.
fn stands(state: NoticeState, now: DateTime<Utc>) -> Condition {
    let unanswered = || {
        notices::dissent_at
            .is_null()
            .and(notices::settled_at.is_null())
    };
    let open = || unanswered().and(not(is_lapsed()));
    let arrived = || notices::failed_at.is_null();
    let settled = |how: &'static [&'static str]| -> Condition {
        Box::new(
            notices::settled_at
                .is_not_null()
                .and(notices::settled_how.assume_not_null().eq_any(how)),
        )
    };
    match state {
        NoticeState::Unsent => Box::new(
            open().and(
                notices::sent_at
                    .is_null()
                    .or(notices::failed_at.is_not_null()),
            ),
        ),
        NoticeState::Running => Box::new(
            open()
                .and(arrived())
                .and(notices::period_end.assume_not_null().ge(now)),
        ),
        NoticeState::NoDissent => Box::new(
            open()
                .and(arrived())
                .and(notices::period_end.assume_not_null().lt(now)),
        ),
        NoticeState::Dissent => Box::new(
            notices::dissent_at
                .is_not_null()
                .and(notices::settled_at.is_null()),
        ),
        NoticeState::Settled => settled(&["withdrawn", "new_agreement"]),
        NoticeState::Exempted => settled(&["exempted"]),
        NoticeState::Terminated => settled(&["terminated"]),
        NoticeState::Lapsed => Box::new(unanswered().and(is_lapsed())),
    }
}

/// Which notices of an announcement are listed.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only notices in this state.
    pub state: Option<NoticeState>,
    /// Only notices to these customers.
    pub customers: Option<Vec<CustomerNumber>>,
}

/// Notices of an announcement with the name of each customer, behind a customer's number.
pub fn list_notices(
    conn: &mut PgConnection,
    announcement: AnnouncementId,
    wanted: &Wanted,
    after: Option<CustomerNumber>,
    now: DateTime<Utc>,
    limit: i64,
) -> QueryResult<Vec<(Stored, String)>> {
    let (days, starts_on): (i32, NaiveDate) = announcements::table
        .find(announcement.0)
        .select((announcements::days, announcements::starts_on))
        .first(conn)?;
    let joined: Joined = notices::table.inner_join(customers::table);
    let mut select = joined
        .filter(notices::announcement_id.eq(announcement.0))
        .filter(notices::customer_number.gt(behind(after)))
        .order(notices::customer_number)
        .limit(limit)
        .select((NoticeRow::as_select(), customers::name, is_lapsed()))
        .into_boxed();
    if let Some(state) = wanted.state {
        select = select.filter(stands(state, now));
    }
    if let Some(customers) = &wanted.customers {
        select = select.filter(notices::customer_number.eq_any(customers));
    }
    let rows: Vec<(NoticeRow, String, bool)> = select.load(conn)?;
    rows.into_iter()
        .map(|(row, name, lapsed)| Ok((read((row, days, starts_on, lapsed))?, name)))
        .collect()
}

/// How many notices of an announcement are in this state, counted to `cap` + 1.
pub fn count_notices(
    conn: &mut PgConnection,
    announcement: AnnouncementId,
    state: NoticeState,
    now: DateTime<Utc>,
    cap: i64,
) -> QueryResult<i64> {
    let joined: Joined = notices::table.inner_join(customers::table);
    let found: Vec<Uuid> = joined
        .filter(notices::announcement_id.eq(announcement.0))
        .filter(stands(state, now))
        .limit(cap + 1)
        .select(notices::id)
        .load(conn)?;
    Ok(i64::try_from(found.len()).unwrap_or(i64::MAX))
}

/// How many mails with notices were given up or came back, counted to `cap` + 1.
pub fn count_failed(
    conn: &mut PgConnection,
    announcement: AnnouncementId,
    cap: i64,
) -> QueryResult<i64> {
    let found: Vec<Uuid> = notices::table
        .filter(notices::announcement_id.eq(announcement.0))
        .filter(notices::failed_at.is_not_null())
        .limit(cap + 1)
        .select(notices::id)
        .load(conn)?;
    Ok(i64::try_from(found.len()).unwrap_or(i64::MAX))
}

/// Notes when the mail was handed over, and with it the end of the period.
pub fn mark_sent(conn: &mut PgConnection, id: NoticeId, facts: &Notice) -> QueryResult<()> {
    diesel::update(notices::table.find(id.0))
        .set((
            notices::sent_at.eq(facts.sent_at),
            notices::failed_at.eq(facts.failed_at),
            notices::period_end.eq(facts.period_end()),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Notes that the mail was given up or came back, if it is still the notice's mail.
pub fn mark_failed(
    conn: &mut PgConnection,
    id: NoticeId,
    mail: MailId,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(
        notices::table
            .find(id.0)
            .filter(notices::mail_id.eq(mail.0)),
    )
    .set(notices::failed_at.eq(now))
    .execute(conn)
    .map(|_| ())
}

/// Writes a dissent.
pub fn save_dissent(
    conn: &mut PgConnection,
    id: NoticeId,
    dissent: &Dissent,
    recorded_by: Option<UserId>,
) -> QueryResult<()> {
    diesel::update(notices::table.find(id.0))
        .set((
            notices::dissent_at.eq(dissent.at),
            notices::dissent_received_on.eq(dissent.received_on),
            notices::dissent_way.eq(text::word(&dissent.way)?),
            notices::dissent_person.eq(&dissent.person),
            notices::dissent_text.eq(&dissent.text),
            notices::dissent_recorded_by.eq(recorded_by.map(|user| user.0)),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Writes how a notice was settled.
pub fn save_settled(
    conn: &mut PgConnection,
    id: NoticeId,
    how: Settlement,
    note: &str,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(notices::table.find(id.0))
        .set((
            notices::settled_at.eq(now),
            notices::settled_how.eq(text::word(&how)?),
            notices::settled_note.eq(note),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Makes the notice of a customer that concluded while notices are being sent, settled from the
/// beginning (row 42); nothing if there is one.
pub fn create_settled(
    conn: &mut PgConnection,
    id: NoticeId,
    announcement: AnnouncementId,
    customer: CustomerNumber,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::insert_into(notices::table)
        .values((
            notices::id.eq(id.0),
            notices::announcement_id.eq(announcement.0),
            notices::customer_number.eq(customer),
            notices::made_at.eq(now),
            notices::settled_at.eq(now),
            notices::settled_how.eq(text::word(&Settlement::NewAgreement)?),
            notices::settled_note.eq(""),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .map(|_| ())
}

/// Gives a notice another mail: the step names it, so that it is queued once.
pub fn save_mail(conn: &mut PgConnection, id: NoticeId, step: &str) -> QueryResult<()> {
    let mail: i64 = mails::table
        .filter(mails::step.eq(step))
        .select(mails::id)
        .first(conn)?;
    diesel::update(notices::table.find(id.0))
        .set(notices::mail_id.eq(mail))
        .execute(conn)
        .map(|_| ())
}
