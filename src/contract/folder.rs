//! A version's folder on disk, read with all its problems at once, so that an author need not
//! correct them one by one.

use std::collections::BTreeMap;
use std::path::Path;

use super::parse::{self, Role, line_at};
use super::{Contract, Problem, meta};
use crate::domain::Language;

impl Contract {
    /// Reads a version from a folder.
    ///
    /// # Errors
    /// As [`Contract::from_files`]; a file that cannot be read is a problem of that file.
    pub fn read_dir(folder: &Path) -> Result<Self, Vec<Problem>> {
        let mut found = Found::default();
        found.collect(folder, "");
        found.misnamed();
        let read = Self::from_map(&found.files.into_iter().collect());
        if found.problems.is_empty() {
            return read;
        }
        let mut problems = found.problems;
        problems.extend(read.err().unwrap_or_default());
        problems.sort();
        Err(problems)
    }
}

#[derive(Default)]
struct Found {
    files: Vec<(String, String)>,
    problems: Vec<Problem>,
    /// Texts in a language's folder that are not in Djot.
    others: Vec<String>,
}

impl Found {
    /// A main text with a wrong extension is reported; beside a correct one it may be its source
    /// and is ignored.
    fn misnamed(&mut self) {
        for path in &self.others {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let main = format!("{folder}/vertrag.dj");
            if !self.files.iter().any(|(known, _)| *known == main) {
                self.problems.push(Problem::new(path, 1, "Diese Datei wird nicht gelesen: Texte des Vertrags enden auf „.dj“, der Haupttext heißt „vertrag.dj“. Benennen Sie sie um, wenn sie in Djot geschrieben ist; sonst macht „avv-portal contract import“ einen Entwurf daraus."));
            }
        }
    }

    fn unreadable(&mut self, path: &str, error: &std::io::Error) {
        let path = if path.is_empty() { meta::FILE } else { path };
        let message = format!("Nicht lesbar: {error}.");
        self.problems.push(Problem::new(path, 1, message));
    }

    fn collect(&mut self, folder: &Path, prefix: &str) {
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.unreadable(prefix, &error),
        };
        for entry in entries {
            let path = match entry {
                Ok(entry) => entry.path(),
                Err(error) => return self.unreadable(prefix, &error),
            };
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let inside = format!("{prefix}{name}");
            if name.starts_with('.') {
                continue;
            }
            if path.is_dir() {
                self.collect(&path, &format!("{inside}/"));
            } else if name.ends_with(".dj") || name.ends_with(".toml") {
                match std::fs::read(&path) {
                    Ok(bytes) => self.add(inside, bytes),
                    Err(error) => self.unreadable(&inside, &error),
                }
            } else if !prefix.is_empty() && is_text(&name) {
                self.others.push(inside);
            }
        }
    }

    /// Text in another encoding is still checked for its other problems.
    fn add(&mut self, path: String, bytes: Vec<u8>) {
        let text = String::from_utf8(bytes).unwrap_or_else(|error| {
            let good = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            self.problems.push(Problem::new(&path, line_at(&text, good), "Die Datei ist nicht in UTF-8 gespeichert, vermutlich in Windows-1252. Speichern Sie sie im Editor als „UTF-8“ oder wandeln Sie sie um: iconv -f WINDOWS-1252 -t UTF-8."));
            text
        });
        self.files.push((path, text));
    }
}

fn is_text(name: &str) -> bool {
    let ending = name.rsplit('.').next().unwrap_or_default().to_lowercase();
    matches!(
        ending.as_str(),
        "md" | "markdown" | "txt" | "html" | "htm" | "djot" | "docx" | "odt" | "rtf" | "pdf"
    )
}

