//! From any contract text to a draft version: documents of office programs, HTML, Markdown and plain
//! text become a folder with `contract.toml` and Djot files (T-15).
//!
//! ```text
//! .docx .odt ─ office ─┬─ flow ─┐
//! HTML ─────── html ───┘        ├─▶ lines ──▶ blocks (headings, lists, tables, marker, plain) ──▶ write (djot) ──▶ files
//! Markdown ─── markdown ────────┤     └────────────── words: the draft says the same ──────────────────┘
//! text ─────── lines ───────────┘
//! ```
//!
//! What markup says is known: headings, automatic numbers, lists, tables, footnotes. What an author
//! typed instead is recognised here, in the same way for all formats, and each line whose role is not
//! certain is listed with the guess ([`Doubt`]); a decision of the author about it holds.
//!
//! Structure is recognised as well as it can be; where it is not, a clause becomes a paragraph. But
//! the wording is guaranteed: every word of the source is in the draft once, in order, or the
//! import reports where it is not. The words are counted in the source itself.

mod blocks;
mod decode;
pub(super) mod djot;
mod doubts;
mod flow;
mod guesses;
mod headings;
mod html;
mod inline;
mod languages;
mod lines;
mod lists;
mod markdown;
mod marker;
#[cfg(test)]
mod markup_tests;
#[cfg(test)]
mod measure;
mod merge;
mod office;
mod plain;
mod prepared;
mod reader;
mod references;
mod tables;
#[cfg(test)]
mod tests;
mod toml;
mod words;
mod write;

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{Contract, Problem, sample_values, text};
use crate::domain::Language;
use blocks::Block;
pub use decode::{Decoded, Encoding, decode};
pub use doubts::{Decisions, Doubt, Role};
use doubts::{Guess, shown};
pub use merge::merged;
use write::Written;

/// What a source consists of.
#[derive(Debug, Clone, Copy)]
pub enum Content<'s> {
    /// A text; the ending of its name says whether it is Markdown, HTML or plain.
    Text(&'s str),
    /// The parts of a document of an office program, by their names in the archive.
    Office(&'s BTreeMap<String, String>),
}

/// A text to import.
#[derive(Debug, Clone, Copy)]
pub struct Source<'s> {
    /// Its file name; the extension decides the format: `.md`, `.html`, anything else is plain
    /// text.
    pub name: &'s str,
    /// The text itself.
    pub content: Content<'s>,
}

impl<'s> Source<'s> {
    /// A text.
    pub const fn text(name: &'s str, text: &'s str) -> Self {
        Self {
            name,
            content: Content::Text(text),
        }
    }

    /// A document.
    pub const fn office(name: &'s str, parts: &'s BTreeMap<String, String>) -> Self {
        Self {
            name,
            content: Content::Office(parts),
        }
    }
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
    /// Lines whose role was guessed, in order.
    pub doubts: Vec<Doubt>,
}

/// At most this many notes of one file are listed.
const MOST_NOTES: usize = 200;
/// A source has fewer lines than this.
const MOST_LINES: usize = 10_000_000;

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
    import_with(sources, &Decisions::new(), today)
}

