//! Forms as they are posted: read once, each field at most once (S-57), with the session's token
//! (S-62).

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

/// Largest form in bytes; the longest field is an objection's note.
pub const LARGEST: usize = 64 * 1024;

/// The fields of a posted form. Fields that are not asked for are ignored (S-55).
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

    /// Adds a field that was sent; each field may be sent once.
    pub(super) fn add(&mut self, name: String, value: String) -> Result<(), PageError> {
        // A NUL cannot be typed and cannot be stored in a text of the database.
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

impl From<BTreeMap<String, String>> for Form {
    fn from(fields: BTreeMap<String, String>) -> Self {
        Self(fields)
    }
}

/// A form of a visitor who is not signed in: sign-in, consent links. The link's token in the
/// address is the secret there, and the guard has checked the origin.
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

/// The fields and files that were sent, kept until the request is answered: if the form fails, they
/// are stored (B2, B3).
#[derive(Debug, Default)]
pub struct Posted {
    /// The fields of the form.
    pub form: Form,
    /// The files that were chosen.
    pub files: Vec<Chosen>,
    /// Its share of the memory for such forms.
    pub memory: Option<Share>,
}

/// A file that the user chose.
#[derive(Debug)]
pub struct Chosen {
    /// The field it was chosen in.
    pub field: String,
    /// Its name on the user's machine; to be shown, never to be used as a path.
    pub name: String,
    /// The content of the file.
    pub contents: Contents,
}

/// Where the content of a file is.
#[derive(Debug)]
pub enum Contents {
    /// It was sent with this request.
    Fresh(Vec<u8>),
    /// It was stored when the form was sent before.
    Kept(Uuid),
}

/// An error in a field, shown in the summary and at the field in the same words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Id of the field.
    pub field: String,
    /// What the user has to do.
    pub text: String,
}

/// All errors of a form; templates ask for them by field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldErrors(pub Vec<FieldError>);

impl FieldErrors {
    /// Adds an error.
    pub fn add(&mut self, field: impl Into<String>, text: impl Into<String>) {
        self.0.push(FieldError {
            field: field.into(),
            text: text.into(),
        });
    }

    /// Adds an error to every field whose stored value has changed since the form was shown, with
    /// the stored value and what was typed (B1). A field is given by its id, its label, the stored
    /// value and what was typed.
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

    /// Whether there is no error.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The error of `field`.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|error| error.field == field)
            .map(|error| error.text.as_str())
    }
}
