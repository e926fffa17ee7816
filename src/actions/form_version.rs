//! "What you saw is what you change" (B1): every form that changes something carries a stamp of the
//! values it showed, in the hidden field `stand`. It is compared with the stored values in the
//! transaction that changes them, so that a later save never silently undoes an earlier one: the
//! form shows both values and asks.
//!
//! The same for actions: a confirmation page carries a stamp of the facts it was computed from, and
//! the action is done only while they are still the same. After a second click or the back button,
//! the facts are different and nothing is changed.

use chrono::NaiveDate;
use serde::Serialize;

use super::documents::sha256;
use super::{ActionError, Applied};
use crate::app::App;
use crate::domain::case::{Case, Event, Partner};
use crate::domain::{CustomerNumber, EmailAddress, Language, Operator, PartnerId, Party};
use crate::storage::user_list::UserLine;
use crate::storage::{PgConnection, branding, cases, catalogue, partners, setup};

/// A short hash of all facts of a case.
pub fn stamp(case: &Case) -> String {
    let mut hash = sha256(format!("{case:?}").as_bytes());
    hash.truncate(32);
    hash
}

/// Whether the facts still have this stamp. Locks the customer, so that they stay the same until
/// the transaction ends. False for a customer that does not exist.
pub fn is_as_seen(
    conn: &mut PgConnection,
    app: &App,
    customer: CustomerNumber,
    seen: &str,
) -> Result<bool, ActionError> {
    let case = cases::lock_case(conn, customer, app.clock.now())?;
    Ok(case.is_some_and(|case| stamp(&case) == seen))
}

/// What a form shows and changes, with its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The master data of a customer.
    MasterData(CustomerNumber),
    /// The e-mail address of a customer.
    Email(CustomerNumber),
    /// The contact data of a partner.
    Partner(PartnerId),
    /// The provider's details.
    Operator,
    /// How the portal looks.
    Branding,
    /// The day on which a backup was put back.
    Rehearsal,
    /// The last test mail that was taken.
    MailTest,
}

/// Stamp of a form with master data.
pub fn of_master_data(party: &Party, language: Language) -> String {
    // The address has a separate form.
    let party = Party {
        email: None,
        ..party.clone()
    };
    of(&(party, language.code()))
}

/// Stamp of a form with a customer's address, including one that waits to replace it.
pub fn of_email(case: &Case) -> String {
    let waiting = case.waiting_address().map(|one| &one.email);
    let both = [case.customer.email(), waiting];
    of(&both.map(|one| one.map(EmailAddress::as_str)))
}

/// Stamp of a form with a partner's contact data.
pub fn of_party(party: &Party) -> String {
    of(party)
}

/// Stamp of a form with the provider's details; without them, that of an empty form.
pub fn of_operator(operator: Option<&Operator>) -> String {
    of(&operator)
}

/// Stamp of a form with the day on which a backup was put back.
pub fn of_rehearsal(day: Option<NaiveDate>) -> String {
    of(&day)
}

/// Stamp of a page with the day of the last test mail that was taken, and its settings.
pub fn of_mail_test(taken: Option<&(NaiveDate, String)>) -> String {
    of(&taken)
}

/// Stamp of a page that says who looks after a customer.
pub fn of_chain(case: &Case) -> String {
    let id = |partner: &Option<Partner>| partner.as_ref().map(|one| one.id.0);
    of(&(id(&case.partner), id(&case.sub_partner)))
}

/// Stamp of a form with a user's name, address, role and permissions.
pub fn of_user(user: &UserLine) -> String {
    of(&(
        &user.name,
        &user.email,
        user.kind.to_string(),
        user.contracts,
        user.manages_users,
    ))
}

/// Stamp of the page with the consequences of adding a customer. It changes with anything that was
/// typed and any fact of what was chosen.
pub fn of_addition(case: &Case, events: &[Event]) -> String {
    of(&format!("{case:?}{events:?}"))
}

/// A short hash of the facts.
pub fn of(facts: &impl Serialize) -> String {
    let mut hash = sha256(serde_json::to_string(facts).unwrap_or_default().as_bytes());
    hash.truncate(32);
    hash
}

/// Rolls back a change of a customer's partners if the partners before were not those on the page.
/// It is called after the action, so that a caller without permission learns nothing about the
/// partners.
pub fn check_chain(outcome: Applied, seen: &str) -> Result<Applied, ActionError> {
    if of_chain(&outcome.before) == seen {
        Ok(outcome)
    } else {
        Err(ActionError::Changed)
    }
}

/// Refuses a change if the stored values are not those that its form showed. Locks them, so that
/// they stay the same until the transaction ends.
pub fn check(
    conn: &mut PgConnection,
    app: &App,
    shown: Shown,
    seen: &str,
) -> Result<(), ActionError> {
    let stored = match shown {
        Shown::MasterData(number) => cases::lock_case(conn, number, app.clock.now())?
            .map(|case| of_master_data(&case.customer.party, case.customer.language)),
        Shown::Email(number) => {
            cases::lock_case(conn, number, app.clock.now())?.map(|case| of_email(&case))
        }
        Shown::Partner(id) => {
            partners::lock_partner(conn, id)?.map(|partner| of_party(&partner.party))
        }
        Shown::Branding => Some(of(&branding::lock_branding(conn)?)),
        Shown::Operator => Some(of_operator(catalogue::lock_operator(conn)?.as_ref())),
        Shown::Rehearsal => Some(of_rehearsal(setup::find_rehearsal(conn, true)?)),
        Shown::MailTest => Some(of_mail_test(setup::find_mail_taken(conn, true)?.as_ref())),
    };
    // If it does not exist, the action itself says so.
    if stored.is_none_or(|stored| stored == seen) {
        Ok(())
    } else {
        Err(ActionError::Changed)
    }
}
