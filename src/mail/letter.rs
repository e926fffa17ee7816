//! Everything a mail says, as values, and how it becomes a subject, a text and an HTML part.
//!
//! The delivery job fills these values from the database at the moment of delivery (L-08).

use askama::Template;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::words::Words;
use super::wrap::wrap;
use crate::domain::mail::{Alert, PartnerNews, RequestReason};
use crate::domain::name::clean;
use crate::domain::{CustomerNumber, Language, Operator, Party};

/// One mail before it has words.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The reader's language. What goes to partners and to the operator is German whatever this says.
    pub language: Language,
    /// Who writes; fills the footer (§ 35a `GmbHG`).
    pub operator: Operator,
    /// The portal's configured address without a slash at the end (S-20).
    pub base_url: String,
    /// What it is about.
    pub content: Content,
}

/// Whose contract a mail is about, in the words it is printed with.
#[derive(Debug, Clone)]
pub struct CaseWords {
    /// The customer, of whom only the name is printed.
    pub customer: Party,
    /// "Kundennummer".
    pub customer_number: CustomerNumber,
    /// Name of the partner that looks after the customer.
    pub partner: Option<String>,
    /// Name of the sub-partner, if there is one.
    pub sub_partner: Option<String>,
    /// Names of the products the contract covers, in the letter's language.
    pub products: Vec<String>,
    /// Whether an agreement is in force, which then goes on whatever becomes of the open request
    /// (states U and W).
    pub in_force: bool,
}

/// One portal area and whether the partner who reads the mail may enter it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleAccess {
    /// Name on screens: "UMS-Verwaltung".
    pub module: String,
    /// The answer of the access rule at the moment of delivery.
    pub open: bool,
}

/// A file that travels with a mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Name under which it is saved.
    pub file_name: String,
    /// For example `application/pdf`.
    pub content_type: String,
    /// The file itself.
    #[serde(with = "super::outbox_folder::base64_bytes")]
    pub bytes: Vec<u8>,
}

/// Which mail (requirements 5.3), with everything it says.
#[derive(Debug, Clone)]
#[expect(
    missing_docs,
    reason = "the fields say what they are; each variant says which mail it is"
)]
pub enum Content {
    /// M1: please conclude.
    Request {
        case: CaseWords,
        reason: RequestReason,
        link: String,
        valid_until: DateTime<Utc>,
    },
    /// M2.n: reminder n of 3 with a new link.
    Reminder {
        case: CaseWords,
        number: u8,
        link: String,
        valid_until: DateTime<Utc>,
    },
    /// M3: it is concluded; the PDF is attached and its SHA-256 is printed.
    Concluded {
        case: CaseWords,
        agreement_number: String,
        at: DateTime<Utc>,
        person: String,
        function: String,
        pdf: Attachment,
        sha256: String,
    },
    /// M6: the decline is confirmed.
    Declined { case: CaseWords, at: DateTime<Utc> },
    /// M7: the objection is confirmed.
    Objected {
        case: CaseWords,
        agreement_number: String,
        at: DateTime<Utc>,
    },
    /// M4, M5, M8: what a partner may know. No consent link, nothing of the contract.
    PartnerInfo {
        case: CaseWords,
        news: PartnerNews,
        at: DateTime<Utc>,
        access: Vec<ModuleAccess>,
        status_url: String,
    },
    /// M14: something needs a person at the operator.
    Alert {
        case: CaseWords,
        alert: Alert,
        status_url: String,
    },
    /// Link with which a user sets a password.
    SetPassword {
        name: String,
        link: String,
        valid_until: DateTime<Utc>,
        invitation: bool,
    },
    /// Notice that a password was changed (S-38).
    PasswordChanged { name: String, at: DateTime<Utc> },
}

/// A mail in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// One line, without "Betreff:".
    pub subject: String,
    /// The text part, complete in itself; lines end with `\n`.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// At most the concluded contract.
    pub attachments: Vec<Attachment>,
}

#[derive(Template)]
#[template(path = "mail/mail.html")]
struct HtmlPart<'a> {
    subject: &'a str,
    w: &'a Words<'a>,
    content: &'a Content,
}

