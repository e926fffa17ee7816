//! Naming a sub-partner (Submandant) for a customer.

use chrono::{DateTime, Utc};

use super::{ActionError, Knock, Outcome};
use crate::app::App;
use crate::domain::audit::AuditKind;
use crate::domain::case::Event;
use crate::domain::viewer::{Role, Viewer};
use crate::domain::{CustomerNumber, PartnerId};
use crate::storage::{PgConnection, partners};

/// Names one of the Mandant's own sub-partners for a customer, or none (R-04, row 11). An id from
/// elsewhere is refused (S-54).
pub fn name(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    customer: CustomerNumber,
    sub: Option<PartnerId>,
    now: DateTime<Utc>,
) -> Result<Outcome, ActionError> {
    if !matches!(viewer.role, Role::Operator | Role::Partner(_)) {
        return Err(ActionError::NotAllowed);
    }
    let knock = Knock::by(viewer, customer, now);
    let case = knock.enter(conn, app)?;
    let named = match sub {
        Some(id) => Some(
            partners::find_partner(conn, id)?
                .ok_or(crate::domain::case::Refusal::ForeignSubPartner)?,
        ),
        None => None,
    };
    let kind = AuditKind::SubPartnerNamed {
        name: named.as_ref().map(|partner| partner.party.name.clone()),
    };
    knock.settle(conn, app, case, &Event::SubPartnerNamed(named), |_| kind)
}
