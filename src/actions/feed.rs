//! What other systems read of what happened: at once, or as soon as there is something.

use std::time::Duration;

use tokio::time::Instant;

use super::ActionError;
use crate::app::App;
use crate::storage::PgConnection;
use crate::storage::audit::sequence::catch_up;
use crate::storage::feed::{self, FeedPage};

/// Most events on a page.
pub const MOST_EVENTS: usize = 1000;
/// How long a reader can wait for something to happen.
pub const LONGEST_WAIT: Duration = Duration::from_secs(25);
/// How often is looked whether something has happened, however many wait.
const LOOK: Duration = Duration::from_millis(500);

/// The events behind position `after`, about `limit` of them, and from where to read on.
pub fn read(conn: &mut PgConnection, after: i64, limit: usize) -> Result<FeedPage, ActionError> {
    catch_up(conn);
    Ok(feed::feed_after(conn, after, limit.clamp(1, MOST_EVENTS))?)
}

/// The same, but if there is nothing it waits until there is, at most for `wait`. While it waits it holds
/// no connection; all who wait in this process look by one query every half second.
pub async fn read_or_wait(
    app: &App,
    after: i64,
    limit: usize,
    wait: Duration,
) -> Result<FeedPage, ActionError> {
    let end = Instant::now() + wait.min(LONGEST_WAIT);
    let mut from = after;
    loop {
        let page = app.db.read(move |conn| read(conn, from, limit)).await?;
        let has_moved = page.next > from;
        from = page.next;
        if !page.events.is_empty() || Instant::now() >= end {
            return Ok(page);
        }
        // A page that says nothing may end before the log does.
        if has_moved && app.newest_position(LOOK).await? > from {
            continue;
        }
        while app.newest_position(LOOK).await? <= from {
            if Instant::now() >= end {
                return Ok(page);
            }
            tokio::time::sleep(LOOK.min(end - Instant::now())).await;
        }
    }
}
