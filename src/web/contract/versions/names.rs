//! Names of the parts of a version on the pages: the headings that readers know, not the names of
//! files.

use crate::contract::{meta, parts};
use crate::domain::version::{Files, Version};
use crate::paths;

/// A part of a version with its file in each language.
pub struct Part {
    /// "Anlage 2: Technische und organisatorische Maßnahmen".
    pub name: String,
    /// Language, and address of the editor.
    pub files: Vec<(&'static str, String)>,
    /// Address of its list of clauses; empty for the facts.
    pub clauses: String,
}

/// The files of one language, as the editor lists them.
pub struct Shelf {
    /// Name of the language, as "Deutsch"; empty for files that belong to no language.
    pub language: &'static str,
    /// Name, address, and whether this file is open.
    pub files: Vec<(String, String, bool)>,
}

/// The facts and every part with its files, in printed order.
pub fn parts_of(version: &Version) -> Vec<Part> {
    let toml = Part {
        name: FACTS.to_owned(),
        files: vec![("", paths::version_text(version.head.id, meta::FILE))],
        clauses: String::new(),
    };
    let languages = parts::languages(&version.files);
    let texts = parts::stems(&version.files).into_iter().map(|stem| Part {
        files: languages
            .iter()
            .map(|code| (*code, path(code, &stem)))
            .filter(|(_, path)| version.files.contains_key(path))
            .map(|(code, path)| (code, paths::version_text(version.head.id, &path)))
            .collect(),
        name: part(&version.files, &stem, "de"),
        clauses: paths::version_clauses(version.head.id, &stem),
    });
    std::iter::once(toml).chain(texts).collect()
}

/// The files that the editor lists beside the open one.
pub fn shelves(version: &Version, open: &str) -> Vec<Shelf> {
    let entry = |name: String, path: &str| {
        let address = paths::version_text(version.head.id, path);
        (name, address, path == open)
    };
    let mut shelves = vec![Shelf {
        language: "",
        files: vec![entry(FACTS.to_owned(), meta::FILE)],
    }];
    let stems = parts::stems(&version.files);
    shelves.extend(parts::languages(&version.files).iter().map(|code| {
        Shelf {
            language: tongue(code),
            files: stems
                .iter()
                .map(|stem| (stem, path(code, stem)))
                .filter(|(_, path)| version.files.contains_key(path))
                .map(|(stem, path)| entry(part(&version.files, stem, code), &path))
                .collect(),
        }
    }));
    shelves
}

/// Part and language of a file: "Vertrag", "Deutsch".
pub fn file(files: &Files, path: &str) -> (String, &'static str) {
    match (parts::stem(path), path.split_once('/')) {
        (Some(stem), Some((code, _))) => (part(files, &stem, code), tongue(code)),
        _ => (FACTS.to_owned(), ""),
    }
}

/// The name of a part: its heading in a language. A part without a heading, or one that is not
/// used, keeps its file name.
pub fn part(files: &Files, stem: &str, code: &str) -> String {
    let [contract, annex, measures, product] = match code {
        "en" => ["Agreement", "Annex", "Measures", "Product"],
        _ => ["Vertrag", "Anlage", "Maßnahmen", "Produkt"],
    };
    if stem == "vertrag" {
        return contract.to_owned();
    }
    let text = files.get(&path(code, stem));
    let text = text.or_else(|| files.get(&path("de", stem)));
    let heading = text.and_then(|text| heading(text));
    let annexes = parts::annexes(files);
    let place = annexes.iter().position(|annex| annex == stem);
    match (heading, place) {
        (Some(heading), Some(at)) => format!("{annex} {}: {heading}", at + 1),
        (_, None) if stem == parts::MEASURES => measures.to_owned(),
        (Some(heading), None) if stem.starts_with("produkte/") => format!("{product}: {heading}"),
        _ => stem.to_owned(),
    }
}

/// What the fields of a version that are not part of the text are called.
pub const FACTS: &str = "Angaben zur Fassung";

fn path(code: &str, stem: &str) -> String {
    format!("{code}/{stem}.dj")
}

/// What a language is called.
pub(super) fn tongue(code: &str) -> &'static str {
    match code {
        "de" => "Deutsch",
        _ => "Englisch",
    }
}

/// The first heading of a text, without markup.
fn heading(text: &str) -> Option<String> {
    let line = text.lines().find(|line| line.starts_with('#'))?;
    let line = line.trim_start_matches('#').replace("\\ ", " ");
    let words = line.replace(['\\', '*'], "").trim().to_owned();
    (!words.is_empty()).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_called_by_their_headings() {
        let mut files = Files::new();
        for (path, text) in [
            ("contract.toml", "annexes = [\"tom\", \"leer\"]"),
            ("de/vertrag.dj", "# Begriffe\n"),
            (
                "de/tom.dj",
                "{#tom}\n# Maßnahmen nach Art.\\ 32\n\n## Zutritt\n",
            ),
            ("en/tom.dj", "# Measures \\(Art.\\ 32\\)\n"),
            ("de/leer.dj", "Nur ein Absatz.\n"),
            ("de/lose.dj", "# Ohne Platz\n"),
            ("de/produkte/telefon.dj", "## *Telefon*\n"),
            ("de/massnahmen.dj", "## Zutritt\n"),
        ] {
            files.insert(path.to_owned(), text.to_owned());
        }
        for (path, name, language) in [
            ("contract.toml", "Angaben zur Fassung", ""),
            ("de/vertrag.dj", "Vertrag", "Deutsch"),
            ("de/tom.dj", "Anlage 1: Maßnahmen nach Art. 32", "Deutsch"),
            ("en/tom.dj", "Annex 1: Measures (Art. 32)", "Englisch"),
            ("en/vertrag.dj", "Agreement", "Englisch"),
            ("en/massnahmen.dj", "Measures", "Englisch"),
            ("de/leer.dj", "leer", "Deutsch"),
            ("de/lose.dj", "lose", "Deutsch"),
            ("de/produkte/telefon.dj", "Produkt: Telefon", "Deutsch"),
            ("de/massnahmen.dj", "Maßnahmen", "Deutsch"),
        ] {
            assert_eq!(file(&files, path), (name.to_owned(), language), "{path}");
        }
    }
}
