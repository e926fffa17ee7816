//! Talks with issuers (OpenID Connect): sends a person there, exchanges the code that comes back, asks again
//! whether the person may still come in, and reads what an issuer says on its own. The only file but
//! `authority` that calls out over HTTP, and the only one that knows `openidconnect`.

mod claims;
mod logout;
mod wire;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreClientAuthMethod,
    CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AccessToken, AuthType, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken,
    EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdTokenFields, IssuerUrl,
    LogoutRequest, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier,
    PostLogoutRedirectUrl, ProviderMetadataWithLogout, RedirectUrl, RefreshToken,
    RequestTokenError, Scope, StandardErrorResponse, StandardTokenResponse, SubjectIdentifier,
    TokenResponse as _, UserInfoError,
};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::config::IssuerConfig;
use crate::domain::identity::{Claims, drift};
use claims::{Extra, beside, read};
pub use logout::SaidOut;
use wire::{Wire, WireError};

type IdFields = IdTokenFields<
    Extra,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;
type Answer = StandardTokenResponse<IdFields, CoreTokenType>;
type Refusal = StandardErrorResponse<CoreErrorResponseType>;
type Portal = Client<
    Extra,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    Refusal,
    Answer,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What an issuer says of itself is read again after this time.
const METADATA_AGE: Duration = Duration::from_secs(600);
/// Keys that are not known are looked for no more often than this, whoever sends tokens with them.
const NEW_KEYS_AFTER: Duration = Duration::from_secs(3);

/// With what a token may be signed: by keys of which the portal knows the public half. Neither `none`
/// nor a secret that both know.
const SIGNATURES: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Why nothing came of it.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    /// The issuer does not answer, or something is wrong with it for now.
    #[error("the issuer does not answer: {0}")]
    Unreachable(String),
    /// It does not do what it is asked, or its answer is not to be believed.
    #[error("{0}")]
    NotBelieved(String),
    /// It knows nothing of the code, the session or the person any more.
    #[error("the issuer refused: {0}")]
    Gone(String),
}

/// Where a person is sent, and what has to be known when the person comes back.
#[derive(Debug)]
pub struct Begun {
    /// The page of the issuer.
    pub url: Url,
    /// What the token has to repeat.
    pub nonce: String,
    /// With what the code is exchanged.
    pub verifier: String,
}

/// What was begun, when the person is back.
#[derive(Debug)]
pub struct Open<'a> {
    /// The code.
    pub code: String,
    /// What the token has to repeat.
    pub nonce: &'a str,
    /// With what the code is exchanged.
    pub verifier: &'a str,
}

/// With what an issuer is asked later; never logged.
#[derive(Clone, Serialize, Deserialize)]
pub struct Tokens {
    /// What says at sign-out who it was.
    id: String,
    access: String,
    refresh: Option<String>,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens(…)")
    }
}

/// What issuers say of themselves, and the line to them. One for each process; whoever has none of it asks.
#[derive(Clone, Default)]
pub struct Issuers {
    wire: Wire,
    known: Arc<Mutex<HashMap<u8, Known>>>,
}

#[derive(Clone)]
struct Known {
    at: Instant,
    metadata: Arc<ProviderMetadataWithLogout>,
}

