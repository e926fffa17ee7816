//! The customer's number ("Kundennummer"), as the provider's other systems write it.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Most characters a customer number has.
pub const LONGEST_CUSTOMER_NUMBER: usize = 32;

/// The customer's number, which is also the key of the customer: letters of the English alphabet,
/// figures, `.`, `_` and `-`, the first a letter or a figure, at most 32 of them.
///
/// Two numbers are the same if they are written the same, so `007` is not `7` and `k-1` not `K-1`. In
/// order, signs stand before figures and figures before letters, figures that follow each other count
/// by their value (`9`, `10`), small and capital letters together; what is still the same then stands
/// as it is written. The database sorts by the collation `customer_number`, which says the same.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CustomerNumber {
    /// The characters, and zeros behind them.
    bytes: [u8; LONGEST_CUSTOMER_NUMBER],
    length: u8,
}

/// Why a text is no customer number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a customer number is 1 to {LONGEST_CUSTOMER_NUMBER} letters, figures or signs . _ - and begins with a letter or a figure"
)]
pub struct NoCustomerNumber;

impl CustomerNumber {
    /// A number that is written in figures alone.
    pub const fn of_figures(figures: u32) -> Self {
        let mut bytes = [0; LONGEST_CUSTOMER_NUMBER];
        let mut length = 1;
        let mut rest = figures / 10;
        while rest > 0 {
            rest /= 10;
            length += 1;
        }
        let (mut at, mut rest) = (length, figures);
        while at > 0 {
            at -= 1;
            bytes[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        Self {
            bytes,
            length: length as u8,
        }
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.written()).unwrap_or_default()
    }

    fn written(&self) -> &[u8] {
        self.bytes
            .get(..usize::from(self.length))
            .unwrap_or_default()
    }
}

impl FromStr for CustomerNumber {
    type Err = NoCustomerNumber;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let written = text.as_bytes();
        let begins_well = written.first().is_some_and(u8::is_ascii_alphanumeric);
        let is_known = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-".contains(byte);
        let mut bytes = [0; LONGEST_CUSTOMER_NUMBER];
        match (bytes.get_mut(..written.len()), u8::try_from(written.len())) {
            (Some(place), Ok(length)) if begins_well && written.iter().all(is_known) => {
                place.copy_from_slice(written);
                Ok(Self { bytes, length })
            }
            _ => Err(NoCustomerNumber),
        }
    }
}

impl TryFrom<&str> for CustomerNumber {
    type Error = NoCustomerNumber;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl TryFrom<String> for CustomerNumber {
    type Error = NoCustomerNumber;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<CustomerNumber> for String {
    fn from(number: CustomerNumber) -> Self {
        number.as_str().to_owned()
    }
}

impl From<u32> for CustomerNumber {
    fn from(figures: u32) -> Self {
        Self::of_figures(figures)
    }
}

impl fmt::Display for CustomerNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for CustomerNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CustomerNumber({})", self.as_str())
    }
}

/// What a number is sorted by, in the order of its kinds.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Piece<'a> {
    /// `_`, `-`, `.`
    Sign(u8),
    /// How many figures there are without the zeros in front, and which.
    Figures(usize, &'a [u8]),
    /// In lower case, so that capitals do not count at first.
    Letter(u8),
}

fn pieces(mut rest: &[u8]) -> impl Iterator<Item = Piece<'_>> {
    std::iter::from_fn(move || {
        let (first, behind) = rest.split_first()?;
        if !first.is_ascii_digit() {
            rest = behind;
            return Some(match first {
                b'_' => Piece::Sign(0),
                b'-' => Piece::Sign(1),
                b'.' => Piece::Sign(2),
                letter => Piece::Letter(letter.to_ascii_lowercase()),
            });
        }
        let end = rest.iter().position(|byte| !byte.is_ascii_digit());
        let (figures, behind) = rest.split_at(end.unwrap_or(rest.len()));
        rest = behind;
        let zeros = figures.iter().take_while(|figure| **figure == b'0').count();
        let value = figures.get(zeros..).unwrap_or_default();
        Some(Piece::Figures(value.len(), value))
    })
}

