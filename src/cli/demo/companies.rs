//! Companies of the demo: the short names of the partners, and constructors for company data.

use crate::domain::{EmailAddress, PartnerId, Party};

/// Partners under the short names the customer table uses.
#[derive(Debug, Clone, Copy)]
pub struct Partners {
    /// The first Mandant, Muster IT GmbH.
    pub muster: PartnerId,
    /// `Nord-TK GbR`, a Submandant of Muster IT.
    pub nord: PartnerId,
    /// Fernmeldetechnik Süßenguth & Töchter GmbH, a Submandant of Muster IT.
    pub fern: PartnerId,
    /// The second Mandant.
    pub rhein: PartnerId,
    /// The third Mandant.
    pub bayern: PartnerId,
}

/// A company in Germany; `town` is postcode and city.
pub fn party(name: &str, street: &str, town: &str, contact: &str, email: &str) -> Party {
    let (postcode, city) = town.split_once(' ').unwrap_or(("", town));
    Party {
        name: name.into(),
        street: street.into(),
        postcode: postcode.into(),
        city: city.into(),
        country: "Deutschland".into(),
        contact: contact.into(),
        email: address(email),
        ..Party::default()
    }
}

/// A valid address from a fixed text.
pub fn address(text: &str) -> Option<EmailAddress> {
    EmailAddress::parse(text).ok()
}
