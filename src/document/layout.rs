//! The whole document in order: title block, table of contents, text, closing line.

use super::breaking::{Hyphens, Setter, patterns};
use super::flow::{BODY, Flow, Look, MEASURE, Place};
use super::fonts::{Face, Library};
use super::pages::{contents_line, full_rule};
use super::strip::{SLATE, Strip};
use super::text::clean;
use super::{Frame, RenderError, wording};
use crate::contract::tree::{Block, Document, Inline, Section, plain};

/// Fewer sections than this need no table of contents.
const CONTENTS_FROM: usize = 5;

/// Turns a document into strips.
pub(super) fn lay_out(document: &Document, frame: &Frame) -> Result<Flow, RenderError> {
    let setter = Setter {
        library: Library::get()?,
        patterns: patterns(document.language)?,
    };
    let mut flow = Flow::new(setter);
    title(&mut flow, document, frame);
    contents(&mut flow, document);
    let place = Place {
        x: 0.0,
        number_x: 0.0,
        parent: 0,
    };
    flow.blocks(&document.blocks, place, 8.0);
    closing(&mut flow, frame);
    Ok(flow)
}

fn title(flow: &mut Flow, document: &Document, frame: &Frame) {
    let element = flow.structure.add(0, "H1");
    flow.paragraph(&document.title, Look::bold(20, 26.0), 0.0, element, 0.0);
    let mut facts = wording::edition(document.language, &document.version, document.date);
    if !frame.number.is_empty() {
        facts = format!("{facts} · {}", frame.number);
    }
    let element = flow.structure.add(0, "P");
    let look = Look {
        grey: SLATE,
        ..Look::TEXT
    };
    flow.paragraph(&[Inline::Text(facts)], look, 0.0, element, 4.0);
    flow.push(Strip {
        above: 10.0,
        height: 8.0,
        marks: vec![full_rule(0.0, 1.0)],
        ..Strip::default()
    });
}

/// Sections of the first level with their pages (T-12).
fn contents(flow: &mut Flow, document: &Document) {
    let sections: Vec<&Section> = document
        .blocks
        .iter()
        .filter_map(|block| match block {
            Block::Section(section) => Some(section),
            _ => None,
        })
        .collect();
    if sections.len() < CONTENTS_FROM {
        return;
    }
    let heading = flow.structure.add(0, "P");
    let words = [Inline::Text(
        wording::contents(document.language).to_owned(),
    )];
    flow.paragraph(&words, Look::bold(11, 15.0), 0.0, heading, 4.0);
    flow.keep_last(heading);
    let list = flow.structure.add(0, "TOC");
    let labels = sections
        .iter()
        .filter_map(|section| section.label.as_ref())
        .map(|label| {
            flow.setter
                .library
                .text_width(Face::Regular, &clean(label), BODY)
        })
        .fold(0.0, f32::max);
    for section in sections {
        entry(
            flow,
            section,
            list,
            if labels > 0.0 { labels + 10.0 } else { 0.0 },
        );
    }
    flow.push(Strip {
        above: 8.0,
        height: 2.0,
        ..Strip::default()
    });
}

fn entry(flow: &mut Flow, section: &Section, list: usize, x: f32) {
    let element = flow.structure.add(list, "TOCI");
    let link = |text: String| Inline::Reference {
        id: section.id.clone(),
        text,
    };
    let look = Look {
        hyphens: Hyphens::Never,
        ..Look::TEXT
    };
    let mut marks = Vec::new();
    if let Some(label) = &section.label {
        let words = flow.words(&[link(format!("{label} "))], look.face);
        for line in flow.setter.lines(&words, look.measure(MEASURE)) {
            marks.extend(flow.place(line, look, 0.0, look.baseline(), element));
        }
    }
    let title = plain(&section.title).replace('\n', " ");
    let words = flow.words(&[link(title)], look.face);
    let lines = flow.setter.lines(&words, look.measure(MEASURE - x - 30.0));
    let count = lines.len();
    for (index, line) in lines.into_iter().enumerate() {
        marks.extend(flow.place(line, look, x, look.baseline(), element));
        let mut strip = contents_line(look, std::mem::take(&mut marks), &section.id);
        if index + 1 < count {
            strip.page_of = None;
            strip.keep = true;
        }
        flow.push(strip);
    }
    if !marks.is_empty() {
        flow.push(contents_line(look, marks, &section.id));
    }
}

/// Marks without text get their line; the checksum of the text ends the document.
fn closing(flow: &mut Flow, frame: &Frame) {
    flow.flush();
    if frame.document_hash.is_empty() {
        return;
    }
    if let Some(strip) = flow.strips.last_mut() {
        strip.keep = true;
    }
    let element = flow.structure.add(0, "P");
    let look = Look {
        size: 8,
        leading: 11.0,
        grey: SLATE,
        ..Look::TEXT
    };
    let words = [Inline::Text(wording::checksum(frame))];
    flow.paragraph(&words, look, 0.0, element, 16.0);
}
