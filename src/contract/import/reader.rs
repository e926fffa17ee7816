//! Turns lines into blocks: headings, paragraphs, lists, tables, addresses.

use super::blocks::{Block, Paragraph, is_contact};
use super::doubts::{Decisions, Guess, Role};
use super::guesses::{MARK_IN_TEXT, MENU, TWICE};
use super::headings::{self, Heading};
use super::inline::{self, Piece};
use super::lines::{Kind, Line};
use super::lists::{self, Lists, Near};
use super::marker;
use super::plain::{self, Around};
use super::tables::{self, Table};

/// Reads lines into blocks; in a text with `markup`, headings and tables are marked already. What the
/// author has decided of a line holds; what is guessed is returned beside the blocks. `first` is the
/// place of the first line among all lines of the sources.
pub(super) fn read(
    lines: &[Line],
    markup: bool,
    first: usize,
    roles: &Decisions,
) -> (Vec<Block>, Vec<Guess>) {
    let longest = lines.iter().map(|line| line.text.chars().count()).max();
    let longest = longest.unwrap_or(0);
    let is_heading = |line: &Line| matches!(line.kind, Kind::Heading(_));
    let mut reader = Reader {
        lines,
        first,
        markup,
        one_line_each: !markup && longest > 200,
        width: longest.min(200),
        sharp: markup && lines.iter().any(is_heading),
        lists: Lists::default(),
        open: Vec::new(),
        at_mark: false,
        roles,
        guesses: Vec::new(),
        counted: None,
        above: String::new(),
        title: plain::second_title(lines),
        filled: lines
            .iter()
            .position(|line| !line.text.is_empty() || line.kind != Kind::Text)
            .unwrap_or(0),
    };
    let blocks = reader.all();
    (blocks, reader.guesses)
}

/// Reads the lines of a source one after the other.
pub(super) struct Reader<'l> {
    pub(super) lines: &'l [Line],
    /// Place of the first line among all lines of the source.
    pub(super) first: usize,
    pub(super) markup: bool,
    /// Whether it is plain text whose lines are whole paragraphs.
    pub(super) one_line_each: bool,
    /// Length of its longest line.
    pub(super) width: usize,
    /// Whether the text marks its headings; then nothing else is a heading.
    pub(super) sharp: bool,
    pub(super) lists: Lists,
    /// Lines of the present paragraph.
    pub(super) open: Vec<Line>,
    /// Whether a mark was alone on its line and its text follows.
    pub(super) at_mark: bool,
    /// What the author has decided.
    pub(super) roles: &'l Decisions,
    pub(super) guesses: Vec<Guess>,
    /// Number of the last numbered clause.
    pub(super) counted: Option<u32>,
    /// The last line with text.
    pub(super) above: String,
    /// A line that repeats the title.
    pub(super) title: Option<usize>,
    /// Place of its first line with text.
    pub(super) filled: usize,
}

impl<'l> Reader<'l> {
    fn all(&mut self) -> Vec<Block> {
        let mut at = 0;
        while at < self.lines.len() {
            let taken = self.step(at).max(1);
            at += taken;
            let last = self.lines.get(at - 1).filter(|line| !line.text.is_empty());
            if let Some(line) = last {
                self.above.clone_from(&line.text);
            }
        }
        self.flush();
        std::mem::take(&mut self.lists).finish()
    }

    pub(super) fn guess(&mut self, at: usize, role: Role, why: &'static str) {
        let may_go = self.title == Some(at);
        self.guesses.push(Guess {
            at: self.first + at,
            role,
            why,
            may_go,
        });
    }

    /// Reads on from a line; returns how many lines were used.
    fn step(&mut self, at: usize) -> usize {
        let lines = self.lines;
        let rest = lines.get(at..).unwrap_or_default();
        let Some(line) = rest.first() else { return 1 };
        if let Some(role) = self.roles.get(&(self.first + at)) {
            return self.decided(at, line, *role);
        }
        match &line.kind {
            Kind::Heading(_) if self.title == Some(at) => return self.twice(at),
            Kind::Heading(level) => {
                if let Some(why) = line.doubt {
                    self.guess(at, Role::Heading(1), why);
                }
                return self.heading(at, headings::marked(line, *level));
            }
            Kind::Table(table) => return self.table(line, table.clone(), 1),
            Kind::Item => {
                if let Some(why) = line.doubt {
                    self.guess(at, Role::Item, why);
                }
                return self.item(line);
            }
            Kind::Term => return self.definition(at, line),
            Kind::Text if line.text.is_empty() => {
                self.flush();
                return 1;
            }
            Kind::Text => {}
        }
        if !self.markup
            && let Some((table, taken)) = tables::read(rest)
        {
            return self.table(line, table, taken);
        }
        let is_fresh = self.open.is_empty() && !self.at_mark;
        if is_fresh {
            if self.title == Some(at) {
                return self.twice(at);
            }
            if let Some(heading) = headings::read(rest, self.markup, self.sharp, self.one_line_each)
            {
                if !(heading.label.is_empty()
                    && !heading.annex
                    && !self.markup
                    && self.around(at).is_menu()
                    && !self.is_first(at))
                {
                    return self.guessed_heading(at, heading);
                }
                self.guess(at, Role::Paragraph, MENU);
            }
        }
        if is_fresh && let Some(taken) = self.address(at) {
            return taken;
        }
        if let Some((mark, text)) = marker::read(&line.text)
            && let Some(pieces) = inline::cut(&line.pieces, line.text.len() - text.len())
        {
            if self.lists.takes(&mark, line.indent, text, self.near()) {
                self.guess_item(at, &mark, line.indent);
                let text = text.to_owned();
                self.flush();
                self.lists.item(&mark, line.indent);
                self.at_mark = text.is_empty();
                if !text.is_empty() {
                    self.open.push(Line {
                        text,
                        pieces,
                        ..line.clone()
                    });
                }
                return 1;
            }
            if lists::may_begin(&mark, text, self.near()) {
                self.guess(at, Role::Paragraph, MARK_IN_TEXT);
            }
        } else if !self.markup
            && !self.at_mark
            && let Some(taken) = self.unmarked(at)
        {
            return taken;
        }
        if self.one_line_each && !self.at_mark {
            self.flush();
        }
        if self.open.is_empty() && !self.at_mark {
            self.paragraph(at, line);
        }
        self.at_mark = false;
        self.open.push(line.clone());
        1
    }

