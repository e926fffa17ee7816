//! Signing in and out; [`code`] is the second step for users who have a second factor, [`passkey`] and [`issuer`]
//! the ways without a password.

mod code;
mod issuer;
mod passkey;

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use uuid::Uuid;

use crate::actions::throttle::{Attempted, SignedIn, end_sign_in};
use crate::actions::{ActionError, identities, passkeys};
use crate::app::App;
use crate::domain::Language;
use crate::domain::identity::IdentityFault;
use crate::domain::viewer::Viewer;
use crate::paths;
use crate::web::kit::client::source;
use crate::web::kit::error::PageError;
use crate::web::kit::form::PublicForm;
use crate::web::kit::issuers::issuers_for;
use crate::web::kit::language::chosen_language;
use crate::web::kit::local_path::local_path;
use crate::web::kit::page::{Me, PublicShell, at_message, home_of, html, see_other};
use crate::web::kit::reauthentication::{begin, verify};
use crate::web::kit::route::{Row, Who, get, post, view};
use crate::web::kit::signed_form::SignedForm;
use crate::web::kit::words::in_words_of;
use crate::web::kit::{kept, session};

/// Rows of this family.
pub const ROUTES: &[Row] = &[
    get(paths::SIGN_IN, Who::Visitor, || view().to(show)),
    post(paths::SIGN_IN, Who::Visitor, || web::post().to(sign_in)),
    get(paths::SIGN_IN_CODE, Who::Visitor, || view().to(code::show)),
    post(paths::SIGN_IN_CODE, Who::Visitor, || {
        web::post().to(code::sign_in)
    }),
    post(paths::SIGN_IN_PASSKEY, Who::Visitor, || {
        web::post().to(passkey::sign_in)
    }),
    post(paths::ASK_PASSKEY, Who::Visitor, || {
        web::post().to(passkey::ask)
    }),
    get(paths::SIGN_IN_AT, Who::Visitor, || view().to(issuer::go)),
    get(paths::BACK_FROM, Who::Visitor, || view().to(issuer::back)),
    get(paths::SIGN_OUT_AT, Who::Visitor, || {
        view().to(issuer::leave)
    }),
    post(paths::SIGNED_OUT_AT, Who::Anyone, || {
        web::post().to(issuer::said_out)
    }),
    get(paths::ASK_TO_PROVE_AT, Who::SignedIn, || {
        view().to(issuer::ask_to_prove)
    }),
    get(paths::PROVE_AT, Who::SignedIn, || view().to(issuer::prove)),
    post(paths::SIGN_OUT, Who::SignedIn, || web::post().to(sign_out)),
];

/// The page to go to after signing in.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Way {
    weiter: String,
    hinweis: String,
    anbieter: String,
    grund: String,
    sitzung: String,
}

#[derive(Template)]
#[template(path = "web/public/sign_in/sign_in.html")]
struct SignInPage {
    shell: PublicShell,
    /// The typed address; the password is never shown again.
    email: String,
    /// Where to go afterwards: a checked local path, or empty.
    next: String,
    /// Why the user was sent here.
    note: Option<&'static str>,
    wrong: Option<Wrong>,
    /// Whether a passkey may be used.
    passkeys: bool,
    /// Where one signs in without a password: name and link.
    issuers: Vec<(String, String)>,
    /// Where one is still signed in after signing out here: name and link.
    elsewhere: Option<(String, String)>,
}

/// Why the sign-in failed.
enum Wrong {
    /// Unknown user or wrong password: one message for both (S-37).
    Mismatch,
    /// The passkey was not accepted, for whatever reason.
    Passkey,
    /// Too many failures; wait this long.
    Wait(String),
    /// An issuer did not let the person in, and why.
    Issuer(String),
}

impl SignInPage {
    async fn load(
        app: &App,
        email: &str,
        next: &str,
        language: Language,
    ) -> Result<Self, PageError> {
        let next = local_path(next).unwrap_or_default().to_owned();
        let mut shell = PublicShell::load(app, language)
            .await?
            .with_switch(paths::SIGN_IN);
        if !next.is_empty() {
            // A user who changes the language still gets to the page that the sign-in was to lead
            // to.
            let way: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
            let keeping = |address: String| format!("{address}&weiter={way}");
            shell.switch = shell.switch.map(|(de, en)| (keeping(de), keeping(en)));
        }
        let keep = next.as_str();
        Ok(Self {
            shell,
            email: email.to_owned(),
            next: next.clone(),
            note: None,
            wrong: None,
            passkeys: passkeys::are_possible(app),
            issuers: issuers_for(app, None)
                .into_iter()
                .map(|one| (one.label.clone(), paths::sign_in_at(one.number, keep)))
                .collect(),
            elsewhere: None,
        })
    }

