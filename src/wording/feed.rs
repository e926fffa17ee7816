//! Types of events, for whoever chooses which another system gets.

use crate::domain::feed::EventType;

impl EventType {
    /// What happened, in German.
    pub fn word(self) -> &'static str {
        match self {
            Self::CustomerCreated => "Kunde angelegt",
            Self::CustomerUpdated => "Stammdaten oder Betreuung geändert",
            Self::CustomerDeleted => "Kunde gelöscht",
            Self::BookingCreated => "Produkt gebucht",
            Self::BookingChanged => "Option oder Ende einer Buchung geändert",
            Self::BookingEnded => "Buchung beendet",
            Self::AgreementRequested => "AVV angefordert",
            Self::AgreementReminded => "An den AVV erinnert",
            Self::AgreementExpired => "Anforderung ohne Antwort abgelaufen",
            Self::AgreementDeclined => "AVV abgelehnt",
            Self::AgreementConcluded => "AVV abgeschlossen",
            Self::AgreementRecorded => "Außerhalb geschlossener AVV erfasst",
            Self::AgreementObjected => "Dem AVV widersprochen",
            Self::AgreementReplaced => "AVV durch einen neuen ersetzt",
            Self::AgreementEnded => "AVV beendet",
            Self::AgreementUpdateRequested => "Neuer Abschluss angefordert",
            Self::AccessOpened => "Zugriff eines Partners geöffnet",
            Self::AccessClosed => "Zugriff eines Partners geschlossen",
            Self::PartnerBlocked => "Partner gesperrt",
            Self::PartnerUnblocked => "Sperre eines Partners aufgehoben",
            Self::DeliveryBounced => "E-Mail an den Kunden nicht zustellbar",
            Self::NoticeSent => "Änderungsmitteilung gesendet",
            Self::NoticeDissented => "Einspruch gegen eine Änderung",
            Self::NoticeSettled => "Einspruch erledigt",
            Self::ContractVersionPublished => "Vertragsfassung veröffentlicht",
            Self::ProductChanged => "Produkt im Katalog angelegt oder geändert",
            Self::AlertRaised => "Hinweis entstanden",
            Self::AlertSettled => "Hinweis geschlossen",
        }
    }
}
