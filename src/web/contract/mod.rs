//! The contract: its versions and their roll-outs, for the operator's legal department, and its
//! text on pages that need no sign-in.

pub mod roll_outs;
pub mod text;
pub mod versions;

use crate::contract::diff::Piece;

/// Number of unchanged words that are kept beside a change; the rest of a longer unchanged run is
/// cut.
const AROUND: usize = 14;

/// Cuts unchanged words that are far from any change.
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
