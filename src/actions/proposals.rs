//! Four-eyes principle: one administrator proposes, a second one confirms or rejects, the first can
//! withdraw (row 33, 5.8-18). Every step locks the customer, so that only one of two simultaneous
//! answers takes effect.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::case_command::actor;
use super::documents::{draft, sha256};
use super::notices::close_by_conclusion;
use super::second_person::is_second;
use super::{ActionError, Applied, CaseCommand, approvals, require};
use crate::app::App;
use crate::contract::text;
use crate::domain::audit::AuditKind;
use crate::domain::case::{Case, Event, Refusal, preview};
use crate::domain::file::{File, FileKind};
use crate::domain::mail::Approval;
use crate::domain::proposal::{PaperRecord, Proposal, ProposalState};
use crate::domain::viewer::{Duty, Viewer};
use crate::domain::{AgreementId, AnnouncementId, CustomerNumber, FileId, Language, ProposalId};
use crate::storage::PgConnection;
use crate::storage::agreements::{NewDocument, create_document};
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::files::{create_file, find_file};
use crate::storage::proposals::{self, ProposalLine};
use crate::storage::sub_processors::hold_register;

/// A paper contract as the first administrator recorded it.
#[derive(Debug, Clone)]
pub struct Paper {
    /// Name of the person who signed, cleaned.
    pub person: String,
    /// The person's function in the company, cleaned.
    pub function: String,
    /// The date of signing on the paper.
    pub signed_on: chrono::NaiveDate,
    /// The scan, a PDF.
    pub scan: File,
}

/// Proposes that the objection against the newest void agreement was recorded in error (row 33).
pub fn propose_error(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    customer: CustomerNumber,
    reason: String,
    now: DateTime<Utc>,
) -> Result<ProposalId, ActionError> {
    let case = enter(conn, viewer, customer, now)?;
    preview(&case, &Event::ObjectedInError, now)?;
    let number = case
        .agreements
        .last()
        .map(|agreement| agreement.number.clone())
        .ok_or(Refusal::NoObjection)?;
    let proposal = Proposal::ObjectionInError { number, reason };
    propose(conn, app, (viewer, customer), &proposal, None, now)
}

/// Proposes a contract that was signed on paper (5.8-18).
pub fn propose_paper(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    customer: CustomerNumber,
    paper: Paper,
    now: DateTime<Utc>,
) -> Result<ProposalId, ActionError> {
    let case = enter(conn, viewer, customer, now)?;
    if paper.scan.kind != FileKind::Pdf {
        return Err(ActionError::NotAllowed);
    }
    let event = Event::ConcludedOnPaper {
        person: paper.person.clone(),
        function: paper.function.clone(),
        existing: None,
    };
    preview(&case, &event, now)?;
    let offered = draft(conn, app, &case, case.customer.language, now)?;
    let proposal = Proposal::Paper {
        person: paper.person,
        function: paper.function,
        signed_on: paper.signed_on,
        document_hash: offered.hash,
    };
    let scan = Some(&paper.scan);
    propose(conn, app, (viewer, customer), &proposal, scan, now)
}

fn propose(
    conn: &mut PgConnection,
    app: &App,
    (viewer, customer): (&Viewer, CustomerNumber),
    proposal: &Proposal,
    scan: Option<&File>,
    now: DateTime<Utc>,
) -> Result<ProposalId, ActionError> {
    let kind = proposal.kind();
    let open = proposals::list_open(conn, Some(customer), ProposalId(0), 10)?;
    if open.iter().any(|one| one.proposal.kind() == kind) {
        return Err(Refusal::Unchanged.into());
    }
    let file = scan
        .map(|scan| create_file(conn, scan, viewer.user, now))
        .transpose()?;
    let id = proposals::create_proposal(conn, customer, proposal, file, viewer.user, now)?;
    let waits = (Approval::Proposal { id }, Some(customer));
    approvals::tell(
        conn,
        app,
        waits,
        &format!("proposal:{id}"),
        viewer.user,
        now,
    )?;
    note(
        conn,
        viewer,
        customer,
        AuditKind::Proposed { proposal: kind },
        now,
    )?;
    Ok(id)
}

