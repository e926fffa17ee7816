//! Who is who in a sentence: the controller, the processor, or another one; and who of them acts.

use super::phrase::begins;
use crate::contract::check::units::Passage;

/// A party to the agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Party {
    /// Who gives the instructions.
    Controller,
    /// Who follows them.
    Processor,
}

/// How a party stands in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// It does what the clause says.
    Acts,
    /// A passive clause says that it is done by it.
    Agent,
    /// Something is its: "des Kunden", "Customer's".
    Owns,
    /// Something is done for it or to it.
    Gets,
}

/// A word that names a party.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mention {
    /// Which word.
    pub at: usize,
    pub party: Party,
    pub part: Part,
}

/// What the parties are called in a text besides their usual names.
#[derive(Default)]
pub(super) struct Cast {
    controller: Vec<String>,
    processor: Vec<String>,
}

/// Usual names of the controller, by their beginning; with a full stop the whole word.
const CONTROLLER: &[&str] = &[
    "auftraggeber",
    "verantwortliche.",
    "verantwortlichen.",
    "verantwortlicher.",
    "kunde.",
    "kunden.",
    "kundin.",
    "besteller",
    "mandant.",
    "mandanten.",
    "mandantin.",
    "controller.",
    "customer.",
    "customers.",
    "client.",
    "clients.",
    "subscriber",
    "abnehmer.",
    "praxis.",
];

/// Usual names of the processor.
const PROCESSOR: &[&str] = &[
    "auftragnehmer",
    "auftragsverarbeiter",
    "anbieter",
    "dienstleister",
    "lieferant",
    "betreiber",
    "hoster.",
    "agentur.",
    "provider.",
    "processor.",
    "vendor.",
    "supplier.",
    "contractor.",
    "licensor.",
];

/// Words before a name that make it another one: "ein weiterer Auftragsverarbeiter", "sub-processor".
const ANOTHER: &[&str] = &[
    "weiter",
    "ander",
    "neu",
    "sub.",
    "further.",
    "another.",
    "other.",
    "new.",
    "subsequent.",
    "unter.",
];

/// Words before a name that put it into the dative or accusative, or behind a preposition.
const TO: &[&str] = &[
    "dem.",
    "den.",
    "einem.",
    "einen.",
    "zum.",
    "zur.",
    "beim.",
    "im.",
    "am.",
    "mit.",
    "an.",
    "für.",
    "gegenüber.",
    "bei.",
    "to.",
    "for.",
    "with.",
    "from.",
    "on.",
    "upon.",
    "against.",
    "towards.",
    "at.",
    "in.",
    "between.",
    "zwischen.",
    "about.",
    "über.",
    "zu.",
    "auf.",
    "aus.",
    "nach.",
    "gegen.",
    "ohne.",
    "without.",
    "through.",
];
const BY: &[&str] = &["vom.", "durch.", "von.", "by.", "seitens."];
const OF: &[&str] = &["des.", "eines.", "of."];
const ARTICLE: &[&str] = &["der.", "die.", "das.", "the.", "a.", "an.", "dem.", "den."];

/// What stands behind an English name that acts.
const VERB: &[&str] = &[
    "shall.",
    "will.",
    "may.",
    "must.",
    "can.",
    "should.",
    "is.",
    "has.",
    "does.",
    "was.",
    "would.",
    "could.",
    "are.",
    "have.",
    "do.",
    "need.",
    "hereby.",
    "also.",
    "alone.",
    "agree",
    "undertake",
    "and.",
    "or.",
    "itself.",
    "then.",
    "first.",
    "only.",
    "not.",
    "reserve",
    "retain",
    "keep",
    "decide",
    "choose",
    "warrant",
    "accept",
    "give",
    "pay",
    "follow",
    "answer",
    "object",
];

impl Cast {
    /// Learns names from the first passages: who is called how where the parties are named.
    pub(super) fn of(passages: &[Passage]) -> Self {
        let mut cast = Self::default();
        let mut unknown: Vec<String> = Vec::new();
        let mut is_known = (false, false);
        for passage in passages.iter().filter(|one| one.is_leaf()).take(12) {
            for name in names(&passage.text) {
                let name = name.to_lowercase();
                if begins(&name, CONTROLLER) {
                    is_known.0 = true;
                } else if begins(&name, PROCESSOR) {
                    is_known.1 = true;
                } else {
                    unknown.push(name);
                }
            }
        }
        // Two are parties: if one has a usual name, the other is the other.
        match (is_known, unknown.first()) {
            ((true, false), Some(name)) => cast.processor.push(name.clone()),
            ((false, true), Some(name)) => cast.controller.push(name.clone()),
            _ => {}
        }
        cast
    }

