//! The "Nachweispaket": everything about a customer's agreements that an auditor needs to check
//! them without the portal (EV-15).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::documents::{download, file_name};
use super::{ActionError, Actor};
use crate::document::attached_files;
use crate::document::bundle::pack;
use crate::document::evidence::{FACTS_FILE, WORDING_FILE};
use crate::document::hex;
use crate::document::seal::signature_value;
use crate::domain::Language;
use crate::domain::audit::AuditKind;
use crate::domain::audit::effect::{Effect, PartnerAccess};
use crate::domain::case::{Agreement, Case};
use crate::domain::mail::Recipient;
use crate::domain::viewer::Role;
use crate::storage::audit::{Event, list_events};
use crate::storage::audit_proofs::{ChainLink, list_chain_links};
use crate::storage::mail_proofs::{MailProof, list_proofs};
use crate::storage::{PgConnection, seals};

/// What explains the bundle to whoever opens it, German and English.
const README: &str = include_str!("bundle_readme.txt");
/// More agreements than a customer ever concludes; bounds the memory of a bundle.
const MOST_AGREEMENTS: usize = 50;
/// Most recent events and mails in a bundle.
const MOST_LINES: i64 = 5_000;

/// A bundle as read from the database, to be packed without it.
pub struct Collected {
    name: String,
    agreements: Vec<Document>,
    events: Vec<Event>,
    chain: Vec<ChainLink>,
    mails: Vec<MailProof>,
    certificates: Vec<Vec<u8>>,
    full: bool,
    at: DateTime<Utc>,
}

struct Document {
    agreement: Agreement,
    pdf: Vec<u8>,
    stamp: Option<Vec<u8>>,
}

