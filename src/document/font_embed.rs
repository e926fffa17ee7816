//! A font for a PDF: program, widths, and the tables from codes to glyphs and to text.

use std::fmt::Write as _;

use lopdf::{Dictionary, Document, Object, ObjectId, dictionary};
use sha2::{Digest as _, Sha256};

use super::RenderError;
use super::finish::deflated;
use super::fonts::{Codes, Face, Library, Subset};

/// A font reduced to the used characters, with the table that turns codes back into text.
pub(super) fn font(
    pdf: &mut Document,
    library: &Library,
    face: Face,
    codes: &Codes,
) -> Result<ObjectId, RenderError> {
    let subset = Subset::new(library, face, codes)?;
    let name = subset_name(face, &subset.program);
    let length = subset.program.len() as i64;
    let file = pdf.add_object(deflated(
        dictionary! { "Length1" => length },
        subset.program,
    )?);
    let descriptor = pdf.add_object(dictionary! {
        "Type" => "FontDescriptor",
        "FontName" => name.as_str(),
        "Flags" => if face.is_italic() { 4 + 64 } else { 4 },
        "FontBBox" => vec![(-621).into(), (-389).into(), 2800.into(), 1067.into()],
        "ItalicAngle" => if face.is_italic() { -12 } else { 0 },
        "Ascent" => 1069,
        "Descent" => -293,
        "CapHeight" => 714,
        "StemV" => if face.is_bold() { 140 } else { 90 },
        "FontFile2" => file,
    });
    let glyphs = pdf.add_object(deflated(Dictionary::new(), subset.code_to_glyph)?);
    let widths: Vec<Object> = subset
        .widths
        .iter()
        .map(|width| Object::Real(*width))
        .collect();
    let descendant = pdf.add_object(dictionary! {
        "Type" => "Font",
        "Subtype" => "CIDFontType2",
        "BaseFont" => name.as_str(),
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
    let unicode = pdf.add_object(deflated(Dictionary::new(), to_unicode(codes).into_bytes())?);
    Ok(pdf.add_object(dictionary! {
        "Type" => "Font",
        "Subtype" => "Type0",
        "BaseFont" => name.as_str(),
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
