//! What a line is likely to be where nothing says it, noted as a guess; and what its author decided.

use super::blocks::{has_postcode, is_contact};
use super::doubts::Role;
use super::headings::{self, Heading};
use super::inline;
use super::lines::{Kind, Line};
use super::lists::Near;
use super::marker;
use super::reader::Reader;
use crate::contract::numbers::last_number;

/// Why a line may be something else than it was taken for.
pub(super) const MENU: &str =
    "Großbuchstaben wie bei einer Überschrift, aber darunter steht kein Text.";
pub(super) const MARK_IN_TEXT: &str =
    "Die Zeile beginnt wie ein Listenpunkt, kann aber ein Satz sein.";
const MARK_AT_LINE: &str = "Das Zeichen am Zeilenanfang kann auch zum Satz darüber gehören.";
const GAP: &str = "Die Nummer setzt nichts fort, was davor steht.";
const LEAD_IN: &str = "Kurze Zeile ohne Zeichen unter einem Satz mit Doppelpunkt.";
const UNNUMBERED: &str = "Kurze Zeile ohne Nummer zwischen Absätzen.";
const TERM: &str = "Kurze Zeile, unter der eingerückter Text steht.";
const SHORT: &str = "Kurze Zeile für sich; sie kann eine Überschrift sein.";
const BETWEEN: &str = "Absatz zwischen zwei Punkten einer Liste.";
pub(super) const TWICE: &str = "Die Zeile wiederholt den Titel.";
const DECIDED: &str = "Von Ihnen entschieden.";

