//! Words of others in the operator's mails (S-26): which names may be entered at all, and how a name
//! is written so that no program makes a link of it.
//!
//! A user who can type a name that ends up in a mail of the operator could otherwise put a web
//! address into it, and the customer would take it for the operator's.

use unicode_normalization::UnicodeNormalization as _;

/// White space that is hardly seen, and at which every program stops looking for an address.
const GAP: char = '\u{200A}';
/// What stands before the colon of an address that is one without slashes.
const SCHEMES: [&str; 12] = [
    "http",
    "https",
    "ftp",
    "mailto",
    "tel",
    "sms",
    "callto",
    "skype",
    "whatsapp",
    "file",
    "data",
    "javascript",
];

/// Whether a name, street, town or contact that was typed may stand in a mail: it holds no scheme, no
/// `www.`, no host with a path, none of `@`, `<` and `>`.
pub fn may_stand_in_mail(text: &str) -> bool {
    let text: Vec<char> = text
        .nfkc()
        .map(|c| if is_dot(c) { '.' } else { c })
        .flat_map(char::to_lowercase)
        .collect();
    let text = closed_up(&text);
    let holds = |sign: &str| {
        let sign: Vec<char> = sign.chars().collect();
        text.windows(sign.len()).any(|part| part == sign)
    };
    let is_out = ["@", "<", ">", "://", "www.", "\\\\"]
        .into_iter()
        .any(holds);
    let leads_somewhere = (0..text.len()).any(|at| ends_host(&text, at) || ends_scheme(&text, at));
    !is_out && !leads_somewhere
}

/// Without blanks in front of dots: who reads "beispiel .example/avv" types it as one word.
fn closed_up(text: &[char]) -> Vec<char> {
    let mut out = Vec::with_capacity(text.len());
    for &c in text {
        while c == '.' && out.last().is_some_and(|c: &char| c.is_whitespace()) {
            out.pop();
        }
        out.push(c);
    }
    out
}

/// Whether `at` is the first sign of a path, a query or a port behind something like a host.
fn ends_host(text: &[char], at: usize) -> bool {
    let next = text.get(at + 1);
    let leads_on = match text.get(at) {
        Some('/') => true,
        Some('?' | '#') => next.is_some_and(|c| !c.is_whitespace()),
        Some(':') => next.is_some_and(char::is_ascii_digit),
        _ => false,
    };
    leads_on
        && is_host(&before(text, at, |c| {
            c.is_alphanumeric() || "-.".contains(c)
        }))
}

fn ends_scheme(text: &[char], at: usize) -> bool {
    let is_colon = text.get(at) == Some(&':');
    let leads_on = text.get(at + 1).is_some_and(|c| !c.is_whitespace());
    is_colon && leads_on && SCHEMES.contains(&before(text, at, char::is_alphanumeric).as_str())
}

/// The characters right before `at` that are of one kind.
fn before(text: &[char], at: usize, is_kind: impl Fn(char) -> bool) -> String {
    let start = text.iter().take(at).rposition(|&c| !is_kind(c));
    let from = start.map_or(0, |start| start + 1);
    text.get(from..at).unwrap_or_default().iter().collect()
}

/// "beispiel.example", "192.0.2.1"; not "Str.5" and not "e.K".
fn is_host(text: &str) -> bool {
    let labels: Vec<&str> = text.split('.').collect();
    let numbers = |label: &&str| !label.is_empty() && label.chars().all(|c| c.is_ascii_digit());
    let last = labels.last().copied().unwrap_or_default();
    let is_top = last.starts_with("xn--")
        || (last.chars().count() > 1 && last.chars().all(char::is_alphabetic));
    let is_named = labels.len() > 1 && labels.iter().all(|label| !label.is_empty()) && is_top;
    is_named || (labels.len() == 4 && labels.iter().all(numbers))
}

/// The same words with a gap wherever a program might see an address: "Beispiel.de GmbH" reads as
/// before and leads nowhere.
pub fn unlinked(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len() + 8);
    for (at, &c) in chars.iter().enumerate() {
        out.push(c);
        if breaks_after(&chars, at, c) {
            out.push(GAP);
        }
    }
    out
}

