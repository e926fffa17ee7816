//! The list with its status column (requirements 4.3): search, filter, order and page are part of
//! the address, so every state of it can be linked to.

mod filter;
mod order;
mod partner;
pub mod sheet;
mod state;

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};

use crate::actions::ActionError;
use crate::app::App;
use crate::domain::case::Status;
use crate::domain::viewer::{Duty, Role};
use crate::domain::{Holidays, Language, PartnerId, calendar};
use crate::paths;
use crate::storage::PgConnection;
use crate::storage::case_rows::{
    CaseRow, From, ListPage, Sort, SortBy, count_statuses, find_exact, list_rows,
};
use crate::storage::partners::list_sub_partner_names;
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, Shell, html, see_other};
use crate::wording::dates;
use filter::{FilterLine, groups, short_word, total};
use order::{Head, Order, by_date, caption, heads, orders};
use partner::{Choice, Doubt, PartnerField, choices, narrow};
use state::{Asked, State};

#[derive(Template)]
#[template(path = "web/customers/list/list.html")]
struct ListView {
    shell: Shell,
    lead: String,
    /// Whether the viewer is the operator: then the Mandant has a column and a filter.
    operator: bool,
    /// Whether rows name a Submandant, which they do unless the viewer is a Submandant.
    has_sub_partners: bool,
    /// The field for the Mandant.
    partner: Option<PartnerField>,
    doubt: Option<Doubt>,
    sub_partners: Vec<Choice>,
    search: String,
    is_list: bool,
    status: Option<&'static str>,
    orders: Vec<Order>,
    by_date: Option<&'static str>,
    filter_word: &'static str,
    all: FilterLine,
    groups: Vec<(&'static str, Vec<FilterLine>)>,
    heads: [Head; 2],
    caption: String,
    here: String,
    /// Address of the whole list as CSV.
    sheet: String,
    loaded: String,
    rows: Vec<CustomerRow>,
    note: Option<&'static str>,
    total: String,
    empty: Option<Empty>,
    on_page: String,
    previous: Option<String>,
    next: Option<String>,
}

struct CustomerRow {
    number: String,
    company: String,
    city: String,
    partner: String,
    sub_partner: String,
    products: String,
    key: &'static str,
    word: String,
    detail: String,
    on_paper: bool,
    profile: String,
    status: String,
    can_assign: bool,
    ask: Option<&'static str>,
}

struct Empty {
    title: &'static str,
    text: &'static str,
    way_out: Option<(&'static str, String)>,
}

pub async fn show(
    app: web::Data<App>,
    me: Me,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let (role, now) = (me.viewer.role, app.clock.now());
    let mut state = State::read(&asked, role);
    let shell = Shell::load(&app, &me, paths::CUSTOMERS).await?;
    let partners = match role {
        Role::Operator(_) => app.partner_names().await?,
        _ => Arc::default(),
    };
    let typed = if role.is_operator() {
        asked.partner_name()
    } else {
        ""
    };
    let doubt = narrow(&mut state, &partners, typed);
    let (state, found) = app
        .db
        .read_list(now, me.changed, move |conn| {
            read(conn, state.clone(), role, now)
        })
        .await?;
    let found = match found {
        Found::One(way) => return Ok(see_other(way)),
        Found::List(found) => found,
    };
    let lead = lead(role, &me.viewer.company);
    let mut list = view(shell, lead, &state, role, *found, now);
    if role.is_operator() {
        list.partner = Some(PartnerField::new(&partners, state.partner, typed));
        list.doubt = doubt;
    }
    html(&list)
}

/// What the page shows, as it was read.
struct Listed {
    page: ListPage,
    counts: Vec<(Status, i64)>,
    sub_partners: Vec<(PartnerId, String)>,
}

enum Found {
    /// The search text can only mean this customer.
    One(String),
    List(Box<Listed>),
}

fn read(
    conn: &mut PgConnection,
    mut state: State,
    role: Role,
    now: DateTime<Utc>,
) -> Result<(State, Found), ActionError> {
    let sub_partners = match state.parent(role) {
        Some(parent) => list_sub_partner_names(conn, parent)?,
        None => Vec::new(),
    };
    state.keep_sub_partner(&sub_partners);
    let scope = state.scope(role);
    let opens = !state.search.is_empty() && !state.is_list && state.from == From::Start;
    if opens && let Some(exact) = find_exact(conn, scope, &state.search)? {
        let customer = paths::customer(exact.customer);
        let way = if exact.has_others {
            format!("{customer}?gesucht=1")
        } else {
            customer
        };
        return Ok((state, Found::One(way)));
    }
    let mut page = list_rows(conn, &state.query(role), now)?;
    let found = page.found.take();
    let counts = match found {
        Some(found) => found,
        None => count_statuses(conn, scope, now)?,
    };
    let listed = Listed {
        page,
        counts,
        sub_partners,
    };
    Ok((state, Found::List(Box::new(listed))))
}

fn lead(role: Role, company: &str) -> String {
    let whose = match role {
        Role::Partner(_) => format!("Alle Kunden von {company}"),
        Role::SubPartner(_) => format!("Die Kunden, die {company} betreut,"),
        Role::Operator(_) | Role::Customer { .. } => "Alle Kunden".to_owned(),
    };
    format!("{whose} und der Stand ihres Auftragsverarbeitungsvertrags (AVV).")
}

fn view(
    shell: Shell,
    lead: String,
    state: &State,
    role: Role,
    found: Listed,
    now: DateTime<Utc>,
) -> ListView {
    let (page, counts) = (found.page, found.counts);
    let holidays = shell.operator.holidays;
    let place = |row: &CaseRow| row.cursor(state.sort.by);
    let previous = page.rows.first().filter(|_| page.has_previous);
    let next = page.rows.last().filter(|_| page.has_next);
    ListView {
        shell,
        lead,
        operator: role.is_operator(),
        has_sub_partners: !matches!(role, Role::SubPartner(_)),
        partner: None,
        doubt: None,
        sub_partners: choices(&found.sub_partners, state.sub_partner),
        is_list: state.is_list,
        search: state.search.clone(),
        status: state.status.map(Status::key),
        orders: orders(state),
        by_date: by_date(state),
        filter_word: state.status.map_or("alle", short_word),
        all: FilterLine {
            key: "",
            word: "Alle Kunden",
            href: state.with(|state| state.status = None),
            count: total(&counts, page.too_many),
            current: state.status.is_none(),
        },
        groups: groups(state, &counts, page.too_many),
        heads: heads(state),
        caption: caption(state),
        here: state.href(),
        sheet: state.sheet(),
        loaded: loaded(page.rows.len(), now),
        note: page.too_many.then_some(
            "Ihre Suche trifft auf sehr viele Kunden zu; durchgesehen und gezeigt wird nur ein Teil. Geben Sie mehr ein: ein weiteres Wort, den Ort oder die Kundennummer.",
        ),
        total: total(&counts, page.too_many),
        empty: page.rows.is_empty().then(|| empty(state, role)),
        on_page: on_page(&page.rows, state.sort),
        previous: previous.map(|row| state.with(|state| state.from = From::Before(place(row)))),
        next: next.map(|row| state.with(|state| state.from = From::After(place(row)))),
        rows: page
            .rows
            .into_iter()
            .map(|row| line(row, role, holidays, now))
            .collect(),
    }
}

fn loaded(rows: usize, now: DateTime<Utc>) -> String {
    let moment = dates::short_moment(now, Language::De);
    let time = moment.rsplit(", ").next().unwrap_or_default();
    match rows {
        1 => format!("Status für einen Kunden geladen, {time} Uhr"),
        rows => format!("Status für {rows} Kunden geladen, {time} Uhr"),
    }
}

/// The date of a row, in an order by date.
fn date(row: &CaseRow) -> String {
    row.case_status.moment.map_or_else(
        || "ohne Datum".to_owned(),
        |at| dates::short_date(calendar::day(at), Language::De),
    )
}

/// What the page contains: "13 Kunden auf dieser Seite, AK bis Zahnärzte".
fn on_page(rows: &[CaseRow], sort: Sort) -> String {
    let place = |row: &CaseRow| {
        match sort.by {
            SortBy::Number => return row.number.to_string(),
            SortBy::Date => return date(row),
            SortBy::Company => {}
        }
        let word = row.company.split_whitespace().next().unwrap_or_default();
        word.trim_end_matches(',').chars().take(24).collect()
    };
    match rows {
        [] => String::new(),
        [_] => "Ein Kunde auf dieser Seite".to_owned(),
        [first, .., last] => format!(
            "{} Kunden auf dieser Seite, {} bis {}",
            rows.len(),
            place(first),
            place(last)
        ),
    }
}

fn line(row: CaseRow, role: Role, holidays: Holidays, now: DateTime<Utc>) -> CustomerRow {
    use Status as S;
    let status = row.case_status.status;
    let before_conclusion = matches!(
        status,
        S::Open
            | S::Requested
            | S::Reminded
            | S::NoEmail
            | S::Undeliverable
            | S::Expired
            | S::Declined
            | S::Void
    );
    CustomerRow {
        profile: paths::customer(row.number),
        status: paths::status(row.number),
        number: row.number.to_string(),
        company: row.company,
        city: row.city,
        partner: row.partner_name.unwrap_or_default(),
        sub_partner: row.sub_partner_name.unwrap_or_default(),
        products: row.products,
        key: status.key(),
        on_paper: row.on_paper,
        word: row.case_status.word(),
        detail: row.case_status.detail(holidays, now),
        can_assign: before_conclusion && row.partner.is_some() && role.assigns(Duty::Care),
        ask: match status {
            _ if !role.asks() => None,
            S::Open
            | S::Expired
            | S::Declined
            | S::Void
            | S::RenewalRequired
            | S::AmendmentOpen => Some("Anforderung senden"),
            S::Requested | S::Reminded | S::Undeliverable | S::UpdatePending => {
                Some("Anforderung erneut senden")
            }
            S::TextMissing
            | S::NoEmail
            | S::AddressOpen
            | S::Concluded
            | S::Ended
            | S::NotRequired => None,
        },
    }
}

fn empty(state: &State, role: Role) -> Empty {
    let everything = || state.with(|state| state.status = None);
    let is_whole = state.partner.is_none() && state.sub_partner.is_none();
    match (state.search.is_empty(), state.status, &state.from) {
        (_, _, From::After(_) | From::Before(_)) => Empty {
            title: "Hier ist die Liste zu Ende",
            text: "Seit Sie die Seite geöffnet haben, hat sich die Liste geändert.",
            way_out: Some(("Zum Anfang der Liste", state.with(|_| {}))),
        },
        (false, Some(_), _) => Empty {
            title: "Nichts gefunden",
            text: "Mit diesem AVV-Status passt kein Kunde zu Ihrer Suche.",
            way_out: Some(("In allen AVV-Status suchen", everything())),
        },
        (false, None, _) => Empty {
            title: "Nichts gefunden",
            // Only the operator sees whole addresses.
            text: if role.is_operator() {
                "Gesucht wird in Firma, Ort, Postleitzahl, Kundennummer, Vertragsnummer und E-Mail-Adresse. Wörter werden auch in der Mitte gefunden, ab drei Buchstaben; Ziffern von vorn."
            } else {
                "Gesucht wird in Firma, Ort, Postleitzahl, Kundennummer und Vertragsnummer. Wörter werden auch in der Mitte gefunden, ab drei Buchstaben; Ziffern von vorn."
            },
            way_out: Some((
                "Alle Kunden zeigen",
                state.with(|state| state.search.clear()),
            )),
        },
        (true, Some(_), _) => Empty {
            title: "Kein Kunde hat diesen AVV-Status",
            text: "Wählen Sie einen anderen AVV-Status oder alle Kunden.",
            way_out: Some(("Alle Kunden zeigen", everything())),
        },
        (true, None, _) if role.has(Duty::Care) && is_whole => Empty {
            title: "Noch keine Kunden",
            text: "Legen Sie den ersten an: mit seinen Stammdaten und, wenn Sie möchten, mit Vertriebspartner und erster Buchung.",
            way_out: Some(("Kunde anlegen", paths::ADD_CUSTOMER.to_owned())),
        },
        (true, None, _) => Empty {
            title: "Noch keine Kunden",
            text: "Sobald hier ein Kunde zugeordnet ist, sehen Sie ihn mit dem Stand seines AVV.",
            way_out: state.partner.map(|_| {
                (
                    "Kunden aller Vertriebspartner zeigen",
                    state.with(|state| state.partner = None),
                )
            }),
        },
    }
}
