//! Concluded documents, byte for byte as they were concluded. Each counts as a download (EV-09).

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::call::Call;
use super::keys;
use super::operation::{Answer, Operation, schema};
use super::problem::{Code, Problem};
use crate::actions::{bundles, documents};
use crate::domain::client::ClientScope as S;
use crate::domain::viewer::{Acting as _, Role};
use crate::places::Kind;
use crate::storage::cases::find_case;
use crate::web::kit::route::{Who, get, view};
use crate::web::kit::turn::Turn;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::new(
        get(
            "/api/v1/customers/{number}/documents",
            Who::Client(S::DocumentsRead),
            || view().to(list),
        ),
        "List the agreements of a customer",
        Answer::Json(schema::<DocumentList>),
    )
    .described(
        "Also those that are over, and those of a deleted customer as long as they are kept.",
    ),
    Operation::new(
        get(
            "/api/v1/customers/{number}/documents/{agreement}.pdf",
            Who::Client(S::DocumentsRead),
            || view().to(pdf),
        ),
        "Fetch the sealed PDF of an agreement",
        Answer::File("application/pdf"),
    )
    .described("`agreement` is its printed number. The ETag is the SHA-256 of the PDF."),
    Operation::new(
        get(
            "/api/v1/customers/{number}/evidence.zip",
            Who::Client(S::DocumentsRead),
            || view().to(zip),
        ),
        "Fetch everything that proves a customer's agreements",
        Answer::File("application/zip"),
    ),
];

/// The agreements of a customer.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct DocumentList {
    /// The oldest first.
    pub documents: Vec<DocumentLine>,
}

/// An agreement.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Document")]
pub struct DocumentLine {
    /// Its printed number.
    pub number: String,
    /// Number of the contract version.
    pub version: String,
    /// When it was concluded.
    pub concluded_at: DateTime<Utc>,
    /// When it stopped being in force; nothing while it is.
    pub ended_at: Option<DateTime<Utc>>,
    /// SHA-256 of the PDF, hex.
    pub pdf_hash: String,
    /// Size of the PDF in bytes.
    pub size: usize,
    /// Whether it was signed on paper and recorded.
    pub on_paper: bool,
}

async fn list(call: Call, number: web::Path<String>) -> Result<HttpResponse, Problem> {
    let number = keys::number(&number)?;
    let body = call
        .read(move |conn, who| {
            let case = find_case(conn, number, who.now)?.ok_or(Code::NotFound)?;
            let mut lines = Vec::new();
            for agreement in &case.agreements {
                let facts = documents::facts(conn, agreement)?;
                lines.push(DocumentLine {
                    number: agreement.number.clone(),
                    version: agreement.offer.version.clone(),
                    concluded_at: agreement.concluded_at,
                    ended_at: agreement.end.map(|(at, _)| at),
                    pdf_hash: facts.pdf_hash,
                    size: facts.size,
                    on_paper: agreement.on_paper(),
                });
            }
            Ok(DocumentList { documents: lines })
        })
        .await?;
    call.found(&body)
}

async fn pdf(
    call: Call,
    path: web::Path<(String, String)>,
    turn: Turn,
) -> Result<HttpResponse, Problem> {
    let (number, agreement) = (keys::number(&path.0)?, path.1.clone());
    let (who, is_head) = (call.who.clone(), turn.is_head());
    let (etag, bytes) = call
        .who
        .app
        .db
        .transaction(move |conn| -> Result<_, Problem> {
            let case = find_case(conn, number, who.now)?.ok_or(Code::NotFound)?;
            let found = case.agreements.iter().find(|one| one.number == agreement);
            let found = found.ok_or(Code::NotFound)?;
            let hash = documents::facts(conn, found)?.pdf_hash;
            // Asking whether it is there is no download.
            if is_head {
                return Ok((hash, Vec::new()));
            }
            let actor = who.client.actor();
            let file = documents::download(conn, &case, found.id, actor, who.now)?;
            Ok((hash, file.bytes))
        })
        .await?;
    Ok(HttpResponse::Ok()
        .content_type("application/pdf")
        .insert_header((header::ETAG, format!("\"{etag}\"")))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(bytes))
}

async fn zip(call: Call, number: web::Path<String>, turn: Turn) -> Result<HttpResponse, Problem> {
    let number = keys::number(&number)?;
    let (who, is_head) = (call.who.clone(), turn.is_head());
    bundles::bring_up_log(&call.who.app).await?;
    let collected = call
        .who
        .app
        .db
        .transaction(move |conn| -> Result<_, Problem> {
            let case = find_case(conn, number, who.now)?.ok_or(Code::NotFound)?;
            if is_head {
                return Ok(None);
            }
            let actor = who.client.actor();
            let role = Role::ADMINISTRATOR;
            let all = bundles::collect(conn, &who.app, &case, role, &actor, who.now)?;
            Ok(Some(all))
        })
        .await?;
    let mut answer = HttpResponse::Ok();
    answer
        .content_type("application/zip")
        .insert_header((header::CACHE_CONTROL, "no-store"));
    let Some(collected) = collected else {
        return Ok(answer.finish());
    };
    let packed = turn
        .take(&call.who.app, Kind::SignedIn, move || collected.pack())
        .await??;
    Ok(answer.body(packed))
}
