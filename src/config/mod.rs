//! The settings, read once from the environment at the start.
//!
//! In production nothing has an unsafe default: a missing setting stops the start with a sentence
//! that names the variable (S-85, S-86). Secrets may also be given as a file:
//! `AVV_SMTP_URL_FILE=/run/keys/smtp` in place of `AVV_SMTP_URL=…`.

mod keys;
mod limits;
mod mail;
mod network;
mod purpose;
mod rules;
mod seal;
#[cfg(test)]
mod tests;
mod variables;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

pub use keys::{Key, KeySet, Keys, SHORTEST_SECRET};
pub use limits::Limits;
pub use mail::MailConfig;
pub use network::Network;
pub use rules::RuleConfig;
pub use seal::{SealConfig, SealSource};
#[cfg(test)]
pub use variables::fuzz;
pub use variables::{program_dirs, runtime_dir, temporary_dir, test_database_url};

use crate::domain::retention;
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
    /// `AVV_TRUSTED_PROXIES`: from whose connections `X-Forwarded-For` is trusted (S-84); by
    /// default from none.
    pub trusted_proxies: Vec<Network>,
    /// `AVV_HSTS_SUBDOMAINS`: whether browsers are told to use https for subdomains of the host of
    /// `base_url`, too (S-61); by default they are.
    pub hsts_subdomains: bool,
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
    /// `AVV_DATA_DIR`, by default `data` in the working directory.
    pub data_dir: PathBuf,
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
    /// Reads the environment of this process.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::read(&Variables::of_process())
    }

    /// A configuration for tests: fixed keys, no mail server, data under `data_dir`.
    pub fn for_tests(database_url: &str, data_dir: &Path) -> Self {
        let secret = SecretString::from("keys for tests only, in no way random: 0123456789");
        Self {
            environment: Environment::Development,
            web: WebConfig {
                base_url: default_base_url(SocketAddr::from(([127, 0, 0, 1], 8080))),
                listen: SocketAddr::from(([127, 0, 0, 1], 0)),
                trusted_proxies: Vec::new(),
                hsts_subdomains: true,
                limits: Limits::default(),
            },
            storage: StorageConfig {
                database_url: Some(SecretString::from(database_url)),
                owner_url: None,
                data_dir: data_dir.to_owned(),
            },
            keys: Keys::new(&secret, None),
            mail: MailConfig {
                smtp_url: None,
                from: mail::default_sender(),
                connections: 1,
            },
            seal: SealConfig {
                source: SealSource::Made(data_dir.join("seal.pem")),
                authority: None,
                authority_certificates: None,
            },
            rules: RuleConfig::default(),
            log_filter: None,
            retention_years: retention::YEARS,
        }
    }

    fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        let environment = match variables.text("AVV_ENV").as_deref() {
            None => purpose::without_a_word(variables)?,
            Some("development") => Environment::Development,
            Some("production") => Environment::Production,
            Some(_) => return Err(invalid("AVV_ENV", "`development` or `production`")),
        };
        let storage = StorageConfig::read(variables, environment)?;
        Ok(Self {
            environment,
            web: WebConfig::read(variables, environment)?,
            keys: read_keys(variables, environment, &storage.data_dir)?,
            seal: SealConfig::read(variables, environment, &storage.data_dir)?,
            rules: RuleConfig::read(variables, environment)?,
            storage,
            mail: MailConfig::read(variables, environment)?,
            log_filter: variables.text("RUST_LOG"),
            retention_years: read_years(variables)?,
        })
    }
}

fn read_years(variables: &Variables<'_>) -> Result<u8, ConfigError> {
    let Some(text) = variables.text("AVV_RETENTION_YEARS") else {
        return Ok(retention::YEARS);
    };
    text.parse()
        .ok()
        .filter(|years| (retention::YEARS..=retention::MOST_YEARS).contains(years))
        .ok_or_else(|| invalid("AVV_RETENTION_YEARS", "a number from 3 to 10"))
}

impl WebConfig {
    fn read(variables: &Variables<'_>, environment: Environment) -> Result<Self, ConfigError> {
        let listen = match variables.text("AVV_LISTEN") {
            Some(text) => text
                .parse()
                .map_err(|_| invalid("AVV_LISTEN", "an address and port such as 127.0.0.1:8080"))?,
            None => SocketAddr::from(([127, 0, 0, 1], 8080)),
        };
        let base_url = match variables.text("AVV_BASE_URL") {
            Some(text) => parse_base_url(&text, environment)?,
            None if environment.is_production() => {
                return Err(ConfigError::Missing {
                    variable: "AVV_BASE_URL",
                    needed: "the https:// address under which customers reach the portal",
                });
            }
            None => default_base_url(listen),
        };
        let trusted_proxies = variables
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
            .collect::<Result<_, _>>()?;
        Ok(Self {
            base_url,
            listen,
            trusted_proxies,
            hsts_subdomains: rules::switch(variables, "AVV_HSTS_SUBDOMAINS", true)?,
            limits: Limits::read(variables)?,
        })
    }
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
    fn read(variables: &Variables<'_>, environment: Environment) -> Result<Self, ConfigError> {
        let database_url = postgres_url(variables, "DATABASE_URL")?;
        let owner_url = postgres_url(variables, "DATABASE_OWNER_URL")?;
        let data_dir = variables.text("AVV_DATA_DIR");
        if environment.is_production() && database_url.is_none() && data_dir.is_none() {
            return Err(ConfigError::Missing {
                variable: "DATABASE_URL",
                needed: "the PostgreSQL to use (or set AVV_DATA_DIR to keep an embedded one there)",
            });
        }
        Ok(Self {
            database_url,
            owner_url,
            data_dir: data_dir.map_or_else(|| PathBuf::from("data"), PathBuf::from),
        })
    }
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

fn read_keys(
    variables: &Variables<'_>,
    environment: Environment,
    data_dir: &Path,
) -> Result<Keys, ConfigError> {
    let checked = |variable| {
        let secret = variables.secret(variable)?;
        if let Some(secret) = &secret {
            keys::check_secret(variable, secret.expose_secret())?;
        }
        Ok(secret)
    };
    let current = match checked("AVV_SECRET_KEY")? {
        Some(secret) => secret,
        None if environment.is_production() => {
            return Err(ConfigError::Missing {
                variable: "AVV_SECRET_KEY",
                needed: "it signs links and cookies; `openssl rand -base64 32` makes one",
            });
        }
        None => keys::development_secret(data_dir)?,
    };
    let previous = checked("AVV_SECRET_KEY_PREVIOUS")?;
    Ok(Keys::new(&current, previous.as_ref()))
}

fn invalid(variable: &'static str, expected: &'static str) -> ConfigError {
    ConfigError::Invalid { variable, expected }
}
