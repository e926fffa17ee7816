//! HTML to Markdown, tag by tag: enough for contracts as web pages show them.

use super::inline::character;

/// Text of a page as Markdown, or as plain text if nothing is `escaped`; scripts, styles and the head are left out.
pub(super) fn to_markdown(html: &str, escaped: bool) -> String {
    let mut page = Page {
        escaped,
        ..Page::default()
    };
    let mut rest = html;
    // Behind the last end of a tag none is looked for.
    let tags = html.rfind('>').unwrap_or(0);
    while !rest.is_empty() {
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.split_once("-->").map_or("", |(_, tail)| tail);
        } else if let Some((tag, tail)) = (html.len() - rest.len() < tags)
            .then(|| tag(rest))
            .flatten()
        {
            rest = tail;
            page.tag(&tag);
            if !tag.closing && SKIPPED.contains(&tag.name.as_str()) {
                rest = skipped(rest, &tag.name);
            }
        } else {
            let c = rest.chars().next().unwrap_or(' ');
            let (c, taken) = match c {
                '&' => character(rest).unwrap_or((c, 1)),
                c => (c, c.len_utf8()),
            };
            page.character(c);
            rest = rest.get(taken..).unwrap_or_default();
        }
    }
    page.end_block();
    page.out
}

/// What is no text of the page.
const SKIPPED: &[&str] = &[
    "script", "style", "head", "noscript", "template", "svg", "nav",
];

fn skipped<'h>(rest: &'h str, name: &str) -> &'h str {
    let is_end = |at: &usize| {
        let tail = rest.get(at + 2..at + 2 + name.len());
        tail.is_some_and(|tail| tail.eq_ignore_ascii_case(name))
    };
    let ends = rest.match_indices("</").map(|(at, _)| at);
    ends.into_iter()
        .find(is_end)
        .and_then(|at| rest.get(at..))
        .unwrap_or("")
}

struct Tag {
    name: String,
    closing: bool,
    attributes: String,
}

impl Tag {
    fn attribute(&self, name: &str) -> Option<&str> {
        let at = self
            .attributes
            .to_ascii_lowercase()
            .find(&format!("{name}="))?;
        let value = self.attributes.get(at + name.len() + 1..)?;
        match value.chars().next()? {
            quote @ ('"' | '\'') => value.get(1..)?.split(quote).next(),
            _ => value.split_whitespace().next(),
        }
    }
}

fn tag(rest: &str) -> Option<(Tag, &str)> {
    let inner = rest.strip_prefix('<')?;
    let first = inner.chars().next()?;
    if !(first == '/' || first == '!' || first == '?' || first.is_ascii_alphabetic()) {
        return None;
    }
    let (inside, tail) = inner.split_once('>')?;
    let closing = inside.starts_with('/');
    let inside = inside.trim_start_matches('/');
    let end = inside
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(inside.len());
    let (name, attributes) = inside.split_at(end);
    let tag = Tag {
        name: name.to_ascii_lowercase(),
        closing,
        attributes: attributes.to_owned(),
    };
    Some((tag, tail))
}

#[derive(Default)]
struct Page {
    escaped: bool,
    out: String,
    /// The block that is being read, as Markdown.
    block: String,
    /// What stands before its first line: `## `, `- `.
    lead: String,
    /// Open lists: mark of the next item.
    lists: Vec<Counter>,
    /// Cells of the open row, and whether a row came before it.
    row: Option<Vec<String>>,
    rows: usize,
    in_cell: bool,
}

struct Counter {
    kind: char,
    next: u32,
}

impl Page {
    fn character(&mut self, c: char) {
        if c.is_whitespace() && c != '\u{a0}' {
            if !self.block.ends_with([' ', '\n']) {
                self.block.push(' ');
            }
        } else {
            if self.escaped && "\\`*_[]<>#|&".contains(c) {
                self.block.push('\\');
            }
            self.block.push(c);
        }
    }

