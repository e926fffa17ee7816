//! The seal's certificate on the operator's start page.

use chrono::{DateTime, Utc};

use crate::actions::verification::{self, Stage};
use crate::app::App;
use crate::domain::{Language, calendar};

/// The certificate that documents are sealed with.
pub(super) struct Seal {
    pub(super) status: &'static str,
    pub(super) word: &'static str,
    /// Last day of its validity: for machines, and in words.
    pub(super) until: (String, String),
    /// What to do about it; empty as long as nothing has to be done.
    pub(super) urge: &'static str,
    pub(super) fingerprint: String,
}

impl Seal {
    /// The certificate in use and its state at `now`.
    pub(super) fn new(app: &App, now: DateTime<Utc>) -> Self {
        let (_, until) = app.sealer.validity();
        let last_day = calendar::day(until);
        let (status, word, urge) = match verification::certificate_stage(&app.sealer, now) {
            Stage::Ended => (
                "declined",
                "Zertifikat abgelaufen",
                "Verträge können nicht abgeschlossen werden, bis ein neues Zertifikat eingesetzt ist.",
            ),
            Stage::EndsIn(_) => (
                "no_email",
                "Zertifikat endet bald",
                "Setzen Sie vorher ein neues ein (Handbuch, docs/evidence.md). Danach kann kein Vertrag mehr abgeschlossen werden.",
            ),
            Stage::Good => ("concluded", "Zertifikat gültig", ""),
        };
        Self {
            status,
            word,
            until: (
                last_day.to_string(),
                calendar::long_date(last_day, Language::De),
            ),
            urge,
            fingerprint: app.sealer.fingerprint(),
        }
    }
}