impl Issuers {
    /// Sends a person to the issuer. `fresh`: who is signed in there proves it anew.
    ///
    /// # Errors
    /// [`OidcError`] if the issuer does not say what it can do.
    pub async fn begin(
        &self,
        issuer: &IssuerConfig,
        back: &str,
        (state, fresh): (&str, bool),
    ) -> Result<Begun, OidcError> {
        let metadata = self.metadata(issuer).await?;
        let portal = portal(issuer, &metadata, back)?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let state = state.to_owned();
        let mut request = portal
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                Nonce::new_random,
            )
            .set_pkce_challenge(challenge);
        for scope in &issuer.scopes {
            request = request.add_scope(Scope::new(scope.clone()));
        }
        if fresh {
            request = request
                .add_prompt(CoreAuthPrompt::Login)
                .set_max_age(Duration::from_secs(300));
        }
        let (url, _, nonce) = request.url();
        Ok(Begun {
            url,
            nonce: nonce.secret().clone(),
            verifier: verifier.secret().clone(),
        })
    }

    /// Exchanges the code, and looks at what comes for it.
    ///
    /// # Errors
    /// [`OidcError`] with what is wrong.
    pub async fn finish(
        &self,
        issuer: &IssuerConfig,
        back: &str,
        open: Open<'_>,
        now: DateTime<Utc>,
    ) -> Result<(Claims, Tokens), OidcError> {
        let metadata = self.metadata(issuer).await?;
        let portal = portal(issuer, &metadata, back)?;
        let send = |request| self.wire.send(request);
        let answer = portal
            .exchange_code(AuthorizationCode::new(open.code))
            .map_err(|error| OidcError::NotBelieved(error.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(open.verifier.to_owned()))
            .request_async(&send)
            .await
            .map_err(refusal)?;
        let nonce = Nonce::new(open.nonce.to_owned());
        let (claims, id) = self
            .look_at(issuer, back, &answer, Some(&nonce), now)
            .await?;
        let id = id.ok_or_else(|| OidcError::NotBelieved("no ID token came".to_owned()))?;
        let claims = claims.ok_or_else(|| OidcError::NotBelieved("no ID token came".to_owned()))?;
        let tokens = Tokens {
            id,
            access: answer.access_token().secret().clone(),
            refresh: answer.refresh_token().map(|token| token.secret().clone()),
        };
        let claims = self.completed(issuer, &portal, claims, &tokens).await?;
        Ok((claims, tokens))
    }

    /// Asks whether a person is still there, and what the claims say by now: with the refresh token if there is
    /// one, else by the page with the person's details.
    ///
    /// # Errors
    /// [`OidcError::Gone`] if not; [`OidcError::Unreachable`] if nobody knows.
    pub async fn check(
        &self,
        issuer: &IssuerConfig,
        subject: &str,
        tokens: &Tokens,
        now: DateTime<Utc>,
    ) -> Result<(Claims, Tokens), OidcError> {
        let metadata = self.metadata(issuer).await?;
        let portal = portal(issuer, &metadata, "")?;
        let mut tokens = tokens.clone();
        let mut claims = Claims {
            issuer: issuer.url.clone(),
            subject: subject.to_owned(),
            ..Claims::default()
        };
        let mut is_said = false;
        if let Some(refresh) = tokens.refresh.clone() {
            let send = |request| self.wire.send(request);
            let refresh = RefreshToken::new(refresh);
            let answer = portal
                .exchange_refresh_token(&refresh)
                .map_err(|error| OidcError::NotBelieved(error.to_string()))?
                .request_async(&send)
                .await
                .map_err(refusal)?;
            tokens.access = answer.access_token().secret().clone();
            if let Some(next) = answer.refresh_token() {
                tokens.refresh = Some(next.secret().clone());
            }
            let (said, id) = self.look_at(issuer, "", &answer, None, now).await?;
            if let (Some(said), Some(id)) = (said, id) {
                if said.subject != subject {
                    return Err(OidcError::Gone("it speaks of another person".to_owned()));
                }
                (claims, tokens.id, is_said) = (said, id, true);
            }
        }
        let claims = if is_said {
            self.completed(issuer, &portal, claims, &tokens).await?
        } else {
            self.details(&portal, claims, &tokens).await?
        };
        Ok((claims, tokens))
    }

    /// Where a person signs out at the issuer; `None` if it has no such page.
    pub async fn sign_out_url(
        &self,
        issuer: &IssuerConfig,
        tokens: Option<&Tokens>,
        back: &str,
    ) -> Option<Url> {
        let metadata = self.metadata(issuer).await.ok()?;
        let end = metadata
            .additional_metadata()
            .end_session_endpoint
            .clone()?;
        let mut url = LogoutRequest::from(end)
            .set_client_id(ClientId::new(issuer.client_id.clone()))
            .set_post_logout_redirect_uri(PostLogoutRedirectUrl::new(back.to_owned()).ok()?)
            .http_get_url();
        if let Some(tokens) = tokens {
            url.query_pairs_mut()
                .append_pair("id_token_hint", &tokens.id);
        }
        Some(url)
    }

    /// Reads what an issuer sends by itself: that somebody signed out there.
    ///
    /// # Errors
    /// [`OidcError::NotBelieved`] if it is not from the issuer, or says something else.
    pub async fn read_logout(
        &self,
        issuer: &IssuerConfig,
        token: &str,
        now: DateTime<Utc>,
    ) -> Result<SaidOut, OidcError> {
        let metadata = self.metadata(issuer).await?;
        match logout::read(issuer, metadata.jwks(), token, now) {
            Err(OidcError::NotBelieved(_)) if self.may_have_new_keys(issuer) => {
                let metadata = self.metadata_anew(issuer).await?;
                logout::read(issuer, metadata.jwks(), token, now)
            }
            read => read,
        }
    }

    /// Looks at what an issuer says of itself, as for `avv-portal check`.
    ///
    /// # Errors
    /// [`OidcError`] with what is wrong.
    pub async fn inspect(&self, issuer: &IssuerConfig) -> Result<(), OidcError> {
        let metadata = self.metadata_anew(issuer).await?;
        let wrong = |what: &str| Err(OidcError::NotBelieved(what.to_owned()));
        if metadata.token_endpoint().is_none() {
            return wrong("it names no token endpoint");
        }
        if metadata.jwks().keys().is_empty() {
            return wrong("it has no keys");
        }
        let offered = metadata.id_token_signing_alg_values_supported();
        if !offered.iter().any(|one| SIGNATURES.contains(one)) {
            return wrong("it signs with nothing that the portal believes");
        }
        Ok(())
    }

    /// The claims of a token answer, if a token with claims came, and that token.
    async fn look_at(
        &self,
        issuer: &IssuerConfig,
        back: &str,
        answer: &Answer,
        nonce: Option<&Nonce>,
        now: DateTime<Utc>,
    ) -> Result<(Option<Claims>, Option<String>), OidcError> {
        let Some(token) = answer.id_token() else {
            return Ok((None, None));
        };
        let known = self.metadata(issuer).await?;
        let looked = claims_of(
            &portal(issuer, &known, back)?,
            issuer,
            (token, answer.access_token()),
            nonce,
            now,
        );
        let claims = match looked {
            // The issuer may sign with a new key by now.
            Err(_) if self.may_have_new_keys(issuer) => {
                let anew = self.metadata_anew(issuer).await?;
                claims_of(
                    &portal(issuer, &anew, back)?,
                    issuer,
                    (token, answer.access_token()),
                    nonce,
                    now,
                )?
            }
            looked => looked?,
        };
        Ok((Some(claims), Some(token.to_string())))
    }

    /// The claims, with those that decide and stand only on the page with the person's details.
    async fn completed(
        &self,
        issuer: &IssuerConfig,
        portal: &Portal,
        claims: Claims,
        tokens: &Tokens,
    ) -> Result<Claims, OidcError> {
        let lacks = issuer
            .rules
            .deciding()
            .any(|claim| claims.texts(claim).is_empty());
        if !lacks || portal.user_info_url().is_none() {
            return Ok(claims);
        }
        self.details(portal, claims, tokens).await
    }

    async fn details(
        &self,
        portal: &Portal,
        claims: Claims,
        tokens: &Tokens,
    ) -> Result<Claims, OidcError> {
        let subject = SubjectIdentifier::new(claims.subject.clone());
        let send = |request| self.wire.send(request);
        let found = portal
            .user_info(AccessToken::new(tokens.access.clone()), Some(subject))
            .map_err(|error| OidcError::NotBelieved(error.to_string()))?
            .request_async::<Extra, _, CoreGenderClaim>(&send)
            .await
            .map_err(|error| match error {
                UserInfoError::Request(WireError(why)) => OidcError::Unreachable(why),
                UserInfoError::Response(status, ..) if status.is_server_error() => {
                    OidcError::Unreachable(status.to_string())
                }
                UserInfoError::Response(status, ..) => OidcError::Gone(status.to_string()),
                other => OidcError::NotBelieved(other.to_string()),
            })?;
        Ok(beside(claims, &found))
    }

    async fn metadata(
        &self,
        issuer: &IssuerConfig,
    ) -> Result<Arc<ProviderMetadataWithLogout>, OidcError> {
        if let Some(known) = self.known(issuer)
            && known.at.elapsed() < METADATA_AGE
        {
            return Ok(known.metadata);
        }
        self.metadata_anew(issuer).await
    }

    fn known(&self, issuer: &IssuerConfig) -> Option<Known> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&issuer.number).cloned()
    }

    fn may_have_new_keys(&self, issuer: &IssuerConfig) -> bool {
        self.known(issuer)
            .is_some_and(|known| known.at.elapsed() >= NEW_KEYS_AFTER)
    }

    async fn metadata_anew(
        &self,
        issuer: &IssuerConfig,
    ) -> Result<Arc<ProviderMetadataWithLogout>, OidcError> {
        let url = IssuerUrl::new(issuer.url.clone())
            .map_err(|error| OidcError::NotBelieved(error.to_string()))?;
        let send = |request| self.wire.send(request);
        let found = ProviderMetadataWithLogout::discover_async(url, &send)
            .await
            .map_err(|error| match error {
                openidconnect::DiscoveryError::Request(WireError(why)) => {
                    OidcError::Unreachable(why)
                }
                other => OidcError::NotBelieved(said(&other)),
            })?;
        let metadata = Arc::new(found);
        let known = Known {
            at: Instant::now(),
            metadata: Arc::clone(&metadata),
        };
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(issuer.number, known);
        Ok(metadata)
    }
}

