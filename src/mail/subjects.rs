//! Subjects: the task first, then company and customer number (4.5).

use super::content::{CaseWords, Content, NoLonger, NoteWords};
use super::words::Words;
use crate::domain::calendar::REMINDERS;
use crate::domain::mail::{Alert, PartnerNews, RequestReason};

impl Words<'_> {
    /// The subject of the letter.
    pub(super) fn subject(&self, content: &Content) -> String {
        let portal = format!("{} AVV-Portal", self.operator.short_name);
        let portal = portal.trim_start();
        match content {
            Content::Request { case, reason, .. } => self.about(self.please(case, *reason), case),
            Content::Reminder { case, number, .. } => {
                let lead = if self.en() {
                    format!("Reminder {number} of {REMINDERS}: data processing agreement for")
                } else {
                    format!("Erinnerung {number} von {REMINDERS}: Auftragsverarbeitungsvertrag für")
                };
                self.about(&lead, case)
            }
            Content::Concluded { case, .. } => {
                self.about_contract("Abgeschlossen", "Concluded", case)
            }
            Content::Declined { case, .. } => self.about_contract("Abgelehnt", "Declined", case),
            Content::Objected { case, .. } => {
                self.about_contract("Widerspruch erhalten", "Objection received", case)
            }
            Content::NewVersion { case, .. } => self.about_contract(
                "Neue Fassung, nichts zu tun",
                "New version, nothing to do",
                case,
            ),
            Content::Note { case, note, .. } => self.note(note, case),
            Content::Announcement { case, .. } => self.about(
                if self.en() {
                    "Change of sub-processors announced for"
                } else {
                    "Änderung bei weiteren Auftragsverarbeitern für"
                },
                case,
            ),
            Content::Dissented { case, .. } => self.about(
                if self.en() {
                    "Objection received: change of sub-processors for"
                } else {
                    "Einspruch erhalten: Änderung bei weiteren Auftragsverarbeitern für"
                },
                case,
            ),
            Content::DissentSettled { case, .. } => self.about(
                if self.en() {
                    "Result of your objection: change of sub-processors for"
                } else {
                    "Ergebnis zu Ihrem Einspruch: Änderung bei weiteren Auftragsverarbeitern für"
                },
                case,
            ),
            Content::Ended { case, .. } => self.about_contract("Beendet", "Ended", case),
            Content::AddressChanged { case, stop, .. } => self.about(
                match (stop.is_some(), self.en()) {
                    (false, true) => "E-mail address changed for",
                    (false, false) => "E-Mail-Adresse geändert für",
                    (true, true) => "Is this correct? New e-mail address for",
                    (true, false) => "Stimmt das? Neue E-Mail-Adresse für",
                },
                case,
            ),
            Content::PartnerInfo { case, news, .. } => self.about(partner_subject(*news), case),
            Content::PartnerBlocked { .. } => format!("Ihr Zugriff im {portal} ist gesperrt"),
            Content::Alert { case, alert, .. } => self.about(
                match alert {
                    Alert::NoAddress => "E-Mail-Adresse fehlt:",
                    Alert::Undeliverable => "E-Mail nicht zustellbar:",
                    Alert::AddressByPartner => "E-Mail-Adresse vom Partner eingetragen:",
                    Alert::AddressOfPartner => "E-Mail-Adresse gehört zum Partner:",
                    Alert::Dissent => "Einspruch erhalten:",
                    Alert::ContractUndelivered => "Vertrag nicht zustellbar:",
                },
                case,
            ),
            Content::PartnerContractEnds {
                partner, is_over, ..
            } => {
                let what = if *is_over { "ist abgelaufen" } else { "endet" };
                format!("Vertrag nach Art. 28 Abs. 4 {what}: {partner}")
            }
            Content::Approval { what, .. } => what.subject(),
            Content::SetPassword { invitation, .. } => match (self.en(), invitation) {
                (false, true) => format!("Ihr Zugang zum {portal}"),
                (false, false) => format!("Neues Passwort für das {portal}"),
                (true, true) => format!("Your access to the {portal}"),
                (true, false) => format!("New password for the {portal}"),
            },
            Content::AdministratorAdded { unlocked: true, .. } => {
                format!("Administrator im {portal} wieder zugelassen")
            }
            Content::AdministratorAdded { .. } => format!("Neuer Administrator im {portal}"),
            Content::PasswordChanged { .. } if self.en() => {
                format!("Your password for the {portal} was changed")
            }
            Content::PasswordChanged { .. } => {
                format!("Ihr Passwort für das {portal} wurde geändert")
            }
        }
    }

    /// First conclusion, amendment or new conclusion (5.3).
    fn please(&self, case: &CaseWords, reason: RequestReason) -> &'static str {
        let changed = !matches!(
            reason,
            RequestReason::First | RequestReason::Manual | RequestReason::InError
        );
        match (self.en(), case.in_force, case.renews(), changed) {
            (false, true, true, _) => "Bitte neu abschließen: Auftragsverarbeitungsvertrag für",
            (false, true, false, _) => {
                "Bitte abschließen: Ergänzter Auftragsverarbeitungsvertrag für"
            }
            (false, false, _, true) => {
                "Bitte abschließen: Geänderter Auftragsverarbeitungsvertrag für"
            }
            (false, false, _, false) => "Bitte abschließen: Auftragsverarbeitungsvertrag für",
            (true, true, true, _) => "Please accept anew: data processing agreement for",
            (true, true, false, _) => "Please accept: amended data processing agreement for",
            (true, false, _, true) => "Please accept: changed data processing agreement for",
            (true, false, _, false) => "Please accept: data processing agreement for",
        }
    }

    fn note(&self, note: &NoteWords, case: &CaseWords) -> String {
        match note {
            NoteWords::Withdrawn(NoLonger::Covered) if self.en() => self.about(
                "No longer needed: amendment of the data processing agreement for",
                case,
            ),
            NoteWords::Withdrawn(NoLonger::Covered) => self.about(
                "Nicht mehr nötig: Ergänzung des Auftragsverarbeitungsvertrags für",
                case,
            ),
            NoteWords::Withdrawn(_) => {
                self.about_contract("Nicht mehr nötig", "No longer needed", case)
            }
            NoteWords::SubPartnerLeft { .. } => self.about_contract(
                "Untervertriebspartner entfällt",
                "Sub-partner has left",
                case,
            ),
            NoteWords::ProductEnded { .. } => {
                self.about_contract("Produkt beendet", "Product ended", case)
            }
            NoteWords::PartnerBlocked { is_sub_partner, .. } => match (self.en(), is_sub_partner) {
                (false, false) => self.about("Zugriff Ihres Vertriebspartners gesperrt:", case),
                (false, true) => self.about("Zugriff eines Untervertriebspartners gesperrt:", case),
                (true, false) => self.about("Access of your sales partner closed:", case),
                (true, true) => self.about("Access of a sub-partner closed:", case),
            },
        }
    }

    fn about_contract(&self, german: &str, english: &str, case: &CaseWords) -> String {
        if self.en() {
            self.about(&format!("{english}: data processing agreement for"), case)
        } else {
            self.about(&format!("{german}: Auftragsverarbeitungsvertrag für"), case)
        }
    }

    fn about(&self, lead: &str, case: &CaseWords) -> String {
        let number = if self.en() {
            "customer no."
        } else {
            "Kundennr."
        };
        format!(
            "{lead} {} ({number} {})",
            case.customer.name, case.customer_number
        )
    }
}

fn partner_subject(news: PartnerNews) -> &'static str {
    match news {
        PartnerNews::Concluded => "AVV abgeschlossen:",
        PartnerNews::Declined => "AVV abgelehnt:",
        PartnerNews::Expired => "AVV ohne Antwort abgelaufen:",
        PartnerNews::Undeliverable => "Anforderung nicht zustellbar:",
        PartnerNews::Objected => "AVV widersprochen:",
        PartnerNews::Replaced => "Kunde nicht mehr bei Ihnen:",
        PartnerNews::Assigned => "Neuer Kunde für Sie:",
    }
}
