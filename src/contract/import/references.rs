//! References inside a source: those whose target is a heading or an item stay references, others
//! become the text that they print.

use std::collections::{HashMap, HashSet};

use super::blocks::Block;
use super::inline::{Piece, without_targets};
use super::lines::Line;

/// Further names of a place, with the one that is kept.
pub(super) fn aliases(lines: &[Line]) -> HashMap<String, String> {
    let named = lines.iter().filter_map(|line| line.ids.split_first());
    named
        .flat_map(|(first, rest)| rest.iter().map(|other| (other.clone(), first.clone())))
        .collect()
}

/// Renames places and what refers to them.
pub(super) fn rename(blocks: &mut [Block], to: &dyn Fn(&str) -> Option<String>) {
    each(
        blocks,
        &mut |id| {
            if let Some(id) = id
                && let Some(new) = to(id)
            {
                *id = new;
            }
        },
        &mut |pieces| renamed(pieces, to),
    );
}

fn renamed(pieces: &mut [Piece], to: &dyn Fn(&str) -> Option<String>) {
    for piece in pieces {
        match piece {
            Piece::Reference(id, _) => {
                if let Some(new) = to(id) {
                    *id = new;
                }
            }
            Piece::Strong(inner) | Piece::Emphasis(inner) => renamed(inner, to),
            _ => {}
        }
    }
}

/// Leaves only references whose target can be named, and only names that something refers to.
pub(super) fn settle(blocks: &mut [Block]) {
    let mut placed: HashSet<String> = HashSet::new();
    let mut asked: HashSet<String> = HashSet::new();
    each(
        blocks,
        &mut |id| {
            // A second place of the same name cannot be one.
            if let Some(name) = id.as_deref()
                && !placed.insert(name.to_owned())
            {
                *id = None;
            }
        },
        &mut |pieces| collect(pieces, &mut asked),
    );
    each(
        blocks,
        &mut |id| *id = id.take().filter(|id| asked.contains(id)),
        &mut |pieces| {
            without_targets(pieces, &|id| placed.contains(id));
        },
    );
}

fn collect(pieces: &[Piece], asked: &mut HashSet<String>) {
    for piece in pieces {
        match piece {
            Piece::Reference(id, _) => drop(asked.insert(id.clone())),
            Piece::Strong(inner) | Piece::Emphasis(inner) => collect(inner, asked),
            _ => {}
        }
    }
}

/// Visits the names and the texts of all blocks.
fn each(
    blocks: &mut [Block],
    id: &mut dyn FnMut(&mut Option<String>),
    text: &mut dyn FnMut(&mut Vec<Piece>),
) {
    for block in blocks {
        match block {
            Block::Heading(heading) => {
                id(&mut heading.id);
                text(&mut heading.title);
            }
            Block::Paragraph(paragraph) => text(&mut paragraph.text),
            Block::List(list) => {
                for item in &mut list.items {
                    id(&mut item.id);
                    each(&mut item.blocks, id, text);
                }
            }
            Block::Table(table) => {
                table.head.iter_mut().for_each(&mut *text);
                table.rows.iter_mut().flatten().for_each(&mut *text);
            }
            Block::Definition(term, inner) => {
                text(term);
                each(inner, id, text);
            }
        }
    }
}
