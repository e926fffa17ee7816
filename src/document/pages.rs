//! Turns strips into pages: page ends, headers, footers, links, bookmarks.

use std::collections::BTreeMap;

use super::block_layout::{BODY, Flow, LEADING, Look, MEASURE};
use super::breaking::{Hyphens, Measure, Run, SetLine};
use super::fonts::{Face, Library};
use super::layout_box::{BLACK, Bookmark, HAIR, LayoutBox, Mark, Rule, SLATE, Text};
use super::logo::Print;
use super::text::InlineWords;
use super::{Frame, wording};
use crate::contract::tree::Inline;

/// Width of A4 in points.
pub(super) const WIDTH: f32 = 595.28;
/// Height of A4 in points.
pub(super) const HEIGHT: f32 = 841.89;
/// Left margin: 25 mm, room for a binding.
pub(super) const LEFT: f32 = 56.69;
/// Top of the text area.
const TOP: f32 = 54.0;
/// Bottom of the text area.
const BOTTOM: f32 = HEIGHT - 54.0;
/// The whole space between blocks.
const FULL: f32 = 1.0;
/// Shares of it that still look like it, from the widest.
const TIGHTER: [f32; 3] = [0.85, 0.7, 0.55];
/// A last page with less on it than this, in points, is worth sparing.
const SPARED: f32 = 130.0;
/// What is left of a part for its last page has at least this height, in points: five lines and a little.
const LEAST: f32 = 5.0 * LEADING + 10.0;
/// Size of headers and footers.
const SMALL: u8 = 8;

/// One page with absolute positions, from the left and the top of the sheet.
#[derive(Debug, Clone, Default)]
pub(super) struct Page {
    pub(super) marks: Vec<Mark>,
}

/// A point that links and bookmarks lead to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spot {
    /// Page, starting at 0.
    pub(super) page: usize,
    /// Distance from the top of the sheet.
    pub(super) y: f32,
}

/// All pages with what refers to them.
#[derive(Debug, Clone, Default)]
pub(super) struct Book {
    pub(super) pages: Vec<Page>,
    pub(super) anchors: BTreeMap<String, Spot>,
    pub(super) bookmarks: Vec<(Bookmark, Spot)>,
}

/// Cuts the strips into pages and adds headers and footers.
pub(super) fn paginate(flow: &Flow, frame: &Frame) -> Book {
    let strips = &flow.strips;
    let mut book = Book::default();
    let mut numbers: Vec<(usize, Text, String)> = Vec::new();
    let (mut start, mut spacing, mut part_end) = (0, FULL, 0);
    while start < strips.len() {
        if start >= part_end {
            part_end = end_of_part(strips, start);
            spacing = spacing_of(strips, (start, part_end));
        }
        let end = page_end(strips, start, spacing);
        let mut page = Page::default();
        let mut y = TOP;
        for (index, strip) in strips.iter().enumerate().take(end).skip(start) {
            if index == start {
                if let Some(head) = &strip.head {
                    page.marks.extend(placed(head, y));
                    y += head.height;
                }
            } else {
                y += strip.above * spacing;
            }
            let spot = Spot {
                page: book.pages.len(),
                y,
            };
            for anchor in &strip.anchors {
                book.anchors.entry(anchor.clone()).or_insert(spot);
            }
            if let Some(bookmark) = &strip.bookmark {
                book.bookmarks.push((bookmark.clone(), spot));
            }
            page.marks.extend(placed(strip, y));
            if let (Some(id), Some(Mark::Text(text))) = (&strip.page_of, page.marks.last()) {
                numbers.push((spot.page, text.clone(), id.clone()));
            }
            y += strip.height;
        }
        book.pages.push(page);
        start = end;
    }
    if book.pages.is_empty() {
        book.pages.push(Page::default());
    }
    number_contents(flow.setter.library, &mut book, numbers);
    let total = book.pages.len();
    for (index, page) in book.pages.iter_mut().enumerate() {
        furniture(flow, frame, page, index + 1, total);
    }
    book
}

