//! The list: every Mandant followed by its Submandanten; a Mandant sees its own.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::Area;
use crate::actions::ActionError;
use crate::app::App;
use crate::domain::case::Partner;
use crate::domain::partner::PartnerState;
use crate::domain::partner_contract::{ContractFilter, ContractState};
use crate::domain::viewer::Duty;
use crate::domain::{PartnerId, calendar};
use crate::storage::partner_list::{PartnerLine, PartnerQuery, list_partners};
use crate::storage::partners::find_partner;
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, Shell, html};
use crate::web::kit::words::thousands;

/// Partners per page.
const PAGE: usize = 50;
/// Longest search text in characters; the rest is cut off.
const LONGEST_SEARCH: usize = 100;

/// The query of the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    suche: String,
    vertrag: String,
    nach: String,
}

#[derive(Template)]
#[template(path = "web/partners/list.html")]
struct Page {
    shell: Shell,
    area: Area,
    search: String,
    /// The state of contracts that the list is narrowed to.
    filter: Option<ContractFilter>,
    lines: Vec<PartnerRow>,
    /// Whether this is not the first page.
    is_later: bool,
    next: Option<String>,
    /// Address of the whole list as CSV.
    sheet: String,
    /// Whether the viewer may add and change partners; a blocked Mandant may not.
    may_change: bool,
}

/// A partner in the list.
struct PartnerRow {
    partner: Partner,
    href: String,
    above: String,
    /// Whether its Mandant is blocked, which blocks the Submandant as well.
    is_shut_above: bool,
    state: PartnerState,
    customers: String,
    contract: ContractState,
}

/// GET: one page of the list.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let (area, today) = (Area::of(&me), calendar::day(app.clock.now()));
    let own = me.viewer.role.partner();
    let query = query_of(&asked, &me, today);
    let (search, after) = (query.search.clone(), query.after);
    let filter = query.contract.map(|(filter, _)| filter);
    let (mut found, mandant) = app
        .db
        .read_list(
            app.clock.now(),
            me.changed,
            move |conn| -> Result<_, ActionError> {
                let mandant = match own {
                    Some(id) => find_partner(conn, id)?,
                    None => None,
                };
                Ok((list_partners(conn, &query)?, mandant))
            },
        )
        .await?;
    let has_next = found.len() > PAGE;
    found.truncate(PAGE);
    let last = found.last().filter(|_| has_next);
    html(&Page {
        shell: Shell::load(&app, &me, area.list()).await?,
        area,
        is_later: after.is_some(),
        next: last.map(|last| address(area.list(), &search, filter, Some(last.partner.id))),
        sheet: address(area.sheet(), &search, filter, None),
        lines: found
            .into_iter()
            .map(|one| line(area, one, today))
            .collect(),
        may_change: match &mandant {
            Some(own) => !own.is_shut_out(),
            None => me.viewer.role.has(Duty::Work),
        },
        search,
        filter,
    })
}

fn line(area: Area, line: PartnerLine, today: chrono::NaiveDate) -> PartnerRow {
    let (above, is_shut_above) = line.above.unwrap_or_default();
    let contract = ContractState::of(line.contract, today);
    PartnerRow {
        href: area.partner(line.partner.id),
        above,
        is_shut_above,
        state: PartnerState::of(&line.partner, contract),
        customers: thousands(line.customers),
        contract,
        partner: line.partner,
    }
}

/// What the page of this address lists.
pub(super) fn query_of(asked: &Asked, me: &Me, today: chrono::NaiveDate) -> PartnerQuery {
    PartnerQuery {
        of: me.viewer.role.partner(),
        search: asked.suche.chars().take(LONGEST_SEARCH).collect(),
        contract: ContractFilter::from_key(&asked.vertrag).map(|filter| (filter, today)),
        after: asked.nach.parse().ok(),
        limit: i64::try_from(PAGE + 1).unwrap_or(i64::MAX),
    }
}

/// An address of the list with this search, of the page behind a partner if one is named.
fn address(
    list: &str,
    search: &str,
    filter: Option<ContractFilter>,
    after: Option<PartnerId>,
) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if !search.is_empty() {
        query.append_pair("suche", search);
    }
    if let Some(filter) = filter {
        query.append_pair("vertrag", filter.key());
    }
    if let Some(after) = after {
        query.append_pair("nach", &after.to_string());
    }
    match query.finish() {
        query if query.is_empty() => list.to_owned(),
        query => format!("{list}?{query}"),
    }
}
