//! The customer's answers: conclusion, decline, objection
//! (rows 14 to 18, 21, 22, 27, 28, 30 to 33).

use chrono::{DateTime, Utc};

use super::asking::{ask_again, end_links, may_be_asked, tell_partners, to_customer};
use super::case_status::status_of;
use super::change::{Change, Mail};
use super::decide::{DecisionContext, Refusal};
use super::event::{Declaration, ExistingText};
use super::facts::{Agreement, AgreementEnd, Case, LinkEnd, Offer, Request, RequestOutcome};
use super::link::{LinkState, link_state};
use super::status::Status;
use crate::domain::LinkId;
use crate::domain::mail::{MailKind, PartnerNews, Recipient, RequestReason};

/// Rows 15 to 18, 21 and 27: the customer concludes by a link.
pub(super) fn concluded(
    case: &Case,
    declaration: &Declaration,
    context: DecisionContext,
) -> Result<Vec<Change>, Refusal> {
    let (request, link) = case.link(declaration.link).ok_or(Refusal::LinkUnusable)?;
    match link_state(case, request, link, context.now) {
        Some(LinkState::Valid { .. }) => {}
        Some(LinkState::Concluded { .. }) => return Err(Refusal::AlreadyConcluded),
        Some(LinkState::TextMissing) => return Err(Refusal::TextMissing),
        _ => return Err(Refusal::LinkUnusable),
    }
    if case.open_request().is_none() {
        return Err(Refusal::LinkUnusable);
    }
    let offer = case.offer(context.now).ok_or(Refusal::NotNeeded)?;
    if declaration.shown != declaration.current {
        return Err(Refusal::TextChanged);
    }
    let agreement = Agreement {
        id: context.new_ids.agreement,
        number: case
            .next_agreement_number(&[&link.id.to_string(), &declaration.shown], context.now),
        concluded_at: context.now,
        person: declaration.person.clone(),
        function: declaration.function.clone(),
        request: Some(request.id),
        link: Some(link.id),
        offer,
        sub_partner_left: None,
        end: None,
    };
    let mut changes = vec![Change::EndLink(link.id, LinkEnd::Used)];
    changes.extend(conclude(case, agreement, context.now));
    Ok(changes)
}

/// 5.8-18: the contract was signed on paper. It answers no link; all links that were mailed are
/// closed.
pub(super) fn concluded_on_paper(
    case: &Case,
    signed: (&str, &str),
    context: DecisionContext,
) -> Result<Vec<Change>, Refusal> {
    let offer = case.offer(context.now).ok_or(Refusal::NotNeeded)?;
    if case.is_settled(context.now) {
        return Err(Refusal::AlreadyConcluded);
    }
    if case.lacks_text(context.now) {
        return Err(Refusal::TextMissing);
    }
    let agreement = on_paper(case, signed, offer, context);
    Ok(conclude(case, agreement, context.now))
}

/// 5.8-18: one of many agreements that were concluded before the portal was there. Whoever has answered in
/// the portal has said something newer. Nobody is told: for customer and partners nothing is new.
pub(super) fn concluded_before(
    case: &Case,
    signed: (&str, &str),
    text: &ExistingText,
    context: DecisionContext,
) -> Result<Vec<Change>, Refusal> {
    let offer = case.offer(context.now).ok_or(Refusal::NotNeeded)?;
    if case.has_answered() {
        return Err(Refusal::AlreadyConcluded);
    }
    if !text.describes(case, &offer) {
        return Err(Refusal::TextMissing);
    }
    let offer = Offer {
        version: text.version.clone(),
        ..offer
    };
    let agreement = on_paper(case, signed, offer, context);
    let mut changes = conclude(case, agreement, context.now);
    changes.retain(|change| change.mail().is_none());
    Ok(changes)
}

impl Case {
    /// Whether the customer has ever concluded, declined or objected in the portal.
    pub fn has_answered(&self) -> bool {
        let is_answer = |request: &Request| {
            let outcome = request.closed.map(|(_, outcome)| outcome);
            matches!(
                outcome,
                Some(RequestOutcome::Declined | RequestOutcome::Objected)
            )
        };
        !self.agreements.is_empty() || self.requests.iter().any(is_answer)
    }
}

