//! What is written down about every change: who, what, and how the case stood before and after
//! (5.6-9, S-80). The history on the pages is the readable form of these events.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::case::Channel;
use super::mail::RequestReason;
use super::partner::PartnerDeed;
use super::{LinkId, PartnerId, UserId};

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "actor", rename_all = "snake_case")]
pub enum Actor {
    /// A signed-in person; name and company as they were then.
    User {
        /// Key of the user.
        id: UserId,
        /// Name at that time.
        name: String,
        /// Company at that time.
        company: String,
    },
    /// Somebody who held a consent link.
    Link {
        /// Which link.
        id: LinkId,
    },
    /// The scheduler or the mail worker.
    Portal,
    /// A command on the server.
    Command,
}

/// What happened. The fields are the details that are kept with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AuditKind {
    /// A customer was added.
    CustomerAdded,
    /// A product was added; `asked` if that made the first mail go out.
    Booked {
        /// Printed name of the product.
        product: String,
        /// Whether the customer was asked because of it.
        asked: bool,
    },
    /// The UMS option of a booking was switched on or off.
    OptionChanged {
        /// Printed name of the product as it is booked now.
        product: String,
        /// Whether the customer was asked because of it.
        asked: bool,
    },
    /// A booking was cancelled.
    Cancelled {
        /// Printed name of the product.
        product: String,
        /// Its last day.
        last_day: NaiveDate,
    },
    /// The cancellation of a booking was taken back.
    CancellationTakenBack {
        /// Printed name of the product.
        product: String,
    },
    /// Bookings had ended and what follows from that was done.
    BookingsEnded {
        /// Printed names of the products.
        products: Vec<String>,
    },
    /// Another Mandant looks after the customer, or none.
    PartnerAssigned {
        /// Name of the one before.
        from: Option<String>,
        /// Name of the one from now on.
        to: Option<String>,
    },
    /// Something was done to a partner or sub-partner itself.
    Partner {
        /// Which.
        id: PartnerId,
        /// Its name then.
        name: String,
        /// What.
        deed: PartnerDeed,
    },
    /// The customer was told that a partner is blocked.
    ToldPartnerBlocked {
        /// Name of the partner.
        name: String,
    },
    /// The customer was asked to conclude.
    Asked {
        /// Why.
        reason: RequestReason,
    },
    /// A reminder was sent.
    Reminded {
        /// 1 to 3.
        number: u8,
    },
    /// Three reminders went unanswered.
    Expired,
    /// The round was closed because no product needs an agreement any more.
    NotNeeded,
    /// The mail server refused the address.
    Undeliverable,
    /// The page of a consent link was fetched for the first time.
    LinkOpened,
    /// A sub-partner was named, or none any more.
    SubPartnerNamed {
        /// Name of the sub-partner; `None` if it was removed.
        name: Option<String>,
    },
    /// The master-data address was changed. The addresses stand masked.
    EmailChanged {
        /// Before.
        from: Option<String>,
        /// After.
        to: String,
        /// Why the operator entered an address of a partner; `None` where the guard was not in the
        /// way (5.6-11).
        #[serde(default)]
        despite: Option<String>,
    },
    /// Name, address, register or contact were corrected.
    PartyChanged {
        /// The name before, if it is another one now.
        former_name: Option<String>,
    },
    /// The customer was deleted; the evidence stays.
    CustomerDeleted {
        /// Why.
        reason: String,
    },
    /// All links were locked.
    LinksLocked {
        /// Whether a new mail went out at once.
        asked: bool,
        /// Why.
        reason: String,
    },
    /// The agreement was concluded.
    Concluded {
        /// Number of the agreement.
        number: String,
        /// Who concluded it, as typed.
        person: String,
        /// Function, as typed.
        function: String,
        /// SHA-256 of the text.
        document_hash: String,
        /// SHA-256 of the PDF.
        pdf_hash: String,
    },
    /// A contract signed on paper was recorded by two administrators (5.8-18).
    ConcludedOnPaper {
        /// Number of the agreement.
        number: String,
        /// Who signed.
        person: String,
        /// In which function.
        function: String,
        /// The day on the paper.
        signed_on: NaiveDate,
        /// SHA-256 of the scan.
        scan_hash: String,
        /// Who had proposed it.
        proposed_by: String,
    },
    /// The customer declined.
    Declined,
    /// The customer objected.
    Objected {
        /// Number of the agreement that became void, if there was one.
        number: Option<String>,
        /// By which way.
        channel: Channel,
    },
    /// An objection turned out to have been recorded in error; the customer was asked anew (row 33).
    ObjectedInError {
        /// Number of the agreement, which stays void.
        number: String,
        /// Why.
        reason: String,
        /// Who had proposed it.
        proposed_by: String,
    },
    /// A mail was handed over to the mail server.
    MailSent {
        /// Subject line.
        subject: String,
        /// Recipient, masked.
        to: String,
    },
    /// A mail could not be delivered, or had nobody to go to.
    MailFailed {
        /// Why, in words or as the server said it.
        reply: String,
    },
    /// The concluded contract was downloaded (EV-09).
    Downloaded {
        /// Number of the agreement.
        number: String,
    },
    /// Somebody signed in.
    SignedIn,
    /// Somebody signed out.
    SignedOut,
    /// A password was set by a mailed link.
    PasswordSet,
    /// A user was added.
    UserAdded {
        /// Whom.
        name: String,
    },
    /// A user was disabled.
    UserDisabled {
        /// Whom.
        name: String,
    },
    /// The operator's particulars were changed.
    OperatorSaved,
}

