//! "Zugang anfordern" (C5): a customer that concluded by a mailed link gets a login, and the
//! contract once more after the link's own page has expired. Both are sent only to the address in
//! the master data (L-07), and neither reveals whether a customer exists.

use chrono::{DateTime, Duration, Utc};

use super::throttle::{Attempted, may_reset};
use super::users::{INVITATION_LIFE, add, send_password_link};
use super::{ActionError, Actor, delivery};
use crate::app::App;
use crate::domain::audit::AuditKind;
use crate::domain::calendar::day;
use crate::domain::case::{LinkState, link_state};
use crate::domain::company::Company;
use crate::domain::mail::{MailKind, Recipient};
use crate::domain::unlinked::may_stand_in_mail;
use crate::domain::viewer::Role;
use crate::domain::{CustomerNumber, LinkId, UserId};
use crate::storage::company_users::has_people;
use crate::storage::mails::{NewMail, has_step, queue_mail};
use crate::storage::users::{self, Credentials, NewUser};
use crate::storage::{PgConnection, cases, links, logins};

/// How often a contract is mailed again by its old link in one day.
const COPIES_A_DAY: usize = 3;
/// Asking for a login again within this time is the same click.
const SECOND_CLICK: Duration = Duration::minutes(10);

/// What became of asking for a login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// There is a new one, or one whose invitation was not answered yet.
    Made,
    /// The customer has one with this address already.
    There,
    /// Nothing was done; why, is not told.
    Nothing,
}

/// Who asks for a login.
#[derive(Debug, Clone, Copy)]
pub enum Asking<'a> {
    /// Whoever knows the customer's number.
    Anybody,
    /// Whoever concluded just now, by this name: may learn what became of it.
    Signatory(&'a str),
}

/// Mails a login to the stored address of a customer that has concluded, if there is one. Only who has just
/// concluded may be told what became of it; for everybody else the caller gives the same answer in any
/// case. The first person of a customer manages the others (5.8-14).
pub fn request(
    conn: &mut PgConnection,
    app: &App,
    (customer, asking): (CustomerNumber, Asking<'_>),
    by: Actor,
    source: &str,
    now: DateTime<Utc>,
) -> Result<Access, ActionError> {
    let who = Attempted::new(app, &format!("kunde:{customer}"), source);
    if !may_reset(conn, &who, now)? {
        return Ok(Access::Nothing);
    }
    let Some(case) = cases::lock_case(conn, customer, now)? else {
        return Ok(Access::Nothing);
    };
    let is_gone = case.customer.deleted_at.is_some() || case.agreements.is_empty();
    // There is no login for an address that a partner entered and that was not confirmed (A4).
    let Some(email) = case.settled_email().filter(|_| !is_gone).cloned() else {
        return Ok(Access::Nothing);
    };
    match users::find_credentials(conn, &email)? {
        Some(found) => remind(conn, app, &found, (customer, asking), now),
        // An address that another user signs in with, or that is disabled, stays as it is.
        None if logins::is_address_taken(conn, &email)? => Ok(Access::Nothing),
        None => {
            let new = NewUser {
                email,
                name: match asking {
                    Asking::Anybody => case.customer.party.name.clone(),
                    // A name that leads somewhere must not stand in a mail (S-26).
                    Asking::Signatory(person) if may_stand_in_mail(person) => person.to_owned(),
                    Asking::Signatory(_) => case.customer.party.name.clone(),
                },
                role: Role::Customer {
                    number: customer,
                    contracts: true,
                },
                manages_users: !has_people(conn, Company::Customer(customer))?,
                password_hash: None,
            };
            add(conn, app, by, &new, now)?;
            Ok(Access::Made)
        }
    }
}

/// Somebody signs in with the address already: mails a link if that helps.
fn remind(
    conn: &mut PgConnection,
    app: &App,
    found: &Credentials,
    (customer, asking): (CustomerNumber, Asking<'_>),
    now: DateTime<Utc>,
) -> Result<Access, ActionError> {
    let viewer = users::find_viewer(conn, found.user)?;
    let is_own = viewer.is_some_and(
        |viewer| matches!(viewer.role, Role::Customer { number, .. } if number == customer),
    );
    if !is_own {
        return Ok(Access::Nothing);
    }
    let is_invited = found.password_hash.is_none();
    let outcome = if is_invited {
        Access::Made
    } else {
        Access::There
    };
    let is_told = matches!(asking, Asking::Signatory(_));
    if is_told && (!is_invited || was_invited_just_now(conn, found.user, now)?) {
        return Ok(outcome);
    }
    send_password_link(conn, app, found.user, is_invited, now)?;
    Ok(outcome)
}

/// Whether this is a second click: the link of the first one must stay valid.
fn was_invited_just_now(
    conn: &mut PgConnection,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<bool, ActionError> {
    let link = users::find_password_link_of(conn, user)?;
    Ok(link.is_some_and(|(_, until)| until > now + INVITATION_LIFE - SECOND_CLICK))
}

/// The customer a link was sent to; `NotFound` for a link that was never issued.
pub fn customer_of(conn: &mut PgConnection, link: LinkId) -> Result<CustomerNumber, ActionError> {
    links::find_customer(conn, link)?.ok_or(ActionError::NotFound)
}

/// Mails the concluded contract once more to the stored address, asked for by a link of it, as long
/// as the agreement is in force and no partner has entered the address meanwhile (A4). Does not
/// reveal whether a mail was sent.
pub fn send_copy(
    conn: &mut PgConnection,
    app: &App,
    link: LinkId,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let customer = customer_of(conn, link)?;
    let case = cases::lock_case(conn, customer, now)?.ok_or(ActionError::NotFound)?;
    let Some((request, sent)) = case.link(link) else {
        return Err(ActionError::NotFound);
    };
    let Some(LinkState::Concluded { agreement, .. }) = link_state(&case, request, sent, now) else {
        return Ok(());
    };
    if agreement.end.is_some() || case.settled_email().is_none() {
        return Ok(());
    }
    let today = day(now);
    let mut step = None;
    for number in 1..=COPIES_A_DAY {
        let name = format!("concluded-copy:{}:{today}:{number}", agreement.id);
        if !has_step(conn, &name)? {
            step = Some(name);
            break;
        }
    }
    let Some(step) = step else {
        return Ok(());
    };
    let mail = NewMail {
        step,
        kind: MailKind::Concluded {
            agreement: agreement.id,
        },
        to: Recipient::Customer,
        customer: Some(customer),
        message_id: app.new_message_id(),
    };
    queue_mail(conn, &mail, now)?;
    let kind = AuditKind::ContractResent {
        number: agreement.number.clone(),
    };
    delivery::log(conn, Some(customer), Actor::Link { id: link }, kind, now)
}
