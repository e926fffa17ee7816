//! Details of events that have kinds of their own.

use serde::{Deserialize, Serialize};

/// What was done to an announcement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnnouncementAuditEvent {
    /// A draft was begun.
    Drafted,
    /// The draft was changed.
    Changed,
    /// The draft was thrown away.
    Discarded,
    /// It was confirmed; its notices go out.
    Confirmed,
    /// Sending was interrupted.
    Paused,
    /// Sending goes on.
    Resumed,
    /// Every customer has its notice.
    Finished,
}

/// What became of an address of a customer that a partner entered (A4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AddressStep {
    /// It was entered and waits.
    Entered,
    /// The one who entered it took it back.
    TakenBack,
    /// The former address was told; the time runs.
    Told,
    /// The former address could not be told; it needs the operator.
    Held,
    /// The waiting time was over.
    Passed,
    /// The operator confirmed it.
    Confirmed,
    /// The operator refused it.
    Refused,
    /// The former address stopped it.
    Stopped,
}

/// From when a new administrator's account counts as a second person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counts {
    /// At once: it was made on the command line.
    Command,
    /// At once, until the first agreement is concluded: the portal is being set up.
    SetUp,
    /// After a waiting time, or when a third administrator has confirmed it.
    Later,
}

/// Another company in place of one, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// Who it was; `None`: nobody.
    pub from: Option<String>,
    /// Who it is; `None`: nobody.
    pub to: Option<String>,
}

impl Turn {
    /// The turn from one to the other, if they are two.
    pub fn between(from: Option<&str>, to: Option<&str>) -> Option<Self> {
        (from != to).then(|| Self {
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
        })
    }
}
