//! What can be done with an endpoint: another secret and deletion, which ask for a proof; pausing,
//! going on, a test, and sending an event again.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use url::Url;
use uuid::Uuid;

use super::{SHOWN, short, show_once};
use crate::actions::ActionError;
use crate::actions::webhooks::{self, ByHand};
use crate::app::App;
use crate::domain::case::Refusal;
use crate::domain::webhook::ROTATION;
use crate::domain::{DeliveryId, WebhookId};
use crate::paths;
use crate::storage::webhooks::find_endpoint;
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::reauthentication::{Proof, ask_proof, proof_of};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;
use crate::webhook_client::send_once;

#[derive(Template)]
#[template(path = "web/operation/webhooks/step.html")]
struct StepPage {
    shell: Shell,
    short: String,
    /// Address of the endpoint's page.
    href: String,
    /// Whether it is about deleting the endpoint, else about its secret.
    deletes: bool,
    hours: i64,
    stand: String,
    own_email: Proof,
    errors: FieldErrors,
}

/// Asks whether to make another secret.
pub async fn ask_rotation(
    app: web::Data<App>,
    me: Me,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, PageError> {
    html(&page(&app, &me, WebhookId(*id), false, FieldErrors::default()).await?)
}

/// Makes another secret and leads to the page that shows it.
pub async fn rotate(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    id: web::Path<Uuid>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let id = WebhookId(*id);
    let shown = page(&app, &me, id, false, FieldErrors::default()).await?;
    if shown.stand != form.get("stand") {
        return Ok(was_changed(&session, id));
    }
    let errors = ask_proof(&app, &me, &request, &form).await?;
    if !errors.is_empty() {
        return invalid(&StepPage { errors, ..shown });
    }
    let (own, viewer, now) = (app.clone(), me.viewer.clone(), app.clock.now());
    let seen = form.get("stand").to_owned();
    let done = app
        .db
        .transaction(move |conn| webhooks::rotate(conn, &own, &viewer, (id, &seen), now))
        .await;
    let secret = match done {
        Err(ActionError::Changed) => return Ok(was_changed(&session, id)),
        done => done?,
    };
    show_once(&app, &session, (me.viewer.user, id), &secret)?;
    Ok(session.succeeded(
        "Der neue Schlüssel gilt ab sofort. Der bisherige gilt noch einen Tag.",
        paths::webhook(id),
    ))
}

fn was_changed(session: &Session, id: WebhookId) -> HttpResponse {
    session.refused(
        "Dieser Webhook wurde inzwischen geändert. Sehen Sie nach, ob noch etwas zu tun ist.",
        paths::webhook(id),
    )
}

/// The secret is put away: the portal never shows it again.
pub async fn put_away(
    session: Session,
    id: web::Path<Uuid>,
    SignedForm(_): SignedForm,
) -> Result<HttpResponse, PageError> {
    session.remove(SHOWN);
    Ok(session.succeeded(
        "Erledigt. Den Schlüssel zeigt das Portal nicht noch einmal.",
        paths::webhook(WebhookId(*id)),
    ))
}

/// Asks whether to delete the endpoint.
pub async fn ask_deletion(
    app: web::Data<App>,
    me: Me,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, PageError> {
    html(&page(&app, &me, WebhookId(*id), true, FieldErrors::default()).await?)
}

/// Deletes it.
pub async fn delete(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    id: web::Path<Uuid>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let id = WebhookId(*id);
    let shown = page(&app, &me, id, true, FieldErrors::default()).await?;
    let errors = ask_proof(&app, &me, &request, &form).await?;
    if !errors.is_empty() {
        return invalid(&StepPage { errors, ..shown });
    }
    let (viewer, now) = (me.viewer.clone(), app.clock.now());
    let done = app
        .db
        .transaction(move |conn| webhooks::delete(conn, &viewer, id, now))
        .await;
    session.respond(done, |()| "Der Webhook ist gelöscht.", paths::WEBHOOKS)
}

async fn page(
    app: &App,
    me: &Me,
    id: WebhookId,
    deletes: bool,
    errors: FieldErrors,
) -> Result<StepPage, PageError> {
    let found = app
        .db
        .read(move |conn| -> Result<_, ActionError> { Ok(find_endpoint(conn, id)?) })
        .await?;
    let endpoint = found.ok_or(PageError::NotFound)?;
    Ok(StepPage {
        shell: Shell::load(app, me, paths::WEBHOOKS).await?,
        short: short(&endpoint.url).to_owned(),
        href: paths::webhook(id),
        deletes,
        hours: ROTATION.num_hours(),
        stand: webhooks::stamp(&endpoint),
        own_email: proof_of(app, me).await?,
        errors,
    })
}

/// Pauses the endpoint.
pub async fn pause(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<Uuid>,
    SignedForm(_): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (id, viewer, now) = (WebhookId(*id), me.viewer.clone(), app.clock.now());
    let done = app
        .db
        .transaction(move |conn| webhooks::pause(conn, &viewer, id, now))
        .await;
    let to = paths::webhook(id);
    match done {
        Err(ActionError::Refused(Refusal::Unchanged)) => {
            Ok(session.succeeded("Der Webhook war schon angehalten.", to))
        }
        done => session.respond(
            done,
            |()| "Der Webhook ist angehalten. Was inzwischen geschieht, erhält er, wenn Sie ihn fortsetzen.",
            to,
        ),
    }
}

/// Lets it go on.
pub async fn resume(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<Uuid>,
    SignedForm(_): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (id, viewer, now) = (WebhookId(*id), me.viewer.clone(), app.clock.now());
    let done = app
        .db
        .transaction(move |conn| webhooks::resume(conn, &viewer, id, now))
        .await;
    let to = paths::webhook(id);
    match done {
        Err(ActionError::Refused(Refusal::Unchanged)) => {
            Ok(session.succeeded("Der Webhook war nicht angehalten.", to))
        }
        done => session.respond(
            done,
            |()| "Der Webhook wird fortgesetzt und erhält alles, was ihm fehlt.",
            to,
        ),
    }
}

/// Sends a test event and says what came of it.
pub async fn test(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<Uuid>,
    SignedForm(_): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (own, viewer) = (app.clone(), me.viewer.clone());
    let (id, now) = (WebhookId(*id), app.clock.now());
    let begun = app
        .db
        .transaction(move |conn| webhooks::begin_test(conn, &own, &viewer, id, now))
        .await?;
    send(&app, &session, id, begun).await
}

/// Sends the event of a delivery again and says what came of it.
pub async fn again(
    app: web::Data<App>,
    me: Me,
    session: Session,
    path: web::Path<(Uuid, i64)>,
    SignedForm(_): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (id, delivery) = path.into_inner();
    let (id, delivery) = (WebhookId(id), DeliveryId(delivery));
    let (own, viewer, now) = (app.clone(), me.viewer.clone(), app.clock.now());
    let begun = app
        .db
        .transaction(move |conn| webhooks::begin_again(conn, &own, &viewer, (id, delivery), now))
        .await?;
    send(&app, &session, id, begun).await
}

/// Sends it without holding a connection to the database, and notes what came of it.
async fn send(
    app: &web::Data<App>,
    session: &Session,
    id: WebhookId,
    begun: ByHand,
) -> Result<HttpResponse, PageError> {
    let Ok(url) = Url::parse(&begun.url) else {
        return Err(PageError::Fault);
    };
    let (config, message) = (app.config.clone(), begun.message.clone());
    let sent = web::block(move || {
        // In a thread of its own: what sends runs tasks itself.
        std::thread::spawn(move || send_once(&config, &url, message)).join()
    })
    .await;
    let Ok(Ok(reply)) = sent else {
        return Err(PageError::Fault);
    };
    let (now, said) = (app.clock.now(), reply.outcome.word());
    let is_good = reply.outcome.is_good();
    app.db
        .transaction(move |conn| webhooks::end_by_hand(conn, &begun, &reply, now))
        .await?;
    let to = paths::webhook(id);
    Ok(match is_good {
        true => session.succeeded(format!("Das Ereignis wurde {said}."), to),
        false => session.refused(format!("Das Ereignis kam nicht an: {said}."), to),
    })
}
