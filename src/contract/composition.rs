//! What a version has besides clauses: the blocks that the program writes, and the annexes of the products.
//! Placed, taken out and written in all languages at once, so that nobody needs the source for it.
//!
//! A change is only taken if the text can be read afterwards as well as before.

use super::clauses::order::named;
use super::clauses::placed::{placed, source_of, with, without};
use super::clauses::{Pair, PartText, free_id};
use super::import::djot::at_start;
use super::parts::{self, literal, quoted, set, stems};
use super::text::sha256;
use super::vocabulary::Generator;
use super::{Contract, meta};
use crate::domain::Language;
use crate::domain::version::{Files, VersionRefusal};
use crate::wording::composition as words;

/// The blocks of this page, in the order in which a contract mostly has them.
pub const BLOCKS: &[Generator] = &[
    Generator::Parties,
    Generator::Contacts,
    Generator::SubProcessors,
    Generator::Chain,
    Generator::Products,
    Generator::Conclusion,
];

/// A clause of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClauseAt {
    /// Name of its part without language.
    pub part: String,
    /// Key of the clause.
    pub clause: String,
}

/// Where a block is placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockPlace {
    /// Before everything else in the contract.
    Beginning,
    /// At the end of the own text of a clause.
    Clause(ClauseAt),
    /// In a new annex behind the others.
    NewAnnex,
}

/// What is written of a product in one language.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProductWords {
    /// Its name.
    pub name: String,
    /// What the processing is for.
    pub purpose: String,
    /// Types of data.
    pub data: String,
    /// Data subjects.
    pub persons: String,
}

/// The parts that have clauses of the contract itself.
pub fn own_parts(files: &Files) -> Vec<PartText> {
    let mut stems = stems(files);
    stems.retain(|stem| !stem.starts_with("produkte/") && stem != parts::MEASURES);
    let all = stems.iter().filter_map(|stem| PartText::of(files, stem));
    all.collect()
}

/// The blocks of a version with the clauses they stand in.
pub fn blocks(files: &Files) -> Vec<(Generator, ClauseAt)> {
    let mut found = Vec::new();
    for part in own_parts(files) {
        for pair in &part.pairs {
            let first = part.each(pair).find_map(|(column, clause)| {
                let (_, clause) = clause?;
                Some(placed(clause.source(&column.text)))
            });
            let at = ClauseAt {
                part: part.stem.clone(),
                clause: pair.key.clone(),
            };
            let all = first.unwrap_or_default().into_iter();
            found.extend(all.map(|generator| (generator, at.clone())));
        }
    }
    found
}

/// A short hash of what a person saw who chose a place: clauses with their headings and order, blocks, products.
/// Words below a heading may change meanwhile.
pub fn stamp(files: &Files) -> String {
    let mut seen = String::new();
    for part in own_parts(files) {
        for pair in &part.pairs {
            seen.push_str(&format!(
                "{}\t{}\t{}\n",
                part.stem,
                pair.key,
                part.title(pair)
            ));
        }
    }
    for (generator, at) in blocks(files) {
        seen.push_str(&format!(
            "{}\t{}\t{}\n",
            generator.word(),
            at.part,
            at.clause
        ));
    }
    let products = files.keys().filter(|path| path.contains("/produkte/"));
    products.for_each(|path| seen.push_str(&format!("{path}\n")));
    let mut hash = sha256(seen.as_bytes());
    hash.truncate(16);
    hash
}

/// Places a block that is not there yet, in every language.
///
/// # Errors
/// It is there already, there is no such clause, or the text could not be read with it.
pub fn place(
    files: &Files,
    generator: Generator,
    place: &BlockPlace,
) -> Result<Files, VersionRefusal> {
    if blocks(files).iter().any(|(one, _)| *one == generator) {
        return Err(VersionRefusal::BlockIsThere);
    }
    let changed = match place {
        BlockPlace::Beginning => {
            let mut files = files.clone();
            let part = PartText::of(&files, "vertrag").ok_or(VersionRefusal::NoSuchPart)?;
            for column in part.columns {
                let text = column.text.trim_start_matches('\n');
                files.insert(column.path, format!("{}\n{text}", source_of(generator)));
            }
            files
        }
        BlockPlace::Clause(at) => {
            each_clause(files, at, &mut |source| Some(with(source, generator)))?
        }
        BlockPlace::NewAnnex => {
            let text = |code: &str| {
                let title = literal(words::annex_title(generator.word(), language(code)));
                format!("# {title}\n\n{}", source_of(generator))
            };
            let name = free_name(
                files,
                &format!("anlage-{}", words::file_name(generator.word())),
            );
            parts::add_annex(files, &name, text)?
        }
    };
    readable(files, changed)
}

/// Takes a block out of a clause, in every language.
///
/// # Errors
/// It is not there, or the text could not be read without it.
pub fn take_out(
    files: &Files,
    generator: Generator,
    at: &ClauseAt,
) -> Result<Files, VersionRefusal> {
    let changed = each_clause(files, at, &mut |source| without(source, generator))?;
    readable(files, changed)
}

