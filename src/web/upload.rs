//! Forms with files (`enctype="multipart/form-data"`): read once, within limits, kinds told by their
//! bytes, and files given back only to be saved (S-57, S-62, S-77, S-89).
//!
//! A page with an upload puts the hidden field `csrf` first in its form, an
//! `<input type="file" name="datei">` somewhere behind it, and takes [`SignedUpload`]:
//!
//! ```text
//! pub async fn save(…, SignedUpload { form, mut files }: SignedUpload) -> … {
//!     let file = match files.take("datei") {
//!         Ok(file) => file,                       // None: nothing was chosen
//!         Err(bad) => { errors.add("datei", bad.sentence()); None }
//!     };
//! ```
//!
//! The action stores it with `storage::files::create_file` in its own transaction; a handler that
//! has found the file through the viewer's scope gives it back with [`file_answer`].

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_multipart::{Field, Multipart};
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use futures_util::StreamExt as _;

use super::error::PageError;
use super::form::{Form, LARGEST, check_token, expected_token};
use super::page::attachment;
use crate::domain::file::{File, FileKind, MAX_FILE};

/// Body of a whole request with files. A file above [`MAX_FILE`] is read to its end, up to here, so
/// that the page can say what is wrong with it and keep the other fields.
const LARGEST_BODY: usize = 24 * 1024 * 1024;
/// Fields and files of one form.
const MOST_PARTS: usize = 64;
/// A body has this long to arrive (S-89): 10 MB at half a megabit per second.
const BODY_TIME: Duration = Duration::from_secs(180);

/// What a browser may do with an uploaded file that somebody opens after all: nothing (S-77).
pub const FILE_CSP: &str = "default-src 'none'; sandbox";

/// A form of a signed-in person with files: its token was checked before the first file was read.
#[derive(Debug)]
pub struct SignedUpload {
    /// The fields.
    pub form: Form,
    /// The files.
    pub files: Files,
}

/// The files of a form by field; nothing under the name of a field where none was chosen.
#[derive(Debug, Default)]
pub struct Files(BTreeMap<String, Result<File, BadFile>>);

impl Files {
    /// The file of a field, which is taken out; `None` if none was chosen.
    pub fn take(&mut self, field: &str) -> Result<Option<File>, BadFile> {
        self.0.remove(field).transpose()
    }
}

/// Why a file is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadFile {
    /// There is nothing in it.
    Empty,
    /// It is larger than [`MAX_FILE`].
    TooLarge,
    /// It is neither PDF nor PNG nor JPEG.
    OtherKind,
}

impl BadFile {
    /// What to do, for the field's error.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Empty => "Die Datei ist leer. Wählen Sie eine andere",
            Self::TooLarge => "Die Datei ist größer als 10 MB. Wählen Sie eine kleinere",
            Self::OtherKind => {
                "Die Datei ist weder PDF noch PNG noch JPEG. Wählen Sie eine Datei dieser Arten"
            }
        }
    }
}

/// Gives a stored file back, to be saved and never to be shown. `name` is ours, plain ASCII and
/// without an ending.
pub fn file_answer(name: &str, file: File) -> HttpResponse {
    let name = format!("{name}.{}", file.kind.key());
    let mut answer = attachment(file.kind.content_type(), &name, file.bytes);
    harmless(&mut answer);
    answer
}

/// Takes from an uploaded file all it could do in a browser (S-77).
pub fn harmless(answer: &mut HttpResponse) {
    answer.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        header::HeaderValue::from_static(FILE_CSP),
    );
}

impl FromRequest for SignedUpload {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let token = expected_token(request);
        let parts = Multipart::new(request.headers(), payload.take());
        Box::pin(async move {
            tokio::time::timeout(BODY_TIME, read(parts, &token))
                .await
                .unwrap_or(Err(PageError::TooLarge))
        })
    }
}

async fn read(mut parts: Multipart, token: &str) -> Result<SignedUpload, PageError> {
    let (mut form, mut files) = (Form::default(), Files::default());
    let mut left = LARGEST_BODY;
    let mut count = 0;
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(|_| PageError::BadForm)?;
        let name = part.name().ok_or(PageError::BadForm)?.to_owned();
        count += 1;
        if count > MOST_PARTS || files.0.contains_key(&name) || form.ticked(&name) {
            return Err(PageError::BadForm);
        }
        let file_name = part
            .content_disposition()
            .and_then(|given| given.get_filename())
            .map(str::to_owned);
        match file_name {
            None => {
                let bytes = read_field(&mut part, &mut left).await?;
                let text = String::from_utf8(bytes).map_err(|_| PageError::BadForm)?;
                form.add(name, text)?;
            }
            Some(file_name) => {
                // Nobody's bytes are read who did not get the form from this portal.
                check_token(&form, token)?;
                let file = read_file(&mut part, &mut left).await?;
                // A browser sends a field without a choice as an empty file without a name.
                if !(file_name.is_empty() && file == Err(BadFile::Empty)) {
                    files.0.insert(name, file);
                }
            }
        }
    }
    check_token(&form, token)?;
    Ok(SignedUpload { form, files })
}

async fn read_field(part: &mut Field, left: &mut usize) -> Result<Vec<u8>, PageError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.next().await {
        let chunk = chunk.map_err(|_| PageError::BadForm)?;
        spend(left, chunk.len())?;
        if bytes.len() + chunk.len() > LARGEST {
            return Err(PageError::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

async fn read_file(part: &mut Field, left: &mut usize) -> Result<Result<File, BadFile>, PageError> {
    let (mut bytes, mut length) = (Vec::new(), 0);
    while let Some(chunk) = part.next().await {
        let chunk = chunk.map_err(|_| PageError::BadForm)?;
        spend(left, chunk.len())?;
        length += chunk.len();
        if length <= MAX_FILE {
            bytes.extend_from_slice(&chunk);
        } else {
            bytes = Vec::new();
        }
    }
    Ok(match FileKind::of(&bytes) {
        _ if length == 0 => Err(BadFile::Empty),
        _ if length > MAX_FILE => Err(BadFile::TooLarge),
        None => Err(BadFile::OtherKind),
        Some(kind) => Ok(File { kind, bytes }),
    })
}

fn spend(left: &mut usize, bytes: usize) -> Result<(), PageError> {
    *left = left.checked_sub(bytes).ok_or(PageError::TooLarge)?;
    Ok(())
}

#[cfg(test)]
mod tests;
