//! Mails as the operator may read them: without the links that their recipient can act with (C8).

use crate::paths;

/// A text in which the tokens in all addresses of the portal are blanked, so that a reader cannot
/// follow the links.
pub fn without_tokens(text: &str) -> String {
    let mut text = text.to_owned();
    for path in [
        paths::consent(""),
        paths::dissent(""),
        paths::stop_address(""),
        paths::set_password(""),
    ] {
        let mut out = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some(at) = rest.find(&path) {
            let (before, behind) = rest.split_at(at + path.len());
            out.push_str(before);
            let is_token = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            let end = behind.find(|c| !is_token(c)).unwrap_or(behind.len());
            if end > 0 {
                out.push('…');
            }
            rest = &behind[end..];
        }
        out.push_str(rest);
        text = out;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Language;
    use crate::mail::tests::{all, written};

    #[test]
    fn c8_no_mail_is_kept_with_a_token_in_it() {
        let text = "https://portal.example/zustimmung/abc_DEF-123\n\nund https://portal.example/kunden/4711";
        assert_eq!(
            without_tokens(text),
            "https://portal.example/zustimmung/…\n\nund https://portal.example/kunden/4711"
        );
        for language in [Language::De, Language::En] {
            for (name, content) in all(language) {
                let text = without_tokens(&written(language, content).text);
                no_token_in(&name, &text);
            }
        }
    }

    fn no_token_in(name: &str, text: &str) {
        for path in [
            paths::consent(""),
            paths::dissent(""),
            paths::set_password(""),
        ] {
            for (at, _) in text.match_indices(&path) {
                let behind = &text[at + path.len()..];
                assert!(behind.starts_with('…'), "{name}: {behind:.20}");
            }
        }
    }
}
