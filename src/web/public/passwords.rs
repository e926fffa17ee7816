//! Setting a password by a mailed link, for new users and for users who forgot theirs (S-38).

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use crate::actions::identities::may_be_connected;
use crate::actions::passwords::{self, BadPassword, LONGEST, SHORTEST};
use crate::actions::throttle::note_unknown_token;
use crate::actions::{ActionError, users};
use crate::app::App;
use crate::config::IssuerConfig;
use crate::domain::{EmailAddress, Language};
use crate::paths;
use crate::places::Kind;
use crate::storage::identities::Purpose as Way;
use crate::storage::users::{find_contact, find_password_link, find_viewer};
use crate::token::{self, Purpose};
use crate::web::kit::client::source;
use crate::web::kit::error::PageError;
use crate::web::kit::form::{FieldErrors, Form, PublicForm};
use crate::web::kit::issuers::{issuers_for, lead};
use crate::web::kit::language::chosen_language;
use crate::web::kit::page::{PublicShell, at_message, html, invalid, see_other};
use crate::web::kit::route::{Row, Who, get, post, view};

/// Rows of this family.
pub const ROUTES: &[Row] = &[
    get(paths::FORGOT_PASSWORD, Who::Visitor, || view().to(forgot)),
    post(paths::FORGOT_PASSWORD, Who::Visitor, || {
        web::post().to(send_link)
    }),
    get("/passwort/{token}", Who::Visitor, || view().to(choose)),
    get("/passwort/{token}/", Who::Visitor, || view().to(choose)),
    post("/passwort/{token}", Who::Visitor, || web::post().to(set)),
    get(paths::INVITED_AT, Who::Visitor, || view().to(connect)),
];

#[derive(Template)]
#[template(path = "web/public/passwords/forgot.html")]
struct ForgotPage {
    shell: PublicShell,
    email: String,
    errors: FieldErrors,
    /// Whether a mail was sent, or would have been if there were an account.
    asked: bool,
}

impl ForgotPage {
    async fn load(app: &App, language: Language) -> Result<Self, PageError> {
        Ok(Self {
            shell: PublicShell::load(app, language)
                .await?
                .with_switch(paths::FORGOT_PASSWORD),
            email: String::new(),
            errors: FieldErrors::default(),
            asked: false,
        })
    }
}

#[derive(Template)]
#[template(path = "web/public/passwords/choose.html")]
struct ChoosePage {
    shell: PublicShell,
    token: String,
    /// Where one signs in instead, without a password: name and link.
    issuers: Vec<(String, String)>,
    errors: FieldErrors,
}

#[derive(Template)]
#[template(path = "web/public/passwords/expired.html")]
struct ExpiredPage {
    shell: PublicShell,
}

async fn forgot(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    html(&ForgotPage::load(&app, chosen_language(&request)).await?)
}

async fn send_link(
    app: web::Data<App>,
    request: HttpRequest,
    PublicForm(form): PublicForm,
) -> Result<HttpResponse, PageError> {
    let language = of_form(&form, &request);
    let mut page = ForgotPage::load(&app, language).await?;
    page.email = form.get("email").trim().to_owned();
    if EmailAddress::parse(&page.email).is_err() {
        page.errors.add(
            "email",
            match language {
                Language::De => "Geben Sie Ihre E-Mail-Adresse an, zum Beispiel name@firma.de",
                Language::En => "Enter your e-mail address, for example name@company.com",
            },
        );
        return invalid(&page);
    }
    let (email, place) = (page.email.clone(), source(&app, &request));
    let now = app.clock.now();
    let own = app.clone();
    app.db
        .transaction(move |conn| users::request_password_link(conn, &own, &email, &place, now))
        .await?;
    page.asked = true;
    html(&page)
}

async fn choose(
    app: web::Data<App>,
    request: HttpRequest,
    token: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let token = token::tidy(&token);
    match live_link(&app, &request, &token).await? {
        Some(link) => html(&ChoosePage {
            shell: shell(&app, chosen_language(&request), &token).await?,
            issuers: ways(&app, link, &token).await?,
            token,
            errors: FieldErrors::default(),
        }),
        None => expired(&app, chosen_language(&request)).await,
    }
}

