//! The companies in a contract, with what the law wants known about each (LC-01, LC-24, § 35a `GmbHG`).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::branding::Branding;
use super::{EmailAddress, Holidays, Language};

/// A company as it is named in mails, pages and the contract. An agreement copies it whole (EV-02).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Party {
    /// Full name with legal form.
    pub name: String,
    /// Street and number.
    pub street: String,
    /// Postcode of that place.
    pub postcode: String,
    /// Town or city.
    pub city: String,
    /// Country, written out.
    pub country: String,
    /// Register court and number, or empty for a company that has none.
    pub register: String,
    /// Who represents the company by law.
    pub represented_by: String,
    /// Contact person or department.
    pub contact: String,
    /// Address for messages.
    pub email: Option<EmailAddress>,
    /// What stands in the master data in place of an address and is none (D6): shown to those who
    /// can correct it, copied nowhere.
    #[serde(skip)]
    pub unusable_email: Option<String>,
    /// Phone number as it is printed.
    pub phone: String,
}

impl Party {
    /// "Hohe Straße 12, 44139 Dortmund"; the country follows if it is not Germany.
    pub fn address_line(&self) -> String {
        let place = format!("{} {}", self.postcode, self.city);
        let mut parts: Vec<&str> = vec![self.street.trim(), place.trim()];
        if !self.country.is_empty() && self.country != "Deutschland" {
            parts.push(&self.country);
        }
        parts.retain(|part| !part.is_empty());
        parts.join(", ")
    }

    /// The phone number for a `tel:` link: digits, with the country in front; a leading 0 means
    /// Germany. Empty without a number.
    pub fn phone_link(&self) -> String {
        let digits: String = self
            .phone
            .replace("(0)", "")
            .chars()
            .filter(|c| c.is_ascii_digit() || *c == '+')
            .collect();
        match (digits.strip_prefix("00"), digits.strip_prefix('0')) {
            (Some(abroad), _) => format!("+{abroad}"),
            (None, Some(national)) => format!("+49{national}"),
            (None, None) => digits,
        }
    }

    /// Whether all facts are there that a sub-processor must be named with (LC-24, 5.8-16).
    pub fn is_complete(&self) -> bool {
        self.missing_fields().is_empty()
    }

    /// What is missing of that. Not every company is registered.
    pub fn missing_fields(&self) -> Vec<PartyField> {
        use PartyField as F;
        let texts = [
            (&self.name, F::Name),
            (&self.street, F::Street),
            (&self.postcode, F::Postcode),
            (&self.city, F::City),
            (&self.country, F::Country),
            (&self.represented_by, F::RepresentedBy),
            (&self.contact, F::Contact),
            (&self.phone, F::Phone),
        ];
        let empty = texts.iter().filter(|(text, _)| text.trim().is_empty());
        let email = self.email.is_none().then_some(F::Email);
        empty.map(|(_, field)| *field).chain(email).collect()
    }
}

/// A fact that a sub-processor must be named with (LC-24, 5.8-16).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartyField {
    /// Full name with legal form.
    Name,
    /// Street and number.
    Street,
    /// Postcode of that place.
    Postcode,
    /// Town or city.
    City,
    /// Country, written out.
    Country,
    /// Who represents the company by law.
    RepresentedBy,
    /// Contact person or department.
    Contact,
    /// Phone number as it is printed.
    Phone,
    /// Address for messages.
    Email,
}

/// The provider that runs the portal; its name is configuration, never code (5.8-20).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Operator {
    /// The processor as named in the contract.
    pub party: Party,
    /// Short name for headers: "Plusnet".
    pub short_name: String,
    /// Data protection officer with contact (LC-03).
    pub data_protection_officer: String,
    /// Address of the data protection officer.
    pub data_protection_email: Option<EmailAddress>,
    /// Address for objections in text form.
    pub objection_email: Option<EmailAddress>,
    /// VAT identification number, for the imprint (§ 5 DDG); may be empty.
    #[serde(default)]
    pub vat_id: String,
    /// Where answers to mails go, if not to the company's own address.
    #[serde(default)]
    pub reply_to: Option<EmailAddress>,
    /// What stands below every mail to customers, line by line; may be empty.
    #[serde(default)]
    pub signature: String,
    /// The same in English; empty: the German one.
    #[serde(default)]
    pub signature_en: String,
    /// When the phone is staffed: "montags bis freitags von 8 bis 18 Uhr".
    pub hours: String,
    /// The same in English.
    pub hours_en: String,
    /// Whose public holidays it keeps: on them nothing goes out by itself (F10).
    #[serde(default)]
    pub holidays: Holidays,
    /// Further sub-processors beside the partners (LC-24), from the register. A contract copies them
    /// with the rest; with the particulars themselves they are not stored.
    #[serde(default)]
    pub sub_processors: Vec<SubProcessor>,
    /// How the portal looks. It is stored by itself, and no contract copies it.
    #[serde(skip)]
    pub branding: Branding,
}

