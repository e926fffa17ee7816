//! The list of sub-processors on a given day, and the details of each (LC-24, LC-30).

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use crate::actions::ActionError;
use crate::app::App;
use crate::contract::check::COUNTRIES_AS_OF;
use crate::domain::sub_processor::Entry;
use crate::domain::{Language, SubProcessorId, calendar};
use crate::paths;
use crate::storage::sub_processors::{list_change_days, list_entries};
use crate::web::kit::dates::{parse_day, short};
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, Shell, html};
use crate::web::kit::sub_processors::Company;

/// The day of the list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    am: String,
}

#[derive(Template)]
#[template(path = "web/operation/sub_processors/list.html")]
struct ListPage {
    shell: Shell,
    day: NaiveDate,
    words: String,
    is_today: bool,
    lines: Vec<SubProcessorRow>,
    /// Other days on which the list changes.
    days: Vec<(NaiveDate, String)>,
}

struct SubProcessorRow {
    href: String,
    company: Company,
    period: String,
}

/// GET: the list on a day, today by default.
pub async fn list(
    app: web::Data<App>,
    me: Me,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let today = calendar::day(app.clock.now());
    let day = parse_day(asked.am.trim()).unwrap_or(today);
    let (entries, days) = app
        .db
        .read(|conn| -> Result<_, ActionError> {
            Ok((list_entries(conn)?, list_change_days(conn)?))
        })
        .await?;
    let mut days: Vec<NaiveDate> = days.into_iter().map(|(_, day)| day).collect();
    days.dedup();
    html(&ListPage {
        shell: Shell::load(&app, &me, paths::SUB_PROCESSORS).await?,
        day,
        words: calendar::long_date(day, Language::De),
        is_today: day == today,
        lines: entries
            .iter()
            .filter(|entry| entry.is_on(day))
            .map(|entry| SubProcessorRow {
                href: paths::sub_processor(entry.id),
                company: Company::of(&entry.facts, Language::De),
                period: period(entry),
            })
            .collect(),
        days: days.into_iter().map(|day| (day, short(day))).collect(),
    })
}

fn period(entry: &Entry) -> String {
    let from = short(entry.valid_from);
    match entry.valid_until.and_then(|until| until.pred_opt()) {
        Some(last) if last < entry.valid_from => "nie tätig".to_owned(),
        Some(last) => format!("{from} bis {}", short(last)),
        None => format!("seit {from}"),
    }
}

#[derive(Template)]
#[template(path = "web/operation/sub_processors/show.html")]
struct EntryPage {
    shell: Shell,
    de: Company,
    en: Company,
    register: String,
    period: String,
    came: Option<String>,
    leaves: Option<String>,
    countries: String,
}

/// GET: one company, with everything that contracts print about it in both languages.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    id: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let id: SubProcessorId = id.parse().map_err(|_| PageError::NotFound)?;
    let entries = app
        .db
        .read(|conn| -> Result<_, ActionError> { Ok(list_entries(conn)?) })
        .await?;
    let entry = entries
        .into_iter()
        .find(|entry| entry.id == id)
        .ok_or(PageError::NotFound)?;
    html(&EntryPage {
        shell: Shell::load(&app, &me, paths::SUB_PROCESSORS).await?,
        de: Company::of(&entry.facts, Language::De),
        en: Company::of(&entry.facts, Language::En),
        register: entry.facts.party.register.clone(),
        period: period(&entry),
        came: entry.added_by.map(paths::announcement),
        leaves: entry.removed_by.map(paths::announcement),
        countries: COUNTRIES_AS_OF
            .parse()
            .map(short)
            .unwrap_or_else(|_| COUNTRIES_AS_OF.clone()),
    })
}
