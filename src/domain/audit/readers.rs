//! What readers other than the operator may learn from an event (5.8-19).

use super::AuditKind;

impl AuditKind {
    /// What administrators do among themselves: proposals, proofs. No other reader learns of it.
    pub fn is_internal(&self) -> bool {
        matches!(
            self,
            Self::ListMended { .. }
                | Self::Exported { .. }
                | Self::ProofAdded { .. }
                | Self::Proposed { .. }
                | Self::ProposalRejected { .. }
                | Self::ProposalWithdrawn { .. }
                | Self::ReplyFiled { .. }
                | Self::ReplyPutAway { .. }
                | Self::AgreementImport { .. }
                | Self::Client { .. }
                | Self::AlertRaised { .. }
                | Self::AlertSettled { .. }
                | Self::Webhook { .. }
        )
    }

    /// The event without what the operator noted for itself about why.
    pub fn without_reason(&self) -> Self {
        let mut kind = self.clone();
        match &mut kind {
            Self::EmailChanged { despite, .. } => *despite = None,
            Self::CustomerDeleted { reason }
            | Self::LinksLocked { reason, .. }
            | Self::SecondFactorReset { reason, .. }
            | Self::ObjectedInError { reason, .. } => reason.clear(),
            Self::DissentSettled { note, .. } => note.clear(),
            _ => {}
        }
        kind
    }
}
