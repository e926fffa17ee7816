//! `client create`: a client of the API from the command line, for scripts that set a portal up.

use anyhow::{anyhow, bail};
use chrono::NaiveDate;
use clap::{Args, Subcommand};

use super::{Result, open, say};
use crate::actions::{ActionError, clients};
use crate::config::{Config, Network};
use crate::domain::calendar::end_of_day;
use crate::domain::case::Refusal;
use crate::domain::client::{ClientScope, PER_MINUTE};
use crate::domain::name;
use crate::storage::clients::{NewClient, list_clients};

#[derive(Debug, Subcommand)]
pub enum Wanted {
    /// Add a client and print its token, and nothing else, on standard output
    Create(New),
    /// Say which clients there are
    List,
}

#[derive(Debug, Args)]
pub struct New {
    /// Name of the system, for the log
    #[arg(long)]
    name: String,
    /// What it may do, separated by commas: customers:write,bookings:write
    #[arg(long, value_delimiter = ',', required = true, value_parser = scope)]
    scopes: Vec<ClientScope>,
    /// From where it may call; by default from everywhere
    #[arg(long, value_delimiter = ',', value_parser = network)]
    networks: Vec<String>,
    /// Requests a minute that each process answers
    #[arg(long, default_value_t = PER_MINUTE, value_parser = clap::value_parser!(i32).range(1..))]
    per_minute: i32,
    /// Its last day
    #[arg(long)]
    expires: Option<NaiveDate>,
}

fn scope(key: &str) -> std::result::Result<ClientScope, String> {
    ClientScope::from_key(key).ok_or_else(|| {
        let all: Vec<&str> = ClientScope::ALL.iter().map(|scope| scope.key()).collect();
        format!("one of {}", all.join(", "))
    })
}

fn network(block: &str) -> std::result::Result<String, String> {
    match block.parse::<Network>() {
        Ok(_) => Ok(block.to_owned()),
        Err(()) => Err("an address or a block such as 10.0.0.0/8".to_owned()),
    }
}

/// Does what is wanted.
pub fn run(config: Config, wanted: Wanted) -> Result<()> {
    match wanted {
        Wanted::Create(new) => create(config, new),
        Wanted::List => list(config),
    }
}

fn create(config: Config, new: New) -> Result<()> {
    let shown = name::parse(&new.name, name::MAX_NAME).map_err(|_| {
        anyhow!(
            "--name is empty or longer than {} characters",
            name::MAX_NAME
        )
    })?;
    let mut scopes = new.scopes;
    scopes.sort_unstable();
    scopes.dedup();
    let new = NewClient {
        name: shown,
        scopes,
        networks: new.networks,
        per_minute: new.per_minute,
        expires_at: new.expires.map(end_of_day),
    };
    let (clock, transport) = (open::clock(&config), open::transport(&config)?);
    let opened = open::open(config, clock, transport)?;
    let now = opened.app.clock.now();
    let made = opened
        .app
        .db
        .transaction_blocking(|conn| clients::add_by_command(conn, &new, now));
    opened.close();
    match made {
        Ok((_, token)) => {
            say(token.expose());
            Ok(())
        }
        Err(ActionError::Refused(Refusal::Unchanged)) => {
            bail!("there is a client with this name already")
        }
        Err(error) => Err(error.into()),
    }
}

fn list(config: Config) -> Result<()> {
    let (clock, transport) = (open::clock(&config), open::transport(&config)?);
    let opened = open::open(config, clock, transport)?;
    let now = opened.app.clock.now();
    let found = opened
        .app
        .db
        .read_blocking(|conn| -> std::result::Result<_, ActionError> { Ok(list_clients(conn)?) });
    opened.close();
    for line in found? {
        let scopes: Vec<&str> = line.client.scopes.iter().map(|scope| scope.key()).collect();
        let state = if line.client.is_open(now) {
            "open"
        } else {
            "shut"
        };
        say(&format!(
            "{}\t{state}\t{}",
            line.client.name,
            scopes.join(",")
        ));
    }
    Ok(())
}
