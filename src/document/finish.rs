//! From drawn pages to the finished file: fonts, links, bookmarks, tags, metadata.
//!
//! Only the page contents that genpdf wrote are kept; the rest is written anew, so that equal
//! documents give equal bytes. lopdf never reads anything but our own output here.

use std::fmt::Write as _;

use lopdf::{Dictionary, Document, Object, ObjectId, SaveOptions, Stream, dictionary};
use sha2::{Digest as _, Sha256};

use super::archive::{self, Field};
use super::block_layout::{Flow, MEASURE};
use super::content::{Tagged, rewrite};
use super::fonts::{Codes, Face, Library};
use super::layout_box::{Mark, Text};
use super::logo::Print;
use super::packing::{LEVEL, Packer, deflated, packed};
use super::pages::{Book, HEIGHT, LEFT, LOGO_BOTTOM, Spot, WIDTH, logo_size};
use super::seal::Revision;
use super::structure::Tree;
use super::text::Target;
use super::{Extras, Frame, RenderError, font_embed, seal, wording};
use crate::domain::Language;

/// Makes the file from the drawn pages.
pub(super) fn finish(
    drawn: &[u8],
    flow: &Flow,
    book: &Book,
    codes: &[Codes; 4],
    frame: &Frame,
    watermark: &str,
    extras: Option<Extras<'_>>,
) -> Result<Vec<u8>, RenderError> {
    let drawn = Document::load_mem(drawn)?;
    let mut tagged = Vec::with_capacity(book.pages.len());
    for (id, page) in drawn.page_iter().zip(&book.pages) {
        tagged.push(rewrite(&drawn.get_page_content(id), page, codes)?);
    }
    let mut pdf = Document::with_version("1.7");
    let resources = resources(&mut pdf, flow.setter.library, codes, watermark, frame)?;
    let pages_id = pdf.new_object_id();
    let pages: Vec<ObjectId> = tagged.iter().map(|_| pdf.new_object_id()).collect();
    let marked: Vec<Vec<usize>> = tagged.iter().map(|page| page.elements.clone()).collect();
    let mut tree = Tree::new(&mut pdf, &flow.structure, &marked);
    let (mut identity, mut packer) = (Sha256::new(), Packer::new(LEVEL));
    let field = extras.as_ref().map(|_| {
        let (page, value) = (
            pages.first().copied().unwrap_or_default(),
            pdf.new_object_id(),
        );
        Field::new(
            &mut pdf,
            &mut tree,
            page,
            value,
            wording::seal(frame.language),
        )
    });
    for (index, (page, id)) in tagged.into_iter().zip(&pages).enumerate() {
        let mut annotations = links(&mut pdf, flow, book, index, &pages, &mut tree);
        if let Some(field) = field.as_ref().filter(|_| index == 0) {
            annotations.push(Object::Reference(field.widget));
        }
        let logo = frame.logo.as_ref().filter(|_| index == 0);
        let content = content(page, watermark, logo);
        let content = packer.pack(&content)?;
        identity.update(&content);
        let content = pdf.add_object(packed(Dictionary::new(), content));
        let mut entry = dictionary! {
            "Type" => "Page",
            "Parent" => pages_id,
            "MediaBox" => vec![0.into(), 0.into(), WIDTH.into(), HEIGHT.into()],
            "Resources" => resources,
            "Contents" => content,
            "StructParents" => index as i64,
            "Tabs" => "S",
        };
        if !annotations.is_empty() {
            entry.set("Annots", annotations);
        }
        pdf.objects.insert(*id, Object::Dictionary(entry));
    }
    let kids: Vec<Object> = pages.iter().map(|id| Object::Reference(*id)).collect();
    let all = dictionary! { "Type" => "Pages", "Count" => kids.len() as i64, "Kids" => kids };
    pdf.objects.insert(pages_id, Object::Dictionary(all));
    let structure = tree.write(&mut pdf, &pages);
    let languages = flow.structure.elements.iter();
    let second = languages.filter_map(|element| element.language).next();
    let mut catalog = catalog(&mut pdf, frame, book, &pages, pages_id, structure, second);
    archive::output_intent(&mut pdf, &mut catalog)?;
    if let Some(extras) = &extras {
        archive::attach(&mut pdf, &mut catalog, extras.attachments, frame.created)?;
        extras
            .attachments
            .iter()
            .for_each(|file| identity.update(&file.content));
    }
    if let Some(field) = &field {
        field.enter(&mut catalog);
    }
    let (root, info) = (pdf.add_object(catalog), info(&mut pdf, frame));
    pdf.trailer.set("Root", root);
    pdf.trailer.set("Info", info);
    identity.update(format!("{frame:?}"));
    let id = identity.finalize().get(..16).unwrap_or_default().to_vec();
    let bytes = save(pdf, &id)?;
    let (Some(extras), Some(field)) = (extras, field) else {
        return Ok(bytes);
    };
    let revision = Revision {
        root,
        info,
        id: super::hex::of(&id),
        object: field.value.0,
        at: frame.created,
        number: frame.number.clone(),
    };
    Ok(seal::append(bytes, &revision, extras.sealer)?)
}

