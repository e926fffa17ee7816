//! Forms with whole contract texts: fields as long as a contract, and files whose bytes somebody else
//! looks at.

use std::future::Future;
use std::pin::Pin;

use actix_multipart::Multipart;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt as _;

use super::{BODY_TIME, MOST_PARTS, read_field};
use crate::domain::version::{MAX_ALL, MAX_FILE};
use crate::web::error::PageError;
use crate::web::form::{Form, check_token, expected_token};

/// A field may have a little more than a file of a contract, so that the page can say it is too long.
const LARGEST_TEXT: usize = MAX_FILE + MAX_FILE / 4;
/// Body of a whole request.
const LARGEST_BODY: usize = 3 * MAX_ALL;

/// A form of a signed-in person with long texts and files of any kind.
#[derive(Debug)]
pub struct SignedTexts {
    /// The fields.
    pub form: Form,
    /// The files that were chosen, in their order.
    pub files: Vec<TextFile>,
}

/// A file as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFile {
    /// The name it had on the person's machine; to be shown, never to be used as a path.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl FromRequest for SignedTexts {
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

async fn read(mut parts: Multipart, token: &str) -> Result<SignedTexts, PageError> {
    let (mut form, mut files) = (Form::default(), Vec::new());
    let mut left = LARGEST_BODY;
    let mut count = 0;
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(|_| PageError::BadForm)?;
        let name = part.name().ok_or(PageError::BadForm)?.to_owned();
        count += 1;
        if count > MOST_PARTS || form.ticked(&name) {
            return Err(PageError::BadForm);
        }
        let file_name = part
            .content_disposition()
            .and_then(|given| given.get_filename())
            .map(str::to_owned);
        match file_name {
            None => {
                let bytes = read_field(&mut part, &mut left, LARGEST_TEXT).await?;
                let text = String::from_utf8(bytes).map_err(|_| PageError::BadForm)?;
                form.add(name, text)?;
            }
            Some(name) => {
                // Nobody's bytes are read who did not get the form from this portal.
                check_token(&form, token)?;
                let bytes = read_field(&mut part, &mut left, LARGEST_BODY).await?;
                // A browser sends a field without a choice as an empty file without a name.
                if !(name.is_empty() && bytes.is_empty()) {
                    files.push(TextFile { name, bytes });
                }
            }
        }
    }
    check_token(&form, token)?;
    Ok(SignedTexts { form, files })
}
