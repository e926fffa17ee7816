//! How customers are found (C7): the words that are stored for each customer, and how a search is
//! compared with them; a search is often typed as heard on the telephone.
//!
//! A word is stored as Germans write it without umlauts ("Özdemir" → `oezdemir`), and a second time
//! without the dots if that differs (`ozdemir`). The search is converted in both ways as well, so
//! that the spelling on either side does not matter. A word is found by its beginning, and by any
//! inner part of [`SHORTEST_PART`] characters. Words of the e-mail address begin with [`MAIL`]: a
//! user who may not see an address cannot find it out letter by letter.

use std::collections::BTreeSet;

use super::{CustomerNumber, name};

/// The first character of the words of an e-mail address.
pub const MAIL: char = '@';
/// Minimum length, in characters, of an inner part by which a word is found.
pub const SHORTEST_PART: usize = 3;
/// Maximum number of words of a search; further words are ignored.
pub const MOST_TERMS: usize = 8;
/// Maximum length of a stored word, in characters.
const LONGEST_WORD: usize = 60;

/// The data by which a customer is found.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The customer number.
    pub number: CustomerNumber,
    /// Name of the company.
    pub company: &'a str,
    /// Postcode of the company's address.
    pub postcode: &'a str,
    /// Town of the company's address.
    pub city: &'a str,
    /// The master-data address; `None` if there is none.
    pub email: Option<&'a str>,
    /// Numbers of all agreements that were ever concluded.
    pub agreements: &'a [&'a str],
}

/// The words of a customer, each once and sorted.
pub fn words(known: Known<'_>) -> Vec<String> {
    let mut words = BTreeSet::new();
    for text in [known.company, known.city, known.postcode] {
        words.extend(words_of(text));
    }
    // "St. Josef" and "Sankt Josef" are the same.
    if words.contains("st") {
        words.insert("sankt".to_owned());
    } else if words.contains("sankt") {
        words.insert("st".to_owned());
    }
    words.extend(of_number(known.number));
    words.extend(known.agreements.iter().map(|number| number.to_lowercase()));
    if let Some(email) = known.email {
        let email = email.to_lowercase();
        words.extend(of_address(&email).map(|word| shortened(&format!("{MAIL}{word}"))));
    }
    words.into_iter().filter(|word| !word.is_empty()).collect()
}

/// The words of a user, each once and sorted: of the name, and of the address.
pub fn words_of_user(name: &str, email: &str) -> Vec<String> {
    let email = email.to_lowercase();
    let of_email = of_address(&email).map(|word| shortened(&format!("{MAIL}{word}")));
    let words: BTreeSet<String> = words_of(name).into_iter().chain(of_email).collect();
    words.into_iter().filter(|word| !word.is_empty()).collect()
}

/// The words of a name or a place, in both spellings.
pub fn words_of(text: &str) -> BTreeSet<String> {
    pieces(&spelled(text))
        .chain(pieces(&folded(text)))
        .collect()
}

/// A customer number as a whole, its letters, its digits, and the digits without leading zeros:
/// "K-010001" is found by "K-010001", "010001" and "10001".
fn of_number(number: CustomerNumber) -> impl Iterator<Item = String> {
    let whole = number.as_str().to_ascii_lowercase();
    let is_digit = |c: &char| c.is_ascii_digit();
    let letters = whole.split(|c: char| !c.is_ascii_lowercase());
    let figures = whole.split(|c: char| !is_digit(&c));
    let without_zeros = figures.clone().map(|run| run.trim_start_matches('0'));
    let mut all: Vec<String> = letters
        .chain(figures)
        .chain(without_zeros)
        .map(str::to_owned)
        .collect();
    all.push(whole);
    all.into_iter().filter(|word| !word.is_empty())
}

