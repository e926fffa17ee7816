//! Blocks of a clause: paragraphs, items, terms, and what the form only names.

use std::ops::Range;

use jotdown::{AttributeKind, Attributes, Container, Event, ListBulletType, ListKind};

use super::inline::{self, Run};
use super::tree::{Knot, block_start, tree};
use super::{Names, is_id};
use crate::contract::containers::counting;
use crate::contract::numbers::Pattern;
use crate::contract::sections::too_much;
use crate::contract::vocabulary::Condition;
use crate::wording::clause::{self, fixed};

/// Most words that name what cannot be shown.
const SAMPLE: usize = 8;

/// A block of a clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unit {
    /// A paragraph.
    Paragraph(Head, Vec<Run>),
    /// An item of a list.
    Item(Item),
    /// A term with its text.
    Term(Vec<Run>, Vec<Unit>),
    /// Something that is only named, and where an item of a list stands its mark and number.
    Fixed(String, Option<(Pattern, u32)>),
}

/// An item with what is below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    /// Its mark.
    pub marks: Pattern,
    /// Its number in the list.
    pub number: u32,
    /// What stands in braces before its text.
    pub head: Head,
    /// Its first paragraph.
    pub text: Vec<Run>,
    /// Further paragraphs and lists.
    pub inside: Vec<Unit>,
}

/// What stands in braces above a block.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Head {
    /// What references name.
    pub id: Option<String>,
    /// A number written by hand.
    pub mark: Option<String>,
    /// When it is printed.
    pub condition: Option<String>,
    /// What it is about.
    pub tags: Vec<String>,
}

impl Head {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// `None` if there is something that the form does not have.
    fn read(attributes: &Attributes<'_>, is_item: bool) -> Option<Self> {
        let mut head = Self::default();
        for (key, value) in attributes.iter() {
            let value = value.to_string();
            let taken = match key {
                AttributeKind::Id if is_item && is_id(&value) => head.id.replace(value),
                AttributeKind::Class if value != "contact" && is_id(&value) => {
                    head.tags.push(value);
                    None
                }
                AttributeKind::Pair { key } if key == "if" => {
                    Condition::parse(&value)?;
                    (value.chars().all(is_code)).then_some(())?;
                    head.condition.replace(value)
                }
                AttributeKind::Pair { key } if key == "mark" && is_item => {
                    let is_plain = |c: char| c.is_alphanumeric() || ".()§- ".contains(c);
                    (!value.is_empty() && value.chars().all(is_plain)).then_some(())?;
                    head.mark.replace(value)
                }
                _ => return None,
            };
            if taken.is_some() {
                return None;
            }
        }
        Some(head)
    }

    /// As an attribute line.
    pub fn written(&self) -> String {
        let mut words = Vec::new();
        words.extend(self.id.iter().map(|id| format!("#{id}")));
        words.extend(self.condition.iter().map(|word| format!("if=\"{word}\"")));
        words.extend(self.mark.iter().map(|mark| format!("mark=\"{mark}\"")));
        words.extend(self.tags.iter().map(|tag| format!(".{tag}")));
        format!("{{{}}}", words.join(" "))
    }
}

/// A character of a condition that the form can carry.
fn is_code(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_:".contains(c)
}

/// A block with its source.
#[derive(Debug)]
pub(super) struct Segment {
    /// Where it stands, without the empty lines behind it.
    pub range: Range<usize>,
    /// What it is.
    pub unit: Unit,
}

