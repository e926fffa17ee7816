//! What can happen to a case. Handlers, jobs and commands differ only in the event they bring.

use serde::{Deserialize, Serialize};

use super::facts::Partner;
use crate::domain::{EmailAddress, LinkId};

/// Something that happened or is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The operator or the provisioning added a product (rows 1, 12, 45, 46, 50).
    Booked {
        /// Code in the catalogue.
        product: String,
        /// With the UMS option.
        ums: bool,
    },
    /// Somebody who may do so wants the mail sent (rows 3, 7, L-06).
    AskedByHand,
    /// The customer pressed "Neuen Link anfordern" on the page of an old link (S-13).
    AskedByLink(LinkId),
    /// The scheduler looks whether a reminder or the end is due (rows 5, 6).
    StepDue,
    /// The customer's mail server refused a link mail for good (row 8).
    MailRefused(LinkId),
    /// The Mandant or the operator names a sub-partner, or none (row 11).
    SubPartnerNamed(Option<Partner>),
    /// The operator enters another master-data address (rows 2, 9, 47).
    EmailChanged(EmailAddress),
    /// The customer concludes (rows 15 to 18, 21, 27).
    Concluded(Declaration),
    /// The customer declines (rows 14, 22, 28).
    Declined(LinkId),
    /// The customer objects, or the operator records it (rows 30 to 32).
    Objected(Channel),
}

/// What the person declares who concludes (EV-03, S-06).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// The link it was made by.
    pub link: LinkId,
    /// Name as typed, cleaned.
    pub person: String,
    /// Function as typed, cleaned.
    pub function: String,
    /// Hash of the text that was shown.
    pub shown: String,
    /// Hash of the text as it reads now; nothing is concluded if it differs.
    pub current: String,
}

/// By which way an objection came (EV-10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// By the customer in the portal.
    Portal,
    /// Recorded by the operator: it came by e-mail.
    Email,
    /// Recorded by the operator: it came by letter.
    Letter,
    /// Recorded by the operator: it came by phone.
    Phone,
}

impl Channel {
    /// The ways an operator can record.
    pub const RECORDED: [Self; 3] = [Self::Email, Self::Letter, Self::Phone];

    /// Key in forms and the database.
    pub fn key(self) -> &'static str {
        match self {
            Self::Portal => "portal",
            Self::Email => "email",
            Self::Letter => "letter",
            Self::Phone => "phone",
        }
    }

    /// The word on German screens.
    pub fn word(self) -> &'static str {
        match self {
            Self::Portal => "im Portal",
            Self::Email => "per E-Mail",
            Self::Letter => "per Brief",
            Self::Phone => "am Telefon",
        }
    }
}
