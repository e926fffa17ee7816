//! Turns blocks of the tree into strips: indents, hanging numbers, spacing.

use super::breaking::{Hyphens, Measure, Run, SetLine, Setter};
use super::fonts::Face;
use super::layout_box::{BLACK, Bookmark, LayoutBox, Mark, Rule, SLATE, Structure, Text};
use super::text::{InlineWords, Target, Token, clean};
use crate::contract::tree::{Alignment, Block, Inline, ListStyle, Section, plain};

/// Width of the text area in points: A4 with 20 mm on both sides.
pub(super) const MEASURE: f32 = 481.9;
/// Size of running text in points.
pub(super) const BODY: u8 = 10;
/// Distance of baselines in running text, in points.
pub(super) const LEADING: f32 = 12.0;
/// Column of the section and paragraph numbers.
pub(super) const NUMBER: f32 = 30.0;
/// Space between blocks.
const BETWEEN: f32 = 3.0;
/// Room between a mark and its text.
pub(super) const GAP: f32 = 7.0;

/// Font, size and spacing of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub(super) face: Face,
    pub(super) size: u8,
    pub(super) leading: f32,
    pub(super) grey: u8,
    pub(super) hyphens: Hyphens,
}

impl Look {
    /// The look of running text.
    pub(super) const TEXT: Self = Self {
        face: Face::Regular,
        size: BODY,
        leading: LEADING,
        grey: BLACK,
        hyphens: Hyphens::Often,
    };

    pub(super) const fn bold(size: u8, leading: f32) -> Self {
        Self {
            face: Face::Bold,
            size,
            leading,
            grey: BLACK,
            hyphens: Hyphens::Never,
        }
    }

    /// A box of this width for text of this look.
    pub(super) fn measure(self, width: f32) -> Measure {
        Measure {
            width,
            size: self.size,
            hyphens: self.hyphens,
        }
    }

    /// Baseline below the top of a line.
    pub(super) fn baseline(self) -> f32 {
        // Ascent 1.069, descent 0.293 in Noto Sans: half of the line's extra space is above the
        // text.
        let size = f32::from(self.size);
        (self.leading - 1.362 * size) / 2.0 + 1.069 * size
    }
}

/// Position and parent of a sequence of blocks.
#[derive(Debug, Clone, Copy)]
pub(super) struct BlockFrame {
    /// Left edge of the text.
    pub(super) x: f32,
    /// Left edge of numbered paragraphs' marks.
    pub(super) number_x: f32,
    /// Parent element in the structure.
    pub(super) parent: usize,
}

/// Builds the strips of a document.
pub(super) struct Flow {
    pub(super) setter: Setter,
    pub(super) strips: Vec<LayoutBox>,
    pub(super) structure: Structure,
    pub(super) targets: Vec<Target>,
    /// Marks for the left of the next strip, such as that of a list item.
    pub(super) pending: Vec<Mark>,
    /// Link targets for the next strip.
    pub(super) anchors: Vec<String>,
    pub(super) bookmark: Option<Bookmark>,
    /// How many levels bookmarks are below that of a part.
    pub(super) below: u8,
    pub(super) new_page: bool,
}

impl Flow {
    pub(super) fn new(setter: Setter) -> Self {
        Self {
            setter,
            strips: Vec::new(),
            structure: Structure::new(),
            targets: Vec::new(),
            pending: Vec::new(),
            anchors: Vec::new(),
            bookmark: None,
            below: 0,
            new_page: false,
        }
    }

    /// Adds blocks; `above` is the space before the first one.
    pub(super) fn blocks(&mut self, blocks: &[Block], place: BlockFrame, above: f32) {
        self.spaced_blocks(blocks, place, above, BETWEEN);
    }

