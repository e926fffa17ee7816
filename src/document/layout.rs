//! The whole document in order: title block, table of contents, text, closing line.

use super::block_layout::{BODY, BlockFrame, Flow, Look, MEASURE};
use super::breaking::{Hyphens, Setter, patterns};
use super::fonts::{Face, Library};
use super::layout_box::{Bookmark, LayoutBox, SLATE};
use super::pages::{contents_line, full_rule};
use super::text::clean;
use super::{Frame, RenderError, wording};
use crate::contract::tree::{Block, Document, Inline, Section, Translation, plain};

/// Documents with fewer sections have no table of contents.
const CONTENTS_FROM: usize = 5;
/// Of an annex with more sections than this the table of contents names none.
const MOST_BELOW: usize = 12;

/// Turns a document into strips.
pub(super) fn lay_out(document: &Document, frame: &Frame) -> Result<Flow, RenderError> {
    let setter = Setter {
        library: Library::get()?,
        patterns: patterns(document.language)?,
    };
    let mut flow = Flow::new(setter);
    title(&mut flow, document, &frame.number, 0);
    online(&mut flow, frame);
    rule(&mut flow);
    contents(&mut flow, document, 0);
    flow.blocks(&document.blocks, at(0), 8.0);
    if let Some(second) = &document.translation {
        translation(&mut flow, second)?;
        flow.setter.patterns = patterns(document.language)?;
    }
    closing(&mut flow, frame);
    Ok(flow)
}

fn at(parent: usize) -> BlockFrame {
    BlockFrame {
        x: 0.0,
        number_x: 0.0,
        parent,
    }
}

/// The other language on separate pages, with an element and a bookmark of its own (T-10).
fn translation(flow: &mut Flow, second: &Translation) -> Result<(), RenderError> {
    flow.flush();
    flow.new_page = true;
    flow.anchors.push(second.id.clone());
    flow.bookmark = Some(Bookmark {
        level: 1,
        title: second.name.clone(),
    });
    flow.below = 1;
    let look = Look {
        grey: SLATE,
        ..Look::bold(11, 16.0)
    };
    // The announcement is in the language of the text before it.
    let element = flow.structure.add(0, "P");
    let words = [Inline::Text(second.standing.clone())];
    flow.paragraph(&words, look, 0.0, element, 0.0);
    let document = &second.document;
    flow.setter.patterns = patterns(document.language)?;
    let part = flow.structure.add_part(document.language);
    title(flow, document, "", part);
    rule(flow);
    contents(flow, document, part);
    flow.blocks(&document.blocks, at(part), 8.0);
    flow.flush();
    Ok(())
}

fn title(flow: &mut Flow, document: &Document, number: &str, parent: usize) {
    let element = flow.structure.add(parent, "H1");
    flow.paragraph(&document.title, Look::bold(20, 26.0), 0.0, element, 0.0);
    let mut facts = wording::edition(document.language, &document.version, document.date);
    if !number.is_empty() {
        let between = if facts.is_empty() { "" } else { " · " };
        facts = format!("{facts}{between}{number}");
    }
    let look = Look {
        grey: SLATE,
        ..Look::TEXT
    };
    let element = flow.structure.add(parent, "P");
    flow.paragraph(&[Inline::Text(facts)], look, 0.0, element, 4.0);
    if !document.standing.is_empty() {
        let element = flow.structure.add(parent, "P");
        let words = [Inline::Text(document.standing.clone())];
        flow.paragraph(&words, Look::bold(10, 12.5), 0.0, element, 4.0);
    }
}

/// The public web address of the text: a link that can also be read on paper (T-13).
fn online(flow: &mut Flow, frame: &Frame) {
    if frame.online.is_empty() {
        return;
    }
    let element = flow.structure.add(0, "P");
    let link = Inline::Link {
        target: frame.online.clone(),
        content: vec![Inline::Text(wording::online(frame))],
    };
    flow.paragraph(&[link], Look::TEXT, 0.0, element, 4.0);
    flow.structure
        .describe_links(element, &wording::open_online(frame));
}

