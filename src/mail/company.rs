//! Companies of the register of general sub-processors and an announced change of it, as mails name
//! them.

use chrono::NaiveDate;

/// A company of the register of general sub-processors, as mails name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompanyWords {
    /// Name with legal form.
    pub name: String,
    /// Address in one line, with the country.
    pub address: String,
    /// Contact person with e-mail address and phone.
    pub contact: String,
    /// What it does.
    pub service: String,
    /// What it does not.
    pub delimitation: String,
    /// Where it processes data.
    pub place: String,
    /// Transfer mechanism; empty inside the EEA.
    pub mechanism: String,
}

/// An announced change of the general sub-processors, in the reader's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeWords {
    /// Why.
    pub reason: String,
    /// The whole list before.
    pub before: Vec<CompanyWords>,
    /// The whole list after.
    pub after: Vec<CompanyWords>,
    /// The day from which it holds for this customer.
    pub starts_on: NaiveDate,
    /// Its public page.
    pub page: String,
}

impl ChangeWords {
    /// Who comes.
    pub fn added(&self) -> Vec<&CompanyWords> {
        let is_new = |one: &&CompanyWords| !self.before.contains(one);
        self.after.iter().filter(is_new).collect()
    }

    /// Who leaves.
    pub fn removed(&self) -> Vec<&CompanyWords> {
        let is_gone = |one: &&CompanyWords| !self.after.contains(one);
        self.before.iter().filter(is_gone).collect()
    }
}
