//! What shows that the events of a bundle are in the log, and since when (S-80): for each the way to a
//! checkpoint, the first with a time stamp that has it, or one of this moment.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::pem;
use crate::actions::{ActionError, checkpoints};
use crate::app::App;
use crate::domain::audit::chain::{Entry, Hash};
use crate::domain::audit::checkpoint::VerifierKey;
use crate::domain::audit::tree::{Tree, sides};
use crate::storage::PgConnection;
use crate::storage::audit::checkpoints::{Kept, first_stamped};
use crate::storage::audit::tiles::StoredTiles;

/// The checkpoints of a bundle and the ways to them.
pub(super) struct LogProof {
    checkpoints: BTreeMap<i64, Kept>,
    events: Vec<EventProof>,
}

/// An event and its way to the root.
struct EventProof {
    position: i64,
    event: Hash,
    size: i64,
    /// From the leaf up; true where the other node is the left one.
    steps: Vec<(bool, Hash)>,
}

/// Reads what proves the events of a bundle. Makes a checkpoint of this moment if some of them are newer
/// than every time stamp.
pub(super) fn prove(
    conn: &mut PgConnection,
    app: &App,
    chain: &[Entry],
    now: DateTime<Utc>,
) -> Result<LogProof, ActionError> {
    let mut all: BTreeMap<i64, Kept> = BTreeMap::new();
    let mut wanted: BTreeMap<i64, Vec<&Entry>> = BTreeMap::new();
    let mut current: Option<Kept> = None;
    let mut is_over = false;
    // The chain is sorted newest first.
    for entry in chain.iter().rev() {
        let position = entry.frame.position;
        if current.as_ref().is_none_or(|kept| kept.size < position) && !is_over {
            current = first_stamped(conn, position)?;
            if current.is_none() {
                is_over = true;
                current = checkpoints::make(conn, app, false, now)?;
            }
        }
        let Some(kept) = current.as_ref().filter(|kept| kept.size >= position) else {
            continue;
        };
        wanted.entry(kept.size).or_default().push(entry);
        all.entry(kept.size).or_insert_with(|| kept.clone());
    }
    let mut tiles = StoredTiles::new(conn);
    let mut events = Vec::new();
    for (size, entries) in wanted {
        let whole = u64::try_from(size).unwrap_or_default();
        let mut tree = Tree::new(whole, &mut tiles);
        for entry in entries {
            let position = entry.frame.position;
            let index = u64::try_from(position - 1).unwrap_or(u64::MAX);
            let path = tree.inclusion(index).map_err(checkpoints::unreadable)?;
            events.push(EventProof {
                position,
                event: entry.hash,
                size,
                steps: sides(index, whole).into_iter().zip(path).collect(),
            });
        }
    }
    Ok(LogProof {
        checkpoints: all,
        events,
    })
}

impl LogProof {
    /// Signed checkpoints, their keys and their time stamps.
    pub(super) fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut files = Vec::new();
        for (size, kept) in &self.checkpoints {
            let name = |end: &str| format!("protokoll/{size}.{end}");
            files.push((name("checkpoint"), kept.note.clone().into_bytes()));
            if let Ok(key) = kept.verifier_key.parse::<VerifierKey>() {
                files.push((name("pem"), pem("PUBLIC KEY", &key.der()).into_bytes()));
            }
            if let Some(stamp) = &kept.stamp {
                files.push((name("tst"), stamp.token.clone()));
            }
        }
        files
    }

    /// The ways of the events, oldest first.
    pub(super) fn ways(&self) -> Value {
        let step = |(is_left, hash): &(bool, Hash)| {
            let hash = STANDARD.encode(hash.0);
            match is_left {
                true => json!({ "left": hash }),
                false => json!({ "right": hash }),
            }
        };
        let one = |proof: &EventProof| {
            json!({
                "position": proof.position,
                "sha256": proof.event.to_string(),
                "checkpoint": proof.size,
                "steps": proof.steps.iter().map(step).collect::<Vec<_>>(),
            })
        };
        Value::Array(self.events.iter().map(one).collect())
    }
}
