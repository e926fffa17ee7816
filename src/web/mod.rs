//! The pages. `routes` is the whole site as one table of method, path, who may, handler; every
//! other file is a page family: the page struct stands beside its handler, its template in the
//! folder of the same name.
//!
//! A request goes `headers → errors → (session → guard) → handler`: see `server`, `guard`, `error`.

mod access;
mod addresses;
mod administration;
mod attend;
mod body;
mod client;
mod consent;
mod consequences;
mod contract_text;
mod customers;
mod dev;
mod doubts;
mod error;
mod form;
mod gate;
mod guard;
mod headers;
mod health;
mod kept;
mod kit;
mod legal;
mod limits;
mod menu;
mod notices;
mod operation;
mod page;
mod partners;
mod passwords;
mod proofs;
mod refusals;
mod roll_outs;
pub mod routes;
pub mod server;
mod session;
mod sign_in;
mod soft;
mod statics;
mod status;
mod turn;
mod upload;
mod versions;

pub use error::PageError;
pub use kit::route::Who;
pub use soft::soft;

/// Address of the style sheet, for templates.
pub fn css() -> &'static str {
    &statics::CSS_PATH
}

/// Address of the script, for templates.
pub fn js() -> &'static str {
    &statics::JS_PATH
}
