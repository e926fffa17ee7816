//! Who did what the audit log tells of.

use serde::{Deserialize, Serialize};

use crate::domain::{AddressId, ClientId, LinkId, NoticeId, UserId};

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
    /// The holder of a consent link.
    Link {
        /// The link that was used.
        id: LinkId,
    },
    /// The holder of the link of a notice.
    Notice {
        /// The notice whose link was used.
        id: NoticeId,
    },
    /// A reader of the customer's former address, who held the link that was sent there.
    Former {
        /// About which entered address.
        id: AddressId,
    },
    /// Another system of the provider; its name as it was then.
    Client {
        /// Key of the client.
        id: ClientId,
        /// Name at that time.
        name: String,
    },
    /// The scheduler or the mail worker.
    Portal,
    /// A command on the server.
    Command,
}

impl Actor {
    /// The signed-in person, if it was one.
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::User { id, .. } => Some(*id),
            _ => None,
        }
    }
}
