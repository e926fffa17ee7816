//! How a customer's agreement stands. No link of a mail is in any answer.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::call::{Call, Caller};
use super::customers::find;
use super::keys;
use super::operation::{Answer, Operation, schema};
use super::problem::Problem;
use crate::actions::documents::facts;
use crate::domain::PartnerId;
use crate::domain::case::{
    Agreement, Case, Request, access, next_change, product_statuses, status_of,
};
use crate::domain::client::ClientScope as S;
use crate::domain::mail::Recipient;
use crate::storage::PgConnection;
use crate::storage::mails::list_mails;
use crate::web::kit::route::{Who, get, view};

/// Mails that are looked through for the newest one to the customer.
const MAILS: i64 = 20;

pub(super) const OPERATIONS: &[Operation] = &[Operation::new(
    get(
        "/api/v1/customers/{number}/agreement",
        Who::Client(S::StatusRead),
        || view().to(read),
    ),
    "Read how a customer's agreement stands",
    Answer::Json(schema::<AgreementStatus>),
)];

/// How a customer's agreement stands.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AgreementStatus {
    /// Number of the customer.
    pub customer: String,
    /// The status.
    pub status: String,
    /// Since when, as far as a moment belongs to it.
    pub since: Option<DateTime<Utc>>,
    /// When time alone will change it.
    pub next_change_at: Option<DateTime<Utc>>,
    /// The agreement in force, if there is one.
    pub agreement: Option<InForce>,
    /// The request that waits for an answer, if there is one.
    pub request: Option<OpenRequest>,
    /// What became of the newest mail to the customer.
    pub delivery: Option<Delivery>,
    /// The booked products.
    pub products: Vec<ProductState>,
}

/// An agreement in force.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct InForce {
    /// Its printed number.
    pub number: String,
    /// Number of the contract version.
    pub version: String,
    /// When it was concluded.
    pub concluded_at: DateTime<Utc>,
    /// SHA-256 of its text, hex.
    pub document_hash: String,
    /// SHA-256 of its PDF, hex.
    pub pdf_hash: String,
    /// Whether it was signed on paper and recorded.
    pub on_paper: bool,
}

/// A request that waits for an answer.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct OpenRequest {
    /// Why the customer was asked.
    pub reason: String,
    /// When the newest link was sent.
    pub sent_at: Option<DateTime<Utc>>,
    /// Until when it can be used.
    pub valid_until: Option<DateTime<Utc>>,
    /// Reminders so far, 0 to 3.
    pub reminders: u8,
}

/// What became of a mail.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Delivery {
    /// `queued`, `sent`, `returned`, `failed` or `dropped`.
    pub state: String,
}

/// A booked product.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ProductState {
    /// Its code.
    pub product: String,
    /// Codes of its options.
    pub options: Vec<String>,
    /// Whether it needs an agreement.
    pub requires_avv: bool,
    /// Whether the agreement in force covers it.
    pub covered: bool,
    /// Who may open every area of it now.
    pub access: ProductAccess,
}

/// Who may open every area of a product now.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ProductAccess {
    /// Whether the partner may; nothing if there is none.
    pub partner: Option<bool>,
    /// Whether the sub-partner may; nothing if there is none.
    pub sub_partner: Option<bool>,
}

async fn read(call: Call, number: web::Path<String>) -> Result<HttpResponse, Problem> {
    let number = keys::number(&number)?;
    let body = call
        .read(move |conn, who| {
            let case = find(conn, who, number)?;
            state_of(conn, who, &case)
        })
        .await?;
    call.found(&body)
}

fn state_of(
    conn: &mut PgConnection,
    who: &Caller,
    case: &Case,
) -> Result<AgreementStatus, Problem> {
    let status = status_of(case, who.now);
    let agreement = case
        .agreement()
        .map(|agreement| in_force(conn, agreement))
        .transpose()?;
    let open = case.open_request();
    let since = status.moment.filter(|at| *at <= who.now);
    Ok(AgreementStatus {
        customer: case.customer.number.to_string(),
        status: status.status.key().to_owned(),
        since: since.or_else(|| open.map(|request| request.opened_at)),
        next_change_at: next_change(case, who.now).map(|(at, _)| at),
        agreement,
        request: open.map(waiting),
        delivery: delivery(conn, case)?,
        products: products(case, who.now),
    })
}

fn in_force(conn: &mut PgConnection, agreement: &Agreement) -> Result<InForce, Problem> {
    let facts = facts(conn, agreement)?;
    Ok(InForce {
        number: agreement.number.clone(),
        version: agreement.offer.version.clone(),
        concluded_at: agreement.concluded_at,
        document_hash: facts.document_hash,
        pdf_hash: facts.pdf_hash,
        on_paper: agreement.on_paper(),
    })
}

fn waiting(request: &Request) -> OpenRequest {
    let newest = request.links.iter().max_by_key(|link| link.sent_at);
    OpenRequest {
        reason: key_of(&request.reason),
        sent_at: newest.map(|link| link.sent_at),
        valid_until: newest.map(|link| link.valid_until),
        reminders: request.reminders,
    }
}

/// The key that a value is stored under.
fn key_of<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(key)) => key,
        _ => String::new(),
    }
}

fn delivery(conn: &mut PgConnection, case: &Case) -> Result<Option<Delivery>, Problem> {
    let mails = list_mails(conn, case.customer.number, MAILS)?;
    let newest = mails
        .into_iter()
        .find(|mail| mail.to == Recipient::Customer);
    Ok(newest.map(|mail| Delivery {
        state: match mail.returned_at {
            Some(_) => "returned".to_owned(),
            None => mail.state,
        },
    }))
}

fn products(case: &Case, now: DateTime<Utc>) -> Vec<ProductState> {
    let agreement = case.agreement().filter(|_| case.chain_matches());
    product_statuses(case, now)
        .into_iter()
        .map(|one| {
            let needed = one.product.needed(&one.options);
            let may = |who: PartnerId| {
                one.product
                    .areas(&one.options)
                    .iter()
                    .all(|area| access(case, who, &area.module.key, now).is_ok())
            };
            ProductState {
                product: one.product.code.clone(),
                requires_avv: needed.is_some() && case.can_need(),
                covered: needed
                    .is_some_and(|all| agreement.is_some_and(|known| known.offer.covers(&all))),
                access: ProductAccess {
                    partner: case.partner.as_ref().map(|own| may(own.id)),
                    sub_partner: case.sub_partner.as_ref().map(|own| may(own.id)),
                },
                options: one.options.into_iter().collect(),
            }
        })
        .collect()
}
