//! What needs an administrator's attention: raised once, taken by an administrator, finished.

mod of_partners;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;

use crate::domain::alert::AlertKind;
use crate::domain::{AlertId, CustomerNumber, PartnerId, UserId, VersionId};
use crate::storage::schema::{alerts, customers, users};
use crate::storage::{QueryResult, text};

pub use of_partners::{ends, list_unsaid, settle_over};

/// At most this many alerts are deleted in one statement.
const FORGOTTEN: i64 = 1000;

/// An alert to be raised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAlert {
    /// The kind of alert.
    pub kind: AlertKind,
    /// The customer it is about; `None` if it is about the portal itself.
    pub customer: Option<CustomerNumber>,
    /// What it is about besides the customer; empty if that says it all. Never a name or an address.
    pub subject: String,
    /// For an alert that is repeated as a date comes nearer: the days that are left. Each stage of
    /// a subject is raised once.
    pub stage: Option<i32>,
}

impl NewAlert {
    /// An alert about a customer.
    pub fn about(kind: AlertKind, customer: CustomerNumber) -> Self {
        Self {
            kind,
            customer: Some(customer),
            subject: String::new(),
            stage: None,
        }
    }
}

/// An alert as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertLine {
    /// Key in `alerts`.
    pub id: AlertId,
    /// The kind of alert.
    pub kind: AlertKind,
    /// The customer it is about; `None` if it is about the portal itself.
    pub customer: Option<CustomerNumber>,
    /// Name of the customer, and whether it was deleted.
    pub company: Option<(String, bool)>,
    /// The partner it is about, with its name.
    pub partner: Option<(PartnerId, String)>,
    /// The account of the operator it is about.
    pub user: Option<UserId>,
    /// The contract version it is about.
    pub version: Option<VersionId>,
    /// What is wrong, where the kind does not say it all.
    pub reasons: Vec<String>,
    /// The days that were left; `None` for kinds without a date.
    pub stage: Option<i32>,
    /// When it was raised.
    pub raised_at: DateTime<Utc>,
    /// The administrator who has taken it, by key and name, and since when.
    pub taken: Option<(UserId, String, DateTime<Utc>)>,
    /// When it was finished, and the name of the administrator; no name if its cause had gone.
    pub done: Option<(DateTime<Utc>, Option<String>)>,
    /// What was noted when it was finished.
    pub note: Option<String>,
}

/// Which alerts to list, by state and administrator.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Whose {
    /// Open ones, the oldest first.
    #[default]
    Open,
    /// Open ones that this administrator has taken, the oldest first.
    Of(UserId),
    /// All, the newest first.
    All,
}

/// Which alerts the operator wants to see.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AlertFilter {
    /// By state and administrator.
    pub whose: Whose,
    /// Only this kind.
    pub kind: Option<AlertKind>,
}

/// The place of an alert in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlertCursor {
    /// When it was raised.
    pub at: DateTime<Utc>,
    /// Its key, which orders alerts of the same time.
    pub id: AlertId,
}

