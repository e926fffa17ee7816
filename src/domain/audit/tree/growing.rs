//! The tree built leaf by leaf, for whoever reads the whole log.

use super::{TILE_HEIGHT, empty_root, node};
use crate::domain::audit::chain::Hash;

/// A tree that grows; remembers nothing but the roots of its whole subtrees.
#[derive(Debug, Clone, Default)]
pub struct Growing {
    size: u64,
    /// From the left, with the logarithm of their sizes, which fall.
    roots: Vec<(u32, Hash)>,
}

/// The root of a whole tile, as it is kept on the next level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whole {
    /// The level it stands on.
    pub level: u32,
    /// Its number there.
    pub number: u64,
    /// The root.
    pub hash: Hash,
}

impl Growing {
    /// Adds a leaf; returns what it completes.
    pub fn push(&mut self, leaf: Hash) -> Vec<Whole> {
        self.size += 1;
        let (mut height, mut hash) = (0, leaf);
        let mut complete = Vec::new();
        while let Some((_, left)) = self.roots.pop_if(|(own, _)| *own == height) {
            hash = node(left, hash);
            height += 1;
            if height % TILE_HEIGHT == 0 {
                complete.push(Whole {
                    level: height / TILE_HEIGHT,
                    number: (self.size >> height) - 1,
                    hash,
                });
            }
        }
        self.roots.push((height, hash));
        complete
    }

    /// The root of what was added so far.
    pub fn root(&self) -> Hash {
        let mut roots = self.roots.iter().rev().map(|(_, hash)| *hash);
        match roots.next() {
            Some(last) => roots.fold(last, |right, left| node(left, right)),
            None => empty_root(),
        }
    }
}
