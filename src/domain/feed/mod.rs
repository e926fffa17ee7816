//! What other systems are told: the audit log without names, addresses and reasons, in words that stay
//! the same. A pure mapping from an event of the log to what it says, which may be nothing or several
//! things; they are numbered within their event, so that each has an id that never changes (S-97).

#[cfg(test)]
mod tests;
mod types;

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};

use super::alert::AlertKind;
use super::audit::effect::{Effect, PartnerAccess};
use super::audit::steps::Asked;
use super::audit::{AuditKind, AuditName, BookingStep, Steps};
use super::case::{AgreementEnd, Status};
use super::client::PartnerName;
use super::partner::PartnerAuditEvent;
use super::product::ProductAuditEvent;
use super::version::VersionAuditEvent;
use super::{AlertId, CustomerNumber, PartnerId};
pub use types::EventType;

/// An event of the log as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Its position in the log.
    pub position: i64,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// What kind of event it is.
    pub name: AuditName,
    /// The customer whose case it is about.
    pub customer: Option<CustomerNumber>,
    /// Status of the case before and after.
    pub status: Option<(Status, Status)>,
    /// What happened, whose access it opened and closed, and what it did to the case; `None` once that
    /// was erased.
    pub content: Option<(AuditKind, Effect, Steps)>,
}

/// What another system is told. The order and the names of the fields are a promise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeedEvent {
    /// The same however often it is told: `avv_17`, and `avv_17_2` for the second of position 17.
    #[serde(serialize_with = "id")]
    pub id: EventId,
    /// Position in the log. Several events may have the same.
    pub position: i64,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: EventType,
    /// When.
    pub at: DateTime<Utc>,
    /// The customer it is about, if any.
    pub customer: Option<CustomerNumber>,
    /// Status of the customer before.
    #[serde(serialize_with = "status")]
    pub status_before: Option<Status>,
    /// Status of the customer after.
    #[serde(serialize_with = "status")]
    pub status_after: Option<Status>,
    /// What else it is about, by keys.
    pub ids: Ids,
}

/// Place of what is told: a position in the log and a number within it, from 1 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId {
    /// Position in the log.
    pub position: i64,
    /// Which one of that position.
    pub number: i32,
}

impl std::fmt::Display for EventId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.number {
            1 => write!(f, "avv_{}", self.position),
            number => write!(f, "avv_{}_{number}", self.position),
        }
    }
}

/// Keys of what an event is about; what it is not about is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Ids {
    /// A partner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partner: Option<PartnerName>,
    /// Keys of modules; empty means every module.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modules: Option<Vec<String>>,
    /// Key of a booking, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub booking: Option<String>,
    /// Index of that booking in its case, by which its key is found.
    #[serde(skip)]
    pub place: Option<usize>,
    /// Code of a product.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// Number of an agreement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreement: Option<String>,
    /// Number of a version of the contract text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract_version: Option<String>,
    /// Key of an alert.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert: Option<AlertId>,
    /// Kind of an alert.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert_kind: Option<AlertKind>,
}

impl Ids {
    fn product(code: &str) -> Self {
        Self {
            product: Some(code.to_owned()),
            ..Self::default()
        }
    }

    fn booking(step: &BookingStep) -> Self {
        Self {
            place: step.place,
            ..Self::product(&step.product)
        }
    }

    /// The key is found by who reads the log: it may be given later than the event was written.
    fn partner(id: PartnerId) -> Self {
        Self {
            partner: Some(PartnerName { id, key: None }),
            ..Self::default()
        }
    }

    fn agreement(number: &str) -> Self {
        Self {
            agreement: Some(number.to_owned()),
            ..Self::default()
        }
    }

    fn access(one: &PartnerAccess) -> Self {
        Self {
            modules: Some(one.keys.clone()),
            ..Self::partner(one.partner)
        }
    }
}

fn status<S: Serializer>(status: &Option<Status>, to: S) -> Result<S::Ok, S::Error> {
    status.map(Status::key).serialize(to)
}

fn id<S: Serializer>(id: &EventId, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(id)
}

/// What an event of the log says to other systems, in an order that never changes: what happened
/// itself, then bookings, agreements and requests, then access. A new type comes after those there are,
/// so that the ids of the others stay.
pub fn events_of(recorded: &Recorded) -> Vec<FeedEvent> {
    let mut said = Said(Vec::new());
    match &recorded.content {
        Some((kind, effect, steps)) => {
            // A mail that has nothing to do with a customer concerns no other system.
            let is_own =
                recorded.customer.is_none() && matches!(kind, AuditKind::MailReturned { .. });
            if !is_own {
                itself(kind, &mut said);
            }
            if !matches!(kind, AuditKind::CustomerDeleted { .. }) {
                stepped(kind, steps, &mut said);
            }
            for (kind, list) in [
                (EventType::AccessOpened, &effect.opened),
                (EventType::AccessClosed, &effect.closed),
            ] {
                for one in list {
                    said.add(kind, Ids::access(one));
                }
            }
        }
        None => {
            if let Some(kind) = erased(recorded.name) {
                said.add(kind, Ids::default());
            }
        }
    }
    let customer = match &recorded.content {
        Some((
            AuditKind::AlertRaised { customer, .. } | AuditKind::AlertSettled { customer, .. },
            ..,
        )) => *customer,
        _ => recorded.customer,
    };
    // Before it was added it had no status.
    let is_new = recorded.name == AuditName::CustomerAdded;
    let numbered = said.0.into_iter().zip(1..);
    numbered
        .map(|((kind, ids), number)| FeedEvent {
            id: EventId {
                position: recorded.position,
                number,
            },
            position: recorded.position,
            kind,
            at: recorded.at,
            customer,
            status_before: recorded
                .status
                .map(|(before, _)| before)
                .filter(|_| !is_new),
            status_after: recorded.status.map(|(_, after)| after),
            ids,
        })
        .collect()
}

