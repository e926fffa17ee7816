//! The catalogue (P-04, P-07), and the consequences of a change for customers who have the product.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use super::bulk_runs::{Act, Kind, RunEvent};
use super::form_version;
use super::roll_outs::WAITING;
use super::{ActionError, Actor, Applied, CaseCommand, requests, require};
use crate::app::App;
use crate::domain::CustomerNumber;
use crate::domain::audit::AuditKind;
use crate::domain::bulk_run::{RunEnd, RunKind};
use crate::domain::calendar::day;
use crate::domain::case::{Change, Event, Refusal};
use crate::domain::product::{Field, NeedChange, Product, ProductAuditEvent, lacking};
use crate::domain::viewer::{Acting, Duty};
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::bulk_runs::{self as runs, BulkRun, NewRun};
use crate::storage::contract_versions::{find_product_files, find_text_in_force, list_versions};
use crate::storage::customer_imports::is_waiting;
use crate::storage::products::{self as stored, COUNT_CAP};
use crate::storage::{PgConnection, catalogue, roll_outs};

/// What a change means, and how many customers it concerns: at most one more than [`COUNT_CAP`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The needs that start and end.
    pub change: NeedChange,
    /// Number of customers with a partner who have booked what it is about.
    pub affected: i64,
}

/// Why the catalogue cannot be changed so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Another product has this code.
    CodeTaken,
    /// A customer has booked the product, so its code cannot change.
    CodeBooked,
    /// A customer has booked the option with this code, so it cannot be removed.
    OptionBooked(String),
}

/// The result of saving a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saved {
    /// It was saved.
    Done {
        /// Whether a run was started that looks at its customers one after the other.
        reviews: bool,
    },
    /// It was not saved, because the user has not confirmed how many customers it concerns.
    Unconfirmed(Preview),
    /// It cannot be saved.
    Refused(Fault),
}

/// Missing product files, by the code of the product.
type Lacking = HashMap<String, Vec<String>>;

/// The state of product files in the contract text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Annexes {
    /// Number of the version in force, and its missing files.
    pub in_force: Option<(String, Lacking)>,
    /// The same of the unpublished version that was changed last.
    pub draft: Option<(String, Lacking)>,
}

/// Number of versions that are searched for the one that was changed last.
const LATEST: i64 = 20;

/// The missing files for these products.
pub fn find_annexes(
    conn: &mut PgConnection,
    products: &[Product],
    now: DateTime<Utc>,
) -> Result<Annexes, ActionError> {
    let of = |files: BTreeSet<String>| -> Lacking {
        let files = Vec::from_iter(files);
        let one = |product: &Product| (product.code.clone(), lacking(product, &files));
        products.iter().map(one).collect()
    };
    let in_force = find_text_in_force(conn, day(now))?;
    let heads = list_versions(conn, LATEST)?;
    let head = heads.into_iter().find(|head| head.published.is_none());
    let draft = match head {
        Some(head) => find_product_files(conn, head.id)?
            .map(|files| (head.number.unwrap_or_default(), of(files))),
        None => None,
    };
    Ok(Annexes {
        in_force: in_force.map(|text| (text.number, of(text.annexes))),
        draft,
    })
}

