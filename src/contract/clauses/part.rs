//! A part of a version with its clauses in every language.

use super::cut::{Clause, Pair, cut, paired};
use crate::contract::parts;
use crate::domain::version::Files;

/// A part with its clauses, the same ones of all languages together.
#[derive(Debug, Clone)]
pub struct PartText {
    /// Its name without language: `vertrag`, `produkte/trunk`.
    pub stem: String,
    /// Its files.
    pub columns: Vec<Column>,
    /// Its clauses.
    pub pairs: Vec<Pair>,
}

/// The file of one language.
#[derive(Debug, Clone)]
pub struct Column {
    /// `de` or `en`.
    pub code: &'static str,
    /// Path in the folder.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Its clauses.
    pub clauses: Vec<Clause>,
}

impl PartText {
    /// Reads a part; `None` if there is none of that name.
    pub fn of(files: &Files, stem: &str) -> Option<Self> {
        let columns: Vec<Column> = parts::languages(files)
            .into_iter()
            .filter_map(|code| {
                let path = format!("{code}/{stem}.dj");
                let text = files.get(&path)?.clone();
                Some(Column {
                    clauses: cut(&text, stem),
                    code,
                    path,
                    text,
                })
            })
            .collect();
        if columns.is_empty() {
            return None;
        }
        let lists: Vec<Vec<Clause>> = columns.iter().map(|one| one.clauses.clone()).collect();
        Some(Self {
            stem: stem.to_owned(),
            pairs: paired(&lists),
            columns,
        })
    }

    /// The clause with this key.
    pub fn pair(&self, key: &str) -> Option<&Pair> {
        self.pairs.iter().find(|pair| pair.key == key)
    }

    /// The clause that has a line of a file.
    pub fn at_line(&self, path: &str, line: usize) -> Option<&Pair> {
        let column = self.columns.iter().position(|one| one.path == path)?;
        let clauses = &self.columns.get(column)?.clauses;
        let place = clauses.iter().rposition(|one| one.line <= line.max(1))?;
        let has = |pair: &&Pair| pair.places.get(column).copied().flatten() == Some(place);
        self.pairs.iter().find(has)
    }

    /// A clause in each language, with the place in its list.
    pub fn each<'p>(
        &'p self,
        pair: &'p Pair,
    ) -> impl Iterator<Item = (&'p Column, Option<(usize, &'p Clause)>)> {
        let places = pair.places.iter().copied().chain(std::iter::repeat(None));
        self.columns.iter().zip(places).map(|(column, place)| {
            let clause = place.and_then(|at| Some((at, column.clauses.get(at)?)));
            (column, clause)
        })
    }

    /// The words of a clause's heading, in the first language that has it.
    pub fn title(&self, pair: &Pair) -> String {
        let mut found = self.each(pair).filter_map(|(_, clause)| clause);
        found
            .next()
            .map(|(_, one)| one.title.clone())
            .unwrap_or_default()
    }

    /// The clauses in their order, to see whether it has changed.
    pub fn order(&self) -> String {
        let keys: Vec<&str> = self.pairs.iter().map(|pair| pair.key.as_str()).collect();
        keys.join(" ")
    }
}

/// An id that nothing in a version has: the wanted one, or that with a number.
pub fn free_id(files: &Files, wanted: &str) -> String {
    let is_taken = |id: &str| {
        let mark = format!("#{id}");
        files.values().any(|text| {
            text.match_indices(&mark).any(|(at, found)| {
                let next = text
                    .get(at + found.len()..)
                    .and_then(|rest| rest.chars().next());
                !next.is_some_and(|c| c.is_alphanumeric() || c == '-' || c == '_')
            })
        })
    };
    // An id begins with a letter, and some are taken for what has no name.
    let is_plain = wanted.starts_with(|c: char| c.is_ascii_lowercase());
    let wanted = match is_plain && !wanted.starts_with("tabelle-") && !wanted.ends_with("-h") {
        true => wanted.to_owned(),
        false => format!("klausel-{}", wanted.trim_end_matches("-h")),
    };
    let others = (2..1000).map(|number| format!("{wanted}-{number}"));
    let mut all = std::iter::once(wanted.clone()).chain(others);
    let free = all.find(|id| !is_taken(id));
    free.unwrap_or(wanted)
}
