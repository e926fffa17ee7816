//! Mails to the operator: alerts (M14), requests for a second person (C9), new administrators (S-39), and
//! checkpoints of the log for those who audit it (S-80).

use chrono::{DateTime, NaiveDate, Utc};

use super::{MailBody, Reader, templates};
use crate::domain::CustomerNumber;
use crate::domain::mail::{Alert, Joined};
use crate::domain::name::clean;
use crate::domain::viewer::OperatorRole;
use crate::mail::case_words::CaseWords;
use crate::mail::render::Attachment;
use crate::mail::words::MailWords;
use crate::wording::names::thousands;

/// M14: an alert about a customer.
#[derive(Debug, Clone)]
pub struct AlertMail {
    /// The case of the customer.
    pub case: CaseWords,
    /// What happened that the operator should know of.
    pub alert: Alert,
    /// Address of the customer's status page.
    pub status_url: String,
}

templates!(AlertMail, "mail/alert.txt", "mail/alert.html", case);

impl MailBody for AlertMail {
    fn reader(&self) -> Reader {
        Reader::Operator
    }

    fn subject(&self, w: &MailWords<'_>) -> String {
        w.about(self.alert.subject(), &self.case)
    }

    fn typed_by_others(&mut self) -> Vec<&mut String> {
        let Self {
            case,
            alert: _,
            status_url: _,
        } = self;
        case.names()
    }

    #[cfg(test)]
    fn link(&self) -> Option<&str> {
        Some(&self.status_url)
    }
}

/// M14 about a partner: the contract under Art. 28(4) GDPR ends, or has ended (C6).
#[derive(Debug, Clone)]
pub struct PartnerContractEnds {
    /// Name of the partner.
    pub partner: String,
    /// The Mandant of a Submandant, who has to renew it.
    pub above: Option<String>,
    /// The last day of the contract.
    pub last: NaiveDate,
    /// Whether that day has passed.
    pub is_over: bool,
    /// Address of the partner's page.
    pub link: String,
}

templates!(
    PartnerContractEnds,
    "mail/partner_contract_ends.txt",
    "mail/partner_contract_ends.html"
);

impl MailBody for PartnerContractEnds {
    fn reader(&self) -> Reader {
        Reader::Operator
    }

    fn subject(&self, _: &MailWords<'_>) -> String {
        let what = if self.is_over {
            "ist abgelaufen"
        } else {
            "endet"
        };
        format!("Vertrag nach Art. 28 Abs. 4 {what}: {}", self.partner)
    }

    fn typed_by_others(&mut self) -> Vec<&mut String> {
        let Self {
            partner,
            above,
            last: _,
            is_over: _,
            link: _,
        } = self;
        [Some(partner), above.as_mut()]
            .into_iter()
            .flatten()
            .collect()
    }

    #[cfg(test)]
    fn link(&self) -> Option<&str> {
        Some(&self.link)
    }
}

/// What waits for a second person, and the customer concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApprovalWords {
    /// A contract that was concluded on paper.
    Paper {
        /// Name of the customer.
        company: String,
        /// Number of the customer.
        number: CustomerNumber,
    },
    /// An objection that was recorded in error.
    ObjectionInError {
        /// Name of the customer.
        company: String,
        /// Number of the customer.
        number: CustomerNumber,
    },
    /// A version of the contract text.
    Version {
        /// The version's number, or that it has none.
        label: String,
    },
    /// A file of agreements that were concluded outside the portal.
    Agreements {
        /// How many they are, grouped for reading.
        count: String,
    },
}

impl ApprovalWords {
    /// The customer's name, which the operator did not choose.
    fn company(&mut self) -> Option<&mut String> {
        match self {
            Self::Paper { company, .. } | Self::ObjectionInError { company, .. } => Some(company),
            Self::Version { .. } | Self::Agreements { .. } => None,
        }
    }

    /// The subject line of the mail.
    fn subject(&self) -> String {
        match self {
            Self::Paper { company, number } => {
                format!("Bestätigung nötig: Papiervertrag von {company} (Kundennr. {number})")
            }
            Self::ObjectionInError { company, number } => {
                format!("Bestätigung nötig: Widerspruch von {company} (Kundennr. {number})")
            }
            Self::Version { label } => format!("Freigabe nötig: Vertragsfassung {label}"),
            Self::Agreements { count } => {
                format!("Bestätigung nötig: bestehende Verträge aus einer Datei ({count})")
            }
        }
    }
}

/// Something waits for a second person: who asks for it, and where to decide.
#[derive(Debug, Clone)]
pub struct Approval {
    /// Name of the recipient.
    pub name: String,
    /// Name of the administrator who asks.
    pub by: String,
    /// What is asked for.
    pub what: ApprovalWords,
    /// Address of the page on which it is decided.
    pub link: String,
}

templates!(Approval, "mail/approval.txt", "mail/approval.html");

impl MailBody for Approval {
    fn reader(&self) -> Reader {
        Reader::Operator
    }

    fn subject(&self, _: &MailWords<'_>) -> String {
        self.what.subject()
    }

    fn typed_by_others(&mut self) -> Vec<&mut String> {
        let Self {
            name,
            by,
            what,
            link: _,
        } = self;
        let mut names = vec![name, by];
        names.extend(what.company());
        names
    }

    fn clean(&mut self) {
        if let ApprovalWords::Version { label } = &mut self.what {
            *label = clean(label);
        }
    }

    #[cfg(test)]
    fn link(&self) -> Option<&str> {
        Some(&self.link)
    }
}