/// Where the part ends that begins with strip `start`: with the next one that begins a page.
fn end_of_part(strips: &[LayoutBox], start: usize) -> usize {
    let next = strips
        .iter()
        .skip(start + 1)
        .position(|strip| strip.new_page);
    next.map_or(strips.len(), |after| start + 1 + after)
}

/// The share of its space between blocks that a part is set with: a little less where that spares a page with next
/// to nothing on it.
fn spacing_of(strips: &[LayoutBox], part: (usize, usize)) -> f32 {
    let (pages, rest) = pages_of(strips, part, FULL);
    if pages < 2 || rest > SPARED {
        return FULL;
    }
    let fewer = |spacing: &f32| pages_of(strips, part, *spacing).0 < pages;
    TIGHTER.into_iter().find(fewer).unwrap_or(FULL)
}

/// How many pages a part has, and the height of what is on its last.
fn pages_of(strips: &[LayoutBox], (mut start, end): (usize, usize), spacing: f32) -> (usize, f32) {
    let (mut pages, mut rest) = (0, 0.0);
    while start < end {
        let next = page_end(strips, start, spacing).min(end);
        let page = strips.get(start..next).unwrap_or_default();
        rest = page
            .iter()
            .map(|one| one.above * spacing + one.height)
            .sum();
        pages += 1;
        start = next;
    }
    (pages, rest)
}

/// Index of the first strip that is not on the page that begins with strip `start`.
fn page_end(strips: &[LayoutBox], start: usize, spacing: f32) -> usize {
    let mut y = strips
        .get(start)
        .and_then(|strip| strip.head.as_ref())
        .map_or(0.0, |head| head.height);
    let mut end = start;
    for strip in strips.iter().skip(start) {
        let above = if end == start {
            0.0
        } else {
            strip.above * spacing
        };
        if end > start && (strip.new_page || y + above + strip.height > BOTTOM - TOP) {
            break;
        }
        y += above + strip.height;
        end += 1;
    }
    if end == strips.len() || strips.get(end).is_some_and(|strip| strip.new_page) {
        return end;
    }
    // What goes on behind must not be a line or two on a page of its own.
    let mut good = end;
    while good > start && (is_kept(strips, good) || is_stranded(strips, good)) {
        good -= 1;
    }
    // A chain of strips that fills a whole page has to be cut somewhere.
    if good > start { good } else { end }
}

/// Whether a page must not end before this strip.
fn is_kept(strips: &[LayoutBox], at: usize) -> bool {
    at.checked_sub(1)
        .and_then(|before| strips.get(before))
        .is_some_and(|strip| strip.keep)
}

/// Whether so little of its part is left from this strip on that it would look lost on a page.
fn is_stranded(strips: &[LayoutBox], at: usize) -> bool {
    let mut height = 0.0;
    for (index, strip) in strips.iter().enumerate().skip(at) {
        if index > at && strip.new_page {
            break;
        }
        height += strip.above + strip.height;
        if height > LEAST {
            return false;
        }
    }
    true
}

fn placed(strip: &LayoutBox, y: f32) -> impl Iterator<Item = Mark> + '_ {
    strip.marks.iter().map(move |mark| {
        let mut mark = mark.lowered(y);
        match &mut mark {
            Mark::Text(text) => text.x += LEFT,
            Mark::Rule(rule) => {
                rule.x1 += LEFT;
                rule.x2 += LEFT;
            }
        }
        mark
    })
}

/// Prints page numbers at the right edge of the table of contents.
fn number_contents(library: &Library, book: &mut Book, numbers: Vec<(usize, Text, String)>) {
    for (page, like, id) in numbers {
        let Some(spot) = book.anchors.get(&id) else {
            continue;
        };
        let number = (spot.page + 1).to_string();
        let width = library.text_width(Face::Regular, &number, BODY);
        let text = Text {
            x: LEFT + MEASURE - width,
            size: BODY,
            runs: vec![Run {
                text: number,
                face: Face::Regular,
                link: like.runs.first().and_then(|run| run.link),
            }],
            ..like.clone()
        };
        // Directly after its entry, so that it is read in this order.
        if let Some(page) = book.pages.get_mut(page) {
            let at = page
                .marks
                .iter()
                .position(|mark| *mark == Mark::Text(like.clone()));
            let at = at.map_or(page.marks.len(), |at| at + 1);
            page.marks.insert(at, Mark::Text(text));
        }
    }
}

