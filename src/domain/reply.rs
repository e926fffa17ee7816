//! What a mail server's refusal means: its codes, and whom it speaks of.

/// Subject and detail of the first permanent or temporary status code.
pub fn status_parts(reply: &str) -> Option<(&str, &str)> {
    statuses(reply)
        .map(parts)
        .find(|(class, ..)| matches!(*class, "4" | "5"))
        .map(|(_, subject, detail)| (subject, detail))
}

/// The first enhanced status code in a text: `5.1.1` in "550 5.1.1 no such user".
pub fn status_in(text: &str) -> Option<&str> {
    statuses(text).next()
}

/// The first reply code in a text: 550 in "smtp; 550 User unknown".
pub fn reply_code_in(text: &str) -> Option<u16> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.')
        .filter(|word| {
            let digits = word.as_bytes();
            let is_code = |first: u8, second: u8| {
                matches!(first, b'2' | b'4' | b'5') && (b'0'..=b'5').contains(&second)
            };
            matches!(digits, [first, second, third] if is_code(*first, *second) && third.is_ascii_digit())
        })
        .find_map(|word| word.parse().ok())
}

fn statuses(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_digit() && c != '.')
        .map(|word| word.trim_matches('.'))
        .filter(|word| {
            let pieces: Vec<&str> = word.split('.').collect();
            matches!(pieces.as_slice(), ["2" | "4" | "5", subject, detail]
                if (1..=3).contains(&subject.len()) && (1..=3).contains(&detail.len()))
        })
}

fn parts(status: &str) -> (&str, &str, &str) {
    let mut pieces = status.split('.');
    let mut next = || pieces.next().unwrap_or_default();
    (next(), next(), next())
}

/// Whom the words speak of with which a mail came back: status or reply code, then the server's words.
pub fn of_returned(because: &str) -> Speaks {
    let status = status_in(because).unwrap_or_default();
    let says_little = status.is_empty() || status.ends_with(".0.0");
    speaks(reply_code_in(because).filter(|_| says_little), status)
}

/// Whom a refusal speaks of (row 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaks {
    /// Of the recipient: this address takes no mail, now or later.
    OfRecipient,
    /// Of the portal: its sender, its standing (blocklists, SPF, DKIM), its rights at the mail
    /// server, or how it speaks. It says nothing about the address, and an administrator must look
    /// into it.
    OfUs,
    /// Of the moment: try again, or it was tried for long enough. It says nothing about the address.
    OfMoment,
}

/// The one rule for what a refusal is about, whether the mail server said it to the portal (`code`
/// and its words) or a report brought it (mostly a `status` alone). An enhanced status that fits the
/// code says more than the code (RFC 3463): X.1.7 and X.1.8 are about the sender's address, X.3 and
/// X.5 about server and dialogue, X.6 about the mail's form, X.7 about policy. Counting one of those
/// against the customer would stop every reminder because of one wrong setting.
pub fn speaks(code: Option<u16>, status: &str) -> Speaks {
    let (class, subject, detail) = parts(status);
    let by_code = code.map(|code| code / 100);
    let class = class.parse().ok().filter(|_| !subject.is_empty());
    match by_code.or(class) {
        Some(5) => {}
        _ => return Speaks::OfMoment,
    }
    let subject = if class == Some(5) { subject } else { "" };
    match (subject, detail) {
        ("1", "7" | "8") | ("3" | "5" | "6" | "7", _) => Speaks::OfUs,
        ("1" | "2" | "4", _) => Speaks::OfRecipient,
        _ => match code {
            None | Some(550..=554 | 556) => Speaks::OfRecipient,
            Some(_) => Speaks::OfUs,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// D1: the same answer means the same, in the dialogue (with its code) and in a report (without).
    #[test]
    fn d1_one_rule_says_whom_an_answer_speaks_of() {
        use Speaks::{OfMoment as Later, OfRecipient as Theirs, OfUs as Ours};
        #[rustfmt::skip] // one row of the table is one line
        let table: &[(&[&str], Speaks)] = &[
            (&["5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.5", "5.1.6", "5.1.9", "5.1.10"], Theirs),
            (&["5.2.0", "5.2.1", "5.2.2", "5.2.3", "5.2.4"], Theirs),
            (&["5.4.0", "5.4.1", "5.4.4", "5.4.6", "5.4.7"], Theirs),
            (&["5.1.7", "5.1.8"], Ours),
            (&["5.3.0", "5.3.1", "5.3.2", "5.3.3", "5.3.4", "5.3.5"], Ours),
            (&["5.5.0", "5.5.1", "5.5.2", "5.5.3", "5.5.4", "5.5.5", "5.5.6"], Ours),
            (&["5.6.0", "5.6.1", "5.6.3", "5.6.7", "5.6.9"], Ours),
            (&["5.7.0", "5.7.1", "5.7.5", "5.7.8", "5.7.9", "5.7.20", "5.7.23", "5.7.25", "5.7.26", "5.7.27", "5.7.28", "5.7.64", "5.7.133", "5.7.606"], Ours),
            (&["4.0.0", "4.1.1", "4.2.0", "4.2.2", "4.3.0", "4.4.1", "4.4.7", "4.7.0", "4.7.1"], Later),
        ];
        for (statuses, whom) in table {
            for status in *statuses {
                assert_eq!(speaks(None, status), *whom, "{status} in a report");
                let code = if *whom == Later { 450 } else { 550 };
                assert_eq!(speaks(Some(code), status), *whom, "{code} {status}");
            }
        }
        // Without a status that says anything the code does, and a code of the other class goes before.
        for (code, status, whom) in [
            (550, "", Theirs),
            (551, "", Theirs),
            (552, "", Theirs),
            (553, "", Theirs),
            (554, "5.0.0", Theirs),
            (556, "", Theirs),
            (501, "5.1.3", Theirs),
            (500, "", Ours),
            (503, "5.5.1", Ours),
            (530, "5.7.0", Ours),
            (535, "", Ours),
            (555, "", Ours),
            (421, "", Later),
            (450, "5.1.1", Later),
            (452, "4.2.2", Later),
            (550, "4.2.2", Theirs),
        ] {
            assert_eq!(speaks(Some(code), status), whom, "{code} {status}");
        }
        assert_eq!(speaks(None, ""), Later, "no word to go by");
        assert_eq!(speaks(None, "5.0.0"), Theirs, "given up for good");
    }

    #[test]
    fn codes_are_found_among_words() {
        for (text, code, status) in [
            ("smtp; 550 User unknown", Some(550), None),
            ("smtp;550-5.1.1 no", Some(550), Some("5.1.1")),
            (
                "host mx[10.5.5.1] said: 452 4.2.2 full",
                Some(452),
                Some("4.2.2"),
            ),
            ("delivered 2.1.5", None, Some("2.1.5")),
            ("x-unix; 67", None, None),
            ("600 or 5500 or 599", None, None),
            ("", None, None),
        ] {
            assert_eq!(reply_code_in(text), code, "{text}");
            assert_eq!(status_in(text), status, "{text}");
        }
    }
}
