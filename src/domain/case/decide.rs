//! The state table of requirements 5.4 and 5.5 as code, without I/O, clock or database.

use chrono::{DateTime, Duration, Utc};

use super::address::{address_due, former_told, former_unreached, judged};
use super::answers::{
    concluded, concluded_before, concluded_on_paper, declined, objected, objected_in_error,
};
use super::arrived::arrived;
use super::asking::{
    alert, ask_again, ask_anew, awaited, links, may_be_asked, new_link, sent_within_a_day,
    tell_partners, to_customer, withdraw,
};
use super::bookings::{booked, cancelled, lapsed, option_cancelled, option_changed};
use super::case_status::status_of;
use super::chain::{partner_assigned, partner_blocked, sub_partner_named};
use super::change::Change;
use super::demand::{ask_on_demand, told_of_version};
use super::event::Event;
use super::facts::{Case, LinkEnd, RequestOutcome};
use super::link::{LinkState, link_state};
use super::master_data::{deleted, email_changed, links_locked, party_changed};
use super::restored::restored;
use super::reviewed::need_changed;
use super::status::Status;
use crate::domain::calendar::{REMINDERS, next_step_after};
use crate::domain::mail::{Alert, CustomerNews, MailKind, PartnerNews, RequestReason};
use crate::domain::{AddressId, AgreementId, LinkId, RequestId};

/// A second request within this time counts as a double click.
const JUST_SENT: Duration = Duration::minutes(1);
/// Minimum time between two links that a customer requests by an old one (S-13).
const LINK_PAUSE: Duration = Duration::minutes(10);
/// How many links a customer can request within a day (S-13).
const LINKS_PER_DAY: usize = 3;
/// How many mails with a link users of the operator and the partners can cause for one customer
/// within a day; more would only annoy (S-13).
pub(super) const MAILS_PER_DAY: usize = 10;

/// The time of a decision, and the keys for the rows it creates.
#[derive(Debug, Clone, Copy)]
pub struct DecisionContext {
    /// The time of the decision.
    pub now: DateTime<Utc>,
    /// Random keys for what the decision creates.
    pub new_ids: NewIds,
}

/// Random keys for the rows a decision may create; the caller draws them so that `decide` stays
/// pure.
#[derive(Debug, Clone, Copy)]
pub struct NewIds {
    /// Key of a new round.
    pub request: RequestId,
    /// Key of a new link.
    pub link: LinkId,
    /// Key of a new agreement.
    pub agreement: AgreementId,
    /// Key of an address that a partner enters.
    pub address: AddressId,
}

/// Why an event is refused and nothing changes. The pages show a sentence for each that says what
/// to do next.
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
    /// The same mail was sent just before.
    JustSent,
    /// Too many links were requested (S-13).
    TooManyLinks,
    /// There is no open request that a new link could belong to.
    NothingOpen,
    /// The link cannot be used any more (row 18).
    LinkUnusable,
    /// The text changed since it was shown (S-06).
    TextChanged,
    /// Nobody else could administer the portal.
    LastAdministrator,
    /// There is neither an agreement nor a request to object to.
    NothingToObject,
    /// No reminder, end of a round or new text is due.
    NotDue,
    /// The product is not in the catalogue or not sold any more, or does not have the option.
    UnknownProduct,
    /// The sub-partner does not belong to the customer's partner (S-54).
    ForeignSubPartner,
    /// The sub-partner lacks contact data (5.8-16) or is blocked.
    IncompleteSubPartner,
    /// The Mandant lacks contact data (LC-24) or is blocked.
    IncompletePartner,
    /// There is no contract under Art. 28(4) GDPR with the Mandant, and the operator requires one
    /// (C6).
    PartnerWithoutContract,
    /// There is no contract under Art. 28(4) GDPR with the Submandant, and the operator requires
    /// one.
    SubPartnerWithoutContract,
    /// A Submandant cannot look after a customer unless its Mandant does.
    NotAPartner,
    /// Another customer has this number, or had it until it was deleted.
    NumberTaken,
    /// The address belongs to a partner that looks after the customer, or is in the partner's
    /// domain (5.6-11).
    PartnerAddress,
    /// Partners have entered too many addresses for the customer today (A4).
    TooManyAddresses,
    /// The operator must first decide whether the entered address is the customer's (A4).
    AddressUndecided,
    /// The address was decided before, or another one has replaced it (A4).
    AddressDecided,
    /// There is no such booking, or it has ended.
    UnknownBooking,
    /// Mail programs would turn a name, street, town or contact into a link (S-26).
    LinkInName,
    /// One of the two administrators' accounts is new and was created by the other, or both were
    /// created by a third (S-39).
    NewAccount,
    /// The end of a booking lies in the past.
    EndInPast,
    /// No agreement with the current chain is in force that could be concluded anew on demand.
    NothingInForce,
    /// The contract version in force has no annex for what would be offered; the operator publishes one
    /// that has.
    TextMissing,
    /// A request is open already, and its page shows the contract version in force (rows 35, 36).
    AlreadyAsked,
    /// No objection was recorded that could have been an error (row 33).
    NoObjection,
    /// The database contradicts the document that is to be restored (F5).
    Contradicted,
    /// The event would change nothing.
    Unchanged,
}

