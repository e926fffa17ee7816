//! Contracts under Art. 28(4) GDPR (C6): those that a decision about a customer relies on, and the
//! alert when one ends.

use chrono::{DateTime, Utc};

use super::{ActionError, Applied, alerts};
use crate::app::App;
use crate::domain::case::{Case, Partner, Refusal};
use crate::domain::mail::{MailKind, Recipient};
use crate::domain::partner_contract::{ContractRule, ContractState, relied_on};
use crate::domain::{PartnerId, calendar};
use crate::storage::alerts::{ends, settle_over};
use crate::storage::mails::{NewMail, queue_mail};
use crate::storage::{PgConnection, QueryResult, partner_contracts, partners};

/// A partner and the state of its contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relied {
    /// The partner with the contract.
    pub partner: Partner,
    /// The state of the contract.
    pub state: ContractState,
}

impl Relied {
    /// The refusal of a decision that relies on it, if the operator requires a contract first.
    pub fn refusal(&self, rule: ContractRule) -> Option<Refusal> {
        let refusal = match self.partner.parent {
            None => Refusal::PartnerWithoutContract,
            Some(_) => Refusal::SubPartnerWithoutContract,
        };
        rule.refuses(self.state).then_some(refusal)
    }
}

/// The states of the contracts with these partners.
pub fn find_states<'p>(
    conn: &mut PgConnection,
    partners: impl IntoIterator<Item = &'p Partner>,
    now: DateTime<Utc>,
) -> QueryResult<Vec<Relied>> {
    let partners: Vec<&Partner> = partners.into_iter().collect();
    let ids: Vec<PartnerId> = partners.iter().map(|one| one.id).collect();
    let (ends, today) = (
        partner_contracts::list_ends(conn, &ids)?,
        calendar::day(now),
    );
    Ok(partners
        .into_iter()
        .map(|partner| Relied {
            state: ContractState::of(ends.get(&partner.id).copied(), today),
            partner: partner.clone(),
        })
        .collect())
}

/// The contracts that the change from `before` to `after` relies on.
pub fn find_relied(
    conn: &mut PgConnection,
    before: &Case,
    after: &Case,
    now: DateTime<Utc>,
) -> QueryResult<Vec<Relied>> {
    find_states(conn, relied_on(before, after, now), now)
}

/// Rolls back a decision that relies on a missing contract, if the operator requires one. It is
/// called after the action, like `form_version::check_chain`, so that a caller without permission
/// learns nothing about partners.
pub(super) fn check(
    conn: &mut PgConnection,
    app: &App,
    outcome: Applied,
    now: DateTime<Utc>,
) -> Result<Applied, ActionError> {
    weigh(conn, app, (&outcome.before, &outcome.after), now)?;
    Ok(outcome)
}

/// The contracts that a change of a case relies on; refused if one is missing and the operator
/// requires it.
pub(super) fn weigh(
    conn: &mut PgConnection,
    app: &App,
    (before, after): (&Case, &Case),
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let rule = app.config.rules.partner_contract;
    let relied = find_relied(conn, before, after, now)?;
    match relied.iter().find_map(|one| one.refusal(rule)) {
        Some(refusal) => Err(refusal.into()),
        None => Ok(()),
    }
}

/// Raises the alert, and mails it, that the contract with a partner ends within two months, or has
/// ended: each once. True if it is new.
pub fn warn(
    conn: &mut PgConnection,
    app: &App,
    id: PartnerId,
    now: DateTime<Utc>,
) -> Result<bool, ActionError> {
    let Some(partner) = partners::lock_partner(conn, id)?.filter(|one| !one.is_shut_out()) else {
        return Ok(false);
    };
    let found = find_states(conn, [&partner], now)?;
    let Some((last, stage)) = found.first().and_then(|one| one.state.alert()) else {
        return Ok(false);
    };
    settle_over(conn, now)?;
    if !alerts::raise(conn, &ends(id, last, stage), now)? {
        return Ok(false);
    }
    let mail = NewMail {
        step: format!("partner-contract:{id}:{last}:{stage}"),
        kind: MailKind::PartnerContractEnds { partner: id, last },
        to: Recipient::Operator,
        customer: None,
        message_id: app.new_message_id(),
    };
    queue_mail(conn, &mail, now)?;
    Ok(true)
}
