//! The contract: its versions and how they are rolled out, for the operator's legal department, and its text as
//! everybody may read it.

pub mod roll_outs;
pub mod text;
pub mod versions;

use crate::contract::diff::Piece;

/// Words that stay beside a change; a longer run that is the same in both is cut.
const AROUND: usize = 14;

/// Cuts what is the same far from any change.
pub fn shortened(pieces: Vec<Piece>) -> Vec<Piece> {
    let last = pieces.len().saturating_sub(1);
    pieces
        .into_iter()
        .enumerate()
        .map(|(place, piece)| match piece {
            Piece::Same(text) => Piece::Same(cut(&text, place > 0, place < last)),
            other => other,
        })
        .collect()
}

fn cut(text: &str, after_change: bool, before_change: bool) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let keep = |wanted: bool| if wanted { AROUND } else { 0 };
    let (head, tail) = (keep(after_change), keep(before_change));
    if words.len() <= head + tail + 4 {
        return text.to_owned();
    }
    let begin = words.get(..head).unwrap_or_default().join(" ");
    let end = words
        .get(words.len() - tail..)
        .unwrap_or_default()
        .join(" ");
    format!("{begin} […] {end}").trim().to_owned()
}
