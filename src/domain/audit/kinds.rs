//! What is known about every kind of event: its names for choice, who reads of it, and its sentences in
//! the history, German and English side by side. A kind without a row does not compile.

use super::AuditKind;
use super::changes::{
    announced, answered, arrived, asked, assigned, because, corrected, dissented, entered, erased,
    factor, moved, objected, restored, reviewed, settled,
};
use super::counts::added;
use crate::domain::Language;
use crate::domain::calendar::{REMINDERS, short_date};
use crate::domain::product::Named;

/// What all events of a kind have in common.
struct EventSpec {
    key: &'static str,
    name: (&'static str, &'static str),
    /// What administrators do among themselves; nobody else reads of it.
    is_internal: bool,
}

macro_rules! rows {
    (@) => { false };
    (@ internal) => { true };
    ($($kind:ident: $key:literal, $de:literal, $en:literal $(, $internal:ident)?;)*) => {
        /// In the order in which they are offered for choice.
        const ROWS: &[EventSpec] = &[$(EventSpec {
            key: $key,
            name: ($de, $en),
            is_internal: rows!(@ $($internal)?),
        }),*];

        impl AuditKind {
            fn row(&self) -> &'static EventSpec {
                enum Index { $($kind),* }
                &ROWS[match self { $(Self::$kind { .. } => Index::$kind),* } as usize]
            }
        }
    };
}

rows! {
    // Kind: key in the database and in addresses, names; `internal` for what only the operator reads.
    CustomerAdded: "customer_added", "Kunde angelegt", "Customer added";
    ListMended: "list_mended", "Kundenliste berichtigt", "Customer list mended", internal;
    CustomerDeleted: "customer_deleted", "Kunde gelöscht", "Customer deleted";
    PartyChanged: "party_changed", "Stammdaten geändert", "Master data changed";
    EmailChanged: "email_changed", "E-Mail-Adresse geändert", "E-mail address changed";
    EnteredAddress: "entered_address", "E-Mail-Adresse vom Partner", "E-mail address by the partner";
    Booked: "booked", "Produkt gebucht", "Product booked";
    OptionChanged: "option_changed", "Option geändert", "Option changed";
    Cancelled: "cancelled", "Produkt gekündigt", "Product cancelled";
    CancellationTakenBack: "cancellation_taken_back", "Kündigung zurückgenommen", "Cancellation withdrawn";
    BookingsEnded: "bookings_ended", "Produkt beendet", "Product ended";
    PartnerAssigned: "partner_assigned", "Vertriebspartner zugeordnet", "Sales partner assigned";
    Partner: "partner", "Vertriebspartner angelegt, geändert, gesperrt", "Sales partner added, changed, blocked";
    ContractVersion: "contract_version", "Vertragsfassung", "Agreement version";
    ToldOfVersion: "told_of_version", "Über neue Fassung informiert", "Told of a new version";
    RollOut: "roll_out", "Umstellung auf neue Fassung", "Roll-out of a version";
    Product: "product", "Produkt angelegt, geändert", "Product added, changed";
    NeedReviewed: "need_reviewed", "Nach Änderung eines Produkts geprüft", "Reviewed after a product changed";
    ToldPartnerBlocked: "told_partner_blocked", "Sperrung eines Partners mitgeteilt", "Told that a partner is blocked";
    SubPartnerNamed: "sub_partner_named", "Untervertriebspartner gewählt", "Sub-partner named";
    Asked: "asked", "Anforderung", "Request";
    Reminded: "reminded", "Erinnerung", "Reminder";
    Expired: "expired", "Ohne Antwort abgelaufen", "Expired without reply";
    NotNeeded: "not_needed", "Nicht mehr nötig", "No longer needed";
    Undeliverable: "undeliverable", "Nicht zustellbar", "Undeliverable";
    LinkOpened: "link_opened", "Link geöffnet", "Link opened";
    LinksLocked: "links_locked", "Links gesperrt", "Links locked";
    Concluded: "concluded", "Abschluss", "Conclusion";
    ConcludedOnPaper: "concluded_on_paper", "Abschluss auf Papier", "Conclusion on paper";
    Restored: "restored", "Abschluss wiederhergestellt", "Conclusion restored";
    Declined: "declined", "Ablehnung", "Declined";
    Objected: "objected", "Widerspruch", "Objection";
    ProofAdded: "proof_added", "Nachweis hinzugefügt", "Proof added", internal;
    Proposed: "proposed", "Vorschlag an zweite Person", "Proposal to a second person", internal;
    ProposalRejected: "proposal_rejected", "Vorschlag abgelehnt", "Proposal rejected", internal;
    ProposalWithdrawn: "proposal_withdrawn", "Vorschlag zurückgezogen", "Proposal withdrawn", internal;
    ObjectedInError: "objected_in_error", "Widerspruch irrtümlich erfasst", "Objection recorded in error";
    Downloaded: "downloaded", "Vertrag heruntergeladen", "Agreement downloaded";
    MailSent: "mail_sent", "E-Mail gesendet", "E-mail sent";
    MailFailed: "mail_failed", "E-Mail nicht gesendet", "E-mail not sent";
    MailReturned: "mail_returned", "E-Mail zurückgekommen", "E-mail came back";
    MailRetried: "mail_retried", "E-Mail noch einmal versucht", "E-mail tried again";
    ContractResent: "contract_resent", "Vertrag noch einmal gesendet", "Agreement sent once more";
    AlertTaken: "alert_taken", "Hinweis übernommen", "Alert taken";
    AlertDone: "alert_done", "Hinweis erledigt", "Alert finished";
    ReplyFiled: "reply_filed", "Antwort zugeordnet", "Answer filed", internal;
    ReplyPutAway: "reply_put_away", "Antwort abgelegt", "Answer put away", internal;
    MailTested: "mail_tested", "Test-E-Mail", "Test e-mail";
    SignedIn: "signed_in", "Anmeldung", "Signed in";
    SignedOut: "signed_out", "Abmeldung", "Signed out";
    PasswordSet: "password_set", "Passwort gesetzt", "Password set";
    SecondFactor: "second_factor", "Zweiter Faktor", "Second factor";
    SecondFactorReset: "second_factor_reset", "Zweiter Faktor zurückgesetzt", "Second factor reset";
    UserAdded: "user_added", "Benutzer angelegt", "User added";
    AdministratorConfirmed: "administrator_confirmed", "Administrator bestätigt", "Administrator confirmed";
    UserDisabled: "user_disabled", "Benutzer gesperrt", "User disabled";
    UserEnabled: "user_enabled", "Sperre eines Benutzers aufgehoben", "User let in again";
    UserErased: "user_erased", "Benutzer gelöscht", "User erased";
    Announcement: "announcement", "Änderungsmitteilung", "Change announcement";
    NoticeMailed: "notice_mailed", "E-Mail zu einer Änderungsmitteilung", "E-mail about a change announcement";
    NoticeResent: "notice_resent", "Änderungsmitteilung noch einmal gesendet", "Change announcement sent again";
    Dissented: "dissented", "Einspruch", "Dissent from a change";
    DissentSettled: "dissent_settled", "Einspruch erledigt", "Dissent from a change settled";
    OperatorSaved: "operator_saved", "Angaben zum Betreiber", "Operator's particulars";
    Erased: "erased", "Protokollinhalt gelöscht", "Log contents erased";
}

