//! What a document or a page says, in order, as lines for the reader of blocks. Here lists get their
//! depth: programs know the level of an item in its own numbering, and its distance from the margin.

use std::collections::HashMap;

use super::inline::{self, Piece};
use super::lines::{Kind, Line};
use super::tables::Table;
use crate::contract::fallback::raised;
use crate::contract::inline::{is_allowed, is_vague};

/// Longest text that is a heading although nobody but its style says so.
const LONGEST_HEADING: usize = 160;
/// Distances from the margin that look equal, in twentieths of a point.
const NEARLY: i32 = 120;

/// How a part of a text looks, and where it leads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Look {
    /// Whether it is bold.
    pub strong: bool,
    /// Whether it is italic.
    pub stressed: bool,
    /// Where a click leads.
    pub target: Option<Target>,
}

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// An address.
    Address(String),
    /// A bookmark in the document.
    Bookmark(String),
}

/// The text of a paragraph; line ends in it are `\n`.
#[derive(Debug, Clone, Default)]
pub(super) struct Spans(Vec<(Look, String)>);

impl Spans {
    /// Adds text.
    pub(super) fn push(&mut self, look: &Look, text: &str) {
        match self.0.last_mut() {
            _ if text.is_empty() => {}
            Some((last, all)) if last == look => all.push_str(text),
            _ => self.0.push((look.clone(), text.to_owned())),
        }
    }

    /// The printed text.
    pub(super) fn text(&self) -> String {
        self.0.iter().map(|(_, text)| text.as_str()).collect()
    }

    /// Whether it prints nothing.
    pub(super) fn is_blank(&self) -> bool {
        self.0.iter().all(|(_, text)| text.trim().is_empty())
    }

    /// Whether it ends with a space, or has no text yet.
    pub(super) fn ends_in_space(&self) -> bool {
        self.0.last().is_none_or(|(_, text)| text.ends_with(' '))
    }

    /// Whether nothing stands after its last line end.
    pub(super) fn ends_in_line(&self) -> bool {
        let texts = self
            .0
            .iter()
            .rev()
            .map(|(_, text)| text.trim_end_matches(' '));
        let last = texts.into_iter().find(|text| !text.is_empty());
        last.is_some_and(|text| text.ends_with('\n'))
    }

    /// The parts between its line ends.
    fn lines(&self) -> Vec<Self> {
        let mut out = vec![Self::default()];
        for (look, text) in &self.0 {
            for (index, part) in text.split('\n').enumerate() {
                if index > 0 {
                    out.push(Self::default());
                }
                if let Some(last) = out.last_mut() {
                    last.push(look, part);
                }
            }
        }
        out.retain(|line| !line.is_blank());
        out
    }

    /// Adds all of another text.
    pub(super) fn append(&mut self, other: Self) {
        for (look, text) in other.0 {
            self.push(&look, &text);
        }
    }
}

/// The number that an item or a heading gets from its numbering.
#[derive(Debug, Clone, Default)]
pub(super) struct Numbered {
    /// Its mark; empty for none.
    pub mark: String,
    /// Key of the numbering.
    pub list: String,
    /// Level in it, from 0.
    pub level: usize,
}

/// The lines of a document so far.
pub(super) struct Flow {
    /// The lines.
    pub out: Vec<Line>,
    /// Number of the present paragraph.
    pub number: usize,
    /// Ids by bookmark, for bookmarks that something refers to.
    ids: HashMap<String, String>,
    /// Bookmarks of the next paragraph.
    marks: Vec<String>,
    /// Open items: key of the numbering, level in it, distance from the margin.
    open: Vec<(String, usize, i32)>,
    /// Footnotes that stand after the present block.
    notes: Vec<(String, Spans)>,
    /// How many footnotes there were.
    counted: usize,
}

impl Flow {
    /// An empty document in which something refers to these bookmarks, in their order.
    pub(super) fn new(bookmarks: Vec<String>) -> Self {
        let ids = bookmarks.into_iter().zip(1..);
        Self {
            out: Vec::new(),
            number: 0,
            ids: ids
                .map(|(name, n)| (name, format!("verweis-{n}")))
                .collect(),
            marks: Vec::new(),
            open: Vec::new(),
            notes: Vec::new(),
            counted: 0,
        }
    }

