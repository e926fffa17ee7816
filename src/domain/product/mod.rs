//! What is sold and which of it needs an AVV (requirements 1.1). The catalogue is data (P-04): no rule and
//! no page knows a product or an option by name.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

mod annex;
mod change;

pub use annex::{keys_needed, lacking, option_key};
pub use change::{Field, NeedChange, ProductAuditEvent};

use super::{Language, case::Covered};

/// Codes of options of one product, each once.
pub type Options = BTreeSet<String>;

/// A catalogue entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Key, for example `centraflex`.
    pub code: String,
    /// Full name: "Mehrstandort-SIP-Trunk".
    pub name: String,
    /// The same in English, if it is another one.
    #[serde(default)]
    pub name_en: Option<String>,
    /// Name for narrow columns: "SIP-Trunk".
    pub short_name: String,
    /// Whether partners administer it through the portal (P-01). `None` counts as yes.
    pub portal_administered: Option<bool>,
    /// Whether administering it touches personal data (P-02). `None` counts as yes.
    pub personal_data: Option<bool>,
    /// Whether the product itself needs an AVV, as far as P-01 and P-02 do not say otherwise.
    pub requires_avv: bool,
    /// The portal area the product opens.
    pub module: Module,
    /// What its customers and their partners should know, for the help page; `None`: nothing.
    #[serde(default)]
    pub help: Option<Named>,
    /// What can be booked with it (P-05, P-07), in the order in which it is named.
    pub options: Vec<ProductOption>,
    /// Whether it is not sold any more; who has it keeps it.
    pub retired: bool,
}

/// What can be booked with a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductOption {
    /// Key within its product, for example `ums`.
    pub code: String,
    /// Name behind the product's: "UMS-Option".
    pub name: String,
    /// The same in English, if it is another one.
    #[serde(default)]
    pub name_en: Option<String>,
    /// Name for narrow columns: "UMS".
    pub short_name: String,
    /// Whether it needs an AVV, as far as P-01 and P-02 do not say otherwise of its product.
    pub requires_avv: bool,
    /// The portal area it opens beside that of its product, if it has one of its own. What has none is
    /// administered in the product's.
    #[serde(default)]
    pub module: Option<Module>,
    /// Whether it is not sold any more; who has it keeps it.
    pub retired: bool,
}

/// A portal area, as it appears in `/zugriff/{kundennummer}/{modul}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Module {
    /// Key in addresses: `centraflex`, `sip-trunk`, `ums`.
    pub key: String,
    /// Name on screens: "Tengo Centraflex", "UMS-Verwaltung".
    pub name: String,
    /// The same in English, if it is another one.
    #[serde(default)]
    pub name_en: Option<String>,
    /// Whether partners get in only by an agreement that covers what needs one there.
    pub gated: bool,
}

/// A name in both languages, as it was when it was written down (C4).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Named {
    /// The German name.
    pub de: String,
    /// The English name.
    pub en: String,
}

impl Named {
    /// A name that is the same in both.
    pub fn same(name: impl Into<String>) -> Self {
        let de = name.into();
        Self { en: de.clone(), de }
    }

    /// In the reader's language.
    pub fn say(&self, language: Language) -> &str {
        match language {
            Language::De => &self.de,
            Language::En => &self.en,
        }
    }
}

/// German and, if there is one, the English name.
fn named(de: &str, en: Option<&str>) -> Named {
    Named {
        de: de.to_owned(),
        en: en.unwrap_or(de).to_owned(),
    }
}

/// An area a booking has, with what in it needs an agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area<'p> {
    /// The area of the portal that it stands for.
    pub module: &'p Module,
    /// What an agreement must cover there; `None` if nothing needs one.
    pub needs: Option<Covered>,
}

impl Area<'_> {
    /// What opens it to partners; `None`: it is open to them.
    pub fn gate(&self) -> Option<&Covered> {
        self.needs.as_ref().filter(|_| self.module.gated)
    }
}

impl Module {
    /// Its name in both languages.
    pub fn named(&self) -> Named {
        named(&self.name, self.name_en.as_deref())
    }
}

impl ProductOption {
    /// Its name in both languages.
    pub fn named(&self) -> Named {
        named(&self.name, self.name_en.as_deref())
    }
}

