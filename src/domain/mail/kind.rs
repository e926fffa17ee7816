//! Which mails there are: each kind with the ids it needs, and its one row of what is known about all
//! mails of that kind.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use strum::EnumDiscriminants;
use uuid::Uuid;

use super::{Alert, Approval, CustomerNews, Joined, PartnerNews, Recipient, RequestReason};
use crate::domain::case::{Case, Request};
use crate::domain::second_factor::FactorChange;
use crate::domain::{AddressId, AgreementId, EmailAddress, LinkId, NoticeId, PartnerId, UserId};

/// Which mail, with what it needs to be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, EnumDiscriminants)]
#[strum_discriminants(name(MailVariant))]
#[strum_discriminants(doc = "A kind of mail without the ids it needs.")]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum MailKind {
    /// M1: please conclude, with a consent link.
    Request {
        /// The link it carries.
        link: LinkId,
        /// Why it is sent; chooses the wording.
        reason: RequestReason,
    },
    /// M2.n: reminder n of 3, with a new link.
    Reminder {
        /// The link it carries.
        link: LinkId,
        /// 1 to 3.
        number: u8,
    },
    /// M3: the concluded contract as PDF.
    Concluded {
        /// The agreement that was concluded.
        agreement: AgreementId,
    },
    /// M6: the customer's decline is confirmed.
    Declined,
    /// M7: the customer's objection is confirmed.
    Objected {
        /// Which agreement became void.
        agreement: AgreementId,
    },
    /// M12: there is a new contract version, and nothing is to be done (row 35).
    NewVersion {
        /// Number of the new version.
        version: String,
    },
    /// M11: a short note to the customer that asks for nothing. Stored under its former name.
    #[serde(rename = "notice")]
    Info {
        /// What happened, and so what the note says.
        news: CustomerNews,
    },
    /// M9: a change of the general sub-processors is announced (row 38).
    Announcement {
        /// The notice it carries.
        notice: NoticeId,
    },
    /// M10: the customer's dissent is confirmed (row 39).
    Dissented {
        /// From which notice.
        notice: NoticeId,
    },
    /// What came of the customer's dissent (row 41).
    DissentSettled {
        /// From which notice.
        notice: NoticeId,
    },
    /// M13: the agreement has ended; what happens to the data and how long the proof is kept. With
    /// `partner_left` it says as well that no partner looks after the customer any more (row 29).
    Ended {
        /// The agreement that has ended.
        agreement: AgreementId,
        /// Because no partner is assigned any more.
        partner_left: bool,
    },
    /// M15: tells the former address that requests go to another one now, or soon.
    AddressChanged {
        /// The former address, which is not in the master data any more.
        old: EmailAddress,
        /// The address that a partner entered and that waits; the mail then carries the link by
        /// which it is stopped (A4). `None`: another one stands in the master data already.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        entered: Option<AddressId>,
    },
    /// M4, M5, M8: what a partner may know, without link and without contract.
    PartnerInfo {
        /// What happened to the partner's customer.
        news: PartnerNews,
    },
    /// M8 to a blocked partner: no customer of it can be administered until further notice (row 49).
    PartnerBlocked,
    /// M14: something needs a person at the operator.
    Alert {
        /// What the operator is alerted to.
        alert: Alert,
    },
    /// M14 about a partner: the contract under Art. 28(4) GDPR with it ends, or is over (C6).
    PartnerContractEnds {
        /// The partner whose contract it is.
        partner: PartnerId,
        /// Its last day.
        last: NaiveDate,
    },
    /// Something waits for a second person of the operator (C9).
    Approval {
        /// The proposal or version that waits for approval.
        what: Approval,
    },
    /// The checkpoint of the day, for those who audit the operator (S-80).
    Checkpoint {
        /// How many events of the log it covers.
        size: i64,
    },
    /// Link to set a password, for a new user or after "Passwort vergessen".
    SetPassword {
        /// `true` for the first password of a new user.
        invitation: bool,
        /// Who invites, if it is somebody of the own company.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<UserId>,
    },
    /// Notice to a user that the password was changed (S-38).
    PasswordChanged,
    /// Notice to a user that something was done to the own second factor (S-36).
    FactorChanged {
        /// What was done to it, by the user or by the operator.
        change: FactorChange,
    },
    /// Notice to a user that the address to sign in with is another one now.
    SignInAddressChanged {
        /// The former address, to which this one goes; `None`: it goes to the new one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        former: Option<EmailAddress>,
    },
    /// Notice to an administrator that there is another account for the operator, or one that may do more
    /// (S-39).
    AdministratorAdded {
        /// The account.
        user: UserId,
        /// How it came to be able to do what it may.
        #[serde(default)]
        how: Joined,
    },
}

