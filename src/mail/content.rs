//! What each mail says, as values.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::approval::ApprovalWords;
pub use super::company::{ChangeWords, CompanyWords};
use crate::domain::mail::{Alert, PartnerNews, RequestReason};
use crate::domain::notice::Settlement;
use crate::domain::{CustomerNumber, Party, VersionNews, WhatsNew};

/// Whose contract a mail is about, in the words it is printed with.
#[derive(Debug, Clone)]
pub struct CaseWords {
    /// The customer, of whom only the name is printed.
    pub customer: Party,
    /// "Kundennummer".
    pub customer_number: CustomerNumber,
    /// Name of the partner that looks after the customer.
    pub partner: Option<String>,
    /// Name of the sub-partner, if there is one.
    pub sub_partner: Option<String>,
    /// Names of the products the contract covers, in the letter's language.
    pub products: Vec<String>,
    /// Whether an agreement is in force, which goes on whatever becomes of the request (U and W).
    pub in_force: bool,
    /// Whether that agreement names another partner: none has access until a new one is made (W).
    pub renewal: bool,
    /// Whether the last request wants that agreement concluded anew although it covers the chain and
    /// the products of today (rows 36, 48).
    pub anew: bool,
}

impl CaseWords {
    /// Whether what is asked for amends the agreement in force (state U).
    pub fn amends(&self) -> bool {
        self.in_force && !self.renews()
    }

    /// Whether what is asked for takes the place of the agreement in force (state W, or on demand).
    pub fn renews(&self) -> bool {
        self.renewal || self.anew
    }
}

/// An agreement as mails name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgreementWords {
    /// Printed number.
    pub number: String,
    /// When it was concluded.
    pub concluded_at: DateTime<Utc>,
}

/// How the former address stops one that a partner entered (A4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressStop {
    /// The page on which it is stopped.
    pub link: String,
    /// From when the new address holds; `None`: only after the operator has confirmed it.
    pub until: Option<DateTime<Utc>>,
}

/// One portal area and whether the partner who reads the mail may enter it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleAccess {
    /// Name on screens: "UMS-Verwaltung".
    pub module: String,
    /// The answer of the access rule at the moment of delivery.
    pub open: bool,
}

/// A file that travels with a mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Name under which it is saved.
    pub file_name: String,
    /// For example `application/pdf`.
    pub content_type: String,
    /// The file itself.
    #[serde(with = "super::outbox_folder::base64_bytes")]
    pub bytes: Vec<u8>,
}

/// Why what was asked for is not needed any more (rows 19, 23).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoLonger {
    /// Nobody looks after the customer any more.
    NoPartner,
    /// No product is left that needs an agreement.
    NoProduct,
    /// The agreement in force covers all that is needed.
    Covered,
}

/// What a note tells the customer (M11), with the names it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoteWords {
    /// What was asked for is not needed any more.
    Withdrawn(NoLonger),
    /// A sub-partner no longer looks after the customer (row 24).
    SubPartnerLeft {
        /// Its name.
        name: String,
    },
    /// One of several products has ended (row 43).
    ProductEnded {
        /// Its name, without its option.
        name: String,
        /// Only its UMS option has ended.
        option_only: bool,
        /// A moment on its last day.
        last_day: DateTime<Utc>,
    },
    /// The operator blocked a partner the agreement names (row 49).
    PartnerBlocked {
        /// Its name.
        name: String,
        /// Whether it is the sub-partner; otherwise the sub-partner is shut out with it.
        is_sub_partner: bool,
    },
}

/// Why an agreement has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyEnded {
    /// Nobody looks after the customer any more (row 29). The partners in [`CaseWords`] are the
    /// former ones.
    PartnerLeft,
    /// The last product that needs it has ended (row 44).
    NoProduct,
    /// The customer was deleted (row 51).
    Deleted,
}

