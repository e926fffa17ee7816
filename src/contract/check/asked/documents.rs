//! Documents on security that the text relies on and that are no part of it (LC-17).

use super::phrase::Phrase;
use super::{Finder, QuestionKind as Q, Spot};
use crate::contract::check::units::{Passage, PassageKind};

/// What the text has, by its headings.
pub(super) struct Documents {
    headings: Vec<String>,
    /// Whether one of them is about measures.
    has_measures: bool,
}

/// Ends of German words, and English words, for a document of its own.
const PAPERS: &[&str] = &[
    "konzept",
    "konzepts",
    "konzeptes",
    "konzepte",
    "konzepten",
    "handbuch",
    "handbuchs",
    "handbüchern",
    "richtlinie",
    "richtlinien",
    "leitlinie",
    "leitlinien",
    "dokumentation",
    "whitepaper",
    "merkblatt",
    "datenblatt",
    "beschreibung",
    "übersicht",
    "policy",
    "policies",
    "handbook",
    "manual",
    "statement",
    "datasheet",
    "concept",
    "playbook",
    "catalogue",
    "catalog",
    "katalog",
    "papier",
    "verzeichnis",
    "anweisung",
    "blatt",
    "paper",
    "overview",
    "guide",
    "guideline",
    "guidelines",
    "document",
    "dokument",
    "programme",
    "program",
    "unterlage",
    "unterlagen",
    "description",
    "plan",
];
/// What such a document is about.
const SECURE: &[&str] = &[
    "sicherheit",
    "security",
    "tom",
    "toms",
    "maßnahme",
    "massnahme",
    "measure",
    "safeguard",
    "lösch",
    "schutz",
    "trust",
    "notfall",
    "backup",
    "berechtigung",
    "verschlüsselung",
    "zugriff",
    "zugang",
    "it-",
    "access",
    "encryption",
    "continuity",
    "isms",
    "technisch",
    "technical",
    "protection",
    "löschung",
    "vorkehrung",
];
/// By which the text relies on it.
const RELIES: &[&str] = &[
    "ergeben sich",
    "ergibt sich",
    "ergeben",
    "siehe",
    "gemäß",
    "gelten",
    "gilt ",
    "beschrieben",
    "festgelegt",
    "geregelt",
    "niedergelegt",
    "aufgeführt",
    "dargestellt",
    "enthalten",
    "dokumentiert in",
    "näheres",
    "einzelheiten",
    "bestandteil",
    "beigefügt",
    "beigeheftet",
    "beiliegend",
    "verweis",
    "maßgeblich",
    "richten sich",
    "richtet sich",
    "zu finden",
    "steht in",
    "stehen in",
    "nachzulesen",
    "entnehmen",
    "follow from",
    "follows from",
    "set out",
    "set forth",
    "described in",
    "laid down",
    "see ",
    "details",
    "contained in",
    "listed in",
    "is in ",
    "are in ",
    "found in",
    "part of",
    "attached",
    "governed by",
    "refer",
    "as stated",
    "specified in",
    "according to",
    "in accordance with",
    "documented in",
    "appended",
];

/// Words of headings over measures.
const TITLES: &[&str] = &[
    "maßnahme",
    "massnahme",
    "tom",
    "measure",
    "safeguard",
    "vorkehrung",
    "sicher",
    "schütz",
    "schutz",
    "secur",
    "safe",
    "protect",
    "art. 32",
    "technisch",
    "technical",
];
/// How many headings are looked at; no contract has as many.
const MOST: usize = 500;

impl Documents {
    pub(super) fn of(passages: &[Passage]) -> Self {
        let sections = passages
            .iter()
            .filter(|passage| passage.kind == PassageKind::Section);
        let own = sections.map(|passage| passage.headings.rsplit(" · ").next().unwrap_or_default());
        let headings: Vec<String> = own.take(MOST).map(str::to_lowercase).collect();
        let has_measures = headings
            .iter()
            .any(|heading| TITLES.iter().any(|title| heading.contains(title)));
        Self {
            headings,
            has_measures,
        }
    }

    pub(super) fn ask(&self, at: &Spot<'_>, said: &Phrase<'_>, finder: &mut Finder) {
        if self.lacks_document(at, said) || self.lacks_annex(said) {
            finder.ask(Q::MissingDocument, at, said.text);
        }
    }

