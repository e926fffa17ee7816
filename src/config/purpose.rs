//! The purpose of a portal without `AVV_ENV` (S-85): it starts only if no other setting is typical
//! of a portal for customers, because a development portal shows every mail and lets its clock be
//! set.

use std::net::SocketAddr;

use secrecy::{ExposeSecret as _, SecretString};
use url::{Host, Url};

use super::hosts::{is_elsewhere, is_local};
use super::variables::Variables;
use super::{ConfigError, Environment};

/// Development, unless a setting is one that only a portal for customers has: an address that
/// others can reach, a mail server, a mailbox or a database on another machine, a proxy.
pub(super) fn without_a_word(variables: &Variables<'_>) -> Result<Environment, ConfigError> {
    let set = |name, speaks: fn(&str) -> bool| {
        variables
            .text(name)
            .is_some_and(|text| speaks(&text))
            .then_some(name)
    };
    let secret = |name: &'static str, speaks: fn(&str) -> bool| -> Result<_, ConfigError> {
        let value = variables.secret(name)?;
        let speaks = |value: SecretString| speaks(value.expose_secret());
        Ok(value.is_some_and(speaks).then_some(name))
    };
    let mut found = set("AVV_BASE_URL", is_public_address)
        .or_else(|| set("AVV_LISTEN", is_open_listener))
        .or_else(|| set("AVV_MANAGEMENT_LISTEN", is_open_management))
        .or_else(|| set("AVV_TRUSTED_PROXIES", |_| true));
    for name in [
        "AVV_SMTP_URL",
        "AVV_IMAP_URL",
        "DATABASE_URL",
        "DATABASE_OWNER_URL",
    ] {
        if found.is_none() {
            found = secret(name, is_elsewhere)?;
        }
    }
    match found {
        Some(variable) => Err(ConfigError::Undecided { variable }),
        None => Ok(Environment::Development),
    }
}

/// Whether others can reach the portal at this address. An invalid address is reported where it is
/// read.
fn is_public_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| url.scheme() == "https" || !is_here(url.host()))
}

fn is_open_listener(text: &str) -> bool {
    text.parse()
        .is_ok_and(|address: SocketAddr| !address.ip().is_loopback())
}

/// Whether others than this machine read its metrics.
fn is_open_management(text: &str) -> bool {
    text.starts_with("public:") || is_open_listener(text)
}

fn is_here(host: Option<Host<&str>>) -> bool {
    match host {
        None => true,
        Some(Host::Domain(name)) => name.is_empty() || is_local(name),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
    }
}
