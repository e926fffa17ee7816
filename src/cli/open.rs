//! Opening what a command works with: database, contract, mail transport.

use anyhow::{Context as _, anyhow, bail};
use chrono::{DateTime, Utc};
use secrecy::ExposeSecret as _;

use super::{Result, say};
use crate::actions::{ActionError, versions};
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::contract::Contracts;
use crate::document::seal::Sealer;
use crate::mail::transport::Transport;
use crate::storage::db::{Db, PoolSize};
use crate::storage::embedded::EmbeddedPostgres;

/// Connections for periodic work beside those that deliver mails.
const OTHER_JOBS: u32 = 4;

/// Everything open, with the embedded server that has to be given back at the end.
pub struct Opened {
    /// The handles.
    pub app: App,
    embedded: Option<EmbeddedPostgres>,
}

impl Opened {
    /// Gives the embedded server back and waits until it has written everything.
    pub fn close(self) {
        let Self { app, embedded } = self;
        // The pool's connections first: the server waits for them otherwise.
        drop(app);
        if let Some(server) = embedded {
            server.stop();
        }
    }
}

/// Opens everything. In development a schema that is behind is brought up to date; in production
/// that is a decision, so the command says what to do instead.
pub fn open(config: Config, clock: Clock, transport: Transport) -> Result<Opened> {
    let sealer = Sealer::open(&config.seal, clock.now())?;
    let (db, embedded) = database(&config)?;
    if config.environment.is_production() {
        let pending = db
            .pending_migrations()
            .context("the schema cannot be checked")?;
        if pending > 0 {
            bail!("the database schema is {pending} migration(s) behind: run `avv-portal migrate`");
        }
    } else {
        db.migrate()?;
    }
    let now = clock.now();
    let app = App::new(config, clock, db, transport, Contracts::default(), sealer);
    publish_shipped(&app.db, now)?;
    Ok(Opened { app, embedded })
}

/// The clock of this environment: it can be set only in development.
pub fn clock(config: &Config) -> Clock {
    if config.environment.is_production() {
        Clock::system()
    } else {
        Clock::adjustable()
    }
}

/// How mails leave: by the mail server, or as files in development.
pub fn transport(config: &Config) -> Result<Transport> {
    match &config.mail.smtp_url {
        Some(url) => Transport::smtp(url.expose_secret(), u32::from(config.mail.connections))
            .map_err(|error| anyhow!("AVV_SMTP_URL is not usable: {error}")),
        None => Ok(Transport::Folder(config.storage.data_dir.join("mails"))),
    }
}

/// The command `migrate`.
pub fn migrate(config: &Config) -> Result<()> {
    let (db, embedded) = database(config)?;
    let done = db.migrate()?;
    publish_shipped(&db, clock(config).now())?;
    say(&match done {
        0 => "The schema is up to date.".to_owned(),
        1 => "1 migration was applied.".to_owned(),
        more => format!("{more} migrations were applied."),
    });
    drop(db);
    if let Some(server) = embedded {
        server.stop();
    }
    Ok(())
}

fn database(config: &Config) -> Result<(Db, Option<EmbeddedPostgres>)> {
    let (url, embedded) = match &config.storage.database_url {
        Some(url) => (url.expose_secret().to_owned(), None),
        None => {
            let server = EmbeddedPostgres::start(&config.storage.data_dir)?;
            (server.url(), Some(server))
        }
    };
    let size = PoolSize {
        jobs: u32::from(config.mail.connections) + OTHER_JOBS,
        ..PoolSize::default()
    };
    Ok((Db::connect_sized(&url, size)?, embedded))
}

/// Publishes the contract version that comes with the program where there is none yet.
fn publish_shipped(db: &Db, now: DateTime<Utc>) -> Result<()> {
    db.transaction_blocking(|conn| versions::publish_shipped(conn, now))
        .map(|_| ())
        .map_err(|error: ActionError| anyhow!("no contract version can be published: {error}"))
}
