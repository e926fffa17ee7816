//! Tables as CSV: what the portal writes opens in a spreadsheet as it is and does nothing there
//! (S-74), and what it reads may come from one.

use std::borrow::Cow;
use std::io;

use csv::{ReaderBuilder, StringRecord, Terminator, Writer, WriterBuilder};

/// Tells a spreadsheet that a text is UTF-8.
pub const BOM: &str = "\u{feff}";

/// What a spreadsheet would compute if a cell began with it, also in its wide form.
const FORMULA: &[char] = &[
    '=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠',
];

/// A table that is being written, or a part of one.
pub struct Sheet {
    out: Writer<Vec<u8>>,
    fault: Option<csv::Error>,
}

impl Sheet {
    /// The beginning of a table, with the heads of its columns.
    pub fn with_head(head: &[&str]) -> Self {
        let mut sheet = Self::into(BOM.as_bytes().to_vec());
        sheet.row(head);
        sheet
    }

    /// A further part of a table.
    pub fn part() -> Self {
        Self::into(Vec::new())
    }

    fn into(begun: Vec<u8>) -> Self {
        Self {
            out: writer(begun),
            fault: None,
        }
    }

    /// Adds a row. No cell is a formula (S-74).
    pub fn row<C: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = C>) {
        if let Err(fault) = self.add(cells) {
            self.fault.get_or_insert(fault);
        }
    }

    fn add<C: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = C>) -> csv::Result<()> {
        for cell in cells {
            self.out.write_field(disarmed(cell.as_ref()).as_bytes())?;
        }
        self.out.write_record(None::<&[u8]>)
    }

    /// What was written.
    pub fn finish(self) -> io::Result<Vec<u8>> {
        if let Some(fault) = self.fault {
            return Err(fault.into());
        }
        self.out.into_inner().map_err(|error| error.into_error())
    }
}

fn writer(into: Vec<u8>) -> Writer<Vec<u8>> {
    WriterBuilder::new()
        .delimiter(b';')
        .terminator(Terminator::CRLF)
        .flexible(true)
        .from_writer(into)
}

/// The cell as it can stand in a spreadsheet: what would be a formula begins with an apostrophe.
fn disarmed(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(FORMULA) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

/// How the bytes of a text are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// UTF-8, with or without a mark in front.
    #[default]
    Utf8,
    /// Windows-1252, as older programs write it.
    Windows1252,
}

/// Why bytes are no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undecodable {
    /// They are no UTF-8.
    NotUtf8,
    /// They begin with the mark of UTF-16.
    Utf16,
    /// They hold a zero byte, which no table does.
    Binary,
}

/// What Windows-1252 has from 0x80 to 0x9F; zero where it has nothing.
const WINDOWS: [char; 32] = [
    '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0', '\0', '‘',
    '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
];

/// The text of a file.
pub fn decode(bytes: &[u8], encoding: Encoding) -> Result<Cow<'_, str>, Undecodable> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(Undecodable::Utf16);
    }
    if bytes.contains(&0) {
        return Err(Undecodable::Binary);
    }
    let marked = bytes.strip_prefix(BOM.as_bytes());
    match (encoding, marked) {
        // What carries the mark of UTF-8 is nothing else.
        (Encoding::Utf8, _) | (Encoding::Windows1252, Some(_)) => {
            let text = std::str::from_utf8(marked.unwrap_or(bytes));
            text.map(Cow::Borrowed).map_err(|_| Undecodable::NotUtf8)
        }
        (Encoding::Windows1252, None) => {
            let letter = |byte: &u8| match byte {
                0x80..=0x9F => WINDOWS[usize::from(byte - 0x80)],
                byte => char::from(*byte),
            };
            Ok(Cow::Owned(
                bytes.iter().map(letter).filter(|c| *c != '\0').collect(),
            ))
        }
    }
}

/// The sign between the cells: the one that the first line has most of.
fn delimiter(text: &str) -> u8 {
    let mut counts = [(b';', 0), (b',', 0), (b'\t', 0)];
    let mut is_quoted = false;
    for byte in text.bytes() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' | b'\r' if !is_quoted => break,
            byte if !is_quoted => {
                for (sign, count) in &mut counts {
                    *count += u32::from(*sign == byte);
                }
            }
            _ => {}
        }
    }
    // Of two that are as many, the earlier one.
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
    let found = counts.iter().find(|(_, count)| *count == most);
    found.map_or(b';', |(sign, _)| *sign)
}

/// A line of a table that is read: where it begins in the file, counted from 1, and its cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetLine {
    /// Number of the line.
    pub number: u32,
    cells: StringRecord,
}

impl SheetLine {
    /// The cells, without the apostrophe in front of what would be a formula (S-74).
    pub fn cells(&self) -> Vec<&str> {
        self.cells.iter().map(armed).collect()
    }

