//! The few phrases of a PDF in addition to the contract's own text.

use chrono::{Datelike as _, NaiveDate};

use super::Frame;
use crate::domain::Language;

/// Watermark of a contract that is not concluded yet.
pub(super) fn draft(language: Language) -> &'static str {
    match language {
        Language::De => "Entwurf, noch nicht abgeschlossen",
        Language::En => "Draft, not yet concluded",
    }
}

/// Watermark of a contract whose text no operator has made its own yet.
pub(super) fn sample(language: Language) -> &'static str {
    match language {
        Language::De => "Muster, kein geltender Vertrag",
        Language::En => "Sample, not an agreement in force",
    }
}

/// The tag of a language as readers of the file want it.
pub(super) fn tag(language: Language) -> &'static str {
    match language {
        Language::De => "de-DE",
        Language::En => "en-GB",
    }
}

/// Heading of the table of contents.
pub(super) fn contents(language: Language) -> &'static str {
    match language {
        Language::De => "Inhalt",
        Language::En => "Contents",
    }
}

/// Page number in the footer: "Seite 2 von 12".
pub(super) fn page_of(language: Language, number: usize, total: usize) -> String {
    match language {
        Language::De => format!("Seite {number} von {total}"),
        Language::En => format!("Page {number} of {total}"),
    }
}

/// Version and date below the title; empty for a text without a number.
pub(super) fn edition(language: Language, version: &str, date: NaiveDate) -> String {
    if version.is_empty() {
        return String::new();
    }
    match language {
        Language::De => format!("Fassung {version} vom {}", date.format("%d.%m.%Y")),
        Language::En => format!(
            "Version {version} of {} {}",
            date.day(),
            date.format("%B %Y")
        ),
    }
}

/// Left part of the footer: version, customer, agreement, checksum of the text.
pub(super) fn footer(frame: &Frame) -> String {
    let (customer, checksum) = match frame.language {
        Language::De => ("Kundennummer", "Prüfsumme"),
        Language::En => ("Customer number", "Checksum"),
    };
    let short: String = frame.document_hash.chars().take(12).collect();
    let mut parts = vec![edition(frame.language, &frame.version, frame.date)];
    parts.retain(|part| !part.is_empty());
    for (label, value) in [
        (customer, &frame.customer_number),
        ("", &frame.number),
        (checksum, &short),
    ] {
        if !value.is_empty() {
            // A label and its value stay on one line if the footer takes two.
            parts.push(format!("{label}\u{a0}{value}").trim().to_owned());
        }
    }
    parts.join(" · ")
}

/// The whole checksum, printed once at the end.
pub(super) fn checksum(frame: &Frame) -> String {
    match frame.language {
        Language::De => format!(
            "Prüfsumme des Vertragstextes (SHA-256): {}",
            frame.document_hash
        ),
        Language::En => format!(
            "Checksum of the agreement text (SHA-256): {}",
            frame.document_hash
        ),
    }
}

/// The line on the first page with the web address of the text.
pub(super) fn online(frame: &Frame) -> String {
    let lead = match frame.language {
        Language::De => "Als barrierefreie Webseite:",
        Language::En => "As an accessible web page:",
    };
    format!("{lead} {}", frame.online)
}

/// Description of that link.
pub(super) fn open_online(frame: &Frame) -> String {
    let (version, address) = (&frame.version, &frame.online);
    match frame.language {
        Language::De => {
            format!("Öffnet den Wortlaut der Fassung {version} als Webseite im Browser: {address}")
        }
        Language::En => {
            format!(
                "Opens the wording of version {version} as a web page in the browser: {address}"
            )
        }
    }
}

/// Name of the seal's field for screen readers.
pub(super) fn seal(language: Language) -> &'static str {
    match language {
        Language::De => "Elektronisches Siegel des Betreibers",
        Language::En => "Electronic seal of the operator",
    }
}