/// Decides what `event` changes in `case`, or why it is refused.
pub fn decide(
    case: &Case,
    event: &Event,
    context: DecisionContext,
) -> Result<Vec<Change>, Refusal> {
    if case.customer.deleted_at.is_some() {
        return Err(Refusal::Deleted);
    }
    match event {
        Event::Booked { product, options } => booked(case, product, options, context),
        Event::Arrived(arrival) => arrived(case, arrival, context),
        Event::OptionChanged {
            booking,
            option,
            on,
        } => option_changed(case, *booking, option, *on, context),
        Event::OptionCancelled {
            booking,
            option,
            ends_at,
        } => option_cancelled(case, *booking, option, *ends_at, context),
        Event::Cancelled { booking, ends_at } => cancelled(case, *booking, *ends_at, context),
        Event::NeedChanged => need_changed(case, context),
        Event::PartnerAssigned(partner) => partner_assigned(case, partner.as_ref(), context),
        Event::AskedByHand => asked_by_hand(case, context),
        Event::Demanded(demand) => ask_on_demand(case, *demand, context),
        Event::ToldOfVersion => told_of_version(case, context.now),
        Event::AskedByLink(link) => asked_by_link(case, *link, context),
        Event::StepDue => step_due(case, context),
        Event::NewVersion => new_version(case, context),
        Event::MailRefused(link) => mail_refused(case, *link),
        Event::SubPartnerNamed(partner) => sub_partner_named(case, partner.as_ref(), context),
        Event::PartnerBlocked(partner) => partner_blocked(case, *partner),
        Event::EmailChanged(change) => email_changed(case, change, context),
        Event::FormerTold(id) => former_told(case, *id),
        Event::FormerUnreached(id) => former_unreached(case, *id),
        Event::AddressJudged(id, verdict) => judged(case, *id, *verdict, context),
        Event::PartyChanged { party, language } => party_changed(case, party, *language, context),
        Event::Deleted => Ok(deleted(case, context)),
        Event::LinksLocked { ask_again } => links_locked(case, *ask_again, context),
        Event::Concluded(declaration) => concluded(case, declaration, context),
        Event::ConcludedOnPaper {
            person,
            function,
            existing: None,
        } => concluded_on_paper(case, (person, function), context),
        Event::ConcludedOnPaper {
            person,
            function,
            existing: Some(text),
        } => concluded_before(case, (person, function), text, context),
        Event::Declined(link) => declined(case, *link, context),
        Event::Objected(_) => objected(case, context),
        Event::ObjectedInError => objected_in_error(case, context),
        Event::Restored(found) => restored(case, found, context),
    }
}

/// Rows 3 and 7: a new round; earlier links keep their own expiry (5.8-5).
fn asked_by_hand(case: &Case, context: DecisionContext) -> Result<Vec<Change>, Refusal> {
    may_be_asked(case, context.now)?;
    if links(case).any(|link| context.now - link.sent_at < JUST_SENT)
        && case.open_request().is_some()
    {
        return Err(Refusal::JustSent);
    }
    if sent_within_a_day(case, context.now) >= MAILS_PER_DAY {
        return Err(Refusal::TooManyLinks);
    }
    Ok(ask_again(case, RequestReason::Manual, context))
}

