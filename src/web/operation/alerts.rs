//! Hinweise: what needs an administrator (M14), who has taken it, and how it was finished.

use std::collections::BTreeMap;

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::DateTime;

use super::parts::alert_lines::{Item, item};
use crate::actions::ActionError;
use crate::actions::alerts::{self, Taken};
use crate::app::App;
use crate::domain::alert::AlertKind;
use crate::domain::export::ExportedList;
use crate::domain::{AlertId, Language, PartnerId, UserId, name};
use crate::paths;
use crate::storage::alerts::{
    AlertCursor, AlertFilter, AlertLine, Whose, count_alerts, page_alerts,
};
use crate::web::kit::error::PageError;
use crate::web::kit::export::{Export, ROWS, answer};
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, Tab, html, invalid};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;
use crate::wording::dates::short_moment;

/// Alerts per page.
const PAGE: usize = 50;
/// Counts stop at this number.
const COUNT_CAP: i64 = 1000;
/// Longest note in characters.
const LONGEST_NOTE: usize = 300;

#[derive(Template)]
#[template(path = "web/operation/alerts.html")]
struct Page {
    shell: Shell,
    tabs: Vec<Tab>,
    kinds: Vec<Choice>,
    whose: &'static str,
    is_narrowed: bool,
    is_all: bool,
    alerts: Vec<Item>,
    back: String,
    is_later: bool,
    first: String,
    next: Option<String>,
    sheet: String,
    errors: FieldErrors,
}

/// An option of the select of kinds.
struct Choice {
    key: &'static str,
    word: &'static str,
    chosen: bool,
}

/// The query of the address. Values that make no sense are ignored rather than refused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Asked {
    filter: AlertFilter,
    after: Option<AlertCursor>,
}

const MINE: &str = "meine";
const ALL: &str = "alle";

impl Asked {
    fn read(query: &BTreeMap<String, String>, me: UserId) -> Self {
        let get = |name: &str| query.get(name).map_or("", |text| text.trim());
        Self {
            filter: AlertFilter {
                whose: match get("welche") {
                    MINE => Whose::Of(me),
                    ALL => Whose::All,
                    _ => Whose::Open,
                },
                kind: AlertKind::from_key(get("art")),
            },
            after: place(get("ab")),
        }
    }

    fn href(self) -> String {
        self.address(paths::ALERTS)
    }

    /// The list as CSV, from its beginning.
    fn sheet(self) -> String {
        let all = Self {
            after: None,
            ..self
        };
        all.address(paths::ALERTS_SHEET)
    }

    fn address(self, path: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        match self.filter.whose {
            Whose::Open => {}
            Whose::Of(_) => {
                query.append_pair("welche", MINE);
            }
            Whose::All => {
                query.append_pair("welche", ALL);
            }
        }
        if let Some(kind) = self.filter.kind {
            query.append_pair("art", kind.key());
        }
        if let Some(after) = self.after {
            let place = format!("{}-{}", after.at.timestamp_micros(), after.id);
            query.append_pair("ab", &place);
        }
        match query.finish() {
            query if query.is_empty() => path.to_owned(),
            query => format!("{path}?{query}"),
        }
    }

    fn with(self, whose: Whose) -> Self {
        let filter = AlertFilter {
            whose,
            ..self.filter
        };
        Self {
            filter,
            after: None,
        }
    }
}

fn place(text: &str) -> Option<AlertCursor> {
    let (at, id) = text.split_once('-')?;
    Some(AlertCursor {
        at: DateTime::from_timestamp_micros(at.parse().ok()?)?,
        id: AlertId(id.parse().ok()?),
    })
}

