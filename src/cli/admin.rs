//! `admin create`: the first administrator. There is no default account (S-39). `admin reset-factor`: for
//! the only one who has lost the second factor.

use anyhow::{anyhow, bail};

use super::{Result, open, say};
use crate::actions::{ActionError, Actor, retention, second_factor, users};
use crate::config::Config;
use crate::domain::proposal::MAX_REASON;
use crate::domain::viewer::Role;
use crate::domain::{EmailAddress, name};
use crate::storage::users::{NewUser, find_credentials};
use crate::{paths, token};

/// Adds the administrator and prints the link that sets the password, which works once.
pub fn create(config: Config, email: EmailAddress, shown: Option<String>) -> Result<()> {
    let typed = shown.unwrap_or_else(|| email.as_str().to_owned());
    let shown = name::parse(&typed, name::MAX_NAME).map_err(|_| {
        anyhow!(
            "--name is empty or longer than {} characters",
            name::MAX_NAME
        )
    })?;
    let (clock, transport) = (open::clock(&config), open::transport(&config)?);
    let opened = open::open(config, clock, transport)?;
    let app = opened.app.clone();
    let now = app.clock.now();
    let link = app.db.transaction_blocking(|conn| {
        if find_credentials(conn, &email)?.is_some() {
            return Ok(None);
        }
        let new = NewUser {
            email: email.clone(),
            name: shown,
            role: Role::ADMINISTRATOR,
            manages_users: false,
            password_hash: None,
        };
        let (_, link) = users::add_with_link(conn, Actor::Command, &new, now)?;
        Ok::<_, ActionError>(Some(link))
    });
    let address = link?.map(|link| {
        let token = token::make(&app.config.keys, token::Purpose::Password, link);
        format!("{}{}", app.base_url(), paths::set_password(&token))
    });
    drop(app);
    opened.close();
    match address {
        Some(address) => {
            say("Added. This link sets the password; it works once, for seven days:");
            say(&address);
            Ok(())
        }
        None => bail!("there is a user with this address already"),
    }
}

/// Erases a locked user of any kind: operator's, partner's or customer's (A9). What the log says
/// about that person's actions has a retention period of its own.
pub fn erase(config: Config, email: &EmailAddress) -> Result<()> {
    let (clock, transport) = (open::clock(&config), open::transport(&config)?);
    let opened = open::open(config, clock, transport)?;
    let now = opened.app.clock.now();
    let erased: std::result::Result<_, ActionError> = opened
        .app
        .db
        .transaction_blocking(|conn| retention::erase_user_by_command(conn, email, now));
    opened.close();
    match erased? {
        Some(true) => {
            say("Erased. Events of the audit log keep their own time.");
            Ok(())
        }
        Some(false) => bail!("lock the user first, under Verwaltung → Benutzer"),
        None => bail!("there is no user with this address"),
    }
}

/// Takes away a second factor (S-36): in the portal that takes another administrator, and there may be
/// none.
pub fn reset_factor(config: Config, email: &EmailAddress, reason: &str) -> Result<()> {
    let reason = name::parse(reason, MAX_REASON)
        .map_err(|_| anyhow!("--reason is empty or longer than {MAX_REASON} characters"))?;
    let (clock, transport) = (open::clock(&config), open::transport(&config)?);
    let opened = open::open(config, clock, transport)?;
    let app = opened.app.clone();
    let now = app.clock.now();
    let reset: std::result::Result<_, ActionError> = app.db.transaction_blocking(|conn| {
        second_factor::reset_by_command(conn, &app, email, &reason, now)
    });
    drop(app);
    opened.close();
    match reset? {
        Some(true) => {
            say(
                "Reset. All sessions have ended, and an e-mail tells the user. Where a second factor is obligatory, a new one is set up at the next sign-in.",
            );
            Ok(())
        }
        Some(false) => bail!("this user has no second factor"),
        None => bail!("there is no user with this address, or it is locked"),
    }
}
