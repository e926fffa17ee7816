//! From any contract text to a draft version: Markdown, plain text or HTML becomes a folder with
//! `contract.toml` and Djot files (T-15).
//!
//! ```text
//! Markdown ── markdown ─┐
//! HTML ────── html ─────┼─▶ lines ──▶ blocks (headings, lists, tables, marker) ──▶ write (djot) ──▶ files
//! text ────── lines ────┘     └─────────────────── words: the draft says the same ──────────────────┘
//! ```
//!
//! Headings, tables, items and markup in Markdown are recognised by `pulldown-cmark`, tags in HTML
//! by `html5gum`; numbers and their nesting are recognised here, in the same way for all three.
//!
//! Structure is recognised as well as it can be; where it is not, a clause becomes a paragraph. But
//! the wording is guaranteed: every word of the source is in the draft once, in order, or the
//! import reports where it is not.

mod blocks;
mod djot;
mod headings;
mod html;
mod inline;
mod lines;
mod lists;
mod markdown;
mod marker;
#[cfg(test)]
mod markup_tests;
mod prepared;
mod tables;
#[cfg(test)]
mod tests;
mod toml;
mod words;
mod write;

use chrono::NaiveDate;

use super::{Contract, Problem, sample_values, text};
use crate::domain::Language;
use blocks::Block;
use write::Written;

/// A text to import.
#[derive(Debug, Clone, Copy)]
pub struct Source<'s> {
    /// Its file name; the extension decides the format: `.md`, `.html`, anything else is plain
    /// text.
    pub name: &'s str,
    /// The text itself.
    pub text: &'s str,
}

/// An imported draft version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Path in the folder and content, `contract.toml` first.
    pub files: Vec<(String, String)>,
    /// Number of words in each language.
    pub words: Vec<(Language, usize)>,
    /// Things an author should check, German, with file and line.
    pub notes: Vec<Problem>,
}

/// At most this many notes of one file are listed.
const MOST_NOTES: usize = 200;

/// How much of the markup in a text is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// All of it, for files in Markdown or HTML.
    Markup,
    /// Only numbers, lists and tables of plain text.
    Plain,
    /// None: every line is a paragraph.
    Lines,
}

