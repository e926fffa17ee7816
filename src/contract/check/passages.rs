//! The tagged passages of a contract and their text.

use std::collections::BTreeMap;

use super::super::Contract;
use super::super::source::{Kind, Node, Span, Text, each_span, own_text, walk};
use super::{Finding, Severity, TAGS};

/// The place of a tag and the text of the passage, in lower case.
struct Passage {
    file: String,
    line: usize,
    text: String,
}

/// All passages by tag.
pub(super) struct Passages(BTreeMap<String, Vec<Passage>>);

impl Passages {
    /// The passages of the binding language.
    pub fn collect(contract: &Contract) -> Self {
        Self::of(contract.texts(contract.meta.binding).all())
    }

    /// The passages of these files.
    pub fn of<'a>(texts: impl Iterator<Item = &'a Text>) -> Self {
        let mut found: BTreeMap<String, Vec<Passage>> = BTreeMap::new();
        for file in texts {
            let mut add = |tags: &[String], line: usize, text: &dyn Fn() -> String| {
                for tag in tags {
                    found.entry(tag.clone()).or_default().push(Passage {
                        file: file.file.clone(),
                        line,
                        text: text().to_lowercase().replace('\u{a0}', " "),
                    });
                }
            };
            walk(&file.blocks, &[], &mut |node, _| {
                add(&node.tags, node.line, &|| Self::text_below(node));
                if let Kind::List { items, .. } = &node.kind {
                    for item in items {
                        add(&item.tags, item.line, &|| Self::text_of(&item.blocks));
                    }
                }
            });
            // Text without a tag can still be searched for a mention.
            add(&[String::new()], 1, &|| Self::text_of(&file.blocks));
        }
        Self(found)
    }

    /// Whether no passage with this tag contains text.
    pub fn says_nothing(&self, tag: &str) -> bool {
        self.text(tag).trim().is_empty()
    }

    /// Whether one of the words occurs in the passages with this tag.
    pub fn says(&self, tag: &str, words: &[&str]) -> bool {
        let text = self.text(tag);
        words.iter().any(|word| text.contains(word))
    }

    /// The text of all passages with a tag.
    pub fn text(&self, tag: &str) -> String {
        let passages = self.0.get(tag).into_iter().flatten();
        passages
            .map(|p| p.text.as_str())
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// Whether one of the words occurs anywhere in the contract.
    pub fn mentions(&self, words: &[&str]) -> bool {
        self.says("", words)
    }

    /// The first place of a tag.
    pub fn place(&self, tag: &str) -> Option<String> {
        let first = self.0.get(tag)?.first()?;
        Some(format!("{}:{}", first.file, first.line))
    }

    /// Findings about tags that no check uses, which are probably mistyped.
    pub fn unknown(&self) -> Vec<Finding> {
        self.0
            .keys()
            .filter(|tag| !tag.is_empty() && !TAGS.contains(&tag.as_str()))
            .map(|tag| {
                let text = format!(
                    "Das Merkmal „.{tag}“ kennt keine Prüfung. Prüfen Sie die Schreibweise."
                );
                Finding::new("LC-48", Severity::Warn, false, text, self.place(tag))
            })
            .collect()
    }

    /// The text of these blocks and everything below them, including headings.
    pub fn text_of(nodes: &[Node]) -> String {
        let mut out = String::new();
        walk(nodes, &[], &mut |node, _| {
            if let Kind::Generated(generator) = node.kind {
                out.push_str(generator.word());
                out.push('\n');
            }
            own_text(node, &mut |spans| {
                out.push_str(&Self::words(spans));
                out.push('\n');
            });
        });
        out
    }

    /// The text of these spans; a value or a reference counts by its name.
    pub fn words(spans: &[Span]) -> String {
        let mut out = String::new();
        each_span(spans, &mut |span| match span {
            Span::Text(text) => out.push_str(text),
            Span::Value(placeholder) => out.push_str(placeholder.word()),
            Span::Reference { id, .. } => out.push_str(id),
            Span::Break => out.push(' '),
            _ => {}
        });
        out
    }

    /// The text a tag stands for: for a heading the text below it, not the heading itself.
    fn text_below(node: &Node) -> String {
        match &node.kind {
            Kind::Section { children, .. } => Self::text_of(children),
            _ => Self::text_of(std::slice::from_ref(node)),
        }
    }

    /// Lines of headings without text below them.
    pub fn empty_sections(text: &Text) -> Vec<usize> {
        let mut lines = Vec::new();
        walk(&text.blocks, &[], &mut |node, _| {
            if let Kind::Section { children, .. } = &node.kind
                && Self::text_of(children).trim().is_empty()
            {
                lines.push(node.line);
            }
        });
        lines
    }
}
