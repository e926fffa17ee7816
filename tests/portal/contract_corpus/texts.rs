//! The texts of the corpus, read and imported, and where in them something stands.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use avv_portal::contract::Contract;
use avv_portal::contract::check::{
    CheckResult, Passage, PassageKind, Version, checks, passages, questions,
};
use avv_portal::contract::import::{Source, import};
use avv_portal::domain::Language;
use chrono::NaiveDate;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// What a reader would assign in one text, by mark.
#[derive(Deserialize)]
pub(super) struct Expected {
    pub(super) language: Language,
    #[serde(rename = "style")]
    _style: String,
    #[serde(flatten)]
    pub(super) marks: BTreeMap<String, Covers>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Covers {
    /// How each acceptable passage begins; none if the text has no such rule.
    #[serde(default)]
    pub(super) passages: Vec<String>,
    pub(super) covered: Option<bool>,
}

#[derive(Deserialize, Default)]
struct Faults {
    fault: Vec<Fault>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fault {
    pub(super) kind: String,
    pub(super) excerpt: String,
}

#[derive(Deserialize)]
pub(super) struct Wordings {
    pub(super) wording: Vec<Wording>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wording {
    pub(super) subject: String,
    pub(super) language: Language,
    pub(super) text: String,
    pub(super) kind: Option<String>,
}

/// An agreement after the import.
pub(super) struct Agreement {
    pub(super) name: String,
    pub(super) source: String,
    pub(super) expected: Expected,
    pub(super) faults: Vec<Fault>,
    pub(super) contract: Contract,
    passages: Vec<Passage>,
}

/// The texts that rules may be made from.
pub(super) const KNOWN: &str = "known";
/// The texts that nobody looks at who makes rules.
pub(super) const HELD_OUT: &str = "held-out";

pub(super) fn folder(set: &str) -> PathBuf {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contracts");
    all.join(set)
}

pub(super) fn read<T: DeserializeOwned>(path: &Path) -> T {
    let text = fs::read_to_string(path).unwrap();
    toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(super) fn agreements(set: &str) -> Vec<Agreement> {
    let mut folders: Vec<PathBuf> = fs::read_dir(folder(set))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("expected.toml").exists())
        .collect();
    folders.sort();
    folders.iter().map(|path| agreement(path)).collect()
}

fn agreement(path: &Path) -> Agreement {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let source = fs::read_to_string(path.join("text.md")).unwrap();
    let expected: Expected = read(&path.join("expected.toml"));
    let faults = path.join("faults.toml");
    let faults = if faults.exists() {
        read::<Faults>(&faults)
    } else {
        Faults::default()
    };
    let sources = [Source::text("text.md", &source)];
    let today = NaiveDate::from_ymd_opt(2026, 12, 1).unwrap();
    let draft = import(&sources, today).unwrap_or_else(|problems| panic!("{name}: {problems:?}"));
    let files: Vec<(&str, &str)> = draft
        .files
        .iter()
        .map(|(file, text)| (file.as_str(), text.as_str()))
        .collect();
    let contract =
        Contract::from_files(&files).unwrap_or_else(|problems| panic!("{name}: {problems:?}"));
    assert_eq!(contract.meta.binding, expected.language, "{name}");
    let passages = passages(&contract, expected.language);
    Agreement {
        name,
        source,
        expected,
        faults: faults.fault,
        contract,
        passages,
    }
}

/// The letters and digits of a text, word by word between single spaces.
pub(super) fn words(text: &str) -> String {
    let mut out = String::from(" ");
    for word in text.split(|c: char| !c.is_alphanumeric()) {
        if !word.is_empty() {
            out.push_str(word);
            out.push(' ');
        }
    }
    out
}

impl Agreement {
    /// The smallest passage that has these words; else the heading that ends with them.
    pub(super) fn find(&self, excerpt: &str) -> Option<usize> {
        let wanted = words(excerpt);
        // A section has the headings and words below it, which are passages of their own.
        let said = |passage: &Passage| {
            passage.kind != PassageKind::Section && words(&passage.text).contains(&wanted)
        };
        let titled = |passage: &Passage| {
            passage.kind == PassageKind::Section && words(&passage.headings).ends_with(&wanted)
        };
        let all = || self.passages.iter().enumerate();
        all()
            .filter(|(_, passage)| said(passage))
            .min_by_key(|(at, passage)| (passage.text.len(), usize::MAX - at))
            .or_else(|| all().find(|(_, passage)| titled(passage)))
            .map(|(at, _)| at)
    }

    /// Whether a place is this passage, or what directly holds it up to the smallest section.
    pub(super) fn holds(&self, at: usize, file: &str, line: usize) -> bool {
        let is = |at: usize| {
            let passage = &self.passages[at];
            passage.file == file && passage.line == line
        };
        for above in self.passages[at].above.iter().rev() {
            if is(*above) {
                return true;
            }
            if self.passages[*above].kind == PassageKind::Section {
                break;
            }
        }
        is(at)
    }

    /// Whether a place is within this passage: from its first line to where the next one begins.
    pub(super) fn within(&self, at: usize, file: &str, line: usize) -> bool {
        let passage = &self.passages[at];
        let next = self.passages[at + 1..]
            .iter()
            .take_while(|other| other.file == passage.file)
            .map(|other| other.line)
            .find(|other| *other > passage.line);
        passage.file == file
            && passage.line <= line
            && next.is_none_or(|next| line < next || line == passage.line)
    }

    /// Every place at which something is asked, or decided to be wrong.
    pub(super) fn findings(&self) -> Vec<(String, usize, String)> {
        let mut out: Vec<(String, usize, String)> = questions(&self.contract)
            .into_iter()
            .map(|asked| (asked.file, asked.line, asked.kind.label().to_owned()))
            .collect();
        for finding in checks(&Version::of(&self.contract)) {
            // What nobody assigned yet is open, and no finding about the passage it proposes.
            if finding.outcome != CheckResult::Violated {
                continue;
            }
            let place = finding.place.as_deref();
            if let Some((file, line)) = place.and_then(|place| place.rsplit_once(':')) {
                out.push((
                    file.to_owned(),
                    line.parse().unwrap(),
                    finding.id.to_owned(),
                ));
            }
        }
        out
    }
}

/// A contract that has only this wording, under its mark.
pub(super) fn alone(wording: &Wording) -> Contract {
    let code = wording.language.code();
    let meta = format!(
        r#"
number = "1.0"
date = 2026-12-01
valid_from = 2026-12-01
languages = ["{code}"]
binding = "{code}"
authorisation = "general"
notice_days = 14
objection_days = 14
breach_hours = 24
deletion_days = 30
annexes = []

[title]
{code} = "Vertrag"

[change_note]
{code} = "–"

[numbering.{code}]
sections = ["1", "1.1", "1.1.1", "none"]
annexes = ["Anlage 1:", "1.1", "none", "none"]
"#
    );
    let mut words = String::new();
    for c in wording.text.chars() {
        if matches!(c, '[' | ']' | '{' | '}' | '*' | '_') {
            words.push('\\');
        }
        words.push(c);
    }
    // A heading that says nothing about the subject, so that the wording speaks for itself.
    let text = format!("{{.{}}}\n# A\n\n{words}\n", wording.subject);
    let file = format!("{code}/vertrag.dj");
    let files = [
        ("contract.toml", meta.as_str()),
        (file.as_str(), text.as_str()),
    ];
    Contract::from_files(&files).unwrap_or_else(|problems| panic!("{}: {problems:?}", wording.text))
}
