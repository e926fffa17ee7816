//! The list, by address, with search and filters.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::actions::ActionError;
use crate::app::App;
use crate::domain::Language;
use crate::domain::user::{UserKind, UserState};
use crate::paths;
use crate::storage::user_list::{UserLine, UserQuery, list_users};
use crate::web::kit::dates::When;
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, Shell, html};

/// Users per page of the list.
const PAGE: usize = 50;
/// Longest search text in characters; the rest is cut off.
const LONGEST_SEARCH: usize = 100;

/// The query of the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    suche: String,
    art: String,
    stand: String,
    nach: String,
}

#[derive(Template)]
#[template(path = "web/operation/users/list.html")]
struct ListPage {
    shell: Shell,
    search: String,
    kind: Option<UserKind>,
    state: Option<UserState>,
    users: Vec<UserRow>,
    /// Whether more users have the words of the search than were looked at.
    is_cut: bool,
    /// Whether this is not the first page.
    is_later: bool,
    /// Address of the first page.
    first: String,
    next: Option<String>,
}

impl ListPage {
    /// Whether the list is narrowed to anything.
    fn is_narrowed(&self) -> bool {
        !self.search.is_empty() || self.kind.is_some() || self.state.is_some() || self.is_later
    }
}

/// A user in the list.
struct UserRow {
    user: UserLine,
    href: String,
    company: String,
    last: Option<When>,
    /// Whether this is the viewer.
    is_self: bool,
    /// Whether it is an account that does not count as a second person yet.
    is_new: bool,
}

/// The list.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let query = UserQuery {
        search: asked.suche.trim().chars().take(LONGEST_SEARCH).collect(),
        kind: UserKind::from_key(&asked.art),
        state: asked.stand.parse().ok(),
        after: asked.nach.clone(),
        limit: i64::try_from(PAGE + 1).unwrap_or(i64::MAX),
    };
    let wanted = query.clone();
    let mut found = app
        .db
        .read(move |conn| -> Result<_, ActionError> { Ok(list_users(conn, &wanted)?) })
        .await?;
    let now = app.clock.now();
    let has_next = found.users.len() > PAGE;
    found.users.truncate(PAGE);
    let next = found.users.last().filter(|_| has_next);
    let next = next.map(|last| address(&query, &last.email));
    let shell = Shell::load(&app, &me, paths::USERS).await?;
    let own = shell.operator.party.name.clone();
    let row = |user: UserLine| UserRow {
        href: paths::user(user.id),
        company: user.company.name(&own).to_owned(),
        last: user
            .last_sign_in
            .map(|at| When::moment_in(at, Language::De)),
        is_self: user.id == me.viewer.user,
        is_new: !user.state.is_shut()
            && user
                .administrator
                .as_ref()
                .is_some_and(|own| own.is_new(app.config.rules.new_administrator_wait, now)),
        user,
    };
    html(&ListPage {
        users: found.users.into_iter().map(row).collect(),
        is_cut: found.is_cut,
        is_later: !query.after.is_empty(),
        first: address(&query, ""),
        next,
        search: query.search,
        kind: query.kind,
        state: query.state,
        shell,
    })
}

/// Address of the page that begins behind an address, with the same search.
fn address(query: &UserQuery, after: &str) -> String {
    let kind = query.kind.map(|kind| kind.to_string()).unwrap_or_default();
    let state = query
        .state
        .map(|state| state.to_string())
        .unwrap_or_default();
    let fields = [
        ("suche", query.search.as_str()),
        ("art", &kind),
        ("stand", &state),
        ("nach", after),
    ];
    let filled = fields.iter().filter(|(_, value)| !value.is_empty());
    let text = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(filled)
        .finish();
    if text.is_empty() {
        paths::USERS.to_owned()
    } else {
        format!("{}?{text}", paths::USERS)
    }
}
