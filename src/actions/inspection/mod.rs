//! Looks at how the portal is set up, for `avv-portal check` and the operator's set-up list (S-95).
//! Nothing is changed and no mail is sent; [`crate::domain::inspection`] judges what is found.

mod network;

use std::path::Path;

use chrono::{DateTime, Utc};

use super::ActionError;
use crate::clock::Clock;
use crate::config::{Environment, SealConfig, SealSource, WebConfig};
use crate::document::seal::{Certificates, Sealer};
use crate::domain::inspection::{Finding, Schema, Seal};
use crate::storage::db::{DbError, connect_to_look, count_pending, database_time, is_replica};
use crate::storage::{PgConnection, rights};

pub use network::{issuer, mail_server, mailbox, sender_names, stamp, unknown_names};

/// What is doubtful about settings that can be used.
pub fn purpose(environment: Environment, web: Option<&WebConfig>) -> Vec<Finding> {
    if !environment.is_production() {
        return vec![Finding::Development];
    }
    // The portal itself speaks no TLS, so something in front of it does.
    let is_told = web.is_none_or(|web| !web.trusted_proxies.is_empty());
    let mut found = vec![Finding::Production];
    if !is_told {
        found.push(Finding::NoProxy);
    }
    found
}

/// The space that is left where the data directory is, or will be.
pub fn space(data_dir: &Path) -> Option<Finding> {
    let mut places = data_dir.ancestors().filter(|place| place.exists());
    let place = places.next().unwrap_or(Path::new("."));
    free_space(place).map(Finding::Space)
}

/// Bytes that are left where a directory is; `None` if there is no such directory.
pub fn free_space(dir: &Path) -> Option<u64> {
    let found = nix::sys::statvfs::statvfs(dir).ok()?;
    Some(found.blocks_available() * found.fragment_size())
}

/// Whether the server at this address can read lists for the primary; otherwise why not.
pub fn replica(url: &str) -> Result<(), String> {
    let mut conn = connect_to_look(url).map_err(|error| error.to_string())?;
    match is_replica(&mut conn) {
        Ok(true) => Ok(()),
        Ok(false) => Err("this server takes writes, so it is no replica".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// Schema, rights and time of a database, as the role that the portal works as. Questions that make
/// sense only where the tables are there are not asked where they are not.
pub fn database(conn: &mut PgConnection, clock: &Clock) -> Result<Vec<Finding>, ActionError> {
    let schema = match count_pending(conn) {
        Ok(0) => Schema::Current,
        Ok(missing) => Schema::Behind(missing),
        Err(DbError::Migration(why)) => Schema::Foreign(why),
        Err(error) => return Err(error.into()),
    };
    let is_current = schema == Schema::Current;
    let mut found = vec![Finding::Schema(schema)];
    if is_current {
        let owns_tables = rights::can_switch_triggers_off(conn)?;
        found.push(Finding::Role { owns_tables });
    }
    // A clock that people set is off on purpose.
    if !clock.is_settable() {
        let database = database_time(conn)?;
        found.push(Finding::Clock(clock.now() - database));
    }
    Ok(found)
}

/// The seal as configured. That of development is not made for it.
pub fn seal(config: &SealConfig, now: DateTime<Utc>) -> Seal {
    if let SealSource::Made(path) = &config.source
        && !path.exists()
    {
        return Seal::NotMade;
    }
    match Sealer::open(config, now).and_then(|sealer| {
        Certificates::of_authority(config)?;
        Ok(sealer)
    }) {
        Ok(sealer) => opened(&sealer, now),
        Err(error) => Seal::Unusable(error.to_string()),
    }
}

/// A seal that is in use.
pub fn opened(sealer: &Sealer, now: DateTime<Utc>) -> Seal {
    let (from, until) = sealer.validity();
    Seal::Opens {
        from,
        until,
        is_of_development: sealer.is_of_development(),
        now,
    }
}
