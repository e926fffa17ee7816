//! What a line of plain text is likely to be, by its neighbours: headings without a number, lists
//! without marks, terms, a title that is there twice.

use super::blocks::is_contact;
use super::headings;
use super::lines::{Kind, Line};
use super::marker;

/// Longest heading without a number.
const LONGEST_HEADING: usize = 80;
/// Longest item without a mark.
const LONGEST_ITEM: usize = 90;

/// The text around a line.
#[derive(Clone, Copy)]
pub(super) struct Around<'l> {
    /// All lines.
    pub lines: &'l [Line],
    /// The line in question.
    pub at: usize,
    /// Whether every line is a paragraph of its own.
    pub one_line_each: bool,
    /// Width of the text; longer lines are broken.
    pub width: usize,
}

impl<'l> Around<'l> {
    fn line(&self) -> Option<&'l Line> {
        self.lines.get(self.at)
    }

    /// Whether the line is a paragraph of its own.
    pub(super) fn is_alone(&self) -> bool {
        let is_empty = |line: Option<&Line>| line.is_none_or(|line| line.text.is_empty());
        let above = self.at.checked_sub(1).and_then(|at| self.lines.get(at));
        self.one_line_each || is_empty(above) && is_empty(self.lines.get(self.at + 1))
    }

    /// The next line with text.
    pub(super) fn next(&self) -> Option<&'l Line> {
        self.lines
            .iter()
            .skip(self.at + 1)
            .find(|line| !is_blank(line))
    }

    /// Whether the line is short, without the end of a sentence and without what stands in addresses.
    pub(super) fn is_short(&self) -> bool {
        self.line().is_some_and(|line| {
            let length = line.text.chars().count();
            let letters = line.text.chars().filter(|c| c.is_alphabetic()).count();
            length <= LONGEST_HEADING
                && letters >= 3
                && !line.text.ends_with(['.', ':', ';', ',', '!', '?'])
                && !line.text.contains(['@', '\t', '|'])
                && !line.text.contains("__")
        })
    }

    /// Whether the line is a heading without a number: short, alone, above running text.
    pub(super) fn is_heading(&self) -> bool {
        let Some(line) = self.line() else {
            return false;
        };
        let starts = line
            .text
            .starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit());
        let named = [
            "GmbH", "AG", "KG", "e.V.", "e. V.", "SE", "Inc.", "Ltd.", "UG", "OHG", "mbH", "Co",
        ];
        let is_company = named.iter().any(|end| line.text.ends_with(end));
        let figures = line.text.chars().filter(char::is_ascii_digit).count();
        let is_fact = line.text.contains(": ") || figures * 3 > line.text.chars().count();
        starts
            && !is_company
            && !is_fact
            && line.indent <= 3
            && self.is_short()
            && self.is_alone()
            && marker::read(&line.text).is_none()
            && (self.next().is_some_and(is_prose) || self.is_above_address())
    }

    /// Whether the line is a term that the text further in below it explains.
    pub(super) fn is_term(&self) -> bool {
        let below = self.lines.get(self.at + 1);
        let Some((line, below)) = self.line().zip(below) else {
            return false;
        };
        line.indent <= 3
            && line.text.chars().count() <= 50
            && self.is_short()
            && line.text.starts_with(char::is_uppercase)
            && !below.text.is_empty()
            && below.indent >= line.indent + 2
            && is_prose(below)
            && marker::read(&line.text).is_none()
            && marker::read(&below.text).is_none()
    }

    /// Whether an address follows.
    fn is_above_address(&self) -> bool {
        let below = self
            .lines
            .iter()
            .skip(self.at + 1)
            .skip_while(|line| is_blank(line));
        let lines: Vec<Line> = below
            .take_while(|line| !is_blank(line))
            .take(10)
            .cloned()
            .collect();
        is_contact(&lines)
    }

    /// A line in capitals that is above no text: a menu, not a heading.
    pub(super) fn is_menu(&self) -> bool {
        self.next()
            .is_none_or(|next| !is_prose(next) && next.text.chars().count() < 40)
    }

    /// Short lines from here on that are paragraphs of their own: a company, its street, its town.
    pub(super) fn lone_lines(&self) -> Vec<usize> {
        let mut found = Vec::new();
        let mut at = self.at;
        while let Some(line) = self.lines.get(at) {
            let is_short = !line.text.is_empty() && line.text.chars().count() <= 60;
            let is_alone = self.lines.get(at + 1).is_none_or(is_blank);
            if line.kind != Kind::Text
                || !is_short
                || !is_alone
                || found.len() == 10
                || line.text.ends_with(['.', ':', ';'])
            {
                break;
            }
            found.push(at);
            at += 2;
        }
        found
    }

    /// The lines of a list without marks that begins here, below a lead-in; empty for none.
    pub(super) fn items(&self) -> Vec<usize> {
        let mut found = Vec::new();
        let mut at = self.at;
        // Items may be apart from each other; then only their ends tell where the list is over.
        let is_apart = self.lines.get(at + 1).is_some_and(is_blank);
        while let Some(line) = self.lines.get(at).filter(|line| self.may_be_item(line)) {
            found.push(at);
            at += if is_apart && goes_on(&line.text) {
                2
            } else {
                1
            };
        }
        let texts: Vec<&str> = found
            .iter()
            .filter_map(|at| self.lines.get(*at))
            .map(|line| line.text.as_str())
            .collect();
        let is_list = texts.len() >= 2 && !self.is_wrapped(&texts) && is_parallel(&texts);
        if is_list { found } else { Vec::new() }
    }

    fn may_be_item(&self, line: &Line) -> bool {
        line.kind == Kind::Text
            && !line.text.is_empty()
            && line.text.chars().count() <= LONGEST_ITEM
            && !line.text.ends_with(':')
            && !line.text.contains(['\t', '|'])
            && !line.text.contains("   ")
            && marker::read(&line.text).is_none()
            && !headings::is_named(&line.text)
    }

    /// Whether lines are one paragraph that is broken at the margin.
    fn is_wrapped(&self, texts: &[&str]) -> bool {
        let (_, above) = texts.split_last().unwrap_or((&"", &[]));
        let is_full = |text: &&str| text.chars().count() * 100 > self.width * 70;
        let goes_on = above
            .iter()
            .zip(texts.iter().skip(1))
            .any(|(text, next)| next.starts_with(char::is_lowercase) && !is_item_end(text));
        (self.width > 50 && above.iter().all(is_full)) || goes_on
    }
}

