//! The form of a dissent.

use super::form::{FieldErrors, Form};
use crate::domain::Language;
use crate::domain::name::{BadName, MAX_NAME, clean_lines, parse};

/// Longest message, in characters.
pub const LONGEST: usize = 2000;

/// The fields of a dissent, as typed.
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// Name of the person who dissents; not asked for in the portal, where it is known.
    pub name: String,
    /// The message that the person adds.
    pub text: String,
    /// Whether the box of the declaration was ticked.
    pub declares: bool,
}

impl Said {
    /// Reads the fields of a form.
    pub fn of(form: &Form) -> Self {
        Self {
            name: form.get("name").to_owned(),
            // Browsers send a line end as two characters; it counts as one.
            text: form.get("nachricht").replace("\r\n", "\n"),
            declares: form.get("erklaerung") == "ja",
        }
    }

    /// The cleaned name, if one is asked for, and the cleaned message; or what is wrong.
    pub fn check(
        &self,
        with_name: bool,
        language: Language,
    ) -> Result<(String, String), FieldErrors> {
        let mut errors = FieldErrors::default();
        let say = |german: &'static str, english: &'static str| {
            if language.is_en() { english } else { german }
        };
        let mut person = String::new();
        if with_name {
            match parse(&self.name, MAX_NAME) {
                Ok(name) => person = name,
                Err(BadName::Empty) => errors.add(
                    "name",
                    say(
                        "Geben Sie Ihren Vor- und Nachnamen an",
                        "Enter your first and last name",
                    ),
                ),
                Err(BadName::TooLong) => errors.add(
                    "name",
                    say(
                        "Kürzen Sie den Namen auf höchstens 120 Zeichen",
                        "Shorten the name to 120 characters at most",
                    ),
                ),
            }
        }
        let text = clean_lines(&self.text);
        if text.chars().count() > LONGEST {
            errors.add(
                "nachricht",
                say(
                    "Kürzen Sie die Nachricht auf höchstens 2.000 Zeichen",
                    "Shorten the message to 2,000 characters at most",
                ),
            );
        }
        if !self.declares {
            errors.add(
                "erklaerung",
                say(
                    "Bestätigen Sie, dass Sie Einspruch erheben",
                    "Confirm that you dissent from this change",
                ),
            );
        }
        if errors.is_empty() {
            Ok((person, text))
        } else {
            Err(errors)
        }
    }
}
