//! Numbers, spans of time and lists, as pages print them.

use chrono::Duration;

use crate::domain::Language;
use crate::domain::bulk_run::{RunEnd, RunStage};
use crate::wording::names;
pub use crate::wording::names::thousands;

/// "40 Sekunden", "3 minutes".
pub fn in_words_of(seconds: u64, language: Language) -> String {
    let minutes = seconds.div_ceil(60);
    match (seconds, language) {
        (0 | 1, Language::De) => "eine Sekunde".to_owned(),
        (0 | 1, Language::En) => "one second".to_owned(),
        (2..=90, Language::De) => format!("{seconds} Sekunden"),
        (2..=90, Language::En) => format!("{seconds} seconds"),
        (_, Language::De) => format!("{minutes} Minuten"),
        (_, Language::En) => format!("{minutes} minutes"),
    }
}

/// A span of time in its largest unit.
pub fn span(span: Duration) -> String {
    match (span.num_days(), span.num_hours(), span.num_minutes()) {
        (0, 0, 0) => "unter 1 Min.".to_owned(),
        (0, 0, minutes) => format!("{minutes} Min."),
        (0, hours, _) => format!("{hours} Std."),
        (1, ..) => "1 Tag".to_owned(),
        (days, ..) => format!("{days} Tage"),
    }
}

/// A list in German: "A", "A und B", "A, B und C".
pub fn listed(words: &[String]) -> String {
    names::list(words, Language::De)
}

/// The word for the stage of a run, and the CSS key of its tag.
pub fn stage_word(stage: RunStage) -> (&'static str, &'static str) {
    match stage {
        RunStage::Planned => ("geplant", "open"),
        RunStage::Running => ("läuft", "requested"),
        RunStage::Paused => ("angehalten", "undeliverable"),
        RunStage::Over(RunEnd::Done) => ("alle Kunden bearbeitet", "concluded"),
        RunStage::Over(RunEnd::Ended) => ("vorzeitig beendet", "ended"),
        RunStage::Over(RunEnd::Superseded) => ("durch neuere Fassung beendet", "ended"),
    }
}
