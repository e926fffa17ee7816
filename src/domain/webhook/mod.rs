//! Endpoints of other systems that events are pushed to: which addresses they may have, how deliveries
//! are signed (S-98, Standard Webhooks 1.0), and how long a failing one is waited for (S-99).

mod address;
mod secret;
#[cfg(test)]
mod tests;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};

pub use address::{BadUrl, LONGEST_URL, ip_in, is_public, parse_url};
pub use secret::{SECRET_BYTES, WebhookSecret, signature};

/// Most endpoints there can be; each is worked on for itself.
pub const MOST_ENDPOINTS: usize = 50;
/// How long the secret before is still signed with after a rotation.
pub const ROTATION: TimeDelta = TimeDelta::hours(24);
/// An endpoint that has failed for so long is paused.
pub const GIVEN_UP_AFTER: TimeDelta = TimeDelta::days(5);
/// Bytes of an answer that are kept.
pub const KEPT_ANSWER: usize = 500;
/// How long deliveries are listed.
pub const KEPT_FOR: TimeDelta = TimeDelta::days(30);

/// How long an endpoint is left alone after its `failures`-th failure in a row: never less than the
/// time before.
pub fn wait_after(failures: i32) -> TimeDelta {
    match failures {
        ..=1 => TimeDelta::seconds(5),
        2 => TimeDelta::seconds(30),
        3 => TimeDelta::minutes(5),
        4 => TimeDelta::minutes(30),
        5 => TimeDelta::hours(2),
        _ => TimeDelta::hours(6),
    }
}

/// What came of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// The endpoint answered with this status.
    Answered(u16),
    /// It did not answer.
    Failed(DeliveryFault),
}

impl DeliveryOutcome {
    /// Whether the event arrived.
    pub fn is_good(self) -> bool {
        matches!(self, Self::Answered(200..=299))
    }
}

/// Why an endpoint did not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum DeliveryFault {
    /// Its name has no address, or was not found in time.
    Unresolved,
    /// It has only addresses that events may not go to.
    Forbidden,
    /// No connection came about: nobody listens, or TLS failed.
    Unreachable,
    /// It took too long.
    Slow,
    /// It broke off.
    Broken,
    /// Its secret cannot be read: it was stored under another key.
    Unsigned,
}

impl DeliveryFault {
    /// Key in the database.
    pub fn key(self) -> &'static str {
        self.into()
    }

    /// Reads a key; `None` for any other text.
    pub fn from_key(key: &str) -> Option<Self> {
        key.parse().ok()
    }
}

/// Why an endpoint gets nothing at the moment.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum PauseReason {
    /// An administrator paused it.
    ByHand,
    /// It said that it is gone for good (410).
    Gone,
    /// It has failed for days.
    Failing,
}

impl PauseReason {
    /// Key in the database.
    pub fn key(self) -> &'static str {
        self.into()
    }

    /// Reads a key; `None` for any other text.
    pub fn from_key(key: &str) -> Option<Self> {
        key.parse().ok()
    }
}

/// What follows from a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// It is tried again at this moment.
    Again(DateTime<Utc>),
    /// It is paused, until an administrator lets it go on.
    Pause(PauseReason),
}

/// What follows from the `failures`-th failure in a row of an endpoint that has failed since `since`.
pub fn after_failure(
    outcome: DeliveryOutcome,
    failures: i32,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Then {
    match outcome {
        DeliveryOutcome::Answered(410) => Then::Pause(PauseReason::Gone),
        _ if now - since >= GIVEN_UP_AFTER => Then::Pause(PauseReason::Failing),
        _ => Then::Again(now + wait_after(failures)),
    }
}

/// What was done to an endpoint, as the log keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum WebhookAuditEvent {
    /// It was added.
    Added,
    /// It got another secret.
    Rotated,
    /// It was paused.
    Paused {
        /// Why.
        reason: PauseReason,
    },
    /// It goes on.
    Resumed,
    /// It was deleted.
    Deleted,
    /// A test event was sent to it.
    Tested,
    /// An event was sent to it once more.
    SentAgain,
}