impl Reader<'_> {
    /// An address whose lines are paragraphs of their own.
    pub(super) fn address(&mut self, at: usize) -> Option<usize> {
        let lines = self.around(at).lone_lines();
        let own: Vec<Line> = lines
            .iter()
            .filter_map(|at| self.lines.get(*at))
            .cloned()
            .collect();
        let is_plain = own
            .iter()
            .all(|line| line.text.chars().count() <= 60 && marker::read(&line.text).is_none());
        let has_place = own
            .iter()
            .any(|line| has_postcode(&line.text.to_lowercase()));
        let is_decided = lines.iter().any(|at| self.is_decided(*at));
        if is_decided || !(is_plain && has_place && is_contact(&own)) {
            return None;
        }
        let indent = own.first().map_or(0, |line| line.indent);
        self.lists.leave_for(indent);
        self.open = own;
        self.flush();
        Some(lines.last()? + 1 - at)
    }

    /// Whether the author has decided about a line.
    fn is_decided(&self, at: usize) -> bool {
        self.roles.contains_key(&(self.first + at))
    }

    /// Lines of plain text that only their neighbours make a heading, a list or a term.
    pub(super) fn unmarked(&mut self, at: usize) -> Option<usize> {
        let around = self.around(at);
        if self.above.ends_with(':') {
            let mut items = around.items();
            // What the author has decided of one of them is not guessed again.
            let end = items.iter().position(|at| self.is_decided(*at));
            items.truncate(end.unwrap_or(items.len()));
            let lines: Vec<Line> = items
                .iter()
                .filter_map(|at| self.lines.get(*at))
                .cloned()
                .collect();
            if let (Some(last), false) = (items.last().copied(), is_contact(&lines)) {
                self.flush();
                let indent = self.lists.inner().map_or(0, |inner| inner + 2);
                for (place, line) in items.into_iter().zip(lines) {
                    self.guess(place, Role::Item, LEAD_IN);
                    self.lists.known("", indent, None);
                    self.open.push(line);
                    self.flush();
                }
                return Some(last + 1 - at);
            }
        }
        if self.open.is_empty() && !self.above.ends_with(':') && around.is_term() {
            let line = self.lines.get(at)?;
            self.guess(at, Role::Term, TERM);
            self.lists.leave_for(line.indent);
            return Some(self.definition(at, line));
        }
        if self.open.is_empty()
            && !self.is_first(at)
            && !self.above.ends_with(':')
            && around.is_heading()
        {
            let line = self.lines.get(at)?;
            // Below numbered clauses it is one level deeper.
            let level = if self.counted.is_some() { 8 } else { 1 };
            self.guess(at, Role::Heading(1), UNNUMBERED);
            return Some(self.heading(at, headings::marked(line, level)));
        }
        None
    }

    /// Begins a paragraph: inside the item above, or after all lists.
    pub(super) fn paragraph(&mut self, at: usize, line: &Line) {
        if !self.markup && self.lists.is_open() && self.goes_on(at) {
            self.guess(at, Role::InItem, BETWEEN);
            return;
        }
        self.lists.leave_for(line.indent);
        let around = self.around(at);
        let is_marked = self.markup && headings::is_bold(line) && around.is_short();
        let is_alone = !self.markup && around.is_short() && around.is_alone() && !self.is_first(at);
        if let Some(why) = line.doubt {
            self.guess(at, Role::Paragraph, why);
        } else if is_marked || is_alone {
            self.guess(at, Role::Paragraph, SHORT);
        }
    }

    /// Whether the list above goes on after this paragraph.
    fn goes_on(&self, at: usize) -> bool {
        let mut paragraphs = 0;
        let mut is_inside = true;
        for (place, line) in self.lines.iter().enumerate().skip(at + 1) {
            if line.text.is_empty() {
                paragraphs += usize::from(is_inside);
                is_inside = false;
                continue;
            }
            is_inside = true;
            if paragraphs > 2 || place > at + 40 || line.kind != Kind::Text {
                return false;
            }
            if let Some((mark, text)) = marker::read(&line.text) {
                let is_item = !text.is_empty() && self.lists.goes_on(&mark, line.indent);
                let rest = self.lines.get(place..).unwrap_or_default();
                return is_item && headings::read(rest, false, false, self.one_line_each).is_none();
            }
        }
        false
    }

    pub(super) fn guess_item(&mut self, at: usize, mark: &marker::Marker, indent: usize) {
        let is_drawn = matches!(mark.kind, marker::Kind::Bullet | marker::Kind::Dash);
        if is_drawn || self.lists.goes_on(mark, indent) {
            return;
        }
        match self.near() {
            Near::Text(above) if !above.ends_with([':', ';', '.']) => {
                self.guess(at, Role::Item, MARK_AT_LINE)
            }
            Near::Space if !mark.is_first() => self.guess(at, Role::Item, GAP),
            _ => {}
        }
    }

    pub(super) fn guessed_heading(&mut self, at: usize, heading: Heading) -> usize {
        let number = last_number(&heading.label);
        let is_joined = crate::contract::numbers::bare(&heading.label).contains('.');
        let goes_on =
            number.is_some() && number == self.counted.map_or(Some(1), |last| last.checked_add(1));
        let is_named =
            heading.annex || heading.label.starts_with('§') || headings::is_named(&heading.label);
        if heading.label.is_empty() && !heading.annex {
            self.guess(at, Role::Heading(1), UNNUMBERED);
        } else if !(is_named || is_joined || goes_on) {
            self.guess(at, Role::Heading(1), GAP);
        }
        if heading.annex {
            self.counted = None;
        } else if !is_joined && number.is_some() {
            self.counted = number;
        }
        self.heading(at, heading)
    }

    /// A line that the author has decided about.
    pub(super) fn decided(&mut self, at: usize, line: &Line, role: Role) -> usize {
        self.flush();
        self.at_mark = false;
        let why = line.doubt.unwrap_or(DECIDED);
        self.guess(at, role, why);
        match role {
            Role::Heading(level) => {
                let marked = headings::marked(line, 9);
                let heading = Heading {
                    chosen: Some(level),
                    annex: marked.annex && level == 1,
                    ..marked
                };
                if let Some(number) = last_number(&heading.label) {
                    self.counted = Some(number);
                }
                return self.heading(at, heading);
            }
            Role::LeftOut => return 1,
            Role::Term => return self.definition(at, line),
            Role::Item if line.kind == Kind::Item || line.mark.is_some() => return self.item(line),
            Role::Item => {
                let read = marker::read(&line.text);
                let cut = read.and_then(|(mark, text)| {
                    let pieces = inline::cut(&line.pieces, line.text.len() - text.len())?;
                    Some((mark, text.to_owned(), pieces))
                });
                match cut {
                    Some((mark, text, pieces)) => {
                        self.lists.item(&mark, line.indent);
                        self.open.push(Line {
                            text,
                            pieces,
                            ..line.clone()
                        });
                    }
                    None => {
                        self.lists.known("", line.indent, None);
                        self.open.push(line.clone());
                    }
                }
            }
            Role::Paragraph | Role::InItem => {
                if role == Role::Paragraph {
                    self.lists.leave_for(line.indent);
                }
                self.open.push(with_mark(line));
            }
        }
        1
    }
}

/// A line whose automatic number becomes part of its text.
fn with_mark(line: &Line) -> Line {
    let mut pieces = Vec::new();
    if let Some(mark) = &line.mark {
        inline::push(&mut pieces, &format!("{mark} "));
    }
    inline::append(&mut pieces, line.pieces.clone());
    Line {
        pieces,
        ..line.clone()
    }
}
