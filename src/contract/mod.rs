//! The contract text: parse Djot, insert values, check completeness, render HTML and plain text.
//!
//! The way of a contract through this room:
//!
//! ```text
//! contract.toml + *.dj ── from_files ──▶ Contract ── resolve(values, language) ──▶ Document
//!      (source, parse, inline, nest)       │             (resolve, fill, generate)    │
//!                                          └─▶ check: what Art. 28 demands            ├─▶ html
//!                                                                                     ├─▶ text, hash
//!                                                                                     └─▶ the PDF
//! ```
//!
//! * [`source`] says how a contract is written; [`vocabulary`] holds the closed lists.
//! * [`numbers`] knows every kind of mark and number.
//! * [`tree`] is the resolved [`Document`], [`values`] what is filled in.
//! * [`html`], [`text`] print it; both and the PDF say the same words in the same order.
//! * [`clauses`] cuts a file into clauses, and shows one as a form without markup.
//! * [`composition`] places the blocks that the program writes, and gives products their annexes.
//! * [`check`] decides what may be published, [`diff`](mod@diff) says what is new in a version.
//! * [`import`](mod@import) makes a draft from a text as a legal department has it.
//! * [`sample`] has invented values for previews and tests.

mod attributes;
mod cache;
pub mod check;
pub(crate) mod citations;
pub mod clauses;
pub mod composition;
mod containers;
pub mod diff;
mod fallback;
mod fill;
mod folder;
mod generate;
mod headings;
pub mod html;
pub mod import;
mod inline;
mod links;
mod lists;
pub mod meta;
pub mod numbers;
mod parse;
pub mod parts;
mod resolve;
pub mod sample;
mod sections;
pub mod source;
#[cfg(test)]
pub(crate) mod tests;
pub mod text;
pub mod tree;
pub mod values;
pub mod vocabulary;
mod wording;

use std::collections::BTreeMap;
use std::fmt;

use crate::domain::Language;
use crate::domain::version::Files;

pub(crate) use inline::is_composed;

pub use cache::{Contracts, LastLook, Resolved, source_hash};
pub use meta::{Authorisation, Meta};
pub use sample::{neutral_values, sample_values};
pub use tree::{Document, Translation};
pub use values::Values;

use parse::Role;
use source::Text;

/// Something that keeps a contract text from being read, with its place and what to do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// File in the folder, like `de/vertrag.dj`.
    pub file: String,
    /// Line number, from 1.
    pub line: usize,
    /// German, one or two sentences.
    pub message: String,
}

