//! What a downloaded list is called.

use crate::domain::Language;
use crate::domain::export::ExportedList;

impl ExportedList {
    /// Its name in a sentence.
    pub fn name(self, language: Language) -> &'static str {
        let (de, en) = match self {
            Self::Customers => ("Kunden", "customers"),
            Self::Partners => ("Vertriebspartner", "sales partners"),
            Self::Users => ("Benutzer", "users"),
            Self::Company => (
                "Benutzer des eigenen Unternehmens",
                "users of the own company",
            ),
            Self::Mails => ("E-Mails", "e-mails"),
            Self::Log => ("Protokoll", "log"),
            Self::Products => ("Produkte", "products"),
            Self::ImportFaults => ("Fehler eines Imports", "faults of an import"),
            Self::AgreementFaults => (
                "Fehler einer Datei mit bestehenden Verträgen",
                "faults of a file of existing agreements",
            ),
            Self::Replies => ("Antworten auf E-Mails", "replies to e-mails"),
            Self::Alerts => ("Hinweise", "alerts"),
            Self::Proposals => ("Vorschläge", "proposals"),
            Self::BulkRuns => ("Läufe", "runs"),
            Self::Deleted => ("Gelöschte Kunden", "deleted customers"),
        };
        if language.is_en() { en } else { de }
    }

    /// The name of its file, without the day.
    pub fn file(self) -> &'static str {
        match self {
            Self::Customers => "kunden",
            Self::Partners => "vertriebspartner",
            Self::Users | Self::Company => "benutzer",
            Self::Mails => "e-mails",
            Self::Log => "protokoll",
            Self::Products => "produkte",
            Self::Deleted => "geloeschte-kunden",
            Self::ImportFaults => "import-fehler",
            Self::AgreementFaults => "vertraege-fehler",
            Self::Replies => "antworten",
            Self::Alerts => "hinweise",
            Self::Proposals => "vorschlaege",
            Self::BulkRuns => "laeufe",
        }
    }
}
