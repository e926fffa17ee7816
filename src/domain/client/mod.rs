//! Other systems of the provider that use the API: who they are and what they may do. A client is never
//! a contracting party: nothing that concludes, declines, objects, publishes or approves takes one.

mod external_id;
mod token;

use chrono::{DateTime, Utc};
use strum::{EnumString, IntoStaticStr, VariantArray};

pub use external_id::{ExternalId, NoExternalId, PartnerName};
pub use token::{Token, TokenId};

use crate::domain::ClientId;
use crate::domain::audit::Actor;
use crate::domain::viewer::{Acting, Duty, Scope};

/// Requests a minute that a client may make unless something else was agreed.
pub const PER_MINUTE: i32 = 300;

/// Something a client may be allowed to do. The key is what stands in configurations, so it never
/// changes.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    IntoStaticStr,
    EnumString,
    VariantArray,
)]
pub enum ClientScope {
    /// Read master data of customers.
    #[strum(serialize = "customers:read")]
    CustomersRead,
    /// Add, change and delete customers.
    #[strum(serialize = "customers:write")]
    CustomersWrite,
    /// Book, change and end products; ask customers.
    #[strum(serialize = "bookings:write")]
    BookingsWrite,
    /// Read partners.
    #[strum(serialize = "partners:read")]
    PartnersRead,
    /// Add and change partners.
    #[strum(serialize = "partners:write")]
    PartnersWrite,
    /// Read the catalogue.
    #[strum(serialize = "products:read")]
    ProductsRead,
    /// Add and change products.
    #[strum(serialize = "products:write")]
    ProductsWrite,
    /// Read how agreements stand.
    #[strum(serialize = "status:read")]
    StatusRead,
    /// Read concluded documents.
    #[strum(serialize = "documents:read")]
    DocumentsRead,
    /// Read the feed of events.
    #[strum(serialize = "events:read")]
    EventsRead,
    /// Ask whether somebody may administer a product now.
    #[strum(serialize = "access:check")]
    AccessCheck,
    /// Invite, change, lock and let in users.
    #[strum(serialize = "users:write")]
    UsersWrite,
    /// Read figures.
    #[strum(serialize = "statistics:read")]
    StatisticsRead,
}

impl ClientScope {
    /// All of them.
    pub const ALL: &'static [Self] = <Self as VariantArray>::VARIANTS;

    /// Its key, as in configurations.
    pub fn key(self) -> &'static str {
        self.into()
    }

    /// Reads a key; `None` for any other text.
    pub fn from_key(key: &str) -> Option<Self> {
        key.parse().ok()
    }
}

/// A client, read anew on every request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Key of the client.
    pub id: ClientId,
    /// Its name, for the log.
    pub name: String,
    /// What it may do, each once.
    pub scopes: Vec<ClientScope>,
    /// From where it may call, as blocks of addresses; empty: from anywhere.
    pub networks: Vec<String>,
    /// Requests a minute that each process answers.
    pub per_minute: i32,
    /// From when on it is shut.
    pub expires_at: Option<DateTime<Utc>>,
    /// Since when it is shut for good.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl Client {
    /// Whether it is let in at all at `now`.
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }

    /// Whether it may do this.
    pub fn may(&self, scope: ClientScope) -> bool {
        self.scopes.contains(&scope)
    }
}

impl Acting for Client {
    /// The route says what a client may do; here it is said once more, duty by duty. Of the duty for the
    /// contract only deletion takes a client.
    fn has(&self, duty: Duty) -> bool {
        match duty {
            Duty::Work => {
                self.may(ClientScope::BookingsWrite) || self.may(ClientScope::CustomersWrite)
            }
            Duty::Care => [
                ClientScope::CustomersWrite,
                ClientScope::BookingsWrite,
                ClientScope::PartnersWrite,
            ]
            .into_iter()
            .any(|scope| self.may(scope)),
            Duty::Contract => self.may(ClientScope::CustomersWrite),
            Duty::Administration => {
                self.may(ClientScope::ProductsWrite) || self.may(ClientScope::UsersWrite)
            }
        }
    }

    fn scope(&self) -> Scope {
        Scope::All
    }

    fn actor(&self) -> Actor {
        Actor::Client {
            id: self.id,
            name: self.name.clone(),
        }
    }
}

/// What was done to a client, as the audit keeps it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum ClientAuditEvent {
    /// It was added with these scopes.
    Added {
        /// Keys of the scopes.
        scopes: Vec<String>,
    },
    /// It got another token; the one before the last is dead.
    TokenAdded,
    /// One of its tokens was shut.
    TokenRevoked,
    /// It was shut for good.
    Revoked,
}
