//! The set-up list of a new provider (S-95): what there is to do before the first customer, told from
//! facts. What a machine's administrator looks at besides stands in [`super::inspection`].

use chrono::{Months, NaiveDate};

use super::Operator;
use super::inspection::{Finding, Mark, Seal, worst};
use super::party::PartyField;

/// A restore that was rehearsed so long ago says little.
pub const REHEARSE_AGAIN: Months = Months::new(12);
/// So many people a portal needs: what one proposes, another one confirms.
pub const ADMINISTRATORS: usize = 2;

/// What is known about the set-up of a portal.
#[derive(Debug, Clone)]
pub struct SetupFacts {
    /// Whether the portal is for customers; one for trying things out needs neither the settings nor
    /// the seal of such a portal.
    pub is_production: bool,
    /// What is to be said of settings, database, disk and clock.
    pub findings: Vec<Finding>,
    /// What is missing of the operator's particulars; `None`: nothing was entered yet.
    pub operator: Option<Vec<OperatorField>>,
    /// Administrators who can sign in, counted to [`ADMINISTRATORS`].
    pub administrators: usize,
    /// Those of them without a second factor, counted to [`ADMINISTRATORS`].
    pub without_factor: usize,
    /// How far a test mail came.
    pub mail: MailTest,
    /// The seal in use.
    pub seal: Seal,
    /// The text in force.
    pub text: TextInForce,
    /// Its annexes of products.
    pub annexes: Annexes,
    /// The contracts with partners.
    pub partners: PartnerContracts,
    /// How far a customer for trial came.
    pub trial: Trial,
    /// The day on which a backup was put back.
    pub rehearsed: Option<NaiveDate>,
    /// The Berlin day of today.
    pub today: NaiveDate,
}

/// How far a test mail came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailTest {
    /// There is no mail server.
    NoServer,
    /// There was none.
    Never,
    /// The mail server took it on this day, with other settings than those of now.
    Before(NaiveDate),
    /// The mail server took it on this day, with the settings of now; whether it arrived is not known.
    Taken(NaiveDate),
    /// The same, and on this day a person said that it arrived.
    Arrived(NaiveDate),
}

/// The contract text in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextInForce {
    /// No version is in force.
    None,
    /// It cannot be read.
    Unreadable,
    /// The one that comes with the program, which is a sample and no provider's contract.
    Sample,
    /// The provider's own, with its number.
    Own(String),
}

/// The annexes of products in the text in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Annexes {
    /// There are no products that are sold.
    NoProducts,
    /// These products need an agreement and have none.
    Lacking(Vec<String>),
    /// Every product that needs an agreement has one.
    Complete,
}

/// The contracts with partners under Art. 28(4) GDPR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartnerContracts {
    /// There are no partners.
    NoPartners,
    /// With one at least none holds.
    Lacking,
    /// One holds with each of them.
    Complete,
}

/// How far a customer came from the first request to the last evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trial {
    /// No customer has concluded.
    None,
    /// A customer has concluded.
    Concluded,
    /// A customer has, and was deleted.
    Deleted,
}

/// Something about the operator that contracts and mails need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperatorField {
    /// Of the company itself.
    Party(PartyField),
    /// The short name for headers.
    ShortName,
    /// The data protection officer.
    DataProtectionOfficer,
    /// The address of the data protection officer.
    DataProtectionEmail,
    /// The address for objections.
    ObjectionEmail,
}

/// What is missing of the operator's details.
pub fn missing_of(operator: &Operator) -> Vec<OperatorField> {
    use OperatorField as F;
    let own = [
        (operator.short_name.trim().is_empty(), F::ShortName),
        (
            operator.data_protection_officer.trim().is_empty(),
            F::DataProtectionOfficer,
        ),
        (
            operator.data_protection_email.is_none(),
            F::DataProtectionEmail,
        ),
        (operator.objection_email.is_none(), F::ObjectionEmail),
    ];
    let of_party = operator.party.missing_fields().into_iter().map(F::Party);
    let own = own.into_iter().filter(|(is_missing, _)| *is_missing);
    of_party.chain(own.map(|(_, field)| field)).collect()
}

/// What is done. Each line of the list asks one of these.
impl SetupFacts {
    /// Settings, database, disk and clock are in order.
    pub fn has_settings(&self) -> bool {
        worst(&self.findings) <= Mark::Good
    }

    /// The operator's particulars are entered.
    pub fn has_operator(&self) -> bool {
        self.operator.as_ref().is_some_and(Vec::is_empty)
    }

    /// There is a second administrator.
    pub fn has_administrators(&self) -> bool {
        self.administrators >= ADMINISTRATORS
    }

    /// Every administrator who can sign in has a second factor (S-36).
    pub fn has_factors(&self) -> bool {
        self.administrators > 0 && self.without_factor == 0
    }

    /// A test mail arrived that went out with the settings of now.
    pub fn has_mail(&self) -> bool {
        matches!(self.mail, MailTest::Arrived(_))
    }

    /// Documents are sealed with a certificate of the provider's own. That it ends soon is said
    /// elsewhere in time.
    pub fn has_seal(&self) -> bool {
        let is_own = matches!(
            self.seal,
            Seal::Opens {
                is_of_development: false,
                ..
            }
        );
        is_own && self.seal.mark() != Mark::Wrong
    }

    /// The contract text is no longer the sample.
    pub fn has_text(&self) -> bool {
        matches!(self.text, TextInForce::Own(_))
    }

    /// There are products, and each that needs an agreement has its annex.
    pub fn has_products(&self) -> bool {
        self.annexes == Annexes::Complete
    }

    /// Every partner has its contract under Art. 28(4) GDPR.
    pub fn has_partners(&self) -> bool {
        match self.partners {
            PartnerContracts::Complete => true,
            PartnerContracts::Lacking => false,
            // An operator that carried the trial through without a partner sells without partners.
            PartnerContracts::NoPartners => self.has_trial(),
        }
    }

    /// A customer for trial was carried through to its end.
    pub fn has_trial(&self) -> bool {
        self.trial == Trial::Deleted
    }

    /// A backup was put back within the last year.
    pub fn has_backup(&self) -> bool {
        let is_recent = |day: NaiveDate| {
            let last = day.checked_add_months(REHEARSE_AGAIN);
            last.is_none_or(|last| self.today <= last)
        };
        self.rehearsed.is_some_and(is_recent)
    }

    /// Whether a mail can be tested at all, or is to be: a portal for trying things out goes without a
    /// mail server.
    pub fn needs_mail(&self) -> bool {
        self.is_production || self.mail != MailTest::NoServer
    }
}

#[cfg(test)]
#[path = "setup_tests.rs"]
mod tests;