/// The address, its host, and the parts after a separator in either of them; not the last label,
/// which thousands share.
fn of_address(email: &str) -> impl Iterator<Item = String> {
    let (local, host) = email.split_once('@').unwrap_or((email, ""));
    let labels = host.rsplit_once('.').map_or(host, |(labels, _)| labels);
    let inner = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric())
            .skip(1)
            .filter(|piece| !piece.is_empty())
            .map(str::to_owned)
            .collect()
    };
    [email.to_owned(), host.to_owned()]
        .into_iter()
        .chain(inner(local))
        .chain(inner(labels))
        .filter(|word| !word.is_empty())
}

/// The ends of a word by which its inner parts are found: "oezdemir" → "ezdemir" … "mir". Numbers
/// and whole addresses are found by their beginning only.
pub fn inner_parts(word: &str) -> Vec<String> {
    let text = word.trim_start_matches(MAIL);
    let mark = &word[..word.len() - text.len()];
    if !has_inner(text) {
        return Vec::new();
    }
    text.char_indices()
        .skip(1)
        .map(|(at, _)| &text[at..])
        .filter(|part| part.chars().count() >= SHORTEST_PART)
        .map(|part| format!("{mark}{part}"))
        .collect()
}

/// Whether a word is found by its inner parts. A word with four digits counts as a number: hardly
/// two customers share it, and its parts would be stored for each customer.
fn has_inner(word: &str) -> bool {
    word.chars().any(char::is_alphabetic)
        && word.chars().all(char::is_alphanumeric)
        && word.chars().filter(char::is_ascii_digit).count() < 4
}

/// One word of a search, in all spellings in which it may be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The possible spellings; the first one is what was typed.
    pub forms: Vec<String>,
    /// Whether it is also compared with inner parts of words.
    pub is_inner: bool,
}

impl Term {
    fn whole(text: String) -> Self {
        Self {
            forms: vec![text],
            is_inner: false,
        }
    }

    fn word(spelled: &str, folded: &str) -> Self {
        let mut forms = vec![shortened(spelled)];
        if folded != spelled && !folded.is_empty() {
            forms.push(shortened(folded));
        }
        Self {
            is_inner: spelled.chars().count() >= SHORTEST_PART
                && spelled.chars().any(char::is_alphabetic),
            forms,
        }
    }

    /// Number of characters typed: a longer term narrows the search more.
    pub fn length(&self) -> usize {
        self.forms.first().map_or(0, |form| form.chars().count())
    }

    /// Whether it matches one of a customer's words as [`words`] returns them. Without
    /// `sees_address` an e-mail address is found only by the whole of it.
    pub fn finds<'a>(&self, words: impl Iterator<Item = &'a str>, sees_address: bool) -> bool {
        let mut words = words;
        words.any(|word| {
            let Some(of_address) = word.strip_prefix(MAIL) else {
                return self.forms.iter().any(|form| self.is_in(word, form));
            };
            self.forms.iter().any(|form| {
                (sees_address && self.is_in(of_address, form))
                    || (form.contains('@') && form == of_address)
            })
        })
    }

    fn is_in(&self, word: &str, form: &str) -> bool {
        word.starts_with(form) || (self.is_inner && has_inner(word) && word.contains(form))
    }
}

/// The terms of a search, all of which must match. Empty if there is nothing to search for.
pub fn terms(search: &str) -> Vec<Term> {
    let mut terms: Vec<Term> = Vec::new();
    for token in name::clean(search).split(' ') {
        let lower = token.to_lowercase();
        let bare = lower.trim_matches(|c: char| !c.is_alphanumeric());
        if is_address(bare) || is_host(bare) || is_agreement(bare) {
            terms.push(Term::whole(bare.to_owned()));
            continue;
        }
        let (spelled, folded) = (spelled(token), folded(token));
        let folded: Vec<&str> = folded.split(' ').collect();
        for (at, word) in spelled.split(' ').enumerate() {
            if !word.is_empty() {
                terms.push(Term::word(
                    word,
                    folded.get(at).copied().unwrap_or_default(),
                ));
            }
        }
    }
    // "Müller und Söhne" may be written with "&", and "PLZ" only announces the postcode.
    let says_nothing = |term: &Term| {
        matches!(
            term.forms.first().map(String::as_str),
            Some("und" | "and" | "plz")
        )
    };
    if terms.iter().any(|term| !says_nothing(term)) {
        terms.retain(|term| !says_nothing(term));
    }
    let mut seen: Vec<Term> = Vec::new();
    for term in terms {
        if !seen.contains(&term) && seen.len() < MOST_TERMS {
            seen.push(term);
        }
    }
    seen
}

