//! A cache of draft PDFs, by a hash of everything that is printed in them: a draft that is asked
//! for many times is made once (S-78).

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Largest total size of the cached drafts, in bytes.
const MOST: usize = 32 * 1024 * 1024;

/// Hash and bytes of each draft, the least recently used first.
type Kept = VecDeque<(String, Arc<[u8]>)>;

/// The cached drafts. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Drafts(Arc<Mutex<Kept>>);

impl Drafts {
    /// The cached draft with this hash.
    pub fn get(&self, hash: &str) -> Option<Arc<[u8]>> {
        let mut all = self.lock();
        let at = all.iter().position(|(kept, _)| kept == hash)?;
        let found = all.remove(at)?;
        let bytes = Arc::clone(&found.1);
        all.push_back(found);
        Some(bytes)
    }

    /// Caches a draft; the least recently used ones are dropped if there are too many.
    pub fn keep(&self, hash: String, bytes: Arc<[u8]>) {
        let mut all = self.lock();
        all.retain(|(kept, _)| *kept != hash);
        all.push_back((hash, bytes));
        let mut length: usize = all.iter().map(|(_, bytes)| bytes.len()).sum();
        while length > MOST {
            length -= all.pop_front().map_or(length, |(_, bytes)| bytes.len());
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a3_drafts_are_kept_within_bounds() {
        let drafts = Drafts::default();
        let large: Arc<[u8]> = vec![0; MOST / 4].into();
        for hash in ["a", "b", "c", "d", "a"] {
            drafts.keep(hash.to_owned(), Arc::clone(&large));
        }
        assert!(drafts.get("b").is_some());
        drafts.keep("e".to_owned(), Arc::clone(&large));
        assert!(drafts.get("c").is_none(), "the one nobody asked for");
        for hash in ["a", "b", "d", "e"] {
            assert!(drafts.get(hash).is_some(), "{hash}");
        }
        let whole: Arc<[u8]> = vec![0; MOST + 1].into();
        drafts.keep("f".to_owned(), whole);
        assert!(
            drafts.lock().is_empty(),
            "one that is too large is not kept"
        );
    }
}
