//! What the contract is about, in short: the facts and phrases around the full text.

use std::collections::BTreeSet;

use super::arrival::Arrival;
use crate::actions::consent::reason;
use crate::contract::values::Values;
use crate::domain::case::{Case, Covered, Offer};
use crate::domain::mail::RequestReason;
use crate::domain::{Language, Party};

/// Name and address of a company.
pub struct Company {
    /// Full name.
    pub name: String,
    /// One line.
    pub address: String,
}

impl From<&Party> for Company {
    fn from(party: &Party) -> Self {
        Self {
            name: party.name.clone(),
            address: party.address_line(),
        }
    }
}

/// A covered product with what it processes.
pub struct ProductFacts {
    /// Printed name.
    pub name: String,
    /// Which data.
    pub data: &'static str,
    /// Whose data.
    pub persons: &'static str,
}

/// Everything the page says beside the text.
pub struct Summary {
    /// The controller.
    pub customer: Company,
    /// Its number.
    pub customer_number: String,
    /// The processor.
    pub operator: Company,
    /// The sub-processor.
    pub partner: Option<Company>,
    /// The sub-sub-processor.
    pub sub_partner: Option<Company>,
    /// Products in the catalogue's order.
    pub products: Vec<ProductFacts>,
    /// "Tengo Centraflex und SIP-Trunk mit UMS-Option".
    pub product_list: String,
    /// Where data are processed.
    pub places: String,
    /// What differs from what the customer has or was asked before.
    pub news: Vec<String>,
    /// Number of the agreement in force, which goes on until this one is concluded.
    pub in_force: Option<String>,
    /// Whether the partners may work under that agreement meanwhile.
    pub goes_on: bool,
}

impl Summary {
    /// From what would be filled into the contract.
    pub fn new(arrival: &Arrival, values: &Values) -> Self {
        let language = arrival.language;
        let products: Vec<ProductFacts> = values
            .products
            .iter()
            .map(|product| {
                let (data, persons) = data_of(&product.code, language);
                ProductFacts {
                    name: match language {
                        Language::De => product.name.clone(),
                        Language::En => product.name_en.clone(),
                    },
                    data,
                    persons,
                }
            })
            .collect();
        let names: Vec<&str> = products
            .iter()
            .map(|product| product.name.as_str())
            .collect();
        let case = &arrival.case;
        Self {
            customer: Company::from(&values.customer),
            customer_number: values.customer_number.to_string(),
            operator: Company::from(&values.operator.party),
            partner: values.partner.as_ref().map(Company::from),
            sub_partner: values.sub_partner.as_ref().map(Company::from),
            product_list: list(&names, language),
            products,
            places: places(values, language),
            news: news(arrival),
            in_force: case.agreement().map(|agreement| agreement.number.clone()),
            goes_on: case.agreement().is_some() && case.chain_matches(),
        }
    }

    /// Whether there is one product, for the grammar of the sentences.
    pub fn one_product(&self) -> bool {
        self.products.len() == 1
    }
}

/// Which data a product processes and whose, in a line each; the annex of the contract has them all.
fn data_of(code: &str, language: Language) -> (&'static str, &'static str) {
    match (code, language) {
        ("centraflex", Language::De) => (
            "Namen, Durchwahlen, E-Mail-Adressen, Gerätekennungen, Anruflisten, Weiterleitungen, Kontakte im Firmentelefonbuch, Sprachnachrichten, Faxe und eingeschaltete Aufzeichnungen",
            "Ihre Beschäftigten, Personen, die mit ihnen telefonieren oder ihnen Nachrichten senden, und Personen im Firmentelefonbuch",
        ),
        ("centraflex", Language::En) => (
            "Names, extension numbers, e-mail addresses, device identifiers, call lists, call forwarding, contacts in the company phone book, voice messages, faxes and recordings if switched on",
            "Your staff, persons who call them or send them messages, and persons in the company phone book",
        ),
        ("mehrstandort-sip-trunk" | "sip-trunk", Language::De) => (
            "Namen, E-Mail-Adressen, Rufnummern, Sprachnachrichten, Faxe, Sendeprotokolle und Zugangsdaten der Postfächer",
            "Ihre Beschäftigten mit Postfach, Absender und Empfänger von Nachrichten und Personen, die darin genannt werden",
        ),
        ("mehrstandort-sip-trunk" | "sip-trunk", Language::En) => (
            "Names, e-mail addresses, phone numbers, voice messages, faxes, transmission logs and access data of mailboxes",
            "Your staff with a mailbox, senders and recipients of messages, and persons mentioned in them",
        ),
        (_, Language::De) => (
            "Siehe die Anlage „Produkte und Daten“ des Vertrags",
            "Ihre Beschäftigten und Personen, die mit ihnen in Verbindung stehen",
        ),
        (_, Language::En) => (
            "See the annex on products and data",
            "Your staff and persons in contact with them",
        ),
    }
}

