//! Who may open what before and after: the gate itself is asked.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::domain::PartnerId;
use crate::domain::case::{Case, Denied, Partner, access};
use crate::web::kit::words::listed;

/// What changes for the partners of before and after, in whole sentences.
pub fn lines(before: &Case, after: &Case, now: DateTime<Utc>, since: &str) -> Vec<String> {
    let lines = lines_between((before, now), (after, now), since);
    if !lines.is_empty() {
        return lines;
    }
    vec![
        if after.partner.is_none() {
            "Den Kunden betreut kein Vertriebspartner."
        } else {
            "Daran ändert sich nichts."
        }
        .to_owned(),
    ]
}

/// The same between two moments; empty if nothing changes.
pub fn lines_between(
    (before, then): (&Case, DateTime<Utc>),
    (after, now): (&Case, DateTime<Utc>),
    since: &str,
) -> Vec<String> {
    let modules = modules(before, then, after, now);
    partners(before, after)
        .into_iter()
        .flat_map(|(who, name)| {
            let mut turns = Turns::default();
            for (key, module) in &modules {
                let old = access(before, who, key, then);
                let new = access(after, who, key, now);
                match (old.is_ok(), new) {
                    (false, Ok(_)) => turns.opens.push(module.clone()),
                    (true, Err(Denied::NotBooked)) => turns.goes.push(module.clone()),
                    (true, Err(_)) => turns.closes.push(module.clone()),
                    (false, Err(reason)) if waits(old.err(), reason) => {
                        turns.waits.push(module.clone());
                    }
                    _ => {}
                }
            }
            turns.sentences(&name, since)
        })
        .collect()
}

/// Whether an area that is closed is worth a word: it was not there before.
fn waits(old: Option<Denied>, new: Denied) -> bool {
    let is_absent = |denied| matches!(denied, Denied::NotBooked | Denied::NotAssigned);
    old.is_some_and(is_absent) && !is_absent(new)
}

/// What changes for one partner.
#[derive(Default)]
struct Turns {
    opens: Vec<String>,
    closes: Vec<String>,
    goes: Vec<String>,
    waits: Vec<String>,
}

impl Turns {
    fn sentences(&self, name: &str, since: &str) -> Vec<String> {
        [
            (&self.opens, format!("{name} kann {since} öffnen")),
            (&self.closes, format!("{name} kann {since} nicht mehr öffnen")),
            (
                &self.goes,
                format!("{name} kann {since} nicht mehr öffnen, weil der Kunde das Produkt nicht mehr hat"),
            ),
            (
                &self.waits,
                format!("Für {name} bleibt bis zum Abschluss gesperrt"),
            ),
        ]
        .into_iter()
        .filter(|(modules, _)| !modules.is_empty())
        .map(|(modules, before)| format!("{before}: {}.", listed(modules)))
        .collect()
    }
}

/// Partners that look after the customer before or after, each once.
fn partners(before: &Case, after: &Case) -> Vec<(PartnerId, String)> {
    let mut all: Vec<(PartnerId, String)> = Vec::new();
    let of = |case: &'_ Case| -> Vec<Partner> {
        [&case.partner, &case.sub_partner]
            .into_iter()
            .flatten()
            .cloned()
            .collect()
    };
    for partner in of(before).into_iter().chain(of(after)) {
        if !all.iter().any(|(id, _)| *id == partner.id) {
            all.push((partner.id, partner.party.name));
        }
    }
    all
}

/// Key and name of the areas of all products the customer has before or after.
fn modules(
    before: &Case,
    then: DateTime<Utc>,
    after: &Case,
    now: DateTime<Utc>,
) -> BTreeMap<String, String> {
    before
        .active_products(then)
        .into_iter()
        .chain(after.active_products(now))
        .flat_map(|(product, ums)| {
            let gated = product.needs_module(ums).then_some(&product.gated_module);
            std::iter::once(&product.module).chain(gated)
        })
        .map(|module| (module.key.clone(), module.name.clone()))
        .collect()
}
