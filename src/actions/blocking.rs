//! Blocking a partner and taking it back (row 49). The block itself is one fact that the gate reads;
//! the customers whose agreement names the partner are told one after the other by a job.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::register::{lock_managed, note};
use super::{ActionError, Knock};
use crate::app::App;
use crate::domain::audit::AuditKind;
use crate::domain::case::{Event, Refusal};
use crate::domain::mail::{MailKind, Recipient};
use crate::domain::partner::PartnerDeed;
use crate::domain::viewer::{Role, Viewer};
use crate::domain::{CustomerNumber, PartnerId};
use crate::storage::block_rounds::{self, BlockRound};
use crate::storage::mails::{NewMail, queue_mail};
use crate::storage::{PgConnection, partners};

/// Blocks a partner: it and its sub-partners are out at commit. The partner gets M8.
pub fn block(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    id: PartnerId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    if viewer.role != Role::Operator {
        return Err(ActionError::NotAllowed);
    }
    let partner = lock_managed(conn, viewer, id)?;
    if partner.blocked_at.is_some() {
        return Err(Refusal::Unchanged.into());
    }
    partners::mark_blocked(conn, id, reason, now)?;
    let round = block_rounds::create_round(conn, id, now)?;
    let mail = NewMail {
        step: format!("blocked:{round}:partner-{id}"),
        kind: MailKind::PartnerBlocked,
        to: Recipient::Partner(id),
        customer: None,
        message_id: app.new_message_id(),
    };
    queue_mail(conn, &mail, now)?;
    let deed = PartnerDeed::Blocked {
        reason: reason.to_owned(),
    };
    note(conn, viewer, id, &partner.party.name, deed, now)
}

/// Takes a block back. Customers that were not told yet will not be.
pub fn unblock(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: PartnerId,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    if viewer.role != Role::Operator {
        return Err(ActionError::NotAllowed);
    }
    let partner = lock_managed(conn, viewer, id)?;
    if partner.blocked_at.is_none() {
        return Err(Refusal::Unchanged.into());
    }
    partners::mark_unblocked(conn, id)?;
    block_rounds::end_round_of(conn, id, now)?;
    note(
        conn,
        viewer,
        id,
        &partner.party.name,
        PartnerDeed::Unblocked,
        now,
    )
}

/// What is to be done next in an open round: a customer to be told, or its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NextTold {
    round: i64,
    partner: PartnerId,
    /// Whom; `None`: everybody has been.
    pub customer: Option<CustomerNumber>,
}

/// The next thing to do that was not tried in vain before.
pub fn find_next(
    conn: &mut PgConnection,
    in_vain: &HashSet<NextTold>,
) -> Result<Option<NextTold>, ActionError> {
    for round in block_rounds::list_rounds(conn)? {
        let Some(partner) = partners::find_partner(conn, round.partner)? else {
            continue;
        };
        let fresh = block_rounds::find_next_customer(conn, &partner, round.after)?;
        let left_over = round.left_over.iter().copied().map(CustomerNumber);
        let next = |customer| NextTold {
            round: round.id,
            partner: round.partner,
            customer,
        };
        let open = fresh.into_iter().chain(left_over).map(Some).map(next);
        let all_done = (fresh.is_none() && round.left_over.is_empty()).then(|| next(None));
        let found = open.chain(all_done).find(|next| !in_vain.contains(next));
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// Tells this customer, if the agreement in force names the partner, or ends the round; in one
/// transaction with the note of how far the round has come, so that nobody is told twice and
/// nobody forgotten, however many processes do this and whenever one is killed. Says whether it
/// was still to be done.
pub fn tell(
    conn: &mut PgConnection,
    app: &App,
    next: NextTold,
    now: DateTime<Utc>,
) -> Result<bool, ActionError> {
    let Some(mut round) = block_rounds::lock_round(conn, next.round)? else {
        return Ok(false);
    };
    let Some(customer) = next.customer else {
        block_rounds::end_round_of(conn, next.partner, now)?;
        return Ok(true);
    };
    if !take(&mut round, customer) {
        return Ok(false);
    }
    let name = partners::find_partner(conn, next.partner)?.map(|partner| partner.party.name);
    let kind = AuditKind::ToldPartnerBlocked {
        name: name.unwrap_or_default(),
    };
    let event = Event::PartnerBlocked(next.partner);
    let told = Knock::by_portal(customer, now).bring(conn, app, &event, |_| kind);
    match told {
        // No agreement in force names the partner, or the customer is gone: there is nothing to say.
        Ok(_) | Err(ActionError::Refused(_) | ActionError::NotFound) => {}
        Err(error) => return Err(error),
    }
    block_rounds::save_round(conn, &round)?;
    Ok(true)
}

/// Puts a customer aside whose case could not be written, so that the others are told meanwhile.
pub fn put_aside(conn: &mut PgConnection, next: NextTold) -> Result<(), ActionError> {
    let (Some(mut round), Some(customer)) =
        (block_rounds::lock_round(conn, next.round)?, next.customer)
    else {
        return Ok(());
    };
    if customer.0 > round.after {
        round.after = customer.0;
        round.left_over.push(customer.0);
        block_rounds::save_round(conn, &round)?;
    }
    Ok(())
}

/// Takes a customer out of what is left to do; `false` if somebody else did.
fn take(round: &mut BlockRound, customer: CustomerNumber) -> bool {
    if customer.0 > round.after {
        round.after = customer.0;
        return true;
    }
    let before = round.left_over.len();
    round.left_over.retain(|left| *left != customer.0);
    round.left_over.len() < before
}