fn breaks_after(chars: &[char], at: usize, c: char) -> bool {
    let last = at.checked_sub(1).and_then(|before| chars.get(before));
    let Some(&next) = chars.get(at + 1).filter(|next| !next.is_whitespace()) else {
        return false;
    };
    match c {
        '@' | '＠' | '﹫' => true,
        '/' | '\\' | '／' | '＼' => next == c,
        ':' | '：' | '﹕' => {
            let is_time = last.is_some_and(char::is_ascii_digit) && next.is_ascii_digit();
            !is_time
        }
        c if is_dot(c) => {
            let label = chars.iter().skip(at + 1);
            let label = label.take_while(|&&c| c.is_alphanumeric() || c == '-');
            last.is_some_and(|c| c.is_alphanumeric()) && label.count() > 1
                || has_many_dots(chars, at)
        }
        _ => false,
    }
}

/// Whether the word around `at` has as many dots as an address in digits.
fn has_many_dots(chars: &[char], at: usize) -> bool {
    let (before, after) = chars.split_at(at);
    let dots = |c: &&char| is_dot(**c);
    let in_word = |c: &&char| !c.is_whitespace();
    let left = before.iter().rev().take_while(in_word).filter(dots).count();
    left + after.iter().take_while(in_word).filter(dots).count() > 2
}

/// Signs that a browser takes for the dot of a host.
fn is_dot(c: char) -> bool {
    matches!(c, '.' | '．' | '。' | '｡' | '․' | '﹒')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a5_names_that_lead_somewhere_are_refused() {
        for name in [
            "Jetzt zahlen: https://boese.example/avv GmbH",
            "HTTPS://BOESE.EXAMPLE",
            "ｈｔｔｐｓ：／／boese.example",
            "www.boese.example GmbH",
            "boese.example/avv",
            "boese .example/avv",
            "boese \u{200A}.example/avv",
            "Muster (boese.example/avv) GmbH",
            "boese。example/avv",
            "bäckerei.рф/avv",
            "boese.xn--p1ai/avv",
            "boese.example?avv",
            "boese.example#avv",
            "boese.example:8080",
            "192.0.2.1/avv",
            "mailto:x",
            "tel:0900123456",
            "javascript:alert",
            "info@boese.example",
            "Muster＠boese",
            "<b>Muster</b>",
            r"\\boese\freigabe",
        ] {
            assert!(!may_stand_in_mail(name), "{name}");
        }
        for name in [
            "Müller & Söhne GmbH & Co. KG",
            "Küsten-TK e.K.",
            "Beispiel.de GmbH",
            "1&1 Versatel / Muster AG",
            "c/o Meyer, Haus 3/4",
            "Hauptstr.5/7",
            "Dr.-Ing. A. Muster, z.Hd. Einkauf",
            "Montag 8:30 bis 12:00",
            "Ansprechperson: Petra Kunz",
            "0221 4710-123 / 124",
            "Nr. 5?",
        ] {
            assert!(may_stand_in_mail(name), "{name}");
        }
    }

    #[test]
    fn a5_what_is_left_keeps_its_words_and_leads_nowhere() {
        let table = [
            ("Beispiel.de GmbH", "Beispiel.|de GmbH"),
            ("Küsten-TK e.K.", "Küsten-TK e.K."),
            ("E. e. K.", "E. e. K."),
            ("https://a.example/x", "https:|/|/a.|example/x"),
            ("http://boese.example", "http:|/|/boese.|example"),
            ("info@boese.example", "info@|boese.|example"),
            ("8:30", "8:30"),
            ("tel:0900", "tel:|0900"),
            ("192.0.2.1", "192.|0.|2.|1"),
            ("St.Gallen", "St.|Gallen"),
        ];
        for (typed, written) in table {
            let written = written.replace('|', "\u{200A}");
            assert_eq!(unlinked(typed), written, "{typed}");
            let words: String = unlinked(typed).chars().filter(|&c| c != GAP).collect();
            assert_eq!(words, typed);
            assert_eq!(
                unlinked(&unlinked(typed)),
                unlinked(typed),
                "once is enough"
            );
        }
    }
}
