//! Who looks after the customer: Mandant and Submandant (rows 1, 10, 11, 19 to 29, 49).

use std::collections::BTreeSet;

use super::asking::{
    ask_anew, awaited, end_links, notice, sent_within_a_day, tell_assigned, tell_partners,
    unasked_reason, withdraw,
};
use super::bookings::shrunk;
use super::change::Change;
use super::decide::{DecisionContext, MAILS_PER_DAY, Refusal};
use super::demand::demanded;
use super::facts::{Case, LinkEnd, Partner};
use crate::domain::PartnerId;
use crate::domain::mail::{CustomerNews, PartnerNews, RequestReason};

/// Rows 1, 10, 19, 26 and 29. The Submandant belongs to the Mandant and is removed with it.
pub(super) fn partner_assigned(
    case: &Case,
    assigned: Option<&Partner>,
    context: DecisionContext,
) -> Result<Vec<Change>, Refusal> {
    if case.partner.as_ref().map(|one| one.id) == assigned.map(|one| one.id) {
        return Err(Refusal::Unchanged);
    }
    if let Some(partner) = assigned {
        if partner.parent.is_some() {
            return Err(Refusal::NotAPartner);
        }
        if !partner.can_be_named() {
            return Err(Refusal::IncompletePartner);
        }
    }
    let mut changes: Vec<Change> = case
        .sub_partner
        .iter()
        .map(|_| Change::SetSubPartner(None))
        .collect();
    changes.push(Change::SetPartner(assigned.cloned()));
    let mut after = case.clone();
    after.apply(&changes, context.now);
    if assigned.is_none() {
        // Rows 19 and 29: without a partner no agreement is needed (P-03).
        let gone = case.required_products(context.now);
        changes.extend(shrunk(&after, &gone, true, context));
    } else {
        changes.extend(assigned_another(case, &after, context));
    }
    changes.extend(assigned.map(tell_assigned));
    Ok(changes)
}

fn assigned_another(case: &Case, after: &Case, context: DecisionContext) -> Vec<Change> {
    let now = context.now;
    let was_asked = awaited(case, now).is_some();
    let mut changes = if after.is_covered(now) {
        // The customer is assigned to the Mandant that the agreement in force names.
        match (demanded(after, now), case.open_request()) {
            (Some(reason), _) => ask_anew(after, reason, LinkEnd::Replaced, context),
            (None, Some(_)) => withdraw(after, CustomerNews::Withdrawn, now),
            (None, None) => Vec::new(),
        }
    } else if after.required_products(now).is_empty() {
        Vec::new()
    } else if after.agreement().is_some() || was_asked {
        // Rows 10 and 26.
        ask_anew(after, RequestReason::Partner, LinkEnd::Replaced, context)
    } else if let Some(reason) = unasked_reason(after, now).filter(|_| case.partner.is_none()) {
        // Row 1.
        ask_anew(after, reason, LinkEnd::Replaced, context)
    } else {
        // Links of closed rounds must not show the new chain.
        end_links(after, None, LinkEnd::Replaced, now)
    };
    if case.agreement().is_some() || was_asked {
        changes.extend(tell_partners(case, PartnerNews::Replaced));
    }
    changes
}

/// Row 11 before the conclusion; rows 20 and 23 to 25 after it.
pub(super) fn sub_partner_named(
    case: &Case,
    named: Option<&Partner>,
    context: DecisionContext,
) -> Result<Vec<Change>, Refusal> {
    if case.sub_partner.as_ref().map(|sub| sub.id) == named.map(|sub| sub.id) {
        return Err(Refusal::Unchanged);
    }
    if let Some(sub) = named {
        if case.partner.is_none() || sub.parent != case.partner.as_ref().map(|partner| partner.id) {
            return Err(Refusal::ForeignSubPartner);
        }
        if !sub.can_be_named() {
            return Err(Refusal::IncompleteSubPartner);
        }
    }
    let mut changes = vec![Change::SetSubPartner(named.cloned())];
    let left = left_agreement(case);
    changes.extend(left.iter().cloned());
    let mut after = case.clone();
    after.apply(&changes, context.now);
    let follows = match case.agreement() {
        Some(_) => amended(case, &after, left.is_some(), context),
        None if awaited(case, context.now).is_some() => ask_anew(
            &after,
            RequestReason::SubPartner,
            LinkEnd::Replaced,
            context,
        ),
        // Links of closed rounds keep their end, but must not show the new chain.
        None => end_links(case, None, LinkEnd::Replaced, context.now),
    };
    if follows.iter().any(Change::asks) && sent_within_a_day(case, context.now) >= MAILS_PER_DAY {
        return Err(Refusal::TooManyLinks);
    }
    changes.extend(follows);
    changes.extend(named.map(tell_assigned));
    Ok(changes)
}

/// Row 24: the agreement in force loses the Submandant it names.
fn left_agreement(case: &Case) -> Option<Change> {
    let (agreement, sub) = (case.agreement()?, case.sub_partner.as_ref()?);
    (case.chain_matches() && agreement.names_sub_partner(sub.id))
        .then_some(Change::LeaveSubPartner(agreement.id))
}

fn amended(case: &Case, after: &Case, left: bool, context: DecisionContext) -> Vec<Change> {
    let now = context.now;
    let round = awaited(case, now);
    let gone = case.sub_partner.as_ref().filter(|_| left);
    let left_news = gone.map(|sub| CustomerNews::SubPartnerLeft {
        sub_partner: sub.id,
    });
    if after.is_settled(now) || after.required_products(now).is_empty() {
        // Rows 23 and 24.
        return match (round, left_news) {
            (Some(_), news) => withdraw(after, news.unwrap_or(CustomerNews::Withdrawn), now),
            (None, Some(news)) => vec![notice(news)],
            (None, None) => Vec::new(),
        };
    }
    // Rows 20 and 25; in W, and if a new conclusion is demanded, only an open round is asked anew
    // (row 11).
    let is_new = after.sub_partner.is_some() && after.chain_matches();
    if is_new || round.is_some() {
        return ask_anew(after, RequestReason::SubPartner, LinkEnd::Replaced, context);
    }
    left_news.map(notice).into_iter().collect()
}

/// Row 49, as far as the customer is told; access is denied by the fact that the partner is
/// blocked.
pub(super) fn partner_blocked(case: &Case, blocked: PartnerId) -> Result<Vec<Change>, Refusal> {
    let assigned: BTreeSet<PartnerId> = [&case.partner, &case.sub_partner]
        .into_iter()
        .flatten()
        .map(|one| one.id)
        .collect();
    let named = case.agreement().is_some_and(|agreement| {
        agreement.offer.partner == blocked || agreement.names_sub_partner(blocked)
    });
    if !assigned.contains(&blocked) || !named {
        return Err(Refusal::Unchanged);
    }
    Ok(vec![notice(CustomerNews::PartnerBlocked {
        partner: blocked,
    })])
}
