//! Administration › Auftragsverarbeitungsvertrag: for customers with the permission and for the
//! operator. Partners and users without the permission find nothing here (A-01 … A-04, S-53).

mod bundle;
mod dissent;
mod objection;
mod view;
mod words;

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::actions::{ActionError, CaseCommand, documents};
use crate::app::App;
use crate::domain::case::Case;
use crate::domain::viewer::{Role, Viewer};
use crate::domain::{AgreementId, CustomerNumber};
use crate::paths;
use crate::storage::agreements::{find_customer, find_document_facts};
use crate::storage::audit::list_events;
use crate::storage::notices::list_of_customer;
use crate::storage::{PgConnection, cases};
use crate::web::kit::customer::{find_visible, send_request};
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, Shell, attachment, html, see_other};
use crate::web::kit::route::{Row, Who, get, post, view as look};
use crate::web::kit::signed_form::SignedForm;
use crate::web::kit::upload::harmless;
use view::{ContractView, Read};

/// Rows of this family.
pub const ROUTES: &[Row] = &[
    get(paths::ADMINISTRATION, Who::ContractReader, || {
        look().to(show)
    }),
    post(
        "/administration/avv/anforderung",
        Who::ContractHolder,
        || web::post().to(ask),
    ),
    get(
        "/administration/avv/{vertrag}.pdf",
        Who::ContractReader,
        || look().to(download),
    ),
    get(
        "/administration/avv/einspruch/{mitteilung}",
        Who::ContractHolder,
        || look().to(dissent::show),
    ),
    post(
        "/administration/avv/einspruch/{mitteilung}",
        Who::ContractHolder,
        || web::post().to(dissent::declare),
    ),
    get(paths::EVIDENCE, Who::ContractReader, || {
        look().to(bundle::download)
    }),
    get(paths::OBJECTION, Who::ContractHolder, || {
        look().to(objection::show)
    }),
    post(paths::OBJECTION, Who::ContractHolder, || {
        web::post().to(objection::declare)
    }),
];

/// The history shows this many events.
const EVENTS: i64 = 100;

/// At most this many announced changes are shown, the youngest first.
const NOTICES: i64 = 10;

/// The customer whose contract the operator asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Whose {
    kunde: Option<String>,
}

#[derive(Template)]
#[template(path = "web/administration/choose.html")]
struct ChooseView {
    shell: Shell,
    typed: String,
    wrong: bool,
}

async fn show(
    app: web::Data<App>,
    me: Me,
    whose: web::Query<Whose>,
) -> Result<HttpResponse, PageError> {
    let number = match me.viewer.role {
        Role::Customer { number, .. } => number,
        _ => {
            let typed = whose.kunde.clone().unwrap_or_default();
            match typed.trim().parse() {
                Ok(number) => number,
                Err(_) => return choose(&app, &me, typed).await,
            }
        }
    };
    let read = read(&app, &me.viewer, number).await?;
    let section = section(me.viewer.role);
    let shell = Shell::load(&app, &me, section).await?;
    html(&ContractView::new(
        shell,
        me.viewer.role,
        read,
        app.clock.now(),
    ))
}

fn section(role: Role) -> &'static str {
    if role.is_operator() {
        paths::CUSTOMERS
    } else {
        paths::ADMINISTRATION
    }
}

async fn choose(app: &App, me: &Me, typed: String) -> Result<HttpResponse, PageError> {
    html(&ChooseView {
        shell: Shell::load(app, me, paths::CUSTOMERS).await?,
        wrong: !typed.trim().is_empty(),
        typed,
    })
}

/// The customer the viewer works for, or the one the operator asked for.
fn own_or_asked(role: Role, whose: &Whose) -> Option<CustomerNumber> {
    match role {
        Role::Customer { number, .. } => Some(number),
        Role::Operator(_) => whose.kunde.as_deref()?.trim().parse().ok(),
        _ => None,
    }
}

async fn read(
    app: &web::Data<App>,
    viewer: &Viewer,
    number: CustomerNumber,
) -> Result<Read, ActionError> {
    let (own, viewer) = (app.clone(), viewer.clone());
    app.db
        .read(move |conn| {
            let case = find_visible(conn, &own, &viewer, number)?;
            let mut documents = Vec::with_capacity(case.agreements.len());
            for agreement in &case.agreements {
                documents.push(find_document_facts(conn, agreement.id)?);
            }
            Ok(Read {
                events: list_events(conn, number, EVENTS)?,
                notices: list_of_customer(conn, number, NOTICES)?,
                documents,
                case,
            })
        })
        .await
}

async fn ask(
    app: web::Data<App>,
    me: Me,
    session: Session,
    _form: SignedForm,
) -> Result<HttpResponse, PageError> {
    send_request(&app, &me, &session, own_number(&me.viewer)?).await?;
    Ok(see_other(paths::ADMINISTRATION))
}

/// The customer a contract holder works for.
fn own_number(viewer: &Viewer) -> Result<CustomerNumber, PageError> {
    match viewer.role {
        Role::Customer {
            number,
            contracts: true,
        } => Ok(number),
        _ => Err(PageError::NotFound),
    }
}

/// GET: the concluded contract, byte for byte. The address works for no other customer (S-53).
async fn download(
    app: web::Data<App>,
    me: Me,
    agreement: web::Path<AgreementId>,
) -> Result<HttpResponse, PageError> {
    let (own, now, agreement) = (app.clone(), app.clock.now(), agreement.into_inner());
    let file = app
        .db
        .transaction(move |conn| {
            documents::may_read(&me.viewer)?;
            let case = find_holder(conn, &own, &me.viewer, agreement)?;
            let actor = CaseCommand::by(&me.viewer, case.customer.number, now).actor;
            documents::download(conn, &case, agreement, actor, now)
        })
        .await?;
    let mut answer = attachment("application/pdf", &file.file_name, file.bytes);
    if file.is_upload {
        harmless(&mut answer);
    }
    Ok(answer)
}

/// The case an agreement belongs to.
fn find_holder(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    agreement: AgreementId,
) -> Result<Case, ActionError> {
    let number = find_customer(conn, agreement)?.ok_or(ActionError::NotFound)?;
    find_kept(conn, app, viewer, number)
}

/// A customer's case for viewers who may see it; for the operator also after the customer was
/// deleted, until its retention period has expired (row 51).
fn find_kept(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    number: CustomerNumber,
) -> Result<Case, ActionError> {
    if viewer.role.is_operator() {
        cases::find_case(conn, number, app.clock.now())?.ok_or(ActionError::NotFound)
    } else {
        find_visible(conn, app, viewer, number)
    }
}