fn save(mut pdf: Document, id: &[u8]) -> Result<Vec<u8>, RenderError> {
    let id = Object::String(id.to_vec(), lopdf::StringFormat::Hexadecimal);
    pdf.trailer.set("ID", vec![id.clone(), id]);
    let mut bytes = Vec::new();
    let options = SaveOptions::builder()
        .use_object_streams(true)
        .use_xref_streams(true)
        .max_objects_per_stream(200)
        .compression_level(LEVEL)
        .build();
    pdf.save_with_options(&mut bytes, options)?;
    Ok(bytes)
}

/// The page's content behind its watermark and its logo.
fn content(page: Tagged, watermark: &str, logo: Option<&Print>) -> Vec<u8> {
    let mut content = Vec::with_capacity(page.content.len() + 200);
    if let Some(logo) = logo {
        let (width, height) = logo_size(logo);
        let (x, y) = (LEFT + MEASURE - width, HEIGHT - LOGO_BOTTOM);
        content.extend_from_slice(
            format!("/Artifact<</Type/Pagination/Subtype/Header>>BDC\nq {width:.2} 0 0 {height:.2} {x:.2} {y:.2} cm /L Do Q\nEMC\n").as_bytes(),
        );
    }
    if !watermark.is_empty() {
        content
            .extend_from_slice(b"/Artifact<</Type/Pagination/Subtype/Watermark>>BDC\n/W Do\nEMC\n");
    }
    content.extend(page.content);
    content
}

/// Fonts and watermark, shared by all pages.
fn resources(
    pdf: &mut Document,
    library: &Library,
    codes: &[Codes; 4],
    watermark: &str,
    frame: &Frame,
) -> Result<ObjectId, RenderError> {
    let mut fonts = Dictionary::new();
    for (index, (face, codes)) in Face::ALL.into_iter().zip(codes).enumerate() {
        if !codes.codes.is_empty() {
            fonts.set(
                format!("F{index}"),
                font_embed::font(pdf, library, face, codes)?,
            );
        }
    }
    let fonts = pdf.add_object(fonts);
    let mut resources = dictionary! { "Font" => fonts };
    let mut objects = Dictionary::new();
    if !watermark.is_empty() {
        let form = watermark_form(library, codes, watermark, fonts)?;
        objects.set("W", pdf.add_object(form));
    }
    if let Some(logo) = &frame.logo {
        let picture = dictionary! {
            "Type" => "XObject",
            "Subtype" => "Image",
            "Width" => i64::from(logo.width),
            "Height" => i64::from(logo.height),
            "ColorSpace" => "DeviceRGB",
            "BitsPerComponent" => 8,
        };
        let picture = packed(picture, logo.pixels.to_vec());
        objects.set("L", pdf.add_object(picture));
    }
    if !objects.is_empty() {
        resources.set("XObject", objects);
    }
    Ok(pdf.add_object(resources))
}

/// The word for "draft", large and light from corner to corner.
fn watermark_form(
    library: &Library,
    codes: &[Codes; 4],
    words: &str,
    fonts: ObjectId,
) -> Result<Stream, RenderError> {
    let face = Face::Bold;
    let codes = codes.get(face.index());
    let hex = words
        .chars()
        .filter_map(|character| codes?.codes.get(&character))
        .fold(String::new(), |mut hex, code| {
            super::hex::push(&mut hex, &code.to_be_bytes());
            hex
        });
    // Programs that read aloud would read slanted letters one by one; this keeps the words whole.
    let spoken = std::iter::once(0xFEFF).chain(words.encode_utf16()).fold(
        String::new(),
        |mut spoken, unit| {
            let _ = write!(spoken, "{unit:04X}");
            spoken
        },
    );
    let em = library.text_width(face, words, 100) / 100.0;
    let length = 780.0;
    let size = length / em;
    let (sine, cosine) = (HEIGHT / WIDTH).atan().sin_cos();
    // Centred on the page, half the height of the letters below the diagonal.
    let x = WIDTH / 2.0 - length / 2.0 * cosine + size * 0.36 * sine;
    let y = HEIGHT / 2.0 - length / 2.0 * sine - size * 0.36 * cosine;
    let content = format!(
        "/Span<</ActualText<{spoken}>>>BDC 0.91 g BT /F1 {size:.2} Tf {cosine:.4} {sine:.4} {:.4} {cosine:.4} {x:.2} {y:.2} Tm <{hex}> Tj ET EMC",
        -sine
    );
    let form = dictionary! {
        "Type" => "XObject",
        "Subtype" => "Form",
        "BBox" => vec![0.into(), 0.into(), WIDTH.into(), HEIGHT.into()],
        "Resources" => dictionary! { "Font" => fonts },
    };
    deflated(form, content.as_bytes())
}

