//! The history in words, German and English: what happened, and who did it.

use super::changes::{announced, answered, corrected, entered, moved, restored, settled};
use super::counts::added;
use super::{AuditKind, ClosedAccess};
use crate::domain::Language;
use crate::domain::calendar::{REMINDERS, short_date};
use crate::domain::case::Channel;
use crate::domain::mail::RequestReason;

impl AuditKind {
    /// The sentence in the history.
    pub fn sentence(&self, language: Language) -> String {
        if language.is_en() {
            english(self)
        } else {
            german(self)
        }
    }
}

fn german(kind: &AuditKind) -> String {
    use AuditKind as K;
    match kind {
        K::CustomerAdded => "Kunde angelegt".to_owned(),
        K::Booked { product, .. } => format!("{product} gebucht"),
        K::OptionChanged { product, .. } => format!("Option geändert: jetzt {product}"),
        K::Cancelled { product, last_day } => {
            let day = short_date(*last_day, Language::De);
            format!("{product} gekündigt zum {day}")
        }
        K::CancellationTakenBack { product } => format!("Kündigung von {product} zurückgenommen"),
        K::BookingsEnded { products } => format!("Beendet: {}", products.join(", ")),
        K::PartnerAssigned { from, to } => match (from, to) {
            (Some(from), Some(to)) => format!("Vertriebspartner gewechselt von {from} zu {to}"),
            (None, Some(to)) => format!("{to} als Vertriebspartner zugeordnet"),
            (Some(from), None) => format!("Vertriebspartner {from} entfernt"),
            (None, None) => "Kein Vertriebspartner zugeordnet".to_owned(),
        },
        K::Partner { name, deed, .. } => deed.sentence(name, Language::De),
        K::ContractVersion { name, deed, .. } => deed.sentence(name, Language::De),
        K::ToldPartnerBlocked { name } => format!("Kunde über die Sperrung von {name} informiert"),
        K::ToldOfVersion { version } => {
            format!("Kunde über die Vertragsfassung {version} informiert")
        }
        K::RollOut { version, deed, .. } => deed.sentence(version, Language::De),
        K::Asked { reason } => match reason {
            RequestReason::First | RequestReason::Manual => "Anforderung gesendet",
            RequestReason::SubPartner => {
                "Anforderung mit geändertem Untervertriebspartner gesendet"
            }
            RequestReason::Product => "Ergänzung für ein weiteres Produkt angefordert",
            RequestReason::Partner => "Neuabschluss angefordert",
            RequestReason::Particulars => "Anforderung mit berichtigten Stammdaten gesendet",
            RequestReason::Version => "Anforderung mit neuer Vertragsfassung gesendet",
            RequestReason::InError => "Anforderung nach irrtümlich erfasstem Widerspruch gesendet",
            RequestReason::RollOut => "Abschluss der neuen Vertragsfassung angefordert",
            RequestReason::Succession => "Neuabschluss mit den heutigen Angaben angefordert",
        }
        .to_owned(),
        K::Reminded { number } => format!("Erinnerung {number} von {REMINDERS} gesendet"),
        K::Expired => "Ohne Antwort abgelaufen".to_owned(),
        K::NotNeeded => "Anforderung geschlossen, kein AVV mehr nötig".to_owned(),
        K::Undeliverable => "E-Mail nicht zustellbar".to_owned(),
        K::LinkOpened => "Link geöffnet".to_owned(),
        K::SubPartnerNamed { name: Some(name) } => {
            format!("{name} als Untervertriebspartner gewählt")
        }
        K::SubPartnerNamed { name: None } => "Untervertriebspartner entfernt".to_owned(),
        K::EmailChanged { to, despite, .. } => moved(to, despite.as_deref(), Language::De),
        K::EnteredAddress { to, what } => entered(to, *what, Language::De),
        K::PartyChanged {
            former_name,
            changed,
        } => corrected(former_name.as_deref(), changed, Language::De),
        K::CustomerDeleted { reason } => because("Kunde gelöscht", reason),
        K::LinksLocked { reason, .. } => because("Alle Links gesperrt", reason),
        K::Concluded { number, .. } => format!("Vertrag {number} abgeschlossen"),
        K::ConcludedOnPaper {
            number,
            proposed_by,
            ..
        } => {
            format!(
                "Vertrag {number} auf Papier geschlossen und erfasst, vorgeschlagen von {proposed_by}"
            )
        }
        K::Restored { .. } => restored(kind, Language::De),
        K::Declined => "Abschluss abgelehnt".to_owned(),
        K::Objected {
            number,
            channel,
            closed,
        } => {
            let way = channel.word();
            let what = match number {
                Some(number) => format!("Widerspruch gegen {number} ({way})"),
                None => format!("Widerspruch vor Abschluss ({way})"),
            };
            with_closed(&what, "Zugriff geschlossen für", closed)
        }
        K::ProofAdded { .. } => "Nachweis zum Widerspruch hinzugefügt".to_owned(),
        K::Proposed { proposal } => {
            format!("Vorgeschlagen: {}", proposal.word(Language::De))
        }
        K::ProposalRejected { proposal, reason } => {
            let what = format!("Vorschlag abgelehnt ({})", proposal.word(Language::De));
            because(&what, reason)
        }
        K::ProposalWithdrawn { proposal } => {
            format!("Vorschlag zurückgezogen: {}", proposal.word(Language::De))
        }
        K::ObjectedInError { number, reason, .. } => {
            let what = format!("Widerspruch gegen {number} war irrtümlich erfasst");
            because(&what, reason)
        }
        K::MailSent { subject, to } => format!("E-Mail „{subject}“ an {to} gesendet"),
        K::MailFailed { reply } => format!("E-Mail nicht gesendet: {reply}"),
        K::MailReturned { reply } => format!("E-Mail zurückgekommen: {reply}"),
        K::MailRetried => "E-Mail noch einmal in den Versand gegeben".to_owned(),
        K::ContractResent { number } => format!("Vertrag {number} noch einmal per E-Mail gesendet"),
        K::AlertTaken { alert } => format!("Hinweis „{}“ übernommen", alert.word()),
        K::AlertDone { alert } => format!("Hinweis „{}“ erledigt", alert.word()),
        K::ReplyFiled { received_on } => answered(*received_on, true, Language::De),
        K::ReplyPutAway { received_on } => answered(*received_on, false, Language::De),
        K::MailTested { to } => format!("Test-E-Mail an {to} gesendet"),
        K::Downloaded { number } => format!("Vertrag {number} heruntergeladen"),
        K::SignedIn => "Angemeldet".to_owned(),
        K::SignedOut => "Abgemeldet".to_owned(),
        K::PasswordSet => "Passwort gesetzt".to_owned(),
        K::UserAdded { name, counts } => added(name, *counts, Language::De),
        K::AdministratorConfirmed { name } => format!("Konto von {name} bestätigt"),
        K::UserDisabled { name } => format!("Benutzer {name} gesperrt"),
        K::UserEnabled { name } => format!("Sperre von {name} aufgehoben"),
        K::UserErased { user } => format!("Daten des gesperrten Benutzers {user} gelöscht"),
        K::Announcement { deed, .. } => announced(*deed).0.to_owned(),
        K::NoticeMailed { subject, to } => format!("E-Mail „{subject}“ an {to} gesendet"),
        K::NoticeResent => "Änderungsmitteilung noch einmal in den Versand gegeben".to_owned(),
        K::Dissented {
            way, received_on, ..
        } => {
            let day = short_date(*received_on, Language::De);
            format!(
                "Einspruch gegen die angekündigte Änderung, eingegangen am {day} {}",
                way.word()
            )
        }
        K::DissentSettled { how, note } => because(settled(*how).0, note),
        K::OperatorSaved => "Angaben zum Betreiber geändert".to_owned(),
        K::Erased { positions, .. } => match positions.len() {
            1 => "Inhalt eines Protokolleintrags gelöscht".to_owned(),
            more => format!("Inhalt von {more} Protokolleinträgen gelöscht"),
        },
    }
}

