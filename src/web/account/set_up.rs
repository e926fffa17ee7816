//! Setting up the own second factor, or another one in its place.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::qr::{Drawing, draw};
use super::{codes, passkeys, say};
use crate::actions::ActionError;
use crate::actions::passkeys::are_possible;
use crate::actions::second_factor::{self as actions, SetUp};
use crate::app::App;
use crate::cipher::{self, Purpose};
use crate::domain::UserId;
use crate::domain::second_factor::Secret;
use crate::paths;
use crate::web::kit::codes::sentence;
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::local_path::local_path;
use crate::web::kit::page::{Me, Shell, html, invalid, see_other};
use crate::web::kit::reauthentication::{Proof, ask_proof_too, proof_of};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;
use crate::web::kit::{kept, session};

/// State of the session: the secret that is offered, encrypted. It stays the same when the page is loaded
/// once more, because the app may know it already.
const OFFER: &str = "factor_offer";
/// Field of the first code of the new app.
const FIRST_CODE: &str = "neuer-code";

/// Where the person wanted to go.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Way {
    weiter: String,
}

impl Way {
    /// The address as it came, unchecked.
    pub fn next(&self) -> &str {
        &self.weiter
    }
}

#[derive(Template)]
#[template(path = "web/account/set_up.html")]
struct SetUpPage {
    shell: Shell,
    /// The QR code; `None` if the secret has to be typed.
    drawing: Option<Drawing>,
    /// The secret to be typed.
    secret: String,
    /// What the app calls it.
    account: String,
    proof: Proof,
    /// Whether the person has to prove once more to be it.
    asks_proof: bool,
    /// Whether no other page is shown before.
    is_required: bool,
    /// Whether a passkey is offered in its place.
    offers_passkey: bool,
    /// Where to go afterwards.
    next: String,
    errors: FieldErrors,
}

impl SetUpPage {
    /// Where a passkey is added instead.
    fn passkey_way(&self) -> String {
        passkeys::step(paths::NAME_PASSKEY, &self.next)
    }
}

/// Shows what the app has to know, and asks for its first code.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    session: Session,
    way: web::Query<Way>,
) -> Result<HttpResponse, PageError> {
    if codes::are_shown(&session) {
        return Ok(see_other(codes::address(&way.weiter)));
    }
    html(&page(&app, &me, &session, &way.weiter, FieldErrors::default()).await?)
}

/// Sets it up.
pub async fn set_up(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let next = form.get("weiter");
    if codes::are_shown(&session) {
        // Sent twice: it is set up, and its codes wait to be put away.
        return Ok(see_other(codes::address(next)));
    }
    let secret = offered(&app, &session, me.viewer.user)?;
    let (typed, now, language) = (form.get(FIRST_CODE), app.clock.now(), me.viewer.language);
    let mut errors = FieldErrors::default();
    if let Some(fault) = actions::fault_of(&secret, typed, now) {
        errors.add(FIRST_CODE, sentence(fault, language, true));
    }
    let proof = proof_of(&app, &me).await?;
    if asks_proof(&app, &session, &proof) {
        ask_proof_too(&app, &me, &request, &form, &mut errors).await?;
    }
    if !errors.is_empty() {
        return invalid(&page(&app, &me, &session, next, errors).await?);
    }
    let (own, viewer, csrf, typed) = (
        app.clone(),
        me.viewer.clone(),
        kept::bare(&me.csrf).to_owned(),
        typed.to_owned(),
    );
    let proved = proof.has_factor;
    let done = app
        .db
        .transaction(move |conn| -> Result<_, ActionError> {
            actions::set_up(conn, &own, &viewer, (&csrf, proved), (&secret, &typed), now)
        })
        .await?;
    match done {
        Ok(SetUp::Done(fresh)) => {
            session.remove(OFFER);
            session::set_factor(&session);
            codes::show_once(&app, &session, me.viewer.user, &fresh)?;
            Ok(session.succeeded(
                say(
                    language,
                    "Der zweite Faktor ist eingerichtet.",
                    "The second factor is set up.",
                ),
                codes::address(next),
            ))
        }
        Ok(SetUp::Beside) => {
            session.remove(OFFER);
            session::set_factor(&session);
            Ok(session.succeeded(
                say(
                    language,
                    "Die Authenticator-App ist eingerichtet. Ihre Wiederherstellungscodes bleiben dieselben.",
                    "The authenticator app is set up. Your recovery codes stay the same.",
                ),
                paths::SECURITY,
            ))
        }
        Ok(SetUp::Again) if codes::are_shown(&session) => Ok(see_other(codes::address(next))),
        Ok(SetUp::Again) => Ok(see_other(paths::SECURITY)),
        Err(fault) => {
            let mut errors = FieldErrors::default();
            errors.add(FIRST_CODE, sentence(fault, language, true));
            invalid(&page(&app, &me, &session, next, errors).await?)
        }
    }
}

/// Whether the user has to prove the identity: with a factor always, by the factor; without one by
/// the password, if the sign-in was a while ago.
fn asks_proof(app: &App, session: &Session, proof: &Proof) -> bool {
    proof.has_factor || !session::is_fresh(session, app)
}

async fn page(
    app: &App,
    me: &Me,
    session: &Session,
    next: &str,
    errors: FieldErrors,
) -> Result<SetUpPage, PageError> {
    let secret = offered(app, session, me.viewer.user)?;
    let proof = proof_of(app, me).await?;
    let is_required =
        app.config.rules.second_factor.requires(me.viewer.role) && !session::has_factor(session);
    let mut shell = Shell::load(app, me, paths::SECURITY).await?;
    if is_required {
        // Every other page leads back here.
        shell.nav.clear();
    }
    let issuer = format!(
        "{} {}",
        shell.operator.short_name,
        say(shell.language, "AVV-Portal", "DPA portal")
    );
    let issuer = issuer.trim();
    Ok(SetUpPage {
        drawing: draw(&secret.address(issuer, &proof.email)),
        secret: secret.shown(),
        account: format!("{issuer}: {}", proof.email),
        asks_proof: asks_proof(app, session, &proof),
        offers_passkey: are_possible(app) && !proof.has_app,
        proof,
        is_required,
        next: local_path(next).unwrap_or_default().to_owned(),
        errors,
        shell,
    })
}

/// The secret that this session offers.
fn offered(app: &App, session: &Session, user: UserId) -> Result<Secret, PageError> {
    let keys = &app.config.keys;
    let stored = session.get::<String>(OFFER).ok().flatten();
    let known = stored
        .and_then(|text| cipher::open(keys, Purpose::Offer, user, &text))
        .and_then(|opened| opened.bytes.as_slice().try_into().ok());
    if let Some(bytes) = known {
        return Ok(Secret::new(bytes));
    }
    let secret = actions::new_secret()?;
    let text = cipher::close(keys, Purpose::Offer, user, secret.bytes())
        .map_err(ActionError::Unencrypted)?;
    if session.insert(OFFER, text).is_err() {
        return Err(PageError::Fault);
    }
    Ok(secret)
}
