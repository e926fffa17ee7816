//! Contracts under Art. 28(4) GDPR where they matter (C6): what a decision about a customer relies on,
//! and the operator's list as one ends.

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

/// A partner and how its contract stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relied {
    /// Whose.
    pub partner: Partner,
    /// How it stands.
    pub state: ContractState,
}

impl Relied {
    /// Why the decision is refused, if the operator wants a contract first.
    pub fn refusal(&self, rule: ContractRule) -> Option<Refusal> {
        let refusal = match self.partner.parent {
            None => Refusal::PartnerWithoutContract,
            Some(_) => Refusal::SubPartnerWithoutContract,
        };
        rule.refuses(self.state).then_some(refusal)
    }
}

/// How the contracts with these partners stand.
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

/// The contracts that the way from `before` to `after` relies on.
pub fn find_relied(
    conn: &mut PgConnection,
    before: &Case,
    after: &Case,
    now: DateTime<Utc>,
) -> QueryResult<Vec<Relied>> {
    find_states(conn, relied_on(before, after, now), now)
}

/// Takes a decision back that relies on a contract which is not there, if the operator wants that. It
/// comes after the action, like `form_version::check_chain`: whoever may not do it learns nothing of partners.
pub(super) fn check(
    conn: &mut PgConnection,
    app: &App,
    outcome: Applied,
    now: DateTime<Utc>,
) -> Result<Applied, ActionError> {
    weigh(conn, app, (&outcome.before, &outcome.after), now)?;
    Ok(outcome)
}

/// The contracts that the way from one state of a case to another relies on; refused if one is not
/// there and the operator wants it.
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

/// Says on the operator's list and by mail that the contract with a partner ends within two months, or
/// is over: each once. Says whether there was something new.
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
