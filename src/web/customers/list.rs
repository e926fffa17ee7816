//! The list with its status column (requirements 4.3): search, filter, order and page stand in the
//! address, so every state of it can be linked to.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};

use super::filter::{FilterLine, count, groups, short_word};
use super::state::{Asked, State};
use crate::actions::ActionError;
use crate::app::App;
use crate::domain::case::{Status, detail};
use crate::domain::viewer::Role;
use crate::domain::{Language, PartnerId, calendar};
use crate::paths;
use crate::storage::case_rows::{CaseRow, Cursor, From, ListPage, Sort, count_statuses, list_rows};
use crate::web::error::PageError;
use crate::web::page::{Me, Shell, html};

#[derive(Template)]
#[template(path = "web/customers/list.html")]
struct ListView {
    shell: Shell,
    lead: String,
    /// Whether the operator looks: then the Mandant has a column and a filter.
    operator: bool,
    partners: Vec<Choice>,
    search: String,
    status: Option<&'static str>,
    sort: Option<&'static str>,
    filter_word: &'static str,
    all: FilterLine,
    groups: Vec<(&'static str, Vec<FilterLine>)>,
    heads: [Head; 2],
    caption: String,
    here: String,
    loaded: String,
    rows: Vec<Line>,
    note: Option<&'static str>,
    empty: Option<Empty>,
    on_page: String,
    previous: Option<String>,
    next: Option<String>,
}

struct Choice {
    id: PartnerId,
    name: String,
    chosen: bool,
}

struct Head {
    class: &'static str,
    word: &'static str,
    href: String,
    order: Option<&'static str>,
}

struct Line {
    number: String,
    company: String,
    city: String,
    partner: String,
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
    let state = State::read(&asked, role);
    let shell = Shell::load(&app, &me, paths::CUSTOMERS).await?;
    let (query, scope) = (state.query(role), state.scope(role));
    let partners = match role {
        Role::Operator => app.partner_names().await?,
        _ => Arc::default(),
    };
    let (page, counts) = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            let mut page = list_rows(conn, &query, now)?;
            let counts = match page.found.take() {
                Some(found) => found,
                None => count_statuses(conn, scope, now)?,
            };
            Ok((page, counts))
        })
        .await?;
    let lead = lead(role, &me.viewer.company);
    html(&view(
        shell, lead, &state, role, page, &counts, &partners, now,
    ))
}

fn lead(role: Role, company: &str) -> String {
    let whose = match role {
        Role::Partner(_) => format!("Alle Kunden von {company}"),
        Role::SubPartner(_) => format!("Die Kunden, die {company} betreut,"),
        Role::Operator | Role::Customer { .. } => "Alle Kunden".to_owned(),
    };
    format!("{whose} und der Stand ihres Auftragsverarbeitungsvertrags (AVV).")
}

#[expect(
    clippy::too_many_arguments,
    reason = "one value per thing that was read"
)]
fn view(
    shell: Shell,
    lead: String,
    state: &State,
    role: Role,
    page: ListPage,
    counts: &[(Status, i64)],
    partners: &[(PartnerId, String)],
    now: DateTime<Utc>,
) -> ListView {
    let place = |row: &CaseRow| Cursor {
        key: row.company_key.clone(),
        number: row.number.0,
    };
    let previous = page.rows.first().filter(|_| page.has_previous);
    let next = page.rows.last().filter(|_| page.has_next);
    ListView {
        shell,
        lead,
        operator: role == Role::Operator,
        partners: partners
            .iter()
            .map(|(id, name)| Choice {
                id: *id,
                name: name.clone(),
                chosen: state.partner == Some(*id),
            })
            .collect(),
        search: state.search.clone(),
        status: state.status.map(Status::key),
        sort: Some(state.sort_key()).filter(|key| *key != "firma"),
        filter_word: state.status.map_or("alle", short_word),
        all: FilterLine {
            key: "",
            word: "Alle Kunden",
            href: state.with(|state| state.status = None),
            count: count(counts.iter().map(|(_, count)| count).sum(), page.too_many),
            current: state.status.is_none(),
        },
        groups: groups(state, counts, page.too_many),
        heads: heads(state),
        caption: caption(state),
        here: state.href(),
        loaded: loaded(page.rows.len(), now),
        note: page.too_many.then_some(
            "Ihre Suche trifft auf mehr als 1.000 Kunden zu; gezeigt wird nur ein Teil. Geben Sie mehr vom Namen oder die Kundennummer ein.",
        ),
        empty: page.rows.is_empty().then(|| empty(state)),
        on_page: on_page(&page.rows, state.sort),
        previous: previous.map(|row| state.with(|state| state.from = From::Before(place(row)))),
        next: next.map(|row| state.with(|state| state.from = From::After(place(row)))),
        rows: page.rows.into_iter().map(|row| line(row, role, now)).collect(),
    }
}

