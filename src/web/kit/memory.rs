//! Memory for bodies that are being read (S-89): a bounded amount for each kind of reader, however many
//! connections bring how much how slowly. Whoever brings more is told to come again.

use tokio::sync::{Semaphore, SemaphorePermit};

use super::error::PageError;

/// In these steps memory is asked for, in bytes.
const PIECE: usize = 64 * 1024;

/// So much is held at a time by all readers of one kind.
#[derive(Debug)]
pub struct Memory(Semaphore);

impl Memory {
    /// This many megabytes.
    pub const fn megabytes(megabytes: usize) -> Self {
        Self(Semaphore::const_new(megabytes * 1024 * 1024 / PIECE))
    }
}

/// What one request holds of a [`Memory`] until it is dropped.
#[derive(Debug)]
pub struct Share {
    memory: &'static Memory,
    pieces: Vec<SemaphorePermit<'static>>,
}

impl Share {
    /// Nothing yet.
    pub fn of(memory: &'static Memory) -> Self {
        Self {
            memory,
            pieces: Vec::new(),
        }
    }

    /// Holds at least `length` bytes.
    ///
    /// # Errors
    /// When others hold too much.
    pub fn hold(&mut self, length: usize) -> Result<(), PageError> {
        while self.pieces.len() * PIECE < length {
            let piece = self.memory.0.try_acquire().map_err(|_| {
                tracing::warn!("refused by a limit: too many bodies are being read");
                PageError::Busy
            })?;
            self.pieces.push(piece);
        }
        Ok(())
    }

    /// Gives everything back.
    pub fn release(&mut self) {
        self.pieces.clear();
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    #[test]
    fn a3_bodies_hold_no_more_than_there_is() {
        static MEMORY: Memory = Memory::megabytes(1);
        let (mut one, mut two) = (Share::of(&MEMORY), Share::of(&MEMORY));
        one.hold(1).unwrap();
        one.hold(1024 * 1024 - PIECE).unwrap();
        two.hold(PIECE).unwrap();
        assert!(matches!(two.hold(PIECE + 1), Err(PageError::Busy)));
        one.release();
        two.hold(1024 * 1024).unwrap();
        drop(two);
        one.hold(1024 * 1024).unwrap();
    }
}
