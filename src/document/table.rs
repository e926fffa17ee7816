//! Tables: column widths, wrapped cells, thin rules, and a head that is repeated on every page.

use std::rc::Rc;

use super::block_layout::{BODY, Flow, Look, MEASURE, aligned};
use super::breaking::{Hyphens, SetLine};
use super::fonts::Face;
use super::layout_box::{BLACK, HAIR, LayoutBox, Mark, Rule, SLATE};
use super::text::Token;
use crate::contract::tree::{Alignment, Inline, Table};

/// Space between the edges of a cell and its text, left and right.
const PAD: f32 = 6.0;
/// Space above and below the text of a row, in points.
const AIR: f32 = 1.8;
/// Distance of baselines in cells.
const CELL_LEADING: f32 = 11.8;
/// Rows with more lines than this may be cut between pages.
const WHOLE_ROW: usize = 16;
/// Lines per part of a row that is cut.
const PIECE: usize = 6;

const CELL: Look = Look {
    face: Face::Regular,
    size: BODY,
    leading: CELL_LEADING,
    grey: BLACK,
    hyphens: Hyphens::Often,
};

const HEAD: Look = Look {
    face: Face::Bold,
    ..CELL
};

/// Position and width of a column.
#[derive(Debug, Clone, Copy)]
struct Column {
    x: f32,
    width: f32,
    alignment: Alignment,
}

impl Flow {
    /// Adds a table that begins at `x` and fills the measure.
    pub(super) fn table(&mut self, table: &Table, parent: usize, x: f32, above: f32) {
        let element = self.structure.add(parent, "Table");
        let mut above = above;
        if !table.caption.is_empty() {
            let caption = self.structure.add(element, "Caption");
            self.paragraph(&table.caption, HEAD, x, caption, above);
            for strip in self.strips.iter_mut().rev().take(4) {
                strip.keep |= strip
                    .marks
                    .iter()
                    .any(|mark| matches!(mark, Mark::Text(text) if text.element == Some(caption)));
            }
            above = 3.0;
        }
        let columns = self.columns(table, x);
        let tall = self
            .cells(&table.head, &columns, HEAD)
            .iter()
            .any(|cell| cell.len() > WHOLE_ROW);
        if tall {
            // It is too tall to be repeated, so it runs over pages like any other row.
            self.row(&table.head, element, &columns, None, above);
        }
        let head = if tall {
            None
        } else {
            self.head(table, element, &columns, above)
        };
        if let Some(head) = head.clone() {
            self.push(LayoutBox { keep: true, ..head });
        }
        let head = head.map(|head| Rc::new(repeated(head)));
        for (index, row) in table.rows.iter().enumerate() {
            let first = index == 0 && head.is_none();
            self.row(
                row,
                element,
                &columns,
                head.as_ref(),
                if first { above } else { 0.0 },
            );
        }
        if let Some(legend) = &table.legend {
            if let Some(last) = self.strips.last_mut() {
                last.keep = true;
            }
            // No note: nothing in the table refers to it.
            let note = self.structure.add(parent, "P");
            let look = Look {
                grey: SLATE,
                ..CELL
            };
            self.paragraph(legend, look, x, note, 4.0);
        }
    }

    /// Divides the width among the columns by what their words need.
    fn columns(&mut self, table: &Table, x: f32) -> Vec<Column> {
        let count = table
            .rows
            .iter()
            .map(Vec::len)
            .chain([table.head.len(), 1])
            .max()
            .unwrap_or(1);
        let mut least = vec![0.0_f32; count];
        let mut ideal = vec![0.0_f32; count];
        let rows = table.rows.iter().map(|row| (row, Face::Regular));
        for (row, face) in rows.chain([(&table.head, Face::Bold)]) {
            for (index, cell) in row.iter().enumerate() {
                // Besides the longest line, the amount of text counts: many short lines, and prose.
                let (word, line, all) = self.needs(cell, face);
                let line = line.max(all / 3.0);
                if let (Some(least), Some(ideal)) = (least.get_mut(index), ideal.get_mut(index)) {
                    *least = least.max(word);
                    *ideal = ideal.max(line);
                }
            }
        }
        let gaps = PAD * 2.0 * (count as f32 - 1.0);
        let room = (MEASURE - x - gaps).max(count as f32 * 10.0);
        let widths = share(&least, &ideal, room);
        let mut at = x;
        widths
            .into_iter()
            .enumerate()
            .map(|(index, width)| {
                let column = Column {
                    x: at,
                    width,
                    alignment: table
                        .alignments
                        .get(index)
                        .copied()
                        .unwrap_or(Alignment::Start),
                };
                at += width + 2.0 * PAD;
                column
            })
            .collect()
    }