/// GET: the list.
pub async fn list(
    app: web::Data<App>,
    me: Me,
    query: web::Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, PageError> {
    let asked = Asked::read(&query, me.viewer.user);
    html(&page(&app, &me, asked, FieldErrors::default()).await?)
}

/// GET: the list as CSV.
pub async fn sheet(
    app: web::Data<App>,
    me: Me,
    request: HttpRequest,
    query: web::Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, PageError> {
    let filter = Asked::read(&query, me.viewer.user).filter;
    let export = Export {
        list: ExportedList::Alerts,
        narrowed: filter != AlertFilter::default(),
        head: SHEET_HEAD.to_vec(),
        first: None,
    };
    answer(&app, &me, &request, export, move |conn, after, sheet| {
        let limit = i64::try_from(ROWS).unwrap_or(i64::MAX);
        let alerts = page_alerts(conn, filter, *after, limit)?;
        for alert in &alerts {
            sheet.row(cells(alert));
        }
        let last = alerts.last().filter(|_| alerts.len() >= ROWS);
        Ok(last.map(|last| {
            Some(AlertCursor {
                at: last.raised_at,
                id: last.id,
            })
        }))
    })
    .await
}

/// Columns of the list as CSV.
const SHEET_HEAD: &[&str] = &[
    "Hinweis",
    "Kundennummer",
    "Kunde",
    "Vertriebspartner",
    "Seit",
    "Übernommen von",
    "Übernommen am",
    "Erledigt am",
    "Erledigt von",
    "Notiz",
];

fn cells(alert: &AlertLine) -> Vec<String> {
    let (holder, held) = match &alert.taken {
        Some((_, name, at)) => (name.clone(), short_moment(*at, Language::De)),
        None => Default::default(),
    };
    let (done, by) = match &alert.done {
        Some((at, by)) => (
            short_moment(*at, Language::De),
            by.clone().unwrap_or_else(|| "von selbst".to_owned()),
        ),
        None => Default::default(),
    };
    let name = |(_, name): &(PartnerId, String)| name.clone();
    vec![
        alert.kind.word().to_owned(),
        alert.customer.map(String::from).unwrap_or_default(),
        alert
            .company
            .as_ref()
            .map(|(name, _)| name.clone())
            .unwrap_or_default(),
        alert.partner.as_ref().map(name).unwrap_or_default(),
        short_moment(alert.raised_at, Language::De),
        holder,
        held,
        done,
        by,
        alert.note.clone().unwrap_or_default(),
    ]
}

async fn page(app: &App, me: &Me, asked: Asked, errors: FieldErrors) -> Result<Page, PageError> {
    let user = me.viewer.user;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let (mut lines, open, mine) = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            let mut count = |whose| {
                let filter = asked.with(whose).filter;
                count_alerts(conn, filter, COUNT_CAP)
            };
            let (open, mine) = (count(Whose::Open)?, count(Whose::Of(user))?);
            let lines = page_alerts(conn, asked.filter, asked.after, limit)?;
            Ok((lines, open, mine))
        })
        .await?;
    let has_next = lines.len() > PAGE;
    lines.truncate(PAGE);
    let last = lines.last().filter(|_| has_next);
    let next = last.map(|last| {
        let after = Some(AlertCursor {
            at: last.raised_at,
            id: last.id,
        });
        Asked { after, ..asked }.href()
    });
    let whose = asked.filter.whose;
    let tab = |word, list, count: Option<i64>| Tab {
        word,
        count: count.map(capped),
        href: asked.with(list).href(),
        is_current: list == whose,
    };
    Ok(Page {
        shell: Shell::load(app, me, paths::ALERTS).await?,
        tabs: vec![
            tab("Offene", Whose::Open, Some(open)),
            tab("Meine", Whose::Of(user), Some(mine)),
            tab("Alle", Whose::All, None),
        ],
        kinds: AlertKind::ALL
            .iter()
            .map(|&kind| Choice {
                key: kind.key(),
                word: kind.word(),
                chosen: asked.filter.kind == Some(kind),
            })
            .collect(),
        whose: match whose {
            Whose::Open => "",
            Whose::Of(_) => MINE,
            Whose::All => ALL,
        },
        is_narrowed: asked.filter.kind.is_some(),
        is_all: whose == Whose::All,
        alerts: lines
            .into_iter()
            .map(|line| item(line, &me.viewer))
            .collect(),
        back: asked.href(),
        is_later: asked.after.is_some(),
        first: asked.with(whose).href(),
        next,
        sheet: asked.sheet(),
        errors,
    })
}

