//! Customers from a file: [`list`] takes one and shows the earlier ones, [`show`] says what is in it, what
//! is wrong with it and what would follow, and starts it.

pub mod list;
pub mod show;

use crate::actions::customer_import::Unreadable;
use crate::domain::Language;
use crate::domain::customer_import::{Figures, ImportStage};
use crate::sheet::Undecodable;
use crate::storage::customer_imports::Import;

/// How a file stands, and the CSS key of its tag.
fn stage_word(import: &Import) -> (&'static str, &'static str) {
    match import.stage() {
        ImportStage::Reading => ("wird geprüft", "open"),
        ImportStage::Started => ("begonnen", "concluded"),
        ImportStage::Checked if import.figures.faulty > 0 => ("fehlerhaft", "undeliverable"),
        ImportStage::Checked if import.figures.is_good() => ("bereit", "requested"),
        ImportStage::Checked => ("nichts Neues", "ended"),
    }
}

/// Why a file cannot be looked through, as a sentence without its full stop.
fn unreadable(why: &Unreadable) -> String {
    match why {
        Unreadable::TooLarge => {
            "Die Datei ist größer als 20 MB. Teilen Sie sie auf".to_owned()
        }
        Unreadable::Undecodable(Undecodable::NotUtf8) => {
            "Die Datei ist nicht in UTF-8 geschrieben. Speichern Sie sie als „CSV UTF-8“, oder wählen Sie Windows-1252, wenn sie aus einem älteren Programm kommt"
                .to_owned()
        }
        Unreadable::Undecodable(Undecodable::Utf16) => {
            "Die Datei ist in UTF-16 geschrieben. Speichern Sie sie als „CSV UTF-8“".to_owned()
        }
        Unreadable::Undecodable(Undecodable::Binary) => {
            "Die Datei ist kein Text. Speichern Sie die Tabelle als CSV".to_owned()
        }
        Unreadable::Head(fault) => fault.sentence(Language::De),
        Unreadable::TooManyLines => {
            "Die Datei hat mehr als 100.000 Zeilen. Teilen Sie sie auf".to_owned()
        }
        Unreadable::NoLines => "Unter der ersten Zeile steht nichts".to_owned(),
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
