//! Reading delivery reports of other mail servers (RFC 3464): which mail they are about, and what
//! happened to it.
//!
//! Any stranger can send mails to the sender's address, so the input is hostile: it is cut at
//! [`LARGEST`], read on a thread of its own (nesting costs stack, and in a debug build the parser's
//! own assertions fail on some damaged mails, which then ends only that thread), and the results
//! are limited. The sender of a report is never trusted; what counts is that it names a mail by its
//! mark or Message-ID, which only its recipient knows.

mod fields;
#[cfg(test)]
mod tests;

use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders as _, PartType};
use uuid::Uuid;

use super::message::MARK_HEADER;
use super::transport::tidy;
use crate::domain::reply::{Speaks, reply_code_in, speaks, status_in};
pub(super) use fields::message_ids as mail_ids;
use fields::{Fields, groups, message_ids};

/// At most this many bytes of a report are read, 1 MB. The report itself comes before the returned
/// mail.
pub const LARGEST: usize = 1024 * 1024;
/// Stack of the reading thread: enough for as many nested parts as fit into [`LARGEST`].
const STACK: usize = 128 * 1024 * 1024;
/// At most this many marks, Message-IDs and recipients are read.
const MOST: usize = 20;
/// Depth of nested messages that are looked into: a report that was forwarded twice.
const DEEPEST: usize = 3;

/// A delivery report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bounce {
    /// Marks of mails it names, the most reliable first.
    pub marks: Vec<Uuid>,
    /// Message-IDs it names, without angle brackets, the most reliable first.
    pub message_ids: Vec<String>,
    /// The results by recipient; never empty.
    pub notices: Vec<Notice>,
    /// Whether it is written only for people (D3). Then it counts only if it contains the address
    /// the mail was sent to.
    pub in_words: bool,
}

/// The result for one recipient.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notice {
    /// Final and original recipient, lower-cased.
    pub recipients: Vec<String>,
    /// What happened to the mail.
    pub action: Action,
    /// Enhanced status code, such as `5.1.1`; empty if there is none.
    pub status: String,
    /// Reply code in the text of the mail server, such as 550.
    pub code: Option<u16>,
    /// Text of the mail server on one line, with addresses masked (S-82).
    pub diagnostic: String,
}

/// What happened to the mail on its way to a recipient.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Action {
    /// Delivery was given up.
    Failed,
    /// Delivery is still being tried.
    Delayed,
    /// Delivered, relayed, expanded, or an unknown word.
    #[default]
    Other,
}

impl Notice {
    /// Whether it is about the recipient or the sender: by its status, and by the reply code if the
    /// status is too general.
    pub fn speaks(&self) -> Speaks {
        let says_little = self.status.is_empty() || self.status.ends_with(".0.0");
        speaks(self.code.filter(|_| says_little), &self.status)
    }
}

/// Reads a delivery report. `None` if it is none: a human reply, a vacation notice, or garbage.
pub fn read(raw: &[u8]) -> Option<Bounce> {
    let raw = raw.get(..LARGEST).unwrap_or(raw).to_vec();
    with_room(move || understand(&raw))
}

/// Reads a mail on a thread of its own; a panic ends only that thread.
pub(super) fn with_room<T: Send + 'static>(
    work: impl FnOnce() -> Option<T> + Send + 'static,
) -> Option<T> {
    std::thread::Builder::new()
        .name("inbox".to_owned())
        .stack_size(STACK)
        .spawn(work)
        .ok()?
        .join()
        .ok()?
}

fn understand(raw: &[u8]) -> Option<Bounce> {
    let message = MessageParser::default().parse(raw)?;
    let mut found = Bounce::default();
    let mut texts = Vec::new();
    collect(&message, 0, &mut found, &mut texts);
    if found.marks.is_empty() && found.message_ids.is_empty() {
        // A report that quotes the mail in its text.
        for text in &texts {
            let lines = text
                .lines()
                .map(|line| line.trim_start_matches(['>', '|', ' ']));
            for fields in groups(&lines.collect::<Vec<_>>().join("\n")) {
                found.name(&fields);
            }
        }
    }
    if found.notices.is_empty() {
        found.notices = failed_recipients(&message, &texts).unwrap_or_default();
    }
    if found.notices.is_empty() {
        let names_a_mail = !found.marks.is_empty() || !found.message_ids.is_empty();
        found
            .notices
            .push(in_words(&texts).filter(|_| names_a_mail)?);
        found.in_words = true;
    }
    for header in ["In-Reply-To", "References"] {
        let ids = message.header_raw(header).unwrap_or_default();
        found.add_message_ids(ids);
    }
    found.marks.truncate(MOST);
    found.message_ids.truncate(MOST);
    found.notices.truncate(MOST);
    Some(found)
}

