//! What is said of a file with agreements that were concluded outside the portal: its columns, what is
//! wrong with it, what was done with it, and what the sheet says that stands for an original.

use super::table::ColumnWord;
use crate::domain::Language;
use crate::domain::agreement_import::{AgreementImportAuditEvent, Column, Reason};

impl ColumnWord for Column {
    fn word(self) -> &'static str {
        match self {
            Self::Number => "Kundennummer",
            Self::ConcludedOn => "Abgeschlossen am",
            Self::Person => "Unterzeichnet von",
            Self::Function => "Funktion",
            Self::Chain => "Vertragspartner-Kette",
            Self::Version => "Fassung",
            Self::KeptAt => "Ablage",
        }
    }
}

impl Reason {
    /// What is wrong with a cell, a line or a scan, as what follows its name.
    pub fn sentence(&self, language: Language) -> String {
        let (de, en) = match self {
            Self::Missing => ("fehlt", "is missing"),
            Self::TooLong { most } => {
                return match language {
                    Language::De => format!("hat mehr als {most} Zeichen"),
                    Language::En => format!("has more than {most} characters"),
                };
            }
            Self::NoNumber => ("ist keine Kundennummer", "is no customer number"),
            Self::Twice { line } => {
                return match language {
                    Language::De => {
                        format!("steht schon in Zeile {line}; ein Kunde ist eine Zeile")
                    }
                    Language::En => {
                        format!("stands in line {line} already; a customer is one line")
                    }
                };
            }
            Self::UnknownCustomer => (
                "gehört zu keinem Kunden; legen Sie ihn zuerst an",
                "belongs to no customer; add it first",
            ),
            Self::NotNeeded => (
                "gehört zu einem Kunden, der keinen AVV braucht: Er hat kein solches Produkt oder keinen Vertriebspartner",
                "belongs to a customer that needs no agreement: it has no such product or no partner",
            ),
            Self::Answered => (
                "gehört zu einem Kunden, der im Portal schon selbst geantwortet hat: abgeschlossen, abgelehnt oder widersprochen",
                "belongs to a customer that has answered in the portal: concluded, declined or objected",
            ),
            Self::NoDate => (
                "ist kein Datum; schreiben Sie 2019-04-03 oder 03.04.2019",
                "is no date; write 2019-04-03 or 03.04.2019",
            ),
            Self::Future => ("liegt in der Zukunft", "lies in the future"),
            Self::NoName => ("enthält keinen Buchstaben", "holds no letter"),
            Self::Formula => (
                "beginnt wie eine Formel mit = + - oder @",
                "begins as a formula does with = + - or @",
            ),
            Self::Hidden => (
                "enthält unsichtbare Zeichen",
                "holds characters that nobody sees",
            ),
            Self::Link => (
                "enthält eine Internet- oder E-Mail-Adresse",
                "holds an address of the web or of mail",
            ),
            Self::UnknownVersion => (
                "ist keine veröffentlichte Vertragsfassung",
                "is no published version of the agreement",
            ),
            Self::NoText => (
                "hat keine Anlage zu dem, was der Kunde gebucht hat",
                "has no annex for what the customer has booked",
            ),
            Self::OtherChain { names } => {
                let names = names.join(" > ");
                return match language {
                    Language::De => format!("stimmt nicht überein; im Portal ist es: {names}"),
                    Language::En => format!("does not match; the portal has: {names}"),
                };
            }
            Self::TooManyCells => (
                "hat mehr Felder als die erste Zeile Spalten",
                "has more cells than the first line has columns",
            ),
            Self::NoOriginal => (
                "fehlt; ohne Scan muss dastehen, wo das Original liegt",
                "is missing; without a scan it must say where the original is kept",
            ),
            Self::ScanMissing => ("hat keinen Scan im ZIP", "has no scan in the ZIP"),
            Self::ScanExtra { name } => {
                return match language {
                    Language::De => format!("„{name}“ im ZIP gehört zu keiner Zeile der Datei"),
                    Language::En => format!("{name} in the ZIP belongs to no line of the file"),
                };
            }
            Self::ScanTwice => ("hat zwei Scans im ZIP", "has two scans in the ZIP"),
            Self::ScanEmpty => ("hat einen leeren Scan", "has an empty scan"),
            Self::ScanTooLarge => (
                "hat einen Scan, der größer ist als 10 MB",
                "has a scan that is larger than 10 MB",
            ),
            Self::ScanNoPdf => (
                "hat einen Scan, der kein PDF ist",
                "has a scan that is no PDF",
            ),
            Self::ScanUnsafe => (
                "hat einen Scan, der mehr tut als Seiten zeigen oder sich nicht prüfen lässt; drucken Sie ihn als neues PDF",
                "has a scan that does more than show pages or cannot be checked; print it as a new PDF",
            ),
            Self::Refused => (
                "lässt sich so nicht erfassen",
                "cannot be recorded like this",
            ),
        };
        if language.is_en() { en } else { de }.to_owned()
    }
}

