//! What the portal says about its log as a whole: how many events, and the root of the tree over them
//! (C2SP tlog-checkpoint), as a signed note. Whoever keeps one can tell later whether the log only grew.
//!
//! ```text
//! avv.example.de/protokoll
//! 4711
//! 8u0s…=                                       root of the tree, base64
//!
//! — avv.example.de/protokoll Az3g…=            signature, base64
//! ```

mod note;
pub mod tile;

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::chain::{Hash, Head};
pub use note::{NoteError, Signer, VerifierKey};

/// Size and root of the log at some moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: its address without the scheme.
    pub origin: String,
    /// Number of events; the position of the newest.
    pub size: u64,
    /// Root of the tree over them.
    pub root: Hash,
}

impl Checkpoint {
    /// The signed note.
    pub fn sign(&self, signer: &Signer) -> String {
        signer.sign(&self.to_string())
    }

    /// Reads a note and checks its signature by this key.
    ///
    /// # Errors
    /// If it is no checkpoint, or the key has not signed it.
    pub fn open(note: &str, key: &VerifierKey) -> Result<Self, NoteError> {
        let text = key.open(note)?;
        text.parse().map_err(|()| NoteError::Malformed)
    }

    /// Reads a checkpoint without looking at its signatures, for one whose text is compared.
    ///
    /// # Errors
    /// If it is no checkpoint.
    pub fn read(note: &str) -> Result<Self, NoteError> {
        let text = note::text_of(note).map_or(note, |(text, _)| text);
        text.parse().map_err(|()| NoteError::Malformed)
    }
}

/// The text that is signed; every line ends with a line feed.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let root = STANDARD.encode(self.root.0);
        write!(f, "{}\n{}\n{root}\n", self.origin, self.size)
    }
}

impl FromStr for Checkpoint {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        // Further lines are allowed and say nothing here.
        let mut lines = text.strip_suffix('\n').ok_or(())?.split('\n');
        let origin = lines.next().filter(|line| !line.is_empty()).ok_or(())?;
        let size = lines.next().ok_or(())?;
        let parsed: u64 = size.parse().map_err(|_| ())?;
        if parsed.to_string() != size {
            return Err(());
        }
        let root = lines.next().ok_or(())?;
        let root = STANDARD.decode(root).map_err(|_| ())?;
        Ok(Self {
            origin: origin.to_owned(),
            size: parsed,
            root: Hash(root.try_into().map_err(|_| ())?),
        })
    }
}

/// What somebody kept of the log, to compare it later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Noted {
    /// The end of the chain.
    Head(Head),
    /// A checkpoint, and the note it came in.
    Checkpoint(Checkpoint, String),
}

impl Noted {
    /// Position of the newest event at that time.
    pub fn position(&self) -> i64 {
        match self {
            Self::Head(head) => head.position,
            Self::Checkpoint(checkpoint, _) => i64::try_from(checkpoint.size).unwrap_or(i64::MAX),
        }
    }
}

impl From<Head> for Noted {
    fn from(head: Head) -> Self {
        Self::Head(head)
    }
}

#[cfg(test)]
mod tests;
