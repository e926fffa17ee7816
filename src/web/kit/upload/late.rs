//! Forms of users whose session has ended, which any stranger may send as well (A3, B2): read
//! within narrower limits, and only in order to be kept.

use actix_multipart::Multipart;
use actix_web::HttpRequest;
use actix_web::dev::Payload;

use super::{LARGEST_BODY, Part, Shelf, nothing_chosen, read, texts};
use crate::web::kit::error::PageError;
use crate::web::kit::form::Posted;
use crate::web::kit::memory::{Memory, Share};

/// Memory of all forms that came without a session.
static LATE: Memory = Memory::megabytes(128);

/// A share of the memory for a form that came without a session.
pub(in crate::web::kit) fn late_share() -> Share {
    Share::of(&LATE)
}

/// Reads a form with files of a user whose session has ended; refuses it before reading further if
/// this portal did not make it (A3).
pub(in crate::web::kit) async fn read_late(
    request: &HttpRequest,
    payload: &mut Payload,
) -> Result<Posted, PageError> {
    let parts = Multipart::new(request.headers(), payload.take());
    let (posted, _) = read::<Late>(parts, request).await?;
    Ok(posted)
}

/// Files that are only kept: their content is not checked.
#[derive(Default)]
struct Late;

impl Shelf for Late {
    const LARGEST_FIELD: usize = texts::LARGEST_TEXT;
    const LARGEST_BODY: usize = LARGEST_BODY;
    const OWN_ONLY: bool = true;

    fn memory() -> &'static Memory {
        &LATE
    }

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
        Ok((!nothing_chosen(name, bytes.len())).then_some(bytes))
    }

    fn put_kept(&mut self, _field: &str, _name: &str, _bytes: Vec<u8>) {}
}
