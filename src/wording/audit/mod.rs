//! The log: what each kind of event is called, and its sentence in the history, German and English side by
//! side. A kind without both does not compile.

mod agreements;
mod changes;
mod customers;
mod people;
#[cfg(test)]
mod tests;

use chrono::NaiveDate;

use super::dates::short_date;
use super::user::{changed, signed_out};
use crate::domain::alert::AlertKind;
use crate::domain::audit::{AuditKind, AuditName, Counts};
use crate::domain::branding::BrandingPart;
use crate::domain::calendar::REMINDERS;
use crate::domain::product::Named;
use crate::domain::second_factor::FactorChange;
use crate::domain::viewer::OperatorRole;
use crate::domain::{CustomerNumber, Language};
use agreements::{asked, objected, restored};
use changes::{announced, dissented, settled};
use customers::{arrived, assigned, corrected, entered, moved, rebooked, reviewed, written};
use people::{by_issuer, exported, over, with_rights};

macro_rules! names {
    ($($kind:ident: $de:literal, $en:literal;)*) => {
        /// In the order in which they are offered for choice.
        const OFFERED: &[AuditName] = &[$(AuditName::$kind),*];

        /// German and English.
        fn name_of(kind: AuditName) -> (&'static str, &'static str) {
            match kind {
                $(AuditName::$kind => ($de, $en)),*
            }
        }
    };
}

