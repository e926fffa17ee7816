//! Mails about an agreement: its conclusion (M3), an objection (M7), newer versions (M12), and its
//! end (M13).

use chrono::{DateTime, NaiveDate, Utc};

use super::{MailBody, Reader, templates};
use crate::domain::VersionDiff;
use crate::domain::name::clean;
use crate::mail::case_words::{AgreementWords, CaseWords};
use crate::mail::render::Attachment;
use crate::mail::words::MailWords;

/// M3: the agreement is concluded; the PDF is attached and its SHA-256 is printed.
#[derive(Debug, Clone)]
pub struct Concluded {
    /// The case of the customer.
    pub case: CaseWords,
    /// Its printed number.
    pub agreement_number: String,
    /// When it was concluded.
    pub at: DateTime<Utc>,
    /// The day on the paper; `None` if it was concluded by a link (5.8-18).
    pub signed_on: Option<NaiveDate>,
    /// Whether the PDF only says what was recorded of an agreement from before the portal.
    pub is_sheet: bool,
    /// Name of the person who concluded it, as typed.
    pub person: String,
    /// The person's function, as typed.
    pub function: String,
    /// The concluded contract as a PDF.
    pub pdf: Attachment,
    /// SHA-256 of the PDF, hex.
    pub sha256: String,
    /// In the mail to the former address: the address it was concluded with, masked (A4).
    pub over: Option<String>,
}

templates!(Concluded, "mail/concluded.txt", "mail/concluded.html", case);

impl MailBody for Concluded {
    fn reader(&self) -> Reader {
        Reader::Customer
    }

    fn subject(&self, w: &MailWords<'_>) -> String {
        w.about_contract("Abgeschlossen", "Concluded", &self.case)
    }

    fn typed_by_others(&mut self) -> Vec<&mut String> {
        let Self {
            case,
            agreement_number: _,
            at: _,
            signed_on: _,
            is_sheet: _,
            person,
            function,
            pdf: _,
            sha256: _,
            over,
        } = self;
        let mut names = case.names();
        names.extend([person, function]);
        names.extend(over);
        names
    }

    fn clean(&mut self) {
        self.agreement_number = clean(&self.agreement_number);
    }

    fn attachments(&self) -> Vec<Attachment> {
        vec![self.pdf.clone()]
    }
}

/// M7: the objection is confirmed.
#[derive(Debug, Clone)]
pub struct Objected {
    /// The case of the customer.
    pub case: CaseWords,
    /// Number of the agreement that became void.
    pub agreement_number: String,
    /// When it was declared.
    pub at: DateTime<Utc>,
}

templates!(Objected, "mail/objected.txt", "mail/objected.html", case);

impl MailBody for Objected {
    fn reader(&self) -> Reader {
        Reader::Customer
    }

    fn subject(&self, w: &MailWords<'_>) -> String {
        w.about_contract("Widerspruch erhalten", "Objection received", &self.case)
    }

    fn typed_by_others(&mut self) -> Vec<&mut String> {
        let Self {
            case,
            agreement_number: _,
            at: _,
        } = self;
        case.names()
    }

    fn clean(&mut self) {
        self.agreement_number = clean(&self.agreement_number);
    }
}

/// M12: there is a new contract version, and the customer need not do anything (row 35). The case
/// names the partners who may still work under the agreement and the products it covers; without a
/// product nothing is said about access.
#[derive(Debug, Clone)]
pub struct NewVersion {
    /// The case of the customer.
    pub case: CaseWords,
    /// The agreement that stays in force.
    pub agreement: AgreementWords,
    /// What is new; its comparison is the path of a public page.
    pub version: VersionDiff,
    /// The day from which new conclusions have the new version.
    pub since: NaiveDate,
    /// Path of the public page with the new version.
    pub read: String,
}

templates!(
    NewVersion,
    "mail/new_version.txt",
    "mail/new_version.html",
    case
);

impl MailBody for NewVersion {
    fn reader(&self) -> Reader {
        Reader::Customer
    }

    fn subject(&self, w: &MailWords<'_>) -> String {
        w.about_contract(
            "Neue Fassung, nichts zu tun",
            "New version, nothing to do",
            &self.case,
        )
    }

