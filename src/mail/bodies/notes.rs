//! Mails that ask the customer for nothing: news (M11), and another address (M15).

use chrono::{DateTime, Utc};

use super::{MailBody, Reader, templates};
use crate::domain::name::clean;
use crate::mail::case_words::{AgreementWords, CaseWords};
use crate::mail::words::MailWords;

/// Why a conclusion is not needed any more (rows 19, 23).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoLonger {
    /// No partner looks after the customer any more.
    NoPartner,
    /// No product is left that needs an agreement.
    NoProduct,
    /// The agreement in force covers all that is needed.
    Covered,
}

/// The news of M11, with the names it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InfoWords {
    /// The requested conclusion is not needed any more.
    Withdrawn(NoLonger),
    /// A sub-partner no longer looks after the customer (row 24).
    SubPartnerLeft {
        /// Name of the sub-partner.
        name: String,
    },
    /// One of several products has ended (row 43).
    ProductEnded {
        /// Name of the product.
        name: String,
        /// If only options of it have ended, these: "Die UMS-Option", "the UMS option".
        options: Option<String>,
        /// Whether it is more than one option.
        several: bool,
        /// A moment on its last day.
        last_day: DateTime<Utc>,
    },
    /// The operator blocked a partner the agreement names (row 49).
    PartnerBlocked {
        /// Name of the partner.
        name: String,
        /// Whether it is the sub-partner; if not, the sub-partner is blocked with it.
        is_sub_partner: bool,
    },
}

/// M11: news that ask for nothing.
#[derive(Debug, Clone)]
pub struct Info {
    /// The case of the customer.
    pub case: CaseWords,
    /// What happened.
    pub note: InfoWords,
    /// The agreement that stays in force, if there is one.
    pub agreement: Option<AgreementWords>,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Whether an open request was closed.
    pub links_closed: bool,
}

templates!(Info, "mail/info.txt", "mail/info.html", case);

impl MailBody for Info {
    fn reader(&self) -> Reader {
        Reader::Customer
    }

    fn subject(&self, w: &MailWords<'_>) -> String {
        let case = &self.case;
        match &self.note {
            InfoWords::Withdrawn(NoLonger::Covered) => w.about(
                w.either(
                    "Nicht mehr nötig: Ergänzung des Auftragsverarbeitungsvertrags für",
                    "No longer needed: amendment of the data processing agreement for",
                ),
                case,
            ),
            InfoWords::Withdrawn(_) => {
                w.about_contract("Nicht mehr nötig", "No longer needed", case)
            }
            InfoWords::SubPartnerLeft { .. } => w.about_contract(
                "Untervertriebspartner entfällt",
                "Sub-partner has left",
                case,
            ),
            InfoWords::ProductEnded { .. } => {
                w.about_contract("Produkt beendet", "Product ended", case)
            }
            InfoWords::PartnerBlocked { is_sub_partner, .. } => w.about(
                match (w.en(), is_sub_partner) {
                    (false, false) => "Zugriff Ihres Vertriebspartners gesperrt:",
                    (false, true) => "Zugriff eines Untervertriebspartners gesperrt:",
                    (true, false) => "Access of your sales partner closed:",
                    (true, true) => "Access of a sub-partner closed:",
                },
                case,
            ),
        }
    }

    fn typed_by_others(&mut self) -> Vec<&mut String> {
        let Self {
            case,
            note,
            agreement: _,
            at: _,
            links_closed: _,
        } = self;
        let mut names = case.names();
        match note {
            InfoWords::SubPartnerLeft { name } => names.push(name),
            InfoWords::PartnerBlocked {
                name,
                is_sub_partner: _,
            } => names.push(name),
            InfoWords::ProductEnded {
                name: _,
                options: _,
                several: _,
                last_day: _,
            }
            | InfoWords::Withdrawn(_) => {}
        }
        names
    }

    fn clean(&mut self) {
        if let Some(agreement) = &mut self.agreement {
            agreement.number = clean(&agreement.number);
        }
        if let InfoWords::ProductEnded { name, .. } = &mut self.note {
            *name = clean(name);
        }
    }
}

/// How the customer can stop an address that a partner entered, in the mail to the former address
/// (A4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressStop {
    /// Address of the page on which it is stopped.
    pub link: String,
    /// When the new address takes effect; `None` if only after the operator has confirmed it.
    pub until: Option<DateTime<Utc>>,
}

