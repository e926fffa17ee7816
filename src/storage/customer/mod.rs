//! Customers: master data, cases, agreements, and the row of the list that is computed from them.

pub mod agreement_imports;
pub mod agreements;
pub mod case_rows;
pub mod cases;
pub mod catalogue;
pub mod customer_imports;
pub mod customers;
pub mod declarations;
pub mod external_ids;
pub mod links;
pub mod parties;
pub mod products;
pub mod statistics;