impl Ord for CustomerNumber {
    fn cmp(&self, other: &Self) -> Ordering {
        let capitals = |number: &Self| {
            let letters = number
                .bytes
                .iter()
                .filter(|byte| byte.is_ascii_alphabetic());
            letters.map(u8::is_ascii_uppercase).collect::<Vec<bool>>()
        };
        pieces(self.written())
            .cmp(pieces(other.written()))
            .then_with(|| capitals(self).cmp(&capitals(other)))
            .then_with(|| self.written().cmp(other.written()))
    }
}

impl PartialOrd for CustomerNumber {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    fn number(text: &str) -> CustomerNumber {
        text.parse().unwrap()
    }

    #[test]
    fn a_number_is_what_the_other_systems_write() {
        let longest = "x".repeat(LONGEST_CUSTOMER_NUMBER);
        for text in [
            "1",
            "0",
            "007",
            "4711",
            "K-10001",
            "k-10001",
            "A",
            "a.b_c-d",
            "7.",
            "x--",
            &longest,
            "99999999999999999999999999999999",
        ] {
            assert_eq!(
                text.parse().map(|it: CustomerNumber| it.to_string()),
                Ok(text.to_owned())
            );
            let json = serde_json::to_string(&number(text)).unwrap();
            assert_eq!(json, format!("\"{text}\""));
            assert_eq!(
                serde_json::from_str::<CustomerNumber>(&json).unwrap(),
                number(text)
            );
        }
        let too_long = "x".repeat(LONGEST_CUSTOMER_NUMBER + 1);
        for text in [
            "",
            " ",
            "-1",
            ".7",
            "_a",
            " 7",
            "7 ",
            "7 8",
            "K/1",
            "K+1",
            "K#1",
            "Ä1",
            "K1ß",
            "7\n",
            "7\0",
            "٣",
            "„7“",
            &too_long,
            &"7".repeat(300),
        ] {
            assert_eq!(
                text.parse::<CustomerNumber>(),
                Err(NoCustomerNumber),
                "{text:?}"
            );
            assert!(serde_json::from_value::<CustomerNumber>(text.into()).is_err());
        }
        assert!(
            serde_json::from_str::<CustomerNumber>("4711").is_err(),
            "no figure, a text"
        );
    }

    #[test]
    fn a_number_of_figures_is_written_as_it_is_said() {
        for figures in [0, 7, 10, 4711, 1_000_000, u32::MAX] {
            assert_eq!(CustomerNumber::from(figures), number(&figures.to_string()));
        }
    }

    #[test]
    fn as_written_is_the_same_and_nothing_else_is() {
        for (one, other) in [("7", "07"), ("k-1", "K-1"), ("a.b", "a-b"), ("1", "10")] {
            assert_ne!(number(one), number(other));
            assert_ne!(number(one).cmp(&number(other)), Ordering::Equal);
        }
    }

    #[test]
    fn nine_comes_before_ten_wherever_it_stands() {
        let rising = [
            "0",
            "00",
            "0-1",
            "0a",
            "1",
            "1_9",
            "1-9",
            "1-10",
            "1.9",
            "1.9a",
            "1.10",
            "1a",
            "1B",
            "1c",
            "02",
            "2",
            "007",
            "07",
            "7",
            "7-0",
            "8",
            "9",
            "10",
            "0099",
            "99",
            "100",
            "4711",
            "04712",
            "99999999999999999999",
            "100000000000000000000",
            "a",
            "A",
            "a1",
            "a9",
            "A9",
            "a10",
            "b",
            "K_1",
            "k-1",
            "K-1",
            "K-9",
            "K-10001",
            "K-010002",
            "K-10002",
            "K.1",
            "K1",
            "ka",
            "kA",
            "Ka",
            "KA",
            "ka1",
            "z",
        ];
        let mut sorted: Vec<CustomerNumber> = rising.iter().map(|text| number(text)).collect();
        sorted.reverse();
        sorted.sort();
        let sorted: Vec<&str> = sorted.iter().map(CustomerNumber::as_str).collect();
        assert_eq!(sorted, rising);
    }
}
