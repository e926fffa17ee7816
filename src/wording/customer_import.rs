//! What is said of a file with customers: its columns, what is wrong with it, what was done with it.

use super::table::ColumnWord;
use crate::domain::Language;
use crate::domain::customer_import::{Column, ImportAuditEvent, Reason};

impl ColumnWord for Column {
    fn word(self) -> &'static str {
        match self {
            Self::Number => "Kundennummer",
            Self::Name => "Firma",
            Self::Street => "Straße",
            Self::Postcode => "PLZ",
            Self::City => "Ort",
            Self::Country => "Land",
            Self::Register => "Register",
            Self::RepresentedBy => "Vertreten durch",
            Self::Contact => "Ansprechperson",
            Self::Phone => "Telefon",
            Self::Email => "E-Mail",
            Self::Language => "Sprache",
            Self::Partner => "Vertriebspartner",
            Self::SubPartner => "Untervertriebspartner",
            Self::Products => "Produkte",
        }
    }
}

impl Reason {
    /// What is wrong with a cell or a line, as what follows its name.
    pub fn sentence(&self, language: Language) -> String {
        let (de, en) = match self {
            Self::Missing => ("fehlt", "is missing"),
            Self::TooLong { most } => {
                return match language {
                    Language::De => format!("hat mehr als {most} Zeichen"),
                    Language::En => format!("has more than {most} characters"),
                };
            }
            Self::NoNumber => (
                "ist keine Kundennummer: höchstens 32 Buchstaben von A bis Z, Ziffern, Punkt, Unterstrich und Bindestrich, am Anfang ein Buchstabe oder eine Ziffer",
                "is no customer number: at most 32 letters, figures or signs . _ -, the first a letter or a figure",
            ),
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
            Self::Deleted => (
                "gehörte einem Kunden, der gelöscht wurde, und wird nicht neu vergeben",
                "was that of a customer that was deleted, and is not given again",
            ),
            Self::NoName => ("ist kein Name einer Firma", "is no name of a company"),
            Self::NoCountry => (
                "ist das Kürzel keines Landes. Schreiben Sie den Namen aus",
                "is the code of no country; write its name",
            ),
            Self::Postcode => (
                "ist keine Postleitzahl dieses Landes",
                "is no postcode of that country",
            ),
            Self::NoAddress => ("ist keine E-Mail-Adresse", "is no e-mail address"),
            Self::PartnerAddress => (
                "gehört zum Vertriebspartner oder zu einem seiner Untervertriebspartner; den Vertrag muss der Kunde selbst abschließen",
                "belongs to the sales partner or one of its sub-partners; only the customer can accept the agreement",
            ),
            Self::NoLanguage => ("ist weder de noch en", "is neither de nor en"),
            Self::UnknownPartner => (
                "gibt es nicht unter diesem Namen, oder mehrmals",
                "is nobody's name, or that of several",
            ),
            Self::UnknownSubPartner => (
                "gibt es bei diesem Vertriebspartner nicht unter diesem Namen, oder mehrmals",
                "is the name of no sub-partner of that partner, or of several",
            ),
            Self::NoPartner => (
                "fehlt; ein Untervertriebspartner braucht seinen Vertriebspartner",
                "is missing; a sub-partner needs its partner",
            ),
            Self::UnusablePartner => (
                "kann keinen Kunden betreuen: Angaben fehlen, oder er ist gesperrt, deaktiviert oder noch nicht aufgenommen",
                "cannot look after a customer: particulars are missing, or it is blocked, deactivated or not released",
            ),
            Self::NoContract => (
                "hat keinen gültigen Vertrag nach Art. 28 Abs. 4 DSGVO",
                "has no valid agreement under Art. 28(4) GDPR",
            ),
            Self::UnknownProduct { code } => {
                return match language {
                    Language::De => format!(
                        "enthält „{code}“: das gibt es im Katalog nicht, oder es wird nicht mehr verkauft"
                    ),
                    Language::En => {
                        format!("holds {code}, which the catalogue does not have or sell any more")
                    }
                };
            }
            Self::TooManyCells => (
                "hat mehr Felder als die erste Zeile Spalten",
                "has more cells than the first line has columns",
            ),
            Self::Refused => ("lässt sich so nicht anlegen", "cannot be added like this"),
        };
        if language.is_en() { en } else { de }.to_owned()
    }
}

impl ImportAuditEvent {
    /// The sentence in the history.
    pub fn sentence(&self, language: Language) -> String {
        let (de, en) = match self {
            Self::Started {
                customers,
                quietly: false,
            } => (
                format!("Import von {customers} Kunden begonnen"),
                format!("Import of {customers} customers started"),
            ),
            Self::Started { customers, .. } => (
                format!("Import von {customers} Kunden begonnen, Anforderungen später"),
                format!("Import of {customers} customers started, requests later"),
            ),
            Self::Paused => ("Import angehalten".to_owned(), "Import paused".to_owned()),
            Self::Resumed => ("Import fortgesetzt".to_owned(), "Import resumed".to_owned()),
            Self::Done { added } => (
                format!("Import beendet, {added} Kunden angelegt"),
                format!("Import done, {added} customers added"),
            ),
            Self::RequestsStarted { per_day } => (
                format!("Anforderungen an importierte Kunden begonnen, höchstens {per_day} am Tag"),
                format!("Requests to imported customers started, {per_day} a day at most"),
            ),
            Self::RequestsPaused => (
                "Anforderungen an importierte Kunden angehalten".to_owned(),
                "Requests to imported customers paused".to_owned(),
            ),
            Self::RequestsResumed => (
                "Anforderungen an importierte Kunden fortgesetzt".to_owned(),
                "Requests to imported customers resumed".to_owned(),
            ),
            Self::RequestsDone => (
                "Alle importierten Kunden sind angefordert".to_owned(),
                "All imported customers were asked".to_owned(),
            ),
        };
        if language.is_en() { en } else { de }
    }
}
