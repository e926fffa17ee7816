//! What mails that share a text tell: news to customers and partners, alerts to the operator, and what
//! waits for a second person. Another piece of news of these is another row here and a few sentences in
//! the template of its mail.

use serde::{Deserialize, Serialize};
use strum::VariantArray;

use crate::domain::case::Covered;
use crate::domain::{PartnerId, ProposalId, VersionId};

/// What a customer is told without being asked for anything (M11).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "news", rename_all = "snake_case")]
pub enum CustomerNews {
    /// What was asked for is not needed any more (rows 19, 23).
    Withdrawn,
    /// A sub-partner no longer looks after the customer (row 24).
    SubPartnerLeft {
        /// Which.
        sub_partner: PartnerId,
    },
    /// One of several products has ended (row 43).
    ProductEnded {
        /// Which.
        product: Covered,
    },
    /// The operator blocked a partner the agreement names (row 49).
    PartnerBlocked {
        /// Which.
        partner: PartnerId,
    },
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

/// What a partner is told (5.8-19: the fact and the date, never a reason).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, VariantArray)]
#[serde(rename_all = "snake_case")]
pub enum PartnerNews {
    /// Concluded, access is open.
    Concluded,
    /// The customer declined.
    Declined,
    /// Three reminders went unanswered.
    Expired,
    /// The mail came back.
    Undeliverable,
    /// The customer objected, access is closed.
    Objected,
    /// The customer has another Mandant now, access is closed (rows 10, 26).
    Replaced,
    /// The reader looks after the customer from now on, as Mandant or as Submandant (C12).
    Assigned,
}

/// One piece of news in all the words that depend on it.
struct NewsSpec {
    key: &'static str,
    number: &'static str,
    name: &'static str,
    brings: &'static str,
    subject: &'static str,
}

impl PartnerNews {
    /// All.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    #[rustfmt::skip]
    fn row(self) -> NewsSpec {
        let row = |key, number, name, brings, subject| NewsSpec { key, number, name, brings, subject };
        match self {
            Self::Concluded => row(
                "concluded", "M4", "abgeschlossen",
                "Der Kunde hat abgeschlossen",
                "AVV abgeschlossen:",
            ),
            Self::Declined => row(
                "declined", "M5", "abgelehnt",
                "Der Kunde hat abgelehnt",
                "AVV abgelehnt:",
            ),
            Self::Expired => row(
                "expired", "M5", "ohne Antwort abgelaufen",
                "Der Kunde hat auf drei Erinnerungen nicht geantwortet",
                "AVV ohne Antwort abgelaufen:",
            ),
            Self::Undeliverable => row(
                "undeliverable", "M5", "nicht zustellbar",
                "Die E-Mail an den Kunden kam zurück",
                "Anforderung nicht zustellbar:",
            ),
            Self::Objected => row(
                "objected", "M8", "widersprochen",
                "Der Kunde hat widersprochen, der Zugriff ist geschlossen",
                "AVV widersprochen:",
            ),
            Self::Replaced => row(
                "replaced", "M8", "Partner gewechselt",
                "Den Kunden betreut jetzt ein anderer Vertriebspartner, der Zugriff ist geschlossen",
                "Kunde nicht mehr bei Ihnen:",
            ),
            Self::Assigned => row(
                "assigned", "M16", "Kunde zugeordnet",
                "Das Unternehmen betreut jetzt diesen Kunden",
                "Neuer Kunde für Sie:",
            ),
        }
    }

    /// As it stands in steps.
    pub fn key(self) -> &'static str {
        self.row().key
    }

    /// Number of its mail in the requirements (5.3).
    pub fn number(self) -> &'static str {
        self.row().number
    }

    /// Its name in lists.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// What a page says before it goes out.
    pub fn brings(self) -> &'static str {
        self.row().brings
    }

    /// How the subject begins.
    pub fn subject(self) -> &'static str {
        self.row().subject
    }
}

/// What the operator is alerted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, VariantArray)]
#[serde(rename_all = "snake_case")]
pub enum Alert {
    /// An AVV is due but the customer has no e-mail address (L-09).
    NoAddress,
    /// The customer's address refuses mail.
    Undeliverable,
    /// A partner changed the address that requests go to (5.6-11).
    AddressByPartner,
    /// The operator entered an address that belongs to a partner of the customer (5.6-11).
    AddressOfPartner,
    /// A customer dissented from an announced change (row 39).
    Dissent,
    /// The mail with the concluded contract came back or was refused for good.
    ContractUndelivered,
}

impl Alert {
    /// All.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Its name in lists, what a page says before it goes out, and how its subject begins.
    #[rustfmt::skip]
    fn row(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::NoAddress => (
                "E-Mail-Adresse fehlt",
                "Ein AVV ist nötig, aber die E-Mail-Adresse des Kunden fehlt",
                "E-Mail-Adresse fehlt:",
            ),
            Self::Undeliverable => (
                "nicht zustellbar",
                "Die Adresse des Kunden nimmt keine E-Mail an",
                "E-Mail nicht zustellbar:",
            ),
            Self::AddressByPartner => (
                "Adresse vom Partner eingetragen",
                "Ein Vertriebspartner hat eine Adresse eingetragen",
                "E-Mail-Adresse vom Partner eingetragen:",
            ),
            Self::AddressOfPartner => (
                "Adresse gehört zum Partner",
                "Die Adresse gehört zu einem Vertriebspartner des Kunden",
                "E-Mail-Adresse gehört zum Partner:",
            ),
            Self::Dissent => (
                "Einspruch",
                "Der Kunde hat Einspruch gegen eine angekündigte Änderung erhoben",
                "Einspruch erhalten:",
            ),
            Self::ContractUndelivered => (
                "Vertrag nicht zustellbar",
                "Der Kunde hat seinen Vertrag nicht per E-Mail erhalten",
                "Vertrag nicht zustellbar:",
            ),
        }
    }

    /// Its name in lists.
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// What a page says before it goes out.
    pub fn brings(self) -> &'static str {
        self.row().1
    }

    /// How the subject begins.
    pub fn subject(self) -> &'static str {
        self.row().2
    }
}

/// What waits for a second person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum Approval {
    /// What an administrator proposed.
    Proposal {
        /// Which.
        id: ProposalId,
    },
    /// A version of the contract text that was submitted.
    Version {
        /// Which.
        id: VersionId,
    },
}
