//! Adding the customers of a file, many in one transaction: every one is decided by the rules of the pages,
//! and what follows from all of them is written by a few statements. If one cannot be written, the run
//! takes each by itself, so that each is added whole or not at all.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::check::Judge;
use super::{Column, ImportRow, Reason, kind};
use crate::actions::bulk_runs::subject_of;
use crate::actions::case_command::{append_all, new_ids, unwritten};
use crate::actions::{ActionError, Actor, Applied, alerts, timing};
use crate::app::App;
use crate::domain::case::{Change, DecisionContext, Event, decide};
use crate::domain::mail::MailKind;
use crate::domain::{CustomerNumber, ImportId};
use crate::storage::bulk_runs::{self as runs, BulkRun};
use crate::storage::customer_imports::{self as stored, Import};
use crate::storage::customers::{NewCustomer, create_customers};
use crate::storage::mails::{NewMail, queue_mails};
use crate::storage::{PgConnection, QueryError, case_rows, cases};

/// Why a customer is not added, as the page names it.
type Refused = (Option<Column>, Reason);

/// Adds these customers; returns how many were. One that the rules refuse meanwhile is noted with the reason,
/// one that is there by now is left as it is.
pub(super) fn add_all(
    conn: &mut PgConnection,
    app: &App,
    run: &BulkRun,
    customers: &[CustomerNumber],
    now: DateTime<Utc>,
) -> Result<i64, ActionError> {
    let id: ImportId = subject_of(run)?;
    let import = stored::find(conn, id)?.ok_or(ActionError::NotFound)?;
    let who = super::importer(conn, &import)?;
    // The second try of a step, which takes each customer by itself: here it is known whose fault it is.
    if let [number] = customers {
        let attempt = |conn: &mut PgConnection| add(conn, app, &import, customers, &who, now);
        return match runs::attempt(conn, attempt) {
            Err(ActionError::Database(error)) if error.is_outage() => Err(error.into()),
            Err(error @ ActionError::Clock(_)) => Err(error),
            Err(error) => {
                tracing::error!(customer = %number, import = id.0, %error, "a customer of a file could not be added");
                stored::refuse(conn, id, *number, &(None, Reason::Refused))?;
                Ok(0)
            }
            Ok(added) => Ok(added),
        };
    }
    add(conn, app, &import, customers, &who, now)
}

fn add(
    conn: &mut PgConnection,
    app: &App,
    import: &Import,
    customers: &[CustomerNumber],
    who: &Actor,
    now: DateTime<Utc>,
) -> Result<i64, ActionError> {
    let mut judge = Judge::new(conn, app, now)?;
    let rows = stored::list_rows(conn, import.id, customers)?;
    let mut decided = Vec::with_capacity(rows.len());
    for row in &rows {
        match decide_one(conn, &mut judge, row, import.quietly, now)? {
            Ok(applied) => decided.push((row, applied)),
            Err(why) => stored::refuse(conn, import.id, row.number, &why)?,
        }
    }
    if let Some((_, first)) = decided.first() {
        timing::hold(conn, app, &first.before, now)?;
    }
    let new: Vec<NewCustomer> = decided.iter().map(|(row, one)| new_of(row, one)).collect();
    let added: HashSet<CustomerNumber> = create_customers(conn, &new, now)?.into_iter().collect();
    let mut over: Vec<CustomerNumber> = added.iter().copied().collect();
    over.extend(mind_others(conn, import.id, &new, &added)?);
    let done: Vec<&(&ImportRow, Applied)> = decided
        .iter()
        .filter(|(row, _)| added.contains(&row.number))
        .collect();
    let cases: Vec<_> = done.iter().map(|(_, one)| &one.after).collect();
    let changes: Vec<_> = done
        .iter()
        .map(|(row, one)| (row.number, one.changes.as_slice()))
        .collect();
    cases::save_arrivals(conn, &changes, now)?;
    case_rows::add_rows(conn, &cases, now)?;
    case_rows::add_words(conn, &cases)?;
    let (mut mails, mut events) = (Vec::new(), Vec::new());
    for (row, one) in &done {
        mails.extend(mails_of(conn, app, one, now)?);
        events.push(unwritten(
            conn,
            one,
            who,
            |outcome| kind(outcome, row),
            now,
        )?);
    }
    queue_mails(conn, &mails, now)?;
    stored::delete_rows(conn, import.id, &over)?;
    if import.quietly && !added.is_empty() {
        let numbers: Vec<CustomerNumber> = done.iter().map(|(row, _)| row.number).collect();
        stored::add_waiting(conn, import.id, &numbers)?;
    }
    append_all(conn, &events, now)?;
    Ok(i64::try_from(events.len()).unwrap_or(i64::MAX))
}