/// Imports texts; texts in the same language are joined in the given order. If the markup of a text
/// is contradictory, so that words would be lost, less of it is used, and a note says so.
///
/// # Errors
/// If there is nothing to import, or if a word would still be lost: the place in the source.
pub fn import(sources: &[Source<'_>], today: NaiveDate) -> Result<Draft, Vec<Problem>> {
    let mut notes = Vec::new();
    let mut result = Err(Vec::new());
    for trust in [Trust::Markup, Trust::Plain, Trust::Lines] {
        result = attempt(sources, today, trust);
        match &mut result {
            Ok(draft) => {
                if trust != Trust::Markup {
                    let name = sources.first().map_or("", |source| source.name);
                    draft.notes.push(Problem::new(name, 1, "Die Auszeichnungen dieser Datei widersprechen sich; sie sind nur als Text übernommen."));
                }
                draft.notes.append(&mut notes);
                draft.notes.sort();
                draft.notes.dedup();
                break;
            }
            Err(problems) => notes.append(problems),
        }
    }
    result.map_err(|_| notes)
}

fn attempt(sources: &[Source<'_>], today: NaiveDate, trust: Trust) -> Result<Draft, Vec<Problem>> {
    let mut texts: Vec<Collected> = Vec::new();
    let mut notes = Vec::new();
    for source in sources {
        let read = Read::of(source, trust, &mut notes);
        if read.words.is_empty() {
            notes.push(Problem::new(
                source.name,
                1,
                "Die Datei enthält keinen Text.",
            ));
            continue;
        }
        match texts.iter_mut().find(|text| text.language == read.language) {
            Some(text) => text.append(read),
            None => texts.push(Collected {
                language: read.language,
                parts: vec![read],
            }),
        }
    }
    let Some(first) = texts.first() else {
        return Err(notes);
    };
    let binding = first.language;
    let annexes = |text: &Collected| text.blocks().filter(|block| is_annex(block)).count();
    let split = texts.iter().all(|text| annexes(text) == annexes(first));
    let mut written = Vec::new();
    for text in &texts {
        written.push((text.language, text.write(split)));
    }
    let name = sources.first().map_or("", |source| source.name);
    let files = files(&written, binding, name, today);
    let words = check(&files, &texts)?;
    Ok(Draft {
        files,
        words,
        notes,
    })
}

fn is_annex(block: &Block) -> bool {
    matches!(block, Block::Heading(heading) if heading.annex)
}

/// One source after reading.
struct Read {
    name: String,
    language: Language,
    blocks: Vec<Block>,
    words: Vec<words::Word>,
}

impl Read {
    fn of(source: &Source<'_>, trust: Trust, notes: &mut Vec<Problem>) -> Self {
        let ending = source.name.rsplit('.').next().unwrap_or_default();
        let (mut lines, mut words) = (None, None);
        let mut text = source.text.to_owned();
        let mut said = 0;
        let mut note = |line, message: String| {
            said += 1;
            if said <= MOST_NOTES {
                notes.push(Problem::new(source.name, line, message));
            }
        };
        match ending.to_lowercase().as_str() {
            "html" | "htm" | "xhtml" => {
                note(
                    1,
                    "Aus HTML übernommen: Vergleichen Sie den Entwurf mit der Seite.".to_owned(),
                );
                let page = html::Page::of(source.text, &mut |message| note(1, message));
                words = Some(words::of_source(&page.words(), false));
                let read = page.lines();
                text = lines::joined(&read);
                lines = Some(read);
            }
            "md" | "markdown" | "mdown" if trust == Trust::Markup => {
                let markdown = prepared::Prepared::of(source.text);
                lines = Some(markdown::read(&markdown, &mut note));
                words = Some(words::of_markdown(&markdown));
            }
            _ => {}
        }
        let marked = lines.filter(|_| trust == Trust::Markup);
        let markup = marked.is_some();
        let lines = marked.unwrap_or_else(|| lines::split(&text));
        Self {
            name: source.name.to_owned(),
            language: language(&text),
            blocks: match trust {
                Trust::Lines => blocks::paragraphs(lines),
                _ => blocks::read(&lines, markup),
            },
            words: words.unwrap_or_else(|| words::of_source(&text, false)),
        }
    }
}

/// All texts of one language.
struct Collected {
    language: Language,
    parts: Vec<Read>,
}

impl Collected {
    /// A further file is an annex if it begins with a heading.
    fn append(&mut self, mut read: Read) {
        if let Some(Block::Heading(heading)) = read.blocks.first_mut() {
            heading.annex = true;
        }
        self.parts.push(read);
    }

    fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.parts.iter().flat_map(|part| &part.blocks)
    }

    fn write(&self, split: bool) -> Written {
        let blocks: Vec<Block> = self.blocks().cloned().collect();
        write::write(&blocks, self.language, split)
    }
}

fn files(
    written: &[(Language, Written)],
    binding: Language,
    name: &str,
    today: NaiveDate,
) -> Vec<(String, String)> {
    let mut files = vec![(
        super::meta::FILE.to_owned(),
        toml::draft(written, binding, name, today),
    )];
    for (language, text) in written {
        let folder = language.code();
        files.push((format!("{folder}/vertrag.dj"), text.main.clone()));
        let annexes = text.annexes.iter().zip(1..);
        files.extend(annexes.map(|(text, n)| (format!("{folder}/anlage-{n}.dj"), text.clone())));
    }
    files
}

/// Reads the draft as the portal will and compares its words with those of the sources.
fn check(
    files: &[(String, String)],
    texts: &[Collected],
) -> Result<Vec<(Language, usize)>, Vec<Problem>> {
    let borrowed: Vec<(&str, &str)> = files
        .iter()
        .map(|(p, t)| (p.as_str(), t.as_str()))
        .collect();
    let contract = Contract::from_files(&borrowed)?;
    let mut counts = Vec::new();
    for text in texts {
        let document = contract.resolve(&sample_values(text.language, false), text.language);
        let draft = words::of(&text::words_with_marks(&document).join(" "));
        let source: Vec<words::Word> = text.parts.iter().flat_map(|p| p.words.clone()).collect();
        if let Some((wanted, found)) = words::difference(&source, &draft) {
            let name = text.parts.first().map_or("", |part| part.name.as_str());
            let line = wanted.map_or(1, |word| word.line);
            let wanted = wanted.map_or("das Ende", |word| word.text.as_str());
            let found = found.map_or("das Ende", String::as_str);
            return Err(vec![Problem::new(
                name,
                line,
                format!(
                    "Hier würde der Wortlaut verändert: Auf „{wanted}“ der Vorlage träfe „{found}“ des Entwurfs. Auszeichnungen dieser Datei sind deshalb nur als Text übernommen; vereinfachen Sie die Stelle und wiederholen Sie den Import."
                ),
            )]);
        }
        counts.push((text.language, source.len()));
    }
    Ok(counts)
}

/// German or English, decided by their most common words.
fn language(text: &str) -> Language {
    let mut german = 0_u32;
    let mut english = 0_u32;
    for word in text.split(|c: char| !c.is_alphabetic()) {
        match word.to_lowercase().as_str() {
            "der" | "die" | "das" | "und" | "ist" | "den" | "dem" | "nicht" | "von" => german += 1,
            "the" | "and" | "of" | "to" | "is" | "not" | "shall" | "by" => english += 1,
            _ => {}
        }
    }
    if english > german {
        Language::En
    } else {
        Language::De
    }
}
