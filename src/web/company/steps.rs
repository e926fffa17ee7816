//! Locking a person of the own company, letting in again and erasing: each shows the consequences and asks
//! for the strongest factor once more (S-40).

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::parts::{find, say, too_many};
use super::show::same;
use crate::actions::{ActionError, company_users};
use crate::app::App;
use crate::domain::case::Refusal;
use crate::domain::company::{Managing, NotDone, UserState, managed};
use crate::domain::{Language, UserId};
use crate::paths;
use crate::storage::company_users::CompanyUser;
use crate::web::kit::client::source;
use crate::web::kit::error::PageError;
use crate::web::kit::form::{FieldErrors, Form};
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::reauthentication::{Proof, ask_proof, proof_of};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;
use crate::wording::company;

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StepKind {
    Lock,
    Unlock,
    Erase,
}

impl StepKind {
    fn managing(self) -> Managing {
        match self {
            Self::Lock => Managing::Lock,
            Self::Unlock => Managing::Unlock,
            Self::Erase => Managing::Erase,
        }
    }

    /// The message when it is done.
    fn done(self, name: &str, language: Language) -> String {
        match (self, language) {
            (Self::Lock, Language::De) => format!("{name} ist gesperrt und überall abgemeldet."),
            (Self::Lock, Language::En) => format!("{name} is locked and signed out everywhere."),
            (Self::Unlock, Language::De) => format!(
                "Die Sperre ist aufgehoben. {name} erhält eine Einladung, mit der ein neues Passwort festgelegt wird. Sie gilt sieben Tage."
            ),
            (Self::Unlock, Language::En) => format!(
                "The lock is lifted. {name} gets an invitation with which a new password is set. It is valid for seven days."
            ),
            (Self::Erase, Language::De) => "Die Daten sind gelöscht.".to_owned(),
            (Self::Erase, Language::En) => "The data are erased.".to_owned(),
        }
    }
}

#[derive(Template)]
#[template(path = "web/company/step.html")]
struct StepPage {
    shell: Shell,
    step: StepKind,
    name: String,
    email: String,
    /// Where the page leads back to.
    back: String,
    /// Whether the person has no password yet.
    is_invited: bool,
    proof: Proof,
    errors: FieldErrors,
}

/// GET: asks whether to lock the person.
pub async fn ask_lock(
    app: web::Data<App>,
    me: Me,
    session: Session,
    user: web::Path<i64>,
) -> Result<HttpResponse, PageError> {
    ask(&app, &me, &session, UserId(*user), StepKind::Lock).await
}

/// POST: locks the person.
pub async fn lock(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    user: web::Path<i64>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    go(
        &app,
        &me,
        &session,
        (&request, &form),
        UserId(*user),
        StepKind::Lock,
    )
    .await
}

/// GET: asks whether to let the person in again.
pub async fn ask_unlock(
    app: web::Data<App>,
    me: Me,
    session: Session,
    user: web::Path<i64>,
) -> Result<HttpResponse, PageError> {
    ask(&app, &me, &session, UserId(*user), StepKind::Unlock).await
}

/// POST: lets the person in again.
pub async fn unlock(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    user: web::Path<i64>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    go(
        &app,
        &me,
        &session,
        (&request, &form),
        UserId(*user),
        StepKind::Unlock,
    )
    .await
}

/// GET: asks whether to erase the person's data.
pub async fn ask_erase(
    app: web::Data<App>,
    me: Me,
    session: Session,
    user: web::Path<i64>,
) -> Result<HttpResponse, PageError> {
    ask(&app, &me, &session, UserId(*user), StepKind::Erase).await
}

/// POST: erases the person's data.
pub async fn erase(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    user: web::Path<i64>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    go(
        &app,
        &me,
        &session,
        (&request, &form),
        UserId(*user),
        StepKind::Erase,
    )
    .await
}

