//! A logo as it was uploaded, made harmless: what browsers get is written anew from what the drawing
//! shows, and mails and documents get a PNG of it (S-77).

use std::sync::{Arc, Mutex, PoisonError};

use resvg::tiny_skia::{FilterQuality, Pixmap, PixmapPaint, PremultipliedColorU8, Transform};
use roxmltree::{Document, Node, ParsingOptions};
use usvg::{ImageHrefResolver, Options, Tree, WriteOptions};

use super::hex::sha256;
use super::packing::{LASTING, Packer};
use crate::domain::branding::{Logo, LogoFormat};

/// Largest file in bytes.
pub const MAX_LOGO: usize = 500 * 1024;
/// Widest picture that is kept, in pixels.
const MAX_WIDTH: u32 = 960;
/// Highest picture that is kept, in pixels: three times what a page shows, for fine screens.
const MAX_HEIGHT: u32 = 240;
/// Most pixels of a picture that is read; a small file may unfold to more.
const MOST_PIXELS: u64 = 4_000_000;
/// Most shapes that are drawn again elsewhere; each may contain others, so that few unfold to many.
const MOST_USES: usize = 24;
/// Most elements of a drawing; a logo has a few dozen.
const MOST_ELEMENTS: u32 = 20_000;

/// A logo that can be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadLogo {
    /// What is known of it.
    pub logo: Logo,
    /// As browsers get it.
    pub shown: Vec<u8>,
    /// As PNG, for mails and documents.
    pub png: Vec<u8>,
}

/// A logo as a document prints it: on white, without transparency.
#[derive(Clone, PartialEq, Eq)]
pub struct Print {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Red, green and blue of every pixel, row by row, compressed (zlib).
    pub(super) pixels: Arc<[u8]>,
    /// SHA-256 of the PNG it came from.
    sha256: String,
}

/// Its pixels are told by their digest, so that a frame is told apart without printing all of them.
impl std::fmt::Debug for Print {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} × {} {}", self.width, self.height, self.sha256)
    }
}

impl Print {
    /// Reads the PNG of a [`ReadLogo`]; `None` if it is none. CPU work, unless it is the one that was
    /// read last.
    pub fn of(png: &[u8]) -> Option<Self> {
        static LAST: Mutex<Option<Print>> = Mutex::new(None);
        let last = || LAST.lock().unwrap_or_else(PoisonError::into_inner);
        let sha256 = sha256(png);
        let known = last().clone().filter(|print| print.sha256 == sha256);
        if known.is_some() {
            return known;
        }
        let print = Self::read(png, sha256)?;
        *last() = Some(print.clone());
        Some(print)
    }

    fn read(png: &[u8], sha256: String) -> Option<Self> {
        let picture = Pixmap::decode_png(png).ok()?;
        let on_white = |pixel: &PremultipliedColorU8| {
            let white = u8::MAX - pixel.alpha();
            [pixel.red(), pixel.green(), pixel.blue()].map(|part| part.saturating_add(white))
        };
        let pixels: Vec<u8> = picture.pixels().iter().flat_map(on_white).collect();
        Some(Self {
            width: picture.width(),
            height: picture.height(),
            pixels: Packer::new(LASTING).pack(&pixels).ok()?.into(),
            sha256,
        })
    }
}

/// Why a file is no logo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadLogo {
    /// It is larger than [`MAX_LOGO`].
    TooLarge,
    /// It is neither SVG nor PNG.
    OtherKind,
    /// It begins like one and cannot be read, or shows nothing.
    Broken,
    /// It has scripts or does something when it is clicked.
    Script,
    /// It loads something from elsewhere.
    External,
    /// It has words that need a font.
    Text,
    /// It is more than a logo: too many pixels or shapes.
    TooComplex,
}

/// Reads an uploaded logo. CPU work.
///
/// # Errors
/// [`BadLogo`] says what is wrong with the file.
pub fn read_logo(bytes: &[u8]) -> Result<ReadLogo, BadLogo> {
    if bytes.len() > MAX_LOGO {
        return Err(BadLogo::TooLarge);
    }
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return read_png(bytes);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| BadLogo::OtherKind)?;
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with('<') {
        read_svg(text)
    } else {
        Err(BadLogo::OtherKind)
    }
}

fn read_png(bytes: &[u8]) -> Result<ReadLogo, BadLogo> {
    let (width, height) = png_size(bytes).ok_or(BadLogo::Broken)?;
    if width == 0 || height == 0 {
        return Err(BadLogo::Broken);
    }
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(BadLogo::TooComplex);
    }
    let picture = Pixmap::decode_png(bytes).map_err(|_| BadLogo::Broken)?;
    let picture = smaller(&picture).ok_or(BadLogo::Broken)?;
    let png = picture.encode_png().map_err(|_| BadLogo::Broken)?;
    Ok(found(LogoFormat::Png, png.clone(), png, &picture))
}

