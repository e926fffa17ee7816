//! Restores the facts of a concluded document from the sealed files that are attached to it (F5). A
//! stranger's document is never parsed: its seal is checked first.

use chrono::{DateTime, NaiveDate, Utc};
use lopdf::Document;
use serde::Deserialize;

use super::evidence::{Circumstances, FACTS_FILE, FORM, WORDING_FILE};
use super::seal::{Certificates, Finding, check};
use super::{attached_files, hex, printed_words};
use crate::contract::values::{Conclusion, CoveredProduct, Values, least_years};
use crate::domain::{CustomerNumber, Language, LinkId, Operator, Party};

/// The facts of a concluded document, as it states them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The customer the agreement belongs to.
    pub customer: CustomerNumber,
    /// The values that were filled in, with the conclusion. Times have whole seconds.
    pub values: Values,
    /// The conclusion again, which is always there.
    pub conclusion: Conclusion,
    /// Language, version, link and round.
    pub about: Circumstances,
    /// The wording that was shown and concluded.
    pub wording: String,
    /// Number of pages.
    pub pages: usize,
    /// Version of the portal that made it.
    pub build: String,
}

/// Why a file is not a concluded document of this portal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoRecord {
    /// Larger than any document of the portal.
    #[error("it is larger than 10 MB; the portal issues no such document")]
    TooLarge,
    /// Something other than a PDF.
    #[error("it is not a PDF")]
    NotPdf,
    /// A PDF without signature.
    #[error("it bears no seal")]
    Unsigned,
    /// Its content is not what was sealed.
    #[error("its seal is broken: the file was changed or damaged")]
    Broken,
    /// The sealed part is unchanged, but something was appended.
    #[error("something was added to it after it had been sealed")]
    Extended,
    /// It is sealed by someone else.
    #[error("it was sealed with a certificate this portal does not know ({0})")]
    Foreign(String),
    /// The seal is valid, but the facts cannot be read.
    #[error("its seal holds, but its record of conclusion cannot be read: {0}")]
    Unreadable(String),
}

/// Checks the seal with the portal's own certificates, and only then reads the sealed facts.
///
/// # Errors
///
/// If the file is not, byte for byte, a concluded document of this portal.
pub fn read_record(file: &[u8], known: &Certificates) -> Result<Record, NoRecord> {
    let number = sealed_number(&check(file, known))?;
    let fault = |error: lopdf::Error| NoRecord::Unreadable(error.to_string());
    let files = attached_files(file).map_err(fault)?;
    let words = printed_words(file).map_err(fault)?;
    let stated = |name: &str| {
        let found = files.iter().find(|(found, _)| found == name);
        let (_, content) = found.ok_or_else(|| unreadable(&format!("{name} is missing")))?;
        if !words.contains(&hex::sha256(content)) {
            return Err(unreadable(&format!("{name} is not the one its pages name")));
        }
        std::str::from_utf8(content).map_err(|error| unreadable(&format!("{name}: {error}")))
    };
    let (facts, wording) = (stated(FACTS_FILE)?, stated(WORDING_FILE)?);
    let read: Facts =
        serde_json::from_str(facts).map_err(|error| unreadable(&error.to_string()))?;
    if read.form != FORM {
        return Err(unreadable(&format!("its form is {}", read.form)));
    }
    if number.is_some_and(|number| number != read.agreement.number) {
        return Err(unreadable("seal and record name different numbers"));
    }
    if hex::sha256(wording.as_bytes()) != read.agreement.wording_sha256 {
        return Err(unreadable("record and wording do not belong together"));
    }
    let pages = Document::load_mem(file).map_err(fault)?.get_pages().len();
    read.into_record(hex::sha256(facts.as_bytes()), wording, pages)
}

/// The number in a valid seal.
fn sealed_number(finding: &Finding) -> Result<Option<String>, NoRecord> {
    let all = match finding {
        Finding::TooLarge => return Err(NoRecord::TooLarge),
        Finding::NotPdf => return Err(NoRecord::NotPdf),
        Finding::Unsigned => return Err(NoRecord::Unsigned),
        Finding::Signed(all) => all,
    };
    if let Some(seal) = all.iter().find(|one| one.holds()) {
        return Ok(seal.number.clone());
    }
    Err(if all.iter().any(|one| one.intact && one.trusted) {
        NoRecord::Extended
    } else if let Some(foreign) = all.iter().find(|one| one.intact) {
        let of = foreign.certificate.as_ref();
        NoRecord::Foreign(of.map(|one| one.subject.clone()).unwrap_or_default())
    } else {
        NoRecord::Broken
    })
}

fn unreadable(what: &str) -> NoRecord {
    NoRecord::Unreadable(what.to_owned())
}

/// The attached facts, as [`super::evidence::facts`] writes them.
#[derive(Deserialize)]
struct Facts {
    form: String,
    agreement: AgreementFacts,
    parties: PartyFacts,
    person: PersonFacts,
    link: LinkFacts,
    portal_version: String,
}

#[derive(Deserialize)]
struct AgreementFacts {
    number: String,
    concluded_at: DateTime<Utc>,
    language: String,
    version: String,
    version_date: NaiveDate,
    wording_sha256: String,
    products: Vec<CoveredProduct>,
    #[serde(default = "least_years")]
    retention_years: u8,
}

#[derive(Deserialize)]
struct PartyFacts {
    operator: Operator,
    customer: Party,
    customer_number: String,
    partner: Option<Party>,
    sub_partner: Option<Party>,
}

#[derive(Deserialize)]
struct PersonFacts {
    name: String,
    function: String,
    declarations: Vec<String>,
    remote_address: Option<String>,
    user_agent: Option<String>,
}

#[derive(Deserialize)]
struct LinkFacts {
    id: LinkId,
    sent_to: String,
    sent_at: DateTime<Utc>,
    valid_until: DateTime<Utc>,
    asked_at: DateTime<Utc>,
    reminder: u8,
}

impl Facts {
    fn into_record(self, hash: String, wording: &str, pages: usize) -> Result<Record, NoRecord> {
        let number: CustomerNumber = (self.parties.customer_number.parse())
            .map_err(|_| unreadable("its customer number is none"))?;
        let language = Language::from_code(&self.agreement.language)
            .ok_or_else(|| unreadable("its language is none of the portal's"))?;
        let conclusion = Conclusion {
            agreement_number: self.agreement.number,
            at: self.agreement.concluded_at,
            person: self.person.name,
            function: self.person.function,
            declarations: self.person.declarations,
            sent_to: self.link.sent_to,
            link_sent_at: self.link.sent_at,
            remote_address: self.person.remote_address.unwrap_or_default(),
            user_agent: self.person.user_agent.unwrap_or_default(),
            document_hash: self.agreement.wording_sha256,
            evidence_hash: hash,
        };
        Ok(Record {
            customer: number,
            values: Values {
                operator: self.parties.operator,
                customer: self.parties.customer,
                customer_number: Some(number),
                partner: self.parties.partner,
                sub_partner: self.parties.sub_partner,
                products: self.agreement.products,
                retention_years: self.agreement.retention_years,
                conclusion: Some(conclusion.clone()),
            },
            conclusion,
            about: Circumstances {
                language,
                version: (self.agreement.version, self.agreement.version_date),
                link: self.link.id,
                reminder: self.link.reminder,
                asked_at: self.link.asked_at,
                valid_until: self.link.valid_until,
            },
            wording: wording.to_owned(),
            pages,
            build: self.portal_version,
        })
    }
}
