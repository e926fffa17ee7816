//! The chain of audit events (S-80, EV-15): what is hashed, how, and how a chain is checked.
//!
//! ```text
//! content digest = SHA-256( salt in hex, line feed, {"actor":…,"details":…} )
//! hash           = SHA-256( avv-audit-1
//!                           hash of the event before, in hex; 64 zeros before the first
//!                           position
//!                           time, as in 2026-11-22T09:00:00.000000Z
//!                           kind
//!                           customer number
//!                           status before
//!                           status after
//!                           content digest, in hex )
//! ```
//!
//! Each line of the second ends with a line feed; what is missing is an empty line. The JSON is
//! written without spaces, names in the order of their bytes. So an auditor can check an event with
//! `sha256sum`. The digest stands between, so that what is personal can be erased later while the
//! chain still holds; the salt keeps the digest from giving it away.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::domain::CustomerNumber;

/// First line of what is hashed; another form of the chain gets another one.
const FORM: &str = "avv-audit-1";

/// A SHA-256; printed and read as 64 hexadecimal figures.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// Stands for the event before the first.
    pub const NONE: Self = Self([0; 32]);

    fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }

    /// The first ten figures: enough for people to tell events apart.
    pub fn short(&self) -> String {
        self.to_string().chars().take(10).collect()
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl FromStr for Hash {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "a hash has 64 hexadecimal figures";
        if text.len() != 64 {
            return Err(wrong);
        }
        let mut bytes = [0; 32];
        base16ct::mixed::decode(text, &mut bytes).map_err(|_| wrong)?;
        Ok(Self(bytes))
    }
}

/// Where a chain ends: place and hash of the newest event; `0:000…` before the first. Written as
/// `POSITION:HASH`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Place of the event.
    pub position: i64,
    /// Hash of that event; zeros before the first.
    pub hash: Hash,
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.position, self.hash)
    }
}

impl FromStr for Head {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "expected POSITION:HASH, as `audit verify` prints it";
        let (position, hash) = text.trim().split_once(':').ok_or(wrong)?;
        Ok(Self {
            position: position.parse().map_err(|_| wrong)?,
            hash: hash.parse().map_err(|_| wrong)?,
        })
    }
}

/// What is personal in an event, and can be erased.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    /// Sixteen random bytes.
    pub salt: Vec<u8>,
    /// Who did it.
    pub actor: Value,
    /// What happened, with its details.
    pub details: Value,
}

impl Content {
    /// The digest that stays when the content is erased.
    pub fn digest(&self) -> Hash {
        Hash::of(&self.hashed())
    }

    /// The text that is hashed, character by character, so that it can be handed to an auditor.
    pub fn hashed(&self) -> String {
        let mut text = hex(&self.salt);
        text.push_str("\n{\"actor\":");
        canonical(&self.actor, &mut text);
        text.push_str(",\"details\":");
        canonical(&self.details, &mut text);
        text.push('}');
        text
    }
}

/// What of an event is hashed into the chain and stays for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Hash of the event before.
    pub previous: Hash,
    /// 1, 2, 3 …
    pub position: i64,
    /// When; microseconds are kept.
    pub at: DateTime<Utc>,
    /// Key of the kind.
    pub kind: String,
    /// The customer whose case it belongs to; `None` if it belongs to no customer.
    pub customer: Option<CustomerNumber>,
    /// Key of the status before.
    pub before: Option<String>,
    /// Key of the status after.
    pub after: Option<String>,
    /// Digest of the content.
    pub content: Hash,
}

impl Frame {
    /// The moment as it is hashed: UTC with microseconds.
    pub fn moment(&self) -> String {
        self.at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
    }

    /// The hash of the event.
    pub fn hash(&self) -> Hash {
        let customer = self.customer.map(|number| number.to_string());
        let lines = [
            FORM,
            &self.previous.to_string(),
            &self.position.to_string(),
            &self.moment(),
            &self.kind,
            customer.as_deref().unwrap_or_default(),
            self.before.as_deref().unwrap_or_default(),
            self.after.as_deref().unwrap_or_default(),
            &self.content.to_string(),
        ];
        Hash::of(&(lines.join("\n") + "\n"))
    }
}

/// An event as it lies in the database.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// What is hashed.
    pub frame: Frame,
    /// The hash that was written.
    pub hash: Hash,
    /// What is personal; empty once it was erased.
    pub content: Option<Content>,
    /// The tombstone of an erased event.
    pub erased_by: Option<i64>,
    /// Whether that tombstone exists and names this event.
    pub is_named: bool,
}

