//! Forms with files (`enctype="multipart/form-data"`): read once, within limits; the kind of a file
//! is told by its content, and files are only offered for download (S-57, S-62, S-77, S-89).
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
//! has found the file through the viewer's scope returns it with [`file_answer`].

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use actix_multipart::{Field, Multipart};
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::{self, Bytes};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse};
use futures_util::StreamExt as _;

use super::body::part_fault;
use super::error::PageError;
use super::form::{Chosen, Contents, Form, LARGEST, Posted};
use super::kept;
use super::memory::{Memory, Share};
use super::page::{Seen, attachment};
use super::signed_form::{check_token, is_own};
use crate::app::App;
use crate::document::uploaded::{BadPdf, only_shows_pages};
use crate::domain::file::{File, FileKind, MAX_FILE};
use crate::places::Kind;

/// Largest body of a request with files, in bytes. A file above [`MAX_FILE`] is read to its end up
/// to this limit, so that the page can show the error and keep the other fields.
const LARGEST_BODY: usize = 24 * 1024 * 1024;
/// At most this many fields and files in one form.
const MOST_PARTS: usize = 64;
/// Largest form token with the page it names, in bytes.
const LARGEST_TOKEN: usize = 4 * 1024;
/// Memory of all forms of signed-in users while they are read and answered.
static SIGNED: Memory = Memory::megabytes(256);

/// The policy of an uploaded file that is opened in a browser after all: it may do nothing (S-77).
pub const FILE_CSP: &str = "default-src 'none'; sandbox";

/// A form of a signed-in user with files; its token was checked before the first file was read.
#[derive(Debug)]
pub struct SignedUpload {
    /// The fields of the form.
    pub form: Form,
    /// The files that were chosen.
    pub files: Files,
}

/// The files of a form by field; a field without a chosen file has no entry.
#[derive(Debug, Default)]
pub struct Files(BTreeMap<String, Result<File, BadFile>>);

impl Files {
    /// Removes and returns the file of a field; `None` if none was chosen.
    pub fn take(&mut self, field: &str) -> Result<Option<File>, BadFile> {
        self.0.remove(field).transpose()
    }

    /// Examines every PDF, because users who download it may open it (A12). This is CPU work and
    /// waits for a place.
    async fn look_into(&mut self, http: &HttpRequest) -> Result<(), PageError> {
        let Some(app) = http.app_data::<web::Data<App>>() else {
            return Ok(());
        };
        for (field, file) in &mut self.0 {
            let Some(pdf) = file.as_mut().ok().filter(|file| file.kind == FileKind::Pdf) else {
                continue;
            };
            let bytes = std::mem::take(&mut pdf.bytes);
            let look = move || (only_shows_pages(&bytes), bytes);
            let (found, bytes) = app.places.run(Kind::SignedIn, look).await?;
            pdf.bytes = bytes;
            if let Err(bad) = found {
                *file = Err(BadFile::BadPdf(bad));
                // It must not be kept to be sent again.
                if let Some(posted) = http.extensions_mut().get_mut::<Posted>() {
                    posted.files.retain(|one| one.field != *field);
                }
            }
        }
        Ok(())
    }
}

/// Why a file is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadFile {
    /// It contains no bytes.
    Empty,
    /// It is larger than [`MAX_FILE`].
    TooLarge,
    /// It is neither PDF nor PNG nor JPEG.
    OtherKind,
    /// It is a PDF that does more than show pages, or may do so (A12).
    BadPdf(BadPdf),
}

impl BadFile {
    /// The error message for the field.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Empty => "Die Datei ist leer. Wählen Sie eine andere",
            Self::TooLarge => "Die Datei ist größer als 10 MB. Wählen Sie eine kleinere",
            Self::OtherKind => {
                "Die Datei ist weder PDF noch PNG noch JPEG. Wählen Sie eine Datei dieser Arten"
            }
            Self::BadPdf(bad) => bad.sentence(),
        }
    }
}

/// An answer that downloads a stored file and never shows it. `name` is chosen by the portal, plain
/// ASCII and without an extension.
pub fn file_answer(name: &str, file: File) -> HttpResponse {
    let name = format!("{name}.{}", file.kind.key());
    let mut answer = attachment(file.kind.content_type(), &name, file.bytes);
    harmless(&mut answer);
    answer
}

/// Adds headers that keep an uploaded file from doing anything in a browser (S-77).
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
        let http = request.clone();
        Box::pin(async move {
            let (form, mut files) = read.await?;
            files.look_into(&http).await?;
            Ok(Self { form, files })
        })
    }
}

/// Where the files of one kind of form are stored while it is read.
trait Shelf: Default {
    /// Longest field in bytes.
    const LARGEST_FIELD: usize;
    /// Longest body in bytes; beyond it nothing is read.
    const LARGEST_BODY: usize;
    /// Whether even fields are read only after the form's token was found genuine.
    const OWN_ONLY: bool = false;

    /// The memory that all forms of this kind may hold together.
    fn memory() -> &'static Memory {
        &SIGNED
    }

    /// Whether a second part under this name is an error.
    fn has(&self, field: &str) -> bool;

    /// Reads a file to its end. `name` is its name on the user's machine. Returns the bytes that
    /// are worth keeping if another field has to be corrected.
    async fn put(
        &mut self,
        field: &str,
        name: &str,
        part: Part<'_>,
    ) -> Result<Option<Vec<u8>>, PageError>;

    /// Adds a file that was chosen when the form was sent before.
    fn put_kept(&mut self, field: &str, name: &str, bytes: Vec<u8>);
}

/// A part that is being read, and how many bytes of the body may follow.
struct Part<'a> {
    field: &'a mut Field,
    read: &'a mut usize,
    largest: usize,
    share: &'a mut Share,
}

