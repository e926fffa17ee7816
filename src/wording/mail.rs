//! What mails are called, and what a page says of them before they go out. What stands in them is in
//! `templates/mail`.

use crate::domain::PartnerId;
use crate::domain::calendar::REMINDERS;
use crate::domain::case::Covered;
use crate::domain::mail::{Alert, CustomerNews, MailKind, MailSpec, MailVariant, PartnerNews};

/// What the mails of a kind are called.
struct MailNames {
    name: &'static str,
    title: &'static str,
    brings: &'static str,
}

#[rustfmt::skip] // one row of the table is one line
fn names_of(kind: MailVariant) -> MailNames {
    use MailVariant as M;
    // In the operator's list, on a customer's page, before it goes out.
    let names = |name, title, brings| MailNames { name, title, brings };
    match kind {
        M::Request => names("Anforderung", "Anforderung an den Kunden", "eine Bitte um Abschluss."),
        M::Reminder => names("Erinnerung", "Erinnerung an den Kunden", "eine Erinnerung mit einem neuen Link."),
        M::Concluded => names("Abgeschlossener Vertrag", "Vertrag an den Kunden", "den abgeschlossenen Vertrag als PDF."),
        M::Declined => names("Bestätigung der Ablehnung", "Bestätigung der Ablehnung", "die Bestätigung der Ablehnung."),
        M::Objected => names("Bestätigung des Widerspruchs", "Bestätigung des Widerspruchs", "die Bestätigung des Widerspruchs."),
        M::Ended => names("Ende des Vertrags", "Nachricht über das Ende des Vertrags", "Der Vertrag ist beendet."),
        M::Info => names("Nachricht an den Kunden", "Nachricht an den Kunden", "eine Nachricht."),
        M::Announcement => names("Änderungsmitteilung", "Änderungsmitteilung an den Kunden", "eine Nachricht."),
        M::Dissented => names("Bestätigung des Einspruchs", "Bestätigung des Einspruchs", "eine Nachricht."),
        M::DissentSettled => names("Ergebnis zum Einspruch", "Ergebnis zum Einspruch", "eine Nachricht."),
        M::NewVersion => names("Nachricht: neue Vertragsfassung", "Hinweis auf eine neue Fassung", "Es gibt eine neue Fassung."),
        M::AddressChanged => names("Nachricht an die frühere Adresse", "Nachricht an die frühere Adresse", "eine Nachricht."),
        M::PartnerInfo => names("Nachricht an Vertriebspartner", "Nachricht an den Vertriebspartner", "eine Nachricht."),
        M::PartnerBlocked => names("Nachricht: gesperrt", "Nachricht an den Vertriebspartner", "Das Unternehmen ist gesperrt"),
        M::Alert => names("Hinweis an den Betreiber", "Hinweis an den Betreiber", "eine Nachricht."),
        M::PartnerContractEnds => names("Vertrag mit Partner endet", "Hinweis an den Betreiber", "eine Nachricht."),
        M::Approval => names("Freigabe nötig", "Bitte um die Entscheidung einer zweiten Person", "eine Nachricht."),
        M::AdministratorAdded => names("Neues Konto des Betreibers", "Nachricht über ein Konto des Betreibers", "eine Nachricht."),
        M::Checkpoint => names("Prüfpunkt des Protokolls", "Prüfpunkt an die Revision", "eine Nachricht."),
        M::SetPassword => names("Link für ein Passwort", "Link zum Setzen des Passworts", "eine Nachricht."),
        M::PasswordChanged => names("Passwort wurde geändert", "Nachricht über ein neues Passwort", "eine Nachricht."),
        M::SignInAddressChanged => names("Adresse zum Anmelden wurde geändert", "Nachricht über die Adresse zum Anmelden", "eine Nachricht."),
        M::FactorChanged => names("Zweiter Faktor wurde geändert", "Nachricht über den zweiten Faktor", "eine Nachricht."),
    }
}

impl MailSpec {
    /// Its name in the operator's list.
    pub fn name(&self) -> &'static str {
        names_of(self.variant).name
    }

    /// Its name on a customer's page, where it has to say whom it was for.
    pub fn title(&self) -> &'static str {
        names_of(self.variant).title
    }

    /// What a page says before the mail goes out: "X erhält eine E-Mail: …".
    pub fn brings(&self) -> &'static str {
        names_of(self.variant).brings
    }
}

impl MailKind {
    /// The name of this very mail in lists.
    pub fn name(&self) -> String {
        match self {
            Self::Reminder { number, .. } => format!("Erinnerung {number} von {REMINDERS}"),
            Self::Info { news } => format!("Nachricht: {}", news.name()),
            Self::PartnerInfo { news } => format!("Nachricht: {}", news.name()),
            Self::Alert { alert } => format!("Hinweis: {}", alert.name()),
            Self::SetPassword {
                invitation: true, ..
            } => "Einladung".to_owned(),
            Self::SetPassword {
                invitation: false, ..
            } => "Link für ein neues Passwort".to_owned(),
            _ => self.spec().name().to_owned(),
        }
    }
}

