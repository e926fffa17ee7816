//! Customers from a table: which columns it has, what a line says, and what is wrong with it. Nothing
//! here knows the database: who the partners are and what they may do is asked where the lines are
//! checked (`actions/customer_import`).

mod audit_event;
mod row;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use super::case::Refusal;
use super::postcode::PostcodeFault;
use super::table::TableColumn;
pub use audit_event::ImportAuditEvent;
pub use row::{ImportRow, check_products, read_row};

/// The head of a table of customers.
pub type Head = super::table::Head<Column>;
/// What is wrong with one.
pub type HeadFault = super::table::HeadFault<Column>;

/// Largest file in bytes.
pub const MAX_BYTES: usize = 20 * 1024 * 1024;
/// Most lines of a file, without its head.
pub const MAX_LINES: usize = 100_000;

/// A column of the table.
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
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Column {
    /// Number of the customer.
    Number,
    /// Name with legal form.
    Name,
    /// Street and number.
    Street,
    /// Postcode of that place.
    Postcode,
    /// Town or city.
    City,
    /// Country, written out; Germany if it is empty.
    Country,
    /// Register court and number.
    Register,
    /// Who represents the company by law.
    RepresentedBy,
    /// Contact person or department.
    Contact,
    /// Phone number.
    Phone,
    /// E-mail address.
    Email,
    /// Language of mails and contract; German if it is empty.
    Language,
    /// Name of the Mandant.
    Partner,
    /// Name of its Submandant.
    SubPartner,
    /// Codes of products with their options: `centraflex, trunk+ums`.
    Products,
}

impl Column {
    /// All of them, in the order of the sample.
    pub const ALL: &'static [Self] = Self::VARIANTS;

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
            Self::Name => &["firma", "company", "name"],
            Self::Street => &["strasse", "street"],
            Self::Postcode => &["plz", "postal_code", "postleitzahl", "postcode"],
            Self::City => &["ort", "city"],
            Self::Country => &["land", "country"],
            Self::Register => &["register", "register_entry"],
            Self::RepresentedBy => &["vertreten_durch", "represented_by"],
            Self::Contact => &["ansprechperson", "contact"],
            Self::Phone => &["telefon", "phone"],
            Self::Email => &["e_mail", "email", "e_mail_adresse"],
            Self::Language => &["sprache", "language"],
            Self::Partner => &["vertriebspartner", "partner", "mandant"],
            Self::SubPartner => &["untervertriebspartner", "sub_partner", "submandant"],
            Self::Products => &["produkte", "products", "produkt", "buchungen", "bookings"],
        }
    }

    fn is_needed(self) -> bool {
        matches!(
            self,
            Self::Number | Self::Name | Self::Street | Self::Postcode | Self::City
        )
    }
}

/// What is wrong with a cell, or with a line as a whole.
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
    /// A customer with this number was deleted; it is not given again.
    Deleted,
    /// The name of the company has no letter and no figure.
    NoName,
    /// No country has this code.
    NoCountry,
    /// It is no postcode of that country.
    Postcode,
    /// It is no e-mail address.
    NoAddress,
    /// The address belongs to the partner or to its people (5.6-11).
    PartnerAddress,
    /// Neither `de` nor `en`.
    NoLanguage,
    /// There is no Mandant of this name.
    UnknownPartner,
    /// The Mandant has no Submandant of this name.
    UnknownSubPartner,
    /// A Submandant without a Mandant.
    NoPartner,
    /// The partner lacks contact data, is blocked or waits for its release.
    UnusablePartner,
    /// There is no contract under Art. 28(4) GDPR with the partner, and the operator requires one.
    NoContract,
    /// The catalogue has no such product or option, or it is not sold any more.
    UnknownProduct {
        /// As it stands in the cell.
        code: String,
    },
    /// The line has more cells than the head.
    TooManyCells,
    /// The rules refuse it for another reason.
    Refused,
}

impl From<PostcodeFault> for Reason {
    fn from(_: PostcodeFault) -> Self {
        Self::Postcode
    }
}

impl Reason {
    /// Where a refusal of the rules stands in the table, and what it says.
    pub fn of_refusal(refusal: Refusal) -> (Option<Column>, Self) {
        match refusal {
            Refusal::NumberTaken => (Some(Column::Number), Self::Deleted),
            Refusal::PartnerAddress => (Some(Column::Email), Self::PartnerAddress),
            Refusal::NotAPartner | Refusal::IncompletePartner => {
                (Some(Column::Partner), Self::UnusablePartner)
            }
            Refusal::PartnerWithoutContract => (Some(Column::Partner), Self::NoContract),
            Refusal::ForeignSubPartner => (Some(Column::SubPartner), Self::UnknownSubPartner),
            Refusal::IncompleteSubPartner => (Some(Column::SubPartner), Self::UnusablePartner),
            Refusal::SubPartnerWithoutContract => (Some(Column::SubPartner), Self::NoContract),
            Refusal::UnknownProduct => (
                Some(Column::Products),
                Self::UnknownProduct {
                    code: String::new(),
                },
            ),
            _ => (None, Self::Refused),
        }
    }
}

/// A fault of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line of the file; the head is line 1.
    pub line: u32,
    /// The column; `None` for the line as a whole.
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
    /// Lines about customers that are there already: they change nothing.
    pub known: u64,
    /// Customers that would be added.
    pub new: u64,
    /// How many of them would get a mail at once.
    pub asked: u64,
    /// How many mails would go to partners at once: each is told of each customer.
    #[serde(default)]
    pub told: u64,
    /// How each new customer would stand, by the key of the status.
    pub statuses: BTreeMap<String, u64>,
    /// How many have each product, by its code.
    pub products: BTreeMap<String, u64>,
    /// How many each Mandant would look after, by its name.
    pub partners: BTreeMap<String, u64>,
}

impl Figures {
    /// Whether the file can be imported: all or nothing.
    pub fn is_good(&self) -> bool {
        self.faulty == 0 && self.new > 0
    }
}

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportStage {
    /// It is being read, or reading it was broken off.
    Reading,
    /// It was looked through and waits to be started.
    Checked,
    /// It was started.
    Started,
}
