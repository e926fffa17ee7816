//! Parsed versions and the texts made of them, cached in memory. A version is identified by the hash
//! of its files and a text by everything that was filled in, so a cached one is never outdated, in
//! whichever process.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::check::Finding;
use super::{Contract, Document, Problem, Values, text};
use crate::domain::Language;
use crate::domain::version::Files;

/// Enough for the version in force, the one before and a few that are looked at.
const MOST: usize = 8;
/// Enough texts for the customers that read and conclude at the same time; one is some 0.5 MB.
const MOST_TEXTS: usize = 32;

/// A few parsed versions, and the texts that were made of them last. Cheap to clone; clones share the
/// cache.
#[derive(Debug, Clone, Default)]
pub struct Contracts {
    versions: Arc<Mutex<Kept>>,
    texts: Arc<Mutex<VecDeque<Resolved>>>,
}

/// Hash and version, the last used one at the front.
type Kept = VecDeque<(String, Arc<Contract>)>;

/// The text for a customer, with what it was made of. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// The text.
    pub document: Arc<Document>,
    /// [`text::plain`] of it.
    pub plain: Arc<str>,
    /// [`text::hash`] of it: SHA-256, hex.
    pub hash: Arc<str>,
    contract: Arc<Contract>,
    values: Arc<Values>,
    language: Language,
}

impl Resolved {
    /// Resolves the text, [as delivered to a customer](Contract::resolve_for_customer).
    fn new(contract: &Arc<Contract>, values: &Values, language: Language) -> Self {
        let document = contract.resolve_for_customer(values, language);
        let plain = text::plain(&document);
        Self {
            hash: text::sha256(plain.as_bytes()).into(),
            plain: plain.into(),
            document: Arc::new(document),
            contract: Arc::clone(contract),
            values: Arc::new(values.clone()),
            language,
        }
    }

    /// Whether it was made of exactly this: then making it again would give the same.
    pub fn is_of(&self, contract: &Arc<Contract>, values: &Values, language: Language) -> bool {
        // The number differs first, and nearly always.
        self.values.customer_number == values.customer_number
            && self.language == language
            && Arc::ptr_eq(&self.contract, contract)
            && *self.values == *values
    }
}

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

    /// The text for a customer: the one that was made of exactly this before, else it is made now.
    pub fn resolved(
        &self,
        contract: &Arc<Contract>,
        values: &Values,
        language: Language,
    ) -> Resolved {
        let mut texts = self.lock_texts();
        let place = texts
            .iter()
            .position(|text| text.is_of(contract, values, language));
        if let Some(found) = place.and_then(|place| texts.remove(place)) {
            texts.push_front(found.clone());
            return found;
        }
        drop(texts);
        // Not while it is locked: others may make the same at the same time, which is no harm.
        let made = Resolved::new(contract, values, language);
        let mut texts = self.lock_texts();
        texts.push_front(made.clone());
        texts.truncate(MOST_TEXTS);
        made
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.versions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_texts(&self) -> MutexGuard<'_, VecDeque<Resolved>> {
        self.texts.lock().unwrap_or_else(PoisonError::into_inner)
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

    /// EV-01: a text is taken from the cache only if everything in it is the same.
    #[test]
    fn a_text_is_made_anew_as_soon_as_anything_in_it_differs() {
        use crate::contract::sample_values;
        let (kept, files) = (Contracts::default(), super::super::shipped());
        let contract = kept.keep("0", &files).unwrap();
        let values = sample_values(Language::De, true);
        let first = kept.resolved(&contract, &values, Language::De);
        assert_eq!(
            *first.document,
            contract.resolve_for_customer(&values, Language::De)
        );
        assert_eq!(*first.hash, text::hash(&first.document));
        assert_eq!(*first.plain, text::plain(&first.document));
        let same = |contract: &Arc<Contract>, values: &Values, language| {
            let again = kept.clone().resolved(contract, values, language);
            Arc::ptr_eq(&first.document, &again.document)
        };
        assert!(same(&contract, &values, Language::De));
        assert!(!same(&contract, &values, Language::En));
        let read_again = kept.keep("0", &files).unwrap();
        assert!(!same(&read_again, &values, Language::De));
        let mut other = values.clone();
        other.retention_years += 1;
        assert!(!same(&contract, &other, Language::De));
        let mut other = values.clone();
        other.operator.sub_processors.clear();
        assert!(!same(&contract, &other, Language::De));
        assert!(same(&contract, &values, Language::De), "still kept");
        for number in 0..MOST_TEXTS {
            other.customer_number = Some(u32::try_from(number).unwrap().into());
            kept.resolved(&contract, &other, Language::De);
        }
        assert!(
            !same(&contract, &values, Language::De),
            "not used for longest"
        );
        assert_eq!(kept.lock_texts().len(), MOST_TEXTS);
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