    /// Every mention of a party, in the order of the words.
    pub(super) fn mentions(
        &self,
        written: &[String],
        words: &[String],
        begins_at: &[usize],
    ) -> Vec<Mention> {
        let all = words.iter().enumerate();
        all.filter_map(|(at, word)| {
            let is_first = begins_at.contains(&at);
            if let Some((party, part)) = pronoun(written, words, at, is_first) {
                return Some(Mention { at, party, part });
            }
            let party = self.party(word)?;
            let before = at.checked_sub(1).and_then(|at| words.get(at));
            if before.is_some_and(|before| begins(before, ANOTHER)) {
                return None;
            }
            let part = part(words, at, begins_at);
            Some(Mention { at, party, part })
        })
        .collect()
    }

    fn party(&self, word: &str) -> Option<Party> {
        let is_in = |names: &[String]| names.iter().any(|name| name == word);
        if begins(word, CONTROLLER) || is_in(&self.controller) {
            return Some(Party::Controller);
        }
        (begins(word, PROCESSOR) || is_in(&self.processor)).then_some(Party::Processor)
    }
}

/// The one who acts in the words from here to there: who does it, else by whom it is done.
pub(super) fn actor(
    mentions: &[Mention],
    words: &[String],
    from: usize,
    to: usize,
) -> Option<Party> {
    const PASSIVE: &[&str] = &[
        "wird.", "werden.", "wurde", "worden.", "ist.", "sind.", "is.", "are.", "be.", "been.",
        "was.", "were.", "being.", "zu.",
    ];
    let is_passive = words
        .get(from..to)
        .unwrap_or_default()
        .iter()
        .any(|word| begins(word, PASSIVE));
    let inside = || mentions.iter().filter(|one| (from..to).contains(&one.at));
    let acting = |part: Part| inside().find(|one| one.part == part);
    acting(Part::Acts)
        .or_else(|| acting(Part::Agent).filter(|_| is_passive))
        .map(|one| one.party)
}

/// The first party that these words name by a usual name, however it stands.
pub(super) fn named(words: &[String], cast: &Cast) -> Option<Party> {
    words.iter().find_map(|word| match word.as_str() {
        "sie" => None,
        "ihnen" | "you" | "your" => Some(Party::Controller),
        "wir" | "uns" | "we" | "us" | "our" => Some(Party::Processor),
        other => cast.party(other),
    })
}

/// "Wir" and "we" are the processor, "Sie" and "you" the controller.
fn pronoun(
    written: &[String],
    words: &[String],
    at: usize,
    is_first: bool,
) -> Option<(Party, Part)> {
    use Part::{Acts, Gets, Owns};
    use Party::{Controller, Processor};
    let before = at.checked_sub(1).and_then(|at| words.get(at));
    let behind = words.get(at + 1);
    let has_capital = written
        .get(at)
        .is_some_and(|word| word.starts_with(char::is_uppercase));
    match words.get(at)?.as_str() {
        "wir" | "we" => Some((Processor, Acts)),
        "uns" | "us" => Some((Processor, Gets)),
        "unser" | "unsere" | "unserer" | "unseren" | "unserem" | "unseres" | "our" => {
            Some((Processor, Owns))
        }
        "sie" if has_capital && at > 0 && !is_first => Some((Controller, Acts)),
        "ihnen" if has_capital => Some((Controller, Gets)),
        "ihr" | "ihre" | "ihrer" | "ihren" | "ihrem" | "ihres" if has_capital && at > 0 => {
            Some((Controller, Owns))
        }
        "your" | "yours" => Some((Controller, Owns)),
        "you" => {
            let opens = [
                "that.", "which.", "and.", "or.", "whether.", "what.", "than.", "as.",
            ];
            let acts = is_first
                || before.is_some_and(|before| begins(before, &opens))
                || behind.is_some_and(|behind| begins(behind, VERB));
            let is_object = before.is_some_and(|before| begins(before, TO));
            Some((Controller, if acts && !is_object { Acts } else { Gets }))
        }
        _ => None,
    }
}

