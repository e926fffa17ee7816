//! The words that a page shows, counted in its tree and not in what was read of it.

use ego_tree::iter::Edge;

use super::lists::Lists;
use super::{Page, element, is_apart};
use crate::contract::fallback::{lowered, raised};

/// All words, separated where elements separate them, with the marks of items.
pub(super) fn of(page: &Page) -> String {
    let mut out = String::new();
    let mut lists = Lists::default();
    let mut mark: Option<String> = None;
    let mut shifts: Vec<fn(&str) -> String> = Vec::new();
    let mut skipped = None;
    for edge in page.dom.tree.root().traverse() {
        let node = match edge {
            Edge::Open(node) | Edge::Close(node) => node,
        };
        if skipped.is_some() {
            if matches!(edge, Edge::Close(_)) && skipped == Some(node.id()) {
                skipped = None;
            }
            continue;
        }
        let Some(one) = element(node) else {
            if let (Edge::Open(_), Some(text)) = (edge, node.value().as_text()) {
                if !text.trim().is_empty() {
                    out.push_str(&mark.take().map(|mark| mark + " ").unwrap_or_default());
                }
                out.push_str(
                    &shifts
                        .last()
                        .map_or_else(|| text.to_string(), |shift| shift(text)),
                );
            }
            continue;
        };
        let name = one.name();
        if is_apart(name) {
            out.push(' ');
        }
        match (edge, name) {
            (Edge::Open(_), _) if page.absent(one).is_some() => skipped = Some(node.id()),
            (Edge::Open(_), "ul" | "ol" | "menu") => {
                let items = node
                    .children()
                    .filter(|one| element(*one).is_some_and(|one| one.name() == "li"));
                lists.start(one, items.count(), &page.styles);
            }
            (Edge::Open(_), "li") => mark = Some(lists.item(one, &page.styles).text),
            (Edge::Open(_), "sup") => shifts.push(raised),
            (Edge::Open(_), "sub") => shifts.push(lowered),
            (Edge::Close(_), "sup" | "sub") => drop(shifts.pop()),
            (Edge::Close(_), "ul" | "ol" | "menu") => {
                lists.end();
                mark = None;
            }
            (Edge::Close(_), "li") => mark = None,
            _ => {}
        }
    }
    out
}
