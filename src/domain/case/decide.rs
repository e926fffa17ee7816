//! The state table of requirements 5.4 and 5.5 as code. No I/O, no clock, no database.

use chrono::{DateTime, Duration, Utc};

use super::asking::{
    alert, ask_again, ask_anew, awaited, end_links, links, may_be_asked, new_link, tell_partners,
    to_customer, unasked_reason,
};
use super::change::Change;
use super::event::{Declaration, Event};
use super::facts::{Agreement, AgreementEnd, Case, Covered, LinkEnd, Outcome, Partner, Request};
use super::link::{LinkState, link_state};
use super::standing::{Status, standing};
use crate::domain::calendar::{REMINDERS, in_send_window, next_step_after};
use crate::domain::mail::{Alert, MailKind, PartnerNews, RequestReason};
use crate::domain::{AgreementId, EmailAddress, LinkId, RequestId};

/// A second click within this time is the same click.
const JUST_SENT: Duration = Duration::minutes(1);
/// Between two links a customer asks for by an old one (S-13).
const LINK_PAUSE: Duration = Duration::minutes(10);
/// Links a customer can ask for within a day (S-13).
const LINKS_PER_DAY: usize = 3;

/// When a decision is taken, and the keys for what it creates.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// The time.
    pub now: DateTime<Utc>,
    /// Fresh random keys.
    pub fresh: Fresh,
}

/// Random keys a decision may give away; drawn by the caller so that `decide` stays pure.
#[derive(Debug, Clone, Copy)]
pub struct Fresh {
    /// For a new round.
    pub request: RequestId,
    /// For a new link.
    pub link: LinkId,
    /// For a new agreement.
    pub agreement: AgreementId,
}

/// Why nothing changes. Each has a sentence on the screens that says what to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The customer was deleted.
    Deleted,
    /// No product needs an agreement.
    NotNeeded,
    /// The agreement in force covers everything; also the answer to a second conclusion (rows 16, 17).
    AlreadyConcluded,
    /// The customer has no e-mail address (L-09).
    NoAddress,
    /// The same mail went out a moment ago.
    JustSent,
    /// Too many links were asked for (S-13).
    TooManyLinks,
    /// Nothing is open that a link could be for.
    NothingOpen,
    /// The link cannot be used any more (row 18).
    LinkUnusable,
    /// The text changed since it was shown (S-06).
    TextChanged,
    /// Neither agreement nor request: nothing to object to.
    NothingToObject,
    /// No reminder or end is due.
    NotDue,
    /// The product is not in the catalogue, or does not have the option.
    UnknownProduct,
    /// The sub-partner does not belong to the customer's partner (S-54).
    ForeignSubPartner,
    /// The sub-partner lacks contact data (5.8-16) or is blocked.
    IncompleteSubPartner,
    /// After conclusion the sub-partner cannot be changed here yet.
    SubPartnerAfterConclusion,
    /// That is how it is already.
    Unchanged,
}

/// Decides what `event` does to `case`.
pub fn decide(case: &Case, event: &Event, moment: Moment) -> Result<Vec<Change>, Refusal> {
    if case.customer.deleted_at.is_some() {
        return Err(Refusal::Deleted);
    }
    match event {
        Event::Booked { product, ums } => booked(case, product, *ums, moment),
        Event::AskedByHand => asked_by_hand(case, moment),
        Event::AskedByLink(link) => asked_by_link(case, *link, moment),
        Event::StepDue => step_due(case, moment),
        Event::MailRefused(link) => mail_refused(case, *link),
        Event::SubPartnerNamed(partner) => sub_partner_named(case, partner.as_ref(), moment),
        Event::EmailChanged(email) => email_changed(case, email, moment),
        Event::Concluded(declaration) => concluded(case, declaration, moment),
        Event::Declined(link) => declined(case, *link, moment),
        Event::Objected(_) => objected(case, moment),
    }
}

/// Rows 1, 12, 45, 46, 50.
fn booked(case: &Case, product: &str, ums: bool, moment: Moment) -> Result<Vec<Change>, Refusal> {
    let known = case.product(product).ok_or(Refusal::UnknownProduct)?;
    if ums && !known.has_ums_option() {
        return Err(Refusal::UnknownProduct);
    }
    let mut changes = vec![Change::AddBooking {
        product: product.to_owned(),
        ums,
    }];
    let mut after = case.clone();
    after.apply(&changes, moment.now);
    // Row 50: an agreement whose need was over does not come back to life with a new booking.
    let was_ended = case.required_products(moment.now).is_empty()
        && !after.required_products(moment.now).is_empty();
    if let Some(old) = case.agreement().filter(|_| was_ended) {
        let end = Change::EndAgreement(old.id, AgreementEnd::Ended);
        after.apply(std::slice::from_ref(&end), moment.now);
        changes.push(end);
    }
    let key = Covered {
        product: product.to_owned(),
        ums,
    };
    let is_new = !case.required_products(moment.now).contains(&key);
    if is_new && after.required_products(moment.now).contains(&key) && !after.is_covered(moment.now)
    {
        let reason = if after.agreement().is_some() {
            RequestReason::Product
        } else {
            RequestReason::First
        };
        changes.extend(ask_anew(&after, reason, LinkEnd::Replaced, moment));
    }
    Ok(changes)
}

