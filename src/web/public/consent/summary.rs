//! A summary of the contract: facts and phrases beside the full text.

use super::arrival::Arrival;
use crate::actions::documents::Draft;
use crate::contract::meta::{self, Bilingual, Meta};
use crate::contract::values::{CoveredProduct, Values};
use crate::domain::{Language, OfferDiff, Party, name};

/// Name and address of a company.
pub struct Company {
    /// Full name with legal form.
    pub name: String,
    /// The address in one line.
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

/// A covered product with the data it processes.
pub struct ProductFacts {
    /// Name of the product, as the contract prints it.
    pub name: String,
    /// The data it processes, in one line.
    pub data: String,
    /// The persons concerned, in one line.
    pub persons: String,
}

/// Everything the page shows beside the text.
pub struct Summary {
    /// The customer, who is the controller.
    pub customer: Company,
    /// Number of the customer.
    pub customer_number: String,
    /// The operator, who is the processor.
    pub operator: Company,
    /// The partner, a sub-processor.
    pub partner: Option<Company>,
    /// The sub-partner, a sub-processor of the partner.
    pub sub_partner: Option<Company>,
    /// Products in the catalogue's order.
    pub products: Vec<ProductFacts>,
    /// All products in one phrase: "Tengo Centraflex und SIP-Trunk mit UMS-Option".
    pub product_list: String,
    /// Countries in which data are processed.
    pub places: String,
    /// What differs from the agreement in force; `None` without one.
    pub news: Option<OfferDiff>,
    /// Whether the partners may work under that agreement meanwhile.
    pub goes_on: bool,
}

impl Summary {
    /// Computes the summary from the values that would be filled into the contract.
    pub fn new(arrival: &Arrival, draft: &Draft, news: Option<OfferDiff>) -> Self {
        let (language, values) = (arrival.language, &draft.values);
        let products: Vec<ProductFacts> = values
            .products
            .iter()
            .map(|product| {
                let (data, persons) = data_of(product, draft.meta(), language);
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
            customer_number: values.customer_number_or_nothing(),
            operator: Company::from(&values.operator.party),
            partner: values.partner.as_ref().map(Company::from),
            sub_partner: values.sub_partner.as_ref().map(Company::from),
            product_list: list(&names, language),
            products,
            places: places(values, language),
            news,
            goes_on: case.agreement().is_some() && case.chain_matches(),
        }
    }

    /// Whether there is one product, for the grammar of the sentences.
    pub fn one_product(&self) -> bool {
        self.products.len() == 1
    }
}

/// The data a product processes and the persons concerned, in one line each, in the short form of
/// the contract version; the annex has them in full.
fn data_of(product: &CoveredProduct, meta: &Meta, language: Language) -> (String, String) {
    let known: Vec<_> = product
        .keys()
        .filter_map(|key| meta.summaries.get(&key))
        .collect();
    let said = |of: fn(&meta::Summary) -> &Bilingual, otherwise: (&str, &str)| {
        let words: Vec<&str> = known
            .iter()
            .map(|one| of(one).get(language).trim())
            .filter(|words| !words.is_empty())
            .collect();
        match (words.as_slice(), language) {
            ([], Language::De) => otherwise.0.to_owned(),
            ([], Language::En) => otherwise.1.to_owned(),
            (words, _) => words.join("; "),
        }
    };
    (
        said(
            |one| &one.data,
            (
                "Siehe die Anlage „Produkte und Daten“ des Vertrags",
                "See the annex on products and data",
            ),
        ),
        said(
            |one| &one.persons,
            (
                "Ihre Beschäftigten und Personen, die mit ihnen in Verbindung stehen",
                "Your employees and persons in contact with them",
            ),
        ),
    )
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

/// A list in a language: "A", "A und B", "A, B und C".
pub fn list<T: AsRef<str>>(names: &[T], language: Language) -> String {
    name::list(names, language)
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