    /// A bookmark in the present paragraph, or above the next one.
    pub(super) fn bookmark(&mut self, name: &str) {
        if let Some(id) = self.ids.get(name) {
            self.marks.push(id.clone());
        }
    }

    /// The mark of the next footnote.
    pub(super) fn next_note(&mut self) -> String {
        self.counted += 1;
        raised(&self.counted.to_string())
    }

    /// A footnote, which stands after the present block.
    pub(super) fn note(&mut self, mark: String, text: Spans) {
        self.notes.push((mark, text));
    }

    /// A heading.
    pub(super) fn heading(&mut self, level: u8, mark: &str, text: &Spans, note: Note<'_>) {
        self.open.clear();
        let mut bare = Spans::default();
        for (look, text) in &text.0 {
            let target = look.target.clone();
            bare.push(
                &Look {
                    target,
                    ..Look::default()
                },
                text,
            );
        }
        let pieces = self.pieces(&bare, note);
        self.line(0, Kind::Heading(level), Some(mark), pieces);
    }

    /// Whether a text with the style of a heading is one: some number whole paragraphs with it.
    pub(super) fn is_heading(text: &str) -> bool {
        let length = text.trim().chars().count();
        length <= LONGEST_HEADING && !(length > 90 && text.trim_end().ends_with(['.', ';', ',']))
    }

    /// Whether a numbered text without the style of a heading is one all the same: `§ 3 Weisungen`.
    pub(super) fn is_clause(mark: &str, text: &str) -> bool {
        let is_long = text.trim().chars().count() > 90;
        let word = mark
            .split([' ', '\u{a0}'])
            .next()
            .unwrap_or_default()
            .to_lowercase();
        let is_word = word.starts_with('§')
            || ["artikel", "article", "section", "anlage", "anhang", "annex"]
                .contains(&word.as_str());
        is_word && !is_long && !text.trim_end().ends_with(['.', ';', ',', ':'])
    }

    /// An item.
    pub(super) fn item(&mut self, numbered: &Numbered, left: i32, text: &Spans, note: Note<'_>) {
        while let Some((list, level, beside)) = self.open.last() {
            let is_inside = if *list == numbered.list {
                *level < numbered.level
            } else {
                left > *beside + NEARLY
            };
            if is_inside {
                break;
            }
            self.open.pop();
        }
        let depth = self.open.len();
        self.open
            .push((numbered.list.clone(), numbered.level, left));
        let pieces = self.pieces(text, note);
        self.line(4 * depth, Kind::Item, Some(&numbered.mark), pieces);
    }

    /// A paragraph, which stays in the item above if it is as far from the margin.
    pub(super) fn paragraph(&mut self, left: i32, text: &Spans, note: Note<'_>) {
        while let Some((.., beside)) = self.open.last() {
            if left > 0 && left + NEARLY >= *beside {
                break;
            }
            self.open.pop();
        }
        let indent = 4 * self.open.len();
        for line in text.lines() {
            let pieces = self.pieces(&line, note);
            self.line(indent, Kind::Text, None, pieces);
            // The lines of a paragraph stay together.
            self.out.pop();
        }
        self.out.push(Line::empty(self.number));
    }

    /// A term; what is further from the margin explains it.
    pub(super) fn term(&mut self, left: i32, text: &Spans, note: Note<'_>) {
        while self
            .open
            .last()
            .is_some_and(|(.., beside)| left < *beside || left == 0)
        {
            self.open.pop();
        }
        let pieces = self.pieces(text, note);
        self.line(4 * self.open.len(), Kind::Term, None, pieces);
        self.open.push((String::new(), 0, left + 1));
    }

