//! What waits for a second person of the operator, as its mail names it (C9).

use crate::domain::CustomerNumber;
use crate::domain::name::clean;

/// What waits, and for whom it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApprovalWords {
    /// A contract that was concluded on paper.
    Paper {
        /// Name of the customer.
        company: String,
        /// Its number.
        number: CustomerNumber,
    },
    /// An objection that was recorded in error.
    ObjectionInError {
        /// Name of the customer.
        company: String,
        /// Its number.
        number: CustomerNumber,
    },
    /// A version of the contract text.
    Version {
        /// Its number, or that it has none.
        label: String,
    },
}

impl ApprovalWords {
    /// Names as one clean line (S-21).
    pub(super) fn clean(&mut self) {
        match self {
            Self::Paper { company, .. } | Self::ObjectionInError { company, .. } => {
                *company = clean(company);
            }
            Self::Version { label } => *label = clean(label),
        }
    }

    /// The customer's name, which the operator did not choose.
    pub(super) fn company(&mut self) -> Option<&mut String> {
        match self {
            Self::Paper { company, .. } | Self::ObjectionInError { company, .. } => Some(company),
            Self::Version { .. } => None,
        }
    }

    /// Subject of the mail.
    pub(super) fn subject(&self) -> String {
        match self {
            Self::Paper { company, number } => {
                format!("Bestätigung nötig: Papiervertrag von {company} (Kundennr. {number})")
            }
            Self::ObjectionInError { company, number } => {
                format!("Bestätigung nötig: Widerspruch von {company} (Kundennr. {number})")
            }
            Self::Version { label } => format!("Freigabe nötig: Vertragsfassung {label}"),
        }
    }
}
