//! Footnotes and ticks of Markdown as characters, before anything else is read: `[^1]` is ¹ at both
//! ends, `- [x]` is ☒. And the facts some programs put before a text: of them only the title is text.

use std::collections::HashMap;

use super::inline;
use crate::contract::fallback::raised;

/// Longest label of a footnote in bytes.
const LONGEST: usize = 24;

/// A text with its footnotes numbered in the order in which it refers to them; lines stay lines.
pub(super) fn numbered(text: &str) -> String {
    let mut labels: HashMap<&str, usize> = HashMap::new();
    let mut out = String::with_capacity(text.len());
    let text = front_matter(text).map_or(text, |(lead, rest)| {
        out.push_str(&lead);
        rest
    });
    for line in text.split_inclusive('\n') {
        let bare = line.trim_start();
        let text = bare.strip_prefix(['-', '*', '+']).unwrap_or_default();
        let ticked = [(" [ ] ", " ☐ "), (" [x] ", " ☒ "), (" [X] ", " ☒ ")]
            .iter()
            .find_map(|(box_, sign)| Some((text.strip_prefix(box_)?, sign)));
        let rest = ticked.map_or(line, |(rest, sign)| {
            out.push_str(line.get(..line.len() - text.len()).unwrap_or_default());
            out.push_str(sign);
            rest
        });
        references(rest, &mut labels, &mut out);
    }
    out
}

/// `key: value` between two lines `---` at the start: the title as a heading and empty lines for the
/// others, and the rest of the text.
fn front_matter(text: &str) -> Option<(String, &str)> {
    let inner = text.trim_start_matches('\u{feff}').strip_prefix("---\n")?;
    let (facts, rest) = inner.split_once("\n---\n")?;
    let is_fact = |line: &str| {
        let key = line.split_once(':').map_or(line, |(key, _)| key);
        line.starts_with([' ', '-', '#']) || line.contains(':') && !key.contains(' ')
    };
    if !facts.lines().all(|line| line.is_empty() || is_fact(line)) {
        return None;
    }
    let mut lead = String::from("\n");
    for line in facts.lines() {
        if let Some(title) = line.strip_prefix("title:") {
            let title = title.trim().trim_matches(['"', '\'']);
            lead.push_str(&format!("# {title}"));
        }
        lead.push('\n');
    }
    lead.push('\n');
    Some((lead, rest))
}

fn references<'t>(line: &'t str, labels: &mut HashMap<&'t str, usize>, out: &mut String) {
    let mut rest = line;
    while let Some((before, tail)) = rest.split_once("[^") {
        out.push_str(before);
        let near = inline::near(tail, LONGEST + 1);
        let end = near
            .find(']')
            .filter(|end| is_label(near.get(..*end).unwrap_or_default()));
        let Some((label, after)) =
            end.and_then(|end| Some((tail.get(..end)?, tail.get(end + 1..)?)))
        else {
            out.push_str("[^");
            rest = tail;
            continue;
        };
        let next = labels.len();
        let number = *labels.entry(label).or_insert(next);
        out.push_str(&raised(&(number + 1).to_string()));
        let defines = before.trim().is_empty() && after.starts_with(':');
        rest = if defines {
            after.get(1..).unwrap_or_default()
        } else {
            after
        };
    }
    out.push_str(rest);
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= LONGEST
        && label
            .chars()
            .all(|c| c.is_alphanumeric() || "-_*†".contains(c))
}