    /// The same with another space between the blocks: those of one item are closer together than
    /// the items of its list.
    pub(super) fn spaced_blocks(
        &mut self,
        blocks: &[Block],
        place: BlockFrame,
        above: f32,
        between: f32,
    ) {
        let mut above = above;
        for (index, block) in blocks.iter().enumerate() {
            match block {
                Block::Section(section) => self.section(section, place),
                Block::Paragraph(inlines) | Block::Contact(inlines) => {
                    let element = self.structure.add(place.parent, "P");
                    self.paragraph(inlines, Look::TEXT, place.x, element, above);
                    if announces(inlines, blocks.get(index + 1)) {
                        self.keep_last(element);
                    }
                }
                Block::List(list) if list.style == ListStyle::Paragraphs => {
                    self.list(list, place, above);
                }
                Block::List(list) => self.list(list, place, above.min(2.5)),
                Block::Table(table) => self.table(table, place.parent, place.x, above.max(7.0)),
                Block::Definitions(pairs) => self.definitions(pairs, place, above),
            }
            above = match block {
                Block::Table(_) => 9.0,
                _ => between,
            };
        }
    }

    fn section(&mut self, section: &Section, outer: BlockFrame) {
        let element = self.structure.add(outer.parent, "Sect");
        let title = clean(&plain(&section.title)).replace('\n', " ");
        self.bookmark = Some(Bookmark {
            level: section.level.saturating_add(self.below),
            title: match &section.label {
                Some(label) => format!("{} {title}", clean(label)),
                None => title,
            },
        });
        self.anchors.push(section.id.clone());
        let tag = ["H1", "H2", "H3", "H4", "H5"]
            .get(usize::from(section.level))
            .copied()
            .unwrap_or("H6");
        let heading = self.structure.add(element, tag);
        if section.annex {
            self.new_page = true;
            self.annex_heading(section, heading);
        } else {
            self.heading(section, heading, outer.x);
        }
        // A section without a number of its own is placed below the text it belongs to.
        let place = match (&section.label, section.annex) {
            (_, true) => BlockFrame {
                x: 0.0,
                number_x: 0.0,
                parent: element,
            },
            (Some(_), false) => BlockFrame {
                x: NUMBER,
                number_x: 0.0,
                parent: element,
            },
            (None, false) => BlockFrame {
                parent: element,
                ..outer
            },
        };
        self.blocks(&section.blocks, place, 4.0);
    }

    fn annex_heading(&mut self, section: &Section, heading: usize) {
        let look = Look::bold(16, 21.0);
        let label = Look {
            grey: SLATE,
            ..look
        };
        self.labelled(section, heading, (label, look), 0.0, 0.0);
        self.rule_below(6.0, 0.75);
        self.keep_last(heading);
    }

    fn heading(&mut self, section: &Section, heading: usize, outer_x: f32) {
        let (look, above) = match section.level {
            0 | 1 => (Look::bold(12, 15.0), 8.0),
            2 => (Look::bold(11, 14.0), 6.0),
            3 => (Look::bold(10, 12.5), 5.0),
            _ => (
                Look {
                    face: Face::BoldItalic,
                    ..Look::bold(10, 12.2)
                },
                4.0,
            ),
        };
        self.labelled(section, heading, (look, look), outer_x, above);
        self.keep_last(heading);
    }

    /// Number and title, beside each other if the number is short.
    fn labelled(
        &mut self,
        section: &Section,
        heading: usize,
        (label_look, look): (Look, Look),
        outer_x: f32,
        above: f32,
    ) {
        let mut x = if section.label.is_some() {
            0.0
        } else {
            outer_x
        };
        let mut above = above;
        if let Some(label) = &section.label {
            let width = self
                .setter
                .library
                .text_width(label_look.face, &clean(label), look.size);
            if width > MEASURE / 3.0 {
                let label = [Inline::Text(label.clone())];
                self.paragraph(&label, label_look, 0.0, heading, above);
                above = 0.0;
            } else {
                self.mark(label, 0.0, label_look, heading);
                x = NUMBER.max(width + GAP);
            }
        }
        self.paragraph(&section.title, look, x, heading, above);
    }

    /// Remembers a mark for the next strip and returns its width.
    pub(super) fn mark(&mut self, label: &str, x: f32, look: Look, element: usize) -> f32 {
        let text = clean(label);
        let width = self.setter.library.text_width(look.face, &text, look.size);
        self.pending.push(Mark::Text(Text {
            x,
            y: look.baseline(),
            size: look.size,
            grey: look.grey,
            runs: vec![Run {
                text: format!("{text} "),
                face: look.face,
                link: None,
            }],
            element: Some(element),
        }));
        width
    }

