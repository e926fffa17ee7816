//! The text of the contract on pages that need no sign-in: one published version, or two side by
//! side.

mod comparison;
mod version;

use crate::web::kit::route::{Row, Who, get, view};

/// Rows of this family.
pub const ROUTES: &[Row] = &[
    get("/vertrag", Who::Visitor, || view().to(version::current)),
    get("/vertrag/{version}", Who::Visitor, || {
        view().to(version::show)
    }),
    get("/vertrag/{alt}/vergleich/{neu}", Who::Anyone, || {
        view().to(comparison::compare)
    }),
];