/// The blocks of the text below a heading. Their ranges and what is between them are the whole text.
pub(super) fn read(text: &str, names: &Names) -> Vec<Segment> {
    if too_much(text).is_some() {
        let whole = Unit::Fixed(named(fixed::OTHER, text), None);
        return closed(text, vec![(0, whole)]);
    }
    let mut found: Vec<(usize, Unit)> = Vec::new();
    let mut above: Option<(Pattern, u32)> = None;
    for knot in tree(text) {
        let start = block_start(text, knot.at());
        let before = above.take();
        match knot {
            Knot::Leaf(Event::Blankline, _) => above = before,
            Knot::Holder {
                container: Container::List { kind, .. },
                attributes,
                inside,
                ..
            } => {
                let plain = attributes.is_empty() && !matches!(kind, ListKind::Task(_));
                let (marks, number) = marks_of(kind, before.as_ref());
                if !plain {
                    found.push((start, Unit::Fixed(String::new(), None)));
                    continue;
                }
                for (knot, number) in inside.iter().zip(number..) {
                    // The first item begins where the list does.
                    let is_first = Some(knot.at()) == inside.first().map(Knot::at);
                    let at = if is_first {
                        start
                    } else {
                        line_start(text, knot.at())
                    };
                    let unit = item(knot, &marks, number).map_or_else(
                        || Unit::Fixed(String::new(), Some((marks.clone(), number))),
                        Unit::Item,
                    );
                    found.push((at, unit));
                    above = Some((marks.clone(), number + 1));
                }
            }
            Knot::Holder {
                container: Container::DescriptionList,
                attributes,
                inside,
                ..
            } if attributes.is_empty() => {
                for (at, unit) in terms(&inside) {
                    found.push((line_start(text, at), unit));
                }
            }
            knot => {
                let unit = paragraph(&knot).unwrap_or(Unit::Fixed(kind_of(&knot, names), None));
                found.push((start, unit));
            }
        }
    }
    found.sort_by_key(|(at, _)| *at);
    found.dedup_by_key(|(at, _)| *at);
    closed(text, found)
}

fn line_start(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    before.rfind('\n').map_or(0, |end| end + 1)
}

/// Each block goes to where the next one begins; what is only named gets its name.
fn closed(text: &str, found: Vec<(usize, Unit)>) -> Vec<Segment> {
    let ends: Vec<usize> = found.iter().skip(1).map(|(at, _)| *at).collect();
    let ends = ends.into_iter().chain([text.len()]);
    let mut labels: Vec<String> = Vec::new();
    found
        .into_iter()
        .zip(ends)
        .map(|((start, mut unit), end)| {
            let source = text.get(start..end).unwrap_or_default();
            let range = start..start + source.trim_end().len();
            if let Unit::Fixed(label, _) = &mut unit {
                let words = named(label, source);
                let alike = labels.iter().filter(|one| **one == words).count();
                labels.push(words.clone());
                *label = match alike {
                    0 => words,
                    _ => format!("{words} ({})", alike + 1),
                };
            }
            Segment { range, unit }
        })
        .collect()
}

/// What something is called that the form does not show: its kind and its first words.
fn named(kind: &str, source: &str) -> String {
    if kind.contains(':') {
        return kind.to_owned();
    }
    let kind = if kind.is_empty() { fixed::OTHER } else { kind };
    let is_plain = |c: char| c.is_alphanumeric() || " .,;()/–-".contains(c);
    let words: String = source
        .lines()
        .filter(|line| !line.trim_start().starts_with(['{', ':']) && !line.contains("---"))
        .map(|line| {
            line.chars()
                .map(|c| if is_plain(c) { c } else { ' ' })
                .collect::<String>()
                + " "
        })
        .collect();
    let words: Vec<&str> = words.split_whitespace().take(SAMPLE).collect();
    if words.is_empty() {
        kind.to_owned()
    } else {
        format!("{kind}: {} …", words.join(" "))
    }
}

fn kind_of(knot: &Knot<'_>, names: &Names) -> String {
    let Knot::Holder {
        container,
        attributes,
        inside,
        ..
    } = knot
    else {
        return String::new();
    };
    match container {
        Container::Table => {
            let caption = inside.iter().find_map(|knot| match knot {
                Knot::Holder {
                    container: Container::Caption,
                    inside,
                    ..
                } => inline::from_djot(inside),
                _ => None,
            });
            let caption = caption.map(|runs| inline::plain(&runs, names));
            let caption = caption.unwrap_or_default().replace(['⟦', '⟧'], " ");
            match caption.trim() {
                "" => fixed::TABLE.to_owned(),
                caption => format!("{}: {caption}", fixed::TABLE),
            }
        }
        Container::Div { class } => {
            let of = |wanted: &str| {
                attributes.iter().find_map(|(key, value)| match key {
                    AttributeKind::Pair { key } if key == wanted => Some(value.to_string()),
                    _ => None,
                })
            };
            if let Some(word) = of("generate") {
                return format!("{}: {}", fixed::GENERATED, clause::generated(&word));
            }
            let is_contact = *class == "contact";
            String::from(if is_contact {
                fixed::CONTACT
            } else {
                fixed::GROUP
            })
        }
        Container::Paragraph
            if attributes.iter().any(|(key, value)| {
                *key == AttributeKind::Class && value.to_string() == "contact"
            }) =>
        {
            fixed::CONTACT.to_owned()
        }
        _ => String::new(),
    }
}

