//! Partners and sub-partners, and their contracts with the provider.

pub mod partner_contracts;
pub mod partner_list;
pub mod partners;
