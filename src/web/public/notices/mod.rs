//! Announced changes of the general sub-processors for customers: the public page of an
//! announcement, which names no customer (C-17), and the page of the link in its mail, by which a
//! customer dissents (row 39). No page looks at a session and nothing but a POST changes anything.

mod announcement;
mod dissent;

use actix_web::web;

use crate::web::kit::route::{Row, Who, get, post, view};

/// Rows of this family.
pub const ROUTES: &[Row] = &[
    get("/aenderungsmitteilungen/{mitteilung}", Who::Anyone, || {
        view().to(announcement::show)
    }),
    get("/einspruch/{token}", Who::Anyone, || {
        view().to(dissent::show)
    }),
    get("/einspruch/{token}/", Who::Anyone, || {
        view().to(dissent::show)
    }),
    post("/einspruch/{token}", Who::Anyone, || {
        web::post().to(dissent::declare)
    }),
];
