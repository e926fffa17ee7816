//! The environment of the process. No other file uses `std::env`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;

use super::{ConfigError, keys};

/// Variables by name; tests use their own.
pub(super) struct Variables<'a>(pub &'a dyn Fn(&str) -> Option<String>);

impl Variables<'_> {
    /// The variables of this process.
    pub(super) fn of_process() -> Self {
        Self(&variable)
    }

    /// The value of a variable; `None` if it is unset or blank.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        (self.0)(name)
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
    }

    /// A secret from `NAME` or from the file that `NAME_FILE` names.
    pub(super) fn secret(&self, name: &'static str) -> Result<Option<SecretString>, ConfigError> {
        match (self.text(name), self.text(&format!("{name}_FILE"))) {
            (Some(_), Some(_)) => Err(ConfigError::Twice { variable: name }),
            (Some(text), None) => Ok(Some(SecretString::from(text))),
            (None, Some(path)) => keys::read_secret_file(name, Path::new(&path)).map(Some),
            (None, None) => Ok(None),
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is where the environment is read"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Every variable of the portal; `…_FILE` stands in the list where there is one.
pub(super) const KNOWN: &[&str] = &[
    "AVV_ENV",
    "AVV_BASE_URL",
    "AVV_LISTEN",
    "AVV_MANAGEMENT_LISTEN",
    "AVV_DATA_DIR",
    "AVV_DB_CONNECTIONS",
    "AVV_REPLICA_AGE",
    "AVV_SECRET_KEY",
    "AVV_SECRET_KEY_FILE",
    "AVV_SECRET_KEY_PREVIOUS",
    "AVV_SECRET_KEY_PREVIOUS_FILE",
    "AVV_SMTP_URL",
    "AVV_SMTP_URL_FILE",
    "AVV_SMTP_AUTH",
    "AVV_SMTP_CONNECTIONS",
    "AVV_MAIL_PER_DOMAIN",
    "AVV_AUDIT_MAIL",
    "AVV_MAIL_FROM",
    "AVV_DKIM_SELECTOR",
    "AVV_IMAP_URL",
    "AVV_IMAP_URL_FILE",
    "AVV_IMAP_AUTH",
    "AVV_IMAP_AFTER",
    "AVV_MAIL_OAUTH_TOKEN_URL",
    "AVV_MAIL_OAUTH_CLIENT_ID",
    "AVV_MAIL_OAUTH_CLIENT_SECRET",
    "AVV_MAIL_OAUTH_CLIENT_SECRET_FILE",
    "AVV_MAIL_OAUTH_SCOPE",
    "AVV_MAIL_OAUTH_REFRESH_TOKEN",
    "AVV_MAIL_OAUTH_REFRESH_TOKEN_FILE",
    "AVV_TRUSTED_PROXIES",
    "AVV_HSTS_SUBDOMAINS",
    "AVV_CONNECTIONS_PER_SOURCE",
    "AVV_RETENTION_YEARS",
    "AVV_SEAL_KEY",
    "AVV_SEAL_KEY_FILE",
    "AVV_SEAL_CERT",
    "AVV_SEAL_CERT_FILE",
    "AVV_SEAL_P12_FILE",
    "AVV_SEAL_P12_PASSWORD",
    "AVV_SEAL_P12_PASSWORD_FILE",
    "AVV_TSA_URL",
    "AVV_TSA_CERT",
    "AVV_TSA_CERT_FILE",
    "AVV_SECOND_FACTOR",
    "AVV_SUB_PARTNER_RELEASE",
    "AVV_PARTNER_CONTRACT",
    "AVV_NEW_ADMIN_DAYS",
    "AVV_ADDRESS_HOURS",
    "AVV_WEBHOOK_NETWORKS",
    "AVV_OIDC_1_URL",
    "AVV_OIDC_1_CLIENT_ID",
    "AVV_OIDC_1_CLIENT_SECRET",
    "AVV_OIDC_1_CLIENT_SECRET_FILE",
    "AVV_OIDC_1_LABEL",
    "AVV_OIDC_1_FOR",
    "AVV_OIDC_1_SCOPES",
    "AVV_OIDC_1_ROLE_CLAIM",
    "AVV_OIDC_1_ROLES",
    "AVV_OIDC_1_PARTNER_CLAIM",
    "AVV_OIDC_1_FACTORS",
    "AVV_OIDC_1_RECHECK",
    "AVV_OIDC_1_ONLY",
    "AVV_OIDC_2_URL",
    "AVV_OIDC_2_CLIENT_ID",
    "AVV_OIDC_2_CLIENT_SECRET",
    "AVV_OIDC_2_CLIENT_SECRET_FILE",
    "AVV_OIDC_2_LABEL",
    "AVV_OIDC_2_FOR",
    "AVV_OIDC_2_SCOPES",
    "AVV_OIDC_2_ROLE_CLAIM",
    "AVV_OIDC_2_ROLES",
    "AVV_OIDC_2_PARTNER_CLAIM",
    "AVV_OIDC_2_FACTORS",
    "AVV_OIDC_2_RECHECK",
    "AVV_OIDC_2_ONLY",
    "AVV_OIDC_3_URL",
    "AVV_OIDC_3_CLIENT_ID",
    "AVV_OIDC_3_CLIENT_SECRET",
    "AVV_OIDC_3_CLIENT_SECRET_FILE",
    "AVV_OIDC_3_LABEL",
    "AVV_OIDC_3_FOR",
    "AVV_OIDC_3_SCOPES",
    "AVV_OIDC_3_ROLE_CLAIM",
    "AVV_OIDC_3_ROLES",
    "AVV_OIDC_3_PARTNER_CLAIM",
    "AVV_OIDC_3_FACTORS",
    "AVV_OIDC_3_RECHECK",
    "AVV_OIDC_3_ONLY",
    // Those of the tests.
    "AVV_TEST_DATABASE_URL",
    "AVV_FUZZ",
    "AVV_SCREENSHOTS",
];

/// Names in this process's environment that begin like the portal's own and are none: a slip of the
/// hand in one that may be left out would go unseen.
pub fn unknown_variables() -> Vec<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is where the environment is read"
    )]
    let names = std::env::vars_os();
    let mut unknown: Vec<String> = names
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| name.starts_with("AVV_") && !KNOWN.contains(&name.as_str()))
        .collect();
    unknown.sort();
    unknown
}

