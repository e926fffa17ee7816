//! `demo`: fills an empty database with an invented provider, its partners and customers, so that
//! every page has something to show and every status occurs.
//!
//! [`people`] defines the people and companies, [`script`] what happens to each customer, [`story`]
//! when; [`tell`] executes it through the same actions that users and the scheduler use, with a
//! clock that is set forward.

mod companies;
mod many;
mod partner_directory;
mod people;
mod script;
mod story;
mod sub_processors;
mod tell;
#[cfg(test)]
mod tests;

use anyhow::bail;
use clap::Args;

use super::{Result, open, say};
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::{CustomerNumber, calendar};
use crate::mail::transport::Transport;
use crate::storage::db::DbError;
use crate::storage::{catalogue, customers, status_days, users};
use people::{Login, PASSWORD};

/// Options of the command.
#[derive(Debug, Args)]
pub struct Options {
    /// How many customers; sixty have a history, those above are made in bulk
    #[arg(long, default_value_t = 60)]
    customers: u32,
}

/// The content of the database before the demo.
enum Found {
    Nothing,
    Demo,
    Other,
}

/// Fills an empty database and prints the logins; prints them again if the data are its own.
pub fn demo(config: Config, options: &Options) -> Result<()> {
    if config.environment.is_production() {
        bail!("demo data have known passwords and are not for production");
    }
    let now = open::clock(&config).now();
    // Mails of the past are dropped; those of today wait for `serve`.
    let opened = open::open_as_owner(config, Clock::fixed_at(now), Transport::memory())?;
    let result = fill(&opened.app, options, now);
    opened.close();
    for login in result? {
        say(&format!(
            "{}\t{}\t{PASSWORD}",
            login.role,
            login.email.as_str()
        ));
    }
    Ok(())
}

fn fill(app: &App, options: &Options, now: chrono::DateTime<chrono::Utc>) -> Result<Vec<Login>> {
    let logins = people::logins();
    match look(app, &logins)? {
        Found::Demo => return Ok(logins),
        Found::Other => bail!(
            "the database holds data already, and demo fills only an empty one: use another database or data directory"
        ),
        Found::Nothing => {}
    }
    let cast = people::arrive(app, now)?;
    tell::tell(app, &cast, now)?;
    sub_processors::prepare(app, &cast.operator, now)?;
    let played = script::characters()?.len();
    let more = options.customers.saturating_sub(u32::try_from(played)?);
    if more > 0 {
        many::add(app, &cast, more, now)?;
        app.db.transaction_blocking(|conn| {
            let (today, first) = (calendar::day(now), CustomerNumber::from(many::FIRST));
            Ok::<_, DbError>(status_days::stretch_days(conn, today, first)?)
        })?;
    }
    Ok(logins)
}

fn look(app: &App, logins: &[Login]) -> Result<Found> {
    let found = app.db.read_blocking(|conn| {
        let mut known = 0;
        for login in logins {
            known += usize::from(users::find_credentials(conn, &login.email)?.is_some());
        }
        let is_empty = customers::is_empty(conn)? && catalogue::find_operator(conn)?.is_none();
        Ok::<_, DbError>(match (known == logins.len(), is_empty) {
            (true, _) => Found::Demo,
            (false, true) => Found::Nothing,
            (false, false) => Found::Other,
        })
    })?;
    Ok(found)
}
