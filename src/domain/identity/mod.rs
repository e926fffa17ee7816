//! People who sign in at an issuer of their own (OpenID Connect, S-41): whom it may speak for, what its claims
//! mean, and when a person is in or out. Nobody is ever found by an e-mail address.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::viewer::{OperatorRole, Role};

/// Whose people an issuer speaks for. The people of customers sign in with a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum Audience {
    /// The operator's own people.
    Operator,
    /// The people of partners and sub-partners.
    Partners,
}

impl Audience {
    /// Whether a person with this role is one of them.
    pub fn has(self, role: Role) -> bool {
        match self {
            Self::Operator => role.is_operator(),
            Self::Partners => role.partner().is_some(),
        }
    }
}

/// What the claims of an issuer mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerRules {
    /// Whose people sign in there.
    pub audience: Audience,
    /// The claim with the roles of the operator's people, if it decides, and what its values mean.
    pub roles: Option<(String, BTreeMap<String, OperatorRole>)>,
    /// The claim with the external id of the partner, if it decides.
    pub partner: Option<String>,
    /// The values of `acr` and `amr` that say that a second factor was there.
    pub factors: Vec<String>,
}

/// What an issuer says of a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claims {
    /// Who says it: `iss`.
    pub issuer: String,
    /// By what the issuer knows the person: `sub`.
    pub subject: String,
    /// By what the issuer names its session: `sid`.
    pub sid: Option<String>,
    /// The e-mail address, if the issuer has verified it.
    pub verified_email: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// `acr`, and all of `amr`.
    pub methods: Vec<String>,
    /// When the person last proved to be it.
    pub authenticated_at: Option<DateTime<Utc>>,
    /// All other claims.
    pub others: Map<String, Value>,
}

/// What the claims of a person say, as far as they decide anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grant {
    /// One of the operator's people; with the job, if a claim says it.
    Operator(Option<OperatorRole>),
    /// One of a partner's people; with the partner's external id, if a claim says it.
    Partner(Option<String>),
}

/// Why somebody does not come in by an issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum IdentityFault {
    /// The issuer sent the person back without a code.
    Cancelled,
    /// It took too long, was used before, or began in another browser.
    Late,
    /// What the issuer said is not to be believed.
    NotBelieved,
    /// The issuer does not answer.
    Unreachable,
    /// Nobody has connected an account with this person.
    NotConnected,
    /// A new account needs an address that the issuer has verified.
    NoVerifiedAddress,
    /// An account has this address and is not connected.
    AddressTaken,
    /// The claim with the partner is missing.
    PartnerMissing,
    /// No partner has this external id.
    PartnerUnknown,
    /// The claim names another partner than that of the account.
    OtherPartner,
    /// The claim names no job at the operator.
    RoleMissing,
    /// The claim names a job that approves, and nobody in the portal has given it.
    RoleNotGiven,
    /// The account belongs to people this issuer does not speak for.
    OtherAudience,
    /// The person is connected with another account, or the account with another person.
    OtherPerson,
    /// The account is connected with the issuer, and nothing else signs in to it.
    OnlyThere,
    /// The account is locked.
    Locked,
    /// The issuer did not ask the person anew.
    NotFresh,
}

/// Why a session ended that began at an issuer, for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentityEnd {
    /// The issuer said so: signed out there.
    SignedOut,
    /// The issuer knows nothing of the session or the person any more.
    Gone,
    /// A claim changed or went.
    ClaimChanged,
    /// The issuer did not answer for too long.
    Unreachable,
}

/// An issuer that does not answer is waited for this long; then whoever came from there is out.
pub fn patience() -> Duration {
    Duration::minutes(15)
}

/// A proof for something with legal effect is no older than this (S-40).
pub fn proof_life() -> Duration {
    Duration::minutes(5)
}

/// Clocks of an issuer and of the portal may differ by this.
pub fn drift() -> Duration {
    Duration::seconds(60)
}

impl Claims {
    /// The texts of a claim: of one text that one, of a list all texts in it. A name with dots is also
    /// looked for as a path, as in `realm_access.roles`.
    pub fn texts(&self, name: &str) -> Vec<&str> {
        let found = self.others.get(name).or_else(|| {
            let mut parts = name.split('.');
            let first = self.others.get(parts.next()?)?;
            parts.try_fold(first, |value, part| value.get(part))
        });
        match found {
            Some(Value::String(text)) => vec![text.as_str()],
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether the person proved to be it a moment ago, as something with legal effect wants it.
    pub fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        self.authenticated_at
            .is_some_and(|at| at <= now + drift() && now - at <= proof_life() + drift())
    }
}

impl IssuerRules {
    /// The claims that decide.
    pub fn deciding(&self) -> impl Iterator<Item = &str> {
        let roles = self.roles.iter().map(|(claim, _)| claim.as_str());
        roles.chain(self.partner.as_deref())
    }

    /// What the claims of a person say.
    ///
    /// # Errors
    /// [`IdentityFault`] `RoleMissing` or `PartnerMissing`.
    pub fn judge(&self, claims: &Claims) -> Result<Grant, IdentityFault> {
        match self.audience {
            Audience::Operator => {
                let Some((claim, meanings)) = &self.roles else {
                    return Ok(Grant::Operator(None));
                };
                let named = claims.texts(claim);
                let given = named.iter().filter_map(|value| meanings.get(*value));
                // Of several the one that may do most, as they are declared.
                let place =
                    |role: &&OperatorRole| OperatorRole::ALL.iter().position(|one| one == *role);
                let most = given.min_by_key(place).copied();
                Ok(Grant::Operator(Some(
                    most.ok_or(IdentityFault::RoleMissing)?,
                )))
            }
            Audience::Partners => {
                let Some(claim) = &self.partner else {
                    return Ok(Grant::Partner(None));
                };
                match claims.texts(claim).as_slice() {
                    [one] if !one.is_empty() => Ok(Grant::Partner(Some((*one).to_owned()))),
                    _ => Err(IdentityFault::PartnerMissing),
                }
            }
        }
    }

    /// Whether the issuer says that a second factor was there.
    pub fn has_factor(&self, claims: &Claims) -> bool {
        let counts = |method: &String| self.factors.contains(method);
        claims.methods.iter().any(counts)
    }
}

/// What a claim makes of the job of one of the operator's people who is there already: nothing, or another
/// one. A job that approves is given in the portal, where a second person sees it (S-39); a claim can
/// only take it away.
///
/// # Errors
/// [`IdentityFault::RoleNotGiven`].
pub fn change_of(
    present: OperatorRole,
    claimed: Option<OperatorRole>,
) -> Result<Option<OperatorRole>, IdentityFault> {
    match claimed {
        None => Ok(None),
        Some(claimed) if claimed == present => Ok(None),
        Some(claimed) if claimed.approves() => Err(IdentityFault::RoleNotGiven),
        Some(claimed) => Ok(Some(claimed)),
    }
}
