//! The fields of `contract.toml` as a form. Comments and entries that the form does not show stay
//! as they are.

use crate::contract::meta::is_number;
use crate::contract::parts::{quoted, set};
use crate::domain::version::clean;
use crate::web::kit::form::{FieldErrors, Form};

/// Values of the form, as text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Number of the version.
    pub number: String,
    /// Date of the text (Berlin day).
    pub date: String,
    /// Proposed first day.
    pub valid_from: String,
    /// Title of the contract in German.
    pub title_de: String,
    /// Title in English.
    pub title_en: String,
    /// What is new in this version, in German.
    pub note_de: String,
    /// What is new in this version, in English.
    pub note_en: String,
    /// `after`, or empty (T-10).
    pub bilingual: String,
    /// `general`, `specific`, or empty.
    pub authorisation: String,
    /// Days of notice before a change of sub-processors.
    pub notice_days: String,
    /// Days in which a customer may dissent.
    pub objection_days: String,
    /// Hours until a breach is reported.
    pub breach_hours: String,
    /// Days until data are deleted.
    pub deletion_days: String,
}

impl Facts {
    /// The values of a file, as far as it can be read.
    pub fn of(toml: &str) -> Self {
        let table: toml::Table = toml.parse().unwrap_or_default();
        let text = |value: Option<&toml::Value>| match value {
            Some(toml::Value::String(text)) => one_line(text),
            Some(other) => other.to_string(),
            None => String::new(),
        };
        let top = |key: &str| text(table.get(key));
        let inner = |section: &str, key: &str| {
            text(table.get(section).and_then(|section| section.get(key)))
        };
        Self {
            number: top("number"),
            date: top("date"),
            valid_from: top("valid_from"),
            title_de: inner("title", "de"),
            title_en: inner("title", "en"),
            note_de: inner("change_note", "de"),
            note_en: inner("change_note", "en"),
            bilingual: top("bilingual"),
            authorisation: top("authorisation"),
            notice_days: top("notice_days"),
            objection_days: top("objection_days"),
            breach_hours: top("breach_hours"),
            deletion_days: top("deletion_days"),
        }
    }

    /// The values as typed, if the form had these fields.
    pub fn in_form(form: &Form) -> Option<Self> {
        form.ticked("nummer").then(|| Self::typed(form))
    }

    pub fn typed(form: &Form) -> Self {
        let clean = |field: &str| one_line(form.get(field));
        Self {
            number: clean("nummer"),
            date: clean("datum"),
            valid_from: clean("gueltig"),
            title_de: clean("titel_de"),
            title_en: clean("titel_en"),
            note_de: clean("neu_de"),
            note_en: clean("neu_en"),
            bilingual: clean("zweisprachig"),
            authorisation: clean("genehmigung"),
            notice_days: clean("ankuendigung"),
            objection_days: clean("einspruch"),
            breach_hours: clean("meldung"),
            deletion_days: clean("loeschfrist"),
        }
    }

    /// Errors in the values, by field.
    pub fn check(&self) -> FieldErrors {
        let mut errors = FieldErrors::default();
        // Several fields can lack the same thing, so the message names the field.
        let mut add = |field, what: &str| errors.add(field, format!("„{}“: {what}", label(field)));
        if !self.number.is_empty() && !is_number(&self.number) {
            add(
                "nummer",
                "Verwenden Sie Ziffern, dazu höchstens Buchstaben, Punkte und Bindestriche, zum Beispiel 2.0",
            );
        }
        for (field, text) in [("datum", &self.date), ("gueltig", &self.valid_from)] {
            if text.parse::<chrono::NaiveDate>().is_err() {
                add(field, "Geben Sie einen Tag ein");
            }
        }
        for (field, text, may_be_empty) in [
            ("ankuendigung", &self.notice_days, false),
            ("einspruch", &self.objection_days, true),
            ("meldung", &self.breach_hours, true),
            ("loeschfrist", &self.deletion_days, true),
        ] {
            if !(may_be_empty && text.is_empty()) && text.parse::<u16>().is_err() {
                add(field, "Geben Sie eine ganze Zahl ein");
            }
        }
        for (field, text, most) in [
            ("nummer", &self.number, 40),
            ("titel_de", &self.title_de, 300),
            ("titel_en", &self.title_en, 300),
            ("neu_de", &self.note_de, 600),
            ("neu_en", &self.note_en, 600),
        ] {
            if text.chars().count() > most {
                add(field, &format!("Kürzen Sie den Text auf {most} Zeichen"));
            }
        }
        errors
    }

    /// The file with the values that differ from `before` replaced; everything else stays as it was
    /// written.
    pub fn written(&self, toml: &str, before: &Self) -> String {
        let (own, before) = (self.lines(), before.lines());
        let others = own.into_iter().zip(before).filter(|(own, old)| own != old);
        others.fold(toml.to_owned(), |text, ((section, key, value), _)| {
            set(&text, section, key, &value)
        })
    }

    /// The values as they are in the file: section, name, value.
    fn lines(&self) -> [(Option<&'static str>, &'static str, String); 13] {
        let authorisation = match self.authorisation.as_str() {
            known @ ("general" | "specific") => known,
            _ => "",
        };
        let bilingual = match self.bilingual.as_str() {
            "after" => quoted("after"),
            _ => String::new(),
        };
        [
            (None, "number", quoted(&self.number)),
            (None, "date", self.date.clone()),
            (None, "valid_from", self.valid_from.clone()),
            (None, "bilingual", bilingual),
            (None, "authorisation", quoted(authorisation)),
            (None, "notice_days", self.notice_days.clone()),
            (None, "objection_days", self.objection_days.clone()),
            (None, "breach_hours", self.breach_hours.clone()),
            (None, "deletion_days", self.deletion_days.clone()),
            (Some("title"), "de", quoted(&self.title_de)),
            (Some("title"), "en", quoted(&self.title_en)),
            (Some("change_note"), "de", quoted(&self.note_de)),
            (Some("change_note"), "en", quoted(&self.note_en)),
        ]
    }
}

/// Label of a field.
pub fn label(field: &str) -> &'static str {
    match field {
        "nummer" => "Nummer der Fassung",
        "datum" => "Stand des Textes",
        "gueltig" => "Gültig ab",
        "titel_de" => "Titel, Deutsch",
        "titel_en" => "Titel, Englisch",
        "neu_de" => "Was ist neu? Deutsch",
        "neu_en" => "Was ist neu? Englisch",
        "ankuendigung" => "Tage zwischen Ankündigung und Beginn",
        "einspruch" => "Tage für den Einspruch",
        "meldung" => "Stunden bis zur Meldung einer Verletzung",
        "loeschfrist" => "Tage bis zur Löschung",
        _ => "",
    }
}

/// A text as a field of this form holds it. Non-breaking spaces stay: "Art. 28" must not be broken
/// (T-14).
fn one_line(text: &str) -> String {
    clean(text).trim().replace('\n', " ")
}
