//! Addresses that a partner entered (5.6-11, A4): whoever reads the link may conclude, so such an
//! address is not the customer's before somebody else has had a word in it. It waits until the
//! operator confirms it, or until its waiting time is over in which the former address is told and
//! can stop it. What is concluded over one that time alone let pass opens no gate before the
//! operator has confirmed it.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::asking::{alert, ask_anew, awaited, end_links, unasked_reason};
use super::change::{Change, Mail};
use super::decide::{DecisionContext, Refusal};
use super::event::AddressChange;
use super::facts::{Agreement, AgreementEnd, Case, LinkEnd};
use crate::domain::mail::{Alert, MailKind, Recipient, RequestReason};
use crate::domain::{AddressId, EmailAddress, LinkId};

/// Addresses that partners can enter for one customer within a day.
pub const ENTRIES_PER_DAY: usize = 3;

/// An address as a partner entered it, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnteredAddress {
    /// Key; the token in the mail to the former address adds an HMAC to it.
    pub id: AddressId,
    /// The address.
    pub email: EmailAddress,
    /// The last address that no partner had entered, or that the operator had confirmed: it is told
    /// of this one and stays, or comes back, should this one be refused.
    pub former: Option<EmailAddress>,
    /// When it was entered.
    pub entered_at: DateTime<Utc>,
    /// How long the former address has to stop it, as it was set then; `None`: time alone does
    /// nothing, it needs the operator.
    pub wait: Option<Duration>,
    /// When the server of the former address took the mail that tells of it; the time runs from here.
    pub told_at: Option<DateTime<Utc>>,
    /// Since when it stands in the master data.
    pub used_from: Option<DateTime<Utc>>,
    /// Since when it neither waits nor stands there any more.
    pub left_at: Option<DateTime<Utc>>,
    /// What was decided about it, and when.
    pub verdict: Option<(DateTime<Utc>, Verdict)>,
}

/// What was decided about an address that a partner entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// By the operator: it is the customer's.
    Confirmed,
    /// By the operator: it is not.
    Refused,
    /// By the former address: it is not.
    Stopped,
}

impl EnteredAddress {
    /// Whether nothing is sent to it yet.
    pub fn is_waiting(&self) -> bool {
        self.used_from.is_none() && self.left_at.is_none()
    }

    /// Whether it stands in the master data.
    pub fn is_used(&self) -> bool {
        self.used_from.is_some() && self.left_at.is_none()
    }

    /// When its waiting time is over; `None` while the former address has not been told, and where
    /// time does nothing.
    pub fn wait_end(&self) -> Option<DateTime<Utc>> {
        Some(self.told_at? + self.wait?)
    }

    /// Whether it was the address of the master data when a link was sent.
    fn was_used(&self, at: DateTime<Utc>) -> bool {
        self.used_from.is_some_and(|from| from <= at) && self.left_at.is_none_or(|left| at < left)
    }
}

impl Case {
    /// The address that waits; at most one.
    pub fn waiting_address(&self) -> Option<&EnteredAddress> {
        self.entered.iter().find(|one| one.is_waiting())
    }

    /// The entered address that stands in the master data, confirmed or not.
    fn used_address(&self) -> Option<&EnteredAddress> {
        self.entered.iter().find(|one| one.is_used())
    }

    /// The entered address a link was sent to.
    pub fn address_of(&self, link: LinkId) -> Option<&EnteredAddress> {
        let (_, link) = self.link(link)?;
        self.entered.iter().find(|one| one.was_used(link.sent_at))
    }

    /// The entered address an agreement was concluded over and that nobody has confirmed.
    pub fn doubt_about(&self, agreement: &Agreement) -> Option<&EnteredAddress> {
        self.address_of(agreement.link?)
            .filter(|one| one.verdict.is_none())
    }

    /// Whether the operator still has to say whose address it is: it waits, it is in use, or the
    /// agreement in force was concluded over it.
    pub fn is_undecided(&self, entered: &EnteredAddress) -> bool {
        let holds = self
            .agreement()
            .and_then(|agreement| self.doubt_about(agreement))
            .is_some_and(|one| one.id == entered.id);
        self.customer.deleted_at.is_none()
            && entered.verdict.is_none()
            && (entered.left_at.is_none() || holds)
    }