fn marks_of(kind: ListKind, above: Option<&(Pattern, u32)>) -> (Pattern, u32) {
    if let ListKind::Unordered(bullet) = kind {
        let marks = match bullet {
            ListBulletType::Plus => Pattern::Dash,
            ListBulletType::Dash | ListBulletType::Star => Pattern::Bullet,
        };
        return (marks, 1);
    }
    counting(
        kind,
        None,
        above.map(|(marks, next)| (marks, *next as usize)),
    )
}

fn paragraph(knot: &Knot<'_>) -> Option<Unit> {
    let Knot::Holder {
        container: Container::Paragraph,
        attributes,
        inside,
        ..
    } = knot
    else {
        return None;
    };
    let head = Head::read(attributes, false)?;
    let text = inline::from_djot(inside)?;
    (!text.is_empty()).then_some(Unit::Paragraph(head, text))
}

fn item(knot: &Knot<'_>, marks: &Pattern, number: u32) -> Option<Item> {
    let Knot::Holder {
        container: Container::ListItem,
        attributes,
        inside,
        ..
    } = knot
    else {
        return None;
    };
    let mut blocks = inside.iter().filter(|knot| !is_blank(knot));
    let Knot::Holder {
        container: Container::Paragraph,
        attributes: of_text,
        inside: text,
        ..
    } = blocks.next()?
    else {
        return None;
    };
    let text = inline::from_djot(text)?;
    let rest: Vec<&Knot<'_>> = blocks.collect();
    (attributes.is_empty() && !text.is_empty()).then_some(())?;
    Some(Item {
        marks: marks.clone(),
        number,
        head: Head::read(of_text, true)?,
        text,
        inside: below(&rest)?,
    })
}

fn is_blank(knot: &Knot<'_>) -> bool {
    matches!(knot, Knot::Leaf(Event::Blankline, _))
}

/// Paragraphs and lists inside an item or a term.
fn below(knots: &[&Knot<'_>]) -> Option<Vec<Unit>> {
    let mut out = Vec::new();
    let mut above: Option<(Pattern, u32)> = None;
    for knot in knots {
        let before = above.take();
        match knot {
            Knot::Holder {
                container: Container::List { kind, .. },
                attributes,
                inside,
                ..
            } => {
                let plain = attributes.is_empty() && !matches!(kind, ListKind::Task(_));
                plain.then_some(())?;
                let (marks, number) = marks_of(*kind, before.as_ref());
                for (knot, number) in inside.iter().zip(number..) {
                    out.push(Unit::Item(item(knot, &marks, number)?));
                    above = Some((marks.clone(), number + 1));
                }
            }
            knot => out.push(paragraph(knot)?),
        }
    }
    Some(out)
}

fn terms(knots: &[Knot<'_>]) -> Vec<(usize, Unit)> {
    let mut out: Vec<(usize, Unit)> = Vec::new();
    let mut open: Option<(usize, Option<Vec<Run>>)> = None;
    for knot in knots {
        match knot {
            Knot::Holder {
                container: Container::DescriptionTerm,
                attributes,
                inside,
                at,
            } => {
                let words = inline::from_djot(inside);
                let words = words.filter(|words| attributes.is_empty() && !words.is_empty());
                open = Some((*at, words));
            }
            Knot::Holder {
                container: Container::DescriptionDetails,
                attributes,
                inside,
                at,
            } => {
                let (at, words) = open.take().unwrap_or((*at, None));
                let blocks: Vec<&Knot<'_>> = inside.iter().filter(|k| !is_blank(k)).collect();
                let unit = words
                    .zip(below(&blocks))
                    .filter(|(_, blocks)| attributes.is_empty() && !blocks.is_empty())
                    .map(|(words, blocks)| Unit::Term(words, blocks));
                out.push((at, unit.unwrap_or(Unit::Fixed(String::new(), None))));
            }
            _ => {}
        }
    }
    out.extend(open.map(|(at, _)| (at, Unit::Fixed(String::new(), None))));
    out
}
