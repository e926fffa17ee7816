//! Customers from a file: [`list`] takes one and shows the earlier ones, [`show`] says what is in it, what
//! is wrong with it and what would follow, and starts it.

pub mod list;
pub mod show;

use crate::domain::customer_import::{Figures, ImportStage};
use crate::storage::customer_imports::Import;

/// How a file stands, and the CSS key of its tag.
fn stage_word(import: &Import) -> (&'static str, &'static str) {
    match import.stage() {
        ImportStage::Reading => ("wird geprüft", "open"),
        ImportStage::Started => ("gestartet", "open"),
        ImportStage::Checked if import.figures.faulty > 0 => ("fehlerhaft", "undeliverable"),
        ImportStage::Checked if import.figures.is_good() => ("bereit", "requested"),
        ImportStage::Checked => ("nichts Neues", "ended"),
    }
}

/// A count with its noun: "ein Kunde", "1.200 Kunden".
fn customers(count: u64) -> String {
    match count {
        1 => "ein Kunde".to_owned(),
        count => format!(
            "{} Kunden",
            crate::web::kit::words::thousands(i64::try_from(count).unwrap_or(i64::MAX))
        ),
    }
}

/// The sum of a file in one line of the list.
fn summary(figures: &Figures) -> String {
    if figures.faulty > 0 {
        let lines = |count: u64| match count {
            1 => "eine Zeile".to_owned(),
            count => format!("{count} Zeilen"),
        };
        return format!("{} fehlerhaft von {}", lines(figures.faulty), figures.lines);
    }
    format!("{} neu", customers(figures.new))
}
