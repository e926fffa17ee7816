//! What a page's styles say about lists and about what is shown: styles of elements and simple rules
//! of style sheets (an element, a class, an id).

use scraper::node::Element;
use scraper::{Html, Selector};

/// Longest style sheet that is read.
const LARGEST: usize = 200_000;

/// The rules of a page.
#[derive(Default)]
pub(super) struct Styles(Vec<Rule>);

struct Rule {
    /// Name of the element; empty for any.
    name: String,
    /// A class or an id with its sign, or nothing.
    of: String,
    facts: String,
}

impl Styles {
    /// Reads the style sheets in a page.
    pub(super) fn of(dom: &Html) -> Self {
        let Ok(sheets) = Selector::parse("style") else {
            return Self::default();
        };
        let text: String = dom.select(&sheets).flat_map(|sheet| sheet.text()).collect();
        let mut out = Vec::new();
        for rule in text.get(..LARGEST).unwrap_or(&text).split('}') {
            let Some((selectors, facts)) = rule.rsplit_once('{') else {
                continue;
            };
            let facts = spaceless(facts);
            let counts = [
                "list-style",
                "display:none",
                "visibility:hidden",
                "line-through",
            ]
            .iter()
            .any(|word| facts.contains(word));
            if !counts || rule.contains('@') {
                continue;
            }
            for selector in selectors.split(',').map(str::trim) {
                let at = selector.find(['.', '#']).unwrap_or(selector.len());
                let (name, of) = selector.split_at(at);
                let is_simple = |text: &str| {
                    text.chars()
                        .all(|c| c.is_alphanumeric() || "-_".contains(c))
                };
                if is_simple(name) && is_simple(of.get(1..).unwrap_or_default()) {
                    out.push(Rule {
                        name: name.to_lowercase(),
                        of: of.to_owned(),
                        facts: facts.clone(),
                    });
                }
            }
        }
        Self(out)
    }

    /// Everything that is said of an element; the last word counts.
    fn facts(&self, element: &Element) -> String {
        let mut out = String::new();
        for rule in &self.0 {
            let is_named = rule.name.is_empty() || rule.name == element.name();
            let is_it = match rule.of.split_at_checked(1) {
                Some((".", class)) => element.classes().any(|own| own == class),
                Some(("#", id)) => element.id() == Some(id),
                _ => !rule.name.is_empty(),
            };
            if is_named && is_it {
                out.push_str(&rule.facts);
                out.push(';');
            }
        }
        out + &spaceless(element.attr("style").unwrap_or_default())
    }

    /// Whether it is invisible.
    pub(super) fn hides(&self, element: &Element) -> bool {
        let facts = self.facts(element);
        let shown = last(&facts, "display").is_some_and(|value| value == "none");
        shown
            || last(&facts, "visibility")
                .is_some_and(|value| matches!(value, "hidden" | "collapse"))
    }

    /// Whether its text is struck out.
    pub(super) fn strikes(&self, element: &Element) -> bool {
        let facts = self.facts(element);
        let lines =
            last(&facts, "text-decoration").or_else(|| last(&facts, "text-decoration-line"));
        lines.is_some_and(|value| value.contains("line-through"))
    }

    /// How its items are marked, as a sample: `a.`, `•`, `none`; `None` if nothing says it.
    pub(super) fn marks(&self, element: &Element) -> Option<String> {
        let facts = self.facts(element);
        let kind = last(&facts, "list-style-type").or_else(|| last(&facts, "list-style"))?;
        let known = [
            ("lower-alpha", "a."),
            ("lower-latin", "a."),
            ("upper-alpha", "A."),
            ("upper-latin", "A."),
            ("lower-roman", "i."),
            ("upper-roman", "I."),
            ("decimal", "1."),
            ("disc", "•"),
            ("circle", "•"),
            ("square", "•"),
            ("none", "none"),
            ("'-", "–"),
            ("\"-", "–"),
            ("'–", "–"),
            ("\"–", "–"),
        ];
        let found = known.iter().find(|(name, _)| kind.contains(name));
        found.map(|(_, sample)| (*sample).to_owned())
    }
}

fn spaceless(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .collect::<String>()
        .to_lowercase()
}

/// The last value of a property.
fn last<'f>(facts: &'f str, name: &str) -> Option<&'f str> {
    let facts = facts.split(';').filter_map(|fact| fact.split_once(':'));
    let mut own = facts.filter(|(key, _)| *key == name);
    own.next_back()
        .map(|(_, value)| value.trim_end_matches("!important"))
}