names! {
    CustomerAdded: "Kunde angelegt", "Customer added";
    CustomerImport: "Kunden importiert", "Customers imported";
    AgreementImport: "Bestehende Verträge erfasst", "Existing agreements recorded";
    ListMended: "Kundenliste berichtigt", "Customer list mended";
    CustomerDeleted: "Kunde gelöscht", "Customer deleted";
    PartyChanged: "Stammdaten geändert", "Master data changed";
    CustomerWritten: "Stammdaten aus anderem System", "Master data from another system";
    EmailChanged: "E-Mail-Adresse geändert", "E-mail address changed";
    EnteredAddress: "E-Mail-Adresse vom Partner", "E-mail address by the partner";
    Booked: "Produkt gebucht", "Product booked";
    OptionChanged: "Option geändert", "Option changed";
    BookingWritten: "Buchung aus anderem System", "Booking from another system";
    Cancelled: "Produkt gekündigt", "Product cancelled";
    CancellationTakenBack: "Kündigung zurückgenommen", "Cancellation withdrawn";
    BookingsEnded: "Produkt beendet", "Product ended";
    PartnerAssigned: "Vertriebspartner zugeordnet", "Sales partner assigned";
    Partner: "Vertriebspartner angelegt, geändert, gesperrt", "Sales partner added, changed, blocked";
    ContractVersion: "Vertragsfassung", "Agreement version";
    ToldOfVersion: "Über neue Fassung informiert", "Told of a new version";
    RollOut: "Umstellung auf neue Fassung", "Roll-out of a version";
    Product: "Produkt angelegt, geändert", "Product added, changed";
    NeedReviewed: "Nach Änderung von Produkt oder Vertragstext geprüft", "Reviewed after a product or the text changed";
    ToldPartnerBlocked: "Sperrung eines Partners mitgeteilt", "Told that a partner is blocked";
    SubPartnerNamed: "Untervertriebspartner gewählt", "Sub-partner named";
    Asked: "Anforderung", "Request";
    Reminded: "Erinnerung", "Reminder";
    Expired: "Ohne Antwort abgelaufen", "Expired without reply";
    NotNeeded: "Nicht mehr nötig", "No longer needed";
    Undeliverable: "Nicht zustellbar", "Undeliverable";
    LinkOpened: "Link geöffnet", "Link opened";
    LinksLocked: "Links gesperrt", "Links locked";
    Concluded: "Abschluss", "Conclusion";
    ConcludedOnPaper: "Abschluss auf Papier", "Conclusion on paper";
    Restored: "Abschluss wiederhergestellt", "Conclusion restored";
    Declined: "Ablehnung", "Declined";
    Objected: "Widerspruch", "Objection";
    ProofAdded: "Nachweis hinzugefügt", "Proof added";
    Proposed: "Vorschlag an zweite Person", "Proposal to a second person";
    ProposalRejected: "Vorschlag abgelehnt", "Proposal rejected";
    ProposalWithdrawn: "Vorschlag zurückgezogen", "Proposal withdrawn";
    ObjectedInError: "Widerspruch irrtümlich erfasst", "Objection recorded in error";
    Downloaded: "Vertrag heruntergeladen", "Agreement downloaded";
    MailSent: "E-Mail gesendet", "E-mail sent";
    MailFailed: "E-Mail nicht gesendet", "E-mail not sent";
    MailReturned: "E-Mail zurückgekommen", "E-mail came back";
    MailRetried: "E-Mail noch einmal versucht", "E-mail tried again";
    ContractResent: "Vertrag noch einmal gesendet", "Agreement sent once more";
    AlertRaised: "Hinweis entstanden", "Alert raised";
    AlertSettled: "Hinweis geschlossen", "Alert closed";
    AlertTaken: "Hinweis übernommen", "Alert taken";
    AlertDone: "Hinweis erledigt", "Alert finished";
    ReplyFiled: "Antwort zugeordnet", "Answer filed";
    ReplyPutAway: "Antwort abgelegt", "Answer put away";
    MailTested: "Test-E-Mail", "Test e-mail";
    MailTestTaken: "Test-E-Mail angenommen", "Test e-mail accepted";
    MailTestArrived: "Test-E-Mail angekommen", "Test e-mail arrived";
    BackupRehearsed: "Sicherung geprobt", "Backup rehearsed";
    Exported: "Liste heruntergeladen", "List downloaded";
    SignedIn: "Anmeldung", "Signed in";
    SignedOut: "Abmeldung", "Signed out";
    PasswordSet: "Passwort gesetzt", "Password set";
    Identity: "Anmeldedienst verbunden oder getrennt", "Sign-in service connected or disconnected";
    UserByIssuer: "Benutzer durch Anmeldedienst", "User by sign-in service";
    IssuerSessionEnded: "Anmeldung durch Anmeldedienst beendet", "Session ended by sign-in service";
    SecondFactor: "Zweiter Faktor", "Second factor";
    SecondFactorReset: "Zweiter Faktor zurückgesetzt", "Second factor reset";
    UserAdded: "Benutzer angelegt", "User added";
    UserChanged: "Benutzer geändert", "User changed";
    InvitationSent: "Einladung noch einmal gesendet", "Invitation sent again";
    SessionsEnded: "Anmeldung beendet", "Session ended";
    AdministratorConfirmed: "Administrator bestätigt", "Administrator confirmed";
    UserDisabled: "Benutzer gesperrt", "User disabled";
    UserEnabled: "Sperre eines Benutzers aufgehoben", "User let in again";
    UserErased: "Benutzer gelöscht", "User erased";
    Announcement: "Änderungsmitteilung", "Change announcement";
    NoticeMailed: "E-Mail zu einer Änderungsmitteilung", "E-mail about a change announcement";
    NoticeResent: "Änderungsmitteilung noch einmal gesendet", "Change announcement sent again";
    Dissented: "Einspruch", "Dissent from a change";
    DissentSettled: "Einspruch erledigt", "Dissent from a change settled";
    OperatorSaved: "Angaben zum Betreiber", "Operator's particulars";
    BrandingSaved: "Erscheinungsbild", "Branding";
    Client: "Zugang zur Schnittstelle", "API client";
    Webhook: "Webhook angelegt, geändert", "Webhook added, changed";
    Erased: "Protokollinhalt gelöscht", "Log contents erased";
}

/// Key and name of every kind, in the order in which they are offered for choice.
pub fn kinds(language: Language) -> impl Iterator<Item = (&'static str, &'static str)> {
    OFFERED.iter().map(move |kind| {
        let (de, en) = name_of(*kind);
        (kind.key(), if language.is_en() { en } else { de })
    })
}

