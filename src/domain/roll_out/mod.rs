//! Rolling out a contract version: customers who concluded an older one are told of it, or asked to
//! conclude it, one after the other (rows 35 to 37). An agreement in force goes on either way; no
//! customer ever concludes by silence.

mod audit_event;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::case::{
    Case, Demand, Event, Refusal, RequestOutcome, may_be_demanded, may_be_told_of_version,
};
use super::{CustomerNumber, PartnerId};
pub use audit_event::RollOutAuditEvent;

/// Most customer numbers that can be typed in for one roll-out. A posted form of 64 KiB holds so many
/// with ten digits, each on a line of its own.
pub const MAX_NUMBERS: usize = 4_000;

/// What the customers get.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Mode {
    /// They are told, and nothing is asked for (row 35).
    Inform,
    /// They are asked to conclude the new version (row 36).
    Conclude,
}

impl Mode {
    /// Both ways, in the order in which they are declared.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Key in forms and the database.
    pub fn key(self) -> &'static str {
        self.into()
    }

    /// The mode of a key.
    pub fn of(key: &str) -> Option<Self> {
        key.parse().ok()
    }

    /// What a customer of the set is sent.
    pub fn event(self) -> Event {
        match self {
            Self::Inform => Event::ToldOfVersion,
            Self::Conclude => Event::Demanded(Demand::Version),
        }
    }
}

/// Whose agreements are meant: all in force that have another version, or fewer. What is given
/// narrows the set down together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Looked after by this Mandant.
    pub partner: Option<PartnerId>,
    /// Concluded with this version.
    pub concluded: Option<String>,
    /// These customers, in rising order. With them, those are counted and explained, too, whose
    /// agreement is not in force.
    pub numbers: Option<Vec<CustomerNumber>>,
}

/// How one customer of the set stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Answer {
    /// Was told; no answer is expected.
    Informed,
    /// Was asked and may still answer.
    Waiting,
    /// It was concluded.
    Concluded,
    /// Declined; the agreement goes on as it was.
    Declined,
    /// Did not answer until all links were over (row 37); the agreement goes on as it was.
    Unanswered,
    /// The request ended in another way: objection, locked links, nothing needed any more.
    Closed,
    /// Was neither told nor asked, for a reason.
    Skipped,
    /// Could not be written to the database; tried again, for a day at least.
    Failed,
}

impl Answer {
    /// All of them, in the order they are shown.
    pub const ALL: [Self; 8] = [
        Self::Informed,
        Self::Concluded,
        Self::Waiting,
        Self::Declined,
        Self::Unanswered,
        Self::Closed,
        Self::Skipped,
        Self::Failed,
    ];

    /// Key in addresses and the database.
    pub fn key(self) -> &'static str {
        self.into()
    }

    /// The answer of a key.
    pub fn of(key: &str) -> Option<Self> {
        key.parse().ok()
    }
}

/// Why a customer of the set was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Skip {
    /// The customer was deleted.
    Deleted,
    /// No agreement is in force.
    NotInForce,
    /// The agreement in force names another Mandant: a new one is asked for anyway (W).
    OtherChain,
    /// No product needs an agreement any more.
    NotNeeded,
    /// The agreement already has this version.
    SameVersion,
    /// A request is open that already shows this version.
    AlreadyAsked,
    /// An earlier roll-out told the customer of this version.
    AlreadyInformed,
    /// The version in force has no annex for what the customer has.
    TextMissing,
    /// There is no e-mail address.
    NoAddress,
}

impl Skip {
    /// All of them.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Key in the database.
    pub fn key(self) -> &'static str {
        self.into()
    }

    /// The reason of a key.
    pub fn of(key: &str) -> Option<Self> {
        key.parse().ok()
    }
}

/// Whether a customer can be reached now, or why not.
pub fn reach(case: &Case, mode: Mode, now: DateTime<Utc>) -> Result<Event, Skip> {
    if case.customer.deleted_at.is_some() {
        return Err(Skip::Deleted);
    }
    if case.agreement().is_none() {
        return Err(Skip::NotInForce);
    }
    let may = match mode {
        Mode::Inform => may_be_told_of_version(case, now),
        Mode::Conclude => may_be_demanded(case, Demand::Version, now),
    };
    may.map(|()| mode.event()).map_err(|refusal| match refusal {
        Refusal::NotNeeded => Skip::NotNeeded,
        Refusal::NothingInForce => Skip::OtherChain,
        Refusal::AlreadyAsked => Skip::AlreadyAsked,
        Refusal::TextMissing => Skip::TextMissing,
        Refusal::NoAddress => Skip::NoAddress,
        _ => Skip::SameVersion,
    })
}

/// What became of a request of a roll-out, if a change has ended it; `None` while the customer may
/// still answer, and where the customer was not asked.
pub fn answered(before: &Case, after: &Case) -> Option<Answer> {
    let asked = |case: &Case| {
        case.open_request()
            .is_some_and(|open| open.reason.is_demand())
    };
    if !asked(before) || asked(after) {
        return None;
    }
    // A round in its place that is no demand cannot be: a demand outlasts what else changes.
    let was_open = before.open_request().map(|open| open.id)?;
    let ended = after
        .requests
        .iter()
        .find(|round| round.id == was_open)
        .and_then(|round| round.closed);
    Some(match ended {
        Some((_, RequestOutcome::Concluded)) => Answer::Concluded,
        Some((_, RequestOutcome::Declined)) => Answer::Declined,
        Some((_, RequestOutcome::Expired)) => Answer::Unanswered,
        _ => Answer::Closed,
    })
}

/// Why a roll-out cannot be started, paused or go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RollOutRefusal {
    /// Another one of the same version is not over yet.
    Running,
    /// A newer version is in force.
    Outdated,
    /// It is the first version: no customer can have concluded an earlier one.
    NoEarlier,
    /// No customer has these numbers; the first of them.
    UnknownNumbers(Vec<CustomerNumber>),
}

#[cfg(test)]
mod tests;
