//! "What you saw is what you confirm": a confirmation page carries a stamp of the facts it was
//! computed from, and the deed is done only while they are still the same. A second click, or the
//! back button, finds other facts and changes nothing.

use super::ActionError;
use super::documents::sha256;
use crate::app::App;
use crate::domain::CustomerNumber;
use crate::domain::case::Case;
use crate::storage::{PgConnection, cases};

/// A short text that is another one when any fact of the case is.
pub fn stamp(case: &Case) -> String {
    let mut hash = sha256(format!("{case:?}").as_bytes());
    hash.truncate(32);
    hash
}

/// Whether the facts are still the ones the stamp was made of. Locks the customer, so that they
/// stay so until the transaction ends. A customer that does not exist has no facts.
pub fn is_as_seen(
    conn: &mut PgConnection,
    app: &App,
    customer: CustomerNumber,
    seen: &str,
) -> Result<bool, ActionError> {
    let case = cases::lock_case(conn, customer, app.clock.now())?;
    Ok(case.is_some_and(|case| stamp(&case) == seen))
}