fn heads(state: &State) -> [Head; 2] {
    let head = |class, word, by_number| {
        let chosen = state.sort.by_number == by_number;
        let descending = chosen && !state.sort.descending;
        Head {
            class,
            word,
            href: state.with(|state| {
                state.sort = Sort {
                    by_number,
                    descending,
                };
            }),
            order: chosen.then_some(if state.sort.descending {
                "descending"
            } else {
                "ascending"
            }),
        }
    };
    [head("c-no", "Nummer", true), head("c-name", "Firma", false)]
}

fn caption(state: &State) -> String {
    let by = if state.sort.by_number {
        "Kundennummer"
    } else {
        "Firma"
    };
    let down = if state.sort.descending {
        ", absteigend"
    } else {
        ""
    };
    format!("Kunden, nach {by} sortiert{down}")
}

fn loaded(rows: usize, now: DateTime<Utc>) -> String {
    let moment = calendar::short_moment(now, Language::De);
    let time = moment.rsplit(", ").next().unwrap_or_default();
    match rows {
        1 => format!("Status für einen Kunden geladen, {time} Uhr"),
        rows => format!("Status für {rows} Kunden geladen, {time} Uhr"),
    }
}

/// "13 Kunden auf dieser Seite, AK bis Zahnärzte".
fn on_page(rows: &[CaseRow], sort: Sort) -> String {
    let place = |row: &CaseRow| {
        if sort.by_number {
            return row.number.to_string();
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

fn line(row: CaseRow, role: Role, now: DateTime<Utc>) -> Line {
    use Status as S;
    let status = row.standing.status;
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
    Line {
        profile: paths::customer(row.number),
        status: paths::status(row.number),
        number: row.number.to_string(),
        company: row.company,
        city: row.city,
        partner: row.partner_name.unwrap_or_default(),
        products: row.products,
        key: status.key(),
        on_paper: row.on_paper,
        word: row.standing.word(),
        detail: detail(&row.standing, now),
        can_assign: before_conclusion
            && row.partner.is_some()
            && matches!(role, Role::Operator | Role::Partner(_)),
        ask: match status {
            S::Open | S::Expired | S::Declined | S::Void | S::RenewalRequired => {
                Some("Anforderung senden")
            }
            S::Requested | S::Reminded | S::Undeliverable | S::UpdatePending => {
                Some("Anforderung erneut senden")
            }
            S::NoEmail | S::Concluded | S::Ended | S::NotRequired => None,
        },
    }
}

fn empty(state: &State) -> Empty {
    let everything = || state.with(|state| state.status = None);
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
            text: "Gesucht wird nach dem Anfang von Wörtern im Firmennamen und nach dem Anfang der Kundennummer.",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_stop_at_a_thousand() {
        for (found, partial, expected) in [
            (0, false, "0"),
            (999, false, "999"),
            (1000, false, "1.000"),
            (1001, false, "1.000+"),
            (12, true, "12+"),
            (0, true, "0"),
        ] {
            assert_eq!(count(found, partial), expected);
        }
    }
}
