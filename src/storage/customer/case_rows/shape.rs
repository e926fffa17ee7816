//! The query for the customer list and its result.

use chrono::{DateTime, SecondsFormat, Utc};

use crate::domain::case::{CaseStatus, Status};
use crate::domain::viewer::Scope;
use crate::domain::{CustomerNumber, PartnerId};

/// Filter, order and page of the customer list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListQuery {
    /// The customers the viewer may see, narrowed to one partner if the operator filters by it.
    pub scope: Scope,
    /// Only customers with this status.
    pub status: Option<Status>,
    /// Words from the search field.
    pub search: Option<String>,
    /// The order of the rows.
    pub sort: Sort,
    /// Where the page begins or ends.
    pub from: From,
    /// At most this many rows.
    pub limit: usize,
    /// Whether the viewer sees whole e-mail addresses; if so, customers are also found by parts of
    /// them.
    pub sees_address: bool,
}

/// Order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// The column that is sorted by.
    pub by: SortBy,
    /// Whether the order is reversed: from Z to A, or the newest first.
    pub descending: bool,
}

/// The columns the list can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortBy {
    /// Name of the company.
    Company,
    /// Number of the customer.
    Number,
    /// The date below the status: a deadline, or since when the customer has the status. Rows
    /// without a date come last.
    Date,
}

/// Where a page begins: keyset paging, no row is counted or skipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum From {
    /// At the beginning.
    Start,
    /// Behind this row.
    After(Cursor),
    /// Before this row.
    Before(Cursor),
}

/// The place of a row in the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Sort key of the company, or the date as text.
    pub key: String,
    /// Number of the customer.
    pub number: CustomerNumber,
}

impl Cursor {
    /// The date of a cursor in the order by date; `None` if the key is no date.
    pub fn date(&self) -> Option<DateTime<Utc>> {
        self.key.parse().ok()
    }
}

/// One row of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRow {
    /// Number of the customer, the key of the row.
    pub number: CustomerNumber,
    /// Name of the company.
    pub company: String,
    /// Sort key of the company, for the cursor.
    pub company_key: String,
    /// City of the customer's address.
    pub city: String,
    /// The Mandant that looks after the customer, if any.
    pub partner: Option<PartnerId>,
    /// Name of the Mandant.
    pub partner_name: Option<String>,
    /// The Submandant that looks after the customer, if any.
    pub sub_partner: Option<PartnerId>,
    /// Name of the Submandant.
    pub sub_partner_name: Option<String>,
    /// Products in short: "Centraflex, SIP-Trunk mit UMS".
    pub products: String,
    /// Whether the agreement that the status speaks of was signed on paper (5.8-18).
    pub on_paper: bool,
    /// Its place in the order by date.
    pub stands_at: DateTime<Utc>,
    /// Status at the time of reading.
    pub case_status: CaseStatus,
}

impl CaseRow {
    /// The cursor of the row in a given order.
    pub fn cursor(&self, by: SortBy) -> Cursor {
        Cursor {
            key: match by {
                SortBy::Company => self.company_key.clone(),
                SortBy::Number => String::new(),
                SortBy::Date => self.stands_at.to_rfc3339_opts(SecondsFormat::Micros, true),
            },
            number: self.number,
        }
    }
}

/// One page of the customer list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPage {
    /// At most [`ListQuery::limit`] rows in the order asked for.
    pub rows: Vec<CaseRow>,
    /// Whether rows stand before the first.
    pub has_previous: bool,
    /// Whether rows stand behind the last.
    pub has_next: bool,
    /// Number of matches of the search per status; `None` without a search.
    pub found: Option<Vec<(Status, i64)>>,
    /// Whether the search had more candidates than are looked at.
    pub too_many: bool,
}
