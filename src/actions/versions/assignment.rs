//! Where a text speaks of what it must say: assigned, released, or left uncovered with a reason
//! (LC-04 … LC-45).

use chrono::{DateTime, Utc};

use super::approval::Seen;
use super::draft::write;
use super::{ActionError, lock_seen, meta_of};
use crate::contract::check::{self, MarkedPlace, Subject};
use crate::contract::meta::Column;
use crate::domain::version::{VersionAuditEvent, VersionRefusal, VersionStep};
use crate::domain::viewer::Viewer;
use crate::storage::PgConnection;

/// Writes into a draft what stands in columns of its tables of further processors: the key of a head, and
/// what is in the column; `None` leaves that to the program. True if that is news.
pub fn name_columns(
    conn: &mut PgConnection,
    viewer: &Viewer,
    seen: Seen,
    said: &[(String, Option<Column>)],
    now: DateTime<Utc>,
) -> Result<bool, ActionError> {
    let version = lock_seen(conn, viewer, seen.id, VersionStep::Edit, seen.revision)?;
    let before = meta_of(&version.files)
        .ok_or(VersionRefusal::Blocked)?
        .columns;
    let changed: Vec<(String, Option<Column>)> = said
        .iter()
        .filter(|(key, column)| before.get(key) != column.as_ref())
        .cloned()
        .collect();
    if changed.is_empty() {
        return Ok(false);
    }
    let files = check::name_columns(&version.files, &changed)?;
    let words = changed.iter().map(|(key, column)| {
        let word = column.map_or("wie erkannt", Column::word);
        format!("„{key}“: {word}")
    });
    let event = VersionAuditEvent::ColumnsNamed {
        columns: words.collect::<Vec<_>>().join(", "),
    };
    write(conn, viewer, version, files, event, now)?;
    Ok(true)
}

/// What a person says about one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// The text speaks of it here.
    Here(MarkedPlace),
    /// Not here after all.
    NotHere(MarkedPlace),
    /// It does not speak of it, for this reason; empty: that is taken back.
    Nowhere(String),
}

/// Writes what a person says into the files of a draft; returns the place in words.
pub fn say(
    conn: &mut PgConnection,
    viewer: &Viewer,
    seen: Seen,
    subject: &'static Subject,
    said: &Said,
    now: DateTime<Utc>,
) -> Result<String, ActionError> {
    let version = lock_seen(conn, viewer, seen.id, VersionStep::Edit, seen.revision)?;
    let title = subject.title_de.to_owned();
    let (files, event, place) = match said {
        Said::Here(at) => {
            let (files, place) = check::assign(&version.files, at, subject.tag)?;
            let event = VersionAuditEvent::Assigned {
                subject: title,
                place: place.clone(),
            };
            (files, event, place)
        }
        Said::NotHere(at) => {
            let (files, place) = check::release(&version.files, at, subject.tag)?;
            let event = VersionAuditEvent::Released {
                subject: title,
                place: place.clone(),
            };
            (files, event, place)
        }
        Said::Nowhere(reason) => {
            let files = check::leave_uncovered(&version.files, subject.tag, reason)?;
            let event = VersionAuditEvent::LeftUncovered {
                subject: title,
                reason: reason.clone(),
            };
            (files, event, String::new())
        }
    };
    if files == version.files {
        return Err(VersionRefusal::NoPlace.into());
    }
    write(conn, viewer, version, files, event, now)?;
    Ok(place)
}