    /// A table of these cells; merged ones are empty but for their first place.
    pub(super) fn table(&mut self, left: i32, rows: &[Vec<Spans>], note: Note<'_>) {
        while self
            .open
            .last()
            .is_some_and(|(.., beside)| left < *beside || left == 0)
        {
            self.open.pop();
        }
        self.number += 1;
        let mut filled: Vec<Vec<Vec<Piece>>> = Vec::new();
        for row in rows {
            let mut cells = Vec::new();
            for cell in row {
                cells.push(framed(self.pieces(cell, note)));
            }
            filled.push(cells);
        }
        if let Some(table) = Table::of(filled, Vec::new()) {
            self.out
                .push(Line::table(self.number, 4 * self.open.len(), table));
        }
        self.end();
    }

    /// Says why the last line may be something else.
    pub(super) fn doubt(&mut self, why: &'static str) {
        if let Some(line) = self.out.iter_mut().rev().find(|line| !line.text.is_empty()) {
            line.doubt = Some(why);
        }
    }

    /// Ends a block: its footnotes follow.
    pub(super) fn end(&mut self) {
        for (mark, text) in std::mem::take(&mut self.notes) {
            let mut all = Spans::default();
            all.push(&Look::default(), &format!("{mark} "));
            all.append(text);
            let pieces = self.pieces(&all, &mut |_, _| {});
            let indent = 4 * self.open.len();
            self.out.push(Line::new(self.number, indent, pieces));
            self.out.push(Line::empty(self.number));
        }
    }

    fn line(&mut self, indent: usize, kind: Kind, mark: Option<&str>, pieces: Vec<Piece>) {
        let pieces = framed(pieces);
        let mark = mark.filter(|mark| !mark.is_empty()).map(str::to_owned);
        let ids = std::mem::take(&mut self.marks);
        self.out.push(Line {
            kind,
            mark,
            ids,
            hard: true,
            ..Line::new(self.number, indent, pieces)
        });
        self.out.push(Line::empty(self.number));
    }

    fn pieces(&self, text: &Spans, note: Note<'_>) -> Vec<Piece> {
        let mut out = Vec::new();
        let mut rest = text.0.as_slice();
        while let Some((first, _)) = rest.first() {
            let end = rest
                .iter()
                .position(|(look, _)| look.target != first.target);
            let (same, next) = rest.split_at(end.unwrap_or(rest.len()));
            rest = next;
            let inner = styled(same);
            match &first.target {
                None => inline::append(&mut out, inner),
                Some(Target::Bookmark(name)) => match self.ids.get(name) {
                    Some(id) => out.push(Piece::Reference(id.clone(), inner)),
                    None => inline::append(&mut out, inner),
                },
                Some(Target::Address(address)) => {
                    let words = inline::words(&inner);
                    if is_allowed(address) && !is_vague(&words) && !words.trim().is_empty() {
                        out.push(Piece::Link(address.clone(), inner));
                    } else {
                        note(
                            self.number,
                            format!(
                                "Der Link „{words}“ auf „{address}“ ist nur als Text übernommen. Nennen Sie sein Ziel im Text oder setzen Sie den Link neu."
                            ),
                        );
                        inline::append(&mut out, inner);
                    }
                }
            }
        }
        out
    }
}

/// Called with the number of a paragraph and what an author should check.
pub(super) type Note<'n> = &'n mut dyn FnMut(usize, String);

/// The pieces without space and line ends at either end.
fn framed(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut pieces = inline::trimmed(pieces);
    while pieces.last() == Some(&Piece::Break) {
        pieces.pop();
        pieces = inline::trimmed(pieces);
    }
    let first = pieces
        .iter()
        .position(|piece| *piece != Piece::Break)
        .unwrap_or(0);
    pieces.drain(..first);
    inline::trimmed(pieces)
}

fn styled(spans: &[(Look, String)]) -> Vec<Piece> {
    let mut out = Vec::new();
    for (look, text) in spans {
        let mut inner = inline::plain(text);
        if text.trim().is_empty() {
            inline::append(&mut out, inner);
            continue;
        }
        if look.stressed {
            inner = vec![Piece::Emphasis(inner)];
        }
        if look.strong {
            inner = vec![Piece::Strong(inner)];
        }
        inline::append(&mut out, inner);
    }
    out
}