/// Reads everything. Each PDF counts as downloaded (EV-09). Customers get what they may see: their
/// own mails, and events without the names of other companies' people.
pub fn collect(
    conn: &mut PgConnection,
    case: &Case,
    role: Role,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<Collected, ActionError> {
    let mut agreements = Vec::new();
    for agreement in case.agreements.iter().rev().take(MOST_AGREEMENTS) {
        let pdf = match download(conn, case, agreement.id, actor.clone(), now) {
            Ok(file) => file.bytes,
            // An invented agreement of the demo has no document.
            Err(ActionError::NotFound) => continue,
            Err(error) => return Err(error),
        };
        let stamp = seals::find_stamp(conn, agreement.id)?.map(|(token, ..)| token);
        agreements.push(Document {
            agreement: agreement.clone(),
            pdf,
            stamp,
        });
    }
    let number = case.customer.number;
    Ok(Collected {
        name: format!("Nachweispaket-{number}.zip"),
        agreements,
        events: list_events(conn, number, MOST_LINES)?,
        chain: list_chain_links(conn, number, MOST_LINES)?,
        mails: list_proofs(conn, number, MOST_LINES)?,
        certificates: seals::list_certificates(conn)?,
        full: role == Role::Operator,
        at: now,
    })
}

impl Collected {
    /// Name to save the bundle under.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Makes the ZIP. CPU work.
    ///
    /// # Errors
    ///
    /// If a kept document cannot be taken apart.
    pub fn pack(self) -> Result<Vec<u8>, ActionError> {
        let fault = |error: &dyn std::error::Error| ActionError::Document(error.to_string());
        let mut files = vec![("LIESMICH.txt".to_owned(), README.as_bytes().to_vec())];
        for document in &self.agreements {
            document.add_to(&mut files)?;
        }
        let pem: String = self.certificates.iter().map(|der| pem(der)).collect();
        files.push(("siegel-zertifikate.pem".to_owned(), pem.into_bytes()));
        for (name, value) in [
            ("vertraege.json", self.agreements()),
            ("ereignisse.json", self.events()),
            ("ereignis-kette.json", self.chain()),
            ("e-mails.json", self.mails()),
        ] {
            let text = serde_json::to_string_pretty(&value).map_err(|error| fault(&error))?;
            files.push((name.to_owned(), text.into_bytes()));
        }
        pack(&files).map_err(|error| fault(&error))
    }

    fn agreements(&self) -> Value {
        let one = |document: &Document| {
            let agreement = &document.agreement;
            json!({
                "number": agreement.number,
                "concluded_at": moment(agreement.concluded_at),
                "concluded_by": [agreement.person, agreement.function],
                "ended_at": agreement.end.map(|(at, _)| moment(at)),
                "ended_by": agreement.end.map(|(_, how)| how),
                "time_stamp": document.stamp.is_some(),
                "on_paper": agreement.on_paper(),
            })
        };
        json!({
            "made_at": moment(self.at),
            "agreements": self.agreements.iter().map(one).collect::<Vec<_>>(),
        })
    }

    fn events(&self) -> Value {
        let one = |event: &Event| {
            let who = match (&event.actor, self.full) {
                (Actor::User { company, .. }, false) => company.clone(),
                (actor, _) => actor.words(Language::De),
            };
            let is_conclusion = matches!(
                event.kind,
                AuditKind::Concluded { .. } | AuditKind::ConcludedOnPaper { .. }
            );
            let details = (self.full || is_conclusion).then_some(&event.kind);
            let what = match self.full {
                true => event.effect.tell(&event.kind, Language::De),
                false => event.kind.without_reason().sentence(Language::De),
            };
            json!({
                "at": moment(event.at),
                "kind": event.kind.key(),
                "what": what,
                "who": who,
                "details": details,
                "access": (!event.effect.is_empty()).then(|| self.access(&event.effect)),
            })
        };
        let readable = |event: &&Event| self.full || !event.kind.is_internal();
        Value::Array(self.events.iter().filter(readable).map(one).collect())
    }

    /// Whom an event let in and shut out (EV-11). Who a partner's people are, and how many, is for the
    /// operator alone.
    fn access(&self, effect: &Effect) -> Value {
        if self.full {
            return json!(effect);
        }
        let companies = |list: &[PartnerAccess]| {
            let one = |one: &PartnerAccess| json!({ "name": one.name, "modules": one.modules });
            Value::Array(list.iter().map(one).collect())
        };
        json!({ "opened": companies(&effect.opened), "closed": companies(&effect.closed) })
    }

    fn chain(&self) -> Value {
        let one = |link: &ChainLink| {
            json!({
                "position": link.position,
                "at": moment(link.at),
                "kind": link.kind,
                "content_sha256": hex::of(&link.content_digest),
                "previous_sha256": hex::of(&link.previous_hash),
                "sha256": hex::of(&link.hash),
            })
        };
        Value::Array(self.chain.iter().map(one).collect())
    }

    fn mails(&self) -> Value {
        let own = |mail: &&MailProof| self.full || mail.to == Recipient::Customer;
        let one = |mail: &MailProof| {
            json!({
                "message_id": mail.message_id,
                "kind": mail.kind,
                "state": mail.state,
                "queued_at": moment(mail.queued_at),
                "done_at": mail.done_at.map(moment),
                "sent_to": mail.sent_to,
                "subject": mail.subject,
                "body_sha256": mail.body_hash,
                "server_reply": mail.reply,
                "attempts": mail.attempts,
            })
        };
        Value::Array(self.mails.iter().filter(own).map(one).collect())
    }
}

impl Document {
    fn add_to(&self, files: &mut Vec<(String, Vec<u8>)>) -> Result<(), ActionError> {
        let name = file_name(&self.agreement.number);
        let folder = name.trim_end_matches(".pdf").to_owned();
        if self.agreement.on_paper() {
            // Bytes that somebody uploaded: handed on, never taken apart (S-77).
            files.push((format!("{folder}/{name}"), self.pdf.clone()));
            return Ok(());
        }
        // Its seal was put on by this portal, and its hash was compared a moment ago.
        let attached =
            attached_files(&self.pdf).map_err(|error| ActionError::Document(error.to_string()))?;
        files.push((format!("{folder}/{name}"), self.pdf.clone()));
        for (name, content) in attached {
            if name == FACTS_FILE || name == WORDING_FILE {
                files.push((format!("{folder}/{name}"), content));
            }
        }
        if let Some(value) = signature_value(&self.pdf) {
            files.push((format!("{folder}/signatur.bin"), value));
        }
        if let Some(stamp) = &self.stamp {
            files.push((format!("{folder}/zeitstempel.tst"), stamp.clone()));
        }
        Ok(())
    }
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut out = String::from("-----BEGIN CERTIFICATE-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(64));
        out.push_str(line);
        out.push('\n');
        rest = more;
    }
    out.push_str("-----END CERTIFICATE-----\n");
    out
}
