//! The settings, read once from the environment at the start.
//!
//! The only file that names the environment. In production nothing has an unsafe default: what is
//! missing stops the start with a sentence that names the variable (S-85, S-86). Secrets may also be
//! given as a file: `AVV_SMTP_URL_FILE=/run/keys/smtp` in place of `AVV_SMTP_URL=…`. Every setting is
//! read even where another is wrong ([`Readings`]), so that all that is missing is said at once.

mod hosts;
mod issuers;
mod keys;
mod limits;
mod mail;
mod mail_oauth;
mod mailbox;
mod network;
mod purpose;
mod readings;
mod rules;
mod seal;
#[cfg(test)]
mod tests;
mod variables;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

pub use hosts::names_several;
pub use issuers::IssuerConfig;
pub use keys::{Key, KeySet, Keys, SHORTEST_SECRET};
pub use limits::Limits;
pub use mail::MailConfig;
pub use mail_oauth::{MailOauth, SignIn};
pub use mailbox::{AfterReading, MailboxConfig};
pub use network::Network;
pub use readings::{ConfigFaults, Readings};
pub use rules::RuleConfig;
pub use seal::{SealConfig, SealSource};
#[cfg(test)]
pub use variables::fuzz;
pub use variables::{
    notify_socket, program_dirs, runtime_dir, temporary_dir, test_database_url, unknown_variables,
    watchdog,
};

use crate::domain::retention;
use readings::Faults;
use variables::Variables;

/// All settings, as they were read at the start.
#[derive(Debug, Clone)]
pub struct Config {
    /// `AVV_ENV`: development (default) or production.
    pub environment: Environment,
    /// Addresses and limits of the web server.
    pub web: WebConfig,
    /// Where database and files are.
    pub storage: StorageConfig,
    /// Keys derived from `AVV_SECRET_KEY` and `AVV_SECRET_KEY_PREVIOUS`.
    pub keys: Keys,
    /// How mails are sent.
    pub mail: MailConfig,
    /// How documents are sealed.
    pub seal: SealConfig,
    /// Settings that make rules stricter.
    pub rules: RuleConfig,
    /// Where people may sign in besides, by number.
    pub issuers: Vec<IssuerConfig>,
    /// `RUST_LOG`: what is logged, in the notation of `tracing`.
    pub log_filter: Option<String>,
    /// Calendar years evidence is kept after the one in which an agreement ended (EV-16).
    pub retention_years: u8,
}

/// The purpose of the portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// A developer's machine: defaults for everything, a clock that can be set, mails as files.
    Development,
    /// A portal for customers: everything that matters must be set.
    Production,
}

impl Environment {
    /// Whether this is for customers.
    pub fn is_production(self) -> bool {
        self == Self::Production
    }
}

/// Settings of the web server.
#[derive(Debug, Clone)]
pub struct WebConfig {
    /// `AVV_BASE_URL`: scheme and host under which users reach the portal, without path.
    pub base_url: Url,
    /// `AVV_LISTEN`: where the server listens, by default `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// `AVV_MANAGEMENT_LISTEN`: where monitoring reads metrics; by default nowhere.
    pub management: Option<SocketAddr>,
    /// `AVV_TRUSTED_PROXIES`: from whose connections `X-Forwarded-For` is trusted (S-84); by
    /// default from none.
    pub trusted_proxies: Vec<Network>,
    /// `AVV_HSTS_SUBDOMAINS`: whether browsers are told to use https for subdomains of the host of
    /// `base_url`, too (S-61); by default they are.
    pub hsts_subdomains: bool,
    /// `AVV_WEBHOOK_NETWORKS`: networks that are not public and that events may be pushed to all the
    /// same; by default none.
    pub webhook_networks: Vec<Network>,
    /// Limits for the load of strangers.
    pub limits: Limits,
}

/// Settings of database and files.
#[derive(Debug, Clone)]
pub struct StorageConfig {
    /// `DATABASE_URL`; unset: an embedded Postgres under the data directory.
    pub database_url: Option<SecretString>,
    /// `DATABASE_OWNER_URL`: the same database with the role that owns the tables, for migrations;
    /// unset: the same as `database_url`.
    pub owner_url: Option<SecretString>,
    /// `DATABASE_REPLICA_URL`: a replica that reads lists; unset: the primary does.
    pub replica: Option<ReplicaConfig>,
    /// `AVV_DB_CONNECTIONS`: connections of one process for pages and API; jobs have their own. By default
    /// two for each processor.
    pub connections: u32,
    /// `AVV_DATA_DIR`, by default `data` in the working directory.
    pub data_dir: PathBuf,
}

