//! The notice of an announced change of sub-processors to one customer (requirements 5.1, rows 38 to
//! 42). Its state is computed from facts and the time; no job moves it (row 40), and nothing here is
//! asked by the gate: a notice never takes access away (5.2).

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};

use super::calendar::{day, end_of_day};

/// Shortest period in days, whatever a contract says (LC-22, C-16, C-18).
pub const SHORTEST_PERIOD: u32 = 14;

/// Days between sending and the end of the period: what the contract version says of announcing and
/// of dissenting, the longer of both.
pub fn period_days(notice_days: u32, objection_days: Option<u32>) -> u32 {
    notice_days
        .max(objection_days.unwrap_or_default())
        .max(SHORTEST_PERIOD)
}

/// The last moment of the period of a notice sent at `sent` (5.7).
pub fn period_end(sent: DateTime<Utc>, days: u32) -> DateTime<Utc> {
    end_of_day(day(sent) + Days::new(days.into()))
}

/// The first day on which a change may begin that is sent at `sent` (5.7).
pub fn earliest_start(sent: DateTime<Utc>, days: u32) -> NaiveDate {
    day(sent) + Days::new(u64::from(days) + 1)
}

/// How a dissent (Einspruch) came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum DissentWay {
    /// By the customer in the portal.
    Portal,
    /// By the link in the mail.
    Link,
    /// Recorded by the operator: by e-mail.
    Email,
    /// Recorded by the operator: by letter.
    Letter,
    /// Recorded by the operator: by phone.
    Phone,
}

impl DissentWay {
    /// The ways an operator can record.
    pub const RECORDED: [Self; 3] = [Self::Email, Self::Letter, Self::Phone];

    /// Key in forms.
    pub fn key(self) -> &'static str {
        self.into()
    }
}

/// How a notice was settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Settlement {
    /// The customer took its dissent back.
    Withdrawn,
    /// The change is never applied to this customer.
    Exempted,
    /// The affected product was terminated.
    Terminated,
    /// The customer concluded an agreement that holds the new list (row 42).
    NewAgreement,
}

impl Settlement {
    /// How an operator settles a dissent (row 41).
    pub const OF_DISSENT: [Self; 3] = [Self::Exempted, Self::Withdrawn, Self::Terminated];

    /// Key in forms.
    pub fn key(self) -> &'static str {
        self.into()
    }
}

/// A dissent as it was declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dissent {
    /// When it was declared or recorded.
    pub at: DateTime<Utc>,
    /// The day it was received.
    pub received_on: NaiveDate,
    /// By which way.
    pub way: DissentWay,
    /// Who declared it, as typed or noted.
    pub person: String,
    /// What the customer added, or the operator noted.
    pub text: String,
}

/// The facts of a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Days of the period.
    pub days: u32,
    /// From when the announcement applies the change at the earliest.
    pub announced_start: NaiveDate,
    /// When its mail was handed over; the period counts from here.
    pub sent_at: Option<DateTime<Utc>>,
    /// When its mail was given up or came back: it did not reach the customer.
    pub failed_at: Option<DateTime<Utc>>,
    /// How the customer dissented; `None` if the customer did not.
    pub dissent: Option<Dissent>,
    /// How and when it was settled.
    pub settled: Option<(DateTime<Utc>, Settlement)>,
    /// Whether the customer has no agreement in force any more that the change could touch.
    pub lapsed: bool,
}

/// How a notice stands (5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum NoticeState {
    /// Not with the customer yet, or its mail came back: no period runs.
    Unsent,
    /// The period runs ("läuft").
    Running,
    /// It is over without dissent ("ohne Einspruch").
    NoDissent,
    /// The customer dissented ("Einspruch").
    Dissent,
    /// Taken back, or a new agreement holds the list ("gelöst").
    Settled,
    /// The change does not hold for this customer ("ausgenommen").
    Exempted,
    /// The affected product was terminated ("gekündigt").
    Terminated,
    /// The agreement is void or has ended before the customer dissented ("entfallen").
    Lapsed,
}

impl NoticeState {
    /// All, in the order the filter shows them.
    pub const ALL: [Self; 8] = [
        Self::Dissent,
        Self::Unsent,
        Self::Running,
        Self::NoDissent,
        Self::Settled,
        Self::Exempted,
        Self::Terminated,
        Self::Lapsed,
    ];

    /// Key in addresses.
    pub fn key(self) -> &'static str {
        self.into()
    }

    /// Reads a key; `None` for any other text.
    pub fn from_key(key: &str) -> Option<Self> {
        key.parse().ok()
    }

    /// The AVV status whose look its tag borrows.
    pub fn look(self) -> &'static str {
        match self {
            Self::Unsent => "undeliverable",
            Self::Running => "requested",
            Self::NoDissent | Self::Settled => "concluded",
            Self::Dissent => "declined",
            Self::Exempted | Self::Terminated | Self::Lapsed => "ended",
        }
    }
}

