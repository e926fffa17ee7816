//! Forms with whole contract texts: fields as long as a contract, and files whose content is
//! checked by the caller.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use super::{Part, Shelf, nothing_chosen, signed};
use crate::domain::version::{MAX_ALL, MAX_FILE};
use crate::web::kit::error::PageError;
use crate::web::kit::form::Form;

/// Longest field: a little more than a file of a contract may have, so that the page can say it is
/// too long.
pub(super) const LARGEST_TEXT: usize = MAX_FILE + MAX_FILE / 4;
/// Largest body of a request in bytes.
const LARGEST_BODY: usize = 3 * MAX_ALL;

/// A form of a signed-in user with long texts and files of any kind.
#[derive(Debug)]
pub struct SignedTexts {
    /// The fields of the form.
    pub form: Form,
    /// The files that were chosen, in their order.
    pub files: Vec<TextFile>,
}

/// A file as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFile {
    /// Its name on the user's machine; to be shown, never to be used as a path.
    pub name: String,
    /// The content of the file.
    pub bytes: Vec<u8>,
}

impl FromRequest for SignedTexts {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let read = signed::<Vec<TextFile>>(request, payload);
        Box::pin(async move {
            let (form, files) = read.await?;
            Ok(Self { form, files })
        })
    }
}

impl Shelf for Vec<TextFile> {
    const LARGEST_FIELD: usize = LARGEST_TEXT;
    const LARGEST_BODY: usize = LARGEST_BODY;

    /// Several files may be chosen in one field.
    fn has(&self, _field: &str) -> bool {
        false
    }

    async fn put(
        &mut self,
        _field: &str,
        name: &str,
        part: Part<'_>,
    ) -> Result<Option<Vec<u8>>, PageError> {
        let bytes = part.whole(LARGEST_BODY).await?;
        if nothing_chosen(name, bytes.len()) {
            return Ok(None);
        }
        let name = name.to_owned();
        self.push(TextFile {
            name,
            bytes: bytes.clone(),
        });
        Ok(Some(bytes))
    }

    fn put_kept(&mut self, _field: &str, name: &str, bytes: Vec<u8>) {
        let name = name.to_owned();
        self.push(TextFile { name, bytes });
    }
}
