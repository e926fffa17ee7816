//! One client: what it may do, its tokens, shutting it.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::list::state_of;
use crate::actions::{ActionError, clients};
use crate::app::App;
use crate::domain::client::{Token, TokenId};
use crate::domain::{ClientId, Language};
use crate::paths;
use crate::storage::clients::{ClientLine, TokenLine, find_client, list_tokens};
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::reauthentication::{Proof, ask_proof, proof_of};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;
use crate::web::kit::words::thousands;
use crate::wording::dates::short_moment;

#[derive(Template)]
#[template(path = "web/operation/clients/show.html")]
struct Show {
    shell: Shell,
    name: String,
    href: String,
    state: &'static str,
    is_open: bool,
    is_revoked: bool,
    scopes: Vec<(&'static str, &'static str)>,
    networks: Vec<String>,
    per_minute: String,
    created: String,
    expires: Option<String>,
    last_used: Option<String>,
    tokens: Vec<TokenRow>,
    own_email: Proof,
    errors: FieldErrors,
}

struct TokenRow {
    id: String,
    created: String,
    revoked: Option<String>,
    /// Address that shuts it.
    shut: String,
}

/// A new token, shown once.
#[derive(Template)]
#[template(path = "web/operation/clients/token.html")]
pub struct TokenPage {
    shell: Shell,
    name: String,
    href: String,
    token: String,
    base: String,
}

impl TokenPage {
    /// The page.
    pub async fn new(
        app: &App,
        me: &Me,
        id: ClientId,
        name: String,
        token: &Token,
    ) -> Result<Self, PageError> {
        Ok(Self {
            shell: Shell::load(app, me, paths::CLIENTS).await?,
            name,
            href: paths::client(id),
            token: token.expose().to_owned(),
            base: app.base_url().to_owned(),
        })
    }
}

pub async fn show(
    app: web::Data<App>,
    me: Me,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, PageError> {
    html(&page(&app, &me, ClientId(*id), FieldErrors::default()).await?)
}

/// POST: another token; of the ones before, the newest stays.
pub async fn add_token(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    id: web::Path<Uuid>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let id = ClientId(*id);
    let before = page(&app, &me, id, FieldErrors::default()).await?;
    let errors = ask_proof(&app, &me, &request, &form).await?;
    if !errors.is_empty() {
        return invalid(&page(&app, &me, id, errors).await?);
    }
    let (viewer, now) = (me.viewer.clone(), app.clock.now());
    let done = app
        .db
        .transaction(move |conn| clients::add_token(conn, &viewer, id, now))
        .await;
    match done {
        Ok(token) => html(&TokenPage::new(&app, &me, id, before.name, &token).await?),
        Err(error) => session.respond_again(Err::<(), _>(error), |()| "", paths::client(id)),
    }
}

/// POST: shuts a token.
pub async fn revoke_token(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    path: web::Path<(Uuid, String)>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (id, token) = (ClientId(path.0), TokenId(path.1.clone()));
    page(&app, &me, id, FieldErrors::default()).await?;
    let errors = ask_proof(&app, &me, &request, &form).await?;
    if !errors.is_empty() {
        return invalid(&page(&app, &me, id, errors).await?);
    }
    let (viewer, now) = (me.viewer.clone(), app.clock.now());
    let done = app
        .db
        .transaction(move |conn| clients::revoke_token(conn, &viewer, id, &token, now))
        .await;
    session.respond_again(done, |()| "Das Token gilt nicht mehr.", paths::client(id))
}

/// POST: shuts the client for good.
pub async fn revoke(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    id: web::Path<Uuid>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let id = ClientId(*id);
    page(&app, &me, id, FieldErrors::default()).await?;
    let errors = ask_proof(&app, &me, &request, &form).await?;
    if !errors.is_empty() {
        return invalid(&page(&app, &me, id, errors).await?);
    }
    let (viewer, now) = (me.viewer.clone(), app.clock.now());
    let done = app
        .db
        .transaction(move |conn| clients::revoke(conn, &viewer, id, now))
        .await;
    session.respond_again(
        done,
        |()| "Der Zugang ist gesperrt. Keines seiner Token gilt mehr.",
        paths::client(id),
    )
}

async fn page(app: &App, me: &Me, id: ClientId, errors: FieldErrors) -> Result<Show, PageError> {
    let (found, tokens) = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            Ok((find_client(conn, id)?, list_tokens(conn, id)?))
        })
        .await?;
    let ClientLine {
        client,
        created_at,
        last_used_at,
    } = found.ok_or(PageError::NotFound)?;
    let is_open = client.is_open(app.clock.now());
    let moment = |at| short_moment(at, Language::De);
    let row = |token: TokenLine| TokenRow {
        shut: paths::revoke_token(id, &token.id.0),
        id: token.id.0,
        created: moment(token.created_at),
        revoked: token.revoked_at.map(moment),
    };
    Ok(Show {
        shell: Shell::load(app, me, paths::CLIENTS).await?,
        name: client.name,
        href: paths::client(id),
        state: state_of(is_open, client.revoked_at.is_some()),
        is_open,
        is_revoked: client.revoked_at.is_some(),
        scopes: client
            .scopes
            .iter()
            .map(|scope| (scope.key(), scope.word()))
            .collect(),
        networks: client.networks,
        per_minute: thousands(i64::from(client.per_minute)),
        created: moment(created_at),
        expires: client.expires_at.map(moment),
        last_used: last_used_at.map(moment),
        tokens: tokens.into_iter().map(row).collect(),
        own_email: proof_of(app, me).await?,
        errors,
    })
}