async fn set(
    app: web::Data<App>,
    request: HttpRequest,
    token: web::Path<String>,
    PublicForm(form): PublicForm,
) -> Result<HttpResponse, PageError> {
    let token = token::tidy(&token);
    let language = of_form(&form, &request);
    let Some(link) = live_link(&app, &request, &token).await? else {
        return expired(&app, language).await;
    };
    let own = names_of(&app, link).await?;
    let password = form.get("passwort").to_owned();
    let mut errors = FieldErrors::default();
    let names: Vec<&str> = own.iter().map(String::as_str).collect();
    match passwords::check(&password, &names) {
        Err(bad) => errors.add("passwort", sentence(bad, language)),
        Ok(()) if password != form.get("wiederholung") => errors.add(
            "wiederholung",
            match language {
                Language::De => {
                    "Die beiden Eingaben stimmen nicht überein. Geben Sie das Passwort noch einmal ein."
                }
                Language::En => "The two entries differ. Enter the password once more.",
            },
        ),
        Ok(()) => {}
    }
    if !errors.is_empty() {
        let shell = shell(&app, language, &token).await?;
        return invalid(&ChoosePage {
            shell,
            issuers: ways(&app, link, &token).await?,
            token,
            errors,
        });
    }
    let hash = app
        .places
        .run(Kind::KnownPassword, move || passwords::hash(&password))
        .await?
        .map_err(|error| {
            tracing::error!(cause = %error, "a password could not be hashed");
            PageError::Fault
        })?;
    let (now, own) = (app.clock.now(), app.clone());
    let result = app
        .db
        .transaction(move |conn| users::set_password(conn, &own, link, &hash, now))
        .await;
    match result {
        Ok(()) => Ok(see_other(at_message(&format!(
            "{}?hinweis=passwort&sprache={}",
            paths::SIGN_IN,
            language.code()
        )))),
        // Another request has used the link before.
        Err(ActionError::NotFound) => expired(&app, language).await,
        Err(error) => Err(error.into()),
    }
}

/// The issuers at which the person who is invited can sign in instead.
async fn offered(app: &App, link: Uuid) -> Result<Vec<&IssuerConfig>, PageError> {
    if app.config.issuers.is_empty() {
        return Ok(Vec::new());
    }
    let now = app.clock.now();
    let invited = app
        .db
        .read(move |conn| -> Result<_, PageError> {
            let Some((user, _)) = find_password_link(conn, link, now)? else {
                return Ok(None);
            };
            if !may_be_connected(conn, user)? {
                return Ok(None);
            }
            Ok(find_viewer(conn, user)?)
        })
        .await?;
    let Some(invited) = invited else {
        return Ok(Vec::new());
    };
    let mut all = issuers_for(app, None);
    all.retain(|issuer| issuer.rules.audience.has(invited.role));
    Ok(all)
}

async fn ways(app: &App, link: Uuid, token: &str) -> Result<Vec<(String, String)>, PageError> {
    let offered = offered(app, link).await?;
    let way = |one: &IssuerConfig| (one.label.clone(), paths::invited_at(token, one.number));
    Ok(offered.into_iter().map(way).collect())
}

/// Leads to an issuer with which the account of an invitation is connected.
async fn connect(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    named: web::Path<(String, u8)>,
) -> Result<HttpResponse, PageError> {
    let (token, number) = named.into_inner();
    let token = token::tidy(&token);
    let language = chosen_language(&request);
    let Some(link) = live_link(&app, &request, &token).await? else {
        return expired(&app, language).await;
    };
    let offered = offered(&app, link).await?;
    let issuer = offered.into_iter().find(|one| one.number == number);
    let issuer = issuer.ok_or(PageError::NotFound)?;
    let led = lead(
        &app,
        (&session, &request),
        issuer,
        (Way::Invitation(link), ""),
    )
    .await?;
    Ok(match led {
        Ok(answer) => answer,
        Err(fault) => {
            let mut errors = FieldErrors::default();
            errors.add("passwort", fault.sentence(&issuer.label, language));
            invalid(&ChoosePage {
                shell: shell(&app, language, &token).await?,
                issuers: ways(&app, link, &token).await?,
                token,
                errors,
            })?
        }
    })
}

