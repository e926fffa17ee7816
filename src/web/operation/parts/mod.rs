//! What several pages of this room share.

pub mod alert_lines;
