//! What the pages that take a table share: how it is written, the files that came before, and what is said
//! of one that cannot be looked through.

use crate::actions::table_file::Unreadable;
use crate::domain::Language;
use crate::sheet::{Encoding, Undecodable};
use crate::web::kit::dates::When;
use crate::web::kit::form::Form;
use crate::wording::table::ColumnWord;

/// Who brought a file that no user has brought.
pub const COMMAND: &str = "Befehl auf dem Server";

/// A file that came before.
pub struct FileLine {
    /// Address of its page.
    pub href: String,
    /// Its name on the machine it came from.
    pub file_name: String,
    /// When it came.
    pub at: When,
    /// Who brought it.
    pub by: String,
    /// How it stands, and the CSS key of its tag.
    pub state: (&'static str, &'static str),
    /// What is in it, in one line; empty while it is looked through.
    pub words: String,
}

/// How the form says that the file is written.
pub fn encoding_of(form: &Form) -> Encoding {
    match form.get("zeichensatz") {
        "windows-1252" => Encoding::Windows1252,
        _ => Encoding::Utf8,
    }
}

/// Said where looking a file through takes longer than a page may.
pub const STILL_READ: &str = "Das Prüfen dauert länger als üblich und geht weiter. Die Datei steht in der Liste, sobald sie geprüft ist; laden Sie sie nicht noch einmal hoch.";

/// Why a file cannot be looked through, as a sentence without its full stop.
pub fn unreadable<C: ColumnWord>(why: &Unreadable<C>) -> String {
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
        Unreadable::Torn(line) => format!(
            "In Zeile {line} passt ein Anführungszeichen nicht: Eine Zelle endet nicht in ihrer Zeile, oder hinter dem Zeichen steht noch etwas. Zeilenumbrüche in Zellen sind nicht möglich"
        ),
        Unreadable::Head(fault) => fault.sentence(Language::De),
        Unreadable::TooManyLines => {
            "Die Datei hat mehr als 100.000 Zeilen. Teilen Sie sie auf".to_owned()
        }
        Unreadable::NoLines => "Unter der ersten Zeile steht nichts".to_owned(),
    }
}