fn english(kind: &AuditKind) -> String {
    use AuditKind as K;
    match kind {
        K::CustomerAdded => "Customer added".to_owned(),
        K::Booked { product, .. } => format!("{product} booked"),
        K::OptionChanged { product, .. } => format!("Option changed: now {product}"),
        K::Cancelled { product, last_day } => {
            let day = short_date(*last_day, Language::En);
            format!("{product} cancelled as of {day}")
        }
        K::CancellationTakenBack { product } => format!("Cancellation of {product} withdrawn"),
        K::BookingsEnded { products } => format!("Ended: {}", products.join(", ")),
        K::PartnerAssigned { from, to } => match (from, to) {
            (Some(from), Some(to)) => format!("Sales partner changed from {from} to {to}"),
            (None, Some(to)) => format!("{to} assigned as sales partner"),
            (Some(from), None) => format!("Sales partner {from} removed"),
            (None, None) => "No sales partner assigned".to_owned(),
        },
        K::Partner { name, deed, .. } => deed.sentence(name, Language::En),
        K::ContractVersion { name, deed, .. } => deed.sentence(name, Language::En),
        K::ToldPartnerBlocked { name } => format!("Customer informed that {name} is blocked"),
        K::ToldOfVersion { version } => format!("Customer informed of agreement version {version}"),
        K::RollOut { version, deed, .. } => deed.sentence(version, Language::En),
        K::Asked { reason } => match reason {
            RequestReason::First | RequestReason::Manual => "Request sent",
            RequestReason::SubPartner => "Request with another sub-partner sent",
            RequestReason::Product => "Amendment for a further product requested",
            RequestReason::Partner => "New agreement requested",
            RequestReason::Particulars => "Request with corrected particulars sent",
            RequestReason::Version => "Request with a new agreement version sent",
            RequestReason::InError => "Request after an objection recorded in error sent",
            RequestReason::RollOut => "Conclusion of the new agreement version requested",
            RequestReason::Succession => "New agreement with today's particulars requested",
        }
        .to_owned(),
        K::Reminded { number } => format!("Reminder {number} of {REMINDERS} sent"),
        K::Expired => "Expired without reply".to_owned(),
        K::NotNeeded => "Request closed, no agreement needed any more".to_owned(),
        K::Undeliverable => "E-mail undeliverable".to_owned(),
        K::LinkOpened => "Link opened".to_owned(),
        K::SubPartnerNamed { name: Some(name) } => format!("{name} named as sub-partner"),
        K::SubPartnerNamed { name: None } => "Sub-partner removed".to_owned(),
        K::EmailChanged { to, despite, .. } => moved(to, despite.as_deref(), Language::En),
        K::EnteredAddress { to, what } => entered(to, *what, Language::En),
        K::PartyChanged {
            former_name,
            changed,
        } => corrected(former_name.as_deref(), changed, Language::En),
        K::CustomerDeleted { reason } => because("Customer deleted", reason),
        K::LinksLocked { reason, .. } => because("All links locked", reason),
        K::Concluded { number, .. } => format!("Agreement {number} concluded"),
        K::ConcludedOnPaper { number, .. } => {
            format!("Agreement {number} concluded on paper and recorded")
        }
        K::Restored { .. } => restored(kind, Language::En),
        K::Declined => "Conclusion declined".to_owned(),
        K::Objected {
            number,
            channel,
            closed,
        } => {
            let way = match channel {
                Channel::Portal => "in the portal",
                Channel::Email => "by e-mail",
                Channel::Letter => "by letter",
                Channel::Phone => "by phone",
            };
            let what = match number {
                Some(number) => format!("Objection to {number} ({way})"),
                None => format!("Objection before conclusion ({way})"),
            };
            with_closed(&what, "access closed for", closed)
        }
        K::ProofAdded { .. } => "Proof of the objection added".to_owned(),
        K::Proposed { proposal } => format!("Proposed: {}", proposal.word(Language::En)),
        K::ProposalRejected { proposal, reason } => {
            let what = format!("Proposal rejected ({})", proposal.word(Language::En));
            because(&what, reason)
        }
        K::ProposalWithdrawn { proposal } => {
            format!("Proposal withdrawn: {}", proposal.word(Language::En))
        }
        K::ObjectedInError { number, reason, .. } => {
            let what = format!("Objection to {number} had been recorded in error");
            because(&what, reason)
        }
        K::MailSent { subject, to } => format!("E-mail “{subject}” sent to {to}"),
        K::MailFailed { reply } => format!("E-mail not sent: {reply}"),
        K::MailReturned { reply } => format!("E-mail came back: {reply}"),
        K::MailRetried => "E-mail put into the queue once more".to_owned(),
        K::ContractResent { number } => format!("Agreement {number} sent once more by e-mail"),
        K::AlertTaken { alert } => format!("Alert “{}” taken", alert.word_en()),
        K::AlertDone { alert } => format!("Alert “{}” finished", alert.word_en()),
        K::ReplyFiled { received_on } => answered(*received_on, true, Language::En),
        K::ReplyPutAway { received_on } => answered(*received_on, false, Language::En),
        K::MailTested { to } => format!("Test e-mail sent to {to}"),
        K::Downloaded { number } => format!("Agreement {number} downloaded"),
        K::SignedIn => "Signed in".to_owned(),
        K::SignedOut => "Signed out".to_owned(),
        K::PasswordSet => "Password set".to_owned(),
        K::UserAdded { name, counts } => added(name, *counts, Language::En),
        K::AdministratorConfirmed { name } => format!("Account of {name} confirmed"),
        K::UserDisabled { name } => format!("User {name} disabled"),
        K::UserEnabled { name } => format!("User {name} let in again"),
        K::UserErased { user } => format!("Data of the locked user {user} erased"),
        K::Announcement { deed, .. } => announced(*deed).1.to_owned(),
        K::NoticeMailed { subject, to } => format!("E-mail “{subject}” sent to {to}"),
        K::NoticeResent => "Change announcement put into the queue once more".to_owned(),
        K::Dissented {
            way, received_on, ..
        } => {
            let day = short_date(*received_on, Language::En);
            format!(
                "Objection to the announced change, received on {day} {}",
                way.word_en()
            )
        }
        K::DissentSettled { how, note } => because(settled(*how).1, note),
        K::OperatorSaved => "Operator's particulars changed".to_owned(),
        K::Erased { positions, .. } => match positions.len() {
            1 => "Contents of one log entry erased".to_owned(),
            more => format!("Contents of {more} log entries erased"),
        },
    }
}