    fn lacks_document(&self, at: &Spot<'_>, said: &Phrase<'_>) -> bool {
        let is_measure = at
            .subject
            .is_some_and(|subject| subject.is_measure() || subject.tag == "tom");
        let is_row = matches!(at.passage.kind, PassageKind::Cells(_));
        let words = said.words();
        let is_relied = RELIES.iter().any(|word| said.lower.contains(word));
        is_relied
            && words.iter().enumerate().any(|(place, word)| {
                let Some(paper) = PAPERS.iter().find(|paper| word.ends_with(**paper)) else {
                    return false;
                };
                let before = words.iter().take(place).rev().take(3);
                let about = |word: &str| SECURE.iter().any(|secure| word.contains(secure));
                let is_bare = word == paper;
                let is_secure = about(word)
                    || before.clone().any(|word| about(word))
                    || (is_measure && !is_bare);
                let is_kept = said.has(&["führt.", "unterhält.", "erstellt", "maintain", "keeps."])
                    && !said.says(&["beigefügt", "attached", "bestandteil", "part of"]);
                // "The measures described in the document": what it does alone is no reference.
                is_secure
                    && !is_kept
                    && is_near(words, place, is_row)
                    && !self.has(word, words.get(place.saturating_sub(1)))
            })
    }

    /// Whether a heading of the text is that document.
    fn has(&self, paper: &str, before: Option<&String>) -> bool {
        let stem = paper.trim_end_matches(['s', 'n', 'e']);
        self.headings.iter().any(|heading| {
            heading.contains(stem)
                && (stem.len() > 9
                    || before.is_some_and(|before| heading.contains(before.as_str())))
        })
    }

    /// An annex of measures without a number, where no heading has any.
    fn lacks_annex(&self, said: &Phrase<'_>) -> bool {
        const MEASURES: &[&str] = &[
            "maßnahme",
            "massnahme",
            "tom.",
            "toms.",
            "measure",
            "safeguard",
            "vorkehrung",
        ];
        const ANNEX: &[&str] = &[
            "anlage",
            "anhang",
            "beilage",
            "annex",
            "appendix",
            "schedule.",
            "exhibit",
            "attachment",
        ];
        let has_number = said.words().windows(2).any(|pair| match pair {
            [annex, number] => {
                ANNEX
                    .iter()
                    .any(|word| annex.starts_with(word.trim_end_matches('.')))
                    && number.len() <= 3
            }
            _ => false,
        });
        !self.has_measures && !has_number && said.near(MEASURES, ANNEX, 12)
    }
}

/// Whether the document stands beside what relies on it: "im … Konzept beschrieben", "gilt das Konzept".
fn is_near(words: &[String], place: usize, is_row: bool) -> bool {
    const TO: &[&str] = &[
        "im",
        "in",
        "aus",
        "dem",
        "der",
        "des",
        "das",
        "die",
        "unser",
        "unsere",
        "unserem",
        "unserer",
        "seinem",
        "seiner",
        "ihrem",
        "siehe",
        "gemäß",
        "nach",
        "laut",
        "vom",
        "zum",
        "zur",
        "from",
        "the",
        "our",
        "its",
        "see",
        "to",
        "a",
        "separate",
        "internal",
        "eigenes",
        "gesondertes",
        "diesem",
    ];
    const IN: &[&str] = &[
        "im", "in", "aus", "gemäß", "siehe", "laut", "see", "from", "nach", "per",
    ];
    let mut before = words.iter().take(place).rev().take(4);
    let wanted = if is_row { IN } else { TO };
    before.any(|word| wanted.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::super::tests::asked;
    use super::Q;

    #[test]
    fn lc17_a_document_on_security_that_is_not_there_is_asked_about() {
        for (language, text, is_asked) in [
            (
                "de",
                "Einzelheiten ergeben sich aus der Sicherheitsrichtlinie des Anbieters.",
                true,
            ),
            ("de", "Das IT-Notfallhandbuch gilt ergänzend.", true),
            ("de", "Der Anbieter führt ein Löschkonzept.", false),
            ("de", "Die Maßnahmen stehen in der Anlage.", true),
            (
                "en",
                "The rest is set out in our Information Security Policy.",
                true,
            ),
            ("en", "The provider trains its staff on security.", false),
        ] {
            let found = asked(language, "Allgemeines", text);
            assert_eq!(found.contains(&Q::MissingDocument), is_asked, "{text}");
        }
        let own = asked(
            "de",
            "Sicherheitsrichtlinie",
            "Es gilt die Sicherheitsrichtlinie.",
        );
        assert!(!own.contains(&Q::MissingDocument));
    }
}
