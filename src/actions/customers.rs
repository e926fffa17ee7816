//! Master data of customers.

use chrono::{DateTime, Duration, Utc};

use super::audit::{self, Whose};
use super::form_version::{self, stamp};
use super::{ActionError, Actor, Applied, CaseCommand, addresses, partner_contracts, require};
use crate::app::App;
use crate::domain::audit::AuditKind;
use crate::domain::case::{
    AddressChange, Case, Change, Customer, Event, Partner, Preview, Refusal, preview, preview_each,
    status_of,
};
use crate::domain::product::Options;
use crate::domain::viewer::{Acting, Duty, Role, Viewer};
use crate::domain::{CustomerNumber, EmailAddress, Language, PartnerId, Party, master_data, name};
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::customers::{NewCustomer, create_customer, find_holder};
use crate::storage::{PgConnection, case_rows, cases, catalogue, partners, users};

/// A customer to be added, with everything that is chosen for it in the same form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addition {
    /// Number of the customer, its key.
    pub number: CustomerNumber,
    /// Name, address, register entry and e-mail address, cleaned.
    pub party: Party,
    /// Language of mails and contract.
    pub language: Language,
    /// The Mandant that will look after it, if any.
    pub partner: Option<PartnerId>,
    /// The Submandant that will look after it, if any.
    pub sub_partner: Option<PartnerId>,
    /// First product, with its options.
    pub booking: Option<(String, Options)>,
}

/// What adding a customer would do.
#[derive(Debug, Clone)]
pub struct Planned {
    /// What the rules would decide.
    pub preview: Preview,
    /// Stamp of the facts it was computed from; [`add`] asks for it.
    pub stamp: String,
}

/// What [`add`] would do, without doing it; refused exactly if [`add`] would be.
pub fn plan(
    conn: &mut PgConnection,
    app: &App,
    who: &dyn Acting,
    new: &Addition,
    now: DateTime<Utc>,
) -> Result<Planned, ActionError> {
    may_add(conn, who, new)?;
    if find_holder(conn, new.number)?.is_some() {
        return Err(Refusal::NumberTaken.into());
    }
    let customer = Customer {
        number: new.number,
        party: new.party.clone(),
        language: new.language,
        deleted_at: None,
    };
    let case = cases::make_case(conn, customer, now)?;
    let events = events_of(conn, new)?;
    let preview = preview_each(&case, &events, now)?;
    guard_address(conn, &preview.after)?;
    partner_contracts::weigh(conn, app, (&preview.before, &preview.after), now)?;
    let stamp = form_version::of_addition(&case, &events);
    Ok(Planned { preview, stamp })
}