/// "What; access closed for A (module) and B (module)" (EV-11).
fn with_closed(what: &str, words: &str, closed: &[ClosedAccess]) -> String {
    if closed.is_empty() {
        return what.to_owned();
    }
    let whose: Vec<String> = closed
        .iter()
        .map(|one| format!("{} ({})", one.name, one.modules.join(", ")))
        .collect();
    format!("{what}; {words} {}", whose.join(", "))
}

/// "What: why", or only what, for readers who do not learn why.
fn because(what: &str, why: &str) -> String {
    if why.is_empty() {
        what.to_owned()
    } else {
        format!("{what}: {why}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_say_the_same_details() {
        let objected = |number: Option<&str>| AuditKind::Objected {
            number: number.map(str::to_owned),
            channel: Channel::Letter,
            closed: Vec::new(),
        };
        let assigned = |from: Option<&str>, to: Option<&str>| AuditKind::PartnerAssigned {
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
        };
        for (kind, de, en) in [
            (
                objected(Some("AVV-1")),
                "Widerspruch gegen AVV-1 (per Brief)",
                "Objection to AVV-1 (by letter)",
            ),
            (
                objected(None),
                "Widerspruch vor Abschluss (per Brief)",
                "Objection before conclusion (by letter)",
            ),
            (
                assigned(Some("A"), Some("B")),
                "Vertriebspartner gewechselt von A zu B",
                "Sales partner changed from A to B",
            ),
            (
                assigned(Some("A"), None),
                "Vertriebspartner A entfernt",
                "Sales partner A removed",
            ),
            (
                AuditKind::Cancelled {
                    product: "Tengo".to_owned(),
                    last_day: chrono::NaiveDate::default(),
                },
                "Tengo gekündigt zum 01.01.1970",
                "Tengo cancelled as of 1 Jan 1970",
            ),
            (
                AuditKind::Erased {
                    positions: vec![1, 2],
                    key: String::new(),
                    signature: String::new(),
                },
                "Inhalt von 2 Protokolleinträgen gelöscht",
                "Contents of 2 log entries erased",
            ),
        ] {
            assert_eq!(kind.sentence(Language::De), de);
            assert_eq!(kind.sentence(Language::En), en);
        }
    }
}
