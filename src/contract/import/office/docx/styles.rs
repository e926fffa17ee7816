//! Styles of a .docx: what a paragraph or a run is by its own properties, its style, and the styles
//! that this one is based on.

use std::collections::HashMap;

use super::super::{Node, attribute, below, child, is};

/// Styles are followed this far; a circle ends there.
const FARTHEST: usize = 24;

/// What a paragraph is.
#[derive(Debug, Clone, Default)]
pub(super) struct Paragraph {
    /// Level of the heading, 0 for a title.
    pub heading: Option<u8>,
    /// Key of its numbering, and the level in it.
    pub numbering: Option<(String, usize)>,
    /// Distance from the margin by the paragraph itself, and by its style.
    pub left: (Option<i32>, Option<i32>),
    /// Whether it is a line of a list of contents.
    pub is_contents: bool,
    /// Whether its end is deleted, so that it is one with the next.
    pub is_joined: bool,
    /// Whether its own end, and so its number, is hidden.
    pub is_hidden: bool,
    /// Its style.
    pub style: Option<String>,
}

/// All styles of a document.
pub(super) struct Styles<'x> {
    by_id: HashMap<&'x str, Node<'x>>,
    /// The paragraph style of paragraphs without one.
    usual: Option<&'x str>,
}

impl<'x> Styles<'x> {
    /// Reads `styles.xml`.
    pub(super) fn of(root: Node<'x>) -> Self {
        let styles = root.descendants().filter(|node| is(*node, "style"));
        let mut out = Self {
            by_id: HashMap::new(),
            usual: None,
        };
        for style in styles {
            let Some(id) = attribute(style, "styleId") else {
                continue;
            };
            out.by_id.insert(id, style);
            let is_usual = attribute(style, "default").is_some_and(is_on);
            if is_usual && attribute(style, "type") == Some("paragraph") {
                out.usual = Some(id);
            }
        }
        out
    }

    /// A style and those it is based on, the nearest first.
    fn chain(&self, id: Option<&str>) -> Vec<Node<'x>> {
        let mut next = id.and_then(|id| self.by_id.get(id)).copied();
        let mut out = Vec::new();
        while let Some(style) = next {
            if out.len() >= FARTHEST {
                break;
            }
            out.push(style);
            next = child(style, "basedOn")
                .and_then(value)
                .and_then(|id| self.by_id.get(id))
                .copied();
        }
        out
    }

    /// What a paragraph is.
    pub(super) fn paragraph(
        &self,
        p: Node<'x>,
        levels: &dyn Fn(&str, &str) -> Option<usize>,
    ) -> Paragraph {
        let own = child(p, "pPr");
        let id = own
            .and_then(|own| child(own, "pStyle"))
            .and_then(value)
            .or(self.usual);
        let chain = self.chain(id);
        let names: Vec<String> = chain.iter().filter_map(|style| name(*style)).collect();
        let outline = |properties: Node<'x>| {
            child(properties, "outlineLvl")
                .and_then(value)?
                .parse::<u8>()
                .ok()
        };
        let of_styles = |name: &[&str]| chain.iter().find_map(|style| below(*style, name));
        let by_outline = own.and_then(outline).or_else(|| {
            chain
                .iter()
                .find_map(|style| child(*style, "pPr").and_then(outline))
        });
        let heading = match by_outline {
            Some(level) => (level < 9).then(|| level + 1),
            None => names.iter().find_map(|name| level_of(name)),
        };
        let numbered = |properties: Node<'x>| {
            let numbering = child(properties, "numPr")?;
            let id = child(numbering, "numId").and_then(value);
            let level = child(numbering, "ilvl").and_then(value);
            Some((id, level.and_then(|level| level.parse::<usize>().ok())))
        };
        // A style may name the numbering, and the paragraph only its level in it.
        let mut key = None;
        let mut level = own.and_then(numbered).and_then(|(_, level)| level);
        match own.and_then(numbered) {
            Some((Some(id), _)) => key = Some(id.to_owned()),
            _ => {
                for style in &chain {
                    let Some((id, at)) = child(*style, "pPr").and_then(numbered) else {
                        continue;
                    };
                    level = level.or(at);
                    if let Some(id) = id {
                        let style = attribute(*style, "styleId").unwrap_or_default();
                        level = levels(id, style).or(level);
                        key = Some(id.to_owned());
                        break;
                    }
                }
            }
        }
        let left = |node: Node<'x>| {
            let value = attribute(node, "left").or_else(|| attribute(node, "start"));
            value?.parse::<i32>().ok()
        };
        let mark = own.and_then(|own| child(own, "rPr"));
        Paragraph {
            heading,
            numbering: key
                .filter(|id| id != "0")
                .map(|id| (id, level.unwrap_or(0).min(8))),
            left: (
                own.and_then(|own| child(own, "ind")).and_then(left),
                of_styles(&["pPr", "ind"]).and_then(left),
            ),
            is_contents: names.iter().any(|name| {
                name.starts_with("toc ")
                    || name == "toc heading"
                    || name.starts_with("verzeichnis ")
            }),
            is_joined: mark.is_some_and(|mark| child(mark, "del").is_some()),
            is_hidden: mark.is_some_and(|mark| child(mark, "vanish").is_some_and(is_set)),
            style: id.map(str::to_owned),
        }
    }

    /// Whether a run property that is on or off is on: in the run itself, its style, or the style of
    /// its paragraph. Only hiding is taken from the paragraph's style.
    pub(super) fn has(&self, run: Node<'_>, name: &str, paragraph: Option<&str>) -> bool {
        let own = child(run, "rPr");
        if let Some(set) = own.and_then(|own| child(own, name)) {
            return is_set(set);
        }
        let style = own.and_then(|own| child(own, "rStyle")).and_then(value);
        let of_chain = |chain: Vec<Node<'x>>| {
            chain
                .into_iter()
                .find_map(|style| below(style, &["rPr", name]))
        };
        if let Some(set) = of_chain(self.chain(style)) {
            return is_set(set);
        }
        name == "vanish" && of_chain(self.chain(paragraph)).is_some_and(is_set)
    }
}

/// The value of a property.
pub(super) fn value(node: Node<'_>) -> Option<&str> {
    attribute(node, "val")
}

/// Whether a property that is on or off is on.
fn is_set(node: Node<'_>) -> bool {
    value(node).is_none_or(is_on)
}

fn is_on(value: &str) -> bool {
    !matches!(value, "0" | "false" | "off" | "none")
}

fn name(style: Node<'_>) -> Option<String> {
    Some(child(style, "name").and_then(value)?.to_lowercase())
}

/// The level that the name of a style stands for, in the languages of programs.
fn level_of(name: &str) -> Option<u8> {
    if matches!(name, "title" | "titel") {
        return Some(0);
    }
    let number = name
        .strip_prefix("heading ")
        .or_else(|| name.strip_prefix("überschrift "))?;
    let level = number.trim().parse().ok()?;
    (1..=9).contains(&level).then_some(level)
}