/// What follows from a customer that arrives, by the rules alone.
fn decide_one(
    conn: &mut PgConnection,
    judge: &mut Judge<'_>,
    row: &ImportRow,
    quietly: bool,
    now: DateTime<Utc>,
) -> Result<Result<Applied, Refused>, ActionError> {
    let arrival = match judge.arrival(conn, row, quietly)? {
        Ok(arrival) => arrival,
        Err(why) => return Ok(Err(why)),
    };
    // Nobody else can know the customer before this transaction is over, so nothing is read again.
    let before = judge.blank_case(row);
    let context = DecisionContext {
        now,
        new_ids: new_ids(),
    };
    let changes = match decide(&before, &Event::Arrived(Box::new(arrival)), context) {
        Ok(changes) => changes,
        Err(refusal) => return Ok(Err(Reason::of_refusal(refusal))),
    };
    let mut after = before.clone();
    after.apply(&changes, now);
    if let Some(refusal) = judge.guard(conn, &before, &after)? {
        return Ok(Err(Reason::of_refusal(refusal)));
    }
    Ok(Ok(Applied {
        before,
        after,
        changes,
    }))
}

fn new_of(row: &ImportRow, one: &Applied) -> NewCustomer {
    NewCustomer {
        number: row.number,
        party: row.party.clone(),
        language: row.language,
        partner: one.after.partner.as_ref().map(|partner| partner.id),
        sub_partner: one.after.sub_partner.as_ref().map(|partner| partner.id),
    }
}

/// Those that have been added by others meanwhile: who is there is over, who was deleted is refused.
fn mind_others(
    conn: &mut PgConnection,
    import: ImportId,
    new: &[NewCustomer],
    added: &HashSet<CustomerNumber>,
) -> Result<Vec<CustomerNumber>, QueryError> {
    let others: Vec<CustomerNumber> = new
        .iter()
        .map(|one| one.number)
        .filter(|number| !added.contains(number))
        .collect();
    if others.is_empty() {
        return Ok(others);
    }
    let holders = stored::list_holders(conn, &others)?;
    let mut there = Vec::new();
    for number in others {
        if holders.get(&number) == Some(&true) {
            let gone = (Some(Column::Number), Reason::Deleted);
            stored::refuse(conn, import, number, &gone)?;
        } else {
            there.push(number);
        }
    }
    Ok(there)
}

/// The mails of a customer that was added, and the alerts that it raises.
fn mails_of(
    conn: &mut PgConnection,
    app: &App,
    one: &Applied,
    now: DateTime<Utc>,
) -> Result<Vec<NewMail>, ActionError> {
    let customer = one.after.customer.number;
    let told = alerts::raise_for(conn, customer, one, now)?;
    let known = |kind: &MailKind| matches!(kind, MailKind::Alert { alert } if !told.contains(&crate::domain::alert::kind_of(*alert)));
    Ok(one
        .changes
        .iter()
        .filter_map(Change::mail)
        .filter(|mail| !known(&mail.kind))
        .map(|mail| NewMail {
            step: mail
                .kind
                .step(mail.to, &one.before, &one.after, Uuid::new_v4()),
            kind: mail.kind.clone(),
            to: mail.to,
            customer: Some(customer),
            message_id: app.new_message_id(),
        })
        .collect())
}