/// What was found to say so far.
struct Said(Vec<(EventType, Ids)>);

impl Said {
    fn add(&mut self, kind: EventType, ids: Ids) {
        self.0.push((kind, ids));
    }
}

/// What the kind of the event itself says. Bookings, changed master data and requests are told by what
/// was done to the case ([`stepped`]), because events of several kinds do that.
fn itself(kind: &AuditKind, said: &mut Said) {
    use AuditKind as K;
    use EventType as T;
    match kind {
        K::CustomerAdded { .. } => said.add(T::CustomerCreated, Ids::default()),
        K::CustomerDeleted { .. } => said.add(T::CustomerDeleted, Ids::default()),
        K::Partner { id, event, .. } => {
            let ids = Ids::partner(*id);
            match event {
                PartnerAuditEvent::Blocked { .. } => said.add(T::PartnerBlocked, ids),
                PartnerAuditEvent::Unblocked => said.add(T::PartnerUnblocked, ids),
                PartnerAuditEvent::Added
                | PartnerAuditEvent::Changed { .. }
                | PartnerAuditEvent::ContractRecorded { .. }
                | PartnerAuditEvent::Deactivated
                | PartnerAuditEvent::Activated
                | PartnerAuditEvent::Released
                | PartnerAuditEvent::Named { .. } => {}
            }
        }
        K::Product { code, event, .. } => match event {
            ProductAuditEvent::Added | ProductAuditEvent::Changed { .. } => {
                said.add(T::ProductChanged, Ids::product(code));
            }
            ProductAuditEvent::Paused
            | ProductAuditEvent::Resumed
            | ProductAuditEvent::Reviewed => {}
        },
        K::ContractVersion { name, event, .. } => match event {
            VersionAuditEvent::Published { .. } | VersionAuditEvent::Shipped => {
                let ids = Ids {
                    contract_version: Some(name.clone()),
                    ..Ids::default()
                };
                said.add(T::ContractVersionPublished, ids);
            }
            VersionAuditEvent::Begun { .. }
            | VersionAuditEvent::Changed { .. }
            | VersionAuditEvent::Clause { .. }
            | VersionAuditEvent::Block { .. }
            | VersionAuditEvent::PartAdded { .. }
            | VersionAuditEvent::PartRenamed { .. }
            | VersionAuditEvent::PartRemoved { .. }
            | VersionAuditEvent::ImportDecided { .. }
            | VersionAuditEvent::Submitted { .. }
            | VersionAuditEvent::Returned { .. }
            | VersionAuditEvent::Assigned { .. }
            | VersionAuditEvent::Released { .. }
            | VersionAuditEvent::LeftUncovered { .. }
            | VersionAuditEvent::ColumnsNamed { .. }
            | VersionAuditEvent::Approved
            | VersionAuditEvent::ApprovedWithout { .. }
            | VersionAuditEvent::Discarded => {}
        },
        K::Reminded { .. } => said.add(T::AgreementReminded, Ids::default()),
        K::Expired => said.add(T::AgreementExpired, Ids::default()),
        K::Declined => said.add(T::AgreementDeclined, Ids::default()),
        K::Concluded { number, .. } => said.add(T::AgreementConcluded, Ids::agreement(number)),
        K::ConcludedOnPaper { number, .. } | K::Restored { number, .. } => {
            said.add(T::AgreementRecorded, Ids::agreement(number));
        }
        K::Objected { number, .. } => {
            let ids = number.as_deref().map(Ids::agreement);
            said.add(T::AgreementObjected, ids.unwrap_or_default());
        }
        K::Undeliverable | K::MailReturned { .. } => {
            said.add(T::DeliveryBounced, Ids::default());
        }
        K::NoticeMailed { .. } => said.add(T::NoticeSent, Ids::default()),
        K::Dissented { .. } => said.add(T::NoticeDissented, Ids::default()),
        K::DissentSettled { .. } => said.add(T::NoticeSettled, Ids::default()),
        K::AlertRaised { id, alert, .. } => said.add(T::AlertRaised, alerted(*id, *alert)),
        K::AlertSettled { id, alert, .. } => said.add(T::AlertSettled, alerted(*id, *alert)),
        // Told by what they did to the case.
        K::Booked { .. }
        | K::OptionChanged { .. }
        | K::Cancelled { .. }
        | K::CancellationTakenBack { .. }
        | K::BookingsEnded { .. }
        | K::PartnerAssigned { .. }
        | K::SubPartnerNamed { .. }
        | K::EmailChanged { .. }
        | K::EnteredAddress { .. }
        | K::PartyChanged { .. }
        | K::CustomerWritten { .. }
        | K::BookingWritten { .. }
        | K::NeedReviewed { .. }
        | K::Asked { .. }
        | K::NotNeeded
        | K::LinksLocked { .. }
        | K::ObjectedInError { .. } => {}
        // Of nobody's concern but the operator's.
        K::ListMended { .. }
        | K::ToldOfVersion { .. }
        | K::RollOut { .. }
        | K::ToldPartnerBlocked { .. }
        | K::LinkOpened
        | K::ProofAdded { .. }
        | K::Proposed { .. }
        | K::ProposalRejected { .. }
        | K::ProposalWithdrawn { .. }
        | K::MailSent { .. }
        | K::MailFailed { .. }
        | K::MailRetried
        | K::ContractResent { .. }
        | K::AlertTaken { .. }
        | K::AlertDone { .. }
        | K::ReplyFiled { .. }
        | K::ReplyPutAway { .. }
        | K::MailTested { .. }
        | K::MailTestTaken
        | K::MailTestArrived
        | K::BackupRehearsed { .. }
        | K::Downloaded { .. }
        | K::SignedIn
        | K::SignedOut
        | K::PasswordSet
        | K::SecondFactor { .. }
        | K::SecondFactorReset { .. }
        | K::UserAdded { .. }
        | K::UserChanged { .. }
        | K::InvitationSent { .. }
        | K::SessionsEnded { .. }
        | K::AdministratorConfirmed { .. }
        | K::UserDisabled { .. }
        | K::UserEnabled { .. }
        | K::UserErased { .. }
        | K::Announcement { .. }
        | K::NoticeResent
        | K::OperatorSaved
        | K::BrandingSaved { .. }
        | K::Client { .. }
        | K::CustomerImport { .. }
        | K::AgreementImport { .. }
        | K::Exported { .. }
        | K::Identity { .. }
        | K::UserByIssuer { .. }
        | K::IssuerSessionEnded { .. }
        | K::Webhook { .. }
        | K::Erased { .. } => {}
    }
}