/// Rows 3 and 7: a new round; earlier links keep their own end (5.8-5).
fn asked_by_hand(case: &Case, moment: Moment) -> Result<Vec<Change>, Refusal> {
    may_be_asked(case, moment.now)?;
    if links(case).any(|link| moment.now - link.sent_at < JUST_SENT)
        && case.open_request().is_some()
    {
        return Err(Refusal::JustSent);
    }
    Ok(ask_again(case, RequestReason::Manual, moment))
}

/// S-13: only while the contract is open, and not too often.
fn asked_by_link(case: &Case, id: LinkId, moment: Moment) -> Result<Vec<Change>, Refusal> {
    let (request, link) = case.link(id).ok_or(Refusal::LinkUnusable)?;
    match link_state(case, request, link, moment.now) {
        Some(LinkState::Expired { .. } | LinkState::Replaced { .. }) => {}
        _ => return Err(Refusal::LinkUnusable),
    }
    may_be_asked(case, moment.now)?;
    let unanswered = case
        .requests
        .last()
        .is_some_and(|last| matches!(last.closed, None | Some((_, Outcome::Expired))));
    // The round before an objection may have run out; an old link does not undo the objection.
    if !unanswered || standing(case, moment.now).status == Status::Void {
        return Err(Refusal::NothingOpen);
    }
    let sent_within = |time: Duration| {
        links(case)
            .filter(|link| moment.now - link.sent_at < time)
            .count()
    };
    if sent_within(LINK_PAUSE) > 0 || sent_within(Duration::days(1)) >= LINKS_PER_DAY {
        return Err(Refusal::TooManyLinks);
    }
    Ok(ask_again(case, RequestReason::Manual, moment))
}

/// Rows 5 and 6. Missed steps collapse: one reminder, then fourteen days again (5.6-10).
fn step_due(case: &Case, moment: Moment) -> Result<Vec<Change>, Refusal> {
    let request = case.open_request().ok_or(Refusal::NotDue)?;
    let end = request.last_link_end().ok_or(Refusal::NotDue)?;
    let can_send = case.customer.email().is_some() && request.undeliverable_at.is_none();
    if moment.now < next_step_after(end) || !in_send_window(moment.now) {
        return Err(Refusal::NotDue);
    }
    if case.offer(moment.now).is_none() {
        // Row 19: a booking can end while a round is open; nobody is reminded of what is not needed.
        let mut changes = end_links(case, None, LinkEnd::Closed, moment.now);
        changes.push(Change::CloseRequest(request.id, Outcome::NotNeeded));
        return Ok(changes);
    }
    if request.reminders >= REMINDERS {
        let mut changes = vec![Change::CloseRequest(request.id, Outcome::Expired)];
        changes.extend(tell_partners(case, PartnerNews::Expired));
        return Ok(changes);
    }
    if !can_send {
        return Err(Refusal::NotDue);
    }
    let link = new_link(request.reminders + 1, moment);
    let kind = MailKind::Reminder {
        link: link.id,
        number: link.number,
    };
    Ok(vec![Change::Remind(request.id, link), to_customer(kind)])
}

/// Row 8: the status says so, reminders pause, people are told once.
fn mail_refused(case: &Case, id: LinkId) -> Result<Vec<Change>, Refusal> {
    let (request, _) = case.link(id).ok_or(Refusal::LinkUnusable)?;
    if !request.is_open() || request.undeliverable_at.is_some() {
        return Err(Refusal::Unchanged);
    }
    let mut changes = vec![
        Change::MarkUndeliverable(request.id),
        alert(Alert::Undeliverable),
    ];
    changes.extend(tell_partners(case, PartnerNews::Undeliverable));
    Ok(changes)
}

/// Row 11. After conclusion a change needs an amendment, which is not offered here yet.
fn sub_partner_named(
    case: &Case,
    named: Option<&Partner>,
    moment: Moment,
) -> Result<Vec<Change>, Refusal> {
    if case.sub_partner.as_ref().map(|sub| sub.id) == named.map(|sub| sub.id) {
        return Err(Refusal::Unchanged);
    }
    if case.agreement().is_some() {
        return Err(Refusal::SubPartnerAfterConclusion);
    }
    if let Some(sub) = named {
        if case.partner.is_none() || sub.parent != case.partner.as_ref().map(|partner| partner.id) {
            return Err(Refusal::ForeignSubPartner);
        }
        if !sub.party.is_complete() || sub.blocked_at.is_some() {
            return Err(Refusal::IncompleteSubPartner);
        }
    }
    let mut changes = vec![Change::SetSubPartner(named.cloned())];
    if awaited(case, moment.now).is_some() {
        let mut after = case.clone();
        after.apply(&changes, moment.now);
        changes.extend(ask_anew(
            &after,
            RequestReason::SubPartner,
            LinkEnd::Replaced,
            moment,
        ));
    } else {
        // Links of rounds that are over keep their date, but they must not show the new chain.
        changes.extend(end_links(case, None, LinkEnd::Replaced, moment.now));
    }
    Ok(changes)
}

