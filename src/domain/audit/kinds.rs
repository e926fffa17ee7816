//! The kinds of events as the log page offers them for choice.

use super::AuditKind;
use crate::domain::Language;

/// Key of each kind with its name in German and English, in the order they are offered.
const KINDS: &[(&str, &str, &str)] = &[
    ("customer_added", "Kunde angelegt", "Customer added"),
    ("customer_deleted", "Kunde gelöscht", "Customer deleted"),
    (
        "party_changed",
        "Stammdaten geändert",
        "Master data changed",
    ),
    (
        "email_changed",
        "E-Mail-Adresse geändert",
        "E-mail address changed",
    ),
    (
        "entered_address",
        "E-Mail-Adresse vom Partner",
        "E-mail address by the partner",
    ),
    ("booked", "Produkt gebucht", "Product booked"),
    ("option_changed", "Option geändert", "Option changed"),
    ("cancelled", "Produkt gekündigt", "Product cancelled"),
    (
        "cancellation_taken_back",
        "Kündigung zurückgenommen",
        "Cancellation withdrawn",
    ),
    ("bookings_ended", "Produkt beendet", "Product ended"),
    (
        "partner_assigned",
        "Vertriebspartner zugeordnet",
        "Sales partner assigned",
    ),
    (
        "partner",
        "Vertriebspartner angelegt, geändert, gesperrt",
        "Sales partner added, changed, blocked",
    ),
    ("contract_version", "Vertragsfassung", "Agreement version"),
    (
        "told_of_version",
        "Über neue Fassung informiert",
        "Told of a new version",
    ),
    (
        "roll_out",
        "Umstellung auf neue Fassung",
        "Roll-out of a version",
    ),
    (
        "told_partner_blocked",
        "Sperrung eines Partners mitgeteilt",
        "Told that a partner is blocked",
    ),
    (
        "sub_partner_named",
        "Untervertriebspartner gewählt",
        "Sub-partner named",
    ),
    ("asked", "Anforderung", "Request"),
    ("reminded", "Erinnerung", "Reminder"),
    (
        "expired",
        "Ohne Antwort abgelaufen",
        "Expired without reply",
    ),
    ("not_needed", "Nicht mehr nötig", "No longer needed"),
    ("undeliverable", "Nicht zustellbar", "Undeliverable"),
    ("link_opened", "Link geöffnet", "Link opened"),
    ("links_locked", "Links gesperrt", "Links locked"),
    ("concluded", "Abschluss", "Conclusion"),
    (
        "concluded_on_paper",
        "Abschluss auf Papier",
        "Conclusion on paper",
    ),
    (
        "restored",
        "Abschluss wiederhergestellt",
        "Conclusion restored",
    ),
    ("declined", "Ablehnung", "Declined"),
    ("objected", "Widerspruch", "Objection"),
    ("proof_added", "Nachweis hinzugefügt", "Proof added"),
    (
        "proposed",
        "Vorschlag an zweite Person",
        "Proposal to a second person",
    ),
    (
        "proposal_rejected",
        "Vorschlag abgelehnt",
        "Proposal rejected",
    ),
    (
        "proposal_withdrawn",
        "Vorschlag zurückgezogen",
        "Proposal withdrawn",
    ),
    (
        "objected_in_error",
        "Widerspruch irrtümlich erfasst",
        "Objection recorded in error",
    ),
    (
        "downloaded",
        "Vertrag heruntergeladen",
        "Agreement downloaded",
    ),
    ("mail_sent", "E-Mail gesendet", "E-mail sent"),
    ("mail_failed", "E-Mail nicht gesendet", "E-mail not sent"),
    ("mail_returned", "E-Mail zurückgekommen", "E-mail came back"),
    (
        "mail_retried",
        "E-Mail noch einmal versucht",
        "E-mail tried again",
    ),
    (
        "contract_resent",
        "Vertrag noch einmal gesendet",
        "Agreement sent once more",
    ),
    ("alert_taken", "Hinweis übernommen", "Alert taken"),
    ("alert_done", "Hinweis erledigt", "Alert finished"),
    ("reply_filed", "Antwort zugeordnet", "Answer filed"),
    ("reply_put_away", "Antwort abgelegt", "Answer put away"),
    ("mail_tested", "Test-E-Mail", "Test e-mail"),
    ("signed_in", "Anmeldung", "Signed in"),
    ("signed_out", "Abmeldung", "Signed out"),
    ("password_set", "Passwort gesetzt", "Password set"),
    ("user_added", "Benutzer angelegt", "User added"),
    (
        "administrator_confirmed",
        "Administrator bestätigt",
        "Administrator confirmed",
    ),
    ("user_disabled", "Benutzer gesperrt", "User disabled"),
    (
        "user_enabled",
        "Sperre eines Benutzers aufgehoben",
        "User let in again",
    ),
    ("user_erased", "Benutzer gelöscht", "User erased"),
    ("announcement", "Änderungsmitteilung", "Change announcement"),
    (
        "notice_mailed",
        "E-Mail zu einer Änderungsmitteilung",
        "E-mail about a change announcement",
    ),
    (
        "notice_resent",
        "Änderungsmitteilung noch einmal gesendet",
        "Change announcement sent again",
    ),
    ("dissented", "Einspruch", "Objection to a change"),
    (
        "dissent_settled",
        "Einspruch erledigt",
        "Objection to a change settled",
    ),
    (
        "operator_saved",
        "Angaben zum Betreiber",
        "Operator's particulars",
    ),
    ("erased", "Protokollinhalt gelöscht", "Log contents erased"),
];

/// Key and name of every kind.
pub fn kinds(language: Language) -> impl Iterator<Item = (&'static str, &'static str)> {
    KINDS
        .iter()
        .map(move |(key, de, en)| (*key, if language.is_en() { *en } else { *de }))
}

impl AuditKind {
    /// Name of the kind, for the column and for filters.
    pub fn key(&self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::Object(fields)) => fields
                .get("kind")
                .and_then(|kind| kind.as_str())
                .unwrap_or_default()
                .to_owned(),
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_can_be_chosen() {
        // What serde offers in place of a kind that does not exist is the list of those that do.
        let refused = serde_json::from_str::<AuditKind>(r#"{"kind": "nonsense"}"#).unwrap_err();
        let text = refused.to_string();
        let known: BTreeSet<&str> = text.split('`').skip(3).step_by(2).collect();
        let offered: BTreeSet<&str> = kinds(Language::De).map(|(key, _)| key).collect();
        assert!(known.len() > 20, "{text}");
        assert_eq!(offered, known);
        assert_eq!(offered.len(), KINDS.len());
    }
}
