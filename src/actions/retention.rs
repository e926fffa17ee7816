//! Erasing what its time is over for (EV-16, row 52; the privacy notice promises it).

use chrono::{DateTime, Utc};

use super::{ActionError, audit};
use crate::app::App;
use crate::domain::CustomerNumber;
use crate::domain::retention::{self, Erasable, erasable, history_over};
use crate::storage::audit::chain::Whose;
use crate::storage::retention::{
    Cutoffs, count_forgettable_mails, erase_customer, erase_evidence, erase_round, forget_mails,
    list_candidates,
};
use crate::storage::{PgConnection, QueryResult, cases, declarations, proposals};

/// Declarations forgotten in one transaction.
const PORTION: i64 = 200;

/// Customers for whom something may be over at `now`, at most `limit`.
pub fn candidates(
    conn: &mut PgConnection,
    app: &App,
    now: DateTime<Utc>,
    limit: i64,
) -> QueryResult<Vec<CustomerNumber>> {
    match cutoffs(app, now) {
        Some(cutoffs) => list_candidates(conn, cutoffs, limit),
        None => Ok(Vec::new()),
    }
}

/// Erases what is over for one customer, under the lock of its case. Says whether there was
/// anything: a candidate may turn out to be younger than it looked.
pub fn erase(
    conn: &mut PgConnection,
    app: &App,
    customer: CustomerNumber,
    now: DateTime<Utc>,
) -> Result<bool, ActionError> {
    let Some(case) = cases::lock_case(conn, customer, now)? else {
        return Ok(false);
    };
    let years = app.config.retention_years;
    let mut done = false;
    for item in erasable(&case, years, now) {
        done |= match item {
            Erasable::Customer => {
                erase_customer(conn, customer, now)?;
                erase_events(conn, app, customer, now, now)?;
                true
            }
            Erasable::Evidence(agreement) => {
                let was_there = erase_evidence(conn, agreement, now)?;
                if let Some(before) = history_over(&case, years, now).filter(|_| was_there) {
                    erase_events(conn, app, customer, before, now)?;
                }
                was_there
            }
            Erasable::Round(round) => {
                erase_round(conn, customer, round)?;
                true
            }
        };
    }
    Ok(done)
}

/// Empties the audit events of a customer before a moment; the chain stays whole, with signed
/// tombstones (S-80).
fn erase_events(
    conn: &mut PgConnection,
    app: &App,
    customer: CustomerNumber,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    while audit::erase(conn, app, Whose::Customer(customer), before, now)? > 0 {}
    Ok(())
}

/// What [`erase`] would erase for one customer.
pub fn look(
    conn: &mut PgConnection,
    app: &App,
    customer: CustomerNumber,
    now: DateTime<Utc>,
) -> Result<Vec<Erasable>, ActionError> {
    let case = cases::lock_case(conn, customer, now)?;
    Ok(case
        .map(|case| erasable(&case, app.config.retention_years, now))
        .unwrap_or_default())
}

/// Forgets a bounded number of mails that are evidence of nothing. Says how many.
pub fn forget_old_mails(
    conn: &mut PgConnection,
    app: &App,
    now: DateTime<Utc>,
) -> QueryResult<usize> {
    match cutoffs(app, now) {
        Some(cutoffs) => forget_mails(conn, cutoffs.round),
        None => Ok(0),
    }
}

/// Forgets a bounded number of reasons, notes, proofs and proposals that are evidence of nothing:
/// what declines and objections before conclusion left, and proposals nothing came of. Says how many.
pub fn forget_old_declarations(
    conn: &mut PgConnection,
    app: &App,
    now: DateTime<Utc>,
) -> QueryResult<usize> {
    let Some(cutoffs) = cutoffs(app, now) else {
        return Ok(0);
    };
    let declared = declarations::forget_old(conn, cutoffs.round, PORTION)?;
    Ok(declared + proposals::forget_old(conn, cutoffs.round, PORTION)?)
}

/// How many mails would be forgotten.
pub fn count_old_mails(
    conn: &mut PgConnection,
    app: &App,
    now: DateTime<Utc>,
) -> Result<i64, ActionError> {
    match cutoffs(app, now) {
        Some(cutoffs) => Ok(count_forgettable_mails(conn, cutoffs.round)?),
        None => Ok(0),
    }
}

/// `None` only before the calendar begins.
fn cutoffs(app: &App, now: DateTime<Utc>) -> Option<Cutoffs> {
    Some(Cutoffs {
        evidence: retention::evidence_cutoff(app.config.retention_years, now)?,
        round: retention::round_cutoff(now)?,
    })
}