/// Raises an alert, unless the same one is open or its stage was raised before. True if it is new.
/// A later stage of an open alert replaces the earlier one; the administrator who has taken it
/// keeps it.
pub fn raise_alert(
    conn: &mut PgConnection,
    alert: &NewAlert,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let kind = text::word(&alert.kind)?;
    if let Some(stage) = alert.stage {
        let said = alerts::table
            .filter(alerts::kind.eq(&kind))
            .filter(alerts::subject.eq(&alert.subject))
            .filter(alerts::stage.eq(stage));
        if diesel::select(exists(said)).get_result(conn)? {
            return Ok(false);
        }
        let open = alerts::table
            .filter(alerts::kind.eq(&kind))
            .filter(alerts::subject.eq(&alert.subject))
            .filter(alerts::done_at.is_null());
        let moved = diesel::update(open)
            .set(alerts::stage.eq(stage))
            .execute(conn)?;
        if moved > 0 {
            return Ok(true);
        }
    }
    let added = diesel::insert_into(alerts::table)
        .values((
            alerts::kind.eq(kind),
            alerts::customer_number.eq(alert.customer),
            alerts::subject.eq(&alert.subject),
            alerts::stage.eq(alert.stage),
            alerts::raised_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(added > 0)
}

/// Open alerts about a customer: key, kind, subject.
pub fn list_open_of(
    conn: &mut PgConnection,
    customer: CustomerNumber,
) -> QueryResult<Vec<(AlertId, AlertKind, String)>> {
    let rows: Vec<(i64, String, String)> = alerts::table
        .filter(alerts::customer_number.eq(customer))
        .filter(alerts::done_at.is_null())
        .select((alerts::id, alerts::kind, alerts::subject))
        .load(conn)?;
    rows.into_iter()
        .map(|(id, kind, subject)| Ok((AlertId(id), text::from_word(kind)?, subject)))
        .collect()
}

/// Closes alerts whose cause has gone by itself.
pub fn settle_alerts(
    conn: &mut PgConnection,
    ids: &[AlertId],
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let ids = ids.iter().map(|id| id.0);
    let open = alerts::table
        .filter(alerts::id.eq_any(ids))
        .filter(alerts::done_at.is_null());
    diesel::update(open)
        .set(alerts::done_at.eq(now))
        .execute(conn)?;
    Ok(())
}

/// The state of an alert that was locked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The kind of alert.
    pub kind: AlertKind,
    /// The customer it is about, if any.
    pub customer: Option<CustomerNumber>,
    /// The administrator who has taken it, by key and name.
    pub taken_by: Option<(UserId, String)>,
    /// Whether it is finished.
    pub is_done: bool,
}

/// Locks an alert, so that of two administrators who take it at once the second one waits.
pub fn lock_alert(conn: &mut PgConnection, id: AlertId) -> QueryResult<Option<Held>> {
    type AlertRow = (
        String,
        Option<CustomerNumber>,
        Option<i64>,
        Option<DateTime<Utc>>,
    );
    let row: Option<AlertRow> = alerts::table
        .find(id.0)
        .select((
            alerts::kind,
            alerts::customer_number,
            alerts::taken_by,
            alerts::done_at,
        ))
        .for_update()
        .first(conn)
        .optional()?;
    let Some((kind, customer, taken_by, done_at)) = row else {
        return Ok(None);
    };
    let names = user_names(conn, taken_by.into_iter().collect())?;
    Ok(Some(Held {
        kind: text::from_word(kind)?,
        customer,
        taken_by: taken_by.map(|id| (UserId(id), name_of(&names, id))),
        is_done: done_at.is_some(),
    }))
}

/// Notes the administrator who has now taken it.
pub fn take_alert(
    conn: &mut PgConnection,
    id: AlertId,
    by: UserId,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(alerts::table.find(id.0))
        .set((alerts::taken_by.eq(by.0), alerts::taken_at.eq(now)))
        .execute(conn)?;
    Ok(())
}

/// Notes who finished it, with the note.
pub fn finish_alert(
    conn: &mut PgConnection,
    id: AlertId,
    by: UserId,
    note: Option<&str>,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(alerts::table.find(id.0))
        .set((
            alerts::done_by.eq(by.0),
            alerts::done_at.eq(now),
            alerts::note.eq(note),
        ))
        .execute(conn)?;
    Ok(())
}

type Boxed<'a> = alerts::BoxedQuery<'a, diesel::pg::Pg>;

fn filtered<'a>(filter: AlertFilter) -> QueryResult<Boxed<'a>> {
    let mut select = alerts::table.into_boxed();
    select = match filter.whose {
        Whose::Open => select.filter(alerts::done_at.is_null()),
        Whose::Of(user) => select
            .filter(alerts::done_at.is_null())
            .filter(alerts::taken_by.eq(user.0)),
        Whose::All => select,
    };
    Ok(match filter.kind {
        Some(kind) => select.filter(alerts::kind.eq(text::word(&kind)?)),
        None => select,
    })
}

/// How many alerts match a filter, counted to `cap` + 1.
pub fn count_alerts(conn: &mut PgConnection, filter: AlertFilter, cap: i64) -> QueryResult<i64> {
    // In the order of the pages, so that their indexes answer however few are open among many.
    let ids: Vec<i64> = filtered(filter)?
        .order((alerts::raised_at, alerts::id))
        .limit(cap + 1)
        .select(alerts::id)
        .load(conn)?;
    Ok(i64::try_from(ids.len()).unwrap_or(i64::MAX))
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = alerts)]
struct AlertRow {
    id: i64,
    kind: String,
    customer_number: Option<CustomerNumber>,
    subject: String,
    stage: Option<i32>,
    raised_at: DateTime<Utc>,
    taken_by: Option<i64>,
    taken_at: Option<DateTime<Utc>>,
    done_by: Option<i64>,
    done_at: Option<DateTime<Utc>>,
    note: Option<String>,
    reasons: String,
}

