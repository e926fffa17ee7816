//! Reading mailboxes: the PDFs in messages that were mailed (F5). Single messages (`.eml`, the
//! files of a Maildir) and many in one file (mbox). What is found is not trusted; the caller checks
//! the seals.

use std::io::{self, BufRead};

use mail_parser::mailbox::mbox::MessageIterator;
use mail_parser::{Message, MessageParser, PartType};

use super::bounce::with_room;

/// The first bytes of every PDF.
const PDF: &[u8] = b"%PDF-";
/// The first bytes of a mailbox with many messages.
const MBOX: &[u8] = b"From ";
/// Depth of nested messages that are looked into: twice forwarded.
const DEEPEST: usize = 3;

/// The kind of a file, told by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A PDF document.
    Pdf,
    /// A mailbox with many messages.
    Mailbox,
    /// One message, or something else.
    Message,
}

impl Kind {
    /// The kind of a file with these first bytes.
    pub fn of(start: &[u8]) -> Self {
        match start {
            start if start.starts_with(PDF) => Self::Pdf,
            start if start.starts_with(MBOX) => Self::Mailbox,
            _ => Self::Message,
        }
    }
}

/// The messages of a mailbox, one after the other.
pub fn messages(mailbox: impl BufRead) -> impl Iterator<Item = io::Result<Vec<u8>>> {
    MessageIterator::new(mailbox).map(|message| Ok(message?.unwrap_contents()))
}

/// The PDFs attached to a message, and to messages forwarded with it; none if it is no message.
pub fn pdfs(raw: Vec<u8>) -> Vec<Vec<u8>> {
    with_room(move || {
        let mut found = Vec::new();
        collect(&MessageParser::default().parse(&raw)?, 0, &mut found);
        Some(found)
    })
    .unwrap_or_default()
}

fn collect(message: &Message<'_>, depth: usize, found: &mut Vec<Vec<u8>>) {
    for part in &message.parts {
        match &part.body {
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) if bytes.starts_with(PDF) => {
                found.push(bytes.to_vec());
            }
            PartType::Message(inner) if depth < DEEPEST => collect(inner, depth + 1, found),
            _ => {}
        }
    }
}
