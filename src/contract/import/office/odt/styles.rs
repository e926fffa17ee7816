//! Styles and numberings of an .odt: what a paragraph or a span is by its style and the styles that
//! this one is based on, and how levels of lists and of headings are numbered.

use std::collections::HashMap;

use super::super::docx::{bullet, written};
use super::super::{Node, attribute, child, is};

/// Styles are followed this far; a circle ends there.
const FARTHEST: usize = 24;
/// Levels of a numbering.
const LEVELS: usize = 10;
/// The name of the numbering of headings.
pub(super) const OUTLINE: &str = "\u{0}";

/// The styles of a document.
#[derive(Default)]
pub(super) struct Styles<'x> {
    by_name: HashMap<&'x str, HashMap<&'x str, Node<'x>>>,
    lists: HashMap<&'x str, Vec<Level>>,
}

/// A level of a numbering.
#[derive(Debug, Clone, Default)]
struct Level {
    format: String,
    prefix: String,
    suffix: String,
    /// How many numbers are printed, its own the last.
    shown: usize,
    start: u32,
    bullet: Option<String>,
    /// `%1%.%2%` and the signs around it, which newer programs write.
    pattern: Option<String>,
}

/// How far each numbering has counted.
#[derive(Debug, Clone, Default)]
pub(super) struct Counts(HashMap<String, [Option<u32>; LEVELS]>);

impl Counts {
    /// Begins a list that does not go on with an earlier one of its style.
    pub(super) fn restart(&mut self, list: &str) {
        self.0.remove(list);
    }
}

impl<'x> Styles<'x> {
    /// Adds the styles of a part.
    pub(super) fn add(&mut self, root: Node<'x>) {
        for node in root.descendants() {
            match node.tag_name().name() {
                "style" => {
                    let family = attribute(node, "family").unwrap_or_default();
                    if let Some(name) = attribute(node, "name") {
                        self.by_name.entry(family).or_default().insert(name, node);
                    }
                }
                "list-style" => {
                    if let Some(name) = attribute(node, "name") {
                        self.lists.insert(name, levels(node));
                    }
                }
                "outline-style" => drop(self.lists.insert(OUTLINE, levels(node))),
                _ => {}
            }
        }
    }

    fn chain(&self, family: &str, name: Option<&str>) -> Vec<Node<'x>> {
        let find = |name: &str| self.by_name.get(family)?.get(name).copied();
        let mut next = name.and_then(find);
        let mut out = Vec::new();
        while let Some(style) = next {
            if out.len() >= FARTHEST {
                break;
            }
            out.push(style);
            next = attribute(style, "parent-style-name").and_then(find);
        }
        out
    }

    /// The level of the heading that a paragraph's style makes of it, 0 for a title.
    pub(super) fn heading(&self, p: Node<'_>) -> Option<u8> {
        let chain = self.chain("paragraph", attribute(p, "style-name"));
        let names = || chain.iter().filter_map(|style| attribute(*style, "name"));
        if names().any(|name| name == "Title") || attribute(p, "style-name") == Some("Title") {
            return Some(0);
        }
        let level = if is(p, "h") {
            attribute(p, "outline-level").or(Some("1"))
        } else {
            chain
                .iter()
                .find_map(|style| attribute(*style, "default-outline-level"))
        };
        level?.parse().ok().filter(|level| (1..=10).contains(level))
    }

    /// Whether the text of a span is hidden or struck out.
    pub(super) fn is_gone(&self, span: Node<'_>) -> bool {
        let struck = self.fact("text", span, "text-line-through-style");
        let struck = struck.or_else(|| self.fact("text", span, "text-line-through-type"));
        self.fact("text", span, "display") == Some("none")
            || struck.is_some_and(|kind| kind != "none")
    }

    /// A property of the text of a style.
    pub(super) fn fact(&self, family: &str, node: Node<'_>, name: &str) -> Option<&'x str> {
        let chain = self.chain(family, attribute(node, "style-name"));
        chain
            .into_iter()
            .find_map(|style| attribute(child(style, "text-properties")?, name))
    }

    /// Counts an item; returns its mark, which may be empty.
    pub(super) fn next(
        &self,
        counts: &mut Counts,
        list: &str,
        at: usize,
        start: Option<u32>,
    ) -> String {
        let Some(levels) = self.lists.get(list) else {
            return if list == OUTLINE {
                String::new()
            } else {
                "•".to_owned()
            };
        };
        let Some(level) = levels.get(at) else {
            return String::new();
        };
        if let Some(sign) = &level.bullet {
            return bullet(sign);
        }
        let counts = counts.0.entry(list.to_owned()).or_default();
        if let Some(slot) = counts.get_mut(at) {
            let next = slot.map_or(level.start, |count| count.saturating_add(1));
            *slot = Some(start.unwrap_or(next));
        }
        counts.iter_mut().skip(at + 1).for_each(|slot| *slot = None);
        if level.format.is_empty()
            && level
                .pattern
                .as_ref()
                .is_none_or(|pattern| !pattern.contains('%'))
        {
            return String::new();
        }
        let number = |place: usize| {
            let of = levels.get(place);
            let count = counts
                .get(place)
                .copied()
                .flatten()
                .unwrap_or_else(|| of.map_or(1, |of| of.start));
            of.map(|of| written(count, &of.format)).unwrap_or_default()
        };
        if let Some(pattern) = &level.pattern {
            let mut out = pattern.clone();
            for place in 0..LEVELS {
                out = out.replace(&format!("%{}%", place + 1), &number(place));
            }
            return out.trim().to_owned();
        }
        let from = (at + 1).saturating_sub(level.shown.max(1));
        let numbers: Vec<String> = (from..=at)
            .map(number)
            .filter(|number| !number.is_empty())
            .collect();
        format!("{}{}{}", level.prefix, numbers.join("."), level.suffix)
            .trim()
            .to_owned()
    }
}

fn levels(list: Node<'_>) -> Vec<Level> {
    let mut out = vec![Level::default(); LEVELS];
    for node in list.children().filter(roxmltree::Node::is_element) {
        let at: usize = attribute(node, "level")
            .and_then(|at| at.parse().ok())
            .unwrap_or(1);
        let text = |name: &str| attribute(node, name).unwrap_or_default().to_owned();
        let level = Level {
            format: text("num-format"),
            prefix: text("num-prefix"),
            suffix: text("num-suffix"),
            shown: attribute(node, "display-levels")
                .and_then(|n| n.parse().ok())
                .unwrap_or(1),
            start: attribute(node, "start-value")
                .and_then(|n| n.parse().ok())
                .unwrap_or(1),
            bullet: attribute(node, "bullet-char").map(str::to_owned),
            pattern: attribute(node, "num-list-format").map(str::to_owned),
        };
        if let Some(slot) = at.checked_sub(1).and_then(|at| out.get_mut(at)) {
            *slot = level;
        }
    }
    out
}

impl Styles<'_> {
    /// Whether a span is raised or lowered, as its style says.
    pub(super) fn position(&self, node: Node<'_>) -> Option<Position> {
        if !is(node, "span") {
            return None;
        }
        let place = self.fact("text", node, "text-position")?;
        let percent = place.split_whitespace().next()?;
        match percent.trim_end_matches('%').parse::<i32>() {
            Ok(0) => None,
            Ok(up) if up > 0 => Some(Position::Raised),
            Err(_) if percent == "super" => Some(Position::Raised),
            _ => Some(Position::Lowered),
        }
    }
}

/// Where figures stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    /// Above the line.
    Raised,
    /// Below the line.
    Lowered,
}