    /// Whether address and password are what is wrong.
    fn is_mismatch(&self) -> bool {
        matches!(self.wrong, Some(Wrong::Mismatch))
    }

    /// Whether what is wrong is said of address and password.
    fn concerns_fields(&self) -> bool {
        matches!(self.wrong, Some(Wrong::Mismatch | Wrong::Wait(_)))
    }
}

async fn show(
    app: web::Data<App>,
    me: Option<Me>,
    request: HttpRequest,
    way: web::Query<Way>,
) -> Result<HttpResponse, PageError> {
    if let Some(me) = me {
        return Ok(see_other(onward(&way.weiter, &me.viewer)));
    }
    let language = chosen_language(&request);
    let mut page = SignInPage::load(&app, "", &way.weiter, language).await?;
    page.note = match way.hinweis.as_str() {
        "abgemeldet" if language.is_en() => Some("You have signed out."),
        "abgemeldet" => Some("Sie sind abgemeldet."),
        _ if next_is_kept(&page.next) => Some(kept_note(language)),
        "abgelaufen" if language.is_en() => Some(ENDED_EN),
        "abgelaufen" => Some(ENDED),
        "code" if language.is_en() => Some(CODE_LATE_EN),
        "code" => Some(CODE_LATE),
        "passwort" if language.is_en() => Some("The password is set. You can now sign in with it."),
        "passwort" => Some("Das Passwort ist gesetzt. Sie können sich jetzt damit anmelden."),
        _ => None,
    };
    if way.hinweis == "abgemeldet" {
        page.elsewhere = elsewhere(&app, &way);
    }
    let why = issuer::why_not(&app, (&way.anbieter, &way.grund), language);
    page.wrong = why.map(Wrong::Issuer);
    html(&page)
}

/// The link by which one signs out at the issuer, too.
fn elsewhere(app: &App, way: &Way) -> Option<(String, String)> {
    let issuer = app.config.issuer(way.anbieter.parse().ok()?)?;
    let href = paths::sign_out_at(issuer.number, way.sitzung.parse().ok()?);
    Some((issuer.label.clone(), href))
}

async fn sign_in(
    app: web::Data<App>,
    request: HttpRequest,
    session: Session,
    PublicForm(form): PublicForm,
) -> Result<HttpResponse, PageError> {
    let (email, next) = (form.get("email").trim(), form.get("weiter"));
    let language =
        Language::from_code(form.get("sprache")).unwrap_or_else(|| chosen_language(&request));
    let mut wait = None;
    let (wrong, status) = match prove(&app, &request, email, form.get("passwort")).await {
        Ok(SignedIn::Yes(viewer)) => {
            session::begin(&session, &app, &request, viewer.user, false).map_err(no_session)?;
            return Ok(see_other(onward(next, &viewer)));
        }
        Ok(SignedIn::HalfWay(user)) => {
            session::begin_half_way(&session, &app, user).map_err(no_session)?;
            return Ok(see_other(code::address(next, language)));
        }
        Ok(SignedIn::AtIssuer(number)) => {
            let label = app.config.issuer(number).map(|one| one.label.as_str());
            let why = IdentityFault::OnlyThere.sentence(label.unwrap_or_default(), language);
            (Wrong::Issuer(why), StatusCode::UNPROCESSABLE_ENTITY)
        }
        Ok(SignedIn::No) => (Wrong::Mismatch, StatusCode::UNPROCESSABLE_ENTITY),
        Err(ActionError::TooManyAttempts(seconds)) => {
            wait = Some(HeaderValue::from(seconds));
            (
                Wrong::Wait(in_words_of(seconds, language)),
                StatusCode::TOO_MANY_REQUESTS,
            )
        }
        Err(error) => return Err(error.into()),
    };
    let mut page = SignInPage::load(&app, email, next, language).await?;
    page.note = next_is_kept(&page.next).then_some(kept_note(language));
    page.wrong = Some(wrong);
    let mut response = html(&page)?;
    *response.status_mut() = status;
    if let Some(wait) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, wait);
    }
    Ok(response)
}

