//! Master data of customers.

use chrono::{DateTime, Duration, Utc};

use super::audit::{self, Whose};
use super::form_version::stamp;
use super::{ActionError, Actor, Applied, CaseCommand, addresses};
use crate::app::App;
use crate::domain::audit::AuditKind;
use crate::domain::case::{AddressChange, Case, Event, Preview, preview};
use crate::domain::viewer::{Role, Viewer};
use crate::domain::{CustomerNumber, EmailAddress, Language, PartnerId, Party, master_data, name};
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::customers::{NewCustomer, create_customer};
use crate::storage::{PgConnection, case_rows, cases, partners, users};

/// Adds a customer, without bookings: those come through [`super::bookings`].
pub fn add(
    conn: &mut PgConnection,
    new: &NewCustomer,
    actor: Actor,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let mut new = new.clone();
    // What an import brings is cleaned like what a person types (S-73).
    new.party.name = name::clean(&new.party.name);
    create_customer(conn, &new, now)?;
    let case = cases::lock_case(conn, new.number, now)?.ok_or(ActionError::NotFound)?;
    case_rows::save_row(conn, &case, now)?;
    case_rows::save_words(conn, &case)?;
    let event = NewEvent {
        kind: AuditKind::CustomerAdded,
        actor,
        customer: Some(new.number),
        status: None,
    };
    add_event(conn, &event, now)?;
    Ok(())
}

/// A new master-data address, as it was entered.
#[derive(Debug, Clone)]
pub struct NewAddress {
    /// The address.
    pub email: EmailAddress,
    /// Why the operator enters it although it belongs to a partner of the customer; `None`: the
    /// guard of 5.6-11 holds.
    pub despite: Option<String>,
}

impl From<EmailAddress> for NewAddress {
    fn from(email: EmailAddress) -> Self {
        Self {
            email,
            despite: None,
        }
    }
}

/// The operator or the Mandant enters another master-data address (rows 2, 9, 47), guarded by 5.6-11.
/// The Mandant's waits (A4).
pub fn change_email(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    customer: CustomerNumber,
    new: &NewAddress,
    now: DateTime<Utc>,
) -> Result<Applied, ActionError> {
    let by_partner = match viewer.role {
        Role::Operator => false,
        Role::Partner(_) => true,
        Role::SubPartner(_) | Role::Customer { .. } => return Err(ActionError::NotAllowed),
    };
    let command = CaseCommand::by(viewer, customer, now);
    let case = command.lock(conn)?;
    let partner_addresses = partner_addresses(conn, &case)?;
    let is_partners = new.email.belongs_with(&partner_addresses);
    let event = Event::EmailChanged(AddressChange {
        email: new.email.clone(),
        partner_addresses,
        by_partner,
        wait: app.config.rules.address_wait,
        despite: new.despite.is_some(),
    });
    let despite = new.despite.clone().filter(|_| is_partners);
    let kind = addresses::entering(&case, &new.email, by_partner, despite);
    command.commit(conn, app, case, &event, |_| kind)
}

/// Addresses of the partners that look after the customer and of their users (5.6-11), and of every
/// other Submandant of the Mandant: it could be named as soon as it has concluded for the customer.
fn partner_addresses(
    conn: &mut PgConnection,
    case: &Case,
) -> Result<Vec<EmailAddress>, ActionError> {
    let mut partners = match &case.partner {
        Some(partner) => partners::list_sub_partners(conn, partner.id)?,
        None => Vec::new(),
    };
    partners.extend(
        [&case.partner, &case.sub_partner]
            .into_iter()
            .flatten()
            .cloned(),
    );
    let ids: Vec<PartnerId> = partners.iter().map(|one| one.id).collect();
    let mut addresses = users::list_partner_addresses(conn, &ids)?;
    addresses.extend(partners::list_former_addresses(conn, &ids)?);
    addresses.extend(partners.iter().filter_map(|one| one.party.email.clone()));
    Ok(addresses)
}

/// The operator corrects name, address, register, contact or language (row 48). The e-mail address
/// has its own action.
pub fn change_party(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    customer: CustomerNumber,
    new: (&Party, Language),
    now: DateTime<Utc>,
) -> Result<Applied, ActionError> {
    if viewer.role != Role::Operator {
        return Err(ActionError::NotAllowed);
    }
    let event = party_changed(new);
    CaseCommand::by(viewer, customer, now).execute(conn, app, &event, |outcome| {
        let (old, new) = (&outcome.before.customer, &outcome.after.customer);
        let changed = master_data::changes((&old.party, old.language), (&new.party, new.language));
        AuditKind::PartyChanged {
            former_name: (old.party.name != new.party.name).then(|| old.party.name.clone()),
            changed,
        }
    })
}

/// What [`change_party`] would bring with it beyond the master data, unless the person has confirmed
/// it: `confirmed` is the stamp of the facts it was shown for (C10). Locks the customer, so that
/// nothing else follows until the transaction ends.
pub fn find_unconfirmed(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    new: (&Party, Language),
    confirmed: &str,
    now: DateTime<Utc>,
) -> Result<Option<Preview>, ActionError> {
    let case = cases::lock_case(conn, customer, now)?.ok_or(ActionError::NotFound)?;
    // What is refused is refused by the action itself.
    let saved = preview(&case, &party_changed(new), now).ok();
    Ok(saved.filter(|saved| saved.party_touches_more() && stamp(&saved.before) != confirmed))
}

fn party_changed((party, language): (&Party, Language)) -> Event {
    Event::PartyChanged {
        party: Box::new(party.clone()),
        language,
    }
}

/// The operator locks every link that was mailed, for example because one became known to others
/// (row 53).
pub fn lock_links(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    customer: CustomerNumber,
    ask_again: bool,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<Applied, ActionError> {
    if viewer.role != Role::Operator {
        return Err(ActionError::NotAllowed);
    }
    let kind = AuditKind::LinksLocked {
        asked: ask_again,
        reason: reason.to_owned(),
    };
    let event = Event::LinksLocked { ask_again };
    CaseCommand::by(viewer, customer, now).execute(conn, app, &event, |_| kind)
}

/// The operator deletes the customer: links closed, reminders off, its users shut out, evidence
/// kept until retention is over (rows 51, 52). What the log says of earlier master data proves
/// nothing, because agreements copy what they name, and goes at once (C10). The password was asked
/// again before (S-40).
pub fn delete(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    customer: CustomerNumber,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<Applied, ActionError> {
    if viewer.role != Role::Operator {
        return Err(ActionError::NotAllowed);
    }
    let kind = AuditKind::CustomerDeleted {
        reason: reason.to_owned(),
    };
    let outcome =
        CaseCommand::by(viewer, customer, now).execute(conn, app, &Event::Deleted, |_| kind)?;
    users::disable_users_of(conn, customer, now)?;
    // Events of this customer are as old as its lock, but clocks of two processes may differ.
    let until = now + Duration::days(1);
    while audit::erase(conn, app, Whose::MasterData(customer), until, now)? > 0 {}
    Ok(outcome)
}
