//! The status page of a customer, asking the customer, and naming a sub-partner.

mod permissions;
mod stalled;
mod timeline;
mod todo;
mod unsent;
mod view;
mod words;

use actix_session::Session;
use actix_web::{HttpResponse, web};

use crate::actions::{ActionError, Then, customer_then, offer_diff, sub_partner_left};
use crate::app::App;
use crate::domain::proposal::PaperRecord;
use crate::domain::viewer::Viewer;
use crate::domain::{CustomerNumber, Language};
use crate::paths;
use crate::storage::agreements::find_document_facts;
use crate::storage::audit::list_events;
use crate::storage::cases::find_case;
use crate::storage::mails::list_mails;
use crate::web::customers::parts::doubts::find_sub_partners;
use crate::web::kit::customer::{find_visible, send_request};
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, Shell, html, see_other};
use crate::web::kit::signed_form::SignedForm;
use view::{Read, StatusView};

/// The history shows this many events.
const EVENTS: i64 = 100;
/// At most this many mails are searched for those that were not delivered.
const MAILS: i64 = 50;

/// GET: the page.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    number: web::Path<CustomerNumber>,
) -> Result<HttpResponse, PageError> {
    let (now, number) = (app.clock.now(), number.into_inner());
    let read = match read(&app, &me.viewer, number).await {
        Err(ActionError::NotFound) if is_deleted(&app, &me.viewer, number).await? => {
            return Ok(see_other(paths::deleted_customer(number)));
        }
        read => read?,
    };
    let shell = Shell::load(&app, &me, paths::CUSTOMERS).await?;
    html(&StatusView::new(shell, me.viewer.role, read, now))
}

/// Whether it is a customer whose evidence the operator's people still read; lists of mails and
/// events lead here for them, too.
async fn is_deleted(
    app: &web::Data<App>,
    viewer: &Viewer,
    number: CustomerNumber,
) -> Result<bool, ActionError> {
    if !viewer.role.is_operator() {
        return Ok(false);
    }
    let now = app.clock.now();
    let case = app
        .db
        .read(move |conn| -> Result<_, ActionError> { Ok(find_case(conn, number, now)?) })
        .await?;
    Ok(case.is_some_and(|case| case.customer.deleted_at.is_some()))
}

async fn read(
    app: &web::Data<App>,
    viewer: &Viewer,
    number: CustomerNumber,
) -> Result<Read, ActionError> {
    let (own, viewer, now) = (app.clone(), viewer.clone(), app.clock.now());
    app.db
        .read(move |conn| {
            let case = find_visible(conn, &own, &viewer, number)?;
            let left = match case.agreement() {
                Some(agreement) => sub_partner_left(conn, agreement)?,
                None => None,
            };
            let paper = match case.agreement().filter(|one| one.on_paper()) {
                Some(agreement) => find_document_facts(conn, agreement.id)?
                    .and_then(|facts| PaperRecord::of(&facts.contents)),
                None => None,
            };
            Ok(Read {
                is_same: customer_then(conn, &case)? == Then::Same,
                paper,
                news: offer_diff(conn, &own, &case, Language::De, now)?,
                left,
                mails: list_mails(conn, number, MAILS)?,
                events: list_events(conn, number, EVENTS)?,
                sub_partners: find_sub_partners(conn, viewer.role, &case, now)?,
                rule: own.config.rules.partner_contract,
                case,
            })
        })
        .await
}

/// POST: sends the request to the customer.
pub async fn ask(
    app: web::Data<App>,
    me: Me,
    session: Session,
    number: web::Path<CustomerNumber>,
    _form: SignedForm,
) -> Result<HttpResponse, PageError> {
    let number = number.into_inner();
    send_request(&app, &me, &session, number).await?;
    Ok(see_other(paths::status(number)))
}