    pub(super) fn around(&self, at: usize) -> Around<'l> {
        Around {
            lines: self.lines,
            at,
            one_line_each: self.one_line_each,
            width: self.width,
        }
    }

    /// Whether nothing stands above a line.
    pub(super) fn is_first(&self, at: usize) -> bool {
        at <= self.filled
    }

    /// A line that says what the title says.
    fn twice(&mut self, at: usize) -> usize {
        self.flush();
        self.guess(at, Role::LeftOut, TWICE);
        1
    }

    /// An item that is known to be one.
    pub(super) fn item(&mut self, line: &Line) -> usize {
        self.flush();
        let mark = line.mark.as_deref().unwrap_or_default();
        self.lists
            .known(mark, line.indent, line.ids.first().cloned());
        if !line.text.is_empty() {
            self.open.push(line.clone());
        }
        1
    }

    /// A term, and the lines further in that explain it.
    pub(super) fn definition(&mut self, at: usize, line: &Line) -> usize {
        self.flush();
        let inside = |other: &Line| {
            other.indent > line.indent || (other.text.is_empty() && other.kind == Kind::Text)
        };
        let rest = self.lines.get(at + 1..).unwrap_or_default();
        let mut taken = rest.iter().take_while(|other| inside(other)).count();
        while taken > 0
            && rest
                .get(taken - 1)
                .is_some_and(|line| line.text.is_empty() && line.kind == Kind::Text)
        {
            taken -= 1;
        }
        let own: Vec<Line> = rest
            .iter()
            .take(taken)
            .map(|inner| Line {
                indent: inner.indent.saturating_sub(line.indent + 4),
                kind: match &inner.kind {
                    Kind::Heading(_) | Kind::Term => Kind::Text,
                    kind => kind.clone(),
                },
                ..inner.clone()
            })
            .collect();
        let mut reader = Reader {
            lines: &own,
            first: self.first + at + 1,
            markup: true,
            one_line_each: false,
            width: self.width,
            sharp: true,
            lists: Lists::default(),
            open: Vec::new(),
            at_mark: false,
            roles: self.roles,
            guesses: Vec::new(),
            counted: None,
            above: String::new(),
            title: None,
            filled: 0,
        };
        let blocks = reader.all();
        let found = std::mem::take(&mut reader.guesses);
        self.guesses.extend(found);
        if blocks.is_empty() {
            self.open.push(line.clone());
            self.flush();
        } else {
            self.lists
                .place_block(line.indent, Block::Definition(line.pieces.clone(), blocks));
        }
        taken + 1
    }

    pub(super) fn heading(&mut self, at: usize, heading: Heading) -> usize {
        self.flush();
        self.lists.close();
        let at = self.first + at;
        self.lists
            .place_block(0, Block::Heading(Heading { at, ..heading }));
        1
    }

    fn table(&mut self, line: &Line, table: Table, taken: usize) -> usize {
        self.flush();
        self.lists.place_block(line.indent, Block::Table(table));
        taken
    }

    /// The text directly above a mark.
    pub(super) fn near(&self) -> Near<'_> {
        match self.open.last() {
            Some(line) => Near::Text(&line.text),
            None => Near::Space,
        }
    }

    pub(super) fn flush(&mut self) {
        let lines = std::mem::take(&mut self.open);
        if lines.is_empty() {
            return;
        }
        let contact = is_contact(&lines);
        let mut text = Vec::new();
        let mut ends_hard = None;
        for line in lines {
            match ends_hard {
                Some(true) => text.push(Piece::Break),
                Some(false) => inline::push(&mut text, " "),
                None => {}
            }
            ends_hard = Some(contact || line.hard);
            inline::append(&mut text, line.pieces);
        }
        self.lists
            .add(Block::Paragraph(Paragraph { text, contact }));
    }
}
