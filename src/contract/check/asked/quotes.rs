//! Words that are set apart: in quotation marks of any kind, or bold.

/// A term that is set apart in a sentence.
#[derive(Debug)]
pub(super) struct Marked<'s> {
    pub term: &'s str,
    /// Where it begins and ends, its marks included.
    from: usize,
    to: usize,
}

/// Opening marks with those that close them.
const PAIRS: &[(char, &[char])] = &[
    ('„', &['“', '”', '"']),
    ('“', &['”', '"']),
    ('”', &['”']),
    ('«', &['»']),
    ('»', &['«']),
    ('‚', &['‘', '’', '\'']),
    ('‘', &['’']),
    ('"', &['"']),
    ('\'', &['\'']),
];
const LONGEST: usize = 60;

/// Everything that is set apart, in the order of the text.
pub(super) fn marked<'s>(text: &'s str, bold: &'s [String]) -> Vec<Marked<'s>> {
    let mut out = quoted(text);
    // Whatever is bold beyond these is no term.
    for term in bold.iter().take(20) {
        let found = text.find(term.as_str()).filter(|_| !term.is_empty());
        let Some(from) = found else { continue };
        let to = from + term.len();
        // Marks may stand around what is bold, or inside of it.
        if !out.iter().any(|one| one.from <= to && from <= one.to) {
            out.push(Marked { term, from, to });
        }
    }
    out.sort_by_key(|one| one.from);
    out
}

fn quoted(text: &str) -> Vec<Marked<'_>> {
    let mut out = Vec::new();
    let mut from = 0;
    while let Some((at, open)) = opening(text, from) {
        let inner_from = at + open.len_utf8();
        from = inner_from;
        let closing = PAIRS.iter().find(|(one, _)| *one == open);
        let inner = text.get(inner_from..).unwrap_or_default();
        let near = inner.char_indices().take(LONGEST);
        let end = near
            .filter(|(_, c)| closing.is_some_and(|(_, closing)| closing.contains(c)))
            .map(|(end, c)| (end, end + c.len_utf8()))
            .find(|(_, behind)| is_closed(inner, *behind, open));
        let Some((end, behind)) = end else { continue };
        let term = inner
            .get(..end)
            .unwrap_or_default()
            .trim()
            .trim_end_matches([',', '.', ':']);
        if term.chars().any(char::is_alphabetic) {
            let to = inner_from + behind;
            out.push(Marked { term, from: at, to });
        }
        from = inner_from + behind;
    }
    out
}

/// The next opening mark; an apostrophe inside a word is none.
fn opening(text: &str, from: usize) -> Option<(usize, char)> {
    let rest = text.get(from..)?;
    let mut before = text.get(..from)?.chars().next_back();
    for (at, c) in rest.char_indices() {
        let is_apart = before.is_none_or(|c| !c.is_alphanumeric());
        if is_apart && PAIRS.iter().any(|(open, _)| *open == c) {
            return Some((from + at, c));
        }
        before = Some(c);
    }
    None
}

/// A single mark closes only where no letter follows: "Kunden's".
fn is_closed(inner: &str, behind: usize, open: char) -> bool {
    let is_single = matches!(open, '\'' | '‚' | '‘');
    let next = inner.get(behind..).and_then(|rest| rest.chars().next());
    !is_single || next.is_none_or(|c| !c.is_alphanumeric())
}

impl Marked<'_> {
    /// What stands before it, in lower case.
    pub(super) fn before(&self, text: &str) -> String {
        let before = text.get(..self.from).unwrap_or_default();
        let near = before
            .char_indices()
            .rev()
            .nth(LONGEST)
            .map_or(0, |(at, _)| at);
        let near = before.get(near..).unwrap_or_default().to_lowercase();
        near.trim().trim_end_matches([',', ';']).trim().to_owned()
    }

    /// What stands behind it, in lower case.
    pub(super) fn behind(&self, text: &str) -> String {
        let behind = text.get(self.to..).unwrap_or_default();
        let near: String = behind.chars().take(LONGEST).collect();
        let near = near.to_lowercase();
        near.trim_start()
            .trim_start_matches(['”', '"', '*'])
            .trim_start()
            .to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotation_marks_of_every_kind_are_read() {
        let text =
            "Die „Uhr“, ‚Zeit‘, «Tag», »Woche«, “Month”, ‘Year’ and \"Day\" of Anna's 'Hour'.";
        let terms: Vec<&str> = marked(text, &[]).iter().map(|one| one.term).collect();
        let expected = [
            "Uhr", "Zeit", "Tag", "Woche", "Month", "Year", "Day", "Hour",
        ];
        assert_eq!(terms, expected);
        let bold = ["Sekunde".to_owned()];
        let found = marked("Die Sekunde ist kurz.", &bold);
        assert_eq!(found[0].before("Die Sekunde ist kurz."), "die");
        assert_eq!(found[0].behind("Die Sekunde ist kurz."), "ist kurz.");
    }
}