/// A streaming replica of the database.
#[derive(Debug, Clone)]
pub struct ReplicaConfig {
    /// Its address, with the role that the portal works with.
    pub url: SecretString,
    /// `AVV_REPLICA_AGE`: how far what is read there may be behind, by default 5 seconds.
    pub max_age: TimeDelta,
}

/// Why the portal does not start; names the variable and never its value.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A required setting is missing.
    #[error("{variable} is not set: {needed}")]
    Missing {
        /// Name of the variable.
        variable: &'static str,
        /// What the setting is for.
        needed: &'static str,
    },
    /// A setting is not valid.
    #[error("{variable} is not usable: expected {expected}")]
    Invalid {
        /// Name of the variable.
        variable: &'static str,
        /// What a valid value looks like.
        expected: &'static str,
    },
    /// A secret is given both directly and as a file.
    #[error("{variable} and {variable}_FILE are both set: keep one of them")]
    Twice {
        /// Name of the variable.
        variable: &'static str,
    },
    /// A setting is typical of a portal for customers, but `AVV_ENV` does not say whether this is
    /// one.
    #[error(
        "{variable} is set as for customers, and AVV_ENV is not set: AVV_ENV=production starts a portal for customers, AVV_ENV=development one for trying things out, which shows every mail"
    )]
    Undecided {
        /// Name of that variable.
        variable: &'static str,
    },
    /// The file of a secret can be read by other users.
    #[error(
        "{variable}: others can read {path}; run `chmod 600` on it, or `chmod 440` if its group is one of the portal's own"
    )]
    OpenFile {
        /// Name of the variable the file replaces.
        variable: &'static str,
        /// Path of the file.
        path: PathBuf,
    },
    /// The file of a secret cannot be read or written.
    #[error("{variable}: {path}: {source}")]
    Unreadable {
        /// Name of the variable the file replaces.
        variable: &'static str,
        /// Path of the file.
        path: PathBuf,
        /// The error of the file system.
        source: std::io::Error,
    },
}

impl Config {
    /// The issuer with this number.
    pub fn issuer(&self, number: u8) -> Option<&IssuerConfig> {
        self.issuers.iter().find(|one| one.number == number)
    }

    /// The issuer with this address.
    pub fn issuer_at(&self, url: &str) -> Option<&IssuerConfig> {
        self.issuers.iter().find(|one| one.url == url)
    }

    /// Reads the environment of this process.
    ///
    /// # Errors
    ///
    /// [`ConfigFaults`] with everything that is wrong.
    pub fn from_env() -> Result<Self, ConfigFaults> {
        Readings::of_process().whole()
    }

    /// A configuration for tests: fixed keys, no mail server, data under `data_dir`.
    pub fn for_tests(database_url: &str, data_dir: &Path) -> Self {
        let secret = SecretString::from("keys for tests only, in no way random: 0123456789");
        Self {
            environment: Environment::Development,
            web: WebConfig {
                base_url: default_base_url(SocketAddr::from(([127, 0, 0, 1], 8080))),
                listen: SocketAddr::from(([127, 0, 0, 1], 0)),
                management: None,
                trusted_proxies: Vec::new(),
                hsts_subdomains: true,
                webhook_networks: Vec::new(),
                limits: Limits::default(),
            },
            storage: StorageConfig {
                database_url: Some(SecretString::from(database_url)),
                owner_url: None,
                replica: None,
                connections: 4,
                data_dir: data_dir.to_owned(),
            },
            keys: Keys::new(&secret, None),
            mail: MailConfig {
                smtp_url: None,
                sign_in: SignIn::Password,
                oauth: None,
                mailbox: None,
                from: mail::default_sender(),
                connections: 1,
                per_domain: 0,
                auditors: None,
                dkim_selector: None,
            },
            seal: SealConfig {
                source: SealSource::Made(data_dir.join("seal.pem")),
                authority: None,
                authority_certificates: None,
            },
            rules: RuleConfig::default(),
            issuers: Vec::new(),
            log_filter: None,
            retention_years: retention::YEARS,
        }
    }
}

