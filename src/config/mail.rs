//! How mails are sent (S-23).

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::variables::Variables;
use super::{ConfigError, Environment, invalid};
use crate::domain::EmailAddress;

/// Settings for sending mails.
#[derive(Debug, Clone)]
pub struct MailConfig {
    /// `AVV_SMTP_URL`; unset (development only): mails are written as files under the data
    /// directory.
    pub smtp_url: Option<SecretString>,
    /// `AVV_MAIL_FROM`: the sender's address.
    pub from: EmailAddress,
    /// `AVV_SMTP_CONNECTIONS`: how many mails are sent at the same time, by default 4. One
    /// connection carries about 20 mails a second.
    pub connections: u8,
}

impl MailConfig {
    pub(super) fn read(
        variables: &Variables<'_>,
        environment: Environment,
    ) -> Result<Self, ConfigError> {
        let smtp_url = variables.secret("AVV_SMTP_URL")?;
        match &smtp_url {
            Some(url) => check_smtp_url(url.expose_secret(), environment)?,
            None if environment.is_production() => {
                return Err(ConfigError::Missing {
                    variable: "AVV_SMTP_URL",
                    needed: "the mail server, such as smtps://user:password@mail.example",
                });
            }
            None => {}
        }
        let from = match variables.text("AVV_MAIL_FROM") {
            Some(text) => EmailAddress::parse(&text)
                .map_err(|_| invalid("AVV_MAIL_FROM", "one e-mail address without a name"))?,
            None if environment.is_production() => {
                return Err(ConfigError::Missing {
                    variable: "AVV_MAIL_FROM",
                    needed: "the address from which mails are sent",
                });
            }
            None => default_sender(),
        };
        let connections = match variables.text("AVV_SMTP_CONNECTIONS") {
            Some(text) => text
                .parse()
                .ok()
                .filter(|number| (1..=32).contains(number))
                .ok_or_else(|| invalid("AVV_SMTP_CONNECTIONS", "a number from 1 to 32"))?,
            None => 4,
        };
        Ok(Self {
            smtp_url,
            from,
            connections,
        })
    }
}

/// In production mails are sent over TLS only (S-23), except to a mail server on the same machine.
fn check_smtp_url(text: &str, environment: Environment) -> Result<(), ConfigError> {
    let expected =
        "smtps://user:password@host or smtp://…?tls=required (plain smtp:// only to localhost)";
    let wrong = || invalid("AVV_SMTP_URL", expected);
    let url = Url::parse(text).map_err(|_| wrong())?;
    let here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let encrypted = url
        .query_pairs()
        .any(|(name, value)| name == "tls" && value == "required");
    let ok = match url.scheme() {
        "smtps" => true,
        "smtp" => encrypted || here || !environment.is_production(),
        _ => false,
    };
    if ok && url.has_host() {
        Ok(())
    } else {
        Err(wrong())
    }
}

pub(super) fn default_sender() -> EmailAddress {
    let Ok(address) = EmailAddress::parse("avv@portal.example") else {
        unreachable!("a fixed address");
    };
    address
}
