//! The public pages of a mailed link: read, conclude, decline, download, ask for a new link.
//!
//! Visitors who open a link arrive here (see [`arrival`]); [`page`] shows the contract with its
//! form, [`summary`] summarises it, [`signing`] reads the form, [`states`] explains links that
//! cannot be used, [`receipt`] is the page after conclusion, [`again`] is what the link can still
//! do then. No page looks at a session (S-15) and nothing but a POST changes anything (S-03).

mod again;
mod arrival;
mod page;
mod receipt;
mod signing;
mod states;
mod summary;

use actix_web::web;

use crate::web::kit::route::{Row, Who, get, post, view};

/// Rows of this family.
pub const ROUTES: &[Row] = &[
    get("/zustimmung/{token}", Who::Anyone, || view().to(page::show)),
    get("/zustimmung/{token}/", Who::Anyone, || {
        view().to(page::show)
    }),
    post("/zustimmung/{token}", Who::Anyone, || {
        web::post().to(page::conclude)
    }),
    get("/zustimmung/{token}/entwurf.pdf", Who::Anyone, || {
        view().to(page::draft)
    }),
    get("/zustimmung/{token}/erfolg", Who::Anyone, || {
        view().to(receipt::show)
    }),
    get("/zustimmung/{token}/avv.pdf", Who::Anyone, || {
        view().to(receipt::pdf)
    }),
    get("/zustimmung/{token}/ablehnen", Who::Anyone, || {
        view().to(states::ask_decline)
    }),
    post("/zustimmung/{token}/ablehnen", Who::Anyone, || {
        web::post().to(states::decline)
    }),
    post("/zustimmung/{token}/neuer-link", Who::Anyone, || {
        web::post().to(states::new_link)
    }),
    post("/zustimmung/{token}/zugang", Who::Anyone, || {
        web::post().to(again::request_access)
    }),
    post("/zustimmung/{token}/vertrag", Who::Anyone, || {
        web::post().to(again::send_copy)
    }),
];