impl Product {
    /// Its name in both languages.
    pub fn named(&self) -> Named {
        named(&self.name, self.name_en.as_deref())
    }

    /// Whether anything of it can need an AVV (P-01, P-02); a missing flag means "yes".
    fn may_need(&self) -> bool {
        self.portal_administered.unwrap_or(true) && self.personal_data.unwrap_or(true)
    }

    /// What of a booking with these options needs an AVV as far as the product is concerned; `None` if
    /// nothing does. The partner is deliberately no part of this (5.2: the gate must not open because a
    /// partner is missing). An option that needs none is no part of it, so that it makes no agreement
    /// incomplete.
    pub fn needed(&self, booked: &Options) -> Option<Covered> {
        let of = self.options.iter().filter(|one| booked.contains(&one.code));
        self.need_of(self.requires_avv, of)
    }

    fn need_of<'p>(
        &'p self,
        itself: bool,
        options: impl Iterator<Item = &'p ProductOption>,
    ) -> Option<Covered> {
        let options: Options = options
            .filter(|one| one.requires_avv)
            .map(|one| one.code.clone())
            .collect();
        (self.may_need() && (itself || !options.is_empty())).then(|| Covered {
            product: self.code.clone(),
            options,
        })
    }

    /// Whether a booking of it with these options needs an AVV.
    pub fn needs_agreement(&self, booked: &Options) -> bool {
        self.needed(booked).is_some()
    }

    /// Whether the product needs an AVV whatever is booked with it.
    pub fn needs_by_itself(&self) -> bool {
        self.may_need() && self.requires_avv
    }

    /// All that can need an AVV if everything is booked with it.
    pub fn needed_at_most(&self) -> Option<Covered> {
        self.need_of(self.requires_avv, self.options.iter())
    }

    /// One of its options.
    pub fn option(&self, code: &str) -> Option<&ProductOption> {
        self.options.iter().find(|one| one.code == code)
    }

    /// Whether it can be booked with these options from now on.
    pub fn is_sold_with(&self, options: &Options) -> bool {
        let sold = |code: &String| self.option(code).is_some_and(|one| !one.retired);
        !self.retired && options.iter().all(sold)
    }

    /// The areas of a booking with these options, each once, the product's own first. An option's area
    /// exists only while it is booked; what an option without one needs is needed in the product's.
    pub fn areas(&self, booked: &Options) -> Vec<Area<'_>> {
        let of = || self.options.iter().filter(|one| booked.contains(&one.code));
        let is_own = |one: &&ProductOption| {
            let own = one.module.as_ref();
            own.is_none_or(|module| module.key == self.module.key)
        };
        let mut areas = vec![Area {
            module: &self.module,
            needs: self.need_of(self.requires_avv, of().filter(is_own)),
        }];
        for module in of().filter_map(|one| one.module.as_ref()) {
            if areas.iter().any(|known| known.module.key == module.key) {
                continue;
            }
            let in_it = |one: &&ProductOption| {
                let its = one.module.as_ref();
                its.is_some_and(|its| its.key == module.key)
            };
            areas.push(Area {
                module,
                needs: self.need_of(false, of().filter(in_it)),
            });
        }
        areas
    }

    /// Every module it can open.
    pub fn modules(&self) -> impl Iterator<Item = &Module> {
        let of_options = self.options.iter().filter_map(|one| one.module.as_ref());
        std::iter::once(&self.module).chain(of_options)
    }

    /// Its options among these, in its own order.
    pub(crate) fn among<'p>(
        &'p self,
        options: &'p Options,
    ) -> impl Iterator<Item = &'p ProductOption> {
        let chosen = |one: &&ProductOption| options.contains(&one.code);
        self.options.iter().filter(chosen)
    }

    /// Whether the list of customers calls it, or an option it had, otherwise than `old`.
    pub fn is_listed_otherwise(&self, old: &Self) -> bool {
        let differs = |was: &ProductOption| {
            self.option(&was.code)
                .is_some_and(|is| is.short_name != was.short_name)
        };
        self.short_name != old.short_name || old.options.iter().any(differs)
    }
}

#[cfg(test)]
#[path = "product_tests.rs"]
mod tests;
