//! Webhooks: endpoints of other systems, their secrets and deliveries. For administrators alone, because
//! whoever adds one learns everything that happens.

pub mod list;
pub mod new;
pub mod show;
pub mod steps;

use actix_session::Session;
use serde::{Deserialize, Serialize};

use crate::actions::ActionError;
use crate::app::App;
use crate::cipher::{self, Purpose};
use crate::domain::webhook::WebhookSecret;
use crate::domain::{UserId, WebhookId};
use crate::storage::webhooks::Endpoint;
use crate::web::kit::error::PageError;

/// State of the session: a secret that is being shown, encrypted.
const SHOWN: &str = "webhook_secret";

/// A secret that was made and has not been put away yet.
#[derive(Serialize, Deserialize)]
struct Shown {
    endpoint: WebhookId,
    text: String,
}

/// Keeps a secret in the session, encrypted, until it is put away.
fn show_once(
    app: &App,
    session: &Session,
    (user, endpoint): (UserId, WebhookId),
    secret: &WebhookSecret,
) -> Result<(), PageError> {
    let text = cipher::close(
        &app.config.keys,
        Purpose::ShownWebhook,
        format!("{endpoint} for {user}"),
        secret.bytes(),
    )
    .map_err(ActionError::Unencrypted)?;
    session
        .insert(SHOWN, Shown { endpoint, text })
        .map_err(|error| {
            tracing::error!(cause = %error, "the secret of an endpoint was lost");
            PageError::Fault
        })
}

/// The secret of an endpoint, as long as it is shown.
fn shown(app: &App, session: &Session, user: UserId, endpoint: WebhookId) -> Option<String> {
    let kept = session.get::<Shown>(SHOWN).ok().flatten()?;
    let owner = format!("{endpoint} for {user}");
    let opened = cipher::open(&app.config.keys, Purpose::ShownWebhook, owner, &kept.text)?;
    let bytes = opened.bytes.as_slice().try_into().ok()?;
    Some(WebhookSecret::new(bytes).shown())
}

/// How an endpoint stands: its word, and the status whose look its tag borrows.
fn state(endpoint: &Endpoint) -> (&'static str, &'static str) {
    match (endpoint.paused, endpoint.failing_since) {
        (Some(_), _) => ("angehalten", "void"),
        (None, Some(_)) => ("gestört", "undeliverable"),
        (None, None) => ("aktiv", "concluded"),
    }
}

/// The address of an endpoint without what begins every address.
fn short(url: &str) -> &str {
    url.trim_start_matches("https://").trim_end_matches('/')
}
