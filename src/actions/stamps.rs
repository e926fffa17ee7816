//! Time stamps for concluded documents and for checkpoints of the log, fetched afterwards: a conclusion
//! never waits for an external service and never fails because of it.

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
use crate::storage::audit::checkpoints::{KeptStamp, keep_stamp, note_stamp_try, take_unstamped};
use crate::storage::seals::{self, Unstamped};

/// Documents older than this are not stamped any more: "not later than today" would prove nothing.
const WORTH_IT: Duration = Duration::days(30);
/// After this many tries, about two days, it is left to the portal's clock.
const MOST_TRIES: i32 = 12;

/// What gets a time stamp.
enum Subject {
    /// A concluded document.
    Document(Unstamped),
    /// The checkpoint of so many events.
    Checkpoint(i64),
}

/// What is to be stamped, and the request for the service.
pub struct Turn {
    subject: Subject,
    value: Vec<u8>,
    /// The stamp must not be older.
    made_at: DateTime<Utc>,
    asked_at: DateTime<Utc>,
    nonce: [u8; 8],
    /// The request of the time stamp protocol, DER.
    pub request: Vec<u8>,
}

/// When a failed try is followed by another: after a pause that doubles from one minute to about a day.
/// `None`: never.
fn next_try(tries: i32, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let pause = Duration::minutes(1 << tries.clamp(0, 10));
    (tries + 1 < MOST_TRIES).then(|| now + pause)
}

/// Takes the next document and notes the try, so that no other process takes it.
pub fn take(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<Option<Turn>, ActionError> {
    let Some(document) = seals::find_unstamped(conn, now - WORTH_IT, now)? else {
        return Ok(None);
    };
    let next = next_try(document.tries, now);
    let value = find_pdf(conn, document.agreement)?.and_then(|pdf| signature_value(&pdf));
    // Documents from before there were seals have no signature to be stamped.
    seals::note_try(conn, document, next.filter(|_| value.is_some()))?;
    let Some(value) = value else {
        return Ok(None);
    };
    let made_at = document.concluded_at;
    Turn::new(Subject::Document(document), value, made_at, now).map(Some)
}

/// [`take`] for the checkpoints of the log (S-80); what is stamped is the signed note.
pub fn take_checkpoint(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
) -> Result<Option<Turn>, ActionError> {
    let Some((size, note, made_at, tries)) = take_unstamped(conn, now)? else {
        return Ok(None);
    };
    note_stamp_try(conn, size, next_try(tries, now))?;
    Turn::new(Subject::Checkpoint(size), note.into_bytes(), made_at, now).map(Some)
}

impl Turn {
    fn new(
        subject: Subject,
        value: Vec<u8>,
        made_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Self, ActionError> {
        let fault = |error: &dyn std::error::Error| ActionError::Document(error.to_string());
        let mut nonce = [0; 8];
        OsRng
            .try_fill_bytes(&mut nonce)
            .map_err(|error| fault(&error))?;
        Ok(Self {
            request: request(&value, &nonce).map_err(|error| fault(&error))?,
            subject,
            value,
            made_at,
            asked_at: now,
            nonce,
        })
    }

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
            concluded_at: self.made_at,
            pinned: pinned.as_ref(),
        };
        let kind = AlertKind::StampRefused;
        match read_reply(reply, &self.value, &self.nonce, terms) {
            Ok(stamp) => {
                match self.subject {
                    Subject::Document(document) => {
                        seals::add_stamp(conn, document, &stamp.token, stamp.at, &stamp.source)?;
                    }
                    Subject::Checkpoint(size) => {
                        let kept = KeptStamp {
                            token: stamp.token.clone(),
                            at: stamp.at,
                            source: stamp.source.clone(),
                        };
                        keep_stamp(conn, size, &kept)?;
                    }
                }
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
