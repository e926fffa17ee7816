//! Markdown as CommonMark reads it, with tables, footnotes and ticks, line by line for the reader
//! of blocks. Nesting is decided by that reader from the indentation, as in plain text, because
//! contracts also nest `a)` and `3.1`, which CommonMark does not know.

use pulldown_cmark::{CodeBlockKind, Event, LinkType, Tag, TagEnd};

use super::html::{Page, left_out};
use super::inline::{self, Piece};
use super::lines::{Kind, Line};
use super::prepared::{Notes, Place, Prepared, is_break, unguarded};
use super::tables::Table;
use crate::contract::inline::{is_allowed, is_vague};
use crate::contract::tree::Alignment;

/// Deepest nesting of markup; deeper markup has no effect.
const DEEPEST: usize = 3;
/// The mark of an item without a number.
const BULLET: &str = "•";
/// Longest line that is a heading because it is underlined.
const LONGEST_HEADING: usize = 120;

/// Reads a text. `note` is called with a line number and something an author should check.
pub(super) fn read(source: &Prepared, note: &mut dyn FnMut(usize, String)) -> Vec<Line> {
    let mut reader = Reader {
        source,
        note,
        notes: Notes::default(),
        out: Vec::new(),
        last: None,
        mark: None,
        begin: None,
        line: Vec::new(),
        open: Vec::new(),
        deeper: 0,
        heading: 0,
        table: None,
        in_code: false,
        struck: None,
    };
    for (event, range) in source.events() {
        match event {
            Event::Start(tag) => reader.start(tag, range.start, range.end),
            Event::End(tag) => reader.end(tag, range.start, range.end),
            event => reader.leaf(event, range.start),
        }
    }
    reader.end_item();
    reader.out
}

struct Reader<'r> {
    source: &'r Prepared,
    note: &'r mut dyn FnMut(usize, String),
    notes: Notes,
    out: Vec<Line>,
    /// Start of the source line from which the last line was made.
    last: Option<usize>,
    /// The mark of an item whose text has not begun, and its place.
    mark: Option<(String, usize)>,
    /// Start of the present line, and its indentation.
    begin: Option<(usize, usize)>,
    line: Vec<Piece>,
    /// Open markup in it; links with their targets.
    open: Vec<(Vec<Piece>, Option<String>)>,
    /// Number of deeper markup, which has no effect.
    deeper: usize,
    /// Number of lines before the present heading.
    heading: usize,
    table: Option<OpenTable>,
    in_code: bool,
    /// Text that is struck out.
    struck: Option<String>,
}

struct OpenTable {
    from: usize,
    alignments: Vec<Alignment>,
    rows: Vec<Vec<Vec<Piece>>>,
    /// End of its last cell.
    end: usize,
}

