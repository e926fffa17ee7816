//! What is filled into a contract: the closed list of placeholders (T-07) gets its values from here.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::{CustomerNumber, Language, Operator, Party};

/// Everything a contract says about one customer. Copied into the agreement at conclusion (EV-02).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Values {
    /// The processor.
    pub operator: Operator,
    /// The controller.
    pub customer: Party,
    /// Number of the controller.
    pub customer_number: CustomerNumber,
    /// Partner (Mandant), the sub-processor. `None` only in samples.
    pub partner: Option<Party>,
    /// Sub-partner (Submandant), the sub-sub-processor (R-04 … R-06).
    pub sub_partner: Option<Party>,
    /// Products the agreement covers, in the order of the catalogue.
    pub products: Vec<CoveredProduct>,
    /// How it was concluded; `None` while it is a draft.
    pub conclusion: Option<Conclusion>,
}

impl Values {
    /// The customer's number, or what stands in its place in a text without a customer.
    pub fn customer_number_words(&self, language: Language) -> String {
        match (self.customer_number == super::sample::NOBODY, language) {
            (false, _) => self.customer_number.to_string(),
            (true, Language::De) => "[Nummer]".to_owned(),
            (true, Language::En) => "[number]".to_owned(),
        }
    }
}

/// A product an agreement covers; its annex is chosen by the code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoveredProduct {
    /// Code in the catalogue.
    pub code: String,
    /// Printed name, German.
    pub name: String,
    /// Printed name, English.
    pub name_en: String,
}

/// The facts of the conclusion (EV-03, EV-04) that are printed at the end of the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conclusion {
    /// Number of the agreement: `AVV-2026-004711-1`.
    pub agreement_number: String,
    /// When it was concluded.
    pub at: DateTime<Utc>,
    /// Name as typed.
    pub person: String,
    /// Function as typed.
    pub function: String,
    /// The two declarations, word for word as shown beside the boxes.
    pub declarations: Vec<String>,
    /// Address the link was sent to.
    pub sent_to: String,
    /// When that mail was sent.
    pub link_sent_at: DateTime<Utc>,
    /// SHA-256 of the text that was shown and concluded, hex.
    pub document_hash: String,
}
