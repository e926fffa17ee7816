//! Opening what a command needs: database, contract, mail transport.

use anyhow::{Context as _, anyhow, bail};
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};

use super::{Result, say};
use crate::actions::{ActionError, versions};
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::contract::Contracts;
use crate::document::seal::{Certificates, Sealer};
use crate::mail::transport::Transport;
use crate::storage::audit::newest_moment;
use crate::storage::db::{Db, DbError, PoolSize};
use crate::storage::embedded::EmbeddedPostgres;

/// Connections for periodic work in addition to those that deliver mails.
const OTHER_JOBS: u32 = 4;

/// The opened handles, with the embedded server that has to be released at the end.
pub struct Opened {
    /// The handles of the portal.
    pub app: App,
    embedded: Option<EmbeddedPostgres>,
}

impl Opened {
    /// Releases the embedded server and waits until it has written everything.
    pub fn close(self) {
        let Self { app, embedded } = self;
        // The connections of the pool are closed first, because the server would wait for them.
        drop(app);
        if let Some(server) = embedded {
            server.stop();
        }
    }
}

/// Opens everything. In development an outdated schema is brought up to date; in production the
/// administrator decides on that, so the command says what to do instead.
pub fn open(config: Config, clock: Clock, transport: Transport) -> Result<Opened> {
    let reached = reach(&config)?;
    let db = reached.connect(&config)?;
    open_with(config, clock, transport, reached, db)
}

/// The same with the role that owns the tables: for filling an empty database, during which its
/// indexes are dropped. Development only.
pub fn open_as_owner(config: Config, clock: Clock, transport: Transport) -> Result<Opened> {
    let reached = reach(&config)?;
    // Opened in the usual way first, which brings the schema up to date and grants the rights.
    reached.bring_up_to_date(&reached.connect(&config)?)?;
    let db = Db::connect(reached.owner_url.as_deref().unwrap_or(&reached.url))?;
    open_with(config, clock, transport, reached, db)
}

fn open_with(
    config: Config,
    clock: Clock,
    transport: Transport,
    reached: Reached,
    db: Db,
) -> Result<Opened> {
    let sealer = Sealer::open(&config.seal, clock.now())?;
    Certificates::of_authority(&config.seal)?;
    if config.environment.is_production() {
        let pending = db
            .pending_migrations()
            .context("the schema cannot be checked")?;
        if pending > 0 {
            bail!("the database schema is {pending} migration(s) behind: run `avv-portal migrate`");
        }
        warn_of_owner(&db)?;
    } else {
        reached.bring_up_to_date(&db)?;
    }
    follow_what_is_written(&clock, &db)?;
    let now = clock.now();
    let app = App::new(config, clock, db, transport, Contracts::default(), sealer);
    provide_text(&app.config, &app.db, now)?;
    Ok(Opened {
        app,
        embedded: reached.embedded,
    })
}

/// After a restart in development, a clock that was set forward stays so: no decision may be dated
/// before stored facts (F4). The machine's own clock cannot be set and is left alone.
fn follow_what_is_written(clock: &Clock, db: &Db) -> Result<()> {
    if !clock.is_settable() {
        return Ok(());
    }
    let newest = db.read_blocking(|conn| Ok::<_, DbError>(newest_moment(conn)?))?;
    if let Some(newest) = newest.filter(|newest| *newest > clock.now()) {
        tracing::warn!(%newest, "the clock follows the newest event of the log");
        clock.set(newest);
    }
    Ok(())
}

/// The clock of this environment: it can be set only in development.
pub fn clock(config: &Config) -> Clock {
    if config.environment.is_production() {
        Clock::system()
    } else {
        Clock::adjustable()
    }
}

/// How mails are sent: by the mail server, or as files in development.
pub fn transport(config: &Config) -> Result<Transport> {
    match &config.mail.smtp_url {
        Some(url) => {
            let connections = u32::from(config.mail.connections);
            let host = config.web.base_url.host_str().unwrap_or_default();
            let tokens = config.mail.smtp_tokens();
            Transport::smtp_with(url.expose_secret(), connections, host, tokens.as_ref())
                .map_err(|error| anyhow!("AVV_SMTP_URL is not usable: {error}"))
        }
        None => Ok(Transport::Folder(config.storage.data_dir.join("mails"))),
    }
}

