//! What was guessed: each line whose role is not certain, with the guess, and what else it may be.
//! The author decides with a click; a decision holds for this line of the source whatever else is
//! decided (T-15).

use std::collections::BTreeMap;

/// A heading's style on a whole paragraph.
pub(super) const LONG_HEADING: &str =
    "Die Vorlage formatiert diesen langen Text wie eine Überschrift.";
/// A numbered line that looks like a clause.
pub(super) const CLAUSE: &str =
    "Die Zeile hat keine Überschriftenvorlage, ist aber nummeriert wie eine.";

/// What a line is in the draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// A heading of this level, 1 to 4.
    Heading(u8),
    /// A paragraph of its own.
    Paragraph,
    /// An item of a list.
    Item,
    /// A further paragraph of the item above.
    InItem,
    /// A term that the lines further in explain.
    Term,
    /// It is not in the draft, because it says a second time what stands above.
    LeftOut,
}

impl Role {
    /// What a line may be made, in the order of the buttons.
    pub const CHOICES: &'static [Self] = &[
        Self::Heading(1),
        Self::Heading(2),
        Self::Heading(3),
        Self::Paragraph,
        Self::Item,
        Self::InItem,
    ];

    /// Its key in forms and in storage.
    pub fn key(self) -> String {
        match self {
            Self::Heading(level) => format!("heading-{level}"),
            Self::Paragraph => "paragraph".to_owned(),
            Self::Item => "item".to_owned(),
            Self::InItem => "in-item".to_owned(),
            Self::Term => "term".to_owned(),
            Self::LeftOut => "left-out".to_owned(),
        }
    }

    /// The role of a key.
    pub fn from_key(key: &str) -> Option<Self> {
        let level = key
            .strip_prefix("heading-")
            .and_then(|level| level.parse().ok());
        match (key, level) {
            (_, Some(level @ 1..=4)) => Some(Self::Heading(level)),
            ("paragraph", _) => Some(Self::Paragraph),
            ("item", _) => Some(Self::Item),
            ("in-item", _) => Some(Self::InItem),
            ("term", _) => Some(Self::Term),
            ("left-out", _) => Some(Self::LeftOut),
            _ => None,
        }
    }

    /// German, for buttons.
    pub fn word(self) -> String {
        match self {
            Self::Heading(level) => format!("Überschrift Ebene {level}"),
            Self::Paragraph => "Absatz".to_owned(),
            Self::Item => "Listenpunkt".to_owned(),
            Self::InItem => "Absatz im Punkt darüber".to_owned(),
            Self::Term => "Begriff mit Erklärung".to_owned(),
            Self::LeftOut => "Weglassen".to_owned(),
        }
    }
}

/// Decisions of the author by [`Doubt::key`].
pub type Decisions = BTreeMap<usize, Role>;

/// A line whose role was guessed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// Names the line among all lines of the sources.
    pub key: usize,
    /// Name of the source.
    pub file: String,
    /// Line in the source, or number of the paragraph.
    pub line: usize,
    /// Its text, shortened.
    pub text: String,
    /// What it is in the draft.
    pub role: Role,
    /// Why it may be something else, German.
    pub why: &'static str,
    /// Whether the author has decided.
    pub is_decided: bool,
    /// Whether it may be left out, because it says what stands above.
    pub may_go: bool,
}

impl Doubt {
    /// What it may be, the present role included.
    pub fn choices(&self) -> Vec<Role> {
        let mut out = Role::CHOICES.to_vec();
        if !out.contains(&self.role) && self.role != Role::LeftOut {
            out.push(self.role);
        }
        if self.may_go {
            out.push(Role::LeftOut);
        }
        out
    }
}

/// A guess while blocks are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Guess {
    /// Place of the line among all lines of the source.
    pub at: usize,
    /// What it was taken for; the level of a heading is known later.
    pub role: Role,
    /// Why it may be something else.
    pub why: &'static str,
    /// Whether it may be left out.
    pub may_go: bool,
}

/// At most this many characters of a line are shown.
const SHOWN: usize = 140;

/// The text of a line as it is listed.
pub(super) fn shown(text: &str) -> String {
    let mut out: String = text.chars().take(SHOWN).collect();
    if text.chars().count() > SHOWN {
        out.push('…');
    }
    out
}
