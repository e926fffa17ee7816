//! Work over many customers, one after the other: its kinds, and how far a run of one has come.

use chrono::{DateTime, NaiveDate, Utc};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// What a run does with its customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum RunKind {
    /// Makes the notices of an announced change of sub-processors (row 38).
    Announcement,
    /// Tells customers of a contract version, or asks them to conclude it (rows 35 and 36).
    RollOut,
    /// Tells the customers of a blocked partner (row 49).
    Block,
    /// Asks those anew whose open request offers an earlier version (row 13).
    NewVersion,
    /// Takes a deactivated Submandant off its customers (row 24).
    TakeOff,
    /// Looks at the customers of a product that needs an agreement now, or none any more (P-07).
    NeedChange,
    /// Adds the customers of a file (S-76).
    Import,
    /// Asks those that were added without being asked (row 1).
    FirstRequests,
    /// Records the agreements of a file that were concluded outside the portal (5.8-18).
    Agreements,
}

impl RunKind {
    /// All of them.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Key in the database.
    pub fn key(self) -> &'static str {
        self.into()
    }

    /// The kind of a key.
    pub fn of(key: &str) -> Option<Self> {
        key.parse().ok()
    }

    /// Whether an administrator may pause it.
    pub fn can_pause(self) -> bool {
        matches!(
            self,
            Self::Announcement
                | Self::RollOut
                | Self::NeedChange
                | Self::Import
                | Self::FirstRequests
                | Self::Agreements
        )
    }

    /// Whether an administrator may end it before everybody was looked at.
    pub fn can_end(self) -> bool {
        self == Self::RollOut
    }
}

/// How a run was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum RunEnd {
    /// Everybody was looked at.
    Done,
    /// What it was for is taken back, or an administrator ended it.
    Ended,
    /// A newer version came into force.
    Superseded,
}

impl RunEnd {
    /// Key in the database.
    pub fn key(self) -> &'static str {
        self.into()
    }

    /// The end of a key.
    pub fn of(key: &str) -> Option<Self> {
        key.parse().ok()
    }
}

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RunStage {
    /// Its first day has not come.
    Planned,
    /// Customers are being reached.
    Running,
    /// An administrator stopped it for a while.
    Paused,
    /// It is over.
    Over(RunEnd),
}

/// How far a run has come on a Berlin day.
pub fn stage(
    end: Option<RunEnd>,
    paused_at: Option<DateTime<Utc>>,
    starts_on: NaiveDate,
    today: NaiveDate,
) -> RunStage {
    match (end, paused_at) {
        (Some(end), _) => RunStage::Over(end),
        (None, Some(_)) => RunStage::Paused,
        (None, None) if today < starts_on => RunStage::Planned,
        (None, None) => RunStage::Running,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    #[test]
    fn a_run_is_planned_until_its_first_day() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let (starts_on, paused) = (
            day("2026-12-01"),
            Some("2026-11-30T09:00:00Z".parse().unwrap()),
        );
        let over = |end| RunStage::Over(end);
        for (end, paused_at, today, expected) in [
            (None, None, "2026-11-30", RunStage::Planned),
            (None, None, "2026-12-01", RunStage::Running),
            (None, paused, "2026-11-30", RunStage::Paused),
            (None, paused, "2026-12-01", RunStage::Paused),
            (Some(RunEnd::Done), None, "2026-12-02", over(RunEnd::Done)),
            (
                Some(RunEnd::Ended),
                paused,
                "2026-12-02",
                over(RunEnd::Ended),
            ),
        ] {
            assert_eq!(stage(end, paused_at, starts_on, day(today)), expected);
        }
    }

    #[test]
    fn keys_lead_back_to_what_they_name() {
        for &kind in RunKind::ALL {
            assert_eq!(RunKind::of(kind.key()), Some(kind));
        }
        for &end in RunEnd::VARIANTS {
            assert_eq!(RunEnd::of(end.key()), Some(end));
        }
        assert_eq!(RunKind::of(""), None);
    }
}
