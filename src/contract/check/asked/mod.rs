//! Questions at a passage: wording that is often trouble is shown to a person, who decides. None of them
//! ever keeps a version from being published, and none is an accusation: much of it is lawful.

mod cast;
mod coined;
mod definitions;
mod documents;
mod fields;
mod law;
mod lawful;
mod left_over;
mod meaning;
mod modes;
mod money;
mod names;
mod notice;
mod periods;
mod phrase;
mod places;
mod purposes;
mod quotes;
mod references;
mod release;
mod roles;
mod silence;
mod softening;
mod terms;
#[cfg(test)]
mod tests;
mod titles;
mod tokens;
mod transfer;

use std::collections::HashMap;

use strum::VariantArray;

use super::likeness::{nearest, shortened};
use super::subjects::Subject;
use super::units::{Passage, PassageKind, passages};
use super::words::sentences;
use crate::contract::Contract;
use crate::domain::Language;
pub(super) use fields::is_blank;
use phrase::Phrase;

/// What is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, VariantArray)]
pub enum QuestionKind {
    /// A negation beside a duty or right that the law requires.
    Negation,
    /// Silence, or time that passes, counts as consent.
    Silence,
    /// Money for something the law requires.
    Payment,
    /// Liability is limited or excluded.
    Cap,
    /// "In der Regel", "soweit möglich".
    AsARule,
    /// The processor decides what the controller may ask for.
    Discretion,
    /// Two different numbers of hours.
    TwoPeriods,
    /// A period that is longer than usual, other than the field says, or without an end.
    Period,
    /// The duty or the choice is the other party's.
    WrongRole,
    /// Data are used for purposes of one's own.
    OwnPurpose,
    /// Changes are shown on a page and not told.
    PassiveNotice,
    /// One party changes the agreement alone.
    OneSided,
    /// A transfer without a ground, or with one that cannot carry it.
    Transfer,
    /// A law that is in force no more.
    OldLaw,
    /// An article cited as a paragraph, or the other way round.
    Citation,
    /// General and specific authorisation side by side.
    BothModes,
    /// Left over from writing: TODO, `XX.XX.20XX`, `[Platzhalter]`, `_____`.
    LeftOver,
    /// A reference in plain words whose target is not there.
    PlainReference,
    /// A term that is written like a defined one and defined nowhere.
    UndefinedTerm,
    /// A document is referred to that is no part of the agreement.
    MissingDocument,
    /// An empty cell of a table.
    EmptyCell,
    /// A label with nothing behind it.
    EmptyField,
    /// A term that is explained at another place, too.
    TermTwice,
    /// Data stay in the EU or the EEA, while another place names a third country.
    OnlyInside,
    /// A transfer rests on Art. 49.
    Derogation,
}

/// A question at a passage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassageQuestion {
    /// ID of the check it belongs to, like `LC-36`.
    pub id: &'static str,
    /// What is asked about.
    pub kind: QuestionKind,
    /// File in the folder, like `de/vertrag.dj`.
    pub file: String,
    /// Line number in it, from 1.
    pub line: usize,
    /// The place in the words of a reference: "Ziffer 8 Absatz 2".
    pub clause: String,
    /// The sentence, or the row of a table.
    pub sentence: String,
}

