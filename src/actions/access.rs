//! "Zugang anfordern" (C5): a customer that concluded by a mailed link gets a login, and the
//! contract once more after the link's own page has expired. Both are sent only to the address in
//! the master data (L-07), and neither reveals whether a customer exists.

use chrono::{DateTime, Utc};

use super::throttle::{Attempted, may_reset};
use super::users::{add, send_password_link};
use super::{ActionError, Actor, delivery};
use crate::app::App;
use crate::domain::audit::AuditKind;
use crate::domain::calendar::day;
use crate::domain::case::{LinkState, link_state};
use crate::domain::mail::{MailKind, Recipient};
use crate::domain::viewer::Role;
use crate::domain::{CustomerNumber, LinkId};
use crate::storage::mails::{NewMail, has_step, queue_mail};
use crate::storage::users::{self, NewUser};
use crate::storage::{PgConnection, cases, links, logins};

/// How often a contract is mailed again by its old link in one day.
const COPIES_A_DAY: usize = 3;

/// Mails a login to the stored address of a customer that has concluded, if there is one. The
/// caller gives the same answer in either case.
pub fn request(
    conn: &mut PgConnection,
    app: &App,
    customer: CustomerNumber,
    by: Actor,
    source: &str,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let who = Attempted::new(app, &format!("kunde:{customer}"), source);
    if !may_reset(conn, &who, now)? {
        return Ok(());
    }
    let Some(case) = cases::lock_case(conn, customer, now)? else {
        return Ok(());
    };
    let is_gone = case.customer.deleted_at.is_some() || case.agreements.is_empty();
    // There is no login for an address that a partner entered and that was not confirmed (A4).
    let Some(email) = case.settled_email().filter(|_| !is_gone).cloned() else {
        return Ok(());
    };
    match users::find_credentials(conn, &email)? {
        Some(found) => {
            let viewer = users::find_viewer(conn, found.user)?;
            let is_own = viewer.is_some_and(
                |viewer| matches!(viewer.role, Role::Customer { number, .. } if number == customer),
            );
            if is_own {
                send_password_link(conn, app, found.user, found.password_hash.is_none(), now)?;
            }
        }
        // An address that another user signs in with, or that is disabled, stays as it is.
        None if logins::is_address_taken(conn, &email)? => {}
        None => {
            let new = NewUser {
                email,
                name: case.customer.party.name.clone(),
                role: Role::Customer {
                    number: customer,
                    contracts: true,
                },
                manages_users: false,
                password_hash: None,
            };
            add(conn, app, by, &new, now)?;
        }
    }
    Ok(())
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
