//! The second person that some rules want (row 33, 5.8-18, LC-54).

use chrono::{DateTime, Utc};

use crate::app::App;
use crate::domain::UserId;
use crate::domain::second_person::are_independent;
use crate::storage::administrators::list_administrators;
use crate::storage::agreements::is_any_concluded;
use crate::storage::{PgConnection, QueryResult};

/// Whether `second` may approve what `first` began. While the portal is being set up, until the
/// first agreement is concluded, two accounts are enough; the log says with each whether it was made
/// in that time.
pub(super) fn is_second(
    conn: &mut PgConnection,
    app: &App,
    first: UserId,
    second: UserId,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    if first == second {
        return Ok(false);
    }
    if !is_any_concluded(conn)? {
        return Ok(true);
    }
    let all = list_administrators(conn)?;
    let wait = app.config.rules.new_administrator_wait;
    Ok(are_independent(&all, first, second, wait, now))
}
