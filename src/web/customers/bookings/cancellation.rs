//! "Kündigen", a booking or its option: with the end of a day, or at once; and taking a cancellation
//! back (rows 19, 43, 44, B5).

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use serde::Deserialize;

use super::confirmation::{carry_out, confirm};
use super::plan::{End, Plan, booked, option_of, place_of};
use crate::app::App;
use crate::domain::case::{Booking, Case, Refusal};
use crate::domain::{CustomerNumber, Language, calendar};
use crate::paths;
use crate::web::kit::customer::{Subject, find};
use crate::web::kit::dates::parse_day;
use crate::web::kit::error::PageError;
use crate::web::kit::form::{FieldErrors, Form};
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::refusals;
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;

/// The latest day that can be chosen, counted from today; a later one is taken for a typing error.
const LONGEST: Days = Days::new(3660);

#[derive(Template)]
#[template(path = "web/customers/bookings/cancellation.html")]
struct Page {
    shell: Shell,
    subject: Subject,
    /// Name of what is cancelled.
    booking: String,
    /// Whether only an option is cancelled.
    is_option: bool,
    action: String,
    today: NaiveDate,
    last: NaiveDate,
    typed: Typed,
    errors: FieldErrors,
}

impl Page {
    /// What the last day means, as the hint of its field.
    fn day_hint(&self) -> &'static str {
        if self.is_option {
            "Bis einschließlich dieses Tages hat der Kunde die Option; das Produkt behält er."
        } else {
            "Bis einschließlich dieses Tages hat der Kunde das Produkt."
        }
    }

    /// Attributes that limit the browser's calendar to sensible days.
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

/// GET: the form, or the consequences of the choice in the address.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    session: Session,
    path: web::Path<(CustomerNumber, usize)>,
    typed: web::Query<Typed>,
) -> Result<HttpResponse, PageError> {
    show_one(
        &app,
        &me,
        &session,
        &Ends::Booking,
        *path,
        typed.into_inner(),
    )
    .await
}

/// GET: the same for an option.
pub async fn show_option(
    app: web::Data<App>,
    me: Me,
    session: Session,
    path: web::Path<(CustomerNumber, usize, String)>,
    typed: web::Query<Typed>,
) -> Result<HttpResponse, PageError> {
    let (number, place, option) = path.into_inner();
    let ends = Ends::Option(option);
    show_one(
        &app,
        &me,
        &session,
        &ends,
        (number, place),
        typed.into_inner(),
    )
    .await
}

async fn show_one(
    app: &web::Data<App>,
    me: &Me,
    session: &Session,
    ends: &Ends,
    (number, place): (CustomerNumber, usize),
    mut typed: Typed,
) -> Result<HttpResponse, PageError> {
    let case = find(app, number).await?;
    let place = place_of(&case, place)?;
    let now = app.clock.now();
    let booking = &case.bookings[place];
    if !booking.is_active(now) || !ends.is_there(booking, now) {
        return Ok(session.refused(
            refusals::sentence(Refusal::UnknownBooking),
            paths::customer(case.customer.number),
        ));
    }
    if typed.ende.is_empty() && typed.tag.is_empty() {
        typed.tag = calendar::day(now).to_string();
        return html(&page(app, me, ends, &case, place, typed, FieldErrors::default()).await?);
    }
    let mut errors = FieldErrors::default();
    match read(app, ends.last_day(&case, place), &typed, &mut errors) {
        Some(end) => confirm(app, me, session, &case, &ends.plan(place, end)).await,
        None => invalid(&page(app, me, ends, &case, place, typed, errors).await?),
    }
}

/// POST: cancels, or takes the cancellation back.
pub async fn cancel(
    app: web::Data<App>,
    me: Me,
    session: Session,
    path: web::Path<(CustomerNumber, usize)>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    cancel_one(&app, &me, &session, &Ends::Booking, *path, &form).await
}

/// POST: the same for an option.
pub async fn cancel_option(
    app: web::Data<App>,
    me: Me,
    session: Session,
    path: web::Path<(CustomerNumber, usize, String)>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (number, place, option) = path.into_inner();
    let ends = Ends::Option(option);
    cancel_one(&app, &me, &session, &ends, (number, place), &form).await
}

async fn cancel_one(
    app: &web::Data<App>,
    me: &Me,
    session: &Session,
    ends: &Ends,
    (number, place): (CustomerNumber, usize),
    form: &Form,
) -> Result<HttpResponse, PageError> {
    let case = find(app, number).await?;
    let place = place_of(&case, place)?;
    let typed = Typed {
        ende: form.get("ende").to_owned(),
        tag: form.get("tag").to_owned(),
    };
    let mut errors = FieldErrors::default();
    let Some(end) = read(app, ends.last_day(&case, place), &typed, &mut errors) else {
        return invalid(&page(app, me, ends, &case, place, typed, errors).await?);
    };
    let plan = ends.plan(place, end);
    carry_out(app, me, session, case.customer.number, &plan, form).await
}

/// What is cancelled: a booking or one of its options.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Ends {
    /// The booking as a whole.
    Booking,
    /// One of its options, by its code; the product goes on.
    Option(String),
}

impl Ends {
    fn plan(&self, place: usize, end: End) -> Plan {
        match self {
            Self::Booking => Plan::Cancel { place, end },
            Self::Option(option) => Plan::CancelOption {
                place,
                option: option.clone(),
                end,
            },
        }
    }

    fn name(&self, case: &Case, place: usize) -> String {
        match self {
            Self::Booking => booked(case, place),
            Self::Option(option) => option_of(case, place, option),
        }
    }

    /// Whether the booking has it at `now`.
    fn is_there(&self, booking: &Booking, now: DateTime<Utc>) -> bool {
        match self {
            Self::Booking => true,
            Self::Option(option) => booking.options_at(now).contains(option),
        }
    }

    /// The booking's own last day; its option cannot end later.
    fn last_day(&self, case: &Case, place: usize) -> Option<NaiveDate> {
        let end = case.bookings.get(place).and_then(|booking| booking.ends_at);
        end.filter(|_| *self != Self::Booking)
            .map(|end| calendar::day(end - Duration::milliseconds(1)))
    }
}

fn read(
    app: &App,
    last_day: Option<NaiveDate>,
    typed: &Typed,
    errors: &mut FieldErrors,
) -> Option<End> {
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
                Some(day) => {
                    if let Some(last) = last_day.filter(|last| day >= *last) {
                        errors.add(
                            "tag",
                            format!(
                                "Die Buchung selbst endet schon am {}. Wählen Sie einen früheren Tag",
                                calendar::short_date(last, Language::De)
                            ),
                        );
                    }
                }
            }
            day.filter(|_| errors.is_empty()).map(End::After)
        }
        _ => {
            errors.add("ende", "Wählen Sie, wann sie endet");
            None
        }
    }
}

async fn page(
    app: &App,
    me: &Me,
    ends: &Ends,
    case: &Case,
    place: usize,
    typed: Typed,
    errors: FieldErrors,
) -> Result<Page, PageError> {
    let today = calendar::day(app.clock.now());
    Ok(Page {
        shell: Shell::load(app, me, paths::CUSTOMERS).await?,
        subject: Subject::of(case),
        booking: ends.name(case, place),
        is_option: *ends != Ends::Booking,
        action: match ends {
            Ends::Booking => paths::cancel_booking(case.customer.number, place + 1),
            Ends::Option(option) => paths::cancel_option(case.customer.number, place + 1, option),
        },
        today,
        last: today + LONGEST,
        typed,
        errors,
    })
}
