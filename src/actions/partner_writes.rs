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

/// Gives a partner that was typed in its key; `false` if it has it already.
///
/// # Errors
/// [`Refusal::Unchanged`] if the key is another partner's, or the partner has another key.
pub fn adopt(
    conn: &mut PgConnection,
    client: &Client,
    (key, id): (&ExternalId, PartnerId),
    now: DateTime<Utc>,
) -> Result<bool, ActionError> {
    require(client, Duty::Care)?;
    external_ids::lock_key(conn, "partner", key.as_str())?;
    let partner = partners::lock_partner(conn, id)?.ok_or(ActionError::NotFound)?;
    match external_ids::find_partner(conn, key.as_str())? {
        Some((known, _)) if known == id => return Ok(false),
        Some(_) => return Err(Refusal::Unchanged.into()),
        None => {}
    }
    if !external_ids::name_partner(conn, id, key)? {
        return Err(Refusal::Unchanged.into());
    }
    let event = PartnerAuditEvent::Named {
        key: key.to_string(),
    };
    note(conn, client, id, &partner.party.name, event, now)?;
    Ok(true)
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
    external_ids::lock_key(conn, "partner", key.as_str())?;
    let Some((id, _)) = external_ids::find_partner(conn, key.as_str())? else {
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