/// At most `limit` alerts behind `after`, in the order of the filter; one short range of an index.
pub fn page_alerts(
    conn: &mut PgConnection,
    filter: AlertFilter,
    after: Option<AlertCursor>,
    limit: i64,
) -> QueryResult<Vec<AlertLine>> {
    use alerts::{id, raised_at};
    let mut select = filtered(filter)?;
    select = match (filter.whose, after) {
        (Whose::All, None) => select,
        (Whose::All, Some(p)) => select
            .filter(raised_at.le(p.at))
            .filter(raised_at.lt(p.at).or(id.lt(p.id.0))),
        (_, None) => select,
        (_, Some(p)) => select
            .filter(raised_at.ge(p.at))
            .filter(raised_at.gt(p.at).or(id.gt(p.id.0))),
    };
    select = match filter.whose {
        Whose::All => select.order((raised_at.desc(), id.desc())),
        Whose::Open | Whose::Of(_) => select.order((raised_at.asc(), id.asc())),
    };
    let rows: Vec<AlertRow> = select
        .limit(limit)
        .select(AlertRow::as_select())
        .load(conn)?;
    lines(conn, rows)
}

fn lines(conn: &mut PgConnection, rows: Vec<AlertRow>) -> QueryResult<Vec<AlertLine>> {
    let people = rows.iter().flat_map(|row| [row.taken_by, row.done_by]);
    let people = user_names(conn, people.flatten().collect())?;
    let numbers: Vec<CustomerNumber> = rows.iter().filter_map(|row| row.customer_number).collect();
    let companies: Vec<(CustomerNumber, String, Option<DateTime<Utc>>)> = customers::table
        .filter(customers::number.eq_any(numbers))
        .select((customers::number, customers::name, customers::deleted_at))
        .load(conn)?;
    let companies: HashMap<CustomerNumber, (String, bool)> = companies
        .into_iter()
        .map(|(number, name, deleted)| (number, (name, deleted.is_some())))
        .collect();
    let rows: Vec<(AlertKind, AlertRow)> = rows
        .into_iter()
        .map(|row| Ok((text::from_word(row.kind.clone())?, row)))
        .collect::<QueryResult<_>>()?;
    let about = |(kind, row): &(AlertKind, AlertRow)| of_partners::partner_in(*kind, &row.subject);
    let partners = of_partners::names(conn, rows.iter().filter_map(about).collect())?;
    rows.into_iter()
        .map(|(kind, row)| {
            Ok(AlertLine {
                id: AlertId(row.id),
                partner: of_partners::partner_in(kind, &row.subject)
                    .and_then(|id| Some((id, partners.get(&id)?.clone()))),
                user: match kind {
                    AlertKind::AdministratorAdded => row.subject.parse().ok(),
                    _ => None,
                },
                version: match kind {
                    AlertKind::TextOutdated => row.subject.parse().ok(),
                    _ => None,
                },
                reasons: row.reasons.lines().map(str::to_owned).collect(),
                kind,
                customer: row.customer_number,
                company: row
                    .customer_number
                    .and_then(|number| companies.get(&number).cloned()),
                stage: row.stage,
                raised_at: row.raised_at,
                taken: row
                    .taken_by
                    .zip(row.taken_at)
                    .map(|(by, at)| (UserId(by), name_of(&people, by), at)),
                done: row
                    .done_at
                    .map(|at| (at, row.done_by.map(|by| name_of(&people, by)))),
                note: row.note,
            })
        })
        .collect()
}

fn user_names(conn: &mut PgConnection, ids: Vec<i64>) -> QueryResult<HashMap<i64, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(i64, String)> = users::table
        .filter(users::id.eq_any(ids))
        .select((users::id, users::name))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

fn name_of(names: &HashMap<i64, String>, id: i64) -> String {
    names.get(&id).cloned().unwrap_or_default()
}

/// Closes the open alert of a kind about a subject, because its cause has gone.
pub fn settle_subject(
    conn: &mut PgConnection,
    kind: AlertKind,
    subject: &str,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let open = alerts::table
        .filter(alerts::kind.eq(text::word(&kind)?))
        .filter(alerts::subject.eq(subject))
        .filter(alerts::done_at.is_null());
    diesel::update(open)
        .set(alerts::done_at.eq(now))
        .execute(conn)
        .map(|_| ())
}

