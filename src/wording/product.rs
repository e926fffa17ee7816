//! Products and options in sentences, and the sentences about the catalogue in the log.

use super::names::list;
use crate::domain::Language;
use crate::domain::product::{Field, Named, Options, Product, ProductAuditEvent, ProductOption};

impl ProductOption {
    /// Its name as a noun that takes "die": "UMS-Option", "Option Rufjournal"; in English one that takes
    /// "the": "UMS option", "option call log".
    pub fn noun(&self, language: Language) -> String {
        let name = self.named();
        let name = name.say(language);
        if name.to_lowercase().ends_with("option") {
            return name.to_owned();
        }
        match language {
            Language::De => format!("Option {name}"),
            Language::En => format!("option {name}"),
        }
    }
}

impl Product {
    /// Name of a booking as contract, mail and page say it.
    pub fn booked_name(&self, options: &Options) -> Named {
        let say = |language: Language, with: &str| {
            let own = self.named();
            let all: Vec<Named> = self.among(options).map(ProductOption::named).collect();
            let names: Vec<&str> = all.iter().map(|one| one.say(language)).collect();
            match names.as_slice() {
                [] => own.say(language).to_owned(),
                names => format!("{} {with} {}", own.say(language), list(names, language)),
            }
        };
        Named {
            de: say(Language::De, "mit"),
            en: say(Language::En, "with"),
        }
    }

    /// Name of a booking in narrow columns.
    pub fn booked_short_name(&self, options: &Options) -> String {
        let names: Vec<&str> = self
            .among(options)
            .map(|one| one.short_name.as_str())
            .collect();
        match names.as_slice() {
            [] => self.short_name.clone(),
            names => format!("{} mit {}", self.short_name, list(names, Language::De)),
        }
    }

    /// Options alone, in a sentence: "die UMS-Option", "die Option A und die Option B".
    pub fn the_options(&self, options: &Options) -> Named {
        let say = |language, the: &str| {
            let noun = |one: &ProductOption| format!("{the} {}", one.noun(language));
            let nouns: Vec<String> = self.among(options).map(noun).collect();
            list(&nouns, language)
        };
        Named {
            de: say(Language::De, "die"),
            en: say(Language::En, "the"),
        }
    }
}

impl Field {
    fn word(self, language: Language) -> &'static str {
        let (de, en) = match self {
            Self::Code => ("Kennung", "code"),
            Self::Names => ("Namen", "names"),
            Self::Need => ("AVV nötig", "AVV required"),
            Self::Module => ("Modul", "module"),
            Self::Options => ("Optionen", "options"),
            Self::Retired => ("Verkauf", "sale"),
        };
        if language.is_en() { en } else { de }
    }
}

impl ProductAuditEvent {
    /// The sentence in the history.
    pub fn sentence(&self, product: &Named, language: Language) -> String {
        let name = product.say(language);
        let en = language.is_en();
        match self {
            Self::Added if en => format!("Product {name} added"),
            Self::Added => format!("Produkt {name} angelegt"),
            Self::Changed { fields } => {
                let words: Vec<&str> = fields.iter().map(|one| one.word(language)).collect();
                let what = match (words.as_slice(), en) {
                    ([], _) => String::new(),
                    (words, _) => format!(": {}", list(words, language)),
                };
                match en {
                    true => format!("Product {name} changed{what}"),
                    false => format!("Produkt {name} geändert{what}"),
                }
            }
            Self::Paused if en => format!("Review of the customers with {name} paused"),
            Self::Paused => format!("Prüfung der Kunden mit {name} angehalten"),
            Self::Resumed if en => format!("Review of the customers with {name} resumed"),
            Self::Resumed => format!("Prüfung der Kunden mit {name} fortgesetzt"),
            Self::Reviewed if en => format!("All customers with {name} reviewed"),
            Self::Reviewed => format!("Alle Kunden mit {name} sind geprüft"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::case::tests::samples::case;

    #[test]
    fn the_log_names_what_was_changed() {
        let old = case().catalogue.swap_remove(3);
        let mut new = old.clone();
        new.name = "Anders".to_owned();
        new.options[2].requires_avv = true;
        new.retired = true;
        let event = ProductAuditEvent::Changed {
            fields: Field::changed(&old, &new),
        };
        let sentence = |language| event.sentence(&new.named(), language);
        assert_eq!(
            sentence(Language::De),
            "Produkt Anders geändert: Namen, AVV nötig und Verkauf"
        );
        assert_eq!(
            sentence(Language::En),
            "Product Anders changed: names, AVV required and sale"
        );
        assert!(Field::changed(&old, &old).is_empty());
    }
}
