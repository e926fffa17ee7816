//! The page of one partner: its state, its data, its contracts, and what can be done.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;

use super::{Area, Subject};
use crate::actions::ActionError;
use crate::actions::partner_directory::find_managed;
use crate::app::App;
use crate::domain::case::Partner;
use crate::domain::client::PartnerName;
use crate::domain::partner::PartnerState;
use crate::domain::partner_contract::{ContractRule, ContractState};
use crate::domain::viewer::{Duty, Role};
use crate::domain::{PartnerId, calendar};
use crate::paths;
use crate::storage::external_ids::name_partners;
use crate::storage::partner_contracts::{PartnerContract, list_contracts};
use crate::storage::partner_list::{PartnerLine, PartnerQuery, count_customers, list_partners};
use crate::storage::partners::{find_block_reason, find_partner};
use crate::storage::user_list::{UserLine, list_users_of_partner};
use crate::web::kit::dates::{When, short};
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, Shell, html};
use crate::web::kit::words::{listed, thousands};

/// At most this many contracts are on the page; older ones stay in the database.
const CONTRACTS: i64 = 20;
/// At most this many Submandanten are on the page; the list has all of them.
const SUBS: i64 = 50;
/// At most this many users are on the page; the list of users has all of them.
const USERS: i64 = 20;

#[derive(Template)]
#[template(path = "web/partners/show.html")]
struct Page {
    shell: Shell,
    subject: Subject,
    partner: Partner,
    /// What other systems call it; for the operator.
    name: Option<PartnerName>,
    state: PartnerState,
    /// What the state means, in a sentence.
    meaning: String,
    /// Since when it is blocked, and why; the reason for the operator only.
    blocked: Option<(When, String)>,
    above: Option<Partner>,
    address: String,
    customers_shown: String,
    /// Address of the list of its customers.
    customers_href: Option<String>,
    contract: ContractState,
    today: NaiveDate,
    contracts: Vec<PartnerContract>,
    subs: Vec<PartnerLine>,
    /// Who signs in for it, at most [`USERS`]; for the operator.
    users: Vec<UserLine>,
    may_change: bool,
}

impl Page {
    fn page(&self, page: &str) -> String {
        self.subject.area.page(self.subject.id, page)
    }

    fn day(&self, date: &NaiveDate) -> String {
        short(*date)
    }

    fn state_of(&self, line: &PartnerLine) -> PartnerState {
        PartnerState::of(&line.partner, ContractState::of(line.contract, self.today))
    }

    /// Address of the list of users, searched for those of this partner.
    fn list_of_users(&self) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("suche", &self.partner.party.name)
            .finish();
        format!("{}?{query}", paths::USERS)
    }

    /// A text, or that it is missing.
    fn or_missing<'a>(&self, text: &'a str) -> &'a str {
        if text.trim().is_empty() {
            "fehlt"
        } else {
            text
        }
    }
}

/// GET: the page.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    id: web::Path<PartnerId>,
) -> Result<HttpResponse, PageError> {
    let (area, today) = (Area::of(&me), calendar::day(app.clock.now()));
    let (id, viewer) = (*id, me.viewer.clone());
    let read = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            let partner = find_managed(conn, &viewer, id)?;
            let above = match partner.parent {
                Some(parent) => find_partner(conn, parent)?,
                None => None,
            };
            let query = PartnerQuery {
                of: Some(id),
                limit: SUBS,
                ..PartnerQuery::default()
            };
            Ok(Read {
                above,
                contracts: list_contracts(conn, id, CONTRACTS)?,
                reason: find_block_reason(conn, id)?,
                customers: count_customers(conn, &[id])?
                    .remove(&id)
                    .unwrap_or_default(),
                subs: list_partners(conn, &query)?,
                name: match area.operator {
                    true => name_partners(conn, &[id])?.pop(),
                    false => None,
                },
                users: match area.operator {
                    true => list_users_of_partner(conn, id, USERS)?,
                    false => Vec::new(),
                },
                partner,
            })
        })
        .await?;
    let shell = Shell::load(&app, &me, area.list()).await?;
    let rule = app.config.rules.partner_contract;
    html(&page((shell, area, me.viewer.role), read, rule, today))
}

