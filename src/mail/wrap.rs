//! Line breaks of a text mail.

/// Longest line of a text part, in characters, unless a word is longer.
pub(super) const COLUMNS: usize = 74;

/// The first character of a line that opens a section. Cleaned names cannot contain it.
pub(super) const SECTION: char = '\u{c}';

/// Breaks long lines at spaces and puts one empty line between paragraphs, two before a section. A
/// word longer than a line, such as a link, is not broken, because a broken link could not be
/// opened. Non-breaking spaces keep a date together and then become ordinary spaces, because
/// readers copy from text mails.
pub(super) fn wrap(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let mut gap = 0;
    let mut after_mark = false;
    for line in text.lines() {
        // "-- " marks the signature and needs its space (RFC 3676, 4.3).
        let line = if line == "-- " {
            line
        } else {
            line.trim_matches(' ')
        };
        if line.is_empty() {
            gap = usize::from(!after_mark);
            continue;
        }
        let (line, gap_before) = match line.strip_prefix(SECTION) {
            Some(title) => (title, 2),
            None => (line, gap),
        };
        if !out.is_empty() {
            out.extend(std::iter::repeat_n('\n', gap_before));
        }
        wrap_line(line, &mut out);
        gap = 0;
        after_mark = line == "-- ";
    }
    out.replace('\u{a0}', " ")
}

fn wrap_line(line: &str, out: &mut String) {
    let mut width = 0;
    for word in line.split(' ') {
        let length = word.chars().count();
        if width > 0 {
            if width + 1 + length > COLUMNS {
                out.push('\n');
                width = 0;
            } else {
                out.push(' ');
                width += 1;
            }
        }
        out.push_str(word);
        width += length;
    }
    // Splitting "-- " leaves an empty last word, and the space before it is already written.
    out.push('\n');
}

/// A wrapped text without the line breaks of [`wrap`], for pages, which break lines themselves. All
/// other line breaks stay.
pub(super) fn unwrap(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        out.push_str(line);
        let next = lines.peek().and_then(|next| next.split(' ').next());
        // The next word did not fit on the line.
        let went_on = next.is_some_and(|word| {
            !word.is_empty()
                && !line.is_empty()
                && line.chars().count() + 1 + word.chars().count() > COLUMNS
        });
        out.push(if went_on { ' ' } else { '\n' });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_gets_the_paragraphs_back() {
        let link = format!("https://example.test/{}", "x".repeat(90));
        let text = format!(
            "{}Ende\n\nMuster GmbH\nWeg 1\n\n{link}\n\n-- \nFuß\n",
            "wort ".repeat(30)
        );
        assert_eq!(unwrap(&wrap(&text)), text);
    }

    #[test]
    fn lines_break_at_spaces_and_never_inside_a_word() {
        let link = format!("https://example.test/{}", "x".repeat(90));
        let text = format!(
            "{}\n\n{link}\n\n\n\n\u{c}ENDE\n-- \nFuß",
            "wort ".repeat(30)
        );
        let wrapped = wrap(&text);
        assert!(wrapped.lines().any(|line| line == link));
        assert!(wrapped.contains("\n-- \nFuß\n"));
        assert!(
            wrapped.contains(&format!("{link}\n\n\nENDE\n")),
            "{wrapped}"
        );
        for line in wrapped.lines().filter(|line| line.contains(' ')) {
            assert!(line.chars().count() <= COLUMNS, "{line}");
        }
        assert_eq!(wrapped.matches("wort").count(), 30);
    }

    #[test]
    fn a_date_is_kept_on_one_line_and_can_be_copied() {
        let text = format!("{} 6.\u{a0}Dezember\u{a0}2026", "x".repeat(70));
        assert_eq!(
            wrap(&text),
            format!("{}\n6. Dezember 2026\n", "x".repeat(70))
        );
    }
}