/// What is wrong with an event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// The chain goes on behind it, or its head says that there is one.
    #[error("is missing; the next one that exists is {0}")]
    Missing(i64),
    /// Nothing comes any more, although the head says so.
    #[error("is missing: the log is cut off here, but its head says it ends with event {0}")]
    CutOff(i64),
    /// A position that no event can have.
    #[error("has a position that no event can have: they begin with 1")]
    Impossible,
    /// Who or what is not as it was written.
    #[error("was changed: who did what is not what was written")]
    Content,
    /// Time, kind, customer or status is not as it was written, or the hash itself.
    #[error(
        "was changed: its time, kind, customer, status, digest or hash is not what was written"
    )]
    Frame,
    /// It is intact by itself but continues another event.
    #[error("does not continue event {0}: that one was replaced, or the order was changed")]
    Order(i64),
    /// The content is gone and no tombstone says why.
    #[error("was emptied without a tombstone that names it")]
    Emptied,
    /// A tombstone says it is erased, and it is not.
    #[error("is named by the tombstone {0} but was not erased")]
    NotErased(i64),
    /// The tombstone was not signed by this portal.
    #[error("is a tombstone whose signature does not fit what was erased by it")]
    Forged,
    /// The tombstone is signed under a key that is not known.
    #[error(
        "is a tombstone signed under another AVV_SECRET_KEY: give that one as AVV_SECRET_KEY_PREVIOUS, or --expect a head noted after it was checked"
    )]
    UnknownKey,
    /// The head does not say what the newest event says.
    #[error("is the newest one, but the head of the chain says something else")]
    Head,
    /// There is an event behind the head.
    #[error("does not belong: the head of the chain ends before it")]
    Beyond,
    /// The event at the noted position has another hash.
    #[error("is not the one that was noted: its hash was {0}")]
    NotAsNoted(Hash),
    /// The noted position was never reached.
    #[error("was noted as the newest one, but the log ends before it")]
    ShorterThanNoted,
    /// A checkpoint says something else about the events up to here.
    #[error(
        "is the last one of a checkpoint, and the log does not lead to that checkpoint: it was written anew from some event on (a fork)"
    )]
    Forked,
    /// A checkpoint was given out over more events than there are.
    #[error(
        "is the last one of a checkpoint, but the log ends before it: it is shorter than it was"
    )]
    ShorterThanCheckpoint,
    /// What is kept of a checkpoint was changed.
    #[error("is the last one of a checkpoint that does not say what was signed")]
    NotAsSigned,
    /// The time stamp of a checkpoint was changed.
    #[error("is the last one of a checkpoint whose time stamp was made over something else")]
    NotAsStamped,
    /// The tree that is kept is not that of the events.
    #[error("completes a part of the tree over the log that says something else")]
    Tree,
}

/// The first event that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("event {position} {flaw}")]
pub struct Fault {
    /// Position of that event, counted from 1.
    pub position: i64,
    /// What is wrong with it.
    pub flaw: Flaw,
}

/// Walks along a chain, one event after the other; remembers nothing but where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Walk {
    /// The last event that was in order.
    pub head: Head,
}

impl Default for Walk {
    fn default() -> Self {
        Self {
            head: Head {
                position: 0,
                hash: Hash::NONE,
            },
        }
    }
}

impl Walk {
    /// Looks at the next event in the order of positions.
    pub fn step(&mut self, entry: &Entry) -> Result<(), Fault> {
        let expected = self.head.position + 1;
        let frame = &entry.frame;
        let fault = |position, flaw| Err(Fault { position, flaw });
        if frame.position < expected {
            return fault(frame.position, Flaw::Impossible);
        }
        if frame.position > expected {
            return fault(expected, Flaw::Missing(frame.position));
        }
        match &entry.content {
            Some(content) if content.digest() != frame.content => {
                let right = Frame {
                    content: content.digest(),
                    ..frame.clone()
                };
                let only_digest = right.hash() == entry.hash;
                return fault(
                    expected,
                    if only_digest {
                        Flaw::Frame
                    } else {
                        Flaw::Content
                    },
                );
            }
            Some(_) if entry.erased_by.is_some() => return fault(expected, Flaw::Content),
            None if !entry.is_named => return fault(expected, Flaw::Emptied),
            _ => {}
        }
        if frame.hash() != entry.hash {
            return fault(expected, Flaw::Frame);
        }
        if frame.previous != self.head.hash {
            return fault(expected, Flaw::Order(self.head.position));
        }
        self.head = Head {
            position: expected,
            hash: entry.hash,
        };
        Ok(())
    }
}

/// Writes JSON in the one form that is hashed: no spaces, names in the order of their bytes.
fn canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut names: Vec<&String> = fields.keys().collect();
            names.sort_unstable();
            out.push('{');
            for (at, name) in names.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push(':');
                canonical(&fields[name.as_str()], out);
            }
            out.push('}');
        }
        Value::Array(values) => {
            out.push('[');
            for (at, one) in values.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                canonical(one, out);
            }
            out.push(']');
        }
        simple => out.push_str(&simple.to_string()),
    }
}

/// Bytes as hexadecimal figures.
pub fn hex(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(bytes)
}

#[cfg(test)]
mod tests;