    /// Every address the operator still has to decide about, oldest first.
    pub fn undecided_addresses(&self) -> impl Iterator<Item = &EnteredAddress> {
        self.entered.iter().filter(|one| self.is_undecided(one))
    }

    /// The address of the master data unless a partner entered it and nobody confirmed it: only such
    /// a one gets what outlasts a refusal, a login or a copy of the contract.
    pub fn settled_email(&self) -> Option<&EmailAddress> {
        let is_doubtful = self.used_address().is_some_and(|one| one.verdict.is_none());
        self.customer.email().filter(|_| !is_doubtful)
    }

    /// The last address that no partner had entered, or that the operator had confirmed.
    fn safe_email(&self) -> Option<&EmailAddress> {
        match self.used_address().filter(|one| one.verdict.is_none()) {
            Some(doubtful) => doubtful.former.as_ref(),
            None => self.customer.email(),
        }
    }

    /// Whether the customer has said of an earlier address, or the operator has, that it is not the
    /// customer's, and none has been confirmed since.
    fn was_refused(&self) -> bool {
        let last = self.entered.iter().filter_map(|one| one.verdict);
        last.max_by_key(|(at, _)| *at)
            .is_some_and(|(_, verdict)| verdict != Verdict::Confirmed)
    }
}

/// A partner enters an address: it waits. Where nobody could stop it, it waits for the operator:
/// without a former address, where that one takes no mail, and where one was refused before.
pub(super) fn entered(
    case: &Case,
    change: &AddressChange,
    context: DecisionContext,
) -> Result<Vec<Change>, Refusal> {
    let waiting = case.waiting_address();
    if waiting.is_some_and(|one| one.email == change.email) {
        return Err(Refusal::Unchanged);
    }
    let lately = |one: &&EnteredAddress| context.now - one.entered_at < Duration::days(1);
    if case.entered.iter().filter(lately).count() >= ENTRIES_PER_DAY {
        return Err(Refusal::TooManyAddresses);
    }
    let former = case.safe_email().cloned();
    let takes_mail = case
        .open_request()
        .is_none_or(|open| open.undeliverable_at.is_none());
    let can_be_stopped = former.is_some() && takes_mail && !case.was_refused();
    let mut changes: Vec<Change> = waiting
        .map(|one| Change::LeaveAddress(one.id))
        .into_iter()
        .collect();
    changes.push(Change::EnterAddress(Box::new(EnteredAddress {
        id: context.new_ids.address,
        email: change.email.clone(),
        former: former.clone(),
        entered_at: context.now,
        wait: Some(change.wait).filter(|_| can_be_stopped),
        told_at: None,
        used_from: None,
        left_at: None,
        verdict: None,
    })));
    changes.extend(former.map(|old| {
        Change::Queue(Mail {
            kind: MailKind::AddressChanged {
                old,
                entered: Some(context.new_ids.address),
            },
            to: Recipient::FormerAddress,
        })
    }));
    changes.push(alert(Alert::AddressByPartner));
    Ok(changes)
}

/// Whoever entered the address that waits enters the one of the master data again: as if nothing
/// had been.
pub(super) fn taken_back(case: &Case) -> Result<Vec<Change>, Refusal> {
    let waiting = case.waiting_address().ok_or(Refusal::Unchanged)?;
    Ok(vec![Change::LeaveAddress(waiting.id)])
}

/// The mail to the former address was taken by its server: the time begins to run.
pub(super) fn former_told(case: &Case, id: AddressId) -> Result<Vec<Change>, Refusal> {
    case.waiting_address()
        .filter(|one| one.id == id && one.told_at.is_none())
        .map(|one| vec![Change::TellFormer(one.id)])
        .ok_or(Refusal::Unchanged)
}

/// The former address could not be told: time alone does nothing from here on.
pub(super) fn former_unreached(case: &Case, id: AddressId) -> Result<Vec<Change>, Refusal> {
    case.waiting_address()
        .filter(|one| one.id == id && one.wait.is_some())
        .map(|one| vec![Change::HoldAddress(one.id), alert(Alert::AddressByPartner)])
        .ok_or(Refusal::Unchanged)
}

