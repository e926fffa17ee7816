//! Mails to the operator: alerts (M14), requests for a second person (C9), new administrators (S-39), and
//! checkpoints of the log for those who audit it (S-80).

use chrono::NaiveDate;

use super::compose::{Addressed, Facts, Obstacle, words};
use super::partners::partner_name;
use super::users::contact;
use crate::actions::partner_contracts::find_states;
use crate::domain::agreement_import::AgreementImportStage;
use crate::domain::mail::{Approval as About, MailKind, Recipient};
use crate::domain::partner_contract::ContractState;
use crate::domain::proposal::{ProposalKind, ProposalState};
use crate::domain::version::Stage;
use crate::domain::{EmailAddress, Language, PartnerId};
use crate::mail::bodies::operator::{
    AdministratorAdded, AlertMail, Approval, ApprovalWords, CheckpointMail, PartnerContractEnds,
};
use crate::paths;
use crate::storage::administrators::{find_maker, find_operator_role};
use crate::storage::audit::checkpoints::find_checkpoint;
use crate::storage::contract_versions::find_version;
use crate::storage::partners::find_partner;
use crate::storage::{PgConnection, agreement_imports, proposals};
use crate::wording::names::thousands;

pub(super) fn letter(conn: &mut PgConnection, facts: &Facts) -> Result<Addressed, Obstacle> {
    match (facts.mail.to, facts.mail.kind.clone()) {
        (Recipient::Operator, MailKind::Alert { alert }) => {
            let (case, address) = (facts.case()?, mailbox(facts)?);
            let body = AlertMail {
                case: words(case, Language::De, facts.now),
                alert,
                status_url: facts.url(&paths::status(case.customer.number)),
            };
            Ok((address, body.into()))
        }
        (Recipient::Operator, MailKind::PartnerContractEnds { partner, last }) => {
            let address = mailbox(facts)?;
            let body = partner_contract_ends(conn, facts, (partner, last))?;
            Ok((address, body.into()))
        }
        (Recipient::Auditors, MailKind::Checkpoint { size }) => {
            let address = facts.app.config.mail.auditors.clone();
            let address =
                address.ok_or(Obstacle::Dropped("keine Adresse der Revision mehr da ist"))?;
            let kept = find_checkpoint(conn, size)?
                .ok_or(Obstacle::Dropped("der Prüfpunkt nicht mehr da ist"))?;
            let body = CheckpointMail {
                size,
                at: kept.made_at,
                note: kept.note,
                link: facts.url(paths::PUBLIC_LOG),
            };
            Ok((address, body.into()))
        }
        (Recipient::User(id), MailKind::Approval { what }) => {
            let (address, name) = contact(conn, id)?;
            Ok((address, approval(conn, facts, what, name)?.into()))
        }
        (Recipient::User(id), MailKind::AdministratorAdded { user, how }) => {
            let (address, name) = contact(conn, id)?;
            let role = find_operator_role(conn, user)?.ok_or(Obstacle::Dropped(
                "das Konto nicht mehr für den Betreiber arbeitet",
            ))?;
            let body = AdministratorAdded {
                name,
                added: contact(conn, user)?.1,
                role,
                by: find_maker(conn, user)?.unwrap_or_default(),
                at: facts.mail.queued_at,
                how,
            };
            Ok((address, body.into()))
        }
        _ => Err(facts.misdirected()),
    }
}

fn mailbox(facts: &Facts) -> Result<EmailAddress, Obstacle> {
    let address = facts.operator.party.email.clone();
    address.ok_or(Obstacle::Dropped("der Betreiber keine E-Mail-Adresse hat"))
}

/// M14 about a partner (C6). Not sent if the contract was renewed or the partner was blocked
/// meanwhile.
fn partner_contract_ends(
    conn: &mut PgConnection,
    facts: &Facts,
    (id, last): (PartnerId, NaiveDate),
) -> Result<PartnerContractEnds, Obstacle> {
    let partner = find_partner(conn, id)?
        .filter(|one| !one.is_shut_out())
        .ok_or(Obstacle::Dropped("der Partner nicht mehr arbeitet"))?;
    let found = find_states(conn, [&partner], facts.now)?;
    let state = found.first().map(|one| one.state);
    if state.and_then(ContractState::alert).map(|(day, _)| day) != Some(last) {
        return Err(Obstacle::Dropped("der Vertrag inzwischen erneuert ist"));
    }
    Ok(PartnerContractEnds {
        above: match partner.parent {
            Some(parent) => Some(partner_name(conn, parent)?),
            None => None,
        },
        partner: partner.party.name,
        last,
        is_over: !state.is_some_and(ContractState::holds),
        link: facts.url(&paths::partner(id)),
    })
}

/// Not sent if it was decided meanwhile.
fn approval(
    conn: &mut PgConnection,
    facts: &Facts,
    what: About,
    name: String,
) -> Result<Approval, Obstacle> {
    let over = || Obstacle::Dropped("inzwischen darüber entschieden ist");
    let (words, by, path) = match what {
        About::Proposal { id } => {
            let line = proposals::find_proposal(conn, id)?
                .filter(|line| line.state == ProposalState::Open)
                .ok_or_else(over)?;
            let (company, number) = (line.customer_name, line.customer);
            let words = match line.proposal.kind() {
                ProposalKind::Paper => ApprovalWords::Paper { company, number },
                ProposalKind::ObjectionInError => {
                    ApprovalWords::ObjectionInError { company, number }
                }
            };
            (words, line.proposed_by.1, paths::proposal(id))
        }
        About::Version { id } => {
            let head = find_version(conn, id)?
                .map(|version| version.head)
                .filter(|head| head.stage() == Stage::Submitted)
                .ok_or_else(over)?;
            let by = head.submitted.as_ref().map(|mark| mark.name.clone());
            let label = head.label();
            let words = ApprovalWords::Version { label };
            (words, by.unwrap_or_default(), paths::version(id, ""))
        }
        About::Agreements { id } => {
            let import = agreement_imports::find(conn, id)?
                .filter(|import| import.stage() == AgreementImportStage::Proposed)
                .ok_or_else(over)?;
            let by = import.proposed.map(|(_, _, name)| name);
            let words = ApprovalWords::Agreements {
                count: thousands(i64::try_from(import.figures.good).unwrap_or(i64::MAX)),
            };
            (words, by.unwrap_or_default(), paths::agreement_import(id))
        }
    };
    Ok(Approval {
        name,
        by,
        what: words,
        link: facts.url(&path),
    })
}
