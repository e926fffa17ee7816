//! Forms with a table and an archive of scans: read into memory within a limit of their own, and not kept.
//! Larger archives come by the command, which reads them from the disk.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use super::{Part, Shelf, TextFile, nothing_chosen, signed};
use crate::domain::customer_import::MAX_BYTES;
use crate::web::kit::error::PageError;
use crate::web::kit::form::{Form, LARGEST};
use crate::web::kit::memory::Memory;

/// Largest archive in bytes.
pub const MAX_SCANS: usize = 50 * 1024 * 1024;
/// Largest body of a request in bytes. A file above its limit is read to its end up to this one, so that
/// the page can say so.
const LARGEST_BODY: usize = MAX_BYTES + MAX_SCANS + 8 * 1024 * 1024;
/// Memory of all such forms while they are read and answered: two at a time.
static SCANNED: Memory = Memory::megabytes(160);

/// Field of the table.
const TABLE: &str = "datei";
/// Field of the archive.
const SCANS: &str = "scans";

/// A form of a signed-in user with a table and, if one was chosen, an archive.
#[derive(Debug)]
pub struct SignedScanned {
    /// The fields of the form.
    pub form: Form,
    /// The table.
    pub table: Option<TextFile>,
    /// The archive.
    pub scans: Option<TextFile>,
}

impl FromRequest for SignedScanned {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let read = signed::<Both>(request, payload);
        Box::pin(async move {
            let (form, Both { table, scans }) = read.await?;
            Ok(Self { form, table, scans })
        })
    }
}

/// The two files of a form.
#[derive(Default)]
struct Both {
    table: Option<TextFile>,
    scans: Option<TextFile>,
}

impl Shelf for Both {
    const LARGEST_FIELD: usize = LARGEST;
    const LARGEST_BODY: usize = LARGEST_BODY;

    fn memory() -> &'static Memory {
        &SCANNED
    }

    fn has(&self, field: &str) -> bool {
        (field == TABLE && self.table.is_some()) || (field == SCANS && self.scans.is_some())
    }

    async fn put(
        &mut self,
        field: &str,
        name: &str,
        part: Part<'_>,
    ) -> Result<Option<Vec<u8>>, PageError> {
        let bytes = part.whole(LARGEST_BODY).await?;
        if !nothing_chosen(name, bytes.len()) {
            let file = TextFile {
                name: name.to_owned(),
                bytes,
            };
            match field {
                TABLE => self.table = Some(file),
                SCANS => self.scans = Some(file),
                _ => {}
            }
        }
        // Signed agreements are not kept beside: they are chosen once more.
        Ok(None)
    }

    fn put_kept(&mut self, _field: &str, _name: &str, _bytes: Vec<u8>) {}
}