    /// Widths of the longest word, of the longest line, and of all words of a cell.
    fn needs(&self, cell: &[Inline], face: Face) -> (f32, f32, f32) {
        let tokens = super::text::InlineWords::of(cell, face, &mut Vec::new());
        let mut longest: f32 = 0.0;
        let mut line: f32 = 0.0;
        let mut widest: f32 = 0.0;
        let mut all: f32 = 0.0;
        for token in &tokens {
            match token {
                Token::Break => line = 0.0,
                Token::Word { glyphs, spaced } => {
                    let width = self.setter.width(glyphs, BODY);
                    longest = longest.max(width);
                    line += width + if *spaced { 2.6 } else { 0.0 };
                    all += width;
                    widest = widest.max(line);
                }
            }
        }
        (longest + 0.5, widest + 0.5, all)
    }

    fn cells(&mut self, row: &[Vec<Inline>], columns: &[Column], look: Look) -> Vec<Vec<SetLine>> {
        row.iter()
            .zip(columns)
            .map(|(cell, column)| {
                let words = self.words(cell, look.face);
                self.setter.lines(&words, look.measure(column.width))
            })
            .collect()
    }

    fn head(
        &mut self,
        table: &Table,
        element: usize,
        columns: &[Column],
        above: f32,
    ) -> Option<LayoutBox> {
        if table.head.iter().all(Vec::is_empty) {
            return None;
        }
        let row = self.structure.add(element, "TR");
        let cells = self.cells(&table.head, columns, HEAD);
        let lines = cells.iter().map(Vec::len).max().unwrap_or(0);
        let height = lines as f32 * CELL_LEADING + 2.0 * AIR;
        let mut marks = vec![Mark::Rule(line(columns, 0.0, 1.0, BLACK))];
        for (cell, column) in cells.into_iter().zip(columns) {
            // Head cells are aligned at the bottom of their row, close to the column.
            let drop = (lines - cell.len()) as f32 * CELL_LEADING;
            let tag = self.structure.add(row, "TH");
            marks.extend(self.cell(cell, HEAD, *column, AIR + drop, tag));
        }
        marks.push(Mark::Rule(line(columns, height, 0.75, BLACK)));
        Some(LayoutBox {
            above,
            height,
            marks,
            ..LayoutBox::default()
        })
    }

    fn cell(
        &mut self,
        lines: Vec<SetLine>,
        look: Look,
        column: Column,
        top: f32,
        tag: usize,
    ) -> Vec<Mark> {
        let mut marks = Vec::new();
        for (index, line) in lines.into_iter().enumerate() {
            let x = aligned(column.alignment, column.x, column.width, line.width);
            let y = top + index as f32 * look.leading + look.baseline();
            marks.extend(self.place(line, look, x, y, tag));
        }
        marks
    }

