//! The contract text: parse Djot, insert values, check completeness, render HTML and plain text.

pub mod tree;
pub mod values;