    fn tag(&mut self, tag: &Tag) {
        let open = !tag.closing;
        match tag.name.as_str() {
            "br" if self.in_cell => self.block.push_str("<br>"),
            "br" => self.block.push_str("  \n"),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.end_block();
                if open {
                    let level = tag
                        .name
                        .as_bytes()
                        .get(1)
                        .map_or(1, |b| usize::from(b - b'0'));
                    self.lead = format!("{} ", "#".repeat(level));
                }
            }
            "ul" | "ol" => {
                if !self.in_cell {
                    self.end_block();
                }
                self.list(tag);
            }
            "li" if self.in_cell && open => {
                let mark = self.mark(tag).replace("- ", "• ");
                let first = self.block.trim().is_empty();
                self.block.push_str(if first { "" } else { "<br>" });
                self.block.push_str(&mark);
            }
            "li" if self.in_cell => {}
            "li" => {
                self.end_block();
                if open {
                    self.item(tag);
                }
            }
            "table" => {
                self.end_block();
                self.rows = 0;
            }
            "tr" if open => self.row = Some(Vec::new()),
            "tr" => self.end_row(),
            "td" | "th" if open => {
                self.block.clear();
                self.in_cell = true;
            }
            "td" | "th" => {
                let cell = std::mem::take(&mut self.block);
                self.in_cell = false;
                self.row
                    .get_or_insert_default()
                    .push(cell.trim().to_owned());
            }
            "p" | "div" | "section" | "article" | "address" | "blockquote" | "dt" | "dd" | "dl"
            | "header" | "footer" | "main" | "nav" | "hr" | "pre" | "caption" | "figure"
            | "body" | "form" => {
                if self.in_cell {
                    if !self.block.trim().is_empty() && open {
                        self.block.push_str("<br>");
                    }
                } else {
                    self.end_block();
                }
            }
            _ => {}
        }
    }

    fn list(&mut self, tag: &Tag) {
        if tag.closing {
            self.lists.pop();
            return;
        }
        let kind = match tag.attribute("type").and_then(|t| t.chars().next()) {
            _ if tag.name == "ul" => '-',
            Some(kind) => kind,
            None => '1',
        };
        let start = tag.attribute("start").and_then(|n| n.parse().ok());
        self.lists.push(Counter {
            kind,
            next: start.unwrap_or(1),
        });
    }

    fn item(&mut self, tag: &Tag) {
        let indent = "    ".repeat(self.lists.len().saturating_sub(1));
        self.lead = format!("{indent}{}", self.mark(tag));
    }

    /// The mark of the next item of the innermost list.
    fn mark(&mut self, tag: &Tag) -> String {
        use crate::contract::numbers::Pattern;
        let Some(counter) = self.lists.last_mut() else {
            return "- ".to_owned();
        };
        if let Some(value) = tag.attribute("value").and_then(|v| v.parse().ok()) {
            counter.next = value;
        }
        let sample = match counter.kind {
            '-' => "- ".to_owned(),
            kind => Pattern::parse(&format!("{kind}."))
                .and_then(|pattern| pattern.mark(None, counter.next))
                .map_or_else(|| "- ".to_owned(), |mark| format!("{mark} ")),
        };
        counter.next = counter.next.saturating_add(1);
        sample
    }

    fn end_row(&mut self) {
        let Some(cells) = self.row.take().filter(|cells| !cells.is_empty()) else {
            return;
        };
        if self.rows == 0 {
            self.out.push('\n');
        }
        self.out.push_str(&format!("| {} |\n", cells.join(" | ")));
        if self.rows == 0 {
            self.out
                .push_str(&format!("|{}\n", "---|".repeat(cells.len())));
        }
        self.rows += 1;
    }

    /// Writes the block that is open, indented as deep as the lists it stands in.
    fn end_block(&mut self) {
        let block = std::mem::take(&mut self.block);
        let text = block.trim();
        if text.is_empty() {
            return;
        }
        let mut lead = std::mem::take(&mut self.lead);
        let indent = "    ".repeat(self.lists.len());
        if lead.is_empty() {
            lead.clone_from(&indent);
        }
        let text = text.replace("  \n", &format!("  \n{indent}"));
        self.out.push_str(&format!("\n{lead}{text}\n"));
    }
}