fn part(words: &[String], at: usize, begins_at: &[usize]) -> Part {
    let back = |steps: usize| at.checked_sub(steps).and_then(|at| words.get(at));
    let is = |steps: usize, list: &[&str]| back(steps).is_some_and(|word| begins(word, list));
    let word = words.get(at).map_or("", String::as_str);
    let behind_article = is(1, ARTICLE);
    if words.get(at + 1).is_some_and(|next| next == "s")
        || is(1, OF)
        || (behind_article && is(2, &["of."]))
    {
        return Part::Owns;
    }
    if is(1, BY) || (behind_article && is(2, BY)) {
        return Part::Agent;
    }
    if is(1, TO) || (behind_article && is(2, TO)) {
        return Part::Gets;
    }
    // "Der Kundin": an article of the masculine before a feminine.
    if is(1, &["der."]) && word.ends_with("in") {
        return Part::Gets;
    }
    let is_german = begins(
        word,
        &[
            "auftrag",
            "verantwort",
            "kund",
            "besteller",
            "mandant",
            "anbieter",
            "dienst",
            "lieferant",
            "betreiber",
            "hoster",
            "agentur",
            "abnehmer",
            "praxis",
        ],
    );
    if is_german {
        return Part::Acts;
    }
    let opens = begins_at.contains(&at)
        || at.checked_sub(1).is_some_and(|one| {
            begins_at.contains(&one)
                && begins(
                    words.get(one).map_or("", String::as_str),
                    &[
                        "the.", "a.", "an.", "unless.", "if.", "and.", "where.", "when.", "once.",
                        "that.", "while.", "whether.", "but.", "should.",
                    ],
                )
        });
    let next = words.get(at + 1).map_or("", String::as_str);
    let is_verb =
        begins(next, VERB) || (next.len() > 4 && next.ends_with('s') && !next.ends_with("ss"));
    match opens || is_verb {
        true => Part::Acts,
        false => Part::Gets,
    }
}

/// What a passage calls somebody: in quotation marks within brackets, or behind "im Folgenden".
fn names(text: &str) -> Vec<String> {
    const OPEN: &[char] = &['„', '“', '"', '«', '»', '”'];
    let mut out = Vec::new();
    for piece in text.split('(').skip(1) {
        let inner = piece.split(')').next().unwrap_or_default();
        let mut parts = inner.split(OPEN);
        let (lead, name) = (parts.next().unwrap_or_default(), parts.next());
        // "(im Folgenden: Kanzlei)"
        let name = name.or_else(|| lead.split_once(':').map(|(_, name)| name.trim()));
        let lead = lead.trim().to_lowercase();
        let is_naming = lead.is_empty()
            || [
                "the",
                "nachfolgend",
                "folgend",
                "genannt",
                "kurz",
                "hereinafter",
                "wir",
            ]
            .iter()
            .any(|word| lead.contains(word));
        if let Some(name) = name.map(str::trim)
            && is_naming
            && !name.is_empty()
            && !name.contains(' ')
        {
            out.push(name.to_owned());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::phrase::Phrase;
    use super::*;

    #[test]
    fn who_acts_is_told_from_who_gets_it() {
        use Party::{Controller as C, Processor as P};
        for (text, expected) in [
            ("Der Auftraggeber meldet dem Auftragnehmer Pannen.", Some(C)),
            ("Pannen meldet dem Auftraggeber der Auftragnehmer.", Some(P)),
            ("Die Daten werden vom Dienstleister gelöscht.", Some(P)),
            ("Nach Wahl des Kunden wird gelöscht.", None),
            ("Wir sagen Ihnen Bescheid.", Some(P)),
            ("Das sagen Sie uns vorher.", Some(C)),
            ("The data are erased by the vendor.", Some(P)),
            ("Vendor shall inform Customer.", Some(P)),
            ("You may object.", Some(C)),
            ("Ein weiterer Auftragsverarbeiter wird genannt.", None),
        ] {
            let phrase = Phrase::of(text, &Cast::default());
            let acts = phrase.clauses().next().and_then(|clause| clause.actor);
            assert_eq!(acts, expected, "{text}");
        }
    }
}
