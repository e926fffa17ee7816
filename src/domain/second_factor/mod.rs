//! The second factor of signing in (S-36): codes of an authenticator app by the time (TOTP, RFC 6238)
//! and recovery codes, and who must have one. Passkeys are in [`super::passkey`].

mod code;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::viewer::Role;
pub use code::{RECOVERY_BYTES, SECRET_BYTES, Secret, recovery_code};

/// Recovery codes a person gets at a time.
pub const RECOVERY_CODES: usize = 10;
/// One code is good for this many seconds, and by one step more in both directions.
const STEP: i64 = 30;
/// A code of a device whose clock is off is recognised up to this many steps away, to say so.
const OFF: i64 = 20;

/// Who must have a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactorRule {
    /// Every user may have one, no user must; for development.
    None,
    /// The operator's people.
    Operator,
    /// The operator's people, and those of partners and sub-partners.
    Partners,
}

impl FactorRule {
    /// Whether a person with this role must have one.
    pub fn requires(self, role: Role) -> bool {
        match role {
            Role::Operator(_) => self != Self::None,
            Role::Partner(_) | Role::SubPartner(_) => self == Self::Partners,
            Role::Customer { .. } => false,
        }
    }
}

/// What was done to the ways in which a person signs in, for the log and the mail that tells that person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactorChange {
    /// An authenticator app was set up.
    SetUp,
    /// Another app took the place of the one before.
    Replaced,
    /// The person removed the app.
    Removed,
    /// The operator took all of them away, because the user had lost one.
    Reset,
    /// New recovery codes took the place of those before.
    CodesRenewed,
    /// A recovery code was used.
    CodeUsed,
    /// A passkey was added.
    PasskeyAdded,
    /// A passkey was removed.
    PasskeyRemoved,
    /// The account was connected with an issuer at which the person signs in.
    IssuerConnected,
    /// It was parted from one.
    IssuerRemoved,
}

impl FactorChange {
    /// Every change, in the order in which they are declared.
    pub const ALL: [Self; 10] = [
        Self::SetUp,
        Self::Replaced,
        Self::Removed,
        Self::Reset,
        Self::CodesRenewed,
        Self::CodeUsed,
        Self::PasskeyAdded,
        Self::PasskeyRemoved,
        Self::IssuerConnected,
        Self::IssuerRemoved,
    ];
}

/// What was typed where a code is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    /// The field was left empty.
    Nothing,
    /// Six figures, as the app shows them.
    Code(u32),
    /// A recovery code as it was given out: letters in capitals, without what parts them.
    Recovery(String),
    /// Neither a code of the app nor a recovery code.
    Unreadable,
}

impl Typed {
    /// Reads what was typed; blanks and dashes do not matter.
    pub fn read(text: &str) -> Self {
        let bare: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '–' | '·'))
            .map(|c| c.to_ascii_uppercase())
            .take(64)
            .collect();
        match bare.len() {
            0 => Self::Nothing,
            6 if bare.bytes().all(|b| b.is_ascii_digit()) => {
                bare.parse().map_or(Self::Unreadable, Self::Code)
            }
            length if length == code::RECOVERY_LENGTH && code::is_base32(&bare) => {
                Self::Recovery(bare)
            }
            _ => Self::Unreadable,
        }
    }
}

/// Why a code was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeFault {
    /// Nothing was typed.
    Missing,
    /// Neither six figures nor a recovery code.
    Unreadable,
    /// Not a code of this time.
    Wrong,
    /// It was accepted before.
    Used,
    /// It was good this many minutes ago: the clock of the device is slow.
    Behind(i64),
    /// It will be good in this many minutes: the clock of the device is fast.
    Ahead(i64),
    /// A recovery code that was used before.
    RecoveryUsed,
    /// Not one of the person's recovery codes.
    RecoveryUnknown,
    /// Six figures, and the person has no authenticator app.
    NoApp,
}

/// Number of the step a moment lies in.
pub fn step_of(now: DateTime<Utc>) -> i64 {
    now.timestamp().div_euclid(STEP)
}

/// The step a typed code belongs to, or why it is not accepted; `last` is the step of the code that was
/// accepted last, which is not accepted again.
///
/// # Errors
/// [`CodeFault`] `Used`, `Behind`, `Ahead` or `Wrong`.
pub fn judge(
    secret: &Secret,
    typed: u32,
    last: Option<i64>,
    now: DateTime<Utc>,
) -> Result<i64, CodeFault> {
    let current = step_of(now);
    let near = [0, -1, 1].map(|away| current + away);
    let fresh = |step: i64| last.is_none_or(|last| step > last);
    let found: Vec<i64> = near
        .into_iter()
        .filter(|step| secret.code(*step) == typed)
        .collect();
    if let Some(step) = found.iter().copied().find(|step| fresh(*step)) {
        return Ok(step);
    }
    if !found.is_empty() {
        return Err(CodeFault::Used);
    }
    let minutes = |steps: i64| (steps * STEP + STEP) / 60;
    for away in 2..=OFF {
        if secret.code(current - away) == typed {
            return Err(CodeFault::Behind(minutes(away)));
        }
        if secret.code(current + away) == typed {
            return Err(CodeFault::Ahead(minutes(away)));
        }
    }
    Err(CodeFault::Wrong)
}