/// The customers whose whole number the search may be: as typed, else in upper or lower case.
pub fn customer_numbers(search: &str) -> Vec<CustomerNumber> {
    let typed = name::clean(search);
    let mut numbers: Vec<CustomerNumber> = Vec::new();
    for written in [
        typed.clone(),
        typed.to_ascii_uppercase(),
        typed.to_ascii_lowercase(),
    ] {
        if let Ok(number) = written.parse()
            && !numbers.contains(&number)
        {
            numbers.push(number);
        }
    }
    numbers
}

/// The search as an agreement number, in capitals; `None` if it is none.
pub fn agreement_number(search: &str) -> Option<String> {
    let text = name::clean(search).to_uppercase();
    let has_all = text.matches('-').count() >= 3;
    (has_all && is_agreement(&text.to_lowercase())).then_some(text)
}

fn is_address(token: &str) -> bool {
    matches!(token.split_once('@'), Some((local, host)) if !local.is_empty() && !host.is_empty())
}

/// A host like "mueller-bau.example", but not "st.josef-stift": at least two labels of letters,
/// digits and hyphens.
fn is_host(token: &str) -> bool {
    let is_label =
        |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    let labels: Vec<&str> = token.split('.').collect();
    let is_word = |label: &&str| label.chars().count() > 3;
    labels.len() > 1
        && labels.iter().all(|label| is_label(label))
        && labels.iter().any(is_word)
        && labels
            .last()
            .is_some_and(|last| last.chars().all(char::is_alphabetic) && last.len() >= 2)
        && labels
            .first()
            .is_some_and(|first| first.chars().count() > 2)
}

/// "avv-2026-4711-1-ebjd1z", or the beginning of such a number.
fn is_agreement(token: &str) -> bool {
    let rest = token.strip_prefix("avv-").unwrap_or_default();
    let year = rest.split('-').next().unwrap_or_default();
    year.len() == 4
        && year.bytes().all(|byte| byte.is_ascii_digit())
        && rest
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
}

/// Lower case, umlauts written out as "ae", "oe", "ue", other accents dropped; letters, digits and
/// single spaces only.
fn spelled(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in name::clean(text).chars().flat_map(char::to_lowercase) {
        match c {
            'ä' => out.push_str("ae"),
            'ö' | 'ø' => out.push_str("oe"),
            'ü' => out.push_str("ue"),
            'å' => out.push_str("aa"),
            'ı' => out.push('i'),
            'đ' | 'ð' => out.push('d'),
            other => out.push(other),
        }
    }
    name::sort_key(&out)
}

/// The coarser spelling: umlauts without their dots, however they were written.
fn folded(text: &str) -> String {
    let spelled = spelled(text);
    let mut out = String::with_capacity(spelled.len());
    let mut rest = spelled.chars().peekable();
    while let Some(c) = rest.next() {
        out.push(c);
        let is_written_out = match c {
            'a' | 'o' | 'u' => rest.peek() == Some(&'e'),
            _ => false,
        };
        if is_written_out || (c == 'a' && rest.peek() == Some(&'a')) {
            rest.next();
        }
    }
    out
}

fn pieces(key: &str) -> impl Iterator<Item = String> + '_ {
    key.split(' ')
        .filter(|word| !word.is_empty())
        .map(shortened)
}

fn shortened(word: &str) -> String {
    word.chars().take(LONGEST_WORD).collect()
}

#[cfg(test)]
mod tests;
