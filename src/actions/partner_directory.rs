//! The register of partners: contact data, contracts under Art. 28(4) GDPR, who may see to them.
//!
//! The operator sees to all of them, a Mandant to its own Submandanten. Whoever else asks learns
//! nothing, not even that there is such a partner (S-51, S-54).

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::ActionError;
use super::case_command::{actor, name_users};
use crate::domain::audit::AuditKind;
use crate::domain::audit::effect::Effect;
use crate::domain::case::{Denied, Partner, Refusal};
use crate::domain::file::File;
use crate::domain::partner::PartnerAuditEvent;
use crate::domain::unlinked::may_stand_in_mail;
use crate::domain::viewer::{Role, Viewer};
use crate::domain::{FileId, PartnerId, Party};
use crate::storage::audit::NewEvent;
use crate::storage::audit::chain::append_with;
use crate::storage::partner_contracts::{self, PartnerContract};
use crate::storage::{PgConnection, alerts, files, partners, users};

/// A partner that the viewer sees to, for reading.
pub fn find_managed(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: PartnerId,
) -> Result<Partner, ActionError> {
    partners::find_partner(conn, id)?
        .filter(|partner| manages(viewer.role, partner))
        .ok_or(ActionError::NotFound)
}

/// The same, locked for a change. A Mandant that is blocked may look, but not change anything.
pub(super) fn lock_managed(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: PartnerId,
) -> Result<Partner, ActionError> {
    refuse_if_blocked(conn, viewer)?;
    partners::lock_partner(conn, id)?
        .filter(|partner| manages(viewer.role, partner))
        .ok_or(ActionError::NotFound)
}

fn manages(role: Role, partner: &Partner) -> bool {
    match role {
        Role::Operator => true,
        Role::Partner(own) => partner.parent == Some(own),
        Role::SubPartner(_) | Role::Customer { .. } => false,
    }
}

fn refuse_if_blocked(conn: &mut PgConnection, viewer: &Viewer) -> Result<(), ActionError> {
    let own = match viewer.role.partner() {
        Some(id) => partners::find_partner(conn, id)?,
        None => None,
    };
    match own {
        Some(own) if own.is_shut_out() => Err(ActionError::Denied(Denied::Blocked)),
        _ => Ok(()),
    }
}

/// The same contact data, or the same contract, within this time are one form sent twice.
const SENT_TWICE: Duration = Duration::minutes(10);

/// Submandanten a Mandant may add in [`MANY_TIME`]: more than anybody types, and not without end.
const MANY: i64 = 30;
const MANY_TIME: Duration = Duration::hours(1);

/// Adds a Mandant, or a Submandant of `parent`. What a Mandant adds is always its own. One with the
/// very same contact data, added a moment ago, is not added again: that is a form sent twice. With
/// `needs_release` what a Mandant adds cannot be named before the operator has looked at it.
pub fn add(
    conn: &mut PgConnection,
    viewer: &Viewer,
    parent: Option<PartnerId>,
    party: &Party,
    needs_release: bool,
    now: DateTime<Utc>,
) -> Result<PartnerId, ActionError> {
    refuse_if_blocked(conn, viewer)?;
    refuse_links(party)?;
    let parent = match viewer.role {
        Role::Operator => parent,
        Role::Partner(own) => Some(own),
        Role::SubPartner(_) | Role::Customer { .. } => return Err(ActionError::NotAllowed),
    };
    if let Some(id) = parent {
        // A Submandant has no Submandanten: the chain ends with it.
        partners::find_partner(conn, id)?
            .filter(|above| above.parent.is_none())
            .ok_or(ActionError::NotFound)?;
    }
    users::lock_user(conn, viewer.user)?;
    if let Some(twin) = partners::find_twin(conn, parent, party, now - SENT_TWICE)? {
        return Ok(twin);
    }
    if let Role::Partner(own) = viewer.role
        && partners::count_new(conn, own, now - MANY_TIME)? >= MANY
    {
        return Err(ActionError::TooManyAttempts(3_600));
    }
    let id = partners::create_partner(conn, parent, party, now)?;
    if needs_release && viewer.role != Role::Operator {
        partners::mark_unreleased(conn, id, Some(now))?;
    }
    note(conn, viewer, id, &party.name, PartnerAuditEvent::Added, now)?;
    Ok(id)
}

/// Changes the contact data. What was concluded keeps its copy; requests that are open show the
/// new data, and whoever reads one at that moment is asked to read it again (S-06). Who was
/// complete stays so: it may be named in contracts (LC-24).
pub fn change(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: PartnerId,
    party: &Party,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let partner = lock_managed(conn, viewer, id)?;
    refuse_links(party)?;
    if partner.party == *party {
        return Err(Refusal::Unchanged.into());
    }
    if partner.party.is_complete() && !party.is_complete() {
        return Err(Refusal::IncompletePartner.into());
    }
    partners::save_party(conn, &partner, party)?;
    let former = &partner.party.name;
    let event = PartnerAuditEvent::Changed {
        former_name: (*former != party.name).then(|| former.clone()),
    };
    note(conn, viewer, id, &party.name, event, now)
}

