//! Announced changes of sub-processors in the log.

use chrono::NaiveDate;

use super::super::dates::short_date;
use crate::domain::Language;
use crate::domain::audit::AnnouncementAuditEvent;
use crate::domain::notice::{DissentWay, Settlement};

/// What was done to an announcement, German and English.
pub(super) fn announced(event: AnnouncementAuditEvent) -> (&'static str, &'static str) {
    use AnnouncementAuditEvent as D;
    match event {
        D::Drafted => ("Änderungsmitteilung begonnen", "Change announcement begun"),
        D::Changed => (
            "Entwurf der Änderungsmitteilung geändert",
            "Draft of the change announcement altered",
        ),
        D::Discarded => (
            "Entwurf der Änderungsmitteilung verworfen",
            "Draft of the change announcement discarded",
        ),
        D::Confirmed => (
            "Änderungsmitteilung bestätigt, Versand begonnen",
            "Change announcement confirmed, sending begun",
        ),
        D::Paused => (
            "Versand der Änderungsmitteilung angehalten",
            "Sending of the change announcement paused",
        ),
        D::Resumed => (
            "Versand der Änderungsmitteilung fortgesetzt",
            "Sending of the change announcement resumed",
        ),
        D::Finished => (
            "Änderungsmitteilung an alle Kunden in den Versand gegeben",
            "Change announcement queued for all customers",
        ),
    }
}

/// How a dissent was settled, German and English.
pub(super) fn settled(how: Settlement) -> (&'static str, &'static str) {
    match how {
        Settlement::Withdrawn => (
            "Einspruch zurückgenommen",
            "Dissent from the change withdrawn",
        ),
        Settlement::Exempted => (
            "Kunde von der angekündigten Änderung ausgenommen",
            "Customer exempted from the announced change",
        ),
        Settlement::Terminated => (
            "Betroffenes Produkt nach Einspruch gekündigt",
            "Affected product terminated after the dissent",
        ),
        Settlement::NewAgreement => (
            "Durch einen neuen Vertrag erledigt",
            "Settled by a new agreement",
        ),
    }
}

/// That the customer dissented from an announced change (row 39).
pub(super) fn dissented(way: DissentWay, received_on: NaiveDate, language: Language) -> String {
    let day = short_date(received_on, language);
    if language.is_en() {
        let way = way.word_en();
        format!("Dissent from the announced change, received on {day} {way}")
    } else {
        let way = way.word();
        format!("Einspruch gegen die angekündigte Änderung, eingegangen am {day} {way}")
    }
}
