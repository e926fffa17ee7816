//! Objections (Widerspruch): by the customer in the portal, or recorded by the operator.

use chrono::{DateTime, NaiveDate, Utc};

use super::case_command::actor;
use super::{ActionError, Applied, CaseCommand, require};
use crate::app::App;
use crate::domain::audit::effect::Effect;
use crate::domain::audit::{AuditKind, ClosedAccess};
use crate::domain::case::{Case, Channel, Event};
use crate::domain::file::File;
use crate::domain::viewer::{Duty, Role, Viewer};
use crate::domain::{CustomerNumber, FileId, ObjectionId};
use crate::storage::agreements::{NewObjection, create_objection};
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::files::{create_file, find_file};
use crate::storage::{PgConnection, declarations};

/// An objection that reached the operator outside the portal (EV-10).
#[derive(Debug, Clone)]
pub struct Received {
    /// How it was received.
    pub channel: Channel,
    /// The day on which it was received.
    pub on: NaiveDate,
    /// The operator's note; partners never see it (5.8-19).
    pub note: String,
    /// The letter or mail itself, if it was uploaded.
    pub proof: Option<File>,
}

/// The customer objects (row 30). The password was asked again before (S-40).
pub fn object(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let Role::Customer {
        number,
        contracts: true,
    } = viewer.role
    else {
        return Err(ActionError::NotAllowed);
    };
    let received = Received {
        channel: Channel::Portal,
        on: crate::domain::calendar::day(now),
        note: String::new(),
        proof: None,
    };
    store(conn, app, viewer, number, &received, now)
}

/// The operator records an objection (rows 31 and 32). It takes effect now; the day on which it was
/// received is stored.
pub fn record(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    customer: CustomerNumber,
    received: &Received,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    require(viewer, Duty::Work)?;
    store(conn, app, viewer, customer, received, now)
}

fn store(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    customer: CustomerNumber,
    received: &Received,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let command = CaseCommand::by(viewer, customer, now);
    let case = command.lock(conn)?;
    let channel = received.channel;
    let agreement = case.agreement();
    let kind = AuditKind::Objected {
        number: agreement.map(|agreement| agreement.number.clone()),
        channel,
        closed: open_access(&case, now),
    };
    let new = NewObjection {
        customer,
        agreement: agreement.map(|agreement| agreement.id),
        channel,
        received_on: received.on,
        note: received.note.clone(),
        recorded_by: viewer.user,
    };
    let event = Event::Objected(channel);
    let store = |conn: &mut PgConnection, _: &Applied| {
        let objection = create_objection(conn, &new, now)?;
        if let Some(proof) = &received.proof {
            let file = create_file(conn, proof, viewer.user, now)?;
            declarations::add_proof(conn, objection, file)?;
        }
        Ok(())
    };
    command.commit_with(conn, app, case, &event, |_| kind, store)?;
    Ok(())
}

/// The access that partners have now, all of which an objection takes away (EV-11).
fn open_access(case: &Case, now: DateTime<Utc>) -> Vec<ClosedAccess> {
    Effect::open_now(case, now)
        .opened
        .into_iter()
        .map(|one| ClosedAccess {
            partner: one.partner,
            name: one.name,
            modules: one.modules,
        })
        .collect()
}

/// Adds the proof of an objection that was recorded without it (EV-10).
pub fn add_proof(
    conn: &mut PgConnection,
    viewer: &Viewer,
    customer: CustomerNumber,
    objection: ObjectionId,
    proof: &File,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    require(viewer, Duty::Work)?;
    CaseCommand::by(viewer, customer, now).lock(conn)?;
    if !declarations::has_objection(conn, customer, objection)? {
        return Err(ActionError::NotFound);
    }
    let file = create_file(conn, proof, viewer.user, now)?;
    declarations::add_proof(conn, objection, file)?;
    let event = NewEvent {
        kind: AuditKind::ProofAdded {
            file_hash: proof.sha256(),
        },
        actor: actor(viewer),
        customer: Some(customer),
        status: None,
    };
    add_event(conn, &event, now)?;
    Ok(())
}

/// The proof of an objection, only for the operator: it may contain what the customer tells the
/// operator alone (5.8-19).
pub fn find_proof(
    conn: &mut PgConnection,
    viewer: &Viewer,
    customer: CustomerNumber,
    file: FileId,
) -> Result<File, ActionError> {
    if !viewer.role.is_operator() || !declarations::has_proof(conn, customer, file)? {
        return Err(ActionError::NotFound);
    }
    find_file(conn, file)?.ok_or(ActionError::NotFound)
}