struct Read {
    partner: Partner,
    above: Option<Partner>,
    contracts: Vec<PartnerContract>,
    reason: Option<String>,
    customers: i64,
    subs: Vec<PartnerLine>,
    users: Vec<UserLine>,
    name: Option<PartnerName>,
}

fn page(
    (shell, area, role): (Shell, Area, Role),
    read: Read,
    rule: ContractRule,
    today: NaiveDate,
) -> Page {
    let partner = read.partner;
    let recorded = read.contracts.first().map(|one| one.valid_until);
    let contract = ContractState::of(recorded, today);
    let state = PartnerState::of(&partner, contract);
    let is_mandant = partner.parent.is_none();
    Page {
        subject: Subject::of(area, &partner),
        state,
        meaning: meaning(&partner, (state, rule), read.above.as_ref(), area),
        blocked: partner.blocked_at.map(|at| {
            let reason = read.reason.filter(|_| role.is_operator());
            (When::clock(at), reason.unwrap_or_default())
        }),
        address: partner.party.address_line(),
        customers_shown: thousands(read.customers),
        customers_href: (area.operator && is_mandant).then(|| paths::customers_of(partner.id)),
        contract,
        today,
        contracts: read.contracts,
        subs: read.subs,
        users: read.users,
        name: read.name,
        may_change: match area.operator {
            true => role.has(Duty::Work),
            false => read.above.as_ref().is_some_and(|one| !one.is_shut_out()),
        },
        above: read.above,
        partner,
        shell,
    }
}

fn meaning(
    partner: &Partner,
    (state, rule): (PartnerState, ContractRule),
    above: Option<&Partner>,
    area: Area,
) -> String {
    let missing: Vec<String> = partner
        .party
        .missing()
        .into_iter()
        .map(str::to_owned)
        .collect();
    match state {
        PartnerState::Blocked => {
            "Kann keinen Kunden verwalten und für keinen gewählt werden.".to_owned()
        }
        PartnerState::Deactivated => {
            "Kann keinen Kunden verwalten und für keinen gewählt werden. Aktivieren Sie die Firma wieder, wenn Sie mit ihr arbeiten möchten.".to_owned()
        }
        PartnerState::Incomplete => format!(
            "Es fehlen Angaben: {}. Vorher kann die Firma für keinen Kunden gewählt werden.",
            listed(&missing)
        ),
        PartnerState::Unreleased if area.operator => {
            "Kann erst für Kunden gewählt werden, wenn Sie die Firma freigegeben haben. Prüfen Sie Name und Anschrift: Sie stehen in E-Mails an Kunden.".to_owned()
        }
        PartnerState::Unreleased => {
            "Kann für Kunden gewählt werden, sobald der Betreiber des Portals die Firma freigegeben hat. Er sieht, dass sie wartet.".to_owned()
        }
        PartnerState::Active | PartnerState::WithoutContract | PartnerState::ContractOver
            if above.is_some_and(Partner::is_shut_out) =>
        {
            if area.operator {
                "Der Mandant ist gesperrt, und damit auch dieser Submandant.".to_owned()
            } else {
                "Ihr Unternehmen ist gesperrt, und damit auch dieser Submandant.".to_owned()
            }
        }
        PartnerState::WithoutContract | PartnerState::ContractOver => match rule {
            ContractRule::Warn => "Kann für Kunden gewählt werden. Vorher muss aber nach Art. 28 Abs. 4 DSGVO ein Vertrag gelten.",
            ContractRule::Required => "Kann für keinen Kunden neu gewählt werden, bis ein geltender Vertrag nach Art. 28 Abs. 4 DSGVO erfasst ist.",
        }
        .to_owned(),
        PartnerState::Active => {
            "Kann für Kunden gewählt werden und verwaltet, was deren Verträge erlauben.".to_owned()
        }
    }
}