/// An administrator has added or unlocked another account for the operator, or given it a role that may
/// approve (S-39).
#[derive(Debug, Clone)]
pub struct AdministratorAdded {
    /// Name of the recipient.
    pub name: String,
    /// Whose account it is.
    pub added: String,
    /// The role it has.
    pub role: OperatorRole,
    /// Name of the administrator who added the account.
    pub by: String,
    /// When it was.
    pub at: DateTime<Utc>,
    /// What was done to it.
    pub how: Joined,
}

templates!(
    AdministratorAdded,
    "mail/administrator_added.txt",
    "mail/administrator_added.html"
);

impl MailBody for AdministratorAdded {
    fn reader(&self) -> Reader {
        Reader::Operator
    }

    fn subject(&self, w: &MailWords<'_>) -> String {
        let portal = w.portal();
        match self.how {
            Joined::Added => format!("Neues Konto des Betreibers im {portal}"),
            Joined::Unlocked => format!("Konto des Betreibers im {portal} wieder zugelassen"),
            Joined::Promoted => format!("Konto im {portal} darf mehr"),
            Joined::Readdressed => format!("Konto im {portal} hat eine andere E-Mail-Adresse"),
        }
    }

    fn typed_by_others(&mut self) -> Vec<&mut String> {
        let Self {
            name,
            added,
            by,
            role: _,
            at: _,
            how: _,
        } = self;
        vec![name, added, by]
    }
}

/// The checkpoint of the day, for those who audit the operator (S-80). Hashes alone, nothing personal.
#[derive(Debug, Clone)]
pub struct CheckpointMail {
    /// How many events of the log it covers.
    pub size: i64,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// The signed note.
    pub note: String,
    /// Where everybody reads how it is checked.
    pub link: String,
}

templates!(
    CheckpointMail,
    "mail/checkpoint.txt",
    "mail/checkpoint.html"
);

impl CheckpointMail {
    fn events(&self) -> String {
        let word = if self.size == 1 {
            "Ereignis"
        } else {
            "Ereignisse"
        };
        format!("{} {word}", thousands(self.size))
    }
}

impl MailBody for CheckpointMail {
    fn reader(&self) -> Reader {
        Reader::Operator
    }

    fn subject(&self, w: &MailWords<'_>) -> String {
        format!("Prüfpunkt des Protokolls im {}", w.portal())
    }

    fn typed_by_others(&mut self) -> Vec<&mut String> {
        let Self {
            size: _,
            at: _,
            note: _,
            link: _,
        } = self;
        Vec::new()
    }

    fn attachments(&self) -> Vec<Attachment> {
        // As a file: lines of a text may be broken on the way, and then no signature holds.
        vec![Attachment {
            file_name: format!("pruefpunkt-{}.txt", self.size),
            content_type: "text/plain; charset=utf-8".to_owned(),
            bytes: self.note.clone().into_bytes(),
        }]
    }

    #[cfg(test)]
    fn link(&self) -> Option<&str> {
        Some(&self.link)
    }
}

#[cfg(test)]
pub(in crate::mail) fn samples(case: &CaseWords) -> Vec<super::Sample> {
    use crate::mail::samples::{STATUS, utc};

    let mut all: Vec<super::Sample> = Vec::new();
    for &alert in Alert::ALL {
        let body = AlertMail {
            case: case.clone(),
            alert,
            status_url: STATUS.to_owned(),
        };
        all.push((format!("alert {alert:?}"), body.into()));
    }
    let (company, number) = (case.customer.name.clone(), case.customer_number);
    let paper = ApprovalWords::Paper {
        company: company.clone(),
        number,
    };
    let error = ApprovalWords::ObjectionInError { company, number };
    let version = ApprovalWords::Version {
        label: "2.0".to_owned(),
    };
    let agreements = ApprovalWords::Agreements {
        count: "48.312".to_owned(),
    };
    for (name, what) in [
        ("paper", paper),
        ("error", error),
        ("version", version),
        ("agreements", agreements),
    ] {
        let body = Approval {
            name: "Jörg Müller".to_owned(),
            by: "Anna Beispiel".to_owned(),
            what,
            link: "https://avv.plusnet.example/betrieb/vorschlaege/7".to_owned(),
        };
        all.push((format!("approval {name}"), body.into()));
    }
    for (above, is_over) in [(None, false), (Some("Muster IT GmbH"), true)] {
        let body = PartnerContractEnds {
            partner: "Nord-TK GbR".to_owned(),
            above: above.map(str::to_owned),
            last: "2027-01-22".parse().unwrap_or_default(),
            is_over,
            link: "https://avv.plusnet.example/betrieb/partner/7".to_owned(),
        };
        all.push((format!("partner_contract_ends {is_over}"), body.into()));
    }
    for (key, how, role) in [
        ("administrator added", Joined::Added, OperatorRole::Support),
        (
            "administrator unlocked",
            Joined::Unlocked,
            OperatorRole::Administrator,
        ),
        (
            "administrator promoted",
            Joined::Promoted,
            OperatorRole::Legal,
        ),
    ] {
        let body = AdministratorAdded {
            name: "Jörg Müller".to_owned(),
            added: "Nora Neu".to_owned(),
            by: "Zita Zweite".to_owned(),
            role,
            at: utc("2026-11-24T13:05:00Z"),
            how,
        };
        all.push((key.to_owned(), body.into()));
    }
    let checkpoint = CheckpointMail {
        size: 48_312,
        at: utc("2026-11-24T13:05:00Z"),
        note: "avv.plusnet.example/protokoll\n48312\nqINS1GRFhWHwdkUeqLEoP4yEMkTBBzxBkGwGQlVlVcs=\n\n— avv.plusnet.example/protokoll AAAA\n"
            .to_owned(),
        link: "https://avv.plusnet.example/protokoll".to_owned(),
    };
    all.push(("checkpoint".to_owned(), checkpoint.into()));
    all
}
