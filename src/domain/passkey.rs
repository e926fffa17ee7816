//! Passkeys (WebAuthn) for signing in, after the password or in its place (S-36). What the browser
//! signed is looked at in [`crate::webauthn`]; here are the rules around it.

use chrono::{DateTime, Duration, Utc};

use super::UserId;
use super::name::{BadName, parse};

/// Passkeys that a person may have.
pub const MOST_PASSKEYS: usize = 10;
/// Longest name of a passkey, in characters.
pub const LONGEST_NAME: usize = 60;
/// Bytes of the random id by which a device knows the account.
pub const HANDLE_BYTES: usize = 64;

/// A browser has this long to answer.
pub fn challenge_life() -> Duration {
    Duration::minutes(5)
}

/// What a browser is asked to sign for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A passkey is made.
    Add,
    /// A known person proves to be it: after the password, or once more (S-40).
    Prove,
    /// A visitor signs in with a passkey alone.
    SignIn,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 3] = [Self::Add, Self::Prove, Self::SignIn];

    /// How it is stored.
    pub fn key(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Prove => "prove",
            Self::SignIn => "sign_in",
        }
    }
}

/// What a browser was asked to sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// For what, as stored.
    pub purpose: String,
    /// Who was asked; nobody yet for [`Purpose::SignIn`].
    pub user: Option<UserId>,
    /// What the answer is held against.
    pub state: Vec<u8>,
    /// The attempt that counts as failed until the answer is right.
    pub attempt: Option<i64>,
    /// An answer that comes later is not accepted.
    pub valid_until: DateTime<Utc>,
}

impl Challenge {
    /// Whether an answer for this purpose, of this person, may be looked at now.
    pub fn fits(&self, purpose: Purpose, user: Option<UserId>, now: DateTime<Utc>) -> bool {
        self.purpose == purpose.key() && self.user == user && now < self.valid_until
    }
}

/// Why an answer of a browser was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasskeyFault {
    /// Nothing was asked in this session, it was answered before, or the answer came too late.
    Late,
    /// The passkey is none of the portal's, or another person's.
    Foreign,
    /// Its counter went back: somebody may have copied it.
    Copied,
    /// It is not what was asked for: another origin, another challenge, no user verification, a wrong
    /// signature.
    Wrong,
    /// The person has as many as may be.
    TooMany,
    /// The device has been added already.
    Known,
}

/// The name a person gave a passkey.
///
/// # Errors
/// If there is none, or it is longer than [`LONGEST_NAME`].
pub fn name(typed: &str) -> Result<String, BadName> {
    parse(typed, LONGEST_NAME)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;

    /// Asked for what, of whom; answered for what, by whom, seconds later; whether it is looked at.
    #[test]
    fn s36_a_challenge_is_good_for_one_purpose_one_person_and_five_minutes() {
        let now: DateTime<Utc> = "2026-11-23T09:00:00Z".parse().unwrap();
        let (ayse, jan) = (Some(UserId(1)), Some(UserId(2)));
        use Purpose::{Add, Prove, SignIn};
        for (asked, of, answered, by, later, fits) in [
            (Prove, ayse, Prove, ayse, 0, true),
            (Prove, ayse, Prove, ayse, 299, true),
            (Prove, ayse, Prove, ayse, 300, false),
            (Prove, ayse, Prove, jan, 1, false),
            (Prove, ayse, Prove, None, 1, false),
            (Prove, ayse, Add, ayse, 1, false),
            (Prove, ayse, SignIn, None, 1, false),
            (Add, ayse, Add, ayse, 1, true),
            (Add, ayse, Add, jan, 1, false),
            (Add, ayse, Prove, ayse, 1, false),
            (SignIn, None, SignIn, None, 1, true),
            (SignIn, None, Prove, ayse, 1, false),
            (SignIn, None, SignIn, None, 301, false),
        ] {
            let challenge = Challenge {
                purpose: asked.key().to_owned(),
                user: of,
                state: Vec::new(),
                attempt: None,
                valid_until: now + challenge_life(),
            };
            let at = now + Duration::seconds(later);
            assert_eq!(
                challenge.fits(answered, by, at),
                fits,
                "{asked:?} of {of:?}, {answered:?} by {by:?} after {later} s"
            );
        }
    }

    #[test]
    fn s36_a_passkey_has_a_name() {
        assert_eq!(name("  Mein   Telefon ").unwrap(), "Mein Telefon");
        assert_eq!(name(" \u{200b} "), Err(BadName::Empty));
        assert_eq!(name(&"x".repeat(61)), Err(BadName::TooLong));
    }
}
