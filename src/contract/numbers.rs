//! Marks and numbers (T-02): `§ 1`, `1.1`, `(1)`, `a)`, `A.`, `iv.`, `–`. One sample defines all
//! marks of a list or a heading level, and the printed mark is the one the author wrote.

use super::tree::ListStyle;

/// The kinds of numerals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Numeral {
    /// 1, 2, 3
    Decimal,
    /// a, b, c
    Lower,
    /// A, B, C
    Upper,
    /// i, ii, iii
    RomanLower,
    /// I, II, III
    RomanUpper,
}

/// The format of the marks of a list or of the numbers of a heading level.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// `•`
    Bullet,
    /// `–`
    Dash,
    /// Items without a mark.
    None,
    /// Marks with a number.
    Counted {
        /// The text before the number: `(`, `§ `, `Anlage `.
        before: String,
        /// Whether it begins with the number above: `1.1`.
        joined: bool,
        /// The kind of numerals.
        numeral: Numeral,
        /// The text after the number: `)`, `.`.
        after: String,
    },
}

impl Pattern {
    /// Counted marks that do not begin with the number above.
    pub fn counted(before: &str, numeral: Numeral, after: &str) -> Self {
        Self::Counted {
            before: before.to_owned(),
            joined: false,
            numeral,
            after: after.to_owned(),
        }
    }

    /// Reads a sample: `§ 1`, `1.1.`, `(a)`, `I.`, `-`, `none`; `None` if it contains no number.
    pub fn parse(sample: &str) -> Option<Self> {
        let sample = sample.trim();
        match sample {
            "none" => return Some(Self::None),
            "-" | "–" => return Some(Self::Dash),
            "*" | "•" => return Some(Self::Bullet),
            _ => {}
        }
        let end = sample.rfind(|c: char| c.is_alphanumeric())?;
        let after = sample.get(end + 1..)?;
        let head = sample.get(..end)?;
        let numeral = match sample.get(end..=end)? {
            "1" => Numeral::Decimal,
            "a" => Numeral::Lower,
            "A" => Numeral::Upper,
            "i" => Numeral::RomanLower,
            "I" => Numeral::RomanUpper,
            _ => return None,
        };
        if head.ends_with(char::is_alphanumeric) {
            return None; // the end of a word, not a number
        }
        let above = head.trim_end_matches(|c: char| c == '.' || "1aAiI".contains(c));
        let joined = head.ends_with('.') && !above.ends_with(char::is_alphanumeric);
        let before = if joined { above } else { head };
        Some(Self::Counted {
            before: before.to_owned(),
            joined: joined && head.len() > above.len() + 1,
            numeral,
            after: after.to_owned(),
        })
    }

    /// The mark of the n-th item; `None` for a joined number with nothing above it.
    pub fn mark(&self, above: Option<&str>, number: u32) -> Option<String> {
        match self {
            Self::Bullet => Some("•".to_owned()),
            Self::Dash => Some("–".to_owned()),
            Self::None => Some(String::new()),
            Self::Counted {
                before,
                joined,
                numeral,
                after,
            } => {
                let own = numeral.write(number);
                let number = if *joined {
                    format!("{}.{own}", above?)
                } else {
                    own
                };
                Some(format!("{before}{number}{after}"))
            }
        }
    }

    /// Whether it begins with the number above.
    pub fn is_joined(&self) -> bool {
        matches!(self, Self::Counted { joined: true, .. })
    }

    /// The kind of list that has such marks.
    pub fn style(&self) -> ListStyle {
        match self {
            Self::Bullet => ListStyle::Bullets,
            Self::Dash => ListStyle::Dashes,
            Self::None => ListStyle::Plain,
            Self::Counted {
                before,
                joined,
                numeral,
                after,
            } => match numeral {
                Numeral::Decimal if *joined || (before == "(" && after == ")") => {
                    ListStyle::Paragraphs
                }
                Numeral::Decimal => ListStyle::Decimal,
                Numeral::Lower | Numeral::Upper => ListStyle::Letters,
                Numeral::RomanLower | Numeral::RomanUpper => ListStyle::Roman,
            },
        }
    }
}

impl Numeral {
    /// The number in these numerals.
    pub fn write(self, number: u32) -> String {
        match self {
            Self::Decimal => number.to_string(),
            Self::Lower => letters(number),
            Self::Upper => letters(number).to_uppercase(),
            Self::RomanLower => roman(number),
            Self::RomanUpper => roman(number).to_uppercase(),
        }
    }