impl CustomerNews {
    /// Its name in lists.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Withdrawn => "nicht mehr nötig",
            Self::SubPartnerLeft { .. } => "Untervertriebspartner entfernt",
            Self::ProductEnded { .. } => "Produkt beendet",
            Self::PartnerBlocked { .. } => "Partner gesperrt",
        }
    }

    /// What a page says before it goes out, without names.
    pub fn brings(&self) -> &'static str {
        match self {
            Self::Withdrawn => "Die offene Anforderung ist zurückgezogen.",
            Self::SubPartnerLeft { .. } => {
                "Der bisherige Untervertriebspartner betreut ihn nicht mehr."
            }
            Self::ProductEnded { .. } => "Ein Produkt ist beendet.",
            Self::PartnerBlocked { .. } => "Sein Vertriebspartner ist gesperrt.",
        }
    }

    /// The same with names: `partner` and `product` say what those it is about are called.
    pub fn sentence(
        &self,
        partner: impl Fn(PartnerId) -> String,
        product: impl Fn(&Covered) -> String,
    ) -> String {
        match self {
            Self::Withdrawn => {
                "Der angefragte Vertrag wird nicht mehr gebraucht, es ist nichts zu tun.".to_owned()
            }
            Self::SubPartnerLeft { sub_partner } => format!(
                "{} betreut den Kunden nicht mehr, es ist nichts zu tun.",
                partner(*sub_partner)
            ),
            Self::ProductEnded { product: ended } => format!(
                "{} ist beendet, für die übrigen Produkte gilt der Vertrag weiter.",
                product(ended)
            ),
            Self::PartnerBlocked { partner: blocked } => format!(
                "{} kann bis auf Weiteres nichts für den Kunden verwalten.",
                partner(*blocked)
            ),
        }
    }
}

/// One piece of news in all the words that depend on it.
struct NewsWords {
    name: &'static str,
    brings: &'static str,
    subject: &'static str,
}

impl PartnerNews {
    #[rustfmt::skip]
    fn words(self) -> NewsWords {
        let words = |name, brings, subject| NewsWords { name, brings, subject };
        match self {
            Self::Concluded => words(
                "abgeschlossen",
                "Der Kunde hat abgeschlossen",
                "AVV abgeschlossen:",
            ),
            Self::Declined => words(
                "abgelehnt",
                "Der Kunde hat abgelehnt",
                "AVV abgelehnt:",
            ),
            Self::Expired => words(
                "ohne Antwort abgelaufen",
                "Der Kunde hat auf drei Erinnerungen nicht geantwortet",
                "AVV ohne Antwort abgelaufen:",
            ),
            Self::Undeliverable => words(
                "nicht zustellbar",
                "Die E-Mail an den Kunden kam zurück",
                "Anforderung nicht zustellbar:",
            ),
            Self::Objected => words(
                "widersprochen",
                "Der Kunde hat widersprochen, der Zugriff ist geschlossen",
                "AVV widersprochen:",
            ),
            Self::Replaced => words(
                "Partner gewechselt",
                "Den Kunden betreut jetzt ein anderer Vertriebspartner, der Zugriff ist geschlossen",
                "Kunde nicht mehr bei Ihnen:",
            ),
            Self::Assigned => words(
                "Kunde zugeordnet",
                "Das Unternehmen betreut jetzt diesen Kunden",
                "Neuer Kunde für Sie:",
            ),
        }
    }

    /// Its name in lists.
    pub fn name(self) -> &'static str {
        self.words().name
    }

    /// What a page says before it goes out.
    pub fn brings(self) -> &'static str {
        self.words().brings
    }

    /// How the subject begins.
    pub fn subject(self) -> &'static str {
        self.words().subject
    }
}

impl Alert {
    #[rustfmt::skip]
    fn words(self) -> NewsWords {
        let words = |name, brings, subject| NewsWords { name, brings, subject };
        match self {
            Self::NoAddress => words(
                "E-Mail-Adresse fehlt",
                "Ein AVV ist nötig, aber die E-Mail-Adresse des Kunden fehlt",
                "E-Mail-Adresse fehlt:",
            ),
            Self::Undeliverable => words(
                "nicht zustellbar",
                "Die Adresse des Kunden nimmt keine E-Mail an",
                "E-Mail nicht zustellbar:",
            ),
            Self::AddressByPartner => words(
                "Adresse vom Partner eingetragen",
                "Ein Vertriebspartner hat eine Adresse eingetragen",
                "E-Mail-Adresse vom Partner eingetragen:",
            ),
            Self::AddressOfPartner => words(
                "Adresse gehört zum Partner",
                "Die Adresse gehört zu einem Vertriebspartner des Kunden",
                "E-Mail-Adresse gehört zum Partner:",
            ),
            Self::Dissent => words(
                "Einspruch",
                "Der Kunde hat Einspruch gegen eine angekündigte Änderung erhoben",
                "Einspruch erhalten:",
            ),
            Self::ContractUndelivered => words(
                "Vertrag nicht zustellbar",
                "Der Kunde hat seinen Vertrag nicht per E-Mail erhalten",
                "Vertrag nicht zustellbar:",
            ),
        }
    }

    /// Its name in lists.
    pub fn name(self) -> &'static str {
        self.words().name
    }

    /// What a page says before it goes out.
    pub fn brings(self) -> &'static str {
        self.words().brings
    }

    /// How the subject begins.
    pub fn subject(self) -> &'static str {
        self.words().subject
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::domain::mail::SPECS;

    #[test]
    fn every_mail_has_a_name_of_its_own() {
        let names: BTreeSet<&str> = SPECS.iter().map(|spec| spec.name()).collect();
        assert_eq!(names.len(), SPECS.len());
    }
}