impl WebConfig {
    fn read(
        variables: &Variables<'_>,
        environment: Environment,
        faults: &mut Faults,
    ) -> Option<Self> {
        let listen = faults.keep(read_listen(variables));
        let management = faults.keep(network::read_management(variables, listen));
        // Without a word about it the address follows the listener, a wrong one included.
        let standard = listen.unwrap_or(DEFAULT_LISTEN);
        let base_url = faults.keep(read_base_url(variables, environment, standard));
        let trusted_proxies = faults.keep(read_proxies(variables));
        let hsts_subdomains = faults.keep(rules::switch(variables, "AVV_HSTS_SUBDOMAINS", true));
        let webhook_networks = faults.keep(network::read_webhooks(variables));
        let limits = faults.keep(Limits::read(variables));
        Some(Self {
            base_url: base_url?,
            listen: listen?,
            management: management?,
            trusted_proxies: trusted_proxies?,
            hsts_subdomains: hsts_subdomains?,
            webhook_networks: webhook_networks?,
            limits: limits?,
        })
    }
}

/// This machine alone.
const DEFAULT_LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);

fn read_listen(variables: &Variables<'_>) -> Result<SocketAddr, ConfigError> {
    match variables.text("AVV_LISTEN") {
        Some(text) => text
            .parse()
            .map_err(|_| invalid("AVV_LISTEN", "an address and port such as 127.0.0.1:8080")),
        None => Ok(DEFAULT_LISTEN),
    }
}

fn read_base_url(
    variables: &Variables<'_>,
    environment: Environment,
    listen: SocketAddr,
) -> Result<Url, ConfigError> {
    match variables.text("AVV_BASE_URL") {
        Some(text) => parse_base_url(&text, environment),
        None if environment.is_production() => Err(ConfigError::Missing {
            variable: "AVV_BASE_URL",
            needed: "the https:// address under which customers reach the portal",
        }),
        None => Ok(default_base_url(listen)),
    }
}

fn read_proxies(variables: &Variables<'_>) -> Result<Vec<Network>, ConfigError> {
    variables
        .text("AVV_TRUSTED_PROXIES")
        .unwrap_or_default()
        .split([',', ' '])
        .filter(|part| !part.is_empty())
        .map(|part| {
            let network = part.parse::<Network>().ok();
            network.filter(|network| !network.is_anybody()).ok_or_else(|| {
                invalid(
                    "AVV_TRUSTED_PROXIES",
                    "addresses or networks of your own proxies such as `127.0.0.1, 10.0.0.0/8`: whom it names may say where anybody comes from",
                )
            })
        })
        .collect()
}

fn parse_base_url(text: &str, environment: Environment) -> Result<Url, ConfigError> {
    let expected = match environment {
        Environment::Production => {
            "an https:// address without path, such as https://portal.example"
        }
        Environment::Development => "an http(s):// address without path",
    };
    let wrong = || invalid("AVV_BASE_URL", expected);
    let url = Url::parse(text).map_err(|_| wrong())?;
    let scheme_ok = match environment {
        Environment::Production => url.scheme() == "https",
        Environment::Development => matches!(url.scheme(), "http" | "https"),
    };
    let bare = url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if scheme_ok && bare && url.has_host() {
        Ok(url)
    } else {
        Err(wrong())
    }
}

fn default_base_url(listen: SocketAddr) -> Url {
    // The scheme and the printed form of an address are always a valid URL.
    let Ok(mut url) = Url::parse("http://127.0.0.1/") else {
        unreachable!("a fixed URL");
    };
    if !listen.ip().is_unspecified() && url.set_ip_host(listen.ip()).is_err() {
        unreachable!("http URLs have hosts");
    }
    if url.set_port(Some(listen.port())).is_err() {
        unreachable!("http URLs have ports");
    }
    url
}

impl StorageConfig {
    fn read(
        variables: &Variables<'_>,
        environment: Environment,
        faults: &mut Faults,
    ) -> Option<Self> {
        let database_url = faults.keep(postgres_url(variables, "DATABASE_URL"));
        let owner_url = faults.keep(postgres_url(variables, "DATABASE_OWNER_URL"));
        let replica = faults.keep(replica(variables));
        let connections = faults.keep(connections(variables));
        let is_named = variables.text("AVV_DATA_DIR").is_some();
        if environment.is_production() && matches!(database_url, Some(None)) && !is_named {
            faults.add(ConfigError::Missing {
                variable: "DATABASE_URL",
                needed: "the PostgreSQL to use (or set AVV_DATA_DIR to keep an embedded one there)",
            });
            return None;
        }
        Some(Self {
            database_url: database_url?,
            owner_url: owner_url?,
            replica: replica?,
            connections: connections?,
            data_dir: data_dir(variables),
        })
    }
}

