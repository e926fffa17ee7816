//! Marks at the start of a line: `a)`, `(1)`, `3.1`, `•`. Whether a mark begins an item or is part
//! of a sentence depends on its context and is decided where lists are built.

use crate::contract::numbers::{Numeral, Pattern};

/// A mark as it is in the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Marker {
    /// The mark as written: `a)`.
    pub text: String,
    /// The kind of mark it may be.
    pub kind: Kind,
}

/// The kinds of marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// A bullet: `•` and similar.
    Bullet,
    /// A dash: `–`, also `-`.
    Dash,
    /// A counted mark: `(1)`, `a)`, `iv.`
    Counted {
        /// The sign before the number: `(` or empty.
        before: &'static str,
        /// The number itself: `1`, `a`, `iv`.
        body: String,
        /// The sign after the number: `)` or `.`.
        after: &'static str,
    },
    /// A joined number like `3.1` or `3.1.2.`: the part before the last number, and that number.
    Joined(String, u32),
}

/// The mark that a line begins with, and the rest of the line.
pub(super) fn read(line: &str) -> Option<(Marker, &str)> {
    let end = line.find(char::is_whitespace).unwrap_or(line.len());
    let (mark, rest) = line.split_at(end);
    let kind = match mark {
        "-" | "–" | "—" => Kind::Dash,
        "•" | "·" | "▪" | "■" | "◦" | "○" | "●" | "‣" | "►" | "➢" | "✓" | "\u{f0b7}" => {
            Kind::Bullet
        }
        _ => counted(mark).or_else(|| joined(mark))?,
    };
    let text = mark.to_owned();
    Some((Marker { text, kind }, rest.trim_start()))
}

fn counted(mark: &str) -> Option<Kind> {
    let (before, inner) = match mark.strip_prefix('(') {
        Some(inner) => ("(", inner),
        None => ("", mark),
    };
    let (body, after) = match (before, inner.strip_suffix(')'), inner.strip_suffix('.')) {
        (_, Some(body), _) => (body, ")"),
        ("", None, Some(body)) => (body, "."),
        _ => return None,
    };
    let known = is_number(body)
        || body.len() == 1 && body.bytes().all(|b| b.is_ascii_alphabetic())
        || Numeral::RomanLower.read(body).is_some()
        || Numeral::RomanUpper.read(body).is_some()
        || after == ")" && is_twin(body)
        || body
            .strip_suffix(|c: char| c.is_ascii_lowercase())
            .is_some_and(is_number);
    (known && body.len() <= 5).then(|| Kind::Counted {
        before,
        body: body.to_owned(),
        after,
    })
}

fn is_number(body: &str) -> bool {
    (1..=3).contains(&body.len())
        && !body.starts_with('0')
        && body.bytes().all(|b| b.is_ascii_digit())
}

/// Whether it is a double letter, as after z: `aa`, `bb`.
fn is_twin(body: &str) -> bool {
    matches!(body.as_bytes(), [a, b] if a == b && a.is_ascii_lowercase())
}

fn joined(mark: &str) -> Option<Kind> {
    let number = mark.trim_end_matches(['.', ')', ':']);
    if mark.len() > number.len() + 1 {
        return None;
    }
    let parts: Vec<&str> = number.split('.').collect();
    let plain = |part: &&str| part.len() <= 2 && is_number(part);
    if parts.len() < 2 || parts.len() > 5 || !parts.iter().all(plain) {
        return None;
    }
    let (above, last) = number.rsplit_once('.')?;
    Some(Kind::Joined(above.to_owned(), last.parse().ok()?))
}

impl Marker {
    /// Pattern and number as the first mark of a list. `None` if the engine could not count it, so
    /// that it has to be printed as written by hand.
    pub(super) fn starts(&self) -> Option<(Pattern, u32)> {
        match &self.kind {
            Kind::Bullet => Some((Pattern::Bullet, 1)),
            Kind::Dash => Some((Pattern::Dash, 1)),
            Kind::Joined(..) => None,
            Kind::Counted { body, .. } => {
                use Numeral::{Decimal, Lower, RomanLower, RomanUpper, Upper};
                let roman = body.len() > 1 || body.eq_ignore_ascii_case("i");
                let order = if roman {
                    [Decimal, RomanLower, RomanUpper, Lower, Upper]
                } else {
                    [Decimal, Lower, Upper, RomanLower, RomanUpper]
                };
                order
                    .into_iter()
                    .find_map(|numeral| self.as_numeral(numeral))
            }
        }
    }

    /// Its number in a list with this pattern.
    pub(super) fn number_in(&self, pattern: &Pattern) -> Option<u32> {
        match (pattern, &self.kind) {
            (Pattern::Bullet, Kind::Bullet) | (Pattern::Dash, Kind::Dash) => Some(1),
            (Pattern::Counted { numeral, .. }, Kind::Counted { .. }) => {
                let (own, number) = self.as_numeral(*numeral)?;
                (own == *pattern).then_some(number)
            }
            _ => None,
        }
    }

    fn as_numeral(&self, numeral: Numeral) -> Option<(Pattern, u32)> {
        let Kind::Counted {
            before,
            body,
            after,
        } = &self.kind
        else {
            return None;
        };
        // Djot has no letters after z.
        if matches!(numeral, Numeral::Lower | Numeral::Upper) && body.len() > 1 {
            return None;
        }
        let number = numeral.read(body)?;
        Some((Pattern::counted(before, numeral, after), number))
    }

    /// Whether lists usually begin with this mark.
    pub(super) fn is_first(&self) -> bool {
        match &self.kind {
            Kind::Bullet | Kind::Dash => true,
            Kind::Joined(_, last) => *last == 1,
            Kind::Counted { body, .. } => {
                matches!(body.as_str(), "1" | "a" | "A" | "i" | "I")
            }
        }
    }

    /// Whether it is a small letter or number: names begin with capitals.
    pub(super) fn is_small(&self) -> bool {
        matches!(&self.kind, Kind::Counted { body, .. } if body.bytes().all(|b| b.is_ascii_lowercase()))
    }

    /// Whether a sentence would hardly begin with it: `a)`, `(1)`, but not `v.`
    pub(super) fn is_plain(&self) -> bool {
        match &self.kind {
            Kind::Counted { body, after, .. } => *after == ")" || is_number(body),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    #[test]
    fn marks_are_told_from_words() {
        for mark in [
            "-", "•", "1.", "12)", "(3)", "a)", "a.", "(b)", "iv.", "IX)", "aa)", "3.1", "3.1.2.",
            "7a.",
        ] {
            let line = format!("{mark} Text");
            let (marker, rest) = read(&line).unwrap();
            assert_eq!((marker.text.as_str(), rest), (mark, "Text"));
        }
        for line in [
            "Text",
            "15.01.2024 war",
            "z.B. so",
            "GmbH. Sie",
            "1.000 Euro",
            "bzw. x",
            "(siehe) x",
            "Nr. 5",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
