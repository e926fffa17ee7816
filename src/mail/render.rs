//! How everything a mail says becomes a subject, a text and an HTML part.
//!
//! The delivery job fills the values from the database at the moment of delivery (L-08).

use askama::Template;
use serde::{Deserialize, Serialize};

use super::bodies::MailBody;
use super::case_words::clean_party;
use super::words::MailWords;
use super::wrap::{unwrap, wrap};
use crate::domain::name::clean;
use crate::domain::unlinked::unlinked;
use crate::domain::{Language, Operator};

/// One mail before it has words.
#[derive(Debug, Clone)]
pub struct MailInput {
    /// The reader's language. What goes to partners and to the operator is German whatever this says.
    pub language: Language,
    /// Who writes; fills the footer (§ 35a `GmbHG`).
    pub operator: Operator,
    /// The portal's configured address without a slash at the end (S-20).
    pub base_url: String,
    /// What it says.
    pub body: Box<dyn MailBody>,
}

/// A mail in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenderedMail {
    /// One line, without "Betreff:".
    pub subject: String,
    /// The text part, complete in itself; lines end with `\n`.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// At most the concluded contract.
    pub attachments: Vec<Attachment>,
}

impl RenderedMail {
    /// The text part for a page, which breaks lines where its own room ends.
    pub fn flowing(&self) -> String {
        unwrap(&self.text)
    }
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

#[derive(Template)]
#[template(path = "mail/mail.html")]
struct HtmlPart<'a> {
    subject: &'a str,
    w: &'a MailWords<'a>,
    body: String,
}

#[derive(Template)]
#[template(path = "mail/mail.txt")]
struct TextPart<'a> {
    w: &'a MailWords<'a>,
    body: String,
}

/// Puts a mail into words.
///
/// Every name is cleaned first (no line breaks, no control or direction characters, S-21), and the
/// HTML part escapes it (S-26).
///
/// # Errors
/// When a template cannot be written out; none of the templates has a reason to.
pub fn render(input: &MailInput) -> Result<RenderedMail, askama::Error> {
    let input = cleaned(input.clone());
    let words = MailWords::new(&input);
    let subject = input.body.subject(&words);
    let html = HtmlPart {
        subject: &subject,
        w: &words,
        body: input.body.html(&words)?,
    }
    .render()?;
    let text = TextPart {
        w: &words,
        body: input.body.text(&words)?,
    }
    .render()?;
    Ok(RenderedMail {
        subject,
        text: wrap(&text),
        html,
        attachments: input.body.attachments(),
    })
}

/// The same with every stored or typed name as one clean line (S-21), and what others than the operator
/// typed written so that no program makes a link of it (S-26).
fn cleaned(mut input: MailInput) -> MailInput {
    let operator = &mut input.operator;
    clean_party(&mut operator.party);
    for field in [
        &mut operator.short_name,
        &mut operator.hours,
        &mut operator.hours_en,
    ] {
        *field = clean(field);
    }
    if let Some(case) = input.body.case_mut() {
        case.clean();
    }
    input.body.clean();
    for typed in input.body.typed_by_others() {
        *typed = unlinked(&clean(typed));
    }
    input
}
