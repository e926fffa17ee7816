//! The marks of a page's lists as a browser prints them.

use scraper::node::Element;

use super::styles::Styles;
use crate::contract::numbers::Pattern;

/// The open lists of a page.
#[derive(Default)]
pub(super) struct Lists {
    open: Vec<Open>,
    begun: usize,
}

struct Open {
    /// Names the list.
    key: usize,
    marks: Pattern,
    next: i64,
    step: i64,
}

/// The mark of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    /// As it is printed; empty for none.
    pub text: String,
    /// The list it belongs to.
    pub list: String,
}

impl Lists {
    /// Begins a list.
    pub(super) fn start(&mut self, element: &Element, items: usize, styles: &Styles) {
        let usual = if element.name() == "ol" { "1." } else { "•" };
        let marks = styles
            .marks(element)
            .or_else(|| typed(element))
            .unwrap_or_else(|| usual.to_owned());
        let is_back = element.attr("reversed").is_some();
        let number = |name| {
            element
                .attr(name)
                .and_then(|value| value.trim().parse().ok())
        };
        let first = if is_back {
            i64::try_from(items).unwrap_or(1)
        } else {
            1
        };
        self.begun += 1;
        self.open.push(Open {
            key: self.begun,
            marks: Pattern::parse(&marks).unwrap_or(Pattern::Bullet),
            next: number("start").unwrap_or(first),
            step: if is_back { -1 } else { 1 },
        });
    }

    /// Ends the innermost list.
    pub(super) fn end(&mut self) {
        self.open.pop();
    }

    /// How many lists are open.
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// The mark of the next item.
    pub(super) fn item(&mut self, element: &Element, styles: &Styles) -> Mark {
        let own = styles.marks(element).or_else(|| typed(element));
        let Some(list) = self.open.last_mut() else {
            return Mark {
                text: "•".to_owned(),
                list: String::new(),
            };
        };
        let value = element
            .attr("value")
            .and_then(|value| value.trim().parse().ok());
        let number: i64 = value.unwrap_or(list.next);
        list.next = number.saturating_add(list.step);
        let own = own.and_then(|sample| Pattern::parse(&sample));
        let marks = own.as_ref().unwrap_or(&list.marks);
        let text = u32::try_from(number)
            .ok()
            .and_then(|number| marks.mark(None, number));
        Mark {
            text: text.unwrap_or_else(|| format!("{number}.")),
            list: list.key.to_string(),
        }
    }
}

/// The sample of the attribute `type`.
fn typed(element: &Element) -> Option<String> {
    match element.attr("type")?.trim() {
        kind @ ("1" | "a" | "A" | "i" | "I") => Some(format!("{kind}.")),
        "disc" | "circle" | "square" => Some("•".to_owned()),
        _ => None,
    }
}
