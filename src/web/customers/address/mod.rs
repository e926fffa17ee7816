//! The e-mail address a customer is asked at: entering another one, and deciding about one that a partner entered.

pub mod change;
pub mod decision;
