//! Automatic numbers of a .docx: the marks its reader sees, counted as the program counts them.

use std::collections::{HashMap, HashSet};

use super::super::{Node, attribute, below, child, is};
use super::styles::value;
use crate::contract::numbers::Numeral;

/// Levels of a numbering.
const LEVELS: usize = 9;

/// A level of a numbering.
#[derive(Debug, Clone, Default)]
struct Level {
    format: String,
    /// `%1.%2` and the signs around it.
    text: String,
    start: u32,
    /// Whether all its numbers are figures.
    is_legal: bool,
    /// The level at which it starts again; `Some(0)`: never.
    restart: Option<usize>,
    /// The style of paragraphs that it numbers.
    style: Option<String>,
    left: Option<i32>,
}

#[derive(Debug, Clone, Default)]
struct List {
    /// Key of the definition, which counts for all lists that use it.
    definition: String,
    levels: Vec<Level>,
    /// Levels that begin anew with the first item of this list.
    starts: HashMap<usize, u32>,
}

/// The numberings of a document, and how far each has counted.
#[derive(Debug, Clone, Default)]
pub(super) struct Numbering {
    lists: HashMap<String, List>,
    counts: HashMap<String, [Option<u32>; LEVELS]>,
    begun: HashSet<(String, usize)>,
}

impl Numbering {
    /// Reads `numbering.xml`; `styles` is the root of `styles.xml`.
    pub(super) fn of(root: Node<'_>, styles: Node<'_>) -> Self {
        let mut out = Self::default();
        let definitions: HashMap<&str, Node<'_>> = root
            .children()
            .filter(|node| is(*node, "abstractNum"))
            .filter_map(|node| Some((attribute(node, "abstractNumId")?, node)))
            .collect();
        let numbers: Vec<Node<'_>> = root.children().filter(|node| is(*node, "num")).collect();
        let definition = |num: Node<'_>| -> Option<String> {
            let id = child(num, "abstractNumId").and_then(value)?;
            Some(id.to_owned())
        };
        for num in &numbers {
            let (Some(id), Some(key)) = (attribute(*num, "numId"), definition(*num)) else {
                continue;
            };
            let Some(mut found) = definitions.get(key.as_str()).copied() else {
                continue;
            };
            let mut key = key;
            // A definition may only name the style that has the levels.
            if let Some(style) = child(found, "numStyleLink").and_then(value) {
                let style = styles
                    .descendants()
                    .find(|node| is(*node, "style") && attribute(*node, "styleId") == Some(style));
                let linked = style
                    .and_then(|style| below(style, &["pPr", "numPr", "numId"]))
                    .and_then(value);
                let linked = numbers
                    .iter()
                    .find(|num| attribute(**num, "numId") == linked);
                if let Some(other) = linked.and_then(|num| definition(*num))
                    && let Some(node) = definitions.get(other.as_str())
                {
                    (key, found) = (other, *node);
                }
            }
            let mut list = List {
                definition: key,
                levels: vec![Level::default(); LEVELS],
                starts: HashMap::new(),
            };
            for level in found.children().filter(|node| is(*node, "lvl")) {
                list.set(level);
            }
            for change in num.children().filter(|node| is(*node, "lvlOverride")) {
                let at = attribute(change, "ilvl")
                    .and_then(|at| at.parse().ok())
                    .unwrap_or(0);
                if let Some(level) = child(change, "lvl") {
                    list.set(level);
                }
                let start = child(change, "startOverride").and_then(value);
                if let Some(start) = start.and_then(|start| start.parse().ok()) {
                    list.starts.insert(at, start);
                }
            }
            out.lists.insert(id.to_owned(), list);
        }
        out
    }

    /// The level of a list that a style is bound to.
    pub(super) fn level_of(&self, list: &str, style: &str) -> Option<usize> {
        let levels = &self.lists.get(list)?.levels;
        levels
            .iter()
            .position(|level| level.style.as_deref() == Some(style))
    }

    /// How far from the margin a level stands.
    pub(super) fn left(&self, list: &str, level: usize) -> Option<i32> {
        self.lists.get(list)?.levels.get(level)?.left
    }

    /// Key of the definition that a list counts with.
    pub(super) fn key(&self, list: &str) -> String {
        self.lists
            .get(list)
            .map(|list| list.definition.clone())
            .unwrap_or_default()
    }

    /// Counts a paragraph; returns its mark, which may be empty.
    pub(super) fn next(&mut self, id: &str, at: usize) -> String {
        let Some(list) = self.lists.get(id) else {
            return String::new();
        };
        let counts = self.counts.entry(list.definition.clone()).or_default();
        let Some(level) = list.levels.get(at) else {
            return String::new();
        };
        if level.format == "bullet" {
            return bullet(&level.text);
        }
        let fresh = list
            .starts
            .get(&at)
            .filter(|_| self.begun.insert((id.to_owned(), at)));
        if let Some(slot) = counts.get_mut(at) {
            *slot = Some(match (fresh, *slot) {
                (Some(start), _) => *start,
                (None, Some(count)) => count.saturating_add(1),
                (None, None) => level.start,
            });
        }
        for (below, slot) in counts.iter_mut().enumerate().skip(at + 1) {
            let restart = list.levels.get(below).and_then(|level| level.restart);
            // It starts again after any higher level, or only after a certain one and higher.
            if restart.is_none_or(|from| at < from) {
                *slot = None;
            }
        }
        let mut out = String::new();
        let mut rest = level.text.as_str();
        while let Some((before, after)) = rest.split_once('%') {
            out.push_str(before);
            let figure = after
                .chars()
                .next()
                .and_then(|c| c.to_digit(10))
                .and_then(|n| usize::try_from(n).ok());
            let Some(place) = figure.and_then(|n| n.checked_sub(1)) else {
                out.push('%');
                rest = after;
                continue;
            };
            rest = after.get(1..).unwrap_or_default();
            let of = list.levels.get(place);
            let start = of.map_or(1, |of| of.start);
            let count = counts.get(place).copied().flatten().unwrap_or(start);
            let format = of.map_or("decimal", |of| of.format.as_str());
            out.push_str(&written(
                count,
                if level.is_legal { "decimal" } else { format },
            ));
        }
        out + rest
    }
}

