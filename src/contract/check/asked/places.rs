//! Promises that data stay in the EU or the EEA, beside a list or a passage that names a third country (LC-29).

use super::meaning::NO;
use super::phrase::Phrase;
use super::{Finder, QuestionKind as Q, Spot};
use crate::contract::Contract;
use crate::contract::check::countries::{Region, region};
use crate::contract::check::transfers;
use crate::contract::check::units::Passage;

/// What is promised, and whether another place leaves the area.
pub(super) struct Places<'p> {
    promises: Vec<(&'p Passage, String)>,
    is_outside: bool,
}

/// Inside, in words that say where.
const INSIDE: &[&str] = &[
    "europäischen union",
    "europäischen wirtschaftsraum",
    "in der eu",
    "der eu ",
    "der eu.",
    "im ewr",
    "des ewr",
    "eu/ewr",
    "in europa",
    "mitgliedstaat",
    "mitgliedsstaat",
    "unionsgebiet",
    "european union",
    "european economic area",
    "the eea",
    "the eu",
    "within europe",
    "in europe",
    "member state",
    "innerhalb europas",
    "europäischen rechenzentren",
    "european data cent",
];
/// Nothing else, in words that leave no room.
const ONLY: &[&str] = &[
    "ausschließlich",
    "ausschliesslich",
    " nur ",
    " allein ",
    "lediglich",
    "sämtliche",
    " alle ",
    " alles ",
    "stets",
    "immer",
    "jederzeit",
    "durchweg",
    "ausnahmslos",
    "ohne ausnahme",
    "exclusively",
    " only ",
    "solely",
    " all ",
    " every",
    " each ",
    " always ",
    "entirely",
    "at all times",
    "without exception",
    "nowhere else",
    " bleib",
    " verbleib",
    " remain",
    " stay",
    " never ",
];
/// Outside of it.
const OUTSIDE: &[&str] = &[
    "drittl",
    "drittst",
    "außerhalb",
    "third",
    "outside",
    "verlass",
    "verläss",
    "leav",
    "beyond",
];
/// The area, or what is outside of it.
const AREA: &[&str] = &[
    "eu.",
    "ewr.",
    "eea.",
    "europ",
    "union",
    "wirtschaftsraum",
    "drittl",
    "drittst",
    "countr",
    "gebiet",
];
/// What would take data there.
const THERE: &[&str] = &[
    "gespeichert",
    "verarbeitet",
    "gelang",
    "verlass",
    "verläss",
    "sitz",
    "greif",
    "statt.",
    "lieg",
    "befind",
    "eingesehen",
    "stored",
    "processed",
    "leav",
    "based",
    "sit.",
    "sits.",
    "located",
    "go.",
    "goes.",
    "held.",
    "kept.",
];
/// What makes it a rule for the case, and no promise.
const IF: &[&str] = &[
    "sofern",
    "wenn ",
    "falls ",
    "soweit",
    "es sei denn",
    "nur auf weisung",
    "nur nach",
    "nur mit",
    "sollte",
    "weisung",
    "if ",
    "unless",
    "provided",
    "only where",
    "only on",
    "only after",
    "save as",
    "save where",
    "except",
    "should ",
    "instruct",
    "ausgenommen",
    "ausnahme der",
    "außer ",
    "kapitel v",
    "chapter v",
    "verpflichtet",
    "recht der union",
    "recht eines",
    "law of",
    "state law",
    "unionsrecht",
    "directions",
    "anordnung",
    "rechtfertig",
];

impl<'p> Places<'p> {
    pub(super) fn of(contract: &Contract, passages: &[Passage]) -> Self {
        let in_list = transfers::typed_countries(contract)
            .iter()
            .any(|country| is_third(country));
        let in_words = || {
            passages
                .iter()
                .filter(|passage| passage.is_leaf())
                .any(|passage| names_transfer(&passage.text))
        };
        Self {
            promises: Vec::new(),
            is_outside: in_list || in_words(),
        }
    }

    pub(super) fn note(&mut self, at: &Spot<'p>, said: &Phrase<'_>) {
        if !self.is_outside || said.says(IF) {
            return;
        }
        let padded = format!(" {} ", said.lower);
        let is_inside = said.says(INSIDE) && ONLY.iter().any(|only| padded.contains(only));
        let is_never = said.near(OUTSIDE, NO, 8) && said.has(AREA) && said.has(THERE);
        let is_rule = said.has(&["aufsicht", "supervis", "gesetz"]);
        if (is_inside || is_never) && !is_rule && says_where(said) {
            self.promises.push((at.passage, said.text.to_owned()));
        }
    }

    pub(super) fn ask(self, finder: &mut Finder) {
        for (passage, sentence) in &self.promises {
            finder.add(Q::OnlyInside, None, passage, sentence);
        }
    }
}

/// Whether it is about where data are, and not about laws or parties.
fn says_where(said: &Phrase<'_>) -> bool {
    said.has(&[
        "verarbeit",
        "gespeichert",
        "speicher",
        "daten",
        "server",
        "rechenzentr",
        "bleib",
        "sitz",
        "liegen",
        "liegt",
        "steh",
        "betrieb",
        "zugriff",
        "übermittl",
        "standort",
        "process",
        "stor",
        "host",
        "data",
        "remain",
        "stay",
        "leav",
        "locat",
        "kept",
        "held",
        "sit.",
        "sits.",
        "based",
        "transfer",
        "access",
        "place",
        "statt",
    ])
}

fn is_third(country: &str) -> bool {
    region(country).is_some_and(|region| region != Region::Eea)
}

/// A sentence by which data reach a third country that it names.
fn names_transfer(text: &str) -> bool {
    const REACH: &[&str] = &[
        "aus den usa",
        "in den usa",
        "in die usa",
        "aus der schweiz",
        "in der schweiz",
        "in indien",
        "aus indien",
        "in großbritannien",
        "nach indien",
        "im vereinigten königreich",
        "from the united states",
        "in the united states",
        "to the united states",
        "from india",
        "in india",
        "to india",
        "in the united kingdom",
        "in the uk",
        "in switzerland",
        "in den vereinigten staaten",
        "aus den vereinigten staaten",
        "from the us ",
        "in the us ",
    ];
    let lower = text.to_lowercase();
    REACH.iter().any(|words| lower.contains(words))
        && [
            "zugriff",
            "zugegriffen",
            "verarbeit",
            "wartung",
            "speicher",
            "access",
            "process",
            "store",
            "support",
            "host",
        ]
        .iter()
        .any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::super::tests::asked;
    use super::Q;

    #[test]
    fn lc29_a_promise_of_the_area_beside_a_third_country_is_asked_about() {
        let list = "| Firma | Leistung | Land |\n|---|---|---|\n| Pfeil Inc. | Versand | USA |";
        for (text, is_asked) in [
            (
                "Sämtliche Daten liegen in Rechenzentren der Europäischen Union.",
                true,
            ),
            ("Die Daten verlassen den EWR nicht.", true),
            (
                "Daten gelangen in ein Drittland nur, wenn der Kunde es will.",
                false,
            ),
            ("Der Anbieter hat seinen Sitz in Hamm.", false),
        ] {
            let all = asked("de", "Ort", &format!("{text}\n\n{list}"));
            assert_eq!(all.contains(&Q::OnlyInside), is_asked, "{text}");
            assert!(!asked("de", "Ort", text).contains(&Q::OnlyInside), "{text}");
        }
    }
}
