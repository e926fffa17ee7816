//! The marks of a contract, and the words of its blocks.

use std::collections::BTreeMap;

use super::super::Contract;
use super::super::source::{Kind, Node, Span, Text, each_span, own_text, walk};
use super::subjects::subject;
use super::{Finding, Severity};

/// The place of each tag, and how the words of blocks are read.
pub(super) struct Passages(BTreeMap<String, String>);

impl Passages {
    /// The passages of the binding language.
    pub fn collect(contract: &Contract) -> Self {
        Self::of(contract.texts(contract.meta.binding).all())
    }

    /// The passages of these files.
    pub fn of<'a>(texts: impl Iterator<Item = &'a Text>) -> Self {
        let mut found = BTreeMap::new();
        for file in texts {
            let mut add = |tags: &[String], line: usize| {
                for tag in tags {
                    found
                        .entry(tag.clone())
                        .or_insert_with(|| format!("{}:{line}", file.file));
                }
            };
            walk(&file.blocks, &[], &mut |node, _| {
                add(&node.tags, node.line);
                if let Kind::List { items, .. } = &node.kind {
                    for item in items {
                        add(&item.tags, item.line);
                    }
                }
            });
        }
        Self(found)
    }

    /// Findings about tags that no check uses, which are probably mistyped.
    pub fn unknown(&self) -> Vec<Finding> {
        self.0
            .iter()
            .filter(|(tag, _)| subject(tag).is_none())
            .map(|(tag, at)| {
                let text = format!(
                    "Das Merkmal „.{tag}“ kennt keine Prüfung. Prüfen Sie die Schreibweise."
                );
                Finding::new("LC-48", Severity::Warn, false, text, Some(at.clone()))
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

    /// The text of these blocks and everything below them, with `words` for each run.
    pub fn printed(nodes: &[Node], words: &dyn Fn(&[Span]) -> String) -> String {
        let mut out = String::new();
        walk(nodes, &[], &mut |node, _| {
            own_text(node, &mut |spans| {
                out.push_str(&words(spans));
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
