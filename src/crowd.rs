//! Limits how many of one kind there are at a time, counted by a name: connections by their source,
//! drafts by their link.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A counter for each name. Clones share the counters.
#[derive(Debug, Clone, Default)]
pub struct Crowd(Arc<Mutex<HashMap<String, usize>>>);

/// One entry in a counter, which is released when it is dropped.
#[derive(Debug)]
pub struct Admission {
    crowd: Crowd,
    name: String,
}

impl Crowd {
    /// Adds an entry under `name`, if there are fewer than `most`.
    pub fn enter(&self, name: &str, most: usize) -> Option<Admission> {
        let mut all = self.lock();
        let taken = all.entry(name.to_owned()).or_default();
        if *taken >= most {
            return None;
        }
        *taken += 1;
        Some(Admission {
            crowd: self.clone(),
            name: name.to_owned(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        if let Entry::Occupied(mut taken) = self.crowd.lock().entry(std::mem::take(&mut self.name))
        {
            *taken.get_mut() -= 1;
            if *taken.get() == 0 {
                taken.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    #[test]
    fn a_place_is_given_back_and_nothing_stays_behind() {
        let crowd = Crowd::default();
        let one = crowd.enter("a", 2).unwrap();
        let two = crowd.enter("a", 2).unwrap();
        assert!(crowd.enter("a", 2).is_none(), "two are here");
        let other = crowd.enter("b", 1).unwrap();
        drop(one);
        let three = crowd.enter("a", 2).unwrap();
        drop((two, three, other));
        assert!(crowd.lock().is_empty());
    }
}
