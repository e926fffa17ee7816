//! Warnings about contracts under Art. 28(4) GDPR on pages where a partner is chosen or a product
//! is booked (C6). Templates print it with `{% include "web/customers/parts/doubts.html" %}`, which
//! reads a field `doubts: Vec<Doubt>` of the page.

use chrono::{DateTime, Utc};

use crate::actions::ActionError;
use crate::actions::partner_contracts::{Relied, find_relied, find_states};
use crate::app::App;
use crate::domain::case::{Case, Refusal};
use crate::domain::partner_contract::{ContractRule, ContractState};
use crate::domain::viewer::{Duty, Role};
use crate::domain::{Language, PartnerId};
use crate::paths;
use crate::storage::partners::list_sub_partners;
use crate::storage::{PgConnection, QueryResult};
use crate::wording::dates::long_date;

/// A contract that is missing, has ended, or ends soon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// Its state, as a sentence.
    pub lead: String,
    /// What that means, and what to do.
    pub advice: &'static str,
    /// Address of the page on which it is recorded.
    pub href: String,
    /// Name of the partner.
    pub name: String,
}

/// The warnings for this reader; empty if all contracts hold for a long time.
pub fn doubts(relied: &[Relied], role: Role, rule: ContractRule) -> Vec<Doubt> {
    relied
        .iter()
        .filter_map(|one| doubt(one, role, rule))
        .collect()
}

/// The warnings about the contracts that the change from `before` to `after` relies on, or the
/// refusal if the operator's setting does not allow it.
pub async fn weigh(
    app: &App,
    role: Role,
    before: &Case,
    after: &Case,
) -> Result<Result<Vec<Doubt>, Refusal>, ActionError> {
    let (before, after, now) = (before.clone(), after.clone(), app.clock.now());
    let relied = app
        .db
        .read(move |conn| Ok::<_, ActionError>(find_relied(conn, &before, &after, now)?))
        .await?;
    let rule = app.config.rules.partner_contract;
    Ok(match relied.iter().find_map(|one| one.refusal(rule)) {
        Some(refusal) => Err(refusal),
        None => Ok(doubts(&relied, role, rule)),
    })
}

fn doubt(relied: &Relied, role: Role, rule: ContractRule) -> Option<Doubt> {
    let name = &relied.partner.party.name;
    let date = |day| long_date(day, Language::De);
    let lead = match relied.state {
        ContractState::Missing => {
            format!("Mit {name} ist kein Vertrag nach Art. 28 Abs. 4 DSGVO erfasst.")
        }
        ContractState::Expired(last) => format!(
            "Der Vertrag nach Art. 28 Abs. 4 DSGVO mit {name} ist am {} abgelaufen.",
            date(last)
        ),
        ContractState::EndsSoon(last) => format!(
            "Der Vertrag nach Art. 28 Abs. 4 DSGVO mit {name} endet am {}.",
            date(last)
        ),
        ContractState::Valid => return None,
    };
    let advice = if relied.state.holds() {
        "Sorgen Sie rechtzeitig für den neuen."
    } else if rule.refuses(relied.state) {
        "Ohne ihn darf die Firma keine Daten des Kunden verarbeiten. Erfassen Sie ihn zuerst."
    } else {
        "Ohne ihn darf die Firma keine Daten des Kunden verarbeiten. Erfassen Sie ihn möglichst, bevor Sie hier weitermachen."
    };
    let page = match role {
        Role::Operator(_) => paths::partner(relied.partner.id),
        _ => paths::own_sub_partner(relied.partner.id),
    };
    Some(Doubt {
        lead,
        advice,
        href: format!("{page}/vertrag"),
        name: name.clone(),
    })
}

/// The sub-partners a viewer with `role` may choose from for a customer, with their contracts.
pub fn find_sub_partners(
    conn: &mut PgConnection,
    role: Role,
    case: &Case,
    now: DateTime<Utc>,
) -> QueryResult<Vec<Relied>> {
    match &case.partner {
        Some(partner) if role.assigns(Duty::Care) => {
            let all = list_sub_partners(conn, partner.id)?;
            find_states(conn, &all, now)
        }
        _ => Ok(Vec::new()),
    }
}

/// A partner in a list to choose from.
pub struct Choice {
    /// Key of the partner, the value of the choice.
    pub id: PartnerId,
    /// Name and city, and what is wrong with its contract.
    pub label: String,
    /// Whether it is the present one.
    pub chosen: bool,
    /// Whether it cannot be chosen before its contract is recorded, by the operator's setting.
    pub is_refused: bool,
}

/// A partner to choose from, marked if no contract holds.
pub fn choice(relied: &Relied, chosen: bool, rule: ContractRule) -> Choice {
    let party = &relied.partner.party;
    let mark = match relied.state {
        ContractState::Missing => " (Vertrag nach Art. 28 Abs. 4 fehlt)",
        ContractState::Expired(_) => " (Vertrag nach Art. 28 Abs. 4 abgelaufen)",
        ContractState::EndsSoon(_) | ContractState::Valid => "",
    };
    Choice {
        id: relied.partner.id,
        label: format!("{}, {}{mark}", party.name, party.city),
        chosen,
        is_refused: !chosen && rule.refuses(relied.state),
    }
}
