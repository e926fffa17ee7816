//! Words as the likeness of passages counts them: stems, pieces of long words, and cited articles.

/// A run of letters and digits, folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// Lower case; ä, ö, ü and ß as their plain letters, so that "Verträge" and "Vertrag" are alike.
    pub word: String,
    /// Where it begins in the text, in bytes.
    pub at: usize,
}

/// The words of a text.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::new();
    let mut word = String::new();
    let mut begin = 0;
    for (at, c) in text.char_indices() {
        if c == '§' {
            out.push(Token {
                word: c.to_string(),
                at,
            });
        } else if c.is_alphanumeric() {
            if word.is_empty() {
                begin = at;
            }
            fold(c, &mut word);
        } else if c != '\u{ad}' && !word.is_empty() {
            out.push(Token {
                word: std::mem::take(&mut word),
                at: begin,
            });
        }
    }
    if !word.is_empty() {
        out.push(Token { word, at: begin });
    }
    out
}

fn fold(c: char, word: &mut String) {
    for c in c.to_lowercase() {
        match c {
            'ä' => word.push('a'),
            'ö' => word.push('o'),
            'ü' => word.push('u'),
            'ß' => word.push_str("ss"),
            'é' | 'è' | 'ê' => word.push('e'),
            _ => word.push(c),
        }
    }
}

/// A word without the endings of its forms. What is left need not be a word; it only has to be the same
/// for forms that mean the same. rust-stemmers, the crate for this, has had no release since 2019.
pub(super) fn stem(word: &str) -> &str {
    const ENDINGS: &[&str] = &[
        "ungen", "ation", "ments", "innen", "ung", "ing", "ern", "est", "ies", "ed", "en", "em",
        "er", "es", "et", "st", "e", "n", "s", "t", "y",
    ];
    const SHORTEST: usize = 4;
    let mut rest = word;
    for _ in 0..2 {
        let cut = ENDINGS.iter().find_map(|ending| {
            let shorter = rest.strip_suffix(ending)?;
            (shorter.len() >= SHORTEST).then_some(shorter)
        });
        match cut {
            Some(shorter) => rest = shorter,
            None => break,
        }
    }
    rest
}

/// Length of the pieces of words, in characters.
const PIECE: usize = 4;
/// How much two stems in a row weigh beside one.
const PAIR: f32 = 0.5;

/// What a text is compared by: each feature with how much it weighs in the word it comes from.
pub(super) fn features(tokens: &[Token], mut each: impl FnMut(&str, f32)) {
    let mut cited = Cited::default();
    let mut buffer = String::new();
    let mut before = "";
    for token in tokens {
        let word = token.word.as_str();
        if cited.goes_on(word) {
            if word.starts_with(|c: char| c.is_ascii_digit()) {
                buffer.clear();
                buffer.push_str(cited.kind);
                buffer.push_str(word);
                each(&buffer, 1.0);
            }
            continue;
        }
        if word.chars().count() < 2 || word.starts_with(|c: char| c.is_ascii_digit()) {
            continue;
        }
        buffer.clear();
        buffer.push('=');
        buffer.push_str(stem(word));
        each(&buffer, 1.0);
        if !before.is_empty() {
            buffer.push('+');
            buffer.push_str(before);
            each(&buffer, PAIR);
        }
        before = stem(word);
        // A compound is like its parts, and a part like the compound.
        let ends: Vec<usize> = word
            .char_indices()
            .map(|(at, _)| at)
            .chain([word.len()])
            .collect();
        let pieces = ends.len().saturating_sub(PIECE);
        if pieces == 0 {
            continue;
        }
        let share = 1.0 / (pieces as f32 + 1.0);
        for window in ends.windows(PIECE + 1) {
            if let (Some(from), Some(to)) = (window.first(), window.last())
                && let Some(piece) = word.get(*from..*to)
            {
                each(piece, share);
            }
        }
    }
}

/// Whether the words just read cite an article or a section of a law.
#[derive(Default)]
struct Cited {
    kind: &'static str,
    /// Words since the last number.
    since: u8,
}

