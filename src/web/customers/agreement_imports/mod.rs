//! Agreements that were concluded outside the portal, from a file (5.8-18): [`list`] takes one with its scans
//! and shows the earlier ones, [`show`] says what is in it, and lets one administrator propose and a second
//! one confirm it.

pub mod list;
pub mod show;

use actix_web::web;

use crate::domain::agreement_import::{AgreementImportStage, Figures};
use crate::domain::viewer::Duty;
use crate::paths;
use crate::storage::agreement_imports::AgreementImport;
use crate::web::kit::route::{Row, Who, get, post, view};
use crate::web::kit::words::thousands;

/// Rows of this family; they stand before those with the number of another file in their path.
pub const ROUTES: &[Row] = &[
    get(paths::AGREEMENT_IMPORTS, Who::Duty(Duty::Contract), || {
        view().to(list::show)
    }),
    post(paths::AGREEMENT_IMPORTS, Who::Duty(Duty::Contract), || {
        web::post().to(list::upload)
    }),
    get(paths::AGREEMENT_SAMPLE, Who::Duty(Duty::Contract), || {
        view().to(list::sample)
    }),
    get(
        "/betrieb/kunden/import/vertraege/{bestand}",
        Who::Operator,
        || view().to(show::show),
    ),
    post(
        "/betrieb/kunden/import/vertraege/{bestand}",
        Who::Duty(Duty::Contract),
        || web::post().to(show::answer),
    ),
    get(
        "/betrieb/kunden/import/vertraege/{bestand}/fehler.csv",
        Who::Operator,
        || view().to(show::faults),
    ),
    get(
        "/betrieb/kunden/import/vertraege/{bestand}/scan/{nummer}",
        Who::Operator,
        || view().to(show::scan),
    ),
];

/// How a file stands, and the CSS key of its tag.
fn stage_word(import: &AgreementImport) -> (&'static str, &'static str) {
    match import.stage() {
        AgreementImportStage::Reading => ("wird geprüft", "open"),
        AgreementImportStage::Checked if import.figures.is_good() => ("bereit", "requested"),
        AgreementImportStage::Checked => ("fehlerhaft", "undeliverable"),
        AgreementImportStage::Proposed => ("wartet auf Bestätigung", "requested"),
        AgreementImportStage::Confirmed => ("bestätigt", "concluded"),
    }
}

/// A count as it is read: "48.312".
fn count(number: u64) -> String {
    thousands(i64::try_from(number).unwrap_or(i64::MAX))
}

/// A count with its noun: "ein Vertrag", "1.200 Verträge".
fn agreements(number: u64) -> String {
    match number {
        1 => "ein Vertrag".to_owned(),
        number => format!("{} Verträge", count(number)),
    }
}

/// The sum of a file in one line of the list.
fn summary(figures: &Figures) -> String {
    match figures.faults {
        0 => agreements(figures.good),
        1 => format!("ein Fehler in {} Zeilen", count(figures.lines)),
        faults => format!(
            "{} Fehler in {} Zeilen",
            count(faults),
            count(figures.lines)
        ),
    }
}
