//! The own passkeys: added in two steps, the name with a proof and then the device, and removed.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::set_up::Way;
use super::{codes, say};
use crate::actions::ActionError;
use crate::actions::passkeys::{self as actions, Added};
use crate::app::App;
use crate::domain::name::BadName;
use crate::domain::passkey::{LONGEST_NAME, MOST_PASSKEYS, challenge_life, name};
use crate::paths;
use crate::storage::passkeys::{PasskeyLine, list_passkeys};
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::local_path::local_path;
use crate::web::kit::page::{Me, Shell, html, invalid, see_other};
use crate::web::kit::passkeys::{PASSKEY, asked, question, sentence};
use crate::web::kit::reauthentication::{Proof, ask_proof, ask_proof_too, proof_of};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;
use crate::web::kit::{kept, session};

/// State of the session: the name of the passkey that the person may make now, and since when.
const NAMED: &str = "passkey_named";

/// A passkey that may be made: the person has proved to be it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Named {
    name: String,
    since: DateTime<Utc>,
}

#[derive(Template)]
#[template(path = "web/account/passkey_name.html")]
struct NamePage {
    shell: Shell,
    name: String,
    longest: usize,
    proof: Proof,
    /// Whether the person has to prove once more to be it.
    asks_proof: bool,
    /// Whether no other page is shown before.
    is_required: bool,
    next: String,
    errors: FieldErrors,
}

#[derive(Template)]
#[template(path = "web/account/passkey_make.html")]
struct MakePage {
    shell: Shell,
    name: String,
    next: String,
    errors: FieldErrors,
}

#[derive(Template)]
#[template(path = "web/account/passkey_remove.html")]
struct RemovePage {
    shell: Shell,
    id: Uuid,
    name: String,
    /// Whether it is the last factor.
    is_last: bool,
    proof: Proof,
    errors: FieldErrors,
}

/// The address of a step, from which it goes on to `next`.
pub(super) fn step(path: &str, next: &str) -> String {
    match local_path(next) {
        Some(next) => {
            let way: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
            format!("{path}?weiter={way}")
        }
        None => path.to_owned(),
    }
}

/// Where there is nothing to add; says why.
async fn obstacle(
    app: &App,
    me: &Me,
    session: &Session,
) -> Result<Option<HttpResponse>, PageError> {
    if !actions::are_possible(app) {
        return Ok(Some(see_other(paths::SECURITY)));
    }
    let user = me.viewer.user;
    let present = app
        .db
        .read(move |conn| -> Result<_, ActionError> { Ok(list_passkeys(conn, user)?) })
        .await?;
    if present.len() < MOST_PASSKEYS {
        return Ok(None);
    }
    let fault = crate::domain::passkey::PasskeyFault::TooMany;
    let text = format!("{}.", sentence(fault, me.viewer.language));
    Ok(Some(session.refused(&text, paths::SECURITY)))
}

/// Asks for a name, and for a proof.
pub async fn ask_name(
    app: web::Data<App>,
    me: Me,
    session: Session,
    way: web::Query<Way>,
) -> Result<HttpResponse, PageError> {
    if codes::are_shown(&session) {
        return Ok(see_other(codes::address(way.next())));
    }
    if let Some(response) = obstacle(&app, &me, &session).await? {
        return Ok(response);
    }
    let typed = (String::new(), way.next(), FieldErrors::default());
    html(&name_page(&app, &me, &session, typed).await?)
}

