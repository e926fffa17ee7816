//! Nothing dropped, nothing invented: compares the words of a draft with those of its source,
//! counted independently of the reader that made the draft.

use pulldown_cmark::{Event, Tag, TagEnd};
use unicode_normalization::UnicodeNormalization as _;

use super::html::Page;
use super::prepared::{Notes, Prepared, is_break, unguarded};
use crate::contract::inline::visible;

/// A word with its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// Its letters and digits.
    pub text: String,
    /// Line number in the source, from 1.
    pub line: usize,
}

/// The words of a source, without markup.
pub(super) fn of_source(text: &str, markdown: bool) -> Vec<Word> {
    if markdown {
        return of_markdown(&Prepared::of(text));
    }
    let lines = (1..).zip(text.split('\n'));
    lines.flat_map(|(line, text)| in_line(line, text)).collect()
}

pub(super) fn in_line(line: usize, text: &str) -> Vec<Word> {
    let words = of(text).into_iter();
    words.map(|text| Word { text, line }).collect()
}

/// The words of Markdown: those that CommonMark prints, and anything between them, such as the
/// number of an item or text that CommonMark drops. Only these are left out: targets of links,
/// tags, ticks, names of footnotes, text that is struck out.
pub(super) fn of_markdown(source: &Prepared) -> Vec<Word> {
    let mut found = Found {
        source,
        out: Vec::new(),
        open: (0, String::new()),
        seen: 0,
        is_struck: false,
    };
    let mut notes = Notes::default();
    for (event, range) in source.events() {
        let (from, to) = (range.start, range.end);
        match event {
            Event::Text(text) | Event::Code(text) => found.add(from, &unguarded(&text), to),
            Event::InlineHtml(tag) => {
                found.add(from, if is_break(&tag) { " " } else { "" }, to);
            }
            Event::End(TagEnd::HtmlBlock) => {
                let page = Page::of(source.part(from, to));
                found.add(from, &page.map(|page| page.words()).unwrap_or_default(), to);
            }
            Event::TaskListMarker(_) => found.add(from, "", to),
            Event::FootnoteReference(label) => found.add(from, &notes.mark(&label), to),
            Event::Start(Tag::FootnoteDefinition(label)) => {
                found.add(from, &notes.mark(&label), from + label.len() + "[^]:".len());
            }
            Event::Start(Tag::Strikethrough) => {
                found.add(from, "", from);
                found.is_struck = true;
            }
            Event::End(TagEnd::Strikethrough) => {
                found.is_struck = false;
                found.seen = to;
            }
            Event::Start(Tag::Link { .. } | Tag::Image { .. }) => found.add(from, "", from),
            Event::End(TagEnd::Link | TagEnd::Image) => found.seen = to,
            _ => {}
        }
    }
    let end = source.part(0, usize::MAX).len();
    found.add(end, "", end);
    found.end();
    found.out
}

struct Found<'s> {
    source: &'s Prepared,
    out: Vec<Word>,
    /// Number and text of the present line.
    open: (usize, String),
    /// Offset up to which the source was examined.
    seen: usize,
    /// Whether the following text is struck out.
    is_struck: bool,
}

impl Found<'_> {
    /// Adds the words between the last part of the source and this one, and the printed text of
    /// this one.
    fn add(&mut self, from: usize, text: &str, to: usize) {
        let seen = self.seen;
        self.seen = seen.max(to);
        if self.is_struck {
            return;
        }
        for (at, part) in [(seen, self.source.part(seen, from)), (from, text)] {
            let mut at = at;
            for (index, line) in part.split('\n').enumerate() {
                if index > 0 {
                    self.end();
                }
                if self.open.1.is_empty() {
                    self.open.0 = self.source.place(at).number;
                }
                self.open.1.push_str(line);
                at += line.len() + 1;
            }
        }
    }

    fn end(&mut self) {
        let (line, text) = std::mem::take(&mut self.open);
        self.out.extend(in_line(line, &text));
    }
}

/// The words of a text as letters and digits.
pub(super) fn of(text: &str) -> Vec<String> {
    // Signs with more than one spelling are those the draft has: U+1FEF is a tick.
    let text: String = text
        .nfc()
        .filter(|c| !matches!(c, '*' | '`' | '\\'))
        .collect();
    let visible = visible(&text);
    let signs = |c: char| c.is_alphanumeric() || "§€%&@+".contains(c) || is_mark(c);
    visible
        .split(|c: char| !signs(c))
        .filter(|word| word.chars().any(|c| c != '+'))
        .map(str::to_owned)
        .collect()
}

/// Whether a character is a combining accent, which belongs to the letter before it.
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
