//! The list of the people of the own company.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::parts::say;
use crate::actions::{ActionError, company_users};
use crate::app::App;
use crate::domain::company::UserState;
use crate::domain::export::ExportedList;
use crate::domain::{Language, UserId};
use crate::paths;
use crate::storage::company_users::{CompanyUser, CompanyUserQuery};
use crate::web::kit::error::PageError;
use crate::web::kit::export::{Export, ROWS, answer};
use crate::web::kit::page::{Me, Shell, html};
use crate::wording::company;

/// People per page of the list.
const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "web/company/list.html")]
struct ListPage {
    shell: Shell,
    /// Name of the company.
    company: String,
    lines: Vec<ListedUser>,
    search: String,
    /// Whether this is not the first page.
    is_later: bool,
    next: Option<String>,
    /// Address of the whole list as CSV.
    sheet: String,
    /// Whether the company is blocked, so that nothing can be changed.
    is_blocked: bool,
}

impl ListPage {
    /// Whether the viewer is the only one.
    fn is_alone(&self) -> bool {
        let nobody_left_out = self.search.is_empty() && !self.is_later;
        nobody_left_out && matches!(self.lines.as_slice(), [one] if one.href.is_none())
    }
}

/// A person of the list.
struct ListedUser {
    /// The person's page; the viewer has none.
    href: Option<String>,
    name: String,
    email: String,
    rights: String,
    state: UserState,
}

impl ListedUser {
    fn of(found: CompanyUser, viewer: UserId, language: Language) -> Self {
        let nothing = say(language, "keine besonderen", "none in particular");
        Self {
            href: (found.person.user != viewer).then(|| paths::company_user(found.person.user)),
            rights: company::rights(&found.person.rights.list(), nothing, language),
            state: found.person.state,
            name: found.name,
            email: found.email,
        }
    }
}

/// GET: the list, by address.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    query: web::Query<HashMap<String, String>>,
) -> Result<HttpResponse, PageError> {
    let get = |name: &str| query.get(name).map_or("", String::as_str);
    let search = get("suche").trim().to_owned();
    let after = get("nach").parse().ok().map(UserId);
    let asked = CompanyUserQuery {
        search: search.clone(),
        after,
        limit: i64::try_from(PAGE + 1).unwrap_or(i64::MAX),
    };
    let viewer = me.viewer.clone();
    let (mut found, is_blocked) = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            let found = company_users::list(conn, &viewer, &asked)?;
            Ok((found, company_users::is_blocked(conn, &viewer)?))
        })
        .await?;
    let has_next = found.len() > PAGE;
    found.truncate(PAGE);
    let next = found.last().filter(|_| has_next).map(|last| {
        let words: String = url::form_urlencoded::byte_serialize(search.as_bytes()).collect();
        format!(
            "{}?suche={words}&nach={}",
            paths::COMPANY_USERS,
            last.person.user
        )
    });
    let (viewer, language) = (me.viewer.user, me.viewer.language);
    let lines = found
        .into_iter()
        .map(|found| ListedUser::of(found, viewer, language))
        .collect();
    html(&ListPage {
        shell: Shell::load(&app, &me, paths::COMPANY_USERS).await?,
        company: me.viewer.company.clone(),
        sheet: format!(
            "{}?suche={}",
            paths::COMPANY_USERS_SHEET,
            url::form_urlencoded::byte_serialize(search.as_bytes()).collect::<String>()
        ),
        lines,
        search,
        is_later: after.is_some(),
        next,
        is_blocked,
    })
}

/// GET: the list as CSV.
pub async fn sheet(
    app: web::Data<App>,
    me: Me,
    request: HttpRequest,
    query: web::Query<HashMap<String, String>>,
) -> Result<HttpResponse, PageError> {
    let search = query.get("suche").map_or("", |text| text.trim()).to_owned();
    let language = me.viewer.language;
    let export = Export {
        list: ExportedList::Company,
        narrowed: !search.is_empty(),
        head: vec![
            "Name",
            say(language, "E-Mail-Adresse", "E-mail address"),
            say(language, "Berechtigungen", "Permissions"),
            say(language, "Zustand", "State"),
        ],
        first: None,
    };
    let viewer = me.viewer.clone();
    answer(&app, &me, &request, export, move |conn, after, sheet| {
        let asked = CompanyUserQuery {
            search: search.clone(),
            after: *after,
            limit: i64::try_from(ROWS).unwrap_or(i64::MAX),
        };
        let found = company_users::list(conn, &viewer, &asked)?;
        for one in &found {
            let rights = company::rights(&one.person.rights.list(), "", language);
            let email = crate::domain::email::shown(&one.email);
            let state = one.person.state.label(language);
            sheet.row([one.name.as_str(), &email, &rights, state]);
        }
        let last = found.last().filter(|_| found.len() >= ROWS);
        Ok(last.map(|last| Some(last.person.user)))
    })
    .await
}