/// Remembers the name; the device comes next.
pub async fn take_name(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    if let Some(response) = obstacle(&app, &me, &session).await? {
        return Ok(response);
    }
    let (next, language) = (form.get("weiter"), me.viewer.language);
    let mut errors = FieldErrors::default();
    let named = name(form.get("name"));
    match &named {
        Ok(_) => {}
        Err(BadName::Empty) => errors.add(
            "name",
            say(
                language,
                "Geben Sie dem Passkey einen Namen, an dem Sie ihn wiedererkennen",
                "Give the passkey a name by which you recognise it",
            ),
        ),
        Err(BadName::TooLong) => errors.add(
            "name",
            if language.is_en() {
                format!("Shorten the name to {LONGEST_NAME} characters")
            } else {
                format!("Kürzen Sie den Namen auf {LONGEST_NAME} Zeichen")
            },
        ),
    }
    let proof = proof_of(&app, &me).await?;
    if asks_proof(&app, &session, &proof) {
        ask_proof_too(&app, &me, &request, &form, &mut errors).await?;
    }
    match named {
        Ok(name) if errors.is_empty() => {
            let since = app.clock.now();
            if session.insert(NAMED, Named { name, since }).is_err() {
                return Err(PageError::Fault);
            }
            Ok(see_other(step(paths::MAKE_PASSKEY, next)))
        }
        _ => {
            let typed = (form.get("name").to_owned(), next, errors);
            invalid(&name_page(&app, &me, &session, typed).await?)
        }
    }
}

/// As for an authenticator app: by the factor, or by the password if the sign-in was a while ago.
fn asks_proof(app: &App, session: &Session, proof: &Proof) -> bool {
    proof.has_factor || !session::is_fresh(session, app)
}

async fn name_page(
    app: &App,
    me: &Me,
    session: &Session,
    (name, next, errors): (String, &str, FieldErrors),
) -> Result<NamePage, PageError> {
    let proof = proof_of(app, me).await?;
    let is_required =
        app.config.rules.second_factor.requires(me.viewer.role) && !session::has_factor(session);
    Ok(NamePage {
        shell: shell(app, me, session).await?,
        name,
        longest: LONGEST_NAME,
        asks_proof: asks_proof(app, session, &proof),
        proof,
        is_required,
        next: local_path(next).unwrap_or_default().to_owned(),
        errors,
    })
}

/// Without a menu where every other page leads back to setting up a factor.
async fn shell(app: &App, me: &Me, session: &Session) -> Result<Shell, PageError> {
    let mut shell = Shell::load(app, me, paths::SECURITY).await?;
    if app.config.rules.second_factor.requires(me.viewer.role) && !session::has_factor(session) {
        shell.nav.clear();
    }
    Ok(shell)
}

/// The passkey that may be made now.
fn named(app: &App, session: &Session) -> Option<Named> {
    let named = session.get::<Named>(NAMED).ok().flatten()?;
    (app.clock.now() - named.since < challenge_life()).then_some(named)
}

/// Has it made.
pub async fn ask_device(
    app: web::Data<App>,
    me: Me,
    session: Session,
    way: web::Query<Way>,
) -> Result<HttpResponse, PageError> {
    if codes::are_shown(&session) {
        return Ok(see_other(codes::address(way.next())));
    }
    let Some(named) = named(&app, &session) else {
        return Ok(see_other(step(paths::NAME_PASSKEY, way.next())));
    };
    html(&MakePage {
        shell: shell(&app, &me, &session).await?,
        name: named.name,
        next: local_path(way.next()).unwrap_or_default().to_owned(),
        errors: FieldErrors::default(),
    })
}

/// What the browser is to make.
pub async fn ask_new(
    app: web::Data<App>,
    me: Me,
    session: Session,
    SignedForm(_): SignedForm,
) -> Result<HttpResponse, PageError> {
    if named(&app, &session).is_none() {
        return Err(PageError::NotFound);
    }
    let shell = Shell::load(&app, &me, paths::SECURITY).await?;
    let portal = format!(
        "{} {}",
        shell.operator.short_name,
        say(me.viewer.language, "AVV-Portal", "DPA portal")
    );
    let before = asked(&session);
    let (own, viewer, now) = (app.clone(), me.viewer.clone(), app.clock.now());
    let asked = app
        .db
        .transaction(move |conn| -> Result<_, ActionError> {
            actions::forget(conn, before)?;
            actions::ask_for_new(conn, &own, &viewer, portal.trim(), now)
        })
        .await?;
    question(&session, asked)
}