impl AgreementImportAuditEvent {
    /// The sentence in the history.
    pub fn sentence(&self, language: Language) -> String {
        let (de, en) = match self {
            Self::Proposed {
                agreements,
                scanned,
            } => (
                format!(
                    "Datei mit {agreements} bestehenden Verträgen zur Bestätigung vorgelegt, {scanned} mit Scan"
                ),
                format!("File of {agreements} existing agreements proposed, {scanned} with a scan"),
            ),
            Self::Withdrawn => (
                "Datei mit bestehenden Verträgen zurückgezogen".to_owned(),
                "File of existing agreements withdrawn".to_owned(),
            ),
            Self::Rejected { reason } => (
                format!("Datei mit bestehenden Verträgen abgelehnt: {reason}"),
                format!("File of existing agreements rejected: {reason}"),
            ),
            Self::Confirmed {
                agreements,
                proposed_by,
            } => (
                format!(
                    "Datei mit {agreements} bestehenden Verträgen bestätigt, vorgelegt von {proposed_by}"
                ),
                format!(
                    "File of {agreements} existing agreements confirmed, proposed by {proposed_by}"
                ),
            ),
            Self::Paused => (
                "Erfassen bestehender Verträge angehalten".to_owned(),
                "Recording of existing agreements paused".to_owned(),
            ),
            Self::Resumed => (
                "Erfassen bestehender Verträge fortgesetzt".to_owned(),
                "Recording of existing agreements resumed".to_owned(),
            ),
            Self::Done { recorded } => (
                format!("{recorded} bestehende Verträge erfasst"),
                format!("{recorded} existing agreements recorded"),
            ),
        };
        if language.is_en() { en } else { de }
    }
}

/// The words of the sheet that is stored where no scan of an agreement came with the file.
#[derive(Debug, Clone, Copy)]
pub struct SheetWords {
    /// Its title.
    pub title: &'static str,
    /// What it is.
    pub lead: &'static str,
    /// The labels of what was recorded, in the order in which they are printed.
    pub labels: [&'static str; 11],
}

/// What the sheet says.
pub fn sheet_words(language: Language) -> SheetWords {
    match language {
        Language::De => SheetWords {
            title: "Erfassungsblatt zum Auftragsverarbeitungsvertrag",
            lead: "Dieser Vertrag wurde außerhalb des Portals geschlossen. Das Blatt ist nicht der Vertrag, sondern hält fest, was von ihm erfasst wurde. Maßgeblich ist das Original.",
            labels: [
                "Verantwortlicher",
                "Auftragsverarbeiter",
                "Weitere Auftragsverarbeiter",
                "Produkte",
                "Vertragsfassung",
                "Abgeschlossen am",
                "Unterzeichnet von",
                "Ablage des Originals",
                "Vorgelegt von",
                "Bestätigt von",
                "Erfasst am",
            ],
        },
        Language::En => SheetWords {
            title: "Record of a data processing agreement",
            lead: "This agreement was concluded outside the portal. This sheet is not the agreement; it says what was recorded of it. The original is what binds.",
            labels: [
                "Controller",
                "Processor",
                "Further processors",
                "Products",
                "Version of the agreement",
                "Concluded on",
                "Signed by",
                "Where the original is kept",
                "Proposed by",
                "Confirmed by",
                "Recorded on",
            ],
        },
    }
}
