//! The differences of two versions: compared clause by clause, with the words of a changed clause
//! marked.
//!
//! A clause is a heading with the text below it up to the next heading; the text before the first
//! one is a clause too. Clauses are the same if they have the same id, else if they have the same
//! heading, so that a clause that moved or was renumbered is compared with itself.

use std::collections::HashSet;

use similar::{Algorithm, DiffTag, capture_diff_slices};

use super::text;
use super::tree::{Block, Document, plain};

/// A clause that differs between the versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Id of the clause in the version that has it, the new one if both do; empty for the preamble.
    pub id: String,
    /// Its number and heading.
    pub heading: String,
    /// How it has changed.
    pub kind: ChangeKind,
    /// Its words with their marks, heading first; successive words with the same mark are one
    /// piece.
    pub words: Vec<Piece>,
}

/// How a clause has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// Only the new version has it.
    Added,
    /// Only the old version has it.
    Removed,
    /// Both versions have it, with different words.
    Changed,
}

/// Successive words with the same mark, separated by single spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// In both versions.
    Same(String),
    /// Only in the new one.
    Added(String),
    /// Only in the old one.
    Removed(String),
}

/// The clauses that differ, in the order of the new version; a removed clause is placed where it
/// was.
pub fn diff(old: &Document, new: &Document) -> Vec<Change> {
    let (before, after) = (clauses(old), clauses(new));
    let partners = partners(&before, &after);
    let mut changes = Vec::new();
    let mut removed = before
        .iter()
        .enumerate()
        .filter(|(index, _)| !partners.contains(&Some(*index)))
        .peekable();
    let mut take_removed = |until: usize, changes: &mut Vec<Change>| {
        while let Some((_, clause)) = removed.next_if(|(index, _)| *index < until) {
            let words = vec![Piece::Removed(clause.words().join(" "))];
            changes.push(clause.change(ChangeKind::Removed, words));
        }
    };
    for (clause, partner) in after.iter().zip(&partners) {
        match partner {
            None => {
                let words = vec![Piece::Added(clause.words().join(" "))];
                changes.push(clause.change(ChangeKind::Added, words));
            }
            Some(index) => {
                take_removed(*index, &mut changes);
                let Some(earlier) = before.get(*index) else {
                    continue;
                };
                let words = words(&earlier.words(), &clause.words());
                if words.iter().any(|piece| !matches!(piece, Piece::Same(_))) {
                    changes.push(clause.change(ChangeKind::Changed, words));
                }
            }
        }
    }
    take_removed(usize::MAX, &mut changes);
    changes
}

struct Clause {
    id: String,
    /// The heading without its number.
    title: String,
    heading: String,
    text: String,
}

impl Clause {
    fn words(&self) -> Vec<&str> {
        let words = self.heading.split_whitespace();
        words.chain(self.text.split_whitespace()).collect()
    }

    fn change(&self, kind: ChangeKind, mut words: Vec<Piece>) -> Change {
        words.retain(|piece| !matches!(piece, Piece::Same(t) | Piece::Added(t) | Piece::Removed(t) if t.is_empty()));
        Change {
            id: self.id.clone(),
            heading: self.heading.clone(),
            kind,
            words,
        }
    }
}

fn clauses(document: &Document) -> Vec<Clause> {
    let title = plain(&document.title);
    let mut out = vec![Clause {
        id: String::new(),
        text: text::own(&document.blocks),
        heading: title.clone(),
        title,
    }];
    collect(&document.blocks, &mut out);
    out
}

fn collect(blocks: &[Block], out: &mut Vec<Clause>) {
    for block in blocks {
        if let Block::Section(section) = block {
            let title = plain(&section.title);
            let label = section.label.as_deref().unwrap_or_default();
            out.push(Clause {
                id: section.id.clone(),
                heading: format!("{label} {title}").trim().to_owned(),
                title,
                text: text::own(&section.blocks),
            });
            collect(&section.blocks, out);
        }
    }
}

/// For each new clause the old one it is compared with; each old one is used at most once.
fn partners(before: &[Clause], after: &[Clause]) -> Vec<Option<usize>> {
    let mut taken = HashSet::new();
    let mut partners = vec![None; after.len()];
    let rules: [fn(&Clause, &Clause) -> bool; 3] = [
        |a, b| a.id == b.id && a.title == b.title,
        |a, b| !a.title.is_empty() && a.title == b.title,
        |a, b| a.id == b.id,
    ];
    for same in rules {
        for (clause, partner) in after.iter().zip(partners.iter_mut()) {
            if partner.is_some() {
                continue;
            }
            let mut candidates = before.iter().enumerate();
            let found = candidates.find(|(index, old)| same(old, clause) && !taken.contains(index));
            if let Some((index, _)) = found {
                taken.insert(index);
                *partner = Some(index);
            }
        }
    }
    partners
}

/// Marks the words of two texts by a shortest edit script; common words stay between removed and
/// added ones.
pub fn words(old: &[&str], new: &[&str]) -> Vec<Piece> {
    let mut marked = Marked::default();
    for op in capture_diff_slices(Algorithm::Myers, old, new) {
        let (tag, before, after) = op.as_tag_tuple();
        let removed = old.get(before).unwrap_or_default();
        let added = new.get(after).unwrap_or_default();
        if tag == DiffTag::Equal {
            marked.all(Mark::Same, added);
        } else {
            marked.all(Mark::Removed, removed);
            marked.all(Mark::Added, added);
        }
    }
    marked.pieces()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Same,
    Added,
    Removed,
}

/// Words with their marks, which are joined to pieces.
#[derive(Default)]
struct Marked(Vec<(Mark, String)>);

impl Marked {
    fn one(&mut self, mark: Mark, word: &str) {
        match self.0.last_mut() {
            Some((last, text)) if *last == mark => {
                text.push(' ');
                text.push_str(word);
            }
            _ => self.0.push((mark, word.to_owned())),
        }
    }

    fn all(&mut self, mark: Mark, words: &[&str]) {
        words.iter().for_each(|word| self.one(mark, word));
    }

    fn pieces(self) -> Vec<Piece> {
        let piece = |(mark, text)| match mark {
            Mark::Same => Piece::Same(text),
            Mark::Added => Piece::Added(text),
            Mark::Removed => Piece::Removed(text),
        };
        self.0.into_iter().map(piece).collect()
    }
}
