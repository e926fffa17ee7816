//! Signing in at an issuer (S-41): there and back, signing out there, too, and proving it there once more.

use actix_session::Session;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use uuid::Uuid;

use super::{no_session, onward};
use crate::actions::ActionError;
use crate::actions::identities::{
    self as actions, Arrived, issuer_to_prove_at, sign_out_by_issuer, tokens_of,
};
use crate::actions::throttle::note_unknown_token;
use crate::app::App;
use crate::config::IssuerConfig;
use crate::domain::identity::{Claims, IdentityFault};
use crate::domain::{Language, UserId};
use crate::oidc::{Open, Tokens};
use crate::paths;
use crate::storage::identities::{IssuerRequest, Purpose};
use crate::web::kit::client::source;
use crate::web::kit::error::PageError;
use crate::web::kit::form::PublicForm;
use crate::web::kit::issuers::{Way, back as back_url, fault_of, issuer, lead};
use crate::web::kit::language::chosen_language;
use crate::web::kit::local_path::local_path;
use crate::web::kit::page::{Me, Shell, html, see_other};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::session::{self, FromIssuer};

/// What comes back from an issuer.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Back {
    state: String,
    code: String,
    error: String,
    iss: String,
}

/// The session at an issuer that was left.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Left {
    sitzung: String,
}

/// Leads to the issuer.
pub async fn go(
    app: web::Data<App>,
    me: Option<Me>,
    session: Session,
    request: HttpRequest,
    number: web::Path<u8>,
    way: web::Query<Way>,
) -> Result<HttpResponse, PageError> {
    let issuer = issuer(&app, *number)?;
    if let Some(me) = me {
        return Ok(see_other(onward(&way.weiter, &me.viewer)));
    }
    let led = lead(
        &app,
        (&session, &request),
        issuer,
        (Purpose::SignIn, &way.weiter),
    )
    .await?;
    Ok(led.unwrap_or_else(|fault| not_in(issuer, fault, &way.weiter)))
}

/// Takes up who comes back.
pub async fn back(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    number: web::Path<u8>,
    said: web::Query<Back>,
) -> Result<HttpResponse, PageError> {
    let issuer = issuer(&app, *number)?;
    let known = session::comes_back(&session, &said.state);
    let Some(id) = known else {
        tracing::warn!("refused: nobody of this session is on the way to an issuer");
        return Ok(not_in(issuer, IdentityFault::Late, ""));
    };
    let (own_number, now) = (issuer.number, app.clock.now());
    let open = app
        .db
        .transaction(move |conn| actions::take(conn, id, own_number, now))
        .await?;
    let Some(open) = open else {
        return Ok(not_in(issuer, IdentityFault::Late, ""));
    };
    let language = chosen_language(&request);
    let way = open.way.clone();
    let done = take_up(&app, (&session, &request), issuer, open, said.into_inner()).await?;
    match done {
        Ok(answer) => Ok(answer),
        // Whoever is signed in stays so, and reads it where it began.
        Err(fault) if session::user_of(&session).is_some() => {
            let to = local_path(&way).unwrap_or(paths::SECURITY);
            Ok(session.refused(fault.sentence(&issuer.label, language), to))
        }
        Err(fault) => Ok(not_in(issuer, fault, &way)),
    }
}

async fn take_up(
    app: &App,
    (session, request): (&Session, &HttpRequest),
    issuer: &IssuerConfig,
    open: IssuerRequest,
    said: Back,
) -> Result<Result<HttpResponse, IdentityFault>, PageError> {
    let now = app.clock.now();
    if !said.iss.is_empty() && said.iss != issuer.url {
        tracing::warn!("refused: another issuer sent somebody back");
        return Ok(Err(IdentityFault::NotBelieved));
    }
    if said.code.is_empty() {
        tracing::info!(error = %said.error.escape_default(), "an issuer sent somebody back without a code");
        return Ok(Err(IdentityFault::Cancelled));
    }
    let code = Open {
        code: said.code,
        nonce: &open.nonce,
        verifier: &open.verifier,
    };
    let came = app
        .issuers
        .finish(issuer, &back_url(app, issuer), code, now)
        .await;
    let (claims, tokens) = match came {
        Ok(came) => came,
        Err(error) => return Ok(Err(fault_of(&error))),
    };
    let whose = session::user_of(session);
    match open.purpose {
        Purpose::Connect(user) | Purpose::Prove(user) if whose != Some(user) => {
            Ok(Err(IdentityFault::Late))
        }
        Purpose::Connect(user) => connected(app, session, issuer, (user, open, claims)).await,
        Purpose::Prove(user) => proved(app, session, issuer, (user, open, claims)).await,
        Purpose::SignIn | Purpose::Invitation(_) => {
            let admitted = admitted(app, issuer, (&open, &claims)).await?;
            let user = match admitted {
                Ok(user) => user,
                Err(fault) => {
                    tracing::info!(?fault, "refused: sign-in at an issuer");
                    return Ok(Err(fault));
                }
            };
            signed_in(
                app,
                (session, request),
                issuer,
                (user, &open.way, claims, tokens),
            )
            .await
        }
    }
}

