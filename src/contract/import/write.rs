//! Writes blocks of a source as Djot files: headings with their numbers, lists with their marks.

use super::blocks::{Block, List, Marks, Paragraph};
use super::djot::{self, Place};
use super::headings::Heading;
use super::inline::{self, Piece};
use super::tables::Table;
use crate::contract::headings::{Headings, Part, Wanted};
use crate::contract::meta::Levels;
use crate::contract::numbers::{Pattern, bare};
use crate::contract::tree::Alignment;
use crate::domain::Language;

/// A table of a contract has at most this many columns.
const WIDEST: usize = 16;

/// One language of a draft.
pub(super) struct Written {
    /// Heading of the document; empty if the source has none.
    pub title: String,
    /// Content of `vertrag.dj`.
    pub main: String,
    /// Contents of `anlage-1.dj` and so on.
    pub annexes: Vec<String>,
    /// Samples of heading numbers: main text, annexes.
    pub samples: [Vec<String>; 2],
    /// The level of each heading, by its place in the sources.
    pub levels: Vec<(usize, u8)>,
}

/// Writes the blocks of one language. Without `split`, annexes stay sections of the main text.
pub(super) fn write(blocks: &[Block], language: Language, split: bool) -> Written {
    let (title, rest) = title(blocks);
    let is_annex = |block: &Block| matches!(block, Block::Heading(heading) if heading.annex);
    let first = rest
        .iter()
        .position(|b| split && is_annex(b))
        .unwrap_or(rest.len());
    let (main, annexes) = rest.split_at(first);
    let depths = [depths(main), depths(annexes)];
    let samples = [
        samples(main, &depths, Part::Main),
        samples(annexes, &depths, Part::Annex),
    ];
    let levels = Levels {
        sections: patterns(&samples[0]),
        annexes: patterns(&samples[1]),
    };
    let mut writer = Writer {
        depths,
        headings: Headings::new(&levels, language),
        number: None,
        written: Vec::new(),
    };
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    let main = writer.part(main, Part::Main);
    let mut written = Vec::new();
    let mut open = annexes;
    while let Some((head, tail)) = open.split_first() {
        let end = tail.iter().position(is_annex).unwrap_or(tail.len());
        let (own, next) = tail.split_at(end);
        let mut all = vec![head.clone()];
        all.extend(own.iter().cloned());
        written.push(writer.part(&all, Part::Annex));
        open = next;
    }
    Written {
        title,
        main,
        annexes: written,
        samples,
        levels: writer.written,
    }
}

/// The heading of the whole text: a first heading above all others, or a first short line.
fn title(blocks: &[Block]) -> (String, &[Block]) {
    let Some((first, rest)) = blocks.split_first() else {
        return (String::new(), blocks);
    };
    let headings = || {
        rest.iter().filter_map(|block| match block {
            Block::Heading(heading) => Some(heading),
            _ => None,
        })
    };
    match first {
        Block::Heading(heading) if heading.label.is_empty() && !heading.annex => {
            let above = headings().all(|other| other.level > heading.level);
            let only = headings().all(|other| !other.label.is_empty() || other.annex);
            let followed = matches!(rest.first(), Some(Block::Heading(_)));
            if above || only || followed {
                return (inline::words(&heading.title), rest);
            }
        }
        Block::Paragraph(paragraph) => {
            let text = inline::words(&paragraph.text);
            let short = text.chars().count() <= 120 && !text.ends_with(['.', ':', ',', ';']);
            if short && !paragraph.contact && headings().next().is_some() {
                return (text, rest);
            }
        }
        _ => {}
    }
    (String::new(), blocks)
}

