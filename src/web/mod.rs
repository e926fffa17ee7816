//! The pages. `routes` is the whole site as one table of method, path, who may, handler. The rooms
//! contain the page families: the page struct is beside its handler, its template in the folder of
//! the same name. `kit` is shared by the families; none of them imports another.
//!
//! A request goes `requests → limits → headers → error pages → (session → guard) → handler`: see `server` and `kit`.

mod account;
mod administration;
pub mod api;
mod company;
mod contract;
mod customers;
mod dev;
mod kit;
mod management;
mod operation;
mod partners;
mod public;
pub mod routes;
pub mod server;

pub use kit::error::PageError;
pub use kit::route::Who;
pub use kit::soft::soft;

/// Address of the style sheet, for templates.
pub fn css() -> &'static str {
    &kit::statics::CSS_PATH
}

/// Address of the script, for templates.
pub fn js() -> &'static str {
    &kit::statics::JS_PATH
}
