//! Reads text inside a block: characters as they are printed, values, links, references.

use std::ops::Range;

use jotdown::{Container, Event, LinkType, SpanLinkType};
use unicode_normalization::UnicodeNormalization;

use super::parse::Reader;
use super::source::Span;
use super::vocabulary::{Placeholder, spelled_out};
use crate::domain::Language;

impl Reader<'_> {
    /// The text up to the end of its block.
    pub(super) fn spans(&mut self) -> Vec<Span> {
        let mut out = self.content();
        finish(&mut out);
        trim(&mut out);
        out
    }

    /// The text up to the end of its container; space at its ends separates words.
    fn content(&mut self) -> Vec<Span> {
        let mut out = Vec::new();
        if !self.enter() {
            return out;
        }
        while let Some((event, range)) = self.next() {
            let line = self.line(&range);
            match event {
                Event::End(_) => break,
                Event::Start(container, _) => {
                    for span in self.container(container, line) {
                        match span {
                            Span::Text(text) => push_text(&mut out, &text),
                            span => out.push(span),
                        }
                    }
                }
                Event::Symbol(name) if name == "br" => out.push(Span::Break),
                Event::Symbol(name) => match name.parse() {
                    Ok(placeholder) => out.push(Span::Value(placeholder)),
                    Err(_) => self.problem(line, unknown_placeholder(&name)),
                },
                Event::Hardbreak => out.push(Span::Break),
                Event::Softbreak if self.keeps_lines && !self.at_end_of_block() => {
                    out.push(Span::Break);
                }
                Event::FootnoteReference(label) => {
                    let mark = self.note_mark(&label, line);
                    push_text(&mut out, &mark);
                }
                Event::Attributes(_) => self.problem(
                    line,
                    "Eine {…}-Angabe mitten im Text gibt es nicht. Setzen Sie sie in die Zeile über dem Block.",
                ),
                event => {
                    let event = self.directed(event, &range);
                    if let Some(text) = self.characters(&event) {
                        push_text(&mut out, &text);
                    }
                }
            }
        }
        self.leave();
        out
    }

    /// Text whose line ends are kept.
    pub(super) fn lines(&mut self) -> Vec<Span> {
        self.keeps_lines = true;
        let spans = self.spans();
        self.keeps_lines = false;
        spans
    }

    /// A straight double quote opens after a space and closes after a word. The parser looks for a
    /// matching quote instead, which fails if that was typed as „ or “.
    fn directed<'e>(&self, event: Event<'e>, range: &Range<usize>) -> Event<'e> {
        if !matches!(event, Event::LeftDoubleQuote | Event::RightDoubleQuote) {
            return event;
        }
        let forced = range.len() > 1; // {" and "} say it themselves
        match self.before(range.start).chars().next_back() {
            _ if forced => event,
            None => Event::LeftDoubleQuote,
            Some(c) if c.is_whitespace() || "([„‚–—/".contains(c) => Event::LeftDoubleQuote,
            Some(c) if c.is_alphanumeric() || ".,;:!?)]…%".contains(c) => Event::RightDoubleQuote,
            Some(_) => event,
        }
    }

    /// The characters of an event; quotation marks depend on the language.
    fn characters(&mut self, event: &Event<'_>) -> Option<String> {
        let german = self.language == Language::De;
        let text = match event {
            Event::Str(text) => return Some(text.to_string()),
            Event::Softbreak if self.at_end_of_block() => return None,
            Event::Softbreak => " ",
            Event::NonBreakingSpace => "\u{a0}",
            Event::LeftDoubleQuote if german => "„",
            Event::LeftDoubleQuote => "“",
            Event::RightDoubleQuote if german => "“",
            Event::RightDoubleQuote => "”",
            Event::LeftSingleQuote => {
                self.open_single_quotes += 1;
                if german { "‚" } else { "‘" }
            }
            // A quote that closes nothing is an apostrophe.
            Event::RightSingleQuote if self.open_single_quotes == 0 => "’",
            Event::RightSingleQuote => {
                self.open_single_quotes -= 1;
                if german { "‘" } else { "’" }
            }
            Event::Ellipsis => "…",
            Event::EnDash => "–",
            Event::EmDash => "—",
            _ => return None,
        };
        Some(text.to_owned())
    }

    fn container(&mut self, container: Container<'_>, line: usize) -> Vec<Span> {
        match container {
            Container::Strong => vec![Span::Strong(self.inner())],
            Container::Emphasis => vec![Span::Emphasis(self.inner())],
            Container::Link(target, kind) => self.link(&target, kind, line).into_iter().collect(),
            // Markup that a contract does not have; its text is kept.
            Container::Verbatim | Container::Span | Container::Mark | Container::Insert => {
                self.content()
            }
            Container::Superscript => shift(self.content(), super::fallback::raised),
            Container::Subscript => shift(self.content(), super::fallback::lowered),
            other => {
                let what = match other {
                    Container::Image(..) => "Bilder",
                    Container::RawInline { .. } => "HTML und anderer roher Text",
                    Container::Math { .. } => "Formeln",
                    _ => "Streichungen",
                };
                self.problem(line, format!("{what} gibt es im Vertrag nicht. Möglich sind *fett*, _betont_, Links und Verweise."));
                self.skip();
                Vec::new()
            }
        }
    }

    fn inner(&mut self) -> Vec<Span> {
        let mut spans = self.content();
        finish(&mut spans);
        spans
    }

    fn link(&mut self, target: &str, kind: LinkType, line: usize) -> Option<Span> {
        let content = self.spans();
        let printed = words(&content);
        if is_vague(&printed) {
            self.problem(line, format!("Der Linktext „{printed}“ sagt nicht, wohin der Link führt. Nennen Sie das Ziel."));
        }
        if let Some(id) = target.strip_prefix('#') {
            return Some(Span::Reference {
                id: id.to_owned(),
                line,
                content,
            });
        }
        if matches!(kind, LinkType::Span(SpanLinkType::Unresolved)) {
            self.problem(line, format!("Der Link „{printed}“ hat kein Ziel."));
            return None;
        }
        let target = match kind {
            // Djot also recognises `<mailto:a@b.example>` as an address.
            LinkType::Email => format!("mailto:{}", target.trim_start_matches("mailto:")),
            _ => target.to_owned(),
        };
        if content.is_empty() {
            self.problem(line, format!("Dem Link auf „{target}“ fehlt der Text."));
            return None;
        }
        if !is_allowed(&target) {
            self.problem(line, format!("Der Link „{target}“ ist nicht erlaubt. Möglich sind http, https, mailto und tel."));
            return None;
        }
        Some(Span::Link { target, content })
    }
}

