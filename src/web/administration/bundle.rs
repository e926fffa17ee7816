//! The evidence bundle of a customer as ZIP (EV-15).

use actix_web::{HttpResponse, web};

use super::{Whose, find_kept, own_or_asked};
use crate::actions::{CaseCommand, bundles, documents};
use crate::app::App;
use crate::places::Kind;
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, attachment};

/// GET: the bundle, for viewers who may read the contract; the operator may also fetch that of a
/// deleted customer.
pub async fn download(
    app: web::Data<App>,
    me: Me,
    whose: web::Query<Whose>,
) -> Result<HttpResponse, PageError> {
    let number = own_or_asked(me.viewer.role, &whose).ok_or(PageError::NotFound)?;
    let (own, now) = (app.clone(), app.clock.now());
    let (turn, is_head) = (me.turn.clone(), me.turn.is_head());
    bundles::bring_up_log(&app).await?;
    let collected = app
        .db
        .transaction(move |conn| {
            documents::may_read(&me.viewer)?;
            let case = find_kept(conn, &own, &me.viewer, number)?;
            if is_head {
                return Ok(None);
            }
            let actor = CaseCommand::by(&me.viewer, number, now).actor;
            bundles::collect(conn, &own, &case, me.viewer.role, &actor, now).map(Some)
        })
        .await?
        .ok_or(PageError::HeadAlone)?;
    let name = collected.name().to_owned();
    let zip = turn
        .take(&app, Kind::SignedIn, move || collected.pack())
        .await??;
    Ok(attachment("application/zip", &name, zip))
}
