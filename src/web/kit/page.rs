//! What all pages share: the layout, the viewer, the answer as HTML.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse, web};
use askama::Template;

use super::error::PageError;
use super::menu::{Entry, menu};
use super::session::Flash;
use super::turn::Turn;
use crate::app::App;
use crate::domain::viewer::{Duty, Role, Viewer};
use crate::domain::{Language, Operator};
use crate::paths;
use crate::storage::db::WalPosition;

/// A tab of a list that is divided into several (`web/kit/lists.html`).
pub struct Tab {
    /// Label of the tab.
    pub word: &'static str,
    /// Number of its entries, if they are counted.
    pub count: Option<String>,
    /// Address of the list with this tab.
    pub href: String,
    /// Whether this tab is shown.
    pub is_current: bool,
}

/// Renders a page.
pub fn html(page: &impl Template) -> Result<HttpResponse, PageError> {
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .body(page.render()?))
}

/// Renders a page that shows errors in a form (422).
pub fn invalid(page: &impl Template) -> Result<HttpResponse, PageError> {
    Ok(HttpResponse::UnprocessableEntity()
        .content_type("text/html; charset=utf-8")
        .body(page.render()?))
}

/// Redirects after a POST (303).
pub fn see_other(to: impl AsRef<str>) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, to.as_ref()))
        .finish()
}

/// Id of the message element in `frame.html`.
const MESSAGE: &str = "meldung";

/// The address of a page with the fragment of its message (C2).
pub fn at_message(page: &str) -> String {
    let page = page.split('#').next().unwrap_or_default();
    format!("{page}#{MESSAGE}")
}

/// An answer that downloads a file (S-64). The name is chosen by the portal and plain ASCII.
pub fn attachment(content_type: &str, file_name: &str, bytes: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename*=UTF-8''{file_name}"),
        ))
        .body(bytes)
}

/// The signed-in user of a request, as the guard determined it.
#[derive(Debug, Clone)]
pub struct Me {
    /// The user with role and company.
    pub viewer: Viewer,
    /// Token for the forms of the page.
    pub csrf: String,
    /// A message from the page before.
    pub flash: Option<Flash>,
    /// Where the database was when this person last changed something, if lists are read at a replica.
    pub changed: Option<WalPosition>,
    /// Access to the places for CPU work.
    pub turn: Turn,
}

impl Me {
    /// The signed-in user of a request, if there is one.
    pub fn of(request: &HttpRequest) -> Option<Self> {
        let extensions = request.extensions();
        let seen = extensions.get::<Seen>()?;
        Some(Self {
            viewer: seen.viewer.clone()?,
            csrf: seen.csrf.clone(),
            flash: seen.flash.clone(),
            changed: seen.changed,
            turn: Turn::of(request.app_data::<web::Data<App>>()?, request),
        })
    }
}

impl FromRequest for Me {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let me = Self::of(request);
        // A route without guard has no user.
        ready(me.ok_or(PageError::Fault))
    }
}

/// The layout of a portal page. Every page struct has one as `shell`.
#[derive(Debug, Clone)]
pub struct Shell {
    /// The provider, for head and foot.
    pub operator: Operator,
    /// Main menu of the user's role.
    pub nav: Vec<Entry>,
    /// Language of the page.
    pub language: Language,
    /// Whether the page offers the other language: those of customers do (C4).
    pub switches: bool,
    /// Name and company; `None` on pages for visitors.
    pub user: Option<(String, String)>,
    /// What the viewer may do; `None` on pages for visitors.
    pub role: Option<Role>,
    /// Token for the forms of the page.
    pub csrf: String,
    /// A message from the page before.
    pub flash: Option<Flash>,
}

impl Shell {
    /// The layout for a user; `section` is the address of the menu entry the page belongs to.
    pub async fn load(app: &App, me: &Me, section: &str) -> Result<Self, PageError> {
        let operator = app.operator().await?.unwrap_or_default();
        Ok(Self {
            operator,
            ..Self::bare(me, section)
        })
    }

    /// The layout without anything from the database.
    pub fn bare(me: &Me, section: &str) -> Self {
        Self {
            nav: menu(&me.viewer, section),
            language: me.viewer.language,
            switches: matches!(me.viewer.role, Role::Customer { .. }),
            user: Some((me.viewer.name.clone(), me.viewer.company.clone())),
            role: Some(me.viewer.role),
            csrf: me.csrf.clone(),
            flash: me.flash.clone(),
            operator: Operator::default(),
        }
    }

    /// Whether the page is English; templates branch on it.
    pub fn en(&self) -> bool {
        self.language.is_en()
    }

    /// Whether the viewer has [`Duty::Work`]; templates offer only what the viewer may do.
    pub fn works(&self) -> bool {
        self.has(Duty::Work)
    }

    /// Whether the viewer has [`Duty::Care`].
    pub fn cares(&self) -> bool {
        self.has(Duty::Care)
    }

    /// Whether the viewer has [`Duty::Contract`].
    pub fn drafts(&self) -> bool {
        self.has(Duty::Contract)
    }

    /// Whether the viewer has [`Duty::Administration`].
    pub fn administers(&self) -> bool {
        self.has(Duty::Administration)
    }

    fn has(&self, duty: Duty) -> bool {
        self.role.is_some_and(|role| role.has(duty))
    }
}

/// The start page of a role.
pub fn home_of(role: Role) -> &'static str {
    match role {
        Role::Operator(_) => paths::OPERATION,
        Role::Partner(_) | Role::SubPartner(_) => paths::CUSTOMERS,
        Role::Customer {
            contracts: true, ..
        } => paths::ADMINISTRATION,
        Role::Customer {
            contracts: false, ..
        } => paths::HELP,
    }
}

/// The layout of a public page: without a menu, with a language switch.
#[derive(Debug, Clone)]
pub struct PublicShell {
    /// The provider, for head and foot.
    pub operator: Operator,
    /// Language of the page.
    pub language: Language,
    /// Address of this page in German and English; empty where there is no switch.
    pub switch: Option<(String, String)>,
    /// Host name of the portal, for "type the address yourself".
    pub host: String,
}

impl PublicShell {
    /// The layout with the provider's name.
    pub async fn load(app: &App, language: Language) -> Result<Self, PageError> {
        let operator = app.operator().await?.unwrap_or_default();
        let host = app
            .config
            .web
            .base_url
            .host_str()
            .unwrap_or_default()
            .to_owned();
        Ok(Self {
            operator,
            language,
            switch: None,
            host,
        })
    }

    /// The layout without anything from the database.
    pub fn bare(language: Language) -> Self {
        Self {
            operator: Operator::default(),
            language,
            switch: None,
            host: String::new(),
        }
    }

    /// The layout with a language switch that keeps the address.
    pub fn with_switch(mut self, path: &str) -> Self {
        self.switch = Some((format!("{path}?sprache=de"), format!("{path}?sprache=en")));
        self
    }

    /// Whether the page is English; templates branch on it.
    pub fn en(&self) -> bool {
        self.language.is_en()
    }
}

/// The result of the guard for a request; handlers take it as [`self::Me`].
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// The signed-in user, if there is one.
    pub viewer: Option<Viewer>,
    /// The token of all forms of this session (S-62).
    pub csrf: String,
    /// A message from the page before.
    pub flash: Option<Flash>,
    /// Where the database was when the person last changed something, if lists are read at a replica.
    pub changed: Option<WalPosition>,
}
