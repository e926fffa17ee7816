//! The texts of the page, German and English.

use chrono::{DateTime, Utc};

use crate::actions::verification::Verification;
use crate::domain::Language;
use crate::domain::calendar::day;
use crate::domain::case::AgreementEnd;
use crate::storage::seals::Issued;
use crate::web::kit::form::FieldErrors;
use crate::wording::dates::{long_date, long_moment, machine_moment};

/// The answer about a document.
pub(super) struct Answer {
    /// CSS key of the mark beside the sentence.
    pub(super) mark: &'static str,
    pub(super) sentence: &'static str,
    pub(super) explanation: &'static str,
    pub(super) issued: Option<Told>,
    /// SHA-256 of the uploaded file.
    pub(super) hash: Option<String>,
}

/// Facts about an issued document, ready to print.
pub(super) struct Told {
    pub(super) number: String,
    /// Whether it was signed on paper; then the time is that of its recording.
    pub(super) on_paper: bool,
    pub(super) at: (String, String),
    pub(super) state: String,
    pub(super) time_source: String,
}

fn say(language: Language, german: &'static str, english: &'static str) -> &'static str {
    match language {
        Language::De => german,
        Language::En => english,
    }
}

/// Errors of the typed fields.
pub(super) fn missing(number: &str, hash: &str, language: Language) -> FieldErrors {
    let mut errors = FieldErrors::default();
    if number.is_empty() && hash.is_empty() {
        errors.add(
            "datei",
            say(
                language,
                "Wählen Sie eine PDF-Datei aus, oder geben Sie Vertragsnummer und Prüfsumme an",
                "Choose a PDF file, or enter the number of the agreement and a checksum",
            ),
        );
    } else if number.is_empty() {
        errors.add(
            "nummer",
            say(
                language,
                "Geben Sie die Vertragsnummer an",
                "Enter the number of the agreement",
            ),
        );
    } else if hash.len() != 64 || !hash.bytes().all(|b| b.is_ascii_hexdigit()) {
        errors.add(
            "pruefsumme",
            say(
                language,
                "Geben Sie die ganze Prüfsumme an: 64 Ziffern und Buchstaben von a bis f",
                "Enter the whole checksum: 64 digits and letters from a to f",
            ),
        );
    }
    errors
}

/// The answer about an issued document.
pub(super) fn known(issued: &Issued, hash: Option<String>, language: Language) -> Answer {
    let (mark, explanation) = match issued.end {
        None if issued.on_paper => (
            "concluded",
            say(
                language,
                "Der Vertrag wurde außerhalb des Portals geschlossen. Dieses Portal bewahrt genau diese Datei auf; sie trägt kein Siegel. Der Vertrag gilt.",
                "The agreement was concluded outside the portal. This portal keeps exactly this file; it bears no seal. The agreement is in force.",
            ),
        ),
        Some(_) if issued.on_paper => (
            "ended",
            say(
                language,
                "Der Vertrag wurde außerhalb des Portals geschlossen. Dieses Portal bewahrt genau diese Datei auf; sie trägt kein Siegel. Der Vertrag gilt nicht mehr.",
                "The agreement was concluded outside the portal. This portal keeps exactly this file; it bears no seal. The agreement is no longer in force.",
            ),
        ),
        None => (
            "concluded",
            say(
                language,
                "Dieses Portal hat genau dieses Dokument ausgestellt und gesiegelt. Der Vertrag gilt.",
                "This portal issued and sealed exactly this document. The agreement is in force.",
            ),
        ),
        Some(_) => (
            "ended",
            say(
                language,
                "Dieses Portal hat genau dieses Dokument ausgestellt und gesiegelt. Der Vertrag gilt aber nicht mehr.",
                "This portal issued and sealed exactly this document. But the agreement is no longer in force.",
            ),
        ),
    };
    Answer {
        mark,
        sentence: if issued.on_paper {
            say(
                language,
                "Die Datei liegt diesem Portal so vor",
                "This portal keeps exactly this file",
            )
        } else {
            say(language, "Das Dokument ist echt", "The document is genuine")
        },
        explanation,
        issued: Some(Told {
            number: issued.number.clone(),
            on_paper: issued.on_paper,
            at: (
                machine_moment(issued.concluded_at),
                long_moment(issued.concluded_at, language),
            ),
            state: state(issued.end, language),
            time_source: time_source(issued, language),
        }),
        hash,
    }
}

fn state(end: Option<(DateTime<Utc>, AgreementEnd)>, language: Language) -> String {
    let Some((at, why)) = end else {
        return say(language, "In Kraft", "In force").to_owned();
    };
    let on = long_date(day(at), language);
    match (why, language) {
        (AgreementEnd::Objected, Language::De) => format!("Nichtig durch Widerspruch seit {on}"),
        (AgreementEnd::Objected, Language::En) => format!("Void after an objection since {on}"),
        (AgreementEnd::Replaced, Language::De) => {
            format!("Durch einen neuen Vertrag ersetzt am {on}")
        }
        (AgreementEnd::Replaced, Language::En) => format!("Replaced by a new agreement on {on}"),
        (AgreementEnd::Disowned, Language::De) => {
            format!("Nicht vom Kunden geschlossen, festgestellt am {on}")
        }
        (AgreementEnd::Disowned, Language::En) => {
            format!("Not concluded by the customer, found on {on}")
        }
        (AgreementEnd::Ended, Language::De) => format!("Beendet am {on}"),
        (AgreementEnd::Ended, Language::En) => format!("Ended on {on}"),
    }
}

