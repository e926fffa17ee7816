//! The errors of actions.

use crate::domain::case::{ClockFault, Denied, Refusal};
use crate::domain::passkey::PasskeyFault;
use crate::domain::roll_out::RollOutRefusal;
use crate::domain::second_factor::CodeFault;
use crate::domain::version::VersionRefusal;
use crate::storage::QueryError;
use crate::storage::db::DbError;

/// Why an action was not done. Pages turn each into a sentence with a next step.
#[derive(Debug, thiserror::Error)]
pub enum ActionError {
    /// It does not exist, or not for this viewer (S-51).
    #[error("not found")]
    NotFound,
    /// The viewer may see it but not do this.
    #[error("not allowed")]
    NotAllowed,
    /// The rules refuse it.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// It was changed by another user since the form was shown (B1).
    #[error("changed meanwhile")]
    Changed,
    /// The state of the contract version does not allow it.
    #[error("not with this contract version: {0:?}")]
    Version(VersionRefusal),
    /// The state of the roll-out does not allow it.
    #[error("not with this roll-out: {0:?}")]
    RollOut(RollOutRefusal),
    /// There is no access to the product.
    #[error("denied: {0:?}")]
    Denied(Denied),
    /// The operator's details were never entered, so no contract can be offered.
    #[error("the operator's particulars are missing")]
    NoOperator,
    /// The password that was asked again was wrong.
    #[error("wrong password")]
    WrongPassword,
    /// The code asked for was not accepted.
    #[error("code not accepted: {0:?}")]
    WrongCode(CodeFault),
    /// The passkey asked for was not accepted.
    #[error("passkey not accepted: {0:?}")]
    WrongPasskey(PasskeyFault),
    /// The person proves it at the issuer with this number.
    #[error("to be proved at an issuer")]
    ProveAtIssuer(u8),
    /// Something could not be encrypted.
    #[error(transparent)]
    Unencrypted(#[from] crate::cipher::Unencrypted),
    /// Too many tries; wait this many seconds.
    #[error("too many attempts, {0} s to wait")]
    TooManyAttempts(u64),
    /// The portal has too much to do to finish in time; nothing was done.
    #[error("too much work at once")]
    Busy,
    /// The document could not be made, so nothing was concluded (S-88).
    #[error("the document could not be made: {0}")]
    Document(String),
    /// A file under the data directory could not be read or moved.
    #[error("the folder of incoming mails: {0}")]
    Folder(String),
    /// The certificate of the seal is not valid now, so nothing was concluded.
    #[error("nothing can be sealed now: {0}")]
    NoSeal(String),
    /// The portal's clock contradicts the case or the database, so no decision was made (F4).
    #[error("the clock is wrong: {0}")]
    Clock(ClockFault),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
}

impl From<QueryError> for ActionError {
    fn from(error: QueryError) -> Self {
        Self::Database(DbError::Query(error))
    }
}

impl From<RollOutRefusal> for ActionError {
    fn from(refusal: RollOutRefusal) -> Self {
        Self::RollOut(refusal)
    }
}

impl From<VersionRefusal> for ActionError {
    fn from(refusal: VersionRefusal) -> Self {
        Self::Version(refusal)
    }
}

impl From<Refusal> for ActionError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<crate::places::NoPlace> for ActionError {
    fn from(_: crate::places::NoPlace) -> Self {
        Self::Busy
    }
}
