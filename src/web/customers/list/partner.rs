//! Which Mandant the operator's list is narrowed to: chosen, or typed where there are too many to read
//! through (C7).

use std::collections::BTreeSet;

use super::state::State;
use crate::domain::PartnerId;
use crate::domain::search::{terms, words_of};

/// More than these are typed.
const CHOSEN: usize = 60;
/// So many of those that match are offered.
const OFFERED: usize = 8;

/// One to choose.
pub struct Choice {
    pub id: PartnerId,
    pub name: String,
    pub chosen: bool,
}

/// The field of the form.
pub enum PartnerField {
    Chosen(Vec<Choice>),
    Typed(String),
}

impl PartnerField {
    /// The field that shows what is chosen, or what was typed.
    pub fn new(all: &[(PartnerId, String)], chosen: Option<PartnerId>, typed: &str) -> Self {
        if all.len() <= CHOSEN {
            return Self::Chosen(choices(all, chosen));
        }
        let name = all.iter().find(|(id, _)| Some(*id) == chosen);
        Self::Typed(name.map_or(typed, |(_, name)| name).to_owned())
    }
}

/// All of them to choose from.
pub fn choices(all: &[(PartnerId, String)], chosen: Option<PartnerId>) -> Vec<Choice> {
    let choice = |(id, name): &(PartnerId, String)| Choice {
        id: *id,
        name: name.clone(),
        chosen: chosen == Some(*id),
    };
    all.iter().map(choice).collect()
}

/// Whom a typed name means.
#[derive(Debug, PartialEq, Eq)]
enum Meant {
    /// This one.
    One(PartnerId),
    /// One of several, of whom the first are given.
    Several(usize, Vec<(PartnerId, String)>),
    /// Nobody.
    Nobody,
}

/// Whom a typed name means: the one that is called exactly so, or all in whose name each word is found.
fn meant(all: &[(PartnerId, String)], typed: &str) -> Meant {
    let same = |name: &str| name.to_lowercase() == typed.trim().to_lowercase();
    let mut called = all.iter().filter(|(_, name)| same(name));
    if let (Some((id, _)), None) = (called.next(), called.next()) {
        return Meant::One(*id);
    }
    let wanted = terms(typed);
    let is_meant = |name: &str| {
        let words: BTreeSet<String> = words_of(name);
        !wanted.is_empty()
            && wanted
                .iter()
                .all(|term| term.finds(words.iter().map(String::as_str), false))
    };
    let found: Vec<&(PartnerId, String)> = all.iter().filter(|(_, name)| is_meant(name)).collect();
    match found.as_slice() {
        [] => Meant::Nobody,
        [(id, _)] => Meant::One(*id),
        several => Meant::Several(
            several.len(),
            several.iter().take(OFFERED).copied().cloned().collect(),
        ),
    }
}

/// Narrows the list to the Mandant whose name was typed; otherwise says why not.
pub fn narrow(state: &mut State, all: &[(PartnerId, String)], typed: &str) -> Option<Doubt> {
    if typed.is_empty() {
        return None;
    }
    let meant = meant(all, typed);
    if let Meant::One(id) = meant {
        state.partner = Some(id);
    }
    Doubt::new(meant, state)
}

/// What is said about a name that does not mean one, with those that may be meant and the way to their list.
pub struct Doubt {
    pub text: &'static str,
    pub offered: Vec<(String, String)>,
    /// How many more there are, in words.
    pub more: Option<String>,
}

impl Doubt {
    fn new(meant: Meant, state: &State) -> Option<Self> {
        let (text, several, found) = match meant {
            Meant::One(_) => return None,
            Meant::Nobody => (
                "Kein Vertriebspartner heißt so; gezeigt werden die Kunden aller Vertriebspartner.",
                0,
                Vec::new(),
            ),
            Meant::Several(several, found) => (
                "Das passt auf mehrere; gezeigt werden die Kunden aller Vertriebspartner. Welchen meinen Sie?",
                several,
                found,
            ),
        };
        Some(Self {
            text,
            more: match several.saturating_sub(found.len()) {
                0 => None,
                1 => Some("ein weiterer".to_owned()),
                more => Some(format!("{more} weitere")),
            },
            offered: found
                .into_iter()
                .map(|(id, name)| (state.with(|state| state.partner = Some(id)), name))
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<(PartnerId, String)> {
        [
            "Muster IT GmbH",
            "Systemhaus Bäcker Köln GmbH",
            "Systemhaus Becker Köln GmbH",
            "Köln",
        ]
        .iter()
        .zip(1..)
        .map(|(name, id)| (PartnerId(id), (*name).to_owned()))
        .collect()
    }

    #[test]
    fn c7_a_name_means_one_partner_or_says_which_ones() {
        let all = all();
        assert_eq!(meant(&all, "muster"), Meant::One(PartnerId(1)));
        assert_eq!(meant(&all, " köln "), Meant::One(PartnerId(4)));
        assert_eq!(meant(&all, "baecker systemhaus"), Meant::One(PartnerId(2)));
        assert_eq!(meant(&all, "gibt es nicht"), Meant::Nobody);
        assert_eq!(meant(&all, "§"), Meant::Nobody);
        let Meant::Several(2, found) = meant(&all, "systemhaus koeln") else {
            panic!("{:?}", meant(&all, "systemhaus koeln"));
        };
        assert_eq!(found, all[1..3]);
    }
}