/// What the mails of a kind have in common.
#[derive(Debug, PartialEq, Eq)]
pub struct MailSpec {
    /// The variant of [`MailKind`].
    pub variant: MailVariant,
    /// Number in the requirements (5.3), for example `M1`; empty for mails that have none.
    pub number: &'static str,
    /// The tag in the database and in addresses.
    pub key: &'static str,
    /// Where the mail is written and delivered.
    pub group: Group,
    /// Whether it is evidence and goes only with what it proves (EV-16). The index
    /// `mails_forgettable` names these, so another one needs a migration.
    pub is_kept: bool,
}

/// Mails that are written and delivered together: `mail/bodies` and `actions/delivery` have a file of
/// this name each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Requests to conclude, and the answer no.
    Requests,
    /// The agreement from its conclusion to its end.
    Agreements,
    /// What a customer should know without having to do anything.
    Notes,
    /// Announced changes of sub-processors: a matter between the customer and the operator, of which
    /// partners learn nothing.
    Changes,
    /// To partners: what they may know of their customers, and that they are blocked.
    Partners,
    /// To the operator's mailbox and its administrators.
    Operator,
    /// To users about their own access.
    Users,
}

/// Makes [`SPECS`] and [`MailKind::spec`] of one row per kind; a kind without a row does not compile.
macro_rules! specs {
    ($($kind:ident: $number:literal, $key:literal, $group:ident, $is_kept:literal;)*) => {
        /// All mails, in the order in which the operator's list offers them.
        pub const SPECS: &[MailSpec] = &[$(MailSpec {
            variant: MailVariant::$kind,
            number: $number,
            key: $key,
            group: Group::$group,
            is_kept: $is_kept,
        }),*];

        impl MailKind {
            /// The row of this kind.
            pub fn spec(&self) -> &'static MailSpec {
                enum Index { $($kind),* }
                &SPECS[match self { $(Self::$kind { .. } => Index::$kind),* } as usize]
            }
        }
    };
}

specs! {
    // Kind: number, key, group, kept
    Request: "M1", "request", Requests, true;
    Reminder: "M2", "reminder", Requests, true;
    Concluded: "M3", "concluded", Agreements, true;
    Declined: "M6", "declined", Requests, false;
    Objected: "M7", "objected", Agreements, true;
    Ended: "M13", "ended", Agreements, true;
    Info: "M11", "notice", Notes, false;
    Announcement: "M9", "announcement", Changes, true;
    Dissented: "M10", "dissented", Changes, true;
    DissentSettled: "", "dissent_settled", Changes, true;
    NewVersion: "M12", "new_version", Agreements, true;
    AddressChanged: "M15", "address_changed", Notes, false;
    PartnerInfo: "M4", "partner_info", Partners, false;
    PartnerBlocked: "M8", "partner_blocked", Partners, false;
    Alert: "M14", "alert", Operator, false;
    PartnerContractEnds: "M14", "partner_contract_ends", Operator, false;
    Approval: "", "approval", Operator, false;
    AdministratorAdded: "", "administrator_added", Operator, false;
    Checkpoint: "", "checkpoint", Operator, false;
    SetPassword: "", "set_password", Users, false;
    PasswordChanged: "", "password_changed", Users, false;
    FactorChanged: "", "factor_changed", Users, false;
    SignInAddressChanged: "", "sign_in_address_changed", Users, false;
}

