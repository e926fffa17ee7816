//! "Kündigen": with the end of a day, or at once; and taking a cancellation back (rows 19, 43, 44).

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{Days, NaiveDate};
use serde::Deserialize;

use super::booking_plan::{End, Plan, booked, carry_out, confirm, place_of};
use super::objection::parse_day;
use super::{Subject, find};
use crate::app::App;
use crate::domain::case::{Case, Refusal};
use crate::domain::{CustomerNumber, calendar};
use crate::paths;
use crate::web::error::PageError;
use crate::web::form::{FieldErrors, SignedForm};
use crate::web::page::{Me, Shell, html, invalid, see_other};
use crate::web::refusals;
use crate::web::session::flash;

/// Nobody cancels longer ahead; a year with a digit too many is a slip.
const LONGEST: Days = Days::new(3660);

#[derive(Template)]
#[template(path = "web/operation/cancellation.html")]
struct Page {
    shell: Shell,
    subject: Subject,
    booking: String,
    action: String,
    today: NaiveDate,
    last: NaiveDate,
    typed: Typed,
    errors: FieldErrors,
}

impl Page {
    /// Attributes that keep the browser's calendar to sensible days.
    fn day_limits(&self) -> String {
        format!("min=\"{}\" max=\"{}\"", self.today, self.last)
    }
}

/// What was chosen: `ende` is `tag`, `sofort` or `keins`.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct Typed {
    ende: String,
    tag: String,
}

/// The form, or what the choice in the address means.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    session: Session,
    path: web::Path<(i64, usize)>,
    typed: web::Query<Typed>,
) -> Result<HttpResponse, PageError> {
    let case = find(&app, CustomerNumber(path.0)).await?;
    let place = place_of(&case, path.1)?;
    if !case.bookings[place].is_active(app.clock.now()) {
        flash(&session, false, refusals::sentence(Refusal::UnknownBooking));
        return Ok(see_other(paths::customer(case.customer.number)));
    }
    let mut typed = typed.into_inner();
    if typed.ende.is_empty() && typed.tag.is_empty() {
        typed.tag = calendar::day(app.clock.now()).to_string();
        return html(&page(&app, &me, &case, place, typed, FieldErrors::default()).await?);
    }
    let mut errors = FieldErrors::default();
    match read(&app, &typed, &mut errors) {
        Some(end) => confirm(&app, &me, &session, &case, &Plan::Cancel { place, end }).await,
        None => invalid(&page(&app, &me, &case, place, typed, errors).await?),
    }
}

/// Cancels, or takes the cancellation back.
pub async fn cancel(
    app: web::Data<App>,
    me: Me,
    session: Session,
    path: web::Path<(i64, usize)>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let case = find(&app, CustomerNumber(path.0)).await?;
    let place = place_of(&case, path.1)?;
    let typed = Typed {
        ende: form.get("ende").to_owned(),
        tag: form.get("tag").to_owned(),
    };
    let mut errors = FieldErrors::default();
    let Some(end) = read(&app, &typed, &mut errors) else {
        return invalid(&page(&app, &me, &case, place, typed, errors).await?);
    };
    let plan = Plan::Cancel { place, end };
    carry_out(&app, &me, &session, case.customer.number, &plan, &form).await
}

fn read(app: &App, typed: &Typed, errors: &mut FieldErrors) -> Option<End> {
    let today = calendar::day(app.clock.now());
    match typed.ende.as_str() {
        "sofort" => Some(End::Now),
        "keins" => Some(End::Never),
        "tag" => {
            let day = parse_day(typed.tag.trim());
            match day {
                None => errors.add(
                    "tag",
                    "Geben Sie den letzten Tag ein, zum Beispiel 31.12.2026",
                ),
                Some(day) if day < today => {
                    errors.add("tag", "Der letzte Tag darf nicht vor heute liegen");
                }
                Some(day) if day > today + LONGEST => {
                    errors.add(
                        "tag",
                        "Der letzte Tag liegt zu weit in der Zukunft. Prüfen Sie das Jahr",
                    );
                }
                Some(_) => {}
            }
            day.filter(|_| errors.is_empty()).map(End::After)
        }
        _ => {
            errors.add("ende", "Wählen Sie, wann die Buchung endet");
            None
        }
    }
}

async fn page(
    app: &App,
    me: &Me,
    case: &Case,
    place: usize,
    typed: Typed,
    errors: FieldErrors,
) -> Result<Page, PageError> {
    let today = calendar::day(app.clock.now());
    Ok(Page {
        shell: Shell::load(app, me, paths::CUSTOMERS).await?,
        subject: Subject::of(case),
        booking: booked(case, place),
        action: paths::cancel_booking(case.customer.number, place + 1),
        today,
        last: today + LONGEST,
        typed,
        errors,
    })
}
