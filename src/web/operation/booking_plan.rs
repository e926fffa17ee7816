//! What an operator is about to do with a booking: the confirmation page says what it means, the
//! button does it, and only while the facts are the ones that page was made of.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;

use super::booking::{ask_again, asks, read_choice};
use super::cancellation::option_of;
use crate::actions::seen::{is_as_seen, stamp};
use crate::actions::{ActionError, Outcome, bookings};
use crate::app::App;
use crate::domain::case::{Case, Event, Refusal, foresee};
use crate::domain::{CustomerNumber, Language, calendar};
use crate::paths;
use crate::web::consequences::{Part, consequences};
use crate::web::doubts::{Doubt, weigh};
use crate::web::kit::customer::{Subject, find};
use crate::web::kit::error::PageError;
use crate::web::kit::form::Form;
use crate::web::kit::page::{Me, Shell, html, see_other};
use crate::web::kit::refusals;
use crate::web::kit::session::flash;
use crate::web::kit::signed_form::SignedForm;

/// What is about to be done. Places are those of [`Case::bookings`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// A product is added.
    Book { product: String, ums: bool },
    /// The UMS option is switched on.
    Option { place: usize },
    /// The UMS option ends, or stays after all; the product goes on.
    CancelOption { place: usize, end: End },
    /// The booking ends, or goes on after all.
    Cancel { place: usize, end: End },
}

/// When a booking ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// At the moment of saving.
    Now,
    /// With the end of this day in Berlin.
    After(NaiveDate),
    /// Not at all.
    Never,
}

impl End {
    /// The moment from which the booking is gone.
    fn moment(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::Now => Some(now),
            Self::After(day) => Some(calendar::end_of_day(day) + chrono::Duration::milliseconds(1)),
            Self::Never => None,
        }
    }

    /// The same as the form's fields.
    fn fields(self) -> Vec<(&'static str, String)> {
        match self {
            Self::Now => vec![("ende", "sofort".to_owned())],
            Self::After(day) => vec![("ende", "tag".to_owned()), ("tag", day.to_string())],
            Self::Never => vec![("ende", "keins".to_owned())],
        }
    }
}

impl Plan {
    fn event(&self, now: DateTime<Utc>) -> Event {
        match self {
            Self::Book { product, ums } => Event::Booked {
                product: product.clone(),
                ums: *ums,
            },
            Self::Option { place } => Event::OptionChanged {
                booking: *place,
                ums: true,
            },
            Self::CancelOption { place, end } => Event::OptionCancelled {
                booking: *place,
                ends_at: end.moment(now),
            },
            Self::Cancel { place, end } => Event::Cancelled {
                booking: *place,
                ends_at: end.moment(now),
            },
        }
    }

    /// Question of the page and word on its button.
    fn words(&self, case: &Case) -> (String, &'static str) {
        match self {
            Self::Book { product, ums } => (
                format!("{} buchen?", name(case, product, *ums)),
                "Buchung speichern",
            ),
            Self::Option { place } => (
                format!("UMS-Option für {} einschalten?", booked(case, *place)),
                "UMS-Option einschalten",
            ),
            Self::Cancel { place, end } | Self::CancelOption { place, end } => {
                let name = self.what(case, *place);
                match end {
                    End::Now => (format!("{name} sofort beenden?"), "Sofort beenden"),
                    End::After(day) => (
                        format!(
                            "{name} zum {} kündigen?",
                            calendar::long_date(*day, Language::De)
                        ),
                        "Kündigung speichern",
                    ),
                    End::Never => (
                        format!("Kündigung von {name} zurücknehmen?"),
                        "Kündigung zurücknehmen",
                    ),
                }
            }
        }
    }

    /// What ends: the booking, or only its option.
    fn what(&self, case: &Case, place: usize) -> String {
        match self {
            Self::CancelOption { .. } => option_of(case, place),
            _ => booked(case, place),
        }
    }