/// Width and height as the first chunk of a PNG says them.
fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let number = |from: usize| {
        let four = bytes.get(from..from + 4)?;
        Some(u32::from_be_bytes(four.try_into().ok()?))
    };
    Some((number(16)?, number(20)?))
}

fn read_svg(text: &str) -> Result<ReadLogo, BadLogo> {
    let limits = ParsingOptions {
        // Entities could unfold to any length.
        allow_dtd: false,
        nodes_limit: MOST_ELEMENTS,
        ..ParsingOptions::default()
    };
    let xml = Document::parse_with_options(text, limits).map_err(|error| match error {
        roxmltree::Error::NodesLimitReached => BadLogo::TooComplex,
        _ => BadLogo::Broken,
    })?;
    if xml.root_element().tag_name().name() != "svg" {
        return Err(BadLogo::OtherKind);
    }
    let elements = || xml.descendants().filter(Node::is_element);
    for element in elements() {
        harmless(element)?;
    }
    let uses = elements().filter(|element| element.tag_name().name() == "use");
    if uses.count() > MOST_USES {
        return Err(BadLogo::TooComplex);
    }
    let options = Options {
        image_href_resolver: ImageHrefResolver {
            resolve_data: Box::new(|_, _, _| None),
            resolve_string: Box::new(|_, _| None),
        },
        ..Options::default()
    };
    let tree = Tree::from_xmltree(&xml, &options).map_err(|_| BadLogo::Broken)?;
    let size = tree.size();
    if size.width() > 100_000.0 || size.height() > 100_000.0 || tree.root().children().is_empty() {
        return Err(BadLogo::Broken);
    }
    let scale = (whole(MAX_WIDTH) / size.width()).min(whole(MAX_HEIGHT) / size.height());
    let side = |length: f32| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "at most the largest picture"
        )]
        let pixels = (length * scale).round() as u32;
        pixels.max(1)
    };
    let mut picture =
        Pixmap::new(side(size.width()), side(size.height())).ok_or(BadLogo::Broken)?;
    resvg::render(
        &tree,
        Transform::from_scale(scale, scale),
        &mut picture.as_mut(),
    );
    if picture.pixels().iter().all(|pixel| pixel.alpha() == 0) {
        return Err(BadLogo::Broken);
    }
    let png = picture.encode_png().map_err(|_| BadLogo::Broken)?;
    let shown = tree.to_string(&WriteOptions::default()).into_bytes();
    if shown.len() > 2 * MAX_LOGO {
        return Err(BadLogo::TooComplex);
    }
    Ok(found(LogoFormat::Svg, shown, png, &picture))
}

fn harmless(element: Node<'_, '_>) -> Result<(), BadLogo> {
    match element.tag_name().name() {
        "script" | "foreignObject" | "handler" | "listener" | "iframe" | "audio" | "video" => {
            return Err(BadLogo::Script);
        }
        "text" | "tspan" | "textPath" => return Err(BadLogo::Text),
        "image" | "feImage" => return Err(BadLogo::External),
        _ => {}
    }
    for attribute in element.attributes() {
        let value = attribute.value().trim().to_ascii_lowercase();
        if attribute.name().to_ascii_lowercase().starts_with("on") || value.contains("javascript:")
        {
            return Err(BadLogo::Script);
        }
        if attribute.name() == "href" && !value.starts_with('#') {
            return Err(BadLogo::External);
        }
    }
    Ok(())
}

/// A picture that is no larger than what is kept.
fn smaller(picture: &Pixmap) -> Option<Pixmap> {
    let (width, height) = (picture.width(), picture.height());
    if width <= MAX_WIDTH && height <= MAX_HEIGHT {
        return Some(picture.clone());
    }
    let scale = (whole(MAX_WIDTH) / whole(width)).min(whole(MAX_HEIGHT) / whole(height));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "smaller than the side it was"
    )]
    let side = |length: u32| ((whole(length) * scale).round() as u32).max(1);
    let mut small = Pixmap::new(side(width), side(height))?;
    let paint = PixmapPaint {
        quality: FilterQuality::Bicubic,
        ..PixmapPaint::default()
    };
    small.draw_pixmap(
        0,
        0,
        picture.as_ref(),
        &paint,
        Transform::from_scale(scale, scale),
        None,
    );
    Some(small)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "sides of pictures are far below the numbers an f32 knows exactly"
)]
fn whole(pixels: u32) -> f32 {
    pixels as f32
}

