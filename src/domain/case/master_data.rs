//! Master data of the customer, locking and deletion (rows 2, 9, 47, 48, 51, 53).

use super::address::{entered, give_way, moved, taken_back};
use super::asking::{alert, ask_again, ask_anew, awaited, end_links, may_be_asked, to_customer};
use super::change::{Change, Mail};
use super::decide::{DecisionContext, Refusal};
use super::demand::demanded;
use super::event::AddressChange;
use super::facts::{AgreementEnd, Case, LinkEnd, RequestOutcome};
use super::preview::Preview;
use crate::domain::mail::{Alert, MailKind, Recipient, RequestReason};
use crate::domain::{Language, Party, master_data};

/// Rows 2, 9 and 47, with the check of 5.6-11: the reader of the link may conclude, so the address
/// must not be the partner's own, and one that a partner enters has to wait ([`super::address`]).
pub(super) fn email_changed(
    case: &Case,
    change: &AddressChange,
    context: DecisionContext,
) -> Result<Vec<Change>, Refusal> {
    let email = &change.email;
    if case.customer.email() == Some(email) {
        return match change.by_partner {
            true => taken_back(case),
            false => Err(Refusal::Unchanged),
        };
    }
    let is_partners = email.belongs_with(&change.partner_addresses);
    let is_forced = change.despite && !change.by_partner;
    if is_partners && !is_forced {
        return Err(Refusal::PartnerAddress);
    }
    if change.by_partner {
        return entered(case, change, context);
    }
    let tells_old = awaited(case, context.now).is_some() || is_partners;
    let mut changes = moved(case, email, give_way(case), false, context);
    changes.extend(case.customer.email().filter(|_| tells_old).map(|old| {
        Change::Queue(Mail {
            kind: MailKind::AddressChanged {
                old: old.clone(),
                entered: None,
            },
            to: Recipient::FormerAddress,
        })
    }));
    if is_partners {
        changes.push(alert(Alert::AddressOfPartner));
    }
    Ok(changes)
}

/// Row 48. An agreement stays as it was concluded; an open request shows the new particulars.
pub(super) fn party_changed(
    case: &Case,
    party: &Party,
    language: Language,
    context: DecisionContext,
) -> Result<Vec<Change>, Refusal> {
    let old = &case.customer.party;
    let new = Party {
        email: old.email.clone(),
        unusable_email: old.unusable_email.clone(),
        ..party.clone()
    };
    let speaks_another = language != case.customer.language;
    if new == *old && !speaks_another {
        return Err(Refusal::Unchanged);
    }
    let text_changes = changes_text((old, case.customer.language), (&new, language));
    let mut changes = Vec::new();
    if new != *old {
        changes.push(Change::SetParty(Box::new(new)));
    }
    if speaks_another {
        changes.push(Change::SetLanguage(language));
    }
    if text_changes && awaited(case, context.now).is_some() {
        let mut after = case.clone();
        after.apply(&changes, context.now);
        changes.extend(ask_anew(
            &after,
            RequestReason::Particulars,
            LinkEnd::Replaced,
            context,
        ));
    }
    Ok(changes)
}

/// Whether the contract prints any of the data that differ.
fn changes_text(old: (&Party, Language), new: (&Party, Language)) -> bool {
    let changes = master_data::changes(old, new);
    changes.iter().any(|change| change.field.is_in_contract())
}

impl Preview {
    /// Whether the change of master data does more than store them (C10): a link ends, a mail is
    /// sent, or an agreement in force keeps the old data.
    pub fn party_touches_more(&self) -> bool {
        let is_own =
            |change: &Change| matches!(change, Change::SetParty(_) | Change::SetLanguage(_));
        let (old, new) = (&self.before.customer, &self.after.customer);
        !self.changes.iter().all(is_own)
            || (self.after.agreement().is_some()
                && changes_text((&old.party, old.language), (&new.party, new.language)))
    }
}

/// Row 51: hidden and locked, links closed, evidence kept.
pub(super) fn deleted(case: &Case, context: DecisionContext) -> Vec<Change> {
    let mut changes = end_links(case, None, LinkEnd::Closed, context.now);
    changes.extend(
        case.open_request()
            .map(|open| Change::CloseRequest(open.id, RequestOutcome::NotNeeded)),
    );
    if let Some(agreement) = case.agreement() {
        changes.push(Change::EndAgreement(agreement.id, AgreementEnd::Ended));
        changes.push(to_customer(MailKind::Ended {
            agreement: agreement.id,
            partner_left: false,
        }));
    }
    changes.push(Change::DeleteCustomer);
    changes
}

/// Row 53: a link became known to a person for whom it was not intended.
pub(super) fn links_locked(
    case: &Case,
    ask: bool,
    context: DecisionContext,
) -> Result<Vec<Change>, Refusal> {
    let mut changes = end_links(case, None, LinkEnd::Closed, context.now);
    if changes.is_empty() {
        return Err(Refusal::NothingOpen);
    }
    changes.extend(
        case.open_request()
            .map(|open| Change::CloseRequest(open.id, RequestOutcome::Locked)),
    );
    if ask {
        let mut after = case.clone();
        after.apply(&changes, context.now);
        // A demand ends with its round and is made again with the new one.
        let reason = demanded(case, context.now);
        may_be_asked(if reason.is_some() { case } else { &after }, context.now)?;
        let reason = reason.unwrap_or(RequestReason::Manual);
        changes.extend(ask_again(&after, reason, context));
    }
    Ok(changes)
}
