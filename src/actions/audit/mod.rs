//! The audit log as a whole: erasing personal data from it, and [`verify()`]ing all of it (S-80).

mod verify;

use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use super::{ActionError, Actor};
use crate::app::App;
use crate::config::Key;
use crate::domain::CustomerNumber;
use crate::domain::audit::AuditKind;
use crate::domain::audit::chain::{Head, hex};
use crate::storage::PgConnection;
use crate::storage::audit::NewEvent;
use crate::storage::audit::chain::{erase_contents, lock_erasable};
use crate::storage::audit::sequence::{append_placed, lock};

pub use crate::storage::audit::chain::Whose;
pub use verify::{Intact, VerifyError, is_signed_here, verify};

/// Events one tombstone names at most.
const MOST_ERASED: i64 = 1000;
/// First line of the signed text of a tombstone.
const SIGNED: &str = "avv-audit-erased-1";

/// Erases the personal data (who, what, details) in the oldest events before `before`, at most a
/// thousand, and leaves a signed tombstone that names them; the chain still verifies. Returns how
/// many were erased; to be called in separate transactions until it returns 0.
///
/// Called by the job for the periods of EV-16, which decides which customer's evidence has expired.
/// Time, kind, customer number and status of an event stay.
pub fn erase(
    conn: &mut PgConnection,
    app: &App,
    whose: Whose,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<usize, ActionError> {
    // The tombstone's position is needed here, so everything that waits gets its own before.
    let turn = lock(conn)?;
    let rows = lock_erasable(conn, whose, before, MOST_ERASED)?;
    if rows.is_empty() {
        return Ok(0);
    }
    let customer = match whose {
        Whose::Customer(number) | Whose::MasterData(number) => Some(number),
        Whose::Nobody => None,
    };
    let key = &app.config.keys.current.audit;
    let positions: Vec<i64> = rows.iter().map(|row| row.position).collect();
    let tombstone = NewEvent {
        kind: AuditKind::Erased {
            positions: positions.clone(),
            key: fingerprint(key),
            signature: sign(key, customer, &rows),
        },
        actor: Actor::Portal,
        customer,
        status: None,
    };
    let place = append_placed(conn, turn, &tombstone, now)?;
    Ok(erase_contents(conn, &positions, place)?)
}

/// HMAC-SHA-256 under the server's key, which cannot be made with access to the database alone.
fn sign(key: &Key<32>, customer: Option<CustomerNumber>, rows: &[Head]) -> String {
    let customer = customer.map(|number| number.to_string());
    let mut text = format!("{SIGNED}\n{}\n", customer.unwrap_or_default());
    for row in rows {
        text.push_str(&format!("{row}\n"));
    }
    mac(key, text.as_bytes())
}

/// Identifies the key of a signature without revealing it.
fn fingerprint(key: &Key<32>) -> String {
    mac(key, b"which key").chars().take(16).collect()
}

fn mac(key: &Key<32>, text: &[u8]) -> String {
    // HMAC takes keys of any length; the other branch only satisfies the type.
    let mut mac = Hmac::<Sha256>::new_from_slice(key.bytes())
        .unwrap_or_else(|_| Hmac::new(&Default::default()));
    mac.update(text);
    hex(&mac.finalize().into_bytes())
}