fn alerted(id: AlertId, kind: AlertKind) -> Ids {
    Ids {
        alert: Some(id),
        alert_kind: Some(kind),
        ..Ids::default()
    }
}

/// What was done to the case, whatever the kind of the event.
fn stepped(kind: &AuditKind, steps: &Steps, said: &mut Said) {
    if steps.corrected && !matches!(kind, AuditKind::CustomerAdded { .. }) {
        said.add(EventType::CustomerUpdated, Ids::default());
    }
    for (kind, bookings) in [
        (EventType::BookingCreated, &steps.booked),
        (EventType::BookingChanged, &steps.rebooked),
        (EventType::BookingEnded, &steps.unbooked),
    ] {
        for step in bookings {
            said.add(kind, Ids::booking(step));
        }
    }
    for (number, how) in &steps.over {
        let kind = match how {
            AgreementEnd::Replaced => EventType::AgreementReplaced,
            AgreementEnd::Ended | AgreementEnd::Disowned => EventType::AgreementEnded,
            // The objection itself says so.
            AgreementEnd::Objected => continue,
        };
        said.add(kind, Ids::agreement(number));
    }
    match steps.asked {
        Some(Asked::Agreement) => said.add(EventType::AgreementRequested, Ids::default()),
        Some(Asked::Update) => said.add(EventType::AgreementUpdateRequested, Ids::default()),
        None => {}
    }
}

/// What is left to say of an event whose details were erased because their time was over.
fn erased(name: AuditName) -> Option<EventType> {
    use AuditName as N;
    use EventType as T;
    Some(match name {
        N::CustomerAdded => T::CustomerCreated,
        N::CustomerDeleted => T::CustomerDeleted,
        N::PartyChanged
        | N::CustomerWritten
        | N::EmailChanged
        | N::PartnerAssigned
        | N::SubPartnerNamed => T::CustomerUpdated,
        N::Booked => T::BookingCreated,
        N::OptionChanged | N::BookingWritten | N::Cancelled | N::CancellationTakenBack => {
            T::BookingChanged
        }
        N::BookingsEnded => T::BookingEnded,
        N::Asked => T::AgreementRequested,
        N::Reminded => T::AgreementReminded,
        N::Expired => T::AgreementExpired,
        N::Declined => T::AgreementDeclined,
        N::Concluded => T::AgreementConcluded,
        N::ConcludedOnPaper | N::Restored => T::AgreementRecorded,
        N::Objected => T::AgreementObjected,
        N::Undeliverable | N::MailReturned => T::DeliveryBounced,
        N::NoticeMailed => T::NoticeSent,
        N::Dissented => T::NoticeDissented,
        N::DissentSettled => T::NoticeSettled,
        _ => return None,
    })
}
