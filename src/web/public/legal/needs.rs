//! Which products need the agreement, and what is closed without it, in words for the help page.
//! The catalogue defines it (P-04).

use crate::domain::Language;
use crate::domain::name::list;
use crate::domain::product::{Options, Product};

/// The phrases about the catalogue; empty if no product needs an agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needs {
    /// Products with their conditions: "für A immer, für B und C nur mit der UMS-Option".
    pub products: String,
    /// Areas that are closed without it: "A und UMS-Verwaltung".
    pub areas: String,
}

impl Needs {
    /// The phrases for the products that are sold, in the reader's language.
    pub fn of(catalogue: &[Product], language: Language) -> Self {
        let sold = || catalogue.iter().filter(|product| !product.retired);
        // Products with the same condition are listed together.
        let mut groups: Vec<(String, Vec<String>)> = Vec::new();
        for product in sold() {
            let Some(when) = condition(product, language) else {
                continue;
            };
            let name = product.named().say(language).to_owned();
            match groups.iter_mut().find(|(known, _)| *known == when) {
                Some((_, names)) => names.push(name),
                None => groups.push((when, vec![name])),
            }
        }
        let say = |(when, names): &(String, Vec<String>)| match language {
            Language::De => format!("für {} {when}", list(names, language)),
            Language::En => format!("{} {when}", list(names, language)),
        };
        let mut areas: Vec<String> = Vec::new();
        for product in sold() {
            let all: Options = product.options.iter().map(|one| one.code.clone()).collect();
            for area in product.areas(&all) {
                let name = area.module.named().say(language).to_owned();
                if area.gate().is_some() && !areas.contains(&name) {
                    areas.push(name);
                }
            }
        }
        Self {
            products: groups.iter().map(say).collect::<Vec<_>>().join(", "),
            areas: list(&areas, language),
        }
    }
}

/// The condition under which a product needs one: "immer", "nur mit der UMS-Option oder der Option
/// B"; `None` if it never does.
fn condition(product: &Product, language: Language) -> Option<String> {
    let needed = product.needed_at_most()?;
    if product.needs_by_itself() {
        let always = match language {
            Language::De => "immer",
            Language::En => "always",
        };
        return Some(always.to_owned());
    }
    let options = product.options.iter();
    let nouns: Vec<String> = options
        .filter(|one| needed.options.contains(&one.code))
        .map(|one| match language {
            Language::De => format!("der {}", one.noun(language)),
            Language::En => format!("the {}", one.noun(language)),
        })
        .collect();
    Some(match language {
        Language::De => format!("nur mit {}", nouns.join(" oder ")),
        Language::En => format!("only with {}", nouns.join(" or ")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::case::tests::samples::case;

    #[test]
    fn p_04_the_catalogue_says_what_needs_an_agreement() {
        let catalogue = case().catalogue;
        let german = Needs::of(&catalogue, Language::De);
        assert_eq!(
            german.products,
            "für centraflex und desk immer, für mehrstandort-sip-trunk und sip-trunk nur mit der Option ums, für kit nur mit der Option fax oder der Option archive"
        );
        assert_eq!(
            german.areas,
            "CENTRAFLEX, UMS, FAX, ARCHIVE, DESK und RECORD"
        );
        let english = Needs::of(&catalogue[..2], Language::En);
        assert_eq!(
            english.products,
            "centraflex always, mehrstandort-sip-trunk only with the option ums"
        );
        let nothing = Needs::of(&[], Language::De);
        assert_eq!(
            (nothing.products.as_str(), nothing.areas.as_str()),
            ("", "")
        );
    }
}
