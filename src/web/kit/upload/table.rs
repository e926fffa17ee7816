//! Forms with one table: a file of another size than proofs have, which is read and not kept.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use super::{Part, Shelf, TextFile, nothing_chosen, signed};
use crate::domain::customer_import::MAX_BYTES;
use crate::web::kit::error::PageError;
use crate::web::kit::form::{Form, LARGEST};

/// Largest body of a request in bytes. A file above [`MAX_BYTES`] is read to its end up to this
/// limit, so that the page can say so.
const LARGEST_BODY: usize = MAX_BYTES + 4 * 1024 * 1024;

/// Field of the table.
const FIELD: &str = "datei";

/// A form of a signed-in user with a table.
#[derive(Debug)]
pub struct SignedTable {
    /// The fields of the form.
    pub form: Form,
    /// The file, if one was chosen.
    pub file: Option<TextFile>,
}

impl FromRequest for SignedTable {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let read = signed::<Table>(request, payload);
        Box::pin(async move {
            let (form, Table(file)) = read.await?;
            Ok(Self { form, file })
        })
    }
}

/// The one table of a form.
#[derive(Default)]
struct Table(Option<TextFile>);

impl Shelf for Table {
    const LARGEST_FIELD: usize = LARGEST;
    const LARGEST_BODY: usize = LARGEST_BODY;

    fn has(&self, field: &str) -> bool {
        field == FIELD && self.0.is_some()
    }

    async fn put(
        &mut self,
        field: &str,
        name: &str,
        part: Part<'_>,
    ) -> Result<Option<Vec<u8>>, PageError> {
        let bytes = part.whole(LARGEST_BODY).await?;
        if field == FIELD && !nothing_chosen(name, bytes.len()) {
            self.0 = Some(TextFile {
                name: name.to_owned(),
                bytes,
            });
        }
        // Customers' data of a whole table are not kept beside: it is chosen once more.
        Ok(None)
    }

    fn put_kept(&mut self, _field: &str, name: &str, bytes: Vec<u8>) {
        let name = name.to_owned();
        self.0.get_or_insert(TextFile { name, bytes });
    }
}
