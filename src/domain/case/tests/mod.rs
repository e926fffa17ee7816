//! Tests of the rules: tables, invariants, and comparison with a second, simple model.

mod gate;
pub(crate) mod invariants;
pub(crate) mod model;
mod partner_search;
pub(crate) mod random_sequences;
pub(crate) mod samples;
pub(crate) mod scenarios;
mod table;
mod table_access;
mod table_address;
mod table_arrival;
mod table_details;
mod table_links;
mod table_need;
mod table_option;
mod table_reviewed;
mod table_status;
mod table_text;
