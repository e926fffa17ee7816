//! The contract that a mail is about, in the names that it prints.

use chrono::{DateTime, Utc};

use crate::domain::name::clean;
use crate::domain::{CustomerNumber, Party};

/// The case that a mail is about, in the names that it prints.
#[derive(Debug, Clone)]
pub struct CaseWords {
    /// The customer; only the name is printed.
    pub customer: Party,
    /// The customer's number, printed as "Kundennummer".
    pub customer_number: CustomerNumber,
    /// Name of the partner that looks after the customer, if there is one.
    pub partner: Option<String>,
    /// Name of the sub-partner, if there is one.
    pub sub_partner: Option<String>,
    /// Names of the products the contract covers, in the mail's language.
    pub products: Vec<String>,
    /// Whether an agreement is in force, which stays so whatever happens to the request (U and W).
    pub in_force: bool,
    /// Whether that agreement names another partner: no partner has access until a new one is
    /// concluded (W).
    pub renewal: bool,
    /// Whether the last request asks for a new conclusion although the agreement covers the present
    /// partners and products (rows 36, 48).
    pub anew: bool,
}

impl CaseWords {
    /// Whether the requested conclusion amends the agreement in force (state U).
    pub fn amends(&self) -> bool {
        self.in_force && !self.renews()
    }

    /// Whether the requested conclusion replaces the agreement in force (state W, or on demand).
    pub fn renews(&self) -> bool {
        self.renewal || self.anew
    }

    /// The names of companies. Names of products are chosen by the operator.
    pub(super) fn names(&mut self) -> Vec<&mut String> {
        let partners = [&mut self.partner, &mut self.sub_partner];
        let mut names = vec![&mut self.customer.name];
        names.extend(partners.into_iter().flatten());
        names
    }

    /// Cleans every name to one line (S-21).
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

/// Cleans all printed data of a company to one line each (S-21).
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
    /// Its printed number.
    pub number: String,
    /// When it was concluded.
    pub concluded_at: DateTime<Utc>,
}
