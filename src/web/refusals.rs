//! What the rules refuse, as a sentence with a next step (German; the public pages have their own).

use crate::domain::case::{Denied, Refusal, Status};

/// The sentence for a message on the next page.
pub fn sentence(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Deleted => "Dieser Kunde wurde gelöscht. Geändert wurde nichts.",
        Refusal::NotNeeded => {
            "Der Kunde hat kein Produkt, für das ein AVV nötig ist. Es wurde keine E-Mail gesendet."
        }
        Refusal::AlreadyConcluded => {
            "Der AVV ist bereits abgeschlossen. Es wurde keine E-Mail gesendet."
        }
        Refusal::NoAddress => {
            "Beim Kunden ist keine E-Mail-Adresse hinterlegt. Bitte ergänzen Sie zuerst die Stammdaten."
        }
        Refusal::JustSent => {
            "Die E-Mail wurde gerade eben gesendet. Bitte warten Sie eine Minute, bevor Sie sie erneut senden."
        }
        Refusal::TooManyLinks => {
            "Für heute wurden schon mehrere Links gesendet. Bitte versuchen Sie es später noch einmal."
        }
        Refusal::NothingOpen => {
            "Es ist kein Vertrag offen, für den ein Link gesendet werden könnte."
        }
        Refusal::LinkUnusable => "Dieser Link kann nicht mehr verwendet werden.",
        Refusal::TextChanged => {
            "Der Vertragstext hat sich geändert. Bitte lesen Sie ihn noch einmal."
        }
        Refusal::NothingToObject => {
            "Es gilt kein Vertrag, und keine Anforderung ist offen. Ein Widerspruch ist deshalb nicht nötig."
        }
        Refusal::NotDue => "Im Augenblick ist nichts zu tun.",
        Refusal::UnknownProduct => "Dieses Produkt gibt es nicht oder nicht mit dieser Option.",
        Refusal::ForeignSubPartner => {
            "Dieser Untervertriebspartner gehört nicht zum Vertriebspartner des Kunden."
        }
        Refusal::IncompleteSubPartner => {
            "Bei diesem Untervertriebspartner fehlen Kontaktdaten, oder er ist gesperrt. Im Vertrag müssen Anschrift, Ansprechperson und E-Mail-Adresse stehen."
        }
        Refusal::IncompletePartner => {
            "Bei diesem Vertriebspartner fehlen Kontaktdaten, oder er ist gesperrt. Im Vertrag müssen Anschrift, Ansprechperson und E-Mail-Adresse stehen."
        }
        Refusal::NotAPartner => {
            "Ein Untervertriebspartner kann einen Kunden nur zusammen mit seinem Vertriebspartner betreuen. Bitte ordnen Sie zuerst den Vertriebspartner zu."
        }
        Refusal::PartnerAddress => {
            "Diese Adresse gehört zum Vertriebspartner oder Untervertriebspartner dieses Kunden. Den Vertrag muss der Kunde selbst abschließen; bitte geben Sie eine Adresse des Kunden ein."
        }
        Refusal::UnknownBooking => {
            "Diese Buchung gibt es nicht mehr. Bitte laden Sie das Kundenprofil neu."
        }
        Refusal::EndInPast => {
            "Das Ende liegt in der Vergangenheit. Bitte wählen Sie heute oder einen späteren Tag."
        }
        Refusal::NothingInForce => {
            "Für diesen Kunden gilt kein Vertrag, der neu abgeschlossen werden könnte. Senden Sie ihm eine Anforderung."
        }
        Refusal::AlreadyAsked => {
            "Für diesen Kunden ist schon eine Anforderung offen. Es wurde keine weitere E-Mail gesendet."
        }
        Refusal::NoObjection => {
            "Für diesen Kunden ist kein Widerspruch erfasst, der ein Irrtum sein könnte."
        }
        Refusal::Unchanged => "Daran hat sich nichts geändert.",
    }
}

/// Why a module is closed and what helps.
pub fn closed(denied: Denied) -> (&'static str, &'static str) {
    match denied {
        Denied::NotAssigned => (
            "Dieser Kunde ist Ihnen nicht zugeordnet.",
            "Wenden Sie sich an den Betreiber des Portals.",
        ),
        Denied::Blocked => (
            "Ihr Unternehmen ist zurzeit gesperrt.",
            "Wenden Sie sich an den Betreiber des Portals.",
        ),
        Denied::NotBooked => (
            "Der Kunde hat kein Produkt, das zu diesem Bereich gehört.",
            "Prüfen Sie die Buchungen im Kundenprofil.",
        ),
        Denied::NoAgreement(standing) => match standing.status {
            Status::Void => (
                "Der Kunde hat dem Auftragsverarbeitungsvertrag widersprochen.",
                "Sie können ihm eine neue Anforderung senden, wenn er wieder abschließen möchte.",
            ),
            Status::Declined => (
                "Der Kunde hat den Auftragsverarbeitungsvertrag abgelehnt.",
                "Sie können ihm eine neue Anforderung senden, wenn er es sich anders überlegt hat.",
            ),
            Status::NoEmail => (
                "Der Auftragsverarbeitungsvertrag ist noch nicht abgeschlossen, weil die E-Mail-Adresse des Kunden fehlt.",
                "Lassen Sie die E-Mail-Adresse in den Stammdaten ergänzen.",
            ),
            _ => (
                "Der Auftragsverarbeitungsvertrag ist noch nicht abgeschlossen.",
                "Bitten Sie den Kunden, den Link aus der E-Mail zu öffnen, oder senden Sie ihm die E-Mail erneut.",
            ),
        },
        Denied::OtherPartner => (
            "Der Auftragsverarbeitungsvertrag nennt einen anderen Vertriebspartner.",
            "Der Kunde muss den Vertrag neu abschließen.",
        ),
        Denied::SubPartnerNotNamed => (
            "Der Auftragsverarbeitungsvertrag nennt Ihr Unternehmen noch nicht.",
            "Der Kunde muss erst der Ergänzung des Vertrags zustimmen.",
        ),
        Denied::NotCovered => (
            "Der Auftragsverarbeitungsvertrag umfasst dieses Produkt noch nicht.",
            "Der Kunde muss erst die Ergänzung des Vertrags abschließen.",
        ),
    }
}