impl Problem {
    pub(crate) fn new(file: &str, line: usize, message: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line,
            message: message.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// A contract version, parsed in all its languages.
#[derive(Debug, Clone)]
pub struct Contract {
    /// The content of `contract.toml`.
    pub meta: Meta,
    texts: BTreeMap<&'static str, Texts>,
    is_sample: bool,
}

/// The files of one language.
#[derive(Debug, Clone, Default)]
pub(crate) struct Texts {
    pub main: Text,
    pub annexes: Vec<Text>,
    /// Groups of measures for [`Generator::Measures`](vocabulary::Generator::Measures).
    pub measures: Option<Text>,
    /// Product files by code.
    pub products: BTreeMap<String, Text>,
}

impl Texts {
    /// All files in printed order.
    pub fn all(&self) -> impl Iterator<Item = &Text> {
        std::iter::once(&self.main)
            .chain(&self.annexes)
            .chain(&self.measures)
            .chain(self.products.values())
    }
}

impl Contract {
    /// Reads a version from its files, given as path inside the folder and content. Unknown files
    /// are problems too: a misnamed annex must not be missing silently.
    ///
    /// # Errors
    /// All problems, in the order of files and lines.
    pub fn from_files(files: &[(&str, &str)]) -> Result<Self, Vec<Problem>> {
        let content: BTreeMap<&str, &str> = files.iter().copied().collect();
        let Some(toml) = content.get(meta::FILE) else {
            let missing = Problem::new(meta::FILE, 1, folder::NO_META);
            return Err(folder::without_meta(&content, missing));
        };
        let meta = Meta::parse(toml).map_err(|problem| folder::without_meta(&content, problem))?;
        let mut problems = Vec::new();
        let mut texts = BTreeMap::new();
        let mut known = vec![meta::FILE.to_owned()];
        for language in meta.languages.iter().copied() {
            let read = read_language(&meta, language, &content, &mut known, &mut problems);
            links::check(&read, &mut problems);
            texts.insert(language.code(), read);
        }
        for file in content.keys().filter(|f| !known.iter().any(|k| k == *f)) {
            problems.push(Problem::new(
                file,
                1,
                "Diese Datei gehört zu keinem Teil des Vertrags. Nennen Sie sie in contract.toml unter „annexes“ oder entfernen Sie sie.",
            ));
        }
        problems.sort();
        problems.dedup();
        if problems.is_empty() {
            Ok(Self {
                meta,
                texts,
                is_sample: is_sample(&content),
            })
        } else {
            Err(problems)
        }
    }

    /// Reads a version from files as they are stored.
    ///
    /// # Errors
    /// As [`Contract::from_files`].
    pub fn from_map(files: &Files) -> Result<Self, Vec<Problem>> {
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect();
        Self::from_files(&files)
    }

    /// The version that comes with the program.
    ///
    /// # Errors
    /// As [`Contract::from_files`]; a test keeps the shipped text free of them.
    pub fn embedded() -> Result<Self, Vec<Problem>> {
        Self::from_files(EMBEDDED)
    }

    /// Inserts values, gives numbers and turns references into words. The same values give the same
    /// document. A language the version does not have is replaced by the binding one. If the version
    /// says so, the document carries the other language as well (T-10).
    pub fn resolve(&self, values: &Values, language: Language) -> Document {
        self.resolve_with(values, language, self.meta.second(language))
    }

    /// [`Contract::resolve`] for a customer: a translation is always delivered with the binding
    /// text in the same document, whatever the version says (C4).
    pub fn resolve_for_customer(&self, values: &Values, language: Language) -> Document {
        let second = self.meta.second(language);
        let binding = self.meta.delivered_beside(language);
        self.resolve_with(values, language, binding.or(second))
    }

    fn resolve_with(
        &self,
        values: &Values,
        language: Language,
        second: Option<Language>,
    ) -> Document {
        let language = if self.meta.languages.contains(&language) {
            language
        } else {
            self.meta.binding
        };
        let meta = &self.meta;
        let in_language = |language, prefix| {
            resolve::resolve(meta, self.texts(language), values, language, prefix)
        };
        let mut document = in_language(language, "");
        // A draft without a number is printed without the portal's additions.
        if second.is_some() || (language != meta.binding && !meta.is_draft()) {
            document.standing = wording::standing(language, meta.binding, language);
        }
        document.translation = second.map(|other| {
            // Ids of authors have no underscore, so no two ids are the same.
            let (id, prefix) = match other {
                Language::De => ("fassung_de", "de_"),
                Language::En => ("fassung_en", "en_"),
            };
            Box::new(Translation {
                id: id.to_owned(),
                name: wording::rank(other, meta.binding, language).to_owned(),
                standing: wording::standing(other, meta.binding, language),
                document: Document {
                    standing: wording::standing(other, meta.binding, other),
                    ..in_language(other, prefix)
                },
            })
        });
        document
    }

    /// What a reference to each id prints: "Ziffer 8 Absatz 2". Ids that these values leave out are
    /// missing.
    pub fn reference_words(&self, values: &Values, language: Language) -> BTreeMap<String, String> {
        resolve::names(&self.meta, self.texts(language), values, language)
    }

    /// Whether its texts are those that come with the program, whatever `contract.toml` says: a
    /// sample, and not the contract of an operator.
    pub fn is_sample(&self) -> bool {
        self.is_sample
    }

    /// Codes of the products this version has an annex for (LC-49).
    pub fn product_codes(&self) -> Vec<&str> {
        let texts = self.texts(self.meta.binding);
        texts.products.keys().map(String::as_str).collect()
    }

    pub(crate) fn texts(&self, language: Language) -> &Texts {
        static NONE: std::sync::LazyLock<Texts> = std::sync::LazyLock::new(Texts::default);
        self.texts.get(language.code()).unwrap_or(&NONE)
    }
}

/// Whether these are the words of the version that comes with the program, whatever `contract.toml` says.
pub fn has_shipped_words(files: &Files) -> bool {
    EMBEDDED
        .iter()
        .filter(|(path, _)| *path != meta::FILE)
        .all(|(path, text)| files.get(*path).is_some_and(|own| own == text))
}

/// The files of the version that comes with the program.
pub fn shipped() -> Files {
    EMBEDDED
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect()
}

fn is_sample(content: &BTreeMap<&str, &str>) -> bool {
    let texts = |files: &[(&str, &str)]| -> BTreeMap<String, String> {
        let texts = files.iter().filter(|(path, _)| *path != meta::FILE);
        texts
            .map(|(path, text)| ((*path).to_owned(), text.trim().replace("\r\n", "\n")))
            .collect()
    };
    let own: Vec<(&str, &str)> = content.iter().map(|(path, text)| (*path, *text)).collect();
    texts(&own) == texts(EMBEDDED)
}

fn read_language(
    meta: &Meta,
    language: Language,
    content: &BTreeMap<&str, &str>,
    known: &mut Vec<String>,
    problems: &mut Vec<Problem>,
) -> Texts {
    let folder = language.code();
    let mut read = |name: String, role: Role| {
        let text = content.get(name.as_str());
        let parsed = match text {
            Some(text) => parse::parse(&name, text, language, role, problems),
            None => {
                let message = format!(
                    "Die Datei fehlt. Legen Sie sie an, oder streichen Sie in {}, was sie nennt.",
                    meta::FILE
                );
                problems.push(Problem::new(&name, 1, message));
                Text::default()
            }
        };
        known.push(name);
        parsed
    };
    let main = read(format!("{folder}/vertrag.dj"), Role::Main);
    let annexes = meta
        .annexes
        .iter()
        .map(|annex| read(format!("{folder}/{annex}.dj"), Role::Annex))
        .collect();
    let measures = format!("{folder}/{}.dj", parts::MEASURES);
    let measures = content
        .contains_key(measures.as_str())
        .then(|| read(measures, Role::Measures));
    let prefix = format!("{folder}/produkte/");
    let products = content
        .keys()
        .filter_map(|path| {
            let code = path.strip_prefix(&prefix)?.strip_suffix(".dj")?;
            Some((code.to_owned(), read((*path).to_owned(), Role::Product)))
        })
        .collect();
    Texts {
        main,
        annexes,
        measures,
        products,
    }
}

macro_rules! embedded {
    ($($file:literal),+ $(,)?) => {
        &[$(($file, include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"), "/templates/contract/avv-1.0/", $file
        )))),+]
    };
}

const EMBEDDED: &[(&str, &str)] = embedded![
    "contract.toml",
    "de/vertrag.dj",
    "de/anlage-produkte.dj",
    "de/anlage-tom.dj",
    "de/anlage-unterauftragsverarbeiter.dj",
    "de/anlage-ansprechpersonen.dj",
    "de/massnahmen.dj",
    "de/produkte/centraflex.dj",
    "de/produkte/mehrstandort-sip-trunk.dj",
    "de/produkte/sip-trunk.dj",
    "en/vertrag.dj",
    "en/anlage-produkte.dj",
    "en/anlage-tom.dj",
    "en/anlage-unterauftragsverarbeiter.dj",
    "en/anlage-ansprechpersonen.dj",
    "en/massnahmen.dj",
    "en/produkte/centraflex.dj",
    "en/produkte/mehrstandort-sip-trunk.dj",
    "en/produkte/sip-trunk.dj",
];
