//! From words to the bytes that go out: headers, text, HTML, attachment (S-21, S-24).

use chrono::{DateTime, Utc};
use lettre::Message;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Attachment as FilePart, Mailbox, MultiPart, SinglePart};
use uuid::Uuid;

use super::letter::Written;
use crate::domain::name::clean;
use crate::domain::{EmailAddress, MailId};

/// What stands on the envelope and in the headers, beside the words.
#[derive(Debug, Clone)]
pub struct Head {
    /// The queued mail; names its file in development and never leaves the house.
    pub id: MailId,
    /// Random mark in `X-AVV-Mail`, by which a returned mail is found again. It is the same at every
    /// attempt, says nothing to others and cannot be guessed.
    pub mark: Uuid,
    /// Stable over every attempt to deliver this mail, with the portal's own domain, without angle
    /// brackets: `17.3f2a@avv.example.de`.
    pub message_id: String,
    /// Sender address (`AVV_MAIL_FROM`).
    pub from: EmailAddress,
    /// The operator's name, shown beside the sender address.
    pub from_name: String,
    /// A mailbox somebody reads.
    pub reply_to: Option<EmailAddress>,
    /// The only recipient.
    pub to: EmailAddress,
    /// The `Date` header.
    pub date: DateTime<Utc>,
}

/// A finished mail: what a [`super::Transport`] takes.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// What was asked for.
    pub head: Head,
    /// The words it carries.
    pub written: Written,
    pub(super) message: Message,
}

impl Envelope {
    /// The mail as it goes over the wire.
    pub fn bytes(&self) -> Vec<u8> {
        self.message.formatted()
    }
}

/// Why no message can be made of a letter: a fault of the configuration or the program, never of
/// the network.
#[derive(Debug, thiserror::Error)]
pub enum Unsendable {
    /// An address or a content type that mail does not know.
    #[error("{0} is not usable in a mail")]
    Part(&'static str),
    /// The message could not be put together.
    #[error("the mail cannot be put together: {0}")]
    Message(#[from] lettre::error::Error),
}

/// Puts a written mail into its envelope. Everything but the MIME boundary follows from the
/// arguments.
///
/// # Errors
/// [`Unsendable`] if an identifier, address or content type does not fit into a mail header.
pub fn seal(head: Head, written: Written) -> Result<Envelope, Unsendable> {
    if !is_message_id(&head.message_id) {
        return Err(Unsendable::Part("the message id"));
    }
    let mut builder = Message::builder()
        .from(mailbox(Some(&head.from_name), &head.from)?)
        .to(mailbox(None, &head.to)?)
        .subject(clean(&written.subject))
        .date(head.date.into())
        .message_id(Some(format!("<{}>", head.message_id)))
        .header(AutoSubmitted)
        .header(PortalMail(head.mark));
    if let Some(reply_to) = &head.reply_to {
        builder = builder.reply_to(mailbox(Some(&head.from_name), reply_to)?);
    }
    let words = MultiPart::alternative()
        .singlepart(SinglePart::plain(written.text.replace('\n', "\r\n")))
        .singlepart(SinglePart::html(written.html.replace('\n', "\r\n")));
    let body = if written.attachments.is_empty() {
        words
    } else {
        let mut mixed = MultiPart::mixed().multipart(words);
        for file in &written.attachments {
            let kind = ContentType::parse(&file.content_type)
                .map_err(|_| Unsendable::Part("the attachment's content type"))?;
            let part = FilePart::new(clean(&file.file_name)).body(file.bytes.clone(), kind);
            mixed = mixed.singlepart(part);
        }
        mixed
    };
    let message = builder.multipart(body)?;
    Ok(Envelope {
        head,
        written,
        message,
    })
}

/// Exactly one `left@right` of visible ASCII without brackets.
fn is_message_id(id: &str) -> bool {
    id.split_once('@')
        .is_some_and(|(left, right)| !left.is_empty() && !right.is_empty() && !right.contains('@'))
        && id.len() <= 200
        && id
            .bytes()
            .all(|b| b.is_ascii_graphic() && !b"<>()[]\\,;:\"".contains(&b))
}

fn mailbox(name: Option<&str>, address: &EmailAddress) -> Result<Mailbox, Unsendable> {
    let address = address
        .as_str()
        .parse()
        .map_err(|_| Unsendable::Part("an address"))?;
    let name = name.map(clean).filter(|name| !name.is_empty());
    Ok(Mailbox::new(name, address))
}

/// Keeps vacation notices from answering (RFC 3834).
#[derive(Debug, Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// Name of the header that carries the mail's mark.
pub(super) const MARK_HEADER: &str = "X-AVV-Mail";

/// The mail's mark, by which a bounce finds it even if only the headers came back.
#[derive(Debug, Clone)]
struct PortalMail(Uuid);

impl Header for PortalMail {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str(MARK_HEADER)
    }

    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(text.trim().parse()?))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.simple().to_string())
    }
}

#[cfg(test)]
#[path = "message_tests.rs"]
pub(super) mod tests;