impl AuditKind {
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
        K::CustomerImport { event, .. } => by(|language| event.sentence(language)),
        K::AgreementImport { event, .. } => by(|language| event.sentence(language)),
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
        K::CustomerWritten {
            former_name,
            changed,
            email,
            partner,
            sub_partner,
            ..
        } => by(|language| {
            let turns = [partner.as_ref(), sub_partner.as_ref()];
            written(
                former_name.as_deref(),
                changed,
                email.as_deref(),
                turns,
                language,
            )
        }),
        K::BookingWritten {
            product, last_day, ..
        } => by(|language| rebooked(product, *last_day, language)),
        K::Client { name, event, .. } => by(|language| event.sentence(name, language)),
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
            file: Some(_),
            ..
        } => both(
            format!(
                "Vertrag {number} außerhalb des Portals geschlossen und aus einer Datei erfasst, vorgeschlagen von {proposed_by}"
            ),
            format!("Agreement {number} concluded outside the portal and recorded from a file"),
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
        K::AlertRaised {
            alert, customer, ..
        } => by(|language| alerted(*alert, *customer, true, language)),
        K::AlertSettled {
            alert, customer, ..
        } => by(|language| alerted(*alert, *customer, false, language)),
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
        K::MailTestTaken => both(
            "Test-E-Mail vom Mailserver angenommen",
            "Test e-mail accepted by the mail server",
        ),
        K::MailTestArrived => both(
            "Ankunft der Test-E-Mail bestätigt",
            "Arrival of the test e-mail confirmed",
        ),
        K::BackupRehearsed { on } => both(
            format!(
                "Probe der Sicherung vom {} eingetragen",
                short_date(*on, Language::De)
            ),
            format!(
                "Rehearsal of the backup on {} entered",
                short_date(*on, Language::En)
            ),
        ),
        K::Exported { list, narrowed } => by(|language| exported(*list, *narrowed, language)),
        K::Downloaded { number } => both(
            format!("Vertrag {number} heruntergeladen"),
            format!("Agreement {number} downloaded"),
        ),
        K::SignedIn => both("Angemeldet", "Signed in"),
        K::SignedOut => both("Abgemeldet", "Signed out"),
        K::PasswordSet => both("Passwort gesetzt", "Password set"),
        K::Identity {
            issuer,
            connected: true,
        } => both(
            format!("Mit „{issuer}“ verbunden"),
            format!("Connected with “{issuer}”"),
        ),
        K::Identity {
            issuer,
            connected: false,
        } => both(
            format!("Von „{issuer}“ getrennt"),
            format!("Disconnected from “{issuer}”"),
        ),
        K::UserByIssuer {
            name,
            issuer,
            role,
            added,
        } => by(|language| by_issuer((name, issuer), *role, *added, language)),
        K::IssuerSessionEnded { name, issuer, why } => both(
            format!("{name} abgemeldet: {}", over(issuer, *why).0),
            format!("{name} signed out: {}", over(issuer, *why).1),
        ),
        K::SecondFactor { change } => both(factor(*change).0, factor(*change).1),
        K::SecondFactorReset { name, reason } => both(
            because(&format!("Zweiter Faktor von {name} zurückgesetzt"), reason),
            because(&format!("Second factor of {name} reset"), reason),
        ),
        K::UserAdded {
            name,
            role,
            counts,
            rights,
        } => by(|language| with_rights(&added(name, *role, *counts, language), rights, language)),
        K::UserChanged { name, changes } => by(|language| changed(name, changes, language)),
        K::InvitationSent { name } => both(
            format!("Einladung an {name} noch einmal gesendet"),
            format!("Invitation of {name} sent again"),
        ),
        K::SessionsEnded { name, count } => {
            by(|language| signed_out(name.as_deref(), *count, language))
        }
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
        K::BrandingSaved { changed } => by(|language| branded(changed, language)),
        K::Webhook { host, event, .. } => by(|language| event.sentence(host, language)),
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
fn joined(names: &[Named], language: Language) -> String {
    let names: Vec<&str> = names.iter().map(|name| name.say(language)).collect();
    names.join(", ")
}

/// "What: why", or only what, for readers who do not learn why.
fn because(what: &str, why: &str) -> String {
    if why.is_empty() {
        what.to_owned()
    } else {
        format!("{what}: {why}")
    }
}

/// That an answer to a mail was filed to its customer, or put away without one.
fn answered(received_on: NaiveDate, is_filed: bool, language: Language) -> String {
    let day = short_date(received_on, language);
    match (language, is_filed) {
        (Language::De, true) => format!("Antwort vom {day} dem Kunden zugeordnet"),
        (Language::De, false) => format!("Antwort vom {day} ohne Kunden abgelegt"),
        (Language::En, true) => format!("Answer of {day} filed to the customer"),
        (Language::En, false) => format!("Answer of {day} put away without a customer"),
    }
}

/// That an alert was raised or closed, and about whom.
fn alerted(
    alert: AlertKind,
    customer: Option<CustomerNumber>,
    is_new: bool,
    language: Language,
) -> String {
    let what = match (language, is_new) {
        (Language::De, true) => format!("Hinweis „{}“ entstanden", alert.word()),
        (Language::De, false) => format!("Hinweis „{}“ geschlossen", alert.word()),
        (Language::En, true) => format!("Alert “{}” raised", alert.word_en()),
        (Language::En, false) => format!("Alert “{}” closed", alert.word_en()),
    };
    match (customer, language) {
        (Some(number), Language::De) => format!("{what}, Kunde {number}"),
        (Some(number), Language::En) => format!("{what}, customer {number}"),
        (None, _) => what,
    }
}

/// That the look of the portal was changed, and what of it.
fn branded(changed: &[BrandingPart], language: Language) -> String {
    let words: Vec<&str> = changed.iter().map(|part| part.name(language)).collect();
    let what = if language.is_en() {
        "Branding changed"
    } else {
        "Erscheinungsbild geändert"
    };
    because(what, &words.join(", "))
}

/// What a user did to the own second factor, German and English.
fn factor(change: FactorChange) -> (&'static str, &'static str) {
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
        FactorChange::PasskeyAdded => ("Passkey hinzugefügt", "Passkey added"),
        FactorChange::PasskeyRemoved => ("Passkey entfernt", "Passkey removed"),
        FactorChange::IssuerConnected => ("Anmeldedienst verbunden", "Sign-in service connected"),
        FactorChange::IssuerRemoved => ("Anmeldedienst getrennt", "Sign-in service disconnected"),
    }
}

