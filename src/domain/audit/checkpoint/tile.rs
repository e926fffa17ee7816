//! The addresses of tiles (C2SP tlog-tiles): `0/x001/234` is tile 1234 of level 0, `0/001.p/17` the first
//! 17 hashes of tile 1.

use std::fmt;
use std::str::FromStr;

/// What is read at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TileKind {
    /// Hashes of a level of the tree, 32 bytes each.
    Hashes(u32),
    /// What the leaves are made of: the hashes of events, each with its length before it.
    Entries,
}

/// A tile, or the beginning of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TileAddress {
    /// What it has.
    pub kind: TileKind,
    /// Its number on its level.
    pub number: u64,
    /// How many hashes of it: 256, or fewer at the end of the log.
    pub count: u64,
}

/// Highest level the format has.
const HIGHEST: u32 = 5;

impl FromStr for TileAddress {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (level, rest) = text.split_once('/').ok_or(())?;
        let kind = match level {
            "entries" => TileKind::Entries,
            level => TileKind::Hashes(figures(level, 1).ok_or(())?),
        };
        let (number, count) = match rest.split_once(".p/") {
            Some((number, count)) => (number, count.parse().map_err(|_| ())?),
            None => (rest, 256),
        };
        let mut whole: u64 = 0;
        let mut groups = number.split('/').peekable();
        while let Some(group) = groups.next() {
            let group = match groups.peek() {
                Some(_) => group.strip_prefix('x').ok_or(())?,
                None => group,
            };
            let figures = u64::from(figures(group, 3).ok_or(())?);
            whole = whole
                .checked_mul(1000)
                .and_then(|whole| whole.checked_add(figures))
                .ok_or(())?;
        }
        let found = Self {
            kind,
            number: whole,
            count,
        };
        // Only the one way in which it is written: no leading groups of zeros, no count of 256 or 007.
        let is_level = !matches!(kind, TileKind::Hashes(level) if level > HIGHEST);
        if is_level && (1..=256).contains(&count) && found.to_string() == text {
            Ok(found)
        } else {
            Err(())
        }
    }
}

/// A number of exactly so many figures.
fn figures(text: &str, count: usize) -> Option<u32> {
    let is_number = text.len() == count && text.bytes().all(|sign| sign.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

impl fmt::Display for TileAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TileKind::Hashes(level) => write!(f, "{level}/")?,
            TileKind::Entries => f.write_str("entries/")?,
        }
        let mut groups = vec![format!("{:03}", self.number % 1000)];
        let mut rest = self.number / 1000;
        while rest > 0 {
            groups.push(format!("x{:03}", rest % 1000));
            rest /= 1000;
        }
        groups.reverse();
        f.write_str(&groups.join("/"))?;
        if self.count < 256 {
            write!(f, ".p/{}", self.count)?;
        }
        Ok(())
    }
}
