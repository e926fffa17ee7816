//! The four faces of Noto Sans: the characters they can draw, their widths, and the subset for one
//! PDF.
//!
//! A character the fonts cannot draw is never an error: it is printed as an empty box, and the
//! PDF's text layer keeps the original character, so nothing is lost when text is copied out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use super::RenderError;

/// One of the four faces of the text font.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Face {
    #[default]
    Regular,
    Bold,
    Italic,
    BoldItalic,
}

impl Face {
    /// All faces, in the order in which they are numbered in the PDF.
    pub(super) const ALL: [Self; 4] = [Self::Regular, Self::Bold, Self::Italic, Self::BoldItalic];

    /// Position in [`Face::ALL`].
    pub(super) fn index(self) -> usize {
        match self {
            Self::Regular => 0,
            Self::Bold => 1,
            Self::Italic => 2,
            Self::BoldItalic => 3,
        }
    }

    /// The face for text with these two properties.
    pub(super) fn of(bold: bool, italic: bool) -> Self {
        match (bold, italic) {
            (false, false) => Self::Regular,
            (true, false) => Self::Bold,
            (false, true) => Self::Italic,
            (true, true) => Self::BoldItalic,
        }
    }

    /// The whole font file, as it is compiled into the program.
    pub(super) fn bytes(self) -> &'static [u8] {
        match self {
            Self::Regular => notosans::REGULAR_TTF,
            Self::Bold => notosans::BOLD_TTF,
            Self::Italic => notosans::ITALIC_TTF,
            Self::BoldItalic => notosans::BOLD_ITALIC_TTF,
        }
    }

    /// Name of the font for PDF dictionaries, without the subset tag.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Regular => "NotoSans-Regular",
            Self::Bold => "NotoSans-Bold",
            Self::Italic => "NotoSans-Italic",
            Self::BoldItalic => "NotoSans-BoldItalic",
        }
    }

    /// Whether the face is a slanted one.
    pub(super) fn is_italic(self) -> bool {
        matches!(self, Self::Italic | Self::BoldItalic)
    }

    /// Whether the face is a heavy one.
    pub(super) fn is_bold(self) -> bool {
        matches!(self, Self::Bold | Self::BoldItalic)
    }
}

/// The glyph of a character and its width.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Shape {
    /// Glyph number in the whole font; 0 means that the font has no such character.
    pub(super) glyph: u16,
    /// Advance width in thousandths of the font size.
    pub(super) width: f32,
}

/// Shapes of all characters of the basic plane, per face.
pub(super) struct Library {
    faces: [Vec<Shape>; 4],
}

/// Printed instead of a character that no face can draw.
const BOX: char = '\u{25A1}';

impl Library {
    /// Reads the metrics of all faces once; later calls are free.
    pub(super) fn get() -> Result<&'static Self, RenderError> {
        static LIBRARY: OnceLock<Result<Library, String>> = OnceLock::new();
        LIBRARY
            .get_or_init(|| {
                super::render::shapes()
                    .map(|faces| Self { faces })
                    .map_err(|error| error.to_string())
            })
            .as_ref()
            .map_err(|error| RenderError::Font(error.clone()))
    }

    /// The shape for a character: its own, that of a similar plain character, or the empty box.
    pub(super) fn shape(&self, face: Face, character: char) -> Shape {
        [character, relative(character), BOX]
            .into_iter()
            .filter_map(|candidate| {
                self.faces[face.index()]
                    .get(candidate as usize)
                    .copied()
                    .filter(|shape| shape.glyph != 0)
            })
            .next()
            .unwrap_or_default()
    }

    /// Width of a character in points at a font size in points.
    pub(super) fn width(&self, face: Face, character: char, size: u8) -> f32 {
        self.shape(face, character).width * f32::from(size) / 1000.0
    }

    /// Width of a text in points at a font size in points.
    pub(super) fn text_width(&self, face: Face, text: &str, size: u8) -> f32 {
        text.chars().map(|c| self.width(face, c, size)).sum()
    }
}

/// Whether every face draws the character, or a similar one in its place; the others are printed as an
/// empty box.
pub fn is_drawn(character: char) -> bool {
    let Ok(library) = Library::get() else {
        return true;
    };
    let has = |shapes: &Vec<Shape>, c: char| {
        let shape = shapes.get(c as usize);
        shape.is_some_and(|shape| shape.glyph != 0)
    };
    library
        .faces
        .iter()
        .all(|shapes| has(shapes, character) || has(shapes, relative(character)))
}

/// The characters of a text that are printed as an empty box.
pub(super) fn undrawn(text: &str) -> BTreeSet<char> {
    text.chars()
        .filter(|c| !c.is_control() && !is_drawn(*c))
        .collect()
}

