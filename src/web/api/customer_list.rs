//! Many customers at a time, with how their agreements stand.

use std::collections::HashMap;
use std::fmt;

use actix_web::HttpResponse;
use chrono::{DateTime, Datelike as _, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::call::Call;
use super::keys;
use super::operation::{Answer, Operation, schema};
use super::party::Faults;
use super::problem::{Code, Problem};
use crate::domain::case::Status;
use crate::domain::client::ClientScope as S;
use crate::domain::viewer::Scope;
use crate::domain::{CustomerNumber, PartnerId};
use crate::storage::PgConnection;
use crate::storage::audit::sequence::catch_up;
use crate::storage::case_rows::{CaseRow, find_begin, list_by_number, list_changed};
use crate::web::kit::route::{Who, get, view};

/// Customers on one page of the list unless something else is asked for, and at most.
const PAGE: (i64, i64) = (100, 500);

pub(super) const OPERATIONS: &[Operation] = &[Operation::new(
    get("/api/v1/customers", Who::Client(S::StatusRead), || view().to(list)),
    "List customers",
    Answer::Json(schema::<CustomerPage>),
)
.described("In the order of their numbers; with `changed_after` those that changed since, in the order in which they did, and perhaps some that changed shortly before. A page goes on where the one before ended: send `next` as `cursor`, with the same filter. The list of changes always has a `next`, also when there is nothing more now: keep it, and ask with it the next time instead of with a moment, so that nothing is missed. Deleted customers are told by the feed of events.")
.with_parameters(schema::<ListParameters>)];

/// A customer in the list.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CustomerLine {
    /// Its number.
    pub number: String,
    /// Its name.
    pub name: String,
    /// How its agreement stands.
    pub status: String,
    /// The partner that looks after it.
    pub partner: Option<String>,
    /// The sub-partner that looks after it.
    pub sub_partner: Option<String>,
}

/// A page of the list.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CustomerPage {
    /// The customers, in the order asked for.
    pub customers: Vec<CustomerLine>,
    /// The `cursor` of the next page. Behind the last there is none, but the list of changes always has one.
    pub next: Option<String>,
}

/// Filter and page of the list.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ListParameters {
    /// Only customers with this status.
    pub status: Option<String>,
    /// Only customers of this partner.
    pub partner: Option<String>,
    /// Only customers that changed at this moment or later, in the order of changes.
    pub changed_after: Option<DateTime<Utc>>,
    /// `next` of the page before.
    pub cursor: Option<String>,
    /// Customers on a page: 100, or up to 500.
    #[schemars(range(min = 1, max = 500))]
    pub limit: Option<i64>,
}

async fn list(call: Call) -> Result<HttpResponse, Problem> {
    let asked: ListParameters = call.parameters()?;
    let mut faults = Faults::default();
    let status = asked.status.as_deref().map(Status::from_key);
    if status == Some(None) {
        faults.add("status", "invalid", "There is no such status.");
    }
    let after = asked.cursor.as_deref().map(PageStart::read);
    let start = match (asked.changed_after, after) {
        (None, None) => Some(PageStart::Number(None)),
        (Some(at), None) if !(1..=9999).contains(&at.year()) => {
            faults.add(
                "changed_after",
                "invalid",
                "It is a moment of the years 1 to 9999.",
            );
            None
        }
        (Some(at), None) => Some(PageStart::Moment(at)),
        // The cursor of a list of changes goes on without the moment it began with, or with it.
        (_, Some(Some(start @ PageStart::Position(_)))) => Some(start),
        (None, Some(Some(start))) => Some(start),
        (_, Some(_)) => {
            faults.add("cursor", "invalid", "It is next of another page.");
            None
        }
    };
    let limit = asked.limit.unwrap_or(PAGE.0);
    if !(1..=PAGE.1).contains(&limit) {
        faults.add("limit", "invalid", "It is from 1 to 500.");
    }
    faults.over()?;
    let (status, start) = (status.flatten(), start.ok_or(Code::Fault)?);
    let page = call
        .read(move |conn, who| {
            let scope = match &asked.partner {
                Some(key) => {
                    let id = keys::partner(conn, "partner", key)?;
                    scope_of(conn, id)?
                }
                None => Scope::All,
            };
            let (rows, next) = start.rows(conn, (scope, status), limit, who.now)?;
            Ok(CustomerPage {
                next: next.map(|next| next.to_string()),
                customers: lines(conn, rows)?,
            })
        })
        .await?;
    call.found(&page)
}

/// Where a page of the list begins.
#[derive(Debug, Clone, Copy)]
enum PageStart {
    /// Behind a number.
    Number(Option<CustomerNumber>),
    /// With what changed since a moment.
    Moment(DateTime<Utc>),
    /// With what changed behind a position of the log.
    Position(i64),
}

/// What begins the cursor of a list of changes. No number of a customer does.
const POSITION: char = '~';

impl PageStart {
    /// Reads a cursor; `None` if it is none.
    fn read(cursor: &str) -> Option<Self> {
        match cursor.strip_prefix(POSITION) {
            Some(position) => {
                let position = position.parse().ok().filter(|position| *position >= 0)?;
                Some(Self::Position(position))
            }
            None => Some(Self::Number(Some(cursor.parse().ok()?))),
        }
    }

    /// The rows behind it, and where the next page begins.
    fn rows(
        self,
        conn: &mut PgConnection,
        (scope, status): (Scope, Option<Status>),
        limit: i64,
        now: DateTime<Utc>,
    ) -> Result<(Vec<CaseRow>, Option<Self>), Problem> {
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        catch_up(conn);
        let position = match self {
            Self::Number(after) => {
                let mut rows = list_by_number(conn, scope, status, after, limit + 1, now)?;
                let has_more = rows.len() > most;
                rows.truncate(most);
                let next = rows.last().filter(|_| has_more);
                let next = next.map(|row| Self::Number(Some(row.number)));
                return Ok((rows, next));
            }
            Self::Moment(at) => find_begin(conn, at)?,
            Self::Position(position) => position,
        };
        let page = list_changed(conn, scope, status, position, most, now)?;
        Ok((page.rows, Some(Self::Position(page.next))))
    }
}

impl fmt::Display for PageStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(Some(number)) => write!(f, "{number}"),
            Self::Position(position) => write!(f, "{POSITION}{position}"),
            Self::Number(None) | Self::Moment(_) => Ok(()),
        }
    }
}

fn lines(conn: &mut PgConnection, rows: Vec<CaseRow>) -> Result<Vec<CustomerLine>, Problem> {
    let ids: Vec<PartnerId> = rows
        .iter()
        .flat_map(|row| [row.partner, row.sub_partner])
        .flatten()
        .collect();
    let names: HashMap<_, _> = ids.iter().copied().zip(keys::names(conn, &ids)?).collect();
    let name = |id: Option<PartnerId>| id.and_then(|id| names.get(&id).cloned());
    let line = |row: CaseRow| CustomerLine {
        number: row.number.to_string(),
        name: row.company,
        status: row.case_status.status.key().to_owned(),
        partner: name(row.partner),
        sub_partner: name(row.sub_partner),
    };
    Ok(rows.into_iter().map(line).collect())
}

fn scope_of(conn: &mut PgConnection, id: PartnerId) -> Result<Scope, Problem> {
    let found = crate::storage::partners::find_partner(conn, id)?;
    Ok(match found.and_then(|partner| partner.parent) {
        Some(_) => Scope::SubPartner(id),
        None => Scope::Partner(id),
    })
}
