//! How mails are sent, and where those that come back are read (S-23).

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::mail_oauth::{MailOauth, SignIn};
use super::mailbox::MailboxConfig;
use super::readings::Faults;
use super::variables::Variables;
use super::{ConfigError, Environment, invalid};
use crate::domain::EmailAddress;
use crate::mail_token::TokenSource;

/// Settings for sending mails and for reading what comes back.
#[derive(Debug, Clone)]
pub struct MailConfig {
    /// `AVV_SMTP_URL`; unset (development only): mails are written as files under the data
    /// directory.
    pub smtp_url: Option<SecretString>,
    /// `AVV_SMTP_AUTH`: with what the portal signs in there, by default with the password of the address.
    pub sign_in: SignIn,
    /// Where tokens come from, if the portal signs in with one anywhere.
    pub oauth: Option<MailOauth>,
    /// `AVV_IMAP_URL`: the mailbox that is read for what comes back; by default none.
    pub mailbox: Option<MailboxConfig>,
    /// `AVV_MAIL_FROM`: the sender's address.
    pub from: EmailAddress,
    /// `AVV_SMTP_CONNECTIONS`: how many mails are sent at the same time, by default 4.
    pub connections: u8,
    /// `AVV_MAIL_PER_DOMAIN`: of mails that go to everybody at once, how many a minute one domain gets from
    /// each process, by default 300; 0: as many as there are.
    pub per_domain: u32,
    /// `AVV_AUDIT_MAIL`: who gets every daily checkpoint of the log, outside the operator (S-80); by default
    /// nobody.
    pub auditors: Option<EmailAddress>,
    /// `AVV_DKIM_SELECTOR`: under which name the domain publishes the key that the mail server signs
    /// with; only `avv-portal check` asks for it.
    pub dkim_selector: Option<String>,
}

impl MailConfig {
    /// A source of tokens for the mail server, if the portal signs in there with one.
    pub fn smtp_tokens(&self) -> Option<TokenSource> {
        match self.sign_in {
            SignIn::Token => self.oauth.clone().map(TokenSource::new),
            SignIn::Password => None,
        }
    }

    pub(super) fn read(
        variables: &Variables<'_>,
        environment: Environment,
        faults: &mut Faults,
    ) -> Option<Self> {
        let smtp_url = faults.keep(read_smtp_url(variables, environment));
        let sign_in = faults.keep(SignIn::read(variables, "AVV_SMTP_AUTH"));
        if let (Some(url), Some(SignIn::Token)) = (&smtp_url, sign_in) {
            faults.keep(check_user(url.as_ref()));
        }
        let mailbox = faults.keep(MailboxConfig::read(variables));
        // Where one of both cannot be read, whether a token is wanted is known from the word alone.
        let is_token = |name| variables.text(name).as_deref() == Some("oauth2");
        let wanted = is_token("AVV_SMTP_AUTH") || is_token("AVV_IMAP_AUTH");
        let oauth = MailOauth::read(variables, environment, wanted, faults);
        let from = faults.keep(read_sender(variables, environment));
        let connections = faults.keep(read_connections(variables));
        let per_domain = faults.keep(read_per_domain(variables));
        let auditors = faults.keep(read_auditors(variables));
        let dkim_selector = faults.keep(read_selector(variables));
        Some(Self {
            smtp_url: smtp_url?,
            sign_in: sign_in?,
            oauth: oauth?,
            mailbox: mailbox?,
            from: from?,
            connections: connections?,
            per_domain: per_domain?,
            auditors: auditors?,
            dkim_selector: dkim_selector?,
        })
    }
}

fn read_smtp_url(
    variables: &Variables<'_>,
    environment: Environment,
) -> Result<Option<SecretString>, ConfigError> {
    let url = variables.secret("AVV_SMTP_URL")?;
    match &url {
        Some(url) => check_smtp_url(url.expose_secret(), environment)?,
        None if environment.is_production() => {
            return Err(ConfigError::Missing {
                variable: "AVV_SMTP_URL",
                needed: "the mail server, such as smtps://user:password@mail.example",
            });
        }
        None => {}
    }
    Ok(url)
}

fn read_sender(
    variables: &Variables<'_>,
    environment: Environment,
) -> Result<EmailAddress, ConfigError> {
    match variables.text("AVV_MAIL_FROM") {
        Some(text) => EmailAddress::parse(&text)
            .map_err(|_| invalid("AVV_MAIL_FROM", "one e-mail address without a name")),
        None if environment.is_production() => Err(ConfigError::Missing {
            variable: "AVV_MAIL_FROM",
            needed: "the address from which mails are sent",
        }),
        None => Ok(default_sender()),
    }
}

fn read_connections(variables: &Variables<'_>) -> Result<u8, ConfigError> {
    match variables.text("AVV_SMTP_CONNECTIONS") {
        Some(text) => text
            .parse()
            .ok()
            .filter(|number| (1..=32).contains(number))
            .ok_or_else(|| invalid("AVV_SMTP_CONNECTIONS", "a number from 1 to 32")),
        None => Ok(4),
    }
}

fn read_per_domain(variables: &Variables<'_>) -> Result<u32, ConfigError> {
    match variables.text("AVV_MAIL_PER_DOMAIN") {
        Some(text) => text
            .parse()
            .ok()
            .filter(|number| (0..=100_000).contains(number))
            .ok_or_else(|| invalid("AVV_MAIL_PER_DOMAIN", "a number from 0 to 100000")),
        None => Ok(300),
    }
}

fn read_auditors(variables: &Variables<'_>) -> Result<Option<EmailAddress>, ConfigError> {
    let address = |text: String| {
        EmailAddress::parse(&text)
            .map_err(|_| invalid("AVV_AUDIT_MAIL", "one e-mail address without a name"))
    };
    variables.text("AVV_AUDIT_MAIL").map(address).transpose()
}

/// A selector is a part of a domain's name, or several (RFC 6376, 3.1).
fn read_selector(variables: &Variables<'_>) -> Result<Option<String>, ConfigError> {
    let Some(text) = variables.text("AVV_DKIM_SELECTOR") else {
        return Ok(None);
    };
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    if text.len() <= 120 && text.split('.').all(is_label) {
        Ok(Some(text))
    } else {
        Err(invalid(
            "AVV_DKIM_SELECTOR",
            "the name before `._domainkey` alone, such as `mail2026`",
        ))
    }
}

/// In production mails leave over TLS only (S-23), except to a mail server on the same machine.
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

/// Where a token takes the place of the password, the address says who signs in and nothing more.
fn check_user(url: Option<&SecretString>) -> Result<(), ConfigError> {
    let Some(url) = url else {
        return Err(ConfigError::Missing {
            variable: "AVV_SMTP_URL",
            needed: "the mail server that AVV_SMTP_AUTH speaks of",
        });
    };
    let url = Url::parse(url.expose_secret()).ok();
    if url.is_some_and(|url| !url.username().is_empty() && url.password().is_none()) {
        return Ok(());
    }
    Err(invalid(
        "AVV_SMTP_URL",
        "the user without a password, smtp://user@host:587?tls=required, because AVV_SMTP_AUTH is oauth2",
    ))
}

pub(super) fn default_sender() -> EmailAddress {
    let Ok(address) = EmailAddress::parse("avv@portal.example") else {
        unreachable!("a fixed address");
    };
    address
}
