//! Lists and definitions: marks and terms on the left, their text on the right.

use super::block_layout::{BODY, BlockFrame, Flow, GAP, LEADING, Look, MEASURE, NUMBER};
use super::fonts::Face;
use super::layout_box::LayoutBox;
use super::text::{InlineWords, Token, clean};
use crate::contract::tree::{Block, Definition, Item, List, ListStyle, plain};

/// Space between the paragraphs of one item.
const WITHIN: f32 = 1.5;

impl Flow {
    /// Adds a list; the numbers of numbered paragraphs are in the column of section numbers.
    pub(super) fn list(&mut self, list: &List, place: BlockFrame, above: f32) {
        let numbered = list.style == ListStyle::Paragraphs;
        let x = if numbered { place.number_x } else { place.x };
        let least = if numbered { NUMBER } else { 18.0 };
        let widest = list
            .items
            .iter()
            .map(|item| {
                self.setter
                    .library
                    .text_width(Face::Regular, &clean(&item.label), BODY)
            })
            .fold(0.0, f32::max);
        // Deep nesting ends before the text column becomes too narrow to read.
        let text_x =
            (x + least.max(widest + GAP)).min(MEASURE - 150.0_f32.min(MEASURE - x - widest - GAP));
        let element = self.structure.add(place.parent, "L");
        // The space between the paragraphs of one item is smaller than between two items.
        let is_long = |item: &Item| item.blocks.iter().skip(1).any(is_paragraph);
        let has_long = list.items.iter().any(is_long);
        for (index, item) in list.items.iter().enumerate() {
            let above = match (index, numbered, has_long) {
                (0, ..) => above,
                (_, _, true) => 2.0 * WITHIN,
                (_, true, false) => 2.5,
                (_, false, false) => 1.0,
            };
            self.item(item, element, x, text_x, above);
        }
    }

    fn item(&mut self, item: &Item, list: usize, x: f32, text_x: f32, above: f32) {
        let element = self.structure.add(list, "LI");
        let label = self.structure.add(element, "Lbl");
        let body = self.structure.add(element, "LBody");
        self.anchors.extend(item.id.clone());
        // A mark whose item begins with another list gets a line of its own.
        self.mark(&item.label, x, Look::TEXT, label);
        if !begins_with_text(&item.blocks) {
            self.push(LayoutBox {
                above,
                height: LEADING,
                keep: !item.blocks.is_empty(),
                ..LayoutBox::default()
            });
        }
        let place = BlockFrame {
            x: text_x,
            number_x: text_x,
            parent: body,
        };
        self.spaced_blocks(&item.blocks, place, above, WITHIN);
    }

    /// Adds pairs of term and text, side by side if there is room.
    pub(super) fn definitions(&mut self, pairs: &[Definition], place: BlockFrame, above: f32) {
        let look = Look::bold(BODY, LEADING);
        let room = MEASURE - place.x;
        let widest = pairs
            .iter()
            .map(|pair| {
                self.setter
                    .library
                    .text_width(Face::Bold, &clean(&plain(&pair.term)), BODY)
            })
            .fold(0.0, f32::max);
        let column = (widest + 14.0).clamp(96.0, (room * 0.41).max(96.0));
        let list = self.structure.add(place.parent, "L");
        for (index, pair) in pairs.iter().enumerate() {
            let above = if index == 0 { above } else { 2.5 };
            let element = self.structure.add(list, "LI");
            let label = self.structure.add(element, "Lbl");
            let body = self.structure.add(element, "LBody");
            let inner = BlockFrame {
                x: place.x + column,
                number_x: place.x + column,
                parent: body,
            };
            let words = self.words(&pair.term, look.face);
            let lines = self.setter.lines(&words, look.measure(column - 8.0));
            let height = lines.len();
            // A term of many lines is placed above its text, because it would reach beyond the end
            // of the page; so is one if a checksum or an address beside it would be broken that
            // fits on a line (F10).
            let word = self.longest_word(&pair.blocks);
            let is_broken = word > room - column && word <= room;
            if height > 3 || room < 220.0 || is_broken {
                self.stacked(pair, place, label, body, above);
                continue;
            }
            for (index, line) in lines.into_iter().enumerate() {
                let y = index as f32 * look.leading + look.baseline();
                let marks = self.place(line, look, place.x, y, label);
                self.pending.extend(marks);
            }
            let start = self.strips.len();
            if !begins_with_text(&pair.blocks) {
                self.push(LayoutBox {
                    above,
                    height: LEADING,
                    ..LayoutBox::default()
                });
            }
            self.spaced_blocks(&pair.blocks, inner, above, WITHIN);
            // A term of several lines is taller than its text: they stay on one page.
            while self.strips.len() < start + height {
                self.push(LayoutBox {
                    height: LEADING,
                    ..LayoutBox::default()
                });
            }
            for strip in self
                .strips
                .iter_mut()
                .skip(start)
                .take(height.saturating_sub(1))
            {
                strip.keep = true;
            }
        }
    }

    /// Adds a term above its text.
    fn stacked(
        &mut self,
        pair: &Definition,
        place: BlockFrame,
        label: usize,
        body: usize,
        above: f32,
    ) {
        self.paragraph(&pair.term, Look::bold(BODY, LEADING), place.x, label, above);
        self.keep_last(label);
        let inner = BlockFrame {
            number_x: place.x,
            parent: body,
            ..place
        };
        self.spaced_blocks(&pair.blocks, inner, 1.0, WITHIN);
    }

    /// Width of the longest word in running text.
    fn longest_word(&self, blocks: &[Block]) -> f32 {
        let paragraphs = blocks.iter().filter_map(|block| match block {
            Block::Paragraph(inlines) | Block::Contact(inlines) => Some(inlines),
            _ => None,
        });
        let mut longest: f32 = 0.0;
        for inlines in paragraphs {
            for token in InlineWords::of(inlines, Face::Regular, &mut Vec::new()) {
                if let Token::Word { glyphs, .. } = token {
                    longest = longest.max(self.setter.width(&glyphs, BODY));
                }
            }
        }
        longest
    }
}

fn is_paragraph(block: &Block) -> bool {
    matches!(block, Block::Paragraph(_) | Block::Contact(_))
}

/// Whether the first line of some blocks is text, so that a mark can be on the same line.
fn begins_with_text(blocks: &[Block]) -> bool {
    matches!(blocks.first(), Some(Block::Paragraph(inlines) | Block::Contact(inlines)) if !clean(&plain(inlines)).trim().is_empty())
}
