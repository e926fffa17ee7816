//! The clock of a development portal, with which fourteen days can pass in a demo.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::TimeDelta;

use crate::app::App;
use crate::domain::{Language, calendar};
use crate::web::kit::error::PageError;
use crate::web::kit::form::{FieldErrors, PublicForm};
use crate::web::kit::page::{PublicShell, html, invalid, see_other};

/// Address of the page.
const CLOCK: &str = "/dev/uhr";
/// Largest step in days.
const MOST_DAYS: i64 = 400;

#[derive(Template)]
#[template(path = "web/dev/clock.html")]
struct Page {
    shell: PublicShell,
    now: String,
    now_machine: String,
    days: String,
    hours: String,
    errors: FieldErrors,
}

/// GET: the portal's present time.
pub async fn show(app: web::Data<App>) -> Result<HttpResponse, PageError> {
    let typed = ("15".to_owned(), "0".to_owned());
    html(&page(&app, typed, FieldErrors::default()).await?)
}

/// POST: sets the clock forward. The scheduler then does what has become due, as in production.
pub async fn advance(
    app: web::Data<App>,
    PublicForm(form): PublicForm,
) -> Result<HttpResponse, PageError> {
    let typed = (form.get("tage").to_owned(), form.get("stunden").to_owned());
    let mut errors = FieldErrors::default();
    let days = number(&typed.0, MOST_DAYS);
    let hours = number(&typed.1, 23);
    if days.is_none() {
        errors.add("tage", format!("Geben Sie 0 bis {MOST_DAYS} Tage ein"));
    }
    if hours.is_none() {
        errors.add("stunden", "Geben Sie 0 bis 23 Stunden ein");
    }
    let page = page(&app, typed, errors).await?;
    let (Some(days), Some(hours)) = (days, hours) else {
        return invalid(&page);
    };
    app.clock
        .advance(TimeDelta::days(days) + TimeDelta::hours(hours));
    Ok(see_other(CLOCK))
}

fn number(typed: &str, most: i64) -> Option<i64> {
    let typed = typed.trim();
    let number = if typed.is_empty() {
        0
    } else {
        typed.parse().ok()?
    };
    (0..=most).contains(&number).then_some(number)
}

async fn page(
    app: &App,
    (days, hours): (String, String),
    errors: FieldErrors,
) -> Result<Page, PageError> {
    if app.config.environment.is_production() || !app.clock.is_settable() {
        return Err(PageError::NotFound);
    }
    let now = app.clock.now();
    Ok(Page {
        shell: PublicShell::load(app, Language::De).await?,
        now: calendar::long_moment(now, Language::De),
        now_machine: calendar::machine_moment(now),
        days,
        hours,
        errors,
    })
}
