//! Everything a mail says, as values, and how it becomes a subject, a text and an HTML part.
//!
//! The delivery job fills these values from the database at the moment of delivery (L-08).

use askama::Template;
use serde::{Deserialize, Serialize};

pub use super::approval::ApprovalWords;
use super::cleaning::cleaned;
pub use super::content::{
    AddressStop, AgreementWords, Attachment, CaseWords, ChangeWords, CompanyWords, Content,
    ModuleAccess, NoLonger, NoteWords, WhyEnded,
};
use super::words::Words;
use super::wrap::wrap;
use crate::domain::mail::{Alert, PartnerNews};
use crate::domain::notice::Settlement;
use crate::domain::{Language, Operator};

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
