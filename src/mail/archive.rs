//! Reading mailboxes: the PDFs in messages that were mailed (F5). Single messages (`.eml`, the files of a
//! Maildir) and many in one file (mbox). What is found is not believed; whoever takes it looks at seals.

use std::io::{self, BufRead};

use mail_parser::mailbox::mbox::MessageIterator;
use mail_parser::{Message, MessageParser, PartType};

use super::bounce::with_room;

/// How every PDF begins.
const PDF: &[u8] = b"%PDF-";
/// How a mailbox of many messages begins.
const MBOX: &[u8] = b"From ";
/// Messages within messages that are looked into: what was forwarded, twice.
const DEEPEST: usize = 3;

/// What a file is, by how it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A PDF.
    Pdf,
    /// A mailbox of many messages.
    Mailbox,
    /// One message, or something else.
    Message,
}

impl Kind {
    /// By the first bytes.
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
