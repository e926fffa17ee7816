//! Endpoints that events are pushed to: what was done to one, why it gets nothing, and what came of a
//! delivery.

use crate::domain::Language;
use crate::domain::webhook::{DeliveryFault, DeliveryOutcome, PauseReason, WebhookAuditEvent};

impl WebhookAuditEvent {
    /// The sentence in the log.
    pub fn sentence(self, host: &str, language: Language) -> String {
        let (de, en) = match self {
            Self::Added => ("angelegt", "added"),
            Self::Rotated => ("Schlüssel gewechselt", "secret rotated"),
            Self::Paused {
                reason: PauseReason::ByHand,
            } => ("angehalten", "paused"),
            Self::Paused {
                reason: PauseReason::Gone,
            } => (
                "angehalten, weil es ihn nicht mehr gibt",
                "paused because it is gone",
            ),
            Self::Paused {
                reason: PauseReason::Failing,
            } => (
                "angehalten, weil er fünf Tage lang nichts annahm",
                "paused because it took nothing for five days",
            ),
            Self::Resumed => ("fortgesetzt", "resumed"),
            Self::Deleted => ("gelöscht", "deleted"),
            Self::Tested => ("Testereignis gesendet", "test event sent"),
            Self::SentAgain => ("Ereignis erneut gesendet", "event sent again"),
        };
        match language {
            Language::De => format!("Webhook an {host}: {de}"),
            Language::En => format!("Webhook to {host}: {en}"),
        }
    }
}

impl PauseReason {
    /// Why an endpoint gets nothing, as a part of a sentence.
    pub fn word(self) -> &'static str {
        match self {
            Self::ByHand => "von Hand angehalten",
            Self::Gone => "angehalten: Der Endpunkt antwortete, dass es ihn nicht mehr gibt (410)",
            Self::Failing => "angehalten: Er nahm fünf Tage lang nichts an",
        }
    }
}

impl DeliveryOutcome {
    /// What came of a delivery.
    pub fn word(self) -> String {
        match self {
            Self::Answered(status @ 200..=299) => format!("angenommen ({status})"),
            Self::Answered(status @ 300..=399) => {
                format!("verweist weiter ({status}), dem folgen wir nicht")
            }
            Self::Answered(status) => format!("abgelehnt ({status})"),
            Self::Failed(fault) => fault.word().to_owned(),
        }
    }
}

impl DeliveryFault {
    fn word(self) -> &'static str {
        match self {
            Self::Unresolved => "Name nicht gefunden",
            Self::Forbidden => {
                "Adresse in einem privaten Netz, das AVV_WEBHOOK_NETWORKS nicht nennt"
            }
            Self::Unreachable => "keine Verbindung",
            Self::Slow => "keine Antwort nach 8 Sekunden",
            Self::Broken => "Verbindung abgebrochen",
            Self::Unsigned => "Schlüssel nicht lesbar: Wechseln Sie ihn",
        }
    }
}