/// Which mail (requirements 5.3), with everything it says.
#[derive(Debug, Clone)]
#[expect(
    missing_docs,
    reason = "the fields say what they are; each variant says which mail it is"
)]
pub enum Content {
    /// M1: please conclude. `news`: what differs from the agreement in force. `replaces`: earlier
    /// links ended with it.
    Request {
        case: CaseWords,
        reason: RequestReason,
        news: Option<WhatsNew>,
        replaces: bool,
        link: String,
        valid_until: DateTime<Utc>,
    },
    /// M2.n: reminder n of 3 with a new link.
    Reminder {
        case: CaseWords,
        number: u8,
        news: Option<WhatsNew>,
        link: String,
        valid_until: DateTime<Utc>,
    },
    /// M3: it is concluded; the PDF is attached and its SHA-256 is printed.
    Concluded {
        case: CaseWords,
        agreement_number: String,
        at: DateTime<Utc>,
        /// The day on the paper; `None` if it was concluded by a link (5.8-18).
        signed_on: Option<NaiveDate>,
        person: String,
        function: String,
        pdf: Attachment,
        sha256: String,
        /// To the former address: the one it was concluded over, masked (A4).
        over: Option<String>,
    },
    /// M6: the decline is confirmed.
    Declined { case: CaseWords, at: DateTime<Utc> },
    /// M7: the objection is confirmed.
    Objected {
        case: CaseWords,
        agreement_number: String,
        at: DateTime<Utc>,
    },
    /// M12: there is a new contract version, and nothing is to be done (row 35). `read` and
    /// `version.comparison` are paths of public pages. The case names who may go on under the
    /// agreement and the products it opens; without a product nothing is said of access.
    NewVersion {
        case: CaseWords,
        agreement: AgreementWords,
        version: VersionNews,
        since: NaiveDate,
        read: String,
    },
    /// M11: a note that asks for nothing. `links_closed`: a request was open and is not any more.
    Note {
        case: CaseWords,
        note: NoteWords,
        agreement: Option<AgreementWords>,
        at: DateTime<Utc>,
        links_closed: bool,
    },
    /// M9: a change of the general sub-processors; `link`: the page on which the customer dissents,
    /// `until`: the last moment for that.
    Announcement {
        case: CaseWords,
        agreement: AgreementWords,
        change: ChangeWords,
        link: String,
        until: DateTime<Utc>,
    },
    /// M10: the dissent is confirmed.
    Dissented {
        case: CaseWords,
        agreement: Option<AgreementWords>,
        change: ChangeWords,
        received_on: NaiveDate,
    },
    /// What came of the dissent (row 41).
    DissentSettled {
        case: CaseWords,
        agreement: Option<AgreementWords>,
        change: ChangeWords,
        how: Settlement,
    },
    /// M13: the agreement has ended; what happens to the data, how long the proof is kept.
    Ended {
        case: CaseWords,
        agreement: AgreementWords,
        at: DateTime<Utc>,
        why: WhyEnded,
        proof_until: NaiveDate,
    },
    /// M15: requests go to another address now, which is masked, or soon. No consent link, nothing of
    /// the contract.
    AddressChanged {
        case: CaseWords,
        masked: Option<String>,
        at: DateTime<Utc>,
        /// While it waits: how it is stopped (A4).
        stop: Option<AddressStop>,
    },
    /// M4, M5, M8: what a partner may know. No consent link, nothing of the contract. Whoever has
    /// lost the customer gets neither `access` nor `status_url`.
    PartnerInfo {
        case: CaseWords,
        news: PartnerNews,
        at: DateTime<Utc>,
        /// What was concluded was signed on paper; `at` is when it was recorded (5.8-18).
        on_paper: bool,
        access: Vec<ModuleAccess>,
        status_url: Option<String>,
    },
    /// M8 to a blocked partner (row 49).
    PartnerBlocked {
        name: String,
        is_sub_partner: bool,
        at: DateTime<Utc>,
    },
    /// M14: something needs a person at the operator.
    Alert {
        case: CaseWords,
        alert: Alert,
        status_url: String,
    },
    /// M14 about a partner: the contract under Art. 28(4) GDPR ends, or is over. `above`: the Mandant of
    /// a Submandant, who has to renew it (C6).
    PartnerContractEnds {
        partner: String,
        above: Option<String>,
        last: NaiveDate,
        is_over: bool,
        link: String,
    },
    /// Something waits for a second person of the operator: who asks for it, and where to decide.
    Approval {
        name: String,
        by: String,
        what: ApprovalWords,
        link: String,
    },
    /// Link with which a user sets a password.
    SetPassword {
        name: String,
        link: String,
        valid_until: DateTime<Utc>,
        invitation: bool,
    },
    /// Notice that a password was changed (S-38).
    PasswordChanged { name: String, at: DateTime<Utc> },
    /// Notice that `by` made `added` an account for the operator, or unlocked it (S-39).
    AdministratorAdded {
        name: String,
        added: String,
        by: String,
        at: DateTime<Utc>,
        unlocked: bool,
    },
}

