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

use crate::actions::ActionError;
use crate::app::App;
use crate::domain::CustomerNumber;
use crate::domain::case::Case;
use crate::domain::viewer::Viewer;
use crate::paths;
use crate::storage::{PgConnection, cases, customers};
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

/// A customer's case for reading; what the viewer may not know of does not exist (S-51).
pub fn find_visible(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    number: CustomerNumber,
) -> Result<Case, ActionError> {
    if !customers::is_visible(conn, viewer.role.scope(), number)? {
        return Err(ActionError::NotFound);
    }
    cases::find_case(conn, number, app.clock.now())?
        // The facts may be a moment younger than the look before.
        .filter(|case| viewer.role.knows(case))
        .ok_or(ActionError::NotFound)
}

/// [`find_visible`] for pages that need nothing else from the database.
pub async fn load_visible(
    app: &web::Data<App>,
    viewer: &Viewer,
    number: CustomerNumber,
) -> Result<Case, ActionError> {
    let (own, viewer) = (app.clone(), viewer.clone());
    app.db
        .read(move |conn| find_visible(conn, &own, &viewer, number))
        .await
}
