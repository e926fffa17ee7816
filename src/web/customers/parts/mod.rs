//! What several pages about one customer print.

pub mod consequences;
pub mod doubts;
pub mod entered_addresses;
