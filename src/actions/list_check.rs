//! The customer list beside the facts it is made of. Everything the program writes keeps them together;
//! what somebody writes to the tables past it is found here, and mended.

use chrono::{DateTime, Utc};

use super::{ActionError, Actor};
use crate::app::App;
use crate::domain::CustomerNumber;
use crate::domain::audit::AuditKind;
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::case_rows::{RowAgreement, compare, compare_locked, mend};
use crate::storage::{PgConnection, customers};

/// Customers that are looked at in one go.
const PAGE: i64 = 100;
/// Customers that are named.
pub const MOST_NAMED: usize = 100;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Customers that were looked at, deleted ones too.
    pub customers: u64,
    /// Lines that say something else than the facts.
    pub differing: u64,
    /// Customers that are in no list.
    pub missing: u64,
    /// Customers whose facts cannot be read.
    pub unreadable: u64,
    /// Lines that were written anew.
    pub mended: u64,
    /// The first of those that were found, at most [`MOST_NAMED`].
    pub named: Vec<(CustomerNumber, RowAgreement)>,
}

impl Checked {
    /// Customers with whom something is, or was, not in order.
    pub fn found(&self) -> u64 {
        self.differing + self.missing + self.unreadable
    }

    /// Whether the list says now what the facts say.
    pub fn is_in_order(&self) -> bool {
        self.found() == self.mended
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

/// Compares the line of every customer with the facts, a page at a time; with `mends` lines that differ
/// or are missing are written anew, each in a transaction of its own, and one audit event at the end
/// says how many. The portal may run meanwhile.
pub fn check(app: &App, mends: bool) -> Result<Checked, ActionError> {
    let mut checked = Checked::default();
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

/// The last customer of the page, how many it has, and those that need a closer look.
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

/// Looks once more with the customer locked, so that nothing is found that is just being written; and
/// mends it.
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
