//! What needs a person at the operator (M14): which kinds there are, what raises them, and when their
//! cause has gone by itself. An administrator takes an alert and finishes it; one whose cause is gone the
//! portal closes, in the transaction in which it went.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::case::{Case, Change, RequestOutcome, Verdict};
use super::mail::{Alert, MailKind};

/// Kinds of alerts.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum AlertKind {
    /// An AVV is due but the customer has no e-mail address (L-09).
    NoAddress,
    /// The customer's address refuses the request (row 8).
    Undeliverable,
    /// The concluded contract came back or was refused. The subject is the agreement.
    ContractUndelivered,
    /// A partner changed the address that requests go to (5.6-11).
    AddressByPartner,
    /// The operator entered an address that belongs to a partner of the customer (5.6-11).
    AddressOfPartner,
    /// A new conclusion that was asked for on demand was declined or ran out (row 37).
    DemandUnanswered,
    /// The customer objected to an announced sub-processor (row 39). The subject is the notice.
    Dissent,
    /// A mail to the customer was forwarded by its address and refused there (D3).
    ForwardFailed,
    /// Other mail servers refuse mails because of the portal's own sender, standing or manners (D1).
    MailSetup,
    /// The certificate of the seal ends. The subject is the certificate, the stage the days left.
    CertificateEnds,
    /// A time stamp came that is not to be believed. About the portal itself.
    StampRefused,
    /// Something was refused because the portal's clock is wrong (F4).
    ClockWrong,
    /// An administrator's account was made in the portal (S-39). The subject is the account.
    AdministratorAdded,
    /// A partner's contract under Art. 28(4) GDPR ends (C6). The subject is partner and last day.
    PartnerContractEnds,
    /// The portal pushes no more events to an endpoint, which is gone or has failed for days. The
    /// subject is the endpoint.
    WebhookPaused,
    /// The mailbox for what comes back could not be read for an hour (row 8). About the portal itself.
    MailboxAway,
    /// The contract text in force would not be published any more as it is: what is around it has changed.
    /// The subject is the version, its reasons say what is wrong.
    TextOutdated,
    /// Events cannot get their positions in the audit log. About the portal itself.
    LogWaits,
}

impl AlertKind {
    /// All, in the order the filter shows them.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Key in addresses and the database.
    pub fn key(self) -> &'static str {
        self.into()
    }

    /// Reads a key; `None` for any other text.
    pub fn from_key(key: &str) -> Option<Self> {
        key.parse().ok()
    }
}

/// The alerts that a decision on `before` raises: those whose mail it queues, and two without a
/// mail: a demand that got no agreement (row 37), and an address that is missing again.
pub fn raised_by(before: &Case, changes: &[Change], now: DateTime<Utc>) -> Vec<AlertKind> {
    let in_force = before.agreement().is_some();
    let wanted = |id| {
        before
            .requests
            .iter()
            .any(|one| one.id == id && one.reason.is_demand())
    };
    changes
        .iter()
        .filter_map(|change| match change {
            Change::Queue(mail) => match mail.kind {
                MailKind::Alert { alert } => Some(kind_of(alert)),
                _ => None,
            },
            Change::CloseRequest(id, RequestOutcome::Declined | RequestOutcome::Expired)
                if in_force && wanted(*id) =>
            {
                Some(AlertKind::DemandUnanswered)
            }
            Change::JudgeAddress(_, Verdict::Refused)
                if before.customer.email().is_none()
                    && !before.required_products(now).is_empty() =>
            {
                Some(AlertKind::NoAddress)
            }
            _ => None,
        })
        .collect()
}

/// The kind in the list of what a mail to the operator tells.
pub fn kind_of(alert: Alert) -> AlertKind {
    match alert {
        Alert::NoAddress => AlertKind::NoAddress,
        Alert::Undeliverable => AlertKind::Undeliverable,
        Alert::AddressByPartner => AlertKind::AddressByPartner,
        Alert::AddressOfPartner => AlertKind::AddressOfPartner,
        Alert::Dissent => AlertKind::Dissent,
        Alert::ContractUndelivered => AlertKind::ContractUndelivered,
    }
}

/// Whether the cause of an open alert about a customer is gone, now that `changes` have made the
/// case what it is. What only a person can judge stays open until a person has.
pub fn has_settled(
    kind: AlertKind,
    subject: &str,
    after: &Case,
    changes: &[Change],
    now: DateTime<Utc>,
) -> bool {
    if after.customer.deleted_at.is_some() {
        return true;
    }
    match kind {
        // One that waits for the operator has an alert of its own.
        AlertKind::NoAddress => {
            after.customer.email().is_some()
                || after.waiting_address().is_some()
                || after.required_products(now).is_empty()
        }
        AlertKind::Undeliverable => after
            .open_request()
            .is_none_or(|open| open.undeliverable_at.is_none()),
        AlertKind::ContractUndelivered => after
            .agreement()
            .is_none_or(|agreement| agreement.id.to_string() != subject),
        // Decided, or gone. If the former address said no, an administrator should ask the partner
        // why.
        AlertKind::AddressByPartner => {
            let touches =
                |one: &Change| matches!(one, Change::JudgeAddress(..) | Change::LeaveAddress(_));
            after.undecided_addresses().next().is_none()
                && changes.iter().any(touches)
                && last_verdict(after) != Some(Verdict::Stopped)
        }
        // Another address: the one that was to be looked at is not used any more.
        AlertKind::AddressOfPartner | AlertKind::ForwardFailed => changes
            .iter()
            .any(|change| matches!(change, Change::SetEmail(_))),
        AlertKind::DemandUnanswered => {
            after.agreement().is_none()
                || after.open_request().is_some()
                || !after
                    .requests
                    .last()
                    .is_some_and(|last| last.reason.is_demand())
                || changes
                    .iter()
                    .any(|change| matches!(change, Change::Conclude(_)))
        }
        AlertKind::Dissent
        | AlertKind::MailSetup
        | AlertKind::CertificateEnds
        | AlertKind::StampRefused
        | AlertKind::ClockWrong
        | AlertKind::AdministratorAdded
        | AlertKind::PartnerContractEnds
        | AlertKind::WebhookPaused
        | AlertKind::MailboxAway
        | AlertKind::TextOutdated
        | AlertKind::LogWaits => false,
    }
}

fn last_verdict(case: &Case) -> Option<Verdict> {
    let verdicts = case.entered.iter().filter_map(|one| one.verdict);
    verdicts
        .max_by_key(|(at, _)| *at)
        .map(|(_, verdict)| verdict)
}

#[cfg(test)]
mod tests;
