//! The contract of one customer as a document: the draft, the concluded document, the download.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{ActionError, Actor, announcements, versions};
use crate::app::App;
use crate::contract::tree::Document;
use crate::contract::values::{Conclusion, CoveredProduct, Values, least_years};
use crate::contract::{Contract, Meta, Resolved};
use crate::document::evidence::{self, Circumstances};
use crate::document::logo::Print;
use crate::document::seal::{SealError, Sealer};
use crate::document::{Extras, Frame, Pdf, RenderError, hex, render, render_sealed};
use crate::domain::audit::AuditKind;
use crate::domain::case::{Agreement, Case, Offer};
use crate::domain::viewer::Viewer;
use crate::domain::{AgreementId, AnnouncementId, Language, Operator};
use crate::paths;
use crate::storage::agreements::{DocumentFacts, find_document_facts, find_pdf};
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::branding::find_logo_png;
use crate::storage::{PgConnection, catalogue};

/// The contract as the customer would conclude it now.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The values that are filled in.
    pub values: Values,
    /// The resolved text.
    pub document: Arc<Document>,
    /// SHA-256 of the text, hex; the form sends it back (S-06).
    pub hash: String,
    /// The announcements whose changes are on its list of further processors (row 42).
    pub announced: BTreeSet<AnnouncementId>,
    /// Public address of the version's text (C-07).
    online: String,
    /// The contract version it was made from.
    contract: Arc<Contract>,
    /// The text with what it was made of.
    text: Resolved,
    /// The operator's logo as PNG.
    logo: Option<Vec<u8>>,
}

impl Draft {
    /// The metadata of the version.
    pub fn meta(&self) -> &Meta {
        &self.contract.meta
    }
}

/// What would be filled in now, read from the database.
struct Offered {
    values: Values,
    announced: BTreeSet<AnnouncementId>,
    contract: Arc<Contract>,
    version: String,
}

