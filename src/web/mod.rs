//! The pages. `routes` is the whole site as one table of method, path, who may, handler; every
//! other file is a page family: the page struct stands beside its handler, its template in the
//! folder of the same name.
//!
//! A request goes `headers → errors → (session → guard) → handler`: see `server`, `guard`, `error`.

mod access;
mod addresses;
mod administration;
mod consent;
mod consequences;
mod contract_text;
mod customers;
mod dev;
mod doubts;
mod gate;
mod health;
mod kit;
mod legal;
mod notices;
mod operation;
mod partners;
mod passwords;
mod proofs;
mod roll_outs;
pub mod routes;
pub mod server;
mod sign_in;
mod status;
mod versions;

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
