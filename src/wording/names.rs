//! Names in a sentence.

use crate::domain::Language;

/// Names as a sentence holds them: "A", "A und B", "A, B und C".
pub fn list<T: AsRef<str>>(names: &[T], language: Language) -> String {
    let and = match language {
        Language::De => "und",
        Language::En => "and",
    };
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [start @ .., last] => format!("{} {and} {last}", start.join(", ")),
    }
}

/// A number with separators: "12.345".
pub fn thousands(number: i64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push('.');
        }
        out.push(digit);
    }
    out
}
