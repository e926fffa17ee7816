//! Whole master data as another system of the provider writes it: the customer is added, changed, or
//! found to be so already, in one action with one audit event. The keys are those of the other system,
//! so writing the same twice does nothing the second time.

use chrono::{DateTime, Utc};

use super::customers::{Addition, add, guard_address, partner_addresses};
use super::{ActionError, Applied, CaseCommand, partner_contracts, require};
use crate::app::App;
use crate::domain::audit::{AuditKind, Turn};
use crate::domain::case::{AddressChange, Case, Change, Event, Partner, Refusal};
use crate::domain::client::Client;
use crate::domain::viewer::Duty;
use crate::domain::{CustomerNumber, EmailAddress, Language, PartnerId, Party, master_data};
use crate::storage::customers::find_holder;
use crate::storage::{PgConnection, external_ids, partners};

/// The master data of a customer, with who looks after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerWrite {
    /// Number of the customer, its key.
    pub number: CustomerNumber,
    /// Name, address, register entry and e-mail address, cleaned.
    pub party: Party,
    /// Language of mails and contract.
    pub language: Language,
    /// The Mandant that looks after it, if any.
    pub partner: Option<PartnerId>,
    /// The Submandant that looks after it, if any.
    pub sub_partner: Option<PartnerId>,
    /// Number of this change in the system it comes from: an older one than was taken before is left
    /// alone, because queues deliver out of order.
    pub source_version: Option<i64>,
}

/// What came of writing something.
#[derive(Debug, Clone)]
pub enum Written {
    /// It is there since now.
    Created(Box<Applied>),
    /// It is otherwise since now.
    Changed(Box<Applied>),
    /// It was so already.
    Unchanged(Box<Case>),
    /// A newer change was taken before.
    Stale(Box<Case>),
}

/// Adds the customer or makes it what `new` says. What is to change is decided in a fixed order: master
/// data, address, Mandant, Submandant.
///
/// # Errors
/// What the rules refuse; [`Refusal::NoAddress`] if a stored address would go.
pub fn put(
    conn: &mut PgConnection,
    app: &App,
    client: &Client,
    new: &CustomerWrite,
    now: DateTime<Utc>,
) -> Result<Written, ActionError> {
    require(client, Duty::Care)?;
    external_ids::lock_key(conn, "customer", &new.number.to_string())?;
    if find_holder(conn, new.number)?.is_none() {
        let addition = Addition {
            number: new.number,
            party: new.party.clone(),
            language: new.language,
            partner: new.partner,
            sub_partner: new.sub_partner,
            booking: None,
        };
        let done = add(conn, app, client, &addition, None, now)?;
        note_version(conn, new)?;
        return Ok(Written::Created(Box::new(done)));
    }
    let command = CaseCommand::by(client, new.number, now);
    let case = match command.lock(conn) {
        // The number was a customer's who was deleted: it is never given to another one.
        Err(ActionError::NotFound) => return Err(Refusal::NumberTaken.into()),
        case => case?,
    };
    let taken = external_ids::find_source_version(conn, new.number)?;
    if let (Some(taken), Some(version)) = (taken, new.source_version)
        && version < taken
    {
        return Ok(Written::Stale(Box::new(case)));
    }
    let events = events_of(conn, app, &case, new)?;
    note_version(conn, new)?;
    if events.is_empty() {
        return Ok(Written::Unchanged(Box::new(case)));
    }
    let is_moved = events
        .iter()
        .any(|event| matches!(event, Event::EmailChanged(_)));
    let done = command.commit_each(conn, app, case, &events, kind_of, |conn, outcome| {
        if is_moved {
            guard_address(conn, &outcome.after)?;
        }
        Ok(())
    })?;
    let done = partner_contracts::check(conn, app, done, now)?;
    Ok(Written::Changed(Box::new(done)))
}

fn note_version(conn: &mut PgConnection, new: &CustomerWrite) -> Result<(), ActionError> {
    if let Some(version) = new.source_version {
        external_ids::save_source_version(conn, new.number, version)?;
    }
    Ok(())
}

/// What has to happen to a customer so that it is as written.
fn events_of(
    conn: &mut PgConnection,
    app: &App,
    case: &Case,
    new: &CustomerWrite,
) -> Result<Vec<Event>, ActionError> {
    let mut events = Vec::new();
    let own = &case.customer;
    let is_other =
        !master_data::changes((&own.party, own.language), (&new.party, new.language)).is_empty();
    if is_other {
        events.push(Event::PartyChanged {
            party: Box::new(new.party.clone()),
            language: new.language,
        });
    }
    match (own.email(), &new.party.email) {
        (Some(_), None) => return Err(Refusal::NoAddress.into()),
        (old, Some(email)) if old != Some(email) => {
            events.push(Event::EmailChanged(AddressChange {
                email: email.clone(),
                partner_addresses: partner_addresses(conn, case)?,
                by_partner: false,
                wait: app.config.rules.address_wait,
                despite: false,
            }));
        }
        _ => {}
    }
    let id = |one: &Option<Partner>| one.as_ref().map(|partner| partner.id);
    let has_moved = id(&case.partner) != new.partner;
    if has_moved {
        let found = match new.partner {
            Some(id) => Some(partners::find_partner(conn, id)?.ok_or(Refusal::NotAPartner)?),
            None => None,
        };
        events.push(Event::PartnerAssigned(found));
    }
    // With another Mandant the Submandant has gone.
    let sub_partner = id(&case.sub_partner).filter(|_| !has_moved);
    if sub_partner != new.sub_partner {
        let found = match new.sub_partner {
            Some(id) => Some(partners::find_partner(conn, id)?.ok_or(Refusal::ForeignSubPartner)?),
            None => None,
        };
        events.push(Event::SubPartnerNamed(found));
    }
    Ok(events)
}

fn kind_of(outcome: &Applied) -> AuditKind {
    let (before, after) = (&outcome.before, &outcome.after);
    let (old, new) = (&before.customer, &after.customer);
    let is_moved = old.email() != new.email();
    AuditKind::CustomerWritten {
        former_name: (old.party.name != new.party.name).then(|| old.party.name.clone()),
        changed: master_data::changes((&old.party, old.language), (&new.party, new.language)),
        email: new.email().filter(|_| is_moved).map(EmailAddress::masked),
        partner: Turn::between(name(&before.partner), name(&after.partner)),
        sub_partner: Turn::between(name(&before.sub_partner), name(&after.sub_partner)),
        asked: outcome.changes.iter().any(Change::asks),
    }
}

fn name(partner: &Option<Partner>) -> Option<&str> {
    partner.as_ref().map(|one| one.party.name.as_str())
}
