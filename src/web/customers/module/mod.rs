//! The page of a module. What a module administers is not part of this portal; whether the viewer
//! has access is, and it is decided anew on every request (S-56).

pub mod forward_auth;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::app::App;
use crate::domain::CustomerNumber;
use crate::domain::case::{Case, Denied, enter};
use crate::domain::product::Product;
use crate::paths;
use crate::web::kit::customer::load_visible;
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, Shell, html};
use crate::web::kit::refusals;

#[derive(Template)]
#[template(path = "web/customers/module/module.html")]
struct ModuleView {
    shell: Shell,
    number: CustomerNumber,
    customer: String,
    module: String,
    closed: Option<(&'static str, &'static str)>,
}

pub async fn show(
    app: web::Data<App>,
    me: Me,
    path: web::Path<(CustomerNumber, String)>,
) -> Result<HttpResponse, PageError> {
    let (number, module) = path.into_inner();
    let case = load_visible(&app, &me.viewer, number).await?;
    let name = name_of(&case, &module).ok_or(PageError::NotFound)?;
    let denied = enter(&case, me.viewer.role, &module, app.clock.now()).err();
    if denied == Some(Denied::NotAssigned) {
        return Err(PageError::NotFound);
    }
    if let Some(denied) = denied {
        tracing::warn!(
            user = me.viewer.user.0,
            customer = %number,
            ?denied,
            "refused: module"
        );
    }
    let mut response = html(&ModuleView {
        shell: Shell::load(&app, &me, paths::CUSTOMERS).await?,
        number,
        customer: case.customer.party.name.clone(),
        module: name,
        closed: denied.map(refusals::closed),
    })?;
    if denied.is_some() {
        *response.status_mut() = StatusCode::FORBIDDEN;
    }
    Ok(response)
}

fn name_of(case: &Case, module: &str) -> Option<String> {
    case.catalogue
        .iter()
        .flat_map(Product::modules)
        .find(|known| known.key == module)
        .map(|known| known.name.clone())
}