    fn row(
        &mut self,
        row: &[Vec<Inline>],
        element: usize,
        columns: &[Column],
        head: Option<&Rc<LayoutBox>>,
        above: f32,
    ) {
        let parent = self.structure.add(element, "TR");
        let mut cells = self.cells(row, columns, CELL);
        let tags: Vec<usize> = columns
            .iter()
            .map(|_| self.structure.add(parent, "TD"))
            .collect();
        let lines = cells.iter().map(Vec::len).max().unwrap_or(0).max(1);
        let step = if lines > WHOLE_ROW { PIECE } else { lines };
        let mut done = 0;
        while done < lines {
            let count = step.min(lines - done);
            let first = done == 0;
            let last = done + count == lines;
            let top = if first { AIR } else { 0.0 };
            let height = top + count as f32 * CELL_LEADING + if last { AIR } else { 0.0 };
            let mut marks = Vec::new();
            for ((cell, column), tag) in cells.iter_mut().zip(columns).zip(&tags) {
                let rest = cell.split_off(count.min(cell.len()));
                let piece = std::mem::replace(cell, rest);
                marks.extend(self.cell(piece, CELL, *column, top, *tag));
            }
            if last {
                marks.push(Mark::Rule(line(columns, height, 0.5, HAIR)));
            }
            self.push(LayoutBox {
                above: if first { above } else { 0.0 },
                height,
                marks,
                head: head.cloned(),
                ..LayoutBox::default()
            });
            done += count;
        }
    }
}

/// The head as it is printed again: decoration, because the structure contains it already.
fn repeated(mut head: LayoutBox) -> LayoutBox {
    head.above = 0.0;
    for mark in &mut head.marks {
        if let Mark::Text(text) = mark {
            text.element = None;
        }
    }
    head
}

/// A rule below or above all columns.
fn line(columns: &[Column], y: f32, thickness: f32, grey: u8) -> Rule {
    let first = columns.first().map_or(0.0, |column| column.x);
    let last = columns
        .last()
        .map_or(MEASURE, |column| column.x + column.width);
    Rule {
        x1: first,
        x2: last,
        y,
        thickness,
        grey,
    }
}

/// The share of the width that may be divided by the longest words alone.
const BY_WORDS: f32 = 0.8;

/// The share of the width up to which no word is broken.
const ALL_WORDS: f32 = 0.95;

/// Column widths that fill `room`: first each column's longest word, then by the length of lines.
fn share(least: &[f32], ideal: &[f32], room: f32) -> Vec<f32> {
    let count = least.len() as f32;
    // A word of 120 letters may not push the other columns aside: it is hyphenated instead, where they do not
    // all fit.
    let cap = if least.iter().sum::<f32>() <= room * ALL_WORDS {
        room
    } else {
        (room / count).max(room * 0.3).min(150.0)
    };
    let least: Vec<f32> = least
        .iter()
        .map(|width| width.clamp(12.0, cap.max(12.0)))
        .collect();
    let ideal: Vec<f32> = ideal
        .iter()
        .zip(&least)
        .map(|(ideal, least)| ideal.min(room).max(*least))
        .collect();
    let needed: f32 = least.iter().sum();
    // However long the words are, a part of the width is divided by the amount of text: long words
    // are hyphenated, so that the longest text is not in the narrowest column.
    let (least, needed) = if needed > room * ALL_WORDS {
        let scale = room * BY_WORDS / needed;
        let least: Vec<f32> = least.iter().map(|width| width * scale).collect();
        (least, room * BY_WORDS)
    } else {
        (least, needed)
    };
    let wish: Vec<f32> = ideal
        .iter()
        .zip(&least)
        .map(|(ideal, least)| (ideal - least).max(0.0))
        .collect();
    let wanted: f32 = wish.iter().sum();
    if wanted <= room - needed {
        let spare = (room - needed - wanted) / count;
        return least
            .iter()
            .zip(&wish)
            .map(|(least, wish)| least + wish + spare)
            .collect();
    }
    least
        .iter()
        .zip(&wish)
        .map(|(least, wish)| least + (room - needed) * wish / wanted)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c16_the_longest_text_never_gets_the_narrowest_column() {
        // Longest word and length of text of five columns, more than there is room for the words.
        let least = [130.0, 90.0, 80.0, 70.0, 60.0];
        let ideal = [150.0, 300.0, 80.0, 70.0, 900.0];
        let widths = share(&least, &ideal, 400.0);
        let sum: f32 = widths.iter().sum();
        assert!((sum - 400.0).abs() < 0.1, "{widths:?}");
        let narrowest = widths.iter().copied().fold(f32::MAX, f32::min);
        assert!(widths[4] > narrowest && widths[4] > widths[3], "{widths:?}");
    }
}