async fn admitted(
    app: &App,
    issuer: &IssuerConfig,
    (open, claims): (&IssuerRequest, &Claims),
) -> Result<Result<UserId, IdentityFault>, PageError> {
    let (own, issuer, open, claims) = (app.clone(), issuer.clone(), open.clone(), claims.clone());
    let now = app.clock.now();
    let done = app
        .db
        .transaction(move |conn| -> Result<_, ActionError> {
            actions::believe(conn, &open)?;
            match open.purpose {
                Purpose::Invitation(link) => {
                    actions::follow_invitation(conn, &own, &issuer, (link, &claims), now)
                }
                _ => actions::admit(conn, &issuer, &claims, now),
            }
        })
        .await;
    match done {
        // Somebody else was faster, with the same link or for the same person.
        Err(ActionError::NotFound) => Ok(Err(IdentityFault::Late)),
        done => Ok(done?),
    }
}

async fn signed_in(
    app: &App,
    (session, request): (&Session, &HttpRequest),
    issuer: &IssuerConfig,
    (user, way, claims, tokens): (UserId, &str, Claims, Tokens),
) -> Result<Result<HttpResponse, IdentityFault>, PageError> {
    let now = app.clock.now();
    let is_fresh = claims.is_fresh(now);
    let (own, of) = (app.clone(), issuer.clone());
    let done = app
        .db
        .transaction(move |conn| actions::arrive(conn, &own, &of, (user, &claims, &tokens), now))
        .await?;
    let arrived: Arrived = match done {
        Ok(arrived) => arrived,
        Err(fault) => return Ok(Err(fault)),
    };
    let from = FromIssuer::new(arrived.session, app, is_fresh);
    if arrived.is_half_way {
        session::begin_half_way(session, app, user).map_err(no_session)?;
        from.note(session).map_err(no_session)?;
        return Ok(Ok(see_other(super::code::address(
            way,
            arrived.viewer.language,
        ))));
    }
    session::begin(session, app, request, user, arrived.has_factor).map_err(no_session)?;
    from.note(session).map_err(no_session)?;
    Ok(Ok(see_other(onward(way, &arrived.viewer))))
}

async fn connected(
    app: &App,
    session: &Session,
    issuer: &IssuerConfig,
    (user, open, claims): (UserId, IssuerRequest, Claims),
) -> Result<Result<HttpResponse, IdentityFault>, PageError> {
    let (own, of, now) = (app.clone(), issuer.clone(), app.clock.now());
    let done = app
        .db
        .transaction(move |conn| -> Result<_, ActionError> {
            actions::believe(conn, &open)?;
            actions::connect(conn, &own, &of, (user, &claims), now)
        })
        .await?;
    Ok(done.map(|_| {
        session.succeeded(
            format!(
                "Ihr Zugang ist mit „{}“ verbunden. Sie können sich ab jetzt auch dort anmelden.",
                issuer.label
            ),
            paths::SECURITY,
        )
    }))
}

async fn proved(
    app: &App,
    session: &Session,
    issuer: &IssuerConfig,
    (user, open, claims): (UserId, IssuerRequest, Claims),
) -> Result<Result<HttpResponse, IdentityFault>, PageError> {
    let (of, now, way) = (issuer.clone(), app.clock.now(), open.way.clone());
    let done = app
        .db
        .transaction(move |conn| -> Result<_, ActionError> {
            actions::believe(conn, &open)?;
            actions::prove(conn, &of, (user, &claims), now)
        })
        .await?;
    Ok(done.map(|()| {
        session::set_proved(session, app);
        session.succeeded(
            "Sie haben sich ausgewiesen. Senden Sie das Formular jetzt noch einmal ab; Sie haben dafür fünf Minuten Zeit.",
            local_path(&way).unwrap_or(paths::SECURITY),
        )
    }))
}

