//! The customer objects: the consequences first, then the password once more, then the action
//! (O-04, S-40).

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};

use super::{own_number, words};
use crate::actions::{ActionError, objections};
use crate::app::App;
use crate::domain::Language;
use crate::domain::calendar::day;
use crate::domain::case::Case;
use crate::domain::viewer::Viewer;
use crate::paths;
use crate::web::kit::codes;
use crate::web::kit::customer::find_visible;
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, Shell, html};
use crate::web::kit::passkeys;
use crate::web::kit::reauthentication::{Proof, proof_of, prove_again};
use crate::web::kit::refusals;
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;
use crate::web::kit::words::in_words_of;
use crate::wording::dates::short_date;
use crate::wording::names;

#[derive(Template)]
#[template(path = "web/administration/objection.html")]
struct ObjectionView {
    shell: Shell,
    customer: String,
    agreement: String,
    concluded: String,
    partners: String,
    several: bool,
    modules: Vec<String>,
    proof: Proof,
    receipt: Option<String>,
    wrong: Option<Wrong>,
}

/// Why nothing was declared.
enum Wrong {
    /// The password did not match.
    Password,
    /// The code was not accepted; what to do.
    Code(String),
    /// Too many failures; wait this long.
    Wait(String),
}

/// GET: the page that shows what an objection means.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    session: Session,
) -> Result<HttpResponse, PageError> {
    let case = read(&app, &me.viewer).await?;
    let proof = proof_of(&app, &me).await?;
    let shell = Shell::load(&app, &me, paths::ADMINISTRATION).await?;
    match view(shell, &case, proof, app.clock.now()) {
        Some(page) => html(&page),
        None => Ok(nothing_to_object(&session, me.viewer.language)),
    }
}

/// POST: declares the objection.
pub async fn declare(
    app: web::Data<App>,
    me: Me,
    request: HttpRequest,
    session: Session,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let case = read(&app, &me.viewer).await?;
    let proof = proof_of(&app, &me).await?;
    if case.agreement().is_none() {
        // Without a contract the rules would take it as a decline, which this page does not
        // mention.
        return Ok(nothing_to_object(&session, me.viewer.language));
    }
    let proved = prove_again(&app, &request, &me.viewer, &proof, &form).await;
    let (wrong, status) = match proved {
        Ok(()) => return object(&app, &me.viewer, &session).await,
        Err(ActionError::WrongPassword) => (Wrong::Password, StatusCode::UNPROCESSABLE_ENTITY),
        Err(ActionError::WrongCode(fault)) => (
            Wrong::Code(codes::sentence(fault, me.viewer.language, proof.has_app)),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        Err(ActionError::WrongPasskey(fault)) => (
            Wrong::Code(passkeys::sentence(fault, me.viewer.language)),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        Err(ActionError::TooManyAttempts(seconds)) => (
            Wrong::Wait(in_words_of(seconds, me.viewer.language)),
            StatusCode::TOO_MANY_REQUESTS,
        ),
        Err(error) => return Err(error.into()),
    };
    let shell = Shell::load(&app, &me, paths::ADMINISTRATION).await?;
    let Some(mut page) = view(shell, &case, proof, app.clock.now()) else {
        return Ok(nothing_to_object(&session, me.viewer.language));
    };
    page.wrong = Some(wrong);
    let mut response = html(&page)?;
    *response.status_mut() = status;
    Ok(response)
}

async fn object(
    app: &web::Data<App>,
    viewer: &Viewer,
    session: &Session,
) -> Result<HttpResponse, PageError> {
    let (now, own, viewer) = (app.clock.now(), app.clone(), viewer.clone());
    let language = viewer.language;
    let result = app
        .db
        .transaction(move |conn| objections::object(conn, &own, &viewer, now))
        .await;
    match result {
        Ok(()) => Ok(session.succeeded(
            if language.is_en() {
                "Your objection has taken effect: the agreement is void, and the access of your partners has ended. A confirmation is on its way."
            } else {
                "Ihr Widerspruch ist wirksam: Der Vertrag ist nichtig, und der Zugriff Ihrer Partner ist beendet. Eine Bestätigung ist unterwegs."
            },
            paths::ADMINISTRATION,
        )),
        Err(ActionError::Refused(refusal)) => {
            let why = refusals::to_customer(refusal, language);
            Ok(session.refused(why, paths::ADMINISTRATION))
        }
        Err(error) => Err(error.into()),
    }
}

/// The own case.
async fn read(app: &web::Data<App>, viewer: &Viewer) -> Result<Case, PageError> {
    let number = own_number(viewer)?;
    let (own, viewer) = (app.clone(), viewer.clone());
    let read = app
        .db
        .read(move |conn| -> Result<_, ActionError> { find_visible(conn, &own, &viewer, number) })
        .await?;
    Ok(read)
}

fn view(shell: Shell, case: &Case, proof: Proof, now: DateTime<Utc>) -> Option<ObjectionView> {
    let (agreement, language) = (case.agreement()?, shell.language);
    let partners = words::partners(case);
    Some(ObjectionView {
        shell,
        customer: case.customer.party.name.clone(),
        agreement: agreement.number.clone(),
        concluded: short_date(day(agreement.concluded_at), language),
        several: partners.len() > 1,
        partners: names::list(&partners, language),
        modules: words::modules(case, now, language).0,
        proof,
        receipt: case.customer.email().map(|email| email.shown()),
        wrong: None,
    })
}

fn nothing_to_object(session: &Session, language: Language) -> HttpResponse {
    session.refused(
        if language.is_en() {
            "There is no concluded agreement to which you could object."
        } else {
            "Es gibt keinen abgeschlossenen Vertrag, dem Sie widersprechen könnten."
        },
        paths::ADMINISTRATION,
    )
}
