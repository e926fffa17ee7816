//! What is written down about every change: who, what, and how the case stood before and after
//! (5.6-9, S-80). The history on the pages is the readable form of these events, in the sentences of
//! `wording/audit`; [`chain`] makes them one chain, [`tree`] the tree whose heads are [`checkpoint`]s.

mod actor;
pub mod chain;
pub mod checkpoint;
mod details;
pub mod effect;
mod readers;
pub mod steps;
pub mod tree;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumDiscriminants, IntoStaticStr, VariantArray};

use super::agreement_import::AgreementImportAuditEvent;
use super::alert::AlertKind;
use super::branding::BrandingPart;
use super::case::Channel;
use super::client::ClientAuditEvent;
use super::company::UserRight;
use super::customer_import::ImportAuditEvent;
use super::export::ExportedList;
use super::identity::IdentityEnd;
use super::mail::RequestReason;
use super::master_data::FieldChange;
use super::notice::{DissentWay, Settlement};
use super::partner::PartnerAuditEvent;
use super::product::{Named, ProductAuditEvent};
use super::proposal::ProposalKind;
use super::roll_out::RollOutAuditEvent;
use super::second_factor::FactorChange;
use super::user::UserChange;
use super::version::VersionAuditEvent;
use super::viewer::OperatorRole;
use super::webhook::WebhookAuditEvent;
use super::{
    AgreementImportId, AlertId, AnnouncementId, ClientId, CustomerNumber, ImportId, PartnerId,
    RollOutId, VersionId, WebhookId,
};
pub use actor::Actor;
pub use details::{AddressStep, AnnouncementAuditEvent, Counts, Turn};
pub use effect::ClosedAccess;
pub use steps::{BookingStep, Steps};

