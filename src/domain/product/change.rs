//! What a change of a product starts and ends (P-07).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Named, Options, Product};

/// What of a product begins or ceases to need an agreement, and what that means for who has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NeedChange {
    /// What needs one from now on: `None` is the product itself, otherwise an option of it.
    pub starts: BTreeSet<Option<String>>,
    /// What needs none any more.
    pub ends: BTreeSet<Option<String>>,
    /// Areas that partners enter only by an agreement from now on.
    pub shuts: Vec<Named>,
    /// Areas they enter without one from now on.
    pub opens: Vec<Named>,
}

impl NeedChange {
    /// What the change from `old` to `new` brings those who have `old`.
    pub fn between(old: &Product, new: &Product) -> Self {
        let needs = |product: &Product| -> BTreeSet<Option<String>> {
            let itself = product.needs_by_itself().then_some(None);
            let options = product.needed_at_most().map(|one| one.options);
            let options = options.unwrap_or_default().into_iter().map(Some);
            itself.into_iter().chain(options).collect()
        };
        // An option that did not exist in `old` cannot be booked by any customer.
        let known = |key: &Option<String>| match key {
            Some(code) => old.option(code).is_some(),
            None => true,
        };
        let (before, after) = (needs(old), needs(new));
        let (was, is) = (gates(old), gates(new));
        let without = |these: &[(String, Named)], those: &[(String, Named)]| {
            let is_new = |one: &&(String, Named)| those.iter().all(|other| other.0 != one.0);
            let new = these.iter().filter(is_new);
            new.map(|(_, name)| name.clone()).collect()
        };
        Self {
            starts: after
                .difference(&before)
                .filter(|key| known(key))
                .cloned()
                .collect(),
            ends: before.difference(&after).cloned().collect(),
            shuts: without(&is, &was),
            opens: without(&was, &is),
        }
    }

    /// Whether customers have to be looked at.
    pub fn concerns_customers(&self) -> bool {
        !self.starts.is_empty() || !self.ends.is_empty()
    }

    /// Whether it changes nothing for customers and nothing about the areas of partners.
    pub fn is_nothing(&self) -> bool {
        !self.concerns_customers() && self.shuts.is_empty() && self.opens.is_empty()
    }

    /// Whether everybody who has the product is concerned, and not only who has one of the options.
    pub fn is_of_all(&self) -> bool {
        self.starts.contains(&None)
            || self.ends.contains(&None)
            || !self.shuts.is_empty()
            || !self.opens.is_empty()
    }

    /// The options whose need changes.
    pub fn options(&self) -> Options {
        self.starts.union(&self.ends).flatten().cloned().collect()
    }
}

/// The areas that partners enter only by an agreement, if everything is booked.
fn gates(product: &Product) -> Vec<(String, Named)> {
    let all: Options = product.options.iter().map(|one| one.code.clone()).collect();
    let areas = product.areas(&all).into_iter();
    areas
        .filter(|area| area.gate().is_some())
        .map(|area| (area.module.key.clone(), area.module.named()))
        .collect()
}

/// What was done to a product, for the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum ProductAuditEvent {
    /// It was added to the catalogue.
    Added,
    /// It was changed.
    Changed {
        /// What of it.
        fields: Vec<Field>,
    },
    /// Looking at its customers was paused.
    Paused,
    /// That goes on.
    Resumed,
    /// All its customers were looked at.
    Reviewed,
}

/// What of a product can be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Its code, which can only change while no customer has booked it.
    Code,
    /// Its name in German or in English, or its short name.
    Names,
    /// Whether it, or an option, needs an agreement.
    Need,
    /// Its portal area, or that of an option.
    Module,
    /// Which options it has, or what they are called.
    Options,
    /// That it, or an option, is not sold any more, or is again.
    Retired,
}

impl Field {
    /// What differs between two states of a product.
    pub fn changed(old: &Product, new: &Product) -> Vec<Self> {
        let names = |one: &Product| {
            (
                one.name.clone(),
                one.name_en.clone(),
                one.short_name.clone(),
            )
        };
        let need = |one: &Product| (one.needs_by_itself(), one.needed_at_most());
        let modules = |one: &Product| one.modules().cloned().collect::<Vec<_>>();
        let options = |one: &Product| {
            let option = |one: &super::ProductOption| {
                let names = (
                    one.name.clone(),
                    one.name_en.clone(),
                    one.short_name.clone(),
                );
                (one.code.clone(), names)
            };
            one.options.iter().map(option).collect::<Vec<_>>()
        };
        let retired = |one: &Product| {
            let of = one.options.iter().filter(|one| one.retired);
            (
                one.retired,
                of.map(|one| one.code.clone()).collect::<Vec<_>>(),
            )
        };
        [
            (Self::Code, old.code != new.code),
            (Self::Names, names(old) != names(new)),
            (Self::Need, need(old) != need(new)),
            (Self::Module, modules(old) != modules(new)),
            (Self::Options, options(old) != options(new)),
            (Self::Retired, retired(old) != retired(new)),
        ]
        .into_iter()
        .filter_map(|(field, differs)| differs.then_some(field))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::case::tests::samples::{case, option};

    fn kit() -> Product {
        case().catalogue.swap_remove(3)
    }

    #[test]
    fn p_07_a_change_says_what_it_starts_and_ends() {
        let key = |code: &str| Some(code.to_owned());
        type Row<'a> = (
            fn(&mut Product),
            &'a [Option<String>],
            &'a [Option<String>],
            &'a str,
            &'a str,
        );
        let table: [Row<'_>; 8] = [
            (|_| {}, &[], &[], "", ""),
            (|one| one.name = "Anders".to_owned(), &[], &[], "", ""),
            (|one| one.requires_avv = true, &[None], &[], "", ""),
            (
                |one| one.options[2].requires_avv = true,
                &[key("journal")],
                &[],
                "",
                "",
            ),
            (
                |one| one.options[0].requires_avv = false,
                &[],
                &[key("fax")],
                "",
                "FAX",
            ),
            (
                |one| one.personal_data = Some(false),
                &[],
                &[key("archive"), key("fax")],
                "",
                "FAX ARCHIVE",
            ),
            // The area is gated, and something in it needs an agreement only now.
            (
                |one| {
                    one.module.gated = true;
                    one.requires_avv = true;
                },
                &[None],
                &[],
                "KIT",
                "",
            ),
            // No customer has booked an option that is new.
            (
                |one| one.options.push(option("new", true, None)),
                &[],
                &[],
                "",
                "",
            ),
        ];
        for (place, (change, starts, ends, shuts, opens)) in table.into_iter().enumerate() {
            let (old, mut new) = (kit(), kit());
            change(&mut new);
            let found = NeedChange::between(&old, &new);
            let names = |all: &[Named]| {
                let names: Vec<&str> = all.iter().map(|one| one.de.as_str()).collect();
                names.join(" ")
            };
            assert_eq!(found.starts, starts.iter().cloned().collect(), "{place}");
            assert_eq!(found.ends, ends.iter().cloned().collect(), "{place}");
            assert_eq!(names(&found.shuts), shuts, "{place}");
            assert_eq!(names(&found.opens), opens, "{place}");
        }
    }
}