/// The command `migrate`.
pub fn migrate(config: &Config) -> Result<()> {
    let reached = reach(config)?;
    let db = reached.connect(config)?;
    let done = reached.migrate(&db)?;
    provide_text(config, &db, clock(config).now())?;
    say(&match done {
        0 => "The schema is up to date.".to_owned(),
        1 => "1 migration was applied.".to_owned(),
        more => format!("{more} migrations were applied."),
    });
    if db.can_switch_triggers_off()? {
        say(
            "The portal's role owns the tables. docs/operating.md says how to give them to another role.",
        );
    }
    drop(db);
    if let Some(server) = reached.embedded {
        server.stop();
    }
    Ok(())
}

/// Where the database is, and the embedded server if it is one.
pub(super) struct Reached {
    /// URL with the role that the portal works with.
    pub(super) url: String,
    /// URL with the role that owns the tables, if that is another one.
    owner_url: Option<String>,
    pub(super) embedded: Option<EmbeddedPostgres>,
}

/// Finds the database; an embedded one is started.
pub(super) fn reach(config: &Config) -> Result<Reached> {
    let exposed = |url: &SecretString| url.expose_secret().to_owned();
    if let Some(url) = &config.storage.database_url {
        return Ok(Reached {
            url: exposed(url),
            owner_url: config.storage.owner_url.as_ref().map(exposed),
            embedded: None,
        });
    }
    let server = EmbeddedPostgres::start(&config.storage.data_dir)?;
    Ok(Reached::embedded(server))
}

impl Reached {
    /// A database at this address, with one role for everything.
    pub(super) fn at(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            owner_url: None,
            embedded: None,
        }
    }

    /// An embedded server.
    pub(super) fn embedded(server: EmbeddedPostgres) -> Self {
        Self {
            url: server.url(),
            owner_url: Some(server.owner_url()),
            embedded: Some(server),
        }
    }

    /// URL with the role that owns the tables.
    pub(super) fn as_owner(&self) -> &str {
        self.owner_url.as_deref().unwrap_or(&self.url)
    }

    fn connect(&self, config: &Config) -> Result<Db> {
        let size = PoolSize {
            pages: config.storage.connections,
            jobs: u32::from(config.mail.connections) + OTHER_JOBS,
        };
        let db = Db::connect_sized(&self.url, size)?;
        Ok(match &config.storage.replica {
            Some(replica) => db.with_replica(replica.url.expose_secret(), replica.max_age),
            None => db,
        })
    }

    fn migrate(&self, db: &Db) -> Result<usize> {
        Ok(db.migrate_as_owner(self.as_owner())?)
    }

    /// Without the owner's URL, a schema that is up to date is left alone: the portal's role may
    /// not even check for pending migrations in the way a migration does.
    fn bring_up_to_date(&self, db: &Db) -> Result<()> {
        if self.owner_url.is_some() || db.pending_migrations()? > 0 {
            self.migrate(db)?;
        }
        Ok(())
    }
}

/// Logged at every start until it is corrected: the audit log and the concluded contracts are only
/// safe if the portal's role cannot disable their triggers (A11).
fn warn_of_owner(db: &Db) -> Result<()> {
    if db.can_switch_triggers_off()? {
        tracing::warn!(
            "the portal's database role owns the tables and could switch their triggers off: set DATABASE_OWNER_URL and a role of its own in DATABASE_URL (docs/operating.md)"
        );
    }
    Ok(())
}

/// Where there is no contract version yet, the one that comes with the program is a draft to begin from; in
/// development it is published, so that everything can be tried.
fn provide_text(config: &Config, db: &Db, now: DateTime<Utc>) -> Result<()> {
    let provide = if config.environment.is_production() {
        versions::draft_shipped
    } else {
        versions::publish_shipped
    };
    db.transaction_blocking(|conn| provide(conn, now))
        .map(|_| ())
        .map_err(|error: ActionError| anyhow!("no contract version can be provided: {error}"))
}
