//! What the contract text does not speak of, in words: nothing is asked for before it does (LC-49).

use chrono::{DateTime, Utc};

use crate::domain::case::Case;
use crate::web::kit::words::listed;

/// What the version in force has no annex for.
pub fn unwritten(case: &Case, now: DateTime<Utc>) -> String {
    let names = case.unwritten(now);
    let names: Vec<String> = names.iter().map(|one| case.covered_name(one).de).collect();
    match case.current_version.as_str() {
        "" => "Es ist noch keine Vertragsfassung veröffentlicht.".to_owned(),
        number => format!(
            "In der geltenden Fassung {number} fehlt die Produktanlage für {}.",
            listed(&names)
        ),
    }
}
