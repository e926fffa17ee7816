//! Hyphenation of long words by the rules of German (C7), so that they are not cut where the column
//! happens to end. The hyphens are drawn by the style sheet, so that they are neither copied nor
//! searched, and a program that reads the page reads whole words.

use std::collections::HashMap;
use std::fmt;
use std::sync::{LazyLock, OnceLock, PoisonError, RwLock};

use askama::filters::HtmlSafe;
use hyphenation::{Hyphenator as _, Language, Load as _, Standard};

/// Words of fewer letters are not hyphenated.
const LONG: usize = 8;
/// This many letters stay together at either end of a word.
const EDGE: usize = 3;
/// The cache of hyphenated words holds at most this many.
const MOST_KNOWN: usize = 20_000;
/// Marks a possible hyphen; the style sheet puts a soft hyphen there.
const MARK: &str = "<i></i>";

/// A text whose long words may be hyphenated. Prints itself as HTML, escaped.
#[derive(Debug, Clone, Copy)]
pub struct Soft<'a>(&'a str);

/// A text for a narrow place. Used as `{{ self::soft(name) }}`.
pub fn soft(text: &str) -> Soft<'_> {
    Soft(text)
}

impl HtmlSafe for Soft<'_> {}

impl fmt::Display for Soft<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while !rest.is_empty() {
            let letters = rest
                .find(|c: char| !c.is_alphabetic())
                .unwrap_or(rest.len());
            let (word, behind) = rest.split_at(letters);
            parted(word, out)?;
            let others = behind.find(char::is_alphabetic).unwrap_or(behind.len());
            escaped(&behind[..others], out)?;
            rest = &behind[others..];
        }
        Ok(())
    }
}

fn parted(word: &str, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    // Most words on a page were on an earlier page, too.
    static KNOWN: LazyLock<RwLock<HashMap<String, String>>> = LazyLock::new(RwLock::default);
    if word.chars().count() < LONG {
        return out.write_str(word);
    }
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(marked) = known.get(word) {
        return out.write_str(marked);
    }
    drop(known);
    let marked = marked(word);
    out.write_str(&marked)?;
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    if known.len() >= MOST_KNOWN {
        known.clear();
    }
    known.insert(word.to_owned(), marked);
    Ok(())
}

/// A word with a mark at every place where it may be hyphenated.
fn marked(word: &str) -> String {
    let (lower, letters) = (word.to_lowercase(), word.chars().count());
    // Lower case may have another length in bytes; then the word is not hyphenated.
    let patterns = patterns().filter(|_| lower.len() == word.len());
    let breaks = patterns.map_or_else(Vec::new, |patterns| patterns.hyphenate(&lower).breaks);
    let mut out = String::with_capacity(word.len() + breaks.len() * MARK.len());
    let mut from = 0;
    for at in breaks {
        let before = word.get(..at).map_or(0, |start| start.chars().count());
        if before >= EDGE && letters - before >= EDGE {
            out.push_str(&word[from..at]);
            out.push_str(MARK);
            from = at;
        }
    }
    out.push_str(&word[from..]);
    out
}

fn escaped(text: &str, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    for c in text.chars() {
        match c {
            '&' => out.write_str("&#38;")?,
            '<' => out.write_str("&#60;")?,
            '>' => out.write_str("&#62;")?,
            '"' => out.write_str("&#34;")?,
            '\'' => out.write_str("&#39;")?,
            other => fmt::Write::write_char(out, other)?,
        }
    }
    Ok(())
}

/// The hyphenation patterns for German, loaded once. Without them words are not hyphenated.
fn patterns() -> Option<&'static Standard> {
    static GERMAN: OnceLock<Option<Standard>> = OnceLock::new();
    GERMAN
        .get_or_init(|| Standard::from_embedded(Language::German1996).ok())
        .as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        soft(text).to_string().replace(MARK, "|")
    }

    #[test]
    fn c7_long_words_part_where_german_parts_them() {
        assert_eq!(
            shown("Bauunternehmung Müller"),
            "Bau|un|ter|neh|mung Müller"
        );
        assert_eq!(shown("Veranstaltungstechnik"), "Ver|an|stal|tungs|tech|nik");
        assert_eq!(
            shown("UG (haftungsbeschränkt)"),
            "UG (haf|tungs|be|schränkt)"
        );
        assert!(shown("ÜBERSEEHANDELSKONTOR").starts_with("ÜBER|SEE"));
        assert_eq!(shown("AK GmbH, Köln"), "AK GmbH, Köln");
        assert_eq!(shown("Regensburg"), "Regens|burg");
    }

    #[test]
    fn c7_what_is_printed_is_escaped_and_nothing_else_is_changed() {
        let hostile = "<b onclick=\"x\">Veranstaltungstechnik</b> & 'Söhne'";
        let printed = soft(hostile).to_string();
        assert!(!printed.replace(MARK, "").contains('<'), "{printed}");
        for text in [
            "",
            " ",
            "a",
            "İstanbulİstanbulİstanbul",
            "ﬀﬀﬀﬀﬀﬀﬀﬀﬀﬀﬀﬀﬀ",
            "Straßenbaugesellschaft",
        ] {
            assert_eq!(shown(text).replace('|', ""), text);
        }
    }
}