impl AuditKind {
    /// Name of the kind, for the column and for filters.
    pub fn key(&self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::Object(fields)) => fields
                .get("kind")
                .and_then(|kind| kind.as_str())
                .unwrap_or_default()
                .to_owned(),
            _ => String::new(),
        }
    }

    /// The sentence in the history, German.
    pub fn sentence(&self) -> String {
        match self {
            Self::CustomerAdded => "Kunde angelegt".to_owned(),
            Self::Booked { product, .. } => format!("{product} gebucht"),
            Self::Asked { reason } => match reason {
                RequestReason::First | RequestReason::Manual => "Anforderung gesendet".to_owned(),
                RequestReason::SubPartner => {
                    "Anforderung mit geändertem Untervertriebspartner gesendet".to_owned()
                }
                RequestReason::Product => {
                    "Ergänzung für ein weiteres Produkt angefordert".to_owned()
                }
                RequestReason::Partner => "Neuabschluss angefordert".to_owned(),
                RequestReason::Particulars => {
                    "Anforderung mit berichtigten Stammdaten gesendet".to_owned()
                }
                RequestReason::InError => {
                    "Anforderung nach irrtümlich erfasstem Widerspruch gesendet".to_owned()
                }
            },
            Self::OptionChanged { product, .. } => format!("Option geändert: jetzt {product}"),
            Self::Cancelled { product, last_day } => {
                format!("{product} gekündigt zum {}", last_day.format("%d.%m.%Y"))
            }
            Self::CancellationTakenBack { product } => {
                format!("Kündigung von {product} zurückgenommen")
            }
            Self::BookingsEnded { products } => format!("Beendet: {}", products.join(", ")),
            Self::PartnerAssigned {
                from: Some(from),
                to: Some(to),
            } => format!("Vertriebspartner gewechselt von {from} zu {to}"),
            Self::PartnerAssigned { to: Some(to), .. } => {
                format!("{to} als Vertriebspartner zugeordnet")
            }
            Self::PartnerAssigned { from, to: None } => format!(
                "Vertriebspartner {} entfernt",
                from.as_deref().unwrap_or_default()
            ),
            Self::Partner { name, deed, .. } => deed.sentence(name),
            Self::ToldPartnerBlocked { name } => {
                format!("Kunde über die Sperrung von {name} informiert")
            }
            Self::Reminded { number } => format!("Erinnerung {number} von 3 gesendet"),
            Self::Expired => "Ohne Antwort abgelaufen".to_owned(),
            Self::NotNeeded => "Anforderung geschlossen, kein AVV mehr nötig".to_owned(),
            Self::Undeliverable => "E-Mail nicht zustellbar".to_owned(),
            Self::LinkOpened => "Link geöffnet".to_owned(),
            Self::SubPartnerNamed { name: Some(name) } => {
                format!("{name} als Untervertriebspartner gewählt")
            }
            Self::SubPartnerNamed { name: None } => "Untervertriebspartner entfernt".to_owned(),
            Self::EmailChanged {
                to,
                despite: Some(reason),
                ..
            } => {
                format!("E-Mail-Adresse geändert auf {to}, obwohl sie zum Partner gehört: {reason}")
            }
            Self::EmailChanged { to, .. } => format!("E-Mail-Adresse geändert auf {to}"),
            Self::PartyChanged {
                former_name: Some(name),
            } => format!("Stammdaten geändert, vorher {name}"),
            Self::PartyChanged { former_name: None } => "Stammdaten geändert".to_owned(),
            Self::CustomerDeleted { reason } => format!("Kunde gelöscht: {reason}"),
            Self::LinksLocked { reason, .. } => format!("Alle Links gesperrt: {reason}"),
            Self::ConcludedOnPaper { number, .. } => {
                format!("Vertrag {number} auf Papier geschlossen und erfasst")
            }
            Self::ObjectedInError { number, reason, .. } => {
                format!("Widerspruch gegen {number} war irrtümlich erfasst: {reason}")
            }
            Self::Concluded { number, .. } => format!("Vertrag {number} abgeschlossen"),
            Self::Declined => "Abschluss abgelehnt".to_owned(),
            Self::Objected {
                number: Some(number),
                channel,
            } => {
                format!("Widerspruch gegen {number} ({})", channel.word())
            }
            Self::Objected {
                number: None,
                channel,
            } => format!("Widerspruch vor Abschluss ({})", channel.word()),
            Self::MailSent { subject, to } => format!("E-Mail „{subject}“ an {to} gesendet"),
            Self::MailFailed { reply } => format!("E-Mail nicht gesendet: {reply}"),
            Self::Downloaded { number } => format!("Vertrag {number} heruntergeladen"),
            Self::SignedIn => "Angemeldet".to_owned(),
            Self::SignedOut => "Abgemeldet".to_owned(),
            Self::PasswordSet => "Passwort gesetzt".to_owned(),
            Self::UserAdded { name } => format!("Benutzer {name} angelegt"),
            Self::UserDisabled { name } => format!("Benutzer {name} gesperrt"),
            Self::OperatorSaved => "Angaben zum Betreiber geändert".to_owned(),
        }
    }
}

impl Actor {
    /// Who it was, for the history: name and company, "Kunde", "Portal".
    pub fn words(&self) -> String {
        match self {
            Self::User { name, company, .. } if company.is_empty() => name.clone(),
            Self::User { name, company, .. } => format!("{name}, {company}"),
            Self::Link { .. } => "Kunde".to_owned(),
            Self::Portal | Self::Command => "Portal".to_owned(),
        }
    }
}