/// The places named in the contract, each once.
fn places(values: &Values, language: Language) -> String {
    let country = |party: &Party| match (language, party.country.as_str()) {
        (Language::En, "Deutschland") => "Germany".to_owned(),
        (Language::En, "Österreich") => "Austria".to_owned(),
        (_, country) => country.to_owned(),
    };
    let mut found: Vec<String> = Vec::new();
    let parties = std::iter::once(&values.operator.party)
        .chain(&values.partner)
        .chain(&values.sub_partner)
        .map(country);
    let others = values
        .operator
        .sub_processors
        .iter()
        .map(|it| match language {
            Language::De => it.place.clone(),
            Language::En => it.place_en.clone(),
        });
    for place in parties.chain(others) {
        if !place.is_empty() && !found.contains(&place) {
            found.push(place);
        }
    }
    list(&found, language)
}

/// "A", "A und B", "A, B und C".
pub fn list<T: AsRef<str>>(names: &[T], language: Language) -> String {
    let and = match language {
        Language::De => "und",
        Language::En => "and",
    };
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [start @ .., last] => format!("{} {and} {last}", start.join(", ")),
    }
}

/// What changed since the agreement in force, or since the first mail, in sentences.
fn news(arrival: &Arrival) -> Vec<String> {
    let (case, language) = (&arrival.case, arrival.language);
    let Some(offer) = case.offer(arrival.now) else {
        return Vec::new();
    };
    let asked_anew = matches!(
        reason(case, arrival.link),
        RequestReason::SubPartner | RequestReason::Product
    );
    let before = match case.agreement() {
        Some(agreement) => Some(&agreement.offer),
        None if asked_anew => case
            .requests
            .iter()
            .rev()
            .map(|request| &request.offer)
            .find(|earlier| **earlier != offer),
        None => None,
    };
    before.map_or_else(Vec::new, |before| {
        differences(case, before, &offer, language)
    })
}

fn differences(case: &Case, before: &Offer, now: &Offer, language: Language) -> Vec<String> {
    let de = language == Language::De;
    let name = |party: Option<&Party>| party.map(|party| party.name.clone()).unwrap_or_default();
    let mut lines = Vec::new();
    if before.partner != now.partner {
        let partner = name(case.partner.as_ref().map(|it| &it.party));
        lines.push(if de {
            format!("{partner} ist jetzt Ihr Vertriebspartner.")
        } else {
            format!("{partner} is now your sales partner.")
        });
    }
    if before.sub_partner != now.sub_partner {
        let sub = name(case.sub_partner.as_ref().map(|it| &it.party));
        lines.push(match (now.sub_partner.is_some(), de) {
            (true, true) => format!("Als Untervertriebspartner ist jetzt {sub} benannt."),
            (true, false) => format!("{sub} is now named as sub-partner."),
            (false, true) => "Ein Untervertriebspartner ist nicht mehr benannt.".to_owned(),
            (false, false) => "A sub-partner is no longer named.".to_owned(),
        });
    }
    let products = |covered: BTreeSet<&Covered>| {
        let names: Vec<String> = covered
            .into_iter()
            .filter_map(|it| {
                let product = case.product(&it.product)?;
                Some(match language {
                    Language::De => product.booked_name(it.ums),
                    Language::En => product.booked_name_en(it.ums),
                })
            })
            .collect();
        list(&names, language)
    };
    let added = products(now.products.difference(&before.products).collect());
    if !added.is_empty() {
        lines.push(if de {
            format!("Der Vertrag umfasst jetzt auch {added}.")
        } else {
            format!("The contract now also covers {added}.")
        });
    }
    let gone = products(before.products.difference(&now.products).collect());
    if !gone.is_empty() {
        lines.push(if de {
            format!("Nicht mehr enthalten: {gone}.")
        } else {
            format!("No longer included: {gone}.")
        });
    }
    if before.version != now.version {
        let version = &now.version;
        lines.push(if de {
            format!("Der Vertragstext liegt in der neuen Fassung {version} vor.")
        } else {
            format!("The contract text is the new version {version}.")
        });
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_like_a_sentence() {
        let table: [(&[&str], &str, &str); 4] = [
            (&[], "", ""),
            (&["A"], "A", "A"),
            (&["A", "B"], "A und B", "A and B"),
            (&["A", "B", "C"], "A, B und C", "A, B and C"),
        ];
        for (names, de, en) in table {
            assert_eq!(list(names, Language::De), de);
            assert_eq!(list(names, Language::En), en);
        }
    }

    #[test]
    fn places_are_named_once_in_the_language_of_the_page() {
        let mut values = crate::contract::sample_values(Language::De, true);
        assert_eq!(places(&values, Language::De), "Deutschland");
        assert_eq!(places(&values, Language::En), "Germany");
        if let Some(partner) = &mut values.partner {
            partner.country = "Österreich".to_owned();
        }
        assert_eq!(places(&values, Language::De), "Deutschland und Österreich");
        assert_eq!(places(&values, Language::En), "Germany and Austria");
    }
}
