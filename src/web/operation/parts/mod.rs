//! What several pages of this room print.

pub mod alert_lines;
pub mod setup_lines;
