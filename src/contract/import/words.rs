//! Nothing dropped, nothing invented: the words of a draft against the words of its source, counted
//! without the reader that made the draft.

use super::inline;
use crate::contract::inline::visible;

/// A word with the line it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// Letters and digits only.
    pub text: String,
    /// Line in the source, from 1.
    pub line: usize,
}

/// The words of a source, without what only marks it up.
pub(super) fn of_source(text: &str, markdown: bool) -> Vec<Word> {
    let mut out = Vec::new();
    let text = if markdown {
        bare(text)
    } else {
        text.to_owned()
    };
    for (index, line) in text.split('\n').enumerate() {
        let words = of(line).into_iter();
        out.extend(words.map(|text| Word {
            text,
            line: index + 1,
        }));
    }
    out
}

/// Letters and digits of a text, word by word.
pub(super) fn of(text: &str) -> Vec<String> {
    let visible = visible(&text.replace(['*', '`', '\\'], ""));
    let signs = |c: char| c.is_alphanumeric() || "§€%&@+".contains(c) || is_mark(c);
    visible
        .split(|c: char| !signs(c))
        .filter(|word| word.chars().any(|c| c != '+'))
        .map(str::to_owned)
        .collect()
}

/// Combining accents belong to the letter before them.
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

/// The first word that differs.
pub(super) fn difference<'w>(
    source: &'w [Word],
    draft: &'w [String],
) -> Option<(Option<&'w Word>, Option<&'w String>)> {
    let length = source.len().max(draft.len());
    let at = (0..length).find(|at| source.get(*at).map(|w| &w.text) != draft.get(*at))?;
    Some((source.get(at), draft.get(at)))
}

/// Markdown without comments, tags, link targets and entities; lines keep their numbers.
fn bare(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // Behind the last end of a comment none is looked for.
    let comments = text.rfind("-->").unwrap_or(0);
    while let Some(c) = rest.chars().next() {
        let at = text.len() - rest.len();
        let taken = match c {
            '<' if at > comments && rest.starts_with("<!--") => None,
            '<' => tag(rest).map(|(taken, apart)| {
                out.extend(apart.then_some(' '));
                taken
            }),
            ']' if rest.starts_with("](") => target(rest),
            '&' => inline::character(rest).map(|(c, taken)| {
                out.push(c);
                taken
            }),
            _ => None,
        };
        let skipped = rest.get(..taken.unwrap_or(0)).unwrap_or_default();
        out.extend(skipped.chars().filter(|c| *c == '\n'));
        let taken = taken.unwrap_or_else(|| {
            out.push(c);
            c.len_utf8()
        });
        rest = rest.get(taken..).unwrap_or_default();
    }
    out
}

/// Length of a tag, and whether it keeps words apart.
fn tag(rest: &str) -> Option<(usize, bool)> {
    if rest.starts_with("<!--") {
        return rest.find("-->").map(|end| (end + 3, false));
    }
    // A bar at the start of a line is that of a quotation, and an empty line ends everything.
    let near = inline::near(rest, inline::LONGEST);
    let line_end = near.find('\n').unwrap_or(near.len());
    let end = near.get(..line_end)?.find('>')?;
    let name = rest.get(1..end)?.trim_start_matches('/');
    let name = name.split(|c: char| !c.is_ascii_alphanumeric()).next()?;
    let address = rest.get(..end)?.contains(['@', ':']) && !rest.get(..end)?.contains(' ');
    (inline::is_tag(name) && !address).then_some((end + 1, inline::is_break(name)))
}

fn target(rest: &str) -> Option<usize> {
    let mut depth = 0_u32;
    for (at, c) in rest.char_indices().skip(1).take(inline::LONGEST) {
        match c {
            '(' => depth += 1,
            ')' if depth == 1 => return Some(at + 1),
            ')' => depth -= 1,
            '\n' => return None,
            _ => {}
        }
    }
    None
}
