//! Renders the values of a mail as subject, text and HTML part.
//!
//! The delivery job reads the values from the database at the moment of delivery (L-08).

use askama::Template;
use serde::{Deserialize, Serialize};

use super::bodies::MailBody;
use super::case_words::clean_party;
use super::words::MailWords;
use super::wrap::{unwrap, wrap};
use crate::domain::name::clean;
use crate::domain::unlinked::unlinked;
use crate::domain::{Language, Operator};

/// One mail before it is rendered.
#[derive(Debug, Clone)]
pub struct MailInput {
    /// The recipient's language. Mails to partners and to the operator are always German.
    pub language: Language,
    /// The operator, who is the sender; fills the footer (§ 35a `GmbHG`).
    pub operator: Operator,
    /// The portal's configured address without a slash at the end (S-20).
    pub base_url: String,
    /// The content of the mail.
    pub body: Box<dyn MailBody>,
}

/// A rendered mail.
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
    /// The text part for a page, without its line breaks.
    pub fn flowing(&self) -> String {
        unwrap(&self.text)
    }
}

/// A file attached to a mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Name of the file.
    pub file_name: String,
    /// Media type, for example `application/pdf`.
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

/// Renders a mail.
///
/// Every name is cleaned first (no line breaks, no control or direction characters, S-21), and the
/// HTML part escapes it (S-26).
///
/// # Errors
/// If a template cannot be rendered, which none of the templates should cause.
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

/// A copy with every stored or typed name as one clean line (S-21), and with texts typed by others
/// than the operator written so that no program makes a link of them (S-26).
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