/// The product files of the version in force; none while there is no such version.
fn files_in_force(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<Vec<String>, ActionError> {
    let text = find_text_in_force(conn, day(now))?.unwrap_or_default();
    Ok(text.annexes.into_iter().collect())
}

/// What a change means for the customers who have the product.
pub fn preview(
    conn: &mut PgConnection,
    old: &Product,
    new: &Product,
    now: DateTime<Utc>,
) -> Result<Preview, ActionError> {
    let change = NeedChange::between(old, new);
    let options = change.options();
    let affected = match (change.is_nothing(), change.is_of_all()) {
        (true, _) => 0,
        (false, true) => stored::count_affected(conn, &old.code, None, now)?,
        (false, false) => stored::count_affected(conn, &old.code, Some(&options), now)?,
    };
    Ok(Preview { change, affected })
}

/// Adds a product.
pub fn add(
    conn: &mut PgConnection,
    who: &dyn Acting,
    new: &Product,
    now: DateTime<Utc>,
) -> Result<Saved, ActionError> {
    require(who, Duty::Administration)?;
    if !stored::add_product(conn, new)? {
        return Ok(Saved::Refused(Fault::CodeTaken));
    }
    let files = files_in_force(conn, now)?;
    stored::save_lacking(conn, &new.code, &lacking(new, &files))?;
    note(conn, who.actor(), new, ProductAuditEvent::Added, now)?;
    Ok(Saved::Done { reviews: false })
}

/// Changes the product with the code `was`, if the stored values are those that the form showed
/// (B1); without `stand` nothing was shown. A change that concerns customers is saved only if `confirmed` is their number (P-07); a
/// run looks at each of them.
pub fn change(
    conn: &mut PgConnection,
    who: &dyn Acting,
    was: &str,
    new: &Product,
    (stand, confirmed): (Option<&str>, Option<i64>),
    now: DateTime<Utc>,
) -> Result<Saved, ActionError> {
    require(who, Duty::Administration)?;
    let old = stored::lock_product(conn, was)?.ok_or(ActionError::NotFound)?;
    if stand.is_some_and(|stand| form_version::of(&old) != stand) {
        return Err(ActionError::Changed);
    }
    if let Some(fault) = fault(conn, &old, new)? {
        return Ok(Saved::Refused(fault));
    }
    let found = preview(conn, &old, new, now)?;
    if found.affected > 0 && confirmed != Some(found.affected) {
        return Ok(Saved::Unconfirmed(found));
    }
    // What the text brought meanwhile is not forgotten for what the catalogue brings now.
    let files = files_in_force(conn, now)?;
    follow_text(conn, &old, &files, now)?;
    stored::replace_product(conn, was, new)?;
    stored::save_lacking(conn, &new.code, &lacking(new, &files))?;
    let is_counted = found.affected > 0 && found.change.concerns_customers();
    // A new name is in the list as soon as each row is written anew; nothing else follows from it.
    let reviews =
        is_counted || (new.is_listed_otherwise(&old) && stored::is_booked(conn, &new.code, None)?);
    if reviews {
        begin(conn, &new.code, is_counted.then_some(found.affected), now)?;
    }
    let fields = Field::changed(&old, new);
    note(
        conn,
        who.actor(),
        new,
        ProductAuditEvent::Changed { fields },
        now,
    )?;
    Ok(Saved::Done { reviews })
}

fn fault(
    conn: &mut PgConnection,
    old: &Product,
    new: &Product,
) -> Result<Option<Fault>, ActionError> {
    if new.code != old.code {
        if stored::is_booked(conn, &old.code, None)? {
            return Ok(Some(Fault::CodeBooked));
        }
        if stored::lock_product(conn, &new.code)?.is_some() {
            return Ok(Some(Fault::CodeTaken));
        }
    }
    for option in &old.options {
        let is_gone = new.option(&option.code).is_none();
        if is_gone && stored::is_booked(conn, &old.code, Some(&option.code))? {
            return Ok(Some(Fault::OptionBooked(option.code.clone())));
        }
    }
    Ok(None)
}

/// Begins a run over the customers of a product; it replaces the run of an earlier change.
fn begin(
    conn: &mut PgConnection,
    product: &str,
    affected: Option<i64>,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    if let Some(open) = runs::find_open(conn, RunKind::NeedChange, product)? {
        runs::save_end(conn, open, RunEnd::Superseded, now)?;
    }
    let new = NewRun {
        kind: RunKind::NeedChange,
        subject: product.to_owned(),
        starts_on: day(now),
        customers: affected.filter(|count| *count <= COUNT_CAP),
    };
    runs::create_run(conn, &new, now)?;
    Ok(())
}

/// Looking at the customers of a product that needs an agreement since its change, needs none any more, or
/// is called otherwise in the list; and of one that the version in force has an annex for since a moment
/// ago, or has none for any more.
/// The gate and the pages know at once; mails leave while people work.
pub const REVIEWING: Kind = Kind {
    open,
    is_open: |conn, now| Ok(catalogue::find_holidays(conn)?.is_open(now)),
    room: |conn| Ok(WAITING - roll_outs::count_untried(conn, WAITING)?),
    note: note_event,
    ..Kind::new(RunKind::NeedChange, next, Act::Each(review))
};

/// A version comes into force by its date alone, so the scheduler looks what it brought.
fn open(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<(), ActionError> {
    let files = files_in_force(conn, now)?;
    for product in catalogue::list_products(conn)? {
        follow_text(conn, &product, &files, now)?;
    }
    Ok(())
}

/// Begins to look at the customers of a product if the text lacks something else of it than before.
fn follow_text(
    conn: &mut PgConnection,
    product: &Product,
    files: &[String],
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let lacks = lacking(product, files);
    let before = stored::find_lacking(conn, &product.code)?;
    if before.as_ref() == Some(&lacks) || !stored::save_lacking(conn, &product.code, &lacks)? {
        return Ok(());
    }
    // Where it was never looked at before, all was decided by the text there is.
    if before.is_some() && stored::is_booked(conn, &product.code, None)? {
        let affected = stored::count_affected(conn, &product.code, None, now)?;
        begin(conn, &product.code, Some(affected), now)?;
    }
    Ok(())
}

fn next(
    conn: &mut PgConnection,
    run: &BulkRun,
    limit: i64,
) -> Result<Vec<CustomerNumber>, ActionError> {
    Ok(stored::list_customers_with(
        conn,
        &run.subject,
        run.after,
        limit,
    )?)
}

fn review(
    conn: &mut PgConnection,
    app: &App,
    _run: &BulkRun,
    customer: CustomerNumber,
    now: DateTime<Utc>,
) -> Result<bool, ActionError> {
    let command = CaseCommand::by_portal(customer, now);
    let case = match command.lock(conn) {
        Err(ActionError::NotFound) => return Ok(false),
        case => case?,
    };
    // Who was added quietly is asked by a run of its own, at its pace.
    if is_waiting(conn, customer)? {
        requests::refresh_row(conn, customer, now)?;
        return Ok(false);
    }
    let kind = |outcome: &Applied| AuditKind::NeedReviewed {
        needed: outcome.after.offer(now).is_some() && !outcome.after.is_settled(now),
        asked: outcome.changes.iter().any(Change::asks),
    };
    match command.commit(conn, app, case, &Event::NeedChanged, kind) {
        Ok(_) => Ok(true),
        Err(ActionError::Refused(Refusal::Unchanged)) => {
            // Its row may still need to be written anew.
            requests::refresh_row(conn, customer, now)?;
            Ok(false)
        }
        Err(ActionError::Refused(Refusal::Deleted)) => Ok(false),
        Err(error) => Err(error),
    }
}

fn note_event(
    conn: &mut PgConnection,
    actor: Actor,
    run: &BulkRun,
    event: RunEvent,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let Some(product) = stored::lock_product(conn, &run.subject)? else {
        return Ok(());
    };
    let event = match event {
        RunEvent::Paused => ProductAuditEvent::Paused,
        RunEvent::Resumed => ProductAuditEvent::Resumed,
        RunEvent::Ended(_) => ProductAuditEvent::Reviewed,
    };
    note(conn, actor, &product, event, now)
}

fn note(
    conn: &mut PgConnection,
    actor: Actor,
    product: &Product,
    event: ProductAuditEvent,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let event = NewEvent {
        kind: AuditKind::Product {
            code: product.code.clone(),
            product: product.named(),
            event,
        },
        actor,
        customer: None,
        status: None,
    };
    Ok(add_event(conn, &event, now)?)
}