fn found(format: LogoFormat, shown: Vec<u8>, png: Vec<u8>, picture: &Pixmap) -> ReadLogo {
    ReadLogo {
        logo: Logo {
            sha256: sha256(&shown),
            format,
            width: picture.width(),
            height: picture.height(),
        },
        shown,
        png,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWING: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 50"><title>P</title><rect width="200" height="50" rx="8" fill="#0b5567"/><circle cx="25" cy="25" r="12" fill="#fff"/></svg>"##;

    fn read(text: &str) -> Result<ReadLogo, BadLogo> {
        read_logo(text.as_bytes())
    }

    fn drawing_with(inside: &str) -> String {
        DRAWING.replace("</svg>", &format!("{inside}</svg>"))
    }

    #[test]
    fn s77_a_drawing_is_written_anew_and_drawn() {
        let read = read(DRAWING).unwrap_or_else(|bad| panic!("{bad:?}"));
        assert_eq!(read.logo.format, LogoFormat::Svg);
        assert_eq!((read.logo.width, read.logo.height), (960, 240));
        assert!(read.png.starts_with(b"\x89PNG"));
        let shown = String::from_utf8_lossy(&read.shown);
        assert!(
            shown.contains("<svg") && !shown.contains("<title"),
            "{shown}"
        );
        // What was written is a logo itself, and the same again.
        let again = read_logo(&read.shown).unwrap_or_else(|bad| panic!("{bad:?}"));
        assert_eq!(again.png, read.png);
        assert_eq!(again.logo.width_at(40), 160);
    }

    #[test]
    fn s77_a_picture_is_made_as_small_as_it_is_shown() {
        let mut large = Pixmap::new(2400, 300).unwrap_or_else(|| panic!("a picture"));
        large.fill(resvg::tiny_skia::Color::from_rgba8(11, 85, 103, 255));
        let png = large.encode_png().unwrap_or_default();
        let read = read_logo(&png).unwrap_or_else(|bad| panic!("{bad:?}"));
        assert_eq!(read.logo.format, LogoFormat::Png);
        assert_eq!((read.logo.width, read.logo.height), (960, 120));
        assert_eq!(read_logo(&read.png).map(|again| again.logo), Ok(read.logo));
        assert_eq!(read_logo(&png[..60]), Err(BadLogo::Broken));
    }

    #[test]
    fn s77_a_small_file_does_not_become_a_large_picture() {
        let mut png = Pixmap::new(1, 1)
            .and_then(|one| one.encode_png().ok())
            .unwrap_or_default();
        // Width and height, as the first chunk says them.
        png[16..24].copy_from_slice(&[0, 0, 0x40, 0, 0, 0, 0x40, 0]);
        assert_eq!(read_logo(&png).err(), Some(BadLogo::TooComplex));
    }

    #[test]
    fn s77_what_could_do_more_than_show_itself_is_refused() {
        let script = "<script>alert(1)</script>";
        let foreign = "<foreignObject><div xmlns='http://www.w3.org/1999/xhtml'/></foreignObject>";
        for (inside, expected) in [
            (script, BadLogo::Script),
            ("<g onclick='alert(1)'/>", BadLogo::Script),
            ("<g ONLOAD='alert(1)'/>", BadLogo::Script),
            (foreign, BadLogo::Script),
            (
                "<a href='JavaScript:alert(1)'><path d='M0 0'/></a>",
                BadLogo::Script,
            ),
            ("<a href='https://elsewhere.example'/>", BadLogo::External),
            (
                "<use href='https://elsewhere.example/x.svg#a'/>",
                BadLogo::External,
            ),
            (
                "<image href='data:image/png;base64,AAAA' width='1' height='1'/>",
                BadLogo::External,
            ),
            ("<text x='1' y='1'>Plusnet</text>", BadLogo::Text),
            ("<g>", BadLogo::Broken),
        ] {
            assert_eq!(
                read(&drawing_with(inside)).err(),
                Some(expected),
                "{inside}"
            );
        }
        let bomb = "<!DOCTYPE svg [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><svg xmlns='http://www.w3.org/2000/svg'>&b;</svg>";
        assert_eq!(read(bomb), Err(BadLogo::Broken));
        assert_eq!(
            read(&drawing_with(&"<g/>".repeat(30_000))).err(),
            Some(BadLogo::TooComplex)
        );
        // Ten times ten times ten …: a hundred lines would unfold to billions of shapes.
        let level = |n: usize| {
            let inner = format!("<use href='#l{}'/>", n - 1).repeat(10);
            format!("<g id='l{n}'>{inner}</g>")
        };
        let levels: String = (1..10).map(level).collect();
        let unfolding = drawing_with(&format!("<g id='l0'><path d='M0 0h1'/></g>{levels}"));
        assert_eq!(read(&unfolding).err(), Some(BadLogo::TooComplex));
    }

    #[test]
    fn s77_what_is_no_logo_is_told_from_what_is_a_broken_one() {
        let empty = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'/>";
        for (file, expected) in [
            ("", BadLogo::OtherKind),
            ("GIF89a", BadLogo::OtherKind),
            ("%PDF-1.7", BadLogo::OtherKind),
            ("<html><body/></html>", BadLogo::OtherKind),
            ("<svg", BadLogo::Broken),
            (empty, BadLogo::Broken),
        ] {
            assert_eq!(read(file).err(), Some(expected), "{file}");
        }
        let large = vec![b' '; MAX_LOGO + 1];
        assert_eq!(read_logo(&large).err(), Some(BadLogo::TooLarge));
    }
}
