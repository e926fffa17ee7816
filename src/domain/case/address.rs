//! Addresses that a partner entered (5.6-11, A4). The reader of a link may conclude the contract,
//! so such an address does not count as the customer's before a person other than the partner could
//! object to it. It waits until the operator confirms it, or until its waiting time is over; during
//! that time the former address is told and can stop it. An agreement that was concluded over an
//! address which only the waiting time let pass grants no access before the operator confirms the
//! address.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::asking::{alert, ask_anew, awaited, end_links, unasked_reason};
use super::change::{Change, Mail};
use super::decide::{DecisionContext, Refusal};
use super::event::AddressChange;
use super::facts::{Agreement, AgreementEnd, Case, LinkEnd};
use crate::domain::mail::{Alert, MailKind, Recipient, RequestReason};
use crate::domain::{AddressId, EmailAddress, LinkId};

/// How many addresses partners can enter for one customer within a day.
pub const ENTRIES_PER_DAY: usize = 3;

/// An address as a partner entered it, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnteredAddress {
    /// Key of the row; the token in the mail to the former address consists of it and an HMAC.
    pub id: AddressId,
    /// The address itself.
    pub email: EmailAddress,
    /// The last address that no partner had entered or that the operator had confirmed. It is told
    /// of this one, and stays or comes back if this one is refused.
    pub former: Option<EmailAddress>,
    /// When the partner entered it.
    pub entered_at: DateTime<Utc>,
    /// The waiting time in which the former address can stop it, as configured when it was entered.
    /// `None`: it never passes by waiting, the operator has to decide.
    pub wait: Option<Duration>,
    /// When the mail server of the former address accepted the mail about it; the waiting time
    /// starts here.
    pub told_at: Option<DateTime<Utc>>,
    /// Since when it is the address of the master data; `None` if it never was.
    pub used_from: Option<DateTime<Utc>>,
    /// When it stopped waiting, or stopped being the address of the master data; `None` until then.
    pub left_at: Option<DateTime<Utc>>,
    /// What was decided about it, and when; `None` while it is undecided.
    pub verdict: Option<(DateTime<Utc>, Verdict)>,
}

/// What was decided about an address that a partner entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The operator confirmed that it is the customer's address.
    Confirmed,
    /// The operator refused it: it is not the customer's address.
    Refused,
    /// It was stopped from the former address: it is not the customer's address.
    Stopped,
}

impl EnteredAddress {
    /// Whether it still waits and no mail is sent to it.
    pub fn is_waiting(&self) -> bool {
        self.used_from.is_none() && self.left_at.is_none()
    }

    /// Whether it is the address of the master data.
    pub fn is_used(&self) -> bool {
        self.used_from.is_some() && self.left_at.is_none()
    }

    /// When its waiting time is over; `None` while the former address has not been told, and if it
    /// does not pass by waiting.
    pub fn wait_end(&self) -> Option<DateTime<Utc>> {
        Some(self.told_at? + self.wait?)
    }

    /// Whether it was the address of the master data when a link was sent.
    fn was_used(&self, at: DateTime<Utc>) -> bool {
        self.used_from.is_some_and(|from| from <= at) && self.left_at.is_none_or(|left| at < left)
    }
}

impl Case {
    /// The entered address that still waits; there is at most one.
    pub fn waiting_address(&self) -> Option<&EnteredAddress> {
        self.entered.iter().find(|one| one.is_waiting())
    }

    /// The entered address that is used in the master data, confirmed or not.
    fn used_address(&self) -> Option<&EnteredAddress> {
        self.entered.iter().find(|one| one.is_used())
    }

    /// The entered address a link was sent to.
    pub fn address_of(&self, link: LinkId) -> Option<&EnteredAddress> {
        let (_, link) = self.link(link)?;
        self.entered.iter().find(|one| one.was_used(link.sent_at))
    }

    /// The entered address over which an agreement was concluded, if it has been neither confirmed
    /// nor refused.
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

    /// The address of the master data, unless a partner entered it and it is not confirmed. Only
    /// such an address gets mails that could not be taken back after a refusal: a login or a copy
    /// of the contract.
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

    /// Whether the last decision about an entered address was a refusal, by the operator or from
    /// the former address.
    fn was_refused(&self) -> bool {
        let last = self.entered.iter().filter_map(|one| one.verdict);
        last.max_by_key(|(at, _)| *at)
            .is_some_and(|(_, verdict)| verdict != Verdict::Confirmed)
    }
}

/// A partner enters an address, and it waits. It waits for the operator's decision if it could not
/// be stopped from the former address: there is none, it takes no mail, or an address was refused
/// before.
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

/// While an entered address waits, the partner enters the current address of the master data again:
/// the waiting address is dropped.
pub(super) fn taken_back(case: &Case) -> Result<Vec<Change>, Refusal> {
    let waiting = case.waiting_address().ok_or(Refusal::Unchanged)?;
    Ok(vec![Change::LeaveAddress(waiting.id)])
}

/// The mail server of the former address accepted the mail: the waiting time starts.
pub(super) fn former_told(case: &Case, id: AddressId) -> Result<Vec<Change>, Refusal> {
    case.waiting_address()
        .filter(|one| one.id == id && one.told_at.is_none())
        .map(|one| vec![Change::TellFormer(one.id)])
        .ok_or(Refusal::Unchanged)
}

/// The former address could not be told: from now on only the operator can decide.
pub(super) fn former_unreached(case: &Case, id: AddressId) -> Result<Vec<Change>, Refusal> {
    case.waiting_address()
        .filter(|one| one.id == id && one.wait.is_some())
        .map(|one| vec![Change::HoldAddress(one.id), alert(Alert::AddressByPartner)])
        .ok_or(Refusal::Unchanged)
}

/// What follows from the end of the waiting time, if it is over.
pub(super) fn address_due(case: &Case, context: DecisionContext) -> Vec<Change> {
    match case.waiting_address() {
        Some(one) if one.wait_end().is_some_and(|end| end <= context.now) => {
            put_in_use(case, one, Vec::new(), context)
        }
        _ => Vec::new(),
    }
}

/// From when the scheduler lets the waiting address pass, at the next working hour (F10).
pub(super) fn address_due_at(case: &Case) -> Option<DateTime<Utc>> {
    case.waiting_address()?.wait_end()
}

/// The operator confirms or refuses an address, or it is stopped from the former address. If the
/// operator refuses it, an agreement that was concluded over it is not the customer's, and the
/// former address is asked instead. From the former address alone no agreement can be ended.
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

/// An address of the operator's own replaces every entered address.
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

/// Rows 2, 9 and 47: the customer has another address from now on. An open round starts again at
/// the new address, and so does one that could not be started before; links of other rounds must
/// not be usable from the old mailbox (S-16). `ask`: ask again whatever state the rounds are in.
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
