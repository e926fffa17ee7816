//! Reading a PDF back: text with poppler, soundness with qpdf.

use std::process::{Command, Output, Stdio};

use crate::contract::tree::{Block, Document, Inline, plain};
use crate::document::text::clean;

/// Runs a program on a PDF and returns its output.
pub fn run(program: &str, options: &[&str], pdf: &[u8], tail: &[&str]) -> Output {
    use std::io::Write as _;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(pdf).unwrap();
    Command::new(program)
        .args(options)
        .arg(file.path())
        .args(tail)
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| {
            panic!("these tests need `{program}` (packages poppler-utils and qpdf): {error}")
        })
}

/// Text of the pages in the order of the content, without headers and footers.
pub fn body(pdf: &[u8]) -> String {
    // At 72 dots per inch a dot is a point; the text area ends above the footer's rule.
    let crop = [
        "-raw", "-enc", "UTF-8", "-r", "72", "-x", "0", "-y", "44", "-W", "596", "-H", "750",
    ];
    let output = run("pdftotext", &crop, pdf, &["-"]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// The whole text of one page.
pub fn page(pdf: &[u8], number: usize) -> String {
    let number = number.to_string();
    let output = run(
        "pdftotext",
        &["-raw", "-enc", "UTF-8", "-f", &number, "-l", &number],
        pdf,
        &["-"],
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Checks that qpdf reports no error.
pub fn assert_sound(pdf: &[u8]) {
    let output = run("qpdf", &["--check"], pdf, &[]);
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(
        output.status.success() && !said.contains("WARNING"),
        "{said}"
    );
}

/// Letters and signs without spaces, line ends and the hyphens of broken lines.
///
/// Words that are broken across lines become whole this way, and any lost, doubled or moved
/// character is detected.
pub fn letters(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !c.is_control() && *c != '\u{AD}')
        .collect()
}

/// The first difference between the letters of two texts, with its context.
pub fn difference(found: &str, wanted: &str) -> Option<(String, String)> {
    let (found, wanted): (Vec<char>, Vec<char>) = (
        letters(found).chars().collect(),
        letters(wanted).chars().collect(),
    );
    let length = found.len().max(wanted.len());
    let at = (0..length).find(|index| found.get(*index) != wanted.get(*index))?;
    let around = |text: &[char]| text.iter().skip(at.saturating_sub(30)).take(80).collect();
    Some((around(&found), around(&wanted)))
}

/// Words, with those broken by a hyphen joined again.
pub fn words(text: &str) -> Vec<String> {
    let joined = text.replace("\u{AD}\n", "").replace('\u{C}', "\n");
    joined.split_whitespace().map(str::to_owned).collect()
}

/// The words of a document in reading order, which every output of it must contain.
pub fn expected(document: &Document) -> String {
    let mut out = String::new();
    blocks(&document.blocks, &mut out);
    out
}

fn add(inlines: &[Inline], out: &mut String) {
    for line in plain(inlines).split('\n') {
        out.push_str(&clean(line));
        out.push('\n');
    }
}

fn blocks(all: &[Block], out: &mut String) {
    for block in all {
        match block {
            Block::Section(section) => {
                if let Some(label) = &section.label {
                    out.push_str(&clean(label));
                    out.push(' ');
                }
                add(&section.title, out);
                blocks(&section.blocks, out);
            }
            Block::Paragraph(inlines) | Block::Contact(inlines) => add(inlines, out),
            Block::List(list) => {
                for item in &list.items {
                    out.push_str(&clean(&item.label));
                    out.push(' ');
                    blocks(&item.blocks, out);
                }
            }
            Block::Table(table) => {
                add(&table.caption, out);
                for cell in table.head.iter().chain(table.rows.iter().flatten()) {
                    add(cell, out);
                }
                if let Some(legend) = &table.legend {
                    add(legend, out);
                }
            }
            Block::Definitions(pairs) => {
                for pair in pairs {
                    add(&pair.term, out);
                    blocks(&pair.blocks, out);
                }
            }
        }
    }
}
