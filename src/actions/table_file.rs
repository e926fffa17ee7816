//! A table as it came: its bytes as text, its head, and how many lines it has (S-76).

use std::borrow::Cow;

use crate::domain::customer_import::MAX_BYTES;
use crate::domain::table::{Head, HeadFault, TableColumn};
use crate::sheet::{Encoding, SheetLine, Undecodable, decode, lines, torn_line};

/// A file as it came.
#[derive(Debug, Clone, Copy)]
pub struct Upload<'a> {
    /// Its name on the machine it came from.
    pub name: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// How they are to be read.
    pub encoding: Encoding,
}

/// Why a file cannot be looked through at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable<C> {
    /// It is larger than [`MAX_BYTES`].
    TooLarge,
    /// It is no text.
    Undecodable(Undecodable),
    /// A quotation mark of this line is not closed within it, or the cell goes on behind it.
    Torn(u32),
    /// Its first line is not understood.
    Head(HeadFault<C>),
    /// It has more lines than may come at once.
    TooManyLines,
    /// It has a head and nothing below.
    NoLines,
}

impl<'a> Upload<'a> {
    /// Its name, no longer than it is shown.
    pub(super) fn short_name(&self) -> String {
        self.name.chars().take(200).collect()
    }

    /// Its text.
    pub(super) fn text<C>(&self) -> Result<Cow<'a, str>, Unreadable<C>> {
        if self.bytes.len() > MAX_BYTES {
            return Err(Unreadable::TooLarge);
        }
        decode(self.bytes, self.encoding).map_err(Unreadable::Undecodable)
    }
}

/// The head of a table, and its lines below that are not empty; at most `most`.
pub(super) fn open<C: TableColumn>(
    text: &str,
    most: usize,
) -> Result<(Head<C>, impl Iterator<Item = SheetLine>), Unreadable<C>> {
    if let Some(line) = torn_line(text) {
        return Err(Unreadable::Torn(line));
    }
    let mut all = lines(text);
    let head = all.next();
    let head = Head::read(head.iter().flat_map(SheetLine::cells)).map_err(Unreadable::Head)?;
    // Counted before anything of it is stored.
    match lines(text)
        .skip(1)
        .filter(|line| !line.is_empty())
        .take(most + 1)
        .count()
    {
        0 => return Err(Unreadable::NoLines),
        count if count > most => return Err(Unreadable::TooManyLines),
        _ => {}
    }
    Ok((head, all.filter(|line| !line.is_empty())))
}
