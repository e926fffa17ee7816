//! Contract tree to PDF.
//!
//! The way of a document: [`layout`] turns the tree into strips (one line, one table row), with
//! every line broken by [`breaking`] so that nothing can be wider than its place; [`pages`] cuts
//! the strips into pages; [`mod@render`] lets genpdf draw them; [`finish`] gives the result its fonts,
//! bookmarks, links, tags and metadata.
//!
//! Promises: every word of the tree is printed, whatever it is (a character no font can draw
//! becomes an empty box that still copies as itself); the same input gives the same bytes.

mod breaking;
mod content;
mod embed;
mod finish;
mod flow;
mod fonts;
mod layout;
mod lists;
mod outline;
mod pages;
mod render;
mod strip;
mod structure;
mod table;
mod text;
mod wording;

#[cfg(test)]
mod tests;

use chrono::{DateTime, NaiveDate, Utc};
use sha2::{Digest as _, Sha256};

use crate::contract::tree::Document;
use crate::domain::Language;

/// What stands around the text: header, footer, metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Number of the agreement, such as `AVV-2026-000123`; empty before there is one.
    pub number: String,
    /// Number of the contract version, such as `1.0`.
    pub version: String,
    /// Date of the contract version.
    pub date: NaiveDate,
    /// Customer number, or empty for a text without customer.
    pub customer_number: String,
    /// SHA-256 of the contract text in hex: 12 digits in each footer, all of it at the end. May
    /// be empty.
    pub document_hash: String,
    /// Not concluded yet: every page carries a watermark that says so.
    pub draft: bool,
    /// Language of headers, footers and watermark.
    pub language: Language,
    /// Creation time in the metadata.
    pub created: DateTime<Utc>,
    /// Name of the operator: in the header and as author.
    pub operator_name: String,
    /// Title for header and metadata.
    pub title: String,
}

/// A finished PDF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pdf {
    /// The file.
    pub bytes: Vec<u8>,
    /// Number of pages.
    pub pages: usize,
    /// SHA-256 of `bytes`, lower-case hex.
    pub sha256: String,
}

/// Why a PDF could not be made. None of these depends on the words of a document.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The fonts compiled into the program cannot be read or cut.
    #[error("the text font cannot be used: {0}")]
    Font(String),
    /// The hyphenation patterns compiled into the program cannot be read.
    #[error("the hyphenation patterns cannot be used: {0}")]
    Hyphenation(String),
    /// genpdf failed or drew something else than it was told.
    #[error("the pages cannot be drawn: {0}")]
    Draw(String),
    /// The drawn pages cannot be completed.
    #[error("the PDF cannot be completed: {0}")]
    Finish(#[from] lopdf::Error),
    /// The bytes cannot be written.
    #[error("the PDF cannot be written: {0}")]
    Write(#[from] std::io::Error),
}

/// Makes the PDF of a contract (T-12, LC-53).
///
/// Needs no lock and no runtime: call it from as many blocking threads as there are processors.
///
/// # Errors
///
/// Only if the program's own fonts or patterns are broken; no text makes it fail.
pub fn render(document: &Document, frame: &Frame) -> Result<Pdf, RenderError> {
    let flow = layout::lay_out(document, frame)?;
    let book = pages::paginate(&flow, frame);
    let watermark = if frame.draft {
        wording::draft(frame.language)
    } else {
        ""
    };
    let codes = render::codes(&book.pages, (fonts::Face::Bold, watermark));
    let drawn = render::draw(book.pages.clone(), &codes)?;
    let bytes = finish::finish(&drawn, &flow, &book, &codes, frame, watermark)?;
    let sha256 = Sha256::digest(&bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(Pdf {
        pages: book.pages.len(),
        bytes,
        sha256,
    })
}
