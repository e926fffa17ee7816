//! Mails as files, for development: `<time>-<id>.eml` is the mail that would have been sent, a
//! `.json` of the same name contains its parts, so that the development mailbox needs no parser.

use std::fs;
use std::io;
use std::path::Path;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::message::Envelope;
use super::render::RenderedMail;
use crate::domain::EmailAddress;

/// A mail in the folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredMail {
    /// File name without extension; sorts by time.
    pub name: String,
    /// Sender as mail programs show it: `Name <address>`.
    pub from: String,
    /// Address of the recipient.
    pub to: EmailAddress,
    /// `Message-ID` without angle brackets.
    pub message_id: String,
    /// The `Date` header.
    pub date: DateTime<Utc>,
    /// Subject, text, HTML, attachments.
    pub written: RenderedMail,
}

/// Writes a mail and returns the file's name. A second delivery of the same mail at the same time
/// replaces the first.
pub(super) fn store(folder: &Path, envelope: &Envelope) -> io::Result<String> {
    fs::create_dir_all(folder)?;
    let head = &envelope.head;
    let name = format!("{}-{}", head.date.format("%Y%m%dT%H%M%S%3fZ"), head.id);
    let stored = StoredMail {
        name: name.clone(),
        from: format!("{} <{}>", head.from_name, head.from.as_str()),
        to: head.to.clone(),
        message_id: head.message_id.clone(),
        date: head.date,
        written: envelope.written.clone(),
    };
    // The .eml is written last, so that a mail that is listed is complete.
    let json = serde_json::to_vec(&stored)?;
    put(folder, &format!("{name}.json"), &json)?;
    let file = format!("{name}.eml");
    put(folder, &file, &envelope.bytes())?;
    Ok(file)
}

/// Writes a file completely or not at all: an incomplete file never has the final name.
fn put(folder: &Path, file: &str, bytes: &[u8]) -> io::Result<()> {
    let unfinished = folder.join(format!(".{file}.{}", uuid::Uuid::new_v4()));
    fs::write(&unfinished, bytes)?;
    fs::rename(&unfinished, folder.join(file))
}

/// The newest `limit` mails, newest first. A folder that does not exist is empty.
///
/// # Errors
/// If the folder or a file in it cannot be read.
pub fn list(folder: &Path, limit: usize) -> io::Result<Vec<StoredMail>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut names = Vec::new();
    for entry in entries {
        if let Some(name) = entry?.file_name().to_str()
            && let Some(name) = name.strip_suffix(".eml")
            && is_name(name)
        {
            names.push(name.to_owned());
        }
    }
    names.sort_unstable_by(|a, b| b.cmp(a));
    names.truncate(limit);
    let mails: io::Result<Vec<Option<StoredMail>>> =
        names.iter().map(|name| read(folder, name)).collect();
    Ok(mails?.into_iter().flatten().collect())
}

/// One mail by its name; `None` if there is none of that name.
///
/// # Errors
/// If the file exists but cannot be read.
pub fn read(folder: &Path, name: &str) -> io::Result<Option<StoredMail>> {
    if !is_name(name) {
        return Ok(None);
    }
    match fs::read(folder.join(format!("{name}.json"))) {
        Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Accepts only names that this module makes, so that none leads out of the folder.
fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'T' | b'Z' | b'-'))
}

/// Serialises bytes as base64 text in JSON.
pub(super) mod base64_bytes {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        STANDARD.decode(text).map_err(serde::de::Error::custom)
    }
}