/// Walks through the parts; those that are written for people are added to `texts`.
fn collect(message: &Message<'_>, depth: usize, found: &mut Bounce, texts: &mut Vec<String>) {
    for part in message.parts.iter().take(50) {
        match (&part.body, kind_of(part).as_str()) {
            (PartType::Message(inner), _) => {
                found.name(&Fields::of(inner.headers_raw()));
                if depth + 1 < DEEPEST {
                    collect(inner, depth + 1, found, texts);
                }
            }
            (_, "message/delivery-status" | "message/global-delivery-status") => {
                let text = String::from_utf8_lossy(part.contents());
                found
                    .notices
                    .extend(groups(&text).iter().filter_map(notice));
            }
            (_, "text/rfc822-headers" | "message/rfc822-headers" | "message/global-headers") => {
                let text = String::from_utf8_lossy(part.contents());
                if let Some(fields) = groups(&text).first() {
                    found.name(fields);
                }
            }
            (PartType::Text(text) | PartType::Html(text), _) if texts.len() < MOST => {
                texts.push(text.to_string());
            }
            _ => {}
        }
    }
}

/// Content type like "message/delivery-status" in lower case; empty without a type.
fn kind_of(part: &MessagePart<'_>) -> String {
    part.content_type()
        .map(|kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()))
        .unwrap_or_default()
        .to_ascii_lowercase()
}

/// The fields of one recipient; the group about the message as a whole has none.
fn notice(fields: &Fields) -> Option<Notice> {
    let recipients: Vec<String> = ["final-recipient", "original-recipient"]
        .iter()
        .filter_map(|name| fields.get(name))
        .map(address)
        .filter(|address| !address.is_empty())
        .collect();
    let action = match fields.get("action").and_then(first_word).as_deref() {
        Some("failed") => Action::Failed,
        Some("delayed") => Action::Delayed,
        Some(_) => Action::Other,
        None => {
            recipients.first()?;
            Action::Other
        }
    };
    let said = fields.get("diagnostic-code").unwrap_or_default();
    let told = fields.get("status").and_then(status_in);
    let status = told
        .filter(|status| !status.ends_with(".0.0"))
        .or_else(|| status_in(said))
        .or(told)
        .unwrap_or_default();
    Some(Notice {
        recipients,
        action,
        status: status.to_owned(),
        code: reply_code_in(said),
        diagnostic: tidy(said.split_once(';').map_or(said, |(_, words)| words).trim()),
    })
}

/// The address of a field: `rfc822; <Info@Firma.de>` becomes `info@firma.de`.
fn address(field: &str) -> String {
    let bare = field.rsplit(';').next().unwrap_or(field);
    bare.trim()
        .trim_start_matches('<')
        .trim_end_matches('>')
        .trim()
        .to_ascii_lowercase()
}

fn first_word(text: &str) -> Option<String> {
    let word = text.split([' ', '(', ';', '\t']).find(|w| !w.is_empty())?;
    Some(word.to_ascii_lowercase())
}

/// Reports in the format from before RFC 3464, as Exim still sends them: the recipients in a
/// header, the reason in the text. They are only sent if a mail is given up.
fn failed_recipients(message: &Message<'_>, texts: &[String]) -> Option<Vec<Notice>> {
    let header = message.header_raw("X-Failed-Recipients")?;
    let reason = texts
        .iter()
        .flat_map(|text| text.lines())
        .find(|line| status_in(line).is_some() || reply_code_in(line).is_some())
        .unwrap_or_default();
    let notices: Vec<Notice> = header
        .split(',')
        .map(address)
        .filter(|address| !address.is_empty())
        .map(|recipient| Notice {
            recipients: vec![recipient],
            action: Action::Failed,
            status: status_in(reason).unwrap_or("5.0.0").to_owned(),
            code: reply_code_in(reason),
            diagnostic: tidy(reason.trim()),
        })
        .collect();
    (!notices.is_empty()).then_some(notices)
}

/// A report that is written only for people (D3): an enhanced status of class 5, and every address
/// in the text.
fn in_words(texts: &[String]) -> Option<Notice> {
    let lines = || texts.iter().flat_map(|text| text.lines());
    let (reason, status) = lines().find_map(|line| {
        let status = status_in(line).filter(|status| status.starts_with("5."))?;
        Some((line, status))
    })?;
    let addresses = lines()
        .flat_map(|line| line.split([' ', '\t', '<', '>', '(', ')', ',', ';', ':', '"', '\'']))
        .filter(|word| word.contains('@') && word.len() <= 254)
        .map(|word| word.trim_end_matches('.').to_ascii_lowercase());
    Some(Notice {
        recipients: addresses.take(MOST).collect(),
        action: Action::Failed,
        status: status.to_owned(),
        code: reply_code_in(reason),
        diagnostic: tidy(reason.trim()),
    })
}

impl Bounce {
    /// Reads mark and Message-ID from the header of a returned mail.
    fn name(&mut self, head: &Fields) {
        let mark = head.get(&MARK_HEADER.to_ascii_lowercase());
        if let Some(mark) = mark.and_then(|mark| Uuid::try_parse(mark.trim()).ok()) {
            self.marks.push(mark);
        }
        self.add_message_ids(head.get("message-id").unwrap_or_default());
    }

    fn add_message_ids(&mut self, text: &str) {
        for id in message_ids(text) {
            if !self.message_ids.contains(&id) {
                self.message_ids.push(id);
            }
        }
    }
}
