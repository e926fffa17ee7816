//! Everything about the database; the only room that knows diesel.

pub mod db;
pub mod embedded;
