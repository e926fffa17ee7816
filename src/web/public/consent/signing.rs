//! The form below the contract: the typed values, the errors in them, and the declarations.

use actix_web::HttpRequest;

use super::arrival::Arrival;
use crate::actions::consent::Signature;
use crate::app::App;
use crate::domain::Language;
use crate::domain::name::{BadName, MAX_NAME, parse, printable};
use crate::web::kit::client;
use crate::web::kit::form::{FieldErrors, Form};

/// The form as typed. Boxes are never ticked beforehand (S-04).
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// Name of the person who concludes.
    pub name: String,
    /// The person's function in the company.
    pub function: String,
    /// Whether the box "I may represent the company" is ticked.
    pub represents: bool,
    /// Whether the box "I have read and conclude" is ticked.
    pub concludes: bool,
    /// Hash of the text that was on the page.
    pub shown: String,
}

impl Typed {
    /// Reads the posted form.
    pub fn read(form: &Form) -> Self {
        Self {
            name: printable(form.get("name")),
            function: printable(form.get("funktion")),
            represents: form.ticked("vertretung"),
            concludes: form.ticked("gelesen"),
            shown: form.get("dokument").to_owned(),
        }
    }

    /// The signature, or everything that is missing, each with the message for summary and field.
    pub fn check(
        &self,
        app: &App,
        request: &HttpRequest,
        arrival: &Arrival,
    ) -> Result<Signature, FieldErrors> {
        let language = arrival.language;
        let mut errors = FieldErrors::default();
        let person = checked(&self.name, "name", language, &mut errors);
        let function = checked(&self.function, "funktion", language, &mut errors);
        if !self.represents {
            errors.add("vertretung", message("vertretung", language));
        }
        if !self.concludes {
            errors.add("gelesen", message("gelesen", language));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Signature {
            person,
            function,
            declarations: declarations(&arrival.case.customer.party.name, language).to_vec(),
            shown: self.shown.clone(),
            language,
            remote_address: client::remote_address(app, request)
                .map(|ip| ip.to_string())
                .unwrap_or_default(),
            user_agent: client::user_agent(request),
        })
    }
}

/// The two declarations: printed beside the boxes and stored with the agreement (EV-03), so that
/// what is stored is what was shown.
pub fn declarations(company: &str, language: Language) -> [String; 2] {
    match language {
        Language::De => [
            format!("Ich bin berechtigt, {company} bei diesem Vertrag zu vertreten."),
            format!(
                "Ich habe den Vertrag mit allen Anlagen gelesen und schließe ihn für {company} ab."
            ),
        ],
        Language::En => [
            format!("I am authorised to represent {company} in accepting this agreement."),
            format!(
                "On behalf of {company}, I have read the agreement with all its annexes and accept it."
            ),
        ],
    }
}

fn checked(
    typed: &str,
    field: &'static str,
    language: Language,
    errors: &mut FieldErrors,
) -> String {
    match parse(typed, MAX_NAME) {
        Ok(name) => name,
        Err(BadName::Empty) => {
            errors.add(field, message(field, language));
            String::new()
        }
        Err(BadName::TooLong) => {
            errors.add(
                field,
                match (field, language) {
                    ("name", Language::De) => {
                        format!("Kürzen Sie Ihren Namen auf höchstens {MAX_NAME} Zeichen")
                    }
                    ("name", Language::En) => {
                        format!("Shorten your name to {MAX_NAME} characters at most")
                    }
                    (_, Language::De) => {
                        format!("Kürzen Sie Ihre Funktion auf höchstens {MAX_NAME} Zeichen")
                    }
                    (_, Language::En) => {
                        format!("Shorten your position to {MAX_NAME} characters at most")
                    }
                },
            );
            String::new()
        }
    }
}

/// The message for an empty field.
fn message(field: &str, language: Language) -> &'static str {
    match (field, language) {
        ("name", Language::De) => "Geben Sie Ihren Vor- und Nachnamen an",
        ("name", Language::En) => "Enter your first and last name",
        ("funktion", Language::De) => "Geben Sie Ihre Funktion im Unternehmen an",
        ("funktion", Language::En) => "Enter your position in the company",
        ("vertretung", Language::De) => "Bestätigen Sie, dass Sie das Unternehmen vertreten dürfen",
        ("vertretung", Language::En) => "Confirm that you may represent the company",
        (_, Language::De) => {
            "Bestätigen Sie, dass Sie den Vertrag gelesen haben und ihn abschließen"
        }
        (_, Language::En) => "Confirm that you have read the agreement and accept it",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_as_delivered_is_not_a_conclusion() {
        // S-04: what a mail scanner submits
        let mut errors = FieldErrors::default();
        for field in ["name", "funktion"] {
            for typed in ["", "  ", "\u{200B}", "..."] {
                let before = errors.0.len();
                checked(typed, field, Language::De, &mut errors);
                assert_eq!(errors.0.len(), before + 1, "{field} {typed:?}");
            }
        }
        checked(&"a".repeat(121), "name", Language::En, &mut errors);
        assert!(
            errors
                .0
                .last()
                .is_some_and(|last| last.text.contains("120"))
        );
    }
    #[test]
    fn declarations_name_the_company_as_it_is() {
        // EV-03, S-70: nothing is escaped, shortened or interpreted before it is stored
        let company = "<b>A & B</b> {x} GmbH";
        for language in Language::ALL {
            let [represents, concludes] = declarations(company, language);
            assert!(represents.contains(company) && concludes.contains(company));
            assert_ne!(represents, concludes);
        }
    }
}
