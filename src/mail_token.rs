//! Tokens with which the portal signs in at a mail server that takes no passwords (OAuth 2.0, for SASL
//! XOAUTH2): asked for over HTTPS, kept in memory until shortly before their end, by one thread at a
//! time. Neither a token nor a secret is ever logged or part of a message (S-82).

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use url::form_urlencoded;

use crate::authority::post;
use crate::config::MailOauth;

/// So long before its end a token is not used any more, or half its life if that is shorter.
const EARLY: Duration = Duration::from_secs(300);
/// How long a token is used whose end the endpoint does not say.
const UNSAID: Duration = Duration::from_secs(600);
/// No token is used for longer, whatever the endpoint says (seconds).
const MOST: u64 = 24 * 3600;
/// How long others who wait get the same answer after a fetch that failed.
const PAUSE: Duration = Duration::from_secs(5);
/// At most this many characters of what the endpoint says are kept.
const LONGEST: usize = 300;

/// The source of tokens. Clones share what was fetched.
#[derive(Clone)]
pub struct TokenSource(Arc<Source>);

struct Source {
    config: MailOauth,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    held: Option<Held>,
    failed: Option<(Instant, TokenFault)>,
    /// A refresh token that came in place of the one that was set.
    refresh_token: Option<SecretString>,
}

struct Held {
    value: SecretString,
    until: Instant,
}

/// A token, to be used at once.
#[derive(Debug, Clone)]
pub struct Token {
    value: SecretString,
    /// Whether it was fetched just now: then another one would be no better.
    is_new: bool,
}

/// Why there is no token. Says neither token nor secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct TokenFault {
    /// Whether the endpoint refused, and will do so again: an administrator must look at the settings.
    pub ours: bool,
    /// What happened, in English.
    pub why: String,
}

impl Token {
    /// What a client says to sign in with it (SASL XOAUTH2).
    pub fn xoauth2(&self, user: &str) -> SecretString {
        let token = self.value.expose_secret();
        SecretString::from(format!("user={user}\x01auth=Bearer {token}\x01\x01"))
    }

    /// Takes the token out of what somebody said who knows it.
    pub fn hidden_in(&self, said: &str) -> String {
        said.replace(self.value.expose_secret(), "…")
    }
}

impl TokenSource {
    /// A source that has fetched nothing yet.
    pub fn new(config: MailOauth) -> Self {
        Self(Arc::new(Source {
            config,
            state: Mutex::default(),
        }))
    }

    /// A token that is still valid for a while; fetched if there is none. Blocks up to 20 seconds, and
    /// as long as another thread fetches one.
    ///
    /// # Errors
    /// [`TokenFault`] if none is to be had.
    pub fn token(&self) -> Result<Token, TokenFault> {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = state
            .held
            .as_ref()
            .filter(|held| held.until > Instant::now())
        {
            return Ok(Token {
                value: held.value.clone(),
                is_new: false,
            });
        }
        if let Some((at, fault)) = &state.failed
            && at.elapsed() < PAUSE
        {
            return Err(fault.clone());
        }
        let refresh_token = state.refresh_token.clone();
        let refresh_token = refresh_token.or_else(|| self.0.config.refresh_token.clone());
        match fetch(&self.0.config, refresh_token.as_ref()) {
            Ok(granted) => {
                state.failed = None;
                if granted.refresh_token.is_some() {
                    state.refresh_token = granted.refresh_token;
                }
                state.held = Some(Held {
                    value: granted.token.clone(),
                    until: Instant::now() + usable_for(granted.lasts),
                });
                tracing::info!("a token for the mail server was fetched");
                Ok(Token {
                    value: granted.token,
                    is_new: true,
                })
            }
            Err(fault) => {
                tracing::warn!(reason = %fault, "no token for the mail server");
                state.held = None;
                state.failed = Some((Instant::now(), fault.clone()));
                Err(fault)
            }
        }
    }

    /// The server refused this token. True if it may have been withdrawn meanwhile, so that another one
    /// is worth a try: the next call fetches it.
    pub fn was_refused(&self, token: &Token) -> bool {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        let is_held = |held: &Held| held.value.expose_secret() == token.value.expose_secret();
        if !token.is_new && state.held.as_ref().is_some_and(is_held) {
            state.held = None;
        }
        !token.is_new
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenSource")
    }
}

/// What the endpoint gave.
#[derive(Debug)]
struct Granted {
    token: SecretString,
    lasts: Duration,
    refresh_token: Option<SecretString>,
}

/// How long a token is used that lasts so long.
fn usable_for(lasts: Duration) -> Duration {
    lasts - EARLY.min(lasts / 2)
}

fn fetch(config: &MailOauth, refresh_token: Option<&SecretString>) -> Result<Granted, TokenFault> {
    let body = question(config, refresh_token).into_bytes();
    let kinds = ("application/x-www-form-urlencoded", "application/json");
    let asked = post(&config.token_url, kinds, body).context("the token endpoint does not answer");
    match asked {
        Ok((status, bytes)) => read(status, &bytes).map_err(|fault| TokenFault {
            why: hide(&fault.why, config),
            ..fault
        }),
        Err(error) => Err(TokenFault {
            ours: false,
            why: format!("{error:#}"),
        }),
    }
}

/// The form that is sent (RFC 6749, 4.4 and 6).
fn question(config: &MailOauth, refresh_token: Option<&SecretString>) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    match refresh_token {
        Some(token) => form
            .append_pair("grant_type", "refresh_token")
            .append_pair("refresh_token", token.expose_secret()),
        None => form.append_pair("grant_type", "client_credentials"),
    };
    form.append_pair("client_id", &config.client_id);
    if let Some(secret) = &config.client_secret {
        form.append_pair("client_secret", secret.expose_secret());
    }
    if let Some(scope) = &config.scope {
        form.append_pair("scope", scope);
    }
    form.finish()
}