    /// Where the form is posted to, and what it carries.
    fn form(&self, number: CustomerNumber) -> (String, Vec<(&'static str, String)>) {
        match self {
            Self::Book { product, ums } => (
                paths::booking(number),
                vec![(
                    "produkt",
                    format!("{product}{}", if *ums { super::booking::UMS } else { "" }),
                )],
            ),
            Self::Option { place } => (paths::booking_option(number, place + 1), Vec::new()),
            Self::Cancel { place, end } => (paths::cancel_booking(number, place + 1), end.fields()),
            Self::CancelOption { place, end } => {
                (paths::cancel_option(number, place + 1), end.fields())
            }
        }
    }

    /// Where this plan is confirmed.
    fn confirmation(&self, number: CustomerNumber) -> String {
        let (path, fields) = self.form(number);
        let path = match self {
            Self::Book { .. } => paths::confirm_booking(number),
            _ => path,
        };
        let query: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        match query.is_empty() {
            true => path,
            false => format!("{path}?{}", query.join("&")),
        }
    }

    /// What the next page says.
    fn said(&self, outcome: &Outcome) -> String {
        let what = match self {
            Self::Book { product, ums } => {
                format!("{} ist gebucht.", name(&outcome.after, product, *ums))
            }
            Self::Option { .. } => "Die UMS-Option ist eingeschaltet.".to_owned(),
            Self::Cancel { place, end } | Self::CancelOption { place, end } => {
                let name = self.what(&outcome.before, *place);
                match end {
                    End::Now => format!("{name} ist beendet."),
                    End::After(day) => format!(
                        "{name} ist zum {} gekündigt.",
                        calendar::long_date(*day, Language::De)
                    ),
                    End::Never => format!("Die Kündigung von {name} ist zurückgenommen."),
                }
            }
        };
        let asked = asks(&outcome.changes);
        match outcome.after.customer.email().filter(|_| asked) {
            Some(email) => format!(
                "{what} Der Kunde erhält jetzt eine E-Mail an {}.",
                email.as_str()
            ),
            None => what,
        }
    }
}

/// Printed name of a booking.
pub fn booked(case: &Case, place: usize) -> String {
    case.bookings
        .get(place)
        .map(|one| name(case, &one.product, one.ums))
        .unwrap_or_default()
}

/// Printed name of a product as it is booked.
pub fn name(case: &Case, product: &str, ums: bool) -> String {
    case.product(product)
        .map_or_else(|| product.to_owned(), |known| known.booked_name(ums))
}

#[derive(Template)]
#[template(path = "web/operation/booking_plan.html")]
struct Page {
    shell: Shell,
    subject: Subject,
    question: String,
    /// A later day or another booking might have been meant.
    hint: Option<&'static str>,
    doubts: Vec<Doubt>,
    meaning: Vec<Part>,
    action: String,
    fields: Vec<(&'static str, String)>,
    stamp: String,
    button: &'static str,
}

/// The page that says what the plan means, or the profile with the reason why it cannot be done.
pub async fn confirm(
    app: &App,
    me: &Me,
    session: &Session,
    case: &Case,
    plan: &Plan,
) -> Result<HttpResponse, PageError> {
    let (now, number) = (app.clock.now(), case.customer.number);
    let seen = match foresee(case, &plan.event(now), now) {
        Ok(seen) => seen,
        Err(refusal) => return Ok(refused(session, number, refusal)),
    };
    let doubts = match weigh(app, me.viewer.role, case, &seen.after).await? {
        Ok(doubts) => doubts,
        Err(refusal) => return Ok(refused(session, number, refusal)),
    };
    let shell = Shell::load(app, me, paths::CUSTOMERS).await?;
    let (question, button) = plan.words(case);
    let (action, fields) = plan.form(number);
    let is_booked = matches!(plan, Plan::Book { product, ums }
        if case.active_products(now).iter().any(|(one, with)| one.code == *product && with == ums));
    html(&Page {
        doubts,
        meaning: consequences(&shell.operator.short_name, &seen),
        subject: Subject::of(case),
        question,
        hint: is_booked.then_some(
            "Der Kunde hat dieses Produkt schon. Buchen Sie es noch einmal nur, wenn er es wirklich zweimal hat, zum Beispiel für einen weiteren Standort.",
        ),
        action,
        fields,
        stamp: stamp(case),
        button,
        shell,
    })
}

/// Does it, if the facts are those the confirmation was made of; otherwise leads to a new one.
pub async fn carry_out(
    app: &web::Data<App>,
    me: &Me,
    session: &Session,
    number: CustomerNumber,
    plan: &Plan,
    form: &Form,
) -> Result<HttpResponse, PageError> {
    let (now, handles, viewer) = (app.clock.now(), app.clone(), me.viewer.clone());
    let (own, seen) = (plan.clone(), form.get("stand").to_owned());
    let done = app
        .db
        .transaction(move |conn| {
            if !is_as_seen(conn, &handles, number, &seen)? {
                return Ok(None);
            }
            match &own {
                Plan::Book { product, ums } => {
                    bookings::book(conn, &handles, &viewer, number, product, *ums, now)
                }
                Plan::Option { place } => {
                    bookings::switch_option_on(conn, &handles, &viewer, number, *place, now)
                }
                Plan::CancelOption { place, end } => {
                    let ends_at = end.moment(now);
                    bookings::cancel_option(conn, &handles, &viewer, number, *place, ends_at, now)
                }
                Plan::Cancel { place, end } => {
                    let ends_at = end.moment(now);
                    bookings::cancel(conn, &handles, &viewer, number, *place, ends_at, now)
                }
            }
            .map(Some)
        })
        .await;
    match done {
        Ok(Some(outcome)) => {
            flash(session, true, plan.said(&outcome));
            Ok(see_other(paths::customer(number)))
        }
        Ok(None) => {
            flash(
                session,
                false,
                "Seit Sie die Folgen gelesen haben, hat sich bei diesem Kunden etwas geändert. Bitte prüfen Sie sie noch einmal, bevor Sie speichern.",
            );
            Ok(see_other(plan.confirmation(number)))
        }
        Err(ActionError::Refused(refusal)) => Ok(refused(session, number, refusal)),
        Err(error) => Err(error.into()),
    }
}

fn refused(session: &Session, number: CustomerNumber, refusal: Refusal) -> HttpResponse {
    flash(session, false, refusals::sentence(refusal));
    see_other(paths::customer(number))
}

/// Product chosen on the page before.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Chosen {
    produkt: String,
}

/// What booking this product means.
pub async fn confirm_booking(
    app: web::Data<App>,
    me: Me,
    session: Session,
    number: web::Path<i64>,
    chosen: web::Query<Chosen>,
) -> Result<HttpResponse, PageError> {
    let case = find(&app, CustomerNumber(*number)).await?;
    match plan_booking(&case, &chosen.produkt) {
        Some(plan) => confirm(&app, &me, &session, &case, &plan).await,
        None => ask_again(&app, &me, &case).await,
    }
}

/// Adds the booking. If that makes an AVV due, the customer is asked in the same moment.
pub async fn book(
    app: web::Data<App>,
    me: Me,
    session: Session,
    number: web::Path<i64>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let case = find(&app, CustomerNumber(*number)).await?;
    match plan_booking(&case, form.get("produkt")) {
        Some(plan) => carry_out(&app, &me, &session, case.customer.number, &plan, &form).await,
        None => ask_again(&app, &me, &case).await,
    }
}

fn plan_booking(case: &Case, key: &str) -> Option<Plan> {
    read_choice(case, key).map(|(product, ums)| Plan::Book {
        product: product.code.clone(),
        ums,
    })
}

/// What switching the option on means.
pub async fn confirm_option(
    app: web::Data<App>,
    me: Me,
    session: Session,
    path: web::Path<(i64, usize)>,
) -> Result<HttpResponse, PageError> {
    let case = find(&app, CustomerNumber(path.0)).await?;
    let place = place_of(&case, path.1)?;
    confirm(&app, &me, &session, &case, &Plan::Option { place }).await
}

/// Switches the option on.
pub async fn switch_option_on(
    app: web::Data<App>,
    me: Me,
    session: Session,
    path: web::Path<(i64, usize)>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let case = find(&app, CustomerNumber(path.0)).await?;
    let plan = Plan::Option {
        place: place_of(&case, path.1)?,
    };
    carry_out(&app, &me, &session, case.customer.number, &plan, &form).await
}

/// Place in [`Case::bookings`] of the n-th booking, counted from 1.
pub fn place_of(case: &Case, n: usize) -> Result<usize, PageError> {
    n.checked_sub(1)
        .filter(|place| *place < case.bookings.len())
        .ok_or(PageError::NotFound)
}
