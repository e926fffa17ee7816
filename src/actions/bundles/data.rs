//! The lists of a bundle as JSON. Times are UTC with microseconds, as they are hashed into the log.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::{Collected, Document, ProofFile};
use crate::domain::Language;
use crate::domain::audit::Steps;
use crate::domain::audit::chain::{Content, Entry};
use crate::domain::audit::effect::{Effect, PartnerAccess};
use crate::domain::audit::{Actor, AuditKind};
use crate::domain::mail::Recipient;
use crate::domain::notice::DissentWay;
use crate::storage::audit::Event;
use crate::storage::mail_evidence::MailProof;

impl Collected {
    pub(super) fn agreements(&self) -> Value {
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

    pub(super) fn events(&self) -> Value {
        let one = |(position, event): &(i64, Event)| {
            let who = match (&event.actor, self.full) {
                (Actor::User { company, .. }, false) => company.clone(),
                (actor, _) => actor.words(Language::De),
            };
            let is_conclusion = matches!(
                event.kind,
                AuditKind::Concluded { .. }
                    | AuditKind::ConcludedOnPaper { .. }
                    | AuditKind::Restored { .. }
            );
            let details = match self.full {
                true => self.as_hashed(*position),
                false => is_conclusion.then(|| json!(event.kind)),
            };
            let what = match self.full {
                true => event.effect.tell(&event.kind, Language::De),
                false => event.kind.without_reason().sentence(Language::De),
            };
            json!({
                "position": position,
                "at": moment(event.at),
                "kind": event.kind.key(),
                "what": what,
                "who": who,
                "details": details,
                "access": (!event.effect.is_empty()).then(|| self.access(&event.effect)),
            })
        };
        let readable = |(_, event): &&(i64, Event)| self.full || !event.kind.is_internal();
        Value::Array(self.events.iter().filter(readable).map(one).collect())
    }

    /// The details of an event as they were hashed, without the effect, which is listed
    /// separately, and the steps, which are for other systems.
    fn as_hashed(&self, position: i64) -> Option<Value> {
        // The chain is sorted newest first.
        let at = self
            .chain
            .binary_search_by(|entry| position.cmp(&entry.frame.position));
        let mut details = self.chain.get(at.ok()?)?.content.as_ref()?.details.clone();
        if let Some(fields) = details.as_object_mut() {
            fields.remove(Effect::FIELD);
            fields.remove(Steps::FIELD);
        }
        Some(details)
    }

    /// Whose access an event gave and took (EV-11). Names and number of a partner's users are only
    /// for the operator.
    fn access(&self, effect: &Effect) -> Value {
        if self.full {
            return json!(effect);
        }
        let companies = |list: &[PartnerAccess]| {
            let names = |one: &PartnerAccess| -> Vec<String> {
                let names = one.modules.iter().map(|name| name.de.clone());
                names.collect()
            };
            let one = |one: &PartnerAccess| json!({ "name": one.name, "modules": names(one) });
            Value::Array(list.iter().map(one).collect())
        };
        json!({ "opened": companies(&effect.opened), "closed": companies(&effect.closed) })
    }

    /// Everything that is hashed of an event, so that any reader can verify the hash.
    pub(super) fn chain(&self) -> Value {
        let one = |entry: &Entry| {
            let frame = &entry.frame;
            let content = entry.content.as_ref().filter(|_| self.full);
            json!({
                "position": frame.position,
                "at": frame.moment(),
                "kind": frame.kind,
                "customer_number": frame.customer.map(|number| number.to_string()),
                "status_before": frame.before,
                "status_after": frame.after,
                "content": content.map(Content::hashed),
                "content_sha256": frame.content.to_string(),
                "previous_sha256": frame.previous.to_string(),
                "sha256": entry.hash.to_string(),
                "erased_by": entry.erased_by,
            })
        };
        Value::Array(self.chain.iter().map(one).collect())
    }

    pub(super) fn mails(&self) -> Value {
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
                "text_sha256": mail.body_hash.as_ref().filter(|_| !mail.parts.is_empty()),
                "parts": mail.parts,
                "message_sha256": mail.body_hash.as_ref().filter(|_| mail.parts.is_empty()),
                "server_reply": mail.reply,
                "attempts": mail.attempts,
            })
        };
        Value::Array(self.mails.iter().filter(own).map(one).collect())
    }

    /// Objections to the whole agreement (EV-10). Note, recorder and letter are only for the
    /// operator.
    pub(super) fn objections(&self) -> Value {
        let all = self.objections.iter().map(|(line, files)| {
            json!({
                "agreement": line.agreement,
                "channel": line.channel,
                "received_on": line.received_on.to_string(),
                "recorded_at": moment(line.recorded_at),
                "recorded_by": self.full.then_some(&line.recorded_by),
                "note": self.full.then_some(&line.note),
                "proofs": proofs(files),
            })
        });
        Value::Array(all.collect())
    }

    /// Announced changes and the dissents from them (EV-12).
    pub(super) fn notices(&self) -> Value {
        let all = self.notices.iter().map(|(notice, files)| {
            let facts = &notice.facts;
            let dissent = facts.dissent.as_ref().map(|one| {
                let recorded = DissentWay::RECORDED.contains(&one.way);
                json!({
                    "way": one.way,
                    "received_on": one.received_on.to_string(),
                    "declared_at": moment(one.at),
                    "person": one.person,
                    // The operator's notes about a letter or a call are only for the operator.
                    "text": (self.full || !recorded).then_some(&one.text),
                })
            });
            json!({
                "announcement": notice.announcement.to_string(),
                "notice": notice.id.to_string(),
                "made_at": moment(notice.made_at),
                "sent_at": facts.sent_at.map(moment),
                "failed_at": facts.failed_at.map(moment),
                "period_end": facts.period_end().map(moment),
                "dissent": dissent,
                "settled_at": facts.settled.map(|(at, _)| moment(at)),
                "settled_how": facts.settled.map(|(_, how)| how),
                "settled_note": self.full.then_some(&notice.settled_note),
                "proofs": proofs(files),
            })
        });
        Value::Array(all.collect())
    }
}

fn proofs(files: &[ProofFile]) -> Value {
    let all = files.iter().map(|one| {
        json!({
            "file": one.enclosed.as_ref().map(|(name, _)| name),
            "sha256": one.sha256,
            "uploaded_at": moment(one.uploaded_at),
        })
    });
    Value::Array(all.collect())
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}