fn rule(flow: &mut Flow) {
    flow.push(LayoutBox {
        above: 10.0,
        height: 8.0,
        marks: vec![full_rule(0.0, 1.0)],
        ..LayoutBox::default()
    });
}

/// The sections that the table of contents names: those of the first level, and in annexes the numbered ones below
/// it, where each product and the record of the conclusion stand. The many groups of an annex of measures
/// would push the parties off the first page.
fn named(document: &Document) -> Vec<(&Section, bool)> {
    sections_of(&document.blocks)
        .flat_map(|section| {
            let below: Vec<&Section> = sections_of(&section.blocks)
                .filter(|below| section.annex && below.label.is_some())
                .collect();
            let shown = if below.len() > MOST_BELOW {
                vec![]
            } else {
                below
            };
            let below = shown.into_iter().map(|below| (below, true));
            std::iter::once((section, false)).chain(below)
        })
        .collect()
}

fn sections_of(blocks: &[Block]) -> impl Iterator<Item = &Section> {
    blocks.iter().filter_map(|block| match block {
        Block::Section(section) => Some(section),
        _ => None,
    })
}

/// The table of contents: sections with their pages (T-12).
fn contents(flow: &mut Flow, document: &Document, parent: usize) {
    let sections = named(document);
    if sections_of(&document.blocks).count() < CONTENTS_FROM {
        return;
    }
    let heading = flow.structure.add(parent, "P");
    let words = [Inline::Text(
        wording::contents(document.language).to_owned(),
    )];
    flow.paragraph(&words, Look::bold(11, 15.0), 0.0, heading, 4.0);
    flow.keep_last(heading);
    let list = flow.structure.add(parent, "TOC");
    // Of each level the titles begin below each other.
    let left = |is_below: bool, indent: f32, flow: &Flow| {
        let labels = sections
            .iter()
            .filter(|(_, below)| *below == is_below)
            .filter_map(|(section, _)| section.label.as_ref())
            .map(|label| {
                flow.setter
                    .library
                    .text_width(Face::Regular, &clean(label), BODY)
            })
            .fold(0.0, f32::max);
        if labels > 0.0 {
            indent + labels + 10.0
        } else {
            indent
        }
    };
    let x = left(false, 0.0, flow);
    let below_x = left(true, x, flow);
    for (section, is_below) in &sections {
        let title = plain(&section.title).replace('\n', " ");
        let label = section.label.as_deref();
        let at = if *is_below { (x, below_x) } else { (0.0, x) };
        entry(flow, (&section.id, label, title), list, at);
    }
    if let Some(second) = &document.translation {
        entry(
            flow,
            (&second.id, None, second.name.clone()),
            list,
            (0.0, 0.0),
        );
    }
    flow.push(LayoutBox {
        above: 8.0,
        height: 2.0,
        ..LayoutBox::default()
    });
}

/// One line: the link, with number and title, each at its left edge.
fn entry(flow: &mut Flow, of: (&str, Option<&str>, String), list: usize, (label_x, x): (f32, f32)) {
    let (id, label, title) = of;
    let element = flow.structure.add(list, "TOCI");
    let link = |text: String| Inline::Reference {
        id: id.to_owned(),
        text,
    };
    let look = Look {
        hyphens: Hyphens::Never,
        ..Look::TEXT
    };
    let mut marks = Vec::new();
    if let Some(label) = label {
        let words = flow.words(&[link(format!("{label} "))], look.face);
        for line in flow.setter.lines(&words, look.measure(MEASURE)) {
            marks.extend(flow.place(line, look, label_x, look.baseline(), element));
        }
    }
    let words = flow.words(&[link(title)], look.face);
    let lines = flow.setter.lines(&words, look.measure(MEASURE - x - 30.0));
    let count = lines.len();
    for (index, line) in lines.into_iter().enumerate() {
        marks.extend(flow.place(line, look, x, look.baseline(), element));
        let mut strip = contents_line(look, std::mem::take(&mut marks), id);
        if index + 1 < count {
            strip.page_of = None;
            strip.keep = true;
        }
        flow.push(strip);
    }
    if !marks.is_empty() {
        flow.push(contents_line(look, marks, id));
    }
}

/// Adds a line for marks without text, and the checksum of the text at the end of the document.
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
