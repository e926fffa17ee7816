#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::convert::Infallible;

use proptest::prelude::*;

use super::growing::{Growing, Whole};
use super::*;

/// All leaves in memory, and every level computed from them anew.
struct Leaves(Vec<Hash>);

impl TileSource for &Leaves {
    type Error = Infallible;

    fn tile(&mut self, level: u32, number: u64, count: u64) -> Result<Vec<Hash>, Infallible> {
        let below = 1 << (8 * level);
        let begin = usize::try_from(number * TILE).unwrap() * below;
        let count = usize::try_from(count).unwrap() * below;
        let end = self.0.len().min(begin + count);
        Ok(self.0[begin..end].chunks_exact(below).map(naive).collect())
    }
}

fn leaves(count: u64) -> Leaves {
    let event = |number: u64| Hash(Sha256::digest(number.to_be_bytes()).into());
    Leaves((0..count).map(event).map(leaf).collect())
}

/// The definition in RFC 9162, 2.1.1, word by word.
fn naive(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash(Sha256::digest(b"").into()),
        [one] => *one,
        more => {
            let mut half = 1;
            while half * 2 < more.len() {
                half *= 2;
            }
            node(naive(&more[..half]), naive(&more[half..]))
        }
    }
}

fn root(of: &Leaves, size: u64) -> Hash {
    Tree::new(size, of).root().unwrap()
}

/// The tree of RFC 6962's reference implementation over no leaf and over one empty leaf.
#[test]
fn known_hashes_come_out() {
    let hex = |hash: Hash| hash.to_string();
    assert_eq!(
        hex(root(&leaves(0), 0)),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    // printf '\0' | cat - <(head -c 32 /dev/zero) | sha256sum
    assert_eq!(
        hex(leaf(Hash::NONE)),
        "7f9c9e31ac8256ca2f258583df262dbc7d6f68f2a03043d5c99a4ae5a7396ce9"
    );
    let pair = node(leaf(Hash::NONE), leaf(Hash::NONE));
    let all = Leaves(vec![leaf(Hash::NONE); 2]);
    assert_eq!(root(&all, 2), pair);
}

#[test]
fn every_small_tree_is_that_of_the_definition() {
    let all = leaves(70);
    for size in 0..=70 {
        let own = &all.0[..usize::try_from(size).unwrap()];
        let mut tree = Tree::new(size, &all);
        let root = tree.root().unwrap();
        assert_eq!(root, naive(own), "{size}");
        for index in 0..size {
            let proof = tree.inclusion(index).unwrap();
            let own = own[usize::try_from(index).unwrap()];
            assert!(is_included(own, index, size, &proof, root));
            let by_hand = sides(index, size).into_iter().zip(&proof);
            let up = by_hand.fold(own, |hash, (is_left, step)| match is_left {
                true => node(*step, hash),
                false => node(hash, *step),
            });
            assert_eq!((up, sides(index, size).len()), (root, proof.len()));
            // Nowhere else, in no other tree, nothing else, with no other proof.
            assert!(!is_included(own, index ^ 1, size, &proof, root) || size == 1);
            assert!(!is_included(own, index, size, &proof, Hash::NONE));
            assert!(!is_included(Hash::NONE, index, size, &proof, root));
            let mut longer = proof.clone();
            longer.push(Hash::NONE);
            assert!(!is_included(own, index, size, &longer, root));
            if !proof.is_empty() {
                assert!(!is_included(own, index, size, &proof[1..], root));
            }
        }
        assert_eq!(tree.inclusion(size), Err(TreeError::Beyond));
        for older in 0..=size {
            let proof = tree.consistency(older).unwrap();
            let old = (older, naive(&all.0[..usize::try_from(older).unwrap()]));
            assert!(has_grown(old, (size, root), &proof), "{older} {size}");
            if older > 0 && older < size {
                assert!(!has_grown((older, Hash::NONE), (size, root), &proof));
                assert!(!has_grown(old, (size, Hash::NONE), &proof));
                let mut longer = proof.clone();
                longer.push(Hash::NONE);
                assert!(!has_grown(old, (size, root), &longer));
            }
        }
    }
}

#[track_caller]
fn compare(all: &Leaves, older: u64, index: u64) {
    let size = u64::try_from(all.0.len()).unwrap();
    let mut tree = Tree::new(size, all);
    let root = tree.root().unwrap();
    assert_eq!(root, naive(&all.0));
    let proof = tree.inclusion(index).unwrap();
    let own = all.0[usize::try_from(index).unwrap()];
    assert!(is_included(own, index, size, &proof, root));
    let proof = tree.consistency(older).unwrap();
    let old = naive(&all.0[..usize::try_from(older).unwrap()]);
    assert!(has_grown((older, old), (size, root), &proof));
}

/// Across two levels of tiles.
#[test]
fn a_large_tree_is_that_of_the_definition() {
    let all = leaves(66_000);
    for (older, index) in [(256, 65_535), (65_999, 65_536)] {
        compare(&all, older, index);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Across several tiles.
    #[test]
    fn trees_are_those_of_the_definition(
        sizes in (1_u64..2_000, 1_u64..2_000),
        index in any::<u64>(),
    ) {
        let (older, size) = (sizes.0.min(sizes.1), sizes.0.max(sizes.1));
        compare(&leaves(size), older, index % size);
    }
}

/// Built leaf by leaf, it is the same tree at every size, and names every whole tile once.
#[test]
fn a_tree_that_grows_is_the_same_at_every_size() {
    let all = leaves(66_000);
    let (mut growing, mut found) = (Growing::default(), Vec::new());
    assert_eq!(growing.root(), empty_root());
    for (leaf, size) in all.0.iter().zip(1_u64..) {
        found.extend(growing.push(*leaf));
        if size < 70 || size % 20_011 == 0 {
            assert_eq!(growing.root(), root(&all, size), "{size}");
        }
    }
    assert_eq!(growing.root(), root(&all, 66_000));
    let mut source = &all;
    assert_eq!(found.len(), 257 + 1);
    for Whole {
        level,
        number,
        hash,
    } in found
    {
        let tile = source.tile(level, number / TILE, TILE).unwrap();
        assert_eq!(tile[usize::try_from(number % TILE).unwrap()], hash);
    }
}

/// What is missing is said, not guessed.
#[test]
fn a_tile_that_is_short_gives_no_root() {
    let all = leaves(300);
    let mut tree = Tree::new(301, &all);
    assert_eq!(
        tree.root(),
        Err(TreeError::Short {
            level: 0,
            number: 1
        })
    );
}
