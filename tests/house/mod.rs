//! Tests that read the sources: dependencies between the rooms, rules that are cited, words of
//! pages and mails.
//!
//! Part of the library's test binary (`src/lib.rs`), so that `./dev check` builds only one binary.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod architecture;
mod rules;
mod vocabulary;
mod words;
