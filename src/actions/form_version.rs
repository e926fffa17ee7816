//! "What you saw is what you change" (B1): every form that changes something carries a stamp of what it
//! showed, in the hidden field `stand`. What is stored is compared with it in the transaction that
//! changes it, so that a later save never restores in silence what an earlier one changed: the form
//! shows both values and asks.
//!
//! The same for actions: a confirmation page carries a stamp of the facts it was
//! computed from, and the action is done only while they are still the same. A second click, or the
//! back button, finds other facts and changes nothing.

use chrono::NaiveDate;
use serde::Serialize;

use super::documents::sha256;
use super::{ActionError, Applied};
use crate::app::App;
use crate::domain::case::{Case, Event, Partner};
use crate::domain::{CustomerNumber, EmailAddress, Language, Operator, PartnerId, Party};
use crate::storage::{PgConnection, cases, catalogue, partners, setup};

/// A short text that is another one when any fact of the case is.
pub fn stamp(case: &Case) -> String {
    let mut hash = sha256(format!("{case:?}").as_bytes());
    hash.truncate(32);
    hash
}

/// Whether the facts are still the ones the stamp was made of. Locks the customer, so that they
/// stay so until the transaction ends. A customer that does not exist has no facts.
pub fn is_as_seen(
    conn: &mut PgConnection,
    app: &App,
    customer: CustomerNumber,
    seen: &str,
) -> Result<bool, ActionError> {
    let case = cases::lock_case(conn, customer, app.clock.now())?;
    Ok(case.is_some_and(|case| stamp(&case) == seen))
}

/// What a form for changing shows, and where it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// A customer's master data.
    MasterData(CustomerNumber),
    /// A customer's address.
    Email(CustomerNumber),
    /// A partner's contact data.
    Partner(PartnerId),
    /// The provider's particulars.
    Operator,
    /// The day on which a backup was put back.
    Rehearsal,
    /// The last test mail that was taken.
    MailTest,
}

/// Stamp of a form with master data.
pub fn of_master_data(party: &Party, language: Language) -> String {
    // The address has a form of its own.
    let party = Party {
        email: None,
        ..party.clone()
    };
    of(&(party, language.code()))
}

/// Stamp of a form with a customer's address, and the one that waits to become it.
pub fn of_email(case: &Case) -> String {
    let waiting = case.waiting_address().map(|one| &one.email);
    let both = [case.customer.email(), waiting];
    of(&both.map(|one| one.map(EmailAddress::as_str)))
}

/// Stamp of a form with a partner's contact data.
pub fn of_party(party: &Party) -> String {
    of(party)
}

/// Stamp of a form with the provider's particulars; without them it is the stamp of an empty form.
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

/// Stamp of the page that says what adding a customer means: another one when anything that was typed
/// is, or any fact of what was chosen.
pub fn of_addition(case: &Case, events: &[Event]) -> String {
    of(&format!("{case:?}{events:?}"))
}

/// A short text that is another one when any of the facts is.
pub fn of(facts: &impl Serialize) -> String {
    let mut hash = sha256(serde_json::to_string(facts).unwrap_or_default().as_bytes());
    hash.truncate(32);
    hash
}

/// Takes what was done to who looks after a customer back when it was somebody else than the page said.
/// It comes after the action, so that whoever may not do it at all learns nothing of what others did.
pub fn check_chain(outcome: Applied, seen: &str) -> Result<Applied, ActionError> {
    if of_chain(&outcome.before) == seen {
        Ok(outcome)
    } else {
        Err(ActionError::Changed)
    }
}

/// Refuses a change when what is stored is not what its form showed. Locks what is stored, so that it
/// stays so until the transaction ends.
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
        Shown::Operator => Some(of_operator(catalogue::lock_operator(conn)?.as_ref())),
        Shown::Rehearsal => Some(of_rehearsal(setup::find_rehearsal(conn, true)?)),
        Shown::MailTest => Some(of_mail_test(setup::find_mail_taken(conn, true)?.as_ref())),
    };
    // What does not exist is told by the action itself.
    if stored.is_none_or(|stored| stored == seen) {
        Ok(())
    } else {
        Err(ActionError::Changed)
    }
}
