//! Blocking a partner, and unblocking it (row 49). Both ask first and show the consequences.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{Area, SAME, Subject, customers_in_words, load};
use crate::actions::{ActionError, blocking};
use crate::app::App;
use crate::domain::PartnerId;
use crate::domain::case::{Partner, Status};
use crate::domain::viewer::Scope;
use crate::storage::case_rows::count_statuses;
use crate::storage::partner_list::count_customers;
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::reauthentication::{Proof, ask_proof, ask_proof_too, proof_of};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;

/// Longest reason in characters.
const LONGEST_REASON: usize = 300;

#[derive(Template)]
#[template(path = "web/partners/block.html")]
struct BlockPage {
    shell: Shell,
    subject: Subject,
    is_mandant: bool,
    customers: String,
    /// Number of customers with an agreement in force, who will be notified.
    told: String,
    reason: String,
    /// How the person who looks proves to be it.
    email: Proof,
    errors: FieldErrors,
}

/// GET: asks whether to block, with the consequences.
pub async fn ask(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<PartnerId>,
) -> Result<HttpResponse, PageError> {
    let partner = load(&app, &me, *id).await?;
    if partner.blocked_at.is_some() {
        return Ok(session.succeeded(SAME, Area::of(&me).partner(partner.id)));
    }
    html(&block_page(&app, &me, &partner, String::new(), FieldErrors::default()).await?)
}

/// POST: blocks the partner.
pub async fn block(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    id: web::Path<PartnerId>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let partner = load(&app, &me, *id).await?;
    let mut errors = FieldErrors::default();
    let reason = errors.reason(
        &form,
        LONGEST_REASON,
        "Schreiben Sie auf, warum Sie sperren",
    );
    ask_proof_too(&app, &me, &request, &form, &mut errors).await?;
    if !errors.is_empty() {
        return invalid(&block_page(&app, &me, &partner, reason, errors).await?);
    }
    let (now, handles, viewer, id) = (app.clock.now(), app.clone(), me.viewer.clone(), partner.id);
    let done = app
        .db
        .transaction(move |conn| blocking::block(conn, &handles, &viewer, id, &reason, now))
        .await;
    let name = &partner.party.name;
    let said = format!("{name} ist ab sofort gesperrt. Die Kunden werden nacheinander informiert.");
    session.respond_again(done, |()| said, Area::of(&me).partner(id))
}

async fn block_page(
    app: &App,
    me: &Me,
    partner: &Partner,
    reason: String,
    errors: FieldErrors,
) -> Result<BlockPage, PageError> {
    let (area, id, now) = (Area::of(me), partner.id, app.clock.now());
    let is_mandant = partner.parent.is_none();
    let (all, told) = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            let scope = if is_mandant {
                Scope::Partner(id)
            } else {
                Scope::SubPartner(id)
            };
            let all = count_customers(conn, &[id])?
                .remove(&id)
                .unwrap_or_default();
            // Customers whose agreement names another Mandant, or is not in force, are not
            // notified.
            let told = count_statuses(conn, scope, now)?
                .into_iter()
                .filter(|(status, _)| {
                    matches!(
                        status,
                        Status::Concluded | Status::UpdatePending | Status::AmendmentOpen
                    )
                })
                .map(|(_, count)| count)
                .sum();
            Ok((all, told))
        })
        .await?;
    Ok(BlockPage {
        shell: Shell::load(app, me, area.list()).await?,
        subject: Subject::of(area, partner),
        is_mandant,
        customers: customers_in_words(all),
        told: customers_in_words(told),
        reason,
        email: proof_of(app, me).await?,
        errors,
    })
}

#[derive(Template)]
#[template(path = "web/partners/unblock.html")]
struct UnblockPage {
    shell: Shell,
    subject: Subject,
    is_mandant: bool,
    /// How the person who looks proves to be it.
    email: Proof,
    errors: FieldErrors,
}

/// GET: asks whether to unblock.
pub async fn ask_back(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<PartnerId>,
) -> Result<HttpResponse, PageError> {
    let partner = load(&app, &me, *id).await?;
    if partner.blocked_at.is_none() {
        return Ok(session.succeeded(SAME, Area::of(&me).partner(partner.id)));
    }
    html(&unblock_page(&app, &me, &partner, FieldErrors::default()).await?)
}

async fn unblock_page(
    app: &App,
    me: &Me,
    partner: &Partner,
    errors: FieldErrors,
) -> Result<UnblockPage, PageError> {
    let area = Area::of(me);
    Ok(UnblockPage {
        shell: Shell::load(app, me, area.list()).await?,
        subject: Subject::of(area, partner),
        is_mandant: partner.parent.is_none(),
        email: proof_of(app, me).await?,
        errors,
    })
}

/// POST: unblocks the partner.
pub async fn unblock(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    id: web::Path<PartnerId>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let errors = ask_proof(&app, &me, &request, &form).await?;
    if !errors.is_empty() {
        let partner = load(&app, &me, *id).await?;
        return invalid(&unblock_page(&app, &me, &partner, errors).await?);
    }
    let (now, viewer, id) = (app.clock.now(), me.viewer.clone(), *id);
    let done = app
        .db
        .transaction(move |conn| blocking::unblock(conn, &viewer, id, now))
        .await;
    let said = "Die Sperre ist aufgehoben. Was die Verträge der Kunden erlauben, kann ab sofort wieder verwaltet werden.";
    session.respond_again(done, |()| said, Area::of(&me).partner(id))
}