/// The operator adds a customer with its partners and its first booking. `seen` is the stamp of the
/// facts that were shown and confirmed; without it nothing was shown.
///
/// That is one action with one audit event, `customer_added`, which names partners and product and
/// has the effect of all of it. Separate events for partner and booking would be written one after
/// the other, and everything that is written after the first of them holds the lock of the chain
/// (see [`super::case_command`]): all other transactions would wait, and there could be deadlocks.
pub fn add(
    conn: &mut PgConnection,
    app: &App,
    who: &dyn Acting,
    new: &Addition,
    seen: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Applied, ActionError> {
    may_add(conn, who, new)?;
    let row = NewCustomer {
        number: new.number,
        party: new.party.clone(),
        language: new.language,
        partner: None,
        sub_partner: None,
    };
    if !create_customer(conn, &row, now)? {
        return Err(Refusal::NumberTaken.into());
    }
    let command = CaseCommand::by(who, new.number, now);
    let case = command.lock(conn)?;
    let events = events_of(conn, new)?;
    if seen.is_some_and(|seen| form_version::of_addition(&case, &events) != seen) {
        return Err(ActionError::Changed);
    }
    case_rows::save_row(conn, &case, now)?;
    case_rows::save_words(conn, &case)?;
    let name = |partner: &Option<Partner>| partner.as_ref().map(|one| one.party.name.clone());
    let kind = |outcome: &Applied| AuditKind::CustomerAdded {
        partner: name(&outcome.after.partner),
        sub_partner: name(&outcome.after.sub_partner),
        product: (new.booking.as_ref())
            .map(|(product, options)| outcome.after.booked_name(product, options)),
        asked: outcome.changes.iter().any(Change::asks),
    };
    let done = command.commit_each(conn, app, case, &events, kind, |conn, outcome| {
        guard_address(conn, &outcome.after)
    })?;
    partner_contracts::check(conn, app, done, now)
}

fn may_add(conn: &mut PgConnection, who: &dyn Acting, new: &Addition) -> Result<(), ActionError> {
    require(who, Duty::Care)?;
    if new.booking.is_some() {
        catalogue::find_operator(conn)?.ok_or(ActionError::NoOperator)?;
    }
    Ok(())
}

/// The events of a new customer in their order: its partners are known before it is asked.
fn events_of(conn: &mut PgConnection, new: &Addition) -> Result<Vec<Event>, ActionError> {
    let mut events = Vec::new();
    if let Some(id) = new.partner {
        let found = partners::find_partner(conn, id)?.ok_or(Refusal::NotAPartner)?;
        events.push(Event::PartnerAssigned(Some(found)));
    }
    if let Some(id) = new.sub_partner {
        let found = partners::find_partner(conn, id)?.ok_or(Refusal::ForeignSubPartner)?;
        events.push(Event::SubPartnerNamed(Some(found)));
    }
    if let Some((product, options)) = &new.booking {
        events.push(Event::Booked {
            product: product.clone(),
            options: options.clone(),
        });
    }
    Ok(events)
}

/// Refuses an address of a partner, as partners must not get the customer's mails (5.6-11). If
/// there is a reason for such an address, it is entered on its own page.
pub(super) fn guard_address(conn: &mut PgConnection, case: &Case) -> Result<(), ActionError> {
    let partners = partner_addresses(conn, case)?;
    match case.customer.email() {
        Some(email) if email.belongs_with(&partners) => Err(Refusal::PartnerAddress.into()),
        _ => Ok(()),
    }
}

/// Adds a customer from a command or an import, without bookings: those come through
/// [`super::bookings`].
pub fn add_by_command(
    conn: &mut PgConnection,
    new: &NewCustomer,
    actor: Actor,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let mut new = new.clone();
    // Imported values are cleaned like typed ones (S-73).
    new.party.name = name::clean(&new.party.name);
    if !create_customer(conn, &new, now)? {
        return Err(Refusal::NumberTaken.into());
    }
    let case = cases::lock_case(conn, new.number, now)?.ok_or(ActionError::NotFound)?;
    case_rows::save_row(conn, &case, now)?;
    case_rows::save_words(conn, &case)?;
    let status = status_of(&case, now).status;
    let event = NewEvent {
        kind: AuditKind::CustomerAdded {
            partner: None,
            sub_partner: None,
            product: None,
            asked: false,
        },
        actor,
        customer: Some(new.number),
        status: Some((status, status)),
    };
    add_event(conn, &event, now)?;
    Ok(())
}

/// A new master-data address to be entered.
#[derive(Debug, Clone)]
pub struct NewAddress {
    /// The new address.
    pub email: EmailAddress,
    /// The operator's reason to enter it although it belongs to a partner of the customer; with
    /// `None` such an address is refused (5.6-11).
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
        Role::Operator(own) if own.has(Duty::Work) => false,
        Role::Partner(_) => true,
        Role::Operator(_) | Role::SubPartner(_) | Role::Customer { .. } => {
            return Err(ActionError::NotAllowed);
        }
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
/// other Submandant of the Mandant, because it could be named right after concluding for the
/// customer.
pub(super) fn partner_addresses(
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
    require(viewer, Duty::Care)?;
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

/// What [`change_party`] would do beyond the master data, unless the user has confirmed it:
/// `confirmed` is the stamp of the facts it was shown for (C10). Locks the customer, so that
/// nothing changes until the transaction ends.
pub fn find_unconfirmed(
    conn: &mut PgConnection,
    customer: CustomerNumber,
    new: (&Party, Language),
    confirmed: &str,
    now: DateTime<Utc>,
) -> Result<Option<Preview>, ActionError> {
    let case = cases::lock_case(conn, customer, now)?.ok_or(ActionError::NotFound)?;
    // If it is refused, the action itself returns the refusal.
    let saved = preview(&case, &party_changed(new), now).ok();
    Ok(saved.filter(|saved| saved.party_touches_more() && stamp(&saved.before) != confirmed))
}

fn party_changed((party, language): (&Party, Language)) -> Event {
    Event::PartyChanged {
        party: Box::new(party.clone()),
        language,
    }
}

/// The operator locks every link that was mailed, for example because one became known to other
/// people (row 53).
pub fn lock_links(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    customer: CustomerNumber,
    ask_again: bool,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<Applied, ActionError> {
    require(viewer, Duty::Work)?;
    let kind = AuditKind::LinksLocked {
        asked: ask_again,
        reason: reason.to_owned(),
    };
    let event = Event::LinksLocked { ask_again };
    CaseCommand::by(viewer, customer, now).execute(conn, app, &event, |_| kind)
}

/// The operator deletes the customer: links are closed, reminders stopped, its users locked, and
/// evidence is kept until its retention period has expired (rows 51, 52). Earlier master data in
/// the log is no evidence, because agreements copy what they name, and is erased at once (C10). A
/// person's password was asked again before (S-40).
pub fn delete(
    conn: &mut PgConnection,
    app: &App,
    who: &dyn Acting,
    customer: CustomerNumber,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<Applied, ActionError> {
    require(who, Duty::Contract)?;
    let kind = AuditKind::CustomerDeleted {
        reason: reason.to_owned(),
    };
    let outcome =
        CaseCommand::by(who, customer, now).execute(conn, app, &Event::Deleted, |_| kind)?;
    users::disable_users_of(conn, customer, now)?;
    // Events of this customer are not newer than its lock, but the clocks of two processes may
    // differ.
    let until = now + Duration::days(1);
    while audit::erase(conn, app, Whose::MasterData(customer), until, now)? > 0 {}
    Ok(outcome)
}
