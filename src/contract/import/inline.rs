//! Text inside a block, the common result of the readers of Markdown, HTML and plain text.

/// A part of the text in a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Plain characters as printed.
    Text(String),
    /// Strong text, usually bold.
    Strong(Vec<Piece>),
    /// Emphasised text, usually italic.
    Emphasis(Vec<Piece>),
    /// A link with an address that the engine allows.
    Link(String, Vec<Piece>),
    /// A reference to a heading or an item with this id.
    Reference(String, Vec<Piece>),
    /// A line end that is kept.
    Break,
}

/// Text without markup; a line end in it becomes a break.
pub(super) fn plain(text: &str) -> Vec<Piece> {
    let mut out = Vec::new();
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.push(Piece::Break);
        }
        push(&mut out, line);
    }
    out
}

/// Adds characters to the last text.
pub(super) fn push(out: &mut Vec<Piece>, text: &str) {
    match out.last_mut() {
        _ if text.is_empty() => {}
        Some(Piece::Text(last)) => last.push_str(text),
        _ => out.push(Piece::Text(text.to_owned())),
    }
}

/// Adds pieces, joining adjacent ones.
pub(super) fn append(out: &mut Vec<Piece>, pieces: impl IntoIterator<Item = Piece>) {
    for piece in pieces {
        match piece {
            Piece::Text(text) => push(out, &text),
            other => out.push(other),
        }
    }
}

/// The printed text of the pieces, without markup.
pub(super) fn words(pieces: &[Piece]) -> String {
    let mut out = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Strong(inner)
            | Piece::Emphasis(inner)
            | Piece::Link(_, inner)
            | Piece::Reference(_, inner) => out.push_str(&words(inner)),
            Piece::Break => out.push(' '),
        }
    }
    out
}

/// The pieces without their first bytes; `None` if these are not all in one text.
pub(super) fn cut(pieces: &[Piece], bytes: usize) -> Option<Vec<Piece>> {
    let (first, rest) = match pieces.split_first() {
        _ if bytes == 0 => return Some(pieces.to_vec()),
        Some((Piece::Text(first), rest)) => (first.get(bytes..)?, rest),
        _ => return None,
    };
    let mut out = Vec::new();
    push(&mut out, first);
    append(&mut out, rest.iter().cloned());
    Some(out)
}

/// Turns references into text whose target is no place that can be named.
pub(super) fn without_targets(pieces: &mut Vec<Piece>, is_placed: &dyn Fn(&str) -> bool) {
    let mut out = Vec::new();
    for mut piece in std::mem::take(pieces) {
        match &mut piece {
            Piece::Reference(id, inner) if !is_placed(id) => {
                append(&mut out, std::mem::take(inner));
                continue;
            }
            Piece::Strong(inner) | Piece::Emphasis(inner) => without_targets(inner, is_placed),
            _ => {}
        }
        append(&mut out, [piece]);
    }
    *pieces = out;
}

/// The pieces without space at either end.
pub(super) fn trimmed(mut pieces: Vec<Piece>) -> Vec<Piece> {
    if let Some(Piece::Text(text)) = pieces.first_mut() {
        *text = text.trim_start().to_owned();
    }
    if let Some(Piece::Text(text)) = pieces.last_mut() {
        text.truncate(text.trim_end().len());
    }
    pieces.retain(|piece| !matches!(piece, Piece::Text(text) if text.is_empty()));
    pieces
}
