//! The only file that uses genpdf: reads font metrics, draws pages.
//!
//! genpdf would break lines and pages itself, but it gives up on a word wider than its box. So
//! everything is placed before, and genpdf only draws: one element per document, one text section
//! per piece of text, lines for the rules. It would also look each character up in the font several
//! times; so it draws a [`STAND_IN`] for each run, in whose place [`super::content`] writes the codes
//! of the run's characters.

use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use genpdf::fonts::{FontCache, FontData, FontFamily, Metrics};
use genpdf::render::Area;
use genpdf::style::{Color, LineStyle, Style};
use genpdf::{Context, Element, Mm, PaperSize, Position, RenderResult, Size};

use super::RenderError;
use super::font_file::ranges;
use super::fonts::{Codes, Face, Shape, Used};
use super::layout_box::{Mark, Rule, Text};
use super::pages::{Book, Page};

/// Points in a millimetre.
const POINTS: f32 = 72.0 / 25.4;

/// Font size at which metrics are read; large, so that rounding does not matter.
const PROBE: u8 = 200;

/// What genpdf draws for a run. It has to be a character without a side bearing, by which genpdf would
/// move the line.
const STAND_IN: &str = " ";

/// A parsed font, and the nearly empty program that genpdf embeds instead.
struct Source {
    data: FontData,
    stub: Arc<Vec<u8>>,
}

/// The parsed fonts: once per process.
///
/// genpdf would embed a whole font and read its entire character map for every document. It gets a
/// program with a single glyph instead, which [`super::finish`] replaces with the real subset.
fn sources() -> Result<&'static [Source], RenderError> {
    static SOURCES: OnceLock<Result<Vec<Source>, String>> = OnceLock::new();
    SOURCES
        .get_or_init(|| Face::ALL.into_iter().map(source).collect())
        .as_deref()
        .map_err(|error| RenderError::Font(error.clone()))
}

fn source(face: Face) -> Result<Source, String> {
    let data = FontData::new(face.bytes().to_vec(), None).map_err(|error| error.to_string())?;
    let remapper = subsetter::GlyphRemapper::new();
    let stub = subsetter::subset(face.bytes(), 0, &remapper).map_err(|error| error.to_string())?;
    Ok(Source {
        data,
        stub: Arc::new(stub),
    })
}

/// Glyph and width of every character of the basic plane, for each face.
pub(super) fn shapes() -> Result<[Vec<Shape>; 4], RenderError> {
    let mut out = [const { Vec::new() }; 4];
    let family = family()?;
    let mut cache = FontCache::new(family.clone());
    let fonts = cache.add_font_family(family);
    let fonts = [fonts.regular, fonts.bold, fonts.italic, fonts.bold_italic];
    for ((shapes, font), face) in out.iter_mut().zip(fonts).zip(Face::ALL) {
        shapes.resize(0x1_0000, Shape::default());
        // Of most of them the font's own table says at once that there are none.
        let characters = ranges(face.bytes()).into_iter().flatten();
        for character in characters.filter_map(|code| char::from_u32(code.into())) {
            let glyph = font.glyph_ids(&cache, [character]).first().copied();
            let Some(glyph) = glyph.filter(|glyph| *glyph != 0) else {
                continue;
            };
            let width = f32_of(font.char_width(&cache, character, PROBE)) * POINTS;
            if let Some(shape) = shapes.get_mut(character as usize) {
                *shape = Shape {
                    glyph,
                    width: (width / f32::from(PROBE) * 1_000_000.0).round() / 1000.0,
                };
            }
        }
    }
    Ok(out)
}

fn f32_of(length: Mm) -> f32 {
    length.into()
}

fn mm(points: f32) -> Mm {
    Mm::from(points / POINTS)
}

fn family() -> Result<FontFamily<FontData>, RenderError> {
    let mut fonts = sources()?
        .iter()
        .map(|source| FontData::clone_with_data(&source.data, Arc::clone(&source.stub), None));
    match (fonts.next(), fonts.next(), fonts.next(), fonts.next()) {
        (Some(regular), Some(bold), Some(italic), Some(bold_italic)) => Ok(FontFamily {
            regular,
            bold,
            italic,
            bold_italic,
        }),
        _ => Err(RenderError::Font("a face is missing".to_owned())),
    }
}

/// The characters pages use in each face.
pub(super) fn codes(pages: &[Page], extra: (Face, &str)) -> [Codes; 4] {
    let mut used = Face::ALL.map(|_| Used::new());
    let runs = pages
        .iter()
        .flat_map(|page| &page.marks)
        .filter_map(|mark| match mark {
            Mark::Text(text) => Some(&text.runs),
            Mark::Rule(_) => None,
        });
    let texts = runs
        .flatten()
        .map(|run| (run.face, run.text.as_str()))
        .chain([extra]);
    for (face, text) in texts {
        if let Some(set) = used.get_mut(face.index()) {
            set.add(text);
        }
    }
    used.map(|used| Codes::new(&used.characters()))
}

/// Draws pages, with a [`STAND_IN`] for each run and placeholders for the fonts.
pub(super) fn draw(book: &Rc<Book>) -> Result<Vec<u8>, RenderError> {
    let mut document = genpdf::Document::new(family()?);
    document.set_paper_size(PaperSize::A4);
    document.set_minimal_conformance();
    document.push(Sheets {
        book: Rc::clone(book),
        next: 0,
    });
    let mut bytes = Vec::new();
    document
        .render(&mut bytes)
        .map_err(|error| RenderError::Draw(error.to_string()))?;
    Ok(bytes)
}

/// All pages as one element, which asks for a new page as long as there are more.
struct Sheets {
    book: Rc<Book>,
    next: usize,
}

impl Element for Sheets {
    fn render(
        &mut self,
        context: &Context,
        area: Area<'_>,
        _: Style,
    ) -> Result<RenderResult, genpdf::error::Error> {
        if let Some(page) = self.book.pages.get(self.next) {
            for mark in &page.marks {
                match mark {
                    Mark::Text(text) => draw_text(context, &area, text)?,
                    Mark::Rule(rule) => draw_rule(&area, *rule),
                }
            }
        }
        self.next += 1;
        Ok(RenderResult {
            size: Size::new(1, 1),
            has_more: self.next < self.book.pages.len(),
        })
    }
}

fn style(face: Face, text: &Text) -> Style {
    let mut style = Style::new()
        .with_font_size(text.size)
        .with_color(Color::Greyscale(text.grey));
    if face.is_bold() {
        style.set_bold();
    }
    if face.is_italic() {
        style.set_italic();
    }
    style
}

fn draw_text(context: &Context, area: &Area<'_>, text: &Text) -> Result<(), genpdf::error::Error> {
    let fonts = &context.font_cache;
    let position = Position::new(mm(text.x), mm(text.y));
    // With an ascent of zero the position is that of the baseline.
    if let Some(mut section) = area.text_section(fonts, position, Metrics::default()) {
        for run in &text.runs {
            section.print_str(STAND_IN, style(run.face, text))?;
        }
    }
    Ok(())
}

fn draw_rule(area: &Area<'_>, rule: Rule) {
    let line = LineStyle::new()
        .with_thickness(mm(rule.thickness))
        .with_color(Color::Greyscale(rule.grey));
    area.draw_line(
        [
            Position::new(mm(rule.x1), mm(rule.y)),
            Position::new(mm(rule.x2), mm(rule.y)),
        ],
        line,
    );
}