/// The same with what the author has decided of doubtful lines.
///
/// # Errors
/// As those of [`import`].
pub fn import_with(
    sources: &[Source<'_>],
    decisions: &Decisions,
    today: NaiveDate,
) -> Result<Draft, Vec<Problem>> {
    let mut notes = Vec::new();
    let mut result = Err(Vec::new());
    for trust in [Trust::Markup, Trust::Plain, Trust::Lines] {
        result = attempt(sources, decisions, today, trust);
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

fn attempt(
    sources: &[Source<'_>],
    decisions: &Decisions,
    today: NaiveDate,
    trust: Trust,
) -> Result<Draft, Vec<Problem>> {
    let mut texts: Vec<Collected> = Vec::new();
    let mut notes = Vec::new();
    for (index, source) in sources.iter().enumerate() {
        let reads = Read::of(source, index, decisions, trust, &mut notes)
            .map_err(|problem| vec![problem])?;
        for read in reads {
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
        doubts: doubts_of(&texts, &written, decisions),
    })
}

/// The doubts with the levels that their headings have in the draft.
fn doubts_of(
    texts: &[Collected],
    written: &[(Language, Written)],
    decisions: &Decisions,
) -> Vec<Doubt> {
    let levels: BTreeMap<usize, u8> = written
        .iter()
        .flat_map(|(_, text)| text.levels.iter().copied())
        .collect();
    let mut out = Vec::new();
    for read in texts.iter().flat_map(|text| &text.parts) {
        for (guess, text, line) in &read.guesses {
            let role = match guess.role {
                // Only headings that were written have a level; the title of the contract has none.
                Role::Heading(_) => match levels.get(&guess.at) {
                    Some(level) => Role::Heading(*level),
                    None => continue,
                },
                role => role,
            };
            out.push(Doubt {
                key: guess.at,
                file: read.name.clone(),
                line: *line,
                text: shown(text),
                role,
                why: guess.why,
                is_decided: decisions.contains_key(&guess.at),
                may_go: guess.may_go,
            });
        }
    }
    out.sort_by_key(|doubt| doubt.key);
    out.dedup_by_key(|doubt| doubt.key);
    out
}

fn is_annex(block: &Block) -> bool {
    matches!(block, Block::Heading(heading) if heading.annex)
}

/// One source after reading, or the part of it that is in one language.
struct Read {
    name: String,
    language: Language,
    blocks: Vec<Block>,
    words: Vec<words::Word>,
    /// What was guessed, with the text of the line and its number.
    guesses: Vec<(Guess, String, usize)>,
}

impl Read {
    fn of(
        source: &Source<'_>,
        index: usize,
        decisions: &Decisions,
        trust: Trust,
        notes: &mut Vec<Problem>,
    ) -> Result<Vec<Self>, Problem> {
        let ending = source.name.rsplit('.').next().unwrap_or_default();
        let mut said = 0;
        let mut note = |line, message: String| {
            said += 1;
            if said <= MOST_NOTES {
                notes.push(Problem::new(source.name, line, message));
            }
        };
        let (mut marked, mut words) = (None, None);
        let mut text = String::new();
        match (source.content, ending.to_lowercase().as_str()) {
            (Content::Office(parts), _) => {
                let read = office::read(parts, &mut note)
                    .map_err(|message| Problem::new(source.name, 1, message))?;
                text = lines::joined(&read.lines);
                words = Some(read.words);
                marked = Some(read.lines);
            }
            (Content::Text(given), "html" | "htm" | "xhtml") => {
                let page = html::Page::of(given).ok_or_else(|| {
                    Problem::new(source.name, 1, "Die Seite ist zu tief verschachtelt. Öffnen Sie sie im Browser, kopieren Sie den Text in ein Schreibprogramm und speichern Sie ihn dort.")
                })?;
                words = Some(words::of_source(&page.words(), false));
                let read = page.lines(&mut note);
                text = lines::joined(&read);
                marked = Some(read);
            }
            (Content::Text(given), "md" | "markdown" | "mdown") if trust == Trust::Markup => {
                let markdown = prepared::Prepared::of(given);
                marked = Some(markdown::read(&markdown, &mut note));
                words = Some(words::of_markdown(&markdown));
                given.clone_into(&mut text);
            }
            (Content::Text(given), _) => given.clone_into(&mut text),
        }
        let marked = marked.filter(|_| trust == Trust::Markup);
        let markup = marked.is_some();
        let lines = marked.unwrap_or_else(|| lines::split(&text));
        let words = words.unwrap_or_else(|| words::of_source(&text, false));
        let parts = languages::parts(lines, words, &mut note);
        let mut first = index * MOST_LINES;
        let mut out = Vec::new();
        for (language, lines, words) in parts {
            let count = lines.len();
            out.push(Self::part(
                source.name,
                language,
                lines,
                words,
                (first, markup, trust),
                decisions,
            ));
            first += count;
        }
        Ok(out)
    }

    fn part(
        name: &str,
        language: Language,
        lines: Vec<lines::Line>,
        mut words: Vec<words::Word>,
        (first, markup, trust): (usize, bool, Trust),
        decisions: &Decisions,
    ) -> Self {
        let aliases = references::aliases(&lines);
        let mut guesses = Vec::new();
        let blocks = match trust {
            Trust::Lines => blocks::paragraphs(lines),
            _ => {
                let (mut blocks, found) = reader::read(&lines, markup, first, decisions);
                for guess in found {
                    let at = guess.at - first;
                    let Some(line) = lines.get(at) else { continue };
                    if guess.role == Role::LeftOut {
                        leave_out(&lines, at, &mut words);
                    }
                    guesses.push((guess, line.text.clone(), line.number));
                }
                references::rename(&mut blocks, &|id| aliases.get(id).cloned());
                blocks
            }
        };
        Self {
            name: name.to_owned(),
            language,
            blocks,
            words,
            guesses,
        }
    }
}

/// Takes the words of a line out of those of the source.
fn leave_out(lines: &[lines::Line], at: usize, words: &mut Vec<words::Word>) {
    let (above, rest) = lines.split_at(at.min(lines.len()));
    let before = words::of(&lines::joined(above)).len();
    let own = words::of(&lines::joined(rest.get(..1).unwrap_or_default()));
    let range = before..before + own.len();
    let is_there = words
        .get(range.clone())
        .is_some_and(|there| there.iter().map(|word| &word.text).eq(own.iter()));
    if is_there {
        words.drain(range);
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
        let number = self.parts.len();
        references::rename(&mut read.blocks, &|id| Some(format!("{id}-{number}")));
        self.parts.push(read);
    }

    fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.parts.iter().flat_map(|part| &part.blocks)
    }

    fn write(&self, split: bool) -> Written {
        let mut blocks: Vec<Block> = self.blocks().cloned().collect();
        references::settle(&mut blocks);
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
