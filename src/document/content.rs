//! Page content as genpdf wrote it, made compact and tagged.
//!
//! One line of it is one operation. Everything the portal drew is in the same order, so the n-th
//! text object is the n-th text of the page, and the n-th string in it the n-th run of that text.

use std::fmt::Write as _;

use super::breaking::Run;
use super::fonts::Codes;
use super::layout_box::Mark;
use super::pages::Page;
use super::{RenderError, hex};

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

    /// Shows the characters of a run by their codes.
    fn show(&mut self, run: &Run, codes: &[Codes; 4]) {
        self.out.push('<');
        if let Some(codes) = codes.get(run.face.index()) {
            for character in run.text.chars() {
                hex::push(&mut self.out, &codes.of(character).to_be_bytes());
            }
        }
        self.out.push_str(">Tj\n");
    }
}

/// Rewrites the content of one page, with the characters of its runs in the place of what was drawn for
/// them.
pub(super) fn rewrite(
    content: &[u8],
    page: &Page,
    codes: &[Codes; 4],
) -> Result<Tagged, RenderError> {
    let content = std::str::from_utf8(content)
        .map_err(|_| RenderError::Draw("page content is not text".to_owned()))?;
    let mut texts = page.marks.iter().filter_map(|mark| match mark {
        Mark::Text(text) => Some(text),
        Mark::Rule(_) => None,
    });
    let mut runs: std::slice::Iter<'_, Run> = [].iter();
    let more = || RenderError::Draw("more text drawn than placed".to_owned());
    let less = || RenderError::Draw("less text drawn than placed".to_owned());
    let mut writer = Writer {
        out: String::with_capacity(content.len() * 2),
        elements: Vec::new(),
        open: Open::Nothing,
    };
    for line in content.lines() {
        let (operands, operator) = line.rsplit_once(' ').unwrap_or(("", line));
        match operator {
            // Layers and line heights are only used by genpdf.
            "BDC" | "BMC" | "EMC" | "TL" => continue,
            "BT" => {
                let text = texts.next().ok_or_else(more)?;
                runs = text.runs.iter();
                let element = text.element;
                writer.switch(element.map_or(Open::Artifact, Open::Element));
            }
            "ET" if runs.next().is_some() => return Err(less()),
            "m" | "w" | "G" => writer.switch(Open::Artifact),
            _ => {}
        }
        if operator == "TJ" {
            writer.show(runs.next().ok_or_else(more)?, codes);
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
        return Err(less());
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