impl Part<'_> {
    async fn next(&mut self) -> Result<Option<Bytes>, PageError> {
        let Some(chunk) = self.field.next().await else {
            return Ok(None);
        };
        let chunk = chunk.map_err(|error| part_fault(&error))?;
        *self.read += chunk.len();
        if *self.read > self.largest {
            return Err(PageError::TooLarge);
        }
        self.share.hold(*self.read)?;
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

/// Reads a whole form within the limits of its kind; its time limit is set by `limits`.
fn signed<S: Shelf>(
    request: &HttpRequest,
    payload: &mut Payload,
) -> impl Future<Output = Result<(Form, S), PageError>> + use<S> {
    let http = request.clone();
    let parts = Multipart::new(request.headers(), payload.take());
    async move {
        let (mut posted, mut files) = read::<S>(parts, &http).await?;
        let checked = check_token(&http, &posted.form);
        if checked.is_ok() {
            add_kept(&http, &mut posted, &mut files).await?;
        }
        let form = posted.form.clone();
        http.extensions_mut().insert(posted);
        checked.map(|()| (form, files))
    }
}

/// Adds files that were chosen when the form was sent before, for fields without a new choice.
async fn add_kept<S: Shelf>(
    http: &HttpRequest,
    posted: &mut Posted,
    files: &mut S,
) -> Result<(), PageError> {
    let user = http
        .extensions()
        .get::<Seen>()
        .and_then(|seen| Some(seen.viewer.as_ref()?.user));
    let (Some(app), Some(user)) = (http.app_data::<web::Data<App>>(), user) else {
        return Ok(());
    };
    let chosen: Vec<String> = posted.files.iter().map(|one| one.field.clone()).collect();
    for (id, field, name, bytes) in kept::find_files(app, user, &posted.form).await? {
        if !chosen.contains(&field) {
            files.put_kept(&field, &name, bytes);
            posted.files.push(Chosen {
                field,
                name,
                contents: Contents::Kept(id),
            });
        }
    }
    Ok(())
}

/// Whether the request sends a form with files.
pub(super) fn is_upload(request: &HttpRequest) -> bool {
    request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/form-data"))
}

async fn read<S: Shelf>(
    mut parts: Multipart,
    http: &HttpRequest,
) -> Result<(Posted, S), PageError> {
    let (mut posted, mut files) = (Posted::default(), S::default());
    let (mut share, mut read, mut count) = (Share::of(S::memory()), 0, 0);
    while let Some(part) = parts.next().await {
        let mut field = part.map_err(|error| part_fault(&error))?;
        let name = field.name().ok_or(PageError::BadForm)?.to_owned();
        count += 1;
        if count > MOST_PARTS || files.has(&name) || posted.form.ticked(&name) {
            return Err(PageError::BadForm);
        }
        let file_name = field
            .content_disposition()
            .and_then(|given| given.get_filename())
            .map(str::to_owned);
        let part = Part {
            field: &mut field,
            read: &mut read,
            largest: S::LARGEST_BODY,
            share: &mut share,
        };
        let is_token = file_name.is_none() && name == "csrf";
        if S::OWN_ONLY && !is_token && !is_own(http, &posted.form) {
            return Err(PageError::StaleForm);
        }
        match file_name {
            None => {
                let largest = if is_token {
                    LARGEST_TOKEN
                } else {
                    S::LARGEST_FIELD
                };
                let bytes = part.whole(largest).await?;
                let text = String::from_utf8(bytes).map_err(|_| PageError::BadForm)?;
                posted.form.add(name, text)?;
            }
            Some(file_name) => {
                // Files are only read if the form was made by this portal.
                if !is_own(http, &posted.form) {
                    return Err(PageError::StaleForm);
                }
                if let Some(bytes) = files.put(&name, &file_name, part).await? {
                    posted.files.push(Chosen {
                        field: name,
                        name: file_name,
                        contents: Contents::Fresh(bytes),
                    });
                }
            }
        }
    }
    posted.memory = Some(share);
    Ok((posted, files))
}

/// Whether a part is an empty field: a browser sends it as an empty file without a name.
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
        field: &str,
        name: &str,
        mut part: Part<'_>,
    ) -> Result<Option<Vec<u8>>, PageError> {
        let (mut bytes, mut length) = (Vec::new(), 0);
        while let Some(chunk) = part.next().await? {
            length += chunk.len();
            if length <= MAX_FILE {
                bytes.extend_from_slice(&chunk);
            } else {
                bytes = Vec::new();
            }
        }
        if nothing_chosen(name, length) {
            return Ok(None);
        }
        let file = match FileKind::of(&bytes) {
            _ if length == 0 => Err(BadFile::Empty),
            _ if length > MAX_FILE => Err(BadFile::TooLarge),
            None => Err(BadFile::OtherKind),
            Some(kind) => Ok(File { kind, bytes }),
        };
        let good = file.as_ref().ok().map(|file| file.bytes.clone());
        self.0.insert(field.to_owned(), file);
        Ok(good)
    }

    fn put_kept(&mut self, field: &str, _name: &str, bytes: Vec<u8>) {
        let kind = FileKind::of(&bytes).ok_or(BadFile::OtherKind);
        let file = kind.map(|kind| File { kind, bytes });
        self.0.entry(field.to_owned()).or_insert(file);
    }
}

mod late;
mod scanned;
mod table;
mod texts;

pub(super) use late::{late_share, read_late};
pub use scanned::{MAX_SCANS, SignedScanned};
pub use table::SignedTable;
pub use texts::{SignedTexts, TextFile};

#[cfg(test)]
mod tests;
