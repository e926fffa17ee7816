//! The customer list, a customer's profile and the pages of its modules.

mod correction;
mod desk;
mod email;
mod filter;
mod list;
mod master_data;
mod module;
mod order;
mod profile;
mod state;

pub use correction::{BACK, CONFIRMED};
pub use module::decide;

use actix_web::web;

use crate::paths;
use crate::web::kit::route::{Row, Who, get, post, view};

/// Rows of this family.
pub const ROUTES: &[Row] = &[
    get(paths::CUSTOMERS, Who::Staff, || view().to(list::show)),
    get("/kunden/{nummer}", Who::Staff, || view().to(profile::show)),
    get("/kunden/{nummer}/stammdaten", Who::Operator, || {
        view().to(master_data::show)
    }),
    post("/kunden/{nummer}/stammdaten", Who::Operator, || {
        web::post().to(master_data::save)
    }),
    get("/kunden/{nummer}/stammdaten/email", Who::Assigner, || {
        view().to(email::show)
    }),
    post("/kunden/{nummer}/stammdaten/email", Who::Assigner, || {
        web::post().to(email::save)
    }),
    get("/kunden/{nummer}/module/{modul}", Who::Staff, || {
        view().to(module::show)
    }),
];
