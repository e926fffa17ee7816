//! The list as CSV, with its search and filter.

use actix_web::{HttpRequest, HttpResponse, web};

use super::kind;
use super::list::{Asked, query_of};
use crate::app::App;
use crate::domain::calendar;
use crate::domain::export::ExportedList;
use crate::domain::partner::PartnerState;
use crate::domain::partner_contract::ContractState;
use crate::storage::partner_list::{PartnerLine, PartnerQuery, list_partners};
use crate::web::kit::error::PageError;
use crate::web::kit::export::{Export, ROWS, answer};
use crate::web::kit::page::Me;

/// Columns of the list.
const HEAD: &[&str] = &[
    "Name",
    "Art",
    "Mandant",
    "Straße",
    "Postleitzahl",
    "Ort",
    "Land",
    "Ansprechperson",
    "Telefon",
    "E-Mail",
    "Kunden",
    "Zustand",
];

/// GET: the list.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    request: HttpRequest,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let today = calendar::day(app.clock.now());
    let query = PartnerQuery {
        after: None,
        limit: i64::try_from(ROWS).unwrap_or(i64::MAX),
        ..query_of(&asked, &me, today)
    };
    let export = Export {
        list: ExportedList::Partners,
        narrowed: !query.search.trim().is_empty() || query.contract.is_some(),
        head: HEAD.to_vec(),
        first: None,
    };
    answer(&app, &me, &request, export, move |conn, after, sheet| {
        let query = PartnerQuery {
            after: *after,
            ..query.clone()
        };
        let lines = list_partners(conn, &query)?;
        for line in &lines {
            sheet.row(cells(line, today));
        }
        let last = lines.last().filter(|_| lines.len() >= ROWS);
        Ok(last.map(|last| Some(last.partner.id)))
    })
    .await
}

fn cells(line: &PartnerLine, today: chrono::NaiveDate) -> Vec<String> {
    let party = &line.partner.party;
    let contract = ContractState::of(line.contract, today);
    vec![
        party.name.clone(),
        kind(&line.partner).to_owned(),
        line.above
            .as_ref()
            .map(|(name, _)| name.clone())
            .unwrap_or_default(),
        party.street.clone(),
        party.postcode.clone(),
        party.city.clone(),
        party.country.clone(),
        party.contact.clone(),
        party.phone.clone(),
        party
            .email
            .as_ref()
            .map(|email| email.shown())
            .unwrap_or_default(),
        line.customers.to_string(),
        PartnerState::of(&line.partner, contract).word().to_owned(),
    ]
}
