//! The public page of a consent link: reading, concluding, declining.

use chrono::{DateTime, Utc};

use super::documents::{Draft, concluded_pdf, draft, hash_now};
use super::notices::close_by_conclusion;
use super::verification::keep_certificate;
use super::{ActionError, Actor, Applied, CaseCommand};
use crate::app::App;
use crate::contract::text;
use crate::contract::values::{Conclusion, Values};
use crate::document::Pdf;
use crate::document::evidence::Circumstances;
use crate::document::seal::Sealer;
use crate::domain::audit::AuditKind;
use crate::domain::case::{Case, Declaration, Event, Link, LinkState, Refusal, link_state};
use crate::domain::{AgreementId, CustomerNumber, Language, LinkId};
use crate::storage::agreements::{NewDocument, create_document};
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::declarations::create_decline_reason;
use crate::storage::sub_processors::hold_register;
use crate::storage::{PgConnection, cases, links};

/// The form's values, already checked field by field.
#[derive(Debug, Clone)]
pub struct Signature {
    /// Name of the person who concludes, cleaned.
    pub person: String,
    /// The person's function in the company, cleaned.
    pub function: String,
    /// The declarations beside the boxes, word for word.
    pub declarations: Vec<String>,
    /// Hash of the text that was shown.
    pub shown: String,
    /// Language it was shown in.
    pub language: Language,
    /// IP address of the browser.
    pub remote_address: String,
    /// `User-Agent` of the browser.
    pub user_agent: String,
}

/// A concluded document. It is made before the case is locked, because it takes a tenth of a
/// second.
pub struct Prepared {
    customer: CustomerNumber,
    draft: Draft,
    values: Values,
    plain_text: String,
    pdf: Pdf,
    at: DateTime<Utc>,
}

/// The case of the customer a link was sent to; `NotFound` for a link that was never issued.
pub fn find_by_link(conn: &mut PgConnection, app: &App, link: LinkId) -> Result<Case, ActionError> {
    let number = links::find_customer(conn, link)?.ok_or(ActionError::NotFound)?;
    cases::find_case(conn, number, app.clock.now())?.ok_or(ActionError::NotFound)
}

/// Counts that the page was fetched and adds the first time to the history. Changes nothing else,
/// however often it is fetched (S-03).
pub fn note_opening(
    conn: &mut PgConnection,
    link: LinkId,
    customer: CustomerNumber,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    if links::count_opening(conn, link)? {
        let event = NewEvent {
            kind: AuditKind::LinkOpened,
            actor: Actor::Link { id: link },
            customer: Some(customer),
            status: None,
        };
        add_event(conn, &event, now)?;
    }
    Ok(())
}

/// Reads what the conclusion needs. Refuses early what the decision would refuse, so that no PDF is
/// made for nothing.
pub fn check(
    conn: &mut PgConnection,
    app: &App,
    link: LinkId,
    signature: &Signature,
    now: DateTime<Utc>,
) -> Result<(Case, Draft), ActionError> {
    let case = find_by_link(conn, app, link)?;
    usable(&case, link, now)?;
    let draft = draft(conn, app, &case, signature.language, now)?;
    if draft.hash != signature.shown {
        return Err(Refusal::TextChanged.into());
    }
    Ok((case, draft))
}

/// Makes the document. CPU work, without database and lock.
pub fn prepare(
    sealer: &Sealer,
    case: &Case,
    draft: Draft,
    link: LinkId,
    signature: &Signature,
    at: DateTime<Utc>,
) -> Result<Prepared, ActionError> {
    let (request, sent) = case.link(link).ok_or(ActionError::NotFound)?;
    let conclusion = conclusion(case, sent, &draft, signature, at);
    let about = Circumstances {
        language: signature.language,
        version: (draft.document.version.clone(), draft.document.date),
        link,
        reminder: sent.number,
        asked_at: request.opened_at,
        valid_until: sent.valid_until,
    };
    let (values, document, pdf) = concluded_pdf(sealer, &draft, conclusion, &about)?;
    Ok(Prepared {
        customer: case.customer.number,
        draft,
        values,
        plain_text: text::plain(&document),
        pdf,
        at,
    })
}

