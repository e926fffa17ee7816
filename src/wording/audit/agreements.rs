//! Requests, conclusions and objections in the log.

use super::super::dates::zoned_moment;
use super::joined;
use crate::domain::Language;
use crate::domain::audit::{AuditKind, ClosedAccess};
use crate::domain::case::Channel;
use crate::domain::mail::RequestReason;

/// That the customer was asked to conclude, German and English.
pub(super) fn asked(reason: RequestReason) -> (&'static str, &'static str) {
    use RequestReason as R;
    match reason {
        R::First | R::Manual => ("Anforderung gesendet", "Request sent"),
        R::SubPartner => (
            "Anforderung mit geändertem Untervertriebspartner gesendet",
            "Request with another sub-partner sent",
        ),
        R::Product => (
            "Ergänzung für ein weiteres Produkt angefordert",
            "Amendment for a further product requested",
        ),
        R::Partner => ("Neuabschluss angefordert", "New agreement requested"),
        R::Particulars => (
            "Anforderung mit berichtigten Stammdaten gesendet",
            "Request with corrected particulars sent",
        ),
        R::Version => (
            "Anforderung mit neuer Vertragsfassung gesendet",
            "Request with a new agreement version sent",
        ),
        R::InError => (
            "Anforderung nach irrtümlich erfasstem Widerspruch gesendet",
            "Request after an objection recorded in error sent",
        ),
        R::RollOut => (
            "Abschluss der neuen Vertragsfassung angefordert",
            "Conclusion of the new agreement version requested",
        ),
        R::Succession => (
            "Neuabschluss mit den heutigen Angaben angefordert",
            "New agreement with today's particulars requested",
        ),
    }
}

/// "Vertrag AVV-…, abgeschlossen am …, aus seinem gesiegelten Dokument wiederhergestellt (…)"; nothing of
/// other events.
pub(super) fn restored(kind: &AuditKind, language: Language) -> String {
    let AuditKind::Restored {
        number,
        concluded_at,
        command,
        booked,
        ..
    } = kind
    else {
        return String::new();
    };
    let then = zoned_moment(*concluded_at, language);
    let booked = joined(booked, language);
    let with = |words: &str| match booked.as_str() {
        "" => String::new(),
        booked => format!("{words} {booked}"),
    };
    if language.is_en() {
        let with = with(", with the booking of");
        format!(
            "Agreement {number}, concluded on {then}, restored from its sealed document ({command}){with}"
        )
    } else {
        let with = with(", mit der Buchung von");
        format!(
            "Vertrag {number}, abgeschlossen am {then}, aus seinem gesiegelten Dokument wiederhergestellt ({command}){with}"
        )
    }
}

/// That the customer objected, by which way, and whose access that closed: "What; access closed for A
/// (module) and B (module)" (EV-11).
pub(super) fn objected(
    number: Option<&str>,
    channel: Channel,
    closed: &[ClosedAccess],
    language: Language,
) -> String {
    let (way, what, words) = if language.is_en() {
        let what = match number {
            Some(number) => format!("Objection to {number}"),
            None => "Objection before conclusion".to_owned(),
        };
        (channel.word_en(), what, "access closed for")
    } else {
        let what = match number {
            Some(number) => format!("Widerspruch gegen {number}"),
            None => "Widerspruch vor Abschluss".to_owned(),
        };
        (channel.word(), what, "Zugriff geschlossen für")
    };
    let whose: Vec<String> = closed
        .iter()
        .map(|one| format!("{} ({})", one.name, joined(&one.modules, language)))
        .collect();
    if whose.is_empty() {
        format!("{what} ({way})")
    } else {
        format!("{what} ({way}); {words} {}", whose.join(", "))
    }
}