/// S-13: only while the contract is open, and not too often. A customer that declined by mistake
/// may ask, too (C11): that opens a new round, like a request by hand (row 3).
fn asked_by_link(
    case: &Case,
    id: LinkId,
    context: DecisionContext,
) -> Result<Vec<Change>, Refusal> {
    let (request, link) = case.link(id).ok_or(Refusal::LinkUnusable)?;
    match link_state(case, request, link, context.now) {
        Some(
            LinkState::Expired { .. } | LinkState::Replaced { .. } | LinkState::Declined { .. },
        ) => {}
        _ => return Err(Refusal::LinkUnusable),
    }
    may_be_asked(case, context.now)?;
    let is_open = case.requests.last().is_some_and(|last| {
        matches!(
            last.closed,
            None | Some((_, RequestOutcome::Expired | RequestOutcome::Declined))
        )
    });
    // The round before an objection may have expired; an old link must not undo the objection.
    if !is_open || status_of(case, context.now).status == Status::Void {
        return Err(Refusal::NothingOpen);
    }
    let lately = links(case).any(|link| context.now - link.sent_at < LINK_PAUSE);
    if lately || sent_within_a_day(case, context.now) >= LINKS_PER_DAY {
        return Err(Refusal::TooManyLinks);
    }
    Ok(ask_again(case, RequestReason::Manual, context))
}

/// Rows 5, 6, 19, 43 and 44, and the end of the waiting time of an entered address (A4), in working
/// hours (F10). Ended bookings are handled first; a reminder that is also due is the next step.
fn step_due(case: &Case, context: DecisionContext) -> Result<Vec<Change>, Refusal> {
    if !case.holidays.is_open(context.now) {
        return Err(Refusal::NotDue);
    }
    let lapsed = lapsed(case, context);
    if !lapsed.is_empty() {
        return Ok(lapsed);
    }
    let address = address_due(case, context);
    if !address.is_empty() {
        return Ok(address);
    }
    round_due(case, context)
}

/// Rows 5 and 6. Missed steps collapse: one reminder is sent, then fourteen days pass again
/// (5.6-10).
fn round_due(case: &Case, context: DecisionContext) -> Result<Vec<Change>, Refusal> {
    let request = case.open_request().ok_or(Refusal::NotDue)?;
    let end = request.last_link_end().ok_or(Refusal::NotDue)?;
    if context.now < next_step_after(end) {
        return Err(Refusal::NotDue);
    }
    if case.offer(context.now).is_none() {
        // No reminder of what is not needed any more, whatever ended the need.
        return Ok(withdraw(case, CustomerNews::Withdrawn, context.now));
    }
    if request.reminders >= REMINDERS {
        let mut changes = vec![Change::CloseRequest(request.id, RequestOutcome::Expired)];
        changes.extend(tell_partners(case, PartnerNews::Expired));
        return Ok(changes);
    }
    let is_paused = request.undeliverable_at.is_some() || case.lacks_text(context.now);
    if case.customer.email().is_none() || is_paused {
        return Err(Refusal::NotDue);
    }
    if request.offer.version != case.current_version {
        // No reminder of a text that is not in force any more.
        return new_version(case, context);
    }
    let link = new_link(request.reminders + 1, context);
    let kind = MailKind::Reminder {
        link: link.id,
        number: link.number,
    };
    Ok(vec![Change::Remind(request.id, link), to_customer(kind)])
}

/// Row 13: a round that still awaits an answer starts again with the text in force. If the address
/// refuses mail, nothing is sent automatically (row 8): a reader who opens the link sees the text
/// in force anyway, and a new address or a mail by hand brings it, too.
fn new_version(case: &Case, context: DecisionContext) -> Result<Vec<Change>, Refusal> {
    let round = awaited(case, context.now).ok_or(Refusal::NotDue)?;
    let can_be_asked = case.holidays.is_open(context.now)
        && case.offer(context.now).is_some()
        && !case.lacks_text(context.now)
        && case.customer.email().is_some()
        && round.undeliverable_at.is_none();
    if !can_be_asked || round.offer.version == case.current_version {
        return Err(Refusal::NotDue);
    }
    Ok(ask_anew(
        case,
        RequestReason::Version,
        LinkEnd::Replaced,
        context,
    ))
}

/// Row 8: the status shows it, reminders pause, the operator and the partners are told once.
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