/// Levels of headings in the source, in order; the index is the level in the draft.
fn depths(blocks: &[Block]) -> Vec<u8> {
    let mut found: Vec<u8> = blocks
        .iter()
        .filter_map(|block| match block {
            Block::Heading(heading) if !heading.annex && heading.chosen.is_none() => {
                Some(heading.level)
            }
            _ => None,
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn level(heading: &Heading, depths: &[Vec<u8>; 2], part: Part) -> u8 {
    let [main, annex] = depths;
    let place = |depths: &[u8]| {
        let at = depths.iter().position(|depth| *depth == heading.level);
        u8::try_from(at.unwrap_or(0)).unwrap_or(3) + 1
    };
    match (part, heading.chosen) {
        _ if heading.annex => 1,
        (Part::Main, Some(level)) => level.clamp(1, 4),
        // An annex has one heading of the first level, its own.
        (Part::Annex, Some(level)) => level.clamp(2, 4),
        (Part::Main, None) => place(main).min(4),
        (Part::Annex, None) => (place(annex) + 1).min(4),
    }
}

/// One sample for each level, made from the first number of that level.
fn samples(blocks: &[Block], depths: &[Vec<u8>; 2], part: Part) -> Vec<String> {
    let mut out = vec!["none".to_owned(); 4];
    let mut seen = [false; 4];
    for block in blocks {
        let Block::Heading(heading) = block else {
            continue;
        };
        let at = usize::from(level(heading, depths, part)) - 1;
        if let (Some(slot), Some(seen)) = (out.get_mut(at), seen.get_mut(at))
            && !*seen
            && let Some(sample) = sample(&heading.label)
        {
            *slot = sample;
            *seen = true;
        }
    }
    out
}

/// The sample of a number: `Anhang II:` → `Anhang I:`, `3.2.` → `1.1.`
fn sample(label: &str) -> Option<String> {
    if label.is_empty() || !is_quotable(label) {
        return None;
    }
    let number = bare(label);
    let (before, after) = label.split_once(number)?;
    let last = number.rsplit('.').next()?;
    let is = |set: &[u8]| !last.is_empty() && last.bytes().all(|b| set.contains(&b));
    let numeral = if is(b"0123456789") {
        "1"
    } else if is(b"IVX") {
        "I"
    } else if is(b"ivx") {
        "i"
    } else if last.len() == 1 && is(b"ABCDEFGHJKLMNOPQRSTUWYZ") {
        "A"
    } else if last.len() == 1 && is(b"abcdefghjklmnopqrstuwyz") {
        "a"
    } else {
        return None;
    };
    let joined = if number.contains('.') { "1." } else { "" };
    let sample = format!("{before}{joined}{numeral}{after}");
    Pattern::parse(&sample).map(|_| sample)
}

fn patterns(samples: &[String]) -> Vec<Pattern> {
    samples
        .iter()
        .filter_map(|sample| Pattern::parse(sample))
        .collect()
}

/// Whether a label can be quoted in an attribute.
fn is_quotable(label: &str) -> bool {
    !label.contains(['"', '\\', '`', '{', '}', '%']) && !label.contains(char::is_control)
}

struct Writer {
    depths: [Vec<u8>; 2],
    headings: Headings,
    /// The beginning of joined numbers at this place.
    number: Option<String>,
    /// The level of each heading that was written.
    written: Vec<(usize, u8)>,
}

impl Writer {
    fn part(&mut self, blocks: &[Block], part: Part) -> String {
        self.number = None;
        let mut out = String::new();
        self.blocks(blocks, part, &mut out);
        out
    }

    /// Writes blocks with an empty line between them.
    fn blocks(&mut self, blocks: &[Block], part: Part, out: &mut String) {
        let mut after_list = false;
        for block in blocks {
            let mut text = match block {
                Block::Heading(heading) => self.heading(heading, part),
                Block::Paragraph(paragraph) => Self::paragraph(paragraph),
                Block::Table(table) => Self::table(table),
                Block::List(list) => self.list(list, part),
                Block::Definition(term, inner) => self.definition(term, inner, part),
            };
            if text.is_empty() {
                continue;
            }
            let is_list = matches!(block, Block::List(_));
            if is_list && after_list {
                // Separates two lists that follow each other.
                text = format!("{{% %}}\n\n{text}");
            }
            after_list = is_list;
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(&text);
            out.push('\n');
        }
    }

    fn heading(&mut self, heading: &Heading, part: Part) -> String {
        let level = level(heading, &self.depths, part);
        self.written.push((heading.at, level));
        let title = djot::text(&heading.title, Place::Line);
        let quotable = is_quotable(&heading.label);
        let wanted = match heading.label.as_str() {
            "" => Wanted::Nothing,
            label => Wanted::This(label),
        };
        let automatic = self.headings.clone().next(part, level, Wanted::Next, "");
        let label = Some(heading.label.as_str()).filter(|label| !label.is_empty());
        let counted = automatic.label.as_deref() == label;
        let found =
            self.headings
                .next(part, level, if counted { Wanted::Next } else { wanted }, "");
        self.number = found.number;
        let attributes = match label {
            _ if counted => String::new(),
            Some(label) if quotable => format!("number=\"{label}\""),
            _ => ".unnumbered".to_owned(),
        };
        let id = heading.id.as_ref().map(|id| format!("#{id} "));
        let attributes = id.unwrap_or_default() + &attributes;
        let attributes = match attributes.trim() {
            "" => String::new(),
            some => format!("{{{some}}}\n"),
        };
        let spelled = match label {
            Some(label) if !quotable => {
                format!("{} ", djot::text(&inline::plain(label), Place::Line))
            }
            _ => String::new(),
        };
        if title.is_empty() && spelled.is_empty() {
            return String::new();
        }
        format!(
            "{attributes}{} {spelled}{title}",
            "#".repeat(usize::from(level))
        )
    }

    fn paragraph(paragraph: &Paragraph) -> String {
        if !paragraph.contact {
            return djot::text(&paragraph.text, Place::Paragraph);
        }
        let lines: Vec<String> = paragraph
            .text
            .split(|piece| *piece == Piece::Break)
            .map(|line| djot::text(line, Place::Line))
            .filter(|line| !line.is_empty())
            .collect();
        if lines.is_empty() {
            return String::new();
        }
        format!("{{.contact}}\n{}", lines.join("\n"))
    }

    fn definition(&mut self, term: &[Piece], inner: &[Block], part: Part) -> String {
        let mut content = String::new();
        self.blocks(inner, part, &mut content);
        let content = content
            .trim_end()
            .replace('\n', "\n  ")
            .replace("\n  \n", "\n\n");
        format!(": {}\n\n  {content}", djot::text(term, Place::Line))
    }

    fn table(table: &Table) -> String {
        if table.head.len() > WIDEST {
            return wide(table);
        }
        let row = |cells: &Vec<Vec<Piece>>| {
            let cells: Vec<String> = cells
                .iter()
                .map(|cell| djot::text(cell, Place::Line))
                .collect();
            format!("| {} |", cells.join(" | "))
        };
        let mut lines = vec![row(&table.head)];
        let rule = table.alignments.iter().map(|alignment| match alignment {
            Alignment::Start => "---",
            Alignment::Center => ":---:",
            Alignment::End => "---:",
        });
        lines.push(format!("|{}|", rule.collect::<Vec<_>>().join("|")));
        lines.extend(table.rows.iter().map(row));
        lines.join("\n")
    }

    fn list(&mut self, list: &List, part: Part) -> String {
        let sample = self.joined_sample(list);
        let mut out = String::new();
        let mut number = list.start;
        for item in &list.items {
            let outer = self.number.clone();
            let joined = sample.is_some() || matches!(list.marks, Marks::Joined(_));
            if joined || list.marks == Marks::ByHand {
                self.number = Some(bare(&item.mark).to_owned());
            } else {
                self.number = None;
            }
            let led = matches!(item.blocks.first(), Some(Block::Paragraph(_)));
            let mut content = String::new();
            self.blocks(&item.blocks, part, &mut content);
            self.number = outer;
            let mark = match (&list.marks, &sample) {
                (Marks::Joined(_), Some(_)) => format!("{number}. "),
                (Marks::Counted(Pattern::Bullet), _) => "- ".to_owned(),
                (Marks::Counted(Pattern::Dash), _) => "+ ".to_owned(),
                (Marks::Counted(_), _) => format!("{} ", item.mark),
                _ if led && item.mark.is_empty() => "- ".to_owned(),
                _ if led && is_quotable(&item.mark) => {
                    content = content.trim_start_matches("{.contact}\n").to_owned();
                    let contact =
                        matches!(item.blocks.first(), Some(Block::Paragraph(p)) if p.contact);
                    let contact = if contact { " .contact" } else { "" };
                    let id = item
                        .id
                        .as_ref()
                        .map(|id| format!(" #{id}"))
                        .unwrap_or_default();
                    format!("- {{mark=\"{}\"{contact}{id}}}\n    ", item.mark)
                }
                _ => format!("- {}\n\n    ", djot::at_start(&item.mark)),
            };
            let is_named = mark.contains("{mark=") || !led;
            let mark = match &item.id {
                Some(id) if !is_named => format!("{mark}{{#{id}}}\n    "),
                _ => mark,
            };
            number = number.saturating_add(1);
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(&mark);
            out.push_str(
                content
                    .trim_end()
                    .replace('\n', "\n    ")
                    .replace("\n    \n", "\n\n")
                    .as_str(),
            );
            out.push('\n');
        }
        let unmarked = list.items.iter().all(|item| item.mark.is_empty());
        let sample = sample.or_else(|| unmarked.then(|| "none".to_owned()));
        let attributes = sample.map(|sample| format!("{{marks=\"{sample}\"}}\n"));
        format!("{}{}", attributes.unwrap_or_default(), out.trim_end())
    }

    /// The sample `1.1.` for 3.1., 3.2., if the engine would print exactly these numbers here.
    fn joined_sample(&self, list: &List) -> Option<String> {
        let Marks::Joined(above) = &list.marks else {
            return None;
        };
        let after = |mark: &str| {
            let number = bare(mark);
            mark.strip_prefix(number).map(str::to_owned)
        };
        let sign = after(&list.items.first()?.mark)?;
        let same = list
            .items
            .iter()
            .all(|item| after(&item.mark).as_ref() == Some(&sign));
        let here = self.number.as_ref() == Some(above);
        (same && here && is_quotable(&sign)).then(|| format!("1.1{sign}"))
    }
}

/// A table with too many columns: a paragraph for each row.
fn wide(table: &Table) -> String {
    let rows = std::iter::once(&table.head).chain(&table.rows);
    let row = |cells: &Vec<Vec<Piece>>| {
        let cells: Vec<String> = cells
            .iter()
            .filter(|cell| !cell.is_empty())
            .map(|cell| djot::text(cell, Place::Line))
            .collect();
        djot::at_start(&cells.join(" · "))
    };
    let rows: Vec<String> = rows.map(row).filter(|row| !row.is_empty()).collect();
    rows.join("\n\n")
}
