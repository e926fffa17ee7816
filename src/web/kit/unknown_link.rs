//! What a link gets that opens nothing.

use actix_web::HttpRequest;
use chrono::{DateTime, Utc};

use super::client;
use super::error::PageError;
use crate::actions::throttle::note_unknown_token;
use crate::app::App;

/// The answer to a token that opens nothing, and one try more for whoever came with it (S-11, S-12).
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
