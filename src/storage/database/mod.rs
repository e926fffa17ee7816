//! The database itself: connections, migrations, the embedded server, reading of columns.

pub mod bulk;
pub mod copies;
pub mod db;
pub mod embedded;
pub(in crate::storage) mod text;
