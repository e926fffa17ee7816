//! The list of endpoints; there are few.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{short, state};
use crate::actions::ActionError;
use crate::app::App;
use crate::paths;
use crate::storage::webhooks::{Endpoint, list_endpoints};
use crate::web::kit::dates::When;
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, Shell, html};

#[derive(Template)]
#[template(path = "web/operation/webhooks/list.html")]
struct ListPage {
    shell: Shell,
    lines: Vec<EndpointRow>,
}

struct EndpointRow {
    href: String,
    url: String,
    types: String,
    word: &'static str,
    look: &'static str,
    delivered: Option<When>,
}

/// The page.
pub async fn show(app: web::Data<App>, me: Me) -> Result<HttpResponse, PageError> {
    let found = app
        .db
        .read(|conn| -> Result<_, ActionError> { Ok(list_endpoints(conn)?) })
        .await?;
    html(&ListPage {
        shell: Shell::load(&app, &me, paths::WEBHOOKS).await?,
        lines: found.iter().map(line).collect(),
    })
}

fn line(endpoint: &Endpoint) -> EndpointRow {
    let (word, look) = state(endpoint);
    EndpointRow {
        href: paths::webhook(endpoint.id),
        url: short(&endpoint.url).to_owned(),
        types: match endpoint.types.len() {
            0 => "alle".to_owned(),
            1 => "1 Art".to_owned(),
            more => format!("{more} Arten"),
        },
        word,
        look,
        delivered: endpoint.delivered_at.map(When::moment),
    }
}
