//! What several pages about one customer share.

pub mod doubts;
pub mod entered_addresses;
pub mod party_fields;
pub mod product_choice;
pub mod tables;