/// Gives a product or an option an annex that refers to a clause or an annex of the contract.
///
/// # Errors
/// It has one, there is no such clause, or nothing can refer to it.
pub fn refer(
    files: &Files,
    key: &str,
    name: &dyn Fn(Language) -> String,
    at: &ClauseAt,
) -> Result<Files, VersionRefusal> {
    let (changed, id) = with_id(files, at)?;
    let text = |code: &str| {
        let language = language(code);
        let sentence = words::refers(&format!("[](#{id})"), language);
        format!(
            "## {}\n\n{{.data-types}}\n{sentence}\n",
            at_start(&literal(&name(language)))
        )
    };
    let changed = parts::add_files(&changed, &product(key), text)?;
    readable(files, changed)
}

/// Writes the annex of a product or an option, and what the page of conclusion says of it in short.
///
/// # Errors
/// It has one.
pub fn describe(
    files: &Files,
    key: &str,
    said: &dyn Fn(Language) -> ProductWords,
) -> Result<Files, VersionRefusal> {
    let text = |code: &str| {
        let language = language(code);
        let said = said(language);
        let line = |text: &str| at_start(&literal(text));
        let [data, persons] = words::heads(language);
        format!(
            "## {}\n\n{}\n\n| {data} | {persons} |\n|---|---|\n| {} | {} |\n",
            line(&said.name),
            line(&said.purpose),
            line(&said.data),
            line(&said.persons)
        )
    };
    let mut changed = parts::add_files(files, &product(key), text)?;
    let languages = parts::languages(files);
    if let Some(toml) = changed.get_mut(meta::FILE) {
        let section = format!("summaries.{key}");
        for code in languages {
            let said = said(language(code));
            for (field, value) in [("data", &said.data), ("persons", &said.persons)] {
                *toml = set(
                    toml,
                    Some(&section),
                    &format!("{field}.{code}"),
                    &quoted(value),
                );
            }
        }
    }
    readable(files, changed)
}

fn product(key: &str) -> String {
    format!("produkte/{key}")
}

/// The id that references to a clause name; its heading gets one in every language if it has none.
fn with_id(files: &Files, at: &ClauseAt) -> Result<(Files, String), VersionRefusal> {
    let part = PartText::of(files, &at.part).ok_or(VersionRefusal::NoSuchPart)?;
    let pair = part.pair(&at.clause).ok_or(VersionRefusal::NoSuchClause)?;
    let ids: Vec<&str> = part
        .each(pair)
        .filter_map(|(_, clause)| clause?.1.id.as_deref())
        .collect();
    let mut all = part.each(pair).map(|(_, clause)| clause);
    if all.any(|clause| clause.is_none_or(|(_, one)| one.level == 0)) {
        return Err(VersionRefusal::NoSuchClause);
    }
    match ids.first() {
        Some(id) if ids.len() == part.columns.len() => Ok((files.clone(), (*id).to_owned())),
        Some(_) => Err(VersionRefusal::NoPlace),
        None if is_annex(&part, pair) => Ok((files.clone(), at.part.clone())),
        None => {
            let id = free_id(files, &pair.key);
            let changed = each_clause(files, at, &mut |source| Some(named(source, &id)))?;
            Ok((changed, id))
        }
    }
}

/// Whether a clause is the whole annex, which is called as its file.
fn is_annex(part: &PartText, pair: &Pair) -> bool {
    let mut all = part.each(pair).filter_map(|(_, clause)| clause);
    part.stem != "vertrag" && all.all(|(_, one)| one.printed_id == part.stem)
}

/// Rewrites a clause in every language.
fn each_clause(
    files: &Files,
    at: &ClauseAt,
    change: &mut dyn FnMut(&str) -> Option<String>,
) -> Result<Files, VersionRefusal> {
    let part = PartText::of(files, &at.part).ok_or(VersionRefusal::NoSuchPart)?;
    let pair = part.pair(&at.clause).ok_or(VersionRefusal::NoSuchClause)?;
    let mut files = files.clone();
    for (column, clause) in part.each(pair) {
        let (_, clause) = clause.ok_or(VersionRefusal::NoSuchClause)?;
        let source = change(clause.source(&column.text)).ok_or(VersionRefusal::NoSuchClause)?;
        let mut text = column.text.clone();
        text.replace_range(clause.range.clone(), &source);
        files.insert(column.path.clone(), text);
    }
    Ok(files)
}

/// The changed files, if they can be read as well as those before.
fn readable(before: &Files, after: Files) -> Result<Files, VersionRefusal> {
    let faults = |files: &Files| Contract::from_map(files).err().map_or(0, |all| all.len());
    match faults(&after) <= faults(before) {
        true => Ok(after),
        false => Err(VersionRefusal::NotHere),
    }
}

fn free_name(files: &Files, wanted: &str) -> String {
    let taken = stems(files);
    let others = (2..1000).map(|number| format!("{wanted}-{number}"));
    let mut names = std::iter::once(wanted.to_owned()).chain(others);
    let free = names.find(|name| !taken.contains(name));
    free.unwrap_or_else(|| wanted.to_owned())
}

fn language(code: &str) -> Language {
    Language::from_code(code).unwrap_or(Language::De)
}

#[cfg(test)]
mod tests;
