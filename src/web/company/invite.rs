//! Inviting somebody to the own company's access.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::parts::{
    Choice, RIGHTS, asked, choices, if_blocked, not_yours, read_name, say, too_many,
};
use crate::actions::ActionError;
use crate::actions::company_users::{self, Invitation, InvitationSent};
use crate::app::App;
use crate::domain::company::{NotDone, UserRights, invited};
use crate::domain::{EmailAddress, Language};
use crate::paths;
use crate::storage::db::DbError;
use crate::storage::users::is_taken;
use crate::web::kit::client::source;
use crate::web::kit::error::PageError;
use crate::web::kit::form::{FieldErrors, Form};
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::reauthentication::{Proof, ask_proof_too, proof_of};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;

#[derive(Template)]
#[template(path = "web/company/new.html")]
struct NewPage {
    shell: Shell,
    /// Name of the company.
    company: String,
    name: String,
    email: String,
    choices: Vec<Choice>,
    proof: Proof,
    errors: FieldErrors,
}

/// GET: the empty form.
pub async fn new(app: web::Data<App>, me: Me, session: Session) -> Result<HttpResponse, PageError> {
    if let Some(answer) = if_blocked(&app, &me, &session).await? {
        return Ok(answer);
    }
    html(&page(&app, &me, &Form::default(), FieldErrors::default()).await?)
}

/// POST: adds the person and mails the invitation.
pub async fn send(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    if let Some(answer) = if_blocked(&app, &me, &session).await? {
        return Ok(answer);
    }
    let language = me.viewer.language;
    let mut errors = FieldErrors::default();
    let invitation = read(&me, &form, &mut errors);
    ask_proof_too(&app, &me, &request, &form, &mut errors).await?;
    let Some(invitation) = invitation.filter(|_| errors.is_empty()) else {
        return invalid(&page(&app, &me, &form, errors).await?);
    };
    let (own, viewer, place, now) = (
        app.clone(),
        me.viewer.clone(),
        source(&app, &request),
        app.clock.now(),
    );
    let to = invitation.email.shown();
    let done = app
        .db
        .transaction(move |conn| {
            company_users::invite(conn, &own, &viewer, &invitation, &place, now)
        })
        .await;
    match done {
        Ok(InvitationSent::Yes) => {
            return Ok(session.succeeded(said(&to, language), paths::COMPANY_USERS));
        }
        Ok(InvitationSent::AddressTaken) => errors.add("email", taken(language)),
        // Another company was faster by a moment.
        Err(ActionError::Database(DbError::Query(error))) if is_taken(&error) => {
            errors.add("email", taken(language));
        }
        Err(ActionError::TooManyAttempts(seconds)) => {
            errors.add("email", too_many(seconds, language));
        }
        Err(error) => return Err(error.into()),
    }
    invalid(&page(&app, &me, &form, errors).await?)
}

/// The invitation as typed; what is wrong is said in the order of the form.
fn read(me: &Me, form: &Form, errors: &mut FieldErrors) -> Option<Invitation> {
    let language = me.viewer.language;
    let name = read_name(form, language, errors);
    let email = EmailAddress::parse(form.get("email")).ok();
    if email.is_none() {
        errors.add(
            "email",
            say(
                language,
                "Geben Sie genau eine E-Mail-Adresse ein, zum Beispiel name@firma.de",
                "Enter exactly one e-mail address, for example name@company.com",
            ),
        );
    }
    let rights = invited(&me.viewer, asked(&me.viewer, UserRights::default(), form));
    if let Err(NotDone::Lacks(right)) = rights {
        errors.add(RIGHTS, not_yours(right, language));
    }
    Some(Invitation {
        name: name?,
        email: email?,
        rights: rights.ok()?,
    })
}

fn said(to: &str, language: Language) -> String {
    match language {
        Language::De => format!(
            "An {to} geht eine Einladung, mit der das Passwort festgelegt wird. Sie gilt sieben Tage."
        ),
        Language::En => format!(
            "An invitation is on its way to {to}, with which the password is set. It is valid for seven days."
        ),
    }
}

fn taken(language: Language) -> &'static str {
    say(
        language,
        "Mit dieser Adresse meldet sich schon jemand am Portal an. Jede Adresse kann nur einmal vergeben werden",
        "Somebody signs in to the portal with this address already. Every address can be used once only",
    )
}

async fn page(app: &App, me: &Me, form: &Form, errors: FieldErrors) -> Result<NewPage, PageError> {
    let given = asked(&me.viewer, UserRights::default(), form);
    Ok(NewPage {
        shell: Shell::load(app, me, paths::COMPANY_USERS).await?,
        company: me.viewer.company.clone(),
        name: form.get("name").to_owned(),
        email: form.get("email").to_owned(),
        choices: choices(&me.viewer, given),
        proof: proof_of(app, me).await?,
        errors,
    })
}