fn time_source(issued: &Issued, language: Language) -> String {
    match (&issued.stamp, language) {
        (None, Language::De) => "Uhr des Portals".to_owned(),
        (None, Language::En) => "Clock of the portal".to_owned(),
        (Some((at, source)), Language::De) => format!(
            "Uhr des Portals; Zeitstempel vom {} durch {source}",
            long_moment(*at, language)
        ),
        (Some((at, source)), Language::En) => format!(
            "Clock of the portal; time stamp of {} by {source}",
            long_moment(*at, language)
        ),
    }
}

/// The answer if no document has this number and checksum.
pub(super) fn unknown_number(language: Language) -> Answer {
    Answer {
        mark: "declined",
        sentence: say(
            language,
            "Dazu gibt es hier kein Dokument",
            "There is no such document here",
        ),
        explanation: say(
            language,
            "Nummer und Prüfsumme gehören zu keinem Dokument dieses Portals. Gemeint ist die Prüfsumme des Vertragstextes oder die der Datei, nicht die des Abschlussvermerks. Prüfen Sie bitte beides auf Tippfehler, oder wählen Sie die Datei selbst aus.",
            "Number and checksum do not belong to a document of this portal. It takes the checksum of the wording or of the file, not that of the record of conclusion. Please check both for typing errors, or choose the file itself.",
        ),
        issued: None,
        hash: None,
    }
}

/// The answer about any file that is not an issued document.
pub(super) fn plain(proof: &Verification, hash: Option<String>, language: Language) -> Answer {
    let (mark, sentence, explanation) = match proof {
        Verification::Sealed(_) => (
            "concluded",
            say(
                language,
                "Das Siegel ist echt, das Dokument aber nicht mehr im Bestand",
                "The seal is genuine, but the document is no longer kept here",
            ),
            say(
                language,
                "Die Datei trägt das unversehrte Siegel dieses Portals. Ob der Vertrag noch gilt, kann das Portal nicht sagen. Fragen Sie uns bitte.",
                "The file bears the unbroken seal of this portal. The portal cannot say whether the agreement is still in force. Please ask us.",
            ),
        ),
        Verification::Extended(_) => (
            "no_email",
            say(
                language,
                "Die Datei wurde nach dem Siegeln ergänzt",
                "Something was added to the file after it was sealed",
            ),
            say(
                language,
                "Der gesiegelte Teil stammt von diesem Portal. Was danach hinzukam, zum Beispiel Kommentare oder eine weitere Unterschrift, stammt nicht von hier und kann die Anzeige verändern. Verwenden Sie die Datei im ursprünglichen Zustand.",
                "The sealed part comes from this portal. What was added, for example comments or a further signature, does not, and may change what is shown. Use the file in its original state.",
            ),
        ),
        Verification::Changed => (
            "declined",
            say(
                language,
                "Das ist kein unverändertes Dokument dieses Portals",
                "This is not an unchanged document of this portal",
            ),
            say(
                language,
                "Die Datei trägt eine Signatur. Diese stammt aber nicht von diesem Portal, oder die Datei wurde danach verändert.",
                "The file bears a signature. But it is not of this portal, or the file was changed afterwards.",
            ),
        ),
        Verification::Unsigned => (
            "declined",
            say(
                language,
                "Dieses PDF trägt kein Siegel",
                "This PDF bears no seal",
            ),
            say(
                language,
                "Abgeschlossene Verträge dieses Portals sind gesiegelt. Entwürfe und neu gespeicherte, verschlüsselte oder eingescannte Fassungen sind es nicht; eine Datei, die nicht bis zum Ende geladen wurde, hat ihr Siegel verloren. Verwenden Sie bitte die Datei aus der E-Mail oder aus dem Portal.",
                "Concluded agreements of this portal are sealed. Drafts are not, nor are copies that were saved anew, encrypted, or printed and scanned; a file that was not downloaded to its end has lost its seal. Please use the file from the e-mail or from the portal.",
            ),
        ),
        Verification::TooLarge => (
            "declined",
            say(
                language,
                "Diese Datei ist zu groß",
                "This file is too large",
            ),
            say(
                language,
                "Verträge dieses Portals sind kleiner als 10 MB.",
                "Agreements of this portal are smaller than 10 MB.",
            ),
        ),
        Verification::NotPdf | Verification::Issued(_) => (
            "declined",
            say(
                language,
                "Diese Datei ist kein PDF",
                "This file is not a PDF",
            ),
            say(
                language,
                "Verträge dieses Portals sind PDF-Dateien. Wählen Sie bitte die Datei aus der E-Mail oder aus dem Portal.",
                "Agreements of this portal are PDF files. Please choose the file from the e-mail or from the portal.",
            ),
        ),
    };
    Answer {
        mark,
        sentence,
        explanation,
        issued: None,
        hash,
    }
}