#[derive(Template)]
#[template(path = "mail/mail.txt")]
struct TextPart<'a> {
    w: &'a Words<'a>,
    content: &'a Content,
}

/// Puts a letter into words.
///
/// Every name is cleaned first (no line breaks, no control or direction characters, S-21), and the
/// HTML part escapes it (S-26).
///
/// # Errors
/// When a template cannot be written out; none of the templates has a reason to.
pub fn write(letter: &Letter) -> Result<Written, askama::Error> {
    let letter = cleaned(letter.clone());
    let words = Words::new(&letter);
    let subject = words.subject(&letter.content);
    let html = HtmlPart {
        subject: &subject,
        w: &words,
        content: &letter.content,
    }
    .render()?;
    let text = TextPart {
        w: &words,
        content: &letter.content,
    }
    .render()?;
    let attachments = match letter.content {
        Content::Concluded { pdf, .. } => vec![pdf],
        _ => Vec::new(),
    };
    Ok(Written {
        subject,
        text: wrap(&text),
        html,
        attachments,
    })
}

/// The same letter with every stored or typed name as one clean line.
fn cleaned(mut letter: Letter) -> Letter {
    let operator = &mut letter.operator;
    clean_party(&mut operator.party);
    for field in [
        &mut operator.short_name,
        &mut operator.hours,
        &mut operator.hours_en,
    ] {
        *field = clean(field);
    }
    if let Some(case) = letter.content.case_mut() {
        clean_party(&mut case.customer);
        for name in [&mut case.partner, &mut case.sub_partner] {
            *name = name
                .as_deref()
                .map(clean)
                .filter(|cleaned| !cleaned.is_empty());
        }
        for product in &mut case.products {
            *product = clean(product);
        }
    }
    match &mut letter.content {
        Content::Concluded {
            agreement_number,
            person,
            function,
            ..
        } => {
            *agreement_number = clean(agreement_number);
            *person = clean(person);
            *function = clean(function);
        }
        Content::Objected {
            agreement_number, ..
        } => *agreement_number = clean(agreement_number),
        Content::PartnerInfo { access, .. } => {
            for area in access {
                area.module = clean(&area.module);
            }
        }
        Content::SetPassword { name, .. } | Content::PasswordChanged { name, .. } => {
            *name = clean(name);
        }
        Content::Request { .. }
        | Content::Reminder { .. }
        | Content::Declined { .. }
        | Content::Alert { .. } => {}
    }
    letter
}

fn clean_party(party: &mut Party) {
    for field in [
        &mut party.name,
        &mut party.street,
        &mut party.postcode,
        &mut party.city,
        &mut party.country,
        &mut party.register,
        &mut party.represented_by,
        &mut party.phone,
    ] {
        *field = clean(field);
    }
}

impl Content {
    /// The case the mail is about; `None` for mails about a user's password.
    pub fn case(&self) -> Option<&CaseWords> {
        match self {
            Self::Request { case, .. }
            | Self::Reminder { case, .. }
            | Self::Concluded { case, .. }
            | Self::Declined { case, .. }
            | Self::Objected { case, .. }
            | Self::PartnerInfo { case, .. }
            | Self::Alert { case, .. } => Some(case),
            Self::SetPassword { .. } | Self::PasswordChanged { .. } => None,
        }
    }

    fn case_mut(&mut self) -> Option<&mut CaseWords> {
        match self {
            Self::Request { case, .. }
            | Self::Reminder { case, .. }
            | Self::Concluded { case, .. }
            | Self::Declined { case, .. }
            | Self::Objected { case, .. }
            | Self::PartnerInfo { case, .. }
            | Self::Alert { case, .. } => Some(case),
            Self::SetPassword { .. } | Self::PasswordChanged { .. } => None,
        }
    }

    /// Whether the customer reads this mail.
    pub(super) fn is_for_customer(&self) -> bool {
        matches!(
            self,
            Self::Request { .. }
                | Self::Reminder { .. }
                | Self::Concluded { .. }
                | Self::Declined { .. }
                | Self::Objected { .. }
        )
    }

    /// Partners and the operator are always written to in German.
    pub(super) fn is_always_german(&self) -> bool {
        matches!(self, Self::PartnerInfo { .. } | Self::Alert { .. })
    }
}