/// Names that must not make up the password of the user the link is for (S-35).
async fn names_of(app: &App, link: Uuid) -> Result<Vec<String>, PageError> {
    let now = app.clock.now();
    let own = app
        .db
        .read(move |conn| -> Result<_, PageError> {
            let Some((user, _)) = find_password_link(conn, link, now)? else {
                return Ok(Vec::new());
            };
            let contact = find_contact(conn, user)?;
            let company = find_viewer(conn, user)?.map(|viewer| viewer.company);
            let (name, email) = contact.unwrap_or_default();
            Ok([Some(name), Some(email), company]
                .into_iter()
                .flatten()
                .collect())
        })
        .await?;
    let operator = app.operator().await?.unwrap_or_default();
    let operator = [operator.party.name, operator.short_name];
    Ok(own.into_iter().chain(operator).collect())
}

/// The id behind a genuine link that can still be used. Made-up tokens are counted (S-12).
async fn live_link(
    app: &web::Data<App>,
    request: &HttpRequest,
    token: &str,
) -> Result<Option<Uuid>, PageError> {
    let now = app.clock.now();
    let Some(link) = token::open(&app.config.keys, Purpose::Password, token) else {
        let (own, place) = (app.clone(), source(app, request));
        app.db
            .transaction(move |conn| note_unknown_token(conn, &own, &place, now))
            .await?;
        return Err(PageError::UnknownLink);
    };
    let found = app
        .db
        .read(move |conn| -> Result<_, PageError> { Ok(find_password_link(conn, link, now)?) })
        .await?;
    Ok(found.map(|_| link))
}

async fn expired(app: &App, language: Language) -> Result<HttpResponse, PageError> {
    let shell = PublicShell::load(app, language).await?;
    let mut response = html(&ExpiredPage { shell })?;
    *response.status_mut() = StatusCode::GONE;
    Ok(response)
}

/// The language a form was shown in.
fn of_form(form: &Form, request: &HttpRequest) -> Language {
    Language::from_code(form.get("sprache")).unwrap_or_else(|| chosen_language(request))
}

/// The layout of the page of a link.
async fn shell(app: &App, language: Language, token: &str) -> Result<PublicShell, PageError> {
    Ok(PublicShell::load(app, language)
        .await?
        .with_switch(&paths::set_password(token)))
}

fn sentence(bad: BadPassword, language: Language) -> String {
    let (de, en) = match bad {
        BadPassword::TooShort => (
            format!("Nehmen Sie mindestens {SHORTEST} Zeichen"),
            format!("Use at least {SHORTEST} characters"),
        ),
        BadPassword::TooLong => (
            format!("Nehmen Sie höchstens {LONGEST} Zeichen"),
            format!("Use {LONGEST} characters at most"),
        ),
        BadPassword::TooCommon => (
            "Dieses Passwort ist zu leicht zu erraten. Nehmen Sie zum Beispiel vier Wörter, die nichts miteinander zu tun haben".to_owned(),
            "This password is too easy to guess. Use for example four words that have nothing to do with each other".to_owned(),
        ),
        BadPassword::OwnName => (
            "Dieses Passwort besteht aus Ihrem Namen, Ihrer Adresse oder dem Namen einer Firma. Nehmen Sie zum Beispiel vier Wörter, die nichts miteinander zu tun haben".to_owned(),
            "This password is made of your name, your address or the name of a company. Use for example four words that have nothing to do with each other".to_owned(),
        ),
    };
    if language.is_en() { en } else { de }
}
