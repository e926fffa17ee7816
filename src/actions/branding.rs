//! How the portal looks, and what its legal pages say.

use chrono::{DateTime, Utc};

use super::case_command::actor;
use super::{ActionError, require};
use crate::document::logo::ReadLogo;
use crate::domain::Branding;
use crate::domain::audit::AuditKind;
use crate::domain::viewer::{Duty, Viewer};
use crate::storage::PgConnection;
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::branding::{LogoFiles, lock_branding, save_branding, save_branding_and_logo};

/// What happens to the logo.
#[derive(Debug)]
pub enum LogoChange {
    /// It stays as it is.
    Keep,
    /// There is none any more.
    Remove,
    /// It is another one.
    Replace(Box<ReadLogo>),
}

/// Replaces the look of the portal. `wanted.logo` does not count; `logo` says what becomes of it.
/// Nothing is written where nothing is another thing.
///
/// # Errors
/// [`ActionError::NotAllowed`] for everybody but the operator's people.
pub fn save(
    conn: &mut PgConnection,
    viewer: &Viewer,
    wanted: Branding,
    logo: LogoChange,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    require(viewer, Duty::Administration)?;
    let before = lock_branding(conn)?;
    let (known, files) = match logo {
        LogoChange::Keep => (before.logo.clone(), None),
        LogoChange::Remove => (None, Some(None)),
        LogoChange::Replace(read) => {
            let ReadLogo { logo, shown, png } = *read;
            (Some(logo), Some(Some(LogoFiles { shown, png })))
        }
    };
    let after = Branding {
        logo: known,
        ..wanted
    };
    let changed = before.changed_in(&after);
    if changed.is_empty() {
        return Ok(());
    }
    match files {
        None => save_branding(conn, &after)?,
        Some(files) => save_branding_and_logo(conn, &after, files.as_ref())?,
    }
    let event = NewEvent {
        kind: AuditKind::BrandingSaved { changed },
        actor: actor(viewer),
        customer: None,
        status: None,
    };
    add_event(conn, &event, now)?;
    Ok(())
}
