//! The contract that a mail is about, in the words it is printed with.

use chrono::{DateTime, Utc};

use crate::domain::name::clean;
use crate::domain::{CustomerNumber, Party};

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
    /// Names of the products the contract covers, in the mail's language.
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

    /// The companies it is about. Products are the operator's own words.
    pub(super) fn names(&mut self) -> Vec<&mut String> {
        let partners = [&mut self.partner, &mut self.sub_partner];
        let mut names = vec![&mut self.customer.name];
        names.extend(partners.into_iter().flatten());
        names
    }

    /// Makes a clean line of every name (S-21).
    pub(super) fn clean(&mut self) {
        clean_party(&mut self.customer);
        for name in [&mut self.partner, &mut self.sub_partner] {
            *name = name
                .as_deref()
                .map(clean)
                .filter(|cleaned| !cleaned.is_empty());
        }
        for product in &mut self.products {
            *product = clean(product);
        }
    }
}

/// Makes a clean line of all that is printed of a company (S-21).
pub(super) fn clean_party(party: &mut Party) {
    for field in [
        &mut party.name,
        &mut party.street,
        &mut party.postcode,
        &mut party.city,
        &mut party.country,
        &mut party.register,
        &mut party.represented_by,
        &mut party.phone,
    ] {
        *field = clean(field);
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
