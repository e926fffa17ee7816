//! From texts to the bytes that are sent: headers, text, HTML, attachment (S-21, S-24).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use lettre::Message;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Attachment as FilePart, Mailbox, MultiPart, MultiPartKind, SinglePart};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::render::RenderedMail;
use crate::domain::mail::PartHash;
use crate::domain::name::clean;
use crate::domain::{EmailAddress, MailId};

/// The values of envelope and headers.
#[derive(Debug, Clone)]
pub struct Head {
    /// Key of the queued mail; only used for its file name in development, never sent.
    pub id: MailId,
    /// Random mark in `X-AVV-Mail`, by which a returned mail is recognised. It is the same at every
    /// attempt, reveals nothing and cannot be guessed.
    pub mark: Uuid,
    /// The same at every attempt to deliver this mail, with the portal's own domain, without angle
    /// brackets: `17.3f2a@avv.example.de`.
    pub message_id: String,
    /// Sender address (`AVV_MAIL_FROM`).
    pub from: EmailAddress,
    /// The operator's name, shown beside the sender address.
    pub from_name: String,
    /// An address whose mailbox is read.
    pub reply_to: Option<EmailAddress>,
    /// The only recipient.
    pub to: EmailAddress,
    /// The `Date` header: when the mail was queued, so that every attempt has the same bytes (F8).
    pub date: DateTime<Utc>,
}

/// A finished mail, which a [`super::Transport`] sends.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// The values of envelope and headers.
    pub head: Head,
    /// The texts and attachments.
    pub written: RenderedMail,
    pub(super) message: Message,
}

impl Envelope {
    /// The mail as it is sent.
    pub fn bytes(&self) -> Vec<u8> {
        self.message.formatted()
    }

    /// The hashes with which its recipient can verify it, part by part: text, HTML, then the
    /// attachments (F8).
    pub fn parts(&self) -> Vec<PartHash> {
        let words = [
            ("text/plain", &self.written.text),
            ("text/html", &self.written.html),
        ];
        let words = words.into_iter().map(|(kind, text)| PartHash {
            content_type: kind.to_owned(),
            file_name: None,
            sha256: hex(text.as_bytes()),
        });
        let files = self.written.attachments.iter().map(|file| PartHash {
            content_type: file.content_type.clone(),
            file_name: Some(clean(&file.file_name)),
            sha256: hex(&file.bytes),
        });
        words.chain(files).collect()
    }
}

fn hex(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(&Sha256::digest(bytes))
}

/// Why no message can be made: an error in the configuration or the program, never in the network.
#[derive(Debug, thiserror::Error)]
pub enum Unsendable {
    /// An invalid address, identifier or content type.
    #[error("{0} is not usable in a mail")]
    Part(&'static str),
    /// The message could not be put together.
    #[error("the mail cannot be put together: {0}")]
    Message(#[from] lettre::error::Error),
}

/// Makes the message of a rendered mail. Every byte is determined by the arguments.
///
/// # Errors
/// [`Unsendable`] if an identifier, address or content type does not fit into a mail header.
pub fn seal(head: Head, written: RenderedMail) -> Result<Envelope, Unsendable> {
    if !is_message_id(&head.message_id) {
        return Err(Unsendable::Part("the message id"));
    }
    let mut builder = Message::builder()
        .from(mailbox(Some(&head.from_name), &head.from)?)
        .to(mailbox(None, &head.to)?)
        .raw_header(subject(&clean(&written.subject)))
        .date(head.date.into())
        .message_id(Some(format!("<{}>", head.message_id)))
        .header(AutoSubmitted)
        .header(SuppressAutoResponses)
        .header(PortalMail(head.mark));
    if let Some(reply_to) = &head.reply_to {
        builder = builder.reply_to(mailbox(Some(&head.from_name), reply_to)?);
    }
    let part = |kind: MultiPartKind, name: &str| {
        let boundary = format!("part-{}-{name}", head.mark.simple());
        MultiPart::builder().kind(kind).boundary(boundary)
    };
    let words = part(MultiPartKind::Alternative, "words")
        .singlepart(SinglePart::plain(written.text.replace('\n', "\r\n")))
        .singlepart(SinglePart::html(written.html.replace('\n', "\r\n")));
    let body = if written.attachments.is_empty() {
        words
    } else {
        let mut mixed = part(MultiPartKind::Mixed, "all").multipart(words);
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

/// Whether it is exactly one `left@right` of visible ASCII without brackets.
fn is_message_id(id: &str) -> bool {
    id.split_once('@')
        .is_some_and(|(left, right)| !left.is_empty() && !right.is_empty() && !right.contains('@'))
        && id.len() <= 200
        && id
            .bytes()
            .all(|b| b.is_ascii_graphic() && !b"<>()[]\\,;:\"".contains(&b))
}

/// The subject header. A company's name that looks like an encoded word (RFC 2047) would be decoded
/// by the reader's program, so it is encoded itself; the library does that only for names of
/// addresses.
fn subject(text: &str) -> HeaderValue {
    let name = HeaderName::new_from_ascii_str("Subject");
    if !text.contains("=?") {
        return HeaderValue::new(name, text.to_owned());
    }
    let mut words: Vec<String> = Vec::new();
    for c in text.chars() {
        match words.last_mut() {
            Some(word) if word.len() + c.len_utf8() <= LONGEST_WORD => word.push(c),
            _ => words.push(c.to_string()),
        }
    }
    let encoded = |word: &String| format!("=?utf-8?b?{}?=", STANDARD.encode(word));
    let encoded: Vec<String> = words.iter().map(encoded).collect();
    HeaderValue::dangerous_new_pre_encoded(name, text.to_owned(), encoded.join("\r\n "))
}

/// Bytes in one encoded word, so that a line with the name of the header stays under 78 characters.
const LONGEST_WORD: usize = 39;

fn mailbox(name: Option<&str>, address: &EmailAddress) -> Result<Mailbox, Unsendable> {
    let address = address
        .as_str()
        .parse()
        .map_err(|_| Unsendable::Part("an address"))?;
    let name = name.map(clean).filter(|name| !name.is_empty());
    Ok(Mailbox::new(name, address))
}

/// Keeps vacation notices from being sent in reply (RFC 3834).
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

/// Keeps Exchange from sending a vacation notice in reply; it does not read `Auto-Submitted`.
#[derive(Debug, Clone)]
struct SuppressAutoResponses;

impl Header for SuppressAutoResponses {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("X-Auto-Response-Suppress")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "OOF, AutoReply".to_owned())
    }
}

/// Name of the header that carries the mail's mark.
pub(super) const MARK_HEADER: &str = "X-AVV-Mail";

/// The mail's mark, by which a bounce is matched even if only the headers came back.
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
