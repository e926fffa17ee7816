//! The list as CSV, with the filter and order of its address.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};

use super::state::{Asked, State};
use crate::actions::ActionError;
use crate::app::App;
use crate::domain::export::ExportedList;
use crate::domain::viewer::Role;
use crate::domain::{Holidays, Language, calendar};
use crate::storage::PgConnection;
use crate::storage::case_rows::{CaseRow, From, ListQuery, list_rows};
use crate::storage::partners::list_sub_partner_names;
use crate::web::kit::error::PageError;
use crate::web::kit::export::{Export, ROWS, answer};
use crate::web::kit::page::Me;
use crate::web::kit::respond::Respond as _;
use crate::wording::dates;

/// GET: the list.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let (role, now) = (me.viewer.role, app.clock.now());
    let state = State::read(&asked, role);
    let (state, is_cut) = app
        .db
        .read_list(now, me.changed, move |conn| {
            begin(conn, state.clone(), role, now)
        })
        .await?;
    if is_cut {
        // What a search does not look at must not be missing unnoticed.
        return Ok(session.refused(
            "Ihre Suche trifft auf zu viele Kunden zu, um alle herunterzuladen. Geben Sie mehr ein, oder laden Sie die Liste ohne Suche herunter.",
            state.href(),
        ));
    }
    let holidays = app.operator().await?.unwrap_or_default().holidays;
    let export = Export {
        list: ExportedList::Customers,
        narrowed: state.status.is_some()
            || !state.search.is_empty()
            || state.scope(role) != role.scope(),
        head: head(role),
        first: From::Start,
    };
    let query = ListQuery {
        limit: ROWS,
        ..state.query(role)
    };
    let by = state.sort.by;
    answer(&app, &me, &request, export, move |conn, from, sheet| {
        let query = ListQuery {
            from: from.clone(),
            ..query.clone()
        };
        let page = list_rows(conn, &query, now)?;
        for row in &page.rows {
            sheet.row(cells(row, role, holidays, now));
        }
        let last = page.rows.last().filter(|_| page.has_next);
        Ok(last.map(|last| From::After(last.cursor(by))))
    })
    .await
}

/// The state with a Submandant that may be chosen, and whether its search finds more than is
/// looked at.
fn begin(
    conn: &mut PgConnection,
    mut state: State,
    role: Role,
    now: DateTime<Utc>,
) -> Result<(State, bool), ActionError> {
    let sub_partners = match state.parent(role) {
        Some(parent) => list_sub_partner_names(conn, parent)?,
        None => Vec::new(),
    };
    state.keep_sub_partner(&sub_partners);
    state.from = From::Start;
    let is_cut = !state.search.is_empty() && {
        let query = ListQuery {
            limit: 1,
            ..state.query(role)
        };
        list_rows(conn, &query, now)?.too_many
    };
    Ok((state, is_cut))
}

/// Columns that depend on who looks: the operator's Mandant, and the Submandant.
fn columns(role: Role) -> (bool, bool) {
    (role.is_operator(), !matches!(role, Role::SubPartner(_)))
}

fn head(role: Role) -> Vec<&'static str> {
    let (partner, sub_partner) = columns(role);
    let mut head = vec!["Kundennummer", "Firma", "Ort"];
    head.extend(partner.then_some("Vertriebspartner"));
    head.extend(sub_partner.then_some("Untervertriebspartner"));
    head.extend([
        "Produkte",
        "AVV-Status",
        "Datum",
        "Erläuterung",
        "Außerhalb des Portals",
        "Schlüssel des AVV-Status",
    ]);
    head
}

fn cells(row: &CaseRow, role: Role, holidays: Holidays, now: DateTime<Utc>) -> Vec<String> {
    let (partner, sub_partner) = columns(role);
    let status = &row.case_status;
    let mut cells = vec![
        row.number.to_string(),
        row.company.clone(),
        row.city.clone(),
    ];
    cells.extend(partner.then(|| row.partner_name.clone().unwrap_or_default()));
    cells.extend(sub_partner.then(|| row.sub_partner_name.clone().unwrap_or_default()));
    cells.extend([
        row.products.clone(),
        status.word(),
        status
            .moment
            .map(|at| dates::short_date(calendar::day(at), Language::De))
            .unwrap_or_default(),
        status.detail(holidays, now),
        if row.on_paper { "ja" } else { "" }.to_owned(),
        status.status.key().to_owned(),
    ]);
    cells
}
