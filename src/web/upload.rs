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
use actix_web::web::Bytes;
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
        let read = signed::<Files>(request, payload);
        Box::pin(async move {
            let (form, files) = read.await?;
            Ok(Self { form, files })
        })
    }
}

/// Where the files of one kind of form go while it is read.
trait Shelf: Default {
    /// Longest field in bytes.
    const LARGEST_FIELD: usize;
    /// Longest body in bytes; beyond it nothing is read.
    const LARGEST_BODY: usize;

    /// Whether a second part under this name is a mistake.
    fn has(&self, field: &str) -> bool;

    /// Reads a file to its end. `name` is what the person's machine calls it.
    async fn put(&mut self, field: String, name: String, part: Part<'_>) -> Result<(), PageError>;
}

/// A part that is being read, and how much of the body may still come.
struct Part<'a> {
    field: &'a mut Field,
    left: &'a mut usize,
}

impl Part<'_> {
    async fn next(&mut self) -> Result<Option<Bytes>, PageError> {
        let Some(chunk) = self.field.next().await else {
            return Ok(None);
        };
        let chunk = chunk.map_err(|_| PageError::BadForm)?;
        *self.left = self
            .left
            .checked_sub(chunk.len())
            .ok_or(PageError::TooLarge)?;
        Ok(Some(chunk))
    }

    async fn whole(mut self, largest: usize) -> Result<Vec<u8>, PageError> {
        let mut bytes = Vec::new();
        while let Some(chunk) = self.next().await? {
            if bytes.len() + chunk.len() > largest {
                return Err(PageError::TooLarge);
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}

/// Reads a whole form, in time and within the limits of its kind.
fn signed<S: Shelf>(
    request: &HttpRequest,
    payload: &mut Payload,
) -> impl Future<Output = Result<(Form, S), PageError>> + use<S> {
    let token = expected_token(request);
    let parts = Multipart::new(request.headers(), payload.take());
    async move {
        tokio::time::timeout(BODY_TIME, read(parts, &token))
            .await
            .unwrap_or(Err(PageError::TooLarge))
    }
}

async fn read<S: Shelf>(mut parts: Multipart, token: &str) -> Result<(Form, S), PageError> {
    let (mut form, mut files) = (Form::default(), S::default());
    let mut left = S::LARGEST_BODY;
    let mut count = 0;
    while let Some(part) = parts.next().await {
        let mut field = part.map_err(|_| PageError::BadForm)?;
        let name = field.name().ok_or(PageError::BadForm)?.to_owned();
        count += 1;
        if count > MOST_PARTS || files.has(&name) || form.ticked(&name) {
            return Err(PageError::BadForm);
        }
        let file_name = field
            .content_disposition()
            .and_then(|given| given.get_filename())
            .map(str::to_owned);
        let part = Part {
            field: &mut field,
            left: &mut left,
        };
        match file_name {
            None => {
                let bytes = part.whole(S::LARGEST_FIELD).await?;
                let text = String::from_utf8(bytes).map_err(|_| PageError::BadForm)?;
                form.add(name, text)?;
            }
            Some(file_name) => {
                // Nobody's bytes are read who did not get the form from this portal.
                check_token(&form, token)?;
                files.put(name, file_name, part).await?;
            }
        }
    }
    check_token(&form, token)?;
    Ok((form, files))
}

/// A browser sends a field without a choice as an empty file without a name.
fn nothing_chosen(name: &str, bytes: usize) -> bool {
    name.is_empty() && bytes == 0
}

impl Shelf for Files {
    const LARGEST_FIELD: usize = LARGEST;
    const LARGEST_BODY: usize = LARGEST_BODY;

    fn has(&self, field: &str) -> bool {
        self.0.contains_key(field)
    }

    async fn put(
        &mut self,
        field: String,
        name: String,
        mut part: Part<'_>,
    ) -> Result<(), PageError> {
        let (mut bytes, mut length) = (Vec::new(), 0);
        while let Some(chunk) = part.next().await? {
            length += chunk.len();
            if length <= MAX_FILE {
                bytes.extend_from_slice(&chunk);
            } else {
                bytes = Vec::new();
            }
        }
        if nothing_chosen(&name, length) {
            return Ok(());
        }
        let file = match FileKind::of(&bytes) {
            _ if length == 0 => Err(BadFile::Empty),
            _ if length > MAX_FILE => Err(BadFile::TooLarge),
            None => Err(BadFile::OtherKind),
            Some(kind) => Ok(File { kind, bytes }),
        };
        self.0.insert(field, file);
        Ok(())
    }
}

mod texts;

pub use texts::{SignedTexts, TextFile};

#[cfg(test)]
mod tests;
