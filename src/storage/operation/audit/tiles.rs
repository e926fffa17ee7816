//! The tree over the log in the database: the roots of whole subtrees are kept, its leaves are the hashes
//! of the events.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use diesel::dsl::max;
use diesel::prelude::*;

use super::chain::hash;
use crate::domain::audit::chain::Hash;
use crate::domain::audit::tree::{TILE, TileSource, leaf, root_of, width};
use crate::storage::QueryResult;
use crate::storage::schema::{audit_events, audit_tiles};

/// Highest level with hashes: as many events as a position can have.
const HIGHEST: u32 = 7;
/// Subtrees that are completed on each level in one go.
const MOST: u64 = 64;

/// Completes what `size` events complete of the tree, at most 64 subtrees of each level; under the lock of
/// the sequencer. False if there is more to do, as in a log that is older than its tree.
pub(super) fn fill(conn: &mut PgConnection, size: i64) -> QueryResult<bool> {
    let mut below = u64::try_from(size).unwrap_or_default();
    let mut is_complete = true;
    for level in 1..=HIGHEST {
        let wanted = below / TILE;
        if wanted == 0 {
            break;
        }
        let there = count(conn, level)?;
        let end = wanted.min(there + MOST);
        is_complete &= end == wanted;
        if there < end {
            let hashes = read(conn, level - 1, there * TILE, (end - there) * TILE)?;
            let whole = usize::try_from(TILE).unwrap_or(usize::MAX);
            let rows: Vec<_> = hashes
                .chunks_exact(whole)
                .zip(there..)
                .map(|(tile, number)| {
                    (
                        audit_tiles::level.eq(stored_level(level)),
                        audit_tiles::number.eq(stored(number)),
                        audit_tiles::hash.eq(root_of(tile).0.to_vec()),
                    )
                })
                .collect();
            diesel::insert_into(audit_tiles::table)
                .values(rows)
                .execute(conn)?;
        }
        below = end.max(there);
    }
    Ok(is_complete)
}

/// Whether all subtrees are there that `size` events complete.
pub(super) fn is_complete(conn: &mut PgConnection, size: i64) -> QueryResult<bool> {
    let size = u64::try_from(size).unwrap_or_default();
    for level in 1..=HIGHEST {
        let wanted = width(size, level);
        if wanted == 0 {
            break;
        }
        if count(conn, level)? < wanted {
            return Ok(false);
        }
    }
    Ok(true)
}

/// How many hashes of a level are there; they have no gaps.
fn count(conn: &mut PgConnection, level: u32) -> QueryResult<u64> {
    let last: Option<i64> = audit_tiles::table
        .filter(audit_tiles::level.eq(stored_level(level)))
        .select(max(audit_tiles::number))
        .first(conn)?;
    Ok(last.map_or(0, |last| u64::try_from(last + 1).unwrap_or_default()))
}

/// `count` hashes of a level from number `begin` on, or as many as there are.
fn read(conn: &mut PgConnection, level: u32, begin: u64, count: u64) -> QueryResult<Vec<Hash>> {
    let (begin, count) = (stored(begin), stored(count));
    let end = begin.saturating_add(count);
    if level == 0 {
        let events = read_events(conn, begin, count)?;
        return Ok(events.into_iter().map(leaf).collect());
    }
    let found: Vec<Vec<u8>> = audit_tiles::table
        .filter(audit_tiles::level.eq(stored_level(level)))
        .filter(audit_tiles::number.ge(begin))
        .filter(audit_tiles::number.lt(end))
        .order(audit_tiles::number)
        .select(audit_tiles::hash)
        .load(conn)?;
    found.into_iter().map(hash).collect()
}

/// A hash of a level of the tree above the events.
pub fn find_tile(conn: &mut PgConnection, level: u32, number: u64) -> QueryResult<Option<Hash>> {
    let found: Option<Vec<u8>> = audit_tiles::table
        .find((stored_level(level), stored(number)))
        .select(audit_tiles::hash)
        .first(conn)
        .optional()?;
    found.map(hash).transpose()
}

/// Hashes of the `count` events behind position `after`, or of as many as there are.
pub fn read_events(conn: &mut PgConnection, after: i64, count: i64) -> QueryResult<Vec<Hash>> {
    let found: Vec<Vec<u8>> = audit_events::table
        .filter(audit_events::position.gt(after))
        .filter(audit_events::position.le(after.saturating_add(count)))
        .order(audit_events::position)
        .select(audit_events::hash)
        .load(conn)?;
    found.into_iter().map(hash).collect()
}

fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn stored_level(level: u32) -> i16 {
    i16::try_from(level).unwrap_or(i16::MAX)
}

/// Reads tiles for trees, each at most once.
pub struct StoredTiles<'a> {
    conn: &'a mut PgConnection,
    tiles: HashMap<(u32, u64), Vec<Hash>>,
}

impl<'a> StoredTiles<'a> {
    /// Reads on this connection.
    pub fn new(conn: &'a mut PgConnection) -> Self {
        Self {
            conn,
            tiles: HashMap::new(),
        }
    }
}

impl TileSource for &mut StoredTiles<'_> {
    type Error = diesel::result::Error;

    fn tile(&mut self, level: u32, number: u64, count: u64) -> QueryResult<Vec<Hash>> {
        let tile = match self.tiles.entry((level, number)) {
            Entry::Occupied(known) => known.into_mut(),
            // Whole, or to the present end: a tree of another size may need more of it.
            Entry::Vacant(place) => {
                place.insert(read(self.conn, level, number.saturating_mul(TILE), TILE)?)
            }
        };
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        Ok(tile.iter().copied().take(count).collect())
    }
}
