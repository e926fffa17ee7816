//! "Betrieb → Schnittstellen": the other systems of the provider that use the API. The operator's people
//! see them; administrators add them, give them tokens and shut them, each time with their strongest
//! factor. A token is shown once, on the page that made it.

mod list;
mod new;
mod show;

use actix_web::web;

use crate::domain::viewer::Duty;
use crate::paths;
use crate::web::kit::route::{Row, Who, get, post, view};

/// Rows of this family.
pub const ROUTES: &[Row] = &[
    get(paths::CLIENTS, Who::Operator, || view().to(list::show)),
    get(paths::NEW_CLIENT, Who::Duty(Duty::Administration), || {
        view().to(new::show)
    }),
    post(paths::NEW_CLIENT, Who::Duty(Duty::Administration), || {
        web::post().to(new::add)
    }),
    get("/betrieb/schnittstellen/{zugang}", Who::Operator, || {
        view().to(show::show)
    }),
    post(
        "/betrieb/schnittstellen/{zugang}/token",
        Who::Duty(Duty::Administration),
        || web::post().to(show::add_token),
    ),
    post(
        "/betrieb/schnittstellen/{zugang}/token/{token}/sperren",
        Who::Duty(Duty::Administration),
        || web::post().to(show::revoke_token),
    ),
    post(
        "/betrieb/schnittstellen/{zugang}/sperren",
        Who::Duty(Duty::Administration),
        || web::post().to(show::revoke),
    ),
];
