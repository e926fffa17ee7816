//! The customer list compared with the facts it is computed from. Everything the program writes
//! keeps them together; rows that were changed without the program are found and repaired here.

use chrono::{DateTime, Utc};

use super::{ActionError, Actor};
use crate::app::App;
use crate::domain::CustomerNumber;
use crate::domain::audit::AuditKind;
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::case_rows::{RowAgreement, compare, compare_locked, mend, recount};
use crate::storage::{PgConnection, customers};

/// Customers that are compared in one transaction.
const PAGE: i64 = 100;
/// At most this many customers are named.
pub const MOST_NAMED: usize = 100;

/// The result of the check.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Customers that were compared, including deleted ones.
    pub customers: u64,
    /// Rows that differ from the facts.
    pub differing: u64,
    /// Customers that are missing in the list.
    pub missing: u64,
    /// Customers whose facts cannot be read.
    pub unreadable: u64,
    /// Rows that were written anew.
    pub mended: u64,
    /// Counts beside the list that differed from the rows, and with repair were written anew.
    pub totals: u64,
    /// Whether differences were repaired.
    pub is_mended: bool,
    /// The first customers with a difference, at most [`MOST_NAMED`].
    pub named: Vec<(CustomerNumber, RowAgreement)>,
}

impl Checked {
    /// Number of customers with a difference, repaired or not.
    pub fn found(&self) -> u64 {
        self.differing + self.missing + self.unreadable
    }

    /// Whether the list agrees with the facts now.
    pub fn is_in_order(&self) -> bool {
        self.found() == self.mended && (self.totals == 0 || self.is_mended)
    }

    fn count(&mut self, customer: CustomerNumber, found: RowAgreement, is_mended: bool) {
        match found {
            RowAgreement::Holds => return,
            RowAgreement::NoRow => self.missing += 1,
            RowAgreement::Differs => self.differing += 1,
            RowAgreement::Unreadable(_) => self.unreadable += 1,
        }
        self.mended += u64::from(is_mended);
        if self.named.len() < MOST_NAMED {
            self.named.push((customer, found));
        }
    }
}

/// Compares the row of every customer with the facts, a page at a time. With `mends`, rows that
/// differ or are missing are written anew, each in a transaction of its own, and one audit event at
/// the end says how many. Then the counts beside the list are compared with its rows. The portal may run
/// meanwhile.
pub fn check(app: &App, mends: bool) -> Result<Checked, ActionError> {
    let mut checked = Checked {
        is_mended: mends,
        ..Checked::default()
    };
    let mut after = None;
    loop {
        let now = app.clock.now();
        let (last, looked_at, doubtful) = app
            .db
            .read_blocking(|conn| look_at_page(conn, after, now))?;
        checked.customers += looked_at;
        for customer in doubtful {
            let (found, is_mended) = app
                .db
                .transaction_blocking(|conn| settle(conn, customer, mends, now))?;
            checked.count(customer, found, is_mended);
        }
        if last.is_none() {
            break;
        }
        after = last;
    }
    let totals = app
        .db
        .transaction_blocking(|conn| Ok::<_, ActionError>(recount(conn, mends)?))?;
    checked.totals = u64::try_from(totals).unwrap_or(u64::MAX);
    if mends {
        let figures = AuditKind::ListMended {
            checked: checked.customers,
            mended: checked.mended,
            unreadable: checked.unreadable,
        };
        let now = app.clock.now();
        app.db
            .transaction_blocking(|conn| note(conn, figures, now))?;
    }
    Ok(checked)
}

type Looked = (Option<CustomerNumber>, u64, Vec<CustomerNumber>);

/// The last customer of the page, the number of customers on it, and those that need a closer look.
fn look_at_page(
    conn: &mut PgConnection,
    after: Option<CustomerNumber>,
    now: DateTime<Utc>,
) -> Result<Looked, ActionError> {
    let page = customers::list_all(conn, after, PAGE)?;
    let mut doubtful = Vec::new();
    for customer in &page {
        if compare(conn, *customer, now)? != RowAgreement::Holds {
            doubtful.push(*customer);
        }
    }
    let count = u64::try_from(page.len()).unwrap_or(u64::MAX);
    Ok((page.last().copied(), count, doubtful))
}

/// Compares once more with the customer locked, so that no row is found that is just being written;
/// and repairs it.
fn settle(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    mends: bool,
    now: DateTime<Utc>,
) -> Result<(RowAgreement, bool), ActionError> {
    let found = compare_locked(conn, customer, now)?;
    let can_be_mended = matches!(found, RowAgreement::NoRow | RowAgreement::Differs);
    if !mends || !can_be_mended {
        return Ok((found, false));
    }
    mend(conn, customer, now)?;
    let is_mended = compare(conn, customer, now)? == RowAgreement::Holds;
    Ok((found, is_mended))
}

fn note(conn: &mut PgConnection, kind: AuditKind, now: DateTime<Utc>) -> Result<(), ActionError> {
    let event = NewEvent {
        kind,
        actor: Actor::Command,
        customer: None,
        status: None,
    };
    Ok(add_event(conn, &event, now)?)
}
