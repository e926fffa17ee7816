//! Passwords: Argon2id hashes, rules for new ones, verification (S-35, S-37). CPU work, not to be
//! called on the async threads.

use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};

/// Shortest password accepted, in characters.
pub const SHORTEST: usize = 12;
/// Longest password accepted, in bytes.
pub const LONGEST: usize = 1024;

/// Words that are likely in passwords for this portal.
const CONTEXT: [&str; 12] = [
    "passwort",
    "password",
    "portal",
    "plusnet",
    "avv",
    "vertrag",
    "firma",
    "qwertz",
    "qwerty",
    "hallo",
    "willkommen",
    "sommer",
];

/// Passwords that many people have, and words that many are made of, one a line; what begins with `# ` is
/// no word but says where they are from.
const COMMON: &str = include_str!("common_passwords.txt");
/// A word of fewer letters is found in many good passwords.
const SHORTEST_WORD: usize = 4;

/// Sequences of letters and keys that are common in passwords, forwards and backwards.
const ROWS: [&str; 4] = [
    "abcdefghijklmnopqrstuvwxyz",
    "1234567890123",
    "qwertzuiopü+asdfghjklöä#yxcvbnm,.-",
    "qwertyuiop[]asdfghjkl;'zxcvbnm,./",
];

/// Why a password is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadPassword {
    /// Fewer than [`SHORTEST`] characters.
    TooShort,
    /// More than [`LONGEST`] bytes.
    TooLong,
    /// Made of a common word or a sequence of keys.
    TooCommon,
    /// Made of the name or address of the person, or of the company.
    OwnName,
}

/// Whether a password may be set: length, and not merely a common word with figures around it, one row
/// of keys, or a name of `own`, which are those of the person, the company and the operator. No
/// composition rules (S-35).
pub fn check(password: &str, own: &[&str]) -> Result<(), BadPassword> {
    if password.chars().count() < SHORTEST {
        return Err(BadPassword::TooShort);
    }
    if password.len() > LONGEST {
        return Err(BadPassword::TooLong);
    }
    let lower = password.to_lowercase();
    let mut rest: String = lower.chars().filter(|c| c.is_alphabetic()).collect();
    for word in CONTEXT {
        rest = rest.replace(word, "");
    }
    let mut distinct: Vec<char> = lower.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    let letters: Vec<char> = lower.chars().collect();
    let steps = letters
        .windows(2)
        .filter(|pair| is_step(pair[0], pair[1]))
        .count();
    let is_row = steps * 2 > letters.len();
    if distinct.len() < 5
        || is_row
        || (rest.chars().count() < 4 && CONTEXT.iter().any(|word| lower.contains(word)))
        || is_one_common_word(&lower)
        || is_one_common_word(&plain(&lower))
    {
        return Err(BadPassword::TooCommon);
    }
    if is_of_own_names(&lower, own) || is_of_own_names(&plain(&lower), own) {
        return Err(BadPassword::OwnName);
    }
    Ok(())
}

/// Whether hardly a letter is left of a password without the words of these names.
fn is_of_own_names(lower: &str, own: &[&str]) -> bool {
    let mut words: Vec<String> = own
        .iter()
        .flat_map(|name| {
            let name = name.to_lowercase();
            [written_out(&name), name]
        })
        .flat_map(|name| {
            let parts = name.split(|c: char| !c.is_alphabetic());
            let parts: Vec<String> = parts.map(str::to_owned).collect();
            parts.into_iter().chain([letters_of(&name)])
        })
        .filter(|word| word.chars().count() >= SHORTEST_WORD)
        .collect();
    // The longest first: "Müller" within "Müllermeier" leaves nothing of use.
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let mut rest = letters_of(lower);
    let before = rest.len();
    for word in &words {
        rest = rest.replace(word.as_str(), "");
    }
    rest.len() < before && rest.chars().count() < SHORTEST_WORD
}

/// Umlauts as people type them elsewhere.
fn written_out(lower: &str) -> String {
    lower
        .replace('ä', "ae")
        .replace('ö', "oe")
        .replace('ü', "ue")
        .replace('ß', "ss")
}

fn letters_of(text: &str) -> String {
    text.chars().filter(|c| c.is_alphabetic()).collect()
}

/// Whether a password is one common word, once or several times, with figures and signs around it.
fn is_one_common_word(lower: &str) -> bool {
    let letters = letters_of(lower);
    let all = || COMMON.lines().filter(|word| !word.starts_with("# "));
    all().any(|word| word == lower)
        || all()
            .chain(CONTEXT)
            .filter(|word| word.len() >= SHORTEST_WORD && letters.contains(word))
            .any(|word| letters.replace(word, "").chars().count() < 4)
}

