//! Objections and declines: recording one that came by telephone or letter, and reading what there is.

pub mod declarations;
pub mod record;