/// A second administrator confirms, and what was proposed is done in the same transaction.
pub fn confirm(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    id: ProposalId,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    require(viewer, Duty::Contract)?;
    let (line, case) = lock(conn, viewer, id, now)?;
    if line.proposed_by.0 == viewer.user {
        return Err(ActionError::NotAllowed);
    }
    if !is_second(conn, app, line.proposed_by.0, viewer.user, now)? {
        return Err(Refusal::NewAccount.into());
    }
    let command = CaseCommand::by(viewer, line.customer, now);
    let close = |conn: &mut PgConnection| -> Result<(), ActionError> {
        let state = ProposalState::Confirmed;
        let closed = proposals::close_proposal(conn, id, state, viewer.user, None, now)?;
        closed.then_some(()).ok_or(Refusal::Unchanged.into())
    };
    let proposed_by = line.proposed_by.1.clone();
    match &line.proposal {
        Proposal::ObjectionInError { number, reason } => {
            // Since the proposal, the customer may have concluded again and objected to that.
            if case.agreements.last().map(|one| &one.number) != Some(number) {
                return Err(Refusal::NoObjection.into());
            }
            let kind = AuditKind::ObjectedInError {
                number: number.clone(),
                reason: reason.clone(),
                proposed_by,
            };
            let write = |conn: &mut PgConnection, _: &Applied| close(conn);
            command.commit_with(conn, app, case, &Event::ObjectedInError, |_| kind, write)?;
        }
        Proposal::Paper {
            person,
            function,
            signed_on,
            document_hash,
        } => {
            let scan = line.file.ok_or(ActionError::NotFound)?;
            let scan = find_file(conn, scan)?.ok_or(ActionError::NotFound)?;
            let record = PaperRecord {
                signed_on: *signed_on,
                recorded_by: proposed_by.clone(),
                confirmed_by: viewer.name.clone(),
                recorded_at: now,
                existing: None,
            };
            let scan_hash = sha256(&scan.bytes);
            let (document, announced) =
                paper_document(conn, app, &case, document_hash, &record, scan, now)?;
            let kind = AuditKind::ConcludedOnPaper {
                number: case.next_agreement_number(&[person, function], now),
                person: person.clone(),
                function: function.clone(),
                signed_on: *signed_on,
                scan_hash,
                proposed_by,
                file: None,
            };
            let event = Event::ConcludedOnPaper {
                person: person.clone(),
                function: function.clone(),
                existing: None,
            };
            let write = |conn: &mut PgConnection, outcome: &Applied| {
                let AgreementId(agreement_id) =
                    outcome.after.agreement().ok_or(ActionError::NotFound)?.id;
                create_document(
                    conn,
                    &NewDocument {
                        agreement_id,
                        ..document
                    },
                )?;
                // Its text is that of the portal, with the announced list in it (row 42).
                close_by_conclusion(conn, line.customer, &announced, now)?;
                close(conn)
            };
            command.commit_with(conn, app, case, &event, |_| kind, write)?;
        }
    }
    Ok(())
}