    /// Whether no cell holds anything.
    pub fn is_empty(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// The lines of a table, one after the other; the sign between the cells is guessed.
pub fn lines(text: &str) -> impl Iterator<Item = SheetLine> {
    let reader = ReaderBuilder::new()
        .delimiter(delimiter(text))
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let bytes = text.as_bytes();
    let (mut counted, mut number) = (0, 1);
    // A text that is read from memory cannot fail.
    let records = reader.into_records().map_while(Result::ok);
    records.map(move |cells| {
        let begins = cells.position().map_or(0, csv::Position::byte);
        let begins = usize::try_from(begins).unwrap_or(usize::MAX);
        let is_break = |at: &usize| matches!(bytes.get(*at), Some(b'\r' | b'\n'));
        // What the reader skips in front of a line belongs to the lines before it.
        let begins = begins + (begins..).take_while(is_break).count();
        for at in counted..begins {
            let ends = match bytes.get(at) {
                Some(b'\n') => true,
                Some(b'\r') => bytes.get(at + 1) != Some(&b'\n'),
                _ => false,
            };
            number += u32::from(ends);
        }
        counted = begins;
        SheetLine { number, cells }
    })
}

/// The first line with a quotation mark that is not closed within it, or behind which the cell goes on:
/// whoever reads such a table takes lines together or tears a cell apart.
pub fn torn_line(text: &str) -> Option<u32> {
    #[derive(Clone, Copy, PartialEq)]
    enum At {
        Begin,
        Plain,
        Quoted,
        /// Behind a mark in a quoted cell: its end, or the first of two that stand for one.
        Mark,
    }
    let sign = delimiter(text);
    let (mut at, mut line) = (At::Begin, 1);
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        let is_break = matches!(byte, b'\n' | b'\r');
        at = match (at, byte) {
            (At::Quoted, _) if is_break => return Some(line),
            (At::Quoted, b'"') => At::Mark,
            (At::Quoted, _) => At::Quoted,
            (At::Mark, b'"') => At::Quoted,
            (At::Begin, b'"') => At::Quoted,
            (_, _) if is_break || byte == sign => At::Begin,
            (At::Mark, _) => return Some(line),
            _ => At::Plain,
        };
        if is_break {
            if byte == b'\r' {
                bytes.next_if_eq(&b'\n');
            }
            line += 1;
        }
    }
    (at == At::Quoted).then_some(line)
}

/// The cell as it was before [`disarmed`].
fn armed(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(FORMULA) => rest,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    #[test]
    fn s76_a_mark_that_is_not_closed_in_its_line_is_found() {
        for (text, expected) in [
            ("a;b\n1;2\n", None),
            ("a;b\n1;\"x;\"\"y\"\"\"\r\n2;3", None),
            ("a;b\n1;\"\"\n", None),
            ("a;b\n1;5\" Rohr\n", None),
            ("a;b\n1;\"x\n2;3\n", Some(2)),
            ("a;b\r\n1;2\r\n1;\"x", Some(3)),
            ("a;b\n1;\"x\" y;2\n", Some(2)),
            ("a;\"b\nc\"\n1;2\n", Some(1)),
        ] {
            assert_eq!(torn_line(text), expected, "{text:?}");
        }
    }

    #[test]
    fn s74_no_cell_computes_and_every_cell_comes_back() {
        let mut sheet = Sheet::with_head(&["Nummer", "Firma"]);
        for cell in ["=1+1", "+49 231", "-1", "@a", "\tx", "\rx", "＝1"] {
            sheet.row(["7", cell]);
        }
        sheet.row(["8", "Müller; \"Söhne\"\nGmbH"]);
        sheet.row(["9", "a=b"]);
        let text = String::from_utf8(sheet.finish().unwrap()).unwrap();
        assert_eq!(
            text,
            "\u{feff}Nummer;Firma\r\n7;'=1+1\r\n7;'+49 231\r\n7;'-1\r\n7;'@a\r\n7;'\tx\r\n7;\"'\rx\"\r\n\
             7;'＝1\r\n8;\"Müller; \"\"Söhne\"\"\nGmbH\"\r\n9;a=b\r\n"
        );
        let mut part = Sheet::part();
        part.row(["", "x"]);
        assert_eq!(part.finish().unwrap(), b";x\r\n");
    }

    #[test]
    fn s76_a_table_is_read_whatever_program_wrote_it() {
        for (text, signs) in [
            ("a;b,c;d", "a|b,c|d"),
            ("a,\"b;;;\",c", "a|b;;;|c"),
            ("a\tb\tc,d", "a|b|c,d"),
            ("allein", "allein"),
            ("'=1;'a;'+49", "=1|'a|+49"),
        ] {
            let line = lines(text).next().unwrap();
            assert_eq!(line.cells().join("|"), signs, "{text}");
        }
        let text = "a;b\r\n\r\n\"x\ny\";2\r\n; \r\n3;4;5";
        let found: Vec<_> = lines(text)
            .map(|line| (line.number, line.is_empty(), line.cells().len()))
            .collect();
        assert_eq!(
            found,
            [(1, false, 2), (3, false, 2), (5, true, 2), (6, false, 3)]
        );
    }

    #[test]
    fn s76_bytes_are_a_text_or_say_why_not() {
        let read = |bytes: &[u8], encoding| decode(bytes, encoding).map(Cow::into_owned);
        let (utf8, windows) = (Encoding::Utf8, Encoding::Windows1252);
        let ok = |text: &str| Ok(text.to_owned());
        assert_eq!(read("Köln".as_bytes(), utf8), ok("Köln"));
        assert_eq!(read("\u{feff}Köln".as_bytes(), utf8), ok("Köln"));
        assert_eq!(read("\u{feff}Köln".as_bytes(), windows), ok("Köln"));
        assert_eq!(read(b"K\xf6ln", utf8), Err(Undecodable::NotUtf8));
        assert_eq!(read(b"K\xf6ln \x80 \x96", windows), ok("Köln € –"));
        assert_eq!(read(b"\xff\xfeK\0", windows), Err(Undecodable::Utf16));
        assert_eq!(read(b"PK\x03\x04\0", utf8), Err(Undecodable::Binary));
    }
}
