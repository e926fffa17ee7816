//! Who did what the audit log tells of.

use serde::{Deserialize, Serialize};

use crate::domain::{LinkId, NoticeId, UserId};

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "actor", rename_all = "snake_case")]
pub enum Actor {
    /// A signed-in person; name and company as they were then.
    User {
        /// Key of the user.
        id: UserId,
        /// Name at that time.
        name: String,
        /// Company at that time.
        company: String,
    },
    /// Somebody who held a consent link.
    Link {
        /// Which link.
        id: LinkId,
    },
    /// Somebody who held the link of a notice.
    Notice {
        /// Which notice.
        id: NoticeId,
    },
    /// The scheduler or the mail worker.
    Portal,
    /// A command on the server.
    Command,
}
