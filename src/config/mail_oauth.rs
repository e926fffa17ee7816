//! Signing in at a mail server with a token instead of a password (OAuth 2.0): where the token comes
//! from. One source serves the server that takes mails and the mailbox.

use secrecy::SecretString;
use url::Url;

use super::readings::Faults;
use super::variables::Variables;
use super::{ConfigError, Environment, invalid};

const TOKEN_URL: &str = "AVV_MAIL_OAUTH_TOKEN_URL";
const CLIENT_ID: &str = "AVV_MAIL_OAUTH_CLIENT_ID";
const CLIENT_SECRET: &str = "AVV_MAIL_OAUTH_CLIENT_SECRET";
const SCOPE: &str = "AVV_MAIL_OAUTH_SCOPE";
const REFRESH_TOKEN: &str = "AVV_MAIL_OAUTH_REFRESH_TOKEN";

/// With what the portal signs in at a mail server (`AVV_SMTP_AUTH`, `AVV_IMAP_AUTH`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SignIn {
    /// `password`: with the password of the address.
    #[default]
    Password,
    /// `oauth2`: with a token (SASL XOAUTH2).
    Token,
}

impl SignIn {
    pub(super) fn read(
        variables: &Variables<'_>,
        variable: &'static str,
    ) -> Result<Self, ConfigError> {
        match variables.text(variable).as_deref() {
            None | Some("password") => Ok(Self::Password),
            Some("oauth2") => Ok(Self::Token),
            Some(_) => Err(invalid(variable, "`password` or `oauth2`")),
        }
    }
}

/// Where tokens come from.
#[derive(Debug, Clone)]
pub struct MailOauth {
    /// `AVV_MAIL_OAUTH_TOKEN_URL`: the token endpoint.
    pub token_url: Url,
    /// `AVV_MAIL_OAUTH_CLIENT_ID`: by what it knows the portal.
    pub client_id: String,
    /// `AVV_MAIL_OAUTH_CLIENT_SECRET`, or `…_FILE`. Without one a refresh token has to be set.
    pub client_secret: Option<SecretString>,
    /// `AVV_MAIL_OAUTH_SCOPE`: what is asked for.
    pub scope: Option<String>,
    /// `AVV_MAIL_OAUTH_REFRESH_TOKEN`, or `…_FILE`: a person's consent, in place of the client's own
    /// rights.
    pub refresh_token: Option<SecretString>,
}

impl MailOauth {
    /// The source of tokens, if one is `wanted`; one that nothing uses is a fault.
    pub(super) fn read(
        variables: &Variables<'_>,
        environment: Environment,
        wanted: bool,
        faults: &mut Faults,
    ) -> Option<Option<Self>> {
        let secret = faults.keep(variables.secret(CLIENT_SECRET));
        let refresh_token = faults.keep(variables.secret(REFRESH_TOKEN));
        if !wanted {
            let is_set = [TOKEN_URL, CLIENT_ID, SCOPE]
                .iter()
                .any(|name| variables.text(name).is_some())
                || matches!(secret, Some(Some(_)))
                || matches!(refresh_token, Some(Some(_)));
            if is_set {
                faults.add(ConfigError::Missing {
                    variable: "AVV_SMTP_AUTH",
                    needed: "AVV_MAIL_OAUTH_… is set, and neither AVV_SMTP_AUTH nor AVV_IMAP_AUTH is `oauth2`",
                });
            }
            return Some(None);
        }
        let token_url = faults.keep(read_url(variables, environment));
        let client_id = variables.text(CLIENT_ID).ok_or(ConfigError::Missing {
            variable: CLIENT_ID,
            needed: "by what the token endpoint knows the portal",
        });
        let client_id = faults.keep(client_id);
        let (secret, refresh_token) = (secret?, refresh_token?);
        if secret.is_none() && refresh_token.is_none() {
            faults.add(ConfigError::Missing {
                variable: CLIENT_SECRET,
                needed: "with what the portal proves to the token endpoint to be it",
            });
            return None;
        }
        Some(Some(Self {
            token_url: token_url?,
            client_id: client_id?,
            client_secret: secret,
            scope: variables.text(SCOPE),
            refresh_token,
        }))
    }
}

/// The secret goes over a line that nobody else reads; only to an endpoint on this machine, for trying
/// things out, without.
fn read_url(variables: &Variables<'_>, environment: Environment) -> Result<Url, ConfigError> {
    let text = variables.text(TOKEN_URL).ok_or(ConfigError::Missing {
        variable: TOKEN_URL,
        needed: "the token endpoint, such as https://login.microsoftonline.com/TENANT/oauth2/v2.0/token",
    })?;
    let wrong = || invalid(TOKEN_URL, "the https:// address of the token endpoint");
    let url = Url::parse(&text).map_err(|_| wrong())?;
    let is_here = matches!(url.host_str(), Some("localhost" | "127.0.0.1"));
    let is_safe = url.scheme() == "https"
        || (url.scheme() == "http" && is_here && !environment.is_production());
    let is_bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    if is_safe && is_bare && url.has_host() {
        Ok(url)
    } else {
        Err(wrong())
    }
}