impl Operator {
    /// Where answers to mails go.
    pub fn replies(&self) -> Option<&EmailAddress> {
        self.reply_to.as_ref().or(self.party.email.as_ref())
    }

    /// What stands below a mail in that language.
    pub fn signature_in(&self, language: Language) -> &str {
        if language.is_en() && !self.signature_en.is_empty() {
            &self.signature_en
        } else {
            &self.signature
        }
    }
}

/// A company the operator itself uses, for example its data centre.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SubProcessor {
    /// Who it is.
    pub party: Party,
    /// What it does, German and English.
    pub service: String,
    /// What it does, in English.
    pub service_en: String,
    /// Where it processes data: "Deutschland".
    pub place: String,
    /// The same in English.
    pub place_en: String,
    /// Transfer mechanism outside the EEA, empty inside (LC-30).
    pub mechanism: String,
    /// The same in English; empty in what was written before there was this field.
    #[serde(default)]
    pub mechanism_en: String,
    /// How its task is set apart from those of the others (LC-24), German.
    #[serde(default)]
    pub delimitation: String,
    /// The same in English.
    #[serde(default)]
    pub delimitation_en: String,
    /// Its first day, if that was still to come when the list was read.
    #[serde(default)]
    pub from: Option<NaiveDate>,
    /// Its last day, if it was known that it leaves.
    #[serde(default)]
    pub until: Option<NaiveDate>,
}

impl SubProcessor {
    /// What it does, in one language.
    pub fn service(&self, language: Language) -> &str {
        either(language, &self.service, &self.service_en)
    }

    /// Where it processes data, in one language.
    pub fn place(&self, language: Language) -> &str {
        either(language, &self.place, &self.place_en)
    }

    /// Transfer mechanism in one language, in German where there is no other.
    pub fn mechanism(&self, language: Language) -> &str {
        match either(language, &self.mechanism, &self.mechanism_en) {
            "" => &self.mechanism,
            text => text,
        }
    }

    /// How its task is set apart, in one language.
    pub fn delimitation(&self, language: Language) -> &str {
        either(language, &self.delimitation, &self.delimitation_en)
    }
}

/// What a list says once all that was announced has happened: who leaves is gone, who comes is there.
pub fn lasting(list: &[SubProcessor]) -> Vec<SubProcessor> {
    let stays = list.iter().filter(|one| one.until.is_none());
    stays
        .map(|one| SubProcessor {
            from: None,
            ..one.clone()
        })
        .collect()
}

fn either<'a>(language: Language, german: &'a str, english: &'a str) -> &'a str {
    if language.is_en() { english } else { german }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_phone_numbers_can_be_dialled() {
        let table = [
            ("0221 4710-123", "+492214710123"),
            ("+49 (221) 4710-123", "+492214710123"),
            ("+49 (0) 221 4710-123", "+492214710123"),
            ("+49 (0)221 / 4710-123", "+492214710123"),
            ("0043 1 234", "+431234"),
            ("", ""),
        ];
        for (printed, dialled) in table {
            let party = Party {
                phone: printed.to_owned(),
                ..Party::default()
            };
            assert_eq!(party.phone_link(), dialled, "{printed}");
        }
    }

    #[test]
    fn c4_the_basis_of_a_transfer_is_said_in_the_readers_language() {
        let mut one = SubProcessor {
            mechanism: "Angemessenheitsbeschluss".to_owned(),
            ..SubProcessor::default()
        };
        assert_eq!(one.mechanism(Language::En), "Angemessenheitsbeschluss");
        one.mechanism_en = "Adequacy decision".to_owned();
        assert_eq!(one.mechanism(Language::En), "Adequacy decision");
        assert_eq!(one.mechanism(Language::De), "Angemessenheitsbeschluss");
    }
}