/// What the end of the waiting time brings, if it is over.
pub(super) fn address_due(case: &Case, context: DecisionContext) -> Vec<Change> {
    match case.waiting_address() {
        Some(one) if one.wait_end().is_some_and(|end| end <= context.now) => {
            put_in_use(case, one, Vec::new(), context)
        }
        _ => Vec::new(),
    }
}

/// From when the scheduler lets the waiting address pass, as soon as it is a working hour (F10).
pub(super) fn address_due_at(case: &Case) -> Option<DateTime<Utc>> {
    case.waiting_address()?.wait_end()
}

/// The operator confirms or refuses, or the former address stops. What was concluded over a refused
/// address is no agreement of the customer's; the former address is asked instead. The former
/// address alone ends no agreement.
pub(super) fn judged(
    case: &Case,
    id: AddressId,
    verdict: Verdict,
    context: DecisionContext,
) -> Result<Vec<Change>, Refusal> {
    let entered = case
        .undecided_addresses()
        .find(|one| one.id == id)
        .ok_or(Refusal::AddressDecided)?;
    let first = vec![Change::JudgeAddress(id, verdict)];
    let held = case
        .agreement()
        .filter(|agreement| case.doubt_about(agreement).is_some_and(|one| one.id == id));
    match verdict {
        Verdict::Confirmed if entered.is_waiting() => Ok(put_in_use(case, entered, first, context)),
        Verdict::Confirmed => Ok(first),
        Verdict::Stopped if held.is_some() => Err(Refusal::AddressDecided),
        Verdict::Refused | Verdict::Stopped => {
            let mut changes = first;
            changes.extend(held.map(|one| Change::EndAgreement(one.id, AgreementEnd::Disowned)));
            if entered.left_at.is_none() {
                changes.push(Change::LeaveAddress(id));
            }
            match entered.former.clone().filter(|_| entered.is_used()) {
                Some(former) => Ok(moved(case, &former, changes, held.is_some(), context)),
                None if held.is_some() => Ok(asked_again(case, changes, context)),
                None => Ok(changes),
            }
        }
    }
}

/// Every entered address gives way to one of the operator's own.
pub(super) fn give_way(case: &Case) -> Vec<Change> {
    case.entered
        .iter()
        .filter(|one| one.left_at.is_none())
        .map(|one| Change::LeaveAddress(one.id))
        .collect()
}

fn put_in_use(
    case: &Case,
    entered: &EnteredAddress,
    mut changes: Vec<Change>,
    context: DecisionContext,
) -> Vec<Change> {
    changes.extend(case.used_address().map(|one| Change::LeaveAddress(one.id)));
    changes.push(Change::UseAddress(entered.id));
    moved(case, &entered.email, changes, false, context)
}

/// Rows 2, 9 and 47: another address from now on. A round that waits begins anew there, and so does
/// one that should have been begun already; links of other rounds must not be usable from the old
/// mailbox (S-16). `ask`: whatever the rounds say.
pub(super) fn moved(
    case: &Case,
    email: &EmailAddress,
    mut changes: Vec<Change>,
    ask: bool,
    context: DecisionContext,
) -> Vec<Change> {
    // The mail to the new address says the same as the one to the old address did.
    let reason = match awaited(case, context.now) {
        _ if ask => Some(RequestReason::Manual),
        Some(request) => Some(request.reason),
        None => unasked_reason(case, context.now),
    };
    changes.push(Change::SetEmail(email.clone()));
    let mut after = case.clone();
    after.apply(&changes, context.now);
    match reason {
        Some(reason) => changes.extend(ask_anew(&after, reason, LinkEnd::Replaced, context)),
        None => changes.extend(end_links(case, None, LinkEnd::Replaced, context.now)),
    }
    changes
}

fn asked_again(case: &Case, mut changes: Vec<Change>, context: DecisionContext) -> Vec<Change> {
    let mut after = case.clone();
    after.apply(&changes, context.now);
    let asks = ask_anew(&after, RequestReason::Manual, LinkEnd::Replaced, context);
    changes.extend(asks);
    changes
}
