//! Transfers in prose: no ground, or one that the country cannot have.

use super::Spot;
use super::phrase::Phrase;
use crate::contract::check::countries::{Region, countries};

/// What a transfer may rest on.
const GROUND: &[&str] = &[
    "garantie",
    "standardvertrag",
    "standarddatenschutz",
    "standard contractual",
    "scc",
    "klauseln",
    "clauses",
    "angemessenheit",
    "adequa",
    "kapitel v",
    "chapter v",
    "art. 44",
    "art. 45",
    "art. 46",
    "article 44",
    "article 45",
    "article 46",
    "articles 44",
    "artikel 44",
    "artikel 45",
    "artikel 46",
    "artikeln 44",
    "binding corporate",
    "bcr",
    "verbindliche interne",
    "data privacy framework",
    "dpf",
    "safeguard",
    "beschluss",
    "art. 49",
    "art. 44 bis",
    "decision",
];

pub(super) fn ungrounded(at: &Spot<'_>, said: &Phrase<'_>) -> bool {
    let about = at.is_about(&[
        "third-country",
        "place",
        "instructions",
        "sub-processors",
        "flow-down",
    ]);
    if !about
        && !said.has(&[
            "drittland",
            "drittländer",
            "drittstaat",
            "transfer",
            "übermittlung",
        ])
    {
        return false;
    }
    (about && anywhere(said)) || of_country(at, said)
}

/// "In jedes Land", "anywhere in the world".
fn anywhere(said: &Phrase<'_>) -> bool {
    said.says(&[
        "weltweit",
        "in jedes land",
        "jedes land",
        "jedem land",
        "beliebigen land",
        "jeden ort",
        "ort der erde",
        "überall auf der welt",
        "worldwide",
        "any country",
        "any location",
        "anywhere",
        "wherever it",
        "around the globe",
        "across the globe",
        "all over the world",
        "any jurisdiction",
        "ort der welt",
        "beliebigen ort",
        "beliebiger ort",
    ]) && !said.has(&["nicht.", "kein", "not.", "no.", "never"])
}

/// A country outside the EEA with no ground, or one it cannot have.
fn of_country(at: &Spot<'_>, said: &Phrase<'_>) -> bool {
    let outside: Vec<_> = countries(said.text)
        .into_iter()
        .filter(|country| country.region() != Region::Eea)
        .collect();
    if outside.is_empty() {
        return false;
    }
    let framework = said.says(&["data privacy framework", "dpf", "datenschutzrahmen"]);
    let adequacy = said.says(&["angemessenheit", "adequa", "art. 45", "article 45"]);
    let is_alone = outside.iter().all(|country| country.code != "US");
    // Another country than the one the framework is for, and no other ground beside it.
    let strays = outside.iter().any(|country| country.code != "US")
        && !said.has(&[
            "scc",
            "standard",
            "klauseln",
            "clauses",
            "angemessen",
            "adequacy",
        ]);
    let lacks = outside
        .iter()
        .all(|country| country.region() == Region::Third);
    let is_denied = said.has(&[
        "nicht.", "kein", "not.", "no.", "never", "unless.", "niemals",
    ]);
    let ungrounded = at.is_about(&["third-country", "place"]) && !said.says(GROUND) && !is_denied;
    let only_in_passage = ungrounded && !at.passage.text.to_lowercase().contains("garanti") && {
        let passage = at.passage.text.to_lowercase();
        !GROUND.iter().any(|ground| passage.contains(ground))
    };
    (framework && (is_alone || strays) && !is_denied)
        || (adequacy && lacks && !is_denied && !framework)
        || only_in_passage
}