    fn typed_by_others(&mut self) -> Vec<&mut String> {
        let Self {
            case,
            agreement: _,
            version: _,
            since: _,
            read: _,
        } = self;
        case.names()
    }

    fn clean(&mut self) {
        self.agreement.number = clean(&self.agreement.number);
        self.version = self.version.clone().cleaned();
    }
}

/// Why an agreement has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyEnded {
    /// No partner looks after the customer any more (row 29). The partners in [`CaseWords`] are the
    /// former ones.
    PartnerLeft,
    /// The last product that needs it has ended (row 44).
    NoProduct,
    /// The customer was deleted (row 51).
    Deleted,
}

/// M13: the agreement has ended; what happens to the data, and how long the evidence is kept.
#[derive(Debug, Clone)]
pub struct Ended {
    /// The case of the customer.
    pub case: CaseWords,
    /// The agreement that has ended.
    pub agreement: AgreementWords,
    /// When it ended.
    pub at: DateTime<Utc>,
    /// Why it has ended.
    pub why: WhyEnded,
    /// Last day until which the evidence is kept.
    pub proof_until: NaiveDate,
    /// How many calendar years after its end that is.
    pub years: u8,
}

templates!(Ended, "mail/ended.txt", "mail/ended.html", case);

impl MailBody for Ended {
    fn reader(&self) -> Reader {
        Reader::Customer
    }

    fn subject(&self, w: &MailWords<'_>) -> String {
        w.about_contract("Beendet", "Ended", &self.case)
    }

    fn typed_by_others(&mut self) -> Vec<&mut String> {
        let Self {
            case,
            agreement: _,
            at: _,
            why: _,
            proof_until: _,
            years: _,
        } = self;
        case.names()
    }

    fn clean(&mut self) {
        self.agreement.number = clean(&self.agreement.number);
    }
}

#[cfg(test)]
pub(in crate::mail) fn samples(case: &CaseWords) -> Vec<super::Sample> {
    use crate::mail::samples::{agreement, pdf, utc, version};

    let at = utc("2026-11-24T13:05:00Z");
    let mut all: Vec<super::Sample> = Vec::new();
    for (name, signed_on, over) in [
        ("concluded", None, None),
        (
            "concluded before the portal",
            NaiveDate::from_ymd_opt(2019, 4, 3),
            None,
        ),
        (
            "concluded on paper",
            NaiveDate::from_ymd_opt(2026, 11, 20),
            None,
        ),
        (
            "concluded over another address",
            None,
            Some("v•••@oezdemir.example"),
        ),
    ] {
        let body = Concluded {
            case: case.clone(),
            agreement_number: "AVV-2026-123-1-7KQ2M8".to_owned(),
            at,
            signed_on,
            is_sheet: name == "concluded before the portal",
            person: "Ayşe Özdemir".to_owned(),
            function: "Geschäftsführerin".to_owned(),
            pdf: pdf(),
            sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
            over: over.map(str::to_owned),
        };
        all.push((name.to_owned(), body.into()));
    }
    let body = Objected {
        case: case.clone(),
        agreement_number: "AVV-2026-123-1-7KQ2M8".to_owned(),
        at,
    };
    all.push(("objected".to_owned(), body.into()));
    for (name, products) in [
        ("new version", case.products.clone()),
        ("new version shut out", Vec::new()),
    ] {
        let body = NewVersion {
            case: CaseWords {
                in_force: true,
                products,
                ..case.clone()
            },
            agreement: agreement(),
            version: version(),
            since: at.date_naive(),
            read: "/vertrag/2.0".to_owned(),
        };
        all.push((name.to_owned(), body.into()));
    }
    for why in [
        WhyEnded::PartnerLeft,
        WhyEnded::NoProduct,
        WhyEnded::Deleted,
    ] {
        let body = Ended {
            case: case.clone(),
            agreement: agreement(),
            at,
            why,
            proof_until: crate::domain::calendar::proof_end(at, 3),
            years: 3,
        };
        all.push((format!("ended {why:?}"), body.into()));
    }
    all
}
