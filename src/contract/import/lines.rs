//! The lines of a source, freed of what only draws: rules, fences, quote bars, comments.

/// A line with words, or an empty one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// In the file, from 1.
    pub number: usize,
    /// Spaces before the text; a tab counts as four.
    pub indent: usize,
    /// The text without space at both ends; empty for an empty line.
    pub text: String,
    /// Whether the author ended the line here on purpose.
    pub hard: bool,
    /// Level of a heading underlined with `===` or `---`.
    pub underlined: Option<u8>,
}

/// Splits a source into lines.
pub(super) fn split(text: &str, markdown: bool) -> Vec<Line> {
    let mut out: Vec<Line> = Vec::new();
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let text = if markdown {
        without_comments(&text)
    } else {
        text
    };
    let text = text.replace(['\r', '\u{2028}', '\u{2029}', '\u{b}'], "\n");
    for (at, raw) in text.split('\n').enumerate() {
        // A page break begins a paragraph.
        for (part, raw) in raw.split('\u{c}').enumerate() {
            if part > 0 {
                out.push(line(at + 1, "", markdown));
            }
            out.push(line(at + 1, raw, markdown));
        }
    }
    join_underlines(&mut out);
    out
}

fn line(number: usize, raw: &str, markdown: bool) -> Line {
    let mut body = raw;
    if markdown {
        while let Some(inner) = body.trim_start().strip_prefix('>') {
            body = inner;
        }
        if body.trim_start().starts_with("```") || body.trim_start().starts_with("~~~") {
            body = "";
        }
    }
    let indent = body
        .chars()
        .take_while(|c| c.is_whitespace())
        .map(|c| if c == '\t' { 4 } else { 1 })
        .sum();
    let hard = markdown && (body.ends_with("  ") || body.ends_with('\\'));
    let mut text = body.trim();
    if hard {
        text = text.trim_end_matches('\\').trim_end();
    }
    Line {
        number,
        indent,
        text: text.to_owned(),
        hard,
        underlined: None,
    }
}

fn without_comments(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<!--") {
        let Some((comment, tail)) = after.split_once("-->") else {
            break;
        };
        out.push_str(before);
        // Lines keep their numbers.
        out.extend(comment.chars().filter(|c| *c == '\n'));
        rest = tail;
    }
    out + rest
}

/// Lines that only draw vanish; under a line of words they make it a heading.
fn join_underlines(lines: &mut [Line]) {
    for at in 0..lines.len() {
        let Some(level) = lines.get(at).and_then(|line| rule(&line.text)) else {
            continue;
        };
        if let [.., above, line] = lines.get_mut(..=at).unwrap_or_default() {
            line.text.clear();
            let long = above.text.chars().count() <= 120 && !above.text.contains('|');
            if !above.text.is_empty() && long && level > 0 {
                above.underlined = Some(level);
            }
        } else if let Some(line) = lines.get_mut(at) {
            line.text.clear();
        }
    }
}

/// A line of `===` (1) or `---` (2); 0 for `***`, which only separates.
fn rule(text: &str) -> Option<u8> {
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let all = |c: char| bare.len() >= 3 && bare.chars().all(|x| x == c);
    if all('=') && bare.len() == text.len() {
        Some(1)
    } else if all('-') && bare.len() == text.len() {
        Some(2)
    } else if all('*') || all('-') || all('=') {
        Some(0)
    } else {
        None
    }
}
