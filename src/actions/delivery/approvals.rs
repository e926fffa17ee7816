//! The letter to those who can approve: what waits, from whom, and where to decide (C9).

use super::letters::Obstacle;
use crate::app::App;
use crate::domain::mail::Approval;
use crate::domain::proposal::{ProposalKind, ProposalState};
use crate::domain::version::Stage;
use crate::mail::letter::{ApprovalWords, Content};
use crate::paths;
use crate::storage::contract_versions::find_version;
use crate::storage::{PgConnection, proposals};

/// Not sent any more once somebody has decided.
pub(super) fn approval(
    conn: &mut PgConnection,
    app: &App,
    what: Approval,
    name: String,
) -> Result<Content, Obstacle> {
    let over = || Obstacle::Dropped("inzwischen darüber entschieden ist");
    let (words, by, path) = match what {
        Approval::Proposal { id } => {
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
        Approval::Version { id } => {
            let head = find_version(conn, id)?
                .map(|version| version.head)
                .filter(|head| head.stage() == Stage::Submitted)
                .ok_or_else(over)?;
            let by = head.submitted.as_ref().map(|mark| mark.name.clone());
            let label = head.label();
            let words = ApprovalWords::Version { label };
            (words, by.unwrap_or_default(), paths::version(id, ""))
        }
    };
    Ok(Content::Approval {
        name,
        by,
        what: words,
        link: format!("{}{path}", app.base_url()),
    })
}