/// Closes the open alerts of a kind about the portal itself, because their cause has gone.
pub fn settle_kind(
    conn: &mut PgConnection,
    kind: AlertKind,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let open = alerts::table
        .filter(alerts::kind.eq(text::word(&kind)?))
        .filter(alerts::customer_number.is_null())
        .filter(alerts::done_at.is_null());
    diesel::update(open)
        .set(alerts::done_at.eq(now))
        .execute(conn)
        .map(|_| ())
}

/// Makes the one alert of a kind about the portal itself stand exactly while there are reasons, and say
/// them: raises it, writes its reasons anew, or closes it, and that about another subject.
pub fn keep_alert(
    conn: &mut PgConnection,
    kind: AlertKind,
    (subject, reasons): (&str, &[String]),
    now: DateTime<Utc>,
) -> QueryResult<()> {
    if reasons.is_empty() {
        return settle_kind(conn, kind, now);
    }
    let word = text::word(&kind)?;
    let open = || {
        alerts::table
            .filter(alerts::kind.eq(&word))
            .filter(alerts::customer_number.is_null())
            .filter(alerts::done_at.is_null())
    };
    diesel::update(open().filter(alerts::subject.ne(subject)))
        .set(alerts::done_at.eq(now))
        .execute(conn)?;
    let alert = NewAlert {
        kind,
        customer: None,
        subject: subject.to_owned(),
        stage: None,
    };
    raise_alert(conn, &alert, now)?;
    let lines: Vec<String> = reasons.iter().map(|one| one.replace('\n', " ")).collect();
    let lines = lines.join("\n");
    diesel::update(open().filter(alerts::reasons.ne(&lines)))
        .set(alerts::reasons.eq(&lines))
        .execute(conn)
        .map(|_| ())
}

/// An alert of which the log does not say everything yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Untold {
    /// Key in `alerts`.
    pub id: AlertId,
    /// The kind of alert.
    pub kind: AlertKind,
    /// The customer it is about, if any.
    pub customer: Option<CustomerNumber>,
    /// Whether it has to be said that it was raised.
    pub is_new: bool,
    /// Whether it has to be said that it is closed.
    pub is_over: bool,
}

/// Alerts of which the log does not say everything yet, the oldest first, locked, at most `limit`; those
/// that another process tells are left out. What is returned counts as told.
pub fn take_untold(conn: &mut PgConnection, limit: i64) -> QueryResult<Vec<Untold>> {
    type UntoldRow = (
        i64,
        String,
        Option<CustomerNumber>,
        bool,
        bool,
        Option<DateTime<Utc>>,
    );
    let untold = diesel::dsl::not(alerts::raised_told).or(alerts::done_at
        .is_not_null()
        .and(diesel::dsl::not(alerts::settled_told)));
    let rows: Vec<UntoldRow> = alerts::table
        .filter(untold)
        .order(alerts::id)
        .limit(limit)
        .select((
            alerts::id,
            alerts::kind,
            alerts::customer_number,
            alerts::raised_told,
            alerts::settled_told,
            alerts::done_at,
        ))
        .for_update()
        .skip_locked()
        .load(conn)?;
    let ids = rows.iter().map(|(id, ..)| *id);
    diesel::update(alerts::table.filter(alerts::id.eq_any(ids)))
        .set((
            alerts::raised_told.eq(true),
            alerts::settled_told.eq(alerts::done_at.is_not_null()),
        ))
        .execute(conn)?;
    rows.into_iter()
        .map(|(id, kind, customer, raised_told, settled_told, done_at)| {
            Ok(Untold {
                id: AlertId(id),
                kind: text::from_word(kind)?,
                customer,
                is_new: !raised_told,
                is_over: done_at.is_some() && !settled_told,
            })
        })
        .collect()
}

/// Deletes a bounded number of alerts that were finished until `before`. Returns how many.
pub fn delete_old(conn: &mut PgConnection, before: DateTime<Utc>) -> QueryResult<usize> {
    let old = alerts::table
        .filter(alerts::done_at.le(before))
        .order(alerts::done_at)
        .limit(FORGOTTEN)
        .select(alerts::id)
        .load::<i64>(conn)?;
    diesel::delete(alerts::table.filter(alerts::id.eq_any(old))).execute(conn)
}
