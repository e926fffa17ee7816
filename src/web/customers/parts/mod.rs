//! What several pages about one customer print.

pub mod doubts;
pub mod effects;
pub mod entered_addresses;
