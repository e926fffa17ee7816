//! Identifiers, one type each, so that a partner's id cannot be passed where a user's is wanted.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = <$inner as std::str::FromStr>::Err;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

id! {
    /// A partner (Mandant) or sub-partner (Submandant).
    PartnerId(i64)
}
id! {
    /// A version of the contract text, draft or published.
    VersionId(i64)
}
id! {
    /// A comment on a clause of the contract text.
    CommentId(i64)
}
id! {
    /// A person who can sign in.
    UserId(i64)
}
id! {
    /// A system of the provider that uses the API.
    ClientId(Uuid)
}
id! {
    /// A file that was uploaded to the portal.
    FileId(Uuid)
}
id! {
    /// A run of work over many customers.
    BulkRunId(i64)
}
id! {
    /// A file with customers to be added.
    ImportId(i64)
}
id! {
    /// A file with agreements that were concluded outside the portal.
    AgreementImportId(i64)
}
id! {
    /// The roll-out of a contract version.
    RollOutId(i64)
}
id! {
    /// An objection as it was recorded.
    ObjectionId(i64)
}
id! {
    /// What an administrator proposed to a second one.
    ProposalId(i64)
}
id! {
    /// A queued mail.
    MailId(i64)
}
id! {
    /// An entry of the register of general sub-processors.
    SubProcessorId(i64)
}
id! {
    /// An announced change of the register. Stands in the address of its public page.
    AnnouncementId(Uuid)
}
id! {
    /// The notice of an announcement to one customer. Not a secret: the token in the mail adds an HMAC.
    NoticeId(Uuid)
}
id! {
    /// Something that needs a person at the operator.
    AlertId(i64)
}
id! {
    /// An answer of a person or a program to a mail of the portal.
    ReplyId(i64)
}
id! {
    /// One round of asking a customer.
    RequestId(Uuid)
}
id! {
    /// One mailed consent link. Not a secret: the token in the mail adds an HMAC to it.
    LinkId(Uuid)
}
id! {
    /// An address that a partner entered. Not a secret: the token in the mail adds an HMAC.
    AddressId(Uuid)
}
id! {
    /// A concluded agreement.
    AgreementId(Uuid)
}
id! {
    /// An endpoint of another system that events are pushed to.
    WebhookId(Uuid)
}
id! {
    /// A try to deliver an event to an endpoint.
    DeliveryId(i64)
}