impl Reader<'_> {
    fn leaf(&mut self, event: Event<'_>, from: usize) {
        if let Some(struck) = &mut self.struck {
            match event {
                Event::Text(text) | Event::Code(text) => struck.push_str(&text),
                Event::FootnoteReference(label) => struck.push_str(&self.notes.mark(&label)),
                _ => struck.push(' '),
            }
            return;
        }
        match event {
            Event::Text(text) if self.in_code => {
                for line in unguarded(&text).lines() {
                    self.text(line, from);
                    self.end_line(true);
                }
            }
            Event::Text(text) => self.text(&text, from),
            Event::Code(text) => self.text(&unguarded(&text), from),
            Event::InlineHtml(tag) if is_break(&tag) => self.pieces().push(Piece::Break),
            Event::HardBreak if self.is_inside() => self.pieces().push(Piece::Break),
            Event::SoftBreak if self.is_inside() => inline::push(self.pieces(), " "),
            Event::SoftBreak => self.end_line(false),
            Event::HardBreak => self.end_line(true),
            Event::FootnoteReference(label) => {
                let mark = self.notes.mark(&label);
                self.text(&mark, from);
            }
            Event::TaskListMarker(done) => self.text(if done { "☒ " } else { "☐ " }, from),
            Event::Rule => {
                self.end_line(false);
                self.space(from);
            }
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>, from: usize, to: usize) {
        match tag {
            Tag::Strikethrough => self.struck = Some(String::new()),
            Tag::Emphasis | Tag::Strong => self.open(None, from),
            // The address is its own text.
            Tag::Link {
                link_type: LinkType::Autolink | LinkType::Email,
                ..
            } => self.deeper += 1,
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.open(Some(dest_url.into_string()), from);
            }
            Tag::Item => {
                self.end_item();
                let text = self.source.part(from, to);
                let bare = text.trim_start();
                let mark = bare.split_whitespace().next().unwrap_or_default();
                let mark = if mark.len() == 1 { BULLET } else { mark };
                self.mark = Some((mark.to_owned(), from + text.len() - bare.len()));
            }
            Tag::FootnoteDefinition(label) => {
                self.end_item();
                self.mark = Some((self.notes.mark(&label), from));
            }
            Tag::Table(alignments) => {
                self.end_item();
                let alignment = |alignment| match alignment {
                    pulldown_cmark::Alignment::Center => Alignment::Center,
                    pulldown_cmark::Alignment::Right => Alignment::End,
                    _ => Alignment::Start,
                };
                self.table = Some(OpenTable {
                    from,
                    alignments: alignments.into_iter().map(alignment).collect(),
                    rows: Vec::new(),
                    end: from,
                });
            }
            Tag::TableHead | Tag::TableRow => {
                if let Some(table) = &mut self.table {
                    table.rows.push(Vec::new());
                    table.end = from;
                }
            }
            Tag::CodeBlock(kind) => {
                self.end_line(false);
                self.space(from);
                self.in_code = true;
                // Everything after the fence is text.
                if let CodeBlockKind::Fenced(info) = kind {
                    self.text(&unguarded(&info), from);
                    self.end_line(true);
                }
            }
            Tag::Heading { .. } => {
                self.end_line(false);
                self.mark.take_if(|(mark, _)| mark == BULLET);
                self.heading = self.out.len();
            }
            Tag::List(_) | Tag::HtmlBlock | Tag::DefinitionListDefinition => self.end_line(false),
            Tag::DefinitionListTitle => {
                self.end_line(false);
                self.heading = self.out.len();
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, from: usize, to: usize) {
        match tag {
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Link | TagEnd::Image => {
                if self.deeper > 0 {
                    self.deeper -= 1;
                } else if let Some((inner, target)) = self.open.pop() {
                    match target {
                        _ if self.struck.is_some() => {}
                        Some(target) => self.link(target, inner, from),
                        None if tag == TagEnd::Strong => self.pieces().push(Piece::Strong(inner)),
                        None => self.pieces().push(Piece::Emphasis(inner)),
                    }
                }
            }
            TagEnd::Strikethrough => {
                if let Some(words) = self.struck.take() {
                    (self.note)(self.source.place(from).number, left_out(&words));
                }
            }
            TagEnd::Item | TagEnd::FootnoteDefinition => self.end_item(),
            TagEnd::Paragraph => self.end_line(false),
            TagEnd::Heading(level) => {
                self.end_line(false);
                let marked = self.source.part(from, to).starts_with('#');
                let mut lines = self.out.iter_mut().skip(self.heading);
                // An empty line may have been added above it.
                let mut lines = lines.by_ref().filter(|line| !line.text.is_empty());
                if let (Some(line), None) = (lines.next(), lines.next())
                    && (marked || line.text.chars().count() <= LONGEST_HEADING)
                {
                    line.kind = Kind::Heading(level as u8);
                }
                self.space(from);
            }
            TagEnd::DefinitionListTitle => {
                self.end_line(false);
                for line in self
                    .out
                    .iter_mut()
                    .skip(self.heading)
                    .filter(|line| !line.text.is_empty())
                {
                    line.kind = Kind::Term;
                }
                self.heading = self.out.len();
            }
            TagEnd::DefinitionListDefinition => {
                self.end_line(false);
                // What explains a term is further in.
                let term = self.out.iter().rposition(|line| line.kind == Kind::Term);
                let indent = term
                    .and_then(|term| self.out.get(term))
                    .map_or(0, |term| term.indent);
                for line in self
                    .out
                    .iter_mut()
                    .skip(self.heading.max(term.map_or(0, |at| at + 1)))
                {
                    line.indent = line.indent.max(indent) + 4;
                }
                self.heading = self.out.len();
                self.space(to);
            }
            TagEnd::TableCell => {
                self.begin = None;
                let cell = inline::trimmed(std::mem::take(&mut self.line));
                if let Some(table) = &mut self.table
                    && let Some(row) = table.rows.last_mut()
                {
                    row.push(cell);
                    // A cell that is added because the row is short has no place in the source.
                    table.end = if from < to { to } else { table.end };
                }
            }
            TagEnd::TableHead | TagEnd::TableRow => self.cells_too_many(to),
            TagEnd::Table => self.end_table(),
            TagEnd::CodeBlock => {
                self.in_code = false;
                self.space(to);
            }
            TagEnd::HtmlBlock => self.html(from, to),
            _ => {}
        }
    }

    fn open(&mut self, target: Option<String>, from: usize) {
        if self.open.len() < DEEPEST {
            self.open.push((Vec::new(), target));
            return;
        }
        self.deeper += 1;
        if let Some(target) = target {
            self.lost("…", &target, from);
        }
    }

    /// Whether the line cannot end here.
    fn is_inside(&self) -> bool {
        self.table.is_some() || !self.open.is_empty()
    }

    fn pieces(&mut self) -> &mut Vec<Piece> {
        match self.open.last_mut() {
            Some((pieces, _)) => pieces,
            None => &mut self.line,
        }
    }

    fn text(&mut self, text: &str, from: usize) {
        if self.begin.is_none() {
            let place = self.source.place(from);
            self.begin = Some((from, place.indent));
            if let Some((mark, at)) = self.mark.take() {
                let place = self.source.place(at);
                self.begin = Some((at, place.indent + at - place.start));
                inline::push(&mut self.line, &format!("{mark} "));
            }
        }
        inline::push(self.pieces(), text);
    }

    fn link(&mut self, target: String, inner: Vec<Piece>, from: usize) {
        let printed = inline::words(&inner);
        if is_allowed(&target) && !is_vague(&printed) && !printed.trim().is_empty() {
            self.pieces().push(Piece::Link(target, inner));
        } else {
            self.lost(&printed, &target, from);
            inline::append(self.pieces(), inner);
        }
    }

    fn lost(&mut self, words: &str, target: &str, from: usize) {
        let line = self.source.place(from).number;
        (self.note)(
            line,
            format!(
                "Der Link „{words}“ auf „{target}“ ist nur als Text übernommen. Nennen Sie sein Ziel im Text oder setzen Sie den Link neu."
            ),
        );
    }

    /// Ends the present line.
    fn end_line(&mut self, hard: bool) {
        let Some((at, indent)) = self.begin.take() else {
            return;
        };
        let place = self.space_before(at);
        let pieces = std::mem::take(&mut self.line);
        let line = Line {
            hard,
            ..Line::new(place.number, indent, pieces)
        };
        if !line.text.is_empty() {
            self.out.push(line);
        }
    }

    /// The same; the number of an item without text is kept.
    fn end_item(&mut self) {
        self.end_line(false);
        if let Some((mark, at)) = self.mark.take_if(|(mark, _)| mark != BULLET) {
            self.text(&mark, at);
            self.end_line(false);
        }
        self.mark = None;
    }

    fn space(&mut self, at: usize) {
        self.out.push(Line::empty(self.source.place(at).number));
    }

    /// Adds the empty line that is above a line of the source.
    fn space_before(&mut self, at: usize) -> Place {
        let place = self.source.place(at);
        if self.last.replace(place.start) != Some(place.start) && self.source.is_apart(place) {
            self.space(at);
        }
        place
    }

    /// Cells beyond those of the head are no cells; their text is kept in the last one.
    fn cells_too_many(&mut self, to: usize) {
        let Some(table) = &mut self.table else { return };
        let rest = self.source.part(table.end, to);
        if let Some(cell) = table.rows.last_mut().and_then(|row| row.last_mut())
            && rest.contains(char::is_alphanumeric)
        {
            inline::push(cell, &format!(" {}", rest.trim()));
        }
    }

    fn end_table(&mut self) {
        if let Some(open) = self.table.take()
            && let Some(table) = Table::of(open.rows, open.alignments)
        {
            let place = self.space_before(open.from);
            let line = Line::table(place.number, place.indent, table);
            self.out.push(line);
        }
    }

    fn html(&mut self, from: usize, to: usize) {
        let place = self.source.place(from);
        let note = &mut *self.note;
        let page = Page::of(self.source.part(from, to));
        let lines = page.map(|page| page.lines(&mut |_, message| note(place.number, message)));
        self.space(from);
        self.out
            .extend(lines.into_iter().flatten().map(|line| Line {
                number: place.number,
                indent: place.indent + line.indent,
                ..line
            }));
        self.space(from);
    }
}
