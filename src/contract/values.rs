//! The values that are filled into a contract: the closed list of placeholders (T-07) gets its
//! values from here.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::check::is_in_eea;
use crate::domain::case::Covered;
use crate::domain::product::{Product, option_key};
use crate::domain::retention;
use crate::domain::{CustomerNumber, Language, Operator, Party};

/// All data of a contract about one customer. They are copied into the agreement at conclusion
/// (EV-02).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Values {
    /// The operator, who is the processor.
    pub operator: Operator,
    /// The customer, who is the controller.
    pub customer: Party,
    /// Number of the controller; `None` in a text without a customer.
    pub customer_number: Option<CustomerNumber>,
    /// Partner (Mandant), the sub-processor. `None` only in samples.
    pub partner: Option<Party>,
    /// Sub-partner (Submandant), the sub-processor of the partner (R-04 … R-06).
    pub sub_partner: Option<Party>,
    /// Products the agreement covers, in the order of the catalogue.
    pub products: Vec<CoveredProduct>,
    /// Calendar years the evidence is kept after the one in which the agreement ended
    /// (`AVV_RETENTION_YEARS`). Agreements from before it was copied promised the least.
    #[serde(default = "least_years")]
    pub retention_years: u8,
    /// How it was concluded; `None` while it is a draft.
    pub conclusion: Option<Conclusion>,
}

/// What agreements without the figure promised.
pub fn least_years() -> u8 {
    retention::YEARS
}

impl Values {
    /// Whether a named further processor is outside the EEA (T-08, LC-29). An unknown place counts
    /// as outside; a partner without a country is in the provider's country.
    pub fn has_third_country(&self) -> bool {
        let providers = self.operator.sub_processors.iter();
        let places = providers.map(|one| one.place.as_str());
        let partners = self.partner.iter().chain(&self.sub_partner);
        let countries = partners.map(|party| party.country.as_str());
        places
            .chain(countries.filter(|country| !country.trim().is_empty()))
            .any(|place| !is_in_eea(place))
    }

    /// The customer's number, or an empty text.
    pub fn customer_number_or_nothing(&self) -> String {
        self.customer_number.map(String::from).unwrap_or_default()
    }

    /// The customer's number, or the text in its place if there is no customer.
    pub fn customer_number_words(&self, language: Language) -> String {
        match (self.customer_number, language) {
            (Some(number), _) => number.to_string(),
            (None, Language::De) => "[Nummer]".to_owned(),
            (None, Language::En) => "[number]".to_owned(),
        }
    }
}

/// A product that an agreement covers; its annex is chosen by the code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoveredProduct {
    /// Code of the product in the catalogue.
    pub code: String,
    /// Printed name in German.
    pub name: String,
    /// Printed name in English.
    pub name_en: String,
    /// The covered options of the product, in the order of the catalogue.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<CoveredOption>,
}

/// An option of a covered product that is covered, too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoveredOption {
    /// Code of the option within the product.
    pub code: String,
    /// Printed name in German.
    pub name: String,
    /// Printed name in English.
    pub name_en: String,
}

impl CoveredProduct {
    /// The covered product from a product of the catalogue.
    pub fn of(product: &Product, covered: &Covered) -> Self {
        let name = product.booked_name(&covered.options);
        let options = product.options.iter();
        let options = options.filter(|one| covered.options.contains(&one.code));
        Self {
            code: product.code.clone(),
            name: name.de,
            name_en: name.en,
            options: options
                .map(|one| CoveredOption {
                    code: one.code.clone(),
                    name: one.name.clone(),
                    name_en: one.named().en,
                })
                .collect(),
        }
    }

    /// The keys of its files: its own, and one for each covered option.
    pub fn keys(&self) -> impl Iterator<Item = String> {
        let options = self.options.iter();
        let options = options.map(|one| option_key(&self.code, &one.code));
        std::iter::once(self.code.clone()).chain(options)
    }

    /// Whether a product file or a condition means it: the product `trunk`, or its option
    /// `trunk_fax`.
    pub fn is_meant_by(&self, key: &str) -> bool {
        match key.split_once('_') {
            Some((product, option)) => {
                self.code == product && self.options.iter().any(|one| one.code == option)
            }
            None => self.code == key,
        }
    }
}

/// The facts of the conclusion (EV-03, EV-04) that are printed at the end of the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conclusion {
    /// Number of the agreement: `AVV-2026-4711-1-7KQ2M8`.
    pub agreement_number: String,
    /// When the agreement was concluded.
    pub at: DateTime<Utc>,
    /// Name of the person, as typed.
    pub person: String,
    /// Function of the person, as typed.
    pub function: String,
    /// The two declarations, word for word as shown beside the boxes.
    pub declarations: Vec<String>,
    /// Address the link was sent to.
    pub sent_to: String,
    /// When that mail was sent.
    pub link_sent_at: DateTime<Utc>,
    /// IP address of the browser, or empty.
    #[serde(default)]
    pub remote_address: String,
    /// `User-Agent` of the browser, or empty.
    #[serde(default)]
    pub user_agent: String,
    /// SHA-256 of the text that was shown and concluded, hex.
    pub document_hash: String,
    /// SHA-256 of the attached facts, hex; empty for agreements from before there were any.
    #[serde(default)]
    pub evidence_hash: String,
}
