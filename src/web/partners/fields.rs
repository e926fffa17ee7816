//! The contact data of a partner that a contract must contain (LC-24), as fields of a form.

use crate::domain::name::{self, BadName, MAX_COMPANY};
use crate::domain::unlinked::may_stand_in_mail;
use crate::domain::{EmailAddress, Party, postcode};
use crate::web::kit::form::{FieldErrors, Form};

/// Message for a text that mail programs would turn into a link (S-26).
const NO_ADDRESS: &str = "Lassen Sie Internet- und E-Mail-Adressen sowie die Zeichen @, < und > weg. Die Angabe steht in E-Mails an Kunden";
/// Longest line in a field, in characters.
const LONGEST_LINE: usize = 300;

/// One field with its stored or typed value.
pub struct Field {
    /// Id and name of the field.
    pub id: &'static str,
    /// Label of the field.
    pub label: &'static str,
    /// A hint for filling it in; may be empty.
    pub hint: &'static str,
    /// Value of the field.
    pub value: String,
}

impl Field {
    /// Value of the attribute `type`.
    pub fn input_type(&self) -> &'static str {
        match self.id {
            "email" => "email",
            "telefon" => "tel",
            _ => "text",
        }
    }
}

/// The fields: id, label, hint. The order is that of [`line_of`].
const ASKED: [(&str, &str, &str); 10] = [
    (
        "name",
        "Firma mit Rechtsform",
        "So steht sie im Vertrag und in E-Mails",
    ),
    ("strasse", "Straße und Hausnummer", ""),
    ("plz", "Postleitzahl", ""),
    ("ort", "Ort", ""),
    ("land", "Land", "Dort werden die Daten verarbeitet"),
    (
        "register",
        "Registergericht und Nummer",
        "Zum Beispiel Amtsgericht Köln, HRB 12345. Leer, wenn die Firma nicht eingetragen ist",
    ),
    (
        "vertreten",
        "Vertreten durch",
        "Wer die Firma gesetzlich vertritt",
    ),
    ("ansprechperson", "Ansprechperson oder Abteilung", ""),
    (
        "email",
        "E-Mail-Adresse",
        "Steht im Vertrag; hierhin gehen Nachrichten des Portals an die Firma",
    ),
    ("telefon", "Telefon", ""),
];

fn line_of<'a>(party: &'a mut Party, id: &str) -> Option<&'a mut String> {
    Some(match id {
        "name" => &mut party.name,
        "strasse" => &mut party.street,
        "plz" => &mut party.postcode,
        "ort" => &mut party.city,
        "land" => &mut party.country,
        "register" => &mut party.register,
        "vertreten" => &mut party.represented_by,
        "ansprechperson" => &mut party.contact,
        "telefon" => &mut party.phone,
        _ => return None,
    })
}

/// The fields with the stored values.
pub fn stored(party: &Party) -> Vec<Field> {
    let email = party.email.as_ref();
    let mut party = party.clone();
    fields(|id| match line_of(&mut party, id) {
        Some(line) => line.clone(),
        None => email.map_or_else(String::new, |email| email.shown()),
    })
}

/// The fields with the typed values.
pub fn typed(form: &Form) -> Vec<Field> {
    fields(|id| form.get(id).to_owned())
}

fn fields(mut value: impl FnMut(&'static str) -> String) -> Vec<Field> {
    ASKED
        .into_iter()
        .map(|(id, label, hint)| Field {
            id,
            label,
            hint,
            value: value(id),
        })
        .collect()
}

/// The contact data as typed, and the errors in the order of the form. If `complete`, all but the
/// register are required; otherwise only the name.
pub fn read(form: &Form, complete: bool) -> (Party, FieldErrors) {
    let (mut party, mut errors) = (Party::default(), FieldErrors::default());
    for (id, label, _) in ASKED {
        let text = name::clean(form.get(id));
        let is_needed = id == "name" || (complete && id != "register");
        let most = if id == "name" {
            MAX_COMPANY
        } else {
            LONGEST_LINE
        };
        if text.is_empty() {
            if is_needed {
                errors.add(id, format!("„{label}“ fehlt noch"));
            }
        } else if text.chars().count() > most
            || name::parse(form.get(id), most) == Err(BadName::TooLong)
        {
            errors.add(
                id,
                format!("„{label}“: Kürzen Sie die Angabe auf {most} Zeichen"),
            );
        } else if id != "email" && !may_stand_in_mail(&text) {
            errors.add(id, format!("„{label}“: {NO_ADDRESS}"));
        } else if id == "plz"
            && let Some(fault) = postcode::fault(form.get("land"), &text)
        {
            errors.add(id, fault);
        } else if id == "email" {
            match EmailAddress::parse(&text) {
                Ok(email) => party.email = Some(email),
                Err(_) => errors.add(
                    id,
                    "Geben Sie genau eine E-Mail-Adresse ein, zum Beispiel name@firma.de",
                ),
            }
        }
        if let Some(line) = line_of(&mut party, id) {
            *line = text;
        }
    }
    (party, errors)
}