/// Replaces figures and signs by the letters they are often written for.
fn plain(lower: &str) -> String {
    let letter = |c| match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        c => c,
    };
    lower.chars().map(letter).collect()
}

/// Whether two characters are neighbours in one of the sequences.
fn is_step(a: char, b: char) -> bool {
    ROWS.iter()
        .any(|row| row.contains(&format!("{a}{b}")) || row.contains(&format!("{b}{a}")))
}

/// Hashes a password for storing: 19 MiB, two passes, one lane.
pub fn hash(password: &str) -> Result<String, argon2::password_hash::Error> {
    Ok(hasher()
        .hash_password(password.as_bytes(), &SaltString::generate(&mut OsRng))?
        .to_string())
}

/// Whether a password matches. Without a stored hash the same work is done against a fixed one, so
/// that an unknown user takes as long as a wrong password (S-37).
pub fn verify(password: &str, stored: Option<&str>) -> bool {
    let known = stored.and_then(|hash| PasswordHash::new(hash).ok());
    match known {
        Some(hash) => hasher().verify_password(password.as_bytes(), &hash).is_ok(),
        None => {
            let mut out = [0_u8; 32];
            let _ =
                hasher().hash_password_into(password.as_bytes(), b"nobody has this salt", &mut out);
            false
        }
    }
}

fn hasher() -> Argon2<'static> {
    Argon2::new(
        Algorithm::Argon2id,
        Version::V0x13,
        Params::new(19 * 1024, 2, 1, None).unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;

    #[test]
    fn length_counts_and_common_words_do_not() {
        // S-35
        for good in [
            "korrekt pferd batterie",
            "Fünf Äpfel am Ofen",
            "x7$kLm2!qPz9",
            "mein hund heißt bello",
        ] {
            assert_eq!(check(good, &[]), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("kurz", BadPassword::TooShort),
            ("elfzeichen!", BadPassword::TooShort),
            ("passwort1234", BadPassword::TooCommon),
            ("AVV-Portal2026!", BadPassword::TooCommon),
            ("aaaaaaaaaaaaaa", BadPassword::TooCommon),
            ("abcdefghijklmn", BadPassword::TooCommon),
            ("1234567890123", BadPassword::TooCommon),
            ("liverpool12345", BadPassword::TooCommon),
            ("Dr4g0nDr4g0n!!", BadPassword::TooCommon),
        ] {
            assert_eq!(check(bad, &[]), Err(why), "{bad}");
        }
        assert_eq!(
            check(&"langer satz ".repeat(100), &[]),
            Err(BadPassword::TooLong)
        );
    }

    #[test]
    fn s35_three_thousand_common_passwords_are_known() {
        let words: Vec<&str> = COMMON
            .lines()
            .filter(|line| !line.starts_with("# "))
            .collect();
        assert!(words.len() >= 3_000, "{}", words.len());
        assert!(
            words
                .iter()
                .all(|word| **word == word.to_lowercase() && !word.is_empty())
        );
    }

    #[test]
    fn s35_names_of_ones_own_are_no_password() {
        let own = [
            "Jörg Müller-Lüdenscheidt",
            "j.mueller@muster-systemhaus.example",
            "Muster Systemhaus GmbH",
            "Plusnet",
        ];
        for bad in [
            "joergmueller1!",
            "JörgMüller2026",
            "Lüdenscheidt-2026",
            "muster.systemhaus",
            "MusterSystemhaus1",
            "plu5n3t-Systemhaus",
            "2026-jmueller-2026",
        ] {
            let found = check(bad, &own);
            assert!(found.is_err(), "{bad}");
        }
        for good in [
            "korrekt pferd batterie",
            "Müller fährt Fahrrad",
            "x7$kLm2!qPz9",
        ] {
            assert_eq!(check(good, &own), Ok(()), "{good}");
        }
        assert_eq!(check("Lüdenscheidt-2026", &own), Err(BadPassword::OwnName));
        assert_eq!(check("Lüdenscheidt-2026", &["A", ""]), Ok(()));
    }

    #[test]
    fn a_hash_opens_only_for_its_password() {
        let stored = hash("korrekt pferd batterie").unwrap();
        assert!(stored.starts_with("$argon2id$"));
        assert!(verify("korrekt pferd batterie", Some(&stored)));
        assert!(!verify("korrekt pferd batterien", Some(&stored)));
        assert!(!verify("korrekt pferd batterie", None));
        assert!(!verify("korrekt pferd batterie", Some("kein hash")));
    }
}
