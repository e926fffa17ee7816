//! Page content as genpdf wrote it, made compact and tagged.
//!
//! One line of it is one operation. Everything the portal drew is in the same order, so the n-th
//! text object is the n-th text of the page.

use std::fmt::Write as _;

use super::RenderError;
use super::layout_box::Mark;
use super::pages::Page;

/// A page's content and, per marked stretch, the element it belongs to.
#[derive(Debug, Default)]
pub(super) struct Tagged {
    pub(super) content: Vec<u8>,
    /// Element of each marked-content number.
    pub(super) elements: Vec<usize>,
}

/// Kind of the marked content that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Nothing,
    Artifact,
    Element(usize),
}

struct Writer {
    out: String,
    elements: Vec<usize>,
    open: Open,
}

impl Writer {
    fn switch(&mut self, to: Open) {
        if self.open == to {
            return;
        }
        if self.open != Open::Nothing {
            self.out.push_str("EMC\n");
        }
        match to {
            Open::Nothing => {}
            Open::Artifact => self.out.push_str("/Artifact BMC\n"),
            Open::Element(element) => {
                // The role is defined in the structure tree; here it is only a span.
                let number = self.elements.len();
                self.elements.push(element);
                // Writing to a string cannot fail.
                let _ = writeln!(self.out, "/Span<</MCID {number}>>BDC");
            }
        }
        self.open = to;
    }
}

/// Rewrites the content of one page.
pub(super) fn rewrite(content: &[u8], page: &Page) -> Result<Tagged, RenderError> {
    let content = std::str::from_utf8(content)
        .map_err(|_| RenderError::Draw("page content is not text".to_owned()))?;
    let mut texts = page.marks.iter().filter_map(|mark| match mark {
        Mark::Text(text) => Some(text.element),
        Mark::Rule(_) => None,
    });
    let mut writer = Writer {
        out: String::with_capacity(content.len() / 2),
        elements: Vec::new(),
        open: Open::Nothing,
    };
    for line in content.lines() {
        let (operands, operator) = line.rsplit_once(' ').unwrap_or(("", line));
        match operator {
            // Layers and line heights are only used by genpdf.
            "BDC" | "BMC" | "EMC" | "TL" => continue,
            "BT" => {
                let element = texts
                    .next()
                    .ok_or_else(|| RenderError::Draw("more text drawn than placed".to_owned()))?;
                writer.switch(element.map_or(Open::Artifact, Open::Element));
            }
            "m" | "w" | "G" => writer.switch(Open::Artifact),
            _ => {}
        }
        if operator == "TJ" {
            writer.out.push('<');
            let digits = operands.chars().filter(char::is_ascii_hexdigit);
            writer.out.extend(digits);
            writer.out.push_str(">Tj\n");
        } else {
            for operand in operands.split_ascii_whitespace() {
                writer.out.push_str(&short(operand));
                writer.out.push(' ');
            }
            writer.out.push_str(operator);
            writer.out.push('\n');
        }
    }
    writer.switch(Open::Nothing);
    if texts.next().is_some() {
        return Err(RenderError::Draw("less text drawn than placed".to_owned()));
    }
    Ok(Tagged {
        content: writer.out.into_bytes(),
        elements: writer.elements,
    })
}

/// A number with at most two decimals: a hundredth of a point is finer than any printer.
fn short(operand: &str) -> String {
    if !operand.contains('.') {
        return operand.to_owned();
    }
    match operand.parse::<f64>() {
        Ok(number) => {
            let text = format!("{number:.2}");
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        Err(_) => operand.to_owned(),
    }
}