impl QuestionKind {
    /// All of them.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// What the person is asked.
    pub fn question(self) -> &'static str {
        match self {
            Self::Negation => "Nimmt die Verneinung etwas zurück, was das Gesetz verlangt?",
            Self::Silence => "Gilt hier Schweigen oder Zeitablauf als Zustimmung, und soll es das?",
            Self::Payment => "Macht die Stelle eine gesetzliche Pflicht von Geld abhängig?",
            Self::Cap => {
                "Begrenzt die Stelle die Haftung gegenüber betroffenen Personen oder für weitere Auftragsverarbeiter?"
            }
            Self::AsARule => {
                "Schwächt die Einschränkung eine Pflicht ab, die ohne Einschränkung gelten muss?"
            }
            Self::Discretion => {
                "Entscheidet hier der Auftragsverarbeiter, was der Auftraggeber verlangen kann?"
            }
            Self::TwoPeriods => "Die Stelle nennt verschiedene Stundenzahlen. Welche gilt wofür?",
            Self::Period => {
                "Ist die Frist gewollt? Sie ist lang, offen oder eine andere als in den Angaben zur Fassung."
            }
            Self::WrongRole => "Trifft die Pflicht oder das Recht hier die richtige Partei?",
            Self::OwnPurpose => "Verarbeitet der Auftragsverarbeiter hier Daten für eigene Zwecke?",
            Self::PassiveNotice => {
                "Werden Änderungen mitgeteilt und nicht nur auf einer Seite gezeigt?"
            }
            Self::OneSided => "Kann hier eine Partei den Vertrag allein ändern?",
            Self::Transfer => "Trägt die genannte Grundlage diese Übermittlung, oder fehlt eine?",
            Self::OldLaw => {
                "Die genannte Vorschrift gilt nicht mehr oder heißt heute anders. Ist die Nennung gewollt?"
            }
            Self::Citation => {
                "Stimmt die Fundstelle? Artikel hat die DSGVO, Paragrafen haben deutsche Gesetze."
            }
            Self::BothModes => {
                "Der Text nennt die allgemeine und die gesonderte Genehmigung. Welche von beiden gilt?"
            }
            Self::LeftOver => "Ist hier etwas vom Schreiben stehen geblieben?",
            Self::PlainReference => {
                "Wohin führt dieser Verweis? Eine solche Stelle gibt es im Text nicht."
            }
            Self::UndefinedTerm => "Wo ist dieser Begriff erklärt?",
            Self::MissingDocument => {
                "Ist das genannte Dokument Teil des Vertrags, und steht es in einer Anlage?"
            }
            Self::EmptyCell => "Fehlt in dieser Zeile etwas?",
            Self::EmptyField => "Was gehört in dieses Feld?",
            Self::TermTwice => {
                "Der Begriff ist an mehreren Stellen erklärt. Welche Erklärung gilt?"
            }
            Self::OnlyInside => {
                "Die Stelle spricht von einer Verarbeitung nur in der EU oder im EWR, eine andere nennt ein Drittland. Passt das zusammen?"
            }
            Self::Derogation => {
                "Trägt die Ausnahme nach Art. 49 DSGVO diese Übermittlung? Laufende Übermittlungen trägt sie nicht."
            }
        }
    }

    /// In a few words, for lists.
    pub fn label(self) -> &'static str {
        match self {
            Self::Negation => "Verneinung bei einer Pflicht",
            Self::Silence => "Schweigen als Zustimmung",
            Self::Payment => "Geld für gesetzliche Pflichten",
            Self::Cap => "Grenze der Haftung",
            Self::AsARule => "Einschränkung",
            Self::Discretion => "Belieben des Auftragsverarbeiters",
            Self::TwoPeriods => "Zwei Fristen in Stunden",
            Self::Period => "Frist",
            Self::WrongRole => "Vertauschte Rollen",
            Self::OwnPurpose => "Eigene Zwecke",
            Self::PassiveNotice => "Mitteilung nur auf einer Seite",
            Self::OneSided => "Einseitige Änderung",
            Self::Transfer => "Grundlage einer Übermittlung",
            Self::OldLaw => "Früheres Recht",
            Self::Citation => "Fundstelle",
            Self::BothModes => "Zwei Arten der Genehmigung",
            Self::LeftOver => "Übrig geblieben",
            Self::PlainReference => "Verweis ohne Ziel",
            Self::UndefinedTerm => "Begriff ohne Erklärung",
            Self::MissingDocument => "Dokument außerhalb des Vertrags",
            Self::EmptyCell => "Leere Zelle",
            Self::EmptyField => "Leeres Feld",
            Self::TermTwice => "Begriff mehrmals erklärt",
            Self::OnlyInside => "Nur EU oder EWR",
            Self::Derogation => "Ausnahme nach Art. 49",
        }
    }

    /// The check it belongs to where no subject says it better.
    fn check(self) -> &'static str {
        match self {
            Self::Negation
            | Self::AsARule
            | Self::Discretion
            | Self::WrongRole
            | Self::OwnPurpose => "LC-12",
            Self::Silence | Self::PassiveNotice => "LC-23",
            Self::Payment => "LC-52",
            Self::Cap => "LC-38",
            Self::TwoPeriods | Self::Period => "LC-34",
            Self::OneSided => "LC-45",
            Self::Transfer => "LC-31",
            Self::OldLaw => "LC-16",
            Self::BothModes => "LC-21",
            Self::UndefinedTerm | Self::TermTwice => "LC-41",
            Self::OnlyInside => "LC-29",
            Self::Derogation => "LC-30",
            Self::MissingDocument | Self::EmptyCell => "LC-17",
            Self::Citation | Self::LeftOver | Self::PlainReference | Self::EmptyField => "LC-48",
        }
    }

    /// Whether the subject of the passage says better which check it belongs to.
    fn follows_subject(self) -> bool {
        matches!(
            self,
            Self::Negation
                | Self::AsARule
                | Self::Discretion
                | Self::TwoPeriods
                | Self::Period
                | Self::WrongRole
                | Self::OwnPurpose
        )
    }
}

/// Every question at every passage, in all languages, in reading order. Linear in the length of the text.
pub fn questions(contract: &Contract) -> Vec<PassageQuestion> {
    let mut out = Vec::new();
    for language in &contract.meta.languages {
        let all = passages(contract, *language);
        out.extend(in_language(contract, &all, *language));
    }
    out
}

