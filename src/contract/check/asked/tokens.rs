//! The words of a sentence as they are written, with what stands between them.

/// A word with what stands before it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'s> {
    /// As it is written, without marks around it; full stops and hyphens inside are kept.
    pub text: &'s str,
    /// Spaces and marks since the word before.
    pub gap: &'s str,
}

impl Token<'_> {
    pub(super) fn lower(&self) -> String {
        self.text.to_lowercase()
    }

    /// Whether it begins with a capital letter.
    pub(super) fn is_capital(&self) -> bool {
        self.text.starts_with(char::is_uppercase)
    }

    /// Whether a mark stands before it that ends what came before.
    pub(super) fn begins_anew(&self) -> bool {
        self.gap.contains([
            '.', ':', '?', '!', ';', '|', '•', '(', '\n', '"', '„', '“', '”', '«', '»', '–', '—',
            '/',
        ])
    }
}

/// The words of a text; `§` is one of them.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut out = Vec::new();
    let (mut gap, mut begin) = (0, None);
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let joins = matches!(c, '.' | '-' | '\'' | '’' | '&')
            && begin.is_some()
            && chars.peek().is_some_and(|(_, next)| next.is_alphanumeric());
        if c.is_alphanumeric() || joins {
            begin.get_or_insert(at);
            continue;
        }
        if let Some(from) = begin.take() {
            push(&mut out, text, gap, from, at);
            gap = at;
        }
        if c == '§' {
            push(&mut out, text, gap, at, at + c.len_utf8());
            gap = at + c.len_utf8();
        }
    }
    if let Some(from) = begin {
        push(&mut out, text, gap, from, text.len());
    }
    out
}

fn push<'s>(out: &mut Vec<Token<'s>>, text: &'s str, gap: usize, from: usize, to: usize) {
    out.push(Token {
        text: text.get(from..to).unwrap_or_default(),
        gap: text.get(gap..from).unwrap_or_default(),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_what_is_inside_and_lose_what_is_around() {
        let text = "Nach § 3 (2), Ziffer 4.1 und „E-Mail“.";
        let words: Vec<&str> = tokens(text).iter().map(|token| token.text).collect();
        let expected = ["Nach", "§", "3", "2", "Ziffer", "4.1", "und", "E-Mail"];
        assert_eq!(words, expected);
        let begun: Vec<bool> = tokens("Ja. Nein, doch")
            .iter()
            .map(Token::begins_anew)
            .collect();
        assert_eq!(begun, [false, true, false]);
    }
}
