//! A line of the table.

use serde::{Deserialize, Serialize};

use super::{Column, Fault, Head, Reason};
use crate::domain::name::{MAX_COMPANY, clean};
use crate::domain::product::{Options, Product};
use crate::domain::table::TableColumn as _;
use crate::domain::{CustomerNumber, EmailAddress, Language, Party, postcode};

/// Longest value of every field but the name, in characters.
const LONGEST: usize = 200;
/// The country of a customer that names none.
const USUAL_COUNTRY: &str = "Deutschland";

/// A customer as a line says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRow {
    /// Number of the customer.
    pub number: CustomerNumber,
    /// Name, address, register entry and e-mail address, cleaned.
    pub party: Party,
    /// Language of mails and contract.
    pub language: Language,
    /// Name of the Mandant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<String>,
    /// Name of its Submandant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_partner: Option<String>,
    /// Codes of products with their options.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bookings: Vec<(String, Options)>,
}

/// Reads a line; every fault of it is named.
pub fn read_row(head: &Head, cells: &[&str], line: u32) -> Result<ImportRow, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut wrong = |column: Column, reason: Reason| {
        faults.push(Fault {
            line,
            column: Some(column),
            reason,
        });
    };
    let text = |column: Column| clean(head.cell(cells, column));
    let number = text(Column::Number);
    let read = number.parse::<CustomerNumber>();
    match (number.is_empty(), &read) {
        (true, _) => wrong(Column::Number, Reason::Missing),
        (false, Err(_)) => wrong(Column::Number, Reason::NoNumber),
        (false, Ok(_)) => {}
    }
    let mut party = Party::default();
    for (column, place) in [
        (Column::Name, &mut party.name),
        (Column::Street, &mut party.street),
        (Column::Postcode, &mut party.postcode),
        (Column::City, &mut party.city),
        (Column::Country, &mut party.country),
        (Column::Register, &mut party.register),
        (Column::RepresentedBy, &mut party.represented_by),
        (Column::Contact, &mut party.contact),
        (Column::Phone, &mut party.phone),
    ] {
        let value = text(column);
        let most = match column {
            Column::Name => MAX_COMPANY,
            _ => LONGEST,
        };
        if value.is_empty() && column.is_needed() {
            wrong(column, Reason::Missing);
        } else if value.chars().count() > most {
            wrong(column, Reason::TooLong { most });
        } else if column == Column::Name && !value.chars().any(char::is_alphanumeric) {
            wrong(column, Reason::NoName);
        }
        *place = value;
    }
    if party.country.is_empty() {
        USUAL_COUNTRY.clone_into(&mut party.country);
    }
    match postcode::country_of(&party.country).map(str::to_owned) {
        Some(name) => party.country = name,
        None => wrong(Column::Country, Reason::NoCountry),
    }
    if !party.postcode.is_empty()
        && let Some(fault) = postcode::check(&party.country, &party.postcode)
    {
        wrong(Column::Postcode, fault.into());
    }
    let email = text(Column::Email);
    if !email.is_empty() {
        match EmailAddress::parse(&email) {
            Ok(email) => party.email = Some(email),
            Err(_) => wrong(Column::Email, Reason::NoAddress),
        }
    }
    let language = text(Column::Language).to_lowercase();
    let language = match language.as_str() {
        "" => Some(Language::De),
        "deutsch" | "german" => Some(Language::De),
        "englisch" | "english" => Some(Language::En),
        code => Language::from_code(code),
    };
    if language.is_none() {
        wrong(Column::Language, Reason::NoLanguage);
    }
    let name = |column| Some(text(column)).filter(|name| !name.is_empty());
    let (partner, sub_partner) = (name(Column::Partner), name(Column::SubPartner));
    if partner.is_none() && sub_partner.is_some() {
        wrong(Column::Partner, Reason::NoPartner);
    }
    let bookings = bookings(&text(Column::Products));
    let extra = cells.iter().skip(head.columns().len());
    if extra.into_iter().any(|cell| !cell.trim().is_empty()) {
        faults.push(Fault {
            line,
            column: None,
            reason: Reason::TooManyCells,
        });
    }
    match (read, language) {
        (Ok(number), Some(language)) if faults.is_empty() => Ok(ImportRow {
            number,
            party,
            language,
            partner,
            sub_partner,
            bookings,
        }),
        _ => Err(faults),
    }
}

/// "centraflex, trunk+ums": products with their options, each once.
fn bookings(cell: &str) -> Vec<(String, Options)> {
    let mut all: Vec<(String, Options)> = Vec::new();
    for one in cell.split([',', '|']).map(str::trim) {
        let mut codes = one
            .split('+')
            .map(str::trim)
            .filter(|code| !code.is_empty());
        let Some(product) = codes.next() else {
            continue;
        };
        let booked = (product.to_owned(), codes.map(str::to_owned).collect());
        if !all.contains(&booked) {
            all.push(booked);
        }
    }
    all
}

/// What of a line the catalogue does not sell.
pub fn check_products(row: &ImportRow, catalogue: &[Product], line: u32) -> Vec<Fault> {
    let sold = |(code, options): &&(String, Options)| {
        let known = catalogue.iter().find(|one| one.code == *code);
        !known.is_some_and(|known| known.is_sold_with(options))
    };
    let fault = |(code, options): &(String, Options)| {
        let words: Vec<&str> = std::iter::once(code.as_str())
            .chain(options.iter().map(String::as_str))
            .collect();
        Fault {
            line,
            column: Some(Column::Products),
            reason: Reason::UnknownProduct {
                code: words.join("+").chars().take(100).collect(),
            },
        }
    };
    row.bookings.iter().filter(sold).map(fault).collect()
}