fn capped(count: i64) -> String {
    if count > COUNT_CAP {
        "1.000+".to_owned()
    } else {
        count.to_string()
    }
}

/// POST: takes an alert. If another administrator was faster, the message names them.
pub async fn take(
    app: web::Data<App>,
    me: Me,
    session: Session,
    alert: web::Path<i64>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (now, viewer, id) = (app.clock.now(), me.viewer.clone(), AlertId(*alert));
    let seen = form.get("von").parse().ok().map(UserId);
    let done = app
        .db
        .transaction(move |conn| alerts::take(conn, &viewer, id, seen, now))
        .await?;
    let back = way_back(form.get("zurueck"));
    Ok(match done {
        Taken::Mine => session.succeeded("Sie haben den Hinweis übernommen.", back),
        Taken::Others(name) => {
            session.refused(format!("Diesen Hinweis hat {name} schon übernommen."), back)
        }
        Taken::Done => session.refused(DONE, back),
    })
}

const DONE: &str = "Dieser Hinweis ist schon erledigt.";

/// POST: finishes an alert, with an optional note.
pub async fn finish(
    app: web::Data<App>,
    me: Me,
    session: Session,
    alert: web::Path<i64>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (now, viewer, id) = (app.clock.now(), me.viewer.clone(), AlertId(*alert));
    let note = name::clean(form.get("notiz"));
    if note.chars().count() > LONGEST_NOTE {
        let mut errors = FieldErrors::default();
        errors.add("hinweise", "Kürzen Sie die Notiz auf 300 Zeichen");
        return invalid(&page(&app, &me, Asked::default(), errors).await?);
    }
    let done = app
        .db
        .transaction(move |conn| alerts::finish(conn, &viewer, id, &note, now))
        .await;
    let back = way_back(form.get("zurueck"));
    match done {
        Ok(false) => Ok(session.refused(DONE, back)),
        done => session.respond(done, |_| "Der Hinweis ist erledigt.", back),
    }
}

/// The page the button was on: only the start page and this list are accepted.
fn way_back(page: &str) -> &str {
    let is_ours = page == paths::OPERATION
        || page
            .strip_prefix(paths::ALERTS)
            .is_some_and(|rest| rest.starts_with('?'));
    if is_ours { page } else { paths::ALERTS }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_survives_the_address() {
        let me = UserId(7);
        let at = DateTime::from_timestamp_micros(1_764_000_000_123_456).unwrap_or_default();
        let place = AlertCursor { at, id: AlertId(9) };
        for whose in [Whose::Open, Whose::Of(me), Whose::All] {
            for (kind, after) in [(None, None), (Some(AlertKind::Dissent), Some(place))] {
                let filter = AlertFilter { whose, kind };
                let asked = Asked { filter, after };
                let href = asked.href();
                let query = href.split_once('?').map_or("", |(_, query)| query);
                let query = url::form_urlencoded::parse(query.as_bytes())
                    .into_owned()
                    .collect();
                assert_eq!(Asked::read(&query, me), asked, "{href}");
            }
        }
    }

    #[test]
    fn a_button_leads_back_to_its_own_page_only() {
        for (page, to) in [
            ("/betrieb", "/betrieb"),
            (
                "/betrieb/hinweise?welche=alle",
                "/betrieb/hinweise?welche=alle",
            ),
            ("", "/betrieb/hinweise"),
            ("//boese.example", "/betrieb/hinweise"),
            ("/betrieb/hinweise.boese.example", "/betrieb/hinweise"),
            ("https://boese.example/betrieb", "/betrieb/hinweise"),
        ] {
            assert_eq!(way_back(page), to);
        }
    }
}
