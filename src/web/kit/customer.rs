//! The customer a page is about: looked up if this viewer may see it, named in the page's head,
//! sent a request.

use actix_session::Session;
use actix_web::web;
use chrono::{DateTime, Utc};

use super::error::PageError;
use super::form::FieldErrors;
use super::page::Me;
use super::refusals;
use super::session::flash;
use crate::actions::{ActionError, requests};
use crate::app::App;
use crate::domain::case::Case;
use crate::domain::viewer::{Role, Viewer};
use crate::domain::{CustomerNumber, Language};
use crate::paths;
use crate::storage::cases::{self, find_case};
use crate::storage::{PgConnection, customers};

/// A customer's case for reading; a customer that the viewer may not see does not exist (S-51).
pub fn find_visible(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    number: CustomerNumber,
) -> Result<Case, ActionError> {
    if !customers::is_visible(conn, viewer.role.scope(), number)? {
        return Err(ActionError::NotFound);
    }
    cases::find_case(conn, number, app.clock.now())?
        // The facts may have changed a moment after the first check.
        .filter(|case| viewer.role.knows(case))
        .ok_or(ActionError::NotFound)
}

/// [`find_visible`] for pages that need nothing else from the database.
pub async fn load_visible(
    app: &web::Data<App>,
    viewer: &Viewer,
    number: CustomerNumber,
) -> Result<Case, ActionError> {
    let (own, viewer) = (app.clone(), viewer.clone());
    app.db
        .read(move |conn| find_visible(conn, &own, &viewer, number))
        .await
}

/// The customer a list is narrowed to by the field `kunde`; an invalid number is an error of the
/// field.
pub fn narrowed_to(typed: &str, errors: &mut FieldErrors) -> Option<CustomerNumber> {
    let typed = typed.trim();
    let number = typed.parse().ok();
    if number.is_none() && !typed.is_empty() {
        errors.add(
            "kunde",
            "Geben Sie eine Kundennummer ein, zum Beispiel 4711 oder K-10001",
        );
    }
    number
}

/// The case of a customer that was not deleted.
pub async fn find(app: &App, number: CustomerNumber) -> Result<Case, PageError> {
    let now = app.clock.now();
    let case = app
        .db
        .read(move |conn| -> Result<_, ActionError> { Ok(find_case(conn, number, now)?) })
        .await?;
    case.filter(|case| case.customer.deleted_at.is_none())
        .ok_or(PageError::NotFound)
}

/// The customer a page is about, as the page's head prints it.
pub struct Subject {
    /// Number of the customer, its key.
    pub number: CustomerNumber,
    /// Name of the customer.
    pub name: String,
}

impl Subject {
    /// The customer of a case.
    pub fn of(case: &Case) -> Self {
        Self {
            number: case.customer.number,
            name: case.customer.party.name.clone(),
        }
    }

    /// Address of the page about its e-mail address.
    pub fn email(&self) -> String {
        paths::email(self.number)
    }

    /// Address of the profile, to which pages about bookings and master data lead back.
    pub fn profile(&self) -> String {
        paths::customer(self.number)
    }

    /// Address of the status page, to which most pages about a customer lead back.
    pub fn status(&self) -> String {
        paths::status(self.number)
    }
}

/// Names of the Mandant and the Submandant that look after a customer.
pub fn partner_names(case: &Case) -> Vec<String> {
    [&case.partner, &case.sub_partner]
        .into_iter()
        .flatten()
        .map(|partner| partner.party.name.clone())
        .collect()
}

/// Names of the products that need an agreement.
pub fn product_names(case: &Case, now: DateTime<Utc>) -> Vec<String> {
    case.required_products(now)
        .iter()
        .map(|covered| case.covered_name(covered).de)
        .collect()
}

/// The e-mail address in the master data as `role` may see it (S-14): whole for operator and
/// customer, masked for partners.
pub fn address_for(role: Role, case: &Case) -> Option<String> {
    let email = case.customer.email()?;
    Some(if role.partner().is_some() {
        email.masked()
    } else {
        email.shown()
    })
}

/// Sends the request mail; the next page shows the result as a message.
pub async fn send_request(
    app: &web::Data<App>,
    me: &Me,
    session: &Session,
    number: CustomerNumber,
) -> Result<(), PageError> {
    let (now, own, viewer) = (app.clock.now(), app.clone(), me.viewer.clone());
    let result = app
        .db
        .transaction(move |conn| requests::ask(conn, &own, &viewer, number, now))
        .await;
    match result {
        Ok(outcome) => {
            let to = address_for(me.viewer.role, &outcome.after).unwrap_or_default();
            let text = match me.viewer.language {
                Language::De => format!("Die E-Mail ist unterwegs an {to}."),
                Language::En => format!("The e-mail is on its way to {to}."),
            };
            flash(session, true, text);
            Ok(())
        }
        Err(ActionError::Refused(refusal)) => {
            let text = match me.viewer.role {
                Role::Customer { .. } => refusals::to_customer(refusal, me.viewer.language),
                _ => refusals::sentence(refusal),
            };
            flash(session, false, text);
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}
