//! A font for a PDF: program, widths, and the tables from codes to glyphs and to text.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use lopdf::{Dictionary, Document, Object, ObjectId, dictionary};
use sha2::{Digest as _, Sha256};

use super::RenderError;
use super::fonts::{Codes, Face, Library, Subset};
use super::packing::{LASTING, Packer, packed};

/// What a PDF has of a font, ready to be put into it.
struct Prepared {
    /// Name of the subset.
    name: String,
    /// Length of the program in bytes before it was compressed.
    length: i64,
    /// The program, compressed.
    program: Vec<u8>,
    /// Two bytes per code: the glyph in the program; compressed.
    glyphs: Vec<u8>,
    /// Width per code, starting with code 0.
    widths: Vec<f32>,
    /// The table from codes to text, compressed.
    unicode: Vec<u8>,
}

/// The most subsets that are kept; one is some 20 kB.
const MOST: usize = 64;

/// Faces with their characters and what was made of them, the last used one at the front.
type Kept = VecDeque<(Face, Codes, Arc<Prepared>)>;

impl Prepared {
    /// The subset for these characters. Documents of one version mostly have the same ones, so the
    /// last ones are kept.
    fn get(library: &Library, face: Face, codes: &Codes) -> Result<Arc<Self>, RenderError> {
        static KEPT: Mutex<Kept> = Mutex::new(VecDeque::new());
        let kept = || KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        let find = |kept: &mut Kept| {
            let is_same = |(of, with, _): &(Face, Codes, _)| *of == face && with == codes;
            let found = kept.iter().position(is_same)?;
            let found = kept.remove(found)?;
            let prepared = Arc::clone(&found.2);
            kept.push_front(found);
            Some(prepared)
        };
        if let Some(found) = find(&mut kept()) {
            return Ok(found);
        }
        // Not while it is locked: others may make the same at the same time, which is no harm.
        let made = Arc::new(Self::new(library, face, codes)?);
        let mut kept = kept();
        kept.push_front((face, codes.clone(), Arc::clone(&made)));
        kept.truncate(MOST);
        Ok(made)
    }

    fn new(library: &Library, face: Face, codes: &Codes) -> Result<Self, RenderError> {
        let (subset, mut packer) = (Subset::new(library, face, codes)?, Packer::new(LASTING));
        Ok(Self {
            name: subset_name(face, &subset.program),
            length: subset.program.len() as i64,
            program: packer.pack(&subset.program)?,
            glyphs: packer.pack(&subset.code_to_glyph)?,
            widths: subset.widths,
            unicode: packer.pack(to_unicode(codes).as_bytes())?,
        })
    }
}

/// A font reduced to the used characters, with the table that turns codes back into text.
pub(super) fn font(
    pdf: &mut Document,
    library: &Library,
    face: Face,
    codes: &Codes,
) -> Result<ObjectId, RenderError> {
    let prepared = Prepared::get(library, face, codes)?;
    let name = prepared.name.as_str();
    let program = dictionary! { "Length1" => prepared.length };
    let file = pdf.add_object(packed(program, prepared.program.clone()));
    let descriptor = pdf.add_object(dictionary! {
        "Type" => "FontDescriptor",
        "FontName" => name,
        "Flags" => if face.is_italic() { 4 + 64 } else { 4 },
        "FontBBox" => vec![(-621).into(), (-389).into(), 2800.into(), 1067.into()],
        "ItalicAngle" => if face.is_italic() { -12 } else { 0 },
        "Ascent" => 1069,
        "Descent" => -293,
        "CapHeight" => 714,
        "StemV" => if face.is_bold() { 140 } else { 90 },
        "FontFile2" => file,
    });
    let glyphs = pdf.add_object(packed(Dictionary::new(), prepared.glyphs.clone()));
    let widths: Vec<Object> = prepared
        .widths
        .iter()
        .map(|width| Object::Real(*width))
        .collect();
    let descendant = pdf.add_object(dictionary! {
        "Type" => "Font",
        "Subtype" => "CIDFontType2",
        "BaseFont" => name,
        "CIDSystemInfo" => dictionary! {
            "Registry" => Object::string_literal("Adobe"),
            "Ordering" => Object::string_literal("Identity"),
            "Supplement" => 0,
        },
        "FontDescriptor" => descriptor,
        "DW" => 0,
        "W" => vec![0.into(), widths.into()],
        "CIDToGIDMap" => glyphs,
    });
    let unicode = pdf.add_object(packed(Dictionary::new(), prepared.unicode.clone()));
    Ok(pdf.add_object(dictionary! {
        "Type" => "Font",
        "Subtype" => "Type0",
        "BaseFont" => name,
        "Encoding" => "Identity-H",
        "DescendantFonts" => vec![Object::Reference(descendant)],
        "ToUnicode" => unicode,
    }))
}

/// Six capitals from the hash of the program, which precede the name of a subset font.
fn subset_name(face: Face, program: &[u8]) -> String {
    let tag: String = Sha256::digest(program)
        .iter()
        .take(6)
        .map(|byte| char::from(b'A' + byte % 26))
        .collect();
    format!("{tag}+{}", face.name())
}

fn to_unicode(codes: &Codes) -> String {
    let mut map = String::from(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo\n\
         << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n\
         /CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n\
         1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n",
    );
    let entries: Vec<(&char, &u16)> = codes.codes.iter().collect();
    for block in entries.chunks(100) {
        // Writing to a string cannot fail.
        let _ = writeln!(map, "{} beginbfchar", block.len());
        for (character, code) in block {
            let _ = write!(map, "<{code:04X}> <");
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(map, "{unit:04X}");
            }
            map.push_str(">\n");
        }
        map.push_str("endbfchar\n");
    }
    map.push_str("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
    map
}