/// Reads an answer (RFC 6749, 5.1 and 5.2).
fn read(status: u16, bytes: &[u8]) -> Result<Granted, TokenFault> {
    let answer: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let text = |name: &str| answer.get(name).and_then(Value::as_str);
    if !(200..300).contains(&status) {
        let error = text("error").unwrap_or_default();
        let words = text("error_description").unwrap_or_default();
        let why = match (error, words.lines().next().unwrap_or_default()) {
            ("", _) => format!("the token endpoint answered {status}"),
            (error, "") => format!("the token endpoint refused: {error}"),
            (error, words) => format!("the token endpoint refused: {error}, {words}"),
        };
        return Err(TokenFault {
            ours: (400..500).contains(&status)
                && !matches!(status, 408 | 429)
                && error != "temporarily_unavailable",
            why: crate::domain::name::clean(&why)
                .chars()
                .take(LONGEST)
                .collect(),
        });
    }
    let garbled = || TokenFault {
        ours: false,
        why: "what the token endpoint answered has no token".to_owned(),
    };
    // It becomes part of a line of text.
    let is_token = |token: &&str| !token.is_empty() && token.bytes().all(|byte| byte > b' ');
    let token = text("access_token").filter(is_token).ok_or_else(garbled)?;
    let lasts = answer.get("expires_in").and_then(|lasts| match lasts {
        Value::String(text) => text.parse().ok(),
        lasts => lasts.as_u64(),
    });
    Ok(Granted {
        token: SecretString::from(token),
        lasts: lasts.map_or(UNSAID, |seconds| Duration::from_secs(seconds.min(MOST))),
        refresh_token: text("refresh_token").map(SecretString::from),
    })
}

/// Takes out of what the endpoint said whatever it was told.
fn hide(said: &str, config: &MailOauth) -> String {
    let secrets = [&config.client_secret, &config.refresh_token];
    let mut told = said.to_owned();
    for secret in secrets.into_iter().flatten() {
        told = told.replace(secret.expose_secret(), "…");
    }
    told
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    fn config() -> MailOauth {
        MailOauth {
            token_url: "https://anmeldung.example/token".parse().unwrap(),
            client_id: "avv portal".to_owned(),
            client_secret: Some("ge&heim".into()),
            scope: Some("https://outlook.office365.com/.default".to_owned()),
            refresh_token: None,
        }
    }

    #[test]
    fn s23_a_token_is_asked_for_with_the_clients_own_rights_or_with_a_consent() {
        assert_eq!(
            question(&config(), None),
            "grant_type=client_credentials&client_id=avv+portal&client_secret=ge%26heim\
             &scope=https%3A%2F%2Foutlook.office365.com%2F.default"
        );
        let public = MailOauth {
            client_secret: None,
            scope: None,
            ..config()
        };
        assert_eq!(
            question(&public, Some(&"1//x".into())),
            "grant_type=refresh_token&refresh_token=1%2F%2Fx&client_id=avv+portal"
        );
    }

    #[test]
    fn s23_an_answer_is_a_token_or_says_why_not() {
        let good = read(
            200,
            br#"{"token_type":"Bearer","expires_in":"3599","access_token":"eyJ.x.y","refresh_token":"r2"}"#,
        )
        .unwrap();
        assert_eq!(good.token.expose_secret(), "eyJ.x.y");
        assert_eq!(good.lasts, Duration::from_secs(3599));
        assert_eq!(good.refresh_token.unwrap().expose_secret(), "r2");
        let without = read(200, br#"{"access_token":"x"}"#).unwrap();
        assert_eq!(without.lasts, UNSAID);
        for (status, body, ours, said) in [
            (
                401,
                r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided.\r\nTrace ID: 1"}"#,
                true,
                "the token endpoint refused: invalid_client, AADSTS7000215: Invalid client secret provided.",
            ),
            (
                400,
                r#"{"error":"invalid_scope"}"#,
                true,
                "the token endpoint refused: invalid_scope",
            ),
            (429, "{}", false, "the token endpoint answered 429"),
            (503, "<html>", false, "the token endpoint answered 503"),
            (302, "", false, "the token endpoint answered 302"),
            (
                200,
                "[]",
                false,
                "what the token endpoint answered has no token",
            ),
            (
                200,
                r#"{"access_token":""}"#,
                false,
                "what the token endpoint answered has no token",
            ),
            (
                200,
                "{\"access_token\":\"a\\u0001b\"}",
                false,
                "what the token endpoint answered has no token",
            ),
        ] {
            let fault = read(status, body.as_bytes()).unwrap_err();
            assert_eq!((fault.ours, fault.why.as_str()), (ours, said), "{body}");
        }
    }

    #[test]
    fn s82_what_was_told_is_never_said() {
        assert_eq!(
            hide("no client with ge&heim", &config()),
            "no client with …"
        );
        let token = Token {
            value: "eyJ.x".into(),
            is_new: true,
        };
        assert_eq!(token.hidden_in("535 bad eyJ.x"), "535 bad …");
        let said = token.xoauth2("avv@firma.example");
        assert_eq!(
            said.expose_secret(),
            "user=avv@firma.example\x01auth=Bearer eyJ.x\x01\x01"
        );
        assert!(!format!("{token:?} {said:?}").contains("eyJ"));
    }

    #[test]
    fn s23_a_token_is_left_before_its_end() {
        for (lasts, used) in [(3600, 3300), (60, 30), (0, 0)] {
            assert_eq!(
                usable_for(Duration::from_secs(lasts)),
                Duration::from_secs(used)
            );
        }
    }
}