/// Key and name of every kind.
pub fn kinds(language: Language) -> impl Iterator<Item = (&'static str, &'static str)> {
    ROWS.iter().map(move |row| {
        let (de, en) = row.name;
        (row.key, if language.is_en() { en } else { de })
    })
}

impl AuditKind {
    /// Name of the kind, for the column and for filters.
    pub fn key(&self) -> &'static str {
        self.row().key
    }

    /// What administrators do among themselves: proposals, proofs. Nobody else reads of it.
    pub fn is_internal(&self) -> bool {
        self.row().is_internal
    }

    /// The sentence in the history.
    pub fn sentence(&self, language: Language) -> String {
        let (de, en) = sentences(self);
        if language.is_en() { en } else { de }
    }
}

/// German and English.
fn sentences(kind: &AuditKind) -> (String, String) {
    use AuditKind as K;
    match kind {
        K::CustomerAdded {
            partner,
            sub_partner,
            product,
            ..
        } => {
            let company = [partner.as_deref(), sub_partner.as_deref()];
            by(|language| arrived(company, product.as_ref(), language))
        }
        K::ListMended {
            checked, mended, ..
        } => both(
            format!("Kundenliste geprüft: {checked} Kunden, {mended} Zeilen berichtigt"),
            format!("Customer list checked: {checked} customers, {mended} lines mended"),
        ),
        K::Booked { product, .. } => both(
            format!("{} gebucht", product.de),
            format!("{} booked", product.en),
        ),
        K::OptionChanged { product, .. } => both(
            format!("Option geändert: jetzt {}", product.de),
            format!("Option changed: now {}", product.en),
        ),
        K::Cancelled { product, last_day } => {
            let day = |language| short_date(*last_day, language);
            both(
                format!("{} gekündigt zum {}", product.de, day(Language::De)),
                format!("{} cancelled as of {}", product.en, day(Language::En)),
            )
        }
        K::CancellationTakenBack { product } => both(
            format!("Kündigung von {} zurückgenommen", product.de),
            format!("Cancellation of {} withdrawn", product.en),
        ),
        K::BookingsEnded { products } => both(
            format!("Beendet: {}", joined(products, Language::De)),
            format!("Ended: {}", joined(products, Language::En)),
        ),
        K::PartnerAssigned { from, to } => {
            by(|language| assigned(from.as_deref(), to.as_deref(), language))
        }
        K::Partner { name, event, .. } => by(|language| event.sentence(name, language)),
        K::ContractVersion { name, event, .. } => by(|language| event.sentence(name, language)),
        K::ToldPartnerBlocked { name } => both(
            format!("Kunde über die Sperrung von {name} informiert"),
            format!("Customer informed that {name} is blocked"),
        ),
        K::ToldOfVersion { version } => both(
            format!("Kunde über die Vertragsfassung {version} informiert"),
            format!("Customer informed of agreement version {version}"),
        ),
        K::RollOut { version, event, .. } => by(|language| event.sentence(version, language)),
        K::Asked { reason } => both(asked(*reason).0, asked(*reason).1),
        K::Reminded { number } => both(
            format!("Erinnerung {number} von {REMINDERS} gesendet"),
            format!("Reminder {number} of {REMINDERS} sent"),
        ),
        K::Expired => both("Ohne Antwort abgelaufen", "Expired without reply"),
        K::NotNeeded => both(
            "Anforderung geschlossen, kein AVV mehr nötig",
            "Request closed, no agreement needed any more",
        ),
        K::Undeliverable => both("E-Mail nicht zustellbar", "E-mail undeliverable"),
        K::LinkOpened => both("Link geöffnet", "Link opened"),
        K::SubPartnerNamed { name: Some(name) } => both(
            format!("{name} als Untervertriebspartner gewählt"),
            format!("{name} named as sub-partner"),
        ),
        K::SubPartnerNamed { name: None } => {
            both("Untervertriebspartner entfernt", "Sub-partner removed")
        }
        K::EmailChanged { to, despite, .. } => {
            by(|language| moved(to, despite.as_deref(), language))
        }
        K::EnteredAddress { to, what } => by(|language| entered(to, *what, language)),
        K::PartyChanged {
            former_name,
            changed,
        } => by(|language| corrected(former_name.as_deref(), changed, language)),
        K::CustomerDeleted { reason } => both(
            because("Kunde gelöscht", reason),
            because("Customer deleted", reason),
        ),
        K::LinksLocked { reason, .. } => both(
            because("Alle Links gesperrt", reason),
            because("All links locked", reason),
        ),
        K::Concluded { number, .. } => both(
            format!("Vertrag {number} abgeschlossen"),
            format!("Agreement {number} concluded"),
        ),
        K::ConcludedOnPaper {
            number,
            proposed_by,
            ..
        } => both(
            format!(
                "Vertrag {number} auf Papier geschlossen und erfasst, vorgeschlagen von {proposed_by}"
            ),
            format!("Agreement {number} concluded on paper and recorded"),
        ),
        K::Restored { .. } => by(|language| restored(kind, language)),
        K::Declined => both("Abschluss abgelehnt", "Conclusion declined"),
        K::Objected {
            number,
            channel,
            closed,
        } => by(|language| objected(number.as_deref(), *channel, closed, language)),
        K::ProofAdded { .. } => both(
            "Nachweis zum Widerspruch hinzugefügt",
            "Proof of the objection added",
        ),
        K::Proposed { proposal } => both(
            format!("Vorgeschlagen: {}", proposal.word(Language::De)),
            format!("Proposed: {}", proposal.word(Language::En)),
        ),
        K::ProposalRejected { proposal, reason } => {
            let what = |language| proposal.word(language);
            both(
                because(
                    &format!("Vorschlag abgelehnt ({})", what(Language::De)),
                    reason,
                ),
                because(
                    &format!("Proposal rejected ({})", what(Language::En)),
                    reason,
                ),
            )
        }
        K::ProposalWithdrawn { proposal } => both(
            format!("Vorschlag zurückgezogen: {}", proposal.word(Language::De)),
            format!("Proposal withdrawn: {}", proposal.word(Language::En)),
        ),
        K::ObjectedInError { number, reason, .. } => both(
            because(
                &format!("Widerspruch gegen {number} war irrtümlich erfasst"),
                reason,
            ),
            because(
                &format!("Objection to {number} had been recorded in error"),
                reason,
            ),
        ),
        K::MailSent { subject, to } => both(
            format!("E-Mail „{subject}“ an {to} gesendet"),
            format!("E-mail “{subject}” sent to {to}"),
        ),
        K::MailFailed { reply } => both(
            format!("E-Mail nicht gesendet: {reply}"),
            format!("E-mail not sent: {reply}"),
        ),
        K::MailReturned { reply } => both(
            format!("E-Mail zurückgekommen: {reply}"),
            format!("E-mail came back: {reply}"),
        ),
        K::MailRetried => both(
            "E-Mail noch einmal in den Versand gegeben",
            "E-mail put into the queue once more",
        ),
        K::ContractResent { number } => both(
            format!("Vertrag {number} noch einmal per E-Mail gesendet"),
            format!("Agreement {number} sent once more by e-mail"),
        ),
        K::AlertTaken { alert } => both(
            format!("Hinweis „{}“ übernommen", alert.word()),
            format!("Alert “{}” taken", alert.word_en()),
        ),
        K::AlertDone { alert } => both(
            format!("Hinweis „{}“ erledigt", alert.word()),
            format!("Alert “{}” finished", alert.word_en()),
        ),
        K::ReplyFiled { received_on } => by(|language| answered(*received_on, true, language)),
        K::ReplyPutAway { received_on } => by(|language| answered(*received_on, false, language)),
        K::MailTested { to } => both(
            format!("Test-E-Mail an {to} gesendet"),
            format!("Test e-mail sent to {to}"),
        ),
        K::Downloaded { number } => both(
            format!("Vertrag {number} heruntergeladen"),
            format!("Agreement {number} downloaded"),
        ),
        K::SignedIn => both("Angemeldet", "Signed in"),
        K::SignedOut => both("Abgemeldet", "Signed out"),
        K::PasswordSet => both("Passwort gesetzt", "Password set"),
        K::SecondFactor { change } => both(factor(*change).0, factor(*change).1),
        K::SecondFactorReset { name, reason } => both(
            because(&format!("Zweiter Faktor von {name} zurückgesetzt"), reason),
            because(&format!("Second factor of {name} reset"), reason),
        ),
        K::UserAdded { name, counts } => by(|language| added(name, *counts, language)),
        K::AdministratorConfirmed { name } => both(
            format!("Konto von {name} bestätigt"),
            format!("Account of {name} confirmed"),
        ),
        K::UserDisabled { name } => both(
            format!("Benutzer {name} gesperrt"),
            format!("User {name} disabled"),
        ),
        K::UserEnabled { name } => both(
            format!("Sperre von {name} aufgehoben"),
            format!("User {name} let in again"),
        ),
        K::UserErased { user } => both(
            format!("Daten des gesperrten Benutzers {user} gelöscht"),
            format!("Data of the locked user {user} erased"),
        ),
        K::Announcement { event, .. } => both(announced(*event).0, announced(*event).1),
        K::NoticeMailed { subject, to } => both(
            format!("E-Mail „{subject}“ an {to} gesendet"),
            format!("E-mail “{subject}” sent to {to}"),
        ),
        K::NoticeResent => both(
            "Änderungsmitteilung noch einmal in den Versand gegeben",
            "Change announcement put into the queue once more",
        ),
        K::Dissented {
            way, received_on, ..
        } => by(|language| dissented(*way, *received_on, language)),
        K::DissentSettled { how, note } => both(
            because(settled(*how).0, note),
            because(settled(*how).1, note),
        ),
        K::Product { product, event, .. } => by(|language| event.sentence(product, language)),
        K::NeedReviewed { needed, asked } => by(|language| reviewed(*needed, *asked, language)),
        K::OperatorSaved => both(
            "Angaben zum Betreiber geändert",
            "Operator's particulars changed",
        ),
        K::Erased { positions, .. } => by(|language| erased(positions.len(), language)),
    }
}

fn both(de: impl Into<String>, en: impl Into<String>) -> (String, String) {
    (de.into(), en.into())
}

fn by(say: impl Fn(Language) -> String) -> (String, String) {
    (say(Language::De), say(Language::En))
}

/// Names in the reader's language, with commas.
pub(super) fn joined(names: &[Named], language: Language) -> String {
    let names: Vec<&str> = names.iter().map(|name| name.say(language)).collect();
    names.join(", ")
}

#[cfg(test)]
#[path = "kinds_tests.rs"]
mod tests;
