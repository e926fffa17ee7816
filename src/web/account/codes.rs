//! The own recovery codes: shown after they were made until the person has put them away, then never
//! again; new ones in their place.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::say;
use super::set_up::Way;
use crate::actions::ActionError;
use crate::actions::second_factor as actions;
use crate::app::App;
use crate::cipher::{self, Purpose};
use crate::domain::UserId;
use crate::paths;
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::local_path::local_path;
use crate::web::kit::page::{Me, Shell, home_of, html, invalid, see_other};
use crate::web::kit::reauthentication::{Proof, ask_proof, proof_of};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;

/// State of the session: codes that are being shown, encrypted.
const SHOWN: &str = "recovery_codes";

#[derive(Template)]
#[template(path = "web/account/codes.html")]
struct CodesPage {
    shell: Shell,
    codes: Vec<String>,
    /// Where to go afterwards.
    next: String,
}

#[derive(Template)]
#[template(path = "web/account/renew.html")]
struct RenewPage {
    shell: Shell,
    proof: Proof,
    errors: FieldErrors,
}

/// The page that shows them, from which it goes on to `next`.
pub fn address(next: &str) -> String {
    match local_path(next) {
        Some(next) => {
            let way: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
            format!("{}?weiter={way}", paths::RECOVERY_CODES)
        }
        None => paths::RECOVERY_CODES.to_owned(),
    }
}

/// Whether codes wait to be put away.
pub fn are_shown(session: &Session) -> bool {
    session.contains_key(SHOWN)
}

/// Keeps codes in the session, encrypted, until they are put away.
pub fn show_once(
    app: &App,
    session: &Session,
    user: UserId,
    codes: &[String],
) -> Result<(), PageError> {
    let text = cipher::close(
        &app.config.keys,
        Purpose::Codes,
        user,
        codes.join("\n").as_bytes(),
    )
    .map_err(ActionError::Unencrypted)?;
    session.insert(SHOWN, text).map_err(|error| {
        tracing::error!(cause = %error, "recovery codes were lost");
        PageError::Fault
    })
}

fn shown(app: &App, session: &Session, user: UserId) -> Option<Vec<String>> {
    let text = session.get::<String>(SHOWN).ok().flatten()?;
    let opened = cipher::open(&app.config.keys, Purpose::Codes, user, &text)?;
    let codes = String::from_utf8(opened.bytes).ok()?;
    Some(codes.lines().map(str::to_owned).collect())
}

/// The codes, or the form for new ones.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    session: Session,
    way: web::Query<Way>,
) -> Result<HttpResponse, PageError> {
    if let Some(codes) = shown(&app, &session, me.viewer.user) {
        return html(&CodesPage {
            shell: Shell::load(&app, &me, paths::SECURITY).await?,
            codes,
            next: local_path(way.next()).unwrap_or_default().to_owned(),
        });
    }
    let proof = proof_of(&app, &me).await?;
    if !proof.has_factor {
        return Ok(see_other(paths::SECURITY));
    }
    html(&RenewPage {
        shell: Shell::load(&app, &me, paths::SECURITY).await?,
        proof,
        errors: FieldErrors::default(),
    })
}

/// Makes new ones.
pub async fn renew(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    if are_shown(&session) {
        // Sent twice: they are made.
        return Ok(see_other(paths::RECOVERY_CODES));
    }
    let proof = proof_of(&app, &me).await?;
    if !proof.has_factor {
        return Ok(see_other(paths::SECURITY));
    }
    let errors = ask_proof(&app, &me, &request, &form).await?;
    if !errors.is_empty() {
        return invalid(&RenewPage {
            shell: Shell::load(&app, &me, paths::SECURITY).await?,
            proof,
            errors,
        });
    }
    let (own, viewer, now) = (app.clone(), me.viewer.clone(), app.clock.now());
    let codes = app
        .db
        .transaction(move |conn| actions::renew_codes(conn, &own, &viewer, now))
        .await?;
    show_once(&app, &session, me.viewer.user, &codes)?;
    Ok(session.succeeded(
        say(
            me.viewer.language,
            "Die neuen Codes gelten ab sofort, die bisherigen nicht mehr.",
            "The new codes are good from now on, the former ones no longer.",
        ),
        paths::RECOVERY_CODES,
    ))
}

/// They are put away: the portal never shows them again.
pub async fn put_away(
    me: Me,
    session: Session,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    session.remove(SHOWN);
    let (home, language) = (home_of(me.viewer.role), me.viewer.language);
    let next = match form.get("weiter") {
        "" => paths::SECURITY,
        next => local_path(next).unwrap_or(home),
    };
    Ok(session.succeeded(
        say(
            language,
            "Erledigt. Ihre Wiederherstellungscodes zeigt das Portal nicht noch einmal.",
            "Done. The portal does not show your recovery codes again.",
        ),
        next,
    ))
}
