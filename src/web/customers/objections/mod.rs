//! Objections and declines: recording one that came by telephone or letter, and reading those that
//! are stored.

pub mod declarations;
pub mod record;