fn replica(variables: &Variables<'_>) -> Result<Option<ReplicaConfig>, ConfigError> {
    let url = postgres_url(variables, "DATABASE_REPLICA_URL")?;
    let age = variables.text("AVV_REPLICA_AGE");
    let seconds = age.map_or(Some(5), |text| text.parse().ok());
    let seconds = seconds
        .filter(|seconds| (3..=300).contains(seconds))
        .ok_or_else(|| invalid("AVV_REPLICA_AGE", "a number of seconds from 3 to 300"))?;
    // How old it is, is asked of one server and must hold for all that is read.
    if url
        .as_ref()
        .is_some_and(|url| names_several(url.expose_secret()))
    {
        return Err(invalid("DATABASE_REPLICA_URL", "the address of one server"));
    }
    Ok(url.map(|url| ReplicaConfig {
        url,
        max_age: TimeDelta::seconds(seconds),
    }))
}

fn connections(variables: &Variables<'_>) -> Result<u32, ConfigError> {
    let Some(text) = variables.text("AVV_DB_CONNECTIONS") else {
        let processors = std::thread::available_parallelism().map_or(2, usize::from);
        return Ok(u32::try_from(2 * processors).map_or(200, |count| count.clamp(4, 200)));
    };
    let number = text.parse().ok();
    number
        .filter(|number| (2..=200).contains(number))
        .ok_or_else(|| invalid("AVV_DB_CONNECTIONS", "a number from 2 to 200"))
}

fn data_dir(variables: &Variables<'_>) -> PathBuf {
    let named = variables.text("AVV_DATA_DIR");
    named.map_or_else(|| PathBuf::from("data"), PathBuf::from)
}

fn postgres_url(
    variables: &Variables<'_>,
    variable: &'static str,
) -> Result<Option<SecretString>, ConfigError> {
    let url = variables.secret(variable)?;
    let is_postgres = |url: &SecretString| {
        ["postgres://", "postgresql://"]
            .iter()
            .any(|scheme| url.expose_secret().starts_with(scheme))
    };
    match url {
        Some(url) if !is_postgres(&url) => Err(invalid(variable, "a postgresql:// address")),
        other => Ok(other),
    }
}

/// What the keys are made from.
#[derive(Debug)]
struct Secrets {
    /// `None`: that of development, which the first start makes.
    current: Option<SecretString>,
    previous: Option<SecretString>,
}

impl Secrets {
    /// The keys; makes the secret of development if there is none yet.
    fn keys(&self, data_dir: &Path) -> Result<Keys, ConfigError> {
        let current = match &self.current {
            Some(secret) => secret.clone(),
            None => keys::development_secret(data_dir)?,
        };
        Ok(Keys::new(&current, self.previous.as_ref()))
    }
}

fn read_keys(
    variables: &Variables<'_>,
    environment: Environment,
    faults: &mut Faults,
) -> Option<Secrets> {
    let checked = |variable| {
        let secret = variables.secret(variable)?;
        if let Some(secret) = &secret {
            keys::check_secret(variable, secret.expose_secret())?;
        }
        Ok(secret)
    };
    let current = checked("AVV_SECRET_KEY").and_then(|secret| match secret {
        Some(secret) => Ok(Some(secret)),
        None if environment.is_production() => Err(ConfigError::Missing {
            variable: "AVV_SECRET_KEY",
            needed: "it signs links and cookies; `openssl rand -base64 32` makes one",
        }),
        None => keys::find_development_secret(&data_dir(variables)),
    });
    let (current, previous) = (
        faults.keep(current),
        faults.keep(checked("AVV_SECRET_KEY_PREVIOUS")),
    );
    Some(Secrets {
        current: current?,
        previous: previous?,
    })
}

fn invalid(variable: &'static str, expected: &'static str) -> ConfigError {
    ConfigError::Invalid { variable, expected }
}
