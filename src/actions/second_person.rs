//! The second person that some rules require (row 33, 5.8-18, LC-54).

use chrono::{DateTime, Utc};

use crate::app::App;
use crate::domain::UserId;
use crate::domain::second_person::{are_independent, independent_from};
use crate::storage::administrators::list_administrators;
use crate::storage::agreements::is_any_concluded;
use crate::storage::{PgConnection, QueryResult};

/// Two accounts that may belong to the same person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooNew {
    /// When this ends by time alone; `None` if one of them was never used to sign in.
    pub until: Option<DateTime<Utc>>,
}

/// Whether one of two accounts is too new to count as another person. While the portal is being set
/// up, until the first agreement is concluded, two accounts are enough; the log says of each
/// whether it was made in that time.
pub fn too_new(
    conn: &mut PgConnection,
    app: &App,
    first: UserId,
    second: UserId,
    now: DateTime<Utc>,
) -> QueryResult<Option<TooNew>> {
    if first == second || !is_any_concluded(conn)? {
        return Ok(None);
    }
    let all = list_administrators(conn)?;
    let wait = app.config.rules.new_administrator_wait;
    Ok(
        (!are_independent(&all, first, second, wait, now)).then(|| TooNew {
            until: independent_from(&all, first, second, wait, now),
        }),
    )
}

/// Whether `second` may approve what `first` began.
pub(super) fn is_second(
    conn: &mut PgConnection,
    app: &App,
    first: UserId,
    second: UserId,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    Ok(first != second && too_new(conn, app, first, second, now)?.is_none())
}
