//! The Merkle tree over the audit log (RFC 9162): its root at any size, proofs that an event is in it and
//! that a later tree only grew, and how they are checked. A leaf is the hash of an event of the chain;
//! position p is leaf p − 1.
//!
//! ```text
//! leaf = SHA-256( 0x00, the 32 bytes of the event's hash )
//! node = SHA-256( 0x01, left, right )
//! ```
//!
//! The tree is read in tiles (C2SP tlog-tiles): tile n of level L has the roots of 256 subtrees of 256^L
//! leaves each. So a root or a proof reads a few tiles per level, however long the log is.

pub mod growing;

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

use super::chain::Hash;

/// Hashes in a whole tile.
pub const TILE: u64 = 256;
/// Leaves of a subtree whose root stands on the next level, as a power of two.
const TILE_HEIGHT: u32 = 8;

/// The leaf of an event.
pub fn leaf(event: Hash) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([0]);
    hasher.update(event.0);
    Hash(hasher.finalize().into())
}

/// The node above two others.
pub fn node(left: Hash, right: Hash) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([1]);
    hasher.update(left.0);
    hasher.update(right.0);
    Hash(hasher.finalize().into())
}

/// Root of the tree without leaves.
pub fn empty_root() -> Hash {
    Hash(Sha256::digest([]).into())
}

/// The root above hashes of one level, at least one of them: what stands for a whole tile on the next one.
pub fn root_of(hashes: &[Hash]) -> Hash {
    match hashes {
        [] => empty_root(),
        [one] => *one,
        more => {
            let half = more.len().next_power_of_two() / 2;
            let (left, right) = more.split_at(half);
            node(root_of(left), root_of(right))
        }
    }
}

/// Hashes on a level of the tree with `size` leaves.
pub fn width(size: u64, level: u32) -> u64 {
    size.checked_shr(TILE_HEIGHT.saturating_mul(level))
        .unwrap_or(0)
}

/// Where tiles are read from.
pub trait TileSource {
    /// Why a tile cannot be read.
    type Error;

    /// The first `count` hashes of tile `number` of a level; at most [`TILE`]. Fewer come back only if
    /// they do not exist.
    fn tile(&mut self, level: u32, number: u64, count: u64) -> Result<Vec<Hash>, Self::Error>;
}

/// Why a tree gives no answer.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TreeError<E> {
    /// A tile cannot be read.
    #[error(transparent)]
    Source(#[from] E),
    /// A tile is shorter than it has to be at this size.
    #[error("tile {number} of level {level} is not complete")]
    Short {
        /// Level of the tile.
        level: u32,
        /// Its number on this level.
        number: u64,
    },
    /// There is no such leaf, or no such earlier tree.
    #[error("the tree does not reach this far")]
    Beyond,
}

/// A tree of a certain size. Reads each tile once.
pub struct Tree<S> {
    size: u64,
    source: S,
    tiles: HashMap<(u32, u64), Vec<Hash>>,
    /// Roots of whole subtrees by their first leaf and the logarithm of their size.
    known: HashMap<(u64, u32), Hash>,
}

impl<S: TileSource> Tree<S> {
    /// The first `size` leaves of what `source` has.
    pub fn new(size: u64, source: S) -> Self {
        Self {
            size,
            source,
            tiles: HashMap::new(),
            known: HashMap::new(),
        }
    }

    /// The root.
    pub fn root(&mut self) -> Result<Hash, TreeError<S::Error>> {
        self.range(0, self.size)
    }

    /// Proof that leaf `index` is in the tree, from the bottom up (RFC 9162, 2.1.3.1).
    pub fn inclusion(&mut self, index: u64) -> Result<Vec<Hash>, TreeError<S::Error>> {
        if index >= self.size {
            return Err(TreeError::Beyond);
        }
        let (mut begin, mut end) = (0, self.size);
        let mut proof = Vec::new();
        while end - begin > 1 {
            let middle = begin + split(end - begin);
            if index < middle {
                proof.push(self.range(middle, end)?);
                end = middle;
            } else {
                proof.push(self.range(begin, middle)?);
                begin = middle;
            }
        }
        proof.reverse();
        Ok(proof)
    }

    /// Proof that the tree grew out of its first `older` leaves (RFC 9162, 2.1.4.1); empty for none and
    /// for all of them.
    pub fn consistency(&mut self, older: u64) -> Result<Vec<Hash>, TreeError<S::Error>> {
        if older > self.size {
            return Err(TreeError::Beyond);
        }
        if older == 0 || older == self.size {
            return Ok(Vec::new());
        }
        let (mut begin, mut end) = (0, self.size);
        let mut proof = Vec::new();
        // Whether the subtree looked at is the whole older tree, which its reader knows.
        let mut is_known = true;
        while end != older {
            let middle = begin + split(end - begin);
            if older <= middle {
                proof.push(self.range(middle, end)?);
                end = middle;
            } else {
                proof.push(self.range(begin, middle)?);
                begin = middle;
                is_known = false;
            }
        }
        if !is_known {
            proof.push(self.range(begin, end)?);
        }
        proof.reverse();
        Ok(proof)
    }