impl Cited {
    /// Whether this word belongs to a citation: "Art. 32 bis 36", "§ 3".
    fn goes_on(&mut self, word: &str) -> bool {
        let begins = match word {
            "art" | "artt" | "artikel" | "artikeln" | "article" | "articles" | "arts" => "art:",
            "§" | "paragraph" | "section" => "par:",
            _ => "",
        };
        if !begins.is_empty() {
            (self.kind, self.since) = (begins, 0);
            return true;
        }
        if self.kind.is_empty() {
            return false;
        }
        let is_number = word.len() <= 3 && word.chars().all(|c| c.is_ascii_digit());
        let is_between = matches!(
            word,
            "bis" | "to" | "und" | "and" | "oder" | "or" | "ff" | "§"
        );
        if is_number || (is_between && self.since == 0) {
            self.since = if is_number { 0 } else { 1 };
            return true;
        }
        self.kind = "";
        false
    }
}

/// The sentences of a text with their place in it. A full stop behind an abbreviation or a number ends
/// none.
pub(super) fn sentences(text: &str) -> Vec<(usize, &str)> {
    const SHORT: &[&str] = &[
        "art", "abs", "nr", "lit", "bzw", "ca", "ggf", "inkl", "z", "b", "d", "h", "u", "a", "i",
        "s", "vgl", "str", "dr", "no", "e", "g", "inc", "co", "ltd", "etc", "ff", "gem", "usw",
        "sog",
    ];
    let mut out = Vec::new();
    let mut begin = 0;
    let bytes = text.as_bytes();
    for (at, c) in text.char_indices() {
        let is_end = match c {
            '\n' => true,
            '.' | '!' | '?' => {
                let next = text.get(at + 1..).unwrap_or_default();
                let before = text.get(begin..at).unwrap_or_default();
                let last = before
                    .rsplit(|c: char| !c.is_alphanumeric())
                    .next()
                    .unwrap_or_default();
                let is_short = SHORT.contains(&last.to_lowercase().as_str())
                    || (!last.is_empty() && last.chars().all(|c| c.is_ascii_digit()));
                let begins_anew = next
                    .trim_start()
                    .starts_with(|c: char| !c.is_lowercase() && !c.is_ascii_punctuation());
                let is_apart = bytes
                    .get(at + 1)
                    .is_none_or(|byte| byte.is_ascii_whitespace() || *byte == 0xc2);
                is_apart && (c != '.' || (!is_short && begins_anew) || next.trim().is_empty())
            }
            _ => false,
        };
        if is_end {
            let end = at + c.len_utf8();
            push(&mut out, text, begin, end);
            begin = end;
        }
    }
    push(&mut out, text, begin, text.len());
    out
}

fn push<'t>(out: &mut Vec<(usize, &'t str)>, text: &'t str, from: usize, to: usize) {
    let piece = text.get(from..to).unwrap_or_default();
    let trimmed = piece.trim();
    if !trimmed.is_empty() {
        let skipped = piece.len() - piece.trim_start().len();
        out.push((from + skipped, trimmed));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<String> {
        let mut out = Vec::new();
        features(&tokens(text), |feature, _| {
            let is_word = feature.starts_with('=') && !feature.contains('+');
            if is_word || feature.contains(':') {
                out.push(feature.to_owned());
            }
        });
        out
    }

    #[test]
    fn forms_of_a_word_are_alike_and_citations_are_kept_together() {
        for (one, other) in [
            ("Weisungen", "Weisung"),
            ("Verträge", "Vertrag"),
            ("Maßnahme", "Massnahmen"),
            ("instructions", "instruction"),
            ("deletes", "deleted"),
            ("Art. 32 bis 36", "Artikel 32 und 36"),
        ] {
            assert_eq!(of(one), of(other), "{one} {other}");
        }
        assert_eq!(of("nach Art.\u{a0}82 Abs. 5"), ["=nach", "art:82", "=abs"]);
        assert_eq!(of("PLZ 36037 Fulda"), ["=plz", "=fulda"]);
        assert_eq!(of("§ 206 StGB"), ["par:206", "=stgb"]);
    }

    #[test]
    fn abbreviations_and_numbers_end_no_sentence() {
        let of = |text| {
            sentences(text)
                .into_iter()
                .map(|(_, one)| one)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            of("Nach Art. 28 Abs. 3 gilt das. Es gilt z. B. bis zum 3. Mai. Ende"),
            [
                "Nach Art. 28 Abs. 3 gilt das.",
                "Es gilt z. B. bis zum 3. Mai.",
                "Ende"
            ]
        );
        assert_eq!(of("Eins\nZwei."), ["Eins", "Zwei."]);
    }
}
