//! Pages for developers and demos: the mailbox in which mails land, and the clock. They do not exist
//! in production (S-65).

mod clock;
mod mailbox;

use actix_web::web;

use crate::web::kit::route::{Row, Who, get, post, view};

/// Rows of this family.
pub const ROUTES: &[Row] = &[
    get("/dev/postfach", Who::Visitor, || view().to(mailbox::list)),
    get("/dev/postfach/{name}", Who::Visitor, || {
        view().to(mailbox::show)
    }),
    get("/dev/postfach/{name}/html", Who::Visitor, || {
        view().to(mailbox::html_part)
    }),
    get("/dev/postfach/{name}/anhang/{nummer}", Who::Visitor, || {
        view().to(mailbox::attached)
    }),
    get("/dev/uhr", Who::Visitor, || view().to(clock::show)),
    post("/dev/uhr", Who::Visitor, || web::post().to(clock::advance)),
];