/// That what is personal in `count` events was erased (S-80).
fn erased(count: usize, language: Language) -> String {
    match (count, language) {
        (1, Language::De) => "Inhalt eines Protokolleintrags gelöscht".to_owned(),
        (1, Language::En) => "Contents of one log entry erased".to_owned(),
        (more, Language::De) => format!("Inhalt von {more} Protokolleinträgen gelöscht"),
        (more, Language::En) => format!("Contents of {more} log entries erased"),
    }
}

impl Counts {
    /// From when the account may approve, in German.
    fn german(self) -> &'static str {
        match self {
            Self::Command => "auf der Kommandozeile angelegt, darf sofort freigeben",
            Self::SetUp => {
                "während der Einrichtung angelegt, darf bis zum ersten Vertrag sofort freigeben"
            }
            Self::Later => "angelegt, darf erst nach einer Wartezeit freigeben",
        }
    }

    /// The same in English.
    fn english(self) -> &'static str {
        match self {
            Self::Command => "added on the command line, may approve at once",
            Self::SetUp => "added during set-up, may approve at once until the first agreement",
            Self::Later => "added, may approve after a waiting time only",
        }
    }
}

/// That a user was added; `role` and `counts` for one of the operator's people.
fn added(
    name: &str,
    role: Option<OperatorRole>,
    counts: Option<Counts>,
    language: Language,
) -> String {
    let whose = match (
        role.or(counts.map(|_| OperatorRole::Administrator)),
        language,
    ) {
        (Some(OperatorRole::Administrator), _) => format!("Administrator {name}"),
        (Some(role), Language::De) => format!("Benutzer {name} ({})", role.word()),
        (Some(role), Language::En) => format!("User {name} ({})", role.english()),
        (None, Language::De) => format!("Benutzer {name}"),
        (None, Language::En) => format!("User {name}"),
    };
    let counts = counts.filter(|_| role.is_none_or(OperatorRole::approves));
    match (counts, language) {
        (Some(counts), Language::De) => format!("{whose} {}", counts.german()),
        (Some(counts), Language::En) => format!("{whose} {}", counts.english()),
        (None, Language::De) => format!("{whose} angelegt"),
        (None, Language::En) => format!("{whose} added"),
    }
}
