//! Memory for bodies that are being read (S-89): a limited amount for each kind of reader, however
//! many connections send how much and how slowly. A request beyond that is asked to come again.

use tokio::sync::{Semaphore, SemaphorePermit};

use super::error::PageError;

/// Memory is taken in steps of this size, in bytes.
const PIECE: usize = 64 * 1024;

/// The amount of memory that all readers of one kind may hold together.
#[derive(Debug)]
pub struct Memory(Semaphore);

impl Memory {
    /// A limit of this many megabytes.
    pub const fn megabytes(megabytes: usize) -> Self {
        Self(Semaphore::const_new(megabytes * 1024 * 1024 / PIECE))
    }
}

/// The part of a [`Memory`] that one request holds until it is dropped.
#[derive(Debug)]
pub struct Share {
    memory: &'static Memory,
    pieces: Vec<SemaphorePermit<'static>>,
}

impl Share {
    /// A share that holds nothing yet.
    pub fn of(memory: &'static Memory) -> Self {
        Self {
            memory,
            pieces: Vec::new(),
        }
    }

    /// Holds at least `length` bytes.
    ///
    /// # Errors
    /// If other requests hold too much.
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
