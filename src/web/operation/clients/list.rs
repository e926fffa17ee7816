//! The list of clients.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::actions::ActionError;
use crate::app::App;
use crate::domain::Language;
use crate::paths;
use crate::storage::clients::{ClientLine, list_clients};
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, Shell, html};
use crate::wording::dates::short_moment;

#[derive(Template)]
#[template(path = "web/operation/clients/list.html")]
struct List {
    shell: Shell,
    lines: Vec<ListedClient>,
}

struct ListedClient {
    name: String,
    href: String,
    /// "gilt", "gesperrt" or "abgelaufen".
    state: &'static str,
    is_open: bool,
    scopes: Vec<&'static str>,
    last_used: String,
}

pub async fn show(app: web::Data<App>, me: Me) -> Result<HttpResponse, PageError> {
    let clients = app
        .db
        .read(|conn| -> Result<_, ActionError> { Ok(list_clients(conn)?) })
        .await?;
    let now = app.clock.now();
    let line = |found: ClientLine| {
        let client = &found.client;
        let is_open = client.is_open(now);
        ListedClient {
            name: client.name.clone(),
            href: paths::client(client.id),
            state: state_of(is_open, client.revoked_at.is_some()),
            is_open,
            scopes: client.scopes.iter().map(|scope| scope.key()).collect(),
            last_used: found.last_used_at.map_or_else(
                || "noch nie".to_owned(),
                |at| short_moment(at, Language::De),
            ),
        }
    };
    html(&List {
        shell: Shell::load(&app, &me, paths::CLIENTS).await?,
        lines: clients.into_iter().map(line).collect(),
    })
}

/// How a client stands.
pub(super) fn state_of(is_open: bool, is_revoked: bool) -> &'static str {
    match (is_open, is_revoked) {
        (true, _) => "gilt",
        (false, true) => "gesperrt",
        (false, false) => "abgelaufen",
    }
}