    /// Keeps the strips of an element on the same page as what follows them.
    pub(super) fn keep_last(&mut self, element: usize) {
        for strip in self.strips.iter_mut().rev() {
            let same = strip
                .marks
                .iter()
                .any(|mark| matches!(mark, Mark::Text(text) if text.element == Some(element)));
            if !same {
                break;
            }
            strip.keep = true;
        }
    }

    /// Draws a line under the last strip.
    pub(super) fn rule_below(&mut self, distance: f32, thickness: f32) {
        if let Some(strip) = self.strips.last_mut() {
            strip.height += distance;
            strip.marks.push(Mark::Rule(Rule {
                x1: 0.0,
                x2: MEASURE,
                y: strip.height,
                thickness,
                grey: BLACK,
            }));
            strip.height += distance;
        }
    }

    /// Sets running text and stacks its lines, without stranded first or last lines.
    pub(super) fn paragraph(
        &mut self,
        inlines: &[Inline],
        look: Look,
        x: f32,
        element: usize,
        above: f32,
    ) {
        let words = self.words(inlines, look.face);
        let lines = self.setter.lines(&words, look.measure(MEASURE - x));
        let count = lines.len();
        for (index, line) in lines.into_iter().enumerate() {
            let is_parted = line.ends_in_hyphen();
            let marks = self.place(line, look, x, look.baseline(), element);
            let strip = LayoutBox {
                above: if index == 0 { above } else { 0.0 },
                height: look.leading,
                marks,
                keep: index + 1 < count && (index == 0 || index + 2 == count || is_parted),
                ..LayoutBox::default()
            };
            self.push(strip);
        }
    }

    pub(super) fn words(&mut self, inlines: &[Inline], face: Face) -> Vec<Token> {
        InlineWords::of(inlines, face, &mut self.targets)
    }

    /// Turns a line into marks: one for each run with the same link.
    pub(super) fn place(
        &mut self,
        line: SetLine,
        look: Look,
        x: f32,
        y: f32,
        element: usize,
    ) -> Vec<Mark> {
        let mut marks: Vec<Text> = Vec::new();
        let mut at = x;
        for run in line.runs {
            let width = self
                .setter
                .library
                .text_width(run.face, &run.text, look.size);
            let link = run.link;
            match marks.last_mut() {
                Some(text) if text.runs.last().is_some_and(|last| last.link == link) => {
                    text.runs.push(run);
                }
                _ => marks.push(Text {
                    x: at,
                    y,
                    size: look.size,
                    grey: look.grey,
                    element: Some(match link {
                        Some(link) => self.structure.add_link(element, link),
                        None => element,
                    }),
                    runs: vec![run],
                }),
            }
            at += width;
        }
        marks.into_iter().map(Mark::Text).collect()
    }

    /// Adds a strip, with everything that waits for the next one.
    pub(super) fn push(&mut self, mut strip: LayoutBox) {
        if !self.pending.is_empty() {
            let own = std::mem::replace(&mut strip.marks, std::mem::take(&mut self.pending));
            strip.marks.extend(own);
        }
        strip.anchors.append(&mut self.anchors);
        strip.bookmark = self.bookmark.take().or(strip.bookmark);
        strip.new_page |= std::mem::take(&mut self.new_page);
        self.strips.push(strip);
    }

    /// Adds an empty line for marks and ids that still wait for text.
    pub(super) fn flush(&mut self) {
        if !self.pending.is_empty() || !self.anchors.is_empty() || self.bookmark.is_some() {
            self.push(LayoutBox {
                height: LEADING,
                ..LayoutBox::default()
            });
        }
    }
}

/// The left edge of a line that is aligned in a box.
pub(super) fn aligned(alignment: Alignment, x: f32, room: f32, width: f32) -> f32 {
    match alignment {
        Alignment::Start => x,
        Alignment::Center => x + ((room - width) / 2.0).max(0.0),
        Alignment::End => x + (room - width).max(0.0),
    }
}

/// Whether a paragraph introduces what follows, as "in diesem Vertrag bedeutet:" does: it must not
/// be the last thing on a page.
fn announces(inlines: &[Inline], next: Option<&Block>) -> bool {
    let is_led_to = matches!(
        next,
        Some(Block::List(_) | Block::Definitions(_) | Block::Table(_))
    );
    is_led_to && plain(inlines).trim_end().ends_with(':')
}