fn unknown_placeholder(name: &str) -> String {
    if name.chars().all(|c| c.is_ascii_digit()) {
        return format!(
            "„:{name}:“ wird als Platzhalter gelesen. Schreiben Sie die Doppelpunkte als „\\:“."
        );
    }
    format!(
        "Den Platzhalter „:{name}:“ gibt es nicht. Möglich sind: {}.",
        spelled_out::<Placeholder>()
    )
}

pub(super) fn is_vague(text: &str) -> bool {
    let text = text.to_lowercase();
    let text = text.trim_matches(|c: char| !c.is_alphanumeric());
    matches!(
        text,
        "hier" | "here" | "klick" | "link" | "click here" | "hier klicken"
    )
}

pub(super) fn is_allowed(target: &str) -> bool {
    url::Url::parse(target).is_ok_and(|url| match url.scheme() {
        "http" | "https" => url.host_str().is_some_and(|host| !host.is_empty()),
        "mailto" | "tel" => !url.path().is_empty(),
        _ => false,
    })
}

fn words(spans: &[Span]) -> String {
    let mut out = String::new();
    super::source::each_span(spans, &mut |span| {
        if let Span::Text(text) = span {
            out.push_str(text);
        }
    });
    out
}

fn push_text(out: &mut Vec<Span>, text: &str) {
    if let Some(Span::Text(last)) = out.last_mut() {
        last.push_str(text);
    } else {
        out.push(Span::Text(text.to_owned()));
    }
}

/// NFC without control and zero-width characters; non-breaking spaces are kept.
pub(super) fn visible(text: &str) -> String {
    if is_composed(text) {
        return text.to_owned();
    }
    text.chars()
        .map(|c| if c == '\t' || c == '\n' { ' ' } else { c })
        .filter(|&c| !c.is_control() && !is_invisible(c))
        .nfc()
        .collect()
}

/// Whether a text consists of characters alone that are visible and composed whatever stands beside
/// them, as nearly every text does: composing them would change nothing.
pub(crate) fn is_composed(text: &str) -> bool {
    // Below U+0300 nothing combines; then the dashes and quotation marks of typesetters.
    text.chars().all(|c| {
        matches!(c, ' '..='~' | '\u{A0}'..='\u{AC}' | '\u{AE}'..='\u{2FF}' | '\u{2010}'..='\u{2027}' | '€')
    })
}

fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Turns text into superscript or subscript.
fn shift(spans: Vec<Span>, to: fn(&str) -> String) -> Vec<Span> {
    let one = |span| match span {
        Span::Text(text) => Span::Text(to(&text)),
        span => span,
    };
    spans.into_iter().map(one).collect()
}

/// Composes the texts and removes invisible characters, so that the hash is over what readers see;
/// drops space beside line breaks.
fn finish(spans: &mut Vec<Span>) {
    for span in spans.iter_mut() {
        if let Span::Text(text) = span {
            *text = visible(text);
        }
    }
    // Space at the end of a line does not count.
    let mut at_line_start = false;
    for index in 0..spans.len() {
        let before_break = spans.get(index + 1) == Some(&Span::Break);
        if let Some(Span::Text(text)) = spans.get_mut(index) {
            if at_line_start {
                *text = text.trim_start_matches(' ').to_owned();
            }
            if before_break {
                *text = text.trim_end_matches(' ').to_owned();
            }
        }
        at_line_start = spans.get(index) == Some(&Span::Break);
    }
    spans.retain(|span| *span != Span::Text(String::new()));
}

/// Drops space at both ends.
fn trim(spans: &mut Vec<Span>) {
    if let Some(Span::Text(text)) = spans.first_mut() {
        *text = text.trim_start_matches(' ').to_owned();
    }
    if let Some(Span::Text(text)) = spans.last_mut() {
        *text = text.trim_end_matches(' ').to_owned();
    }
    spans.retain(|span| *span != Span::Text(String::new()));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The shortcut must be none for the result: nothing that it lets through would be changed.
    #[test]
    fn what_counts_as_composed_is_left_as_it_is() {
        let all: String = ('\0'..=char::MAX)
            .filter(|c| is_composed(&c.to_string()))
            .collect();
        assert!(all.chars().count() > 600);
        assert!(!all.chars().any(|c| c.is_control() || is_invisible(c)));
        // In both orders, so that each meets others before and behind it.
        let back: String = all.chars().rev().collect();
        for text in [all, back] {
            assert_eq!(text.nfc().collect::<String>(), text);
        }
        for other in ["a\u{308}", "\u{AD}", "\u{212B}", "\u{2011}\u{200B}", "\t"] {
            assert!(!is_composed(other), "{other:?}");
        }
    }
}
