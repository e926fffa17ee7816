//! Partners as another system of the provider writes them, by its own keys. Blocking one stays with
//! people.

use chrono::{DateTime, Utc};

use super::partner_directory::{note, refuse_links};
use super::{ActionError, require};
use crate::domain::case::Refusal;
use crate::domain::client::{Client, ExternalId};
use crate::domain::partner::PartnerAuditEvent;
use crate::domain::viewer::Duty;
use crate::domain::{PartnerId, Party};
use crate::storage::{PgConnection, external_ids, partners};

/// What came of writing a partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartnerWritten {
    /// It is there since now.
    Created(PartnerId),
    /// It is otherwise since now.
    Changed(PartnerId),
    /// It was so already.
    Unchanged(PartnerId),
}

/// Adds a partner, or makes its contact data what is written. A partner that was typed in has no key;
/// one is given to it in the portal.
///
/// # Errors
/// [`Refusal::NotAPartner`] if `parent` is none that can have Submandanten, or is another one than before;
/// [`Refusal::IncompletePartner`] if complete data would become incomplete.
pub fn put(
    conn: &mut PgConnection,
    client: &Client,
    (key, parent): (&ExternalId, Option<PartnerId>),
    party: &Party,
    now: DateTime<Utc>,
) -> Result<PartnerWritten, ActionError> {
    require(client, Duty::Care)?;
    refuse_links(party)?;
    let Some(id) = external_ids::find_partner(conn, key)? else {
        if let Some(above) = parent {
            // A Submandant cannot have Submandanten.
            partners::find_partner(conn, above)?
                .filter(|above| above.parent.is_none())
                .ok_or(Refusal::NotAPartner)?;
        }
        let id = partners::create_partner(conn, parent, party, now)?;
        external_ids::name_partner(conn, id, key)?;
        note(conn, client, id, &party.name, PartnerAuditEvent::Added, now)?;
        return Ok(PartnerWritten::Created(id));
    };
    let partner = partners::lock_partner(conn, id)?.ok_or(ActionError::NotFound)?;
    if partner.parent != parent {
        return Err(Refusal::NotAPartner.into());
    }
    if partner.party == *party {
        return Ok(PartnerWritten::Unchanged(id));
    }
    if partner.party.is_complete() && !party.is_complete() {
        return Err(Refusal::IncompletePartner.into());
    }
    partners::save_party(conn, &partner, party)?;
    let former = &partner.party.name;
    let event = PartnerAuditEvent::Changed {
        former_name: (*former != party.name).then(|| former.clone()),
    };
    note(conn, client, id, &party.name, event, now)?;
    Ok(PartnerWritten::Changed(id))
}