async fn ask(
    app: &web::Data<App>,
    me: &Me,
    session: &Session,
    user: UserId,
    step: StepKind,
) -> Result<HttpResponse, PageError> {
    match doable(app, me, session, user, step).await? {
        Ok(found) => html(&page(app, me, found, step, FieldErrors::default()).await?),
        Err(answer) => Ok(answer),
    }
}

async fn go(
    app: &web::Data<App>,
    me: &Me,
    session: &Session,
    (request, form): (&HttpRequest, &Form),
    user: UserId,
    step: StepKind,
) -> Result<HttpResponse, PageError> {
    let language = me.viewer.language;
    let found = match doable(app, me, session, user, step).await? {
        Ok(found) => found,
        Err(answer) => return Ok(answer),
    };
    let mut errors = ask_proof(app, me, request, form).await?;
    if !errors.is_empty() {
        return invalid(&page(app, me, found, step, errors).await?);
    }
    let (own, viewer, place, now) = (
        App::clone(app),
        me.viewer.clone(),
        source(app, request),
        app.clock.now(),
    );
    let done = app
        .db
        .transaction(move |conn| match step {
            StepKind::Lock => company_users::lock(conn, &viewer, user, now),
            StepKind::Unlock => company_users::unlock(conn, &own, &viewer, user, &place, now),
            StepKind::Erase => company_users::erase(conn, &viewer, user, now),
        })
        .await;
    match done {
        Ok(()) => Ok(session.succeeded(step.done(&found.name, language), paths::COMPANY_USERS)),
        // A second click.
        Err(ActionError::Refused(Refusal::Unchanged)) => {
            Ok(session.refused(same(language), paths::COMPANY_USERS))
        }
        Err(ActionError::TooManyAttempts(seconds)) => {
            let field = if proof_of(app, me).await?.has_factor {
                crate::web::kit::reauthentication::CODE
            } else {
                "passwort"
            };
            errors.add(field, too_many(seconds, language));
            invalid(&page(app, me, found, step, errors).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// The person, if the step can be done; otherwise where that is said.
async fn doable(
    app: &App,
    me: &Me,
    session: &Session,
    user: UserId,
    step: StepKind,
) -> Result<Result<CompanyUser, HttpResponse>, PageError> {
    let language = me.viewer.language;
    let found = match find(app, me, session, user).await? {
        Ok(found) => found,
        Err(answer) => return Ok(Err(answer)),
    };
    let why = match managed(&me.viewer, found.person, step.managing()) {
        Ok(_) => return Ok(Ok(found)),
        Err(NotDone::Unknown) => return Err(PageError::NotFound),
        Err(NotDone::Unchanged) if step == StepKind::Lock => say(
            language,
            "Dieser Benutzer ist schon gesperrt.",
            "This user is locked already.",
        )
        .to_owned(),
        Err(NotDone::Unchanged) => say(
            language,
            "Dieser Benutzer ist nicht gesperrt.",
            "This user is not locked.",
        )
        .to_owned(),
        Err(NotDone::Lacks(right)) => {
            let word = company::rights(&[right], "", language);
            match language {
                Language::De => format!(
                    "{} hat die Berechtigung „{word}“, die Sie nicht haben. Das kann nur jemand tun, der sie auch hat.",
                    found.name
                ),
                Language::En => format!(
                    "{} has the permission “{word}”, which you do not have. Only somebody who has it can do this.",
                    found.name
                ),
            }
        }
    };
    Ok(Err(session.refused(why, paths::company_user(user))))
}

async fn page(
    app: &App,
    me: &Me,
    found: CompanyUser,
    step: StepKind,
    errors: FieldErrors,
) -> Result<StepPage, PageError> {
    Ok(StepPage {
        shell: Shell::load(app, me, paths::COMPANY_USERS).await?,
        step,
        back: paths::company_user(found.person.user),
        is_invited: found.person.state == UserState::Invited,
        name: found.name,
        email: found.email,
        proof: proof_of(app, me).await?,
        errors,
    })
}
