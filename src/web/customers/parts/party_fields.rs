//! The fields of a company with the language of its mails and contract, for forms about a
//! customer's master data. Templates print them with the macros of
//! `web/customers/parts/party_fields.html`.

use crate::domain::name::{self, MAX_COMPANY};
use crate::domain::{Language, Party, postcode};
use crate::web::kit::form::{FieldErrors, Form};

/// Longest value of every field but the name, in characters.
const LONGEST_LINE: usize = 200;

/// A field of the form, without a value.
pub struct Field {
    /// Id and name of the field.
    pub id: &'static str,
    /// Label of the field.
    pub label: &'static str,
    hint: &'static str,
    is_needed: bool,
    /// The part of a [`Party`] that it holds.
    pub place: fn(&mut Party) -> &mut String,
}

const fn field(
    id: &'static str,
    label: &'static str,
    hint: &'static str,
    is_needed: bool,
    place: fn(&mut Party) -> &mut String,
) -> Field {
    Field {
        id,
        label,
        hint,
        is_needed,
        place,
    }
}

/// The fields, in the order of the page.
pub const FIELDS: [Field; 9] = [
    field(
        "name",
        "Firma mit Rechtsform",
        "So steht sie im Vertrag.",
        true,
        |party| &mut party.name,
    ),
    field("strasse", "Straße und Hausnummer", "", true, |party| {
        &mut party.street
    }),
    field("plz", "Postleitzahl", "", true, |party| &mut party.postcode),
    field("ort", "Ort", "", true, |party| &mut party.city),
    field("land", "Land", "", true, |party| &mut party.country),
    field(
        "register",
        "Registergericht und Nummer",
        "Zum Beispiel Amtsgericht Köln, HRB 12345. Leer, wenn nicht eingetragen.",
        false,
        |party| &mut party.register,
    ),
    field("vertreten", "Vertreten durch", "", false, |party| {
        &mut party.represented_by
    }),
    field(
        "ansprechperson",
        "Ansprechperson oder Abteilung",
        "",
        false,
        |party| &mut party.contact,
    ),
    field("telefon", "Telefon", "", false, |party| &mut party.phone),
];

/// A field with its value.
pub struct FieldRow {
    /// Id and name of the field.
    pub id: &'static str,
    /// Label of the field.
    pub label: &'static str,
    /// A hint for filling it in; may be empty.
    pub hint: &'static str,
    /// Value of the field.
    pub value: String,
    /// Further HTML attributes.
    pub more: &'static str,
}

/// The fields with their values.
pub fn lines(mut value: impl FnMut(&Field) -> String) -> Vec<FieldRow> {
    FIELDS
        .iter()
        .map(|field| FieldRow {
            id: field.id,
            label: field.label,
            hint: field.hint,
            value: value(field),
            more: if field.is_needed {
                "required autocomplete=\"off\""
            } else {
                "autocomplete=\"off\""
            },
        })
        .collect()
}

/// The company's data as typed and cleaned (S-73).
pub fn read(form: &Form, errors: &mut FieldErrors) -> Party {
    let mut party = Party::default();
    for field in &FIELDS {
        let text = name::clean(form.get(field.id));
        let most = if field.id == "name" {
            MAX_COMPANY
        } else {
            LONGEST_LINE
        };
        if text.is_empty() && field.is_needed {
            errors.add(field.id, format!("„{}“ fehlt noch", field.label));
        } else if text.chars().count() > most {
            errors.add(
                field.id,
                format!(
                    "„{}“: Kürzen Sie die Angabe auf {most} Zeichen",
                    field.label
                ),
            );
        } else if field.id == "name" && !text.chars().any(char::is_alphanumeric) {
            errors.add(field.id, "Geben Sie den Namen der Firma ein");
        } else if field.id == "plz"
            && let Some(fault) = postcode::fault(form.get("land"), &text)
        {
            errors.add(field.id, fault);
        }
        *(field.place)(&mut party) = text;
    }
    party
}

/// The language of mails and contract as chosen.
pub fn read_language(form: &Form, errors: &mut FieldErrors) -> Option<Language> {
    let language = Language::from_code(form.get("sprache"));
    if language.is_none() {
        errors.add("sprache", "Wählen Sie die Sprache des Kunden");
    }
    language
}
