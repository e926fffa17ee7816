//! What monitoring reads at a time: a few short ranges of indexes, none of which grows with the
//! number of customers.

use chrono::{DateTime, Duration, Utc};

use crate::domain::WebhookId;
use crate::domain::alert::AlertKind;
use crate::domain::case::Status;
use crate::domain::viewer::Scope;
use crate::storage::alerts::{AlertFilter, Whose, count_alerts};
use crate::storage::audit::chain::find_head;
use crate::storage::case_rows::count_statuses;
use crate::storage::mailbox::{MailboxMoments, mailbox_stands};
use crate::storage::mails::{count_trouble, queue_state};
use crate::storage::seals::count_unstamped;
use crate::storage::webhooks::list_lags;
use crate::storage::{PgConnection, QueryResult};

/// What is counted is counted up to this number and one more.
const CAP: i64 = 1000;
/// Mails that were given up or came back count for as long.
const LATELY: Duration = Duration::days(7);
/// Older documents get no time stamp any more.
const STAMPED: Duration = Duration::days(30);

/// What stands in the database, for monitoring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// Mails that wait to be sent.
    pub waiting: usize,
    /// Since when the oldest of them waits.
    pub oldest: Option<DateTime<Utc>>,
    /// Mails that were given up lately.
    pub failed: i64,
    /// Mails that came back lately.
    pub returned: i64,
    /// Open alerts of each kind.
    pub alerts: Vec<(AlertKind, i64)>,
    /// Customers of each status.
    pub customers: Vec<(Status, i64)>,
    /// Documents that wait for their time stamp; `None` where there is no service for it.
    pub unstamped: Option<i64>,
    /// Position of the newest event of the log; `None` if its head is lost.
    pub position: Option<i64>,
    /// Endpoints that events are pushed to, and since when each waits for one; not those that are paused.
    pub webhooks: Vec<(WebhookId, Option<DateTime<Utc>>)>,
    /// How the mailbox of what comes back stands; `None` if it was never read.
    pub mailbox: Option<MailboxMoments>,
}

/// Reads all of it; `is_stamped` says whether documents get time stamps.
pub fn read_figures(
    conn: &mut PgConnection,
    is_stamped: bool,
    now: DateTime<Utc>,
) -> QueryResult<Figures> {
    let (waiting, oldest) = queue_state(conn)?;
    let mut alerts = Vec::new();
    for kind in AlertKind::ALL {
        let filter = AlertFilter {
            whose: Whose::Open,
            kind: Some(*kind),
        };
        alerts.push((*kind, count_alerts(conn, filter, CAP)?));
    }
    Ok(Figures {
        waiting,
        oldest,
        failed: count_trouble(conn, "failed", now - LATELY)?,
        returned: count_trouble(conn, "returned", now - LATELY)?,
        alerts,
        customers: count_statuses(conn, Scope::All, now)?,
        unstamped: match is_stamped {
            true => Some(count_unstamped(conn, now - STAMPED, CAP)?),
            false => None,
        },
        position: find_head(conn)?.map(|head| head.position),
        webhooks: list_lags(conn)?,
        mailbox: mailbox_stands(conn)?,
    })
}