/// Concludes: agreement, document, mails and event in one transaction. A second attempt is refused
/// as `AlreadyConcluded`, which the page answers with the success page (rows 15 to 18, S-07).
pub fn conclude(
    conn: &mut PgConnection,
    app: &App,
    link: LinkId,
    signature: &Signature,
    prepared: Prepared,
) -> Result<AgreementId, ActionError> {
    let command = CaseCommand::by_link(link, prepared.customer, prepared.at);
    let case = command.lock(conn)?;
    usable(&case, link, prepared.at)?;
    hold_register(conn)?;
    let (language, at) = (signature.language, prepared.at);
    let current = hash_now(conn, app, &case, &prepared.draft, language, at)?;
    let number =
        case.next_agreement_number(&[&link.to_string(), &prepared.draft.hash], prepared.at);
    if prepared
        .values
        .conclusion
        .as_ref()
        .is_none_or(|conclusion| conclusion.agreement_number != number)
    {
        return Err(Refusal::TextChanged.into());
    }
    let declaration = Declaration {
        link,
        person: signature.person.clone(),
        function: signature.function.clone(),
        shown: prepared.draft.hash.clone(),
        current,
    };
    let pdf_hash = prepared.pdf.sha256.clone();
    let kind = AuditKind::Concluded {
        number,
        person: signature.person.clone(),
        function: signature.function.clone(),
        document_hash: prepared.draft.hash.clone(),
        pdf_hash: pdf_hash.clone(),
    };
    let event = Event::Concluded(declaration);
    let announced = prepared.draft.announced.clone();
    let store = |conn: &mut PgConnection, outcome: &Applied| {
        let document = document(agreement(outcome)?, signature, prepared, pdf_hash)?;
        create_document(conn, &document)?;
        close_by_conclusion(conn, command.customer, &announced, command.now)?;
        keep_certificate(conn, app, command.now)
    };
    let outcome = command.commit_with(conn, app, case, &event, |_| kind, store)?;
    agreement(&outcome)
}

/// The agreement that has just been concluded.
fn agreement(outcome: &Applied) -> Result<AgreementId, ActionError> {
    let agreement = outcome.after.agreement().ok_or(ActionError::NotFound)?;
    Ok(agreement.id)
}

/// The stored form of an agreement's document.
fn document(
    agreement: AgreementId,
    signature: &Signature,
    prepared: Prepared,
    pdf_hash: String,
) -> Result<NewDocument, ActionError> {
    Ok(NewDocument {
        agreement_id: agreement.0,
        language: signature.language.code().to_owned(),
        contents: serde_json::to_value(&prepared.values)
            .map_err(|error| ActionError::Document(error.to_string()))?,
        plain_text: prepared.plain_text,
        document_hash: prepared.draft.hash,
        pages: i32::try_from(prepared.pdf.pages).unwrap_or(i32::MAX),
        pdf: prepared.pdf.bytes,
        pdf_hash,
        remote_address: signature.remote_address.clone(),
        user_agent: signature.user_agent.clone(),
        build: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

/// Declines: no reminders, no access; a new mail can be sent later (row 14, 5.8-17). The reason, if
/// one was typed, is stored with the round and not in the event, which partners' pages show
/// (EV-10).
pub fn decline(
    conn: &mut PgConnection,
    app: &App,
    link: LinkId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let customer = links::find_customer(conn, link)?.ok_or(ActionError::NotFound)?;
    let command = CaseCommand::by_link(link, customer, now);
    let case = command.lock(conn)?;
    let round = case.open_request().map(|open| open.id);
    let keep = |conn: &mut PgConnection, _: &Applied| {
        if let Some(round) = round.filter(|_| !reason.is_empty()) {
            create_decline_reason(conn, round, reason, now)?;
        }
        Ok(())
    };
    let event = Event::Declined(link);
    match command.commit_with(conn, app, case, &event, |_| AuditKind::Declined, keep) {
        // This is the second click of a double click.
        Ok(_) | Err(ActionError::Refused(Refusal::Unchanged)) => Ok(()),
        Err(error) => Err(error),
    }
}

fn usable(case: &Case, link: LinkId, now: DateTime<Utc>) -> Result<(), ActionError> {
    let (request, sent) = case.link(link).ok_or(ActionError::NotFound)?;
    match link_state(case, request, sent, now) {
        Some(LinkState::Valid { .. }) => Ok(()),
        Some(LinkState::Concluded { .. }) => Err(Refusal::AlreadyConcluded.into()),
        Some(LinkState::TextMissing) => Err(Refusal::TextMissing.into()),
        Some(_) => Err(Refusal::LinkUnusable.into()),
        None => Err(ActionError::NotFound),
    }
}

fn conclusion(
    case: &Case,
    sent: &Link,
    draft: &Draft,
    signature: &Signature,
    at: DateTime<Utc>,
) -> Conclusion {
    Conclusion {
        agreement_number: case.next_agreement_number(&[&sent.id.to_string(), &draft.hash], at),
        at,
        person: signature.person.clone(),
        function: signature.function.clone(),
        declarations: signature.declarations.clone(),
        sent_to: case
            .customer
            .email()
            .map(|email| email.as_str().to_owned())
            .unwrap_or_default(),
        link_sent_at: sent.sent_at,
        remote_address: signature.remote_address.clone(),
        user_agent: signature.user_agent.clone(),
        evidence_hash: String::new(),
        document_hash: draft.hash.clone(),
    }
}