/// The operator releases a Submandant: from now on it can be named for customers.
pub fn release(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: PartnerId,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    if viewer.role != Role::Operator {
        return Err(ActionError::NotAllowed);
    }
    let partner = lock_managed(conn, viewer, id)?;
    if partner.unreleased_since.is_none() {
        return Err(Refusal::Unchanged.into());
    }
    partners::mark_unreleased(conn, id, None)?;
    note(
        conn,
        viewer,
        id,
        &partner.party.name,
        PartnerAuditEvent::Released,
        now,
    )
}

/// What a partner says of itself stands in the operator's mails: none of it may be a link (S-26).
fn refuse_links(party: &Party) -> Result<(), ActionError> {
    let Party {
        name,
        street,
        postcode,
        city,
        country,
        register,
        represented_by,
        contact,
        email: _,
        phone,
        // Never stored: it says why a stored address could not be read.
        unusable_email: _,
    } = party;
    let lines = [
        name,
        street,
        postcode,
        city,
        country,
        register,
        represented_by,
        contact,
        phone,
    ];
    if lines.into_iter().all(|line| may_stand_in_mail(line)) {
        Ok(())
    } else {
        Err(Refusal::LinkInName.into())
    }
}

/// A contract as it was entered.
#[derive(Debug, Clone)]
pub struct NewContract {
    /// The day it was signed.
    pub signed_on: NaiveDate,
    /// Its last day; `None` if it has no end.
    pub valid_until: Option<NaiveDate>,
    /// Where the paper lies.
    pub reference: String,
    /// Its file.
    pub file: Option<File>,
}

/// Records a contract under Art. 28(4) GDPR (EV-14). The one before stays as proof.
pub fn record_contract(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: PartnerId,
    contract: NewContract,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let partner = lock_managed(conn, viewer, id)?;
    let file_hash = contract.file.as_ref().map(File::sha256);
    let same = (
        contract.signed_on,
        contract.valid_until,
        contract.reference.as_str(),
    );
    // The partner's row is locked: of two clicks the second one finds what the first one recorded.
    if partner_contracts::is_twin(conn, id, same, file_hash.as_deref(), now - SENT_TWICE)? {
        return Ok(());
    }
    let file = match &contract.file {
        Some(file) => Some(files::create_file(conn, file, viewer.user, now)?),
        None => None,
    };
    let new = PartnerContract {
        signed_on: contract.signed_on,
        valid_until: contract.valid_until,
        reference: contract.reference,
        file,
    };
    partner_contracts::create_contract(conn, id, &new, viewer.user, now)?;
    alerts::settle_over(conn, now)?;
    let event = PartnerAuditEvent::ContractRecorded { file_hash };
    note(conn, viewer, id, &partner.party.name, event, now)
}

/// The file of a contract with a partner the viewer sees to.
pub fn find_contract_file(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: PartnerId,
    file: FileId,
) -> Result<File, ActionError> {
    find_managed(conn, viewer, id)?;
    if !partner_contracts::has_file(conn, id, file)? {
        return Err(ActionError::NotFound);
    }
    files::find_file(conn, file)?.ok_or(ActionError::NotFound)
}

/// Writes down what was done to a partner.
pub(super) fn note(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: PartnerId,
    name: &str,
    event: PartnerAuditEvent,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let mut effect = effect_of(conn, id, name, &event)?;
    name_users(conn, &mut effect)?;
    let event = NewEvent {
        kind: AuditKind::Partner {
            id,
            name: name.to_owned(),
            event,
        },
        actor: actor(viewer),
        customer: None,
        status: None,
    };
    append_with(conn, &event, &effect, now)?;
    Ok(())
}

/// Whom a block shuts out, and who may come in again (EV-11): the partner, and with a Mandant the
/// Submandanten who work for it. Which areas these are differs from customer to customer.
fn effect_of(
    conn: &mut PgConnection,
    id: PartnerId,
    name: &str,
    event: &PartnerAuditEvent,
) -> Result<Effect, ActionError> {
    let mut effect = Effect::default();
    let is_out = |found: Option<Partner>| found.is_some_and(|partner| partner.is_shut_out());
    let list = match event {
        PartnerAuditEvent::Blocked { .. } | PartnerAuditEvent::Deactivated => &mut effect.closed,
        PartnerAuditEvent::Unblocked | PartnerAuditEvent::Activated => &mut effect.opened,
        PartnerAuditEvent::Added
        | PartnerAuditEvent::Changed { .. }
        | PartnerAuditEvent::ContractRecorded { .. }
        | PartnerAuditEvent::Released => return Ok(effect),
    };
    let found = partners::find_partner(conn, id)?;
    let parent = match found.as_ref().and_then(|partner| partner.parent) {
        Some(parent) => partners::find_partner(conn, parent)?,
        None => None,
    };
    // Another block still stands in the way, or did so before: this one changed nobody's access.
    let other_stands = found.is_some_and(|partner| match event {
        PartnerAuditEvent::Blocked { .. } => partner.deactivated_at.is_some(),
        PartnerAuditEvent::Deactivated => partner.blocked_at.is_some(),
        _ => partner.is_shut_out(),
    });
    if is_out(parent) || other_stands {
        return Ok(Effect::default());
    }
    list.push(Effect::everything(id, name));
    for sub in partners::list_sub_partners(conn, id)? {
        if !sub.is_shut_out() {
            list.push(Effect::everything(sub.id, &sub.party.name));
        }
    }
    Ok(effect)
}