/// An agreement without a link: it may end a round that is open.
fn on_paper(
    case: &Case,
    (person, function): (&str, &str),
    offer: Offer,
    context: DecisionContext,
) -> Agreement {
    Agreement {
        id: context.new_ids.agreement,
        number: case.next_agreement_number(&[person, function], context.now),
        concluded_at: context.now,
        person: person.to_owned(),
        function: function.to_owned(),
        request: case.open_request().map(|open| open.id),
        link: None,
        offer,
        sub_partner_left: None,
        end: None,
    }
}

/// Closes what is open, replaces the old agreement with the new one and notifies all involved.
fn conclude(case: &Case, agreement: Agreement, now: DateTime<Utc>) -> Vec<Change> {
    let mut changes = end_links(case, agreement.link, LinkEnd::Closed, now);
    changes.extend(
        case.open_request()
            .map(|open| Change::CloseRequest(open.id, RequestOutcome::Concluded)),
    );
    changes.extend(
        case.agreement()
            .map(|old| Change::EndAgreement(old.id, AgreementEnd::Replaced)),
    );
    changes.push(to_customer(MailKind::Concluded {
        agreement: agreement.id,
    }));
    // If a partner entered the address, the former address is told what was concluded (A4).
    let doubt = case.doubt_about(&agreement);
    if doubt.is_some_and(|one| one.former.is_some()) {
        changes.push(Change::Queue(Mail {
            kind: MailKind::Concluded {
                agreement: agreement.id,
            },
            to: Recipient::FormerAddress,
        }));
    }
    changes.push(Change::Conclude(agreement));
    changes.extend(tell_partners(case, PartnerNews::Concluded));
    changes
}

/// Rows 14, 22 and 28: no more reminders, links are closed; an agreement in force stays in force.
pub(super) fn declined(
    case: &Case,
    id: LinkId,
    context: DecisionContext,
) -> Result<Vec<Change>, Refusal> {
    let (request, link) = case.link(id).ok_or(Refusal::LinkUnusable)?;
    match link_state(case, request, link, context.now) {
        Some(LinkState::Valid { .. }) => {}
        Some(LinkState::Declined { .. }) => return Err(Refusal::Unchanged),
        Some(LinkState::Concluded { .. }) => return Err(Refusal::AlreadyConcluded),
        _ => return Err(Refusal::LinkUnusable),
    }
    let open = case.open_request().ok_or(Refusal::LinkUnusable)?;
    Ok(decline(case, open, context.now))
}

/// Rows 30 to 32: the agreement is void, and no partner has access from the commit on.
pub(super) fn objected(case: &Case, context: DecisionContext) -> Result<Vec<Change>, Refusal> {
    match (case.agreement(), case.open_request()) {
        (Some(agreement), open) => {
            let mut changes = vec![Change::EndAgreement(agreement.id, AgreementEnd::Objected)];
            changes.extend(end_links(case, None, LinkEnd::Closed, context.now));
            changes.extend(
                open.map(|request| Change::CloseRequest(request.id, RequestOutcome::Objected)),
            );
            changes.push(to_customer(MailKind::Objected {
                agreement: agreement.id,
            }));
            changes.extend(tell_partners(case, PartnerNews::Objected));
            Ok(changes)
        }
        (None, Some(open)) => Ok(decline(case, open, context.now)),
        (None, None) => Err(Refusal::NothingToObject),
    }
}

/// Row 33: a void agreement does not become valid again; the customer is asked to conclude a new
/// one.
pub(super) fn objected_in_error(
    case: &Case,
    context: DecisionContext,
) -> Result<Vec<Change>, Refusal> {
    // A customer that was asked again since, or has declined since, is not asked because of the
    // error.
    if status_of(case, context.now).status != Status::Void {
        return Err(Refusal::NoObjection);
    }
    may_be_asked(case, context.now)?;
    Ok(ask_again(case, RequestReason::InError, context))
}

fn decline(case: &Case, open: &Request, now: DateTime<Utc>) -> Vec<Change> {
    let mut changes = end_links(case, None, LinkEnd::Closed, now);
    changes.push(Change::CloseRequest(open.id, RequestOutcome::Declined));
    changes.push(to_customer(MailKind::Declined));
    changes.extend(tell_partners(case, PartnerNews::Declined));
    changes
}