/// The stored document of a contract on paper: the scan byte for byte; the values and the text the
/// portal would have offered; under `paper`, the fact that it is one (EV-01, EV-02). Also returns
/// the announcements whose changes that text contains.
fn paper_document(
    conn: &mut PgConnection,
    app: &App,
    case: &Case,
    proposed_hash: &str,
    record: &PaperRecord,
    scan: File,
    now: DateTime<Utc>,
) -> Result<(NewDocument, BTreeSet<AnnouncementId>), ActionError> {
    let language: Language = case.customer.language;
    hold_register(conn)?;
    let offered = draft(conn, app, case, language, now)?;
    // Partners, products or text have changed since: the paper was not compared with this text.
    if offered.hash != proposed_hash {
        return Err(Refusal::TextChanged.into());
    }
    let unreadable = |error: serde_json::Error| ActionError::Document(error.to_string());
    let mut contents = serde_json::to_value(&offered.values).map_err(unreadable)?;
    if let Some(fields) = contents.as_object_mut() {
        let paper = serde_json::to_value(record).map_err(unreadable)?;
        fields.insert(PaperRecord::KEY.to_owned(), paper);
    }
    let document = NewDocument {
        agreement_id: uuid::Uuid::nil(),
        language: language.code().to_owned(),
        contents,
        plain_text: text::plain(&offered.document),
        document_hash: offered.hash,
        pdf_hash: sha256(&scan.bytes),
        pdf: scan.bytes,
        // An uploaded PDF is never parsed here.
        pages: 0,
        remote_address: String::new(),
        user_agent: String::new(),
        build: env!("CARGO_PKG_VERSION").to_owned(),
    };
    Ok((document, offered.announced))
}

/// A second administrator rejects, with a reason.
pub fn reject(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: ProposalId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    require(viewer, Duty::Contract)?;
    let (line, _) = lock(conn, viewer, id, now)?;
    if line.proposed_by.0 == viewer.user || reason.is_empty() {
        return Err(ActionError::NotAllowed);
    }
    let state = ProposalState::Rejected;
    if !proposals::close_proposal(conn, id, state, viewer.user, Some(reason), now)? {
        return Err(Refusal::Unchanged.into());
    }
    let kind = AuditKind::ProposalRejected {
        proposal: line.proposal.kind(),
        reason: reason.to_owned(),
    };
    note(conn, viewer, line.customer, kind, now)
}

/// The administrator who proposed it takes it back.
pub fn withdraw(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: ProposalId,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let (line, _) = lock(conn, viewer, id, now)?;
    if line.proposed_by.0 != viewer.user {
        return Err(ActionError::NotAllowed);
    }
    let state = ProposalState::Withdrawn;
    if !proposals::close_proposal(conn, id, state, viewer.user, None, now)? {
        return Err(Refusal::Unchanged.into());
    }
    let kind = AuditKind::ProposalWithdrawn {
        proposal: line.proposal.kind(),
    };
    note(conn, viewer, line.customer, kind, now)
}

/// The scan of a proposal, for the operator's people.
pub fn find_scan(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: ProposalId,
) -> Result<File, ActionError> {
    if !viewer.role.is_operator() {
        return Err(ActionError::NotFound);
    }
    let file: FileId = proposals::find_proposal(conn, id)?
        .and_then(|line| line.file)
        .ok_or(ActionError::NotFound)?;
    find_file(conn, file)?.ok_or(ActionError::NotFound)
}

/// The customer's case, locked, for an administrator.
fn enter(
    conn: &mut PgConnection,
    viewer: &Viewer,
    customer: CustomerNumber,
    now: DateTime<Utc>,
) -> Result<Case, ActionError> {
    require(viewer, Duty::Work)?;
    CaseCommand::by(viewer, customer, now).lock(conn)
}

/// An open proposal with its case. It is read again after the customer was locked, because another
/// administrator may have answered it meanwhile.
fn lock(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: ProposalId,
    now: DateTime<Utc>,
) -> Result<(ProposalLine, Case), ActionError> {
    let found = proposals::find_proposal(conn, id)?.ok_or(ActionError::NotFound)?;
    let case = enter(conn, viewer, found.customer, now)?;
    let line = proposals::find_proposal(conn, id)?.ok_or(ActionError::NotFound)?;
    if line.state != ProposalState::Open {
        return Err(Refusal::Unchanged.into());
    }
    Ok((line, case))
}

fn note(
    conn: &mut PgConnection,
    viewer: &Viewer,
    customer: CustomerNumber,
    kind: AuditKind,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let event = NewEvent {
        kind,
        actor: actor(viewer),
        customer: Some(customer),
        status: None,
    };
    add_event(conn, &event, now)?;
    Ok(())
}
