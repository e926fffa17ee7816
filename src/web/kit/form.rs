//! Forms as they are posted: read once, every field once (S-57), with the session's token (S-62).

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use uuid::Uuid;

use super::body;
use super::error::PageError;
use super::memory::Share;
use crate::domain::name::{BadName, parse};

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

    /// The names of all fields.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
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

impl From<Form> for BTreeMap<String, String> {
    fn from(form: Form) -> Self {
        form.0
    }
}

/// A form of somebody who is not signed in: sign-in, consent links. The link's token in the address
/// is the secret there, and the guard has checked the origin.
#[derive(Debug, Clone)]
pub struct PublicForm(pub Form);

impl FromRequest for PublicForm {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let body = body::whole(&request, payload, LARGEST).await?;
            Form::parse(&body).map(Self)
        })
    }
}

/// What was sent, until the request is answered: if it cannot be used, it is kept (B2, B3).
#[derive(Debug, Default)]
pub struct Posted {
    /// The fields.
    pub form: Form,
    /// The files.
    pub files: Vec<Chosen>,
    /// What all of it holds of the memory for such forms.
    pub memory: Option<Share>,
}

/// A file somebody chose.
#[derive(Debug)]
pub struct Chosen {
    /// Field it was chosen in.
    pub field: String,
    /// What the person's machine calls it; to be shown, never to be used as a path.
    pub name: String,
    /// What is in it.
    pub contents: Contents,
}

/// Where the bytes of a file are.
#[derive(Debug)]
pub enum Contents {
    /// They came with this request.
    Fresh(Vec<u8>),
    /// They were kept when the form was sent before.
    Kept(Uuid),
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

    /// Says at every field that was saved with another value since the form was shown what is stored and
    /// what was typed (B1). A field is its id, its label, what is stored and what was typed.
    pub fn add_changed<'a>(
        &mut self,
        fields: impl IntoIterator<Item = (&'a str, &'a str, String, String)>,
    ) {
        let word = |value: &str| match value.trim() {
            "" => "nichts".to_owned(),
            value => format!("„{value}“"),
        };
        for (id, label, stored, typed) in fields {
            if stored.trim() != typed.trim() {
                self.add(
                    id,
                    format!(
                        "„{label}“: Gespeichert ist inzwischen {}, bei Ihnen steht {}. Ändern Sie das Feld oder speichern Sie noch einmal, wenn Ihre Angabe gelten soll",
                        word(&stored),
                        word(&typed)
                    ),
                );
            }
        }
    }

    /// The reason typed into the field `grund`, of at most `most` characters; `missing` asks for it.
    pub fn reason(&mut self, form: &Form, most: usize, missing: &str) -> String {
        match parse(form.get("grund"), most) {
            Ok(reason) => return reason,
            Err(BadName::Empty) => self.add("grund", missing),
            Err(BadName::TooLong) => {
                self.add("grund", format!("Kürzen Sie den Grund auf {most} Zeichen"));
            }
        }
        form.get("grund").to_owned()
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
