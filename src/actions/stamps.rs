//! Time stamps for concluded documents, fetched afterwards: a conclusion never waits for an
//! external service and never fails because of it.

use chrono::{DateTime, Duration, Utc};
use rand::TryRngCore as _;
use rand::rngs::OsRng;

use super::ActionError;
use super::alerts::{self, AlertKind, Raised};
use crate::app::App;
use crate::document::seal::{
    Certificates, Stamp, StampError, Terms, read_reply, request, signature_value,
};
use crate::storage::PgConnection;
use crate::storage::agreements::find_pdf;
use crate::storage::alerts::settle_kind;
use crate::storage::seals::{self, Unstamped};

/// Documents older than this are not stamped any more: "not later than today" would prove nothing.
const WORTH_IT: Duration = Duration::days(30);
/// After this many tries the document is given up.
const MOST_TRIES: i32 = 12;

/// A document to be stamped, and the request for the service.
pub struct Turn {
    document: Unstamped,
    value: Vec<u8>,
    asked_at: DateTime<Utc>,
    nonce: [u8; 8],
    /// The request of the time stamp protocol, DER.
    pub request: Vec<u8>,
}

/// Takes the next document and notes the try, so that no other process takes it. The pause doubles
/// from one minute to about a day.
pub fn take(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<Option<Turn>, ActionError> {
    let Some(document) = seals::find_unstamped(conn, now - WORTH_IT, now)? else {
        return Ok(None);
    };
    let pause = Duration::minutes(1 << document.tries.clamp(0, 10));
    let next = (document.tries + 1 < MOST_TRIES).then(|| now + pause);
    let value = find_pdf(conn, document.agreement)?.and_then(|pdf| signature_value(&pdf));
    // Documents from before there were seals have no signature to be stamped.
    seals::note_try(conn, document, next.filter(|_| value.is_some()))?;
    let Some(value) = value else {
        return Ok(None);
    };
    let fault = |error: &dyn std::error::Error| ActionError::Document(error.to_string());
    let mut nonce = [0; 8];
    OsRng
        .try_fill_bytes(&mut nonce)
        .map_err(|error| fault(&error))?;
    Ok(Some(Turn {
        request: request(&value, &nonce).map_err(|error| fault(&error))?,
        document,
        value,
        asked_at: now,
        nonce,
    }))
}

impl Turn {
    /// Checks the service's reply and stores the time stamp. After an invalid one it is tried again
    /// later, with an alert that stays until a valid one comes.
    pub fn keep(
        &self,
        conn: &mut PgConnection,
        app: &App,
        reply: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Result<Stamp, StampError>, ActionError> {
        let pinned = Certificates::of_authority(&app.config.seal)
            .map_err(|error| ActionError::Document(error.to_string()))?;
        let terms = Terms {
            asked_at: self.asked_at,
            concluded_at: self.document.concluded_at,
            pinned: pinned.as_ref(),
        };
        let kind = AlertKind::StampRefused;
        match read_reply(reply, &self.value, &self.nonce, terms) {
            Ok(stamp) => {
                seals::add_stamp(conn, self.document, &stamp.token, stamp.at, &stamp.source)?;
                settle_kind(conn, kind, now)?;
                Ok(Ok(stamp))
            }
            Err(refused) => {
                let alert = Raised {
                    kind,
                    customer: None,
                    subject: String::new(),
                    stage: None,
                };
                alerts::raise(conn, &alert, now)?;
                Ok(Err(refused))
            }
        }
    }
}