impl MailKind {
    /// Number in the requirements (5.3), with what it depends on: `M2.1`, `M5`.
    pub fn number(&self) -> String {
        match self {
            Self::Reminder { number, .. } => format!("M2.{number}"),
            Self::PartnerInfo { news } => news.number().to_owned(),
            _ => self.spec().number.to_owned(),
        }
    }

    /// The consent link it carries, if it asks for a conclusion.
    pub fn consent_link(&self) -> Option<LinkId> {
        match self {
            Self::Request { link, .. } | Self::Reminder { link, .. } => Some(*link),
            _ => None,
        }
    }

    /// Whether it is about an announced change of sub-processors.
    pub fn is_about_change(&self) -> bool {
        let alert = Self::Alert {
            alert: Alert::Dissent,
        };
        self.spec().group == Group::Changes || *self == alert
    }

    /// Whether it goes to all customers at once: it stands behind what somebody waits for, and its pace
    /// depends on the domain. The condition of the index `mails_due_bulk` says the same.
    pub fn is_to_everybody(&self) -> bool {
        matches!(self, Self::Announcement { .. } | Self::NewVersion { .. })
    }

    /// What a mail that a decision queues is for: the same when the same step is taken twice, so that
    /// it is queued once (5.6-10). `unique` stands in the steps of mails that an event sends which
    /// happens once under the lock of the case.
    pub fn step(&self, to: Recipient, before: &Case, after: &Case, unique: Uuid) -> String {
        let customer = after.customer.number;
        let round = || {
            let round = before.open_request().or(before.requests.last());
            round.map_or_else(Uuid::nil, Request::key)
        };
        let newest = || {
            let newest = after.agreements.last();
            newest.map_or_else(Uuid::nil, |agreement| agreement.id.0)
        };
        match self {
            Self::Request { link, .. } | Self::Reminder { link, .. } => format!("link:{link}"),
            Self::Concluded { agreement } => format!("concluded:{agreement}:{to}"),
            Self::Objected { agreement } => format!("objected:{agreement}:{to}"),
            Self::Ended { agreement, .. } => format!("ended:{agreement}:{to}"),
            Self::Declined => format!("declined:{}:{to}", round()),
            Self::NewVersion { version } => format!("new-version:{customer}:{version}:{to}"),
            Self::AddressChanged {
                entered: Some(id), ..
            } => format!("address:{id}:{to}"),
            Self::PartnerInfo { news } => {
                let about = match news {
                    PartnerNews::Concluded | PartnerNews::Objected => newest(),
                    PartnerNews::Declined | PartnerNews::Expired | PartnerNews::Undeliverable => {
                        round()
                    }
                    PartnerNews::Replaced | PartnerNews::Assigned => unique,
                };
                format!("told-{}:{about}:{to}", news.key())
            }
            Self::Alert {
                alert: Alert::NoAddress,
            } => format!("no-address:{customer}:{}", after.bookings.len()),
            Self::Alert {
                alert: Alert::Undeliverable,
            } => format!("undeliverable:{}", round()),
            _ => format!("{}:{unique}:{to}", self.spec().key),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_mail_has_a_row_of_its_own() {
        // What serde offers in place of a kind that does not exist is the list of those that do.
        let refused = serde_json::from_str::<MailKind>(r#"{"kind": "nonsense"}"#).unwrap_err();
        let text = refused.to_string();
        let stored: Vec<&str> = text.split('`').skip(3).step_by(2).collect();
        let keys: BTreeSet<&str> = SPECS.iter().map(|spec| spec.key).collect();
        assert_eq!(keys, stored.iter().copied().collect(), "{text}");
        assert_eq!(keys.len(), SPECS.len());
        assert_eq!(MailKind::Declined.spec().key, "declined");
        assert_eq!(MailKind::PasswordChanged.spec().key, "password_changed");
    }
}