/// Distance of the bottom of the logo from the top of the sheet.
pub(super) const LOGO_BOTTOM: f32 = 35.0;

/// Width and height of the logo in the header of the first page.
pub(super) fn logo_size(logo: &Print) -> (f32, f32) {
    let (width, height) = (logo.width as f32, logo.height as f32);
    let scale = (120.0 / width).min(22.0 / height);
    (width * scale, height * scale)
}

/// Header and footer: who, what, which version, whose, which text, which page.
fn furniture(flow: &Flow, frame: &Frame, page: &mut Page, number: usize, total: usize) {
    let header = format!("{} · {}", frame.operator_name, frame.title);
    let logo = frame.logo.as_ref().filter(|_| number == 1);
    let beside = logo.map_or(0.0, |logo| logo_size(logo).0 + 12.0);
    small(flow, page, &header, 31.0, MEASURE - beside, 1);
    let rule = |y| {
        Mark::Rule(Rule {
            x1: LEFT,
            x2: LEFT + MEASURE,
            y,
            thickness: 0.5,
            grey: HAIR,
        })
    };
    page.marks.push(rule(40.0));
    page.marks.push(rule(HEIGHT - 44.0));
    small(
        flow,
        page,
        &wording::footer(frame),
        HEIGHT - 32.0,
        MEASURE - 70.0,
        2,
    );
    let pages = wording::page_of(frame.language, number, total);
    let width = flow.setter.library.text_width(Face::Regular, &pages, SMALL);
    page.marks.push(Mark::Text(Text {
        x: LEFT + MEASURE - width,
        y: HEIGHT - 32.0,
        size: SMALL,
        grey: SLATE,
        runs: vec![Run {
            text: pages,
            face: Face::Regular,
            link: None,
        }],
        element: None,
    }));
}

/// Small text in at most `most` lines; a longer one ends with an ellipsis.
fn small(flow: &Flow, page: &mut Page, text: &str, y: f32, measure: f32, most: usize) {
    let words = InlineWords::of(
        &[Inline::Text(text.to_owned())],
        Face::Regular,
        &mut Vec::new(),
    );
    let mut lines = flow.setter.lines(
        &words,
        Measure {
            width: measure,
            size: SMALL,
            hyphens: Hyphens::Never,
        },
    );
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            shorten(flow.setter.library, last, measure);
        }
    }
    for (index, line) in lines.into_iter().enumerate() {
        page.marks.push(Mark::Text(Text {
            x: LEFT,
            y: y + index as f32 * 10.5,
            size: SMALL,
            grey: SLATE,
            runs: line.runs,
            element: None,
        }));
    }
}

fn shorten(library: &Library, line: &mut SetLine, measure: f32) {
    if let Some(run) = line.runs.last_mut() {
        let mut text = run
            .text
            .trim_end_matches([' ', super::text::SOFT_HYPHEN])
            .to_owned();
        while library.text_width(run.face, &format!("{text}…"), SMALL) > measure
            && text.pop().is_some()
        {}
        text.push('…');
        run.text = text;
    }
}

/// Space for one line of an entry in the table of contents.
pub(super) fn contents_line(look: Look, marks: Vec<Mark>, id: &str) -> LayoutBox {
    LayoutBox {
        above: 1.0,
        height: LEADING.max(look.leading),
        marks,
        page_of: Some(id.to_owned()),
        ..LayoutBox::default()
    }
}

/// A rule in the text area's width, for the title block.
pub(super) fn full_rule(y: f32, thickness: f32) -> Mark {
    Mark::Rule(Rule {
        x1: 0.0,
        x2: MEASURE,
        y,
        thickness,
        grey: BLACK,
    })
}
