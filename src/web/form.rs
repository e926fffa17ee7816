//! Forms as they are posted: read once, every field once (S-57), with the session's token (S-62).

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};

use super::error::PageError;
use super::guard::Seen;

/// Largest form in bytes; an objection's note is the longest thing anybody types.
pub const LARGEST: usize = 64 * 1024;

/// The fields of a posted form. Fields nobody asks for are ignored (S-55).
#[derive(Debug, Clone, Default)]
pub struct Form(BTreeMap<String, String>);

impl Form {
    /// A field as typed; empty if it was not sent.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// Whether a box was ticked.
    pub fn ticked(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    fn parse(body: &[u8]) -> Result<Self, PageError> {
        let text = std::str::from_utf8(body).map_err(|_| PageError::BadForm)?;
        let mut form = Self::default();
        for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
            form.add(name.into_owned(), value.into_owned())?;
        }
        Ok(form)
    }

    /// Adds a field that was sent; every field once.
    pub(super) fn add(&mut self, name: String, value: String) -> Result<(), PageError> {
        // No keyboard types a NUL, and no text in the database can hold one.
        if value.contains('\0') || self.0.insert(name, value).is_some() {
            return Err(PageError::BadForm);
        }
        Ok(())
    }
}

/// A form of a signed-in person: its token was checked.
#[derive(Debug, Clone)]
pub struct SignedForm(pub Form);

/// A form of somebody who is not signed in: sign-in, consent links. The link's token in the address
/// is the secret there, and the guard has checked the origin.
#[derive(Debug, Clone)]
pub struct PublicForm(pub Form);

impl FromRequest for PublicForm {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = web::Bytes::from_request(request, payload);
        Box::pin(async move {
            let body = body.await.map_err(|_| PageError::TooLarge)?;
            if body.len() > LARGEST {
                return Err(PageError::TooLarge);
            }
            Form::parse(&body).map(Self)
        })
    }
}

impl FromRequest for SignedForm {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let expected = expected_token(request);
        let form = PublicForm::from_request(request, payload);
        Box::pin(async move {
            let PublicForm(form) = form.await?;
            check_token(&form, &expected)?;
            Ok(Self(form))
        })
    }
}

/// The token that forms of this session carry; empty without a session.
pub(super) fn expected_token(request: &HttpRequest) -> String {
    request
        .extensions()
        .get::<Seen>()
        .map(|seen| seen.csrf.clone())
        .unwrap_or_default()
}

/// Whether the form came from a page of this session (S-62).
pub(super) fn check_token(form: &Form, expected: &str) -> Result<(), PageError> {
    if expected.is_empty() || !same(form.get("csrf").as_bytes(), expected.as_bytes()) {
        tracing::warn!("refused: form without the session's token");
        return Err(PageError::StaleForm);
    }
    Ok(())
}

/// Compares in constant time.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differs, (x, y)| differs | (x ^ y)) == 0
}

/// What is wrong with a field: printed in the summary and at the field in the same words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Id of the field.
    pub field: String,
    /// What to do.
    pub text: String,
}

/// All that is wrong with a form; templates ask it field by field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldErrors(pub Vec<FieldError>);

impl FieldErrors {
    /// Adds one.
    pub fn add(&mut self, field: impl Into<String>, text: impl Into<String>) {
        self.0.push(FieldError {
            field: field.into(),
            text: text.into(),
        });
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is wrong with `field`.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|error| error.field == field)
            .map(|error| error.text.as_str())
    }
}
