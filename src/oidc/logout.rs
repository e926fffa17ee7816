//! What an issuer sends by itself when somebody signs out there (OpenID Connect Back-Channel Logout 1.0).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, Utc};
use openidconnect::core::{CoreJsonWebKey, CoreJsonWebKeySet, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKey as _, JsonWebKeyUse as _};
use serde_json::Value;

use super::claims::moment;
use super::{OidcError, SIGNATURES};
use crate::config::IssuerConfig;
use crate::domain::identity::drift;

/// The event that such a token tells of.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// A token is good for this long, as the standard says.
const LIFE: Duration = Duration::minutes(2);

/// Whose sessions are over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaidOut {
    /// The person; `None` if only the session is named.
    pub subject: Option<String>,
    /// The session of the issuer; `None` for all of the person's.
    pub sid: Option<String>,
}

/// Reads a token.
pub fn read(
    issuer: &IssuerConfig,
    keys: &CoreJsonWebKeySet,
    token: &str,
    now: DateTime<Utc>,
) -> Result<SaidOut, OidcError> {
    let wrong = |what: &str| OidcError::NotBelieved(what.to_owned());
    let (signed, signature) = token.rsplit_once('.').ok_or_else(|| wrong("no token"))?;
    let (header, payload) = signed.split_once('.').ok_or_else(|| wrong("no token"))?;
    let header: Value = json(header).ok_or_else(|| wrong("unreadable header"))?;
    let payload: Value = json(payload).ok_or_else(|| wrong("unreadable claims"))?;
    let signature = URL_SAFE_NO_PAD
        .decode(signature)
        .map_err(|_| wrong("unreadable signature"))?;
    let algorithm: CoreJwsSigningAlgorithm = header
        .get("alg")
        .cloned()
        .and_then(|name| serde_json::from_value(name).ok())
        .filter(|algorithm| SIGNATURES.contains(algorithm))
        .ok_or_else(|| wrong("signed with nothing that is believed"))?;
    let kid = header.get("kid").and_then(Value::as_str);
    let fits = |key: &&CoreJsonWebKey| {
        key.key_use().is_none_or(|use_| use_.allows_signature())
            && kid.is_none_or(|kid| key.key_id().is_some_and(|own| own.as_str() == kid))
    };
    let is_signed = keys.keys().iter().filter(fits).any(|key| {
        key.verify_signature(&algorithm, signed.as_bytes(), &signature)
            .is_ok()
    });
    if !is_signed {
        return Err(wrong("not signed by the issuer"));
    }
    let text = |claim: &str| payload.get(claim).and_then(Value::as_str);
    if text("iss") != Some(issuer.url.as_str()) {
        return Err(wrong("of another issuer"));
    }
    let is_ours = match payload.get("aud") {
        Some(Value::String(one)) => *one == issuer.client_id,
        Some(Value::Array(all)) => all
            .iter()
            .any(|one| one.as_str() == Some(&issuer.client_id)),
        _ => false,
    };
    if !is_ours {
        return Err(wrong("for somebody else"));
    }
    let issued = moment(payload.get("iat")).ok_or_else(|| wrong("without its time"))?;
    let ends = moment(payload.get("exp")).unwrap_or(issued + LIFE);
    if issued > now + drift() || now > ends + drift() || now > issued + LIFE + drift() {
        return Err(wrong("not of this time"));
    }
    // With a nonce it would be a token to sign in with.
    let is_event = payload
        .get("events")
        .is_some_and(|events| events.get(EVENT).is_some_and(Value::is_object));
    if !is_event || payload.get("nonce").is_some() {
        return Err(wrong("no token to sign out with"));
    }
    let said = SaidOut {
        subject: text("sub").map(str::to_owned),
        sid: text("sid").map(str::to_owned),
    };
    if said.subject.is_none() && said.sid.is_none() {
        return Err(wrong("of nobody"));
    }
    Ok(said)
}

fn json(part: &str) -> Option<Value> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}
