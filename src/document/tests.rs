//! What a reader of the PDF gets, read back with poppler and checked with qpdf.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod contract;
mod reading;

use super::*;
use contract::{frame, realistic};

#[test]
fn sample() {
    let mut frame = frame();
    let document = realistic(frame.language);
    render(&document, &frame).unwrap();
    let start = std::time::Instant::now();
    let mut pdf = None;
    for _ in 0..10 {
        pdf = Some(render(&document, &frame).unwrap());
    }
    let pdf = pdf.unwrap();
    eprintln!(
        "{:?} {} pages {} bytes",
        start.elapsed() / 10,
        pdf.pages,
        pdf.bytes.len()
    );
    std::fs::write("/tmp/pdfout/final.pdf", &pdf.bytes).unwrap();
    frame.draft = true;
    std::fs::write(
        "/tmp/pdfout/draft.pdf",
        render(&document, &frame).unwrap().bytes,
    )
    .unwrap();
}