/// Rows 2, 9 and 47.
fn email_changed(
    case: &Case,
    email: &EmailAddress,
    moment: Moment,
) -> Result<Vec<Change>, Refusal> {
    if case.customer.email() == Some(email) {
        return Err(Refusal::Unchanged);
    }
    let mut changes = vec![Change::SetEmail(email.clone())];
    let reason = match awaited(case, moment.now) {
        // The mail to the new address says the same as the one to the old address did.
        Some(request) => Some(request.reason),
        None => unasked_reason(case, moment.now),
    };
    if let Some(reason) = reason {
        let mut after = case.clone();
        after.apply(&changes, moment.now);
        changes.extend(ask_anew(&after, reason, LinkEnd::Replaced, moment));
    }
    Ok(changes)
}

/// Rows 15 to 18, 21 and 27.
fn concluded(
    case: &Case,
    declaration: &Declaration,
    moment: Moment,
) -> Result<Vec<Change>, Refusal> {
    let (request, link) = case.link(declaration.link).ok_or(Refusal::LinkUnusable)?;
    match link_state(case, request, link, moment.now) {
        Some(LinkState::Valid { .. }) => {}
        Some(LinkState::Concluded { .. }) => return Err(Refusal::AlreadyConcluded),
        _ => return Err(Refusal::LinkUnusable),
    }
    let open = case.open_request().ok_or(Refusal::LinkUnusable)?;
    let offer = case.offer(moment.now).ok_or(Refusal::NotNeeded)?;
    if declaration.shown != declaration.current {
        return Err(Refusal::TextChanged);
    }
    let agreement = Agreement {
        id: moment.fresh.agreement,
        number: case.next_agreement_number(moment.now),
        concluded_at: moment.now,
        person: declaration.person.clone(),
        function: declaration.function.clone(),
        request: request.id,
        link: link.id,
        offer,
        end: None,
    };
    let mut changes = vec![Change::EndLink(link.id, LinkEnd::Used)];
    changes.extend(end_links(case, Some(link.id), LinkEnd::Closed, moment.now));
    changes.push(Change::CloseRequest(open.id, Outcome::Concluded));
    changes.extend(
        case.agreement()
            .map(|old| Change::EndAgreement(old.id, AgreementEnd::Replaced)),
    );
    changes.push(to_customer(MailKind::Concluded {
        agreement: agreement.id,
    }));
    changes.push(Change::Conclude(agreement));
    changes.extend(tell_partners(case, PartnerNews::Concluded));
    Ok(changes)
}

/// Rows 14, 22 and 28: no reminders, links closed; an agreement in force goes on.
fn declined(case: &Case, id: LinkId, moment: Moment) -> Result<Vec<Change>, Refusal> {
    let (request, link) = case.link(id).ok_or(Refusal::LinkUnusable)?;
    match link_state(case, request, link, moment.now) {
        Some(LinkState::Valid { .. }) => {}
        Some(LinkState::Declined { .. }) => return Err(Refusal::Unchanged),
        Some(LinkState::Concluded { .. }) => return Err(Refusal::AlreadyConcluded),
        _ => return Err(Refusal::LinkUnusable),
    }
    let open = case.open_request().ok_or(Refusal::LinkUnusable)?;
    Ok(decline(case, open, moment.now))
}

/// Rows 30 to 32: the agreement is void and every partner is out at commit.
fn objected(case: &Case, moment: Moment) -> Result<Vec<Change>, Refusal> {
    match (case.agreement(), case.open_request()) {
        (Some(agreement), open) => {
            let mut changes = vec![Change::EndAgreement(agreement.id, AgreementEnd::Objected)];
            changes.extend(end_links(case, None, LinkEnd::Closed, moment.now));
            changes.extend(open.map(|request| Change::CloseRequest(request.id, Outcome::Objected)));
            changes.push(to_customer(MailKind::Objected {
                agreement: agreement.id,
            }));
            changes.extend(tell_partners(case, PartnerNews::Objected));
            Ok(changes)
        }
        (None, Some(open)) => Ok(decline(case, open, moment.now)),
        (None, None) => Err(Refusal::NothingToObject),
    }
}

fn decline(case: &Case, open: &Request, now: DateTime<Utc>) -> Vec<Change> {
    let mut changes = end_links(case, None, LinkEnd::Closed, now);
    changes.push(Change::CloseRequest(open.id, Outcome::Declined));
    changes.push(to_customer(MailKind::Declined));
    changes.extend(tell_partners(case, PartnerNews::Declined));
    changes
}
