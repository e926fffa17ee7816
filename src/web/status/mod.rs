//! The status page of a customer, asking the customer, and naming a sub-partner.

pub mod addresses;
mod deeds;
pub mod forecast;
mod stalled;
mod sub_partner;
mod timeline;
mod todo;
mod unsent;
mod view;
mod words;

use actix_session::Session;
use actix_web::{HttpResponse, web};

use crate::actions::partner_contracts::find_states;
use crate::actions::{ActionError, sub_partner_left, whats_new};
use crate::app::App;
use crate::domain::proposal::PaperRecord;
use crate::domain::viewer::Viewer;
use crate::domain::{CustomerNumber, Language};
use crate::paths;
use crate::storage::agreements::find_document_facts;
use crate::storage::audit::list_events;
use crate::storage::mails::list_mails;
use crate::storage::partners::list_sub_partners;
use crate::web::kit::customer::{find_visible, send_request};
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, Shell, html, see_other};
use crate::web::kit::route::{Row, Who, get, post, view as look};
use crate::web::kit::signed_form::SignedForm;
use view::{Read, StatusView};

/// Rows of this family.
pub const ROUTES: &[Row] = &[
    get("/kunden/{nummer}/avv", Who::Staff, || look().to(show)),
    post("/kunden/{nummer}/avv/anforderung", Who::Staff, || {
        web::post().to(ask)
    }),
    get("/kunden/{nummer}/submandant", Who::Assigner, || {
        look().to(sub_partner::confirm)
    }),
    post("/kunden/{nummer}/submandant", Who::Assigner, || {
        web::post().to(sub_partner::name)
    }),
];

/// The history shows this many events.
const EVENTS: i64 = 100;
/// Mails looked at for those that did not leave.
const MAILS: i64 = 50;

async fn show(
    app: web::Data<App>,
    me: Me,
    number: web::Path<CustomerNumber>,
) -> Result<HttpResponse, PageError> {
    let (now, number) = (app.clock.now(), number.into_inner());
    let read = read(&app, &me.viewer, number).await?;
    let shell = Shell::load(&app, &me, paths::CUSTOMERS).await?;
    html(&StatusView::new(shell, me.viewer.role, read, now))
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
            let sub_partners = match &case.partner {
                Some(partner) if Who::Assigner.admits(viewer.role) => {
                    let all = list_sub_partners(conn, partner.id)?;
                    find_states(conn, &all, now)?
                }
                _ => Vec::new(),
            };
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
                paper,
                news: whats_new(conn, &own, &case, Language::De, now)?,
                left,
                mails: list_mails(conn, number, MAILS)?,
                events: list_events(conn, number, EVENTS)?,
                sub_partners,
                rule: own.config.rules.partner_contract,
                case,
            })
        })
        .await
}

async fn ask(
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
