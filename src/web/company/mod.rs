//! The people of the viewer's own company, for those of a partner or a customer who manage them: the list,
//! inviting one, changing one, and what locks, lets in and erases. Customers read it in English, too (C4).

mod invite;
mod list;
mod parts;
mod show;
mod steps;

use actix_web::web;

use crate::paths;
use crate::web::kit::route::{Row, Who, get, post, view};

/// Rows of this family.
pub const ROUTES: &[Row] = &[
    get(paths::COMPANY_USERS, Who::UserManager, || {
        view().to(list::show)
    }),
    get(paths::COMPANY_USERS_SHEET, Who::UserManager, || {
        view().to(list::sheet)
    }),
    post(paths::COMPANY_USERS, Who::UserManager, || {
        web::post().to(invite::send)
    }),
    get(paths::NEW_COMPANY_USER, Who::UserManager, || {
        view().to(invite::new)
    }),
    get("/benutzer/{benutzer}", Who::UserManager, || {
        view().to(show::show)
    }),
    post("/benutzer/{benutzer}", Who::UserManager, || {
        web::post().to(show::save)
    }),
    post("/benutzer/{benutzer}/einladung", Who::UserManager, || {
        web::post().to(show::invite_again)
    }),
    get("/benutzer/{benutzer}/sperren", Who::UserManager, || {
        view().to(steps::ask_lock)
    }),
    post("/benutzer/{benutzer}/sperren", Who::UserManager, || {
        web::post().to(steps::lock)
    }),
    get("/benutzer/{benutzer}/entsperren", Who::UserManager, || {
        view().to(steps::ask_unlock)
    }),
    post("/benutzer/{benutzer}/entsperren", Who::UserManager, || {
        web::post().to(steps::unlock)
    }),
    get("/benutzer/{benutzer}/loeschen", Who::UserManager, || {
        view().to(steps::ask_erase)
    }),
    post("/benutzer/{benutzer}/loeschen", Who::UserManager, || {
        web::post().to(steps::erase)
    }),
];