/// The problems of a version whose `contract.toml` is missing or cannot be read: that, and the
/// problems of its texts that can be found without it.
pub(super) fn without_meta(content: &BTreeMap<&str, &str>, problem: Problem) -> Vec<Problem> {
    let mut problems = match content.get(meta::FILE) {
        Some(toml) => faults(toml),
        None => Vec::new(),
    };
    if problems.is_empty() {
        problems.push(problem);
    }
    for (path, text) in content {
        let Some((folder, name)) = path.split_once('/').filter(|_| path.ends_with(".dj")) else {
            continue;
        };
        let role = match name {
            "vertrag.dj" => Role::Main,
            _ if name.starts_with("produkte/") => Role::Product,
            _ => Role::Annex,
        };
        let language = Language::from_code(folder).unwrap_or(Language::De);
        parse::parse(path, text, language, role, &mut problems);
    }
    problems.sort();
    problems.dedup();
    problems
}

/// The message if there is no `contract.toml`.
pub(super) const NO_META: &str = "Die Datei fehlt. Sie nennt Nummer, Datum, Sprachen, Titel und Anlagen der Fassung; ein Muster schreibt „avv-portal contract import“, eine fertige steht in templates/contract/avv-1.0.";

/// Required entries, each with an example.
const NEEDED: &[(&str, &str)] = &[
    ("number", "\"1.0\""),
    ("date", "2026-10-01"),
    ("valid_from", "2026-10-01"),
    ("languages", "[\"de\"]"),
    ("binding", "\"de\""),
    ("authorisation", "\"general\""),
    ("notice_days", "14"),
    ("change_note", "{ de = \"Erste Fassung.\" }"),
    ("title", "{ de = \"Auftragsverarbeitungsvertrag\" }"),
];

/// Entries that may be left out.
const POSSIBLE: &[&str] = &[
    "objection_days",
    "breach_hours",
    "deletion_days",
    "standard_clauses",
    "annexes",
    "numbering",
    "summaries",
];

/// All errors in the entries of a `contract.toml`; none if it is not valid TOML.
fn faults(text: &str) -> Vec<Problem> {
    let Ok(given) = toml::from_str::<toml::Table>(text) else {
        return Vec::new();
    };
    let example = |value: &str| {
        format!("x = {value}")
            .parse::<toml::Table>()
            .ok()?
            .remove("x")
    };
    let sound: toml::Table = NEEDED
        .iter()
        .filter_map(|(key, value)| Some(((*key).to_owned(), example(value)?)))
        .collect();
    let mut problems = Vec::new();
    for (key, value) in NEEDED {
        if !given.contains_key(*key) {
            let message = format!(
                "Die Angabe „{key}“ fehlt. Ergänzen Sie sie, zum Beispiel: {key} = {value}"
            );
            problems.push(Problem::new(meta::FILE, 1, message));
        }
    }
    for (key, value) in &given {
        let needed = NEEDED.iter().find(|(known, _)| known == key);
        let message = if needed.is_none() && !POSSIBLE.contains(&key.as_str()) {
            let known = NEEDED
                .iter()
                .map(|(known, _)| *known)
                .chain(POSSIBLE.iter().copied());
            let known: Vec<&str> = known.collect();
            format!(
                "Die Angabe „{key}“ gibt es nicht. Möglich sind: {}.",
                known.join(", ")
            )
        } else {
            let mut tried = sound.clone();
            tried.insert(key.clone(), value.clone());
            // As text, because only in TOML text a date is a date.
            let text = toml::to_string(&tried).unwrap_or_default();
            let Err(error) = toml::from_str::<meta::Meta>(&text) else {
                continue;
            };
            let example = needed.map(|(_, value)| format!(" Zum Beispiel: {key} = {value}"));
            let reason = error.message().trim().to_owned();
            format!(
                "Die Angabe „{key}“ ist nicht lesbar: {reason}.{}",
                example.unwrap_or_default()
            )
        };
        problems.push(Problem::new(meta::FILE, line_of(text, key), message));
    }
    problems
}

fn line_of(text: &str, key: &str) -> usize {
    let is_it = |line: &str| {
        let line = line.trim_start().trim_start_matches(['[', '"']);
        line.strip_prefix(key).is_some_and(|rest| {
            rest.trim_start_matches('"')
                .trim_start()
                .starts_with(['=', ']', '.'])
        })
    };
    text.lines().position(is_it).map_or(1, |line| line + 1)
}
