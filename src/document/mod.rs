//! Contract tree to PDF.
//!
//! The steps of a document: [`layout`] turns the tree into strips (one line, one table row), with
//! every line broken by [`breaking`] so that nothing is wider than its place; [`pages`] cuts the
//! strips into pages; [`mod@render`] lets genpdf draw them; [`finish`] adds fonts, bookmarks,
//! links, tags and metadata, [`archive`] the additions for archiving, [`seal`] the seal.
//!
//! Guarantees: every word of the tree is printed (a character that no font can draw becomes an
//! empty box, and is still copied as itself); the same input gives the same bytes.

mod accessible;
mod archive;
mod attached;
mod block_layout;
mod breaking;
pub mod bundle;
mod colour;
mod content;
pub mod evidence;
mod finish;
pub mod folder;
mod font_embed;
mod font_file;
mod fonts;
pub mod hex;
mod layout;
mod layout_box;
mod lists;
pub mod logo;
pub mod office;
mod outline;
mod packing;
mod pages;
mod record;
mod render;
pub mod scans;
pub mod seal;
mod structure;
mod table;
mod text;
pub mod uploaded;
mod wording;

#[cfg(test)]
mod tests;

use std::rc::Rc;

use chrono::{DateTime, NaiveDate, Utc};

pub use accessible::lacking;
pub use archive::{Attachment, Relation};
pub use attached::{AttachedFile, attached_files, printed_words};
pub use fonts::is_drawn;
pub use record::{NoRecord, Record, read_record};

use crate::contract::tree::Document;
use crate::domain::Language;

/// Values beside the text: header, footer, metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Number of the agreement, such as `AVV-2026-4711-1-7KQ2M8`; empty before there is one.
    pub number: String,
    /// Number of the contract version, such as `1.0`.
    pub version: String,
    /// Date of the contract version.
    pub date: NaiveDate,
    /// Customer number, or empty for a text without customer.
    pub customer_number: String,
    /// SHA-256 of the contract text in hex: 12 digits in each footer, all of them at the end. May
    /// be empty.
    pub document_hash: String,
    /// Whether it is not concluded yet: then every page has a watermark that says so.
    pub draft: bool,
    /// Language of headers, footers and watermark.
    pub language: Language,
    /// Creation time in the metadata.
    pub created: DateTime<Utc>,
    /// Name of the operator: in the header and as author.
    pub operator_name: String,
    /// Title for header and metadata.
    pub title: String,
    /// Address of a web page with the same text, named on the first page; may be empty.
    pub online: String,
    /// The operator's logo, in the header of the first page.
    pub logo: Option<logo::Print>,
}

/// A finished PDF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pdf {
    /// The PDF file.
    pub bytes: Vec<u8>,
    /// Number of pages.
    pub pages: usize,
    /// SHA-256 of `bytes`, lower-case hex.
    pub sha256: String,
}

/// Why a PDF could not be made. None of these depends on the words of a document.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The fonts compiled into the program cannot be read or reduced.
    #[error("the text font cannot be used: {0}")]
    Font(String),
    /// The hyphenation patterns compiled into the program cannot be read.
    #[error("the hyphenation patterns cannot be used: {0}")]
    Hyphenation(String),
    /// genpdf failed, or drew something other than it was told.
    #[error("the pages cannot be drawn: {0}")]
    Draw(String),
    /// The drawn pages cannot be completed.
    #[error("the PDF cannot be completed: {0}")]
    Finish(#[from] lopdf::Error),
    /// The finished pages cannot be sealed.
    #[error(transparent)]
    Seal(#[from] seal::SealError),
    /// The bytes cannot be written.
    #[error("the PDF cannot be written: {0}")]
    Write(#[from] std::io::Error),
}

/// The additions to a concluded document beside its pages.
#[derive(Debug, Clone, Copy)]
pub struct Extras<'a> {
    /// Attached files, by ascending names.
    pub attachments: &'a [Attachment],
    /// The key and certificate that it is sealed with.
    pub sealer: &'a seal::Sealer,
}

/// Makes the PDF of a contract (T-12, LC-53), without seal.
///
/// Needs no lock and no runtime: it can be called from as many blocking threads as there are
/// processors.
///
/// # Errors
///
/// Only if the program's own fonts or patterns are broken; no text makes it fail.
pub fn render(document: &Document, frame: &Frame) -> Result<Pdf, RenderError> {
    make(document, frame, None)
}

/// Makes the PDF of a concluded contract: with attached files, and sealed at `frame.created`.
///
/// # Errors
///
/// As [`render()`]; and if the seal's certificate is not valid at that time.
pub fn render_sealed(
    document: &Document,
    frame: &Frame,
    extras: Extras<'_>,
) -> Result<Pdf, RenderError> {
    make(document, frame, Some(extras))
}

fn make(
    document: &Document,
    frame: &Frame,
    extras: Option<Extras<'_>>,
) -> Result<Pdf, RenderError> {
    let flow = layout::lay_out(document, frame)?;
    let book = Rc::new(pages::paginate(&flow, frame));
    let watermark = match frame.draft {
        true if document.sample => wording::sample(frame.language),
        true => wording::draft(frame.language),
        false => "",
    };
    let codes = render::codes(&book.pages, (fonts::Face::Bold, watermark));
    let drawn = render::draw(&book)?;
    let bytes = finish::finish(&drawn, &flow, &book, &codes, frame, watermark, extras)?;
    Ok(Pdf {
        pages: book.pages.len(),
        sha256: hex::sha256(&bytes),
        bytes,
    })
}