const ENDED: &str = "Ihre Sitzung ist zu Ende: Nach 30 Minuten ohne Eingabe, spätestens nach einigen Stunden, melden wir Sie zu Ihrem Schutz ab. Melden Sie sich bitte neu an, dann geht es an derselben Stelle weiter.";
const KEPT: &str = "Ihre Sitzung war zu Ende, bevor Ihre Eingaben ankamen: Nach 30 Minuten ohne Eingabe, spätestens nach einigen Stunden, melden wir Sie zu Ihrem Schutz ab. Ihre Eingaben sind eine Stunde lang aufbewahrt. Melden Sie sich bitte neu an, dann stehen sie wieder im Formular.";

const ENDED_EN: &str = "Your session has ended: after 30 minutes without input, and after some hours at the latest, we sign you out for your protection. Please sign in again, then you go on at the same place.";
const KEPT_EN: &str = "Your session had ended before your input arrived: after 30 minutes without input, and after some hours at the latest, we sign you out for your protection. Your input is kept for an hour. Please sign in again, then it stands in the form again.";

const CODE_LATE: &str = "Der Bestätigungscode kam zu spät: Nach dem Passwort haben Sie zehn Minuten Zeit dafür. Melden Sie sich bitte noch einmal an.";
const CODE_LATE_EN: &str = "The verification code came too late: you have ten minutes for it after the password. Please sign in once more.";

/// That typed input is kept, in the reader's language.
fn kept_note(language: Language) -> &'static str {
    if language.is_en() { KEPT_EN } else { KEPT }
}

/// Whether there is a kept form on the page that follows.
fn next_is_kept(next: &str) -> bool {
    let query = next.split_once('?').map_or("", |(_, query)| query);
    kept::key_in(query.split('#').next().unwrap_or_default()).is_some()
}

/// The user with this address and password. Throttled, with the same timing for unknown users and
/// wrong passwords (S-37).
async fn prove(
    app: &App,
    request: &HttpRequest,
    email: &str,
    password: &str,
) -> Result<SignedIn, ActionError> {
    let who = Attempted::new(app, email, &source(app, request));
    let _turn = app.places.turn(&who.name()).await;
    let begun = begin(app, &who, email).await?;
    let user = begun.found.as_ref().map(|found| found.user);
    let matches = verify(app, request, password, &begun, |_| true).await?;
    let (own, now) = (app.clone(), app.clock.now());
    app.db
        .transaction(move |conn| {
            end_sign_in(conn, &own, (&who, &begun), user.filter(|_| matches), now)
        })
        .await
}

async fn sign_out(
    app: web::Data<App>,
    session: Session,
    me: Me,
    _form: SignedForm,
) -> Result<HttpResponse, PageError> {
    let left = match session::issuer_session(&session) {
        Some(id) => leave(&app, id).await?,
        None => String::new(),
    };
    session.purge();
    let language = if me.viewer.language.is_en() {
        "&sprache=en"
    } else {
        ""
    };
    Ok(HttpResponse::SeeOther()
        .insert_header((
            header::LOCATION,
            at_message(&format!(
                "{}?hinweis=abgemeldet{left}{language}",
                paths::SIGN_IN
            )),
        ))
        .insert_header((
            HeaderName::from_static("clear-site-data"),
            "\"cache\", \"storage\"",
        ))
        .finish())
}

/// Ends what is known of a session at an issuer; what the sign-in page has to know of it.
async fn leave(app: &App, id: Uuid) -> Result<String, PageError> {
    let now = app.clock.now();
    let found = app
        .db
        .transaction(move |conn| identities::leave(conn, id, now))
        .await?;
    let issuer = found.and_then(|url| app.config.issuer_at(&url));
    Ok(issuer.map_or_else(String::new, |issuer| {
        format!("&anbieter={}&sitzung={id}", issuer.number)
    }))
}

fn onward<'a>(next: &'a str, viewer: &Viewer) -> &'a str {
    local_path(next).unwrap_or(home_of(viewer.role))
}

fn no_session(error: actix_session::SessionInsertError) -> PageError {
    tracing::error!(cause = %error, "a session could not begin");
    PageError::Fault
}