/// Why nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoticeRefusal {
    /// The period is over.
    TooLate,
    /// There is a dissent already.
    Already,
    /// It is settled.
    Closed,
    /// There is no dissent that could be settled.
    NoDissent,
    /// It reached the customer, there is nothing to send again.
    Delivered,
}

impl Notice {
    /// Whether it reached the customer as far as is known.
    fn arrived(&self) -> Option<DateTime<Utc>> {
        self.sent_at.filter(|_| self.failed_at.is_none())
    }

    /// The last moment for a dissent; `None` while nothing has reached the customer.
    pub fn period_end(&self) -> Option<DateTime<Utc>> {
        Some(period_end(self.arrived()?, self.days))
    }

    /// From when the change may be applied to this customer, if it does not dissent: never before
    /// the day after its own period, however late its mail was sent.
    pub fn starts_on(&self) -> Option<NaiveDate> {
        let own = earliest_start(self.arrived()?, self.days);
        Some(own.max(self.announced_start))
    }

    /// How it stands.
    pub fn state(&self, now: DateTime<Utc>) -> NoticeState {
        match (&self.settled, &self.dissent, self.period_end()) {
            (Some((_, Settlement::Withdrawn | Settlement::NewAgreement)), ..) => {
                NoticeState::Settled
            }
            (Some((_, Settlement::Exempted)), ..) => NoticeState::Exempted,
            (Some((_, Settlement::Terminated)), ..) => NoticeState::Terminated,
            (None, Some(_), _) => NoticeState::Dissent,
            (None, None, _) if self.lapsed => NoticeState::Lapsed,
            (None, None, None) => NoticeState::Unsent,
            (None, None, Some(end)) if now <= end => NoticeState::Running,
            (None, None, Some(_)) => NoticeState::NoDissent,
        }
    }

    /// Whether the change may be applied to this customer on the day of `now`.
    pub fn applies(&self, now: DateTime<Utc>) -> bool {
        match (self.state(now), self.settled) {
            (NoticeState::Settled, Some((_, Settlement::NewAgreement))) => {
                self.announced_start <= day(now)
            }
            (NoticeState::Settled | NoticeState::NoDissent, _) => {
                self.starts_on().is_some_and(|start| start <= day(now))
            }
            _ => false,
        }
    }

    /// The mail was handed over: the period begins, also anew after one that came back.
    pub fn sent(&self, now: DateTime<Utc>) -> Self {
        Self {
            sent_at: Some(now),
            failed_at: None,
            ..self.clone()
        }
    }

    /// Row 39: a dissent, received within the period. What was received in time counts although it
    /// is recorded later.
    pub fn dissented(&self, dissent: Dissent) -> Result<Self, NoticeRefusal> {
        if self.settled.is_some() {
            return Err(NoticeRefusal::Closed);
        }
        if self.dissent.is_some() {
            return Err(NoticeRefusal::Already);
        }
        if self.lapsed {
            // There is no list any more that the announced change could not be applied to.
            return Err(NoticeRefusal::Closed);
        }
        let late = self
            .period_end()
            .is_some_and(|end| dissent.received_on > day(end));
        if late {
            return Err(NoticeRefusal::TooLate);
        }
        Ok(Self {
            dissent: Some(dissent),
            ..self.clone()
        })
    }

    /// Row 41: a dissent is settled.
    pub fn settle(&self, how: Settlement, now: DateTime<Utc>) -> Result<Self, NoticeRefusal> {
        match (&self.settled, &self.dissent, how) {
            (Some(_), ..) => Err(NoticeRefusal::Closed),
            (None, None, _) | (None, Some(_), Settlement::NewAgreement) => {
                Err(NoticeRefusal::NoDissent)
            }
            (None, Some(_), how) => Ok(Self {
                settled: Some((now, how)),
                ..self.clone()
            }),
        }
    }

    /// Row 42: the customer concludes an agreement that holds the new list. A dissent stays what it
    /// is: the list of that agreement leaves the change out.
    pub fn concluded(&self, now: DateTime<Utc>) -> Option<Self> {
        let open = matches!(
            self.state(now),
            NoticeState::Unsent | NoticeState::Running | NoticeState::Lapsed
        );
        open.then(|| Self {
            settled: Some((now, Settlement::NewAgreement)),
            ..self.clone()
        })
    }

    /// Whether its mail may be sent once more: it did not arrive, and nothing has settled it since.
    pub fn may_resend(&self, now: DateTime<Utc>) -> Result<(), NoticeRefusal> {
        match self.state(now) {
            NoticeState::Unsent => Ok(()),
            NoticeState::Running | NoticeState::NoDissent => Err(NoticeRefusal::Delivered),
            NoticeState::Dissent => Err(NoticeRefusal::Already),
            _ => Err(NoticeRefusal::Closed),
        }
    }
}

#[cfg(test)]
mod tests;
