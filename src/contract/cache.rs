//! Parsed versions, cached in memory. A version is identified by the hash of its files, so a cached
//! one is never outdated, in whichever process.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::check::Finding;
use super::{Contract, Problem};
use crate::domain::version::Files;

/// Enough for the version in force, the one before and a few that are looked at.
const MOST: usize = 8;

/// A few parsed versions. Cheap to clone; clones share the cache.
#[derive(Debug, Clone, Default)]
pub struct Contracts(Arc<Mutex<Kept>>);

/// Hash and version, the last used one at the front.
type Kept = VecDeque<(String, Arc<Contract>)>;

impl Contracts {
    /// The cached version with this hash.
    pub fn find(&self, hash: &str) -> Option<Arc<Contract>> {
        let mut kept = self.lock();
        let place = kept.iter().position(|(key, _)| key == hash)?;
        let found = kept.remove(place)?;
        let contract = Arc::clone(&found.1);
        kept.push_front(found);
        Some(contract)
    }

    /// Parses the files with this hash and caches the version.
    ///
    /// # Errors
    /// As [`Contract::from_files`].
    pub fn keep(&self, hash: &str, files: &Files) -> Result<Arc<Contract>, Vec<Problem>> {
        let contract = Arc::new(Contract::from_map(files)?);
        let mut kept = self.lock();
        kept.retain(|(key, _)| key != hash);
        kept.push_front((hash.to_owned(), Arc::clone(&contract)));
        kept.truncate(MOST);
        Ok(contract)
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the last look through the text in force found, under a hash of the text and of everything it was
/// checked against, so that it is looked through again only when one of them has changed. Cheap to clone;
/// clones share it.
#[derive(Debug, Clone, Default)]
pub struct LastLook(Arc<Mutex<Option<(String, Findings)>>>);

/// What was found, shared.
type Findings = Arc<Vec<Finding>>;

impl LastLook {
    /// What was found under this hash, or what `look` finds now.
    pub fn found(&self, hash: &str, look: impl FnOnce() -> Vec<Finding>) -> Findings {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, found)) = &*lock()
            && known == hash
        {
            return Arc::clone(found);
        }
        // Not while it is locked: others may look at the same time, and find the same.
        let found = Arc::new(look());
        *lock() = Some((hash.to_owned(), Arc::clone(&found)));
        found
    }
}

/// SHA-256 over paths and texts, hex, which identifies a version's files. Lengths are included, so
/// that the end of one text cannot be read as the beginning of the next.
pub fn source_hash(files: &Files) -> String {
    let mut all = String::from("avv-contract-1\n");
    for (path, text) in files {
        all.push_str(&format!("{} {path}\n{} ", path.len(), text.len()));
        all.push_str(text);
        all.push('\n');
    }
    super::text::sha256(all.as_bytes())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;

    #[test]
    fn few_are_kept_and_the_same_is_given() {
        let (kept, files) = (Contracts::default(), super::super::shipped());
        let first = kept.keep("0", &files).unwrap();
        assert!(Arc::ptr_eq(&first, &kept.find("0").unwrap()));
        for hash in 1..MOST {
            kept.keep(&hash.to_string(), &files).unwrap();
        }
        assert!(kept.find("0").is_some(), "used a moment ago");
        kept.keep("more", &files).unwrap();
        assert!(kept.find("1").is_none(), "the one not used for longest");
        assert_eq!(kept.lock().len(), MOST);
    }

    #[test]
    fn what_was_looked_through_is_looked_through_again_only_after_a_change() {
        let (last, looks) = (LastLook::default(), std::cell::Cell::new(0));
        let look = || {
            looks.set(looks.get() + 1);
            Vec::new()
        };
        for (hash, count) in [("a", 1), ("a", 1), ("b", 2), ("b", 2), ("a", 3)] {
            last.clone().found(hash, look);
            assert_eq!(looks.get(), count, "{hash}");
        }
    }

    #[test]
    fn other_files_have_another_hash() {
        let files = super::super::shipped();
        let mut other = files.clone();
        other.insert("de/vertrag.dj".to_owned(), "# 1\n".to_owned());
        let mut moved = files.clone();
        let text = moved.remove("de/anlage-tom.dj").unwrap();
        moved.insert("de/anlage-tem.dj".to_owned(), text);
        let hashes = [&files, &other, &moved].map(source_hash);
        assert!(hashes[0] != hashes[1] && hashes[0] != hashes[2] && hashes[0].len() == 64);
        assert_eq!(source_hash(&files), hashes[0]);
    }
}
