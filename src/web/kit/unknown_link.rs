//! The answer to a link that is not valid.

use actix_web::HttpRequest;
use chrono::{DateTime, Utc};

use super::client;
use super::error::PageError;
use crate::actions::throttle::note_unknown_token;
use crate::app::App;

/// The answer to an invalid token; it counts as an attempt of the source (S-11, S-12).
pub async fn unknown(app: &App, request: &HttpRequest, now: DateTime<Utc>) -> PageError {
    let (writer, source) = (app.clone(), client::source(app, request));
    let noted = app
        .db
        .transaction(move |conn| note_unknown_token(conn, &writer, &source, now))
        .await;
    match noted {
        Ok(()) => PageError::UnknownLink,
        Err(error) => error.into(),
    }
}