impl Content {
    /// The case the mail is about; `None` for mails about a user's password or a whole partner.
    pub fn case(&self) -> Option<&CaseWords> {
        match self {
            Self::Request { case, .. }
            | Self::Reminder { case, .. }
            | Self::Concluded { case, .. }
            | Self::Declined { case, .. }
            | Self::Objected { case, .. }
            | Self::Note { case, .. }
            | Self::Announcement { case, .. }
            | Self::Dissented { case, .. }
            | Self::DissentSettled { case, .. }
            | Self::NewVersion { case, .. }
            | Self::Ended { case, .. }
            | Self::AddressChanged { case, .. }
            | Self::PartnerInfo { case, .. }
            | Self::Alert { case, .. } => Some(case),
            Self::PartnerBlocked { .. }
            | Self::PartnerContractEnds { .. }
            | Self::Approval { .. }
            | Self::SetPassword { .. }
            | Self::PasswordChanged { .. }
            | Self::AdministratorAdded { .. } => None,
        }
    }

    pub(super) fn case_mut(&mut self) -> Option<&mut CaseWords> {
        match self {
            Self::Request { case, .. }
            | Self::Reminder { case, .. }
            | Self::Concluded { case, .. }
            | Self::Declined { case, .. }
            | Self::Objected { case, .. }
            | Self::Note { case, .. }
            | Self::Announcement { case, .. }
            | Self::Dissented { case, .. }
            | Self::DissentSettled { case, .. }
            | Self::NewVersion { case, .. }
            | Self::Ended { case, .. }
            | Self::AddressChanged { case, .. }
            | Self::PartnerInfo { case, .. }
            | Self::Alert { case, .. } => Some(case),
            Self::PartnerBlocked { .. }
            | Self::PartnerContractEnds { .. }
            | Self::Approval { .. }
            | Self::SetPassword { .. }
            | Self::PasswordChanged { .. }
            | Self::AdministratorAdded { .. } => None,
        }
    }

    /// Whether the customer reads this mail.
    pub(super) fn is_for_customer(&self) -> bool {
        matches!(
            self,
            Self::Request { .. }
                | Self::Reminder { .. }
                | Self::Concluded { .. }
                | Self::Declined { .. }
                | Self::Objected { .. }
                | Self::Note { .. }
                | Self::Announcement { .. }
                | Self::Dissented { .. }
                | Self::DissentSettled { .. }
                | Self::NewVersion { .. }
                | Self::Ended { .. }
                | Self::AddressChanged { .. }
        )
    }

    /// Partners and the operator are always written to in German.
    pub(super) fn is_always_german(&self) -> bool {
        matches!(
            self,
            Self::PartnerInfo { .. }
                | Self::PartnerBlocked { .. }
                | Self::Alert { .. }
                | Self::PartnerContractEnds { .. }
                | Self::Approval { .. }
                | Self::AdministratorAdded { .. }
        )
    }

    /// Whether the mail ends with whom to call: not where it goes to the operator or says nothing else.
    pub(super) fn offers_help(&self) -> bool {
        use Content as C;
        !matches!(
            self,
            C::Alert { .. }
                | C::PartnerContractEnds { .. }
                | C::AddressChanged { .. }
                | C::Approval { .. }
                | C::AdministratorAdded { .. }
        )
    }
}
