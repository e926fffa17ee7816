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