    /// Root above the leaves from `begin` to `end`, a subtree of the tree.
    fn range(&mut self, begin: u64, end: u64) -> Result<Hash, TreeError<S::Error>> {
        let count = end - begin;
        if count == 0 {
            return Ok(empty_root());
        }
        if count.is_power_of_two() {
            return self.whole(begin, count.trailing_zeros());
        }
        let middle = begin + split(count);
        Ok(node(self.range(begin, middle)?, self.range(middle, end)?))
    }

    /// Root of the subtree of 2^`height` leaves that begins with leaf `begin`.
    fn whole(&mut self, begin: u64, height: u32) -> Result<Hash, TreeError<S::Error>> {
        if let Some(known) = self.known.get(&(begin, height)) {
            return Ok(*known);
        }
        let level = height / TILE_HEIGHT;
        let root = if height.is_multiple_of(TILE_HEIGHT) {
            self.stored(level, width(begin, level))?
        } else {
            let half = 1 << (height - 1);
            let left = self.whole(begin, height - 1)?;
            node(left, self.whole(begin + half, height - 1)?)
        };
        self.known.insert((begin, height), root);
        Ok(root)
    }

    /// Hash `index` of a level.
    fn stored(&mut self, level: u32, index: u64) -> Result<Hash, TreeError<S::Error>> {
        let (number, place) = (index / TILE, index % TILE);
        if !self.tiles.contains_key(&(level, number)) {
            let count = (width(self.size, level) - number * TILE).min(TILE);
            let tile = self.source.tile(level, number, count)?;
            self.tiles.insert((level, number), tile);
        }
        let place = usize::try_from(place).unwrap_or(usize::MAX);
        self.tiles
            .get(&(level, number))
            .and_then(|tile| tile.get(place).copied())
            .ok_or(TreeError::Short { level, number })
    }
}

/// The largest power of two below `count`, which is at least two.
fn split(count: u64) -> u64 {
    count.next_power_of_two() / 2
}

/// For each hash of an inclusion proof, from the bottom up, whether it is the left one of its pair.
pub fn sides(index: u64, size: u64) -> Vec<bool> {
    let (mut begin, mut end) = (0, size);
    let mut sides = Vec::new();
    while end.saturating_sub(begin) > 1 {
        let middle = begin + split(end - begin);
        let is_right = index >= middle;
        sides.push(is_right);
        if is_right {
            begin = middle;
        } else {
            end = middle;
        }
    }
    sides.reverse();
    sides
}

/// Whether leaf `index` is in the tree of `size` leaves with this root (RFC 9162, 2.1.3.2).
pub fn is_included(leaf: Hash, index: u64, size: u64, proof: &[Hash], root: Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut place, mut last, mut hash) = (index, size - 1, leaf);
    for step in proof {
        if last == 0 {
            return false;
        }
        if place % 2 == 1 || place == last {
            hash = node(*step, hash);
            while place % 2 == 0 && place != 0 {
                place /= 2;
                last /= 2;
            }
        } else {
            hash = node(hash, *step);
        }
        place /= 2;
        last /= 2;
    }
    last == 0 && hash == root
}

/// Whether the tree of `size` leaves with the root `new` grew out of that of `older` leaves with the root
/// `old` (RFC 9162, 2.1.4.2).
pub fn has_grown((older, old): (u64, Hash), (size, new): (u64, Hash), proof: &[Hash]) -> bool {
    if older == size {
        return proof.is_empty() && old == new;
    }
    if older == 0 || older > size {
        return older == 0 && proof.is_empty() && old == empty_root();
    }
    let mut steps = proof.iter().copied();
    let first = if older.is_power_of_two() {
        Some(old)
    } else {
        steps.next()
    };
    let Some(first) = first else {
        return false;
    };
    let (mut place, mut last) = (older - 1, size - 1);
    while place % 2 == 1 {
        place /= 2;
        last /= 2;
    }
    let (mut before, mut after) = (first, first);
    for step in steps {
        if last == 0 {
            return false;
        }
        if place % 2 == 1 || place == last {
            before = node(step, before);
            after = node(step, after);
            while place % 2 == 0 && place != 0 {
                place /= 2;
                last /= 2;
            }
        } else {
            after = node(after, step);
        }
        place /= 2;
        last /= 2;
    }
    last == 0 && before == old && after == new
}

#[cfg(test)]
mod tests;