impl List {
    fn set(&mut self, node: Node<'_>) {
        let at: usize = attribute(node, "ilvl")
            .and_then(|at| at.parse().ok())
            .unwrap_or(0);
        let text = |name: &str| child(node, name).and_then(value);
        let left = below(node, &["pPr", "ind"])
            .and_then(|ind| attribute(ind, "left").or_else(|| attribute(ind, "start")));
        if let Some(slot) = self.levels.get_mut(at) {
            *slot = Level {
                format: text("numFmt").unwrap_or("decimal").to_owned(),
                text: text("lvlText").unwrap_or_default().to_owned(),
                start: text("start")
                    .and_then(|start| start.parse().ok())
                    .unwrap_or(0),
                is_legal: child(node, "isLgl").is_some(),
                restart: text("lvlRestart").and_then(|from| from.parse().ok()),
                style: text("pStyle").map(str::to_owned),
                left: left.and_then(|left| left.parse().ok()),
            };
        }
    }
}

/// A count in the format of a level.
pub(in super::super) fn written(count: u32, format: &str) -> String {
    match format {
        "lowerLetter" | "a" => twins(count),
        "upperLetter" | "A" => twins(count).to_uppercase(),
        "lowerRoman" | "i" => Numeral::RomanLower.write(count.min(9_999)),
        "upperRoman" | "I" => Numeral::RomanUpper.write(count.min(9_999)),
        "decimalZero" => format!("{count:02}"),
        "ordinal" => format!("{count}."),
        "none" | "" => String::new(),
        _ => count.to_string(),
    }
}

/// Letters as programs count them: after z come aa, bb, cc.
fn twins(count: u32) -> String {
    let Some(at) = count.checked_sub(1) else {
        return "a".to_owned();
    };
    let letter = char::from(b'a' + u8::try_from(at % 26).unwrap_or(0));
    let times = usize::try_from(at / 26).unwrap_or(0).min(8) + 1;
    letter.to_string().repeat(times)
}

/// The sign of a bullet: fonts of signs have it in places of their own.
pub(in super::super) fn bullet(text: &str) -> String {
    match text.trim() {
        "" => String::new(),
        "-" | "–" | "—" => "–".to_owned(),
        _ => "•".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_go_on_after_z_as_in_the_program() {
        assert_eq!(
            (twins(1), twins(26), twins(27), twins(53)),
            ("a".into(), "z".into(), "aa".into(), "aaa".into())
        );
        assert_eq!(written(4, "lowerRoman"), "iv");
        assert_eq!(written(7, "decimalZero"), "07");
    }
}
