//! The list, by address, with search and filters.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::actions::ActionError;
use crate::app::App;
use crate::domain::Language;
use crate::domain::export::ExportedList;
use crate::domain::user::{UserKind, UserState};
use crate::paths;
use crate::storage::user_list::{UserLine, UserQuery, list_users};
use crate::web::kit::dates::When;
use crate::web::kit::error::PageError;
use crate::web::kit::export::{Export, ROWS, answer};
use crate::web::kit::page::{Me, Shell, html};
use crate::web::kit::respond::Respond as _;
use crate::wording::dates;

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
    /// Address of the whole list as CSV.
    sheet: String,
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
    let (query, now) = (query_of(&asked), app.clock.now());
    let wanted = query.clone();
    let mut found = app
        .db
        .read_list(now, me.changed, move |conn| -> Result<_, ActionError> {
            Ok(list_users(conn, &wanted)?)
        })
        .await?;
    let has_next = found.users.len() > PAGE;
    found.users.truncate(PAGE);
    let next = found.users.last().filter(|_| has_next);
    let next = next.map(|last| address(paths::USERS, &query, &last.email));
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
        first: address(paths::USERS, &query, ""),
        sheet: address(paths::USERS_SHEET, &query, ""),
        next,
        search: query.search,
        kind: query.kind,
        state: query.state,
        shell,
    })
}

fn query_of(asked: &Asked) -> UserQuery {
    UserQuery {
        search: asked.suche.trim().chars().take(LONGEST_SEARCH).collect(),
        kind: UserKind::from_key(&asked.art),
        state: asked.stand.parse().ok(),
        after: asked.nach.clone(),
        limit: i64::try_from(PAGE + 1).unwrap_or(i64::MAX),
    }
}

/// GET: the list as CSV.
pub async fn sheet(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let query = UserQuery {
        after: String::new(),
        limit: i64::try_from(ROWS).unwrap_or(i64::MAX),
        ..query_of(&asked)
    };
    if !query.search.is_empty() {
        let look = UserQuery {
            limit: 1,
            ..query.clone()
        };
        let found = app
            .db
            .read_list(
                app.clock.now(),
                me.changed,
                move |conn| -> Result<_, ActionError> { Ok(list_users(conn, &look)?) },
            )
            .await?;
        if found.is_cut {
            return Ok(session.refused(
                "Die Suche passt auf zu viele Benutzer, um alle herunterzuladen. Geben Sie ein weiteres Wort ein, oder laden Sie die Liste ohne Suche herunter.",
                address(paths::USERS, &query, ""),
            ));
        }
    }
    let own = app.operator().await?.unwrap_or_default().party.name;
    let export = Export {
        list: ExportedList::Users,
        narrowed: !query.search.is_empty() || query.kind.is_some() || query.state.is_some(),
        head: SHEET_HEAD.to_vec(),
        first: String::new(),
    };
    answer(&app, &me, &request, export, move |conn, after, sheet| {
        let query = UserQuery {
            after: after.clone(),
            ..query.clone()
        };
        let found = list_users(conn, &query)?.users;
        for user in &found {
            sheet.row(cells(user, &own));
        }
        let last = found.last().filter(|_| found.len() >= ROWS);
        Ok(last.map(|last| last.email.clone()))
    })
    .await
}

/// Columns of the list as CSV.
const SHEET_HEAD: &[&str] = &[
    "Name",
    "E-Mail-Adresse",
    "Rolle",
    "Unternehmen",
    "Zustand",
    "Berechtigung Verträge",
    "Berechtigung Benutzerverwaltung",
    "Zweiter Faktor",
    "Angelegt",
    "Letzte Anmeldung",
];

fn cells(user: &UserLine, own: &str) -> Vec<String> {
    let moment = |at| dates::short_moment(at, Language::De);
    let yes = |is: bool| if is { "ja" } else { "" }.to_owned();
    vec![
        user.name.clone(),
        crate::domain::email::shown(&user.email),
        user.kind.word().to_owned(),
        user.company.name(own).to_owned(),
        user.state.word().to_owned(),
        yes(user.contracts),
        yes(user.manages_users),
        yes(user.factor_since.is_some() || user.passkeys > 0),
        moment(user.created_at),
        user.last_sign_in.map(moment).unwrap_or_default(),
    ]
}

/// An address of the list with this search, of the page that begins behind an address.
fn address(list: &str, query: &UserQuery, after: &str) -> String {
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
        list.to_owned()
    } else {
        format!("{list}?{text}")
    }
}
