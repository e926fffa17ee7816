//! Checkpoints: what the portal says about its log as a whole (S-80). Every one that leaves the portal is
//! kept; one a day is stamped by a foreign service.

use chrono::{DateTime, Duration, Utc};

use super::ActionError;
use crate::app::App;
use crate::config::Key;
use crate::domain::audit::chain::Hash;
use crate::domain::audit::checkpoint::{Checkpoint, Signer, VerifierKey};
use crate::domain::audit::tree::{Tree, TreeError};
use crate::domain::mail::{MailKind, Recipient};
use crate::paths;
use crate::storage::audit::chain::find_head;
use crate::storage::audit::checkpoints::{Kept, add_checkpoint, find_checkpoint, newest_daily};
use crate::storage::audit::sequence::complete_tree;
use crate::storage::audit::tiles::StoredTiles;
use crate::storage::mails::{NewMail, queue_mail};
use crate::storage::{PgConnection, QueryError};

/// A daily checkpoint is made when the one before is this old.
const DAY: Duration = Duration::hours(24);

/// Which log this is, in every checkpoint: the portal's address without its scheme.
pub fn origin(app: &App) -> String {
    let base = app.base_url();
    let address = base.split_once("://").map_or(base, |(_, address)| address);
    format!("{address}{}", paths::PUBLIC_LOG)
}

fn signer(app: &App, key: &Key<32>) -> Result<Signer, ActionError> {
    Signer::new(&origin(app), key.bytes())
        .ok_or_else(|| ActionError::Document("no key pair for checkpoints".to_owned()))
}

/// The key by which anybody checks the checkpoints made now.
pub fn verifier_key(app: &App) -> Result<VerifierKey, ActionError> {
    Ok(signer(app, &app.config.keys.current.log)?.key().clone())
}

/// The keys under this name: that of the secret, and of the one before.
pub fn own_keys(app: &App, name: &str) -> impl Iterator<Item = VerifierKey> {
    app.config
        .keys
        .log_keys()
        .filter_map(|key| Some(Signer::new(name, key.bytes())?.key().clone()))
}

/// Whether the key is that of this portal's secret, or of the one before.
pub fn is_own(app: &App, key: &VerifierKey) -> bool {
    own_keys(app, &key.name).any(|own| own == *key)
}

/// The root of the tree over the first `size` events.
pub fn root_at(conn: &mut PgConnection, size: i64) -> Result<Hash, ActionError> {
    let mut tiles = StoredTiles::new(conn);
    let mut tree = Tree::new(u64::try_from(size).unwrap_or_default(), &mut tiles);
    tree.root().map_err(unreadable)
}

/// Why the tree gives no answer, as an error of an action.
pub fn unreadable(error: TreeError<QueryError>) -> ActionError {
    match error {
        TreeError::Source(error) => error.into(),
        error => ActionError::Document(format!("the tree over the log: {error}")),
    }
}

/// A checkpoint over everything that has a position; made and kept if there is none of this size yet.
/// `None` while the log is empty.
pub fn make(
    conn: &mut PgConnection,
    app: &App,
    is_daily: bool,
    now: DateTime<Utc>,
) -> Result<Option<Kept>, ActionError> {
    let Some(head) = find_head(conn)?.filter(|head| head.position > 0) else {
        return Ok(None);
    };
    let size = head.position;
    if let Some(kept) = find_checkpoint(conn, size)?.filter(|kept| kept.is_daily || !is_daily) {
        return Ok(Some(kept));
    }
    while !complete_tree(conn)? {}
    let root = root_at(conn, size)?;
    let signer = signer(app, &app.config.keys.current.log)?;
    let checkpoint = Checkpoint {
        origin: origin(app),
        size: u64::try_from(size).unwrap_or_default(),
        root,
    };
    let new = Kept {
        size,
        root,
        note: checkpoint.sign(&signer),
        verifier_key: signer.key().to_string(),
        made_at: now,
        is_daily,
        stamp: None,
    };
    let is_stamped = is_daily && app.config.seal.authority.is_some();
    add_checkpoint(conn, &new, is_stamped.then_some(now))?;
    Ok(find_checkpoint(conn, size)?)
}

/// Makes the checkpoint of the day if it is due: the one before is a day old and the log has grown.
/// Returns it if it was made now. In the same transaction it is queued for the auditors, if they have an
/// address.
pub fn make_daily(
    conn: &mut PgConnection,
    app: &App,
    now: DateTime<Utc>,
) -> Result<Option<Kept>, ActionError> {
    let size = find_head(conn)?.map_or(0, |head| head.position);
    let is_due = match newest_daily(conn)? {
        Some((before, made_at)) => size > before && now - made_at >= DAY,
        None => size > 0,
    };
    if !is_due {
        return Ok(None);
    }
    let made = make(conn, app, true, now)?;
    if let Some(kept) = made.as_ref().filter(|_| app.config.mail.auditors.is_some()) {
        let letter = NewMail {
            // One a day, whichever process makes it.
            step: format!("checkpoint:{}", now.date_naive()),
            kind: MailKind::Checkpoint { size: kept.size },
            to: Recipient::Auditors,
            customer: None,
            message_id: app.new_message_id(),
        };
        queue_mail(conn, &letter, now)?;
    }
    Ok(made)
}
