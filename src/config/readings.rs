//! All settings at once: what could be read, and everything that is wrong with the rest.

use super::variables::Variables;
use super::{
    Config, ConfigError, Environment, IssuerConfig, MailConfig, RuleConfig, SealConfig, Secrets,
    StorageConfig, WebConfig, data_dir, invalid, purpose, read_keys,
};
use crate::domain::retention;

/// What could be read of the settings. A part in which something is wrong is missing, and the faults
/// say what it is; nothing is read twice, and nothing is left unread because something else is wrong.
/// Reading makes nothing.
#[derive(Debug)]
pub struct Readings {
    /// What the rest was read for: production where `AVV_ENV` is none of both or does not say it.
    pub environment: Environment,
    /// Addresses of the web server.
    pub web: Option<WebConfig>,
    /// Database and files.
    pub storage: Option<StorageConfig>,
    /// How mails leave.
    pub mail: Option<MailConfig>,
    /// How documents are sealed.
    pub seal: Option<SealConfig>,
    /// Where people may sign in besides.
    pub issuers: Option<Vec<IssuerConfig>>,
    secrets: Option<Secrets>,
    rules: Option<RuleConfig>,
    retention_years: Option<u8>,
    log_filter: Option<String>,
    /// Everything that is wrong, in the order of the settings.
    pub faults: Vec<ConfigError>,
}

/// Everything that keeps the portal from starting; never empty. Says the first of it.
#[derive(Debug)]
pub struct ConfigFaults(pub Vec<ConfigError>);

impl std::error::Error for ConfigFaults {}

impl std::fmt::Display for ConfigFaults {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Some((first, more)) = self.0.split_first() else {
            return f.write_str("the settings cannot be read");
        };
        write!(f, "{first}")?;
        match more.len() {
            0 => Ok(()),
            more => write!(f, " ({more} more: `avv-portal check` says all of them)"),
        }
    }
}

/// Takes up what is wrong while the reading goes on.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<ConfigError>);

impl Faults {
    /// What was read; what is wrong with it is taken up.
    pub(super) fn keep<T>(&mut self, read: Result<T, ConfigError>) -> Option<T> {
        read.map_err(|fault| self.add(fault)).ok()
    }

    /// Takes up a fault. One that was found on two ways counts once.
    pub(super) fn add(&mut self, fault: ConfigError) {
        let said = fault.to_string();
        if self.0.iter().all(|known| known.to_string() != said) {
            self.0.push(fault);
        }
    }
}

impl Readings {
    /// Those of the environment of this process.
    pub fn of_process() -> Self {
        Self::read(&Variables::of_process())
    }

    pub(super) fn read(variables: &Variables<'_>) -> Self {
        let mut faults = Faults::default();
        let environment = match variables.text("AVV_ENV").as_deref() {
            None => purpose::without_a_word(variables),
            Some("development") => Ok(Environment::Development),
            Some("production") => Ok(Environment::Production),
            Some(_) => Err(invalid("AVV_ENV", "`development` or `production`")),
        };
        // Where it is not clear which of the two it is, the settings speak of customers, or were
        // meant to: it is read as production.
        let environment = faults.keep(environment).unwrap_or(Environment::Production);
        let all = &mut faults;
        let web = WebConfig::read(variables, environment, all);
        let storage = StorageConfig::read(variables, environment, all);
        let secrets = read_keys(variables, environment, all);
        let mail = MailConfig::read(variables, environment, all);
        let seal = SealConfig::read(variables, environment, &data_dir(variables), all);
        let rules = RuleConfig::read(variables, environment, all);
        let issuers = IssuerConfig::read(variables, environment, all);
        let retention_years = all.keep(read_years(variables));
        Self {
            environment,
            web,
            storage,
            mail,
            seal,
            issuers,
            secrets,
            rules,
            retention_years,
            log_filter: variables.text("RUST_LOG"),
            faults: faults.0,
        }
    }

    /// The whole configuration, if nothing is wrong.
    ///
    /// # Errors
    ///
    /// [`ConfigFaults`] with everything that is.
    pub fn whole(self) -> Result<Config, ConfigFaults> {
        match self {
            Self {
                environment,
                web: Some(web),
                storage: Some(storage),
                mail: Some(mail),
                seal: Some(seal),
                secrets: Some(secrets),
                rules: Some(rules),
                issuers: Some(issuers),
                retention_years: Some(retention_years),
                log_filter,
                faults,
            } if faults.is_empty() => Ok(Config {
                environment,
                web,
                keys: secrets
                    .keys(&storage.data_dir)
                    .map_err(|fault| ConfigFaults(vec![fault]))?,
                storage,
                mail,
                seal,
                rules,
                issuers,
                log_filter,
                retention_years,
            }),
            other => Err(ConfigFaults(other.faults)),
        }
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