/// The sign-in page says why nobody came in.
fn not_in(issuer: &IssuerConfig, fault: IdentityFault, way: &str) -> HttpResponse {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("anbieter", &issuer.number.to_string())
        .append_pair("grund", &fault.to_string());
    if let Some(way) = local_path(way) {
        query.append_pair("weiter", way);
    }
    see_other(format!("{}?{}", paths::SIGN_IN, query.finish()))
}

/// Signs out at the issuer, too.
pub async fn leave(
    app: web::Data<App>,
    number: web::Path<u8>,
    left: web::Query<Left>,
) -> Result<HttpResponse, PageError> {
    let issuer = issuer(&app, *number)?;
    let (url, now) = (issuer.url.clone(), app.clock.now());
    let found = match left.sitzung.parse::<Uuid>() {
        Ok(id) => {
            app.db
                .transaction(move |conn| actions::left(conn, (id, &url), now))
                .await?
        }
        Err(_) => None,
    };
    let tokens = found.and_then(|session| tokens_of(&app, &session));
    let home = format!("{}{}", app.base_url(), paths::SIGN_IN);
    let to = app
        .issuers
        .sign_out_url(issuer, tokens.as_ref(), &home)
        .await;
    Ok(match to {
        Some(url) => HttpResponse::SeeOther()
            .insert_header((header::LOCATION, url.as_str()))
            .finish(),
        None => see_other(paths::SIGN_IN),
    })
}

/// An issuer says by itself that somebody signed out there (Back-Channel Logout).
pub async fn said_out(
    app: web::Data<App>,
    request: HttpRequest,
    number: web::Path<u8>,
    PublicForm(form): PublicForm,
) -> Result<HttpResponse, PageError> {
    let issuer = issuer(&app, *number)?.clone();
    let now = app.clock.now();
    let read = app
        .issuers
        .read_logout(&issuer, form.get("logout_token"), now)
        .await;
    match read {
        Ok(said) => {
            let count = app
                .db
                .transaction(move |conn| sign_out_by_issuer(conn, &issuer, &said, now))
                .await?;
            tracing::info!(count, "an issuer ended sessions");
            Ok(HttpResponse::Ok().finish())
        }
        Err(error) => {
            tracing::warn!(%error, "refused: a token to sign out with");
            let (own, source) = (app.clone(), source(&app, &request));
            app.db
                .transaction(move |conn| note_unknown_token(conn, &own, &source, now))
                .await?;
            Ok(HttpResponse::BadRequest()
                .content_type("application/json")
                .body("{\"error\":\"invalid_request\"}"))
        }
    }
}

#[derive(Template)]
#[template(path = "web/public/sign_in/prove.html")]
struct ProvePage {
    shell: Shell,
    label: String,
    /// The link to the issuer.
    href: String,
    /// Back without proving it.
    back: String,
}

/// Asks to prove it at the issuer; what was typed waits.
pub async fn ask_to_prove(
    app: web::Data<App>,
    me: Me,
    number: web::Path<u8>,
    way: web::Query<Way>,
) -> Result<HttpResponse, PageError> {
    let issuer = issuer(&app, *number)?;
    let next = local_path(&way.weiter).unwrap_or(paths::SECURITY);
    html(&ProvePage {
        shell: Shell::load(&app, &me, next).await?,
        label: issuer.label.clone(),
        href: paths::prove_at(issuer.number, next),
        back: next.to_owned(),
    })
}

/// Leads to the issuer to prove it.
pub async fn prove(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    number: web::Path<u8>,
    way: web::Query<Way>,
) -> Result<HttpResponse, PageError> {
    let issuer = issuer(&app, *number)?;
    let (user, own) = (me.viewer.user, App::clone(&app));
    let at = app
        .db
        .read(move |conn| issuer_to_prove_at(conn, &own, user))
        .await?;
    if at != Some(issuer.number) {
        return Err(PageError::NotFound);
    }
    let led = lead(
        &app,
        (&session, &request),
        issuer,
        (Purpose::Prove(user), &way.weiter),
    )
    .await?;
    let to = local_path(&way.weiter).unwrap_or(paths::SECURITY);
    Ok(led.unwrap_or_else(|fault| {
        session.refused(fault.sentence(&issuer.label, me.viewer.language), to)
    }))
}

/// What the sign-in page says of somebody an issuer did not let in.
pub fn why_not(app: &App, (number, reason): (&str, &str), language: Language) -> Option<String> {
    let issuer = app.config.issuer(number.parse().ok()?)?;
    let fault: IdentityFault = reason.parse().ok()?;
    Some(fault.sentence(&issuer.label, language))
}