fn offered(
    conn: &mut PgConnection,
    app: &App,
    case: &Case,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Offered, ActionError> {
    let mut operator = catalogue::find_operator(conn)?.ok_or(ActionError::NoOperator)?;
    let customer = case.customer.number;
    let (list, announced) = announcements::list_for_contract(conn, customer, now)?;
    operator.sub_processors = list;
    let offer = case
        .offer(now)
        .ok_or(crate::domain::case::Refusal::NotNeeded)?;
    let values = Values {
        retention_years: app.config.retention_years,
        ..values(case, &offer, operator)
    };
    Ok(Offered {
        values,
        announced,
        contract: versions::contract(conn, app, &offer.version)?,
        version: offer.version,
    })
}

/// The contract a customer would conclude now, in the language of the page. Pages and conclusions that
/// come one after the other share the text as long as nothing in it has changed.
pub fn draft(
    conn: &mut PgConnection,
    app: &App,
    case: &Case,
    language: Language,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Draft, ActionError> {
    let Offered {
        values,
        announced,
        contract,
        version,
    } = offered(conn, app, case, now)?;
    let logo = match values.operator.branding.logo {
        Some(_) => find_logo_png(conn)?,
        None => None,
    };
    let text = app.contracts.resolved(&contract, &values, language);
    let path = paths::contract_in(&version, text.document.language);
    Ok(Draft {
        online: format!("{}{path}", app.base_url()),
        values,
        document: Arc::clone(&text.document),
        hash: text.hash.to_string(),
        announced,
        contract,
        text,
        logo,
    })
}

/// Hash of the text the customer would conclude now. It is read anew what would be filled in; only if
/// that is not what `before` was made of, the text is made anew as well.
pub(super) fn hash_now(
    conn: &mut PgConnection,
    app: &App,
    case: &Case,
    before: &Draft,
    language: Language,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<String, ActionError> {
    let Offered {
        values, contract, ..
    } = offered(conn, app, case, now)?;
    if before.text.is_of(&contract, &values, language) {
        return Ok(before.hash.clone());
    }
    let text = app.contracts.resolved(&contract, &values, language);
    Ok(text.hash.to_string())
}

/// A hash of everything that is printed in a draft: equal drafts have equal hashes.
pub fn printed(draft: &Draft, now: chrono::DateTime<chrono::Utc>) -> String {
    let day = crate::domain::calendar::day(now);
    let all = (
        (&draft.hash, draft.document.language.code(), day),
        (draft.values.customer_number, &draft.online),
        &draft.values.operator.party.name,
        draft
            .values
            .operator
            .branding
            .logo
            .as_ref()
            .map(|logo| &logo.sha256),
    );
    sha256(format!("{all:?}").as_bytes())
}

/// The draft as PDF with its watermark. CPU work, not to be called on the async threads.
pub fn draft_pdf(draft: &Draft, now: chrono::DateTime<chrono::Utc>) -> Result<Pdf, ActionError> {
    render(
        &draft.document,
        &frame(draft, &draft.values, &draft.document, now),
    )
    .map_err(|error| ActionError::Document(error.to_string()))
}

/// The concluded document: the same text with the record of its conclusion, the facts and the
/// wording attached, sealed. CPU work.
pub fn concluded_pdf(
    sealer: &Sealer,
    draft: &Draft,
    mut conclusion: Conclusion,
    about: &Circumstances,
) -> Result<(Values, Document, Pdf), ActionError> {
    let now = conclusion.at;
    let facts = evidence::facts(&draft.values, &conclusion, about);
    conclusion.evidence_hash = evidence::hash(&facts);
    let attachments = evidence::attachments(&facts, &draft.text.plain, about.language);
    let values = Values {
        conclusion: Some(conclusion),
        ..draft.values.clone()
    };
    let document = draft
        .contract
        .resolve_for_customer(&values, draft.document.language);
    let extras = Extras {
        attachments: &attachments,
        sealer,
    };
    let frame = frame(draft, &values, &document, now);
    let pdf = render_sealed(&document, &frame, extras).map_err(|error| match error {
        RenderError::Seal(SealError::NotValid { .. }) => ActionError::NoSeal(error.to_string()),
        error => ActionError::Document(error.to_string()),
    })?;
    Ok((values, document, pdf))
}

fn frame(
    draft: &Draft,
    values: &Values,
    document: &Document,
    now: chrono::DateTime<chrono::Utc>,
) -> Frame {
    Frame {
        number: values
            .conclusion
            .as_ref()
            .map(|conclusion| conclusion.agreement_number.clone())
            .unwrap_or_default(),
        version: document.version.clone(),
        date: document.date,
        customer_number: values.customer_number_or_nothing(),
        document_hash: draft.hash.clone(),
        draft: values.conclusion.is_none(),
        language: document.language,
        created: now,
        operator_name: values.operator.party.name.clone(),
        title: crate::contract::tree::plain(&document.title),
        online: draft.online.clone(),
        logo: draft.logo.as_deref().and_then(Print::of),
    }
}

pub(super) fn values(case: &Case, offer: &Offer, operator: Operator) -> Values {
    let products = case
        .catalogue
        .iter()
        .flat_map(|product| {
            offer
                .products
                .iter()
                .filter(|covered| covered.product == product.code)
                .map(move |covered| CoveredProduct::of(product, covered))
        })
        .collect();
    Values {
        operator,
        customer: case.customer.party.clone(),
        customer_number: Some(case.customer.number),
        partner: case.partner.as_ref().map(|partner| partner.party.clone()),
        sub_partner: case.sub_partner.as_ref().map(|sub| sub.party.clone()),
        products,
        retention_years: least_years(),
        conclusion: None,
    }
}

/// Size, pages, hashes and copied values of a concluded document.
pub fn facts(conn: &mut PgConnection, agreement: &Agreement) -> Result<DocumentFacts, ActionError> {
    find_document_facts(conn, agreement.id)?.ok_or(ActionError::NotFound)
}

/// A file for a download.
#[derive(Debug, Clone)]
pub struct Download {
    /// The bytes that were concluded, checked against their hash (5.6-7).
    pub bytes: Vec<u8>,
    /// File name for the download.
    pub file_name: String,
    /// Whether the file was uploaded by a user: the scan of a contract on paper (S-77).
    pub is_upload: bool,
}

/// The concluded PDF for an actor who may have it; the download is logged (EV-09).
pub fn download(
    conn: &mut PgConnection,
    case: &Case,
    agreement: AgreementId,
    actor: Actor,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Download, ActionError> {
    let agreement = case
        .agreements
        .iter()
        .find(|one| one.id == agreement)
        .ok_or(ActionError::NotFound)?;
    let facts = facts(conn, agreement)?;
    let bytes = find_pdf(conn, agreement.id)?.ok_or(ActionError::NotFound)?;
    if sha256(&bytes) != facts.pdf_hash {
        return Err(ActionError::Document(format!(
            "{}: stored bytes and hash differ",
            agreement.number
        )));
    }
    let event = NewEvent {
        kind: AuditKind::Downloaded {
            number: agreement.number.clone(),
        },
        actor,
        customer: Some(case.customer.number),
        status: None,
    };
    add_event(conn, &event, now)?;
    Ok(Download {
        bytes,
        file_name: file_name(&agreement.number),
        is_upload: agreement.on_paper(),
    })
}

/// Whether this viewer may read contracts at all (A-02 … A-04).
pub fn may_read(viewer: &Viewer) -> Result<(), ActionError> {
    if viewer.role.reads_contracts() {
        Ok(())
    } else {
        Err(ActionError::NotFound)
    }
}

/// File name for the download of a contract.
pub fn file_name(number: &str) -> String {
    let safe: String = number
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' {
                c
            } else {
                '_'
            }
        })
        .collect();
    format!("{safe}.pdf")
}

/// SHA-256 as hex.
pub fn sha256(bytes: &[u8]) -> String {
    hex::sha256(bytes)
}
