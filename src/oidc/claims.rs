//! What a token or the page with a person's details says, in the words of the rules.

use chrono::{DateTime, Utc};
use openidconnect::core::CoreGenderClaim;
use openidconnect::{AdditionalClaims, EndUserName, IdTokenClaims, LocalizedClaim, UserInfoClaims};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::config::IssuerConfig;
use crate::domain::identity::Claims;

/// Claims that OpenID Connect does not name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extra {
    #[serde(flatten)]
    others: Map<String, Value>,
}

impl AdditionalClaims for Extra {}

/// Those of a token that was believed.
pub fn read(issuer: &IssuerConfig, claims: &IdTokenClaims<Extra, CoreGenderClaim>) -> Claims {
    let others = claims.additional_claims().others.clone();
    let mut methods: Vec<String> = claims
        .auth_context_ref()
        .map(|acr| acr.as_str().to_owned())
        .into_iter()
        .collect();
    methods.extend(
        claims
            .auth_method_refs()
            .into_iter()
            .flatten()
            .map(|amr| amr.as_str().to_owned()),
    );
    let is_verified = claims.email_verified() == Some(true);
    Claims {
        issuer: issuer.url.clone(),
        subject: claims.subject().as_str().to_owned(),
        sid: others.get("sid").and_then(Value::as_str).map(str::to_owned),
        verified_email: claims
            .email()
            .filter(|_| is_verified)
            .map(|email| email.as_str().to_owned()),
        name: name(claims.name()),
        methods,
        authenticated_at: claims.auth_time(),
        others,
    }
}

/// With what the page with a person's details says besides. It is asked for now, so it counts where both
/// say something.
pub fn beside(mut claims: Claims, found: &UserInfoClaims<Extra, CoreGenderClaim>) -> Claims {
    if let Some(email) = found.email()
        && found.email_verified() == Some(true)
    {
        claims.verified_email = Some(email.as_str().to_owned());
    }
    claims.name = name(found.name()).or(claims.name);
    for (claim, value) in &found.additional_claims().others {
        claims.others.insert(claim.clone(), value.clone());
    }
    claims
}

fn name(found: Option<&LocalizedClaim<EndUserName>>) -> Option<String> {
    let all = found?;
    let (_, name) = all.iter().next()?;
    Some(name.as_str().trim().to_owned()).filter(|name| !name.is_empty())
}

/// A moment of a token, in seconds.
pub fn moment(value: Option<&Value>) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(value?.as_i64()?, 0)
}