/// M15: requests are sent to another address now or soon, which is masked here. Contains no consent
/// link and nothing of the contract.
#[derive(Debug, Clone)]
pub struct AddressChanged {
    /// The case of the customer.
    pub case: CaseWords,
    /// The other address, masked.
    pub masked: Option<String>,
    /// When it was changed.
    pub at: DateTime<Utc>,
    /// How to stop the new address while it waits (A4).
    pub stop: Option<AddressStop>,
}

templates!(
    AddressChanged,
    "mail/address_changed.txt",
    "mail/address_changed.html",
    case
);

impl MailBody for AddressChanged {
    fn reader(&self) -> Reader {
        Reader::Customer
    }

    fn subject(&self, w: &MailWords<'_>) -> String {
        let lead = match (self.stop.is_some(), w.en()) {
            (false, true) => "E-mail address changed for",
            (false, false) => "E-Mail-Adresse geändert für",
            (true, true) => "Is this correct? New e-mail address for",
            (true, false) => "Stimmt das? Neue E-Mail-Adresse für",
        };
        w.about(lead, &self.case)
    }

    fn typed_by_others(&mut self) -> Vec<&mut String> {
        let Self {
            case,
            masked,
            at: _,
            stop: _,
        } = self;
        let mut names = case.names();
        names.extend(masked);
        names
    }

    fn offers_help(&self) -> bool {
        false
    }
}

/// Samples of M11 with all its news.
#[cfg(test)]
pub(in crate::mail) fn infos(case: &CaseWords) -> Vec<super::Sample> {
    use crate::mail::samples::{FORMER_SUB, agreement, utc};

    let german = case.products.iter().any(|name| name.contains("mit "));
    let option = if german {
        "Die UMS-Option"
    } else {
        "the UMS option"
    }
    .to_owned();
    let product = |options: Option<String>| InfoWords::ProductEnded {
        name: "Mehrstandort-SIP-Trunk".to_owned(),
        options,
        several: false,
        last_day: utc("2026-11-30T22:59:59.999Z"),
    };
    let blocked = |name: &Option<String>, is_sub_partner| InfoWords::PartnerBlocked {
        name: name.clone().unwrap_or_default(),
        is_sub_partner,
    };
    let left = InfoWords::SubPartnerLeft {
        name: FORMER_SUB.to_owned(),
    };
    let mut all: Vec<super::Sample> = Vec::new();
    for (name, note) in [
        ("withdrawn covered", InfoWords::Withdrawn(NoLonger::Covered)),
        (
            "withdrawn partner",
            InfoWords::Withdrawn(NoLonger::NoPartner),
        ),
        (
            "withdrawn product",
            InfoWords::Withdrawn(NoLonger::NoProduct),
        ),
        ("left", left),
        ("product", product(None)),
        ("option", product(Some(option))),
        ("blocked", blocked(&case.partner, false)),
        ("blocked sub", blocked(&case.sub_partner, true)),
    ] {
        let in_force = !matches!(
            note,
            InfoWords::Withdrawn(NoLonger::NoPartner | NoLonger::NoProduct)
        );
        for links_closed in [false, true] {
            let body = Info {
                case: CaseWords {
                    in_force,
                    ..case.clone()
                },
                note: note.clone(),
                agreement: in_force.then(agreement),
                at: utc("2026-11-24T13:05:00Z"),
                links_closed,
            };
            let closed = if links_closed { " closed" } else { "" };
            all.push((format!("note {name}{closed}"), body.into()));
        }
    }
    all
}

/// Samples of M15, with and without a new address.
#[cfg(test)]
pub(in crate::mail) fn addresses(case: &CaseWords) -> Vec<(String, AddressChanged)> {
    use crate::mail::samples::{STOP, utc};

    let stop = |until| AddressStop {
        link: STOP.to_owned(),
        until,
    };
    let masked = || Some("v•••@oezdemir.example".to_owned());
    [
        ("", masked(), None),
        (" gone", None, None),
        (
            " waits",
            masked(),
            Some(stop(Some(utc("2026-11-26T13:05:00Z")))),
        ),
        (" needs the operator", masked(), Some(stop(None))),
    ]
    .into_iter()
    .map(|(name, masked, stop)| {
        let body = AddressChanged {
            case: case.clone(),
            masked,
            at: utc("2026-11-24T13:05:00Z"),
            stop,
        };
        (format!("address{name}"), body)
    })
    .collect()
}

#[cfg(test)]
pub(in crate::mail) fn samples(case: &CaseWords) -> Vec<super::Sample> {
    let addresses = addresses(case).into_iter();
    let mut all = infos(case);
    all.extend(addresses.map(|(name, body)| (name, body.into())));
    all
}
