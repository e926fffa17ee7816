//! What several page families use. Nothing in here knows a family.

pub mod route;