/// Whether a line belongs to running text or to a list.
fn is_prose(line: &Line) -> bool {
    let length = line.text.chars().count();
    matches!(line.kind, Kind::Table(_) | Kind::Item)
        || length > 60
        || line.text.ends_with(['.', ':', ';', ','])
        || marker::read(&line.text).is_some()
        || line.text.contains('\t')
}

/// Whether items begin in the same way, and none of them is a sentence among words.
fn is_parallel(texts: &[&str]) -> bool {
    let lower = texts
        .iter()
        .filter(|text| text.starts_with(char::is_lowercase))
        .count();
    let stops = texts.iter().filter(|text| text.ends_with('.')).count();
    let above = texts.len() - 1;
    let last_stops = texts.last().is_some_and(|text| text.ends_with('.'));
    (lower == 0 || lower == texts.len())
        && (stops == 0 || stops > above || (stops == 1 && last_stops))
}

/// Whether a text ends as items do that others follow.
fn goes_on(text: &str) -> bool {
    let word = ["und", "oder", "and", "or"]
        .iter()
        .any(|word| text.ends_with(&format!(" {word}")));
    word || text.ends_with([',', ';'])
}

/// Whether a text ends as items do.
fn is_item_end(text: &str) -> bool {
    text.ends_with([',', ';'])
        || ["und", "oder", "and", "or"]
            .iter()
            .any(|word| text.ends_with(&format!(" {word}")))
        || !text.ends_with('.')
            && text.chars().next_back().is_some_and(char::is_alphanumeric)
            && text.chars().count() < 60
}

fn is_blank(line: &Line) -> bool {
    line.text.is_empty() && !matches!(line.kind, Kind::Table(_))
}

/// Among the first lines of a text one that says the same as the title; it is taken once.
pub(super) fn second_title(lines: &[Line]) -> Option<usize> {
    let mut filled = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| !line.text.is_empty());
    let (_, first) = filled.next()?;
    let key = |line: &Line| -> String {
        let letters = line.text.chars().filter(|c| c.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    let title = key(first);
    let long = first.text.chars().count() > 6 && first.mark.is_none();
    let twice = |(_, line): &(usize, &Line)| key(line) == title && line.mark.is_none();
    filled
        .take(4)
        .find(twice)
        .map(|(at, _)| at)
        .filter(|_| long)
}
