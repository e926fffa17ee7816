//! Agreements that were concluded outside the portal, from a table: which columns it has, what a line
//! says, whether that fits the customer's case, and what is wrong with it (5.8-18, S-76). What is
//! recorded of them is what a single one on paper is recorded by, [`super::case::Event::ConcludedOnPaper`].

mod audit_event;
mod fit;
mod row;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use super::table::TableColumn;
pub use audit_event::AgreementImportAuditEvent;
pub use fit::{KnownVersion, fit};
pub use row::{ExistingAgreement, number_in, read_row};

/// Most lines of a file, without its head, and most scans with it.
pub const MAX_LINES: usize = 100_000;
/// Longest reason for which a file is sent back, in characters.
pub const MAX_REASON: usize = 500;
/// How many lines the second administrator is shown.
pub const SAMPLE: i64 = 12;

/// A column of the table.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Column {
    /// Number of the customer.
    Number,
    /// The day on which it was concluded.
    ConcludedOn,
    /// Who signed for the customer.
    Person,
    /// In which function.
    Function,
    /// Mandant and Submandant that it names.
    Chain,
    /// Number of the contract version.
    Version,
    /// Where the original is kept.
    KeptAt,
}

impl Column {
    /// Its key in the database.
    pub fn key(self) -> &'static str {
        self.into()
    }
}

impl TableColumn for Column {
    const ALL: &'static [Self] = Self::VARIANTS;

    fn heads(self) -> &'static [&'static str] {
        match self {
            Self::Number => &["kundennummer", "customer_number", "nummer", "number"],
            Self::ConcludedOn => &[
                "abgeschlossen_am",
                "concluded_on",
                "datum",
                "date",
                "concluded_at",
            ],
            Self::Person => &["unterzeichnet_von", "signed_by", "unterzeichner"],
            Self::Function => &["funktion", "function"],
            Self::Chain => &["vertragspartner_kette", "partner_chain", "kette", "chain"],
            Self::Version => &["fassung", "version", "vertragsfassung"],
            Self::KeptAt => &["ablage", "kept_at", "ablageort", "filing"],
        }
    }

    fn is_needed(self) -> bool {
        self != Self::KeptAt
    }
}

/// What is wrong with a cell, with a line as a whole, or with a scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Reason {
    /// It is empty and must not be.
    Missing,
    /// It is too long.
    TooLong {
        /// Most characters.
        most: usize,
    },
    /// It is no customer number.
    NoNumber,
    /// An earlier line has the same number.
    Twice {
        /// That line.
        line: u32,
    },
    /// There is no such customer, or it was deleted.
    UnknownCustomer,
    /// The customer has no product that needs an agreement, or no partner.
    NotNeeded,
    /// The customer has concluded, declined or objected in the portal: its own answer stands.
    Answered,
    /// It is no date.
    NoDate,
    /// The date lies in the future.
    Future,
    /// There is no letter in it.
    NoName,
    /// It begins as a formula of a spreadsheet does.
    Formula,
    /// It holds characters that nobody sees.
    Hidden,
    /// Mail programs would make a link of it (S-26).
    Link,
    /// No such version of the text was published.
    UnknownVersion,
    /// That version has no annex for what the customer has.
    NoText,
    /// Other partners look after the customer.
    OtherChain {
        /// Who does, from the Mandant downwards.
        names: Vec<String>,
    },
    /// The line has more cells than the head.
    TooManyCells,
    /// There is neither a scan nor a word on where the original is kept.
    NoOriginal,
    /// There is no scan for this line, although scans came with the file.
    ScanMissing,
    /// The scan belongs to no line.
    ScanExtra {
        /// Its name in the archive, shortened.
        name: String,
    },
    /// There are two scans for this line.
    ScanTwice,
    /// The scan is empty.
    ScanEmpty,
    /// The scan is larger than 10 MB.
    ScanTooLarge,
    /// The scan is no PDF.
    ScanNoPdf,
    /// The scan does more than show pages, or cannot be looked into (A12).
    ScanUnsafe,
    /// The rules refuse it for another reason.
    Refused,
}

/// A fault of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line of the file; the head is line 1. 0 for a scan without a line.
    pub line: u32,
    /// The column; `None` for the line as a whole, or its scan.
    pub column: Option<Column>,
    /// What is wrong.
    pub reason: Reason,
}

/// What a checked file contains, and what would follow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Lines, without the head and empty ones.
    pub lines: u64,
    /// Lines with at least one fault.
    pub faulty: u64,
    /// Everything that is wrong, scans without a line among it.
    pub faults: u64,
    /// Agreements that would be recorded.
    pub good: u64,
    /// How many of them have a scan.
    pub scanned: u64,
    /// How many customers have an open request, which ends unanswered.
    pub asked: u64,
    /// How many agreements are of each version.
    pub versions: BTreeMap<String, u64>,
    /// How many customers each Mandant looks after, by its name: it gets access.
    pub partners: BTreeMap<String, u64>,
    /// How many were concluded in each year.
    pub years: BTreeMap<String, u64>,
    /// The first and the last day of conclusion.
    pub days: Option<(NaiveDate, NaiveDate)>,
}

impl Figures {
    /// Whether the file can be recorded: all or nothing.
    pub fn is_good(&self) -> bool {
        self.faults == 0 && self.good > 0
    }

    /// Counts a line in that has no fault.
    pub fn count(&mut self, row: &ExistingAgreement, is_asked: bool) {
        self.good += 1;
        self.asked += u64::from(is_asked);
        *self.versions.entry(row.version.clone()).or_default() += 1;
        if let Some(partner) = row.chain.first() {
            *self.partners.entry(partner.clone()).or_default() += 1;
        }
        let year = row.concluded_on.format("%Y").to_string();
        *self.years.entry(year).or_default() += 1;
        let day = row.concluded_on;
        self.days = Some(match self.days {
            Some((first, last)) => (first.min(day), last.max(day)),
            None => (day, day),
        });
    }
}

/// Where a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgreementImportStage {
    /// It is being read, or reading it was broken off.
    Reading,
    /// It was looked through, and nobody has proposed it.
    Checked,
    /// It waits for a second administrator.
    Proposed,
    /// A second administrator has confirmed it, and it is being recorded or was.
    Confirmed,
}