fn in_language(
    contract: &Contract,
    passages: &[Passage],
    language: Language,
) -> Vec<PassageQuestion> {
    let like = nearest(passages, language);
    let mut finder = Finder { found: Vec::new() };
    let cast = cast::Cast::of(passages);
    let targets = references::Targets::of(passages, &contract.meta);
    let defined = definitions::Definitions::of(contract, passages, language);
    let mut terms = terms::Terms::of(passages, &defined, language);
    let documents = documents::Documents::of(passages);
    let is_whole = passages.iter().filter(|passage| passage.is_leaf()).count() > 1;
    let mut hours = periods::Hours::default();
    let mut modes = modes::Modes::default();
    let mut places = places::Places::of(contract, passages);
    for (index, (passage, near)) in passages.iter().zip(&like).enumerate() {
        if passage.kind == PassageKind::Section || passage.kind == PassageKind::Table {
            left_over::heading(passage, &mut finder);
            continue;
        }
        let at = Spot::of(passages, passage, *near);
        fields::ask(passages, index, &mut finder);
        for sentence in own_sentences(passage, passages.get(index + 1)) {
            let phrase = Phrase::of(sentence, &cast);
            lawful::ask(&at, &phrase, &contract.meta, &mut finder);
            hours.ask(&at, &phrase, &mut finder);
            modes.note(&at, &phrase);
            left_over::ask(&at, &phrase, &mut finder);
            // A single passage is a piece of a text: what it names may stand elsewhere.
            if is_whole {
                targets.ask(&at, &phrase, &mut finder);
                documents.ask(&at, &phrase, &mut finder);
            }
            terms.ask(&at, sentence, &mut finder);
            places.note(&at, &phrase);
        }
    }
    modes.ask(&mut finder);
    places.ask(&mut finder);
    defined.ask(passages, &mut finder);
    in_reading_order(finder.found, passages)
}

/// What was asked once the whole text was read goes to its place.
fn in_reading_order(mut found: Vec<PassageQuestion>, passages: &[Passage]) -> Vec<PassageQuestion> {
    let mut places = HashMap::new();
    for (index, passage) in passages.iter().enumerate() {
        places
            .entry((passage.file.as_str(), passage.line))
            .or_insert(index);
    }
    found.sort_by_key(|one| places.get(&(one.file.as_str(), one.line)).copied());
    found
}

/// The sentences of a passage that belong to no item inside it: those have their own turn.
fn own_sentences<'p>(passage: &'p Passage, next: Option<&Passage>) -> Vec<&'p str> {
    let mut text = passage.text.as_str();
    if passage.kind == PassageKind::Item {
        // Items inside come behind the item's own words.
        let inner =
            next.filter(|next| next.above.len() > passage.above.len() && !next.text.is_empty());
        if let Some(at) = inner.and_then(|inner| text.find(inner.text.as_str())) {
            text = text.get(..at).unwrap_or(text);
        }
    }
    sentences(text).into_iter().map(|(_, one)| one).collect()
}

/// Where the questions look: a passage with what it is most like.
struct Spot<'p> {
    passage: &'p Passage,
    /// What it is assigned to, or else looks like.
    subject: Option<&'static Subject>,
}

impl<'p> Spot<'p> {
    fn of(
        passages: &[Passage],
        passage: &'p Passage,
        near: Option<(&'static Subject, f32)>,
    ) -> Self {
        let near = near.map(|(subject, _)| subject);
        let above = passage
            .above
            .iter()
            .rev()
            .filter_map(|at| passages.get(*at));
        // The mark of the smallest place around counts; of several the one that the words are most like.
        let marked = std::iter::once(passage).chain(above).find_map(|place| {
            let marks: Vec<_> = place
                .tags
                .iter()
                .filter_map(|tag| super::subjects::subject(tag))
                .collect();
            let like = near.filter(|near| marks.iter().any(|mark| mark.tag == near.tag));
            like.or(marks.first().copied())
        });
        Self {
            passage,
            subject: marked.or(near),
        }
    }

    fn tag(&self) -> &'static str {
        self.subject.map_or("", |subject| subject.tag)
    }

    fn is_about(&self, tags: &[&str]) -> bool {
        tags.contains(&self.tag())
    }
}

struct Finder {
    found: Vec<PassageQuestion>,
}

impl Finder {
    fn ask(&mut self, kind: QuestionKind, at: &Spot<'_>, sentence: &str) {
        let own = at.subject.filter(|_| kind.follows_subject());
        self.add(kind, own.map(|subject| subject.id), at.passage, sentence);
    }

    fn add(
        &mut self,
        kind: QuestionKind,
        id: Option<&'static str>,
        passage: &Passage,
        sentence: &str,
    ) {
        let question = PassageQuestion {
            id: id.unwrap_or(kind.check()),
            kind,
            file: passage.file.clone(),
            line: passage.line,
            clause: passage.clause.clone(),
            sentence: shortened(sentence),
        };
        if !self.found.contains(&question) {
            self.found.push(question);
        }
    }
}
