//! Forms of signed-in users: the token of the session is checked before anything else (S-62).

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};

use super::error::PageError;
use super::form::{Form, Posted, PublicForm};
use super::kept;
use super::page::Seen;
use crate::app::App;

/// A form of a signed-in user whose token was checked.
#[derive(Debug, Clone)]
pub struct SignedForm(pub Form);

impl FromRequest for SignedForm {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let http = request.clone();
        let form = PublicForm::from_request(request, payload);
        Box::pin(async move {
            let PublicForm(form) = form.await?;
            let checked = check_token(&http, &form);
            http.extensions_mut().insert(Posted {
                form: form.clone(),
                ..Posted::default()
            });
            checked.map(|()| Self(form))
        })
    }
}

/// Checks that the form came from a page of this session (S-62).
pub(super) fn check_token(request: &HttpRequest, form: &Form) -> Result<(), PageError> {
    let seen = request.extensions();
    let expected = seen.get::<Seen>().map_or("", |seen| kept::bare(&seen.csrf));
    if expected.is_empty() || !same(kept::bare(form.get("csrf")).as_bytes(), expected.as_bytes()) {
        tracing::warn!("refused: form without the session's token");
        return Err(PageError::StaleForm);
    }
    Ok(())
}

/// Whether the form was made by this portal, for this session or an earlier one of the user: only
/// then are its files read.
pub(super) fn is_own(request: &HttpRequest, form: &Form) -> bool {
    let late = request
        .app_data::<web::Data<App>>()
        .and_then(|app| kept::owner(app, form));
    late.is_some() || check_token(request, form).is_ok()
}

/// Compares two byte strings in constant time.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differs, (x, y)| differs | (x ^ y)) == 0
}
