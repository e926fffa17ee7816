//! Which lists leave the portal as a table.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

/// A list that can be downloaded.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ExportedList {
    /// The customers a person sees.
    Customers,
    /// All partners, or a Mandant's Submandanten.
    Partners,
    /// The operator's list of users.
    Users,
    /// The people of the own company.
    Company,
    /// The outbox.
    Mails,
    /// The audit log.
    Log,
    /// The catalogue.
    Products,
    /// Deleted customers.
    Deleted,
    /// What is wrong with a file of customers.
    ImportFaults,
    /// What is wrong with a file of existing agreements.
    AgreementFaults,
    /// Replies of people to mails.
    Replies,
    /// Alerts that are open or were finished.
    Alerts,
    /// What waits for a second person, and what was answered.
    Proposals,
    /// Runs over many customers.
    BulkRuns,
}

impl ExportedList {
    /// All of them.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Its key in the log.
    pub fn key(self) -> &'static str {
        self.into()
    }
}
