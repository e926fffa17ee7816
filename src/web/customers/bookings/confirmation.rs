//! The page that shows what a plan means, and the button that carries it out.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::choice::ask_again;
use super::plan::{Plan, place_of};
use crate::actions::bookings;
use crate::actions::form_version::{is_as_seen, stamp};
use crate::app::App;
use crate::domain::CustomerNumber;
use crate::domain::case::{Case, preview};
use crate::paths;
use crate::web::customers::parts::doubts::{Doubt, weigh};
use crate::web::customers::parts::product_choice::read_choice;
use crate::web::kit::customer::{Subject, find};
use crate::web::kit::effects::{Part, meaning};
use crate::web::kit::error::PageError;
use crate::web::kit::form::Form;
use crate::web::kit::page::{Me, Shell, html};
use crate::web::kit::refusals::sentence;
use crate::web::kit::respond::{Refuses as _, Respond as _};
use crate::web::kit::signed_form::SignedForm;

#[derive(Template)]
#[template(path = "web/customers/bookings/confirmation.html")]
struct Page {
    shell: Shell,
    subject: Subject,
    question: String,
    /// A hint that a later day or another booking may have been meant.
    hint: Option<&'static str>,
    doubts: Vec<Doubt>,
    meaning: Vec<Part>,
    action: String,
    fields: Vec<(&'static str, String)>,
    stamp: String,
    button: String,
}

/// The page that shows what the plan means, or the profile with the reason why it cannot be carried
/// out.
pub async fn confirm(
    app: &App,
    me: &Me,
    session: &Session,
    case: &Case,
    plan: &Plan,
) -> Result<HttpResponse, PageError> {
    let (now, number) = (app.clock.now(), case.customer.number);
    let preview = match preview(case, &plan.event(now), now) {
        Ok(preview) => preview,
        Err(refusal) => return Ok(session.refused(sentence(refusal), paths::customer(number))),
    };
    let doubts = match weigh(app, me.viewer.role, case, &preview.after).await? {
        Ok(doubts) => doubts,
        Err(refusal) => return Ok(session.refused(sentence(refusal), paths::customer(number))),
    };
    let shell = Shell::load(app, me, paths::CUSTOMERS).await?;
    let (question, button) = plan.words(case);
    let (action, fields) = plan.form(number);
    let is_booked = matches!(plan, Plan::Book { product, options }
        if case.active_products(now).iter().any(|(one, with)| one.code == *product && with == options));
    html(&Page {
        doubts,
        meaning: meaning(&shell.operator.short_name, &preview),
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

/// Carries the plan out if the facts are those the confirmation was made from; otherwise shows a
/// new confirmation.
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
                Plan::Book { product, options } => {
                    bookings::book(conn, &handles, &viewer, number, product, options, now)
                }
                Plan::Option { place, option } => {
                    bookings::switch_option_on(conn, &handles, &viewer, number, *place, option, now)
                }
                Plan::CancelOption { place, option, end } => {
                    let (which, ends_at) = ((*place, option.as_str()), end.moment(now));
                    bookings::cancel_option(conn, &handles, &viewer, number, which, ends_at, now)
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
        Ok(Some(outcome)) => Ok(session.succeeded(
            plan.said(&outcome),
            paths::customer(number),
        )),
        Ok(None) => Ok(session.refused(
            "Seit Sie die Folgen gelesen haben, hat sich bei diesem Kunden etwas geändert. Bitte prüfen Sie sie noch einmal, bevor Sie speichern.",
            plan.confirmation(number),
        )),
        Err(error) => Ok(session.refused(error.sentence()?, paths::customer(number))),
    }
}

/// GET: what booking this product means.
pub async fn confirm_booking(
    app: web::Data<App>,
    me: Me,
    session: Session,
    number: web::Path<CustomerNumber>,
    chosen: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, PageError> {
    let case = find(&app, *number).await?;
    match read_choice(&case.catalogue, &chosen) {
        Ok((product, options)) => {
            let plan = Plan::Book { product, options };
            confirm(&app, &me, &session, &case, &plan).await
        }
        Err(fault) => ask_again(&app, &me, &case, &chosen, fault).await,
    }
}

/// POST: adds the booking. If that makes an AVV due, the customer is asked in the same transaction.
pub async fn book(
    app: web::Data<App>,
    me: Me,
    session: Session,
    number: web::Path<CustomerNumber>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let case = find(&app, *number).await?;
    let chosen = [("produkt".to_owned(), form.get("produkt").to_owned())];
    match read_choice(&case.catalogue, &chosen) {
        Ok((product, options)) => {
            let plan = Plan::Book { product, options };
            carry_out(&app, &me, &session, case.customer.number, &plan, &form).await
        }
        Err(fault) => ask_again(&app, &me, &case, &chosen, fault).await,
    }
}

/// GET: what switching an option on means.
pub async fn confirm_option(
    app: web::Data<App>,
    me: Me,
    session: Session,
    path: web::Path<(CustomerNumber, usize, String)>,
) -> Result<HttpResponse, PageError> {
    let case = find(&app, path.0).await?;
    let plan = Plan::Option {
        place: place_of(&case, path.1)?,
        option: path.into_inner().2,
    };
    confirm(&app, &me, &session, &case, &plan).await
}

/// POST: switches an option on.
pub async fn switch_option_on(
    app: web::Data<App>,
    me: Me,
    session: Session,
    path: web::Path<(CustomerNumber, usize, String)>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let case = find(&app, path.0).await?;
    let plan = Plan::Option {
        place: place_of(&case, path.1)?,
        option: path.into_inner().2,
    };
    carry_out(&app, &me, &session, case.customer.number, &plan, &form).await
}