/// What happened. The fields are the details that are kept with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, EnumDiscriminants)]
#[strum_discriminants(name(AuditName), derive(IntoStaticStr, VariantArray))]
#[strum_discriminants(strum(serialize_all = "snake_case"))]
#[strum_discriminants(doc = "A kind of event without its details.")]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AuditKind {
    /// A customer was added, with what was chosen for it in the same moment.
    CustomerAdded {
        /// Name of the Mandant.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        partner: Option<String>,
        /// Name of the Submandant.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sub_partner: Option<String>,
        /// Printed name of the first product.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        product: Option<Named>,
        /// Whether the customer was asked because of it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        asked: bool,
    },
    /// Something was done with a file of customers.
    CustomerImport {
        /// Key of the file.
        id: ImportId,
        /// What was done.
        event: ImportAuditEvent,
    },
    /// Something was done with a file of agreements that were concluded outside the portal.
    AgreementImport {
        /// Key of the file.
        id: AgreementImportId,
        /// What was done.
        event: AgreementImportAuditEvent,
    },
    /// Lines of the customer list that did not say what the facts say were written anew.
    ListMended {
        /// Customers that were looked at.
        checked: u64,
        /// Lines that were written anew.
        mended: u64,
        /// Customers whose facts could not be read.
        unreadable: u64,
    },
    /// A product was added; `asked` if that made the first mail go out.
    Booked {
        /// Printed name of the product.
        product: Named,
        /// Whether the customer was asked because of it.
        asked: bool,
    },
    /// An option of a booking was switched on or off.
    OptionChanged {
        /// Printed name of the product as it is booked now.
        product: Named,
        /// Whether the customer was asked because of it.
        asked: bool,
    },
    /// A booking was cancelled.
    Cancelled {
        /// Printed name of the product.
        product: Named,
        /// Its last day.
        last_day: NaiveDate,
    },
    /// The cancellation of a booking was taken back.
    CancellationTakenBack {
        /// Printed name of the product.
        product: Named,
    },
    /// Bookings had ended and what follows from that was done.
    BookingsEnded {
        /// Printed names of the products.
        products: Vec<Named>,
    },
    /// Another Mandant looks after the customer, or none.
    PartnerAssigned {
        /// Name of the one before.
        from: Option<String>,
        /// Name of the one from now on.
        to: Option<String>,
    },
    /// Something was done to a partner or sub-partner itself.
    Partner {
        /// Key of the partner.
        id: PartnerId,
        /// Its name then.
        name: String,
        /// What was done.
        event: PartnerAuditEvent,
    },
    /// The customer was told of a new contract version and asked for nothing (row 35).
    ToldOfVersion {
        /// Number of the new version.
        version: String,
    },
    /// Something was done to the roll-out of a contract version.
    RollOut {
        /// Key of the roll-out.
        id: RollOutId,
        /// Number of the version.
        version: String,
        /// What was done.
        event: RollOutAuditEvent,
    },
    /// Something was done to a version of the contract text.
    ContractVersion {
        /// Key of the version.
        id: VersionId,
        /// Its number then.
        name: String,
        /// What was done.
        event: VersionAuditEvent,
    },
    /// Something was done to a product of the catalogue.
    Product {
        /// Its code then.
        code: String,
        /// Its name then.
        product: Named,
        /// What was done.
        event: ProductAuditEvent,
    },
    /// The customer was looked at because the catalogue says otherwise what needs an agreement (P-07).
    NeedReviewed {
        /// Whether something is left to conclude.
        needed: bool,
        /// Whether the customer was asked.
        asked: bool,
    },
    /// The customer was told that a partner is blocked.
    ToldPartnerBlocked {
        /// Name of the partner.
        name: String,
    },
    /// The customer was asked to conclude.
    Asked {
        /// The reason that was given.
        reason: RequestReason,
    },
    /// A reminder was sent.
    Reminded {
        /// 1 to 3.
        number: u8,
    },
    /// Three reminders went unanswered.
    Expired,
    /// The round was closed because no product needs an agreement any more.
    NotNeeded,
    /// The mail server refused the address.
    Undeliverable,
    /// The page of a consent link was fetched for the first time.
    LinkOpened,
    /// A sub-partner was named, or none any more.
    SubPartnerNamed {
        /// Name of the sub-partner; `None` if it was removed.
        name: Option<String>,
    },
    /// The master-data address was changed. The addresses stand masked.
    EmailChanged {
        /// The address before.
        from: Option<String>,
        /// The address since.
        to: String,
        /// Why the operator entered an address of a partner; `None` where the guard was not in the
        /// way (5.6-11).
        #[serde(default)]
        despite: Option<String>,
    },
    /// Something became of an address that a partner entered (A4).
    EnteredAddress {
        /// The address, masked.
        to: String,
        /// What became of it.
        what: AddressStep,
    },
    /// Name, address, register or contact were corrected.
    PartyChanged {
        /// The name before, if it is another one now.
        former_name: Option<String>,
        /// Old and new values (C10). They go as soon as the customer is deleted.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        changed: Vec<FieldChange>,
    },
    /// Another system of the provider wrote the whole master data: what of it is otherwise now.
    CustomerWritten {
        /// The name before, if it is another one now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        former_name: Option<String>,
        /// Old and new values (C10). They go as soon as the customer is deleted.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        changed: Vec<FieldChange>,
        /// The new e-mail address, masked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        email: Option<String>,
        /// The Mandant, if it is another one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        partner: Option<Turn>,
        /// The Submandant, if it is another one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sub_partner: Option<Turn>,
        /// Whether the customer was asked because of it.
        asked: bool,
    },
    /// Another system of the provider wrote a booking that there was already.
    BookingWritten {
        /// Printed name of the product as it is booked now.
        product: Named,
        /// Its last day, if it has one now.
        last_day: Option<NaiveDate>,
        /// Whether the customer was asked because of it.
        asked: bool,
    },
    /// Something was done to a client of the API.
    Client {
        /// Key of the client.
        id: ClientId,
        /// Its name.
        name: String,
        /// What was done.
        event: ClientAuditEvent,
    },
    /// The customer was deleted; the evidence stays.
    CustomerDeleted {
        /// The reason that was given.
        reason: String,
    },
    /// All links were locked.
    LinksLocked {
        /// Whether a new mail went out at once.
        asked: bool,
        /// The reason that was given.
        reason: String,
    },
    /// The agreement was concluded.
    Concluded {
        /// Number of the agreement.
        number: String,
        /// Who concluded it, as typed.
        person: String,
        /// Function, as typed.
        function: String,
        /// SHA-256 of the text.
        document_hash: String,
        /// SHA-256 of the PDF.
        pdf_hash: String,
    },
    /// A contract signed on paper was recorded by two administrators (5.8-18).
    ConcludedOnPaper {
        /// Number of the agreement.
        number: String,
        /// Name of the person who signed for the customer.
        person: String,
        /// In which function.
        function: String,
        /// The day on the paper.
        signed_on: NaiveDate,
        /// SHA-256 of the scan, or of the sheet that stands for it.
        scan_hash: String,
        /// Who had proposed it.
        proposed_by: String,
        /// The file of existing agreements it came with; none for one recorded by itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<AgreementImportId>,
    },
    /// An agreement was taken back from its sealed document, after an older copy of the data had been
    /// put back (F5).
    Restored {
        /// Number of the agreement.
        number: String,
        /// Who had concluded it, as typed.
        person: String,
        /// Function, as typed.
        function: String,
        /// When it was concluded.
        concluded_at: DateTime<Utc>,
        /// SHA-256 of the text.
        document_hash: String,
        /// SHA-256 of the PDF.
        pdf_hash: String,
        /// By which command.
        command: String,
        /// Printed names of products whose bookings came back with it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        booked: Vec<Named>,
    },
    /// The customer declined.
    Declined,
    /// The customer objected.
    Objected {
        /// Number of the agreement that became void, if there was one.
        number: Option<String>,
        /// By which way.
        channel: Channel,
        /// Whose access was closed by it (EV-11).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        closed: Vec<ClosedAccess>,
    },
    /// The proof of an objection was added (EV-10).
    ProofAdded {
        /// SHA-256 of the file.
        file_hash: String,
    },
    /// An administrator proposed what a second one has to confirm.
    Proposed {
        /// What is proposed.
        proposal: ProposalKind,
    },
    /// A second administrator rejected it.
    ProposalRejected {
        /// What is proposed.
        proposal: ProposalKind,
        /// The reason that was given.
        reason: String,
    },
    /// The proposer took it back.
    ProposalWithdrawn {
        /// What is proposed.
        proposal: ProposalKind,
    },
    /// An objection turned out to have been recorded in error; the customer was asked anew (row 33).
    ObjectedInError {
        /// Number of the agreement, which stays void.
        number: String,
        /// The reason that was given.
        reason: String,
        /// Who had proposed it.
        proposed_by: String,
    },
    /// A mail was handed over to the mail server.
    MailSent {
        /// Subject line of the mail as it was sent.
        subject: String,
        /// Recipient, masked.
        to: String,
    },
    /// A mail could not be delivered, or had no recipient.
    MailFailed {
        /// Why, in words or as the server said it.
        reply: String,
    },
    /// A mail that had been handed over came back.
    MailReturned {
        /// Status and words of the other mail server, addresses masked.
        reply: String,
    },
    /// A mail that waited or had been given up was tried again on request.
    MailRetried,
    /// A concluded contract that had come back or been refused was sent once more.
    ContractResent {
        /// Number of the agreement.
        number: String,
    },
    /// Something needs a person at the operator. Written after its cause, which may be no event.
    AlertRaised {
        /// Key of the alert.
        id: AlertId,
        /// Kind of the alert.
        alert: AlertKind,
        /// The customer it is about, if any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        customer: Option<CustomerNumber>,
    },
    /// An alert is closed, by an administrator or because its cause has gone.
    AlertSettled {
        /// Key of the alert.
        id: AlertId,
        /// Kind of the alert.
        alert: AlertKind,
        /// The customer it is about, if any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        customer: Option<CustomerNumber>,
    },
    /// An administrator took an alert.
    AlertTaken {
        /// Kind of the alert that was taken.
        alert: AlertKind,
    },
    /// An administrator finished an alert.
    AlertDone {
        /// Kind of the alert that was finished.
        alert: AlertKind,
    },
    /// An answer to a mail was filed to the customer.
    ReplyFiled {
        /// The day it came in.
        received_on: NaiveDate,
    },
    /// An answer to a mail was put away because it belongs to no customer.
    ReplyPutAway {
        /// The day it came in.
        received_on: NaiveDate,
    },
    /// The operator sent a test mail.
    MailTested {
        /// Recipient, masked.
        to: String,
    },
    /// The mail server took a test mail.
    MailTestTaken,
    /// A person found the test mail in the mailbox.
    MailTestArrived,
    /// A backup was put back, to see that it can be done.
    BackupRehearsed {
        /// The day on which it was done.
        on: NaiveDate,
    },
    /// The concluded contract was downloaded (EV-09).
    Downloaded {
        /// Number of the agreement.
        number: String,
    },
    /// A list was downloaded as a table (S-83).
    Exported {
        /// Which one.
        list: ExportedList,
        /// Whether it was narrowed by a search or a filter.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        narrowed: bool,
    },
    /// A user signed in.
    SignedIn,
    /// A user signed out.
    SignedOut,
    /// A password was set by a mailed link.
    PasswordSet,
    /// A user connected the account with an issuer at which people sign in, or parted it from one (S-41).
    Identity {
        /// What the issuer is called.
        issuer: String,
        /// Whether it is connected now.
        connected: bool,
    },
    /// An issuer named somebody who had no account, or another job for somebody who had one (S-41).
    UserByIssuer {
        /// Name of that user.
        name: String,
        /// What the issuer is called.
        issuer: String,
        /// The job of one of the operator's people.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<OperatorRole>,
        /// Whether the account was made just now.
        added: bool,
    },
    /// A session that began at an issuer ended there (S-41).
    IssuerSessionEnded {
        /// Name of the user.
        name: String,
        /// What the issuer is called.
        issuer: String,
        /// Why it ended.
        why: IdentityEnd,
    },
    /// A user did something to the own second factor (S-36).
    SecondFactor {
        /// What the user did to it.
        change: FactorChange,
    },
    /// The operator took away the second factor of a user, who had lost it.
    SecondFactorReset {
        /// Name of the user who had lost it.
        name: String,
        /// The reason that was given for it.
        reason: String,
    },
    /// A user was added.
    UserAdded {
        /// Name of that user.
        name: String,
        /// The job of one of the operator's people.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<OperatorRole>,
        /// For one of the operator's people: from when it counts as a second person (S-39).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        counts: Option<Counts>,
        /// What the user may do in the own company.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        rights: Vec<UserRight>,
    },
    /// A user was changed.
    UserChanged {
        /// Name of that user, as it is since.
        name: String,
        /// What of it.
        changes: Vec<UserChange>,
    },
    /// The invitation of a user was sent once more.
    InvitationSent {
        /// Name of that user.
        name: String,
    },
    /// Sessions were ended by another person than the one signed in there, or in another place (S-34).
    SessionsEnded {
        /// Name of the user; `None` for the own ones.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// How many.
        count: usize,
    },
    /// A third administrator confirmed who stands behind a new administrator's account.
    AdministratorConfirmed {
        /// Name of that user.
        name: String,
    },
    /// A user was disabled.
    UserDisabled {
        /// Name of that user.
        name: String,
    },
    /// The lock of a user was undone (B5).
    UserEnabled {
        /// Name of that user.
        name: String,
    },
    /// Name, address and password of a locked user were erased (A9).
    UserErased {
        /// The key that is left of it.
        user: i64,
    },
    /// Something was done to an announcement of changed sub-processors.
    Announcement {
        /// Key of the announcement.
        id: AnnouncementId,
        /// What was done.
        event: AnnouncementAuditEvent,
    },
    /// A mail about such a change was handed over; the customer's period counts from its notice.
    NoticeMailed {
        /// Subject line of the mail as it was sent.
        subject: String,
        /// Recipient, masked.
        to: String,
    },
    /// A notice that had not arrived was put into the outbox once more.
    NoticeResent,
    /// The customer dissented from an announced change (row 39).
    Dissented {
        /// By which way.
        way: DissentWay,
        /// On which day it was received.
        received_on: NaiveDate,
        /// Who declared it.
        person: String,
    },
    /// The dissent was settled (row 41).
    DissentSettled {
        /// How it was settled.
        how: Settlement,
        /// What the operator noted.
        note: String,
    },
    /// The operator's particulars were changed.
    OperatorSaved,
    /// How the portal looks or what its legal pages say was changed.
    BrandingSaved {
        /// What of it.
        changed: Vec<BrandingPart>,
    },
    /// Something was done to an endpoint that events are pushed to.
    Webhook {
        /// Key of the endpoint.
        id: WebhookId,
        /// The host it is on.
        host: String,
        /// What was done.
        event: WebhookAuditEvent,
    },
    /// What is personal in earlier events was erased: the signed tombstone (S-80, row 52).
    Erased {
        /// Positions of those events.
        positions: Vec<i64>,
        /// Which key signed, as a fingerprint.
        key: String,
        /// HMAC-SHA-256 over positions and hashes of those events.
        signature: String,
    },
}

impl AuditKind {
    /// The key of its kind, for the column and for filters.
    pub fn key(&self) -> &'static str {
        AuditName::from(self).key()
    }
}

impl AuditName {
    /// All kinds, in the order in which they are declared.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Key in the database and in addresses.
    pub fn key(self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_key_of_a_kind_is_the_one_it_is_stored_under() {
        // What serde offers in place of a kind that does not exist is the list of those that do.
        let refused = serde_json::from_str::<AuditKind>(r#"{"kind": "nonsense"}"#).unwrap_err();
        let text = refused.to_string();
        let stored: BTreeSet<&str> = text.split('`').skip(3).step_by(2).collect();
        let keys: BTreeSet<&str> = AuditName::ALL.iter().map(|name| name.key()).collect();
        assert!(stored.len() > 20, "{text}");
        assert_eq!(keys, stored);
        assert_eq!(keys.len(), AuditName::ALL.len());
        let kind = AuditKind::Reminded { number: 1 };
        let json = serde_json::to_value(&kind).unwrap();
        assert_eq!(json["kind"], kind.key());
    }
}
