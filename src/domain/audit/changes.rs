//! Announced changes of sub-processors: what is done to them, and the sentences about it. And longer
//! sentences about others.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::kinds::joined;
use super::{AuditKind, ClosedAccess};
use crate::domain::Language;
use crate::domain::calendar::{short_date, zoned_moment};
use crate::domain::case::Channel;
use crate::domain::mail::RequestReason;
use crate::domain::master_data::FieldChange;
use crate::domain::notice::{DissentWay, Settlement};
use crate::domain::product::Named;
use crate::domain::second_factor::FactorChange;

/// What was done to an announcement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnnouncementAuditEvent {
    /// A draft was begun.
    Drafted,
    /// The draft was changed.
    Changed,
    /// The draft was thrown away.
    Discarded,
    /// It was confirmed; its notices go out.
    Confirmed,
    /// Sending was interrupted.
    Paused,
    /// Sending goes on.
    Resumed,
    /// Every customer has its notice.
    Finished,
}

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

/// What a user did to the own second factor, German and English.
pub(super) fn factor(change: FactorChange) -> (&'static str, &'static str) {
    match change {
        FactorChange::SetUp => ("Zweiten Faktor eingerichtet", "Second factor set up"),
        FactorChange::Replaced => (
            "Zweiten Faktor durch einen neuen ersetzt",
            "Second factor replaced by a new one",
        ),
        FactorChange::Removed => ("Zweiten Faktor entfernt", "Second factor removed"),
        FactorChange::Reset => ("Zweiter Faktor zurückgesetzt", "Second factor reset"),
        FactorChange::CodesRenewed => {
            ("Wiederherstellungscodes erneuert", "Recovery codes renewed")
        }
        FactorChange::CodeUsed => ("Wiederherstellungscode verbraucht", "Recovery code used"),
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

/// What became of an address of a customer that a partner entered (A4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AddressStep {
    /// It was entered and waits.
    Entered,
    /// Whoever entered it took it back.
    TakenBack,
    /// The former address was told; the time runs.
    Told,
    /// The former address could not be told; it needs the operator.
    Held,
    /// The waiting time was over.
    Passed,
    /// The operator confirmed it.
    Confirmed,
    /// The operator refused it.
    Refused,
    /// The former address stopped it.
    Stopped,
}

/// That, with the masked address.
pub(super) fn entered(to: &str, what: AddressStep, language: Language) -> String {
    use AddressStep as S;
    let (de, en) = match what {
        S::Entered => (
            "eingetragen, wartet auf Bestätigung",
            "entered, waits for confirmation",
        ),
        S::TakenBack => ("zurückgenommen", "taken back"),
        S::Told => (
            "wartet, die bisherige Adresse weiß davon",
            "waits, the former address has been told",
        ),
        S::Held => (
            "wartet auf den Betreiber, die bisherige Adresse war nicht zu erreichen",
            "waits for the operator, the former address could not be reached",
        ),
        S::Passed => (
            "gilt nach Ablauf der Wartezeit, unbestätigt",
            "holds after the waiting time, unconfirmed",
        ),
        S::Confirmed => ("bestätigt", "confirmed"),
        S::Refused => ("abgelehnt", "refused"),
        S::Stopped => (
            "von der bisherigen Adresse gestoppt",
            "stopped by the former address",
        ),
    };
    match language {
        Language::De => format!("E-Mail-Adresse {to} {de}"),
        Language::En => format!("E-mail address {to} {en}"),
    }
}

/// That a customer was added, who looks after it and what it booked.
pub(super) fn arrived(
    [partner, sub_partner]: [Option<&str>; 2],
    product: Option<&Named>,
    language: Language,
) -> String {
    let words = match language {
        Language::De => [
            Some("Kunde angelegt".to_owned()),
            partner.map(|name| format!("Vertriebspartner {name}")),
            sub_partner.map(|name| format!("Untervertriebspartner {name}")),
            product.map(|name| format!("{} gebucht", name.de)),
        ],
        Language::En => [
            Some("Customer added".to_owned()),
            partner.map(|name| format!("sales partner {name}")),
            sub_partner.map(|name| format!("sub-partner {name}")),
            product.map(|name| format!("{} booked", name.en)),
        ],
    };
    words.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// That an answer to a mail was filed to its customer, or put away without one.
pub(super) fn answered(received_on: NaiveDate, is_filed: bool, language: Language) -> String {
    let day = short_date(received_on, language);
    match (language, is_filed) {
        (Language::De, true) => format!("Antwort vom {day} dem Kunden zugeordnet"),
        (Language::De, false) => format!("Antwort vom {day} ohne Kunden abgelegt"),
        (Language::En, true) => format!("Answer of {day} filed to the customer"),
        (Language::En, false) => format!("Answer of {day} put away without a customer"),
    }
}

/// That the master-data address was changed; `despite`: why, although it is the partner's.
pub(super) fn moved(to: &str, despite: Option<&str>, language: Language) -> String {
    match (despite, language) {
        (Some(reason), Language::De) => {
            format!("E-Mail-Adresse geändert auf {to}, obwohl sie zum Partner gehört: {reason}")
        }
        (Some(reason), Language::En) => {
            format!("E-mail address changed to {to} although it is the partner's: {reason}")
        }
        (None, Language::De) => format!("E-Mail-Adresse geändert auf {to}"),
        (None, Language::En) => format!("E-mail address changed to {to}"),
    }
}

/// That master data were changed: which, from what to what (C10). Events of earlier days have the
/// former name alone.
pub(super) fn corrected(
    former_name: Option<&str>,
    changed: &[FieldChange],
    language: Language,
) -> String {
    let (what, formerly) = if language.is_en() {
        ("Master data changed", "formerly")
    } else {
        ("Stammdaten geändert", "vorher")
    };
    match former_name {
        Some(name) if changed.is_empty() => format!("{what}, {formerly} {name}"),
        None if changed.is_empty() => what.to_owned(),
        _ => {
            let words: Vec<String> = changed.iter().map(|one| one.words(language)).collect();
            format!("{what}. {}", words.join("; "))
        }
    }
}

/// What followed for a customer from a change of the catalogue (P-07).
pub(super) fn reviewed(needed: bool, asked: bool, language: Language) -> String {
    let (de, en) = match (needed, asked) {
        (_, true) => (
            "Nach Änderung des Produktkatalogs angefordert",
            "Asked after the catalogue changed",
        ),
        (true, false) => (
            "Nach Änderung des Produktkatalogs ist ein AVV nötig, noch nicht angefordert",
            "An agreement is needed since the catalogue changed, not asked for yet",
        ),
        (false, false) => (
            "Nach Änderung des Produktkatalogs ist kein Abschluss mehr nötig",
            "No conclusion is needed any more since the catalogue changed",
        ),
    };
    if language.is_en() { en } else { de }.to_owned()
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

/// That another Mandant looks after the customer, or none.
pub(super) fn assigned(from: Option<&str>, to: Option<&str>, language: Language) -> String {
    match (from, to, language) {
        (Some(from), Some(to), Language::De) => {
            format!("Vertriebspartner gewechselt von {from} zu {to}")
        }
        (Some(from), Some(to), Language::En) => {
            format!("Sales partner changed from {from} to {to}")
        }
        (None, Some(to), Language::De) => format!("{to} als Vertriebspartner zugeordnet"),
        (None, Some(to), Language::En) => format!("{to} assigned as sales partner"),
        (Some(from), None, Language::De) => format!("Vertriebspartner {from} entfernt"),
        (Some(from), None, Language::En) => format!("Sales partner {from} removed"),
        (None, None, Language::De) => "Kein Vertriebspartner zugeordnet".to_owned(),
        (None, None, Language::En) => "No sales partner assigned".to_owned(),
    }
}

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

/// That the customer objected, by which way, and whose access that closed: "What; access closed for A
/// (module) and B (module)" (EV-11).
pub(super) fn objected(
    number: Option<&str>,
    channel: Channel,
    closed: &[ClosedAccess],
    language: Language,
) -> String {
    let (way, what, words) = if language.is_en() {
        let way = match channel {
            Channel::Portal => "in the portal",
            Channel::Email => "by e-mail",
            Channel::Letter => "by letter",
            Channel::Phone => "by phone",
        };
        let what = match number {
            Some(number) => format!("Objection to {number}"),
            None => "Objection before conclusion".to_owned(),
        };
        (way, what, "access closed for")
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

/// That what is personal in `count` events was erased (S-80).
pub(super) fn erased(count: usize, language: Language) -> String {
    match (count, language) {
        (1, Language::De) => "Inhalt eines Protokolleintrags gelöscht".to_owned(),
        (1, Language::En) => "Contents of one log entry erased".to_owned(),
        (more, Language::De) => format!("Inhalt von {more} Protokolleinträgen gelöscht"),
        (more, Language::En) => format!("Contents of {more} log entries erased"),
    }
}

/// "What: why", or only what, for readers who do not learn why.
pub(super) fn because(what: &str, why: &str) -> String {
    if why.is_empty() {
        what.to_owned()
    } else {
        format!("{what}: {why}")
    }
}
