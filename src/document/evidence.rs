//! The facts of a conclusion as one line of JSON (EV-01 … EV-05, EV-07), attached to the document.
//!
//! The form is called [`FORM`] and is canonical: an object with its keys sorted, UTF-8, no blank
//! between the parts, absent facts as `null`, times in UTC as RFC 3339 with seconds, no numbers but
//! small whole ones; strings escape only `"`, `\` and control characters. For such values this is
//! RFC 8785. So the SHA-256 of the attached file is the SHA-256 of the facts, and `jq --sort-keys
//! --compact-output --join-output . FILE | sha256sum` gives it again. It is printed on the record
//! of conclusion in the same document. The document's own hash cannot be among the facts; the hash
//! of its wording is.

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::{Attachment, Relation, hex};
use crate::contract::values::{Conclusion, Values};
use crate::domain::{Language, LinkId};

/// Name and version of the form. A new version gets a new name; this one never changes.
pub const FORM: &str = "avv-portal/evidence/1";
/// Name of the attached facts.
pub const FACTS_FILE: &str = "nachweis.json";
/// Name of the attached wording.
pub const WORDING_FILE: &str = "wortlaut.txt";

/// The facts in addition to the values of the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circumstances {
    /// Language of the text.
    pub language: Language,
    /// Number and date of the contract version.
    pub version: (String, NaiveDate),
    /// The link that was used.
    pub link: LinkId,
    /// 0 for the first mail of the round, 1 to 3 for reminders.
    pub reminder: u8,
    /// When the round was opened.
    pub asked_at: DateTime<Utc>,
    /// Last moment of the link.
    pub valid_until: DateTime<Utc>,
}

/// The facts in canonical form. `conclusion.evidence_hash` is not read: it is made from this.
pub fn facts(values: &Values, conclusion: &Conclusion, about: &Circumstances) -> String {
    canonical(&json!({
        "form": FORM,
        "agreement": {
            "number": conclusion.agreement_number,
            "concluded_at": moment(conclusion.at),
            "language": about.language.code(),
            "version": about.version.0,
            "version_date": about.version.1.to_string(),
            "wording_sha256": conclusion.document_hash,
            "products": values.products,
            "retention_years": values.retention_years,
        },
        "parties": {
            "operator": values.operator,
            "customer": values.customer,
            "customer_number": values.customer_number_or_nothing(),
            "partner": values.partner,
            "sub_partner": values.sub_partner,
        },
        "person": {
            "name": conclusion.person,
            "function": conclusion.function,
            "declarations": conclusion.declarations,
            "remote_address": absent_if_empty(&conclusion.remote_address),
            "user_agent": absent_if_empty(&conclusion.user_agent),
        },
        "link": {
            "id": about.link.to_string(),
            "sent_to": conclusion.sent_to,
            "sent_at": moment(conclusion.link_sent_at),
            "valid_until": moment(about.valid_until),
            "asked_at": moment(about.asked_at),
            "reminder": about.reminder,
        },
        "portal_version": env!("CARGO_PKG_VERSION"),
    }))
}

/// The files attached to a concluded document, by ascending names.
pub fn attachments(facts: &str, wording: &str, language: Language) -> [Attachment; 2] {
    let (of_facts, of_wording) = match language {
        Language::De => (
            "Abschlussvermerk als Daten (RFC 8785)",
            "Wortlaut des Vertrags als Text",
        ),
        Language::En => (
            "Record of conclusion as data (RFC 8785)",
            "Wording of the agreement as text",
        ),
    };
    [
        Attachment {
            name: FACTS_FILE,
            media_type: "application/json",
            description: of_facts.to_owned(),
            relation: Relation::Data,
            content: facts.as_bytes().to_vec(),
        },
        Attachment {
            name: WORDING_FILE,
            media_type: "text/plain",
            description: of_wording.to_owned(),
            relation: Relation::Alternative,
            content: wording.as_bytes().to_vec(),
        },
    ]
}

/// SHA-256 of the facts, hex, as printed on the record of conclusion.
pub fn hash(facts: &str) -> String {
    hex::sha256(facts.as_bytes())
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn absent_if_empty(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// A value in canonical form.
pub fn canonical(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push('{');
            for (at, (name, value)) in fields.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                string(name, out);
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::String(text) => string(text, out),
        other => {
            let _ = write!(out, "{other}");
        }
    }
}

fn string(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            control if control < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_that_of_rfc_8785() {
        // Keys are ordered by UTF-16 units, not by code points: U+1F600 comes before U+FB33.
        let value = json!({"\u{fb33}": 1, "\u{1f600}": [true, null, "€\u{f}\n\"\\/\u{7f}"], "a": {"b": {}, "aa": -3}});
        assert_eq!(
            canonical(&value),
            "{\"a\":{\"aa\":-3,\"b\":{}},\"\u{1f600}\":[true,null,\"€\\u000f\\n\\\"\\\\/\u{7f}\"],\"\u{fb33}\":1}"
        );
    }
}