/// Adds it.
pub async fn add(
    app: web::Data<App>,
    me: Me,
    session: Session,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (next, language) = (form.get("weiter"), me.viewer.language);
    if codes::are_shown(&session) {
        // Sent twice: it is added, and the codes wait to be put away.
        return Ok(see_other(codes::address(next)));
    }
    let Some(named) = named(&app, &session) else {
        return Ok(see_other(step(paths::NAME_PASSKEY, next)));
    };
    let (own, viewer, csrf, now) = (
        app.clone(),
        me.viewer.clone(),
        kept::bare(&me.csrf).to_owned(),
        app.clock.now(),
    );
    let (asked, answer) = (asked(&session), form.get(PASSKEY).to_owned());
    let name = named.name.clone();
    let done = app
        .db
        .transaction(move |conn| {
            actions::add(conn, &own, &viewer, (&csrf, &name), (asked, &answer), now)
        })
        .await?;
    let added = match done {
        Ok(added) => added,
        Err(fault) => {
            let mut errors = FieldErrors::default();
            errors.add("anlegen", sentence(fault, language));
            return invalid(&MakePage {
                shell: shell(&app, &me, &session).await?,
                name: named.name,
                next: local_path(next).unwrap_or_default().to_owned(),
                errors,
            });
        }
    };
    session.remove(NAMED);
    session::set_factor(&session);
    let to = match added {
        Added::First(fresh) => {
            codes::show_once(&app, &session, me.viewer.user, &fresh)?;
            codes::address(next)
        }
        Added::Further => local_path(next).unwrap_or(paths::SECURITY).to_owned(),
    };
    Ok(session.succeeded(
        say(
            language,
            "Der Passkey ist hinzugefügt. Sie können sich ab jetzt mit ihm anmelden.",
            "The passkey is added. You can sign in with it from now on.",
        ),
        to,
    ))
}

/// Asks whether to remove one, with what follows.
pub async fn ask_to_remove(
    app: web::Data<App>,
    me: Me,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, PageError> {
    html(&remove_page(&app, &me, *id, FieldErrors::default()).await?)
}

/// Removes it.
pub async fn remove(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    id: web::Path<Uuid>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (id, language) = (*id, me.viewer.language);
    let page = remove_page(&app, &me, id, FieldErrors::default()).await?;
    if page.is_last && app.config.rules.second_factor.requires(me.viewer.role) {
        return Ok(session.refused(
            say(
                language,
                "Für Ihr Konto ist ein zweiter Faktor Pflicht. Fügen Sie erst einen anderen Passkey hinzu oder richten Sie eine Authenticator-App ein.",
                "Your account needs a second factor. First add another passkey or set up an authenticator app.",
            ),
            paths::SECURITY,
        ));
    }
    let errors = ask_proof(&app, &me, &request, &form).await?;
    if !errors.is_empty() {
        return invalid(&remove_page(&app, &me, id, errors).await?);
    }
    let (own, viewer, csrf, now) = (
        app.clone(),
        me.viewer.clone(),
        kept::bare(&me.csrf).to_owned(),
        app.clock.now(),
    );
    let done = app
        .db
        .transaction(move |conn| actions::remove(conn, &own, &viewer, (&csrf, id), now))
        .await;
    if let Ok(false) = done {
        session::unset_factor(&session);
    }
    session.respond_again(
        done,
        |is_left| match is_left {
            true => say(
                language,
                "Der Passkey ist entfernt.",
                "The passkey is removed.",
            ),
            false => say(
                language,
                "Der Passkey ist entfernt. Zum Anmelden genügt wieder das Passwort.",
                "The passkey is removed. The password alone is enough to sign in again.",
            ),
        },
        paths::SECURITY,
    )
}

async fn remove_page(
    app: &App,
    me: &Me,
    id: Uuid,
    errors: FieldErrors,
) -> Result<RemovePage, PageError> {
    let user = me.viewer.user;
    let present: Vec<PasskeyLine> = app
        .db
        .read(move |conn| -> Result<_, ActionError> { Ok(list_passkeys(conn, user)?) })
        .await?;
    let proof = proof_of(app, me).await?;
    let is_last = present.len() == 1 && !proof.has_app;
    let found = present.into_iter().find(|line| line.id == id);
    Ok(RemovePage {
        shell: Shell::load(app, me, paths::SECURITY).await?,
        id,
        name: found.ok_or(PageError::NotFound)?.name,
        is_last,
        proof,
        errors,
    })
}
