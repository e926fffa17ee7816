//! The agreement from its conclusion (M3) over an objection (M7) and newer versions (M12) to its end
//! (M13).

use chrono::{DateTime, NaiveDate, Utc};

use super::{MailBody, Reader, templates};
use crate::domain::VersionDiff;
use crate::domain::name::clean;
use crate::mail::case_words::{AgreementWords, CaseWords};
use crate::mail::render::Attachment;
use crate::mail::words::MailWords;

/// M3: it is concluded; the PDF is attached and its SHA-256 is printed.
#[derive(Debug, Clone)]
pub struct Concluded {
    /// Whose contract.
    pub case: CaseWords,
    /// Its printed number.
    pub agreement_number: String,
    /// When it was concluded.
    pub at: DateTime<Utc>,
    /// The day on the paper; `None` if it was concluded by a link (5.8-18).
    pub signed_on: Option<NaiveDate>,
    /// Who concluded it, as typed.
    pub person: String,
    /// In which function, as typed.
    pub function: String,
    /// The contract.
    pub pdf: Attachment,
    /// SHA-256 of the PDF, hex.
    pub sha256: String,
    /// To the former address: the one it was concluded over, masked (A4).
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
    /// Whose contract.
    pub case: CaseWords,
    /// Number of the agreement that became void.
    pub agreement_number: String,
    /// When.
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

/// M12: there is a new contract version, and nothing is to be done (row 35). The case names who may go
/// on under the agreement and the products it opens; without a product nothing is said of access.
#[derive(Debug, Clone)]
pub struct NewVersion {
    /// Whose contract.
    pub case: CaseWords,
    /// The agreement that goes on.
    pub agreement: AgreementWords,
    /// What is new; its comparison is the path of a public page.
    pub version: VersionDiff,
    /// From when new conclusions have the new version.
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
    /// Nobody looks after the customer any more (row 29). The partners in [`CaseWords`] are the
    /// former ones.
    PartnerLeft,
    /// The last product that needs it has ended (row 44).
    NoProduct,
    /// The customer was deleted (row 51).
    Deleted,
}

/// M13: the agreement has ended; what happens to the data, how long the proof is kept.
#[derive(Debug, Clone)]
pub struct Ended {
    /// Whose contract.
    pub case: CaseWords,
    /// Which agreement.
    pub agreement: AgreementWords,
    /// When it ended.
    pub at: DateTime<Utc>,
    /// Why.
    pub why: WhyEnded,
    /// Until when the proof is kept.
    pub proof_until: NaiveDate,
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
            proof_until: crate::domain::calendar::proof_end(at),
        };
        all.push((format!("ended {why:?}"), body.into()));
    }
    all
}