/// The directories of `PATH`, where the programs of Postgres may be.
pub fn program_dirs() -> Vec<PathBuf> {
    variable("PATH")
        .iter()
        .flat_map(|path| std::env::split_paths(path))
        .filter(|dir| dir.is_absolute())
        .collect()
}

/// `NOTIFY_SOCKET`, which a service manager sets: the socket on which it hears how the portal stands.
pub fn notify_socket() -> Option<String> {
    variable("NOTIFY_SOCKET").filter(|name| !name.is_empty())
}

/// `WATCHDOG_USEC`, which a service manager sets for the process `WATCHDOG_PID`: after how long without
/// a sign of life it takes the portal for dead.
pub fn watchdog() -> Option<Duration> {
    let is_ours = |pid: String| pid.parse() == Ok(std::process::id());
    if !variable("WATCHDOG_PID").is_none_or(is_ours) {
        return None;
    }
    let microseconds = variable("WATCHDOG_USEC")?.parse().ok()?;
    Some(Duration::from_micros(microseconds)).filter(|every| !every.is_zero())
}

/// The user's directory for sockets, if the system has one.
pub fn runtime_dir() -> Option<PathBuf> {
    variable("XDG_RUNTIME_DIR")
        .map(PathBuf::from)
        .filter(|dir| dir.is_absolute() && dir.is_dir())
}

/// The system's directory for temporary files.
pub fn temporary_dir() -> PathBuf {
    std::env::temp_dir()
}

/// `AVV_FUZZ`: by how much to multiply the number of damaged files in tests, and from which seed
/// on: `100`, `1:88`.
#[cfg(test)]
pub fn fuzz() -> Option<(u64, Option<u64>)> {
    let wanted = variable("AVV_FUZZ")?;
    let (times, seed) = wanted.split_once(':').unwrap_or((&wanted, ""));
    Some((times.parse().ok()?, seed.parse().ok()))
}

/// `AVV_TEST_DATABASE_URL`: a server for the tests instead of the embedded one.
pub fn test_database_url() -> Option<SecretString> {
    variable("AVV_TEST_DATABASE_URL").map(SecretString::from)
}
