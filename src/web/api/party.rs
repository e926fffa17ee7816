//! Companies in bodies: the fields of partners and customers, with what is wrong with them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::problem::{FieldFault, Problem};
use crate::domain::name::{self, MAX_COMPANY};
use crate::domain::postcode::{check, code_of, country_of};
use crate::domain::{EmailAddress, Party};

/// Longest value of every field but the name, in characters.
const LONGEST_LINE: usize = 200;

/// Entry in a register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// The court: `Amtsgericht Dortmund`.
    pub court: String,
    /// The number: `HRB 1`.
    pub number: String,
}

/// A company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PartyBody {
    /// Full name with legal form.
    pub name: String,
    /// Street and number.
    pub street: String,
    /// Postcode.
    pub postal_code: String,
    /// Town or city.
    pub city: String,
    /// Country: its code by ISO 3166 (`DE`), or written out.
    pub country: String,
    /// Entry in the register, if it has one.
    #[serde(default)]
    pub register: Option<Register>,
    /// Who represents it by law.
    #[serde(default)]
    pub represented_by: Option<String>,
    /// Contact person or department.
    #[serde(default)]
    pub contact: Option<String>,
    /// E-mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// Phone number.
    #[serde(default)]
    pub phone: Option<String>,
}

impl PartyBody {
    /// As it is stored.
    pub fn of(party: &Party) -> Self {
        let some = |text: &String| (!text.is_empty()).then(|| text.clone());
        Self {
            name: party.name.clone(),
            street: party.street.clone(),
            postal_code: party.postcode.clone(),
            city: party.city.clone(),
            country: code_of(&party.country).map_or_else(|| party.country.clone(), str::to_owned),
            register: some(&party.register).map(|text| {
                let (court, number) = text.rsplit_once(", ").unwrap_or(("", text.as_str()));
                Register {
                    court: court.to_owned(),
                    number: number.to_owned(),
                }
            }),
            represented_by: some(&party.represented_by),
            contact: some(&party.contact),
            email: party.email.as_ref().map(|email| email.as_str().to_owned()),
            phone: some(&party.phone),
        }
    }

    /// Cleaned for storing (S-73), or everything that is wrong with it.
    pub fn read(&self) -> Result<Party, Problem> {
        let mut faults = Faults::default();
        let country = country_of(&self.country).unwrap_or_else(|| {
            faults.add("/country", "invalid", "There is no country with this code.");
            self.country.trim()
        });
        let register = self.register.as_ref().map(|entry| {
            let parts = [entry.court.trim(), entry.number.trim()];
            let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            parts.join(", ")
        });
        let optional = |text: &Option<String>| text.clone().unwrap_or_default();
        let party = Party {
            name: faults.line("/name", &self.name, MAX_COMPANY, true),
            street: faults.line("/street", &self.street, LONGEST_LINE, true),
            postcode: faults.line("/postal_code", &self.postal_code, LONGEST_LINE, true),
            city: faults.line("/city", &self.city, LONGEST_LINE, true),
            country: faults.line("/country", country, LONGEST_LINE, true),
            register: faults.line(
                "/register",
                &register.unwrap_or_default(),
                LONGEST_LINE,
                false,
            ),
            represented_by: faults.line(
                "/represented_by",
                &optional(&self.represented_by),
                LONGEST_LINE,
                false,
            ),
            contact: faults.line("/contact", &optional(&self.contact), LONGEST_LINE, false),
            phone: faults.line("/phone", &optional(&self.phone), LONGEST_LINE, false),
            email: faults.email("/email", self.email.as_deref()),
            unusable_email: None,
        };
        if !party.name.is_empty() && !party.name.chars().any(char::is_alphanumeric) {
            faults.add("/name", "invalid", "There is no name in it.");
        }
        if !party.postcode.is_empty() && check(&party.country, &party.postcode).is_some() {
            faults.add(
                "/postal_code",
                "postal_code",
                "The country has other postcodes.",
            );
        }
        faults.over()?;
        Ok(party)
    }
}

/// What is wrong with a body, place by place.
#[derive(Debug, Default)]
pub struct Faults(Vec<FieldFault>);

impl Faults {
    /// Adds one.
    pub fn add(&mut self, pointer: &str, code: &'static str, message: &str) {
        self.0.push(FieldFault {
            pointer: pointer.to_owned(),
            code,
            message: message.to_owned(),
        });
    }

    /// A line of text, cleaned.
    pub fn line(&mut self, pointer: &str, text: &str, most: usize, is_needed: bool) -> String {
        let text = name::clean(text);
        if text.is_empty() && is_needed {
            self.add(pointer, "required", "It must not be empty.");
        } else if text.chars().count() > most {
            self.add(pointer, "too_long", &format!("At most {most} characters."));
        }
        text
    }

    /// An address, if there is one.
    pub fn email(&mut self, pointer: &str, text: Option<&str>) -> Option<EmailAddress> {
        let text = text.filter(|text| !text.trim().is_empty())?;
        match EmailAddress::parse(text) {
            Ok(email) => Some(email),
            Err(_) => {
                self.add(pointer, "email", "It must be one e-mail address.");
                None
            }
        }
    }

    /// Nothing more comes.
    ///
    /// # Errors
    /// If something was wrong.
    pub fn over(self) -> Result<(), Problem> {
        match self.0.is_empty() {
            true => Ok(()),
            false => Err(Problem::invalid(self.0)),
        }
    }
}