/// A similar character that every face has.
fn relative(character: char) -> char {
    match character {
        '\u{2010}' | '\u{2011}' | '\u{2212}' | '\u{FE63}' | '\u{FF0D}' => '-',
        '\u{00A0}'
        | '\u{1680}'
        | '\u{2000}'..='\u{200A}'
        | '\u{202F}'
        | '\u{205F}'
        | '\u{3000}' => ' ',
        // Ticked and empty boxes must look different: lists of measures have both.
        '☐' | '❏' | '❑' | '❒' => '□',
        '☑' | '☒' | '🗹' | '🗷' => '■',
        '✓' | '✔' | '✅' => '√',
        '✗' | '✘' | '✕' | '✖' | '❌' => '×',
        '⇒' | '➔' | '➜' | '➞' => '→',
        '‣' | '▶' | '➢' | '➤' => '►',
        '⁃' => '–',
        '◆' | '❖' | '⬤' => '●',
        '★' | '☆' => '*',
        '⚠' => '!',
        '₀'..='₉' => char::from_digit(u32::from(character) - 0x2080, 10).unwrap_or(character),
        '₊' | '⁺' => '+',
        '₋' | '⁻' => '-',
        '₍' | '⁽' => '(',
        '₎' | '⁾' => ')',
        '①'..='⑨' => char::from_digit(u32::from(character) - 0x245F, 10).unwrap_or(character),
        other => other,
    }
}

/// The first character that is not looked up in a table.
const LOW: char = '\u{250}';

/// The characters a document uses in one face, numbered.
///
/// The number is the code in the PDF. Two characters may share a glyph (a hyphen of the word and a
/// hyphen of a broken line, all boxes) and still have separate codes, and so separate text.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Codes {
    /// Code of each character; code 0 stays free for "no such glyph".
    pub(super) codes: BTreeMap<char, u16>,
    /// The codes of the first characters, which are nearly all of a text, by their number.
    low: Vec<u16>,
}

impl Codes {
    /// Numbers the characters in their natural order, so that equal documents get equal codes.
    pub(super) fn new(characters: &BTreeSet<char>) -> Self {
        let codes: BTreeMap<char, u16> = characters.iter().copied().zip(1..=u16::MAX).collect();
        let low = ('\0'..LOW).map(|c| codes.get(&c).copied().unwrap_or_default());
        Self {
            low: low.collect(),
            codes,
        }
    }

    /// The code of a character; 0 for one that is not among them.
    pub(super) fn of(&self, character: char) -> u16 {
        let low = self.low.get(character as usize);
        let code = low.or_else(|| self.codes.get(&character));
        code.copied().unwrap_or_default()
    }
}

/// The characters of some texts.
#[derive(Debug)]
pub(super) struct Used {
    low: Vec<bool>,
    others: BTreeSet<char>,
}

impl Used {
    /// No characters.
    pub(super) fn new() -> Self {
        Self {
            low: vec![false; LOW as usize],
            others: BTreeSet::new(),
        }
    }

    /// Adds those of a text.
    pub(super) fn add(&mut self, text: &str) {
        for character in text.chars() {
            match self.low.get_mut(character as usize) {
                Some(used) => *used = true,
                None => {
                    self.others.insert(character);
                }
            }
        }
    }

    /// All of them.
    pub(super) fn characters(self) -> BTreeSet<char> {
        let low = ('\0'..LOW).zip(self.low).filter(|(_, used)| *used);
        let mut all: BTreeSet<char> = low.map(|(character, _)| character).collect();
        all.extend(self.others);
        all
    }
}

/// A font program reduced to what one document needs, with the tables that go with it.
pub(super) struct Subset {
    /// TrueType file with only the used glyphs.
    pub(super) program: Vec<u8>,
    /// Two bytes per code: the glyph in `program`.
    pub(super) code_to_glyph: Vec<u8>,
    /// Width per code, starting with code 0.
    pub(super) widths: Vec<f32>,
}

impl Subset {
    /// Reduces a face to the glyphs of `codes`.
    pub(super) fn new(library: &Library, face: Face, codes: &Codes) -> Result<Self, RenderError> {
        let mut remapper = subsetter::GlyphRemapper::new();
        let mut code_to_glyph = vec![0, 0];
        let mut widths = vec![0.0];
        for character in codes.codes.keys() {
            let shape = library.shape(face, *character);
            code_to_glyph.extend(remapper.remap(shape.glyph).to_be_bytes());
            widths.push(shape.width);
        }
        let program = subsetter::subset(face.bytes(), 0, &remapper)
            .map_err(|error| RenderError::Font(error.to_string()))?;
        Ok(Self {
            program,
            code_to_glyph,
            widths,
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    /// T-14: an invisible tick would turn a promise into its opposite.
    #[test]
    fn a_ticked_box_does_not_look_like_an_empty_one() {
        let library = Library::get().unwrap();
        for face in Face::ALL {
            let glyph = |character| library.shape(face, character).glyph;
            for sign in "☒☑✓✔✗➔⇒①⚠".chars() {
                assert_ne!(glyph(sign), glyph('☐'), "{sign}");
            }
        }
        let lost: String = undrawn("Straße ☒ ✓ → ≤ Łódź Δ Ж ☎ 漢 ☎")
            .into_iter()
            .collect();
        assert_eq!(lost, "☎漢");
    }
}