    /// The value of some numerals, at most 9999, so that nothing overflows.
    pub fn read(self, text: &str) -> Option<u32> {
        if text.is_empty() || text.len() > 12 {
            return None;
        }
        let number = match self {
            Self::Decimal => text.parse().ok()?,
            Self::Lower | Self::Upper => text.bytes().try_fold(0_u32, |sum, byte| {
                let digit = byte.to_ascii_lowercase().checked_sub(b'a')?;
                (digit < 26)
                    .then(|| sum.checked_mul(26)?.checked_add(u32::from(digit) + 1))
                    .flatten()
            })?,
            Self::RomanLower | Self::RomanUpper => unroman(&text.to_lowercase())?,
        };
        (number < 10_000 && self.write(number) == text).then_some(number)
    }
}

/// The number in a label without the text around it: `§ 3` is 3, `Anlage II:` is II, `(2)` is 2.
pub fn bare(label: &str) -> &str {
    let trimmed = label.trim_end_matches(|c: char| !c.is_alphanumeric());
    let start = trimmed
        .rfind(|c: char| !(c.is_alphanumeric() || c == '.'))
        .and_then(|at| Some(at + trimmed.get(at..)?.chars().next()?.len_utf8()))
        .unwrap_or(0);
    trimmed
        .get(start..)
        .unwrap_or_default()
        .trim_start_matches('.')
}

/// The last whole number in a label, from which counting continues.
pub fn last_number(label: &str) -> Option<u32> {
    let last = bare(label).rsplit('.').next()?;
    let digits = last.trim_end_matches(|c: char| !c.is_ascii_digit());
    let digits = if digits.is_empty() { last } else { digits };
    [
        Numeral::Decimal,
        Numeral::RomanUpper,
        Numeral::Upper,
        Numeral::RomanLower,
        Numeral::Lower,
    ]
    .iter()
    .find_map(|numeral| numeral.read(digits))
}

fn letters(number: u32) -> String {
    let mut rest = number;
    let mut out = Vec::new();
    while rest > 0 {
        let digit = (rest - 1) % 26;
        out.push(char::from(b'a' + u8::try_from(digit).unwrap_or(0)));
        rest = (rest - 1) / 26;
    }
    out.iter().rev().collect()
}

const ROMAN: [(u32, &str); 13] = [
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
];

fn roman(number: u32) -> String {
    let mut rest = number;
    let mut out = String::new();
    for (value, letters) in ROMAN {
        while rest >= value {
            out.push_str(letters);
            rest -= value;
        }
    }
    out
}

fn unroman(text: &str) -> Option<u32> {
    let mut rest = text;
    let mut sum = 0;
    for (value, letters) in ROMAN {
        while let Some(tail) = rest.strip_prefix(letters) {
            sum += value;
            rest = tail;
        }
    }
    rest.is_empty().then_some(sum)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    #[test]
    fn a_sample_says_how_marks_look() {
        let cases = [
            ("(1)", 12, "(12)"),
            ("1.", 3, "3."),
            ("1)", 3, "3)"),
            ("a)", 28, "ab)"),
            ("a.", 26, "z."),
            ("(a)", 2, "(b)"),
            ("A.", 703, "AAA."),
            ("i.", 1994, "mcmxciv."),
            ("(I)", 4, "(IV)"),
            ("§ 1", 3, "§ 3"),
            ("Anhang I", 2, "Anhang II"),
            ("Artikel 1 –", 2, "Artikel 2 –"),
            ("1.1", 3, "7.2.3"),
            ("1.1.1.", 3, "7.2.3."),
            ("A.1", 3, "7.2.3"),
            ("-", 3, "–"),
            ("none", 3, ""),
        ];
        for (sample, number, expected) in cases {
            let pattern = Pattern::parse(sample).unwrap();
            assert_eq!(
                pattern.mark(Some("7.2"), number).unwrap(),
                expected,
                "{sample}"
            );
        }
        for sample in ["", "§", "abc", "x)", "2.", "Anlage"] {
            assert_eq!(Pattern::parse(sample), None, "{sample}");
        }
        assert_eq!(Pattern::parse("1.1").unwrap().mark(None, 1), None);
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for numeral in [
            Numeral::Decimal,
            Numeral::Lower,
            Numeral::Upper,
            Numeral::RomanLower,
            Numeral::RomanUpper,
        ] {
            for number in 1..1200 {
                assert_eq!(numeral.read(&numeral.write(number)), Some(number));
            }
        }
        assert_eq!(Numeral::RomanLower.read("iiii"), None);
        assert_eq!(Numeral::Decimal.read("007"), None);
    }

    #[test]
    fn the_number_in_a_label_is_found() {
        for (label, number, last) in [
            ("§ 3", "3", 3),
            ("1.2.", "1.2", 2),
            ("(4)", "4", 4),
            ("ANHANG II:", "II", 2),
            ("Anlage 1 –", "1", 1),
            ("Annex B", "B", 2),
            ("7a", "7a", 7),
        ] {
            assert_eq!(bare(label), number);
            assert_eq!(last_number(label), Some(last), "{label}");
        }
    }
}