/// The portal as the issuer knows it.
fn portal(
    issuer: &IssuerConfig,
    metadata: &ProviderMetadataWithLogout,
    back: &str,
) -> Result<Portal, OidcError> {
    let secret = issuer.client_secret.expose_secret().to_owned();
    let portal = Portal::from_provider_metadata(
        metadata.clone(),
        ClientId::new(issuer.client_id.clone()),
        Some(ClientSecret::new(secret)),
    );
    let offered = metadata.token_endpoint_auth_methods_supported();
    let takes = |way: CoreClientAuthMethod| offered.is_none_or(|all| all.contains(&way));
    let portal = if takes(CoreClientAuthMethod::ClientSecretBasic) {
        portal.set_auth_type(AuthType::BasicAuth)
    } else {
        portal.set_auth_type(AuthType::RequestBody)
    };
    if back.is_empty() {
        return Ok(portal);
    }
    let back = RedirectUrl::new(back.to_owned())
        .map_err(|error| OidcError::NotBelieved(error.to_string()))?;
    Ok(portal.set_redirect_uri(back))
}

type IdToken = openidconnect::IdToken<
    Extra,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

/// What a token says, if it is to be believed.
fn claims_of(
    portal: &Portal,
    issuer: &IssuerConfig,
    (token, access): (&IdToken, &AccessToken),
    nonce: Option<&Nonce>,
    now: DateTime<Utc>,
) -> Result<Claims, OidcError> {
    let believed = |error: String| OidcError::NotBelieved(error);
    let verifier = portal
        .id_token_verifier()
        .set_allowed_algs(SIGNATURES)
        .set_time_fn(move || now - drift())
        .set_issue_time_verifier_fn(move |at| {
            if at <= now + drift() {
                Ok(())
            } else {
                Err("issued in the future".to_owned())
            }
        });
    let looked = match nonce {
        Some(nonce) => token.claims(&verifier, nonce),
        // A token that a refresh brings has none (OpenID Connect Core, 12.2).
        None => token.claims(&verifier, |_: Option<&Nonce>| Ok(())),
    };
    let claims = looked.map_err(|error| believed(said(&error)))?;
    if let Some(expected) = claims.access_token_hash() {
        let algorithm = token
            .signing_alg()
            .map_err(|error| believed(said(&error)))?;
        let key = token
            .signing_key(&verifier)
            .map_err(|error| believed(said(&error)))?;
        let own = openidconnect::AccessTokenHash::from_token(access, algorithm, key)
            .map_err(|error| believed(said(&error)))?;
        if own != *expected {
            return Err(believed(
                "the access token belongs to another one".to_owned(),
            ));
        }
    }
    Ok(read(issuer, claims))
}

/// What a token endpoint answered instead.
fn refusal(error: RequestTokenError<WireError, Refusal>) -> OidcError {
    match error {
        RequestTokenError::ServerResponse(said) => match said.error() {
            CoreErrorResponseType::InvalidGrant => OidcError::Gone(said.error().to_string()),
            other => OidcError::NotBelieved(other.to_string()),
        },
        RequestTokenError::Request(WireError(why)) => OidcError::Unreachable(why),
        // What a proxy or a server in trouble sends is no JSON.
        RequestTokenError::Parse(error, _) => OidcError::NotBelieved(error.to_string()),
        RequestTokenError::Other(why) => OidcError::NotBelieved(why),
    }
}

/// An error with its causes, in one line.
fn said(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text = format!("{text}: {next}");
        cause = next.source();
    }
    text
}
