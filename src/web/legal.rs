//! (page family)

use super::routes::Row;

/// Rows of this family.
pub const ROUTES: &[Row] = &[];
