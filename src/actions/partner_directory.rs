//! The directory of partners: contact data, contracts under Art. 28(4) GDPR, and who may manage
//! them.
//!
//! The operator manages all of them, a Mandant its own Submandanten. For any other viewer such a
//! partner does not exist (S-51, S-54).

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::case_command::name_users;
use super::{ActionError, require};
use crate::domain::audit::effect::Effect;
use crate::domain::audit::{AuditKind, Steps};
use crate::domain::case::{Denied, Partner, Refusal};
use crate::domain::file::File;
use crate::domain::partner::PartnerAuditEvent;
use crate::domain::unlinked::may_stand_in_mail;
use crate::domain::viewer::{Acting, Duty, Role, Viewer};
use crate::domain::{FileId, PartnerId, Party};
use crate::storage::audit::NewEvent;
use crate::storage::audit::chain::append_with;
use crate::storage::partner_contracts::{self, PartnerContract};
use crate::storage::{PgConnection, alerts, files, partners, users};

/// A partner that the viewer manages, for reading.
pub fn find_managed(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: PartnerId,
) -> Result<Partner, ActionError> {
    partners::find_partner(conn, id)?
        .filter(|partner| viewer.role.is_operator() || manages(viewer.role, partner))
        .ok_or(ActionError::NotFound)
}

/// The same, locked for a change. A blocked Mandant may read, but not change anything.
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
        Role::Operator(own) => own.has(Duty::Work),
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

/// The same contact data, or the same contract, within this time are taken for one form sent twice.
const SENT_TWICE: Duration = Duration::minutes(10);

/// Submandanten that a Mandant may add in [`MANY_TIME`]: more than one can type, but not unlimited.
const MANY: i64 = 30;
const MANY_TIME: Duration = Duration::hours(1);

/// Adds a Mandant, or a Submandant of `parent`. A Mandant can only add its own Submandanten. If one
/// with the very same contact data was added a moment ago, nothing is added: the form was sent
/// twice. With `needs_release`, a Submandant that a Mandant adds cannot be named before the
/// operator has released it.
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
        Role::Operator(own) if own.has(Duty::Work) => parent,
        Role::Partner(own) => Some(own),
        Role::Operator(_) | Role::SubPartner(_) | Role::Customer { .. } => {
            return Err(ActionError::NotAllowed);
        }
    };
    if let Some(id) = parent {
        // A Submandant cannot have Submandanten.
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
    if needs_release && !viewer.role.is_operator() {
        partners::mark_unreleased(conn, id, Some(now))?;
    }
    note(conn, viewer, id, &party.name, PartnerAuditEvent::Added, now)?;
    Ok(id)
}

/// Changes the contact data. Concluded agreements keep their copy; open requests show the new data,
/// and a visitor who reads one at that moment is asked to read it again (S-06). Complete data must
/// stay complete, because the partner may be named in contracts (LC-24).
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
    require(viewer, Duty::Work)?;
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

/// A partner's data are printed in the operator's mails: none of them may be turned into a link
/// (S-26).
pub(super) fn refuse_links(party: &Party) -> Result<(), ActionError> {
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
        // Never stored: it explains why a stored address could not be read.
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

/// A contract to be recorded.
#[derive(Debug, Clone)]
pub struct NewContract {
    /// The day it was signed.
    pub signed_on: NaiveDate,
    /// Its last day; `None` if it has no end.
    pub valid_until: Option<NaiveDate>,
    /// Where the paper is kept.
    pub reference: String,
    /// The uploaded file, if there is one.
    pub file: Option<File>,
}

/// Records a contract under Art. 28(4) GDPR (EV-14). The one before stays as evidence.
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
    // The partner's row is locked: the second of two clicks finds the contract that the first one
    // recorded.
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

/// The file of a contract with a partner that the viewer manages.
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

/// Writes the audit event of a change of a partner.
pub(super) fn note(
    conn: &mut PgConnection,
    who: &dyn Acting,
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
        actor: who.actor(),
        customer: None,
        status: None,
    };
    append_with(conn, &event, (&effect, &Steps::default()), now)?;
    Ok(())
}

/// Which partners lose access by a block, or get it back (EV-11): the partner and, if it is a
/// Mandant, the Submandanten that work for it. The areas differ from customer to customer.
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
        | PartnerAuditEvent::Released
        | PartnerAuditEvent::Named { .. } => return Ok(effect),
    };
    let found = partners::find_partner(conn, id)?;
    let parent = match found.as_ref().and_then(|partner| partner.parent) {
        Some(parent) => partners::find_partner(conn, parent)?,
        None => None,
    };
    // Another block is in force, or was before: this one changes no access.
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
