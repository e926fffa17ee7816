//! What is asked of the list, and what comes back.

use chrono::{DateTime, SecondsFormat, Utc};

use crate::domain::case::{CaseStatus, Status};
use crate::domain::viewer::Scope;
use crate::domain::{CustomerNumber, PartnerId};

/// What to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListQuery {
    /// What the viewer may know of, narrowed to one partner if the operator filters by it.
    pub scope: Scope,
    /// Only customers with this status.
    pub status: Option<Status>,
    /// Words from the search field.
    pub search: Option<String>,
    /// Order.
    pub sort: Sort,
    /// Where the page begins or ends.
    pub from: From,
    /// Whether the viewer sees whole e-mail addresses: then customers are found by parts of them, too.
    pub sees_address: bool,
}

/// Order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub by: SortBy,
    /// From the end of the alphabet, or the newest first.
    pub descending: bool,
}

/// What the list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortBy {
    /// Name of the company.
    Company,
    /// Number of the customer.
    Number,
    /// The date under the status: a deadline, or since when it is so. Lines without one come last.
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
    /// Sort key of the company, or the date.
    pub key: String,
    /// Number of the customer.
    pub number: CustomerNumber,
}

impl Cursor {
    /// The date, in an order by date.
    pub fn date(&self) -> Option<DateTime<Utc>> {
        self.key.parse().ok()
    }
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRow {
    /// Key of the customer.
    pub number: CustomerNumber,
    /// Name of the company.
    pub company: String,
    /// Sort key of the company, for the cursor.
    pub company_key: String,
    /// City.
    pub city: String,
    /// Mandant.
    pub partner: Option<PartnerId>,
    /// Name of the Mandant.
    pub partner_name: Option<String>,
    /// Submandant.
    pub sub_partner: Option<PartnerId>,
    /// Name of the Submandant.
    pub sub_partner_name: Option<String>,
    /// Products in short: "Centraflex, SIP-Trunk mit UMS".
    pub products: String,
    /// Whether the agreement that the status speaks of was signed on paper (5.8-18).
    pub on_paper: bool,
    /// Where it stands in the order by date.
    pub stands_at: DateTime<Utc>,
    /// Status at the time of reading.
    pub case_status: CaseStatus,
}

impl CaseRow {
    /// The place of the line in an order.
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

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPage {
    /// At most [`super::PAGE`] rows in the order asked for.
    pub rows: Vec<CaseRow>,
    /// Whether rows stand before the first.
    pub has_previous: bool,
    /// Whether rows stand behind the last.
    pub has_next: bool,
    /// Counts per status of what was searched; `None` without a search.
    pub found: Option<Vec<(Status, i64)>>,
    /// Whether the search had more candidates than are looked at.
    pub too_many: bool,
}
