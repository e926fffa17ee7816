//! What a new version is called until its authors give it another number.

/// The next number after this one that no version has: its last figure counted up. `None` for a
/// number that does not end in a figure.
pub fn next_number(number: &str, taken: &[&str]) -> Option<String> {
    let stem = number.trim_end_matches(|c: char| c.is_ascii_digit());
    let last: u32 = number.get(stem.len()..)?.parse().ok()?;
    (1..)
        .map_while(|step| last.checked_add(step))
        .map(|figure| format!("{stem}{figure}"))
        .find(|next| !taken.contains(&next.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_gets_the_next_free_number() {
        let taken = ["1.0", "1.1", "2026-3"];
        for (number, next) in [
            ("1.0", Some("1.2")),
            ("1.9", Some("1.10")),
            ("3", Some("4")),
            ("2026-2", Some("2026-4")),
            ("Frühjahr", None),
            ("", None),
            ("4294967295", None),
        ] {
            assert_eq!(next_number(number, &taken).as_deref(), next, "{number}");
        }
    }
}