/// Link annotations of a page.
fn links(
    pdf: &mut Document,
    flow: &Flow,
    book: &Book,
    index: usize,
    pages: &[ObjectId],
    tree: &mut Tree<'_>,
) -> Vec<Object> {
    let mut out = Vec::new();
    let marks = book
        .pages
        .get(index)
        .map(|page| page.marks.as_slice())
        .unwrap_or_default();
    for mark in marks {
        let Mark::Text(text) = mark else { continue };
        let Some(run) = text.runs.first() else {
            continue;
        };
        let Some(target) = run.link.and_then(|link| flow.targets.get(link)) else {
            continue;
        };
        let Some(mut entry) = link_entry(target, book, pages) else {
            continue;
        };
        let label: String = text.runs.iter().map(|run| run.text.as_str()).collect();
        let element = text.element.and_then(|at| flow.structure.elements.get(at));
        let described = element.and_then(|element| element.alternative.as_deref());
        entry.set("Contents", words(described.unwrap_or(label.trim())));
        entry.set("Rect", rectangle(flow.setter.library, text));
        entry.set("P", pages.get(index).copied().unwrap_or_default());
        let id = pdf.new_object_id();
        if let Some(element) = text.element {
            entry.set("StructParent", tree.annotation(element, id, index));
        }
        pdf.objects.insert(id, Object::Dictionary(entry));
        out.push(Object::Reference(id));
    }
    out
}

fn link_entry(target: &Target, book: &Book, pages: &[ObjectId]) -> Option<Dictionary> {
    let mut entry = dictionary! {
        "Type" => "Annot",
        "Subtype" => "Link",
        "Border" => vec![0.into(), 0.into(), 0.into()],
        "F" => 4,
    };
    match target {
        Target::Address(address) => {
            // The tree promises these schemes; a PDF must not contain a link that starts a program
            // (S-72).
            let allowed = ["https://", "http://", "mailto:", "tel:"];
            if !address.is_ascii() || !allowed.iter().any(|scheme| address.starts_with(scheme)) {
                return None;
            }
            entry.set(
                "A",
                dictionary! { "S" => "URI", "URI" => Object::string_literal(address.as_str()) },
            );
        }
        Target::Inside(id) => entry.set("Dest", destination(*book.anchors.get(id)?, pages)),
    }
    Some(entry)
}

fn rectangle(library: &Library, text: &Text) -> Vec<Object> {
    let width: f32 = text
        .runs
        .iter()
        .map(|run| library.text_width(run.face, run.text.trim_end(), text.size))
        .sum();
    let size = f32::from(text.size);
    let base = HEIGHT - text.y;
    [
        text.x,
        base - 0.3 * size,
        text.x + width,
        base + 0.95 * size,
    ]
    .map(|value| Object::Real((value * 100.0).round() / 100.0))
    .to_vec()
}

fn destination(spot: Spot, pages: &[ObjectId]) -> Vec<Object> {
    vec![
        pages.get(spot.page).copied().unwrap_or_default().into(),
        "XYZ".into(),
        Object::Null,
        Object::Real((HEIGHT - spot.y + 12.0).round()),
        Object::Null,
    ]
}

/// A text string: ASCII as it is, everything else as UTF-16.
pub(super) fn words(text: &str) -> Object {
    let text = super::text::clean(text);
    if text.is_ascii() {
        return Object::string_literal(text);
    }
    let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
    Object::string_literal(units.flat_map(u16::to_be_bytes).collect::<Vec<u8>>())
}

fn info(pdf: &mut Document, frame: &Frame) -> ObjectId {
    let created = frame.created.format("D:%Y%m%d%H%M%SZ").to_string();
    pdf.add_object(dictionary! {
        "Title" => words(&frame.title),
        "Author" => words(&frame.operator_name),
        "Subject" => words(&wording::footer(frame)),
        "Creator" => words("avv-portal"),
        "Producer" => words("avv-portal with genpdf"),
        "CreationDate" => words(&created),
        "ModDate" => words(&created),
    })
}

fn catalog(
    pdf: &mut Document,
    frame: &Frame,
    book: &Book,
    pages: &[ObjectId],
    pages_id: ObjectId,
    structure: ObjectId,
    second: Option<Language>,
) -> Dictionary {
    let mut catalog = dictionary! {
        "Type" => "Catalog",
        "Pages" => pages_id,
        "Lang" => words(wording::tag(frame.language)),
        "MarkInfo" => dictionary! { "Marked" => true },
        "StructTreeRoot" => structure,
        "ViewerPreferences" => dictionary! { "DisplayDocTitle" => true },
    };
    if let Some(outline) =
        super::outline::outline(pdf, &book.bookmarks, |spot| destination(spot, pages), words)
    {
        catalog.set("Outlines", outline);
        catalog.set("PageMode", "UseOutlines");
    }
    let metadata = dictionary! { "Type" => "Metadata", "Subtype" => "XML" };
    let metadata = Stream::new(metadata, super::outline::xmp(frame, second).into_bytes());
    let metadata = pdf.add_object(metadata.with_compression(false));
    catalog.set("Metadata", metadata);
    catalog
}
