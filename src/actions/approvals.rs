//! Notifying the administrators and the legal department, who can approve, that something waits for a
//! second person (C9).

use chrono::{DateTime, Utc};

use crate::app::App;
use crate::domain::mail::{Approval, MailKind, Recipient};
use crate::domain::{CustomerNumber, UserId};
use crate::storage::mails::{NewMail, queue_mail};
use crate::storage::proposals::list_approvers;
use crate::storage::{PgConnection, QueryResult};

/// At most this many administrators are notified; an operator has a handful.
const MOST: i64 = 100;

/// Queues a mail to every administrator but the one who asks for the approval, in the transaction
/// that makes it wait. `round` distinguishes several submissions of the same thing.
pub(super) fn tell(
    conn: &mut PgConnection,
    app: &App,
    (what, customer): (Approval, Option<CustomerNumber>),
    round: &str,
    asked_by: UserId,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    for user in list_approvers(conn, asked_by, MOST)? {
        let mail = NewMail {
            step: format!("approval:{round}:{user}"),
            kind: MailKind::Approval { what },
            to: Recipient::User(user),
            customer,
            message_id: app.new_message_id(),
        };
        queue_mail(conn, &mail, now)?;
    }
    Ok(())
}
