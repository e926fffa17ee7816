//! Assigning a Mandant to a customer.

use chrono::{DateTime, Utc};

use super::{ActionError, Applied, CaseCommand, partner_contracts, require};
use crate::app::App;
use crate::domain::audit::AuditKind;
use crate::domain::case::{Case, Event, Refusal};
use crate::domain::viewer::{Duty, Viewer};
use crate::domain::{CustomerNumber, PartnerId};
use crate::storage::{PgConnection, partners};

/// The operator assigns a customer to another Mandant, or to none (rows 1, 10, 19, 26, 29).
pub fn assign(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    customer: CustomerNumber,
    partner: Option<PartnerId>,
    now: DateTime<Utc>,
) -> Result<Applied, ActionError> {
    require(viewer, Duty::Care)?;
    let command = CaseCommand::by(viewer, customer, now);
    let case = command.lock(conn)?;
    let assigned = match partner {
        Some(id) => Some(partners::find_partner(conn, id)?.ok_or(Refusal::NotAPartner)?),
        None => None,
    };
    let event = Event::PartnerAssigned(assigned);
    let done = command.commit(conn, app, case, &event, |outcome| {
        AuditKind::PartnerAssigned {
            from: partner_name(&outcome.before),
            to: partner_name(&outcome.after),
        }
    })?;
    partner_contracts::check(conn, app, done, now)
}

fn partner_name(case: &Case) -> Option<String> {
    case.partner
        .as_ref()
        .map(|partner| partner.party.name.clone())
}
