//! What the set-up list knows besides what is stored for other reasons (S-95). Nothing here counts
//! whole tables: every question has an end after a few hundred rows of an index.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Date};
use diesel::upsert::excluded;

use crate::domain::setup::{ADMINISTRATORS, PartnerContracts, Trial};
use crate::storage::QueryResult;
use crate::storage::passkeys::is_owner;
use crate::storage::schema::{second_factors, setup_marks, users};

/// A fact that only its own row keeps.
#[derive(Debug, Clone, Copy)]
enum Mark {
    /// The mail server took a test mail.
    MailTaken,
    /// A person found it in the mailbox.
    MailArrived,
    /// A backup was put back.
    BackupRehearsed,
}

impl Mark {
    fn key(self) -> &'static str {
        match self {
            Self::MailTaken => "mail_taken",
            Self::MailArrived => "mail_arrived",
            Self::BackupRehearsed => "backup_rehearsed",
        }
    }
}

/// The day of a test mail, and the keyed hash of the settings it went out with.
pub type MailMark = (NaiveDate, String);

/// The last test mail that the mail server took, locked for a change if wanted.
pub fn find_mail_taken(conn: &mut PgConnection, locks: bool) -> QueryResult<Option<MailMark>> {
    let found = find(conn, Mark::MailTaken, locks)?;
    Ok(found.map(|(day, settings)| (day, settings.unwrap_or_default())))
}

/// The last test mail of which a person said that it arrived.
pub fn find_mail_arrived(conn: &mut PgConnection) -> QueryResult<Option<MailMark>> {
    let found = find(conn, Mark::MailArrived, false)?;
    Ok(found.map(|(day, settings)| (day, settings.unwrap_or_default())))
}

/// Notes a test mail that the mail server took, in place of the one before.
pub fn save_mail_taken(conn: &mut PgConnection, day: NaiveDate, settings: &str) -> QueryResult<()> {
    save(conn, Mark::MailTaken, day, Some(settings))
}

/// Notes that a test mail arrived.
pub fn save_mail_arrived(
    conn: &mut PgConnection,
    day: NaiveDate,
    settings: &str,
) -> QueryResult<()> {
    save(conn, Mark::MailArrived, day, Some(settings))
}

/// The day on which a backup was put back, locked for a change if wanted.
pub fn find_rehearsal(conn: &mut PgConnection, locks: bool) -> QueryResult<Option<NaiveDate>> {
    Ok(find(conn, Mark::BackupRehearsed, locks)?.map(|(day, _)| day))
}

/// Notes that a backup was put back.
pub fn save_rehearsal(conn: &mut PgConnection, day: NaiveDate) -> QueryResult<()> {
    save(conn, Mark::BackupRehearsed, day, None)
}

fn find(
    conn: &mut PgConnection,
    mark: Mark,
    locks: bool,
) -> QueryResult<Option<(NaiveDate, Option<String>)>> {
    let row = setup_marks::table
        .find(mark.key())
        .select((setup_marks::on_day, setup_marks::settings));
    match locks {
        true => row.for_no_key_update().first(conn).optional(),
        false => row.first(conn).optional(),
    }
}

fn save(
    conn: &mut PgConnection,
    mark: Mark,
    day: NaiveDate,
    settings: Option<&str>,
) -> QueryResult<()> {
    diesel::insert_into(setup_marks::table)
        .values((
            setup_marks::what.eq(mark.key()),
            setup_marks::on_day.eq(day),
            setup_marks::settings.eq(settings),
        ))
        .on_conflict(setup_marks::what)
        .do_update()
        .set((
            setup_marks::on_day.eq(excluded(setup_marks::on_day)),
            setup_marks::settings.eq(excluded(setup_marks::settings)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Administrators who can sign in, counted no further than [`ADMINISTRATORS`].
pub fn count_administrators(conn: &mut PgConnection) -> QueryResult<usize> {
    let most = i64::try_from(ADMINISTRATORS).unwrap_or(i64::MAX);
    let found: Vec<i64> = users::table
        .filter(users::operator_role.eq("administrator"))
        .filter(users::disabled_at.is_null())
        .filter(users::password_hash.is_not_null().or(users::connected))
        .select(users::id)
        .limit(most)
        .load(conn)?;
    Ok(found.len())
}

/// Those of them who have no second factor, counted to [`ADMINISTRATORS`].
pub fn count_without_factor(conn: &mut PgConnection) -> QueryResult<usize> {
    let most = i64::try_from(ADMINISTRATORS).unwrap_or(i64::MAX);
    let found: Vec<i64> = users::table
        .left_join(second_factors::table)
        .filter(users::role.eq("operator"))
        .filter(users::disabled_at.is_null())
        .filter(users::password_hash.is_not_null())
        .filter(second_factors::user_id.is_null())
        .filter(diesel::dsl::not(is_owner()))
        .select(users::id)
        .limit(most)
        .load(conn)?;
    Ok(found.len())
}

#[derive(QueryableByName)]
struct Two {
    #[diesel(sql_type = Bool)]
    first: bool,
    #[diesel(sql_type = Bool)]
    second: bool,
}

/// Whether there are partners, and whether with one of the newest thousand that may be chosen no
/// contract under Art. 28(4) GDPR holds on that day.
pub fn partner_contracts(
    conn: &mut PgConnection,
    today: NaiveDate,
) -> QueryResult<PartnerContracts> {
    let found: Two = diesel::sql_query(
        "SELECT EXISTS (SELECT FROM partners) AS first, EXISTS (
             SELECT FROM (SELECT id FROM partners WHERE blocked_at IS NULL AND deactivated_at IS NULL
                          ORDER BY id DESC LIMIT 1000) p
             LEFT JOIN LATERAL (SELECT c.id, c.valid_until FROM partner_contracts c
                                WHERE c.partner_id = p.id ORDER BY c.id DESC LIMIT 1) c ON TRUE
             WHERE c.id IS NULL OR c.valid_until < $1) AS second",
    )
    .bind::<Date, _>(today)
    .get_result(conn)?;
    Ok(match (found.first, found.second) {
        (false, _) => PartnerContracts::NoPartners,
        (true, true) => PartnerContracts::Lacking,
        (true, false) => PartnerContracts::Complete,
    })
}

/// How far a customer came: one of the first five hundred that were deleted had an agreement, or had
/// one so long ago that retention has erased it.
pub fn trial(conn: &mut PgConnection) -> QueryResult<Trial> {
    let found: Two = diesel::sql_query(
        "SELECT EXISTS (SELECT FROM agreements) AS first,
                EXISTS (SELECT FROM tombstones WHERE agreement_id IS NOT NULL) OR EXISTS (
             SELECT FROM (SELECT number FROM customers WHERE deleted_at IS NOT NULL
                          ORDER BY deleted_at, number LIMIT 500) c
             WHERE EXISTS (SELECT FROM agreements a WHERE a.customer_number = c.number)) AS second",
    )
    .get_result(conn)?;
    Ok(match (found.first, found.second) {
        (_, true) => Trial::Deleted,
        (true, false) => Trial::Concluded,
        (false, false) => Trial::None,
    })
}
