//! Which partner may see and open what before and after a step, as the access rule itself says.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::Telling;
use crate::domain::PartnerId;
use crate::domain::case::{Case, Denied, access};
use crate::web::kit::words::listed;

/// What changes for the partners before and after, and what stays the same if anything changes. If
/// nothing changes, that is said as well, but not for later days.
pub fn lines(telling: &Telling) -> Vec<String> {
    let partners = telling.preview.partners();
    let turns: Vec<Turns> = partners
        .iter()
        .map(|partner| Turns::of(telling, partner.id))
        .collect();
    if turns.iter().any(|one| one.is_news) {
        let named = partners.iter().zip(&turns);
        return named
            .flat_map(|(partner, turns)| turns.sentences(&partner.party.name, telling.since))
            .collect();
    }
    let nothing = match telling.preview.after.partner {
        None => "Den Kunden betreut kein Vertriebspartner.",
        Some(_) => "Am Zugriff der Vertriebspartner ändert sich nichts.",
    };
    let is_said = telling.on.is_none();
    is_said.then(|| nothing.to_owned()).into_iter().collect()
}

/// Areas that the customer's conclusion would open for `who`.
pub fn waiting(case: &Case, who: PartnerId, now: DateTime<Utc>) -> Vec<String> {
    let is_shut = |key: &str| access(case, who, key, now).is_err_and(|why| until(why).is_some());
    areas(case, now)
        .filter(|(key, _)| is_shut(key))
        .collect::<BTreeMap<_, _>>()
        .into_values()
        .map(str::to_owned)
        .collect()
}

/// What a closed area waits for; `None` if it does not wait.
fn until(why: Denied) -> Option<&'static str> {
    match why {
        Denied::NoAgreement(_) => Some("bis zum Abschluss"),
        Denied::OtherPartner => Some("bis zum Neuabschluss"),
        Denied::SubPartnerNotNamed | Denied::NotCovered => Some("bis zur Ergänzung des Vertrags"),
        Denied::AddressOpen => Some("bis zur Bestätigung der Adresse"),
        Denied::NotAssigned | Denied::NotBooked | Denied::Blocked => None,
    }
}

/// What changes for one partner, and what stays the same.
#[derive(Default)]
struct Turns {
    is_news: bool,
    comes: bool,
    leaves: bool,
    opens: Vec<String>,
    closes: Vec<String>,
    goes: Vec<String>,
    keeps: Vec<String>,
    waits: BTreeMap<&'static str, Vec<String>>,
}

impl Turns {
    fn of(telling: &Telling, who: PartnerId) -> Self {
        let (before, then) = (&telling.preview.before, telling.then);
        let (after, now) = (&telling.preview.after, telling.preview.now);
        let (saw, sees) = (sees(before, who), sees(after, who));
        let mut turns = Self {
            is_news: saw != sees,
            comes: sees && !saw,
            leaves: saw && !sees,
            ..Self::default()
        };
        let all: BTreeMap<&str, &str> = areas(before, then).chain(areas(after, now)).collect();
        for (key, area) in all {
            let (old, new) = (access(before, who, key, then), access(after, who, key, now));
            let list = match (&old, &new) {
                (Ok(_), Ok(_)) => &mut turns.keeps,
                (Err(_), Ok(_)) => &mut turns.opens,
                (Ok(_), Err(Denied::NotBooked)) => &mut turns.goes,
                (Ok(_), Err(_)) => &mut turns.closes,
                (Err(_), Err(why)) => match until(*why) {
                    Some(until) => turns.waits.entry(until).or_default(),
                    None => continue,
                },
            };
            list.push(area.to_owned());
            // That an area stays closed is mentioned only if it was not there before.
            turns.is_news |= old.is_ok() != new.is_ok()
                || matches!(old, Err(Denied::NotBooked | Denied::NotAssigned));
        }
        turns
    }

    fn sentences(&self, name: &str, since: &str) -> Vec<String> {
        let leaves = format!("{name} sieht diesen Kunden {since} nicht mehr.");
        let comes = format!(
            "{name} sieht {since} den Kunden und den Stand seines AVV, aber nicht den Vertragstext."
        );
        let seen = [(self.leaves, leaves), (self.comes, comes)];
        let seen = seen.into_iter().filter(|(is_so, _)| *is_so);
        let areas = [
            (&self.opens, format!("{name} kann {since} öffnen")),
            (
                &self.closes,
                format!("{name} kann {since} nicht mehr öffnen"),
            ),
            (
                &self.goes,
                format!(
                    "{name} kann {since} nicht mehr öffnen, weil der Kunde das Produkt nicht mehr hat"
                ),
            ),
            (&self.keeps, format!("{name} kann weiter öffnen")),
        ];
        let waits = self
            .waits
            .iter()
            .map(|(until, areas)| (areas, format!("Für {name} bleibt {until} gesperrt")));
        seen.map(|(_, sentence)| sentence)
            .chain(
                areas
                    .into_iter()
                    .chain(waits)
                    .filter(|(areas, _)| !areas.is_empty())
                    .map(|(areas, before)| format!("{before}: {}.", listed(areas))),
            )
            .collect()
    }
}

/// Whether this partner sees the customer in its list (S-51).
fn sees(case: &Case, who: PartnerId) -> bool {
    case.customer.deleted_at.is_none() && case.chain().any(|one| one.id == who)
}

/// Key and name of the areas of all products the customer has.
fn areas(case: &Case, now: DateTime<Utc>) -> impl Iterator<Item = (&str, &str)> {
    case.areas(now)
        .into_iter()
        .map(|area| (area.module.key.as_str(), area.module.name.as_str()))
}
